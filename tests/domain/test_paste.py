"""Blocks of cells, from other programs and from the flowsheet itself."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nacdesk.domain.edits import PutVisit, Record
from nacdesk.domain.flowsheet import Sheet, sheet
from nacdesk.domain.paste import Grid, PastePlan, block, copied, edits_for_paste, paste
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.review import review
from nacdesk.domain.typed import Value
from nacdesk.errors import UserError
from tests.domain.cases import Chart, catalog, on

SIZE, CEA, VAF = "size.diameter", "marker.cea", "ctdna.vaf"


def chart() -> Chart:
    """Three visits; two lesions, ctDNA and CEA at the first."""
    made = Chart(cycles=3).lesion("A").lesion("B")
    made.at("baseline", -7).size("A", 50).size("B", 20).add(VAF, "0.5", limit="0.02").add(CEA, "12.4", uln=5)
    made.at("after C1", 21).new("no").at("after C2", 42).new("no")
    return made


def shown(made: Chart | None = None) -> Sheet:
    history = (made or chart()).history()
    return sheet(review(history, catalog()), history=history)


def place(found: Sheet, row: int, analyte: str, lesion: str = "") -> tuple[int, int]:
    """A row and the column of a key."""
    return row, next(n for n, column in enumerate(found.columns) if column.key == (analyte, lesion))


def values(plan: PastePlan) -> list[str]:
    """The accepted values of a plan, or why each is refused."""
    return [value.sentence if isinstance(value, UserError) else str(value.value) if isinstance(value, Value) else "" for _, _, value in plan.cells]


@pytest.mark.parametrize(
    ("text", "grid"),
    [
        ("41.5\t12\n30\tND\n", (("41.5", "12"), ("30", "ND"))),  # LibreOffice
        ("41,5\t12\r\n30\t<0,02\r\n", (("41,5", "12"), ("30", "<0,02"))),  # Excel
        ("41.5\r30\r", (("41.5",), ("30",))),
        ("41.5", (("41.5",),)),
        ('"41.5"\t"see\nreport"\n30\t', (("41.5", "see\nreport"), ("30", ""))),
        ('"say ""yes"""\t2', (('say "yes"', "2"),)),
        ('5" nail\t2', (('5" nail', "2"),)),
        ('"open\t2\n3\t4', (('"open', "2"), ("3", "4"))),
        ("50\t\t\n\t\t\n30\t20\t\n\n", (("50", ""), ("", ""), ("30", "20"))),  # merged cells leave blanks
        (" 41.5 mm \t 12\u00a0", (("41.5 mm", "12"),)),
        ("1\n2\t3", (("1", ""), ("2", "3"))),
        ("", ()),
        ("\t\t\n\n", ()),
        ("a\x00b\t1", (("a\x00b", "1"),)),
    ],
)
def test_the_text_of_a_clipboard_is_a_grid(text: str, grid: Grid) -> None:
    assert block(text) == grid


@given(st.lists(st.lists(st.text(alphabet="41.,5<ND \"'\t\n\r", max_size=6), min_size=1, max_size=4), max_size=4))
def test_any_text_is_a_grid_of_equal_rows(cells: list[list[str]]) -> None:
    found = block("\n".join("\t".join(row) for row in cells))
    assert len({len(row) for row in found}) <= 1
    assert all(cell == cell.strip() for row in found for cell in row)


def test_a_block_lands_as_typed_and_blanks_change_nothing() -> None:
    found = shown()
    plan = paste(block("28,5\t12\r\n\tTSTM\r\n"), found, place(found, 0, SIZE, "A"))
    assert plan.asks == ()
    assert [(row, column) for row, column, _ in plan.cells] == [(0, 0), (0, 1), (1, 1)]
    assert values(plan) == ["28.5 mm", "12 mm", "TSTM"]
    edits = edits_for_paste(found, plan)
    recorded = [edit.observation for edit in edits if isinstance(edit, Record)]
    assert [(row.id != "", row.lesion, row.value, row.date) for row in recorded] == [
        (True, "A", Quantity(Decimal("28.5"), "mm"), on(-7)), (True, "B", Quantity(Decimal(12), "mm"), on(-7)), (False, "B", "TSTM", on(21)),
    ]  # fmt: skip


def test_a_refused_cell_says_why_and_keeps_no_other_from_landing() -> None:
    found = shown()
    plan = paste(block("28\nabout 20\n"), found, place(found, 1, SIZE, "A"))
    assert values(plan) == ["28 mm", "“about 20” is not a number."]
    assert len(edits_for_paste(found, plan)) == 1


# The decimal sign, asked once


