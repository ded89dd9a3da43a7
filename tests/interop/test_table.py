"""The long table: what becomes a case, and what is refused with line, column and reason."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from nacdesk.domain.facts import Lesion
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop.preview import Problem
from nacdesk.interop.read import read

HEAD = "case,visit,date,cycle,analyte,lesion,value,unit"
GOOD = "A-1,baseline,2026-01-05,0,size.diameter,primary,31.0,mm"


def rows(*lines: str, head: str = HEAD) -> str:
    return "\n".join([head, *lines]) + "\n"


def one(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def test_the_case_of_the_drawings(load, shared: Path) -> None:
    found = load((shared / "design" / "drawn-case.csv").read_bytes())
    assert found.problems == ()
    assert found.rows == 33
    (history,) = found.histories
    assert history.case.patient.birth_date == date(1965, 3, 14)
    assert (history.case.cycle_length, history.case.stage_group, history.case.context) == (14, "III", "oesoph_gej_gastric_adeno")
    assert [visit.name for visit in history.visits] == ["baseline", "after C1", "after C2", "after C3", "early PET", "C1 D10", "C2 D2", "C1", "C2", "C3"]
    assert [visit.cycle for visit in history.visits] == [0, 1, 2, 3, 1, 0, 1, None, None, None]
    assert history.lesion("node 7R") == Lesion("node 7R", kind="node", organ="node")
    ctdna = next(row for row in history.observations if row.analyte == "ctdna.vaf")
    assert ctdna.value == Quantity(Decimal("1.9"), "%", "=", Decimal("0.02"))
    assert (ctdna.method, ctdna.id, ctdna.entered) == ("tumour-informed assay", "line 14", "1.9 %")


def test_digits_units_and_defaults(load) -> None:
    found = load(rows(GOOD, "A-1,baseline,2026-01-05,0,size.diameter,second,4.10,cm"))
    first, second = found.histories[0].observations
    assert str(first.value) == "31.0 mm"
    assert second.value == Quantity(Decimal("41.00"), "mm")
    assert second.entered == "4.10 cm"
    assert found.histories[0].lesion("second") == Lesion("second", "mass", "target")
    assert not found.histories[0].case.fictitious


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_separators_marks_and_line_ends(load, separator: str, start: str, ending: str) -> None:
    text = start + rows(GOOD).replace(",", separator).replace("\n", ending)
    assert load(text).histories == load(rows(GOOD)).histories


def test_the_upper_limit_is_converted_with_its_unit(load, catalog: Catalog) -> None:
    factor = catalog.analytes["labs.bilirubin_umol_l"].alternatives["mg/dL"]
    found = load(rows("A-1,baseline,,0,labs.bilirubin_umol_l,,2,mg/dL,1.2", head=HEAD + ",uln"))
    (row,) = found.histories[0].observations
    assert (row.quantity.value, row.uln) == (2 * factor, Decimal("1.2") * factor)


def test_rows_of_cases_may_be_mixed_and_case_facts_blank(load) -> None:
    head = HEAD + ",patient_name,sex,accepted"
    found = load(rows(GOOD + ",\"DEMO, Ines\",f,", "B-2,baseline,,0,status.ecog,,1,,,,", "A-1,C1,2026-01-06,,treatment.cycle,,1,,,F,yes", head=head))
    assert [history.case.key for history in found.histories] == ["A-1", "B-2"]
    assert found.histories[0].case.patient.sex == "F"
    assert [row.accepted for row in found.histories[0].observations] == [False, True]


def test_a_case_without_measurements_is_a_row_of_facts(load) -> None:
    found = load(rows("A-1,,,,,,,,Gastric cancer", head=HEAD + ",diagnosis"))
    (history,) = found.histories
    assert (history.case.diagnosis, history.observations) == ("Gastric cancer", ())


@pytest.mark.parametrize(("cells", "name"), [("A-1,,2026-01-05,", "2026-01-05"), ("A-1,,2026-01,", "2026-01"), ("A-1,,,2", "cycle 2"), ("A-1, Baseline ,,", "Baseline")])
def test_the_name_of_a_visit(load, cells: str, name: str) -> None:
    assert load(rows(f"{cells},status.ecog,,1,")).histories[0].visits[0].name == name


def test_one_visit_however_it_is_spelt(load) -> None:
    found = load(rows(GOOD, "A-1,BASELINE,,0,status.ecog,,1,", "A-1,  base\u00ad,,,status.ecog,,1,"))
    assert [visit.name for visit in found.histories[0].visits] == ["baseline", "base\u00ad"]


def test_partial_dates_are_shown_and_not_counted(load) -> None:
    (row,) = load(rows("A-1,week 6,2014-02,,status.ecog,,1,")).histories[0].observations
    assert (row.date, row.partial_date) == (None, "2014-02")


REFUSED = [
    ("A-1,v,,0,size.diameter,primary,61.5,cm", "value", "outside what Tumour diameter can be"),
    ("A-1,v,,0,size.diameter,primary,,mm", "value", "blank is not zero"),
    ("A-1,v,2026-02-30,0,size.diameter,primary,31,mm", "date", "“2026-02-30” is not a day of the calendar"),
    ("A-1,v,03/04/2026,0,size.diameter,primary,31,mm", "date", "does not say which number is the day"),
    ("A-1,v,26-04-03,0,size.diameter,primary,31,mm", "date", "is not a date"),
    ("A-1,v,2026-01-05T10:00,0,size.diameter,primary,31,mm", "date", "is not a date"),
    ("A-1,v,0026-01-05,0,size.diameter,primary,31,mm", "date", "the year 26 cannot be meant"),
    ("A-1,v,,0,size.diameter,primary,31,furlong", "unit", "“furlong” is not a unit of Tumour diameter. Use mm or cm."),
    ("A-1,v,,0,size.diameter,primary,31,", "unit", "needs a unit; none is guessed"),
    ("A-1,v,,0,size.diameter,primary,ABSENT,furlong", "unit", "is not a unit"),
    ("A-1,v,,0,size.diamter,primary,31,mm", "analyte", "“size.diamter” is not an analyte. Did you mean size.diameter"),
    ("A-1,v,,0,,primary,31,mm", "analyte", "The analyte is blank"),
    ("A-1,v,,0,,,,", "analyte", "The analyte is blank"),
    (",v,,0,size.diameter,primary,31,mm", "case", "key of the case is blank"),
    ("A-1,,,,size.diameter,primary,31,mm", "visit", "no time point"),
    ("A-1,v,,1.5,size.diameter,primary,31,mm", "cycle", "not a number of completed cycles"),
    ("A-1,v,,-1,size.diameter,primary,31,mm", "cycle", "not a number of completed cycles"),
    ("A-1,v,,0,size.diameter,,31,mm", "lesion", "belongs to a lesion"),
    ("A-1,v,,0,status.ecog,primary,1,", "lesion", "does not belong to a lesion"),
    ("A-1,v,,0,status.ecog,,1,mm", "unit", "Leave the unit blank"),
    ("A-1,v,,0,status.ecog,,1.5,", "value", "whole number"),
    ("A-1,v,,0,status.ecog,,7,", "value", "outside"),
    ("A-1,v,,0,path.pcr,,maybe,", "value", "Use one of: yes, no"),
    ("A-1,v,,0,labs.bilirubin_x_uln,,2,", "value", "worked out by the program"),
    ("A-1,v,,0,ctdna.vaf,,0,%", "value", "Write ND with the limit of detection"),
    ("A-1,v,,0,ctdna.vaf,,ND,%", "limit", "needs the limit of detection"),
    ("A-1,v,,0,marker.cea,,ND,ng/mL", "value", "ND (not detected) is not a value of CEA"),
    ("A-1,v,,0,pet.mtv,primary,12,cm3", "segmentation", "needs the column segmentation"),
    ("A-1,v,,0,size.diameter,primary,31,mm,mm", None, "9 cells, the header 8"),
    ("A-1,v,,0,size.diameter,primary,31", None, "7 cells, the header 8"),
    ('"A-\x071",v,,0,status.ecog,,1,', "case", "control character (U+0007)"),
    ('"A-\n1",v,,0,status.ecog,,1,', "case", "line break"),
]


@pytest.mark.parametrize(("line", "column", "sentence"), REFUSED, ids=[f"{column}: {line}" for line, column, _ in REFUSED])
def test_a_row_is_refused_with_line_column_and_reason(load, line: str, column: str | None, sentence: str) -> None:
    found = load(rows(GOOD, line))
    problem = one(found.problems)
    assert (problem.line, problem.column) == (3, column)
    assert sentence in problem.sentence
    assert str(problem).startswith("line 3")
    assert found.histories == (), "all or nothing"


CASE_FACTS = [
    ("stage_group", "IIIA", "Use I, II, III or IV"),
    ("sex", "woman", "Use F, M or X"),
    ("context", "breast_tnb", "Did you mean breast_tnbc"),
    ("cycle_length", "0", "not the length of a cycle"),
    ("cycle_length", "two weeks", "not the length of a cycle"),
    ("birth_date", "1965-03", "not a full date"),
    ("birth_date", "2026-01-06", "lies before the birth date"),
    ("lesion_kind", "lump", "Use mass or node"),
    ("lesion_role", "main", "Use target, non_target or new"),
    ("measurable", "1", "Use yes or no"),
    ("lesion_from", "primary", "cannot come from itself"),
    ("lesion_from", "a;;b", "not labels of lesions"),
    ("accepted", "y", "Use yes or no"),
    ("fictitious", "maybe", "Use yes or no"),
    ("uln", "-", "above zero"),
    ("uln", "<5", "above zero"),
    ("limit", "abc", "not a number"),
]


@pytest.mark.parametrize(("column", "cell", "sentence"), CASE_FACTS)
def test_a_fact_of_case_or_lesion_is_refused(load, column: str, cell: str, sentence: str) -> None:
    problem = one(load(rows(f"{GOOD},{cell}", head=f"{HEAD},{column}")).problems)
    assert problem.line == 2
    assert problem.column == ("date" if "lies before" in sentence else column)
    assert sentence in problem.sentence


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("patient_name", "DEMO Ines", "DEMO Inez"),
        ("mrn", "100", "101"),
        ("birth_date", "1965-03-14", "1965-03-15"),
        ("sex", "F", "M"),
        ("diagnosis", "a", "b"),
        ("stage_group", "II", "III"),
        ("context", "breast_tnbc", "breast_her2"),
        ("cycle_length", "14", "21"),
        ("lesion_kind", "mass", "node"),
        ("lesion_role", "target", "new"),
        ("organ", "liver", "lung"),
        ("irradiated", "yes", "no"),
    ],
)
def test_H04_a_fact_that_differs_between_rows_is_refused(load, column: str, first: str, second: str) -> None:
    follow = "A-1,after C1,2026-02-05,1,size.diameter,primary,30,mm"
    problem = one(load(rows(f"{GOOD},{first}", f"{follow},{second}", head=f"{HEAD},{column}")).problems)
    assert (problem.line, problem.column) == (3, column)
    assert f"“{second}” here, but “{first}” in line 2" in problem.sentence
    assert load(rows(f"{GOOD},{first}", f"{follow},", head=f"{HEAD},{column}")).problems == ()


def test_H04_no_mutation_of_an_identifier_is_accepted(load) -> None:
    """One wrong sign in any identifying cell of a second row refuses the file."""
    head = HEAD + ",patient_name,mrn,birth_date"
    identity = ["DEMO Ines", "4711", "1965-03-14"]
    accepted = 0
    for place, cell in enumerate(identity):
        for position in range(len(cell)):
            for sign in ("0", "x", "9"):
                mutated = cell[:position] + sign + cell[position + 1 :]
                if mutated != cell:
                    second = [*identity[:place], mutated, *identity[place + 1 :]]
                    text = rows(f"{GOOD},{','.join(identity)}", f"A-1,later,2026-03-05,2,status.ecog,,1,,{','.join(second)}", head=head)
                    accepted += not load(text).problems
    assert accepted == 0


def test_H03_one_record_number_is_one_case(load) -> None:
    problem = one(load(rows(GOOD + ",MRN 7", "B-2,v,,0,status.ecog,,1,,mrn  7", head=HEAD + ",mrn")).problems)
    assert (problem.line, problem.column) == (3, "mrn")
    assert "case A-1 (line 2)" in problem.sentence


def test_H03_a_key_in_two_spellings_is_refused(load) -> None:
    problem = one(load(rows(GOOD, "a-1,v,,0,status.ecog,,1,")).problems)
    assert (problem.line, problem.column) == (3, "case")


def test_two_cycle_counts_of_one_visit(load) -> None:
    problem = one(load(rows(GOOD, "A-1,baseline,,1,status.ecog,,1,")).problems)
    assert (problem.line, problem.column) == (3, "cycle")
    assert "1 completed cycles here, but 0 in line 2" in problem.sentence


@pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, False), (1, True)])
def test_one_name_far_apart_in_time(load, catalog: Catalog, days: int, refused: bool) -> None:
    span = int(catalog.conventions["visit_span_days"])
    other = date.fromordinal(date(2026, 1, 5).toordinal() + span + days)
    found = load(rows(GOOD, f"A-1,baseline,{other},,status.ecog,,1,"))
    assert bool(found.problems) is refused
    if refused:
        assert "name the time points differently" in one(found.problems).sentence.lower()


def test_birth_date_bounds_partial_dates_too(load) -> None:
    head = HEAD + ",birth_date"
    assert load(rows("A-1,v,1965-03,,status.ecog,,1,,1965-03-14", head=head)).problems == ()
    assert "before the birth date" in one(load(rows("A-1,v,1965-02,,status.ecog,,1,,1965-03-14", head=head)).problems).sentence


def test_H31_identical_rows_are_one_and_it_is_said(load) -> None:
    found = load(rows(GOOD, GOOD, GOOD.replace("31.0", "31")))
    assert len(found.histories[0].observations) == 1
    assert "2 repeated rows were read once." in found.notes
    assert load(rows(GOOD)).histories == found.histories
    assert load(rows(GOOD)).digest == load(rows(GOOD)).digest != found.digest


def test_H31_the_same_fact_with_another_value_is_refused(load) -> None:
    problem = one(load(rows(GOOD, GOOD.replace("31.0", "32"))).problems)
    assert (problem.line, problem.column) == (3, "value")
    assert "line 2" in problem.sentence
    assert "31.0 mm there, 32 mm here" in problem.sentence


def test_the_same_value_with_another_note_is_refused_rather_than_lost(load) -> None:
    problem = one(load(rows(GOOD + ",first", GOOD + ",second", head=HEAD + ",note")).problems)
    assert problem.column == "note"


def test_every_problem_is_collected(load) -> None:
    lines = ("A-1,,2026-02-30,zero,size.diameter,primary,61.5,cm", "A-1,v,,0,size.diameter,primary,1;2,furlong", "A-1,v,,0,nothing,,,", "A-1,,,,status.ecog,,9,")
    found = load(rows(*lines))
    assert [(problem.line, problem.column) for problem in found.problems] == [
        (2, "date"), (2, "cycle"), (2, "value"), (3, "unit"), (3, "value"), (4, "analyte"), (5, "visit"), (5, "value"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "column", "sentence"),
    [
        (HEAD.replace("visit", "vist"), "vist", "Unknown column. Did you mean visit"),
        (HEAD.replace("unit", "value"), "value", "there more than once (columns 7 and 8)"),
        (HEAD.replace("unit", "UNIT"), "UNIT", "Did you mean unit"),
        (HEAD.replace("case", "note"), None, "lacks the column case"),
        (HEAD.replace("analyte", "note").replace("value", "limit"), None, "lacks the column analyte and the column value"),
        (HEAD.replace("visit", "note").replace("date", "limit").replace("cycle", "uln"), None, "lacks a time point"),
        (HEAD.replace("unit", ""), None, "Column 8 has no header but is filled"),
    ],
)
def test_the_header_is_strict(load, head: str, column: str | None, sentence: str) -> None:
    found = load(rows(GOOD, head=head))
    assert any(problem.column == column and sentence in problem.sentence for problem in found.problems), [str(problem) for problem in found.problems]
    assert found.histories == ()


@pytest.mark.parametrize(
    ("content", "line", "sentence"),
    [
        (b"", None, "empty"),
        (b"\n\n", None, "empty"),
        (HEAD.encode(), None, "no rows"),
        (rows(GOOD).encode() + b"A-1,\x00,\n", 3, "NUL"),
        (rows(GOOD).encode() + "A-1,é,,0,status.ecog,,1,\n".encode("latin-1"), 3, "not UTF-8"),
        (rows(GOOD).encode("utf-16"), None, "UTF-16"),
        (rows(GOOD, '"A-1,v,,0,status.ecog,,1,').encode(), 3, "quotation marks"),
        (rows(GOOD, 'A-1,"v"x,,0,status.ecog,,1,').encode(), 3, "quotation marks"),
        (rows(GOOD, f"A-1,{'v' * 200_000},,0,status.ecog,,1,").encode(), 3, "too long"),
        (rows(GOOD, f"A-1,{'v' * 40_000},,0,status.ecog,,1,").encode(), 3, "40000 characters"),
        (b"x" * 10_000_001, None, "larger than 10 MB"),
        (b"PK\x03\x04" + bytes(50), None, "is an Excel file"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value),
)
def test_a_file_that_is_no_table_is_refused(load, content: bytes, line: int | None, sentence: str) -> None:
    problem = one(load(content).problems)
    assert sentence in problem.sentence
    assert problem.line == line


def test_line_numbers_count_lines_of_the_file(load) -> None:
    text = HEAD + ',note\n' + GOOD + ',"one\ntwo"\n\n' + "A-1,v,,0,status.ecog,,9,,\n"
    assert one(load(text).problems).line == 5
    assert load(HEAD + ',note\n' + GOOD + ',"one\ntwo"\n').histories[0].observations[0].note == "one\ntwo"


@pytest.mark.parametrize("name", ["table.xls", "table.ods", "table.xlsm", "table.pdf", "table"])
def test_other_types_of_file_are_named(load, name: str) -> None:
    assert "Save" in one(load(rows(GOOD), name).problems).sentence or "not a type of file" in one(load(rows(GOOD), name).problems).sentence


def test_a_path_that_cannot_be_read_is_an_error(tmp_path: Path, catalog: Catalog) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UserError, match="nothing was read"):
            read([path], catalog)
    with pytest.raises(UserError, match="No file"):
        read([], catalog)


def test_several_files_are_one_import_and_problems_name_the_file(tmp_path: Path, catalog: Catalog) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(rows(GOOD))
    second.write_text(rows("A-1,after C2,2026-03-05,2,size.diameter,primary,30,mm"))
    found = read([first, second], catalog)
    assert [[row.id for row in history.observations] for history in found.histories] == [["a.csv, line 2", "b.csv, line 2"]]
    assert found.digest == read([second, first], catalog).digest
    second.write_text(rows("A-1,after C2,2026-03-05,2,size.diameter,primary,30,inch"))
    assert str(one(read([first, second], catalog).problems)).startswith("b.csv, line 2, column unit: ")


def test_fictitious_cases_stay_marked(load) -> None:
    assert load(rows(GOOD), fictitious=True).histories[0].case.fictitious
    assert load(rows(GOOD + ",yes", head=HEAD + ",fictitious")).histories[0].case.fictitious


def test_lesions_that_split(load) -> None:
    head = HEAD + ",lesion_from,measurable,irradiated"
    found = load(rows(GOOD + ",,yes,no", "A-1,after C1,,1,size.diameter,part a,12,mm,primary,,", "A-1,after C1,,1,size.diameter,part b,12,mm,primary;part a,,", head=head))
    lesions = {lesion.label: lesion for lesion in found.histories[0].lesions}
    assert lesions["part a"].origin == ("primary",)
    assert lesions["part b"].origin == ("primary", "part a")
    assert (lesions["primary"].measurable, lesions["primary"].irradiated) == (True, False)
    doubtful = load(rows(GOOD + ",other,,", head=head))
    assert doubtful.problems == ()
    assert "no lesion of case A-1 in this file" in str(doubtful.warnings[0])
