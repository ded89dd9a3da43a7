"""Edges of the resistance vocabulary: a response after the progression, days of nought, what a limb rests on, events that say no."""

from dataclasses import replace

import pytest

from nacdesk.domain.intervals import interval_class
from tests.domain.cases import Chart, at_visit, catalog


def followed(*scans: tuple[int | None, object], context: str | None = "breast_tnbc", length: int = 21, regimen: str | None = None) -> Chart:
    """Four cycles, the last dose on day 63; sizes of one lesion from a baseline of 100 mm."""
    chart = Chart(context, regimen=regimen, length=length)
    for number in range(4):
        chart.cycle(number + 1, 21 * number)
    chart.at("baseline", -7).sizes(primary=100)
    for day, size in scans:
        chart.at("undated" if day is None else f"scan day {day}", day).sizes(primary=str(size)).new("no")
    return chart


def limbs(chart: Chart) -> dict[str, str]:
    """The states that apply, each with its limb."""
    return {one.state: one.limb for one in chart.review().resistance}


# RES-01 to RES-04


@pytest.mark.parametrize("cycle", [3, None])
def test_an_undated_progression_is_taken_as_on_treatment_by_its_cycle_number_alone(cycle: int | None) -> None:
    chart = Chart().at("baseline", cycle=0).sizes(primary=100).at("scan", cycle=cycle).sizes(primary=150).new("no")
    found = chart.rule("RES-01")
    assert found.state == ("met" if cycle else "not_evaluable")
    assert ("taken as on treatment from its cycle number" in found.sentence) is (cycle is not None)
    assert chart.rule("RES-02").state == chart.rule("RES-04").state == found.state
    if cycle is None:
        assert (chart.rule("RES-02").missing, "dose dates are missing" in (chart.rule("RES-02").reason or "")) == (("treatment.cycle",), True)


def test_an_undated_progression_after_surgery_is_not_on_treatment() -> None:
    chart = Chart().at("baseline", cycle=0).sizes(primary=100).at("surgery", cycle=3).add("event.surgery", "yes").at("scan", cycle=4).sizes(primary=150).new("no")
    assert chart.rule("RES-01").state == "not_evaluable"


def test_a_response_after_the_progression_does_not_take_primary_resistance_back() -> None:
    chart = followed((42, 150), (63, 50))
    assert limbs(chart)["primary"] == "progression on treatment without earlier response"
    assert (chart.rule("RES-03").state, chart.rule("RES-03").detail) == ("not_met", "never responded")


def test_too_little_shrinkage_counts_at_the_last_assessment_that_was_judged() -> None:
    assert limbs(followed((42, 96)))["primary"].startswith("shrinkage under 10 %")
    chart = followed((42, 96)).at("new lesion", 150).sizes(primary="NE").new("yes")
    assert (chart.rule("RES-02").state, chart.rule("RES-02").detail) == ("not_met", "progression after treatment")


@pytest.mark.parametrize(("day", "state"), [(42, "met"), (28, "not_evaluable")])
def test_viable_cells_are_a_limb_after_two_cycles(day: int, state: str) -> None:
    chart = followed((day, 80)).at("surgery", 100).add("event.surgery", "yes").add("path.viable", 60)
    found = chart.rule("RES-02")
    assert found.state == state
    if state == "met":
        assert (found.visit, found.detail, found.severity) == (chart.visits[-1].id, "50 % or more viable cells at surgery", "watch")
        assert found.evidence == at_visit(chart.review(), "NAC-05", "surgery").evidence
    assert followed((day, 80)).at("surgery", 100).add("path.viable", 40).rule("RES-02").state == ("not_met" if state == "met" else "not_evaluable")


def test_what_is_neither_response_nor_limb_is_told_as_stable_or_as_progression_afterwards() -> None:
    assert followed((42, 80)).rule("RES-02").detail == "stable"
    late = followed((42, 80), (150, 150)).add("treatment.preop_chemoradiation", "yes")
    assert (late.rule("RES-02").state, late.rule("RES-02").detail) == ("not_met", "progression after treatment")


def test_a_response_that_lasts_is_told_at_the_last_assessment() -> None:
    chart = followed((21, 60), (42, 55), (63, 50))
    assert (chart.rule("RES-03").detail, chart.rule("RES-03").visit) == ("responding", chart.visits[-1].id)


# RES-05


def test_a_recurrence_that_was_denied_is_none() -> None:
    for context, rule in (("breast_tnbc", "RES-05"), ("ovarian", "RES-06")):
        chart = followed((42, 60), context=context).at("surgery", 100).add("event.surgery", "yes").add("path.r_status", "R0").add("treatment.platinum_given", "yes")
        chart.at("follow-up", 200).add("event.recurrence", "no")
        assert chart.rule(rule).state == ("not_met" if rule == "RES-05" else "not_applicable")
        assert chart.at("follow-up 2", 230).add("event.recurrence", "yes").rule(rule).state == "met"


