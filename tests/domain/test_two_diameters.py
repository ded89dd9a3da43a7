"""Products of two diameters: the WHO response (WHO-01) and GeparTrio (BRE-01), each limit on both sides."""

from decimal import Decimal

import pytest

from nacdesk.interop.review_json import to_json
from tests.domain.cases import Chart, Typed, sized


def two_sided(*visits: dict[str, tuple[Typed, Typed | None]], method: str = "CT", gap: int = 35, new: str | None = "no") -> Chart:
    """Targets by (longest, perpendicular) at a baseline and every `gap` days from day 35."""
    chart = Chart(cycles=8)
    for place, lesions in enumerate(visits):
        chart.at("baseline" if place == 0 else f"scan {place}", -7 if place == 0 else 35 + gap * (place - 1))
        for label, (longest, across) in lesions.items():
            chart.size(label, longest, method)
            if across is not None:
                chart.add("size.perpendicular", across, lesion=label, method=method)
        if place and new:
            chart.new(new)
    return chart


@pytest.mark.parametrize(("across", "response"), [("10.1", "NC"), ("10.0", "PR"), ("9.9", "PR"), ("24.9", "NC"), ("25.0", "PD"), ("25.1", "PD")])
def test_who_against_the_baseline(across: str, response: str) -> None:
    """A baseline of 40 x 20 mm: 40 mm long throughout."""
    found = two_sided({"a": (40, 20)}, {"a": (40, across)}).rule("WHO-01", "scan 1")
    assert (found.detail, found.state) == (response, "met" if response == "PD" else "not_met")


@pytest.mark.parametrize(("across", "response"), [("12.4", "NC"), ("12.5", "PD"), ("12.6", "PD")])
def test_who_progression_is_from_the_smallest_sum(across: str, response: str) -> None:
    chart = two_sided({"a": (50, 20)}, {"a": (50, 10)}, {"a": (50, across)})
    assert chart.rule("WHO-01", "scan 2").detail == response


@pytest.mark.parametrize(("across", "response"), [("12.4", "PR"), ("12.5", "PD")])
def test_one_lesion_that_grows_by_a_quarter_is_who_progression(across: str, response: str) -> None:
    chart = two_sided({"a": (80, 50), "b": (20, 20)}, {"a": (40, 20), "b": (20, 10)}, {"a": (40, 20), "b": (20, across)})
    assert chart.rule("WHO-01", "scan 2").detail == response


def test_a_lesion_back_from_nothing_is_who_progression() -> None:
    chart = two_sided({"a": (40, 40), "b": (20, 20)}, {"a": (40, 20), "b": ("ABSENT", None)}, {"a": (40, 20), "b": (2, 2)})
    assert [chart.rule("WHO-01", f"scan {place}").detail for place in (1, 2)] == ["PR", "PD"]


def test_who_complete_response_needs_non_target_disease_to_be_gone() -> None:
    chart = two_sided({"a": (40, 20)}, {"a": ("ABSENT", None)})
    assert chart.rule("WHO-01").detail == "CR"
    assert chart.at("baseline", -7).status("rest", "PRESENT").at("scan 1", 35).status("rest", "PRESENT").rule("WHO-01").detail == "PR"


@pytest.mark.parametrize(("gap", "words"), [(27, "not confirmed, which takes 28 days"), (28, "confirmed, first seen"), (29, "confirmed, first seen")])
def test_who_response_is_confirmed_after_28_days(gap: int, words: str) -> None:
    chart = two_sided({"a": (40, 20)}, {"a": (20, 20)}, {"a": (20, 20)}, gap=gap)
    assert f"; {words}" in chart.rule("WHO-01", "scan 2").sentence
    assert "; not confirmed" in chart.rule("WHO-01", "scan 1").sentence


def test_a_new_lesion_is_who_progression_whatever_is_missing() -> None:
    assert two_sided({"a": (40, 20)}, {"a": (40, None)}, new="yes").rule("WHO-01", "scan 1").detail == "PD"


@pytest.mark.parametrize("gap", ["NE", "TSTM", "<10", None])
def test_H11_a_second_diameter_that_is_missing_gives_no_class(gap: str | None) -> None:
    chart = two_sided({"a": (40, 20), "B": (20, 20)}, {"a": (20, 20), "B": ("TSTM", None) if gap == "TSTM" else (20, gap)})
    assert chart.rule("WHO-01", "scan 1").state == "not_evaluable"
    proved = two_sided({"a": (40, 20), "b": (20, 20)}, {"a": (60, 20), "b": (20, None)})
    assert proved.rule("WHO-01", "scan 1").detail == "PD"  # what is there proves it all the same


