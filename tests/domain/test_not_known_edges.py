"""What is not known is neither normal nor found: negated reports, specimens that are none, bounds before a rise, an LVEF without a date."""

import pytest

from tests.domain.cases import Chart, Typed, at_visit


@pytest.mark.parametrize(("text", "state"), [
    ("amplified", "met"), ("Amplification, copy number 12", "met"), ("amplification not detected", "not recorded"), ("Amplification: negative", "not recorded"),
    ("amplification absent", "not recorded"), ("amplification equivocal", "not recorded"), ("not amplified", "not recorded"),
])  # fmt: skip
def test_a_denied_amplification_opens_no_her2_option(text: str, state: str) -> None:
    chart = Chart("breast_her2", cycles=1).at("visit", -3).add("biomarkers.erbb2", text)
    states = {need.state for option in chart.review().options for need in option.prerequisites if need.condition.field == "biomarkers.her2"}
    assert states == {state}
    assert (chart.rule("BIO-03").detail == "enables HER2 options") is (state == "met")


@pytest.mark.parametrize("values", [{"path.ypt": "ypT0", "path.ypn": "ypN0"}, {"path.pcr": "yes"}, {"path.pcr": "no"}, {"path.ypt": "ypT2"}])
def test_a_biopsy_or_a_specimen_before_treatment_is_no_complete_response(values: dict[str, Typed]) -> None:
    core, early = Chart(cycles=4).at("core", 60).add("event.sample_type", "biopsy"), Chart(cycles=4).at("early", -10)
    for chart, words in ((core, "is a biopsy"), (early, "was taken before treatment")):
        for field, typed in values.items():
            chart.add(field, typed)
        found = chart.rule("PTH-02")
        assert found.state == "not_evaluable"
        assert words in (found.reason or "")


def test_the_stages_of_two_specimens_are_never_put_together() -> None:
    chart = Chart(cycles=4).at("surgery", 120).add("path.ypt", "ypT0").at("second look", 150).add("path.ypn", "ypN0")
    assert (chart.rule("PTH-02").state, chart.rule("PTH-02").missing) == ("not_evaluable", ("path.ypt",))


def test_two_unlike_reports_of_a_complete_response_are_not_decided() -> None:
    chart = Chart(cycles=4).at("surgery", 120).add("path.pcr", "yes", reader="X").add("path.pcr", "no", reader="Y")
    assert "2 unlike values, none accepted" in (chart.rule("PTH-02").reason or "")


@pytest.mark.parametrize(("rows", "state"), [
    (((-5, "<3"), (70, 10), (100, "10.5")), "not_evaluable"), (((-5, 4), (None, 10), (200, 11)), "not_evaluable"),
    (((-5, 4), (75, ">10"), (80, 10), (100, "10.5")), "not_evaluable"),
    (((-5, "<3"), (70, 4), (100, "4.1")), "not_met"), (((-5, "<3"), (40, 10), (100, "10.5")), "not_met"), (((-5, "<9"), (70, 8), (100, 4)), "not_met"),
])  # fmt: skip
def test_a_rise_of_cea_that_a_bound_or_a_missing_date_leaves_open_is_not_denied(rows: tuple[tuple[int | None, Typed], ...], state: str) -> None:
    chart = Chart("rectal", cycles=8)
    for day, typed in rows:
        chart.at("undated" if day is None else "baseline" if day <= 0 else f"day {day}", day).add("marker.cea", typed, uln=5, method="A")
    assert at_visit(chart.review(), "MRK-05", chart.visits[-1].name).state == state


def test_a_normal_lvef_without_a_date_answers_nothing_and_a_low_one_warns() -> None:
    for typed, state in ((60, "not_evaluable"), (40, "met")):
        assert Chart("breast_her2", cycles=1).at("echo").add("labs.lvef_pct", typed).rule("SAF-03").state == state
