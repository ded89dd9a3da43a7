"""Early shrinkage, depth of response, the longest MRI diameter and the rectal gate, each limit on both sides."""

from decimal import Decimal

import pytest

from tests.domain.cases import Chart, Typed, immune, two_points


def at_day(day: int, now: Typed) -> Chart:
    """75 mm at baseline and one later sum."""
    return Chart(cycles=6).at("baseline", -7).sizes(primary=75).at("scan", day).sizes(primary=now).new("no")


@pytest.mark.parametrize(("now", "state"), [("59.9", "met"), ("60.0", "met"), ("60.1", "not_met"), ("90", "not_met")])
def test_early_shrinkage_is_a_fifth(now: str, state: str) -> None:
    assert at_day(56, now).rule("ETS-01").state == state


@pytest.mark.parametrize(("day", "state"), [(41, "not_evaluable"), (42, "met"), (63, "met"), (64, "not_evaluable")])
def test_the_window_of_early_shrinkage(day: int, state: str) -> None:
    found = at_day(day, 50).rule("ETS-01")
    assert found.state == state
    assert ("outside window" in (found.reason or "")) is (state == "not_evaluable")


@pytest.mark.parametrize(("first", "second", "chosen"), [(50, 58, "late"), (53, 62, "early"), (52, 60, "late"), (55, 57, "late")])
def test_of_several_sums_the_one_nearest_day_56_counts(first: int, second: int, chosen: str) -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(primary=75).at("early", first).sizes(primary=70).at("late", second).sizes(primary=50)
    assert chart.rule("ETS-01").state == ("met" if chosen == "late" else "not_met")
    assert chart.at("late", second).rule("ETS-01").visit == next(visit.id for visit in chart.visits if visit.name == chosen)


def test_early_shrinkage_without_a_sum_a_target_or_a_baseline() -> None:
    assert at_day(56, "NE").rule("ETS-01").state == "not_evaluable"
    assert "no scan in the window" in (at_day(56, "NE").rule("ETS-01").reason or "")
    assert Chart(cycles=2).at("baseline", -7).status("rest", "PRESENT").rule("ETS-01").state == "not_applicable"
    assert Chart(cycles=6).at("scan", 56).sizes(primary=50).rule("ETS-01").state == "not_evaluable"
    assert Chart(cycles=6).at("baseline", -7).size("p", 75, "CT").at("scan", 56).size("p", 50, "MRI").rule("ETS-01").state == "not_evaluable"


@pytest.mark.parametrize(
    ("sums", "depth"),
    [((60, 44, 50), 45), ((60, 80, 20), 25), ((88,), -10), ((100, 20), -25), (("NE", 60), 25), ((60, "NE", 44), 45), ((80, 81), 0)],
)
def test_depth_ends_with_progression(sums: tuple[Typed, ...], depth: int) -> None:
    assert two_points(80, *sums, cycles=8).rule("DPR-01").value == depth


def test_depth_ends_with_a_new_lesion_and_stays_open_without_a_sum() -> None:
    chart = two_points(80, 60).at("after C3", 63).sizes(primary=20).new("yes")
    assert chart.rule("DPR-01").value == 25
    assert two_points(80, "NE").rule("DPR-01").state == "not_evaluable"
    chart = two_points(80).at("after C2", 42).sizes(primary="NE").new("yes").at("after C3", 63).sizes(primary=20).new("no")
    assert chart.rule("DPR-01").value == 75  # nothing came before the progression: the first sum is shown


# BRE-02


def test_the_longest_mri_diameter_of_the_largest_mass() -> None:
    chart = Chart(cycles=4).lesion("N", "node").at("baseline", -7).sizes(a=40, b=25, N=60).at("scan", 42).sizes(a=26, b=5, N=10)
    found = chart.rule("BRE-02", "scan")
    assert found.value == -35
    assert "Longest MRI diameter of a 40 → 26 mm (−35.0 %)" in found.sentence


@pytest.mark.parametrize(("now", "detail"), [("31.1", "beyond variability"), ("31.16", "within variability"), ("50.16", "within variability"), ("50.2", "beyond variability")])
def test_the_band_of_one_lesion_is_printed_with_it(now: str, detail: str) -> None:
    assert two_points(40, now).rule("BRE-02", "after C2").detail == detail


@pytest.mark.parametrize(("method", "reason"), [("US", "modality differs"), ("palpation", "modality differs"), (None, "modality not recorded")])
def test_H13_mri_is_never_mixed_with_another_modality(method: str | None, reason: str) -> None:
    chart = Chart(cycles=4).at("baseline", -7).size("a", 40, "MRI").at("scan", 42).size("a", 26, method)
    assert reason in (chart.rule("BRE-02", "scan").reason or "")
    assert "no MRI at baseline" in (Chart(cycles=4).at("baseline", -7).size("a", 40, method).rule("BRE-02").reason or "")


