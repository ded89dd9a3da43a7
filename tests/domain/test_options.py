"""Options to discuss against recorded facts: what a bound decides, and two unlike values of one day."""

import pytest

from nacdesk.domain.judgements import Checked
from tests.domain.cases import Chart


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
