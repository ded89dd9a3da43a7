"""Erasure: a patient's right. Rows go, their record of changes is emptied, and the fact of the erasure stays."""

import json
import re
from collections.abc import Collection

from nacdesk.storage import bin as case_bin
from nacdesk.storage import refusals
from nacdesk.storage.database import Database

_CASE = "SELECT id FROM case_record WHERE key COLLATE BINARY = ?"  # another one may differ in capitals
_COUNTED = "SELECT table_name, count(*) FROM journal WHERE step = ? AND case_key = ? GROUP BY table_name"
_PARTS = {"observation": ("observation", "observations"), "visit": ("time point", "time points"), "lesion": ("lesion", "lesions")}

# Each with the mark, then the key.
_EMPTY = (
    "UPDATE journal SET case_key = ?, old = iif(old IS NULL, NULL, '{}'), new = iif(new IS NULL, NULL, '{}') WHERE case_key = ?",
    "UPDATE case_revision SET case_key = ?, digest = NULL WHERE case_key = ?",
)
_EMPTY_FILES = "UPDATE import_file SET digest = '', name_digest = '' WHERE step IN (SELECT step FROM case_revision WHERE case_key = ?)"
# Steps that touched erased cases only say nothing any more but that there was one.
_EMPTY_STEPS = """UPDATE step SET label = 'erased', reason = NULL WHERE sealed = 1 AND number IN (SELECT step FROM case_revision WHERE case_key = ?)
    AND NOT EXISTS (SELECT 1 FROM case_revision WHERE step = number AND case_key NOT IN (SELECT mark FROM erasure))"""
_SHORT = 4  # up to so many characters a number or key may stand for anything in words about another case
_IMAGES = "SELECT coalesce(new, old) FROM journal WHERE table_name = 'case_record' AND case_key = ?"


def known(database: Database, key: str) -> bool:
    """There is something to erase: the case, in the store or the bin, or what the record of changes holds of it."""
    return database.first("SELECT 1 FROM case_revision WHERE case_key = ?", (key,)) is not None and not marked(database, key)


def _check_known(database: Database, key: str) -> None:
    if not known(database, key):
        raise refusals.no_case(key)


def marked(database: Database, key: str) -> bool:
    """The key stands for an erased case."""
    return database.first("SELECT 1 FROM erasure WHERE mark = ?", (key,)) is not None


def told(database: Database, key: str) -> str:
    """What an erasure takes away, in words: "14 observations at 5 time points, 2 lesions, 31 entries of history".

    Raises:
        UserError: there never was such a case.
    """
    _check_known(database, key)
    counts = dict.fromkeys(_PARTS, 0)
    case = database.value(_CASE, (key,))
    if case is not None:
        counts = {table: int(database.value(f"SELECT count(*) FROM {table} WHERE case_id = ?", (case,))) for table in _PARTS}
    else:
        one = next((one for one in case_bin.deleted(database) if one.row.key == key), None)
        counts |= dict(database.rows(_COUNTED, (one.step, key))) if one is not None else {}
    entries = int(database.value("SELECT count(*) FROM journal WHERE case_key = ?", (key,)))
    observations, visits, lesions = (counted(counts[table], *_PARTS[table]) for table in ("observation", "visit", "lesion"))
    return f"{observations} at {visits}, {lesions}, {counted(entries, 'entry', 'entries')} of history"


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{count} {one if count == 1 else many}"


def erase(database: Database, key: str, step: int) -> None:
    """Erase one case, within the step of that number.

    Raises:
        UserError: there never was such a case, or the file could not be written.
    """
    _check_known(database, key)
    mark = _next_mark(database)
    texts = _identity(database, key)
    case = database.value(_CASE, (key,))
    gone = 0 if case is None else case_bin.take_out(database, case)
    database.executemany("INSERT INTO erasing (case_key, mark) VALUES (?, ?)", [(key, mark)])
    entries, _ = (database.executemany(sql, [(mark, key)]) for sql in _EMPTY)
    database.executemany("INSERT INTO erasure (mark, step, record_count, entry_count) VALUES (?, ?, ?, ?)", [(mark, step, gone, entries)])
    database.executemany(_EMPTY_FILES, [(mark,)])
    database.executemany(_EMPTY_STEPS, [(mark,)])
    _reword(database, mark, texts)
    database.executemany("DELETE FROM draft WHERE case_key = ?", [(key,)])
    database.executemany("DELETE FROM erasing WHERE case_key = ?", [(key,)])


def _next_mark(database: Database) -> str:
    """erased-1, erased-2, …: what no case was ever called."""
    number = 1 + int(database.value("SELECT count(*) FROM erasure"))
    while database.first("SELECT 1 FROM case_revision WHERE case_key = ? COLLATE NOCASE", (f"erased-{number}",)) is not None:
        number += 1
    return f"erased-{number}"


def _identity(database: Database, key: str) -> tuple[set[str], set[str]]:
    """What names the patient, and the words of the name: as recorded now and ever."""
    whole, words = {key}, set[str]()
    for (image,) in database.rows(_IMAGES, (key,)):
        case = json.loads(image)
        whole |= {text for text in (case["name"], case["mrn"]) if text}
        words |= {word for word in re.split(r"[\W_]+", case["name"] or "") if len(word) > 2}
    return whole, words


def _reword(database: Database, mark: str, texts: tuple[set[str], set[str]]) -> None:
    """Take the patient out of what other steps say; where this case was touched too, down to the words of the name."""
    whole, words = texts
    touched = {number for (number,) in database.rows("SELECT step FROM case_revision WHERE case_key = ?", (mark,))}
    near, far = _pattern(whole | words), _pattern({text for text in whole if len(text) > _SHORT})
    changed = []
    for number, label, reason in database.rows("SELECT number, label, reason FROM step"):
        pattern = near if number in touched else far
        now = [None if text is None or pattern is None else pattern.sub(mark, text) for text in (label, reason)]
        if pattern is not None and now != [label, reason]:
            changed.append((*now, number))
    database.executemany("UPDATE step SET label = ?, reason = ? WHERE number = ?", changed)


def _pattern(texts: Collection[str]) -> re.Pattern[str] | None:
    """These texts where they stand as words."""
    if not texts:
        return None
    longest_first = "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{longest_first})(?![^\W_])", re.IGNORECASE)
