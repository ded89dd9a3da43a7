"""Wide tables: one row one case. A TOML file says what each column holds; `ispy1.toml` explains the format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import tomli

from nacdesk import paths
from nacdesk.domain.quantity import conversion
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop.columns import CASE_COLUMNS, COLUMNS, FACT_COLUMNS, suggestion
from nacdesk.interop.entry import Entry
from nacdesk.interop.preview import Problem, shown
from nacdesk.interop.sheet import Marked, Sheet

# What may be said of a column once and for all: the columns of the long table but those a row fills.
_FIXED = frozenset(COLUMNS) - {"case", "date", "value", "accepted", "note", *CASE_COLUMNS}


@dataclass(frozen=True, slots=True)
class WideColumn:
    """What one column of a wide table holds.

    Attributes:
        name: its header.
        fact: the fact of the case that it holds, "" for a measurement.
        cells: columns of the long table that are the same in every row (visit, analyte, unit, ...).
        date_column: the column with the date of the measurement, "" for none.
        translate: what each cell means; empty where the cell is taken as it stands.
    """

    name: str
    fact: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    date_column: str = ""
    translate: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WideMapping:
    """A mapping: the column with the key of the case, facts all cases share, and the other columns in order of time."""

    name: str
    title: str
    case: str
    facts: Mapping[str, str]
    columns: tuple[WideColumn, ...]

    @property
    def needed(self) -> tuple[str, ...]:
        """Every header that the mapping names."""
        named = [self.case, *(column.name for column in self.columns), *(column.date_column for column in self.columns if column.date_column)]
        return tuple(dict.fromkeys(named))


def names() -> tuple[str, ...]:
    """The mappings there are, the user's and the shipped ones."""
    return tuple(sorted(_files()))


def load(name: str, catalog: Catalog) -> WideMapping:
    """The mapping of that name; one of the user's goes before a shipped one.

    Raises:
        UserError: no such mapping, or its file is wrong; names the file and the key.
    """
    path = _files().get(name)
    if path is None:
        raise UserError(f"There is no mapping “{shown(name)}”; nothing was read.", f"There are: {', '.join(names())}.")
    try:
        table = tomli.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise UserError(f"The mapping {path.name} cannot be read ({error}); nothing was imported.", "Correct the file.") from error
    return _Checked(path.name, catalog).mapping(name, table)


def fitting(sheet: Sheet, catalog: Catalog) -> str | None:
    """The first mapping whose columns the table has, None when there is none."""
    for name in names():
        try:
            needed = load(name, catalog).needed
        except UserError:  # nobody asked for that one; it is refused when it is named
            continue
        if set(needed) <= set(sheet.header):
            return name
    return None


def entries(sheet: Sheet, mapping: WideMapping, place: str = "") -> tuple[list[Entry], list[Problem], tuple[str, ...]]:
    """The rows of a wide table as entries, the problems, and the columns that the mapping does not name.

    A blank cell means "not done": of a lesion it makes the visit known, without a value, and else
    states nothing; a row without any measurement is still a case.
    """
    missing = [name for name in mapping.needed if name not in sheet.header]
    problems = [Problem(1, name, f"The mapping {mapping.name} needs this column, but the file has none of that name.", place) for name in missing]
    unused = tuple(name for name in sheet.header if name and name not in mapping.needed)
    if missing:
        return [], problems, unused
    found = []
    for line, cells in sheet.records():
        key = {"case": cells[mapping.case]} if mapping.case in cells else {}
        facts, sources = dict(mapping.facts), {"case": mapping.case}
        values = []
        for column in mapping.columns:
            cell = _translated(column, cells.get(column.name, ""))
            if cell is None:
                what = f"“{shown(cells[column.name])}” is none of {', '.join(column.translate)}, which the mapping {mapping.name} knows."
                problems.append(Problem(line, column.name, what, place))
            elif cell and column.fact:
                facts[column.fact], sources[column.fact] = cell, column.name
            elif not cell and "lesion" in column.cells:
                planned = {name: column.cells[name] for name in ("visit", "cycle") if name in column.cells}
                values.append(Entry(line, {**key, **planned}, sources, place=place))
            elif cell:
                values.append(_value(mapping, column, line, place, cells, cell))
        found.append(Entry(line, {**key, **facts}, sources, place=place))
        if key:  # a row without one is refused once, not for each of its cells
            found += values
    return found, problems, unused


def _translated(column: WideColumn, cell: str) -> str | None:
    """What the cell means, "" for blank, None when the mapping does not know it."""
    if not cell or not column.translate or isinstance(cell, Marked):
        return cell
    return column.translate.get(cell)


