"""SUV by lean body mass from weight, height and sex: a calculator; weight and height are recorded, the SUV is not."""

from PySide6.QtWidgets import QWidget

from nacdesk.domain import suv, wording
from nacdesk.domain.flowsheet import Sheet
from nacdesk.domain.quantity import Quantity
from nacdesk.errors import UserError
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.forms.facts import FactsPage, by_prefix
from nacdesk.gui.forms.field import Field
from nacdesk.gui.forms.keeper import Keeper
from nacdesk.gui.labels import words
from nacdesk.gui.theme import Look

WEIGHT, HEIGHT = "patient.weight_kg", "patient.height_cm"


class SulPage(FactsPage):
    """Weight and height of a time point, and what an SUV by body weight is by lean body mass."""

    def __init__(self, keeper: Keeper) -> None:
        super().__init__(keeper, by_prefix(WEIGHT, HEIGHT))
        self.uptake = Field("SUV by body weight (g/mL), not recorded", hint="9.4")
        self.answer = words("head", name="sul-worked-out", selectable=True)
        for widget in (self.uptake, self.answer):
            assert isinstance(widget, QWidget)
            self.column.addWidget(widget)
        assert self.uptake.line is not None
        self.uptake.line.textEdited.connect(self._on_uptake)
        self.typed.connect(self._work_out)

    def show_sheet(self, snapshot: Snapshot, sheet: Sheet, visit: str, look: Look) -> None:
        """Show what is recorded, and what follows; an SUV typed for another case is forgotten (H02)."""
        if self._sheet is None or self._sheet.case != sheet.case:
            self.uptake.show_text("")
        super().show_sheet(snapshot, sheet, visit, look)
        self._work_out()

    def _on_uptake(self, _text: str) -> None:
        self._work_out()

    def _work_out(self) -> None:
        history = self.supposed()
        if history is None or self._sheet is None:
            return
        rule, sex = self._sheet.catalog.rules["PET-02"], history.case.patient.sex
        body = {row.analyte: row.quantity.exact for row in history.observations if row.visit == self._visit and row.quantity is not None}
        weight, height = body.get(WEIGHT), body.get(HEIGHT)
        missing = [name for name, value in (("weight", weight), ("height", height), ("sex F or M", sex if sex in ("F", "M") else None)) if not value]
        if missing or weight is None or height is None:
            self.answer.setText(f"Lean body mass: {wording.joined(missing)} not recorded.")
            return
        lean = suv.lean_body_mass(rule, weight, height, sex == "F")
        text = f"Lean body mass {wording.shown(lean, 1)} kg (Janmahasatian)"
        self.uptake.say("")
        if self.uptake.text:
            try:
                value, _ = self._sheet.catalog.analytes["pet.suvmax"].read(self.uptake.text, "g/mL")
            except UserError as error:
                self.uptake.say(str(error), bad=True)
            else:
                if isinstance(value, Quantity) and value.exact is not None:
                    text += f"; SUV {value.exact} is SUL {wording.shown(suv.sul(value.exact, lean, weight), 2)}"
        self.answer.setText(f"{text}.")