def test_H13_products_of_unlike_methods_are_not_compared() -> None:
    chart = two_sided({"a": (40, 20)}).at("scan 1", 35).size("a", 60, "MRI").add("size.perpendicular", 40, lesion="a", method="MRI").new("no")
    assert chart.rule("WHO-01", "scan 1").state == "not_evaluable"
    mixed = two_sided({"a": (40, 20)}).at("scan 1", 35).size("a", 20, "CT").add("size.perpendicular", 10, lesion="a", method="MRI").new("no")
    assert "differ in method" in (mixed.rule("WHO-01", "scan 1").reason or "")


def test_who_without_second_diameters_or_targets() -> None:
    assert Chart(cycles=4).at("baseline", -7).sizes(a=20).at("scan", 42).sizes(a=10).rule("WHO-01").missing == ("size.perpendicular",)
    assert Chart(cycles=4).at("baseline", -7).status("rest", "PRESENT").rule("WHO-01").state == "not_applicable"
    base = two_sided({"a": (40, None)}, {"a": (40, 20)})
    assert "at baseline" in (base.rule("WHO-01", "scan 1").reason or "")


def test_the_json_holds_the_who_class() -> None:
    rows = [row["size"] for row in to_json(two_sided({"a": (40, 20)}, {"a": (20, 20)}).review())["visits"] if row["size"]]
    assert [row["who"] for row in rows] == [None, "PR"]
    assert sized(Chart(cycles=4).at("baseline", -7).sizes(a=20).at("scan", 42).sizes(a=10).review())[-1].who is None


# GeparTrio


def sonography(now: Typed, *, day: int = 42, method: str = "ultrasound", context: str | None = "breast_hrpos", regimen: str | None = None) -> Chart:
    """40 x 20 mm by ultrasound at baseline; 40 mm by `now` later."""
    chart = Chart(context, regimen, cycles=6).at("baseline", -7).size("primary", 40, "ultrasound").add("size.perpendicular", 20, lesion="primary", method="ultrasound")
    return chart.at("early", day).size("primary", 40, method).add("size.perpendicular", now, lesion="primary", method=method)


@pytest.mark.parametrize(("now", "state"), [("9.9", "not_met"), ("10.0", "not_met"), ("10.1", "met"), ("30", "met")])
def test_gepartrio_asks_for_half_of_the_product(now: str, state: str) -> None:
    found = sonography(now).rule("BRE-01")
    assert found.state == state
    assert "derived on docetaxel" in found.sentence


def test_gepartrio_raises_the_band_and_says_nothing_of_tac_under_tac() -> None:
    judged = sonography("15").review()
    assert judged.latest["BRE-01"].state == "met"
    assert "BRE-01" in [flag.result.rule for flag in judged.flags]
    assert "derived on" not in sonography("15", regimen="TAC").rule("BRE-01").sentence


@pytest.mark.parametrize(("day", "state"), [(34, "not_evaluable"), (35, "met"), (55, "met"), (56, "not_evaluable")])
def test_gepartrio_needs_exactly_two_completed_cycles(day: int, state: str) -> None:
    assert sonography("15", day=day).rule("BRE-01").state == state


@pytest.mark.parametrize("method", ["MRI", "mammography", None])
def test_gepartrio_needs_ultrasound_twice(method: str | None) -> None:
    found = sonography("15", method=method).rule("BRE-01")  # type: ignore[arg-type]  # no method is one of the cases
    assert found.state == "not_evaluable"


def test_gepartrio_needs_both_diameters_and_takes_a_vanished_lesion_for_response() -> None:
    chart = Chart(cycles=4).at("baseline", -7).size("primary", 40, "US").at("early", 42).size("primary", 30, "US")
    assert "perpendicular diameter missing for primary at baseline" in (chart.rule("BRE-01").reason or "")
    chart = sonography("15")
    chart.observations = chart.observations[:-2]
    assert chart.size("primary", "ABSENT", "ultrasound").rule("BRE-01").value == Decimal(100)
    assert sonography("NE").rule("BRE-01").state == "not_evaluable"


@pytest.mark.parametrize(("context", "state"), [("breast_tnbc", "met"), ("breast_her2", "met"), ("nsclc", "not_applicable"), (None, "not_evaluable")])
def test_gepartrio_belongs_to_the_breast(context: str | None, state: str) -> None:
    assert sonography("15", context=context).rule("BRE-01").state == state
    assert sonography("15", context=context).rule("BRE-02").state == ("not_applicable" if context == "nsclc" else "not_evaluable")
