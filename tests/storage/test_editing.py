"""Edits of a case: each lands on its own row or nowhere, is saved whole, and leads back and forth exactly."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nacdesk.domain.edits import Edit, PutLesion, PutVisit, Record, RemoveLesion, RemoveVisit, SetCase, Withdraw
from nacdesk.domain.facts import Case, History, Lesion, Observation, Patient, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.storage.changes import Changes
from nacdesk.storage.store import Store
from tests.histories import drawn, facts_of, histories, millimetres, sized
from tests.storage.folders import temporary

KEY = "D-100482"
CLINICAL = ("case_record", "lesion", "visit", "observation")
DAY = date(2026, 10, 1)  # of the time point after C2

Edits = Callable[[History], Sequence[Edit]]


def dump(store: Store) -> dict[str, list[Any]]:
    """Every row of the clinical tables, as stored."""
    return {table: store._database.rows(f"SELECT * FROM {table} ORDER BY id") for table in CLINICAL}


def seen(history: History, analyte: str, visit: str, lesion: str | None = None) -> Observation:
    """The observation of an analyte at a time point."""
    names = {row.id: row.name for row in history.visits}
    return next(row for row in history.observations if (row.analyte, names[row.visit], row.lesion) == (analyte, visit, lesion))


def size(history: History, visit: str = "after C2") -> Observation:
    return seen(history, "size.diameter", visit, "primary")


def at(history: History, name: str) -> str:
    """Id of a time point."""
    return next(visit.id for visit in history.visits if visit.name == name)


def patient(history: History, **facts: Any) -> SetCase:
    return SetCase(replace(history.case, patient=replace(history.case.patient, **facts)))


def fact(history: History, analyte: str, value: Quantity | str, **more: Any) -> Record:
    """A new fact at the time point after C2."""
    return Record(replace(Observation("", at(history, "after C2"), analyte, value, DAY, entered=str(value)), **more))


def limited(row: Observation, limit: str | None) -> Record:
    assert isinstance(row.value, Quantity)
    return Record(replace(row, value=replace(row.value, limit=None if limit is None else Decimal(limit))))


@pytest.fixture
def case(store: Store) -> Store:
    """A store with the drawn case and another one."""
    store.add([drawn(), drawn("B")], "Import")
    return store


# what is done -> the edits, the reason they need, and what the record of changes says of them
DONE: dict[str, tuple[Edits, str | None, list[str]]] = {
    "a value is corrected": (
        lambda h: [Record(replace(size(h), value=millimetres("41.5"), entered="4.15 cm"))],
        "typing error",
        ["Tumour diameter of primary, after C2: 30 mm → 41.5 mm"],
    ),
    "a value is withdrawn": (
        lambda h: [Withdraw(size(h).id)],
        "another patient's",
        ["removed Tumour diameter of primary, after C2: 30 mm; date 2026-10-01; method CT"],
    ),
    "a date is corrected": (
        lambda h: [Record(replace(size(h), date=date(2026, 10, 2)))],
        "read again",
        ["Tumour diameter of primary, after C2: date 2026-10-01 → 2026-10-02"],
    ),
    "a date becomes a month": (
        lambda h: [Record(replace(size(h), date=None, partial_date="2026-10"))],
        "day not known",
        ["Tumour diameter of primary, after C2: date 2026-10-01 → 2026-10"],
    ),
    "a value moves to another time point": (
        lambda h: [Record(replace(seen(h, "marker.cea", "baseline"), visit=at(h, "after C2"), date=DAY))],
        "wrong row",
        ["CEA, baseline: time point baseline → after C2; date 2026-08-28 → 2026-10-01"],
    ),
    "a value moves to another lesion": (
        lambda h: [Record(replace(seen(h, "pet.suvmax", "baseline", "primary"), lesion="node 7R"))],
        "wrong lesion",
        ["SUVmax of primary, baseline: lesion primary → node 7R"],
    ),
    "a limit is corrected": (
        lambda h: [limited(seen(h, "ctdna.vaf", "baseline"), "0.05")],
        "as the laboratory says",
        ["ctDNA VAF, baseline: limit of detection 0.02 → 0.05"],
    ),
    "details are filled": (
        lambda h: [Record(replace(size(h), reader="Ruiz", accepted=True, note="blurred"))],
        None,
        ["Tumour diameter of primary, after C2: reader not recorded → Ruiz; reader that counts no → yes; note not recorded → blurred"],
    ),
    "a value is added": (
        lambda h: [fact(h, "marker.cea", Quantity(Decimal("6.10"), "ng/mL"))],
        None,
        ["added CEA, after C2: 6.10 ng/mL; date 2026-10-01"],
    ),
    "a second reader": (
        lambda h: [Record(replace(size(h), id="", reader="Ruiz"))],
        None,
        ["added Tumour diameter of primary, after C2: 30 mm; date 2026-10-01; method CT; reader Ruiz"],
    ),
    "a new time point with its first value": (
        lambda h: [PutVisit(Visit("", "after C1", 1, 1)), Record(replace(size(h), id="", visit="after C1", date=date(2026, 9, 14)))],
        None,
        [
            "added time point after C1: completed cycles 1",
            "time point after C2: position 2 → 3",
            "time point after C3: position 3 → 4",
            "added Tumour diameter of primary, after C1: 30 mm; date 2026-09-14; method CT",
        ],
    ),
    "a time point is renamed and moved": (
        lambda h: [PutVisit(replace(h.visits[2], name="week 6", place=0, cycle=None))],
        "named wrongly",
        [
            "time point after C3: name after C3 → week 6; completed cycles 3 → not recorded",
            "time point week 6: position 3 → 1",
            "time point baseline: position 1 → 2",
            "time point after C2: position 2 → 3",
        ],
    ),
    "a lesion is renamed": (
        lambda h: [PutLesion(replace(h.lesions[0], label="tumour", organ="cardia"), "primary")],
        None,
        ["lesion primary: name primary → tumour; organ oesophagus → cardia"],
    ),
    "a lesion is added, and one that came of it": (
        lambda _: [PutLesion(Lesion("liver 1", role="new", measurable=True)), PutLesion(Lesion("liver 2", role="non_target", origin=("liver 1",)))],
        None,
        ["added lesion liver 1: kind mass; role new; measurable yes", "added lesion liver 2: kind mass; role non-target; split or merged from liver 1"],
    ),
    "the identity is corrected": (
        lambda h: [patient(h, name="DEMO, Ines Alvares", mrn="77", birth_date=date(1965, 3, 15))],
        "as the passport says",
        ["case D-100482: name DEMO, Ines Alvarez → DEMO, Ines Alvares; record number MRN D-100482 → 77; birth date 1965-03-14 → 1965-03-15"],
    ),
    "facts of the case that are no identity": (
        lambda h: [SetCase(replace(h.case, stage="cT2 N0", regimen=None, cycle_length=21))],
        None,
        ["case D-100482: stage cT3 N1 M0 → cT2 N0; regimen FLOT (perioperative) → not recorded; days per cycle 14 → 21"],
    ),
    "several at once": (
        lambda h: [Record(replace(size(h), value="TSTM")), Withdraw(size(h, "after C3").id), SetCase(replace(h.case, stage="cT2"))],
        "corrected report",
        [
            "Tumour diameter of primary, after C2: 30 mm → TSTM",
            "removed Tumour diameter of primary, after C3: 29 mm; date 2026-10-17; method CT",
            "case D-100482: stage cT3 N1 M0 → cT2",
        ],
    ),
}


@pytest.mark.parametrize("name", DONE)
def test_D13_every_edit_is_told_taken_back_and_done_again_also_after_a_restart(case: Store, reopen: Callable[..., Store], name: str) -> None:
    edits, reason, told = DONE[name]
    before, length = dump(case), len(case.journal(KEY))
    changes = case.edit(KEY, edits(case.history(KEY)), "Edit", reason=reason, revision=1)
    after = dump(case)
    assert after != before
    added = len(after["observation"]) > len(before["observation"])
    assert changes == Changes(frozenset({KEY}), True, "Edit", int(added))
    entries = case.journal(KEY)[length:]
    assert [entry.what for entry in entries] == told
    assert {(entry.by, entry.reason) for entry in entries} == {("Coordinator", reason)}
    case.close()
    store = reopen()
    assert dump(store) == after
    assert store.undo_label() == "Edit"
    store.undo()
    assert dump(store) == before
    store = reopen()
    assert store.redo_label() == "Edit"
    store.redo()
    assert dump(store) == after
    assert store.revision(KEY) == 4
    assert store.check(deep=True) == ()
    assert facts_of(store.history("B")) == facts_of(drawn("B"))


@pytest.mark.parametrize("name", [name for name, (_, reason, _) in DONE.items() if reason])
def test_what_is_recorded_is_not_changed_without_a_reason(case: Store, name: str) -> None:
    before = dump(case)
    for reason in (None, "", "  "):
        with pytest.raises(UserError, match="needs a reason; nothing was changed"):
            case.edit(KEY, DONE[name][0](case.history(KEY)), "Edit", reason=reason)
    assert dump(case) == before
    assert case.undo_label() == "Import"


def test_a_blank_is_filled_without_a_reason(store: Store) -> None:
    undated = replace(drawn(patient=Patient()), observations=tuple(replace(row, date=None) for row in drawn().observations))
    store.add([undated], "Import")
    history = store.history(KEY)
    first = seen(history, "ctdna.vaf", "after C2")
    store.edit(KEY, [limited(first, None)], "Take the limit out", reason="of another assay")
    history = store.history(KEY)
    edits = [
        patient(history, name="DEMO, Ines Alvarez", mrn="77", birth_date=date(1965, 3, 14)),
        *(Record(replace(row, date=DAY)) for row in history.observations if row.visit == at(history, "after C2")),
        limited(replace(seen(history, "ctdna.vaf", "after C2"), date=DAY), "0.02"),
    ]
    store.edit(KEY, edits, "Fill")
    assert store.history(KEY).case.patient == Patient("DEMO, Ines Alvarez", "77", date(1965, 3, 14))
    assert seen(store.history(KEY), "ctdna.vaf", "after C2") == replace(first, date=DAY)


REFUSED: dict[str, tuple[Edits, str]] = {
    "a case of another key": (lambda h: [SetCase(replace(h.case, key="B"))], "is of the case B, not of D-100482"),
    "a record number of another case": (lambda h: [patient(h, mrn="mrn-B")], "record number mrn-B belongs to the case B already"),
    "a record number without a sign": (lambda h: [patient(h, mrn="-.")], "holds no letter and no digit"),
    "a tumour context that is none": (lambda h: [SetCase(replace(h.case, context="knee"))], "“knee” is not a tumour context"),
    "a stage group that is none": (lambda h: [SetCase(replace(h.case, stage_group="IIIA"))], "“IIIA” is not a stage group"),
    "a sex that is none": (lambda h: [patient(h, sex="W")], "“W” is not a sex"),
    "no days per cycle": (lambda h: [SetCase(replace(h.case, cycle_length=0))], "0 is not a number of days per cycle"),
    "a birth in the year 65": (lambda h: [patient(h, birth_date=date(65, 3, 14))], "birth date 0065-03-14 cannot be meant"),
    "a birth after the first scan": (lambda h: [patient(h, birth_date=date(2026, 9, 1))], "2026-08-28 lies before the birth date 2026-09-01"),
    "a name on two lines": (lambda h: [patient(h, name="DEMO,\nInes")], "name holds a line break"),
    "a name with a sign that cannot be seen": (lambda h: [patient(h, name="DEMO\x07")], "a sign that cannot be seen"),
    "a lesion without a name": (lambda _: [PutLesion(Lesion(" "))], "lesion has no name"),
    "a lesion twice": (lambda _: [PutLesion(Lesion("Primary "))], "There is a lesion primary already"),
    "a lesion renamed to another": (lambda h: [PutLesion(replace(h.lesions[0], label="NODE 7r"), "primary")], "There is a lesion node 7R already"),
    "a lesion that is not there": (lambda _: [PutLesion(Lesion("liver"), "spleen")], "has no lesion spleen"),
    "a lesion of no kind": (lambda _: [PutLesion(Lesion("liver", "bone"))], "“bone” is not a kind of lesion"),  # type: ignore[arg-type]  # that is the point
    "a lesion that comes from nowhere": (lambda _: [PutLesion(Lesion("liver", origin=("spleen",)))], "which “spleen” is not"),
    "a lesion that comes from itself": (lambda h: [PutLesion(replace(h.lesions[0], origin=("primary",)), "primary")], "which “primary” is not"),
    "a lesion with values": (lambda _: [RemoveLesion("node 7R")], "node 7R has 3 values"),
    "a lesion that another came from": (lambda _: [PutLesion(Lesion("a")), PutLesion(Lesion("b", origin=("a",))), RemoveLesion("a")], "lesion b comes from a"),
    "removing a lesion that is not there": (lambda _: [RemoveLesion("spleen")], "has no lesion spleen"),
    "a time point without a name": (lambda _: [PutVisit(Visit("", "", 0))], "time point has no name"),
    "a time point twice": (lambda _: [PutVisit(Visit("", "AFTER  c2", 0))], "There is a time point after C2 already"),
    "a time point renamed to another": (lambda h: [PutVisit(replace(h.visits[0], name="after C2"))], "There is a time point after C2 already"),
    "a time point of another case": (lambda _: [PutVisit(Visit("4", "x", 0))], "has no time point 4"),
    "less than no cycle": (lambda h: [PutVisit(replace(h.visits[0], cycle=-1))], "-1 is not a number of completed cycles"),
    "a time point with values": (lambda h: [RemoveVisit(h.visits[0].id)], "baseline has 5 values"),
    "removing a time point of another case": (lambda _: [RemoveVisit("4")], "has no time point 4"),
    "a value at a time point of another case": (lambda h: [Record(replace(size(h), visit="4"))], "has no time point 4"),
    "a value at a time point that is not added": (lambda h: [Record(replace(size(h), id="", visit="surgery"))], "has no time point surgery"),
    "a time point named like an id": (lambda h: [PutVisit(Visit("", "1", 3)), fact(h, "status.ecog", "1", visit="1")], "“1” could be taken for another one"),
    "a value of a lesion that is not there": (lambda h: [Record(replace(size(h), lesion="spleen"))], "has no lesion spleen"),
    "a value without its lesion": (lambda h: [Record(replace(size(h), lesion=None))], "Tumour diameter belongs to a lesion"),
    "a fact of the case at a lesion": (lambda h: [fact(h, "marker.cea", Quantity(Decimal(5), "ng/mL"), lesion="primary")], "CEA does not belong to a lesion"),
    "a volume without its outline": (lambda h: [fact(h, "pet.mtv", Quantity(Decimal(5), "mL"))], "needs how the volume was outlined"),
    "an analyte that is none": (lambda h: [fact(h, "size.girth", "big")], "“size.girth” is not an analyte"),
    "another analyte in its place": (lambda h: [Record(replace(size(h), analyte="pet.suvmax", value=Quantity(Decimal(5), "g/mL")))], "cannot become SUVmax"),
    "what is worked out": (lambda h: [fact(h, "safety.cisplatin_fit", "yes")], "worked out by the program"),
    "the same fact twice": (lambda h: [Record(replace(size(h), id="", value=millimetres("31")))], "Tumour diameter of primary at after C2 is recorded already, as 30 mm"),
    "a correction that makes it the same fact": (
        lambda h: [Record(replace(size(h), id="", reader="Ruiz")), Record(replace(size(h), reader="Ruiz", note="x"))],
        "is recorded already, as 30 mm",
    ),
    "a blank": (lambda h: [Record(replace(size(h), value=" "))], "blank, and blank is not zero"),
    "a code of another analyte": (lambda h: [Record(replace(size(h), value="3+"))], r"“3\+” is not a value of Tumour diameter"),
    "zero millimetres": (lambda h: [Record(replace(size(h), value=millimetres("0")))], "0 is not a value of Tumour diameter"),
    "zero ctDNA": (lambda h: [fact(h, "ctdna.vaf", Quantity(Decimal("0.0"), "%"))], "0 is not a value of ctDNA VAF"),
    "not detected without a limit": (lambda h: [fact(h, "ctdna.vaf", Quantity(None, "%", "ND"))], "ND \\(not detected\\) needs the limit"),
    "not detected where that is no answer": (lambda h: [Record(replace(size(h), value=Quantity(None, "mm", "ND")))], "ND \\(not detected\\) is not a value of Tumour"),
    "another unit": (lambda h: [Record(replace(size(h), value=Quantity(Decimal("4.1"), "cm")))], "4.1 cm is not a value of Tumour diameter"),
    "a number where a code is": (lambda h: [fact(h, "status.ecog_note", Quantity(Decimal(1), ""))], "not an analyte"),
    "half a node": (lambda h: [fact(h, "path.nodes_examined", Quantity(Decimal("1.5"), ""))], "is a whole number"),
    "more than a tumour can be": (lambda h: [Record(replace(size(h), value=millimetres("500.1")))], "500.1 mm is outside what Tumour diameter can be \\(0 to 500 mm\\)"),
    "more than a node can be": (lambda h: [Record(replace(seen(h, "size.diameter", "after C2", "node 7R"), value=millimetres("200.1")))], "0 to 200 mm"),
    "a mass that as a node is too large": (
        lambda h: [Record(replace(size(h), value=millimetres("300"))), PutLesion(replace(h.lesions[0], kind="node"), "primary")],
        "0 to 200 mm",
    ),
    "less than nothing": (lambda h: [Record(replace(size(h), value=millimetres("-1")))], "-1|−1 mm is outside"),
    "an upper limit of a size code": (lambda h: [fact(h, "lesion.new", "no", uln=Decimal(5))], "is not an upper limit of normal"),
    "an upper limit of zero": (lambda h: [fact(h, "marker.cea", Quantity(Decimal(5), "ng/mL"), uln=Decimal(0))], "0 is not an upper limit"),
    "a month that is none": (lambda h: [Record(replace(size(h), date=None, partial_date="2026-13"))], "“2026-13” is not a date"),
    "a scan before the birth": (lambda h: [Record(replace(size(h), date=date(1965, 3, 13)))], "1965-03-13 lies before the birth date"),
    "dates of one time point far apart": (lambda h: [Record(replace(size(h), date=date(2026, 1, 10)))], "after C2: 2026-01-10 and 2026-10-01 are more than 42 days apart"),
    "a note without an end": (lambda h: [Record(replace(size(h), note="x" * 40_000))], "note has 40000 characters"),
    "an observation of another case": (lambda h: [Record(replace(size(h), id="13"))], "has no observation 13"),
    "withdrawing of another case": (lambda _: [Withdraw("13")], "D-100482 has no observation 13"),
    "withdrawing twice": (lambda h: [Withdraw(size(h).id)] * 2, "has no observation"),
}

UNCHANGED: dict[str, tuple[Edits, str]] = {
    "nothing new": (lambda h: [Record(size(h))], "Tumour diameter of primary is 30 mm already; nothing was changed"),
    "the same value typed otherwise": (lambda h: [Record(replace(size(h), value=millimetres("30.0"), entered="3.00 cm"))], "is 30.0 mm already"),
    "the case as it is": (lambda h: [SetCase(h.case), PutVisit(h.visits[0]), PutLesion(h.lesions[0], "primary")], "D-100482 is recorded so already"),
    "no edit": (lambda _: [], "D-100482 is recorded so already"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_H01_what_is_refused_leaves_everything_as_it_was(case: Store, name: str) -> None:
    edits, sentence = REFUSED[name]
    before, journal = dump(case), case.journal()
    harmless = SetCase(replace(case.history(KEY).case, stage="harmless"))
    with pytest.raises(UserError, match=sentence):
        case.edit(KEY, [harmless, *edits(case.history(KEY))], "Edit", reason="why")
    assert dump(case) == before
    assert case.journal() == journal
    assert case.undo_label() == "Import"
    case._database.assert_idle()


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_changes_nothing_is_said_and_leaves_no_trace(case: Store, name: str) -> None:
    edits, sentence = UNCHANGED[name]
    with pytest.raises(UserError, match=sentence):
        case.edit(KEY, edits(case.history(KEY)), "Edit")
    assert case.undo_label() == "Import"
    assert case.revision(KEY) == 1


def test_H01_an_edit_begun_in_one_case_cannot_land_in_another(case: Store) -> None:
    mine, other = case.history(KEY), case.history("B")
    before = dump(case)
    for edit in (Record(replace(size(other), value=millimetres("99"))), Withdraw(size(other).id), PutVisit(other.visits[0]), RemoveVisit(other.visits[0].id), SetCase(other.case)):
        with pytest.raises(UserError, match=r"has no observation|has no time point|is of the case B"):
            case.edit(KEY, [edit], "Edit", reason="why")
    assert dump(case) == before
    case.edit(KEY, [Record(replace(size(mine), value=millimetres("99")))], "Edit", reason="why")
    assert facts_of(case.history("B")) == facts_of(other)


def test_H27_an_edit_on_an_older_revision_is_refused(case: Store) -> None:
    history = case.history(KEY)
    case.edit(KEY, [SetCase(replace(history.case, stage="cT2"))], "First", revision=1)
    before = dump(case)
    with pytest.raises(UserError, match="changed meanwhile; nothing was saved"):
        case.edit(KEY, [SetCase(replace(history.case, stage="cT4"))], "Second", revision=1)
    assert dump(case) == before
    case.edit("B", [SetCase(replace(case.history("B").case, stage="cT4"))], "Of another case", revision=1)


def test_an_edit_of_no_case_and_read_only_is_a_sentence(case: Store, path: Any, catalog: Catalog) -> None:
    with pytest.raises(UserError, match="no case X"):
        case.edit("X", [Withdraw("1")], "Edit", reason="why")
    with Store.open(path, catalog, by="B", read_only=True) as reader, pytest.raises(UserError, match="read-only; nothing was changed"):
        reader.edit(KEY, [Withdraw("1")], "Edit", reason="why")


def test_H11_blank_texts_are_not_recorded(case: Store) -> None:
    history = case.history(KEY)
    edits = [
        SetCase(replace(history.case, stage=" ", diagnosis=" Adenocarcinoma \n two lines ")),
        Record(replace(size(history), method="", note="  ", reader=" Ruiz ")),
    ]
    case.edit(KEY, edits, "Edit")
    again = case.history(KEY)
    assert (again.case.stage, again.case.diagnosis) == (None, "Adenocarcinoma \n two lines")
    assert (size(again).method, size(again).note, size(again).reader) == (None, None, "Ruiz")


def test_H05_what_the_file_itself_refuses_is_refused_too(case: Store) -> None:
    """The checks in words stand before the guards of the file, not instead of them."""
    row = size(case.history(KEY))
    with pytest.raises(UserError, match="hard range"), case._journal.step("Behind"):
        case._database.change("observation", int(row.id), {"number": "500.1"})
    assert size(case.history(KEY)) == row


def test_H07_a_time_point_that_holds_values_is_renamed_with_a_reason_only(case: Store) -> None:
    before = dump(case)
    with pytest.raises(UserError, match=r"becomes pre-treatment.*needs a reason"):
        case.edit(KEY, [PutVisit(replace(case.history(KEY).visits[0], name="pre-treatment"))], "Rename")
    assert dump(case) == before
    case.edit(KEY, [PutVisit(Visit("", "planned", 9))], "Add")
    empty = case.history(KEY).visits[-1]
    case.edit(KEY, [PutVisit(replace(empty, name="planned scan"))], "Rename")
    assert case.history(KEY).visits[-1].name == "planned scan"


def test_the_history_of_one_value(case: Store) -> None:
    row = size(case.history(KEY))
    case.edit(KEY, [Record(replace(row, value=millimetres("31")))], "Correct", reason="typing error")
    renamed = [PutVisit(replace(case.history(KEY).visits[1], name="week 4")), PutLesion(replace(drawn().lesions[0], label="tumour"), "primary")]
    case.edit(KEY, renamed, "Rename", reason="named wrongly")
    case.edit(KEY, [Withdraw(row.id)], "Withdraw", reason="another patient's")
    entries = case.journal(KEY, observation=row.id)
    assert [entry.what for entry in entries] == [
        "added Tumour diameter of primary, after C2: 30 mm; date 2026-10-01; method CT",
        "Tumour diameter of primary, after C2: 30 mm → 31 mm",
        "removed Tumour diameter of tumour, week 4: 31 mm; date 2026-10-01; method CT",
    ]
    assert {entry.observation for entry in entries} == {row.id}
    assert [entry for entry in case.journal() if entry.observation == row.id] == list(entries)
    assert all(entry.observation is None for entry in case.journal() if entry.table != "observation")


def test_the_lesion_that_came_of_a_renamed_one_follows(case: Store) -> None:
    case.edit(KEY, [PutLesion(Lesion("left half", origin=("primary",)))], "Add")
    case.edit(KEY, [PutLesion(replace(drawn().lesions[0], label="tumour"), "primary")], "Rename", reason="named wrongly")
    again = case.history(KEY)
    assert {lesion.label: lesion.origin for lesion in again.lesions} == {"tumour": (), "node 7R": (), "left half": ("tumour",)}
    assert [row.lesion for row in again.observations if row.analyte == "pet.suvmax"] == ["tumour"]
    case.undo()
    assert {lesion.label: lesion.origin for lesion in case.history(KEY).lesions} == {"primary": (), "node 7R": (), "left half": ("primary",)}


def test_time_points_count_without_a_gap(case: Store) -> None:
    case.edit(KEY, [PutVisit(Visit("", "screening", -5)), PutVisit(Visit("", "surgery", 99)), PutVisit(Visit("", "after C1", 2))], "Add")
    again = case.history(KEY)
    assert [visit.name for visit in again.visits] == ["screening", "baseline", "after C1", "after C2", "after C3", "surgery"]
    case.edit(KEY, [RemoveVisit(at(again, "screening")), RemoveVisit(at(again, "after C1"))], "Remove")
    assert case._database.rows("SELECT name, place FROM visit WHERE case_id = 1 ORDER BY place") == [("baseline", 0), ("after C2", 1), ("after C3", 2), ("surgery", 3)]


# a new case


def test_a_new_case_is_empty_and_journalled(store: Store) -> None:
    who = Patient("DEMO, Ines Alvarez", "100 482", date(1965, 3, 14), "F")
    changes = store.new_case(Case(" D-1 ", who, context="breast_tnbc", cycle_length=21), "New case D-1")
    assert changes == Changes(frozenset({"D-1"}), True, "New case D-1")
    assert store.history("D-1") == History(Case("D-1", who, context="breast_tnbc", cycle_length=21, revision=1))
    first = Observation("", "baseline", "status.ecog", Quantity(Decimal(1), ""), date(2026, 1, 5))
    store.edit("D-1", [PutVisit(Visit("", "baseline", 0, 0)), Record(first)], "First value", revision=1)
    store.undo()
    store.undo()
    assert store.cases() == ()
    assert store.bin() == ()
    store.redo()
    store.redo()
    assert len(store.history("D-1").observations) == 1


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (Case(" "), "key of the case is blank"),
        (Case("A"), "There is a case A already"),
        (Case("a"), "There is a case A already"),
        (Case("B", Patient(mrn="1 0.0")), "record number 1 0.0 belongs to the case A already"),
        (Case("B", Patient(mrn="--")), "holds no letter and no digit"),
        (Case("B", fictitious=True), "an invented case"),
        (Case("B", context="knee"), "not a tumour context"),
        (Case("B", Patient("half a \ud800 character")), "cannot be stored"),
    ],
)
def test_H03_a_second_record_of_a_patient_is_refused(store: Store, case: Case, sentence: str) -> None:
    store.new_case(Case("A", Patient(mrn="100")), "New case A")
    before = dump(store)
    with pytest.raises(UserError, match=sentence):
        store.new_case(case, "New case")
    assert dump(store) == before


def test_H03_who_may_be_the_same_patient_is_shown_before(store: Store) -> None:
    born = date(1965, 3, 14)
    who = {
        "A": Patient("DEMO, Ines Alvarez", "100", born),
        "B": Patient("DEMO, Ines Alvares", "200", date(1970, 1, 1)),
        "C": Patient("Petrova, Olga", "300", born),
        "D": Patient("Okafor, Chidi", "400", date(1950, 2, 2)),
        "E": Patient(),
    }
    store.add([sized(key, patient=patient) for key, patient in who.items()], "Import")

    def found(patient: Patient, key: str = "") -> list[str]:
        return [row.key for row in store.looks_like(patient, key)]

    assert found(Patient("Ines Alvarez DEMO", "3-0-0", born)) == ["C", "A", "B"]
    assert found(Patient("Somebody Else", birth_date=born)) == ["A", "C"]
    assert found(Patient("Chidi Okafor")) == ["D"]
    assert found(who["A"], "A") == ["C", "B"]
    assert found(Patient()) == found(Patient("", " ")) == []
    assert store.looks_like(Patient(mrn="400"))[0].name == "Okafor, Chidi"


# any case, any edit


def _edits(dice: random.Random, history: History) -> Iterator[Edit]:
    """A few edits of anything; many of them make no sense."""
    text = dice.choice(("", "x", "tumour", "after C9", "baseline"))
    place = dice.randrange(6)
    labels = [lesion.label for lesion in history.lesions]
    for _ in range(dice.randint(1, 4)):
        yield dice.choice((SetCase(replace(history.case, stage=text)), PutVisit(Visit("", text, place)), PutLesion(Lesion(text), dice.choice((None, *labels)))))
        if history.visits:
            visit = dice.choice(history.visits)
            yield dice.choice((RemoveVisit(visit.id), RemoveLesion(text), PutVisit(replace(visit, name=dice.choice((text, visit.name)), place=place))))
        if history.observations:
            old = dice.choice(history.observations)
            yield dice.choice((Withdraw(old.id), Record(replace(old, id=dice.choice(("", old.id)), reader=text, visit=dice.choice(history.visits).id))))


@given(histories(keys=st.just("A"), most=20), st.integers(0, 2**32))
@settings(max_examples=30)
def test_D13_any_edits_are_refused_whole_or_lead_back_and_forth(catalog: Catalog, history: History, seed: int) -> None:
    dice = random.Random(seed)
    with temporary() as path, Store.create(path, catalog, by="A") as store:
        store.add([history], "Import")
        for number in range(12):
            before = dump(store)
            try:
                store.edit("A", tuple(_edits(dice, store.history("A")))[: dice.randint(1, 6)], f"Edit {number}", reason="why")
            except UserError:
                assert dump(store) == before
                continue
            after = dump(store)
            store.undo()
            assert dump(store) == before
            store.redo()
            assert dump(store) == after
        assert store.check(deep=True) == ()
        assert len(store.journal("A")) == store._database.value("SELECT count(*) FROM journal")
