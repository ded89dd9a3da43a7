"""The record of changes in words: who changed what, when, from, to."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from nacdesk.domain.analytes import Analyte
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.storage.changes import ABOUT_CASE, ABOUT_TIME_POINTS, ABOUT_TREATMENT, JournalEntry
from nacdesk.storage.database import Database, damaged

_ALL = """SELECT j.seq, j.step, s.at, s.by, s.label, j.table_name, j.row_id, j.op, j.case_key, j.old, j.new, s.reason, s.clock_back
    FROM journal AS j JOIN step AS s ON s.number = j.step"""

_WORDS = {
    "case_record": {
        "key": "key", "name": "name", "mrn": "record number", "birth_date": "birth date", "sex": "sex", "diagnosis": "diagnosis", "stage": "stage",
        "stage_group": "stage group", "context": "tumour context", "regimen": "regimen", "cycle_length": "days per cycle",
    },
    "lesion": {
        "label": "name", "kind": "kind", "role": "role", "organ": "organ", "measurable": "measurable", "irradiated": "irradiated", "origin": "split or merged from",
    },
    "visit": {"name": "name", "cycle": "completed cycles", "place": "position"},
    "observation": {
        "visit_id": "time point", "lesion_id": "lesion", "date": "date", "uln": "upper limit of normal", "method": "method", "scanner": "scanner",
        "segmentation": "segmentation", "reader": "reader", "accepted": "reader that counts", "note": "note",
    },
}  # fmt: skip
_SAID = {"key", "label", "place", "visit_id", "lesion_id"}  # of a whole row: by its subject, or of no interest
_YES_NO = {"measurable", "irradiated", "accepted"}
_NOTHING = "not recorded"
_ERASED = "{}"  # what an erasure leaves of an entry
_NOUNS = {"case_record": "case", "lesion": "lesion", "visit": "time point", "observation": "value"}
_DONE = {"insert": "added", "update": "changed", "delete": "removed"}

Image = dict[str, Any]


@dataclass(slots=True)
class _Names:
    """How time points and lesions are called at the moment that is told."""

    analytes: Mapping[str, Analyte]
    visits: dict[int, str] = field(default_factory=dict)
    lesions: dict[int, str] = field(default_factory=dict)

    def see(self, table: str, row: Image) -> None:
        """A time point or lesion with its name from here on."""
        if table == "visit":
            self.visits[row["id"]] = row["name"]
        elif table == "lesion":
            self.lesions[row["id"]] = row["label"]

    def subject(self, table: str, row: Image) -> str:
        """What a row is about."""
        if table == "case_record":
            return f"case {row['key']}"
        if table == "lesion":
            return f"lesion {row['label']}"
        if table == "visit":
            return f"time point {row['name']}"
        known = self.analytes.get(row["analyte"])
        lesion = self.lesions.get(row["lesion_id"])
        return f"{known.label if known else row['analyte']}{f' of {lesion}' if lesion else ''}, {self.visits[row['visit_id']]}"

    def shown(self, name: str, value: Any) -> str:
        """A column's content in words."""
        if value is None:
            return _NOTHING
        if name == "visit_id":
            return self.visits[value]
        if name == "lesion_id":
            return self.lesions[value]
        if name in _YES_NO:
            return "yes" if value else "no"
        if name == "origin":
            return ", ".join(json.loads(value)) or _NOTHING
        if name == "place":
            return str(value + 1)
        if name == "role":
            return str(value).replace("_", "-")
        return plain(Decimal(value)) if name in ("uln", "detection_limit") else str(value)


def entries(database: Database, analytes: Mapping[str, Analyte], case: str | None = None, observation: str | None = None) -> tuple[JournalEntry, ...]:
    """Every change, or those of one case, or of one observation, oldest first; analytes by their label.

    Raises:
        UserError: the record is damaged.
    """
    where, parameters = ("", ()) if case is None else (" WHERE j.case_key = ?", (case,))
    found = database.rows(f"{_ALL}{where} ORDER BY j.seq", parameters)
    try:
        told = tuple(_told(found, _Names(analytes), _latest_labels(found)))
    except (ValueError, LookupError, ArithmeticError):  # no JSON, no such column, no decimal
        raise damaged(database.path) from None
    return told if observation is None else tuple(entry for entry in told if entry.observation == observation)


