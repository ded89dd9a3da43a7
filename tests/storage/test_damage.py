"""A damaged file is refused with a sentence, or shows what was recorded; it is never silently different."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nacdesk.domain.facts import History
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.storage.store import Store
from tests.histories import drawn, facts_of, sized

Behind = Callable[..., list[Any]]
Recorded = dict[str, History]


@pytest.fixture
def recorded(store: Store, path: Path) -> Recorded:
    """Three cases, one of them corrected and one undone, in a closed store."""
    store.add([drawn("A"), drawn("B"), sized("C", "31.5", "30.5", "29.5")], "Add")
    store.correct("B", store.history("B").observations[0].id, "NE", entered="NE", reason="artefact")
    store.add([sized("C", "31.5", "30.5", "29.5", "41.5")], "More")
    store.undo()
    histories = {row.key: store.history(row.key) for row in store.cases()}
    store.close()
    return histories


def outcome(path: Path, catalog: Catalog, recorded: Recorded) -> str:
    """ "refused", "equal", or a failed assertion: every case is refused with a sentence or is what was recorded."""
    before = path.read_bytes()
    try:
        store = Store.open(path, catalog, by="A", read_only=True)
    except UserError:
        assert path.read_bytes() == before
        return "refused"
    with store:
        read = {key: _read(store, key) for key in recorded}
        assert all(history is None or facts_of(history) == facts_of(recorded[key]) for key, history in read.items())
        assert {key for key in _keys(store) if _read(store, key) is not None} <= recorded.keys()
    return "refused" if None in read.values() else "equal"


def _read(store: Store, key: str) -> History | None:
    """The case, None when it is refused with a sentence."""
    try:
        return store.history(key)
    except UserError:
        return None


def _keys(store: Store) -> set[str]:
    try:
        return {row.key for row in store.cases()}
    except UserError:
        return set()


def test_H28_a_flipped_bit_anywhere_is_refused_or_harmless(recorded: Recorded, path: Path, catalog: Catalog) -> None:
    whole = path.read_bytes()
    dice = random.Random(28)
    filled = [place for place, byte in enumerate(whole) if byte]
    seen = []
    for place in dice.sample(filled, 250):
        content = bytearray(whole)
        content[place] ^= 1 << dice.randrange(8)
        path.write_bytes(content)
        seen.append(outcome(path, catalog, recorded))
    assert seen.count("refused") > 25


@pytest.mark.parametrize("text", [b"31.5", b"30.5", b"2026-10-17", b"DEMO, Ines Alvarez", b"1965-03-14", b"MRN A", b"baseline", b"size.diameter", b"tumour-informed assay"])
def test_H28_every_changed_value_or_identity_is_refused(recorded: Recorded, path: Path, catalog: Catalog, behind: Behind, text: bytes) -> None:
    """Each place of the text is tried; a change of the row itself (not of its copy in the record of changes) must be refused."""
    whole = path.read_bytes()
    places = [place for place in range(len(whole)) if whole.startswith(text, place)]
    refused = 0
    for place in places:
        content = bytearray(whole)
        content[place] ^= 1
        path.write_bytes(content)
        refused += outcome(path, catalog, recorded) == "refused"
    assert refused >= 1
    assert len(places) > refused  # the copies in the record of changes


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.9, 0.98])
def test_H28_a_cut_file_is_refused(recorded: Recorded, path: Path, catalog: Catalog, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert outcome(path, catalog, recorded) == "refused"


def test_H28_swapped_lost_and_older_pages_are_refused_or_harmless(recorded: Recorded, path: Path, catalog: Catalog) -> None:
    whole = path.read_bytes()
    pages = [whole[start : start + 4096] for start in range(0, len(whole), 4096)]
    dice = random.Random(7)
    for _ in range(30):
        one, other = dice.sample(range(1, len(pages)), 2)
        swapped = list(pages)
        swapped[one], swapped[other] = pages[other], pages[one]
        lost = list(pages)
        lost[one] = bytes(4096)
        for content in (swapped, lost):
            path.write_bytes(b"".join(content))
            outcome(path, catalog, recorded)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE observation SET number = '13.5' WHERE number = '31.5'",
        "UPDATE observation SET number = '31.50' WHERE number = '31.5'",
        "UPDATE observation SET comparator = '<' WHERE number = '31.5'",
        "UPDATE visit SET place = 2 - place WHERE case_id = 3",
        "UPDATE case_record SET name = 'DEMO, Somebody Else' WHERE key = 'C'",
        "UPDATE lesion SET role = 'non_target' WHERE case_id = 3",
        "DELETE FROM observation WHERE number = '31.5'",
        "INSERT INTO observation (case_id, visit_id, analyte, code, accepted, entered, warnings) SELECT 3, id, 'status.ecog', '1', 0, '', '[]' FROM visit WHERE case_id = 3",
        "UPDATE observation SET case_id = 3, visit_id = (SELECT max(id) FROM visit WHERE case_id = 3), lesion_id = NULL, analyte = 'marker.psa' WHERE id = 1",
    ],
)
def test_H28_edits_behind_the_back_are_refused(recorded: Recorded, path: Path, catalog: Catalog, behind: Behind, sql: str) -> None:
    """As a program would that first drops the guards and puts them back."""
    guards = behind("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    behind(*(f"DROP TRIGGER {name}" for name, _ in guards), sql, *(made for _, made in guards))
    with Store.open(path, catalog, by="A") as store:
        with pytest.raises(UserError, match="The record of C does not match its checksum"):
            store.history("C")
        assert any("The record of C" in sentence for sentence in store.check(deep=True))
        with pytest.raises(UserError, match="checksum"):
            store.add([sized("C", "31.5", "30.5", "29.5", "40")], "Import")
        with pytest.raises(UserError, match="checksum"):
            store.correct("C", "1", "NE", entered="NE", reason="why")
        assert facts_of(store.history("B")) == facts_of(recorded["B"])


def test_H28_a_case_lost_behind_the_back_is_noticed(recorded: Recorded, path: Path, catalog: Catalog, behind: Behind) -> None:
    guards = behind("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name NOT LIKE '%_search'")
    tables = ("observation", "visit", "lesion")
    lose = (*(f"DELETE FROM {table} WHERE case_id = 3" for table in tables), "DELETE FROM case_record WHERE id = 3")
    behind(*(f"DROP TRIGGER {name}" for name, _ in guards), *lose, *(made for _, made in guards))
    with Store.open(path, catalog, by="A") as store:
        assert store.check(deep=True) == (
            "The record of C does not match its checksum: the file was damaged or changed by another program; the case is not shown.",
        )
        with pytest.raises(UserError, match="checksum"):
            store.history("C")
        with pytest.raises(UserError, match="checksum"):
            store.add([sized("C", "31.5")], "Import")


def test_H28_undo_does_not_follow_a_damaged_record(recorded: Recorded, path: Path, catalog: Catalog, behind: Behind) -> None:
    guards = behind("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'journal'")
    forged = "UPDATE journal SET old = replace(old, '\"31.0\"', '\"13.0\"') WHERE op = 'update' AND old LIKE '%\"31.0\"%'"
    behind(*(f"DROP TRIGGER {name}" for name, _ in guards), forged, *(made for _, made in guards))
    with Store.open(path, catalog, by="A") as store:
        with pytest.raises(UserError, match="checksum"):
            store.undo()
        assert facts_of(store.history("B")) == facts_of(recorded["B"])
        assert store.undo_label() == "Correct size.diameter"


def test_H28_a_record_of_changes_that_is_no_json_is_a_sentence(recorded: Recorded, path: Path, catalog: Catalog, behind: Behind) -> None:
    guards = behind("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'journal'")
    behind(*(f"DROP TRIGGER {name}" for name, _ in guards), "UPDATE journal SET old = '{' WHERE op = 'update'", *(made for _, made in guards))
    with Store.open(path, catalog, by="A") as store:
        for read in (store.journal, store.undo):
            with pytest.raises(UserError, match="damaged"):
                read()


def test_H28_a_damaged_search_index_is_a_sentence(recorded: Recorded, path: Path, catalog: Catalog, behind: Behind) -> None:
    behind("UPDATE case_search_config SET v = 99 WHERE k = 'version'")
    with pytest.raises(UserError, match="damaged"):
        Store.open(path, catalog, by="A")


def test_H28_text_that_is_no_text_is_a_sentence(recorded: Recorded, path: Path, catalog: Catalog, behind: Behind) -> None:
    guards = behind("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    broken = "UPDATE case_record SET diagnosis = CAST(x'ff41' AS TEXT) WHERE key = 'C'"
    behind(*(f"DROP TRIGGER {name}" for name, _ in guards), broken, *(made for _, made in guards))
    with Store.open(path, catalog, by="A") as store:
        with pytest.raises(UserError, match="damaged and was not used"):
            store.history("C")
        assert store.check(deep=True)


def test_H42_the_mark_of_invented_cases_does_not_get_lost(recorded: Recorded, path: Path, catalog: Catalog, behind: Behind) -> None:
    for content in ("", "Patients", "invented case"):
        behind(f"UPDATE meta SET value = '{content}' WHERE name = 'content'")
        with pytest.raises(UserError, match="damaged"):
            Store.open(path, catalog, by="A")
    behind("DELETE FROM meta")
    with pytest.raises(UserError, match="damaged"):
        Store.open(path, catalog, by="A")
