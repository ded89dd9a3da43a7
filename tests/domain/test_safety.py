"""Safety before an option: every limit on both sides, and what is not recorded never passes."""

from dataclasses import replace
from itertools import product

import pytest

from nacdesk.domain.facts import Patient
from nacdesk.domain.judgements import MatchedOption
from nacdesk.domain.quantity import Quantity, parse_number
from tests.domain.cases import DAY0, Chart, Typed, catalog, on

FITNESS: dict[str, tuple[Typed, Typed]] = {
    "status.ecog": (1, 2), "labs.crcl_ml_min": (60, "59.9"), "toxicity.hearing_loss_grade": (1, 2), "toxicity.neuropathy_grade": (1, 2), "status.nyha_class": (2, 3),
}  # fmt: skip
HISTORY: dict[str, tuple[Typed, Typed]] = {
    "history.active_autoimmune_disease": ("no", "yes"), "history.transplant": ("no", "yes"), "medication.prednisone_equivalent_mg": (10, "10.1"),
    "history.severe_immune_toxicity": ("no", "yes"),
}  # fmt: skip


def patient(birth: str = "1966-01-05", sex: str | None = "M", weight: Typed = 70, creatinine: Typed = "88.4") -> Chart:
    """Someone whose clearance can be estimated: 77.8 mL/min."""
    chart = Chart("bladder_mibc", cycles=1).at("visit", 0).add("patient.weight_kg", weight).add("labs.creatinine_umol_l", creatinine)
    chart.case = replace(chart.case, patient=Patient(birth_date=DAY0.fromisoformat(birth), sex=sex))
    return chart


def option(chart: Chart, name: str) -> MatchedOption:
    return next(one for one in chart.review().options if one.option.id == name)


@pytest.mark.parametrize(("rule", "context", "fields"), [("SAF-01", "bladder_mibc", FITNESS), ("SAF-06", "breast_tnbc", HISTORY)])
def test_one_concern_is_enough_and_a_pass_needs_every_answer(rule: str, context: str, fields: dict[str, tuple[Typed, Typed]]) -> None:
    """Every combination of passes, concern and not recorded."""
    for answers in product((0, 1, None), repeat=len(fields)):
        chart = Chart(context, cycles=1).at("visit", 10)
        for (field, values), answer in zip(fields.items(), answers, strict=True):
            if answer is not None:
                chart.add(field, values[answer])
        found = chart.rule(rule)
        assert found.state == ("met" if 1 in answers else "not_evaluable" if None in answers else "not_met")
        gone = [field for field, answer in zip(fields, answers, strict=True) if answer is None]
        assert [*found.missing] == gone


@pytest.mark.parametrize(("typed", "split", "state"), [("49.9", False, "met"), (50, True, "met"), ("59.9", True, "met"), (60, False, "not_met"), ("60.1", False, "not_met")])
def test_clearance_from_50_to_under_60_names_the_split_dose(typed: Typed, split: bool, state: str) -> None:
    chart = Chart("bladder_mibc", cycles=1).at("visit", 10)
    for field, (fit, _) in FITNESS.items():
        chart.add(field, typed if field == "labs.crcl_ml_min" else fit)
    found = chart.rule("SAF-01")
    assert found.state == state
    assert ("split dose" in found.sentence) is split


@pytest.mark.parametrize(("typed", "state"), [("<50", "met"), ("<60", "met"), ("<70", "not_evaluable"), (">50", "not_evaluable"), (">60", "not_met")])
def test_a_clearance_given_as_a_bound_counts_only_where_the_bound_decides(typed: str, state: str) -> None:
    chart = Chart("bladder_mibc", cycles=1).at("visit", 10)
    for field, (fit, _) in FITNESS.items():
        chart.add(field, typed if field == "labs.crcl_ml_min" else fit)
    assert chart.rule("SAF-01").state == state


