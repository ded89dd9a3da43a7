"""Erasure: nothing of the patient is left in the bytes of the store, the fact of it is, and nothing else is touched."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from nacdesk.domain.edits import Edit, PutLesion, PutVisit, Record, SetCase, Withdraw
from nacdesk.domain.facts import Case, History, Lesion, Observation, Patient, Visit
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.storage.store import Store
from tests.histories import drawn, facts_of, millimetres, sized

Behind = Callable[..., list[Any]]

KEY = "Z-CANARY-7"
SCRIPTS = {
    "latin": "Zoraïda Kanarienvogel",
    "greek": "Ζωραΐδα Καναρίνι",
    "cyrillic": "Зораида Канарейка",
    "arabic": "زریده قناری",
    "hebrew": "זורידה קנרית",
    "devanagari": "ज़ोराइदा कनारी",
    "han": "金絲雀・佐萊達",
    "emoji": "🐤🐥 kanarek",
}


def canaries(name: str) -> dict[str, str]:
    """Texts that stand nowhere else: what a person could be known by, and what was written about her."""
    texts = {"name": name, "mrn": "MRN-CANARY-99", "diagnosis": "DIAGNOSISCANARY", "long": "LONGCANARY " * 900, "note": "NOTECANARY", "reason": "REASONCANARY"}
    return texts | {"lesion": "LESIONCANARY", "visit": "VISITCANARY", "label": "LABELCANARY", "draft": "DRAFTCANARY", "value": "VALUECANARY", "number": "31.4159"}


def seeds(texts: dict[str, str]) -> Iterator[bytes]:
    """What is sought: each text as bytes, also as JSON escapes it, and the parts of the name."""
    for text in (KEY, *texts.values(), *texts["name"].split(), "mrncanary99"):
        yield text[:40].encode()
        yield text[:40].encode("ascii", "backslashreplace")


def kept(store: Store) -> bytes:
    """The bytes of the store while it is open: the file, and what lies beside it."""
    return b"".join(store.path.with_name(store.path.name + end).read_bytes() for end in ("", "-wal", "-shm") if store.path.with_name(store.path.name + end).exists())


def lived(store: Store, texts: dict[str, str], dice: random.Random) -> None:
    """A case with a life beside another one: added, edited, corrected, renamed, withdrawn from, deleted and restored, with drafts, in any order."""
    size = Observation("", "v", "size.diameter", millimetres(texts["number"]), date(2026, 1, 5), lesion=texts["lesion"], note=texts["note"] + texts["long"], entered="31.4159 mm")
    text = Observation("", "v", "biomarkers.tp53", texts["value"], date(2026, 1, 5))
    who = Patient(texts["name"], texts["mrn"], date(1965, 3, 14), "F")
    history = History(Case(KEY, who, texts["diagnosis"]), (Lesion(texts["lesion"]),), (Visit("v", texts["visit"], 0),), (size, text))
    store.add([drawn(), history], f"Import from {texts['name']}.csv", source=(f"{texts['name']}.csv", "content"))
    store.edit("D-100482", [SetCase(replace(store.history("D-100482").case, stage="cT2"))], "Of another case", reason=f"mixed up with {KEY} ({texts['mrn']})")
    for number in range(25):
        now = store.history(KEY)
        lesion, visit = dice.choice(now.lesions), dice.choice(now.visits)
        new = replace(size, visit=visit.id, lesion=lesion.label, reader=f"{texts['note']} {number}")
        edits: list[Edit] = [
            PutLesion(replace(lesion, label=f"{texts['lesion']} {number}", organ=texts["value"]), lesion.label),
            PutVisit(replace(visit, name=f"{texts['visit']} {number}")),
            PutVisit(Visit("", f"{texts['visit']} {number}", dice.randrange(4))),
            Record(new),
            SetCase(replace(now.case, diagnosis=f"{texts['diagnosis']} {number} {texts['long']}", patient=replace(who, name=f"{texts['name']} {number}"))),
            *(Withdraw(seen.id) for seen in now.observations[1:2]),
            *(Record(replace(seen, note=f"{texts['note']} {number}", value=millimetres("42"))) for seen in now.observations[:1] if seen.quantity),
        ]
        store.edit(KEY, [dice.choice(edits)], f"{texts['label']} {number} of {KEY}", reason=f"{texts['reason']} {number}")
        if dice.random() < 0.3:
            store.undo()
        if dice.random() < 0.2 and store.redo_label():
            store.redo()
        if dice.random() < 0.1:
            store.remove(KEY, reason=texts["reason"])
            store.restore(KEY)
        if dice.random() < 0.3:
            store.keep_draft(KEY, f"{texts['draft']} {number}", texts["draft"])
        store.add([sized(f"F{number}", "31")], "Another case")


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("where", ["store", "bin", "taken back"])
def test_H40_nothing_of_an_erased_patient_is_left_in_the_file(store: Store, reopen: Callable[..., Store], script: str, where: str) -> None:
    texts = canaries(SCRIPTS[script])
    lived(store, texts, random.Random(script))
    others = {row.key: facts_of(store.history(row.key)) for row in store.cases() if row.key != KEY}
    if where == "bin":
        store.remove(KEY, reason=texts["reason"])
    if where == "taken back":
        while store.undo_label() is not None:
            store.undo()
        others = {}
    found = kept(store)
    missing = [seed for seed in seeds(texts) if seed not in found]
    assert len(missing) < len(list(seeds(texts))) / 2  # what is sought was there
    journal = len(store.journal())
    rows = sum(store._database.value(f"SELECT count(*) FROM {table} WHERE case_id = 2") for table in ("lesion", "visit", "observation")) + 1
    store.erase([KEY], reason="asked for in writing")
    left = [seed for seed in seeds(texts) if seed in kept(store)]
    assert left == []
    assert {row.key: facts_of(store.history(row.key)) for row in store.cases()} == others
    assert len(store.journal()) == journal + (rows if where == "store" else 0)
    assert store.check(deep=True) == ()
    store.close()
    again = reopen()
    assert [seed for seed in seeds(texts) if seed in kept(again)] == []
    assert again.check(deep=True) == ()
    assert not again.has(KEY)
    assert again.bin() == ()
    assert again.cases("kan") == again.cases("VALUECANARY") == ()


def test_the_fact_of_the_erasure_stays(path: Path, catalog: Catalog) -> None:
    times = iter(datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 10))
    with Store.create(path, catalog, by="Ruiz", clock=lambda: next(times)) as store:
        store.add([drawn(), sized("B", "31", "30")], "Import")
        store.remove("B", reason="why")
        changes = store.erase(["D-100482", "B"], reason="asked by D-100482 in writing")
        assert changes.cases == {"D-100482", "B"}
        facts = store._database.rows("SELECT mark, record_count, entry_count, at, by, label, reason FROM erasure JOIN step ON number = step")
        assert facts == [
            ("erased-1", 18, 36, "2026-01-03T00:00:00.000000+00:00", "Ruiz", "Erase 2 cases", "asked by erased-1 in writing"),
            ("erased-2", 0, 12, "2026-01-03T00:00:00.000000+00:00", "Ruiz", "Erase 2 cases", "asked by erased-1 in writing"),
        ]
        told = {(entry.what, entry.old, entry.new, entry.case) for entry in store.journal()}
        assert told == {
            (f"{done} a {noun} (erased)", None, None, mark)
            for done in ("added", "removed")
            for noun in ("case", "lesion", "time point", "value")
            for mark in ("erased-1", "erased-2")
        }
        assert store.check(deep=True) == ()


def test_what_others_did_in_the_same_step_stays(store: Store) -> None:
    store.add([drawn(patient=Patient("DEMO, Ines Alvarez", "12345")), drawn("B")], "Import 24 observations from alvarez_ines.csv")
    store.edit("B", [SetCase(replace(store.history("B").case, stage="cT2"))], "Edit", reason="was 12345's; 123456 is another one")
    store.erase(["D-100482"], reason="asked")
    entries = store.journal("B")
    assert [entry.label for entry in entries][-2:] == ["Import 24 observations from erased-1_erased-1.csv", "Edit"]
    assert entries[-1].reason == "was erased-1's; 123456 is another one"
    assert entries[-1].what == "case B: stage cT3 N1 M0 → cT2"
    assert facts_of(store.history("B")) == facts_of(drawn("B", stage="cT2"))


def test_nothing_before_an_erasure_can_be_undone_and_what_follows_can(store: Store) -> None:
    for key in ("A", "B", "C"):
        store.add([sized(key, "31")], f"Add {key}")
    store.undo()
    store.erase(["A"], reason="asked")
    assert (store.undo_label(), store.redo_label()) == (None, None)
    with pytest.raises(UserError, match="nothing to undo"):
        store.undo()
    store.add([sized("D", "31")], "Add D")
    store.undo()
    assert (store.undo_label(), store.redo_label()) == (None, "Add D")
    store.redo()
    assert [row.key for row in store.cases()] == ["B", "D"]
    assert store.revision("B") == 1


def test_a_key_that_was_taken_back_is_not_the_live_one_in_other_capitals(store: Store) -> None:
    store.add([sized("a", "31")], "Import of a wrong file")
    store.undo()
    store.add([sized("A", "22")], "Import")
    assert store.will_be_gone("a") == "0 observations at 0 time points, 0 lesions, 8 entries of history"
    store.erase(["a"], reason="asked")
    assert facts_of(store.history("A")) == facts_of(sized("A", "22"))
    assert store.check(deep=True) == ()


def test_the_file_of_an_erased_patient_is_forgotten_too(store: Store) -> None:
    store.add([sized("A", "31")], "Import", source=("alvarez.csv", "content"))
    store.add([sized("B", "31")], "Import", source=("b.csv", "other"))
    store.erase(["A"], reason="asked")
    assert store.imported("content") is None
    assert store.imported("other") is not None
    assert store.add([sized("A", "31")], "Import", source=("alvarez.csv", "content")).added == 1
    assert store.revision("A") == 1
    assert len(store.journal("A")) == 4


def test_H03_what_stands_for_an_erased_case_names_no_other(store: Store) -> None:
    store.add([sized("erased-1", "31")], "Add")
    store.add([sized("A", "31")], "Add")
    store.erase(["A"], reason="asked")
    assert facts_of(store.history("erased-1")) == facts_of(sized("erased-1", "31"))
    for key in ("erased-2", "Erased-2"):
        with pytest.raises(UserError, match="stands for an erased case"):
            store.add([sized(key, "31")], "Add")
        with pytest.raises(UserError, match="stands for an erased case"):
            store.new_case(Case(key), "New case")
    with pytest.raises(UserError, match="no case erased-2"):
        store.erase(["erased-2"], reason="asked")
    assert store.check(deep=True) == ()


def test_erasing_needs_a_case_and_a_reason_and_is_whole(store: Store) -> None:
    store.add([drawn()], "Import")
    before = store.journal()
    for keys, reason, sentence in (
        (["X"], "asked", "no case X"),
        (["D-100482"], " ", "needs a reason"),
        (["D-100482", "X"], "asked", "no case X"),
        (["D-100482"] * 2, "asked", "no case"),
    ):
        with pytest.raises(UserError, match=sentence):
            store.erase(keys, reason=reason)
        assert store.journal() == before
        assert facts_of(store.history("D-100482")) == facts_of(drawn())


def test_another_window_that_keeps_older_pages_is_named(store: Store, path: Path, catalog: Catalog) -> None:
    store.add([drawn()], "Import")
    with Store.open(path, catalog, by="B", read_only=True) as reader:
        with reader._database.snapshot():
            reader.cases()
            with pytest.raises(UserError, match="The cases are erased, but another window"):
                store.erase(["D-100482"], reason="asked")
        assert not store.has("D-100482")
    store.close()
    assert b"Ines" not in path.read_bytes()


ACTIONS: dict[str, Callable[[Store], object]] = {
    "edit": lambda store: store.edit("A", [PutVisit(Visit("", "surgery", 0)), PutLesion(Lesion("liver"))], "Edit"),
    "new case": lambda store: store.new_case(Case("N"), "New case N"),
    "remove": lambda store: store.remove("A", reason="why"),
    "restore": lambda store: store.restore("B"),
    "erase": lambda store: store.erase(["A", "B"], reason="asked"),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_H26_an_interrupted_action_leaves_nothing(store: Store, name: str) -> None:
    """The library itself stops after a number of its own operations, wherever that is."""
    store.add([drawn("A"), drawn("B")], "Import")
    store.remove("B", reason="why")
    connection = store._database._connection

    def state() -> tuple[object, ...]:
        return store.journal(), store.cases(), store.bin()

    before = state()
    for operations in itertools.count(0, 7):
        left = itertools.count(operations, -1)
        connection.set_progress_handler(lambda left=left: int(next(left) == 0), 20)
        try:
            with pytest.raises(UserError, match=r"was not confirmed|could not be read back") as told:
                ACTIONS[name](store)
        except pytest.fail.Exception:  # it was through before
            break
        finally:
            connection.set_progress_handler(None, 0)
        assert not connection.in_transaction
        if "saved, but could not be read back" in str(told.value):
            break
        assert state() == before
    assert operations > 30
    assert state() != before
    assert store.check(deep=True) == ()


# the guards


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET old = NULL, new = '{}' WHERE seq = 1",
        "UPDATE case_revision SET digest = NULL",
        "UPDATE step SET label = 'erased' WHERE number = 1",
        "UPDATE import_file SET digest = '', name_digest = ''",
        "UPDATE erasure SET record_count = 0",
        "DELETE FROM erasure",
    ],
)
def test_H34_the_record_is_closed_but_for_an_erasure(store: Store, behind: Behind, sql: str) -> None:
    store.add([drawn(), sized("B", "31")], "Add", source=("name", "content"))
    store.erase(["B"], reason="asked")
    store.close()
    with pytest.raises(dbapi2.IntegrityError, match="cannot be changed"):
        behind(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET new = replace(new, '31', '13') WHERE case_key = 'D-100482'",
        "UPDATE journal SET case_key = 'erased-9', new = '{}' WHERE op = 'insert' AND case_key = 'D-100482'",
        "UPDATE journal SET case_key = 'erased-9', new = '{}' WHERE op = 'insert' AND case_key = 'B'",
        "UPDATE journal SET case_key = 'erased-9', new = '{}', step = 7 WHERE op = 'insert' AND case_key = 'A'",
        "UPDATE case_revision SET case_key = 'erased-9', digest = 'y' WHERE case_key = 'A'",
        "UPDATE case_revision SET case_key = 'erased-9', revision = 9, digest = NULL WHERE case_key = 'A'",
        "UPDATE step SET by = 'x' WHERE number = 1",
        "UPDATE step SET at = '2020-01-01T00:00:00.000000+00:00' WHERE number = 1",
        "UPDATE import_file SET digest = 'x'",
        "DELETE FROM journal WHERE case_key = 'A'",
        "DELETE FROM case_revision WHERE case_key = 'A'",
        "DELETE FROM step",
    ],
)
def test_H34_an_erasure_lets_through_the_emptying_of_its_own_case_only(store: Store, behind: Behind, sql: str) -> None:
    store.add([drawn(), sized("A", "31"), sized("B", "31")], "Add", source=("name", "content"))
    store.close()
    with pytest.raises(dbapi2.IntegrityError, match="cannot be changed"):
        behind("BEGIN", "INSERT INTO erasing (case_key, mark) VALUES ('A', 'erased-9')", sql)


def test_H34_a_record_left_open_or_emptied_is_noticed(store: Store, path: Path, catalog: Catalog, behind: Behind) -> None:
    store.add([sized("A", "31"), sized("B", "31")], "Add")
    store.erase(["B"], reason="asked")
    store.close()
    whole = path.read_bytes()
    behind("INSERT INTO erasing (case_key, mark) VALUES ('A', 'erased-9')")
    with pytest.raises(UserError, match="damaged and was not used"):
        Store.open(path, catalog, by="A")
    path.write_bytes(whole)
    behind(
        "INSERT INTO erasing (case_key, mark) VALUES ('A', 'erased-9')",
        "UPDATE journal SET case_key = 'erased-9', new = '{}' WHERE case_key = 'A' AND table_name = 'observation'",
        "DELETE FROM erasing",
    )
    with Store.open(path, catalog, by="A") as again:
        assert again.check(deep=True) == ("The record of changes was emptied in places where nothing was erased.",)
    path.write_bytes(whole)
    with pytest.raises(dbapi2.IntegrityError, match="CHECK"):
        behind("INSERT INTO erasing (case_key, mark) VALUES ('A', 'A')")
