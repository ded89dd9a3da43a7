"""Wide tables by a mapping: the shipped one on invented rows and on the real sample, and mappings of one's own."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop import mapping
from nacdesk.interop.read import read

HEAD = "SUBJECTID,age,Her2MostPos,subtype,MRI_LD_Baseline,MRI_LD_1_3dAC,MRI_LD_InterReg,MRI_LD_PreSurg,PCR,RCBClass"


def wide(*rows: str) -> str:
    return "\n".join([HEAD, *rows]) + "\n"


def test_one_row_is_one_case_in_order_of_time(load) -> None:
    found = load(wide("9001,44,1,HER2pos,80,70.5,12,0,1,0"), mapping="ispy1")
    assert found.problems == ()
    assert found.unused_columns == ("age",)
    (history,) = found.histories
    assert (history.case.key, history.case.context, history.case.patient.sex, history.case.patient.mrn) == ("9001", "breast_her2", "F", None)
    assert [(visit.name, visit.cycle) for visit in history.visits] == [("baseline", 0), ("early AC", 0), ("inter-regimen", 4), ("pre-surgery", 8), ("surgery", None)]
    facts = [(row.analyte, row.quantity.value if row.quantity else row.code) for row in history.observations]
    assert facts == [
        ("size.diameter", Decimal(80)), ("biomarkers.her2", "positive"), ("size.diameter", Decimal("70.5")), ("size.diameter", Decimal(12)), ("size.diameter", "ABSENT"),
        ("path.pcr", "yes"), ("rcb.class_reported", "0"),
    ]  # fmt: skip
    assert {row.method for row in history.observations if row.analyte == "size.diameter"} == {"MRI"}
    assert history.lesions[0].organ == "breast"
    assert [(warning.line, warning.column) for warning in found.warnings] == [(2, "MRI_LD_InterReg"), (2, "MRI_LD_PreSurg")]
    assert (history.observations[0].id, history.observations[1].entered) == ("line 2, MRI_LD_Baseline", "1")


def test_H11_a_blank_cell_is_not_done_and_a_row_of_blanks_is_still_a_case(load) -> None:
    found = load(wide("9001,44,,,80,,,20,,", "9002,50,,,,,,,,"), mapping="ispy1")
    assert found.problems == ()
    first, second = found.histories
    done = {row.visit for row in first.observations}
    assert [(visit.name, visit.id in done) for visit in first.visits] == [("baseline", True), ("early AC", False), ("inter-regimen", False), ("pre-surgery", True)]
    assert (second.case.key, len(second.visits), second.observations, second.case.context) == ("9002", 4, (), None)


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        ("9001,44,1,HER2plus,80,,,,,", "subtype", "“HER2plus” is none of TripleNeg, HER2pos, HRposHER2neg"),
        ("9001,44,2,,80,,,,,", "Her2MostPos", "“2” is none of 1, 0"),
        ("9001,44,,,80,NA,,,,", "MRI_LD_1_3dAC", "nothing was recorded"),
        ("9001,44,,,800,,,,,", "MRI_LD_Baseline", "outside what Tumour diameter can be"),
        ("9001,44,,,-8,,,,,", "MRI_LD_Baseline", "outside"),
        ("9001,44,,,,,,,,IV", "RCBClass", "none of 0, 1, 2, 3"),
        (",44,,,80,,,,,", "SUBJECTID", "key of the case is blank"),
    ],
)
def test_a_cell_is_refused_with_its_own_column(load, row: str, column: str, sentence: str) -> None:
    found = load(wide("9000,44,,,80,,,,,", row), mapping="ispy1")
    assert [(problem.line, problem.column) for problem in found.problems] == [(3, column)]
    assert sentence in found.problems[0].sentence
    assert found.histories == ()


def test_one_subject_in_two_rows(load) -> None:
    assert load(wide("9001,44,,,80,,,,,", "9001,44,,,80,,,,,"), mapping="ispy1").notes[1] == "1 repeated row was read once."
    assert load(wide("9001,44,,,80,,,,,", "9001,44,,,81,,,,,"), mapping="ispy1").problems[0].line == 3


def test_a_column_of_the_mapping_that_is_missing_is_named(load) -> None:
    found = load(wide("9001,44,,,80,,,,,").replace("MRI_LD_PreSurg", "MRI_LD_Presurg"), mapping="ispy1")
    assert [(problem.line, problem.column) for problem in found.problems] == [(1, "MRI_LD_PreSurg")]


def test_a_wide_table_without_its_mapping_is_told_which_fits(load) -> None:
    found = load(wide("9001,44,,,80,,,,,"))
    assert [str(problem) for problem in found.problems] == ["This is a wide table; read it with the mapping ispy1."]


def test_an_unknown_mapping_names_those_there_are(load) -> None:
    for name in ("none", "../ispy1", ""):
        with pytest.raises(UserError, match=r"There are: .*ispy1"):
            load(wide("9001,44,,,80,,,,,"), mapping=name)


OWN = """
title = "Two lesions and a marker"
case = "Patient"
[[column]]
name = "Name"
fact = "patient_name"
[[column]]
name = "CEA"
date_column = "CEA date"
analyte = "marker.cea"
unit = "ug/L"
uln = 5
[[column]]
name = "Node"
visit = "staging"
analyte = "size.diameter"
lesion = "7R"
lesion_kind = "node"
lesion_role = "target"
unit = "cm"
"""


@pytest.fixture
def own(home: Path) -> Path:
    path = home / "mappings" / "own.toml"
    path.parent.mkdir(parents=True)
    path.write_text(OWN)
    return path


def test_a_mapping_of_ones_own(load, own: Path) -> None:
    assert mapping.names() == ("ispy1", "own")
    found = load('Patient;Name;CEA;CEA date;Node\n4711;"DEMO; Ines";6,5;13.04.2026;1,25\n', mapping="own", dates="dmy")
    assert found.problems == ()
    (history,) = found.histories
    assert history.case.patient.name == "DEMO; Ines"
    cea, node = history.observations
    assert (str(cea.value), cea.uln, cea.date.isoformat()) == ("6.5 ng/mL", Decimal(5), "2026-04-13")
    assert (str(node.value), history.lesions[0].kind) == ("12.50 mm", "node")
    bad = load("Patient;Name;CEA;CEA date;Node\n4711;;6;31.02.2026;1\n", mapping="own", dates="dmy")
    assert [(problem.line, problem.column) for problem in bad.problems] == [(2, "CEA date")]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("title", "titel", "titel: unknown key"),
        ('case = "Patient"', "", "case: is missing"),
        ('analyte = "marker.cea"', 'analyte = "marker.ceo"', "column 2, analyte: “marker.ceo” is unknown. Did you mean marker.cea"),
        ('unit = "ug/L"', 'unit = "mm"', "column 2, unit: “mm” is not a unit of marker.cea; it can be ng/mL or ug/L"),
        ('unit = "cm"', "", "column 3, unit: “” is not a unit of size.diameter"),
        ('visit = "staging"', "", "column 3, visit: one of visit, cycle and date_column is needed"),
        ('fact = "patient_name"', 'fact = "name"', "column 1, fact: “name” is unknown"),
        ('fact = "patient_name"', 'fact = "patient_name"\nvisit = "v"', "neither visit nor analyte"),
        ('name = "Node"', 'name = "CEA"', "CEA: the column is named twice"),
        ('name = "Node"', 'name = "Node"\ncolour = "red"', "column 3, colour: unknown key"),
        ("uln = 5", "uln = true", "column 2, uln: must be text"),
        ('title = "Two', 'title = "Two\n', "cannot be read"),
        ("[[column]]", "[column]", "cannot be read"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_with_file_and_key(load, own: Path, old: str, new: str, sentence: str) -> None:
    own.write_text(OWN.replace(old, new))
    with pytest.raises(UserError) as refusal:
        load("Patient;Name\n1;2\n", mapping="own")
    assert "own.toml" in refusal.value.sentence
    assert sentence in str(refusal.value)


def test_a_broken_mapping_that_nobody_named_does_not_matter(load, own: Path) -> None:
    (own.parent / "broken.toml").write_text("title =")
    assert "the mapping own" in str(load("Patient,Name,CEA,CEA date,Node\n1,,,,1\n").problems[0])


def test_every_shipped_mapping_is_sound(catalog: Catalog) -> None:
    assert all(mapping.load(name, catalog).title for name in mapping.names())


def test_the_real_sample_is_judged_between_regimens_and_not_right_after_the_start(shared: Path, catalog: Catalog) -> None:
    path = shared / "data" / "ispy1" / "ispy1_sample.csv"
    if not path.exists():
        pytest.skip("shared data absent: ispy1_sample.csv")
    states: Counter[tuple[str, str]] = Counter()
    for history in read([path], catalog, mapping="ispy1").histories:
        names = {visit.id: visit.name for visit in history.visits}
        states.update((names[result.visit], result.state) for result in review(history, catalog, None).rules if result.rule == "NAC-01" and result.visit)
    assert {state for visit, state in states if visit == "early AC"} == {"not_evaluable"}
    assert {state for visit, state in states if visit in ("inter-regimen", "pre-surgery")} == {"met", "not_met"}
    assert states["early AC", "not_evaluable"] == 106
    assert states["inter-regimen", "met"] + states["inter-regimen", "not_met"] == 104


def test_the_real_sample(shared: Path, catalog: Catalog) -> None:
    path = shared / "data" / "ispy1" / "ispy1_sample.csv"
    if not path.exists():
        pytest.skip("shared data absent: ispy1_sample.csv")
    found = read([path], catalog, mapping="ispy1")
    assert found.problems == ()
    assert (len(found.histories), found.rows) == (112, 112)
    jumps = [warning for warning in found.warnings if "jump of more than 4 times" in warning.sentence]
    zeros = [warning for warning in found.warnings if "ABSENT" in warning.sentence]
    assert len(jumps) == 12
    assert len(zeros) == 28
    assert len(jumps) + len(zeros) == len(found.warnings)
    by_key = {history.case.key: history for history in found.histories}
    assert not [row for row in by_key["1093"].observations if row.analyte == "size.diameter"], "baseline and all other sizes missing: still a case"
    done = {row.visit for row in by_key["1007"].observations}
    assert [visit.name for visit in by_key["1007"].visits if visit.id not in done] == ["inter-regimen"], "not done, but known"
    assert [row.code for row in by_key["1021"].observations if row.analyte == "size.diameter"] == [None, None, "ABSENT", "ABSENT"]
    assert Counter(history.case.context for history in found.histories) == {"breast_hrpos": 46, "breast_her2": 36, "breast_tnbc": 28, None: 2}
    assert by_key["1003"].case.patient.mrn is None
