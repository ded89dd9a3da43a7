"""The record of changes in words: who changed what, when, from, to."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from nacdesk.domain.analytes import Analyte
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.storage.changes import JournalEntry
from nacdesk.storage.database import Database, damaged

_ALL = """SELECT j.seq, j.step, s.at, s.by, s.label, j.table_name, j.op, j.case_key, j.old, j.new, s.reason, s.clock_back
    FROM journal AS j JOIN step AS s ON s.number = j.step"""

_WORDS = {
    "case_record": {
        "key": "key", "name": "name", "mrn": "record number", "birth_date": "birth date", "sex": "sex", "diagnosis": "diagnosis", "stage": "stage",
        "stage_group": "stage group", "context": "tumour context", "regimen": "regimen", "cycle_length": "days per cycle",
    },
    "lesion": {
        "kind": "kind", "role": "role", "organ": "organ", "measurable": "measurable", "irradiated": "irradiated", "origin": "split or merged from",
    },
    "visit": {"cycle": "completed cycles", "place": "position"},
    "observation": {
        "date": "date", "partial_date": "date", "uln": "upper limit of normal", "method": "method", "scanner": "scanner", "segmentation": "segmentation",
        "reader": "reader", "accepted": "reader that counts", "note": "note",
    },
}  # fmt: skip
_YES_NO = {"measurable", "irradiated", "accepted"}
_NOTHING = "not recorded"

Image = dict[str, Any]


def entries(database: Database, analytes: Mapping[str, Analyte], case: str | None = None) -> tuple[JournalEntry, ...]:
    """Every change, or those of one case, oldest first; analytes by their label.

    Raises:
        UserError: the record is damaged.
    """
    where, parameters = ("", ()) if case is None else (" WHERE j.case_key = ?", (case,))
    found = database.rows(f"{_ALL}{where} ORDER BY j.seq", parameters)
    try:
        return tuple(_told(found, analytes))
    except (ValueError, LookupError, ArithmeticError):  # no JSON, no such column, no decimal
        raise damaged(database.path) from None


def _told(found: list[tuple[Any, ...]], analytes: Mapping[str, Analyte]) -> Iterator[JournalEntry]:
    visits: dict[int, str] = {}
    lesions: dict[int, str] = {}
    for seq, step, at, by, label, table, op, key, before, after, reason, clock_back in found:
        old: Image | None = None if before is None else json.loads(before)
        new: Image | None = None if after is None else json.loads(after)
        row = new or old or {}
        if table == "visit":
            visits[row["id"]] = row["name"]
        elif table == "lesion":
            lesions[row["id"]] = row["label"]
        what, was, now = _entry(table, _subject(table, row, visits, lesions, analytes), old, new)
        yield JournalEntry(seq, step, at, by, label, table, op, key, what, was, now, reason, bool(clock_back))


def _subject(table: str, row: Image, visits: dict[int, str], lesions: dict[int, str], analytes: Mapping[str, Analyte]) -> str:
    if table == "case_record":
        return f"case {row['key']}"
    if table == "lesion":
        return f"lesion {row['label']}"
    if table == "visit":
        return f"time point {row['name']}"
    lesion = lesions.get(row["lesion_id"])
    known = analytes.get(row["analyte"])
    return f"{known.label if known else row['analyte']}{f' of {lesion}' if lesion else ''}, {visits[row['visit_id']]}"


def _entry(table: str, subject: str, old: Image | None, new: Image | None) -> tuple[str, str | None, str | None]:
    """What happened in one line, and the content before and after."""
    if old is None and new is not None:
        now = _whole(table, new)
        return f"added {subject}{f': {now}' if now else ''}", None, now
    if new is None and old is not None:
        was = _whole(table, old)
        return f"removed {subject}{f': {was}' if was else ''}", was, None
    assert old is not None  # by the journal's own checks
    assert new is not None
    told = list(_differences(table, old, new))
    line = "; ".join(f"{f'{word} ' if word else ''}{was} → {now}" for word, was, now in told)
    before, after = ("; ".join(f"{f'{entry[0]} ' if entry[0] else ''}{entry[side]}" for entry in told) for side in (1, 2))
    return f"{subject}: {line}", before, after


def _whole(table: str, row: Image) -> str:
    parts = [_value(row)] if table == "observation" else []
    parts += [f"{word} {_shown(name, row[name])}" for name, word in _WORDS[table].items() if name not in ("key", "place") and not _blank(name, row[name])]
    return "; ".join(parts)


def _blank(name: str, value: Any) -> bool:
    return value is None or (name == "origin" and value == "[]") or (name == "accepted" and value == 0)


def _differences(table: str, old: Image, new: Image) -> Iterator[tuple[str, str, str]]:
    if table == "observation" and _value(old) != _value(new):
        yield "", _value(old), _value(new)
    for name, word in _WORDS[table].items():
        if old[name] != new[name]:
            yield word, _shown(name, old[name]), _shown(name, new[name])


def _value(row: Image) -> str:
    if row["code"] is not None:
        return str(row["code"])
    number, limit = (None if row[name] is None else Decimal(row[name]) for name in ("number", "detection_limit"))
    return str(Quantity(number, row["unit"], row["comparator"], limit))


def _shown(name: str, value: Any) -> str:
    if value is None:
        return _NOTHING
    if name in _YES_NO:
        return "yes" if value else "no"
    if name == "origin":
        return ", ".join(json.loads(value)) or _NOTHING
    if name == "place":
        return str(value + 1)
    return plain(Decimal(value)) if name == "uln" else str(value)