def test_one_of_two_remissions_without_a_date_leaves_relapse_open() -> None:
    chart = followed((42, "ABSENT")).at("surgery", None).add("event.surgery", "yes").add("path.r_status", "R0").at("later", 200).add("event.recurrence", "yes")
    assert (chart.rule("RES-05").state, chart.rule("RES-05").missing) == ("not_evaluable", ("date",))


def test_a_progression_before_the_remission_or_on_its_day_is_no_relapse() -> None:
    assert followed((30, 150), (63, "ABSENT")).rule("RES-05").detail == "no recurrence"
    chart = followed((42, 60)).at("surgery", 100).add("event.surgery", "yes").add("path.r_status", "R0").add("event.recurrence", "yes")
    assert chart.rule("RES-05").detail == "no recurrence"


def test_of_two_returns_of_one_day_the_assessment_is_told() -> None:
    chart = followed((42, "ABSENT")).at("clinic", 120).add("event.recurrence", "yes").at("scan", 120).sizes(primary=150).new("no")
    assert "then progression at scan" in chart.rule("RES-05").sentence


@pytest.mark.parametrize(
    ("day", "detail", "formula"),
    [(62, "recurrence on treatment", ""), (63, "recurrence, inside the 28-day window", "0 ≤ 28"), (64, "recurrence, inside the 28-day window", "1 ≤ 28")],
)
def test_a_return_on_the_day_of_the_last_dose_is_nought_days_after_it(day: int, detail: str, formula: str) -> None:
    found = followed((42, "ABSENT"), (day, 150)).rule("RES-05")
    assert (found.state, found.detail, found.formula, found.value) == ("not_met", detail, formula, day - 63)
    assert ("days after the last treatment" in found.sentence or "1 day after the last treatment" in found.sentence) is (day >= 63)


# RES-06


def platinum(*scans: tuple[int | None, object], length: int = 21) -> Chart:
    return followed(*scans, context="ovarian", length=length).add("treatment.platinum_given", "yes")


@pytest.mark.parametrize(("day", "limb"), [
    (62, "progression on treatment"), (63, "progression 0 days after the last platinum dose"), (64, "progression 1 day after the last platinum dose"),
])  # fmt: skip
def test_the_days_after_platinum_begin_with_nought(day: int, limb: str) -> None:
    assert limbs(platinum((42, 60), (day, 150)))["platinum_refractory"] == limb


def test_the_class_goes_by_the_days_unless_the_progression_fell_on_treatment() -> None:
    rule = catalog().rules["RES-06"]
    assert [interval_class(100, rule), interval_class(100, rule, on_treatment=True)] == ["resistant", "refractory"]


def test_a_progression_on_treatment_is_refractory_however_long_the_cycle() -> None:
    assert platinum((42, 60), (63 + 35, 150), length=42).rule("RES-06").detail == "refractory"
    assert platinum((42, 60), (63 + 35, 150)).rule("RES-06").detail == "resistant"


def test_the_interval_runs_to_the_first_return_by_date() -> None:
    chart = platinum((42, 60), (163, 150)).at("clinic", 120).add("event.recurrence", "yes")
    assert (chart.rule("RES-06").value, chart.rule("RES-06").visit) == (57, chart.visits[-1].id)
    same = platinum((42, 60)).at("clinic", 163).add("event.recurrence", "yes").at("scan", 163).sizes(primary=150).new("no")
    assert same.rule("RES-06").visit == same.visits[-1].id


@pytest.mark.parametrize(("platin", "context", "missing", "words"), [
    (None, "ovarian", ("treatment.platinum_given",), "platinum not recorded"), ("yes", None, ("context",), "tumour context not recorded"),
    (None, None, ("context",), "tumour context not recorded"),
])  # fmt: skip
def test_what_the_interval_lacks_is_named(platin: str | None, context: str | None, missing: tuple[str, ...], words: str) -> None:
    chart = followed((42, 60), (163, 150), context=context)
    found = (chart if platin is None else chart.add("treatment.platinum_given", platin)).rule("RES-06")
    assert (found.state, found.missing, found.reason) == ("not_evaluable", missing, words)


def test_the_interval_needs_the_date_of_the_last_dose_and_of_every_return() -> None:
    undated = platinum((42, 60), (163, 150)).at("someday").add("event.recurrence", "yes")
    assert undated.rule("RES-06").state == "not_evaluable"
    chart = Chart("ovarian").at("baseline", -7).sizes(primary=50).at("scan", 100).sizes(primary=80).new("no").add("treatment.platinum_given", "yes")
    assert (chart.rule("RES-06").state, chart.rule("RES-06").missing) == ("not_evaluable", ("treatment.last_dose",))


# RES-07 and RES-08

ALONE, COMBINED = "Neoadjuvant pembrolizumab (KEYNOTE-689)", "Paclitaxel + carboplatin then AC/EC, with pembrolizumab (KEYNOTE-522)"