def test_the_latest_fact_counts() -> None:
    chart = Chart("bladder_mibc", cycles=4).at("start", -7).add("status.ecog", 2).at("later", 40).add("status.ecog", 1)
    assert chart.rule("SAF-01").state == "not_evaluable"
    assert chart.review(on(10)).latest["SAF-01"].state == "met"


def test_two_unlike_values_of_one_day_are_not_decided_by_their_place_in_the_file() -> None:
    for pair in ((1, 2), (2, 1)):
        chart = Chart("bladder_mibc", cycles=1).at("visit", 10)
        for typed, reader in zip(pair, "AB", strict=True):
            chart.add("toxicity.neuropathy_grade", typed, reader=reader)
        found = chart.rule("SAF-04")
        assert found.state == "not_evaluable"
        assert "neuropathy grade has 2 unlike values, none accepted: 1 by" in (found.reason or "")
    chart.observations[-1] = replace(chart.observations[-1], accepted=True)
    assert chart.rule("SAF-04").state == "not_met"


def test_fitness_for_cisplatin_belongs_to_tumours_treated_with_it() -> None:
    assert Chart("breast_tnbc", cycles=1).at("visit", 10).add("status.ecog", 2).rule("SAF-01").state == "not_applicable"
    assert Chart(None, cycles=1).at("visit", 10).add("status.ecog", 2).rule("SAF-01").state == "met"


# The estimate


def test_the_estimate_is_used_only_where_no_clearance_was_entered() -> None:
    chart = patient()
    assert option(chart, "MIBC-03").prerequisites[0].state == "not recorded"
    for field, (fit, _) in FITNESS.items():
        if field != "labs.crcl_ml_min":
            chart.add(field, fit)
    assert "CrCl 77.8 mL/min by Cockcroft-Gault (age 60, weight 70 kg (5 Jan 2026), creatinine 88.4 umol/L (5 Jan 2026), male)" in chart.rule("SAF-01").sentence
    assert chart.rule("SAF-01").detail == "fit"
    chart.add("labs.crcl_ml_min", 40)
    assert chart.rule("SAF-01").detail == "unfit: CrCl"
    assert "The entered clearance of 40 mL/min counts." in chart.rule("SAF-02").sentence


@pytest.mark.parametrize(("birth", "state"), [("2008-01-06", "not_evaluable"), ("2008-01-05", "met"), ("2008-01-04", "met")])
def test_the_estimate_is_for_adults_from_their_birthday_on(birth: str, state: str) -> None:
    found = patient(birth).rule("SAF-02")
    assert found.state == state
    assert state == "met" or found.reason == "age under 18: a measured or paediatric value is needed"


@pytest.mark.parametrize("gone", ["birth date", "sex", "weight", "creatinine"])
def test_without_one_of_its_four_inputs_there_is_no_estimate(gone: str) -> None:
    chart = patient()
    if gone in ("birth date", "sex"):
        chart.case = replace(chart.case, patient=replace(chart.case.patient, **{gone.replace(" ", "_"): None}))
    else:
        chart.observations = [row for row in chart.observations if gone not in row.analyte]
    found = chart.rule("SAF-02")
    assert (found.state, found.reason, found.missing) == ("not_evaluable", f"{gone} not recorded", (gone,))
    assert chart.rule("SAF-01").state == "not_evaluable"


def test_the_formula_knows_two_sexes() -> None:
    assert patient(sex="X").rule("SAF-02").reason == "the formula knows female and male only"


def test_an_estimate_just_below_a_limit_is_not_shown_on_it() -> None:
    """59.9965 mL/min is unfit by 60 and must not read 60.0."""
    found = patient(creatinine="114.6").rule("SAF-02")
    assert found.value is not None
    assert found.value < 60
    assert "CrCl 59.996 mL/min" in found.sentence


