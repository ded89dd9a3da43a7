"""Import with a preview: every case and every problem before anything is stored, then all or nothing."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nacdesk.domain.wording import counted
from nacdesk.gui import errands
from nacdesk.gui.desk import Desk, Merged
from nacdesk.gui.errands import ReadingChoices
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.held import Held
from nacdesk.gui.labels import button, restyle, words
from nacdesk.gui.message import Message
from nacdesk.gui.session import Session
from nacdesk.gui.tables import Row, TextTable

if TYPE_CHECKING:
    from nacdesk.interop.preview import ImportPreview, Problem
    from nacdesk.storage.store import Changes

WHAT = "A long table as CSV or Excel, a wide table with a mapping, or a folder of SDTM tables (TR, TU, RS)."
FILTER = "Tables (*.csv *.tsv *.txt *.xlsx);;All files (*)"
CASES_HEAD = ("Case", "Patient in the file", "Patient in the store", "State", "Observations", "New", "Already there")
PROBLEMS_HEAD = ("Line", "Column", "Problem")
WARNINGS_HEAD = ("Line", "Column", "Warning")
DATES = (("Year-month-day only", None), ("Day/month/year", "dmy"), ("Month/day/year", "mdy"))
ROWS_SHOWN = 2000


class ImportDialog(QDialog):
    """Choose files, look at what they would do, and import them.

    One dialog serves a window for its whole life, so that an answer always finds it.

    Signals:
        imported: keys of the cases that an import touched.
    """

    imported = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import measurements")
        self.setProperty("role", "paper")
        self._session = session
        self._paths: tuple[Path, ...] = ()
        self._turn = 0
        self._how = ReadingChoices()
        self._preview: ImportPreview | None = None
        self._merged: Merged | None = None
        self._into: Held | None = None
        self.target = words("head", name="import-into", selectable=True)
        self.files = button("Choose files…", accessible="Choose one or more files", name="choose-files")
        self.folder = button("Choose folder…", accessible="Choose a folder of SDTM tables", name="choose-folder")
        self.chosen = words("note", name="chosen")
        self.mapping = _combo("Mapping of a wide table", ())
        self.reader = _combo("Reader of SDTM tables", (("accepted", "accepted"), ("INVESTIGATOR", "INVESTIGATOR"), ("all", "all")))
        self.reader.setEditable(True)
        self.dates = _combo("Order of dates", DATES)
        self.state = words("head", name="import-state")
        self.detail = words("note", name="import-detail")
        self.problems, self.warnings = (TextTable(f"{what} by line and column", wrapped=True) for what in ("Problems", "Warnings"))
        self.cases = TextTable("Cases in the file")
        self.warnings_title = words("head")
        self.accept_button = button("Import", "primary", name="import")
        self.accept_button.setDefault(True)
        self.cancel = button("Close", name="close")
        self._lay_out()
        self.files.clicked.connect(self._on_files)
        self.folder.clicked.connect(self._on_folder)
        self.mapping.activated.connect(self._on_choice)
        self.reader.activated.connect(self._on_choice)
        typed = self.reader.lineEdit()
        assert typed is not None  # the box is editable
        typed.editingFinished.connect(self._on_choice)
        self.dates.activated.connect(self._on_choice)
        self.accept_button.clicked.connect(self._on_import)
        self.cancel.clicked.connect(self.reject)
        session.told.connect(self._on_told)
        session.snapshot_changed.connect(self._on_snapshot)
        self._show_state()

    def begin(self, into: Held | None = None, identity: str = "") -> None:
        """Open empty.

        Args:
            into: the one case that the file must be of (H04); None for a file of any cases.
            identity: who that is, in words.
        """
        from nacdesk.interop.mapping import names

        self._into = into
        self.setWindowTitle("Import measurements" if into is None else "Import into this case")
        self.target.setText(f"Into the open case: {identity}. The file must carry its record number or key.")
        self.target.setVisible(into is not None)
        chosen = self.mapping.currentData()
        self.mapping.clear()
        self.mapping.addItem("none (long table, SDTM)", None)
        for name in names():
            self.mapping.addItem(name, name)
        self.mapping.setCurrentIndex(max(0, self.mapping.findData(chosen)))
        self.read(())
        self.open()
        self.files.setFocus(Qt.FocusReason.OtherFocusReason)

    def read(self, chosen: Sequence[Path]) -> None:
        """Read these files as an import would; nothing is stored."""
        self._paths = tuple(chosen)
        self._turn += 1
        self._preview = self._merged = None
        self._show_state()
        if self._paths:
            turn = self._turn
            self._how = self._choices()
            self._session.read_files(self._paths, self._how, partial(self._on_read, turn), partial(self._on_failed, turn))

    def forget(self) -> None:
        """Let go of what was read and compared last."""
        self.target.clear()
        self.read(())

    @property
    def ready(self) -> bool:
        """There is something to import and no problem."""
        return self._preview is not None and self._merged is not None and not self._preview.problems and not self._merged.total.problems and bool(self._preview.histories)

    def _lay_out(self) -> None:
        choose = QHBoxLayout()
        choose.setSpacing(8)
        choose.addWidget(self.files)
        choose.addWidget(self.folder)
        choose.addWidget(self.chosen, 1)
        how = QWidget()
        flow = FlowLayout(how, gap=10)
        keep_height(how)
        for title, combo in (("Wide table: mapping", self.mapping), ("SDTM: reader", self.reader), ("Dates", self.dates)):
            pair = QWidget()
            grid = QGridLayout(pair)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setVerticalSpacing(2)
            label = QLabel(title)
            label.setProperty("role", "small")
            label.setBuddy(combo)
            grid.addWidget(label, 0, 0)
            grid.addWidget(combo, 1, 0)
            flow.addWidget(pair)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.cancel)
        last.addWidget(self.accept_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(self.target)
        column.addLayout(choose)
        column.addWidget(how)
        for widget in (self.state, self.detail):
            column.addWidget(widget)
        column.addWidget(self.problems, 3)
        column.addWidget(self.cases, 3)
        column.addWidget(self.warnings_title)
        column.addWidget(self.warnings, 2)
        column.addStretch(0)
        column.addLayout(last)

    def _show_state(self, text: str = "") -> None:
        preview, merged = self._preview, self._merged
        refused: Sequence[Row] = ()
        if preview is not None:
            refused = [problem_row(problem) for problem in preview.problems]
            refused = [*refused, *(("", "", sentence) for sentence in (merged.total.problems if merged else ()))]
        doubts: list[Row] = [problem_row(problem) for problem in preview.warnings] if preview else []
        doubts += [("", "", sentence) for sentence in (merged.total.warnings if merged else ())]
        self.state.setText(text or self._sentence(len(refused)))
        self.state.setProperty("bad", "true" if refused or text else "false")
        restyle(self.state)
        self.detail.setText(self._notes())
        self.detail.setVisible(bool(self.detail.text()))
        self.problems.show_rows(PROBLEMS_HEAD, _limited(refused))
        self.problems.setVisible(bool(refused))
        self.cases.show_rows(CASES_HEAD, self._case_rows())
        self.cases.setVisible(merged is not None and not refused)
        self.warnings.show_rows(WARNINGS_HEAD, _limited(doubts))
        self.warnings.setVisible(bool(doubts))
        self.warnings_title.setVisible(bool(doubts))
        self.warnings_title.setText(f"Warnings ({len(doubts)}): kept with the values, they do not refuse the import")
        self.accept_button.setEnabled(self.ready)
        self.accept_button.setText("Import")
        self.chosen.setText("; ".join(path.name for path in self._paths) or WHAT)

    def _sentence(self, problems: int) -> str:
        if not self._paths:
            return "Choose what to import. Nothing is stored before you press Import."
        if self._preview is None:
            return "Reading…"
        if problems:
            return f"{counted(problems, 'problem')}: nothing can be imported. Correct the file and choose it again; the store is unchanged."
        if not self._preview.histories:
            return "There is nothing in it to import."
        if self._merged is None:
            return "Comparing with the store…"
        total = self._merged.total
        cases = len(self._preview.histories)
        news = f"{counted(total.new_observations, 'new observation')}, {total.known_observations} already there"
        return f"{counted(cases, 'case')}, {total.new_cases} of them new; {news}."

    def _notes(self) -> str:
        if self._preview is None:
            return ""
        unused = self._preview.unused_columns
        notes = [*self._preview.notes, *([f"Columns not used: {', '.join(unused)}."] if unused else [])]
        if self._merged is not None and self._merged.before is not None:
            notes.append(f"The same file was {self._merged.before}.")
        return " ".join(notes)

    def _case_rows(self) -> list[Row]:
        if self._preview is None or self._merged is None:
            return []
        rows: list[Row] = []
        for history, seen in zip(self._preview.histories, self._merged.cases, strict=False):
            state = "new case" if seen.new else "known case"
            in_store = "" if seen.new else seen.name_in_store or "no name recorded"
            name = history.case.patient.name or "no name in the file"
            rows.append((seen.key, name, in_store, state, str(len(history.observations)), str(seen.added), str(seen.known)))
        return rows

    def _on_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Choose files to import", "", FILTER)
        if names:
            self.read([Path(name) for name in names])

    def _on_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose a folder of SDTM tables")
        if name:
            self.read([Path(name)])

    def _on_choice(self, _place: int = 0) -> None:
        """Another way of reading: read the same files again, unless it is the same way."""
        if self._paths and self._choices() != self._how:
            self.read(self._paths)

    def _choices(self) -> ReadingChoices:
        return ReadingChoices(self.mapping.currentData(), self.reader.currentText().strip() or "accepted", self.dates.currentData())

    def _on_read(self, turn: int, preview: "ImportPreview") -> None:
        """A file has been read; one chosen before the latest is dropped."""
        if turn != self._turn:
            return
        self._preview = preview
        self._show_state()
        if not preview.histories or preview.problems:
            return
        if self._into is not None:
            self._session.ask(partial(errands.into, preview, self._into.key), partial(self._on_fitted, turn))
        else:
            self._compare(turn, preview)

    def _on_fitted(self, turn: int, preview: "ImportPreview") -> None:
        """The store has been asked whether the file is of the open case."""
        if turn == self._turn:
            self._preview = preview
            self._show_state()
            if not preview.problems:
                self._compare(turn, preview)

    def _compare(self, turn: int, preview: "ImportPreview") -> None:
        merge = partial(Desk.merge, histories=preview.histories, digest=preview.digest)
        self._session.consult(merge, partial(self._on_merged, turn), partial(self._on_failed, turn))

    def _on_merged(self, turn: int, merged: Merged) -> None:
        """The store has been asked what the import would do."""
        if turn == self._turn:
            self._merged = merged
            self._show_state()

    def _on_failed(self, turn: int, error: BaseException) -> None:
        """Reading failed as a whole; the reason also stands in the window."""
        self._session.tell_error(error)
        if turn == self._turn:
            self._preview = self._merged = None

    def _on_import(self) -> None:
        if self._is_still() and self.ready and self._preview is not None:
            self.accept_button.setEnabled(False)
            self.accept_button.setText("Importing…")
            self._session.add(self._preview, self._on_imported)

    def _on_imported(self, changes: "Changes") -> None:
        preview = self._preview
        if changes.added or changes.cases:
            told = f"{changes.label}: {counted(changes.added, 'observation')} added, {changes.known} already there."
        else:
            told = f"Nothing new: {counted(changes.known, 'observation')} of the file already in the store. Nothing was changed."
        self.accept()
        self._session.tell(Message("info", told))
        if preview is not None and changes.cases:
            self.imported.emit(tuple(history.case.key for history in preview.histories))

    def _is_still(self) -> bool:
        """The case that the file should go into is still the one on show; what was read for it is dropped if not (H01)."""
        moved = self._into.why_not(self._session) if self._into is not None else ""
        if moved:
            self.read(())
            self._show_state(moved)
        return not moved

    def _on_snapshot(self, _snapshot: object) -> None:
        if self.isVisible():
            self._is_still()

    def _on_told(self, message: object) -> None:
        """While the dialog is open it shows failures too: it covers the message bar."""
        if self.isVisible() and isinstance(message, Message) and message.tone == "error":
            self._show_state(f"{message.sentence} {message.remedy}".strip())


def problem_row(problem: "Problem") -> Row:
    """One problem in the order of PROBLEMS_HEAD."""
    line = "" if problem.line is None else str(problem.line)
    return (f"{problem.place} {line}".strip(), problem.column or "", problem.sentence)


def _limited(rows: Sequence[Row]) -> Sequence[Row]:
    if len(rows) <= ROWS_SHOWN:
        return rows
    return [*rows[:ROWS_SHOWN], ("", "", f"… and {len(rows) - ROWS_SHOWN} more")]


def _combo(accessible: str, choices: Sequence[tuple[str, object]]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(accessible)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    for text, value in choices:
        made.addItem(text, value)
    return made
