"""Patient and case: each field is saved when it is left."""

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nacdesk.domain.edits import Edit, SetCase
from nacdesk.domain.facts import Case
from nacdesk.domain.flowsheet import Sheet
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.edits import Place
from nacdesk.gui.forms.field import Field
from nacdesk.gui.forms.keeper import Change, Keeper
from nacdesk.gui.forms.person import PersonFields
from nacdesk.gui.theme import Look

_OF_PATIENT = ("name", "mrn", "birth_date", "sex")


class PersonPage(QWidget):
    """The fields of the case on show."""

    def __init__(self, keeper: Keeper, catalog: Catalog) -> None:
        super().__init__()
        self._keeper = keeper
        self._case: Case | None = None
        self.person = PersonFields(catalog)
        self.person.key.setEnabled(False)
        self.person.key.say("The key stays as it is: files and commands name the case by it.")
        self.person.left.connect(self._on_left)
        for name, field in self.person.fields.items():
            keeper.adopt(field, f"case {name}", partial(_place, name))
            field.entered.connect(self.focusNextChild)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.person)

    def show_sheet(self, snapshot: Snapshot, sheet: Sheet, _visit: str, _look: Look) -> None:
        """Show the case as recorded; a field that is being typed in keeps its text."""
        other = self._case is None or self._case.key != sheet.history.case.key
        self._case = sheet.history.case
        self.setEnabled(snapshot.latest)
        typed = {} if other else {field: field.text for field in self.person.fields.values() if field.changed}
        notes = {} if other else {field: (field.note.text(), field.note.property("bad") == "true") for field in self.person.fields.values()}
        self.person.show_case(self._case)
        for field, text in typed.items():
            field.retype(text)
        for field, (text, bad) in notes.items():
            if bad or text.startswith("saved"):
                field.say(text, bad=bad)

    def _on_left(self, field: object) -> None:
        name, case = next((name for name, one in self.person.fields.items() if one is field), None), self._case
        if name is None or case is None or not isinstance(field, Field):
            return
        try:
            wanted = self.person.case(case)
        except UserError:
            return  # the field says so itself
        if not field.changed:
            return
        before = getattr(case.patient if name in _OF_PATIENT else case, name)
        label = f"{'Change' if before is not None else 'Record'} {field.title.lower()}"
        self._keeper.enter(Change(field, self._keeper.begun(field, _place(name)), label, partial(_edits, name, wanted), recorded=before is not None))


def _place(name: str) -> Place:
    return Place("case", ("case", name))


def _edits(name: str, wanted: Case, sheet: Sheet, _reason: str) -> tuple[Edit, ...]:
    """This one field of the case, on top of the case as it is by then."""
    case = sheet.history.case
    whose = wanted.patient if name in _OF_PATIENT else wanted
    value = {name: getattr(whose, name)}
    changed = replace(case, patient=replace(case.patient, **value)) if whose is wanted.patient else replace(case, **value)
    return (SetCase(changed),) if changed != case else ()
