"""Undo and redo: new steps that lead back and forth exactly, also after a restart."""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from nacdesk import catalog
from nacdesk.domain.facts import History, Patient
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.storage.store import Store
from tests.histories import drawn, facts_of, histories, millimetres, sized
from tests.storage.folders import temporary


def test_D13_undo_and_redo_are_new_steps_and_survive_a_restart(store: Store, reopen: Callable[..., Store]) -> None:
    store.add([drawn()], "Import")
    whole = store.history("D-100482")
    store.close()
    store = reopen()
    assert (store.undo_label(), store.redo_label()) == ("Import", None)
    changes = store.undo()
    assert (changes.cases, changes.label) == ({"D-100482"}, "Undone: Import")
    assert not store.has("D-100482")
    store = reopen()
    assert (store.undo_label(), store.redo_label()) == (None, "Import")
    assert store.redo().label == "Done again: Import"
    again = store.history("D-100482")
    assert again.case.revision == 3
    assert facts_of(again) == facts_of(whole)
    assert [seen.id for seen in again.observations] == [seen.id for seen in whole.observations]
    assert (store.undo_label(), store.redo_label()) == ("Import", None)
    assert [entry.label for entry in store.journal() if entry.table == "case_record"] == ["Import", "Undo: Import", "Redo: Import"]


def test_nothing_to_undo_or_redo_is_a_sentence(store: Store) -> None:
    with pytest.raises(UserError, match="nothing to undo"):
        store.undo()
    with pytest.raises(UserError, match="nothing to redo"):
        store.redo()
    assert store.journal() == ()


def test_a_new_action_ends_what_could_be_redone(store: Store) -> None:
    for key in "ABC":
        store.add([sized(key, "31")], f"Add {key}")
    store.undo()
    store.undo()
    assert store.redo_label() == "Add B"
    store.add([sized("D", "31")], "Add D")
    assert (store.undo_label(), store.redo_label()) == ("Add D", None)
    store.undo()
    assert (store.undo_label(), store.redo_label()) == ("Add A", "Add D")
    store.undo()
    store.redo()
    store.redo()
    assert [row.key for row in store.cases()] == ["A", "D"]


def test_ids_and_revisions_are_never_used_twice(store: Store) -> None:
    store.add([sized("A", "31")], "Add")
    first = store.history("A")
    store.undo()
    store.add([sized("A", "13")], "Add another")
    second = store.history("A")
    assert second.observations[0].id != first.observations[0].id
    assert second.case.revision == 3


@given(histories(keys=st.just("A")), histories(keys=st.just("A")))
@settings(max_examples=40)
def test_D13_undo_restores_exactly_what_was(catalog: Catalog, first: History, second: History) -> None:
    with temporary() as path, Store.create(path, catalog, by="A") as store:
        store.add([first], "First")
        before = facts_of(store.history("A"))
        try:
            changed = store.add([second], "Second").cases
        except UserError:
            assert facts_of(store.history("A")) == before
            return
        if not changed:
            return
        after = facts_of(store.history("A"))
        store.undo()
        assert facts_of(store.history("A")) == before
        store.redo()
        assert facts_of(store.history("A")) == after
        store.undo()
        store.undo()
        assert store.cases() == ()
        assert store.check(deep=True) == ()


def test_H40_of_what_was_taken_out_the_file_holds_the_record_of_changes_only(store: Store, path: Path, behind: Callable[..., list[Any]]) -> None:
    """The record of changes keeps what undo and redo need; free pages, search index and write-ahead file keep nothing."""
    canary, note = "CANARY, Zoraida", "CANARYNOTE" * 30
    store.add([sized("B", "31")], "Add B")
    history = drawn(patient=Patient(canary, "77-CANARY"), diagnosis=note)
    store.add([history], "Add")
    store.undo()
    store.close()
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    journal = "".join((old or "") + (new or "") for old, new in behind("SELECT old, new FROM journal"))
    for text in (canary, note, "77-CANARY", "77canary"):
        assert content.count(text.encode()) == journal.count(text) == 2, text
    assert behind("SELECT count(*) FROM case_search WHERE case_search MATCH '\"canary\"'") == [(0,)]


