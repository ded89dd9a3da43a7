"""Edges of the rules of one lesion and of depth: just short of a limit, after surgery, unlike values, diameters of another method."""

import pytest

from tests.domain.cases import Chart, Typed

FOLFOX = "FOLFOX with selective chemoradiation (PROSPECT)"


def rectal(now: Typed, *, cycles: int = 6, regimen: str = FOLFOX, method: str = "MRI") -> Chart:
    """50 mm at baseline and one later size."""
    return Chart("rectal", regimen, 14, cycles=cycles).at("baseline", -7).size("primary", 50).at("restaging", 84).size("primary", now, method)


# REG-01


@pytest.mark.parametrize(("now", "state", "shown"), [("40.01", "met", "19.98 %"), ("40.05", "met", "19.9 %"), ("40.00", "not_met", "20.0 %"), ("39.99", "not_met", "20.02 %")])
def test_just_short_of_a_fifth_is_short_of_it_and_shown_so(now: Typed, state: str, shown: str) -> None:
    found = rectal(now).rule("REG-01")
    assert found.state == state
    assert f"= {shown} < 20 %" in found.formula
    assert f"(−{shown})" in found.sentence


@pytest.mark.parametrize("regimen", ["folfox", "MFOLFOX6", "mFOLFOX-6", " FOLFOX ", "as in prospect"])
def test_folfox_in_any_spelling(regimen: str) -> None:
    assert rectal("45", regimen=regimen).rule("REG-01").state == "met"


def test_without_a_baseline_the_gate_says_so() -> None:
    found = Chart("rectal", FOLFOX, 14, cycles=6).at("restaging", 84).size("primary", 40).rule("REG-01")
    assert (found.state, found.missing) == ("not_evaluable", ("size.diameter at baseline",))


def test_a_size_after_surgery_does_not_open_the_gate() -> None:
    chart = Chart("rectal", FOLFOX, 14, cycles=6).at("baseline", -7).size("primary", 50).at("surgery", 90).add("event.surgery", "yes").at("later", 95).size("primary", 5)
    found = chart.rule("REG-01")
    assert (found.state, found.missing) == ("not_evaluable", ("size.diameter after 6 cycles",))


def test_what_the_gate_cannot_use_is_named_with_its_values() -> None:
    unlike = rectal(45).size("primary", 30).rule("REG-01")
    assert (unlike.state, unlike.visit, len(unlike.evidence), unlike.missing) == ("not_evaluable", "v7", 1, ("size.diameter",))
    assert (unlike.reason or "").startswith("2 unlike values, none accepted")
    bad = rectal("NE").rule("REG-01")
    assert (bad.visit, len(bad.evidence), bad.missing) == ("v7", 2, ("size.diameter",))
    other = rectal(45, method="CT").rule("REG-01")
    assert (other.state, other.visit, len(other.evidence)) == ("not_evaluable", "v7", 2)


def test_too_few_cycles_rest_on_those_recorded_as_cancelled() -> None:
    chart = Chart("rectal", FOLFOX, 14, cycles=4)
    for number in (5, 6):
        chart.cycle(number, 14 * (number - 1)).add("treatment.cancelled", "yes")
    found = chart.rule("REG-01")
    assert (found.state, len(found.evidence)) == ("met", 2)


def test_a_fall_just_short_of_a_partial_response_is_not_shown_as_one() -> None:
    assert "= 29.97 % < 20 %" in rectal("35.015").rule("REG-01").formula


def test_a_first_cycle_that_was_not_recorded_is_not_taken_for_one_not_given() -> None:
    chart = Chart("rectal", FOLFOX, 14)
    for number in (2, 3, 4, 5, 6):
        chart.cycle(number, 14 * (number - 1))
        if number > 4:
            chart.add("treatment.cancelled", "yes")
    assert chart.rule("REG-01").state == "not_evaluable"


# BRE-01


def sonography(now: tuple[Typed, Typed], start: tuple[Typed, Typed] = (30, 20), *, across: str | None = "ultrasound", day: int = 42) -> Chart:
    chart = Chart("breast_hrpos", cycles=4)
    for name, at, (longest, short) in (("baseline", -7, start), ("after C2", day, now)):
        chart.at(name, at).size("primary", longest, "ultrasound").add("size.perpendicular", short, lesion="primary", method=across)
    return chart


@pytest.mark.parametrize(("now", "state", "shown"), [(("30", "10.0"), "not_met", "50.0 %"), (("30", "10.002"), "met", "49.99 %"), (("30", "10.02"), "met", "49.9 %")])
def test_just_short_of_half_is_short_of_it_and_shown_so(now: tuple[Typed, Typed], state: str, shown: str) -> None:
    found = sonography(now).rule("BRE-01")
    assert found.state == state
    assert f"(−{shown})" in found.sentence


def test_a_product_of_one_square_millimetre_is_a_baseline() -> None:
    assert sonography((1, 1), (1, 1)).rule("BRE-01").state == "met"


