"""Growth kinetics (KIN-02 to KIN-06): each limit on both sides, what gives no rate, and the fit of the curve."""

import math
from decimal import Decimal

import pytest

from nacdesk.domain.regression_growth import fit, growth_doubling, nadir_day, size_at
from nacdesk.interop.review_json import to_json
from tests.domain.cases import Chart, Typed, at_visit, immune

RULES = ("KIN-02", "KIN-03", "KIN-04")


def pair(first: Typed, then: Typed, days: int = 60, *, methods: tuple[str, str] = ("CT", "CT")) -> Chart:
    """One lesion at a baseline and so many days later."""
    chart = Chart(cycles=6).at("baseline", -3).size("P", first, methods[0])
    return chart.at("scan", days - 3).size("P", then, methods[1]).new("no")


def test_doubling_and_halving_mirror_each_other() -> None:
    up, down = pair(20, 25).review(), pair(25, 20).review()
    assert [at_visit(judged, "KIN-02", "scan").detail for judged in (up, down)] == ["doubling", "halving"]
    first, second = (at_visit(judged, "KIN-02", "scan").value for judged in (up, down))
    assert first is not None
    assert second is not None
    assert abs(first - second) < Decimal("1e-20")
    assert at_visit(up, "KIN-02", "scan").formula == "60 × ln 2 / ln(25³ / 20³) = 62.1 days"
    rising, falling = (at_visit(judged, "KIN-03", "scan").value for judged in (up, down))
    assert rising is not None
    assert falling is not None
    assert abs(rising + falling) < Decimal("1e-20")


def test_an_unchanged_volume_has_a_rate_of_nothing_and_no_doubling_time() -> None:
    chart = pair(20, 20)
    assert (chart.rule("KIN-02", "scan").state, chart.rule("KIN-02", "scan").detail) == ("not_evaluable", "not defined")
    assert chart.rule("KIN-03", "scan").value == 0
    assert chart.rule("KIN-04", "scan").value == 0


def test_several_targets_count_as_spheres_side_by_side() -> None:
    chart = Chart(cycles=6).at("baseline", -3).sizes(a=20, b=10).at("scan", 57).sizes(a=20, b=20).new("no")
    found = chart.rule("KIN-03", "scan").value
    assert found is not None
    assert float(found) == pytest.approx(100 * math.log(16000 / 9000) / 60)


@pytest.mark.parametrize(("days", "state"), [(13, "not_evaluable"), (14, "met"), (15, "met")])
def test_the_growth_rate_needs_two_weeks(days: int, state: str) -> None:
    chart = pair(20, 25, days)
    assert chart.rule("KIN-04", "scan").state == state
    assert chart.rule("KIN-02", "scan").state == "met"


@pytest.mark.parametrize("now", ["NE", "TSTM", "ABSENT", "<5", ">60"])
def test_H11_what_was_not_measured_gives_no_rate(now: str) -> None:
    chart = pair(20, now)
    assert {chart.rule(rule, "scan").state for rule in RULES} == {"not_evaluable"}


def test_H13_and_H14_unlike_methods_or_lesion_sets_give_no_rate() -> None:
    chart = pair(20, 30, methods=("CT", "MRI"))
    assert {chart.rule(rule, "scan").state for rule in RULES} == {"not_evaluable"}
    chart = Chart(cycles=6).at("baseline", -3).sizes(a=20, b=10).at("scan", 57).sizes(a=25).new("no")
    assert {chart.rule(rule, "scan").state for rule in RULES} == {"not_evaluable"}


def test_a_rate_needs_dates_and_runs_from_the_assessment_before() -> None:
    undated = Chart().at("baseline", cycle=0).sizes(P=20).at("after C2", cycle=2).sizes(P=25)
    assert {undated.rule(rule, "after C2").state for rule in RULES} == {"not_evaluable"}
    chart = pair(40, 20).at("gap", 70).size("P", "NE", "CT").at("late", 87).size("P", 25, "CT").new("no")
    found = chart.rule("KIN-04", "late")
    assert "20 → 25 mm in 30 days" in found.sentence
    assert not chart.rule("KIN-04", "gap").value


def test_new_lesions_and_non_target_disease_are_not_in_the_rates() -> None:
    chart = pair(20, 25).lesion("N", role="new").lesion("rest", role="non_target").at("scan", 57).size("N", 30).size("rest", 90)
    assert chart.rule("KIN-04", "scan").value == pair(20, 25).rule("KIN-04", "scan").value


