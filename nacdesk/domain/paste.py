"""Blocks of cells: from Excel, LibreOffice or the flowsheet itself, and out again (H05, H06, H44)."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from nacdesk.domain.edits import Edit
from nacdesk.domain.entering import asked, details_at, edits_for, read
from nacdesk.domain.flowsheet import Cell, Key, Sheet
from nacdesk.domain.quantity import Quantity, conversion, normal_unit
from nacdesk.domain.typed import Column, Typed, parse, written
from nacdesk.errors import UserError

Grid = tuple[tuple[str, ...], ...]
Block = tuple[tuple[int, int], tuple[int, int]]  # (first row, first column), (last row, last column), inclusive places

_LEAD = ("Case", "Time point", "Date")
_HEAD_UNIT = re.compile(r" \((?P<unit>[^()]+)\)$")
_FRACTION = re.compile(r"[<>]?\s*[-\u2212]?(?P<whole>\d+)(?P<sign>[.,])(?P<part>\d+)(?![\d.,])", re.ASCII)
_GROUP = 3  # digits between two thousands separators


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to be answered once for the whole paste.

    Attributes:
        about: "comma" or "unit".
        key: of the column, None for the whole block.
        question: one sentence with an example from the block.
        choices: the answers in words; of "comma": a comma (True), a point (False); of "unit": units.
    """

    about: Literal["comma", "unit"]
    key: Key | None
    question: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastePlan:
    """What a paste would do.

    Attributes:
        cells: (row place, column place, value or refusal) of every filled cell; none while something is asked.
        asks: to be answered before it is planned again.
    """

    cells: tuple[tuple[int, int, Typed | UserError], ...]
    asks: tuple[Ask, ...] = ()


def block(text: str) -> Grid:
    """The text of a clipboard as a grid of equal rows: tabs, line ends of any kind, quoted cells; empty rows and columns at the end left out."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True))
    except csv.Error:  # a quotation mark that quotes nothing: every character stands for itself
        rows = [line.split("\t") for line in re.split(r"\r\n|\r|\n", text)]
    cells = [[cell.strip() for cell in row] for row in rows]
    while cells and not any(cells[-1]):
        cells.pop()
    width = max((place for row in cells for place, cell in enumerate(row, start=1) if cell), default=0)
    return tuple(tuple((row + [""] * width)[:width]) for row in cells)


def paste(grid: Grid, sheet: Sheet, at: tuple[int, int], *, unit: Mapping[Key, str] | None = None, comma: bool | None = None) -> PastePlan:
    """What a grid means at a place of the sheet (row, column); a blank cell of the grid changes nothing.

    Args:
        unit: answers by column: the unit of its numbers that have none.
        comma: answer: the decimal sign is a comma (True) or a point (False).

    Raises:
        UserError: it reaches beyond the sheet, or was copied from another case; nothing is pasted.
    """
    units = dict(unit or {})
    own = grid[:1] and grid[0][: len(_LEAD)] == _LEAD
    heads: tuple[str, ...] = ()
    if own:
        heads, grid = grid[0][len(_LEAD) :], _same_case(grid[1:], sheet.case)
        comma = False
    top, left = at
    height, width = len(grid), len(grid[0]) if grid else 0
    if top + height > len(sheet.rows) or left + width > len(sheet.columns):
        raise UserError(
            f"The block of {height} × {width} cells reaches beyond the table, which goes on for {len(sheet.rows) - top} × {len(sheet.columns) - left}; nothing was pasted.",
            "Add the time points or columns first, or paste further up or left.",
        )
    columns = {place: sheet.columns[left + place] for place in range(width)}
    numeric = {place for place, column in columns.items() if column.analyte.kind in ("number", "integer")}
    asks: list[Ask] = []
    if comma is None:
        comma, ask = _decimal_sign([row[place] for row in grid for place in numeric])
        asks += [ask] if ask is not None else []
    for place, column in columns.items():
        if own and (found := _HEAD_UNIT.search(heads[place])) is not None:
            units[column.key] = found["unit"]
        elif place in numeric and column.key not in units and (ask := _mixed_units([row[place] for row in grid], column)) is not None:
            asks.append(ask)
    if asks:
        return PastePlan((), tuple(asks))
    cells = [one for place in columns for one in _planned(sheet, (top, left + place), [row[place] for row in grid], units, comma)]
    return PastePlan(tuple(sorted(cells, key=lambda cell: cell[:2])))


def edits_for_paste(sheet: Sheet, plan: PastePlan) -> tuple[Edit, ...]:
    """The edits of every accepted cell of a plan, for one step."""
    edits = (edit for row, column, value in plan.cells if not isinstance(value, UserError) for edit in edits_for(sheet, row, column, value))
    return tuple(dict.fromkeys(edits))  # a new time point is made once


def copied(sheet: Sheet, selection: Block, key: str) -> str:
    """A block as tab-separated text with case key, time point, date and the heads with their units (H44)."""
    (top, left), (bottom, right) = selection
    target = io.StringIO()
    writer = csv.writer(target, delimiter="\t", lineterminator="\n")
    columns = range(left, right + 1)
    writer.writerow([*_LEAD, *(_inert(sheet.columns[column].head) for column in columns)])
    for place in range(top, bottom + 1):
        row = sheet.rows[place]
        values = (_copied_cell(sheet.cell(place, column)) for column in columns)
        writer.writerow([_inert(key), _inert(row.name), row.date.isoformat() if row.date is not None else "", *map(_inert, values)])
    return target.getvalue().removesuffix("\n")


def _copied_cell(cell: Cell) -> str:
    """As it can be typed again: ND carries its limit."""
    value = cell.observations[0].value if cell.observations and cell.counts else None
    return written(value) if isinstance(value, Quantity) and value.comparator == "ND" else cell.text


def _inert(text: str) -> str:
    """A blank in front keeps a spreadsheet from taking a name for a formula."""
    return f" {text}" if text.startswith(("=", "+", "-", "@")) else text


def _same_case(rows: Grid, case: str) -> Grid:
    """The values of the program's own copy."""
    other = next((row[0] for row in rows if row[0] != case), None)
    if other is not None:
        raise UserError(f"The block was copied from case {other}, and this is case {case}; nothing was pasted.", "Copy and paste within one case.")
    return tuple(row[len(_LEAD) :] for row in rows)


