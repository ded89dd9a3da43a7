"""Rows of the store <-> facts of the domain, and the checksum that stands between them."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nacdesk.domain.facts import Case, History, Lesion, Observation, Patient, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.errors import UserError
from nacdesk.storage.database import Database, Row, Value
from nacdesk.storage.merge import normal_mrn

CASE = ("id", "key", "name", "mrn", "mrn_normal", "birth_date", "sex", "diagnosis", "stage", "stage_group", "context", "regimen", "cycle_length")
LESION = ("id", "case_id", "label", "kind", "role", "organ", "measurable", "irradiated", "origin")
VISIT = ("id", "case_id", "name", "place", "cycle")
OBSERVATION = (
    "id", "case_id", "visit_id", "lesion_id", "analyte", "number", "unit", "comparator", "detection_limit", "code", "date", "partial_date", "uln",
    "method", "scanner", "segmentation", "reader", "accepted", "note", "entered", "warnings",
)  # fmt: skip

COLUMNS = {"case_record": CASE, "lesion": LESION, "visit": VISIT, "observation": OBSERVATION}

_SELECT_CASE = f"SELECT {', '.join(CASE)} FROM case_record WHERE key = ?"
_SELECT_PARTS = tuple(
    f"SELECT {', '.join(columns)} FROM {table} WHERE case_id = ? ORDER BY id" for table, columns in (("lesion", LESION), ("visit", VISIT), ("observation", OBSERVATION))
)


@dataclass(frozen=True, slots=True)
class CaseRows:
    """Everything recorded of one case, as stored."""

    case: Row
    lesions: list[Row]
    visits: list[Row]
    observations: list[Row]

    @property
    def digest(self) -> str:
        """Checksum over every stored value with its row and owner, hex."""
        content = json.dumps([self.case, self.lesions, self.visits, self.observations], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(content.encode("ascii")).hexdigest()


def read_case(database: Database, key: str) -> CaseRows | None:
    """The rows of a case, None when there is none; call it within a snapshot or transaction."""
    case = database.first(_SELECT_CASE, (key,))
    if case is None or case[1] != key:
        return None
    return CaseRows(case, *(database.rows(sql, (case[0],)) for sql in _SELECT_PARTS))


def last_revision(database: Database, key: str) -> tuple[int, str | None]:
    """Number and checksum of the last change to a case; (0, None) when there never was one."""
    row = database.first("SELECT revision, digest FROM case_revision WHERE case_key = ? ORDER BY revision DESC LIMIT 1", (key,))
    return (0, None) if row is None else (int(row[0]), row[1])


def verified(database: Database, key: str) -> tuple[CaseRows, int] | None:
    """The rows of a case and its revision, after the checksum was compared; None when there is no such case.

    Raises:
        UserError: the rows are not what the last change wrote.
    """
    with database.snapshot():
        rows = read_case(database, key)
        revision, digest = last_revision(database, key)
    if (None if rows is None else rows.digest) != digest:
        raise mismatch(key)
    return None if rows is None else (rows, revision)


def mismatch(key: str) -> UserError:
    """The refusal of a case whose rows cannot be trusted."""
    return UserError(
        f"The record of {key} does not match its checksum: the file was damaged or changed by another program; the case is not shown.",
        "Keep the file, and work from a copy that was made before.",
    )


def history(rows: CaseRows, revision: int, fictitious: bool) -> History:
    """The facts of a case. Visits come in recorded order, their `place` counted from 0."""
    labels: dict[int, str] = {row[0]: row[2] for row in rows.lesions}
    ordered = sorted(rows.visits, key=lambda row: (row[3], row[0]))
    return History(
        _case(rows.case, revision, fictitious),
        tuple(_lesion(row) for row in rows.lesions),
        tuple(Visit(str(row[0]), row[2], place, row[4]) for place, row in enumerate(ordered)),
        tuple(_observation(row, labels) for row in rows.observations),
    )


def _case(row: Row, revision: int, fictitious: bool) -> Case:
    _, key, name, mrn, _, birth_date, sex, diagnosis, stage, stage_group, context, regimen, cycle_length = row
    patient = Patient(name, mrn, _date(birth_date), sex)
    return Case(key, patient, diagnosis, stage, stage_group, context, regimen, cycle_length, fictitious, revision)


def _lesion(row: Row) -> Lesion:
    _, _, label, kind, role, organ, measurable, irradiated, origin = row
    return Lesion(label, kind, role, organ, _flag(measurable), _flag(irradiated), tuple(json.loads(origin)))


def _observation(row: Row, labels: dict[int, str]) -> Observation:
    (
        number, _, visit, lesion, analyte, value, unit, comparator, limit, code, day, partial_date, uln,
        method, scanner, segmentation, reader, accepted, note, entered, warnings,
    ) = row  # fmt: skip
    return Observation(
        str(number),
        str(visit),
        analyte,
        code if code is not None else Quantity(_decimal(value), unit, comparator, _decimal(limit)),
        _date(day),
        partial_date,
        None if lesion is None else labels[lesion],
        _decimal(uln),
        method,
        scanner,
        segmentation,
        reader,
        bool(accepted),
        note,
        entered,
        tuple(json.loads(warnings)) if warnings != "[]" else (),
    )


def case_values(case: Case) -> tuple[Value, ...]:
    """The columns of CASE after `id`."""
    who = case.patient
    mrn = None if who.mrn is None else normal_mrn(who.mrn)
    day = None if who.birth_date is None else who.birth_date.isoformat()
    return (case.key, who.name, who.mrn, mrn, day, who.sex, case.diagnosis, case.stage, case.stage_group, case.context, case.regimen, case.cycle_length)


def lesion_values(lesion: Lesion) -> tuple[Value, ...]:
    """The columns of LESION after `id` and `case_id`."""
    return (lesion.label, lesion.kind, lesion.role, lesion.organ, _bit(lesion.measurable), _bit(lesion.irradiated), texts(lesion.origin))


def value_values(value: Quantity | str) -> tuple[Value, ...]:
    """The columns number, unit, comparator, detection_limit and code; digits are kept as they are."""
    if isinstance(value, str):
        return (None, None, None, None, value)
    return (_digits(value.value), value.unit, value.comparator, _digits(value.limit), None)


def observation_values(seen: Observation) -> tuple[Value, ...]:
    """The columns of OBSERVATION after `lesion_id`."""
    return (
        seen.analyte,
        *value_values(seen.value),
        None if seen.date is None else seen.date.isoformat(),
        seen.partial_date,
        _digits(seen.uln),
        seen.method,
        seen.scanner,
        seen.segmentation,
        seen.reader,
        int(seen.accepted),
        seen.note,
        seen.entered,
        texts(seen.warnings) if seen.warnings else "[]",
    )


def texts(values: tuple[str, ...]) -> str:
    """Several texts in one column."""
    return json.dumps(values, ensure_ascii=False)


def _digits(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _bit(value: bool | None) -> int | None:
    return None if value is None else int(value)


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)