def test_options_look_at_the_estimate_and_at_the_fitness() -> None:
    chart = patient(creatinine=200)
    (need,) = option(chart, "MIBC-03").prerequisites
    assert need.state == "met"  # not fit for cisplatin
    assert "CrCl 34.4 mL/min" in need.text
    chart.case = replace(chart.case, context="ovarian")
    (kidney,) = [one for one in option(chart, "OVA-05").cautions if one.condition.field == "labs.crcl_ml_min"]
    assert kidney.state == "clear"
    assert "by Cockcroft-Gault" in kidney.text


# Heart, nerves, lung


@pytest.mark.parametrize(("before", "now", "state", "named"), [
    (None, "49.9", "met", False), (None, 50, "not_met", False), (None, "50.1", "not_met", False),
    (60, "50", "not_met", True), ("59.9", 50, "not_met", False), (61, 50, "not_met", True), (60, 49, "met", True), (58, 49, "met", False),
    (None, "<50", "met", False), (None, "<55", "not_evaluable", False), (None, ">55", "not_met", False),
])  # fmt: skip
def test_lvef_below_50_is_a_concern_and_a_fall_of_10_points_is_named(before: Typed | None, now: Typed, state: str, named: bool) -> None:
    chart = Chart("breast_her2", cycles=4)
    if before is not None:
        chart.at("baseline", -7).add("labs.lvef_pct", before)
    found = chart.at("now", 84).add("labs.lvef_pct", now).rule("SAF-03")
    assert found.state == state
    assert ("a fall of" in found.sentence) is named


@pytest.mark.parametrize(("days", "state"), [(91, "not_met"), (92, "not_met"), (93, "not_evaluable")])
def test_an_old_normal_lvef_answers_nothing_and_an_old_low_one_still_warns(days: int, state: str) -> None:
    for value, expected in ((60, state), (45, "met")):
        chart = Chart("breast_her2", cycles=1).at("echo", 0).add("labs.lvef_pct", value)
        assert chart.review(on(days)).latest["SAF-03"].state == expected


@pytest.mark.parametrize(("rule", "field", "values"), [
    ("SAF-03", "labs.lvef_pct", {40: "met", 60: "not_met"}), ("SAF-04", "toxicity.neuropathy_grade", {0: "not_met", 1: "not_met", 2: "met", 3: "met"}),
    ("SAF-05", "history.ild_or_pneumonitis", {"yes": "met", "no": "not_met"}),
])  # fmt: skip
def test_what_is_recorded_is_judged_in_every_tumour_and_silence_is_no_pass(rule: str, field: str, values: dict[Typed, str]) -> None:
    home = catalog().rules[rule].contexts
    for context in (*catalog().contexts, None):
        for typed, state in values.items():
            assert Chart(context, cycles=1).at("visit", 10).add(field, typed).rule(rule).state == state
        silent = Chart(context, cycles=1).at("visit", 10).add("status.resectable", "yes").rule(rule)
        assert silent.state == ("not_evaluable" if context is None or context in home else "not_applicable")


def test_the_tumours_of_a_safety_rule_are_those_whose_options_ask_for_it() -> None:
    asked = {"SAF-01": "status.nyha_class", "SAF-03": "labs.lvef_pct", "SAF-04": "toxicity.neuropathy_grade", "SAF-06": "history.active_autoimmune_disease"}
    for rule, field in asked.items():
        contexts = {one.context for one in catalog().options if any(row.field == field for row in (*one.prerequisites, *one.cautions))}
        assert contexts <= set(catalog().rules[rule].contexts), rule


@pytest.mark.parametrize(("typed", "reaches", "exceeds"), [
    ("9.9", False, False), ("10", True, False), ("10.1", True, True), ("<10", False, False), ("<10.1", None, None), ("<9", False, False), (">10", True, True), (">9.9", None, None),
])  # fmt: skip
def test_a_bound_answers_only_where_it_decides(typed: str, reaches: bool | None, exceeds: bool | None) -> None:
    comparator, number = parse_number(typed)
    quantity = Quantity(number, "mm", comparator)
    limit = parse_number("10")[1]
    assert (quantity.reaches(limit), quantity.exceeds(limit)) == (reaches, exceeds)