def test_the_second_diameter_is_that_of_the_lesion_by_ultrasound_or_without_a_method() -> None:
    assert sonography((30, 10), across=None).rule("BRE-01").state == "not_met"
    assert sonography((30, 10), across="MRI").rule("BRE-01").state == "not_evaluable"
    both = sonography((30, 10)).add("size.perpendicular", 18, lesion="primary", method="MRI").add("size.perpendicular", 19, lesion="other", method="ultrasound")
    assert both.rule("BRE-01").state == "not_met"
    assert both.rule("BRE-01").value == 50


def test_ultrasound_after_surgery_does_not_count() -> None:
    chart = Chart("breast_hrpos", cycles=2).at("baseline", -7).size("primary", 30, "US").add("size.perpendicular", 20, lesion="primary")
    chart.at("surgery", 45).add("event.surgery", "yes").at("after C2", 50).size("primary", 30, "US").add("size.perpendicular", 20, lesion="primary")
    assert chart.rule("BRE-01").reason == "no ultrasound with exactly 2 completed cycles"


@pytest.mark.parametrize("method", ["ultrasound", "Sonography", "US", "breast us", "ULTRASONOGRAPHY"])
def test_ultrasound_in_any_spelling(method: str) -> None:
    chart = Chart("breast_hrpos", cycles=4)
    for name, at, short in (("baseline", -7, 20), ("after C2", 42, 10)):
        chart.at(name, at).size("primary", 30, method).add("size.perpendicular", short, lesion="primary", method=method)
    assert chart.rule("BRE-01").state == "not_met"


# BRE-02


def mri(now: Typed, method: str | None = "MRI") -> Chart:
    return Chart("breast_hrpos", cycles=4).at("baseline", -7).size("primary", 40, "MRI").at("after C2", 42).size("primary", now, method)


@pytest.mark.parametrize(
    ("now", "reason"),
    [("TSTM", "primary too small to measure at"), ("NE", "primary not evaluable at"), ("<5", "primary only reported as <5 mm at"), (">60", "primary only reported as >60 mm at")],
)
def test_why_a_diameter_by_mri_is_no_number(now: Typed, reason: str) -> None:
    found = mri(now).rule("BRE-02", "after C2")
    assert (found.state, found.missing) == ("not_evaluable", ("MRI",))
    assert (found.reason or "").startswith(reason.removesuffix(" at"))


def test_the_method_that_was_used_instead_is_named() -> None:
    chart = mri(30, None)
    assert (chart.rule("BRE-02", "after C2").reason or "").startswith("modality not recorded")
    assert "MRI at baseline, CT" in (chart.size("primary", 31, "CT").rule("BRE-02", "after C2").reason or "")


@pytest.mark.parametrize("method", ["MRI", "mri", "MR", "Magnetic resonance"])
def test_mri_in_any_spelling(method: str) -> None:
    assert mri(30, method).rule("BRE-02", "after C2").state == "met"


# ETS-01 and DPR-01


def shrinking(*rows: tuple[int, Typed]) -> Chart:
    chart = Chart(cycles=6).at("baseline", -7).sizes(primary=100)
    for day, typed in rows:
        chart.at(f"day {day}", day).sizes(primary=typed).new("no")
    return chart


def test_just_short_of_early_shrinkage_is_shown_so() -> None:
    found = shrinking((56, "80.02")).rule("ETS-01")
    assert found.state == "not_met"
    assert "(−19.98 %)" in found.sentence
    assert "= 19.98 % ≥ 20 %" in found.formula


@pytest.mark.parametrize(("now", "words"), [(101, "growth"), (100, "deepest response"), ("99.5", "deepest response"), (60, "deepest response")])
def test_only_a_larger_sum_is_called_growth(now: Typed, words: str) -> None:
    assert f" {words} at day 42" in shrinking((42, now)).rule("DPR-01").sentence


def test_a_sum_after_surgery_is_neither_early_shrinkage_nor_depth() -> None:
    chart = shrinking((42, 90)).at("surgery", 50).add("event.surgery", "yes").at("later", 56).sizes(primary=10).new("no")
    assert chart.rule("ETS-01").visit == chart.rule("DPR-01").visit
    assert chart.rule("DPR-01").value == 10


def test_the_reason_is_the_baseline_that_is_missing_or_not_evaluable() -> None:
    late = Chart(cycles=4).at("day 42", 42).sizes(primary=50)
    broken = Chart(cycles=4).at("baseline", -7).sizes(primary="NE").at("day 42", 42).sizes(primary=50)
    for rule in ("ETS-01", "DPR-01"):
        assert late.rule(rule).reason == "no baseline on or before the first dose"
        assert (broken.rule(rule).reason or "").startswith("the baseline sum is not evaluable: primary not evaluable")


def test_depth_ends_with_the_first_progression_for_good() -> None:
    assert shrinking((42, 80), (63, 97), (84, 20)).rule("DPR-01").value == 20