def test_without_a_target_there_are_no_kinetics() -> None:
    chart = Chart(cycles=2).at("baseline", -7).status("rest", "PRESENT")
    assert {chart.rule(f"KIN-0{number}").state for number in range(2, 7)} == {"not_applicable"}
    assert {pair(20, 25).at("alone", 80).rule("KIN-06").state} == {"not_evaluable"}


# Hyperprogression


def accelerating(before: Typed, base: Typed, now: Typed, given: str = "yes", days: int = 42) -> Chart:
    """A scan as many days before the baseline as the first assessment is after it."""
    chart = immune(given, base)
    chart.at("earlier", -7 - days).sizes(primary=before)
    return chart.at("scan", -7 + days).sizes(primary=now).new("no")


@pytest.mark.parametrize(("now", "state"), [("60", "not_met"), ("72.5", "not_met"), ("72.6", "met"), ("90", "met")])
def test_hyperprogression_compares_two_growth_rates(now: str, state: str) -> None:
    found = accelerating(40, 50, now).rule("KIN-05")
    assert found.state == state
    assert found.severity == "alert"


@pytest.mark.parametrize(("given", "state"), [("yes", "met"), ("no", "not_applicable"), (None, "not_evaluable")])
def test_hyperprogression_belongs_to_checkpoint_inhibitors(given: str | None, state: str) -> None:
    chart = accelerating(40, 50, 90, given or "no")
    if given is None:
        chart.observations = [row for row in chart.observations if row.analyte != "treatment.immune"]
    assert chart.rule("KIN-05").state == state


def test_hyperprogression_needs_progression_at_the_first_assessment() -> None:
    chart = accelerating(40, 50, 55)
    assert chart.rule("KIN-05").state == "not_met"
    chart.observations = chart.observations[:-1]  # new lesions not recorded: progression is not excluded
    assert chart.rule("KIN-05").state == "not_met"  # but the growth rate is not twice the one before
    chart = accelerating(49, 50, 58)
    assert chart.rule("KIN-05").state == "not_met"
    chart.observations = chart.observations[:-1]
    assert chart.rule("KIN-05").state == "not_evaluable"
    late = accelerating(40, 50, 50).at("scan 2", 90).sizes(primary=120).new("no")
    assert late.rule("KIN-05").state == "not_met"


@pytest.mark.parametrize("before", [50, 55])
def test_hyperprogression_needs_growth_before_the_baseline(before: int) -> None:
    assert "reference growth not positive" in (accelerating(before, 50, 90).rule("KIN-05").reason or "")
    assert "no comparable scan" in (immune("yes", 50, 90).rule("KIN-05").reason or "")


def test_the_rate_on_treatment_runs_from_the_baseline_and_from_nothing_else() -> None:
    chart = Chart(cycles=4).at("earlier", -49).sizes(P=40).at("baseline", -7).sizes(P="TSTM").add("treatment.immune", "yes")
    found = chart.at("scan", 35).sizes(P=90).new("no").rule("KIN-05")
    assert found.state == "not_evaluable"
    assert chart.rule("KIN-04", "scan").value is not None  # a rate there is, from the earlier scan


# The curve


def sampled(g: float, d: float, days: list[int]) -> list[tuple[int, float]]:
    return [(day, math.exp(-d * day) + math.exp(g * day) - 1) for day in days]


@pytest.mark.parametrize(("g", "d"), [(0.002, 0.02), (0.0005, 0.01), (0.005, 0.03), (0.004, 0.005), (0.01, 0.05)])
@pytest.mark.parametrize("days", [[30, 60, 90, 120, 180], [42, 84, 126], [40, 200]])
def test_the_fit_finds_the_curve_again(g: float, d: float, days: list[int]) -> None:
    found = fit(sampled(g, d, days))
    assert found is not None
    assert found.residual < 1e-6
    assert (found.g, found.d) == (pytest.approx(g, rel=1e-3), pytest.approx(d, rel=1e-3))


@pytest.mark.parametrize("points", [[(30, 0.5), (60, 0.25), (90, 0.125)], [(30, 1.2), (60, 1.44), (90, 1.7)], [(30, 1.0), (60, 1.0), (90, 1.0)], [(3650, 500.0), (7300, 0.0)]])
def test_growth_or_regression_alone_is_never_dressed_up_as_both(points: list[tuple[int, float]]) -> None:
    found = fit(points)
    if found is not None and found.g_error is not None and found.d_error is not None:
        assert found.g < 2 * found.g_error or found.d < 2 * found.d_error or found.d <= found.g


