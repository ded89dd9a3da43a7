"""The store beside a plain model: create, import, edit, correct, delete, restore, erase, undo, redo, export, reopen, kill, in any order.

NACDESK_MACHINE=2000x50 runs so many sequences of so many steps; without it a few run.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from nacdesk import work
from nacdesk.catalog import load
from nacdesk.domain.edits import Edit, PutLesion, PutVisit, Record, RemoveLesion, RemoveVisit, SetCase, Withdraw
from nacdesk.domain.facts import Case, History, Lesion, Observation, Patient, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.errors import UserError
from nacdesk.storage.store import Store
from tests.histories import facts_of

SEQUENCES, STEPS = (int(number) for number in os.environ.get("NACDESK_MACHINE", "12x30").split("x"))
CATALOG = load()

KEYS = st.sampled_from("ABC")
PICK = st.integers(0, 2)  # one of the cases there are
NUMBERS = st.sampled_from((None, "1", "2", "3"))
NAMES = st.sampled_from(("DEMO, Ines", "DEMO, Olga", None))
VISITS = st.sampled_from(("baseline", "after C1", "after C2", "surgery"))
LESIONS = st.sampled_from(("primary", "node", "liver"))
READERS = st.sampled_from((None, "Ruiz"))
VALUES = st.sampled_from((*(f"{tenths / 10:.1f}" for tenths in range(150, 600, 37)), "TSTM", "ABSENT", "NE"))  # none four times another: an import would doubt it
PLACES = st.integers(0, 4)
SELDOM = st.sampled_from((False, False, False, False, True))

Fact = tuple[str, str, str | None]  # time point, lesion, reader


@dataclass(frozen=True)
class Plain:
    """A case as the model keeps it.

    Attributes:
        visits, lesions: names in order.
        facts: diameters, as text.
    """

    name: str | None = None
    mrn: str | None = None
    stage: str | None = None
    visits: tuple[str, ...] = ()
    lesions: tuple[str, ...] = ()
    facts: dict[Fact, str] = field(default_factory=dict)

    def renamed(self, old: str, new: str) -> "Plain":
        """A time point or lesion under another name."""

        def called(name: str) -> str:
            return new if name == old else name

        facts = {(called(visit), called(lesion), reader): value for (visit, lesion, reader), value in self.facts.items()}
        return replace(self, visits=tuple(map(called, self.visits)), lesions=tuple(map(called, self.lesions)), facts=facts)


State = tuple[dict[str, Plain], dict[str, Plain]]  # in the store, in the bin


def value_of(text: str) -> Quantity | str:
    return text if text.isalpha() else Quantity(Decimal(text), "mm")


def plain(history: History) -> Plain:
    """What the model says of such a case."""
    names = {visit.id: visit.name for visit in history.visits}
    facts = {(names[seen.visit], seen.lesion or "", seen.reader): str(seen.quantity.value) if seen.quantity else str(seen.value) for seen in history.observations}
    who = history.case.patient
    return Plain(who.name, who.mrn, history.case.stage, tuple(names.values()), tuple(lesion.label for lesion in history.lesions), facts)


class KeepingMachine(RuleBasedStateMachine):
    """Each rule works out what must come of it, or that it must be refused, before it asks the store."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        self.number = 0
        self.path = self.folder / "0.nac"
        self.store = Store.create(self.path, CATALOG, by="A")
        self.state: State = ({}, {})
        self.back: list[State] = []
        self.forth: list[State] = []
        self.revisions: dict[str, int] = {}
        self.drafts: dict[str, str] = {}

    @property
    def cases(self) -> dict[str, Plain]:
        return self.state[0]

    def _do(self, state: State | None, action: Callable[[], object]) -> None:
        """Do it: it must lead to the state, or be refused where that is None."""
        if state is None:
            with pytest.raises(UserError):
                action()
        elif state == self.state:
            action()
        else:
            action()
            self.back.append(self.state)
            self.state, self.forth = state, []

    def _with(self, key: str, case: Plain) -> State:
        return ({**self.cases, key: case}, self.state[1])

    def _edit(self, key: str, after: Plain | None, *edits: Edit) -> None:
        """Edit a case of the store; `after` equal to what is there must be refused as no change."""
        state = None if after is None or after == self.cases[key] else self._with(key, after)
        self._do(state, lambda: self.store.edit(key, edits, "Edit", reason="why", revision=self.store.revision(key)))

    def _ids(self, key: str) -> tuple[History, dict[str, str], dict[Fact, Observation]]:
        """The case, the ids of its time points, and its facts as the model names them."""
        history = self.store.history(key)
        names = {visit.id: visit.name for visit in history.visits}
        facts = {(names[seen.visit], seen.lesion or "", seen.reader): seen for seen in history.observations}
        return history, {name: number for number, name in names.items()}, facts

    def _one(self, pick: int) -> str:
        return sorted(self.cases)[pick % len(self.cases)]

    def _free(self, key: str, mrn: str | None) -> bool:
        return key not in self.state[1] and all(case.mrn != mrn or mrn is None for other, case in self.cases.items() if other != key)

    # create and import

    @initialize()
    def begin(self) -> None:
        """Two cases with something to work on."""
        self.import_values("A", ["baseline", "after C1", "after C2"], "primary", "31.0")
        self.import_values("B", ["baseline", "surgery"], "node", "15.0")

    @rule(key=KEYS, mrn=NUMBERS, name=NAMES)
    def create(self, key: str, mrn: str | None, name: str | None) -> None:
        free = key not in self.cases and self._free(key, mrn)
        self._do(self._with(key, Plain(name, mrn)) if free else None, lambda: self.store.new_case(Case(key, Patient(name, mrn)), f"New case {key}"))

    @rule(key=KEYS, visits=st.lists(VISITS, min_size=1, max_size=3, unique=True), lesion=LESIONS, value=VALUES)
    def import_values(self, key: str, visits: list[str], lesion: str, value: str) -> None:
        """A file with every time point that is known, and some values of one lesion."""
        old = self.cases.get(key, Plain())
        order = (*old.visits, *(name for name in visits if name not in old.visits))
        new = {(name, lesion, None): value for name in visits}
        agrees = all(old.facts.get(fact, value) == value for fact in new) and key not in self.state[1]
        after = replace(old, visits=order, lesions=old.lesions if lesion in old.lesions else (*old.lesions, lesion), facts={**old.facts, **new})
        known = tuple(Visit(name, name, place) for place, name in enumerate(order))
        seen = tuple(Observation("", name, "size.diameter", value_of(value), lesion=lesion, entered=value) for name in visits)
        self._do(self._with(key, after) if agrees else None, lambda: self.store.add([History(Case(key), (Lesion(lesion),), known, seen)], f"Import {key}"))

    # edit

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, stage=st.sampled_from(("cT2", None)), name=NAMES, mrn=NUMBERS)
    def set_case(self, pick: int, stage: str | None, name: str | None, mrn: str | None) -> None:
        key = self._one(pick)
        history = self.store.history(key)
        after = replace(self.cases[key], stage=stage, name=name, mrn=mrn) if self._free(key, mrn) else None
        self._edit(key, after, SetCase(replace(history.case, stage=stage, patient=Patient(name, mrn))))

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, visit=VISITS, place=PLACES)
    def add_time_point(self, pick: int, visit: str, place: int) -> None:
        key = self._one(pick)
        names = list(self.cases[key].visits)
        names.insert(place, visit)
        self._edit(key, None if visit in self.cases[key].visits else replace(self.cases[key], visits=tuple(names)), PutVisit(Visit("", visit, place)))

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, old=VISITS, new=VISITS, place=PLACES)
    def change_time_point(self, pick: int, old: str, new: str, place: int) -> None:
        key = self._one(pick)
        if old in self.cases[key].visits:
            ids = self._ids(key)[1]
            twin = new != old and new in self.cases[key].visits
            after = self.cases[key].renamed(old, new)
            names = [name for name in after.visits if name != new]
            names.insert(place, new)
            self._edit(key, None if twin else replace(after, visits=tuple(names)), PutVisit(Visit(ids[old], new, place, None)))

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, visit=VISITS)
    def remove_time_point(self, pick: int, visit: str) -> None:
        key = self._one(pick)
        case, ids = self.cases[key], self._ids(key)[1]
        may = visit in case.visits and not any(fact[0] == visit for fact in case.facts)
        self._edit(key, replace(case, visits=tuple(name for name in case.visits if name != visit)) if may else None, RemoveVisit(ids.get(visit, "999")))

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, lesion=LESIONS, old=st.one_of(st.none(), LESIONS))
    def put_lesion(self, pick: int, lesion: str, old: str | None) -> None:
        key = self._one(pick)
        case = self.cases[key]
        if old is None:
            after = None if lesion in case.lesions else replace(case, lesions=(*case.lesions, lesion))
        else:
            after = None if old not in case.lesions or (lesion in case.lesions and lesion != old) else case.renamed(old, lesion)
        self._edit(key, after, PutLesion(Lesion(lesion), old))

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, lesion=LESIONS)
    def remove_lesion(self, pick: int, lesion: str) -> None:
        key = self._one(pick)
        case = self.cases[key]
        may = lesion in case.lesions and not any(fact[1] == lesion for fact in case.facts)
        self._edit(key, replace(case, lesions=tuple(label for label in case.lesions if label != lesion)) if may else None, RemoveLesion(lesion))

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, visit=PLACES, lesion=PLACES, reader=READERS, value=VALUES, elsewhere=SELDOM)
    def record(self, pick: int, visit: int, lesion: int, reader: str | None, value: str, elsewhere: bool) -> None:
        """A new value, at a time point of this case or (which is refused) of another one."""
        key, other = self._one(pick), self._one(pick + elsewhere)
        case, ids = self.cases[key], self._ids(other)[1]
        if ids and case.lesions:
            fact = (list(ids)[visit % len(ids)], case.lesions[lesion % len(case.lesions)], reader)
            after = replace(case, facts={**case.facts, fact: value}) if other == key and fact not in case.facts else None
            self._edit(key, after, Record(Observation("", ids[fact[0]], "size.diameter", value_of(value), lesion=fact[1], reader=reader, entered=value)))

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, visit=VISITS, value=VALUES)
    def record_in_a_new_row(self, pick: int, visit: str, value: str) -> None:
        """Time point, lesion and value in one step."""
        key = self._one(pick)
        case = self.cases[key]
        may = visit not in case.visits and "primary" not in case.lesions
        after = replace(case, visits=(*case.visits, visit), lesions=(*case.lesions, "primary"), facts={**case.facts, (visit, "primary", None): value})
        new = Observation("", visit, "size.diameter", value_of(value), lesion="primary", entered=value)
        self._edit(key, after if may else None, PutVisit(Visit("", visit, 9)), PutLesion(Lesion("primary")), Record(new))

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, place=st.integers(0, 20), value=VALUES, visit=VISITS, reader=READERS)
    def correct(self, pick: int, place: int, value: str, visit: str, reader: str | None) -> None:
        """Another value, time point or reader of a fact; without a reason nothing."""
        key = self._one(pick)
        if self.cases[key].facts:
            case = self.cases[key]
            _, ids, facts = self._ids(key)
            old = sorted(case.facts, key=str)[place % len(case.facts)]
            new = (visit if visit in ids else old[0], old[1], reader)
            after = {fact: text for fact, text in case.facts.items() if fact != old} | {new: value}
            edit = Record(replace(facts[old], value=value_of(value), visit=ids[new[0]], reader=reader, entered=value))
            taken = new != old and new in case.facts
            if not taken and (old[0], case.facts[old]) != (new[0], value):
                with pytest.raises(UserError, match="needs a reason"):
                    self.store.edit(key, [edit], "Edit")
            self._edit(key, None if taken else replace(case, facts=after), edit)

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, place=st.integers(0, 20), elsewhere=SELDOM)
    def withdraw(self, pick: int, place: int, elsewhere: bool) -> None:
        """A value of this case, or (which is refused) of another one."""
        key, other = self._one(pick), self._one(pick + elsewhere)
        facts = self._ids(other)[2]
        if facts:
            fact = sorted(facts, key=str)[place % len(facts)]
            left = {one: text for one, text in self.cases[key].facts.items() if one != fact}
            self._edit(key, replace(self.cases[key], facts=left) if other == key else None, Withdraw(facts[fact].id))

    @precondition(lambda self: self.cases)
    @rule(pick=PICK)
    def edit_on_an_older_revision(self, pick: int) -> None:
        key = self._one(pick)
        edit = SetCase(replace(self.store.history(key).case, stage="cT4"))
        self._do(None, lambda: self.store.edit(key, [edit], "Edit", revision=self.store.revision(key) - 1))

    # delete, restore, erase

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        left = {other: case for other, case in self.cases.items() if other != key}
        state = (left, {**self.state[1], key: self.cases[key]}) if key in self.cases else None
        self._do(state, lambda: self.store.remove(key, reason="why"))

    @rule(key=KEYS)
    def restore(self, key: str) -> None:
        case = self.state[1].get(key)
        left = {other: one for other, one in self.state[1].items() if other != key}
        may = case is not None and all(case.mrn is None or other.mrn != case.mrn for other in self.cases.values())
        self._do(({**self.cases, key: case}, left) if may and case is not None else None, lambda: self.store.restore(key))

    @rule(key=KEYS, dice=st.integers(0, 9))
    def erase(self, key: str, dice: int) -> None:
        """Seldom, since nothing leads back past it."""
        if dice == 0 and (key in self.cases or key in self.state[1]):
            self.store.erase([key], reason="asked")
            in_store, in_bin = ({other: case for other, case in part.items() if other != key} for part in self.state)
            self.state, self.back, self.forth = (in_store, in_bin), [], []
            self.revisions.pop(key, None)
            self.drafts.pop(key, None)
            assert self.store.journal(key) == ()

    # back and forth

    @precondition(lambda self: self.back)
    @rule(times=st.integers(1, 4))
    def undo(self, times: int) -> None:
        for _ in range(min(times, len(self.back))):
            self.store.undo()
            self.forth.append(self.state)
            self.state = self.back.pop()
            self.same()

    @precondition(lambda self: self.forth)
    @rule(times=st.integers(1, 4))
    def redo(self, times: int) -> None:
        for _ in range(min(times, len(self.forth))):
            self.store.redo()
            self.back.append(self.state)
            self.state = self.forth.pop()
            self.same()

    # out and in again, restart, kill

    @precondition(lambda self: self.cases)
    @rule(pick=PICK)
    def export(self, pick: int) -> None:
        """A bundle read into an empty store is the case; read into this one it is nothing new."""
        key = self._one(pick)
        self.number += 1
        history, file = self.store.history(key), self.folder / f"{self.number}.json"
        found = work.preview([work.export([history], CATALOG, file)], CATALOG)
        assert not found.problems
        with Store.create(self.folder / f"{self.number}-copy.nac", CATALOG, by="B") as copy:
            work.import_all(copy, found)
            assert facts_of(copy.history(key)) == facts_of(history)
        assert work.import_all(self.store, found).cases == frozenset()

    @rule(key=KEYS, text=st.sampled_from(("4", "41,", "")))
    def type_half(self, key: str, text: str) -> None:
        self.store.keep_draft(key, "cell", text)
        self.drafts[key] = text

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = Store.open(self.path, CATALOG, by="A")

    @rule()
    def kill(self) -> None:
        """The files as a kill leaves them: not closed, the write-ahead file not emptied."""
        self.number += 1
        killed = self.folder / f"{self.number}.nac"
        for end in ("", "-wal"):
            shutil.copy(f"{self.path}{end}", f"{killed}{end}")
        self.store.close()
        self.path = killed
        self.store = Store.open(killed, CATALOG, by="A")

    # what always holds

    @invariant()
    def same(self) -> None:
        cases, binned = self.state
        assert tuple(row.key for row in self.store.cases()) == tuple(sorted(cases))
        assert {row.key for row in self.store.bin()} == binned.keys()
        for key, case in cases.items():
            history = self.store.history(key)
            assert plain(history) == case
            assert [visit.place for visit in history.visits] == list(range(len(case.visits)))
            assert history.case.revision >= self.revisions.get(key, 0)
            self.revisions[key] = history.case.revision
        assert (self.store.undo_label() is None) == (not self.back)
        assert (self.store.redo_label() is None) == (not self.forth)
        assert all(self.store.drafts(key).get("cell") == text for key, text in self.drafts.items())
        self.store._database.assert_idle()

    def teardown(self) -> None:
        for row in self.store.bin():
            assert self.store.everything(row.key)["cases"][0]["case"]["key"] == row.key
        assert self.store.check(deep=True) == ()
        assert len(self.store.journal()) == self.store._database.value("SELECT count(*) FROM journal")
        self.store.close()
        shutil.rmtree(self.folder)


KeepingMachine.TestCase.settings = settings(max_examples=SEQUENCES, stateful_step_count=STEPS, deadline=None)
TestD13KeepingBesideAPlainModel = KeepingMachine.TestCase
