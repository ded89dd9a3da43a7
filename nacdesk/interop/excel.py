"""The first sheet of an Excel file as text. Formulas are refused; python-calamine shows only their cached values.

The sheet's XML is scanned before it is read: for formulas, for cells whose appearance differs from
their content (per cent, errors), and for addresses far away that would make a huge empty table.
"""

import io
import posixpath
import re
import xml.parsers.expat
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from nacdesk.interop import zipcheck
from nacdesk.interop.preview import Refused, shown
from nacdesk.interop.sheet import MAX_COLUMNS, MAX_ROWS, Marked, Row, Sheet, build, tidy

MAX_AREA = 5_000_000  # cells of the rectangle that holds the sheet

_ROOT, _BOOK, _RELATIONS = "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_SHEETS = "xl/worksheets/"
# Our own root, so that the reader finds the very workbook that was looked at.
_OUR_ROOT = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_PERCENT_FORMATS = frozenset({"9", "10"})  # built-in formats 0% and 0.00%
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_ERROR = "Excel shows an error in this cell. Correct it, or clear the cell."
_PERCENT = "Excel shows this cell as a per cent and holds a hundredth of it. Format the cell as a number and write the value again."
_DATE = "Excel holds a date here. Format the cell as text and write the value again."

Attributes = Mapping[str, str]


def read_excel(data: bytes) -> Sheet:
    """The first sheet of an .xlsx file.

    Line numbers are Excel's row numbers. Numbers become their shortest decimal text, days ISO 8601.

    Raises:
        Refused: as `zipcheck.unpack`, or a formula, a hidden first sheet, a sheet too large.
    """
    parts = zipcheck.unpack(data)
    if _BOOK not in parts or _RELATIONS not in parts:
        raise Refused("The file is not an Excel workbook (.xlsx).", "Save it as .xlsx or CSV.")
    book = _Book(parts)
    scan = _Scan(parts[book.path], _percent_styles(parts.get(book.styles)))
    if scan.formula is not None:
        row, column = scan.formula
        raise Refused(
            f"Cell {_letters(column)}{row} of the sheet “{shown(book.name)}” holds a formula; only values are read.",
            "Copy the sheet and paste it as values.", row, _letters(column),
        )
    kept = {name: content for name, content in parts.items() if not name.startswith(_SHEETS) or name == book.path}
    rows = _values(zipcheck.pack(kept | {_ROOT: _OUR_ROOT}))
    notes = (f"Only the first sheet, “{shown(book.name)}”, of {book.sheets} was read.",) if book.sheets > 1 else ()
    return _sheet(rows, scan.marks, notes)


def _sheet(rows: Sequence[Sequence[object]], marks: Mapping[tuple[int, int], str], notes: tuple[str, ...]) -> Sheet:
    table = [Row(line, tuple(_text(value, marks.get((line, place))) for place, value in enumerate(values, 1))) for line, values in enumerate(rows, 1)]
    filled = [row for row in table if any(row.cells)]
    if not filled:
        raise Refused("The first sheet is empty.", "Check that this is the file you mean.")
    width = max(place for row in filled for place, cell in enumerate(row.cells, 1) if cell)
    filled = [Row(row.line, row.cells[:width]) for row in filled]
    return build(filled[0].cells, filled[1:], "", [], notes)


