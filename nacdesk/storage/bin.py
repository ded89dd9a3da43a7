"""The bin: cases that were deleted, worked out from the record of changes. There is no copy: restoring is a step back."""

import json
from dataclasses import dataclass

from nacdesk.errors import UserError
from nacdesk.storage import rows
from nacdesk.storage.changes import BinRow
from nacdesk.storage.database import Database, damaged
from nacdesk.storage.merge import normal_mrn

# The last deletion of each case that is not there now. A case that went because its first entry was undone was never
# deleted, and one whose restoring was undone is deleted still.
_DELETED = """SELECT max(last.seq), last.row_id, last.step, last.case_key, last.old FROM journal AS last JOIN step ON step.number = last.step
    WHERE last.table_name = 'case_record' AND last.op = 'delete' AND last.old <> '{}' AND last.row_id NOT IN (SELECT id FROM case_record)
    GROUP BY last.row_id
    HAVING step.undoes IS NOT (SELECT first.step FROM journal AS first
        WHERE first.table_name = 'case_record' AND first.op = 'insert' AND first.row_id = last.row_id ORDER BY first.seq LIMIT 1)
    ORDER BY max(last.seq) DESC"""
_WHO = """SELECT at, by, reason FROM step WHERE kind = 'do' AND number IN
    (SELECT step FROM journal WHERE table_name = 'case_record' AND op = 'delete' AND row_id = ?) ORDER BY number DESC LIMIT 1"""
_COUNT = "SELECT count(*) FROM journal WHERE step = ? AND case_key = ? AND table_name = 'observation'"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A case in the bin.

    Attributes:
        step: number of the step that took it out.
    """

    row: BinRow
    step: int


def deleted(database: Database) -> tuple[Deleted, ...]:
    """The cases in the bin, newest first.

    Raises:
        UserError: the record of changes is damaged.
    """
    found = []
    for _, row_id, step, key, image in database.rows(_DELETED):
        at, by, reason = database.first(_WHO, (row_id,)) or ("", "", None)
        try:
            case = json.loads(image)
            row = BinRow(key, case["name"], case["mrn"], at, by, reason, int(database.value(_COUNT, (step, key))))
        except (ValueError, LookupError):
            raise damaged(database.path) from None
        found.append(Deleted(row, step))
    return tuple(found)


def find(database: Database, key: str) -> Deleted:
    """A case in the bin.

    Raises:
        UserError: there is none of that key.
    """
    found = next((one for one in deleted(database) if one.row.key == key), None)
    if found is None:
        raise UserError(f"There is no case {key} in the bin; nothing was changed.", "Look at the bin; an erased case cannot come back.")
    return found


def content(database: Database, one: Deleted) -> rows.CaseRows:
    """The rows of a case in the bin, after their checksum was compared.

    Raises:
        UserError: the record of changes is damaged.
    """
    parts: dict[str, list[tuple[object, ...]]] = {table: [] for table in rows.COLUMNS}
    images = database.rows("SELECT table_name, old FROM journal WHERE step = ? AND case_key = ? ORDER BY row_id", (one.step, one.row.key))
    try:
        for table, image in images:
            row = json.loads(image)
            parts[table].append(tuple(row[column] for column in rows.COLUMNS[table]))
        (case,) = parts["case_record"]
    except (ValueError, LookupError, TypeError):
        raise damaged(database.path) from None
    found = rows.CaseRows(case, parts["lesion"], parts["visit"], parts["observation"])
    before = database.value("SELECT digest FROM case_revision WHERE case_key = ? AND step < ? ORDER BY revision DESC LIMIT 1", (one.row.key, one.step))
    if found.digest != before:
        raise rows.mismatch(one.row.key)
    return found


def check_free(database: Database, row: BinRow) -> None:
    """A case can come back while no other one has its key or its record number.

    Raises:
        UserError: names the other case.
    """
    remedy = "Look at both; delete or correct that one first."
    twin = database.value("SELECT key FROM case_record WHERE key = ?", (row.key,))
    if twin is not None:
        raise UserError(f"There is another case {twin} meanwhile; {row.key} stays in the bin.", remedy)
    owner = None if row.mrn is None else database.value("SELECT key FROM case_record WHERE mrn_normal = ?", (normal_mrn(row.mrn),))
    if owner is not None:
        raise UserError(f"The record number {row.mrn} belongs to the case {owner} meanwhile; {row.key} stays in the bin.", remedy)


def take_out(database: Database, case_id: int) -> int:
    """Delete a case with everything in it, within a step; how many rows."""
    owned = sum(database.executemany(f"DELETE FROM {table} WHERE case_id = ?", [(case_id,)]) for table in ("observation", "visit", "lesion"))
    return owned + database.remove("case_record", [case_id])