def _value(mapping: WideMapping, column: WideColumn, line: int, place: str, row: Mapping[str, str], value: str) -> Entry:
    """The measurement of one column; `value` is its cell, translated."""
    cells = {"case": row.get(mapping.case, ""), **column.cells, "value": value}
    if column.date_column in row:
        cells["date"] = row[column.date_column]
    sources = {**dict.fromkeys(cells, column.name), "case": mapping.case, "date": column.date_column}
    entered = row[column.name] if column.translate else ""
    return Entry(line, cells, sources, column.name, place, entered)


def _files() -> dict[str, Path]:
    shipped = paths.resources() / "catalog" / "mappings"
    return {path.stem: path for folder in (shipped, paths.user_mappings()) if folder.is_dir() for path in sorted(folder.glob("*.toml"))}


class _Checked:
    """Builds a mapping from its file and refuses whatever it does not know."""

    def __init__(self, file: str, catalog: Catalog) -> None:
        self._file = file
        self._catalog = catalog

    def mapping(self, name: str, table: Mapping[str, object]) -> WideMapping:
        self._only(table, {"title", "case", "facts", "column"}, "")
        raw_columns = table.get("column")
        if not isinstance(raw_columns, list) or not raw_columns:
            self._refuse("column", "the file names no column")
        columns = tuple(self._column(raw, number) for number, raw in enumerate(raw_columns, 1))
        facts = self._texts(table.get("facts", {}), "facts")
        self._only(facts, set(FACT_COLUMNS), "facts, ")
        mapping = WideMapping(name, self._text(table, "title", ""), self._text(table, "case", ""), facts, columns)
        headers = [mapping.case, *(column.name for column in columns)]
        twice = next((header for header in headers if headers.count(header) > 1), None)
        if twice is not None:
            self._refuse(twice, "the column is named twice")
        return mapping

    def _column(self, raw: object, number: int) -> WideColumn:
        where = f"column {number}, "
        if not isinstance(raw, dict):
            self._refuse(where.rstrip(", "), "must be a table")
        self._only(raw, {"name", "fact", "date_column", "translate", *_FIXED}, where)
        cells = {key: self._text(raw, key, where) for key in raw if key in _FIXED}
        column = WideColumn(
            name=self._text(raw, "name", where),
            fact=self._text(raw, "fact", where) if "fact" in raw else "",
            cells=cells,
            date_column=self._text(raw, "date_column", where) if "date_column" in raw else "",
            translate=self._texts(raw.get("translate", {}), f"{where}translate"),
        )
        if column.fact:
            self._known(column.fact, FACT_COLUMNS, f"{where}fact")
            if cells or column.date_column:
                self._refuse(f"{where}fact", "a fact of the case has neither visit nor analyte")
        else:
            self._measurement(column, where)
        return column

    def _measurement(self, column: WideColumn, where: str) -> None:
        self._known(column.cells.get("analyte", ""), tuple(self._catalog.analytes), f"{where}analyte")
        if not ({"visit", "cycle"} & column.cells.keys() or column.date_column):
            self._refuse(f"{where}visit", "one of visit, cycle and date_column is needed")
        analyte, unit = self._catalog.analytes[column.cells["analyte"]], column.cells.get("unit", "")
        if conversion(unit, analyte.unit, analyte.alternatives) is None:
            self._refuse(f"{where}unit", f"“{unit}” is not a unit of {analyte.id}; it can be {analyte.units() or 'left out'}")

    def _text(self, table: Mapping[str, object], key: str, where: str) -> str:
        """Text or a whole number, as text."""
        raw = table.get(key)
        if isinstance(raw, bool) or not isinstance(raw, str | int) or not str(raw).strip():
            self._refuse(f"{where}{key}", "must be text" if key in table else "is missing")
        return str(raw).strip()

    def _texts(self, raw: object, where: str) -> dict[str, str]:
        if not isinstance(raw, dict):
            self._refuse(where, "must be a table")
        return {key: self._text(raw, key, f"{where}.") for key in raw}

    def _only(self, table: Mapping[str, object], allowed: set[str], where: str) -> None:
        unknown = next((key for key in table if key not in allowed), None)
        if unknown is not None:
            self._refuse(f"{where}{unknown}", f"unknown key; the keys are {', '.join(sorted(allowed))}")

    def _known(self, text: str, known: tuple[str, ...], where: str) -> None:
        if text not in known:
            self._refuse(where, f"“{shown(text)}” is unknown. {suggestion(text, known)}")

    def _refuse(self, where: str, what: str) -> NoReturn:
        raise UserError(f"The mapping {self._file} was not used: {where}: {what.rstrip('.')}.", "Correct the file.")