def _values(data: bytes) -> Sequence[Sequence[object]]:
    """All rows of the first sheet from row 1 on, as python-calamine types them."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except BaseException as error:
        # A panic of the Rust library is a BaseException of no public type; anything else that is
        # not an Exception (an interrupt from the keyboard) goes on.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Refused("The sheet of the Excel file cannot be read.", "Open it in Excel and save it again.") from error


def _text(value: object, mark: str | None) -> str:
    if mark is not None and (value != "" or mark is _ERROR):  # an error is read as blank; a format alone is no content
        return Marked(str(value) or "#", mark)
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, bool):
        return Marked(str(value).upper(), f"Excel holds the logical value {str(value).upper()} here. Write yes or no as text.")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return Marked(value.isoformat(), _DATE, is_date=True)
    if isinstance(value, datetime | time | timedelta):
        return Marked(str(value), "Excel holds a time of day here. Write the date alone, such as 2026-03-31.")
    raise Refused("A cell of the Excel file is of an unknown type.", "Save the table as CSV.")


def _number(value: float) -> str:
    """The digits that Excel shows, at most 15: 31.0 becomes 31, 0.30000000000000004 becomes 0.3."""
    return format(Decimal(format(value, ".15g")), "f")


def _letters(column: int) -> str:
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parse(content: bytes, start: Callable[[str, Attributes], None]) -> None:
    """Walk the XML, `start` seeing each element; a document type is refused, entities are never expanded."""

    def no_document_type(*_: object) -> None:
        raise Refused("The Excel file declares a document type.", "Do not use this file.")

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = no_document_type
    try:
        parser.Parse(content, True)
    except (xml.parsers.expat.ExpatError, ValueError) as error:
        raise Refused("The Excel file is damaged.", "Open it in Excel and save it again.") from error


class _Book:
    """Where the first sheet is.

    Attributes:
        name: of the first sheet.  path: its part in the zip.  sheets: how many there are.
        styles: the part with the formats of cells, "" when there is none.
    """

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self.name, self.path, self.sheets, self.styles = "", "", 0, ""
        self._relation, hidden = "", False

        def sheet(tag: str, attributes: Attributes) -> None:
            nonlocal hidden
            if _local(tag) == "sheet":
                self.sheets += 1
                if self.sheets == 1:
                    self.name = attributes.get("name", "")
                    hidden = attributes.get("state", "visible") != "visible"
                    self._relation = next((value for name, value in attributes.items() if ":" in name and _local(name) == "id"), "")

        def relation(tag: str, attributes: Attributes) -> None:
            target = attributes.get("Target", "")
            part = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target))
            if attributes.get("Type", "").endswith("/styles"):
                self.styles = part
            elif _local(tag) == "Relationship" and attributes.get("Id") == self._relation and not self.path:
                self.path = part

        _parse(parts[_BOOK], sheet)
        if hidden:
            raise Refused(f"The first sheet, “{shown(self.name)}”, is hidden.", "Show it, or move the table to the first place.")
        _parse(parts[_RELATIONS], relation)
        if not self.path.startswith(_SHEETS) or self.path not in parts:
            raise Refused("The first sheet of the Excel file is not a table.", "Move the table to the first place.")


def _percent_styles(styles: bytes | None) -> frozenset[str]:
    """The style numbers of cells that Excel shows as a per cent: it shows 1.9 % and holds 0.019."""
    formats, found = set(_PERCENT_FORMATS), set()
    place: int | None = None  # among the cell formats; None outside their list

    def element(tag: str, attributes: Attributes) -> None:
        nonlocal place
        name = _local(tag)
        if name == "numFmt" and "%" in attributes.get("formatCode", ""):
            formats.add(attributes.get("numFmtId", ""))
        elif name == "cellXfs":
            place = 0
        elif name in ("cellStyles", "dxfs"):
            place = None
        elif name == "xf" and place is not None:
            if attributes.get("numFmtId") in formats:
                found.add(str(place))
            place += 1

    if styles is not None:
        _parse(styles, element)
    return frozenset(found)


class _Scan:
    """What the sheet's XML shows before its values are read.

    Attributes:
        formula: row and column of the first formula, None when there is none.
        marks: cells that must not be taken at face value, by row and column, with the reason.
    """

    def __init__(self, content: bytes, percent: frozenset[str]) -> None:
        self.formula: tuple[int, int] | None = None
        self.marks: dict[tuple[int, int], str] = {}
        self._percent = percent
        self._row = self._column = self._widest = self._last = 0
        _parse(content, self._element)

    def _element(self, tag: str, attributes: Attributes) -> None:
        name = _local(tag)
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            row = attributes.get("r")
            self._row = self._row + 1 if row is None else int(row)  # a ValueError is a damaged file
            self._column = 0
        elif name == "f" and self.formula is None:
            self.formula = (self._row, self._column)

    def _cell(self, attributes: Attributes) -> None:
        address = attributes.get("r")
        if address is None:
            self._column += 1
        else:
            found = _ADDRESS.fullmatch(address)
            if found is None:
                raise ValueError(address)
            self._column, self._row = _column(found[1]), int(found[2])
        self._widest, self._last = max(self._widest, self._column), max(self._last, self._row)
        if self._last > MAX_ROWS + 1 or self._widest > MAX_COLUMNS or self._widest * self._last > MAX_AREA:
            raise Refused(
                f"The sheet reaches to row {self._last} and column {_letters(self._widest)}; at most {MAX_ROWS} rows and {MAX_COLUMNS} columns are read.",
                "Delete the rows and columns that are not needed, or split the table.",
            )
        kind = attributes.get("t", "n")
        if kind == "e":
            self.marks[self._row, self._column] = _ERROR
        elif kind == "n" and attributes.get("s") in self._percent:
            self.marks[self._row, self._column] = _PERCENT


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
