"""Writes a file whole or not at all."""

import os
import tempfile
from pathlib import Path

from nacdesk.errors import UserError


def save(path: Path, content: bytes) -> None:
    """Put `content` under `path`: beside it first, to the disk, then renamed. Readable by its owner alone.

    Raises:
        UserError: the folder is missing, full or not writable; what stood there before still does.
    """
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        _settle(path.parent)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise UserError(f"{path.name} could not be written ({error.strerror}); nothing was changed.", "Choose another folder or make room.") from error


def _settle(folder: Path) -> None:
    """Bring the new name to the disk; Windows has no handle of a folder to do it with."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
