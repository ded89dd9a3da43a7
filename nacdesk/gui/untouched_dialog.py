"""Retention: which cases were not changed for a number of years. A list to look at; nothing is deleted by it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from nacdesk.domain.wording import counted
from nacdesk.gui.labels import button, words
from nacdesk.gui.tables import TextTable

if TYPE_CHECKING:
    from nacdesk.storage.store import CaseRow

HEAD = ("Case", "Patient", "Record number", "Last change", "Diagnosis")
YEARS = (1, 100)
FIRST = 10


class UntouchedDialog(QDialog):
    """Asks for a number of years and lists the cases; it serves a window for its whole life.

    Signals:
        years_asked: the cases not changed for so many years are wanted.
        case_asked: key of a case that should be shown; the dialog is closed by then.
    """

    years_asked = Signal(object)
    case_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Cases untouched for years")
        self.setProperty("role", "paper")
        self._rows: Sequence[CaseRow] = ()
        self.years = QSpinBox()
        self.years.setRange(*YEARS)
        self.years.setValue(FIRST)
        self.years.setAccessibleName("Years without a change")
        self.list = button("List them", "primary", name="list-untouched")
        self.list.setDefault(True)
        self.told = words("head", name="untouched-told")
        self.table = TextTable("Cases not changed for so many years, the longest first", wrapped=True)
        self.show_case = button("Show the case", name="show-untouched")
        self.shut = button("Close", name="close-untouched")
        label = QLabel("Not changed for this many years:")
        label.setBuddy(self.years)
        first = QHBoxLayout()
        first.setSpacing(8)
        for widget in (label, self.years, self.list):
            first.addWidget(widget)
        first.addStretch(1)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.shut)
        last.addWidget(self.show_case)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addLayout(first)
        column.addWidget(words("note", "Any change counts, also one of a note. Nothing is deleted here: look at each case, then delete or erase it in the Case menu."))
        column.addWidget(self.told)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        column.addLayout(last)
        self.resize(800, 440)
        self.list.clicked.connect(self._on_list)
        self.show_case.clicked.connect(self._on_show)
        self.shut.clicked.connect(self.reject)
        self.table.doubleClicked.connect(self._on_show)
        self.finished.connect(self._on_finished)
        self.years.valueChanged.connect(self._on_years)

    def begin(self) -> None:
        """Open with an empty list."""
        self._show((), "Choose how long; then the cases are listed.")
        self.open()
        self.years.setFocus(Qt.FocusReason.OtherFocusReason)
        self.years.selectAll()

    def show_found(self, years: int, rows: "Sequence[CaseRow]") -> None:
        """Show the cases; an answer to another number of years is dropped."""
        if self.isVisible() and years == self.years.value():
            since = counted(years, "year")
            self._show(rows, f"{counted(len(rows), 'case')} not changed for {since}, the longest first" if rows else f"Every case was changed within {since}.")

    def _show(self, rows: "Sequence[CaseRow]", told: str) -> None:
        self._rows = rows
        self.told.setText(told)
        self.table.show_rows(HEAD, [(row.key, row.name or "", row.mrn or "", row.last_change, row.diagnosis or "") for row in rows])
        self.table.setVisible(bool(rows))
        self.show_case.setEnabled(bool(rows))
        if rows:
            self.table.selectRow(0)

    def _on_years(self, _years: int) -> None:
        self._show((), "Press “List them”.")

    def _on_list(self) -> None:
        self.years_asked.emit(self.years.value())

    def _on_show(self) -> None:
        row = self.table.currentIndex().row()
        if 0 <= row < len(self._rows):
            key = self._rows[row].key
            self.accept()
            self.case_asked.emit(key)

    def _on_finished(self, _code: int) -> None:
        """No patient stays in a dialog that is closed."""
        self._show((), "")
