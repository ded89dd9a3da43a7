"""Edges of CA-125 by GCIG: samples that are missing, undated or bounds, a fall that is lost, a step that is too steep."""

import pytest

from nacdesk.domain.rules import RuleResult
from tests.domain.cases import Chart, Typed


def said(rule: str, *samples: tuple[int | None, Typed], uln: tuple[int, ...] = (), cycles: int = 6) -> RuleResult:
    """What the rule says of the CA-125 by day, with an upper limit of 35 U/mL unless another is given."""
    chart = Chart("ovarian", cycles=cycles)
    for place, (day, value) in enumerate(samples):
        chart.at("baseline" if place == 0 else f"sample {place}", day).add("marker.ca125", value, uln=uln[place] if uln else 35)
    return chart.rule(rule)


def test_whether_it_was_raised_is_asked_of_the_baseline() -> None:
    assert said("MRK-02", (-5, 50), (21, 30), (42, 80), (63, 90)).detail == "group A"
    assert said("MRK-02", (-5, 30), (21, 50), (42, 80), (63, 90)).detail == "group C"
    assert said("MRK-02", (-5, 50), (21, 30), (42, 80), (63, 90), uln=(35, 60, 35, 35)).detail == "group A"


def test_a_baseline_that_is_a_bound_says_what_is_missing() -> None:
    found = said("MRK-01", (-5, ">500"), (21, 100), (42, 90))
    assert (found.state, found.missing) == ("not_evaluable", ("marker.ca125",))


def test_one_sample_after_the_baseline_is_too_few_for_a_response() -> None:
    found = said("MRK-01", (-5, 400), (21, 100))
    assert (found.reason, found.missing) == ("fewer than 2 usable samples after the baseline", ("marker.ca125",))
    assert len(found.evidence) == 2
    assert said("MRK-02", (-5, 400)).missing == ("marker.ca125",)
    assert said("MRK-03", (-5, 400)).missing == ("marker.ca125",)


def test_a_fall_that_is_not_held_yet_is_told_at_the_last_sample() -> None:
    found = said("MRK-01", (-5, 400), (21, 390), (42, 190), (63, 180))
    assert (found.state, found.visit, found.missing) == ("not_evaluable", "v9", ("marker.ca125",))


def test_a_fall_that_is_lost_is_no_response() -> None:
    assert said("MRK-01", (-5, 400), (21, 190), (42, 300), (63, 320)).state == "not_met"


@pytest.mark.parametrize(
    ("values", "state"), [((400, 190, 100, 110), "met"), ((400, 190, 100, 112), "not_evaluable"), ((400, 190, 20, 35), "met"), ((400, 190, 20, 36), "not_evaluable")]
)
def test_a_held_fall_allows_a_step_of_10_percent_or_one_within_the_normal_range(values: tuple[int, ...], state: str) -> None:
    days = (-5, 21, 35, 49)
    assert said("MRK-01", *zip(days, values, strict=True)).state == state


def test_a_rise_in_the_only_sample_after_the_baseline_is_not_confirmed() -> None:
    found = said("MRK-02", (-5, 20), (21, 80))
    assert (found.state, found.detail) == ("not_evaluable", "no confirmed progression")


def test_the_group_is_that_of_the_last_sample() -> None:
    assert "(group A)" in said("MRK-02", (-5, 400), (21, 190), (42, 30), (63, 32)).sentence
    assert "(group B)" in said("MRK-02", (-5, 400), (21, 190), (42, 30)).sentence


@pytest.mark.parametrize("days", [(-5, None), (None, 42)])
def test_a_half_life_needs_both_dates(days: tuple[int | None, int | None]) -> None:
    found = said("MRK-03", (days[0], 400), (days[1], 100), cycles=0 if days[0] is None else 6)
    assert found.state == "not_evaluable"
    assert (found.reason or "").startswith("a value or a date is not known exactly")


def test_a_half_life_from_the_upper_limit_itself_is_none() -> None:
    assert said("MRK-03", (-5, 35), (21, 30), uln=(35, 20)).reason == "a value within the normal range, 26 Jan 2026"
    assert said("MRK-03", (-5, 36), (21, 30), uln=(35, 20)).state == "met"


@pytest.mark.parametrize(("samples", "kelim", "missing"), [(2, "0.8", "marker.ca125"), (3, "<1.2", "marker.kelim")])
def test_a_kelim_that_cannot_be_read_says_what_is_missing(samples: int, kelim: str, missing: str) -> None:
    chart = Chart("ovarian", cycles=6)
    for place in range(samples):
        chart.at(f"sample {place}", 21 * place).add("marker.ca125", 400 - 50 * place, uln=35)
    found = chart.add("marker.kelim", kelim, method="Biomarker Kinetics").rule("MRK-04")
    assert (found.state, found.missing) == ("not_evaluable", (missing,))
