"""Who changed what in a case, when, from what to what."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nacdesk.gui.desk import Journal
from nacdesk.gui.labels import words
from nacdesk.gui.tables import Row, TextTable

if TYPE_CHECKING:
    from nacdesk.storage.store import JournalEntry

HEAD = ("When (UTC)", "Who", "Action", "What")


class HistoryView(QWidget):
    """The journal of one case in words, newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = ""
        self.table = TextTable("Changes to the case, newest first", wrapped=True)
        self.note = words("head")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.note)
        column.addWidget(self.table, 1)

    def wait_for(self, key: str) -> None:
        """Empty the table: another case is on show, its journal is on its way."""
        self.key = key
        self.note.setText("Reading the history…")
        self.table.show_rows(HEAD, (), key)

    def show_journal(self, journal: Journal) -> None:
        """Show a journal; one of another case is dropped."""
        if journal.key == self.key:
            self.note.setText(f"Changes to this case ({len(journal.entries)}), newest first")
            self.table.show_rows(HEAD, [entry_row(entry) for entry in reversed(journal.entries)], journal.key)


def entry_row(entry: "JournalEntry") -> Row:
    """One entry in words, in the order of HEAD."""
    when = entry.at[:19].replace("T", " ") + (" (the clock stood back)" if entry.clock_back else "")
    return (when, entry.by, entry.label, f"{entry.what}. Reason: {entry.reason}" if entry.reason else entry.what)
