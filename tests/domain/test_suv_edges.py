"""Edges of the uptake value and of volumes: numbers next to nothing, lesions of other visits, values in doubt, the whole body beside lesions."""

from dataclasses import replace
from decimal import Decimal

import pytest

from nacdesk.domain.facts import Patient
from nacdesk.domain.suv import Scan, sul_from, suvbw
from tests.domain.cases import Chart, Typed, catalog

SCAN = Scan(Decimal(5000), Decimal(70), Decimal(350_000_000), Decimal(3600))


@pytest.mark.parametrize(("change", "said"), [
    ({"weight_kg": Decimal(0)}, "weight missing or zero"), ({"weight_kg": Decimal(-1)}, "weight missing or zero"), ({"dose_bq": Decimal(0)}, "dose missing or zero"),
    ({"dose_bq": Decimal(-1)}, "dose missing or zero"), ({"dose_bq": Decimal("0.5")}, "the dose is probably stored in MBq: to be asked, never converted silently"),
    ({"half_life_s": Decimal(0)}, "half-life missing or zero"), ({"delay_s": None}, "time of injection or of the series missing"),
    ({"delay_s": Decimal(-1)}, "injection after the scan: check the change of date at midnight"),
])  # fmt: skip
def test_what_is_no_measurement_of_the_scanner_is_named(change: dict[str, Decimal | None], said: str) -> None:
    assert suvbw(catalog().rules["PET-01"], replace(SCAN, **change)) == said


@pytest.mark.parametrize("change", [{"weight_kg": Decimal("0.5")}, {"half_life_s": Decimal(1), "delay_s": Decimal(0)}, {"delay_s": Decimal(0)}])
def test_small_numbers_of_the_scanner_are_numbers(change: dict[str, Decimal]) -> None:
    scan = replace(SCAN, **change)
    assert scan.weight_kg is not None
    assert scan.dose_bq is not None
    found = suvbw(catalog().rules["PET-01"], scan)
    assert isinstance(found, Decimal)
    if scan.delay_s == 0:
        assert found == scan.concentration * 1000 * scan.weight_kg / scan.dose_bq


def test_the_lean_mass_stands_although_the_uptake_is_missing() -> None:
    rule = catalog().rules["PET-02"]
    found = sul_from(rule, None, Decimal(70), Decimal(165), "F")
    assert (found.value, found.sentence) == (None, "Not worked out: SUV missing.")
    assert found.lean_kg is not None
    assert sul_from(rule, Decimal(5), None, Decimal(165), "F").lean_kg is None
    assert sul_from(rule, None, Decimal(70), Decimal(165), "X").sentence == "Not worked out: SUV missing."
    assert sul_from(rule, Decimal(5), Decimal(70), Decimal(165), "X").sentence == "Not worked out: the equation is for sex F or M."


def body(sex: str | None = "F", weight: Typed | None = 70) -> Chart:
    chart = Chart(cycles=4).at("baseline", -7).add("patient.height_cm", 165)
    if weight is not None:
        chart.add("patient.weight_kg", weight)
    chart.case = replace(chart.case, patient=Patient(sex=sex))
    return chart


def test_for_another_sex_the_lean_mass_itself_is_asked_for() -> None:
    found = body("X").add("pet.suvmax", 5).rule("PET-02", "baseline")
    assert (found.state, found.missing) == ("not_evaluable", ("lean body mass",))
    assert (found.reason or "").startswith("the equation is for sex F or M")
    assert (body("F", None).add("pet.suvmax", 5).rule("PET-02", "baseline").reason or "").startswith("weight not recorded")


def test_a_weight_given_as_a_bound_is_passed_over() -> None:
    chart = body().at("PET", 42).add("patient.weight_kg", "<90").add("pet.suvmax", 5)
    assert "70 kg" in chart.rule("PET-02", "PET").sentence


def test_the_weight_of_the_last_visit_counts_also_without_a_date() -> None:
    chart = body().at("PET", None, 3).add("patient.weight_kg", 80).add("pet.suvmax", 5)
    assert "80 kg" in chart.rule("PET-02", "PET").sentence


def test_sul_is_of_the_hottest_lesion_of_that_visit() -> None:
    chart = body().add("pet.suvmax", 9, lesion="a").add("pet.suvmax", 7, lesion="b").at("PET", 42).add("pet.suvmax", 5, lesion="a")
    assert "SUVmax 9 is SULmax" in chart.rule("PET-02", "baseline").sentence
    assert "SUVmax 5 is SULmax" in chart.rule("PET-02", "PET").sentence


