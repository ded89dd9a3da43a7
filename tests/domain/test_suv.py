"""SUV from the scanner, lean body mass, volume and glycolysis, and how well SUV repeats (PET-01, PET-02, PET-08, PET-09)."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from nacdesk.domain.facts import Patient
from nacdesk.domain.suv import Scan, lean_body_mass, sul, sul_from, suvbw
from tests.domain.cases import Chart, Typed, catalog

SCAN = Scan(Decimal(15000), Decimal(70), Decimal(350_000_000), Decimal(3600))
RULE = catalog().rules["PET-01"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"weight_kg": None}, "weight missing or zero"), ({"weight_kg": Decimal(0)}, "weight missing or zero"), ({"weight_kg": Decimal(-70)}, "weight missing or zero"),
        ({"dose_bq": None}, "dose missing or zero"), ({"dose_bq": Decimal(0)}, "dose missing or zero"), ({"dose_bq": Decimal(999_999)}, "probably stored in MBq"),
        ({"delay_s": None}, "time of injection"), ({"delay_s": Decimal(-1)}, "injection after the scan"), ({"decay": "NONE"}, "decay correction NONE"),
        ({"half_life_s": Decimal(0)}, "half-life missing or zero"), ({"units": "CNTS"}, "units CNTS"), ({"units": "PROPCPS"}, "units PROPCPS"),
    ],
)  # fmt: skip
def test_suv_is_not_worked_out_from_a_gap(change: dict[str, object], reason: str) -> None:
    found = suvbw(RULE, replace(SCAN, **change))  # type: ignore[arg-type]  # one field of the case above
    assert isinstance(found, str)
    assert reason in found


def test_suv_from_the_scanner() -> None:
    assert suvbw(RULE, replace(SCAN, delay_s=Decimal(0))) == 3
    assert suvbw(RULE, replace(SCAN, half_life_s=Decimal(3600))) == 6  # one half-life
    assert suvbw(RULE, replace(SCAN, dose_bq=Decimal(1_000_000), decay="ADMIN")) == 1050
    assert suvbw(RULE, replace(SCAN, units="GML", weight_kg=None, concentration=Decimal("4.2"))) == Decimal("4.2")
    assert suvbw(RULE, replace(SCAN, decay="ADMIN", delay_s=None)) == 3


def test_a_case_holds_no_scanner_values() -> None:
    found = Chart(cycles=1).at("baseline", -7).add("pet.suvmax", 9).rule("PET-01")
    assert (found.state, found.missing) == ("not_evaluable", ("header of the PET series",))


# Lean body mass


def body(sex: str | None = "F", weight: Typed | None = 70, height: Typed | None = 165, born: dt.date | None = None) -> Chart:
    chart = Chart(cycles=2).at("baseline", -7)
    chart.case = replace(chart.case, patient=Patient(sex=sex, birth_date=born))
    for analyte, value in (("patient.weight_kg", weight), ("patient.height_cm", height)):
        if value is not None:
            chart.add(analyte, value)
    return chart


@pytest.mark.parametrize(("sex", "weight", "height", "missing"), [
    (None, 70, 165, "sex"), ("F", None, 165, "weight"), ("F", 70, None, "height"), ("F", "NE", 165, "weight"), ("X", 70, 165, "lean body mass"), ("F", 70, "<165", "height"),
])  # fmt: skip
def test_H11_lean_body_mass_needs_all_three(sex: str | None, weight: Typed | None, height: Typed | None, missing: str) -> None:
    found = body(sex, weight, height).rule("PET-02")
    assert found.state == "not_evaluable"
    assert found.missing == (missing,)


def test_lean_body_mass_and_sul_of_the_pet() -> None:
    chart = body().add("pet.suvmax", 8, lesion="a").add("pet.suvmax", 6, lesion="b").add("pet.suvpeak", 7)
    found = chart.rule("PET-02", "baseline")
    assert "Lean body mass 43.1 kg by Janmahasatian (female, 70 kg, 165 cm)" in found.sentence
    assert "SUVmax 8 is SULmax 4.93, SUVpeak 7 is SULpeak 4.31" in found.sentence
    assert found.formula == "9270 × 70 / (8780 + 244 × 70 / 1.65²) = 43.1 kg"
    assert "SUVmax" not in body().add("pet.suvmax", 8, lesion="a").add("pet.suvmax", ">6", lesion="b").rule("PET-02", "baseline").sentence


def test_the_weight_is_the_last_one_on_or_before_the_pet() -> None:
    chart = body().add("pet.suvmax", 8).at("late", 42).add("patient.weight_kg", 60).add("pet.suvmax", 4).at("later", 63).add("patient.weight_kg", 50)
    first, second = chart.rule("PET-02", "baseline").value, chart.rule("PET-02", "late").value
    rule = catalog().rules["PET-02"]
    assert first == lean_body_mass(rule, Decimal(70), Decimal(165), female=True)
    assert second == lean_body_mass(rule, Decimal(60), Decimal(165), female=True)
    early = Chart(cycles=2).at("baseline", -7).add("pet.suvmax", 8).at("late", 42).add("patient.weight_kg", 60).add("patient.height_cm", 165)
    early.case = body().case
    assert early.rule("PET-02", "baseline").state == "not_evaluable"


@pytest.mark.parametrize(("born", "young"), [(dt.date(2007, 12, 29), False), (dt.date(2007, 12, 30), True), (dt.date(1960, 1, 1), False), (None, False)])
def test_the_equation_is_for_adults(born: dt.date | None, young: bool) -> None:
    """The PET is on 29 Dec 2025."""
    assert ("not validated for this age" in body(born=born).add("pet.suvmax", 8).rule("PET-02", "baseline").sentence) is young


def test_sul_scales_with_lean_mass() -> None:
    assert sul(Decimal(8), Decimal(35), Decimal(70)) == 4


# Volume and glycolysis


def volumes(*visits: dict[str, tuple[Typed, str | None]], analyte: str = "pet.mtv") -> Chart:
    chart = Chart(cycles=4)
    for place, lesions in enumerate(visits):
        chart.at("baseline" if place == 0 else f"PET {place}", -7 + 49 * place)
        for label, (value, method) in lesions.items():
            chart.add(analyte, value, lesion=label or None, segmentation=method)
    return chart


@pytest.mark.parametrize(
    ("now", "state", "words"),
    [
        ({"": (20, "41 %")}, "met", "MTV 20 cm³ (MTV −50.0 % from baseline)"), ({"": (20, "SUV 4")}, "not_evaluable", "segmentation 41 % at baseline, SUV 4 now"),
        ({"": (20, None)}, "not_evaluable", "segmentation method is not recorded"), ({"": ("NE", "41 %")}, "not_evaluable", "plain number"),
        ({"a": (20, "41 %")}, "not_evaluable", "the whole body at one PET"),
    ],
)  # fmt: skip
def test_a_change_of_volume_needs_the_same_segmentation(now: dict[str, tuple[Typed, str | None]], state: str, words: str) -> None:
    found = volumes({"": (40, "41 %")}, now).rule("PET-08", "PET 1")
    assert found.state == state
    assert words in found.sentence


def test_H14_volumes_are_summed_over_the_same_lesions() -> None:
    chart = volumes({"a": (30, "41 %"), "b": (10, "41 %")}, {"a": (10, "41 %"), "b": (10, "41 %"), "c": (40, "41 %")}, {"a": (10, "41 %")})
    assert "MTV 60 cm³ (MTV +50.0 % from baseline)" in chart.rule("PET-08", "PET 1").sentence
    assert "b was not measured" in (chart.rule("PET-08", "PET 2").reason or "")


def test_glycolysis_as_reported_comes_first() -> None:
    chart = volumes({"": (20, "41 %")}).add("pet.suvmean", 5)
    assert chart.rule("PET-08", "baseline").value == 100
    assert chart.rule("PET-08", "baseline").formula == "5 × 20 = 100"
    assert chart.add("pet.tlg", 90, segmentation="41 %").rule("PET-08", "baseline").value == 90
    two = volumes({"a": (20, "41 %"), "b": (10, "41 %")}).add("pet.suvmean", 5, lesion="a")
    assert two.rule("PET-08", "baseline").value is None
    assert two.add("pet.suvmean", 3, lesion="b").rule("PET-08", "baseline").value == 130
    assert "several segmentation methods" in (volumes({"a": (20, "41 %"), "b": (10, "SUV 4")}).rule("PET-08", "baseline").reason or "")
    assert Chart(cycles=1).at("baseline", -7).add("pet.suvmax", 9).rule("PET-08").state == "not_evaluable"


# Repeatability


def change(now: Typed, method: str | None = "PET/CT") -> Chart:
    return Chart(cycles=2).at("baseline", -7).add("pet.suvmax", 10, method="PET/CT").at("PET", 42).add("pet.suvmax", now, method=method)


@pytest.mark.parametrize(("now", "state"), [("7.49", "met"), ("7.50", "not_met"), ("7.51", "not_met"), ("13.29", "not_met"), ("13.30", "not_met"), ("13.31", "met")])
def test_the_band_includes_its_ends(now: str, state: str) -> None:
    found = change(now).rule("PET-09", "PET")
    assert found.state == state
    assert found.detail == ("beyond variability" if state == "met" else "within variability")
    assert "(−25 to +33 %)" in found.sentence


@pytest.mark.parametrize(("now", "method"), [("NE", "PET/CT"), (">9", "PET/CT"), ("9", "PET/MR")])
def test_H13_no_band_for_what_cannot_be_compared(now: str, method: str) -> None:
    assert change(now, method).rule("PET-09", "PET").state == "not_evaluable"
    assert Chart(cycles=2).at("baseline", -7).add("pet.suvmax", 10).rule("PET-09").state == "not_evaluable"


# The calculator of the form


def test_the_calculator_gives_what_the_review_gives() -> None:
    rule = catalog().rules["PET-02"]
    found = sul_from(rule, Decimal(9), Decimal(70), Decimal(165), "F")
    review = body().add("pet.suvmax", 9).rule("PET-02")
    assert found.lean_kg == review.value == lean_body_mass(rule, Decimal(70), Decimal(165), True)
    assert found.value == sul(Decimal(9), lean_body_mass(rule, Decimal(70), Decimal(165), True), Decimal(70))
    assert found.sentence == "SUV 9 is SUL 5.54, with a lean body mass of 43.1 kg by Janmahasatian (female, 70 kg, 165 cm)."
    assert "SULmax 5.54" in review.sentence


@pytest.mark.parametrize(
    ("suv", "weight", "height", "sex", "words"),
    [
        (None, 70, 165, "F", "Not worked out: SUV missing."), (9, None, 165, "M", "Not worked out: weight missing."),
        (9, 70, None, None, "Not worked out: height and sex missing."), (9, 0, 165, "F", "Not worked out: weight missing."),
        (9, 70, 165, "X", "Not worked out: the equation is for sex F or M."), (None, None, None, None, "Not worked out: SUV, weight, height and sex missing."),
    ],
)  # fmt: skip
def test_H11_the_calculator_says_what_is_missing(suv: int | None, weight: int | None, height: int | None, sex: str | None, words: str) -> None:
    numbers = [None if one is None else Decimal(one) for one in (suv, weight, height)]
    found = sul_from(catalog().rules["PET-02"], *numbers, sex)
    assert (found.value, found.sentence) == (None, words)
