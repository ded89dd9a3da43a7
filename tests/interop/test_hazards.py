"""Numbers, units, dates and blanks as hospitals write them: none may be misread."""

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from nacdesk.domain.rules import Catalog
from nacdesk.interop.preview import shown

HEAD = "case,visit,date,cycle,analyte,lesion,value,unit"


def sizes(*values: str, head: str = HEAD) -> str:
    """One lesion at one visit after another; each value with its unit, "4.1 cm"."""
    lines = [f"A-1,v{place},,{place},size.diameter,primary,{value.rpartition(' ')[0]},{value.rpartition(' ')[2]}" for place, value in enumerate(values)]
    return "\n".join([head, *lines]) + "\n"


# H05: entries in the field of a size, with what they must become in millimetres; None is refused.
UNITS = [
    ("4.1", "cm", "41"), ("41", "mm", "41"), ("4.1", "CM", "41"), ("41", " mm ", "41"), ("0.41", "cm", "4.1"), ("12", "cm", "120"), ("50", "cm", "500"),
    ("500", "mm", "500"), ("50.1", "cm", None), ("500.1", "mm", None), ("61.5", "cm", None), ("615", "mm", None), ("4.1", "", None), ("41", "", None),
    ("4.1", "m", None), ("4.1", "in", None), ("4.1", "inch", None), ("4.1", '""""', None), ("4.1", "mm2", None), ("4.1", "cm2", None), ("4.1", "cc", None),
    ("4.1", "ml", None), ("4.1", "µm", None), ("4.1", "um", None), ("4.1", "dm", None), ("4.1", "centimetre", None), ("4.1", "millimeter", None), ("4.1", "%", None),
    ("4.1", "g/mL", None), ("4.1", "c m", "41"), ("4.1", "cm.", None), ("4.1", "mm cm", None), ("4.1", "mm/cm", None), ("4.1", "?", None), ("4.1", "-", None),
    ("4.1 cm", "", None), ("41 mm", "", None), ("4.1 cm", "mm", None), ("41mm", "mm", None), ("4.1cm", "cm", None), ("-4.1", "cm", None), ("−4.1", "cm", None),
    ("+4.1", "cm", None), ("0", "cm", "ABSENT"), ("0", "mm", "ABSENT"), ("0.0", "mm", "ABSENT"), ("0", "", None), ("ABSENT", "", "ABSENT"), ("absent", "mm", "ABSENT"),
    ("TSTM", "", "TSTM"), ("NE", "", "NE"), ("ND", "mm", None), ("<5", "mm", "5"), ("<0.5", "cm", "5"), (">30", "cm", "300"), ("~41", "mm", None), ("ca. 41", "mm", None),
    ("41-43", "mm", None), ("41 x 30", "mm", None), ("41 (was 40)", "mm", None),
]  # fmt: skip


def test_H05_there_are_sixty_entries() -> None:
    assert len(UNITS) == len({entry[:2] for entry in UNITS}) == 60


@pytest.mark.parametrize(("value", "unit", "millimetres"), UNITS)
def test_H05_a_size_is_its_unit_or_nothing(load, value: str, unit: str, millimetres: str | None) -> None:
    found = load(f"{HEAD}\nA-1,v,,0,size.diameter,primary,{value},{unit}\n")
    if millimetres is None:
        assert found.histories == ()
        assert {problem.column for problem in found.problems} <= {"value", "unit"}
        assert found.problems[0].line == 2
    else:
        assert found.problems == ()
        (row,) = found.histories[0].observations
        if row.quantity is None:
            assert row.value == millimetres
        else:
            assert (row.quantity.value, row.quantity.unit) == (Decimal(millimetres), "mm")


@pytest.mark.parametrize(
    ("first", "second", "doubted"),
    [
        ("41 mm", "4.1 mm", True),  # centimetres typed as millimetres
        ("41 mm", "4.1 cm", False),
        ("10 mm", "40 mm", False),  # exactly four times
        ("10 mm", "40.0001 mm", True),
        ("40 mm", "10 mm", False),
        ("40.0001 mm", "10 mm", True),
        ("10 mm", "400 mm", True),
        ("0 mm", "40 mm", False),
        ("40 mm", "ABSENT mm", False),
        ("40 mm", "TSTM mm", False),
        ("<5 mm", "40 mm", False),
    ],
)
def test_H05_jumps_between_neighbours_are_warnings(load, first: str, second: str, doubted: bool) -> None:
    found = load(sizes(first, second))
    assert found.problems == ()
    jumps = [warning for warning in found.warnings if "jump of more than 4 times" in warning.sentence]
    assert [warning.line for warning in jumps] == ([3] if doubted else [])
    assert any("jump" in warning for warning in found.histories[0].observations[1].warnings) is doubted
    assert not any("jump" in warning for warning in found.histories[0].observations[0].warnings)


