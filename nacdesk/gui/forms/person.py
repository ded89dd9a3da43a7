"""Who the patient is and what is treated: the fields that a new case and a recorded one share."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NoReturn

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nacdesk.domain.facts import Case, Patient
from nacdesk.domain.rules import Catalog, Regimen
from nacdesk.errors import UserError
from nacdesk.gui.forms.field import Field, Fields
from nacdesk.gui.sheet_plan import day

NOT_RECORDED = ("not recorded", "")
SEXES = (NOT_RECORDED, ("female", "F"), ("male", "M"), ("other", "X"))
GROUPS = (NOT_RECORDED, ("I", "I"), ("II", "II"), ("III", "III"), ("IV", "IV"))
DAY = "yyyy-mm-dd"
WIDTH = 38  # characters of a field


class PersonFields(QWidget):
    """The fields of a case and its patient.

    Signals:
        left: a Field was left with another text in it.
    """

    left = Signal(object)

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self._catalog = catalog
        contexts = (NOT_RECORDED, *((context.label, context.id) for context in catalog.contexts.values()))
        self.mrn = Field("Record number")
        self.name = Field("Patient's name", hint="Family name, given name")
        self.birth_date = Field("Birth date", hint=DAY)
        self.sex = Field("Sex", choices=SEXES)
        self.key = Field("Case key in this store", hint="else the record number")
        self.diagnosis = Field("Diagnosis")
        self.context = Field("Tumour context", choices=contexts)
        self.stage = Field("Stage (TNM)", hint="cT3 N1 M0")
        self.stage_group = Field("Stage group", choices=GROUPS)
        self.regimen = Field("Regimen", hint="choose, or type its name", choices=(NOT_RECORDED,), editable=True)
        self.cycle_length = Field("Days per cycle")
        self.fields: Mapping[str, Field] = {
            name: getattr(self, name) for name in ("mrn", "name", "birth_date", "sex", "key", "diagnosis", "context", "stage", "stage_group", "regimen", "cycle_length")
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Fields(self.fields.values(), WIDTH))
        for field in self.fields.values():
            field.left.connect(self._on_left)
        self.show_case(Case(""))

    def show_case(self, case: Case) -> None:
        """Show a recorded case; every field counts as kept."""
        who = case.patient
        self._offer_regimens(case.context or "")
        shown = {
            "mrn": who.mrn, "name": who.name, "birth_date": who.birth_date.isoformat() if who.birth_date else None, "sex": who.sex, "key": case.key, "diagnosis": case.diagnosis,
            "context": case.context, "stage": case.stage, "stage_group": case.stage_group, "regimen": case.regimen,
            "cycle_length": str(case.cycle_length) if case.cycle_length else None,
        }  # fmt: skip
        for name, text in shown.items():
            self.fields[name].show_text(text or "")
        self._propose_length()

    def case(self, before: Case) -> Case:
        """The case as it stands in the fields, on top of `before`.

        Raises:
            UserError: a field cannot be read; it says so itself, and has the focus.
        """
        who = Patient(self.name.text or None, self.mrn.text or None, self._day(), self.sex.text or None)
        length = self._length()
        return replace(
            before,
            key=self.key.text or self.mrn.text,
            patient=who,
            diagnosis=self.diagnosis.text or None,
            stage=self.stage.text or None,
            stage_group=self.stage_group.text or None,
            context=self.context.text or None,
            regimen=self.regimen.text or None,
            cycle_length=length,
        )

    def regimen_chosen(self) -> Regimen | None:
        """The regimen of the catalogue that is named, None for another."""
        return next((one for one in self._catalog.regimens if one.name == self.regimen.text), None)

    def _on_left(self) -> None:
        field = self.sender()
        if field is self.context:
            self._offer_regimens(self.context.text)
        if field in (self.regimen, self.context):
            self._propose_length()
        self.left.emit(field)

    def _offer_regimens(self, context: str) -> None:
        """Those of the tumour context; all of them where none is recorded."""
        fitting = [one.name for one in self._catalog.regimens if context in ("", one.context)]
        self.regimen.offer((NOT_RECORDED, *((name, name) for name in fitting)))

    def _propose_length(self) -> None:
        """The length that comes with a regimen of the catalogue is shown as a hint: typed, it would be a recorded fact."""
        known = self.regimen_chosen()
        if self.cycle_length.line is not None:
            self.cycle_length.line.setPlaceholderText(f"{known.cycle_length} with this regimen" if known else "")
        planned = f"{known.planned_cycles} cycles planned before surgery. {known.course}" if known and known.planned_cycles else known.course if known else ""
        self.regimen.say(planned)

    def _day(self) -> date | None:
        text = self.birth_date.text
        if not text:
            return None
        try:
            return day(text)
        except UserError as error:
            self._refuse(self.birth_date, error)

    def _length(self) -> int | None:
        text = self.cycle_length.text
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            self._refuse(self.cycle_length, UserError(f"“{text}” is not a number of days.", "Write a whole number such as 21."))
        return int(text)

    @staticmethod
    def _refuse(field: Field, error: UserError) -> NoReturn:
        field.say(str(error), bad=True)
        field.focus()
        raise error
