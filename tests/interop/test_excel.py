"""Excel: typed cells become text without a change of meaning, or are refused with row and column."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from nacdesk.interop.preview import Problem

HEAD = ("case", "visit", "date", "cycle", "analyte", "lesion", "value", "unit", "note")
GOOD = ("A-1", "baseline", "", 0, "size.diameter", "primary", 31.0, "mm", "")
VALUE = HEAD.index("value")


def workbook(*rows: tuple[object, ...], formats: dict[tuple[int, int], str] | None = None, setup: Callable[[Any, Any], None] | None = None) -> bytes:
    """An .xlsx of rows; `formats` by row and column from 0, `setup` gets the book and its first sheet."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("measured")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            look = (formats or {}).get((row, column))
            if cell != "" or look:
                sheet.write(row, column, cell if cell != "" else None, book.add_format({"num_format": look}) if look else None)
    if setup is not None:
        setup(book, sheet)
    book.close()
    return target.getvalue()


def one(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def with_value(value: object, look: str | None = None, column: int = VALUE) -> bytes:
    cells = list(GOOD)
    cells[column] = value
    return workbook(HEAD, tuple(cells), formats={(1, column): look} if look else None)


def rewritten(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The workbook with one part changed by hand."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name).decode()
            changed = change(content) if name == part else content
            assert name != part or changed != content
            new.writestr(name, changed)
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(("typed", "text"), [(31.0, "31"), (31, "31"), (31.5, "31.5"), (0.1 + 0.2, "0.3"), (1 / 4, "0.25"), ("31.0", "31.0"), (" 31 ", "31"), (499.999, "499.999")])
def test_numbers_become_their_shortest_text(load, typed: object, text: str) -> None:
    found = load(with_value(typed), "table.xlsx")
    assert found.problems == ()
    (row,) = found.histories[0].observations
    assert str(row.quantity.value) == text
    assert row.id == "line 2"


def test_H10_a_day_of_excel_is_that_day(load) -> None:
    found = load(with_value(date(2026, 3, 29), "dd.mm.yyyy", HEAD.index("date")), "table.xlsx")
    assert found.histories[0].observations[0].date == date(2026, 3, 29)
    midnight = load(with_value(datetime(2026, 3, 29), "dd.mm.yyyy hh:mm", HEAD.index("date")), "table.xlsx")
    assert midnight.histories == found.histories


@pytest.mark.parametrize(
    ("value", "look", "column", "sentence"),
    [
        (True, None, "value", "logical value TRUE"),
        (False, None, "value", "logical value FALSE"),
        (date(2026, 3, 2), "d-mmm", "value", "Excel holds a date here"),
        (date(2026, 3, 2), "d-mmm", "case", "Excel holds a date here"),
        (date(2026, 3, 2), "d-mmm", "lesion", "Excel holds a date here"),
        (clock(10, 30), "hh:mm", "date", "time of day"),
        (datetime(2026, 3, 2, 10, 30), "yyyy-mm-dd hh:mm", "date", "time of day"),
        (0.019, "0.0%", "value", "per cent and holds a hundredth"),
        (0.25, "0%", "value", "per cent and holds a hundredth"),
    ],
)
def test_a_cell_that_is_not_what_it_seems_is_refused(load, value: object, look: str | None, column: str, sentence: str) -> None:
    problem = one(load(with_value(value, look, HEAD.index(column)), "table.xlsx").problems)
    assert (problem.line, problem.column) == (2, column)
    assert sentence in problem.sentence


def test_a_format_without_content_is_blank(load) -> None:
    found = load(workbook(HEAD, GOOD, formats={(1, HEAD.index("note")): "0.0%"}), "table.xlsx")
    assert found.problems == ()
    assert found.histories[0].observations[0].note is None


def test_H11_an_error_of_excel_is_not_a_blank(load) -> None:
    data = rewritten(with_value(31), SHEET, lambda text: text.replace('<c r="G2"><v>31</v></c>', '<c r="G2" t="e"><v>#N/A</v></c>'))
    problem = one(load(data, "table.xlsx").problems)
    assert (problem.line, problem.column) == (2, "value")
    assert "shows an error" in problem.sentence


@pytest.mark.parametrize(
    "formula",
    ["<f>30+1</f><v>31</v>", "<f/><v>31</v>", '<f t="shared" si="0"/><v>31</v>', '<f t="array" ref="G2">31</f><v>31</v>', "<v>31</v><f>30+1</f>", '<x:f xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">1</x:f><v>31</v>'],
)
def test_H32_a_formula_is_refused_with_sheet_and_cell(load, formula: str) -> None:
    data = rewritten(with_value(31), SHEET, lambda text: text.replace("<v>31</v>", formula))
    problem = one(load(data, "table.xlsx").problems)
    assert (problem.line, problem.column) == (2, "G")
    assert "Cell G2 of the sheet “measured” holds a formula" in problem.sentence


def test_a_formula_in_a_sheet_that_is_not_read_does_not_matter(load) -> None:
    def second(book: Any, _: Any) -> None:
        book.add_worksheet("notes").write_formula("A1", "=1+1")

    found = load(workbook(HEAD, GOOD, setup=second), "table.xlsx")
    assert found.problems == ()
    assert "Only the first sheet, “measured”, of 2 was read." in found.notes


def test_a_hidden_first_sheet_is_refused(load) -> None:
    def second(book: Any, sheet: Any) -> None:
        book.add_worksheet("seen").activate()
        sheet.hide()

    assert "“measured”, is hidden" in one(load(workbook(HEAD, GOOD, setup=second), "table.xlsx").problems).sentence


def test_rows_keep_the_numbers_that_excel_shows(load) -> None:
    blank = ("",) * len(HEAD)
    bad = (*GOOD[:VALUE], "61.5", "cm", "")
    assert one(load(workbook(blank, HEAD, blank, GOOD, blank, bad), "table.xlsx").problems).line == 6


def test_a_sheet_without_rows_or_content(load) -> None:
    assert "empty" in one(load(workbook(), "table.xlsx").problems).sentence
    assert "no rows" in one(load(workbook(HEAD), "table.xlsx").problems).sentence


def test_a_doubled_header_is_refused(load) -> None:
    problem = one(load(workbook((*HEAD, "value"), (*GOOD, 32)), "table.xlsx").problems)
    assert (problem.line, problem.column) == (1, "value")


def test_inline_strings_and_cells_without_address(load) -> None:
    def plain(text: str) -> str:
        return text.replace('<c r="G2"><v>31</v></c>', '<c t="inlineStr"><is><t>31.50</t></is></c>')

    found = load(rewritten(with_value(31), SHEET, plain), "table.xlsx")
    assert found.histories[0].observations[0].quantity.value == Decimal("31.50")


def test_numbers_of_percent_as_numbers_are_taken_as_they_are(load) -> None:
    cells = ("A-1", "v", "", 0, "ctdna.vaf", "", 1.9, "%", "")
    found = load(workbook(HEAD, cells), "table.xlsx")
    assert str(found.histories[0].observations[0].value) == "1.9 %"
