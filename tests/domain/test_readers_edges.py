"""Edges of several readers: what is each one's own, what stands in, one who reads alone, values that are codes or nought."""

from collections.abc import Mapping

import pytest

from nacdesk.domain.judgements import ReaderReview, Review
from nacdesk.domain.readers import by_visit
from tests.domain.cases import Chart, Typed


def by_name(judged: Review) -> Mapping[str, ReaderReview]:
    return {one.reader: one for one in judged.readers}


def notes(judged: Review, about: str) -> list[str]:
    return [note.sentence for note in judged.reader_notes if note.about == about]


def read(chart: Chart, **sizes: Typed) -> Chart:
    """The primary as each of these readers measured it."""
    for reader, typed in sizes.items():
        chart.size("primary", typed, reader=reader)
    return chart


def test_a_reader_of_other_facts_has_no_course() -> None:
    chart = Chart(cycles=2).at("baseline", -7).size("primary", 50, reader="A").add("pet.suvmax", 9, reader="B")
    judged = chart.review()
    assert (judged.readers, judged.reader_notes) == ((), ())
    other = Chart(cycles=2).at("baseline", -7).size("primary", 50, reader="A").add("pet.suvmax", 9, reader="A").add("pet.suvmax", 8, reader="B").review()
    assert other.readers == ()
    assert len(notes(other, "value")) == 1


def test_notes_of_the_case_come_before_those_of_its_visits_in_order_of_time() -> None:
    chart = Chart(cycles=6)
    for name, day, first, second in (("baseline", -7, 50, 55), ("after C3", 63, 30, 45)):
        read(chart.at(name, day), A=first, B=second)
    judged = chart.at("nameless", 84).size("primary", 30).review()
    places = [note.visit for note in judged.reader_notes]
    assert places[0] is None
    assert places == sorted(places, key=lambda visit: (visit is not None, visit or ""))
    assert set(by_visit(judged.reader_notes)) == set(places)


def test_new_lesions_and_non_target_disease_of_one_reader_are_not_the_others() -> None:
    chart = Chart(cycles=6).lesion("rest", role="non_target").lesion("N", role="new")
    read(chart.at("baseline", -7), A=50, B=50).add("lesion.status", "PRESENT", lesion="rest", reader="A").add("lesion.status", "PRESENT", lesion="rest", reader="B")
    read(chart.at("after C3", 63), A=30, B=30).add("lesion.status", "PRESENT", lesion="rest", reader="A").add("lesion.status", "PD", lesion="rest", reader="B")
    chart.add("lesion.new", "no", reader="A").add("lesion.new", "yes", lesion="N", reader="B")
    judged = chart.review()
    found = {reader: list(one.sizes.values())[-1] for reader, one in by_name(judged).items()}
    assert [(one.overall, one.non_target, one.new_lesion) for one in found.values()] == [("PR", "NON-CR/NON-PD", "no"), ("PD", "PD", "yes")]
    (response,) = notes(judged, "response")
    assert "new lesions no by A, yes by B" in response


def test_what_is_no_reading_of_images_belongs_to_every_reader() -> None:
    chart = Chart(cycles=4)
    read(chart.at("baseline", -7), A=50, B=50).add("treatment.immune", "yes", reader="A")
    read(chart.at("after C3", 63), A=80, B=80).new("no")
    for course in chart.review().readers:
        assert list(course.sizes.values())[-1].overall == "PD"
    chart.at("C1 again", 0).add("treatment.delay_days", 3, reader="A")
    assert [len(one.sizes) for one in chart.review().readers] == [2, 2]


def test_an_operation_that_one_reader_recorded_ends_the_course_of_each() -> None:
    chart = Chart(cycles=4)
    read(chart.at("baseline", -7), A=50, B=50)
    read(chart.at("after C3", 63), A=30, B=30).new("no").at("surgery", 100).add("event.surgery", "yes", reader="A")
    read(chart.at("later", 120), A=60, B=60).new("no")
    assert [[size.overall for size in one.sizes.values()] for one in chart.review().readers] == 2 * [[None, "PR", None]]


def test_a_target_that_nobody_judged_is_said_not_to_be() -> None:
    chart = Chart(cycles=6)
    read(chart.at("baseline", -7), A=50, B="NE")
    read(chart.at("after C3", 63), A=30, B=30).new("no")
    (response,) = notes(chart.review(), "response")
    assert "overall response PR by A, " in response
    assert "by B" in response


