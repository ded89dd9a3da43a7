"""The bin: a deleted case is listed, comes back exactly, and its key and number are guarded meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from nacdesk.domain.edits import PutVisit, Record, SetCase
from nacdesk.domain.facts import Case, Patient, Visit
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.storage.changes import BinRow, Changes
from nacdesk.storage.store import Store
from tests.histories import drawn, facts_of, millimetres, sized
from tests.storage.test_editing import dump, size

KEY = "D-100482"


@pytest.fixture
def case(store: Store) -> Store:
    """A store with the drawn case, corrected once, and another one."""
    store.add([drawn(), drawn("B")], "Import")
    store.edit(KEY, [Record(replace(size(store.history(KEY)), value=millimetres("31")))], "Correct", reason="typing error")
    return store


def binned(store: Store) -> list[str]:
    return [row.key for row in store.bin()]


def test_a_deleted_case_is_in_the_bin_and_comes_back_exactly(case: Store, reopen: Callable[..., Store]) -> None:
    before, whole = dump(case), case.history(KEY)
    assert case.will_be_gone(KEY) == "12 observations at 3 time points, 2 lesions, 19 entries of history"
    changes = case.remove(KEY, reason=" entered twice ")
    assert changes == Changes(frozenset({KEY}), True, f"Delete case {KEY}")
    assert [row.key for row in case.cases()] == ["B"]
    assert case.cases("Alvarez")[0].key == "B"
    assert not case.has(KEY)
    (row,) = case.bin()
    assert row == BinRow(KEY, "DEMO, Ines Alvarez", f"MRN {KEY}", row.at, "Coordinator", "entered twice", 12)
    assert case.will_be_gone(KEY) == "12 observations at 3 time points, 2 lesions, 37 entries of history"
    case.close()
    store = reopen()
    assert store.bin() == (row,)
    assert store.restore(KEY) == Changes(frozenset({KEY}), True, f"Restore case {KEY}")
    assert dump(store) == before
    assert facts_of(store.history(KEY)) == facts_of(whole)
    assert store.bin() == ()
    assert store.revision(KEY) == 4
    assert store.check(deep=True) == ()
    assert store.journal(KEY)[-1].label == f"Restore case {KEY}"


def test_D13_deleting_and_restoring_are_undone_and_done_again(case: Store, reopen: Callable[..., Store]) -> None:
    whole = dump(case)
    case.remove(KEY, reason="why")
    gone = dump(case)
    case.restore(KEY)
    case.close()
    store = reopen()
    for state, keys, go in (
        (gone, [KEY], store.undo),
        (whole, [], store.undo),
        (gone, [KEY], store.redo),
        (whole, [], store.redo),
    ):
        go()
        assert dump(store) == state
        assert binned(store) == keys
    assert [entry.label for entry in store.journal(KEY) if entry.table == "case_record"] == [
        "Import",
        f"Delete case {KEY}",
        f"Restore case {KEY}",
        f"Undo: Restore case {KEY}",
        f"Undo: Delete case {KEY}",
        f"Redo: Delete case {KEY}",
        f"Redo: Restore case {KEY}",
    ]


def test_who_deleted_it_and_why_is_of_the_deletion_itself(path: Path, catalog: Catalog) -> None:
    times = iter(datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 10))
    with Store.create(path, catalog, by="Ruiz", clock=lambda: next(times)) as store:
        store.add([sized("A", "31"), sized("B", "31")], "Import")
        store.remove("A", reason="first")
        store.restore("A")
        store.undo()
        store.remove("B", reason="second")
        told = [(row.key, row.at[:10], row.reason, row.observations) for row in store.bin()]
    assert told == [("B", "2026-01-05", "second", 1), ("A", "2026-01-02", "first", 1)]


def test_a_case_whose_adding_was_undone_was_never_deleted(case: Store) -> None:
    case.new_case(Case("N"), "New case N")
    case.remove("N", reason="why")
    assert binned(case) == ["N"]
    case.undo()
    case.undo()
    assert binned(case) == []
    with pytest.raises(UserError, match="no case N in the bin"):
        case.restore("N")
    case.redo()
    case.redo()
    assert binned(case) == ["N"]


def test_deleting_needs_a_reason_and_a_case(case: Store, path: Path, catalog: Catalog) -> None:
    before = dump(case)
    with pytest.raises(UserError, match="needs a reason; nothing was changed"):
        case.remove(KEY, reason=" ")
    for ask in (lambda: case.remove("X", reason="why"), lambda: case.will_be_gone("X")):
        with pytest.raises(UserError, match="no case X"):
            ask()
    for key in ("X", KEY):
        with pytest.raises(UserError, match="in the bin; nothing was changed"):
            case.restore(key)
    with Store.open(path, catalog, by="B", read_only=True) as reader:
        for write in (lambda: reader.remove(KEY, reason="why"), lambda: reader.restore(KEY), lambda: reader.erase([KEY], reason="why"), lambda: reader.keep_draft("", "x", "")):
            with pytest.raises(UserError, match="read-only; nothing was changed"):
                write()
        assert reader.bin() == ()
    assert dump(case) == before


def test_H03_the_key_of_a_case_in_the_bin_is_not_given_to_another_patient(case: Store) -> None:
    case.remove(KEY, reason="why")
    for key in (KEY, KEY.lower()):
        with pytest.raises(UserError, match=f"the case {KEY} is in the bin, deleted on 20"):
            case.new_case(Case(key), "New case")
        with pytest.raises(UserError, match="is in the bin"):
            case.add([sized("C", "31"), sized(key, "31")], "Import")
    assert [row.key for row in case.cases()] == ["B"]


def test_H03_a_record_number_taken_meanwhile_keeps_the_case_in_the_bin(case: Store) -> None:
    case.remove(KEY, reason="why")
    merge = case.preview([sized("C", patient=Patient(mrn=f"mrn{KEY}"))])
    assert merge.problems == ()
    assert merge.warnings == (f"C: the record number mrn{KEY} is that of the case {KEY} in the bin; look at it there first.",)
    case.new_case(Case("C", Patient(mrn=f"mrn{KEY}")), "New case C")
    before = dump(case)
    with pytest.raises(UserError, match=f"The record number MRN {KEY} belongs to the case C meanwhile; {KEY} stays in the bin"):
        case.restore(KEY)
    assert dump(case) == before
    assert binned(case) == [KEY]
    case.remove("C", reason="why")
    case.restore(KEY)
    with pytest.raises(UserError, match=f"belongs to the case {KEY} meanwhile"):
        case.restore("C")


def test_H28_the_bin_does_not_give_back_what_was_changed_behind_it(case: Store, reopen: Callable[..., Store], behind: Callable[..., list[Any]]) -> None:
    case.remove(KEY, reason="why")
    case.close()
    guards = behind("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'journal'")
    forged = "UPDATE journal SET old = replace(old, '\"31\"', '\"13\"') WHERE op = 'delete'"
    behind(*(f"DROP TRIGGER {name}" for name, _ in guards), forged, *(made for _, made in guards))
    store = reopen()
    for ask in (store.restore, store.everything):
        with pytest.raises(UserError, match="checksum"):
            ask(KEY)
    assert not store.has(KEY)


# retention


def test_cases_untouched_for_years_are_listed_longest_first(path: Path, catalog: Catalog) -> None:
    times = iter(datetime(year, 2, 28, 12, tzinfo=UTC) for year in (2014, 2015, 2016, 2020, 2021))
    with Store.create(path, catalog, by="A", clock=lambda: next(times)) as store:
        for key in ("A", "B", "C"):
            store.add([sized(key, "31")], "Import")
        store.edit("A", [PutVisit(Visit("", "surgery", 9))], "Edit")
        store.remove("C", reason="why")

        def keys(years: int, today: date) -> list[str]:
            return [row.key for row in store.untouched(years, today)]

        assert keys(10, date(2025, 2, 28)) == []
        assert keys(10, date(2025, 3, 1)) == ["B"]
        assert keys(4, date(2024, 2, 29)) == ["B"]
        assert keys(1, date(2026, 1, 1)) == ["B", "A"]
        assert store.untouched(1, date(2026, 1, 1))[1] == replace(store.cases()[0], last_change="2020-02-28")


# the patient's own record


def test_everything_about_one_patient_and_nobody_else(case: Store) -> None:
    case.edit(KEY, [SetCase(replace(case.history(KEY).case, stage="cT2"))], "Edit")
    case.keep_draft(KEY, "visit:1:date", "2026-1")
    case.keep_draft("B", "x", "of another one")
    case.remove(KEY, reason="entered twice")
    case.new_case(Case("C", Patient("DEMO, Ines Alvarez", f"mrn{KEY}")), "New case C")
    whole = case.everything(KEY)
    assert [(one["case"]["key"], one["in_bin"]) for one in whole["cases"]] == [(KEY, True), ("C", False)]
    assert case.same_patient("C") == ("C", KEY)
    first = whole["cases"][0]
    assert first["case"]["patient"] == {"name": "DEMO, Ines Alvarez", "mrn": f"MRN {KEY}", "birth_date": "1965-03-14", "sex": "F"}
    assert first["case"]["stage"] == "cT2"
    assert [row["label"] for row in first["lesions"]] == ["primary", "node 7R"]
    assert first["visits"][1] == {"id": "2", "name": "after C2", "place": 1, "cycle": 2}
    assert [row["value"] for row in first["observations"]][2] == {"value": "31", "unit": "mm", "comparator": "=", "limit": None}
    assert [entry["what"] for entry in first["history"]][-19] == f"case {KEY}: stage cT3 N1 M0 → cT2"
    assert first["history"][-1]["reason"] == "entered twice"
    assert first["drafts"] == {"visit:1:date": "2026-1"}
    assert "MRN B" not in str(whole)
    assert "of another one" not in str(whole)
    with pytest.raises(UserError, match="no case X in this store or its bin"):
        case.everything("X")


def test_H03_everything_leaves_out_a_patient_who_had_the_key_by_mistake(store: Store) -> None:
    store.add([sized("A", "31", patient=Patient("Somebody Else"))], "Import")
    store.undo()
    store.add([sized("A", "22", patient=Patient("DEMO, Ines Alvarez"))], "Import")
    assert "Somebody Else" not in str(store.everything("A"))
    assert "Somebody Else" in str(store.journal("A"))
