"""Single facts of a case at one time point: one field each, with what is known from another day beside it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nacdesk.domain import entering, wording
from nacdesk.domain.analytes import Analyte
from nacdesk.domain.edits import Edit
from nacdesk.domain.facts import History, Observation
from nacdesk.domain.flowsheet import Sheet
from nacdesk.domain.rules import Catalog
from nacdesk.domain.typed import Blank, Typed, Value
from nacdesk.errors import UserError
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.edits import Place
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.forms.field import Field
from nacdesk.gui.forms.keeper import Change, Keeper
from nacdesk.gui.labels import words
from nacdesk.gui.theme import Look

Key = tuple[str, str]
FIELD_WIDTH = 185
BASELINE = "event.baseline"
BASELINE_REASONS = ("last scan before treatment", "earlier scan of poor quality", "re-staged before treatment")


class FactsPage(QWidget):
    """The fields of some analytes at the time point that is chosen above them.

    Args:
        keys: which analytes (with a lesion, or ""), given the catalogue and the sheet.

    Signals:
        typed: something was typed in a field, saved or not.
    """

    typed = Signal()

    def __init__(self, keeper: Keeper, keys: Callable[[Catalog, Sheet | None], tuple[Key, ...]]) -> None:
        super().__init__()
        self._keeper = keeper
        self._keys = keys
        self._sheet: Sheet | None = None
        self._visit = ""
        self._first_dose: date | None = None
        self.fields: dict[Key, Field] = {}
        self._grid = QWidget()
        self._flow = FlowLayout(self._grid, gap=10, column=FIELD_WIDTH)
        keep_height(self._grid)
        self.none = words("note")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.column.addWidget(self.none)
        self.column.addWidget(self._grid)

    def keys(self, catalog: Catalog, sheet: Sheet | None) -> tuple[Key, ...]:
        """Which facts it holds; the columns that its sheet needs."""
        return self._keys(catalog, sheet)

    def show_sheet(self, snapshot: Snapshot, sheet: Sheet, visit: str, look: Look) -> None:
        """Show what is recorded at a time point of this sheet; a field that is being typed in keeps its text."""
        self._sheet, self._visit, self._first_dose = sheet, visit, snapshot.review.day_zero
        self._flow.set_column(look.px(FIELD_WIDTH))
        wanted = self.keys(snapshot.review.catalog, sheet)
        if tuple(self.fields) != wanted:
            self._rebuild(wanted, sheet)
        self.none.setText("" if wanted else "Nothing to ask here yet.")
        self.none.setVisible(not wanted)
        for key, field in self.fields.items():
            field.setEnabled(snapshot.latest and _column(sheet, key) is not None)
            if not field.changed:
                said, bad = field.note.text(), field.note.property("bad") == "true"
                field.show_text(self._text(key))
                field.say(said if bad or said.startswith("saved") else self._elsewhere(key), bad=bad)

    def supposed(self) -> History | None:
        """The facts of the case as they would be with what stands in the fields now, saved or not; what is refused is left out."""
        sheet = self._sheet
        if sheet is None:
            return None
        rows = [row for row in sheet.history.observations if not (row.visit == self._visit and (row.analyte, row.lesion or "") in self.fields)]
        for key, field in self.fields.items():
            at = self._at(sheet, key)
            if at is None or not field.text:
                continue
            try:
                value = entering.entry(sheet, *at, field.text)
            except UserError:
                continue  # it is said beside the field once that is left
            if not isinstance(value, Blank):
                rows.append(Observation(f"typed {len(rows)}", self._visit, key[0], value.value, sheet.rows[at[0]].date, lesion=key[1] or None))
        return replace(sheet.history, observations=tuple(rows))

    def _rebuild(self, wanted: tuple[Key, ...], sheet: Sheet) -> None:
        for field in self.fields.values():
            self._keeper.forget(field)
            self._flow.removeWidget(field)
            field.deleteLater()
        self.fields = {key: self._field(key, sheet.catalog.analytes[key[0]]) for key in wanted}
        for field in self.fields.values():
            self._flow.addWidget(field)

    def _field(self, key: Key, analyte: Analyte) -> Field:
        title = f"{analyte.label}{f', {key[1]}' if key[1] else ''}{f' ({analyte.unit})' if analyte.unit else ''}"
        choices = (("not recorded", ""), *((code, code) for code in analyte.codes)) if analyte.kind == "code" else None
        field = Field(title, choices=choices)
        place = partial(self._place, key)
        field.begun.connect(partial(self._on_begun, field, place))
        field.left.connect(partial(self._on_left, field, key))
        field.given_back.connect(partial(self._keeper.forget, field))
        field.entered.connect(self.focusNextChild)
        if field.line is not None:
            field.line.textEdited.connect(self._on_typed)
            field.typed.connect(partial(self._keeper.note, field, place))
        return field

    def _place(self, key: Key) -> Place:
        return Place(self._visit, key)

    def _on_begun(self, field: Field, place: Callable[[], Place]) -> None:
        self._keeper.begin(field, place())

    def _on_typed(self, _text: str) -> None:
        self.typed.emit()

    def _on_left(self, field: Field, key: Key) -> None:
        """Read what was typed; refuse it here, in words, or hand it on."""
        sheet = self._sheet
        at = None if sheet is None else self._at(sheet, key)
        if sheet is None or at is None:
            return
        row, column = at
        try:
            value = entering.entry(sheet, row, column, field.text)
        except UserError as error:
            field.say(str(error), bad=True)
            return
        cell = sheet.cell(row, column)
        questions = () if isinstance(value, Blank) else value.questions
        label = f"{'Withdraw' if isinstance(value, Blank) else 'Record'} {field.title}"
        change = Change(field, self._keeper.begun(field, self._place(key)), label, partial(self._edits, key, value), questions, bool(cell.observations))
        if _chooses_baseline(key, value):
            when = sheet.rows[row].date
            if when is not None and self._first_dose is not None and when > self._first_dose:
                field.say("It lies after the first dose and cannot be the baseline. Nothing was stored.", bad=True)
                return
            change = replace(change, recorded=True, ask="Why is this time point the baseline?", reasons=BASELINE_REASONS)
        self._keeper.enter(change)

    def _edits(self, key: Key, value: Typed, sheet: Sheet, reason: str) -> tuple[Edit, ...]:
        """The edits on the sheet as it is by then."""
        at = self._at(sheet, key)
        if at is None:
            raise UserError("The time point is no longer there.", "Choose another one above.")
        if _chooses_baseline(key, value):
            return entering.choose_baseline(sheet.history, self._visit, self._keeper.by, reason)
        return entering.edits_for(sheet, at[0], at[1], value)

    def _at(self, sheet: Sheet, key: Key) -> tuple[int, int] | None:
        """Row and column of a fact in a sheet."""
        row = next((place for place, one in enumerate(sheet.rows) if one.visit is not None and one.visit.id == self._visit), None)
        column = _column(sheet, key)
        return None if row is None or column is None else (row, column)

    def _text(self, key: Key) -> str:
        at = None if self._sheet is None else self._at(self._sheet, key)
        return "" if at is None or self._sheet is None else self._sheet.cell(*at).text

    def _elsewhere(self, key: Key) -> str:
        """The latest value of another time point: a fact that is known need not be asked again."""
        if self._sheet is None:
            return ""
        rows = [row for row in self._sheet.history.observations if (row.analyte, row.lesion or "") == key and row.visit != self._visit]
        return latest_words(rows, {visit.id: visit.name for visit in self._sheet.history.visits})


def _chooses_baseline(key: Key, value: Typed) -> bool:
    return key[0] == BASELINE and isinstance(value, Value) and value.value == "yes"


def _column(sheet: Sheet, key: Key) -> int | None:
    return next((place for place, column in enumerate(sheet.columns) if column.key == key), None)


def latest_words(rows: list[Observation], names: Mapping[str, str]) -> str:
    """The latest of some values in words: "1 on 17 Oct 2026"; "" for none."""
    dated = [row for row in rows if row.date is not None]
    if dated:
        last = max(dated, key=lambda row: (row.date, int(row.id)))
        assert last.date is not None
        return f"{last.value} on {wording.day(last.date)}"
    return f"{rows[-1].value} at {names.get(rows[-1].visit, 'another time point')}" if rows else ""


def by_prefix(*prefixes: str) -> Callable[[Catalog, Sheet | None], tuple[Key, ...]]:
    """All analytes whose id begins so, in the order of these beginnings, but those worked out by the program."""

    def keys(catalog: Catalog, _sheet: Sheet | None) -> tuple[Key, ...]:
        known = [name for name, analyte in catalog.analytes.items() if not analyte.derived]
        return tuple((name, "") for prefix in prefixes for name in known if name.startswith(prefix))

    return keys
