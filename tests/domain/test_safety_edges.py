"""Edges of safety: an estimate that lacks something, a concern beside one that is none, the baseline a fall is measured from."""

from dataclasses import replace

import pytest

from nacdesk.domain.facts import Patient
from tests.domain.cases import DAY0, Chart, Typed, on

FIT: dict[str, Typed] = {"status.ecog": 1, "labs.crcl_ml_min": 80, "toxicity.hearing_loss_grade": 1, "toxicity.neuropathy_grade": 1, "status.nyha_class": 2}


def patient(weight: Typed | None = 70, creatinine: Typed | None = "88.4", *, sex: str = "M", day: int | None = 0, birth: str = "1966-01-05") -> Chart:
    chart = Chart("bladder_mibc").at("visit", day)
    if weight is not None:
        chart.add("patient.weight_kg", weight)
    if creatinine is not None:
        chart.add("labs.creatinine_umol_l", creatinine)
    chart.case = replace(chart.case, patient=Patient(birth_date=DAY0.fromisoformat(birth), sex=sex))
    return chart


def fit(**instead: Typed) -> Chart:
    """Everything that fitness for cisplatin asks for, with other values where named by the last word of the field."""
    chart = Chart("bladder_mibc", cycles=1).at("visit", 10)
    for field, typed in FIT.items():
        chart.add(field, next((value for name, value in instead.items() if name in field), typed))
    return chart


@pytest.mark.parametrize(("weight", "creatinine"), [("<70", "88.4"), (70, "<88.4"), (70, ">88.4"), (0, "88.4"), (70, 0)])
def test_a_bound_or_nought_gives_no_estimate(weight: Typed, creatinine: Typed) -> None:
    found = patient(weight, creatinine).rule("SAF-02")
    assert (found.state, found.missing, found.value) == ("not_evaluable", ("creatinine", "weight"), None)


def test_without_any_date_the_age_is_not_known_and_there_is_no_estimate() -> None:
    assert patient(day=None).rule("SAF-02").reason == "creatinine or weight has no exact value or no date"


def test_the_missing_one_of_the_four_is_named() -> None:
    assert patient(None).rule("SAF-02").missing == ("weight",)
    assert patient(creatinine=None).rule("SAF-02").missing == ("creatinine",)
    assert patient(sex="X").rule("SAF-02").missing == ("sex",)


def test_the_age_is_that_on_the_day_of_the_creatinine() -> None:
    """The birthday lies between the sample and the newest fact."""
    chart = patient(birth="1966-02-01")
    assert "age 59" in chart.rule("SAF-02").sentence
    assert "age 59" in chart.at("later", 60).add("status.ecog", 1).rule("SAF-02").sentence


def test_the_split_dose_is_named_for_the_clearance_alone() -> None:
    assert "split dose" in fit(crcl=55).rule("SAF-01").sentence
    assert "split dose" not in fit(hearing=2).rule("SAF-01").sentence
    assert "split dose" not in fit(crcl=45).rule("SAF-01").sentence
    both = fit(crcl=55, hearing=2).rule("SAF-01")
    assert both.sentence.startswith("Not fit for cisplatin; some centres accept 50-59 with split dose:")
    assert both.detail == "unfit: CrCl, hearing"
    assert fit().rule("SAF-01").detail == "fit"


def test_a_concern_without_a_clearance_says_nothing_of_a_split_dose() -> None:
    chart = Chart("bladder_mibc", cycles=1).at("visit", 10).add("toxicity.hearing_loss_grade", 2)
    found = chart.rule("SAF-01")
    assert (found.state, found.detail) == ("met", "unfit: hearing")
    assert "split dose" not in found.sentence
    assert "labs.crcl_ml_min" in found.missing


# Heart


def test_a_fall_of_lvef_is_measured_from_the_last_value_before_treatment() -> None:
    chart = Chart("breast_her2", cycles=4).at("early", -30).add("labs.lvef_pct", 70).at("baseline", -7).add("labs.lvef_pct", 62)
    chart.at("after C2", 42).add("labs.lvef_pct", 72).at("after C4", 84).add("labs.lvef_pct", 58)
    assert "a fall of" not in chart.rule("SAF-03").sentence
    found = chart.at("last", 90).add("labs.lvef_pct", 52).rule("SAF-03")
    assert ", a fall of 10 points from baseline" in found.sentence
    assert (found.detail, len(found.evidence)) == ("pass (fall 10 but not <50)", 2)


@pytest.mark.parametrize(("now", "detail"), [(60, "pass"), (59, "pass"), (55, "pass (fall 10 but not <50)"), (70, "pass"), (49, "caution")])
def test_a_smaller_fall_or_a_rise_of_lvef_is_a_pass(now: Typed, detail: str) -> None:
    found = Chart("breast_her2", cycles=4).at("baseline", -7).add("labs.lvef_pct", 65).at("now", 84).add("labs.lvef_pct", now).rule("SAF-03")
    assert found.detail == detail


def test_what_an_lvef_does_not_tell_rests_on_that_value() -> None:
    bound = Chart("breast_her2", cycles=1).at("echo", 0).add("labs.lvef_pct", "<55").rule("SAF-03")
    assert (bound.state, bound.evidence, bound.missing) == ("not_evaluable", ("o001",), ("labs.lvef_pct",))
    old = Chart("breast_her2", cycles=1).at("echo", 0).add("labs.lvef_pct", 60).review(on(93)).latest["SAF-03"]
    assert (old.state, old.evidence, old.missing) == ("not_evaluable", ("o001",), ("labs.lvef_pct",))
    assert (old.reason or "").endswith("is 93 days old, more than 92")


def test_a_low_lvef_without_a_date_still_warns() -> None:
    assert Chart("breast_her2", cycles=1).at("echo").add("labs.lvef_pct", 40).rule("SAF-03").state == "met"
    assert "days old" not in Chart("breast_her2", cycles=1).at("echo").add("labs.lvef_pct", 60).rule("SAF-03").sentence


# Nerves


@pytest.mark.parametrize(("typed", "state", "detail", "formula"), [
    (0, "not_met", "none", "0 ≥ 2"), (1, "not_met", "note", "1 ≥ 2"), (2, "met", "caution", "2 ≥ 2"), (">2", "met", "caution", ""),
])  # fmt: skip
def test_a_grade_of_neuropathy_is_told_with_its_limit(typed: Typed, state: str, detail: str, formula: str) -> None:
    found = Chart("breast_tnbc", cycles=1).at("visit", 10).add("toxicity.neuropathy_grade", typed).rule("SAF-04")
    assert (found.state, found.detail, found.formula, found.evidence) == (state, detail, formula, ("o001",))


def test_a_bound_of_neuropathy_that_decides_nothing_is_named() -> None:
    found = Chart("breast_tnbc", cycles=1).at("visit", 10).add("toxicity.neuropathy_grade", "<3").rule("SAF-04")
    assert (found.state, found.evidence, found.missing) == ("not_evaluable", ("o001",), ("toxicity.neuropathy_grade",))
    assert (found.reason or "").startswith("neuropathy grade <3")


def test_a_field_within_a_sentence_keeps_its_capitals_where_it_is_an_abbreviation() -> None:
    sentence = fit(ecog=2).rule("SAF-01").sentence
    assert "ECOG 2" in sentence
    assert "hearing loss grade 1" in fit().rule("SAF-01").sentence
    assert "NYHA 2" in fit().rule("SAF-01").sentence
    assert "ILD or pneumonitis yes" in Chart("breast_her2", cycles=1).at("visit", 1).add("history.ild_or_pneumonitis", "yes").rule("SAF-05").sentence
