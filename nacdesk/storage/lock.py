"""One writer at a time: a lock file beside the store, freed by the system when its owner dies."""

from pathlib import Path

import filelock

from nacdesk.errors import UserError


class WriterLock:
    """The right to write one store; the file `STORE.lock` stays, empty, when it is given back.

    Raises:
        UserError: another window or program holds it, or the folder cannot be written.
    """

    def __init__(self, store: Path) -> None:
        self._lock = filelock.FileLock(f"{store}.lock", timeout=0, mode=0o600)
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise UserError(
                f"{store.name} is open for writing in another window or program; nothing was changed.",
                "Close it there, or open it here read-only.",
            ) from None
        except OSError as error:
            raise UserError(
                f"{store.name} cannot be opened for writing ({error.strerror or type(error).__name__}); nothing was changed.",
                "Check that its folder exists and may be written, or open it read-only.",
            ) from None

    def release(self) -> None:
        """Let the next one write."""
        self._lock.release()
