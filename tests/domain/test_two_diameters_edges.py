"""Edges of the WHO response: lesions that stay away, responses in a row, products of one millimetre, assessments without a date."""

import pytest

from tests.domain.cases import Chart, Typed

Pair = tuple[Typed, Typed | None]


def two_sided(*visits: tuple[int | None, dict[str, Pair]], method: str = "CT", new: str | None = "no") -> Chart:
    """Targets by (longest, perpendicular); the first time point is the baseline of day -7."""
    chart = Chart(cycles=8)
    for place, (day, lesions) in enumerate(visits):
        chart.at("baseline" if place == 0 else f"scan {place}", day)
        for label, (longest, across) in lesions.items():
            chart.size(label, longest, method)
            if across is not None:
                chart.add("size.perpendicular", across, lesion=label, method=method)
        if place and new:
            chart.new(new)
    return chart


GONE: Pair = ("ABSENT", None)


def test_a_complete_response_that_stays_is_no_progression() -> None:
    chart = two_sided((-7, {"a": (40, 20)}), (42, {"a": GONE}), (84, {"a": GONE}))
    assert [chart.rule("WHO-01", f"scan {place}").detail for place in (1, 2)] == ["CR", "CR"]
    assert "; confirmed, first seen at scan 1" in chart.rule("WHO-01", "scan 2").sentence


def test_a_lesion_that_stays_away_has_not_grown() -> None:
    chart = two_sided((-7, {"a": (40, 20), "b": (20, 10)}), (42, {"a": (30, 10), "b": GONE}), (84, {"a": (30, 10), "b": GONE}))
    assert [chart.rule("WHO-01", f"scan {place}").detail for place in (1, 2)] == ["PR", "PR"]


def test_a_partial_response_does_not_confirm_a_complete_one() -> None:
    chart = two_sided((-7, {"a": (40, 20)}), (42, {"a": (20, 20)}), (84, {"a": GONE}))
    assert chart.rule("WHO-01", "scan 2").detail == "CR"
    assert "; not confirmed" in chart.rule("WHO-01", "scan 2").sentence


def test_a_response_that_was_lost_confirms_no_later_one() -> None:
    chart = two_sided((-7, {"a": (40, 20)}), (42, {"a": (20, 20)}), (63, {"a": (21, 20)}), (84, {"a": (20, 20)}))
    assert [chart.rule("WHO-01", f"scan {place}").detail for place in (1, 2, 3)] == ["PR", "NC", "PR"]
    assert "; not confirmed" in chart.rule("WHO-01", "scan 3").sentence


def test_a_response_without_a_date_is_not_confirmed_and_confirms_none() -> None:
    last = two_sided((-7, {"a": (40, 20)}), (42, {"a": (20, 20)}), (None, {"a": (20, 20)}))
    assert "; not confirmed" in last.rule("WHO-01", "scan 2").sentence
    first = two_sided((-7, {"a": (40, 20)}), (None, {"a": (20, 20)}), (84, {"a": (20, 20)}))
    assert "; not confirmed" in first.rule("WHO-01", "scan 2").sentence


def test_without_an_answer_on_new_lesions_the_response_is_provisional() -> None:
    for new, provisional in (("no", False), (None, True), ("equivocal", False)):
        sentence = two_sided((-7, {"a": (40, 20)}), (42, {"a": (20, 20)}), new=new).rule("WHO-01").sentence
        assert ("new lesions not recorded: provisional" in sentence) is provisional


def test_a_product_of_one_square_millimetre_is_a_baseline_and_of_nought_is_none() -> None:
    assert two_sided((-7, {"a": (1, 1)}), (42, {"a": (1, 1)})).rule("WHO-01").detail == "NC"
    found = two_sided((-7, {"a": (0, None)}), (42, {"a": (1, 1)})).rule("WHO-01")
    assert (found.state, found.reason) == ("not_evaluable", "the products are 0 at baseline, at scan 1 (16 Feb 2026)")


@pytest.mark.parametrize(("pair", "reason"), [
    (("NE", 20), "a not evaluable"), ((">40", 20), "a only reported as >40 mm"), ((40, "NE"), "perpendicular diameter of a not evaluable"),
    ((40, ">20"), "perpendicular diameter of a only reported as >20 mm"), ((40, None), "perpendicular diameter missing for a"),
])  # fmt: skip
def test_what_is_missing_of_a_product_is_said(pair: Pair, reason: str) -> None:
    found = two_sided((-7, {"a": (40, 20), "b": (20, 10)}), (42, {"a": pair, "b": (20, 10)})).rule("WHO-01")
    assert (found.state, found.missing) == ("not_evaluable", ("size.perpendicular",))
    assert (found.reason or "").startswith(reason)
    early = two_sided((-7, {"a": pair, "b": (20, 10)}), (42, {"a": (40, 20), "b": (20, 10)})).rule("WHO-01")
    assert (early.state, early.missing) == ("not_evaluable", ("size.perpendicular",))
    assert (early.reason or "").startswith(f"{reason} at baseline")


def test_without_a_baseline_or_a_follow_up_there_is_no_class() -> None:
    assert two_sided((-7, {"a": (40, 20)})).rule("WHO-01").reason == "no assessment after the baseline"
    late = Chart(cycles=4).at("scan 1", 42).size("a", 40, "CT").add("size.perpendicular", 20, lesion="a", method="CT").rule("WHO-01")
    assert (late.state, late.missing) == ("not_evaluable", ("size.diameter",))
    assert late.reason == "no baseline on or before the first dose"
