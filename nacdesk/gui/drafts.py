"""Half-typed text, kept in the store while it is typed: a kill loses two seconds of typing at the most (H24)."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from nacdesk.gui.session import Session

if TYPE_CHECKING:
    from nacdesk.storage.store import Store

PAUSE_MS = 600  # after the last key
LATEST_MS = 1500  # after the first key that is not kept yet, however fast the typing; both leave room for the write itself


class Drafts(QObject):
    """Keeps the text of places, never more of it than the newest.

    Signals:
        read: a case's key and its drafts by place, as asked for.
    """

    read = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._unkept: dict[tuple[str, str], str] = {}
        self._kept: dict[tuple[str, str], str] = {}
        self._pause, self._latest = QTimer(self), QTimer(self)
        for timer, milliseconds in ((self._pause, PAUSE_MS), (self._latest, LATEST_MS)):
            timer.setSingleShot(True)
            timer.setInterval(milliseconds)
            timer.timeout.connect(self.flush)

    def ask(self, key: str) -> None:
        """Ask for the drafts of a case; the answer is `read`."""
        self._session.ask(partial(_drafts, key), partial(self._on_read, key))

    def note(self, key: str, place: str, text: str) -> None:
        """Keep this text soon."""
        self._unkept[key, place] = text
        self._pause.start()
        if not self._latest.isActive():
            self._latest.start()

    def keep(self, key: str, place: str, text: str) -> None:
        """Keep this text now."""
        self._unkept[key, place] = text
        self.flush()

    def text(self, key: str, place: str) -> str | None:
        """The newest text of a place, None where there is none."""
        return self._unkept.get((key, place), self._kept.get((key, place)))

    def drop(self, key: str, place: str) -> None:
        """Forget a place: its text is saved, or was given back."""
        self._unkept.pop((key, place), None)
        if not self._unkept:
            self._pause.stop()
            self._latest.stop()
        if self._kept.pop((key, place), None) is not None:
            self._session.ask(partial(_drop, key, place), _nothing)

    def flush(self) -> None:
        """Keep now what is not kept yet."""
        self._pause.stop()
        self._latest.stop()
        for (key, place), text in self._unkept.items():
            self._kept[key, place] = text
            self._session.ask(partial(_keep, key, place, text), _nothing)
        self._unkept.clear()

    def _on_read(self, key: str, found: dict[str, str]) -> None:
        self._kept.update({(key, place): text for place, text in found.items()})
        self.read.emit(key, found)


def _nothing(_none: None) -> None:
    """Nothing follows."""


def _drafts(key: str, store: "Store") -> dict[str, str]:
    return store.drafts(key)


def _keep(key: str, place: str, text: str, store: "Store") -> None:
    store.keep_draft(key, place, text)


def _drop(key: str, place: str, store: "Store") -> None:
    store.drop_draft(key, place)
