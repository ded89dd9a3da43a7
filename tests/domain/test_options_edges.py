"""Edges of options: every comparison with every kind of value, words of a condition, facts that are derived and facts that are not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from nacdesk.domain.facts import Patient
from nacdesk.domain.judgements import Checked
from nacdesk.domain.options import field_name, holds, recorded, words
from nacdesk.domain.quantity import Quantity, parse_number
from nacdesk.domain.rules import Condition
from nacdesk.domain.timeline import build
from tests.domain.cases import DAY0, Chart, Typed, catalog


def asks(op: str, value: Decimal | str | tuple[str, ...], field: str = "labs.crcl_ml_min") -> Condition:
    """A condition as the catalogue holds one."""
    return replace(next(one for option in catalog().options for one in option.cautions), field=field, op=op, value=value)


def bound(text: str) -> Quantity:
    comparator, number = parse_number(text)
    return Quantity(number, "", comparator)


@pytest.mark.parametrize(("op", "below", "equal", "above"), [
    ("lt", True, False, False), ("le", True, True, False), ("gt", False, False, True), ("ge", False, True, True), ("eq", False, True, False),
])  # fmt: skip
def test_a_number_is_held_against_the_limit(op: str, below: bool, equal: bool, above: bool) -> None:
    condition = asks(op, Decimal(60))
    assert [holds(condition, Decimal(text)) for text in ("59.9", "60.0", "60.1")] == [below, equal, above]


@pytest.mark.parametrize(("op", "answers"), [
    ("lt", {"<60": True, "<61": None, "<59": True, ">60": False, ">59": None, ">61": False}),
    ("ge", {"<60": False, "<61": None, "<59": False, ">60": True, ">59": None, ">61": True}),
    ("le", {"<60": True, "<61": None, "<59": True, ">60": False, ">59": None, ">61": False}),
    ("gt", {"<60": False, "<61": None, "<59": False, ">60": True, ">59": None, ">61": True}),
    ("eq", {"<60": None, ">60": None}), ("in", {"<60": None}),
])  # fmt: skip
def test_a_bound_answers_where_it_alone_decides(op: str, answers: dict[str, bool | None]) -> None:
    assert {text: holds(asks(op, Decimal(60)), bound(text)) for text in answers} == answers


def test_not_detected_is_below_its_limit_and_open_without_one() -> None:
    assert holds(asks("lt", Decimal(60)), Quantity(None, "", "ND", Decimal(10))) is True
    assert holds(asks("ge", Decimal(60)), Quantity(None, "", "ND")) is None


@pytest.mark.parametrize("op", ["lt", "le", "gt", "ge", "eq"])
def test_a_number_and_a_word_are_never_compared(op: str) -> None:
    assert holds(asks(op, Decimal(60)), "60") is False
    assert holds(asks(op, "60"), Decimal(60)) is False
    assert holds(asks(op, "60"), bound("<50")) is False


def test_words_are_compared_whatever_their_capitals() -> None:
    assert [holds(asks("eq", "Positive"), text) for text in ("positive", "POSITIVE", "negative")] == [True, True, False]
    assert [holds(asks("in", ("II", "III")), text) for text in ("ii", "III", "I")] == [True, True, False]
    assert holds(asks("in", ("60", "II")), Decimal(60)) is False
    assert holds(asks("in", "II"), "II") is False
    assert holds(asks("in", "II"), "I") is False


@pytest.mark.parametrize(("op", "value", "text"), [
    ("lt", Decimal(60), "clearance < 60"), ("le", Decimal("1.50"), "clearance ≤ 1.50"), ("gt", Decimal(2), "clearance > 2"), ("ge", Decimal(2), "clearance ≥ 2"),
    ("eq", "yes", "clearance yes"), ("in", ("II", "III"), "clearance II or III"), ("eq", Decimal(0), "clearance 0"),
])  # fmt: skip
def test_a_condition_in_words(op: str, value: Decimal | str | tuple[str, ...], text: str) -> None:
    assert words(asks(op, value), "clearance") == text


def test_a_field_without_an_analyte_keeps_its_id_or_has_a_name_of_its_own() -> None:
    assert field_name("labs.crcl_ml_min", catalog()) == catalog().analytes["labs.crcl_ml_min"].name
    assert field_name("no.such.field", catalog()) == "no.such.field"
    assert (field_name("stage.clinical", catalog()), field_name("pathology.pcr", catalog())) == ("Stage group", "Pathological complete response")


# What is recorded


def known(chart: Chart, field: str) -> tuple[object, str] | None:
    judged = chart.review()
    fact = recorded(build(chart.history(), catalog(), None), judged.latest, field)
    return None if fact is None else (fact.value, fact.text)


def visit(field: str, typed: Typed, context: str = "breast_tnbc", **more: Typed) -> Chart:
    return Chart(context, cycles=1).at("visit", 0).add(field, typed, uln=more.get("uln"))


def test_a_recorded_number_a_bound_and_a_word_are_told_as_they_stand() -> None:
    assert known(visit("labs.lvef_pct", 60), "labs.lvef_pct") == (Decimal(60), "LVEF 60 % (5 Jan 2026)")
    assert known(visit("labs.lvef_pct", "<60"), "labs.lvef_pct") == (bound("<60") and Quantity(Decimal(60), "%", "<"), "LVEF <60 % (5 Jan 2026)")
    found = known(visit("status.pregnant", "yes"), "status.pregnant")
    assert found is not None
    assert found[0] == "yes"
    assert known(visit("status.pregnant", "yes"), "labs.lvef_pct") is None


@pytest.mark.parametrize(("group", "value"), [("IIB", "II"), (" iii ", "III"), ("IIIC", "III"), ("IV", "IV"), ("0", "0")])
def test_the_stage_is_compared_without_its_letter(group: str, value: str) -> None:
    chart = Chart(cycles=1)
    assert known(chart, "stage.clinical") is None
    chart.case = replace(chart.case, stage_group=group)
    assert known(chart, "stage.clinical") == (value, f"Stage group {group}")


@pytest.mark.parametrize(("typed", "uln", "ratio"), [(30, 20, Decimal("1.5")), (20, 20, Decimal(1)), (30, None, None), (30, 0, None), ("<30", 20, None), (1, 1, Decimal(1))])
def test_bilirubin_is_told_as_multiple_of_its_own_limit(typed: Typed, uln: Typed | None, ratio: Decimal | None) -> None:
    chart = Chart(cycles=1).at("visit", 0).add("labs.bilirubin_umol_l", typed, uln=uln)
    found = known(chart, "labs.bilirubin_x_uln")
    assert (None if found is None else found[0]) == ratio
    assert found is None or found[1].startswith("Bilirubin ")


@pytest.mark.parametrize(("values", "answer"), [({"path.ypt": "ypT0", "path.ypn": "ypN0"}, "yes"), ({"path.ypt": "ypT2"}, "no"), ({"path.ypt": "ypT0"}, None), ({}, None)])
def test_a_complete_response_answers_only_where_it_was_judged(values: dict[str, Typed], answer: str | None) -> None:
    chart = Chart(cycles=4).at("surgery", 120).add("event.surgery", "yes")
    for field, typed in values.items():
        chart.add(field, typed)
    found = known(chart, "pathology.pcr")
    assert (None if found is None else found[0]) == answer


@pytest.mark.parametrize(("ecog", "others", "answer"), [(2, True, "no"), (1, True, "yes"), (1, False, None), (2, False, "no")])
def test_fitness_for_cisplatin_answers_only_where_it_was_judged(ecog: int, others: bool, answer: str | None) -> None:
    chart = Chart("bladder_mibc", cycles=1).at("visit", 0).add("status.ecog", ecog)
    for field, typed in {"labs.crcl_ml_min": 80, "toxicity.hearing_loss_grade": 0, "toxicity.neuropathy_grade": 0, "status.nyha_class": 1}.items() if others else ():
        chart.add(field, typed)
    found = known(chart, "safety.cisplatin_fit")
    assert (None if found is None else found[0]) == answer


def test_an_estimated_clearance_counts_only_where_none_was_entered() -> None:
    chart = Chart("bladder_mibc", cycles=1).at("visit", 0).add("patient.weight_kg", 70).add("labs.creatinine_umol_l", "88.4")
    assert known(chart, "labs.crcl_ml_min") is None
    chart.case = replace(chart.case, patient=Patient(birth_date=DAY0.replace(year=1966), sex="M"))
    found = known(chart, "labs.crcl_ml_min")
    assert found is not None
    assert found[1].startswith("CrCl 77.8 mL/min by Cockcroft-Gault")
    assert isinstance(found[0], Decimal)
    entered = known(chart.add("labs.crcl_ml_min", 55), "labs.crcl_ml_min")
    assert entered is not None
    assert entered[0] == 55


def _cautions(chart: Chart, field: str) -> set[str]:
    return {one.state for option in chart.review().options for one in option.cautions if one.condition.field == field}


def test_a_caution_not_recorded_is_neither_clear_nor_met() -> None:
    chart = Chart("breast_tnbc", cycles=1).at("visit", 0)
    assert _cautions(chart.add("status.ecog", 1), "labs.lvef_pct") == {"not recorded"}
    assert _cautions(chart.add("labs.lvef_pct", 40), "labs.lvef_pct") == {"applies"}
    other = Chart("breast_tnbc", cycles=1).at("visit", 0).add("labs.lvef_pct", 60)
    assert _cautions(other, "labs.lvef_pct") == {"clear"}
    open_one = Chart("breast_tnbc", cycles=1).at("visit", 0).add("labs.lvef_pct", "<60")
    texts = {one.text for option in open_one.review().options for one in option.cautions if one.condition.field == "labs.lvef_pct"}
    assert (_cautions(open_one, "labs.lvef_pct"), texts) == ({"not recorded"}, {"LVEF <60 % (5 Jan 2026) leaves it open"})


def test_every_field_that_an_option_asks_for_is_answered() -> None:
    fields = {one.condition.field for option in Chart("breast_tnbc").review().options for one in (*option.cautions, *option.prerequisites)}
    states: dict[str, Checked] = {}
    chart = Chart("breast_tnbc", cycles=4).at("surgery", 120).add("event.surgery", "yes").add("path.ypt", "ypT2").add("path.ypn", "ypN0")
    for option in chart.review().options:
        for one in (*option.prerequisites, *option.cautions):
            states[one.condition.field] = one
    assert fields == set(states)
    assert states["pathology.pcr"].state in ("met", "not met")