@pytest.mark.parametrize(
    ("text", "comma", "means"),
    [
        ("41,5\n1,234", None, ["41.5 ng/mL", "1.234 ng/mL"]),  # one that is certain decides for all, as in a file
        ("0,345\n1,234", None, ["0.345 ng/mL", "1.234 ng/mL"]),
        ("41.5\n1,234", None, ["41.5 ng/mL", "“1,234” has a comma, and this block writes decimal points."]),
        ("1,234\n12", True, ["1.234 ng/mL", "12 ng/mL"]),
        ("1,234\n12", False, ["“1,234” has a comma, and this block writes decimal points.", "12 ng/mL"]),
        ("1.234\n12", False, ["1.234 ng/mL", "12 ng/mL"]),
        ("1.234\n12", True, ["“1.234” has a point, and this block writes decimal commas.", "12 ng/mL"]),
        ("41,5\n41.5", None, ["41.5 ng/mL", "“41.5” has a point, and this block writes decimal commas."]),
        ("1.234,5\n1.234", None, ["“1.234,5” has more than one decimal sign.", "“1.234” asks"]),
        ("12\n13", None, ["12 ng/mL", "13 ng/mL"]),
    ],
)
def test_H06_a_block_has_one_decimal_sign(text: str, comma: bool | None, means: list[str]) -> None:
    found = shown()
    plan = paste(block(text), found, place(found, 1, CEA), comma=comma)
    if "asks" in means[-1]:
        assert [ask.about for ask in plan.asks] == ["comma"]
    else:
        assert values(plan) == means


@pytest.mark.parametrize("text", ["1,234\n12", "<1,234", "1.234", "12.345\n1.500", "1,234 ng/mL"])
def test_H06_a_sign_that_is_not_clear_is_asked_once_and_nothing_lands_before(text: str) -> None:
    found = shown()
    plan = paste(block(text), found, place(found, 1, CEA))
    assert plan.cells == ()
    (ask,) = plan.asks
    assert (ask.about, ask.key, ask.choices) == ("comma", None, ("a comma", "a point"))
    assert not paste(block(text), found, place(found, 1, CEA), comma=True).asks


# The unit, asked once a column


def test_H05_a_column_of_mixed_units_asks_for_the_bare_ones() -> None:
    found = shown()
    at = place(found, 1, SIZE, "A")
    plan = paste(block("4.1 cm\t20\n3.8\t21\n"), found, at)
    (ask,) = plan.asks
    assert (ask.about, ask.key, ask.choices) == ("unit", (SIZE, "A"), ("mm", "cm"))
    assert "“3.8”" in ask.question
    assert values(paste(block("4.1 cm\t20\n3.8\t21\n"), found, at, unit={(SIZE, "A"): "cm"})) == ["41.0 mm", "20 mm", "38.0 mm", "21 mm"]
    assert values(paste(block("4.1 cm\n38\n"), found, at, unit={(SIZE, "A"): "mm"})) == ["41.0 mm", "38 mm"]


@pytest.mark.parametrize("text", ["41 mm\n38", "4.1 cm\n38 mm", "41\n38", "4.1 cm\nNE", "4.1 cm\n"])
def test_H05_units_that_are_all_there_or_those_of_the_head_are_not_asked_for(text: str) -> None:
    found = shown()
    plan = paste(block(text), found, place(found, 1, SIZE, "A"))
    assert plan.asks == ()
    assert not any(isinstance(value, UserError) for _, _, value in plan.cells)


def test_H05_a_jump_within_the_block_asks() -> None:
    found = shown()
    plan = paste(block("40\n9\n"), found, place(found, 1, SIZE, "A"))
    asked = [value.questions for _, _, value in plan.cells if isinstance(value, Value)]
    assert all("from 40 to 9 mm" in texts[0] for texts in asked)
    assert len(asked) == 2
    plan = paste(block("12\n3\n9\n"), found, place(found, 0, SIZE, "A"))  # 50 is written over and no neighbour any more
    assert [value.questions for _, _, value in plan.cells if isinstance(value, Value)] == [(), (), ()]


# Where it lands


@pytest.mark.parametrize(("text", "row", "column"), [("1\n2\n3\n4\n5", 0, 0), ("1\t2\t3\t4\t5\t6", 0, 0), ("1\n2", 3, 0)])
def test_a_block_beyond_the_table_is_refused_as_a_whole(text: str, row: int, column: int) -> None:
    with pytest.raises(UserError, match="nothing was pasted"):
        paste(block(text), shown(), (row, column))


