"""How what comes in joins what is recorded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nacdesk.domain.facts import Case, History, Lesion, Observation, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.storage.adding import similar
from nacdesk.storage.merge import merge, normal_mrn, ordered
from tests.histories import drawn, histories, sized

ONE = Observation("1", "v1", "marker.cea", Quantity(Decimal("8.1"), "ng/mL"), date(2026, 8, 28))


def history(fact: Observation) -> History:
    return History(Case("A"), (), (Visit("v1", "baseline", 0),), (fact,))


def joined(old: Observation, new: Observation) -> Observation | None:
    """The one fact after the merge of two, None when they contradict each other."""
    merged = merge(None, [history(old), history(new)])
    assert merged.known == 1
    return None if merged.problems else merged.added[0][1]


def test_equal_numbers_with_other_digits_are_the_same_fact() -> None:
    assert joined(ONE, replace(ONE, value=Quantity(Decimal("8.10"), "ng/mL"))) == ONE


@pytest.mark.parametrize(
    "value",
    [Quantity(Decimal("8.1000001"), "ng/mL"), Quantity(Decimal("8.1"), "ng/mL", "<"), Quantity(Decimal("8.1"), "ug/L"), "NE", Quantity(None, "ng/mL", "ND")],
)
def test_H12_any_other_value_contradicts(value: Quantity | str) -> None:
    assert joined(ONE, replace(ONE, value=value)) is None


@pytest.mark.parametrize("field", ["uln", "scanner", "segmentation", "note"])
def test_a_blank_beside_the_value_is_filled(field: str) -> None:
    value = Decimal("5.0") if field == "uln" else "something"
    full = replace(ONE, **{field: value})
    assert joined(ONE, full) == full
    assert joined(full, ONE) == full


def test_what_differs_beside_the_value_is_refused_but_for_a_note() -> None:
    for field, one, other in (("uln", Decimal("5"), Decimal("6")), ("scanner", "a", "b"), ("segmentation", "a", "b")):
        assert joined(replace(ONE, **{field: one}), replace(ONE, **{field: other})) is None
    merged = merge(None, [history(replace(ONE, note="first")), history(replace(ONE, note="second"))])
    assert (merged.added[0][1].note, merged.problems, len(merged.warnings)) == ("first", [], 1)


def test_the_reader_that_counts_may_be_named_later() -> None:
    assert joined(ONE, replace(ONE, accepted=True)) == replace(ONE, accepted=True)
    assert joined(replace(ONE, accepted=True), ONE) == replace(ONE, accepted=True)


def test_H12_a_limit_of_detection_is_filled_never_changed() -> None:
    bare = replace(ONE, analyte="ctdna.vaf", value=Quantity(None, "%", "ND"))
    full = replace(bare, value=Quantity(None, "%", "ND", Decimal("0.02")))
    other = replace(bare, value=Quantity(None, "%", "ND", Decimal("0.01")))
    assert joined(bare, full) == full
    assert joined(full, bare) == full
    assert joined(full, other) is None


@pytest.mark.parametrize(
    "other",
    [
        {"date": date(2026, 8, 29)}, {"date": None}, {"date": None, "partial_date": "2026-08"}, {"reader": "R2"}, {"method": "CT"}, {"analyte": "marker.psa"},
    ],
)  # fmt: skip
def test_another_day_reader_or_method_is_another_fact(other: dict[str, object]) -> None:
    merged = merge(None, [history(ONE), history(replace(ONE, **other))])
    assert (len(merged.added), merged.known, merged.problems) == (2, 0, [])


@pytest.mark.parametrize(
    ("change", "word"),
    [({"kind": "node"}, "kind"), ({"role": "non_target"}, "role"), ({"organ": "liver"}, "organ"), ({"measurable": False}, "measurable"), ({"origin": ("c",)}, "origin")],
)
def test_H14_a_lesion_is_not_redefined(change: dict[str, object], word: str) -> None:
    old = Lesion("a", organ="stomach", measurable=True, origin=("b",))
    merged = merge(History(Case("A"), (old,)), [History(Case("A"), (replace(old, **change),))])
    assert len(merged.problems) == 1
    assert word in merged.problems[0]
    assert merged.lesions["a"] == old
    assert merge(History(Case("A"), (Lesion("a"),)), [History(Case("A"), (old,))]).lesions["a"] == old


def test_completed_cycles_are_filled_never_changed() -> None:
    def visit(cycle: int | None) -> History:
        return History(Case("A"), visits=(Visit("1", "After C2" if cycle else "after C2", 0, cycle),))

    assert merge(visit(None), [visit(2)]).visits["after c2"].cycle == 2
    assert merge(visit(2), [visit(None)]).visits["after c2"].cycle == 2
    assert merge(visit(2), [visit(3)]).problems == ["A: completed cycles at “After C2” is recorded as 2, the file has 3; an import does not overwrite."]
    assert merge(visit(0), [visit(3)]).problems


@pytest.mark.parametrize(
    ("known", "incoming", "result"),
    [
        ("abc", "abc", "abc"),
        ("", "abc", "abc"),
        ("abc", "xyz", "abcxyz"),
        ("ac", "abc", "abc"),
        ("ab", "xa", "xab"),
        ("abc", "ax", "abcx"),
        ("abc", "axc", "abxc"),
        ("abc", "cxa", "abcx"),
        ("abc", "xcy", "abxcy"),
        ("abc", "axyb", "axybc"),
    ],
)
def test_new_visits_come_as_late_as_the_file_allows(known: str, incoming: str, result: str) -> None:
    assert "".join(ordered(list(known), list(incoming))) == result


@given(st.lists(st.integers(0, 20), unique=True), st.lists(st.integers(0, 20), unique=True))
def test_known_visits_never_change_their_order(known: list[int], incoming: list[int]) -> None:
    names, news = [str(name) for name in known], [str(name) for name in incoming]
    result = ordered(names, news)
    assert [name for name in result if name in names] == names
    assert sorted(result) == sorted({*names, *news})


@given(histories())
def test_H31_a_history_joined_to_itself_adds_nothing(history: History) -> None:
    merged = merge(history, [history])
    assert (merged.added, merged.changed, merged.problems, merged.known) == ([], {}, [], len(history.observations))
    assert merged.case == history.case


def test_a_new_case_starts_at_no_revision() -> None:
    assert merge(None, [drawn(revision=7)]).case.revision == 0


@pytest.mark.parametrize(("mrn", "normal"), [("AB-12.3 4", "ab1234"), ("007", "007"), ("\uff11\u2013\uff12", "12"), (" -. ", ""), ("Ä1", "ä1"), ("A\u03081", "ä1")])
def test_H03_record_numbers_as_they_are_compared(mrn: str, normal: str) -> None:
    assert normal_mrn(mrn) == normal


def test_H03_similar_names() -> None:
    alike: Sequence[tuple[str, str]] = (("Alvarez, Ines", "Ines Alvarez"), ("Alvarez, Ines", "Alvares, Ines"), ("Schmidt, Anna", "SCHMITT, ANNA"))
    unlike: Sequence[tuple[str, str]] = (("Alvarez, Ines", "Petrova, Olga"), ("Li, Wei", "Wu, Ming"))
    assert all(similar(one, other) for one, other in alike)
    assert not any(similar(one, other) for one, other in unlike)


def test_two_files_of_one_case_meet_in_one() -> None:
    merged = merge(None, [sized("A", "31"), sized("A", "31", "30")])
    assert (len(merged.added), merged.known, merged.order) == (2, 1, ["baseline", "after c1"])