def test_diameters_without_a_name_are_counted_visit_by_visit() -> None:
    chart = Chart(cycles=6).lesion("L2").lesion("L3")
    read(chart.at("baseline", -7), A=50, B=52).size("L2", 20).size("L3", 15)
    read(chart.at("after C3", 63), A=30, B=45).size("L2", 10).new("no")
    (stands_in,) = [text for text in notes(chart.review(), "course") if "without a reader's name" in text]
    assert stands_in.endswith("2 at baseline (29 Dec 2025) and 1 after C3 (9 Mar 2026).")


def test_without_courses_nothing_is_said_of_nameless_diameters() -> None:
    chart = Chart(cycles=6).at("baseline", -7).size("primary", 50).add("pet.suvmax", 9, reader="A").add("pet.suvmax", 8, reader="B")
    assert notes(chart.review(), "course") == []


def test_a_visit_that_one_reader_alone_read_is_told_only_where_the_case_reads_otherwise() -> None:
    chart = Chart(cycles=6)
    read(chart.at("baseline", -7), A=50, B=50)
    read(chart.at("after C2", 42), A=40).new("no")
    read(chart.at("after C3", 63), A=30, B=30).new("no")
    judged = chart.review()
    assert [len(one.sizes) for one in judged.readers] == [3, 2]
    assert notes(judged, "sum") == []


def test_sums_of_which_one_is_not_evaluable_are_told_without_a_distance() -> None:
    chart = Chart(cycles=6)
    read(chart.at("baseline", -7), A=50, B=50)
    read(chart.at("after C3", 63), A=30, B="NE").new("no")
    (text,) = notes(chart.review(), "sum")
    assert text == "After C3 (9 Mar 2026): sum of diameters 30 mm by A, not evaluable by B."


@pytest.mark.parametrize(("first", "second", "tail"), [
    (0, 4, "0 mm by A, 4 mm by B; 4 mm apart."), ("0.5", 1, "0.5 mm by A, 1 mm by B; 0.5 mm apart (100.0 % of the smaller)."), ("NE", 4, "NE by A, 4 mm by B."),
    ("ABSENT", "TSTM", "ABSENT by A, TSTM by B."), ("<5", 4, "<5 mm by A, 4 mm by B."),
])  # fmt: skip
def test_values_apart_are_told_in_the_unit_and_of_the_smaller_where_that_is_not_nought(first: Typed, second: Typed, tail: str) -> None:
    chart = Chart(cycles=2)
    read(chart.at("baseline", -7), A=first, B=second)
    (text,) = notes(chart.review(), "value")
    assert text.endswith(f"at baseline (29 Dec 2025): {tail}")


def test_values_of_two_days_or_with_a_date_known_in_part_are_not_set_against_each_other() -> None:
    chart = Chart(cycles=2).at("baseline", -7).size("primary", 50, reader="A").size("primary", 52, reader="B", day=-6)
    assert notes(chart.review(), "value") == []
    undated = Chart().at("baseline").size("primary", 50, reader="A", partial_date="2025-12").size("primary", 52, reader="B", partial_date="2025-11")
    assert notes(undated.review(), "value") == []
    alike = Chart().at("baseline").size("primary", 50, reader="A", partial_date="2025-12").size("primary", 52, reader="B", partial_date="2025-12")
    assert len(notes(alike.review(), "value")) == 1


def test_a_value_is_told_at_its_visit() -> None:
    chart = Chart(cycles=6)
    read(chart.at("baseline", -7), A=50, B=52)
    assert [note.visit for note in chart.review().reader_notes if note.about == "value"] == [chart.visits[-1].id]


def test_a_sum_is_told_at_its_visit() -> None:
    chart = Chart(cycles=6)
    read(chart.at("baseline", -7), A=50, B=52)
    read(chart.at("after C3", 63), A=30, B=30).new("no")
    assert [note.visit for note in chart.review().reader_notes if note.about == "sum"] == ["v6"]


def test_of_three_readings_of_which_one_is_no_number_no_distance_is_told() -> None:
    chart = Chart(cycles=2)
    read(chart.at("baseline", -7), A=50, B=52, C="NE")
    (text,) = notes(chart.review(), "value")
    assert text.endswith("50 mm by A, 52 mm by B, NE by C.")
