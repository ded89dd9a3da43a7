"""Rows of text from a CSV or Excel file, strictly: a header, and cells with their line numbers."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nacdesk.interop.preview import Problem, Refused, shown

MAX_BYTES = 10_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 1_000
MAX_CELL = 32_767  # what Excel itself can hold

SEPARATORS = (",", ";", "\t")


class Marked(str):
    """A cell of Excel that may not be what the eye saw there.

    Attributes:
        reason: why, and what to do; one or two sentences.
        is_date: the cell holds a day; right in a column of dates, wrong elsewhere.
    """

    reason: str
    is_date: bool

    def __new__(cls, text: str, reason: str, is_date: bool = False) -> "Marked":
        cell = super().__new__(cls, text)
        cell.reason, cell.is_date = reason, is_date
        return cell


class Row(NamedTuple):
    """One row: its line (row number in Excel) and its cells, as many as the header has."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table of a file.

    Attributes:
        header: names of the columns, stripped; "" where a column without name is empty throughout.
        rows: rows with at least one filled cell; cells are stripped.
        separator: of a CSV file, "" for Excel.
        problems: rows that do not fit the header.
        notes: what the reader of the file should know.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    separator: str
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row as line and filled cells by header."""
        for line, cells in self.rows:
            yield line, {name: cell for name, cell in zip(self.header, cells, strict=True) if cell}


def read_sheet(suffix: str, data: bytes) -> Sheet:
    """The table of a file by its suffix (".csv", ".tsv", ".txt" or ".xlsx").

    Raises:
        Refused: another format, too large, not text, without rows, or with a header that says nothing.
    """
    if len(data) > MAX_BYTES:
        raise Refused(f"The file is larger than {MAX_BYTES // 1_000_000} MB.", "Split it.")
    if suffix in (".csv", ".tsv", ".txt"):
        return _read_csv(data)
    if suffix == ".xlsx":
        from nacdesk.interop.excel import read_excel

        return read_excel(data)
    if suffix in (".xls", ".xlsm", ".xlsb", ".ods"):
        raise Refused(f"Files of type {suffix} are not read.", "Save the table as .xlsx or CSV.")
    raise Refused(f"“{suffix or 'no suffix'}” is not a type of file that is read.", "Use .csv, .xlsx or .json, or a folder of SDTM tables.")


def tidy(text: str) -> str:
    """A cell without blanks around it and with one kind of line break."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def build(header: tuple[str, ...], rows: list[Row], separator: str, problems: list[Problem], notes: tuple[str, ...] = ()) -> Sheet:
    """A sheet whose header is sound: every filled column named, no name twice."""
    for name in dict.fromkeys(header):
        if name and header.count(name) > 1:
            places = " and ".join(str(place) for place, other in enumerate(header, 1) if other == name)
            raise Refused(f"The header “{shown(name)}” is there more than once (columns {places}).", "Rename or remove one of them.", 1, name)
    if not any(header):
        raise Refused("The file has no header.", "Write the names of the columns in the first row.")
    for place, name in enumerate(header):
        if not name:
            filled = next((row.line for row in rows if row.cells[place]), None)
            if filled is not None:
                problems.append(Problem(filled, None, f"Column {place + 1} has no header but is filled. Name it or remove it."))
    if not rows and not problems:
        raise Refused("The file has a header but no rows.", "Check that this is the file you mean.")
    return Sheet(header, tuple(rows), separator, tuple(problems), notes)


def _read_csv(data: bytes) -> Sheet:
    text = _decoded(data)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    problems: list[Problem] = []
    start = 1
    try:
        for raw in reader:
            line, start = start, reader.line_num + 1
            cells = tuple(map(tidy, raw))
            if not any(cells):
                continue
            if not header:
                header = cells
                _check_width(len(header))
            elif len(cells) != len(header):
                problems.append(Problem(line, None, f"The row has {len(cells)} cells, the header {len(header)}. Check separators and quotation marks."))
            elif len(rows) >= MAX_ROWS:
                raise Refused(f"The file has more than {MAX_ROWS} rows.", "Split it.", line)
            else:
                rows.append(Row(line, cells))
    except csv.Error as error:
        what = "A cell is too long" if "field larger" in str(error) else "The quotation marks do not match"
        raise Refused(f"{what} from this line on.", "Correct the line.", start) from error
    return build(header, rows, separator, problems)


def _check_width(columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise Refused(f"The table has {columns} columns; at most {MAX_COLUMNS} are read.", "Remove the columns that are not needed.")


def _decoded(data: bytes) -> str:
    if not data.strip():
        raise Refused("The file is empty.", "Check that this is the file you mean.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("The file is UTF-16 text.", "Save it as “CSV UTF-8”.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused("The file is an Excel file, not CSV.", "Name it .xlsx, or save it as CSV.")
    if b"\x00" in data:
        raise Refused("The file holds NUL bytes: it is not text.", "Save it as “CSV UTF-8”.", data.count(b"\n", 0, data.index(b"\x00")) + 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused("The file is not UTF-8 text.", "Save it as “CSV UTF-8”.", line) from None


def _separator(text: str) -> str:
    """The separator that divides the header line most; quoted parts do not count."""
    line = text.lstrip("\r\n").partition("\n")[0]
    bare = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=bare.count)
