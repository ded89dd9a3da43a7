"""Edges of the kinetics: sums of one day, rates next to nothing, the growth before and after the baseline, what enters the curve."""

from decimal import Decimal

import pytest

from nacdesk.domain.kinetics import doubling_time, tumour_growth_rate
from tests.domain.cases import Chart, Typed, at_visit, immune

RULES = ("KIN-02", "KIN-03", "KIN-04")


def pair(first: Typed, then: Typed, days: int, cycles: int = 6) -> Chart:
    """One lesion at a baseline and so many days later."""
    chart = Chart(cycles=cycles).at("baseline", -3).size("P", first, "CT")
    return chart.at("scan", days - 3).size("P", then, "CT").new("no")


def test_two_sums_of_one_day_have_no_rate_and_of_the_next_day_have_one() -> None:
    assert {pair(20, 25, 0, cycles=0).rule(rule, "scan").reason for rule in RULES} == {"both sums are of one day, at scan (2 Jan 2026)"}
    next_day = pair(20, 25, 1, cycles=0)
    assert [next_day.rule(rule, "scan").state for rule in RULES] == ["met", "met", "not_evaluable"]
    assert (next_day.rule("KIN-04", "scan").reason or "").startswith("1 day between the sums, fewer than 14")


def test_a_volume_that_doubles_within_a_day_is_doubling() -> None:
    found = pair(10, 40, 1, cycles=0).rule("KIN-02", "scan")
    assert (found.detail, found.value_is) == ("doubling", "doubling time")
    assert round(doubling_time(Decimal(1), Decimal(8), 1) or 0, 6) == Decimal("0.333333")


@pytest.mark.parametrize(("now", "shown"), [("40.01", "+0.04"), ("39.99", "−0.04"), (40, "0.0"), ("41", "+3.8")])
def test_a_rate_next_to_nothing_keeps_its_sign_and_nothing_has_none(now: Typed, shown: str) -> None:
    assert f"Tumour growth rate {shown} % a month" in pair(40, now, 60).rule("KIN-04", "scan").sentence


def test_the_growth_rate_of_a_month_is_that_of_three_dimensions() -> None:
    assert round(tumour_growth_rate(Decimal(10), Decimal(20), 30, Decimal(30)), 6) == 700


@pytest.mark.parametrize(("before", "state", "limit"), [("49.99", "met", "not_met"), ("49.9", "met", "met"), (50, "not_evaluable", "")])
def test_a_slow_growth_before_the_baseline_is_a_reference(before: Typed, state: str, limit: str) -> None:
    """Under one per cent a month, but growing."""
    chart = immune("yes", 50).at("earlier", -49).sizes(primary=before).at("scan", 35).sizes(primary=70).new("no")
    assert chart.rule("KIN-05").state == state
    rate = at_visit(chart.review(), "KIN-04", "baseline").value
    assert rate is not None
    assert 0 <= rate < 1


@pytest.mark.parametrize(("earlier", "day", "method", "gap", "missing"), [
    (-49, 5, "MRI", "the growth rate on treatment is not known", "size.diameter"), (-49, 35, "CT", "the growth rate on treatment is not known", "size.diameter"),
    (-20, 35, "MRI", "no comparable scan at least 14 days before the baseline", "size.diameter before the baseline"),
])  # fmt: skip
def test_without_one_of_the_two_rates_it_is_said_which_is_missing(earlier: int, day: int, method: str, gap: str, missing: str) -> None:
    chart = immune("yes", 50).at("earlier", earlier).sizes(primary=40).at("scan", day).sizes(method, primary=90).new("no")
    found = chart.rule("KIN-05")
    assert (found.state, found.visit, found.missing) == ("not_evaluable", "v6", (missing,))
    assert (found.reason or "").startswith(gap)


# The curve


def sized(*rows: tuple[int, Typed], method: str = "CT", cycles: int = 8) -> Chart:
    """One lesion by day from the baseline."""
    chart = Chart(cycles=cycles)
    for day, typed in rows:
        chart.at("baseline" if day == 0 else f"scan {day}", day - 1).size("P", typed, method)
    return chart


def test_a_size_by_another_method_is_not_on_the_curve() -> None:
    chart = sized((0, 100), (30, 50), (60, 60))
    assert "through 3 sizes" in chart.rule("KIN-06").sentence
    chart.at("other", 89).size("P", 90, "MRI")
    assert "through 3 sizes up to day 60" in chart.rule("KIN-06").sentence


def test_a_second_size_on_the_day_of_the_baseline_is_not_on_the_curve() -> None:
    chart = sized((0, 100), cycles=0).at("again", -1).size("P", 98, "CT").at("after C2", 40).size("P", 60, "CT")
    assert (chart.rule("KIN-06").reason or "").startswith("not enough information: 2 measured and dated sizes, fewer than 3")


def test_three_sizes_no_curve_goes_through_give_none() -> None:
    found = sized((0, 100), (30, 110), (60, 50)).rule("KIN-06")
    assert (found.state, found.missing) == ("not_evaluable", ("size.diameter",))
    assert "told from zero" in (found.reason or "")
