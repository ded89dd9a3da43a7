"""Edges of the specimen: which one is judged, what stands beside a missing index, stages in every spelling, what half a report says."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from nacdesk.domain.pathology import definitions
from tests.domain.cases import Chart, Typed, at_visit

BURDEN: dict[str, Typed] = {"rcb.d1": 20, "rcb.d2": 15, "rcb.cellularity": 30, "rcb.in_situ": 10, "rcb.nodes_positive": 2, "rcb.largest_met": 6}


def operated(context: str | None = "breast_tnbc", **values: Typed) -> Chart:
    """The resection, "path." left out."""
    chart = Chart(context, cycles=4).at("surgery", 120).add("event.surgery", "yes")
    for name, typed in values.items():
        chart.add(f"path.{name}", typed)
    return chart


def measured(chart: Chart, **instead: Typed | None) -> Chart:
    """The six values of the residual cancer burden, at the last time point; None leaves one out."""
    for analyte, typed in {**BURDEN, **{f"rcb.{name}": typed for name, typed in instead.items()}}.items():
        if typed is not None:
            chart.add(analyte, typed)
    return chart


# PTH-01


def test_the_burden_is_that_of_the_last_specimen_alone() -> None:
    chart = measured(operated())
    chart.at("second look", 150).add("rcb.d1", 5)
    judged = chart.review()
    assert judged.rcb.index is None
    assert judged.latest["PTH-01"].missing == tuple(name for name in BURDEN if name != "rcb.d1")
    again = measured(measured(operated()).at("second look", 150), d1=1, d2=1).review().rcb.index
    assert again == measured(operated(), d1=1, d2=1).review().rcb.index


@pytest.mark.parametrize(("make", "reason"), [
    (operated, "no RCB measurements recorded"),
    (lambda: measured(operated(), d2=None), "missing: Tumour bed diameter 2"),
    (lambda: measured(operated(), nodes_positive=0), "positive nodes and largest nodal deposit contradict each other"),
    (lambda: measured(operated().add("event.sample_type", "biopsy")), "the specimen at surgery (5 May 2026) is a biopsy"),
])  # fmt: skip
def test_the_class_that_was_reported_stands_beside_every_reason(make: Callable[[], Chart], reason: str) -> None:
    found = make().add("rcb.class_reported", "RCB-II").review()
    assert found.rcb.class_reported == "RCB-II"
    assert found.rcb.index is found.rcb.rcb_class is None
    assert found.rcb.reason == reason
    assert found.latest["PTH-01"].reason == f"{reason}; reported class RCB-II"


def test_no_tumour_left_anywhere_is_a_burden_of_nought_and_a_missing_value_is_not() -> None:
    none_left = measured(operated(), d1=0, d2=0, cellularity=0, in_situ=0, nodes_positive=0, largest_met=0).review()
    assert (none_left.rcb.index, none_left.rcb.rcb_class, none_left.latest["PTH-01"].state) == (0, "RCB-0", "not_met")
    assert measured(operated(), d1=0, d2=0, cellularity=0, in_situ=0, nodes_positive=0, largest_met="NE").review().rcb.index is None


def test_a_bed_of_one_square_millimetre_counts_as_it_is() -> None:
    """Of 1 any power is 1; of nought it is nought."""
    found = measured(operated(), d1=1, d2=1, cellularity=100, in_situ=0, nodes_positive=0, largest_met=0).review().rcb
    assert (found.index, found.primary_term, found.node_term) == (Decimal("1.4"), Decimal("1.4"), 0)


def test_the_burden_belongs_to_the_breast() -> None:
    assert Chart("rectal").rule("PTH-01").state == "not_applicable"
    assert {Chart(context).rule("PTH-01").state for context in ("breast_tnbc", None)} == {"not_evaluable"}
    assert measured(operated("rectal"), d1=None).rule("PTH-01").state == "not_evaluable"


# PTH-02


@pytest.mark.parametrize(
    ("tumour", "state"), [("ypT0", "met"), ("ypTis", "met"), ("ypT0/is", "met"), ("T0/Tis", "met"), ("ypTX", "met"), ("ypT1", "not_evaluable"), ("ypT2", "not_evaluable")]
)
def test_a_reported_complete_response_beside_invasive_tumour_is_a_contradiction(tumour: str, state: str) -> None:
    found = operated(pcr="yes", ypt=tumour, ypn="ypN0").rule("PTH-02")
    assert found.state == state
    if state == "not_evaluable":
        assert (found.visit, found.evidence, found.missing) == ("v4", ("o005", "o006"), ("path.pcr",))
        assert f"{tumour} are recorded, which contradict each other" in (found.reason or "")


@pytest.mark.parametrize(("answer", "state", "words"), [("yes", "met", "Pathological complete response reported"), ("no", "not_met", "No pathological complete response reported")])
def test_a_report_alone_is_enough(answer: str, state: str, words: str) -> None:
    for found in (operated(pcr=answer).rule("PTH-02"), operated(pcr=answer, ypn="ypN0").rule("PTH-02")):
        assert (found.state, found.detail, found.visit, found.evidence) == (state, "reported", "v4", ("o005",))
        assert found.sentence.startswith(words)


def test_a_report_of_no_complete_response_is_not_doubted_by_the_stage() -> None:
    assert operated(pcr="no", ypt="ypT2", ypn="ypN0").rule("PTH-02").detail == "reported"


@pytest.mark.parametrize(("stages", "state", "reason", "missing"), [
    ({"ypt": "ypT0"}, "not_evaluable", "ypN is missing", ("path.ypn",)),
    ({"ypn": "ypN0"}, "not_evaluable", "ypT is missing", ("path.ypt",)),
    ({"ypt": "ypTX", "ypn": "ypN0"}, "not_evaluable", "ypT is missing", ("path.ypt",)),
    ({"ypt": "ypT0", "ypn": "ypNX"}, "not_evaluable", "ypN is missing", ("path.ypn",)),
    ({"ypt": "ypTX", "ypn": "ypNX"}, "not_evaluable", "ypT is missing", ("path.ypt",)),
    ({"ypt": "ypT1"}, "not_met", None, ()),
    ({"ypn": "ypN1"}, "not_met", None, ()),
    ({"ypt": "ypTX", "ypn": "ypN1"}, "not_met", None, ()),
    ({"ypt": "ypT0", "ypn": "ypN0(i+)"}, "not_met", None, ()),
    ({"ypt": "ypT0", "ypn": "ypN0(sn)"}, "met", None, ()),
    ({"ypt": "YPT0", "ypn": " pn0 "}, "met", None, ()),
    ({"ypt": "yct0", "ypn": "ycN0"}, "met", None, ()),
    ({}, "not_evaluable", "no resection pathology recorded", ("path.pcr",)),
])  # fmt: skip
def test_half_a_stage_says_no_and_never_yes(stages: dict[str, Typed], state: str, reason: str | None, missing: tuple[str, ...]) -> None:
    found = operated(**stages).rule("PTH-02")
    assert (found.state, found.reason, found.missing) == (state, reason, missing)


@pytest.mark.parametrize(("context", "state"), [("breast_tnbc", "met"), ("rectal", "not_met"), (None, "not_met")])
def test_tumour_in_situ_is_a_complete_response_of_the_breast_alone(context: str | None, state: str) -> None:
    assert operated(context, ypt="ypTis", ypn="ypN0").rule("PTH-02").state == state


@pytest.mark.parametrize(("tumour", "nodes", "holds"), [
    ("ypT0", "ypN0", "ABC"), ("ypTis", "ypN0", "AC"), ("ypT0/is", "ypN1", "C"), ("ypT0", "ypN0(i+)", "C"), ("ypT1", "ypN0", ""), ("T0", "n0 (sn)", "ABC"), ("t0/tis", "N0", "AC"),
])  # fmt: skip
def test_each_definition_of_a_complete_response(tumour: str, nodes: str, holds: str) -> None:
    assert "".join(name for name, held in definitions(tumour, nodes).items() if held) == holds


# NAC-05


def test_viable_cells_of_the_last_specimen_count() -> None:
    chart = operated(viable=80).at("second look", 150).add("path.viable", 10)
    assert (chart.rule("NAC-05").state, chart.rule("NAC-05").visit) == ("not_met", "v5")
    undated = operated(viable=80).at("second look").add("path.viable", 10)
    assert (undated.rule("NAC-05").state, undated.rule("NAC-05").visit) == ("not_met", "v5")
    assert operated(viable=10).at("second look", 150).add("path.viable", 80).rule("NAC-05").state == "met"


def test_two_unlike_estimates_of_one_specimen_are_not_decided() -> None:
    chart = operated().add("path.viable", 40, reader="X").add("path.viable", 60, reader="Y")
    assert (chart.rule("NAC-05").reason or "").startswith("2 unlike values, none accepted")


@pytest.mark.parametrize(("typed", "state"), [("<50", "not_met"), ("<60", "not_evaluable"), (">40", "not_evaluable"), (">50", "met"), ("NE", "not_evaluable")])
def test_a_bound_of_viable_cells_answers_only_where_it_decides(typed: Typed, state: str) -> None:
    found = operated(viable=typed).rule("NAC-05")
    assert (found.state, found.visit, found.evidence) == (state, "v4", ("o005",))
    assert (found.missing == ("path.viable",)) is (state == "not_evaluable")


def test_without_an_estimate_it_is_said_whether_there_was_a_resection() -> None:
    assert Chart(cycles=4).rule("NAC-05").reason == "no resection recorded"
    for chart in (operated(), operated(ypt="ypT1"), Chart(cycles=4).at("surgery", 120).add("rcb.d1", 5)):
        assert chart.rule("NAC-05").reason == "no estimate of viable cells recorded"


def test_a_biopsy_elsewhere_says_nothing_about_the_resection() -> None:
    chart = Chart(cycles=4).at("core", -20).add("event.sample_type", "biopsy").at("surgery", 120).add("path.viable", 60)
    assert chart.rule("NAC-05").state == "met"
    found = Chart(cycles=4).at("core", 60).add("event.sample_type", "biopsy").add("path.viable", 60).rule("NAC-05")
    assert (found.state, found.visit, found.evidence, found.missing) == ("not_evaluable", "v4", ("o005",), ("resection",))


@pytest.mark.parametrize(("typed", "grade"), [(0, "Becker 1a"), (1, "Becker 1b"), ("9.9", "Becker 1b"), (10, "Becker 2"), (50, "Becker 2"), ("50.1", "Becker 3"), ("<5", None)])
def test_the_becker_grade_stands_beside_the_share(typed: Typed, grade: str | None) -> None:
    for context, caveat in (("oesoph_gej_gastric_adeno", False), ("breast_tnbc", grade is not None)):
        found = at_visit(operated(context, viable=typed).review(), "NAC-05", "surgery")
        assert found.detail == grade
        assert ("a gastric scale, grade C elsewhere" in found.sentence) is caveat
