"""The case that something was begun on: nothing is done to another one (H01)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from nacdesk.gui.session import Session


@dataclass(frozen=True, slots=True)
class Held:
    """A case as it was when a dialog or a job began.

    Attributes:
        store: the file it is in.
        revision: its state; None for a case of the bin, which is not on show.
    """

    store: Path
    key: str
    revision: int | None = None

    @classmethod
    def on_show(cls, session: Session) -> Self | None:
        """The case on show, None where there is none or another one is on its way."""
        if session.opened is None or session.snapshot is None or session.pending:
            return None
        return cls(session.opened.path, session.snapshot.key, session.snapshot.revision)

    def why_not(self, session: Session) -> str:
        """Why it is not what it was, in a sentence; "" while it is."""
        if session.opened is None or session.opened.path != self.store:
            return "Another store is open by now; nothing was done."
        if self.revision is None:
            return ""
        snapshot = session.snapshot
        if snapshot is None or snapshot.key != self.key or session.pending:
            return "Another case is on show by now; nothing was done. Go back to the case and begin again."
        if snapshot.revision != self.revision:
            return "The case was changed meanwhile; nothing was done. Look at it and begin again."
        return ""
