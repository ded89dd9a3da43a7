"""The flowsheet as a table of Qt: the time point, what is typed, a column to add one, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from nacdesk.domain.flowsheet import Cell, Sheet, SheetRow
from nacdesk.domain.typed import Column
from nacdesk.gui.edits import CYCLE, DATE, NAME, NEW_ROW, ColumnKey, Place, row_of
from nacdesk.gui.theme import rich

Index = QModelIndex | QPersistentModelIndex
LEAD: tuple[tuple[ColumnKey, str], ...] = ((NAME, "Time point"), (DATE, "Date"), (CYCLE, "Cycles"))
FROZEN = 2  # time point and date stay in view
NEXT = "new time point"
SAVING, LATER, FAILED = "saving", "not saved yet", "not saved"
FACE_ROLE = Qt.ItemDataRole.UserRole + 1


class Kind(Enum):
    """What a cell of the table is for."""

    LEAD, TYPED, ADD, DERIVED = range(4)


@dataclass(frozen=True, slots=True)
class Unsaved:
    """Text of a cell that is not in the store.

    Attributes:
        state: SAVING, LATER (left half typed), or FAILED with the reason in `why`.
    """

    text: str
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """How a cell looks.

    Attributes:
        marks: short words below the text; tone: "", "watch" or "alert", "muted" for what is not typed.
        number: written at the right.
    """

    text: str
    marks: str = ""
    tone: str = ""
    number: bool = False
    typed: bool = True


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over a column: panel (over its first column only), title, unit, inherited details."""

    panel: str
    title: str
    unit: str = ""
    details: str = ""

    @property
    def words(self) -> str:
        """For a screen reader and the tip."""
        return ", ".join(part for part in (self.panel, self.title, self.unit, self.details) if part)


