"""Edges of serum markers: what silences CEA, values of nought, bounds before the sample, the sample that was not evaluable."""

import pytest

from nacdesk.domain.markers import all_series
from nacdesk.domain.rules import RuleResult
from nacdesk.domain.timeline import build
from tests.domain.cases import Chart, Typed, at_visit, catalog

Row = tuple[int | None, Typed]


def drawn(analyte: str, *rows: Row, uln: Typed | None = None, context: str = "rectal") -> Chart:
    """A marker by day; what was drawn up to day 0 is the baseline, a day of None has no date."""
    chart = Chart(context, cycles=8)
    for day, typed in rows:
        chart.at("undated" if day is None else "baseline" if day <= 0 else f"day {day}", day).add(analyte, typed, uln=uln, method="A")
    return chart


def cea(*rows: Row, uln: Typed | None = 5) -> Chart:
    return drawn("marker.cea", *rows, uln=uln)


def last(chart: Chart, rule: str = "MRK-05") -> RuleResult:
    """What the rule says of the last time point."""
    return at_visit(chart.review(), rule, chart.visits[-1].name)


def said(chart: Chart, rule: str) -> list[tuple[str | None, str | None, tuple[str, ...]]]:
    """Visit, reason and what is missing of each result."""
    return [(one.visit, one.reason, one.missing) for one in chart.review().rules if one.rule == rule]


def test_the_marker_with_most_samples_comes_first_and_one_never_evaluable_has_no_series() -> None:
    chart = Chart("rectal", cycles=4).at("baseline", -5).add("marker.ca199", "NE").add("marker.psa", 4).add("marker.cea", 3).at("day 21", 21).add("marker.cea", 4)
    assert [line.analyte for line in all_series(build(chart.history(), catalog(), None))] == ["marker.cea", "marker.psa"]


# MRK-05


def test_a_cea_that_was_not_evaluable_is_told_at_its_visit() -> None:
    found = said(cea((-5, 4)).at("day 70", 70).add("marker.cea", "NE"), "MRK-05")
    assert found == [("v9", "the sample was not evaluable, at day 70 (16 Mar 2026)", ("marker.cea",)), (None, "a single CEA sample", ("marker.cea",))]


def test_a_single_cea_is_named_apart_from_none() -> None:
    assert said(cea((70, 4)), "MRK-05") == [(None, "a single CEA sample", ("marker.cea",))]
    assert said(Chart("rectal", cycles=1), "MRK-05") == [(None, "no CEA recorded", ("marker.cea",))]


def test_without_a_baseline_the_first_cea_is_not_judged_and_the_second_is() -> None:
    assert [one.visit for one in cea((70, 4), (100, 4)).review().rules if one.rule == "MRK-05"] == ["v9"]


def test_a_cea_before_the_baseline_is_not_judged() -> None:
    chart = Chart("rectal", cycles=4).at("staging", -30).add("marker.cea", 3).at("baseline", -5).add("marker.cea", 4).at("day 70", 70).add("marker.cea", 4)
    assert [one.visit for one in chart.review().rules if one.rule == "MRK-05"] == ["v6"]


@pytest.mark.parametrize(
    ("rows", "day"), [([(-5, "<3"), (70, 10)], "31 Dec 2025"), ([(-5, 4), (60, "<3"), (80, 10)], "6 Mar 2026"), ([(-5, 4), (60, 4), (80, ">10")], "26 Mar 2026")]
)
def test_a_bound_in_one_of_the_two_last_samples_silences_cea(rows: list[Row], day: str) -> None:
    assert (last(cea(*rows)).reason or "").startswith(f"CEA on {day} is only known as")


def test_a_bound_long_before_is_no_obstacle_where_cea_does_not_rise() -> None:
    assert last(cea((-5, 4), (60, "<3"), (80, 4), (100, 4))).state == "not_met"


@pytest.mark.parametrize(("uln", "state"), [("1.9", "met"), (2, "not_met"), (5, "not_met")])
def test_three_rises_count_only_above_the_limit(uln: Typed, state: str) -> None:
    assert last(cea((60, 1), (70, "1.2"), (80, "1.5"), (90, 2), uln=uln)).state == state


@pytest.mark.parametrize(("second", "state"), [("8.05", "met"), ("8.04", "not_met")])
def test_each_of_the_three_rises_is_of_15_per_cent(second: Typed, state: str) -> None:
    found = last(cea((60, 6), (63, 7), (66, second), (69, "9.3")))
    assert found.state == state
    assert found.detail == ("three rises" if state == "met" else None)


