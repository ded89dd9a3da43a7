"""The residual cancer burden as a form works it out while it is typed: the same as the review's."""

from decimal import Decimal

import pytest

from nacdesk.domain.pathology import burden_from
from nacdesk.domain.quantity import Quantity
from tests.domain.cases import Chart, catalog

FIELDS = {"d1": "20", "d2": "15", "cellularity": "30", "in_situ": "10", "nodes_positive": "2", "largest_met": "6"}


def typed(**instead: str) -> dict[str, Quantity | str]:
    """The fields as they stand in the form; "" for one not typed yet."""
    found: dict[str, Quantity | str] = {}
    for name, text in {**FIELDS, **instead}.items():
        unit = catalog().analytes[f"rcb.{name}"].unit
        if text:
            found[f"rcb.{name}"] = text if text == "NE" else Quantity(Decimal(text.lstrip("<")), unit, "<" if text.startswith("<") else "=")
    return found


@pytest.mark.parametrize("nodes", [("0", "0"), ("2", "6"), ("5", "12.5")])
def test_the_form_and_the_review_give_one_index(nodes: tuple[str, str]) -> None:
    chart = Chart(cycles=4).at("surgery", 120)
    for name, text in {**FIELDS, "nodes_positive": nodes[0], "largest_met": nodes[1]}.items():
        chart.add(f"rcb.{name}", text)
    found, review = burden_from(typed(nodes_positive=nodes[0], largest_met=nodes[1]), catalog()), chart.review().rcb
    assert found == review
    assert found.index is not None
    assert found.primary_term is not None
    assert found.node_term is not None
    assert found.index == found.primary_term + found.node_term
    assert found.rcb_class in ("RCB-I", "RCB-II", "RCB-III")
    assert (found.node_term == 0) is (nodes[0] == "0")


@pytest.mark.parametrize(
    ("instead", "reason"),
    [
        ({"d2": ""}, "missing: Tumour bed diameter 2"),
        ({"d2": "", "largest_met": "NE"}, "missing: Tumour bed diameter 2, Largest nodal deposit"),
        ({"cellularity": "<5"}, "missing: Cancer cellularity"),
        ({"nodes_positive": "0"}, "positive nodes and largest nodal deposit contradict each other"),
        ({"largest_met": "0"}, "positive nodes and largest nodal deposit contradict each other"),
        (dict.fromkeys(FIELDS, ""), "missing: " + ", ".join(catalog().analytes[f"rcb.{name}"].label for name in FIELDS)),
    ],
)
def test_H11_a_gap_gives_no_index_and_is_named(instead: dict[str, str], reason: str) -> None:
    found = burden_from(typed(**instead), catalog())
    assert (found.index, found.rcb_class, found.primary_term, found.node_term, found.reason) == (None, None, None, None, reason)


def test_nothing_left_is_rcb_0() -> None:
    found = burden_from(typed(cellularity="0", nodes_positive="0", largest_met="0"), catalog())
    assert (found.index, found.rcb_class) == (0, "RCB-0")
