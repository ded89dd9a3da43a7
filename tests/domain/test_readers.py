"""Several readers side by side: each by the own readings, every difference named, nothing borrowed, nothing decided."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nacdesk.domain.facts import History
from nacdesk.domain.judgements import ReaderReview, Review, SizeReview
from nacdesk.interop.read import read
from nacdesk.interop.review_json import to_json
from nacdesk.interop.review_text import to_text
from tests.domain.cases import Chart, Typed, catalog, judge


def two(a: Mapping[str, Typed], b: Mapping[str, Typed], accepted: str = "A") -> Chart:
    """One target; diameters by visit name of the readers A and B: "baseline", then "C2", "C3" after so many cycles."""
    chart = Chart(cycles=6)
    for name in dict.fromkeys((*a, *b)):
        chart.at("baseline" if name == "baseline" else f"after {name}", -7 if name == "baseline" else 21 * int(name[1:]))
        for reader, sizes in (("A", a), ("B", b)):
            if name in sizes:
                chart.size("T1", sizes[name], reader=reader, accepted=reader == accepted)
        if name != "baseline":
            chart.new("no")
    return chart


def by_name(judged: Review) -> Mapping[str, ReaderReview]:
    return {one.reader: one for one in judged.readers}


def sizes(judged: Review, reader: str) -> Mapping[str, SizeReview]:
    names = {visit.id: visit.name for visit in judged.history.visits}
    return {names[visit]: size for visit, size in by_name(judged)[reader].sizes.items()}


def notes(judged: Review, about: str) -> list[str]:
    return [note.sentence for note in judged.reader_notes if note.about == about]


# What is said


def test_every_reader_is_judged_by_the_own_readings_and_the_accepted_one_counts() -> None:
    judged = two({"baseline": 50, "C3": 35}, {"baseline": 52, "C3": "36.5"}).review()
    assert [one.reader for one in judged.readers] == ["A", "B"]
    assert [size.overall for size in (*sizes(judged, "A").values(), *sizes(judged, "B").values())] == [None, "PR", None, "SD"]
    assert sizes(judged, "B")["after C3"].change_from_baseline_pct == 100 * (Decimal("36.5") - 52) / 52
    assert judged.visits[-1].size is not None
    assert judged.visits[-1].size.overall == "PR"
    assert notes(judged, "response") == ["After C3 (9 Mar 2026): overall response PR by A, SD by B; the accepted reading (A) counts."]
    assert notes(judged, "sum")[1] == "After C3 (9 Mar 2026): sum of diameters 35 mm by A, 36.5 mm by B; 1.5 mm apart (4.3 % of the smaller)."
    assert notes(judged, "value")[0] == "Tumour diameter of T1 at baseline (29 Dec 2025): 50 mm by A, 52 mm by B; 2 mm apart (4.0 % of the smaller)."


def test_each_part_of_a_response_that_differs_is_named() -> None:
    chart = two({"baseline": 50, "C3": 30}, {"baseline": 50, "C3": 30})
    chart.lesion("N1", role="non_target")
    for visit, codes in (("baseline", ("PRESENT", "PRESENT")), ("after C3", ("PRESENT", "PD"))):
        chart.at(visit, -7 if visit == "baseline" else 63)
        for reader, code in zip("AB", codes, strict=True):
            chart.add("lesion.status", code, lesion="N1", reader=reader, accepted=reader == "A")
    (said,) = notes(chart.review(), "response")
    assert said == "After C3 (9 Mar 2026): overall response PR by A, PD by B; non-target disease NON-CR/NON-PD by A, PD by B; the accepted reading (A) counts."
    assert notes(chart.review(), "sum") == []


def test_a_new_lesion_of_one_reader_is_not_the_others() -> None:
    chart = Chart(cycles=4)
    chart.at("baseline", -7).size("T1", 50, reader="A", accepted=True).size("T1", 50, reader="B")
    chart.at("after C3", 63).size("T1", 40, reader="A", accepted=True).size("T1", 40, reader="B")
    chart.add("lesion.new", "no", reader="A", accepted=True).add("lesion.new", "yes", reader="B")
    (said,) = notes(chart.review(), "response")
    assert said == "After C3 (9 Mar 2026): overall response SD by A, PD by B; new lesions no by A, yes by B; the accepted reading (A) counts."
    assert {one.reader: list(one.sizes.values())[-1].overall for one in chart.review().readers} == {"A": "SD", "B": "PD"}


def test_three_readers_are_grouped_by_what_they_say() -> None:
    chart = two({"baseline": 50, "C3": 35}, {"baseline": 50, "C3": 36}, accepted="B")
    chart.at("baseline", -7).size("T1", 50, reader="C")
    chart.at("after C3", 63).size("T1", 35, reader="C")
    judged = chart.review()
    assert notes(judged, "response") == ["After C3 (9 Mar 2026): overall response PR by A and C, SD by B; the accepted reading (B) counts."]
    assert notes(judged, "value") == ["Tumour diameter of T1 after C3 (9 Mar 2026): 35 mm by A and C, 36 mm by B; 1 mm apart (2.9 % of the smaller)."]


def test_H14_where_none_is_accepted_that_is_said_and_nothing_is_chosen() -> None:
    judged = two({"baseline": 50, "C3": 35}, {"baseline": 50, "C3": 45}, accepted="nobody").review()
    assert judged.visits[-1].size is not None
    assert judged.visits[-1].size.overall == "NE"
    assert notes(judged, "response")[0].endswith("PR by A, SD by B; no reading is accepted, the case reads NE.")
    agreed = two({"baseline": 50, "C3": 30}, {"baseline": 50, "C3": 31}, accepted="nobody").review()
    assert notes(agreed, "response")[0].endswith("overall response PR by A and B; no reading is accepted, the case reads NE.")


def test_H14_a_change_of_the_accepted_reader_is_a_change_of_reader() -> None:
    chart = Chart(cycles=4)
    chart.at("baseline", -7).size("T1", 50, reader="A", accepted=True).size("T1", 56, reader="B")
    chart.at("after C3", 63).size("T1", 35, reader="A").size("T1", 38, reader="B", accepted=True).new("no")
    judged = chart.review()
    assert judged.visits[-1].size is not None
    assert judged.visits[-1].size.overall == "SD"  # 50 by A to 38 by B: neither reader's own
    assert {one.reader: list(one.sizes.values())[-1].overall for one in judged.readers} == {"A": "PR", "B": "PR"}
    (said,) = notes(judged, "course")
    assert said.startswith("The accepted readings are not by one reader: those of A at baseline (29 Dec 2025); those of B after C3 (9 Mar 2026). A change")
    assert notes(judged, "response") == [
        "After C3 (9 Mar 2026): overall response PR by A and B; readings of B are accepted; with those accepted at other visits the case reads SD."
    ]


# What is never borrowed


def test_H07_a_reader_without_a_baseline_is_not_evaluable() -> None:
    judged = two({"baseline": 50, "C2": 45, "C3": 35}, {"C2": 45, "C3": 20}).review()
    assert {size.overall for size in sizes(judged, "B").values()} == {"NE"}
    assert by_name(judged)["B"].baseline_visit is None
    assert notes(judged, "course") == ["Reader B: no baseline on or before the first dose, so the own course of this reader is not evaluable."]
    assert "overall response PR by A, NE by B" in notes(judged, "response")[-1]


def test_H07_a_reader_who_takes_over_is_compared_with_the_other_by_the_case_alone_and_that_is_said() -> None:
    judged = two({"baseline": 50}, {"C3": 30}, accepted="nobody").review()
    assert judged.visits[-1].size is not None
    assert judged.visits[-1].size.overall == "PR"
    assert [size.overall for size in sizes(judged, "B").values()] == ["NE"]
    assert notes(judged, "response") == [
        "After C3 (9 Mar 2026): overall response NE by B; nobody else read this visit, and with the values of others at other visits the case reads PR."
    ]


def test_H14_a_lesion_that_only_the_other_reader_measured_is_none_of_this_readers() -> None:
    chart = two({"baseline": 50, "C3": 35}, {"baseline": 50, "C3": 35})
    chart.at("baseline", -7).size("T2", 30, reader="A", accepted=True)
    chart.at("after C3", 63).size("T2", 30, reader="A", accepted=True)
    judged = chart.review()
    assert [dict(size.lesions) for size in sizes(judged, "B").values()] == [{"T1": 50}, {"T1": 35}]
    assert sizes(judged, "B")["after C3"].overall == "PR"
    assert sizes(judged, "A")["after C3"].overall == "SD"


def test_H14_a_lesion_that_a_reader_left_out_at_a_visit_is_a_gap() -> None:
    chart = two({"baseline": 50, "C3": 35}, {"baseline": 50, "C3": 35})
    chart.at("baseline", -7).size("T2", 30, reader="A", accepted=True).size("T2", 30, reader="B")
    chart.at("after C3", 63).size("T2", 10, reader="A", accepted=True)
    judged = chart.review()
    assert sizes(judged, "B")["after C3"].reason is not None
    assert "T2 not measured" in (sizes(judged, "B")["after C3"].reason or "")
    assert notes(judged, "sum") == ["After C3 (9 Mar 2026): sum of diameters 45 mm by A, not evaluable by B."]


def test_a_visit_that_a_reader_did_not_read_is_not_judged_for_him() -> None:
    judged = two({"baseline": 50, "C2": 40, "C3": 35}, {"baseline": 50, "C3": 35}).review()
    assert list(sizes(judged, "B")) == ["baseline", "after C3"]  # the nameless answer on new lesions after C2 is not a reading by B
    assert notes(judged, "response") == []


def test_readings_without_a_name_stand_in_and_are_counted_in_words() -> None:
    chart = Chart(cycles=4)
    chart.at("baseline", -7).size("T1", 50)
    chart.at("after C3", 63).size("T1", 30, reader="A", accepted=True).size("T1", 45, reader="B").size("T1", 44).new("no")
    judged = chart.review()
    assert {one.reader: list(one.sizes.values())[-1].overall for one in judged.readers} == {"A": "PR", "B": "SD"}  # the own reading, not the nameless one
    assert notes(judged, "course") == ["Diameters without a reader's name stand in for each reader who gave none: 1 at baseline (29 Dec 2025) and 1 after C3 (9 Mar 2026)."]


# Single values


def test_a_value_that_two_read_shows_both_and_the_difference_without_a_course() -> None:
    chart = Chart(cycles=2).at("baseline", -3)
    chart.add("pet.suvmax", "8.4", lesion="T1", reader="A").add("pet.suvmax", "9.1", lesion="T1", reader="B")
    judged = chart.review()
    assert judged.readers == ()
    assert notes(judged, "value") == ["SUVmax of T1 at baseline (2 Jan 2026): 8.4 g/mL by A, 9.1 g/mL by B; 0.7 g/mL apart (8.3 % of the smaller)."]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("20", "20.0", None),
        ("ABSENT", "6", "6 mm by B, ABSENT by A"),
        ("0", "6", "0 mm by A, 6 mm by B; 6 mm apart."),
        ("<5", "6", "<5 mm by A, 6 mm by B"),
        ("NE", "NE", None),
    ],
)
def test_H11_a_code_or_a_bound_is_no_number(first: str, second: str, said: str | None) -> None:
    found = notes(two({"baseline": first}, {"baseline": second}).review(), "value")
    assert len(found) == (said is not None)
    assert all(sorted((said or "").rstrip(".").split(", ")) == sorted(text.partition(": ")[2].rstrip(".").split(", ")) for text in found)


def test_H13_two_methods_are_two_scans_and_say_so() -> None:
    chart = Chart(cycles=2).at("baseline", -7).size("T1", 50, "CT", reader="A", accepted=True).size("T1", 55, "MRI", reader="B")
    assert "50 mm by A (CT), 55 mm by B (MRI)" in notes(chart.review(), "value")[0]


# What does not change


@pytest.mark.parametrize("named", [("A",), ()])
def test_fewer_than_two_readers_give_nothing(named: tuple[str, ...]) -> None:
    chart = Chart(cycles=2).at("baseline", -7).size("T1", 50, reader=named[0] if named else None).at("after C2", 42).size("T1", 40)
    judged = chart.review()
    assert (judged.readers, judged.reader_notes) == ((), ())
    assert to_json(judged)["readers"] == to_json(judged)["reader_notes"] == []


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 90), st.integers(1, 90)), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_a_readers_course_is_that_of_a_case_with_this_reader_alone(pairs: list[tuple[int, int]], chance: object) -> None:
    names = ["baseline", *(f"C{number}" for number in range(2, len(pairs) + 1))]
    history = two({name: a for name, (a, _) in zip(names, pairs, strict=True)}, {name: b for name, (_, b) in zip(names, pairs, strict=True)}).history()
    judged = judge(history)
    for reader in "AB":
        alone = judge(replace(history, observations=tuple(row for row in history.observations if row.reader in (None, reader))))
        assert list(by_name(judged)[reader].sizes.values()) == [row.size for row in alone.visits if row.size is not None]
    shuffled = list(history.observations)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random of Hypothesis
    again = judge(replace(history, observations=tuple(shuffled)))
    assert {note.sentence for note in again.reader_notes} == {note.sentence for note in judged.reader_notes}


def test_the_readers_in_json_and_text() -> None:
    judged = two({"baseline": 50, "C3": 35}, {"baseline": 52, "C3": "36.5"}).review()
    found = to_json(judged)
    assert [(one["reader"], [(row["visit"], row["accepted"], row["sum_mm"], row["overall"]) for row in one["visits"]]) for one in found["readers"]] == [
        ("A", [("baseline", True, 50, None), ("after C3", True, 35, "PR")]),
        ("B", [("baseline", False, 52, None), ("after C3", False, 36.5, "SD")]),
    ]
    assert {"about": "response", "visit": "after C3", "sentence": notes(judged, "response")[0]} in found["reader_notes"]
    text = to_text(judged)
    assert f"  Readers: {notes(judged, 'response')[0]}" in text
    assert "2 single values read unlike" in text


# Published responses

READERS = ("INVESTIGATOR", "RADIOLOGIST 1", "RADIOLOGIST 2")


@pytest.fixture(scope="module")
def published(shared: Path) -> Mapping[tuple[str, str, str], str]:
    """The published overall response by reader, subject and visit."""
    with (shared / "data" / "sdtm" / "rs_onco_recist.csv").open(encoding="utf-8", newline="") as file:
        return {(row["RSEVALID"] or row["RSEVAL"], row["USUBJID"], row["VISIT"]): row["RSSTRESC"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def study(shared: Path) -> Mapping[str, tuple[History, Review]]:
    """All readers of the published study at once."""
    found = read([shared / "data" / "sdtm"], catalog(), reader="all")
    assert found.problems == ()
    return {history.case.key: (history, judge(history)) for history in found.histories}


def test_side_by_side_every_reader_gives_the_published_responses(study: Mapping[str, tuple[History, Review]], published: Mapping[tuple[str, str, str], str]) -> None:
    found = {}
    for subject, (_, judged) in study.items():
        assert [one.reader for one in judged.readers] == list(READERS)
        for reader in READERS:
            found.update({(reader, subject, visit): size.overall for visit, size in sizes(judged, reader).items() if size.overall})
    # From 0 to 4.95 mm after a complete response: published as PR; a mass that is back is PD (REC-17).
    odd = ("RADIOLOGIST 2", "01-701-1133", "WEEK 9")
    assert published[odd] == "PR"
    assert len(found) == 30
    assert found == {**published, odd: "PD"}


def test_the_published_disagreement_is_named_and_the_accepted_reading_counts(study: Mapping[str, tuple[History, Review]], shared: Path) -> None:
    responses = {subject: notes(judged, "response") for subject, (_, judged) in study.items()}
    assert {subject: len(texts) for subject, texts in responses.items()} == {"01-701-1015": 0, "01-701-1097": 0, "01-701-1130": 0, "01-701-1133": 1}
    assert responses["01-701-1133"] == [
        "At WEEK 3 (18 Nov 2012): overall response PR by INVESTIGATOR and RADIOLOGIST 2, SD by RADIOLOGIST 1; the accepted reading (RADIOLOGIST 1) counts."
    ]
    accepted = {history.case.key: judge(history) for history in read([shared / "data" / "sdtm"], catalog()).histories}
    for subject, (_, judged) in study.items():
        assert [row.size.overall for row in judged.visits if row.size] == [row.size.overall for row in accepted[subject].visits if row.size]
        assert len(notes(judged, "course")) == 1  # the accepted reader changes from visit to visit
