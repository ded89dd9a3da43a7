"""Options to discuss against recorded facts: what a bound decides, and two unlike values of one day."""

import pytest
from hypothesis import HealthCheck, given, settings

from nacdesk.catalog import DIRECTIVE
from nacdesk.domain.facts import History
from nacdesk.domain.judgements import Checked
from nacdesk.domain.review import review
from tests.domain.cases import Chart, catalog
from tests.histories import histories


def caution(*clearances: str) -> Checked:
    """The renal caution of carboplatin (CrCl under 30) with these values on one day."""
    chart = Chart(cycles=2).at("now", 30)
    for number, value in enumerate(clearances):
        chart.add("labs.crcl_ml_min", value, method=f"laboratory {number}")
    option = next(one for one in chart.review().options if one.option.id == "TNBC-02")
    return next(one for one in option.cautions if one.condition.field == "labs.crcl_ml_min")


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("29.9", "applies"),
        ("30", "clear"),
        ("30.1", "clear"),
        (">90", "clear"),
        (">30", "clear"),
        ("<30", "applies"),
        ("<20", "applies"),
        ("<40", "not recorded"),
        (">20", "not recorded"),
    ],
)
def test_H12_a_bound_decides_a_caution_only_where_it_alone_can(value: str, state: str) -> None:
    found = caution(value)
    assert found.state == state
    assert ("leaves it open" in found.text) is (state == "not recorded")


def test_H18_unlike_values_of_one_day_never_clear_a_caution() -> None:
    assert caution("20", "61").state == "not recorded"
    assert "none accepted" in caution("61", "20").text
    assert caution("61", "61").state == "clear"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_a_trial_and_palliative_and_supportive_care_are_always_there(history: History) -> None:
    matched = {one.option.id for one in review(history, catalog()).options if one.group == "matched"}
    assert {"GEN-04", "GEN-05"} <= matched


@pytest.mark.parametrize("context", [None, *catalog().contexts])
def test_they_are_there_in_every_tumour_context_with_nothing_recorded(context: str | None) -> None:
    options = {one.option.id: one for one in Chart(context=context).review().options}
    assert options["GEN-04"].group == options["GEN-05"].group == "matched"
    assert options["GEN-04"].option.checklist == (
        "stage and biomarker eligibility", "safety and overlapping toxicity", "realistic endpoints", "logistics (travel, insurance, support)",
    )  # fmt: skip
    assert options["GEN-05"].option.prerequisites == ()


def test_H17_every_text_of_an_option_is_an_option_to_discuss_and_none_is_directive() -> None:
    for option in catalog().options:
        assert option.wording.startswith("Option to discuss"), option.id
        notes = (condition.note for condition in (*option.prerequisites, *option.cautions))
        for text in (option.name, option.wording, option.trade_offs, option.evidence_level, *option.checklist, *notes):
            assert not DIRECTIVE.search(text), (option.id, text)