def test_H05_the_neighbour_is_the_measurement_before_in_time(load) -> None:
    dated = [("2026-03-01", 9), ("2026-01-01", 40), ("2026-02-01", 20)]
    lines = [f"A-1,v{place},{day},,size.diameter,primary,{value},mm" for place, (day, value) in enumerate(dated)]
    assert load("\n".join([HEAD, *lines]) + "\n").warnings == ()
    found = load(sizes("40 mm", "NE mm", "9 mm"))
    assert [warning.line for warning in found.warnings] == [4]
    assert load(sizes("40 mm", "ABSENT mm", "9 mm")).warnings == ()


def test_H05_other_lesions_and_analytes_are_no_neighbours(load) -> None:
    text = f"{HEAD}\nA-1,v,,0,size.diameter,a,40,mm\nA-1,v,,0,size.diameter,b,4,mm\nA-1,v,,0,size.perpendicular,a,9,mm\nB-2,v,,0,size.diameter,a,4,mm\n"
    assert load(text).warnings == ()


def test_H05_a_whole_series_in_the_wrong_unit_is_implausible(load) -> None:
    found = load(sizes("1.9 mm", "1.2 mm"))
    assert found.problems == ()
    assert [warning.line for warning in found.warnings] == [2, 3]
    assert all("outside the usual range" in warning.sentence for warning in found.warnings)


# H06: 40 forms of a number, alone in a file of each separator: what it is with a comma, with another separator.
FORMS = [
    ("41", "41", "41"), ("41.5", "41.5", "41.5"), ("0.5", "0.5", "0.5"), ("041", "41", "41"), ("41.50", "41.50", "41.50"), ("1e2", "100", "100"),
    ("41.", None, None), (".5", None, None), ("1,234", None, None), ("12,345", None, None), ("1,234.5", None, None), ("1.234,5", None, None),
    ("41,5", None, "41.5"), ("41,55", None, "41.55"), ("0,5", None, "0.5"), ("0,125", None, "0.125"), ("41,5555", None, "41.5555"), ("<41,5", None, "41.5"),
    ("1,2e2", None, "120"), ("1 234", None, None), ("1\u00a0234", None, None), ("1\u202f234", None, None), ("1'234", None, None), ("1\u2019234", None, None),
    ("1_234", None, None), ("1,234,567", None, None), ("1.234.567", None, None), ("41,", None, None), (",5", None, None), ("41;5", None, None),
    ("41·5", None, None), ("+41", None, None), ("1/2", None, None), ("½", None, None), ("NaN", None, None), ("inf", None, None), ("1e999", None, None),
    ("0x29", None, None), ("forty", None, None), ("4l", None, None),
]  # fmt: skip


def test_H06_there_are_forty_forms() -> None:
    assert len(FORMS) == len({form for form, _, _ in FORMS}) == 40


@pytest.mark.parametrize(("form", "comma", "other"), FORMS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_H06_a_number_has_one_meaning_or_none(load, form: str, comma: str | None, other: str | None, separator: str) -> None:
    line = separator.join(["A-1", "v", "", "0", "size.diameter", "primary", f'"{form}"', "mm"])
    found = load(HEAD.replace(",", separator) + "\n" + line + "\n")
    expected = comma if separator == "," else other
    if expected is None:
        assert (found.problems[0].line, found.problems[0].column) == (2, "value")
        assert shown(form) in found.problems[0].sentence
    else:
        assert found.problems == ()
        assert found.histories[0].observations[0].quantity.value == Decimal(expected)
        assert found.histories[0].observations[0].entered == f"{form} mm"


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (("41,5", "1,234"), ["41.5", "1.234"]),  # the first shows what the comma is
        (("41,5", "40"), ["41.5", "40"]),
        (("1,234", "12,345"), None),  # thousands or decimals: nothing tells
        (("41,5", "40.5"), None),  # two ways in one file
        (("1,234", "41.5"), None),
    ],
)
def test_H06_a_decimal_comma_only_where_the_whole_file_uses_it(load, values: tuple[str, ...], read: list[str] | None) -> None:
    found = load(_semicolons(values))
    if read is None:
        assert {problem.column for problem in found.problems} == {"value"}
    else:
        assert [str(row.quantity.value) for row in found.histories[0].observations] == read
        assert "Decimal commas" in found.notes[0]


def _semicolons(values: tuple[str, ...]) -> str:
    lines = [f"A-1;v{place};;{place};size.diameter;primary;{value};mm" for place, value in enumerate(values)]
    return "\n".join([HEAD.replace(",", ";"), *lines]) + "\n"