def shrinking_then_growing(*sizes: Typed, gap: int = 30) -> Chart:
    chart = Chart(cycles=8).at("baseline", -1).sizes(P=100)
    for place, typed in enumerate(sizes, start=1):
        chart.at(f"scan {place}", gap * place - 1).sizes(P=typed).new("no")
    return chart


def test_the_curve_is_told_with_its_residual_and_in_the_json() -> None:
    sizes = [Decimal(round(1000 * value)) / 10 for _, value in sampled(0.002, 0.02, [30, 60, 90, 120, 150])]
    chart = shrinking_then_growing(*sizes)
    found = chart.rule("KIN-06")
    assert found.state == "met"
    assert "through 6 sizes up to day 150 from baseline" in found.sentence
    assert "smallest on day 105 from baseline" in found.sentence
    kinetics = to_json(chart.review())["kinetics"]
    assert kinetics["g"] == pytest.approx(0.002, rel=0.02)
    assert kinetics["d"] == pytest.approx(0.02, rel=0.02)
    assert kinetics["depth_pct"] == pytest.approx(-63.8, abs=0.1)
    assert kinetics["doubling_days"] is not None
    assert kinetics["sgr_per_day"] > 0
    assert kinetics["tgr_pct_month"] > 0
    assert kinetics["reason"] is None


def test_the_nadir_of_the_curve_is_told_only_when_it_was_seen() -> None:
    sizes = [Decimal(round(1000 * value)) / 10 for _, value in sampled(0.002, 0.02, [20, 40, 60, 80])]
    assert "smallest size not reached yet" in shrinking_then_growing(*sizes, gap=20).rule("KIN-06").sentence


@pytest.mark.parametrize(("sizes", "words"), [
    ((60,), "2 measured and dated sizes, fewer than 3"), (("TSTM", 60), "2 measured and dated sizes"), ((60, "NE"), "2 measured and dated sizes"),
    ((60, 36, 22, 13), "told from zero"), ((120, 150, 190), "not slower than the regression"), ((100, 100, 100), "told from zero"),
])  # fmt: skip
def test_no_curve_without_enough_information(sizes: tuple[Typed, ...], words: str) -> None:
    found = shrinking_then_growing(*sizes).rule("KIN-06")
    assert found.state == "not_evaluable"
    assert words in (found.reason or "")


def test_three_sizes_say_that_nothing_is_left_to_judge_the_curve_by() -> None:
    found = shrinking_then_growing(50, 60).rule("KIN-06")
    assert found.state == "met"
    assert "goes through all three sizes" in found.sentence


def test_noise_around_the_baseline_is_no_curve() -> None:
    assert shrinking_then_growing(97, 102, 99, 101).rule("KIN-06").state == "not_evaluable"


def test_formulas_of_the_curve() -> None:
    g, d = Decimal("0.002"), Decimal("0.02")
    assert size_at(g, d, Decimal(0)) == 1
    low = nadir_day(g, d)
    assert size_at(g, d, low) < min(size_at(g, d, low - 1), size_at(g, d, low + 1))
    assert abs((g * growth_doubling(g)).exp() - 2) < Decimal("1e-20")


def test_the_summary_speaks_of_the_newest_assessment_or_says_why_it_cannot() -> None:
    chart = pair(20, 25).at("gap", 90).size("P", "NE", "CT").new("no")
    kinetics = to_json(chart.review())["kinetics"]
    assert (kinetics["doubling_days"], kinetics["sgr_per_day"], kinetics["tgr_pct_month"]) == (None, None, None)
    assert "P not evaluable, at gap" in kinetics["reason"]


def test_kinetics_of_a_shrinking_tumour_in_the_json() -> None:
    kinetics = to_json(pair(25, 20).review())["kinetics"]
    assert kinetics["doubling_days"] is None
    assert "halving time 62 days" in kinetics["reason"]
    assert kinetics["sgr_per_day"] == pytest.approx(3 * math.log(0.8) / 60)
    assert (kinetics["g"], kinetics["d"]) == (None, None)
    assert to_json(Chart(cycles=1).at("baseline", -7).sizes(P=20).review())["kinetics"]["depth_pct"] is None
