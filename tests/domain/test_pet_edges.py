"""Edges of SUV: which lesion speaks, numbers just beside a threshold, baselines that are nought or a bound, a site's ADC threshold."""

from dataclasses import replace
from decimal import Decimal

import pytest

from nacdesk.domain.judgements import PetReview
from nacdesk.domain.review import review
from nacdesk.domain.rules import RuleResult
from tests.domain.cases import Chart, Typed, catalog


def scans(*rows: tuple[int, str, Typed], context: str = "breast_tnbc", **more: str) -> Chart:
    """SUVmax by day and lesion after two cycles of 21 days."""
    chart = Chart(context, cycles=2)
    for day, lesion, typed in rows:
        chart.at("baseline" if day < 0 else f"day {day}", day).add("pet.suvmax", typed, lesion=lesion, **more)
    return chart


def last(chart: Chart) -> PetReview:
    return [row.pet for row in chart.review().visits if row.pet is not None][-1]


def test_the_shown_suv_is_the_highest_even_where_one_is_nought() -> None:
    found = last(scans((-5, "a", 9), (-5, "b", 2), (42, "a", 0), (42, "b", "0.5")))
    assert found.suvmax is not None
    assert found.suvmax.exact == Decimal("0.5")


def test_of_two_lesions_that_grow_the_one_that_grew_most_is_named() -> None:
    found = scans((-5, "a", 10), (-5, "b", 2), (42, "a", 14), (42, "b", 4)).rule("PET-06")
    assert found.value == 100
    assert "of b 2 → 4" in found.sentence


@pytest.mark.parametrize(("base", "response"), [(0, "PMR"), (1, "PMD"), (">12", "PMR"), ("<1", "PMR")])
def test_growth_is_told_from_a_baseline_that_is_a_number_above_nought(base: Typed, response: str) -> None:
    assert last(scans((-5, "a", 9), (-5, "b", base), (42, "a", 5), (42, "b", 2))).eortc == response


def test_another_method_is_the_reason_for_no_class() -> None:
    chart = Chart(cycles=2).at("baseline", -5).add("pet.suvmax", 9, method="A").at("later", 42).add("pet.suvmax", 5, method="B")
    assert last(chart).reason == "method differs: A at baseline, B now"
    assert "method differs from the earlier PET" in (
        Chart(cycles=2).at("baseline", -5).add("pet.suvmax", 9, method="A").at("later", 42).add("pet.suvmax", 6, method="B").rule("NAC-02").reason or ""
    )
    assert "no earlier PET" in (scans((42, "a", 9)).rule("NAC-02").reason or "")


def test_cycles_that_are_not_known_are_the_reason_for_no_class() -> None:
    chart = Chart(length=None).at("baseline").add("pet.suvmax", 9).at("later").add("pet.suvmax", 8)
    assert last(chart).reason == "completed cycles are neither entered nor countable from dated cycles"
    assert "completed cycles are neither entered" in (chart.rule("NAC-02", "later").reason or "")
    assert last(scans((-5, "a", 9), (3, "a", 8))).reason == "no cycle completed"
    assert "no cycle completed" in (scans((-5, "a", 9), (3, "a", 8)).rule("NAC-02").reason or "")


@pytest.mark.parametrize(("now", "shown"), [("85.03", "14.97"), ("75.03", "24.97"), ("65.03", "34.97")])
def test_a_fall_just_beside_a_threshold_is_not_shown_as_on_it(now: str, shown: str) -> None:
    found = scans((-5, "a", 100), (42, "a", now)).rule("PET-06")
    assert f"(−{shown} %)" in found.sentence
    assert f"= {shown} % >" in found.formula


def test_a_rise_just_above_the_threshold_is_not_shown_as_on_it() -> None:
    found = scans((-5, "a", 100), (42, "a", "125.03")).rule("PET-06")
    assert (found.state, found.detail) == ("met", "PMD")
    assert "(+25.03 %)" in found.sentence
    assert "= 25.03 % > 25 %" in found.formula


