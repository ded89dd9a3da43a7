"""The cycles: laid out from the first, then given, moved, delayed, reduced or cancelled."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nacdesk.domain import dosing, wording
from nacdesk.domain.dosing import Cycle
from nacdesk.domain.edits import Edit
from nacdesk.domain.flowsheet import Sheet
from nacdesk.domain.quantity import parse_number, plain
from nacdesk.errors import UserError
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.edits import Place
from nacdesk.gui.forms.field import Field, Fields
from nacdesk.gui.forms.keeper import Change, Keeper
from nacdesk.gui.forms.person import DAY
from nacdesk.gui.labels import words
from nacdesk.gui.sheet_plan import day
from nacdesk.gui.theme import Look

WIDTH = 17  # characters of a field: four stand side by side in a small window
STATES = (("planned", "planned"), ("given", "given"), ("cancelled", "cancelled"))


class CycleRow(Fields):
    """The fields of one cycle."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.state = Field(f"Cycle {number}", choices=STATES)
        self.start = Field("Day 1", hint=DAY)
        self.dose = Field("Dose (% of full)")
        self.delay = Field("Delay (days)")
        self.fields = (self.state, self.start, self.dose, self.delay)
        super().__init__(self.fields, WIDTH)

    def show_cycle(self, cycle: Cycle, recorded: bool, planned: date | None) -> None:
        """Show it as recorded, or as planned; a field that is being typed in keeps its text."""
        state = "cancelled" if cycle.cancelled else "given" if recorded else "planned"
        texts = (state, cycle.start.isoformat() if cycle.start and recorded else "", _text(cycle.dose_pct), "" if cycle.delay_days is None else str(cycle.delay_days))
        for field, text in zip(self.fields, texts, strict=True):
            if not field.changed:
                said, bad = field.note.text(), field.note.property("bad") == "true"
                field.show_text(text)
                field.say(said if bad or said.startswith("saved") else "", bad=bad)
        if self.start.line is not None:
            self.start.line.setPlaceholderText(f"planned {wording.day(planned, year=False)}" if planned and not recorded else DAY)

    def cycle(self, planned: date | None) -> Cycle:
        """As it stands in the fields; a date or a dose makes a planned cycle a given one.

        Raises:
            UserError: a field cannot be read; it says so itself.
        """
        start, dose, delay = self._read(self.start), self._read(self.dose), self._read(self.delay)
        assert start is None or isinstance(start, date)
        assert dose is None or isinstance(dose, Decimal)
        assert delay is None or isinstance(delay, Decimal)
        state = self.state.text
        if state == "planned" and not self.state.changed and (start or dose is not None):
            state = "given"
        if state == "given" and start is None and self.state.changed:
            start = planned
        return Cycle(self.number, start, state == "given", dose, None if delay is None else int(delay), state == "cancelled")

    def _read(self, field: Field) -> date | Decimal | None:
        if not field.text:
            return None
        try:
            if field is self.start:
                return day(field.text)
            comparator, number = parse_number(field.text)
            if comparator != "=" or number < 0 or (field is self.delay and number != number.to_integral_value()):
                raise UserError(f"“{field.text}” is not a number of {'days' if field is self.delay else 'per cent'}.", "Write a plain number.")
        except UserError as error:
            field.say(str(error), bad=True)
            raise
        return number


class CyclesPage(QWidget):
    """A row for each cycle that is recorded or planned, and one more."""

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        self._keeper = keeper
        self._key = ""
        self._recorded: dict[int, Cycle] = {}
        self._planned: dict[int, date] = {}
        self.rows: list[CycleRow] = []
        self.note = words("note")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.note)

    def show_sheet(self, snapshot: Snapshot, sheet: Sheet, _visit: str, _look: Look) -> None:
        """Show the cycles as recorded, and the plan of the regimen behind them."""
        self.setEnabled(snapshot.latest)
        review, history = snapshot.review, sheet.history
        self._recorded = {cycle.number: cycle for cycle in dosing.recorded(history)}
        regimen = review.regimen
        length = history.case.cycle_length or (regimen.cycle_length if regimen else None)
        last = max(self._recorded, default=0)
        known = regimen.planned_cycles if regimen else None
        count = max(known or 0, last + (1 if known else 2))  # where no number is planned Enter finds the next row before this one is saved
        self._planned = self._plan(last, count, length)
        planned = f"{regimen.planned_cycles} planned before surgery with {regimen.name}" if regimen and regimen.planned_cycles else "number of planned cycles not known"
        days = f"{length} days a cycle" if length else "days per cycle not known"
        self.note.setText(f"{planned}; {days}. Planned cycles are worked out and never count as given. A delay is worked out from the dates where none is typed.")
        if history.case.key != self._key or len(self.rows) != count:
            self._rebuild(count)
            self._key = history.case.key
        for row in self.rows:
            cycle = self._recorded.get(row.number)
            row.show_cycle(cycle or Cycle(row.number, None, given=False), cycle is not None, self._planned.get(row.number))

    def take_focus(self) -> None:
        """The cursor goes to the cycle that comes next."""
        last = max(self._recorded, default=0)
        if self.rows:
            self.rows[min(last, len(self.rows) - 1)].state.focus()

    def _plan(self, last: int, count: int, length: int | None) -> dict[int, date]:
        start = self._recorded[last].start if last else None
        if start is None or not length:
            return {}
        return {last + ahead: start + timedelta(days=length * ahead) for ahead in range(1, count - last + 1)}

    def _rebuild(self, count: int) -> None:
        for row in self.rows[count:]:
            for field in row.fields:
                self._keeper.disown(field)
            self._column.removeWidget(row)
            row.deleteLater()
        del self.rows[count:]
        for number in range(len(self.rows) + 1, count + 1):
            row = CycleRow(number)
            for place, field in enumerate(row.fields):
                self._keeper.adopt(field, f"cycle {number} {place}", partial(_place, number))
                field.left.connect(partial(self._on_left, field, row))
                field.entered.connect(partial(self._go_down, number, place))
            self.rows.append(row)
            self._column.addWidget(row)

    def _go_down(self, number: int, place: int) -> None:
        """Enter goes to the same field of the next cycle."""
        if number < len(self.rows):
            self.rows[number].fields[place].focus()

    def _on_left(self, field: Field, row: CycleRow) -> None:
        if not field.changed:
            return
        try:
            cycle = row.cycle(self._planned.get(row.number))
        except UserError:
            return  # the field says so itself
        before = self._recorded.get(row.number)
        label = f"Record cycle {row.number}" if before is None else f"Change cycle {row.number}"
        change = Change(field, self._keeper.begun(field, _place(row.number)), label, partial(_edits, cycle), recorded=before is not None and not field.fills)
        self._keeper.enter(change)


def _place(number: int) -> Place:
    return Place("case", ("treatment.cycle", str(number)))


def _text(number: Decimal | None) -> str:
    return "" if number is None else plain(number)


def _edits(cycle: Cycle, sheet: Sheet, _reason: str) -> tuple[Edit, ...]:
    """This cycle among those recorded by then."""
    others = [one for one in dosing.recorded(sheet.history) if one.number != cycle.number]
    own = [replace(cycle)] if cycle.given or cycle.cancelled else []
    return dosing.edits_for_cycles(sheet.history, [*others, *own])