def test_three_rises_from_nought_are_told_as_they_were_measured() -> None:
    assert last(cea((60, 0), (63, 6), (66, 7), (69, 9))).sentence.startswith("CEA 0 → 6 → 7 → 9 ng/mL up to")


def test_a_rise_from_nought_has_no_per_cent() -> None:
    assert last(cea((-5, 0), (60, 6), (80, 6))).sentence.startswith("CEA 0 → 6 → 6 ng/mL: rise")
    assert "CEA 0 → 3 ng/mL (from 0) on" in last(cea((-5, 0), (70, 3))).sentence
    assert "CEA 0 → 0 ng/mL (from 0) on" in last(cea((-5, 0), (70, 0))).sentence
    assert "CEA 1 → 2 ng/mL (+100.0 %) on" in last(cea((-5, 1), (70, 2))).sentence


def test_nought_after_nought_is_no_step_of_three_rises() -> None:
    assert last(cea((60, 0), (63, 0), (66, 6), (69, 7))).state == "not_evaluable"
    assert last(cea((60, 0), (63, 5), (66, 6), (69, 7))).detail == "three rises"


def test_a_fall_to_nought_and_nought_again_is_no_rise() -> None:
    assert last(cea((-5, 0), (60, 0), (80, 0), uln="0.0")).state == "not_met"


@pytest.mark.parametrize(("day", "state"), [(56, "not_met"), (57, "not_evaluable")])
def test_a_rise_within_the_surge_is_not_waited_for(day: int, state: str) -> None:
    """Day 56 still belongs to the surge; the later sample comes too late to confirm a rise of the day after."""
    found = last(cea((-5, 6), (day, 10), (120, "10.5")))
    assert found.state == state
    assert state == "not_met" or (found.reason or "").startswith("the rise to 10 ng/mL still stands on")


@pytest.mark.parametrize(("day", "state"), [(56, "not_met"), (57, "met")])
def test_a_rise_within_the_surge_is_not_confirmed(day: int, state: str) -> None:
    assert last(cea((-5, 6), (day, 10), (90, "10.5"))).state == state


@pytest.mark.parametrize(("gap", "state"), [(13, "not_evaluable"), (14, "met"), (60, "met"), (61, "not_evaluable")])
def test_a_rise_is_confirmed_14_to_60_days_later(gap: int, state: str) -> None:
    assert last(cea((-5, 6), (60, 10), (60 + gap, 10))).state == state


def test_a_rise_that_had_its_sample_of_confirmation_and_fell_is_done_with() -> None:
    """60 was tested on day 80 and fell; what stands again on day 130 is a rise of its own."""
    assert last(cea((-5, 6), (60, 10), (80, 7), (130, 8))).state == "not_met"
    assert last(cea((-5, 6), (60, 10), (130, 7))).state == "not_met"


def test_a_later_rise_is_waited_for_although_an_earlier_pair_did_not_rise() -> None:
    found = last(cea((-5, 6), (57, 6), (60, 10), (130, 10)))
    assert (found.reason or "").startswith("the rise to 10 ng/mL still stands")


@pytest.mark.parametrize(("values", "state"), [((3, 6, 4), "not_met"), ((3, 4, 6), "not_evaluable"), ((3, 6, 6), "not_evaluable"), ((3, "4.9", "5"), "not_met")])
def test_a_rise_that_stands_is_above_the_limit_at_both_samples(values: tuple[Typed, ...], state: str) -> None:
    assert last(cea(*zip((-5, 60, 125), values, strict=True))).state == state


@pytest.mark.parametrize(("values", "state"), [((3, 6, 4), "not_met"), ((3, "4.5", "5.5"), "not_met"), ((3, 6, 6), "met"), ((3, 5, 6), "not_met"), ((3, 6, 5), "not_met")])
def test_a_rise_is_confirmed_above_the_limit_at_both_samples(values: tuple[Typed, ...], state: str) -> None:
    """5 is the limit and does not count."""
    assert last(cea(*zip((-5, 60, 80), values, strict=True))).state == state


@pytest.mark.parametrize(("values", "state"), [((3, 6, 6), "met"), ((2, 4, 4), "not_met"), ((3, 5, 5), "not_met")])
@pytest.mark.parametrize("gap", [20, 70])
def test_without_a_limit_of_its_own_the_usual_one_counts(values: tuple[Typed, ...], state: str, gap: int) -> None:
    found = last(cea(*zip((-5, 60, 60 + gap), values, strict=True), uln=None))
    assert found.state == ("not_evaluable" if state == "met" and gap == 70 else state)


def test_an_undated_cea_is_not_judged_and_confirms_nothing() -> None:
    assert (last(cea((-5, 4), (None, 10))).reason or "").startswith("days since the first dose are not known")
    assert last(cea((-5, 4), (None, 4), (100, "4.1"))).state == "not_met"