KEYS = ("A", "B", "C")
VALUES = tuple(f"{tenths / 10:.1f}" for tenths in range(100, 600, 7))

State = dict[str, tuple[str, ...]]


class StoreModel(RuleBasedStateMachine):
    """The store beside a plain model: each state is a dict of the values of each case, and undo walks a list of states."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        self.catalog = catalog.load()
        self.store = Store.create(self.folder / "cases.nac", self.catalog, by="A")
        self.state: State = {}
        self.back: list[State] = []
        self.forth: list[State] = []
        self.revisions: dict[str, int] = {}

    def _did(self, state: State) -> None:
        self.back.append(self.state)
        self.state, self.forth = state, []

    @rule(key=st.sampled_from(KEYS), values=st.lists(st.sampled_from(VALUES), min_size=1, max_size=3))
    def add_visits(self, key: str, values: list[str]) -> None:
        """What is recorded comes in again, with more behind it."""
        wanted = self.state.get(key, ()) + tuple(values)
        changes = self.store.add([sized(key, *wanted)], f"Add to {key}")
        assert (changes.added, changes.known) == (len(values), len(wanted) - len(values))
        self._did({**self.state, key: wanted})

    @rule(keys=st.sets(st.sampled_from(KEYS), min_size=2), value=st.sampled_from(VALUES))
    def add_together(self, keys: set[str], value: str) -> None:
        state = {**self.state, **{key: (*self.state.get(key, ()), value) for key in keys}}
        self.store.add([sized(key, *state[key]) for key in sorted(keys)], "Add together")
        self._did(state)

    @rule(key=st.sampled_from(KEYS))
    def add_the_same(self, key: str) -> None:
        if key in self.state:
            assert self.store.add([sized(key, *self.state[key])], "Again").cases == frozenset()

    @rule(key=st.sampled_from(KEYS))
    def add_with_a_contradiction(self, key: str) -> None:
        if key in self.state:
            other = "700" if self.state[key][0] == "60.0" else "60.0"
            with pytest.raises(UserError, match="already recorded"):
                self.store.add([sized("D", "1"), sized(key, other, *self.state[key][1:], "22")], "Wrong")

    @rule(key=st.sampled_from(KEYS), place=st.integers(0, 9), value=st.sampled_from(VALUES))
    def correct(self, key: str, place: int, value: str) -> None:
        values = self.state.get(key)
        if values is None:
            return
        place %= len(values)
        seen = self.store.history(key).observations[place]
        how = {"entered": value, "reason": "read again", "revision": self.store.revision(key)}
        if values[place] == value:
            with pytest.raises(UserError, match="already"):
                self.store.correct(key, seen.id, millimetres(value), **how)
            return
        self.store.correct(key, seen.id, millimetres(value), **how)
        self._did({**self.state, key: (*values[:place], value, *values[place + 1 :])})

    @precondition(lambda self: self.back)
    @rule()
    def undo(self) -> None:
        self.store.undo()
        self.forth.append(self.state)
        self.state = self.back.pop()

    @precondition(lambda self: self.forth)
    @rule()
    def redo(self) -> None:
        self.store.redo()
        self.back.append(self.state)
        self.state = self.forth.pop()

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = Store.open(self.folder / "cases.nac", self.catalog, by="A")

    @invariant()
    def same(self) -> None:
        assert tuple(row.key for row in self.store.cases()) == tuple(sorted(self.state))
        for key, values in self.state.items():
            history = self.store.history(key)
            assert tuple(str(seen.quantity.value) for seen in history.observations if seen.quantity) == values
            assert [visit.place for visit in history.visits] == list(range(len(values)))
            assert history.case.revision >= self.revisions.get(key, 0)
            self.revisions[key] = history.case.revision
        assert (self.store.undo_label() is None) == (not self.back)
        assert (self.store.redo_label() is None) == (not self.forth)
        assert not self.store._database._connection.in_transaction

    def teardown(self) -> None:
        assert self.store.check(deep=True) == ()
        self.store.close()
        shutil.rmtree(self.folder)


StoreModel.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestD13TheStoreBesideAPlainModel = StoreModel.TestCase