def immune(regimen: str, *scans: tuple[int | None, object], last: int = 63) -> Chart:
    chart = Chart("head_neck" if regimen == ALONE else "breast_tnbc", regimen=regimen, length=21).at("baseline", -7).sizes(primary=100)
    for number, day in enumerate(range(0, last + 1, 21), start=1):
        chart.cycle(number, day)
    for day, size in scans:
        chart.at("undated" if day is None else f"scan day {day}", day).sizes(primary=str(size)).new("no")
    return chart


@pytest.mark.parametrize(("rule", "regimen"), [("RES-07", ALONE), ("RES-08", COMBINED)])
def test_without_dates_there_is_no_class_by_exposure(rule: str, regimen: str) -> None:
    undated = immune(regimen, (None, 150)).rule(rule)
    assert (undated.state, undated.missing) == ("not_evaluable", ("treatment.cycle",))
    chart = Chart("head_neck" if regimen == ALONE else "breast_tnbc", regimen=regimen, length=21).at("baseline", -7).sizes(primary=100)
    chart.at("scan", 84).sizes(primary=150).new("no")
    assert chart.rule(rule).state == "not_evaluable"
    assert chart.at("end", 63).add("treatment.last_dose", "yes").rule(rule).state == "not_evaluable"


@pytest.mark.parametrize(("rule", "regimen"), [("RES-07", ALONE), ("RES-08", COMBINED)])
def test_no_progression_is_told_at_the_last_assessment(rule: str, regimen: str) -> None:
    chart = immune(regimen, (42, 80), (63, 75))
    found = chart.rule(rule)
    assert (found.state, found.detail, found.visit) == ("not_met", "no progression", chart.visits[-1].id)
    assert immune(regimen).rule(rule).reason == "no evaluable response after the baseline"


def test_a_later_scan_without_progression_confirms_none() -> None:
    chart = immune(ALONE, (63, 150), (98, 100))
    assert (chart.rule("RES-07").state, chart.rule("RES-07").missing) == ("not_evaluable", ("response",))
    assert immune(ALONE, (63, 150), (98, 150)).rule("RES-07").detail == "primary"


def test_a_response_before_is_held_although_stable_disease_came_between() -> None:
    chart = immune(ALONE, (42, 60), (84, 71), (210, 150), (245, 150), last=210)
    assert chart.rule("RES-07").detail == "secondary"


def test_a_response_before_is_held_within_six_months_too_and_then_not_classifiable() -> None:
    found = immune(ALONE, (42, 60), (84, 71), (120, 150), (155, 150), last=126).rule("RES-07")
    assert found.state == "not_evaluable"
    assert "not classifiable by this definition" in (found.reason or "")


@pytest.mark.parametrize(("last", "state"), [(161, "not_evaluable"), (162, "not_evaluable"), (163, "met")])
def test_an_exposure_of_just_six_months_is_not_more_than_six(last: int, state: str) -> None:
    """Exposure ends 21 days after the last dose; the progression comes later."""
    chart = immune(COMBINED, (63, 60), (190, 150), last=147).at("end", last).add("treatment.last_dose", "yes")
    assert chart.rule("RES-08").state == state


# NAC-01


def test_three_weekly_doses_are_one_cycle_of_the_shrinkage_rule() -> None:
    def weekly(doses: int) -> Chart:
        chart = Chart("oesoph_scc", length=7).at("baseline", -7).sizes(primary=100)
        for number in range(doses):
            chart.cycle(number + 1, 7 * number)
        return chart.at("scan", 7 * doses).sizes(primary=98).new("no")

    assert [weekly(doses).rule("NAC-01").state for doses in (5, 6, 8)] == ["not_evaluable", "met", "met"]
    assert "2 cycles completed" in weekly(8).rule("NAC-01").sentence
    assert "3 cycles completed" in weekly(9).rule("NAC-01").sentence


def test_weekly_doses_that_cannot_be_counted_leave_the_shrinkage_rule_open() -> None:
    chart = Chart("oesoph_scc", length=7).at("baseline").sizes(primary=100).at("scan").sizes(primary=98).new("no")
    assert (chart.rule("NAC-01").state, chart.rule("NAC-01").missing) == ("not_evaluable", ("cycle",))


@pytest.mark.parametrize(("now", "words"), [("116.1", "within"), ("116.2", "beyond"), ("82.2", "within"), ("82.1", "beyond")])
def test_the_edges_of_variability_lie_within_it(now: str, words: str) -> None:
    chart = Chart(cycles=3).at("baseline", -7).size("P", 100, reader="X").at("scan", 63).size("P", now, reader="X").new("no")
    chart.case = replace(chart.case, context="nsclc")
    chart.lesions["P"] = replace(chart.lesions["P"], organ="lung")
    assert f"; {words} measurement variability (−17.8 % to +16.1 % for one lesion by one reader)" in chart.rule("NAC-01").sentence