def test_mri_and_ultrasound_of_one_visit_are_kept_apart() -> None:
    chart = Chart(cycles=4).at("baseline", -7).size("a", 40, "MRI").size("a", 33, "US").at("scan", 42).size("a", 20, "MRI").size("a", 30, "US")
    assert chart.rule("BRE-02", "scan").value == -50


@pytest.mark.parametrize(("now", "state"), [("NE", "not_evaluable"), ("<5", "not_evaluable"), ("ABSENT", "met")])
def test_H11_a_diameter_that_is_no_number_gives_no_change(now: str, state: str) -> None:
    assert two_points(40, now).rule("BRE-02", "after C2").state == state


def test_H11_too_small_to_measure_is_no_diameter_of_one_lesion() -> None:
    chart = Chart("rectal", FOLFOX, 14, cycles=6).at("baseline", -7).size("P", 50).at("restaging", 84).size("P", "TSTM")
    assert chart.rule("REG-01").state == "not_evaluable"
    chart = Chart(cycles=4).at("baseline", -7).size("P", 50).at("scan", 42).size("P", "TSTM")
    assert "too small to measure" in (chart.rule("BRE-02", "scan").reason or "")


# REG-01

FOLFOX = "FOLFOX with selective chemoradiation (PROSPECT)"


def rectal(now: Typed, *, cycles: int = 6, regimen: str | None = FOLFOX, context: str | None = "rectal", day: int = 84, method: str = "MRI") -> Chart:
    """50 mm at baseline and one later size."""
    return Chart(context, regimen, 14, cycles=cycles).at("baseline", -7).size("primary", 50).at("restaging", day).size("primary", now, method)


@pytest.mark.parametrize(("now", "state"), [("39.9", "not_met"), ("40.0", "not_met"), ("40.1", "met"), ("60", "met"), ("ABSENT", "not_met"), ("NE", "not_evaluable")])
def test_the_rectal_gate_is_a_fifth(now: str, state: str) -> None:
    found = rectal(now).rule("REG-01")
    assert found.state == state
    assert ("chemoradiation" in found.sentence) is (state == "met")


@pytest.mark.parametrize(("regimen", "state"), [
    (FOLFOX, "met"), ("mFOLFOX6", "met"), ("FOLFOX", "met"), (None, "not_evaluable"), ("mFOLFIRINOX then chemoradiation", "not_applicable"),
    ("Chemoradiation then consolidation FOLFOX/CAPOX (OPRA)", "not_applicable"),
])  # fmt: skip
def test_the_rectal_gate_holds_for_folfox_alone(regimen: str | None, state: str) -> None:
    assert rectal("45", regimen=regimen).rule("REG-01").state == state


@pytest.mark.parametrize(("context", "state"), [("rectal", "met"), ("pancreas", "not_applicable"), (None, "not_evaluable")])
def test_the_rectal_gate_belongs_to_the_rectum(context: str | None, state: str) -> None:
    assert rectal("45", context=context).rule("REG-01").state == state


def test_the_rectal_gate_takes_the_first_measurement_with_six_cycles() -> None:
    assert rectal("45", day=60).rule("REG-01").state == "not_evaluable"
    chart = rectal("45").at("later", 90).size("primary", 20)
    assert chart.rule("REG-01").state == "met"
    assert rectal("45", method="CT").rule("REG-01").state == "not_evaluable"


@pytest.mark.parametrize(("cancelled", "detail"), [((), None), ((6,), "sufficient (30.0 %)"), ((5, 6), "insufficient (fewer than 5 cycles): protocol gave chemoradiation")])
def test_cycles_count_as_not_given_only_when_recorded_as_cancelled(cancelled: tuple[int, ...], detail: str | None) -> None:
    chart = Chart("rectal", FOLFOX, 14, cycles=4).at("baseline", -7).size("primary", 50).at("restaging", 75).size("primary", 35)
    if cancelled:
        for number in (5, 6):
            chart.cycle(number, 14 * (number - 1))
            if number in cancelled:
                chart.add("treatment.cancelled", "yes")
    assert chart.rule("REG-01").detail == detail
    assert chart.rule("REG-01").state == {None: "not_evaluable"}.get(detail, "met" if "insufficient" in (detail or "") else "not_met")


@pytest.mark.parametrize("more", [Decimal(0), Decimal("0.1"), Decimal(30)])
def test_a_larger_tumour_never_passes_the_gate(more: Decimal) -> None:
    assert rectal(Decimal("40.1") + more).rule("REG-01").state == "met"


def test_depth_is_of_the_targets_under_immunotherapy_too() -> None:
    assert immune("yes", 50, 40, 30).rule("DPR-01").value == 40