class SheetModel(QAbstractTableModel):
    """The sheet with what is typed and not saved yet on top of it.

    Attributes:
        sheet: None before the first case.
        unsaved: by place.
        fresh: the name by which the blank last row is known until it is saved.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheet: Sheet | None = None
        self.unsaved: dict[Place, Unsaved] = {}
        self.fresh = NEW_ROW

    def show_sheet(self, sheet: Sheet | None, unsaved: Mapping[Place, Unsaved], fresh: str) -> None:
        """Replace everything."""
        self.beginResetModel()
        self.sheet, self.unsaved, self.fresh = sheet, dict(unsaved), fresh
        self.endResetModel()

    def mark(self, place: Place, unsaved: Unsaved | None) -> None:
        """Put text that is not saved over a cell, or take it away."""
        if unsaved is None:
            self.unsaved.pop(place, None)
        else:
            self.unsaved[place] = unsaved
        index = self.index_of(place)
        if index.isValid():
            self.dataChanged.emit(index, index)

    # where things are

    @property
    def columns(self) -> tuple[Column, ...]:
        """The typed columns."""
        return self.sheet.columns if self.sheet is not None else ()

    @property
    def add_column(self) -> int:
        """The column that adds one."""
        return len(LEAD) + len(self.columns)

    def kind(self, column: int) -> Kind:
        """What a column of the table is for."""
        if column < len(LEAD):
            return Kind.LEAD
        return Kind.TYPED if column < self.add_column else Kind.ADD if column == self.add_column else Kind.DERIVED

    def row(self, number: int) -> SheetRow:
        """A row of the sheet."""
        assert self.sheet is not None
        return self.sheet.rows[number]

    def typed_column(self, column: int) -> Column:
        """A typed column by its place in the table."""
        return self.columns[column - len(LEAD)]

    def cell(self, index: Index) -> Cell:
        """What is recorded in a typed cell."""
        assert self.sheet is not None
        return self.sheet.cell(index.row(), index.column() - len(LEAD))

    def place(self, index: Index) -> Place | None:
        """What a cell that can be typed into is of; None for any other."""
        kind = self.kind(index.column()) if index.isValid() else Kind.DERIVED
        if kind not in (Kind.LEAD, Kind.TYPED):
            return None
        row = self.row(index.row())
        key = LEAD[index.column()][0] if kind is Kind.LEAD else self.typed_column(index.column()).key
        return Place(row.visit.id if row.visit is not None else self.fresh, key)

    def index_of(self, place: Place) -> QModelIndex:
        """Where a place is shown, an invalid index when it is not."""
        row = row_of(self.sheet, place.visit) if self.sheet is not None else None
        keys = [key for key, _ in LEAD] + [column.key for column in self.columns]
        if row is None or place.column not in keys:
            return QModelIndex()
        return self.index(row, keys.index(place.column))

    # what is shown

    def recorded(self, index: Index) -> str:
        """The text of a cell as it is in the store: what an edit begins with and gives back."""
        kind, row = self.kind(index.column()), self.row(index.row())
        if kind is Kind.TYPED:
            return self.cell(index).text
        if kind is Kind.LEAD:
            return (row.name, _iso(row.date), "" if row.cycle is None else str(row.cycle))[index.column()]
        return row.derived[index.column() - self.add_column - 1] if kind is Kind.DERIVED else ""

    def face(self, index: Index) -> Face:
        """How a cell looks."""
        place = self.place(index)
        unsaved = self.unsaved.get(place) if place is not None else None
        kind, row, text = self.kind(index.column()), self.row(index.row()), self.recorded(index)
        number = index.column() > 0
        if unsaved is not None:
            if unsaved.state == SAVING:  # grey for some milliseconds; a mark would make the row jump
                return Face(unsaved.text, tone="muted", number=number)
            return Face(unsaved.text, unsaved.state, "alert" if unsaved.why else "watch", number)
        if kind is Kind.TYPED:
            marks = self.cell(index).marks
            return Face(text, " · ".join(marks), "watch" if marks else "", number)
        if kind is Kind.LEAD:
            return self._lead_face(index.column(), row, text)
        return Face(text, tone="muted", number=number, typed=False)

    def head(self, column: int) -> Head:
        """What stands over a column."""
        kind = self.kind(column)
        if kind is Kind.LEAD:
            return Head("", LEAD[column][1])
        if kind is Kind.ADD:
            return Head("", "+")
        if kind is Kind.DERIVED:
            assert self.sheet is not None
            first = column == self.add_column + 1
            return Head("Worked out" if first else "", self.sheet.derived[column - self.add_column - 1])
        made = self.typed_column(column)
        before = self.typed_column(column - 1).panel if column > len(LEAD) else ""
        return Head(made.panel if made.panel != before else "", made.title, made.unit, inherited(made))

    def _lead_face(self, column: int, row: SheetRow, text: str) -> Face:
        if row.visit is None and column == 0 and not text:
            return Face(NEXT, tone="muted")
        if column == 1 and row.pending and text:
            return Face(text, "no value yet", "muted", True)
        if column == 2 and not text and row.counted is not None:
            return Face(f"({row.counted})", tone="muted", number=True)
        return Face(text, number=column > 0)

    def spoken(self, index: Index) -> str:
        """A cell for a screen reader: "after C2, primary diameter, 30 mm, CT"."""
        row, kind, face = self.row(index.row()), self.kind(index.column()), self.face(index)
        name = row.name or NEXT
        if kind is Kind.ADD:
            return "add a column"
        if kind is not Kind.TYPED:
            return ", ".join((name, self.head(index.column()).title, face.text or "empty", *filter(None, [face.marks])))
        column, cell = self.typed_column(index.column()), self.cell(index)
        fact = cell.observations[0] if cell.observations else None
        recorded = str(fact.value) if fact is not None and cell.counts else face.text or "empty"
        text = face.text if self.place(index) in self.unsaved else recorded
        return ", ".join(filter(None, (name, what(column), text, fact.method if fact is not None else "", face.marks)))

    # overrides of Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- the signature Qt documents; never changed
        return 0 if parent.isValid() or self.sheet is None else len(self.sheet.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- as above
        return 0 if parent.isValid() or self.sheet is None else self.add_column + 1 + len(self.sheet.derived)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.sheet is None:
            return None
        if role == FACE_ROLE:
            return self.face(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.face(index).text
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return self.spoken(index)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(index)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or self.sheet is None or section >= self.columnCount():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.head(section).words
        return None

    def _tip(self, index: Index) -> str:
        place = self.place(index)
        unsaved = self.unsaved.get(place) if place is not None else None
        if unsaved is not None:
            return _tip(f"{unsaved.text}: {unsaved.state}. {unsaved.why}".strip())
        return _tip(self.cell(index).tip) if self.kind(index.column()) is Kind.TYPED else ""


def what(column: Column) -> str:
    """A column in words: "primary diameter", "CEA"."""
    if column.lesion is None:
        return column.analyte.label
    name = column.analyte.label.removeprefix("Tumour ")
    return f"{column.lesion.label} {name if name[:2].isupper() else name[:1].lower() + name[1:]}"


def inherited(column: Column) -> str:
    """What a new value of a column takes over: "CT", "tumour-informed assay, limit 0.02, ULN 5.0"."""
    defaults = column.defaults
    unit = f"\u00a0{column.unit}" if column.unit else ""
    limits = [f"{name}\u00a0{text}{unit}" for name, text in (("limit", defaults.limit), ("ULN", defaults.uln)) if text]
    return ", ".join(filter(None, (defaults.method, defaults.scanner, *limits)))


def _tip(text: str) -> str:
    """Words from data for a tip, which would read markup."""
    return f"<p>{rich(text).replace(chr(10), '<br>')}</p>" if text else ""


def _iso(day: date | None) -> str:
    return day.isoformat() if day is not None else ""
