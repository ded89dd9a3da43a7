"""Edges of ctDNA: samples that say nothing, bounds at a threshold, the sample that decides about clearance."""

from decimal import Decimal

import pytest

from nacdesk.domain.ctdna import detection_probability, main_series
from nacdesk.domain.timeline import build
from tests.domain.cases import Chart, Typed, at_visit, catalog, ctdna


def test_without_samples_there_is_no_series() -> None:
    assert main_series(build(Chart().at("visit", 1).add("status.ecog", 1).history(), catalog(), None)) is None


def _said(chart: Chart, rule: str) -> list[tuple[str | None, str, str | None]]:
    return [(one.visit, one.state, one.reason) for one in chart.review().rules if one.rule == rule]


def test_a_sample_that_cannot_be_evaluated_is_told_at_its_visit() -> None:
    chart = Chart(cycles=1).at("baseline", -5).add("ctdna.vaf", 2).at("later", 21).add("ctdna.vaf", "NE")
    assert _said(chart, "CTD-05") == [("v2", "not_evaluable", "the sample was not evaluable, at later (26 Jan 2026)")]
    assert _said(Chart(cycles=1).at("baseline", -5).add("ctdna.vaf", 2), "CTD-05") == [(None, "not_evaluable", "no ctDNA sample after the baseline")]


def test_a_gap_on_or_before_the_baseline_visit_is_no_gap_of_the_follow_up() -> None:
    chart = Chart(cycles=1).at("staging", -20).add("ctdna.vaf", "NE").at("baseline", -5).add("ctdna.vaf", 2).add("ctdna.vaf", "NE", day=-4)
    assert [visit for visit, *_ in _said(chart.at("later", 21).add("ctdna.vaf", 1), "CTD-05")] == ["v3"]


def test_a_gap_counts_from_the_first_visit_on_where_there_is_no_baseline() -> None:
    chart = Chart().at("one").add("ctdna.vaf", "NE").at("two").add("ctdna.vaf", 1)
    assert [visit for visit, *_ in _said(chart, "CTD-05")] == ["v0", "v1"]


@pytest.mark.parametrize(
    ("genomes", "markers", "state"),
    [("NE", 16, "not_evaluable"), ("<9", 16, "not_evaluable"), (0, 16, "not_evaluable"), (9, "NE", "not_evaluable"), (9, 0, "not_evaluable"), (1, 1, "met")],
)
def test_the_sampling_limit_needs_genomes_and_markers(genomes: Typed, markers: Typed, state: str) -> None:
    chart = Chart().at("first", 1).add("ctdna.hge_input", genomes).add("ctdna.markers", markers).at("second", 2).add("ctdna.hge_input", 5000).add("ctdna.markers", 16)
    judged = chart.review()
    assert (at_visit(judged, "CTD-03", "first").state, at_visit(judged, "CTD-03", "second").state) == (state, "met")


def test_the_probability_of_detection_grows_with_genomes_and_markers() -> None:
    assert round(detection_probability(Decimal("0.0001"), Decimal(5000), Decimal(4)), 4) == Decimal("0.8647")


def test_a_bound_of_an_unknown_fall_is_not_called_cleared() -> None:
    assert ctdna("<5", "<0.4").rule("CTD-04").detail == "below the reported bound; percent not computable"
    assert ctdna("<5", "ND").rule("CTD-04").detail == "cleared; percent not computable"


def test_clearance_after_three_weeks_needs_to_know_that_the_baseline_was_detected() -> None:
    assert (ctdna("<5", "ND").rule("CTD-06").reason or "").startswith("whether ctDNA was detected at baseline is not known")
    assert (ctdna("ND", "ND").rule("CTD-06").reason or "").startswith("not detected at baseline")


@pytest.mark.parametrize(("days", "decides"), [((15, 22), 22), ((20, 27), 20), ((18, 24), 24), ((24, 18), 24)])
def test_the_sample_nearest_three_weeks_decides_and_of_two_as_near_the_later(days: tuple[int, int], decides: int) -> None:
    chart = Chart(cycles=2).at("baseline", -3).add("ctdna.vaf", 2, method="A")
    for day in days:
        chart.at(f"day {day}", day).add("ctdna.vaf", 1, method="A")
    assert f"day {decides}:" in chart.rule("CTD-06").sentence


def test_of_the_samples_about_three_weeks_one_of_the_same_assay_decides() -> None:
    chart = Chart(cycles=2).at("baseline", -3).add("ctdna.vaf", 2, method="A").at("day 16", 16).add("ctdna.vaf", 1, method="A").at("day 21", 21).add("ctdna.vaf", 1, method="B")
    assert "day 16:" in chart.rule("CTD-06").sentence


@pytest.mark.parametrize(("now", "state"), [(">2", "not_evaluable"), (">3", "not_met"), ("<3", "not_evaluable"), ("<2", "met"), (2, "met"), ("2.1", "not_met")])
def test_a_bound_decides_about_a_fall_by_half_only_where_it_is_enough(now: Typed, state: str) -> None:
    assert ctdna(4, now).rule("CTD-07").state == state


def test_a_fall_just_under_90_percent_is_not_shown_as_90() -> None:
    chart = Chart(cycles=2).at("baseline", -3).add("ctdna.mtm", 1000, method="A").at("later", 21).add("ctdna.mtm", "100.3", method="A")
    sentence = chart.rule("CTD-07").sentence
    assert "−90.0 %" not in sentence
    assert "≥ 50 %" in sentence


def test_a_rise_needs_two_samples_of_one_assay() -> None:
    assert Chart(cycles=1).at("day 21", 21).add("ctdna.vaf", 1).rule("CTD-08").reason == "a single sample"
    chart = Chart(cycles=1).at("baseline", -3).add("ctdna.vaf", 1, method="A").at("day 21", 21).add("ctdna.vaf", 1, method="B")
    assert chart.rule("CTD-08").reason == "the assay changed before this sample"


@pytest.mark.parametrize(
    ("values", "detail"), [((1, "<0.4", ">0.8"), "at least doubled"), ((1, "<0.4", ">0.79"), None), (("0.5", "<0.2", "0.45"), "at least doubled"), (("0.5", "<0.2", "0.39"), None)]
)
def test_a_bound_before_the_sample_proves_a_doubling_from_twice_its_limit_on(values: tuple[Typed, ...], detail: str | None) -> None:
    assert ctdna(*values).rule("CTD-08", "day 42").detail == detail


@pytest.mark.parametrize(("values", "state"), [((1, "ND", "0.5", "0.6"), "not_met"), ((">2", 1), "not_met"), ((">2", 2), "not_met"), ((">2", 3), "not_evaluable")])
def test_only_a_bound_that_may_lie_below_leaves_a_rise_open(values: tuple[Typed, ...], state: str) -> None:
    assert ctdna(*values).rule("CTD-08", "day 63" if len(values) == 4 else "day 21").state == state


def test_an_undated_sample_after_surgery_is_judged_without_the_caveat() -> None:
    chart = Chart(cycles=2).at("baseline", -3).add("ctdna.vaf", 1).at("surgery", 60).add("event.surgery", "yes").at("after C2", None, 2).add("ctdna.vaf", 3)
    found = chart.rule("CTD-08")
    assert found.state == "met"
    assert "after surgery" not in found.sentence
