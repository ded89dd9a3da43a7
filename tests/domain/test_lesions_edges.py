"""Edges of what a lesion counts: split, merged, gone, not evaluable; and of the best response over a course."""

import pytest

from nacdesk.domain.best_response import Dated, confirmed
from nacdesk.domain.lesions import counted, target_set
from nacdesk.domain.timeline import build
from tests.domain.cases import Chart, Typed, catalog, course, sized, two_points


def standings(chart: Chart) -> list[str]:
    """How each original target stands at the last visit."""
    timeline = build(chart.history(), catalog(), None)
    return [part.standing for part in counted(timeline, target_set(timeline), timeline.visits[-1].id)]


@pytest.mark.parametrize(("typed", "standing"), [("ABSENT", "absent"), (0, "absent"), (1, "measured"), ("TSTM", "too small"), ("NE", "not evaluable"), (">9", "not evaluable")])
def test_a_lesion_stands_as_it_was_recorded(typed: Typed, standing: str) -> None:
    assert standings(Chart().at("visit", 1).sizes(a=typed)) == [standing]


@pytest.mark.parametrize(("sizes", "standing"), [((0, "ABSENT"), "absent"), ((1, 0), "measured"), ((4, 5), "measured"), ((4, "NE"), "not evaluable")])
def test_fragments_stand_as_one(sizes: tuple[Typed, Typed], standing: str) -> None:
    chart = Chart().lesion("A1", origin=("A",)).lesion("A2", origin=("A",)).at("one", 1).sizes(A=20)
    assert standings(chart.at("two", 30).sizes(A1=sizes[0], A2=sizes[1])) == [standing]


def test_what_was_counted_in_a_merged_mass_is_measured_there() -> None:
    chart = Chart().lesion("AB", origin=("A", "B")).at("one", 1).sizes(A=20, B=10)
    assert standings(chart.at("two", 30).sizes(AB=25)) == ["measured", "measured"]


@pytest.mark.parametrize("second", ["NE", None])
def test_a_lesion_not_evaluable_adds_nothing_to_the_proof_of_progression(second: str | None) -> None:
    """Nadir 60 mm: 72 mm would be progression, 71 mm and an unknown lesion are not known to be."""
    chart = Chart(cycles=2).at("baseline", -7).sizes(a=50, b=10).at("after C2", 42).sizes(a=71).new("no")
    if second is not None:
        chart.sizes(b=second)
    assert chart.last_size().target == "NE"


def test_a_lesion_measured_beside_its_first_fragment_is_looked_for_ever_after() -> None:
    chart = Chart(cycles=3).lesion("A1", origin=("A",)).lesion("A2", origin=("A",)).at("baseline", -7).sizes(A=30)
    chart.at("after C2", 42).sizes(A=10, A1=5).new("no").at("after C3", 63).sizes(A1=5, A2=5).new("no")
    assert [size.sum_mm for size in sized(chart.review())] == [30, 15, None]


def test_a_lesion_that_merged_is_not_missed_when_left_not_evaluable() -> None:
    chart = Chart(cycles=2).lesion("A1", origin=("A",)).lesion("AB", origin=("A", "B")).at("baseline", -7).sizes(A=30, B=10)
    assert chart.at("after C2", 42).sizes(A="NE", A1=5, AB=20).new("no").last_size().sum_mm == 25


def test_a_fragment_that_names_itself_as_its_origin_is_counted_once() -> None:
    chart = Chart(cycles=2).lesion("A1", origin=("A", "A1")).at("baseline", -7).sizes(A=30).at("after C2", 42).sizes(A1=12).new("no")
    assert chart.last_size().sum_mm == 12


def test_every_descendant_is_named_once() -> None:
    chart = Chart().lesion("B", origin=("A",)).lesion("C", origin=("B",)).lesion("D", origin=("A", "C")).at("visit", 1).sizes(A=1, B=1, C=1, D=1)
    targets = target_set(build(chart.history(), catalog(), None))
    assert [lesion.label for lesion in targets.descendants["A"]] == ["B", "D", "C"]


@pytest.mark.parametrize(("method", "foreign"), [("calliper", False), ("chest X-ray", False), ("PET/CT", False), ("PET", True), ("endoscopy", True), ("ultrasound", True)])
def test_only_methods_that_recist_does_not_measure_by_are_named(method: str, foreign: bool) -> None:
    chart = Chart(cycles=2).at("baseline", -7).sizes(method, a=50).at("after C2", 42).sizes(method, a=50).new("no")
    assert (f"{method} is not a RECIST modality" in (chart.last_size().reason or "")) is foreign


def test_a_size_after_surgery_confirms_no_response() -> None:
    chart = two_points(100, 60, cycles=2).at("surgery", 90).add("event.surgery", "yes").at("later", 120).sizes(primary=50).new("no")
    best = chart.review().best
    assert (best.confirmed, best.reason) == (None, "one assessment only: a response is not confirmed yet")


def test_nothing_after_the_first_progression_is_a_best_response() -> None:
    best = course([(30, "PD"), (84, "CR")]).review().best
    assert (best.unconfirmed, best.confirmed) == ("PD", "PD")


def test_a_partial_before_a_complete_response_needs_no_review() -> None:
    assert course([(42, "PR"), (84, "CR")]).review().best.confirmed == "PR"


def _confirmed(*seen: tuple[int | None, str]) -> tuple[str | None, str | None]:
    return confirmed([Dated(day, response) for day, response in seen], 28, 42)


@pytest.mark.parametrize(
    ("seen", "best"),
    [
        (((42, "SD"), (63, "PR"), (98, "PR")), "PR"),
        (((42, "PR"), (63, "SD"), (98, "PR")), "SD"),
        (((42, "PR"), (63, "NE"), (98, "PR")), "PR"),
        (((42, "CR"), (63, "NE"), (98, "CR")), "CR"),
        (((42, "NON-CR/NON-PD"), (63, "NON-CR/NON-PD")), "NON-CR/NON-PD"),
        (((42, "NON-CR/NON-PD"), (63, "SD")), "SD"),
    ],
)
def test_a_response_is_confirmed_by_the_same_one_with_nothing_worse_between(seen: tuple[tuple[int, str], ...], best: str) -> None:
    assert _confirmed(*seen)[0] == best


def test_what_cannot_be_dated_is_said_and_not_taken_for_stable_disease() -> None:
    assert _confirmed((42, "SD"), (None, "PR"), (None, "PR")) == (None, "a response cannot be confirmed without dates")
    assert _confirmed((30, "SD"), (None, "SD")) == (None, "stable disease cannot be timed: first dose or assessment not dated")
    assert _confirmed((30, "SD")) == ("NE", "no assessment 42 or more days after the first dose")
    assert _confirmed((30, "NE")) == ("NE", None)