def test_two_lesions_alike_and_one_without_a_name_are_no_obstacle() -> None:
    chart = body().add("pet.suvmax", 9, lesion="b").add("pet.suvmax", 9, lesion="a").add("pet.suvmax", 4)
    assert "SUVmax 9 is SULmax" in chart.rule("PET-02", "baseline").sentence


@pytest.mark.parametrize("typed", ["NE", ">12", "<4"])
def test_a_lesion_without_a_number_leaves_the_hottest_open(typed: Typed) -> None:
    chart = body().add("pet.suvmax", 9, lesion="a").add("pet.suvmax", typed, lesion="b")
    assert "is SULmax" not in chart.rule("PET-02", "baseline").sentence


def test_a_lesion_in_doubt_leaves_the_hottest_open() -> None:
    chart = body().add("pet.suvmax", 9, lesion="a").add("pet.suvmax", 5, lesion="b", reader="X").add("pet.suvmax", 6, lesion="b", reader="Y")
    assert "is SULmax" not in chart.rule("PET-02", "baseline").sentence


@pytest.mark.parametrize(("start", "state"), [(0, "not_evaluable"), (1, "met")])
def test_a_baseline_uptake_of_nought_has_no_band_and_of_one_has(start: Typed, state: str) -> None:
    chart = Chart(cycles=2).at("baseline", -7).add("pet.suvmax", start).at("PET", 42).add("pet.suvmax", 2)
    found = chart.rule("PET-09", "PET")
    assert found.state == state
    assert state == "met" or (found.reason or "").startswith("the baseline is 0")


# PET-08


def volume(chart: Chart, value: Typed, lesion: str | None = None, analyte: str = "pet.mtv", method: str | None = "41 %", **more: str) -> Chart:
    return chart.add(analyte, value, lesion=lesion, segmentation=method, **more)


def test_the_whole_body_counts_alone_beside_its_lesions() -> None:
    chart = Chart(cycles=2).at("baseline", -7)
    volume(volume(volume(chart, 50), 20, "a"), 10, "b")
    assert chart.rule("PET-08", "baseline").sentence.startswith("MTV 50 cm³ at baseline")


def test_a_volume_that_two_read_differently_is_not_decided() -> None:
    chart = Chart(cycles=2).at("baseline", -7)
    volume(volume(volume(chart, 20, "a", reader="X"), 25, "a", reader="Y"), 10, "b")
    found = chart.rule("PET-08", "baseline")
    assert found.state == "not_evaluable"
    assert (found.reason or "").startswith("2 unlike values, none accepted")
    alone = Chart(cycles=2).at("baseline", -7)
    volume(volume(alone, 20, reader="X"), 25, reader="Y")
    assert (alone.rule("PET-08", "baseline").reason or "").startswith("2 unlike values, none accepted")


def test_a_volume_in_doubt_beside_a_glycolysis_is_named_too() -> None:
    chart = Chart(cycles=2).at("baseline", -7)
    volume(volume(volume(chart, 20, "a"), 90, "a", "pet.tlg", reader="X"), 95, "a", "pet.tlg", reader="Y")
    assert (chart.rule("PET-08", "baseline").reason or "").startswith("2 unlike values, none accepted")


def test_a_method_in_other_capitals_is_the_same() -> None:
    chart = Chart(cycles=2).at("baseline", -7)
    volume(volume(chart, 20, "a", method="Fixed 4.0"), 10, "b", method="fixed 4.0")
    assert chart.rule("PET-08", "baseline").state == "met"
    volume(volume(chart.at("PET", 42), 10, "a", method="FIXED 4.0"), 5, "b", method="fixed 4.0")
    assert "−50.0 %" in chart.rule("PET-08", "PET").sentence


def test_a_baseline_without_a_method_is_no_difference_of_methods() -> None:
    chart = Chart(cycles=2).at("baseline", -7)
    volume(volume(chart, 20, method=None).at("PET", 42), 10)
    found = chart.rule("PET-08", "PET")
    assert (found.state, found.detail) == ("not_evaluable", None)
    other = Chart(cycles=2).at("baseline", -7)
    assert volume(volume(other, 20, method="SUV 4").at("PET", 42), 10).rule("PET-08", "PET").detail == "not comparable"


def test_a_glycolysis_as_reported_has_no_formula() -> None:
    chart = Chart(cycles=2).at("baseline", -7)
    volume(volume(chart, 20), 90, analyte="pet.tlg").add("pet.suvmean", 5)
    found = chart.rule("PET-08", "baseline")
    assert (found.value, found.formula) == (90, "")