def test_a_block_into_the_blank_row_needs_its_time_point_and_makes_it_once() -> None:
    made = chart()
    assert all("no time point yet" in text for text in values(paste(block("28\t12"), shown(made), (3, 0))))
    history = made.history()
    found = sheet(review(history, catalog()), (), {"": on(63)}, history)
    edits = edits_for_paste(found, paste(block("28\t12"), found, (3, 0)))
    assert [type(edit) for edit in edits] == [PutVisit, Record, Record]


def test_a_block_onto_values_of_which_none_counts_is_refused_there() -> None:
    found = shown(chart().at("baseline", -7).size("A", 46, reader="Lee"))
    assert values(paste(block("28\t12"), found, (0, 0))) == ["2 values stand here; nothing was changed.", "12 mm"]


# Copies


def whole(found: Sheet) -> tuple[tuple[int, int], tuple[int, int]]:
    """All rows and columns."""
    return (0, 0), (len(found.rows) - 1, len(found.columns) - 1)


def test_H44_a_copy_carries_case_time_point_date_and_units() -> None:
    found = shown(chart().at("after C1", 21).add(VAF, "ND", limit="0.03").size("A", "41.0", entered="4.1 cm"))
    lines = [line.split("\t") for line in copied(found, ((0, 0), (1, 3)), "D-1").split("\n")]
    assert lines == [
        ["Case", "Time point", "Date", "A (mm)", "B (mm)", "New lesion", "ctDNA VAF (%)"],
        ["D-1", "baseline", on(-7).isoformat(), "50", "20", "", "0.5"],
        ["D-1", "after C1", on(21).isoformat(), "4.1 cm", "", "no", "ND 0.03"],
    ]


def test_H44_a_copy_pasted_where_it_came_from_changes_nothing() -> None:
    made = (
        chart().at("after C1", 21).add(VAF, "ND", limit="0.03").size("A", "41.0", entered="4.1 cm").size("B", "TSTM").add(CEA, "<0.5", uln=5).at("after C2", 42).size("A", "1.234")
    )
    found = shown(made)
    plan = paste(block(copied(found, whole(found), "D-1")), found, (0, 0))
    assert plan.asks == ()
    assert sum(bool(row.cells) * len(row.cells) for row in found.rows) == len(plan.cells)
    assert edits_for_paste(found, plan) == ()


def test_H44_a_copy_keeps_its_unit_elsewhere() -> None:
    found = shown()
    _, size = place(found, 0, SIZE, "A")
    text = copied(found, ((0, size), (0, size)), "D-1")
    assert values(paste(block(text), found, place(found, 1, SIZE, "B"))) == ["50 mm"]
    assert values(paste(block(text), found, place(found, 1, CEA))) == ["“mm” is not a unit of CEA."]


def test_H44_a_copy_of_another_case_is_refused() -> None:
    found = shown()
    text = copied(found, ((0, 0), (0, 1)), "D-2")
    with pytest.raises(UserError, match="copied from case D-2, and this is case D-1; nothing was pasted"):
        paste(block(text), found, (1, 0))


@pytest.mark.parametrize("name", ["=1+1", '=HYPERLINK("x")', "+1", "-1", "@a", 'two "words"', "tab\there", "line\nhere"])
def test_a_copied_name_is_never_a_formula_and_never_breaks_the_block(name: str) -> None:
    made = chart()
    made.visits = [replace(visit, name=name) if visit.name == "baseline" else visit for visit in made.visits]
    found = shown(made)
    text = copied(found, whole(found), "D-1")
    assert "\t=" not in text
    assert edits_for_paste(found, paste(block(text), found, (0, 0))) == ()


NUMBERS = st.one_of(st.decimals(min_value=2, max_value=300, places=3).map(str), st.integers(2, 300).map(str), st.sampled_from(["NE", "TSTM", "ABSENT", "<5", ">200"]), st.none())


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4))
def test_H44_copy_then_paste_is_the_identity(rows: list[tuple[str | None, str | None]]) -> None:
    source, target = Chart().lesion("A").lesion("B"), Chart().lesion("A").lesion("B")
    for day, pair in enumerate(rows):
        for made in (source, target):
            made.at(f"visit {day}", day).add("lesion.new", "no")
        for label, text in zip("AB", pair, strict=True):
            if text is not None:
                source.add(SIZE, text, lesion=label)
    found, empty = shown(source), shown(target)
    plan = paste(block(copied(found, ((0, 0), (len(rows) - 1, 1)), "D-1")), empty, (0, 0))
    landed = {(edit.observation.visit, edit.observation.lesion): edit.observation.value for edit in edits_for_paste(empty, plan) if isinstance(edit, Record)}
    assert landed == {(fact.visit, fact.lesion): fact.value for fact in source.observations if fact.analyte == SIZE}