def _decimal_sign(texts: Iterable[str]) -> tuple[bool | None, Ask | None]:
    """Comma (True), point (False) or no need to say (None); else the question."""
    certain: set[str] = set()
    unclear = ""
    for text in texts:
        if (found := _FRACTION.match(text)) is not None:
            if len(found["part"]) != _GROUP or len(found["whole"]) > _GROUP or found["whole"].startswith("0"):
                certain.add(found["sign"])
            else:
                unclear = unclear or text
    if "," in certain:
        return True, None
    if "." in certain or not unclear:
        return False if certain else None, None
    question = f"“{unclear}” can be a fraction or a number above a thousand: what does this block write before decimals?"
    return None, Ask("comma", None, question, ("a comma", "a point"))


def _mixed_units(texts: Iterable[str], column: Column) -> Ask | None:
    """The question for a column in which some numbers have a unit, another than the head's, and some have none."""
    units: set[str] = set()
    bare = ""
    for text in texts:
        try:
            amount = parse(text)
        except UserError:
            continue  # a code, a blank, or refused in its place
        if amount.unit and conversion(amount.unit, column.analyte.unit, column.analyte.alternatives) is not None:
            units.add(normal_unit(amount.unit))
        elif not amount.unit:
            bare = bare or text
    if not bare or units <= {normal_unit(column.unit)}:
        return None
    return Ask("unit", column.key, f"{column.title}: some numbers have a unit, “{bare}” has none. Which unit is it in?", (column.unit, *column.analyte.alternatives))


def _planned(sheet: Sheet, at: tuple[int, int], texts: Sequence[str], units: Mapping[Key, str], comma: bool | None) -> Iterator[tuple[int, int, Typed | UserError]]:
    """The filled cells of one column from a place downwards."""
    top, column = at
    values: dict[int, tuple[Typed, date | None]] = {}
    for row, text in enumerate(texts, start=top):
        if not text:
            continue
        own = details_at(sheet, row, column)
        try:
            value = read(sheet, column, text, own, unit=units.get(sheet.columns[column].key), comma=comma)
            edits_for(sheet, row, column, value)
        except UserError as refusal:
            yield row, column, refusal
        else:
            values[row] = value, own.date
    for row, value in asked(sheet, column, values).items():
        yield row, column, value
