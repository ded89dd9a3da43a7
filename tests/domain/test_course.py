"""Refractory, relapsed, the platinum-free interval and the SITC classes: windows on both sides and what keeps them silent."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.domain.cases import Chart, catalog, on
from tests.domain.plays import exposed

ALONE, COMBINED = "Neoadjuvant pembrolizumab (KEYNOTE-689)", "Paclitaxel + carboplatin then AC/EC, with pembrolizumab (KEYNOTE-522)"


def followed(*scans: tuple[int, object], context: str | None = "breast_tnbc", length: int = 21) -> Chart:
    """Four cycles, the last dose on day 63; sizes of one lesion from a baseline of 100 mm."""
    chart = Chart(context, length=length, cycles=0)
    for number in range(4):
        chart.cycle(number + 1, 21 * number)
    chart.at("baseline", -7).sizes(primary=100)
    for day, size in scans:
        chart.at(f"scan day {day}", day).sizes(primary=str(size)).new("no")
    return chart


def states(chart: Chart) -> set[str]:
    return {state.state for state in chart.review().resistance}


# RES-04


@pytest.mark.parametrize(("days", "met"), [(27, True), (28, True), (29, False)])
def test_refractory_within_28_days_of_the_last_dose(days: int, met: bool) -> None:
    """The cycle is 14 days long, so that only the window decides."""
    chart = followed((63 + days, 150), length=14)
    assert chart.rule("RES-01").state == "not_met"
    assert (chart.rule("RES-04").state == "met") is met
    assert ("refractory" in states(chart)) is met


def test_an_earlier_complete_response_is_not_refractory_within_the_window_but_is_on_treatment() -> None:
    assert followed((42, "ABSENT"), (88, 150), length=14).rule("RES-04").detail == "after complete response"
    assert followed((42, "ABSENT"), (63, 150)).rule("RES-04").state == "met"
    assert followed((42, 60), (88, 150), length=14).rule("RES-04").state == "met"


def test_small_shrinkage_and_viable_cells_alone_are_never_refractory() -> None:
    chart = followed((63, 96)).at("surgery", 100).add("event.surgery", "yes").add("path.viable", 80)
    assert states(chart) == {"primary"}
    assert chart.rule("RES-04").state == "not_met"


def test_without_dose_dates_or_responses_refractory_is_not_judged() -> None:
    undated = Chart().at("baseline", -7).sizes(primary=100).at("later", 60).sizes(primary=150).new("no")
    assert undated.rule("RES-04").state == "not_evaluable"
    assert followed().rule("RES-04").reason == "no evaluable response after the baseline"


# RES-05


def resected(days: int | None, margin: str | None = "R0", surgery: int = 100) -> Chart:
    """Surgery, and a recurrence so many days after it."""
    chart = followed((63, 60)).at("surgery", surgery).add("event.surgery", "yes")
    if margin is not None:
        chart.add("path.r_status", margin)
    return chart if days is None else chart.at("recurrence", surgery + days).add("event.recurrence", "yes")


@pytest.mark.parametrize(("days", "state"), [(27, "not_met"), (28, "not_met"), (29, "met"), (30, "met")])
def test_relapsed_after_more_than_28_days(days: int, state: str) -> None:
    found = resected(days).rule("RES-05")
    assert found.state == state
    assert ("recurrence, inside the 28-day window" in found.sentence) is (state == "not_met")
    assert ("relapsed" in states(resected(days))) is (state == "met")


def test_the_last_treatment_is_the_later_of_dose_and_surgery() -> None:
    after = followed((42, "ABSENT"), (63 + 29, 150)).rule("RES-05")
    assert (after.state, after.value) == ("met", 29)
    later = resected(20).at("adjuvant", 110).add("treatment.last_dose", "yes").rule("RES-05")
    assert later.value == 10


@pytest.mark.parametrize(("margin", "state"), [("R1", "not_met"), ("R2", "not_met"), (None, "not_evaluable"), ("R0", "met")])
def test_without_r0_or_complete_response_it_is_no_relapse(margin: str | None, state: str) -> None:
    found = resected(90, margin).rule("RES-05")
    assert found.state == state
    if state == "not_met":
        assert "progression, not relapse" in found.sentence


def test_a_return_on_treatment_is_no_relapse() -> None:
    found = followed((42, "ABSENT"), (60, 150)).rule("RES-05")
    assert (found.state, found.detail) == ("not_met", "recurrence on treatment")


def test_relapse_needs_dates_and_a_return() -> None:
    assert followed((63, 60)).rule("RES-05").state == "not_applicable"
    assert resected(None).rule("RES-05").detail == "no recurrence"
    assert resected(None).at("someday").add("event.recurrence", "yes").rule("RES-05").reason == "R0 resection at surgery (15 Apr 2026), then a recurrence without a date"
    assert resected(90).review(on(150)).latest["RES-05"].detail == "no recurrence"


# RES-06


@pytest.mark.parametrize(("days", "found"), [
    (27, "refractory"), (28, "refractory"), (29, "resistant"), (182, "resistant"), (183, "partially_sensitive"), (184, "partially_sensitive"),
    (364, "partially_sensitive"), (365, "partially_sensitive"), (366, "sensitive"),
])  # fmt: skip
def test_the_platinum_free_interval(days: int, found: str) -> None:
    chart = followed((42, 60), (63 + days, 150), context="ovarian").add("treatment.platinum_given", "yes")
    assert chart.rule("RES-06").detail == found
    assert f"platinum_{found}" in states(chart)
    assert f"interval {days} days" in chart.rule("RES-06").sentence


def test_the_interval_speaks_only_of_ovarian_cancer_after_platinum_and_progression() -> None:
    def interval(context: str | None, platinum: str | None, size: int = 150) -> str:
        chart = followed((42, 60), (163, size), context=context)
        return (chart if platinum is None else chart.add("treatment.platinum_given", platinum)).rule("RES-06").state

    assert interval("ovarian", "yes") == "met"
    assert interval("nsclc", "yes") == interval("ovarian", "no") == interval("ovarian", "yes", size=60) == "not_applicable"
    assert interval("ovarian", None) == interval(None, "yes") == "not_evaluable"
    named = followed((42, 60), (163, 150), context="ovarian")
    named.case = replace(named.case, regimen="Carboplatin + paclitaxel")
    assert named.rule("RES-06").detail == "resistant"


def test_progression_during_platinum_is_refractory() -> None:
    chart = followed((42, 150), context="ovarian").add("treatment.platinum_given", "yes")
    assert chart.rule("RES-06").detail == "refractory"
    assert [one.limb for one in chart.review().resistance if one.rule == "RES-06"] == ["progression on treatment"]
    assert chart.rule("RES-06").sentence == "Progression during platinum (16 Feb 2026): platinum-refractory."


# RES-07 and RES-08


@pytest.mark.parametrize(("day", "state"), [(41, "not_evaluable"), (42, "met"), (43, "met")])
@pytest.mark.parametrize(("rule", "regimen", "context"), [("RES-07", ALONE, "head_neck"), ("RES-08", COMBINED, "breast_tnbc")])
def test_exposure_of_six_weeks(rule: str, regimen: str, context: str, day: int, state: str) -> None:
    assert exposed(regimen, context, 42, (day, "PD"), (day + 40, "PD")).rule(rule).state == state


@pytest.mark.parametrize(("gap", "state"), [(27, "not_evaluable"), (28, "met"), (29, "met")])
def test_a_pd1_inhibitor_alone_asks_for_confirmation_after_four_weeks(gap: int, state: str) -> None:
    chart = exposed(ALONE, "head_neck", 63, (63, "PD"), (63 + gap, "PD"))
    assert chart.rule("RES-07").state == state
    assert chart.add("response.rapid_deterioration", "yes").rule("RES-07").state == "met"


@pytest.mark.parametrize(("before", "day", "found"), [
    (None, 200, "primary"), ("SD", 182, "primary"), ("SD", 183, "secondary"), ("SD", 184, "secondary"), ("PR", 183, "secondary"), ("PR", 182, None), ("PR", 100, None),
])  # fmt: skip
def test_primary_and_secondary_under_a_pd1_inhibitor_alone(before: str | None, day: int, found: str | None) -> None:
    scans = [(63, before)] if before else []
    chart = exposed(ALONE, "head_neck", 300, *scans, (day, "PD"), (day + 28, "PD"))
    one = chart.rule("RES-07")
    assert one.detail == found
    assert one.state == ("not_evaluable" if found is None else "met")
    assert ("not classifiable" in (one.reason or "")) is (found is None)
    assert (f"sitc_{found}" in states(chart)) is (found is not None)


@pytest.mark.parametrize(("day", "last", "found"), [
    (182, 300, "primary"), (183, 300, "primary"), (184, 300, "secondary"), (200, 63, None), (184, 168, "secondary"), (184, 147, None),
])  # fmt: skip
def test_primary_and_secondary_with_chemotherapy(day: int, last: int, found: str | None) -> None:
    """Exposure ends one cycle after the last dose: 147 + 21 days are too few, 168 + 21 are enough."""
    assert exposed(COMBINED, "breast_tnbc", last, (63, "PR"), (day, "PD")).rule("RES-08").detail == found


def test_a_short_exposure_with_rapid_deterioration_is_primary_with_chemotherapy() -> None:
    assert exposed(COMBINED, "breast_tnbc", 21, (30, "PD")).rule("RES-08").state == "not_evaluable"
    assert exposed(COMBINED, "breast_tnbc", 21, (30, "PD")).add("response.rapid_deterioration", "yes").rule("RES-08").detail == "primary"


def test_each_definition_belongs_to_its_treatment() -> None:
    def pair(regimen: str | None, immune: str | None = None) -> tuple[str, str]:
        chart = Chart("head_neck", regimen=regimen, cycles=4).at("baseline", -7).sizes(primary=50).at("PD", 84).sizes(primary=90).new("no")
        if immune is not None:
            chart.add("treatment.immune", immune)
        return chart.rule("RES-07").state, chart.rule("RES-08").state

    assert pair(ALONE)[1] == "not_applicable"
    assert pair(COMBINED) == ("not_applicable", "met")
    assert pair("TPF induction (larynx preservation)") == ("not_applicable", "not_applicable")
    assert pair(None) == pair(None, "yes") == ("not_evaluable", "not_evaluable")
    assert pair(None, "no") == ("not_applicable", "not_applicable")
    assert pair(ALONE, "no") == ("not_applicable", "not_applicable")


def test_the_classes_say_that_they_come_from_advanced_disease() -> None:
    found = exposed(COMBINED, "breast_tnbc", 84, (84, "PD")).rule("RES-08")
    assert "a definition for advanced disease" in found.sentence
    assert found.value == Decimal(84)
    (state,) = [one for one in exposed(COMBINED, "breast_tnbc", 84, (84, "PD")).review().resistance if one.rule == "RES-08"]
    assert state.limb == "progression 84 days after the first dose"
    assert [rule.id for rule in catalog().rules.values() if "advanced disease, not for treatment before surgery" in rule.is_not] == ["RES-07", "RES-08"]
