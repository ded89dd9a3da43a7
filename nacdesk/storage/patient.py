"""Everything that is recorded about one patient, as plain data that anyone can read."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from nacdesk.domain.analytes import Analyte
from nacdesk.domain.facts import History
from nacdesk.errors import UserError
from nacdesk.storage import bin as case_bin
from nacdesk.storage import drafts, entries, erasure, rows
from nacdesk.storage.database import Database
from nacdesk.storage.merge import normal_mrn

_HISTORY = ("at", "by", "label", "what", "old", "new", "reason")


def keys(database: Database, key: str) -> tuple[str, ...]:
    """The cases of one patient, in the store and in the bin: the one of that key first, then those of its record number.

    A key of which the record of changes alone knows something, since its adding was undone, stands for itself.

    Raises:
        UserError: there never was such a case, or the record of changes is damaged.
    """
    numbers = {one.row.key: one.row.mrn for one in case_bin.deleted(database)}
    numbers |= dict(database.rows("SELECT key, mrn FROM case_record ORDER BY key"))
    if key not in numbers and not erasure.known(database, key):
        raise UserError(f"There is no case {key} in this store or its bin.", "Check the key; search shows the cases there are.")
    number = numbers.get(key)
    same = [] if number is None else [other for other, mrn in numbers.items() if other != key and mrn is not None and normal_mrn(mrn) == normal_mrn(number)]
    return (key, *same)


def everything(database: Database, key: str, analytes: Mapping[str, Analyte], fictitious: bool) -> dict[str, Any]:
    """Facts, history in words and half-typed text of every case of a patient.

    Raises:
        UserError: there is no such case, or its record is damaged.
    """
    with database.snapshot():
        return {"format": "nacdesk patient", "version": 1, "cases": [_case(database, one, analytes, fictitious) for one in keys(database, key)]}


def _case(database: Database, key: str, analytes: Mapping[str, Analyte], fictitious: bool) -> dict[str, Any]:
    found = rows.verified(database, key)
    content, revision = found or (case_bin.content(database, case_bin.find(database, key)), rows.last_revision(database, key)[0])
    # A key can have been given to another patient before, whose case was taken back.
    begin = database.value("SELECT min(seq) FROM journal WHERE table_name = 'case_record' AND op = 'insert' AND row_id = ?", (content.case[0],))
    history: History = rows.history(content, revision, fictitious)
    return {
        "case": key,
        "in_bin": found is None,
        **{name: _plain(getattr(history, name)) for name in ("case", "lesions", "visits", "observations")},
        "history": [{name: getattr(entry, name) for name in _HISTORY} for entry in entries.entries(database, analytes, key) if entry.seq >= begin],
        "drafts": drafts.kept(database, key),
    }


def _plain(value: object) -> Any:
    """Facts as JSON has them: objects, lists and texts; a number keeps its digits as text."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
