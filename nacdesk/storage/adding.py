"""Adding histories: what would happen (plan), and doing it (write)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from nacdesk.domain.analytes import Analyte
from nacdesk.domain.facts import History
from nacdesk.storage import bin as case_bin
from nacdesk.storage import erasure, rows
from nacdesk.storage.changes import BinRow, Merge
from nacdesk.storage.database import Database, Value
from nacdesk.storage.merge import Merged, folded, merge, normal_mrn

SIMILAR = 0.8  # share of equal letters from which two names look alike; a prompt to look, not a clinical number


@dataclass(slots=True)
class Plan:
    """What adding would do.

    Attributes:
        merged: each case, with its rows where it is stored already.
        problems: why it is refused.  warnings: what a person should look at.
    """

    merged: list[tuple[Merged, rows.CaseRows | None]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def summary(self) -> Merge:
        """The plan in numbers."""
        new_cases = sum(stored is None for _, stored in self.merged)
        added = sum(len(merged.added) for merged, _ in self.merged)
        known = sum(merged.known for merged, _ in self.merged)
        filled = sum(len(values) for merged, stored in self.merged if stored for _, _, values in changes(merged, stored) if "place" not in values)
        return Merge(new_cases, added, known, tuple(self.problems), filled, tuple(self.warnings))


def plan(database: Database, histories: Sequence[History], analytes: Mapping[str, Analyte], fictitious: bool) -> Plan:
    """Merge each history with what is stored, and look across cases; call it within a snapshot or transaction.

    Raises:
        UserError: a stored case is damaged.
    """
    made = Plan()
    by_key: dict[str, list[History]] = {}
    spelled: dict[str, str] = {}
    for history in histories:
        key = history.case.key
        by_key.setdefault(key, []).append(history)
        first = spelled.setdefault(key.casefold(), key)
        twin = first if first != key else database.value("SELECT key FROM case_record WHERE key = ? AND key COLLATE BINARY <> ?", (key, key))
        if twin is not None:
            made.problems.append(f"{key}: differs from the case {twin} in capitals only; write it the same way.")
        if history.case.fictitious and not fictitious:
            made.problems.append(f"{key}: is an invented case; a store of patients does not take it.")
    owners: dict[str, str] = {}
    binned = [one.row for one in case_bin.deleted(database)]
    for key, incoming in by_key.items():
        made.problems += _key_taken(database, key, binned)
        found = rows.verified(database, key)
        stored = None if found is None else rows.history(*found, fictitious)
        merged = merge(stored, incoming)
        unknown = {fact.analyte for _, fact in merged.added} - analytes.keys()
        made.problems += [*merged.problems, *(f"{key}: “{analyte}” is not an analyte of this program." for analyte in sorted(unknown))]
        made.problems += _number_taken(database, merged, owners)
        made.warnings += merged.warnings
        if stored is None:
            made.warnings += [*_looks_like(database, merged), *_number_in_bin(merged, binned)]
        made.merged.append((merged, None if found is None else found[0]))
    return made


def _number_taken(database: Database, merged: Merged, owners: dict[str, str]) -> Iterable[str]:
    """A record number belongs to one case."""
    key, mrn = merged.case.key, merged.case.patient.mrn
    if mrn is None:
        return
    normal = normal_mrn(mrn)
    if not normal:
        yield f"{key}: the record number “{mrn}” holds no letter and no digit."
        return
    owner = owners.setdefault(normal, key)
    if owner == key:
        owner = database.value("SELECT key FROM case_record WHERE mrn_normal = ?", (normal,)) or key
    if owner != key:
        yield f"{key}: the record number {mrn} belongs to the case {owner} already."


def _key_taken(database: Database, key: str, binned: Sequence[BinRow]) -> Iterable[str]:
    """The key of a case in the bin, or what stands for an erased one, names no other patient."""
    twin = next((row for row in binned if row.key.casefold() == key.casefold()), None)
    if twin is not None:
        yield f"{key}: the case {twin.key} is in the bin, deleted on {twin.at[:10]}; restore or erase it first."
    if erasure.marked(database, key):
        yield f"{key}: stands for an erased case in the record of changes; use another key."


def _number_in_bin(merged: Merged, binned: Sequence[BinRow]) -> Iterable[str]:
    mrn = merged.case.patient.mrn
    twin = next((row for row in binned if mrn is not None and row.mrn is not None and normal_mrn(row.mrn) == normal_mrn(mrn)), None)
    if twin is not None:
        yield f"{merged.case.key}: the record number {mrn} is that of the case {twin.key} in the bin; look at it there first."


def _looks_like(database: Database, merged: Merged) -> Iterable[str]:
    """Other patients born on the same day with a similar name: the same person under two keys, or two people to keep apart."""
    who = merged.case.patient
    if who.birth_date is None or who.name is None:
        return
    for key, name in database.rows("SELECT key, name FROM case_record WHERE birth_date = ? AND name IS NOT NULL", (who.birth_date.isoformat(),)):
        if similar(who.name, name):
            yield f"{merged.case.key}: {who.name} was born on the same day as {name} of the case {key}; check that they are two patients."


def similar(one: str, other: str) -> bool:
    """Two names that a reader could take for one another; the order of their parts does not count."""
    first, second = (" ".join(sorted(folded(name).replace(",", " ").split())) for name in (one, other))
    matcher = SequenceMatcher(None, first, second)
    return all(ratio() >= SIMILAR for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio))  # quick ones are upper bounds


def write(database: Database, planned: Plan) -> None:
    """Write a plan without problems, within a step."""
    case_rows: list[tuple[Value, ...]] = []
    lesion_rows: list[tuple[Value, ...]] = []
    visit_rows: list[tuple[Value, ...]] = []
    observation_rows: list[tuple[Value, ...]] = []
    last = {table: _last_id(database, table) for table in ("case_record", "lesion", "visit", "observation")}
    for merged, stored in planned.merged:
        if stored is None:
            last["case_record"] += 1
            case = last["case_record"]
            case_rows.append((case, *rows.case_values(merged.case)))
        else:
            case = stored.case[0]
            for table, row_id, values in changes(merged, stored):
                database.change(table, row_id, values)
        lesions: dict[str | None, int] = {row[2]: row[0] for row in stored.lesions} if stored else {}
        for lesion in merged.lesions.values():
            if lesion.label not in lesions:
                last["lesion"] += 1
                lesions[lesion.label] = last["lesion"]
                lesion_rows.append((last["lesion"], case, *rows.lesion_values(lesion)))
        visits: dict[str, int] = {}
        for place, name in enumerate(merged.order):
            visit = merged.visits[name]
            if visit.id:
                visits[name] = int(visit.id)
            else:
                last["visit"] += 1
                visits[name] = last["visit"]
                visit_rows.append((last["visit"], case, visit.name, place, visit.cycle))
        number = last["observation"]
        for visit_name, fact in merged.added:
            number += 1
            observation_rows.append((number, case, visits[visit_name], lesions.get(fact.lesion), *rows.observation_values(fact)))
        last["observation"] = number
    database.insert("case_record", rows.CASE, case_rows)
    database.insert("lesion", rows.LESION, lesion_rows)
    database.insert("visit", rows.VISIT, visit_rows)
    database.insert("observation", rows.OBSERVATION, observation_rows)


def changes(merged: Merged, stored: rows.CaseRows) -> list[tuple[str, int, dict[str, Value]]]:
    """(table, row, new values) of each stored row of which a blank is filled or the place moves."""
    found = [("case_record", stored.case[0], _changed(rows.CASE[1:], stored.case[1:], rows.case_values(merged.case)))]
    found += [("lesion", row[0], _changed(rows.LESION[2:], row[2:], rows.lesion_values(merged.lesions[row[2]]))) for row in stored.lesions]
    visits = {visit.id: (place, visit.cycle) for place, name in enumerate(merged.order) if (visit := merged.visits[name]).id}
    found += [("visit", row[0], _changed(rows.VISIT[3:], row[3:], visits[str(row[0])])) for row in stored.visits]
    found += [
        ("observation", row[0], _changed(rows.OBSERVATION[4:], row[4:], rows.observation_values(merged.changed[str(row[0])])))
        for row in stored.observations
        if str(row[0]) in merged.changed
    ]
    return [entry for entry in found if entry[2]]


def _changed(columns: Sequence[str], old: Sequence[Value], new: Sequence[Value]) -> dict[str, Value]:
    return {column: after for column, before, after in zip(columns, old, new, strict=True) if before != after}


def _last_id(database: Database, table: str) -> int:
    """The highest id the table ever had: ids are cited as evidence and never used twice."""
    return int(database.value("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)) or 0)
