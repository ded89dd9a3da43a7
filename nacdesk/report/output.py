"""A finished document gets its name: written beside it, read again, and only then put in place.

The check reads the file back as a reader would find its pages (page tree, content streams) and looks for
what prints identity and page number on each; it costs a fraction of a millisecond and needs no PDF library.
"""

import contextlib
import hashlib
import os
import re
import tempfile
import time
import zlib
from pathlib import Path

from nacdesk.errors import UserError
from nacdesk.report.pages import Printed

_PREFIX, _SUFFIX = ".nacdesk-", ".part"
_STALE_SECONDS = 600
_SUBJECT = re.compile(rb"/Subject \(nacdesk ([0-9a-f]{32})\)")


def subject(owner: str) -> str:
    """What a file's metadata says of the case it belongs to: a digest of its key; "nacdesk" alone for no case."""
    digest = hashlib.sha256(f"nacdesk handout of {owner}".encode(errors="backslashreplace")).hexdigest()
    return f"nacdesk {digest[:32]}" if owner else "nacdesk"


def keep(printed: Printed, path: Path, owner: str, what: str = "a handout of this case") -> None:
    """Put a document under its name, whole or not at all, readable by this user only.

    Args:
        owner: as given to `subject` when the document was made; with "" no file ever gives way.
        what: the document, for the message.

    Raises:
        UserError: it cannot be written, or the name is taken by another file.
    """
    try:
        _remove_leftovers(path.parent)
        handle, name = tempfile.mkstemp(_SUFFIX, _PREFIX, path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(printed.data)
                file.flush()
                os.fsync(file.fileno())
            check(Path(name).read_bytes(), printed.proofs)
            _refuse_foreign(path, owner, what)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"{path} could not be written ({error.strerror or error}); nothing was changed under that name.", "Choose another folder or make room, and print again."
        ) from error
    _sync(path.parent)


def check(data: bytes, proofs: tuple[tuple[str, ...], ...]) -> None:
    """Compare a file with what was meant to be printed: pages, and on each its identity and number.

    Raises:
        OSError: the file is not what was written.
    """
    pages = _contents(data)
    if len(pages) != len(proofs) or not all(proof in page for page, wanted in zip(pages, proofs, strict=True) for proof in wanted):
        raise OSError(0, "the file read back is not the file that was written")


def _contents(data: bytes) -> list[str]:
    """The content stream of each page, in the order of the page tree; empty when the file is damaged."""
    tree = re.search(rb"/Kids \[([\s0-9R]+)\][^>]*/Type /Pages", data)
    start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", data)
    if not data.startswith(b"%PDF-") or tree is None or start is None or data[int(start[1]) : int(start[1]) + 4] != b"xref":
        return []
    pages = []
    for number in re.findall(rb"(\d+) 0 R", tree[1]):
        content = re.search(rb"/Contents (\d+) 0 R", _body(data, number))
        stream = _body(data, content[1]) if content else b""
        try:
            pages.append(zlib.decompress(stream.partition(b"stream\n")[2]).decode("latin-1"))
        except zlib.error:
            return []
    return pages


def _body(data: bytes, number: bytes) -> bytes:
    """What stands between "N 0 obj" and the "endobj" that closes it."""
    start = data.find(b"\n" + number + b" 0 obj\n")
    return data[start : data.find(b"endobj\n", start)] if start >= 0 else b""


def _refuse_foreign(path: Path, owner: str, what: str) -> None:
    """Only an older handout of the same case, or an older reference, gives way (hazard H22)."""
    if not (path.exists() or path.is_symlink()):
        return
    if path.is_symlink() or not path.is_file():
        raise UserError(f"{path} is not an ordinary file, so nothing was written.", "Choose another name.")
    found = _SUBJECT.search(path.read_bytes())
    if found is None or f"nacdesk {found[1].decode()}" != subject(owner):
        raise UserError(f"{path} exists and is not {what}; it was left as it is.", "Choose another name, or remove that file first.")


def _remove_leftovers(folder: Path) -> None:
    """What a killed export left behind: old enough that nobody is still writing it."""
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's: neither keeps this document from being written
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()


def _sync(folder: Path) -> None:
    """Make the new name last through a power loss, where folders can be synchronised."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        raise UserError("The file was written, but its folder could not be synchronised to the disk.", "Look at the file before you rely on it.") from error
    finally:
        os.close(handle)