def test_a_pet_before_treatment_alone_is_not_no_pet() -> None:
    assert scans((-5, "a", 9)).rule("NAC-02").reason == "no PET after the start of treatment"
    assert Chart(cycles=1).at("visit", 1).add("status.ecog", 1).rule("NAC-02").reason == "no PET recorded"


def test_after_surgery_persistence_needs_no_cycle() -> None:
    chart = Chart(length=None).at("baseline", 0).add("pet.suvmax", 9).at("surgery", 90).add("event.surgery", "yes").at("later", 100).add("pet.suvmax", 8)
    assert chart.rule("NAC-02", "later").state == "met"


@pytest.mark.parametrize(("now", "shown"), [((3, 4), "4"), ((0, "0.5"), "0.5"), ((4, 3), "4")])
def test_the_hottest_lesion_speaks_for_a_pet_without_a_hot_one(now: tuple[Typed, Typed], shown: str) -> None:
    found = scans((-5, "a", 3), (-5, "b", 3), (42, "a", now[0]), (42, "b", now[1])).rule("NAC-02")
    assert found.state == "not_met"
    assert found.sentence.startswith(f"SUVmax {shown} at day 42")


def test_only_a_lesion_that_was_hot_is_missed() -> None:
    assert scans((-5, "a", 4), (-5, "b", 3), (42, "a", 4)).rule("NAC-02").state == "not_met"
    assert scans((-5, "a", 4), (-5, "b", 6), (42, "a", 4)).rule("NAC-02").state == "not_evaluable"


def test_municon_asks_for_the_tumour_before_it_is_silent() -> None:
    assert Chart(None).at("visit", 1).add("status.ecog", 1).rule("PET-07").reason == "tumour context not recorded"


def _adc(chart: Chart) -> RuleResult:
    shipped = catalog()
    site = replace(shipped, rules={**shipped.rules, "NAC-04": replace(shipped.rules["NAC-04"], thresholds={"adc": Decimal(1000)})})
    return review(chart.history(), site).latest["NAC-04"]


def test_a_sites_adc_threshold_is_held_against_the_baseline() -> None:
    found = _adc(Chart(cycles=1).at("baseline", -5).add("mri.adc", 900).at("later", 30).add("mri.adc", 1500))
    assert (found.state, found.visit, found.value, found.value_is, found.operator, found.threshold, found.evidence) == ("met", "v1", 900, "ADC", "<", 1000, ("o001",))
    assert found.sentence == "Baseline ADC 900 1e-6 mm2/s; site threshold below 1000."
    assert found.formula == "900 < 1000"
    assert _adc(Chart(cycles=1).at("baseline", -5).add("mri.adc", 1000)).state == "not_met"


def test_a_sites_adc_threshold_says_nothing_without_a_measured_baseline() -> None:
    assert _adc(Chart(cycles=1).at("later", 30).add("mri.adc", 900)).state == "not_evaluable"
    assert _adc(Chart(cycles=1).at("baseline", -5).add("mri.adc", "<900")).state == "not_evaluable"


def _municon(*values: Typed, method: str = "A") -> RuleResult:
    chart = Chart("oesoph_gej_gastric_adeno", length=14, cycles=2).at("baseline", -5).add("anatomy.site", "gej").add("pet.suvmax", values[0], method="A")
    return chart.at("early PET", 14).add("pet.suvmax", values[1], method=method).rule("PET-07")


def test_an_early_suv_that_has_not_changed_has_fallen_by_nought() -> None:
    found = _municon(10, 10)
    assert (found.state, found.value) == ("met", 0)


def test_an_early_suv_that_cannot_be_compared_says_why() -> None:
    found = _municon(10, 6, method="B")
    assert (found.reason, found.visit) == ("method differs: A at baseline, B now", "v3")
    assert _municon(10, "<6").reason == "SUVmax is not a plain number"


def test_a_rise_is_shown_with_the_digits_of_its_own_threshold() -> None:
    assert "= 35.0 % > 25 %" in scans((-5, "a", 100), (42, "a", "135.03")).rule("PET-06").formula