def _latest_labels(found: list[tuple[Any, ...]]) -> dict[int, str]:
    """How each lesion was called last."""
    labels = {}
    for _, _, _, _, _, table, row_id, _, _, before, after, _, _ in found:
        if table == "lesion" and _ERASED not in (before, after):
            labels[row_id] = json.loads(after or before)["label"]
    return labels


def _told(found: list[tuple[Any, ...]], names: _Names, labels: Mapping[int, str]) -> Iterator[JournalEntry]:
    for seq, step, at, by, label, table, row_id, op, key, before, after, reason, clock_back in found:
        topics: tuple[str, ...] = ()
        if _ERASED in (before, after):
            what, was, now = f"{_DONE[op]} a {_NOUNS[table]} (erased)", None, None
        else:
            old, new = _image(before), _image(after)
            names.see(table, old or new or {})
            what, was, now = _entry(table, names, old, new)
            names.see(table, new or old or {})
            topics = tuple(_topics(table, row_id, new or old or {}, names, labels))
        observation = str(row_id) if table == "observation" else None
        yield JournalEntry(seq, step, at, by, label, table, op, key, what, was, now, reason, bool(clock_back), observation, topics)


def _topics(table: str, row_id: int, row: Image, names: _Names, labels: Mapping[int, str]) -> Iterator[str]:
    if table == "case_record":
        yield ABOUT_CASE
    elif table == "visit":
        yield ABOUT_TIME_POINTS
    elif table == "observation":
        known = names.analytes.get(row["analyte"])
        yield known.label if known else row["analyte"]
        if row["analyte"].startswith("treatment."):
            yield ABOUT_TREATMENT
    lesion = row_id if table == "lesion" else row.get("lesion_id")
    if lesion is not None:
        yield f"Lesion {labels[lesion]}"


def _image(text: str | None) -> Image | None:
    if text is None:
        return None
    row: Image = json.loads(text)
    if row.get("partial_date") is not None:
        row["date"] = row["partial_date"]
    return row


def _entry(table: str, names: _Names, old: Image | None, new: Image | None) -> tuple[str, str | None, str | None]:
    """What happened in one line, and the content before and after; under the name that the row had."""
    subject = names.subject(table, old or new or {})
    if old is None and new is not None:
        now = _whole(table, names, new)
        return f"added {subject}{f': {now}' if now else ''}", None, now
    if new is None and old is not None:
        was = _whole(table, names, old)
        return f"removed {subject}{f': {was}' if was else ''}", was, None
    assert old is not None  # by the journal's own checks
    assert new is not None
    told = list(_differences(table, names, old, new))
    line = "; ".join(f"{f'{word} ' if word else ''}{was} → {now}" for word, was, now in told)
    before, after = ("; ".join(f"{f'{entry[0]} ' if entry[0] else ''}{entry[side]}" for entry in told) for side in (1, 2))
    return f"{subject}: {line}", before, after


def _whole(table: str, names: _Names, row: Image) -> str:
    parts = [_value(row)] if table == "observation" else []
    said = _SAID if table == "case_record" else _SAID | {"name"}
    parts += [f"{word} {names.shown(name, row[name])}" for name, word in _WORDS[table].items() if name not in said and not _blank(name, row[name])]
    return "; ".join(parts)


def _blank(name: str, value: Any) -> bool:
    return value is None or (name == "origin" and value == "[]") or (name == "accepted" and value == 0)


def _differences(table: str, names: _Names, old: Image, new: Image) -> Iterator[tuple[str, str, str]]:
    if table == "observation":
        if _value(old) != _value(new):
            yield "", _value(old), _value(new)
        if old["detection_limit"] != new["detection_limit"] and "ND" not in (old["comparator"], new["comparator"]):
            yield "limit of detection", names.shown("detection_limit", old["detection_limit"]), names.shown("detection_limit", new["detection_limit"])
    for name, word in _WORDS[table].items():
        if old[name] != new[name]:
            yield word, names.shown(name, old[name]), names.shown(name, new[name])


def _value(row: Image) -> str:
    if row["code"] is not None:
        return str(row["code"])
    number, limit = (None if row[name] is None else Decimal(row[name]) for name in ("number", "detection_limit"))
    return str(Quantity(number, row["unit"], row["comparator"], limit))
