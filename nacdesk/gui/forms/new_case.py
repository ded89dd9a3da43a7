"""A new case in a minute: who, what, which regimen, when the first cycle was given."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nacdesk.domain import wording
from nacdesk.domain.facts import Case, History, Observation, Patient, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.gui.flow_layout import Scrolled, scrolls
from nacdesk.gui.forms.field import Field
from nacdesk.gui.forms.person import DAY, PersonFields
from nacdesk.gui.labels import button, restyle, words
from nacdesk.gui.message import message_of
from nacdesk.gui.session import Session
from nacdesk.gui.sheet_plan import day

if TYPE_CHECKING:
    from nacdesk.storage.store import CaseRow, Changes, Store

CYCLES_SHOWN = 12


class NewCaseDialog(QDialog):
    """Fields of a new case; patients that look alike are shown before a second record is made (H03).

    Signals:
        made: key of the case that is now in the store.
    """

    made = Signal(str)

    def __init__(self, session: Session, catalog: Catalog, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New case")
        self.setProperty("role", "paper")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._catalog = session, catalog
        self._looked_for: Patient | None = None
        self._alike: tuple[CaseRow, ...] = ()
        self._making: str | None = None
        self.person = PersonFields(catalog)
        self.first_cycle = Field("Cycle 1 given on", hint=f"{DAY}, blank if not begun")
        self.cycles = words("note", name="cycles-laid-out")
        self.alike = words("note", name="alike")
        self.other_patient = QCheckBox("I have looked: this is another patient")
        self.trouble = words("head", name="new-case-trouble")
        self.trouble.setProperty("bad", "true")
        self.make = button("Make the case", "primary", name="make-case")
        self.make.setDefault(True)
        self.cancel = button("Cancel")
        self._lay_out()
        self.person.left.connect(self._on_left)
        self.first_cycle.left.connect(self._show_cycles)
        self.make.clicked.connect(self._on_make)
        self.cancel.clicked.connect(self.reject)
        self._show_alike()
        self._show_cycles()
        self.person.mrn.focus()

    def _lay_out(self) -> None:
        content = Scrolled()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 6, 0)
        inner.setSpacing(10)
        for widget in (self.person, self.alike, self.other_patient, self.first_cycle, self.cycles):
            inner.addWidget(widget)
        inner.addStretch(1)
        area = scrolls(QScrollArea(), content)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.cancel)
        last.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(words("note", "Blank means not recorded, never none and never normal. Nothing is stored before “Make the case”."))
        column.addWidget(area, 1)
        column.addWidget(self.trouble)
        column.addLayout(last)
        room = self.fontMetrics().averageCharWidth()
        self.resize(min(105 * room, 1000), min(76 * room, 700))

    # while typing

    def _on_left(self, field: object) -> None:
        person = self.person
        if field in (person.mrn, person.name, person.birth_date):
            self._look()
        if field in (person.regimen, person.cycle_length, person.context):
            self._show_cycles()

    def _look(self) -> None:
        """Ask the store for patients that could be the same."""
        try:
            wanted = self.person.case(Case("")).patient
        except UserError:
            return  # the field says so itself
        self._looked_for = wanted
        self._session.ask(partial(_looks_like, wanted), partial(self._on_alike, wanted))

    def _on_alike(self, asked: Patient, found: object) -> None:
        if asked == self._looked_for:
            assert isinstance(found, tuple)
            if found != self._alike:
                self.other_patient.setChecked(False)  # seen were others
            self._alike = found
            self._show_alike()

    def _show_alike(self) -> None:
        told = "; ".join(f"{row.name or 'no name'} (record number {row.mrn or 'not recorded'}, case {row.key}, {row.diagnosis or 'diagnosis not recorded'})" for row in self._alike)
        self.alike.setText(f"Already in this store, and could be the same patient: {told}.")
        for widget in (self.alike, self.other_patient):
            widget.setVisible(bool(self._alike))

    def _show_cycles(self) -> None:
        """The course as it would be laid out from its first day."""
        try:
            first, length = self._first_day(), self._length()
        except UserError as error:
            self.first_cycle.say(str(error), bad=True)
            return
        self.first_cycle.say("")
        regimen = self.person.regimen_chosen()
        planned = regimen.planned_cycles if regimen else None
        text = ""
        if first is not None and length and planned:
            days = [first + timedelta(days=length * number) for number in range(min(planned, CYCLES_SHOWN))]
            text = "Planned: " + ", ".join(f"C{number} {wording.day(start, year=False)}" for number, start in enumerate(days, start=1))
            text += ". Only cycle 1 is recorded as given; the others stay planned until they are."
        self.cycles.setText(text)
        self.cycles.setVisible(bool(text))

    def _first_day(self) -> date | None:
        return day(self.first_cycle.text) if self.first_cycle.text else None

    def _length(self) -> int | None:
        regimen, text = self.person.regimen_chosen(), self.person.cycle_length.text
        return int(text) if text.isascii() and text.isdigit() else regimen.cycle_length if regimen else None

    # making it

    def _on_make(self) -> None:
        try:
            history = self._history()
        except UserError as error:
            self._refuse(str(error))
            return
        if self._looked_for != history.case.patient:
            self._look()  # the answer may still hold it back; asking again costs a moment
            self._session.ask(_nothing, partial(self._make_seen, history))
            return
        self._make_seen(history)

    def _make_seen(self, history: History, _answered: object = None) -> None:
        if self._alike and not self.other_patient.isChecked():
            self._refuse("A patient who could be the same is in the store already. Look at the names above; tick the box if this is another one.")
            self.other_patient.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._refuse("")
        self.make.setEnabled(False)
        self._making = history.case.key
        self._session.perform(f"New case {history.case.key}", partial(_add, history), self._on_made, self._on_not_made)

    def _history(self) -> History:
        """The case with its first cycle, if one was given.

        Raises:
            UserError: a field cannot be read, or neither record number nor key is there.
        """
        case = self.person.case(Case(""))
        if not case.key:
            self.person.mrn.focus()
            raise UserError("A case needs a record number or a key of its own.", "Fill one of the two.")
        try:
            first = self._first_day()
        except UserError:
            self.first_cycle.focus()
            raise
        if first is None:
            return History(case)
        given = Observation("1", "1", "treatment.cycle", Quantity(Decimal(1), ""), date=first, entered="1")
        return History(case, (), (Visit("1", "C1", 0),), (given,))

    def _refuse(self, text: str) -> None:
        self.trouble.setText(text)
        restyle(self.trouble)
        self.trouble.setVisible(bool(text))

    def _on_made(self, changes: "Changes") -> None:
        key = self._making
        self._making = None
        if key is not None and key in changes.cases:
            self.accept()
            self.made.emit(key)

    def _on_not_made(self, error: BaseException) -> None:
        """A refusal of the store is shown here, with everything typed still in place."""
        self._making = None
        self.make.setEnabled(True)
        told = message_of(error)
        self._refuse(f"{told.sentence} {told.remedy}".strip())


def _looks_like(patient: Patient, store: "Store") -> object:
    return store.looks_like(patient)


def _nothing(_store: "Store") -> object:
    """Answered after every question asked before it."""
    return None


def _add(history: History, store: "Store") -> "Changes":
    key = history.case.key
    if store.has(key):  # adding would fill the blanks of that case instead
        raise UserError(f"There is a case {key} in this store already; nothing was made.", "Look at it in the list, or choose another key.")
    return store.add([history], f"New case {key}")