def test_another_assay_leaves_cea_without_an_earlier_sample() -> None:
    found = last(cea((-5, 4)).at("day 70", 70).add("marker.cea", 10, uln=5, method="B"))
    assert (found.state, found.reason, found.missing) == ("not_evaluable", "no earlier sample of the same assay, 16 Mar 2026", ("marker.cea",))


# MRK-06


def ca199(*rows: tuple[int | None, Typed], uln: Typed | None = 37) -> Chart:
    chart = Chart("pancreas", cycles=6)
    for day, typed in rows:
        chart.at("undated" if day is None else "baseline" if day <= 0 else f"day {day}", day).add("marker.ca199", typed, uln=uln).add("labs.bilirubin_umol_l", 10, uln=20)
    return chart


def test_where_ca199_is_missing_it_says_so() -> None:
    assert said(Chart("pancreas", cycles=1), "MRK-06") == [(None, "no CA 19-9 recorded", ("marker.ca199",))]
    assert said(ca199((-5, 400)), "MRK-06") == [(None, "no CA 19-9 after the baseline", ("marker.ca199",))]
    assert said(ca199((42, 400)), "MRK-06") == [(None, "no baseline on or before the first dose", ("baseline",))]
    gap, after = said(ca199((-5, 400), (42, "NE")), "MRK-06")
    assert gap == ("v7", "the sample was not evaluable, at day 42 (16 Feb 2026)", ("marker.ca199",))
    assert after == (None, "no CA 19-9 after the baseline", ("marker.ca199",))


@pytest.mark.parametrize(("now", "detail"), [(37, "normalised"), (38, "fall >=50%"), ("<38", None), ("<37", "normalised")])
def test_without_a_limit_of_its_own_the_usual_one_counts_for_ca199(now: Typed, detail: str | None) -> None:
    assert last(ca199((-5, 400), (42, now), uln=None), "MRK-06").detail == detail


def test_a_bound_above_the_normal_range_leaves_ca199_open() -> None:
    found = last(ca199((-5, 400), (42, ">300"), (63, 100)), "MRK-06")
    assert (found.state, found.missing) == ("not_evaluable", ("marker.ca199",))
    assert found.reason == "a value up to 9 Mar 2026 is a bound above the normal range, or has no date"


def test_a_fall_just_short_of_half_is_not_shown_as_half() -> None:
    found = last(ca199((-5, 1000), (42, "500.3")), "MRK-06")
    assert "−50.0 %" not in found.sentence
    assert found.detail == "no fall by half"


# MRK-07 and MRK-08


@pytest.mark.parametrize(("rule", "analyte", "name"), [("MRK-07", "marker.ca153", "CA 15-3"), ("MRK-08", "marker.psa", "PSA")])
def test_a_single_sample_is_named_apart_from_one_that_was_not_evaluable(rule: str, analyte: str, name: str) -> None:
    assert said(drawn(analyte, (-5, 4), context="breast_hrpos"), rule) == [(None, f"a single {name} sample", (analyte,))]


def test_a_ca153_that_was_never_evaluable_is_no_sample() -> None:
    found = said(drawn("marker.ca153", (-5, "NE"), context="breast_hrpos"), "MRK-07")
    assert found == [("v8", "the sample was not evaluable, at baseline (31 Dec 2025)", ("marker.ca153",)), (None, "no usable CA 15-3 sample", ("marker.ca153",))]


@pytest.mark.parametrize(("rows", "reason"), [
    ([(-5, 20), (42, ">50")], "a value or date is not known exactly"),
    ([(-5, "<20"), (42, 50)], "a value or date is not known exactly"),
    ([(-5, "<1"), (42, 50)], "a value or date is not known exactly"),
    ([(-5, 20), (42, "<30"), (63, 50)], "a value or date is not known exactly"),
])  # fmt: skip
def test_a_bound_leaves_a_rise_of_ca153_open(rows: list[Row], reason: str) -> None:
    assert (last(drawn("marker.ca153", *rows, context="breast_hrpos"), "MRK-07").reason or "").startswith(reason)


def test_a_ca153_of_another_assay_is_not_compared_and_the_next_sample_is_judged() -> None:
    chart = drawn("marker.ca153", (-5, 20), context="breast_hrpos").at("other", 42).add("marker.ca153", 50, method="B").at("day 63", 63).add("marker.ca153", 20, method="A")
    judged = chart.review()
    assert at_visit(judged, "MRK-07", "other").reason == "no earlier sample of the same assay, 16 Feb 2026"
    assert at_visit(judged, "MRK-07", "day 63").state == "not_met"