def test_H06_commas_in_free_text_decide_nothing_and_stay(load) -> None:
    text = _semicolons(("41,5",)) + "A-1;v0;;;biomarkers.tp53;;1,5;\n"
    found = load(text)
    assert [row.code for row in found.histories[0].observations if row.code] == ["1,5"]
    assert load(_semicolons(("41.5",)) + "A-1;v0;;;biomarkers.tp53;;1,5;\n").problems == ()


DAYS = list(product(range(1, 13), range(1, 13)))


@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_H09_all_144_pairs_are_read_in_the_stated_order_only(load, order: str) -> None:
    assert len(DAYS) == 144
    for first, second in DAYS:
        text = f"{HEAD}\nA-1,v,{first:02}/{second:02}/2026,,status.ecog,,1,\n"
        refused = load(text)
        assert (refused.problems[0].line, refused.problems[0].column) == (2, "date")
        assert "does not say which number is the day" in refused.problems[0].sentence
        found = load(text, dates=order)
        day, month = (first, second) if order == "dmy" else (second, first)
        assert found.histories[0].observations[0].date == date(2026, month, day)


@pytest.mark.parametrize(
    ("cell", "dmy", "mdy"),
    [
        ("13/04/2026", date(2026, 4, 13), None),
        ("04/13/2026", None, date(2026, 4, 13)),
        ("3.4.2026", date(2026, 4, 3), date(2026, 3, 4)),
        ("2026-04-03", date(2026, 4, 3), date(2026, 4, 3)),  # ISO 8601 has one meaning whatever is stated
        ("31-04-2026", None, None),
        ("3/4-2026", None, None),
        ("3/4/26", None, None),
    ],
)
def test_H09_a_day_that_the_order_does_not_allow_is_refused(load, cell: str, dmy: date | None, mdy: date | None) -> None:
    for order, expected in (("dmy", dmy), ("mdy", mdy)):
        found = load(f"{HEAD}\nA-1,v,{cell},,status.ecog,,1,\n", dates=order)
        if expected is None:
            assert found.problems[0].column == "date"
        else:
            assert found.histories[0].observations[0].date == expected


def test_H09_cycles_that_run_backwards_are_doubted(load) -> None:
    lines = ["A-1,late,2026-03-01,1,status.ecog,,1,", "A-1,early,2026-02-01,3,status.ecog,,1,", "A-1,C2,2026-01-01,,treatment.cycle,,2,", "A-1,C1,2026-01-15,,treatment.cycle,,1,"]
    found = load("\n".join([HEAD, *lines]) + "\n")
    assert found.problems == ()
    assert [(warning.line, warning.column) for warning in found.warnings] == [(2, "cycle"), (5, "date")]


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kolkata", "Pacific/Apia"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_H10_no_time_zone_moves_a_date(load, zone: str) -> None:
    """Also H09: the order of day and month does not depend on the zone."""
    for day in ("2011-12-30", "2026-01-01", "2026-03-29", "2026-12-31"):  # Apia had no 30 December 2011
        found = load(f"{HEAD},birth_date\nA-1,v,{day},,status.ecog,,1,,1970-01-01\n")
        assert found.histories[0].observations[0].date.isoformat() == day
        assert found.histories[0].case.patient.birth_date == date(1970, 1, 1)


BLANKS = ["", " ", "-", "--", "–", "NA", "N/A", "n.a.", "#N/A", "NaN", "null", "?", ".", "missing", "not done", "NULL", "\u00a0"]


@pytest.mark.parametrize("cell", BLANKS)
@pytest.mark.parametrize("analyte", ["size.diameter", "marker.cea", "path.pcr", "biomarkers.tp53", "status.ecog", "treatment.cycle", "lesion.new"])
def test_H11_a_blank_is_never_a_value(load, catalog: Catalog, cell: str, analyte: str) -> None:
    spec = catalog.analytes[analyte]
    lesion = "primary" if spec.per_lesion == "yes" else ""
    found = load(f"{HEAD}\nA-1,v,,0,{analyte},{lesion},{cell},{spec.unit}\n")
    assert [(problem.line, problem.column) for problem in found.problems] == [(2, "value")]
    assert found.histories == ()


def test_H11_zero_is_kept_as_absent_and_said(load) -> None:
    found = load(sizes("0 mm"))
    (row,) = found.histories[0].observations
    assert (row.value, row.entered) == ("ABSENT", "0 mm")
    assert [(warning.line, warning.column) for warning in found.warnings] == [(2, "value")]
    assert row.warnings == ("0 mm is kept as ABSENT (not visible)",)


def test_H11_a_cell_is_not_made_up_for_a_missing_row(load) -> None:
    found = load(sizes("31 mm", "30 mm"))
    assert [row.visit for row in found.histories[0].observations] == ["visit 1", "visit 2"]
    assert all(row.uln is None and row.date is None and row.method is None and row.quantity.limit is None for row in found.histories[0].observations)
