"""What a person changes in one case, written edit by edit within one step.

Each edit is checked against the case as it stands after the ones before it, and is made on a row of this
case or refused: it cannot land elsewhere (H01).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from nacdesk.domain.analytes import Analyte
from nacdesk.domain.edits import Edit, PutLesion, PutVisit, Record, RemoveLesion, RemoveVisit, SetCase, Withdraw, corrects
from nacdesk.domain.facts import Case, Lesion, Observation, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.storage import refusals, rows
from nacdesk.storage.database import Database, Value
from nacdesk.storage.merge import folded, normal_mrn

_NOTHING_CHANGED = "; nothing was changed."
_IDENTITY = (("name", "name"), ("mrn", "record number"), ("birth_date", "birth date"))


def write(database: Database, content: rows.CaseRows, edits: Sequence[Edit], catalog: Catalog, *, reasoned: bool) -> int:
    """Write edits of a case, within a step; how many observations are new.

    Args:
        reasoned: a reason is given, so that what is recorded may be changed and withdrawn.

    Raises:
        UserError: an edit is refused, or needs a reason.
    """
    editing = _Editing(database, content, catalog)
    for edit in edits:
        editing.make(edit)
    editing.check_spans()
    if editing.corrected and not reasoned:
        raise UserError(f"{editing.corrected[0]}, and a correction needs a reason{_NOTHING_CHANGED}", "Write why it is corrected.")
    return editing.added


def no_observation(key: str, observation: str) -> UserError:
    """The refusal of an edit of what is not of the case (H01)."""
    return UserError(f"{key} has no observation {observation}{_NOTHING_CHANGED}", "Look it up in the list of the case's facts.")


def unchanged(content: rows.CaseRows, edits: Sequence[Edit], catalog: Catalog) -> UserError:
    """What to say of edits that change nothing."""
    match edits:
        case [Record(observation=new)] if new.id:
            known = catalog.analytes.get(new.analyte)
            what = f"{known.label if known else new.analyte}{f' of {new.lesion}' if new.lesion else ''} is {new.value}"
        case _:
            what = f"{content.case[1]} is recorded so"
    return UserError(f"{what} already{_NOTHING_CHANGED}")


class _Editing:
    """One case while its edits are written.

    Attributes:
        added: observations that are new.
        corrected: what needs a reason, in words.
    """

    def __init__(self, database: Database, content: rows.CaseRows, catalog: Catalog) -> None:
        history = rows.history(content, 0, fictitious=False)
        self._database = database
        self._catalog = catalog
        self._case_id: int = content.case[0]
        self._case = history.case
        self._lesions = {lesion.label: lesion for lesion in history.lesions}
        self._lesion_ids: dict[str | None, int] = {row[2]: row[0] for row in content.lesions}
        self._visits = list(history.visits)  # in order
        self._places: dict[str, int] = {str(row[0]): row[3] for row in content.visits}  # as stored
        self._new_visits: dict[str, str] = {}  # id by name
        self._seen = {seen.id: seen for seen in history.observations}
        self._spans = self._all_spans()
        self.added = 0
        self.corrected: list[str] = []

    def make(self, edit: Edit) -> None:
        """Write one edit."""
        match edit:
            case SetCase(case=new):
                self._set_case(new)
            case PutLesion(lesion=new_lesion, label=label):
                self._put_lesion(new_lesion, label)
            case RemoveLesion(label=label):
                self._remove_lesion(label)
            case PutVisit(visit=new_visit):
                self._put_visit(new_visit)
            case RemoveVisit(id=visit_id):
                self._remove_visit(visit_id)
            case Record(observation=new_fact):
                self._record(new_fact)
            case Withdraw(id=fact_id):
                self._withdraw(fact_id)

    # the case

    def _set_case(self, new: Case) -> None:
        old = self._case
        if new.key != old.key:
            raise UserError(f"What was entered is of the case {new.key}, not of {old.key}{_NOTHING_CHANGED}", "Open its own case.")
        new = replace(refusals.case(new, self._catalog), key=old.key, revision=old.revision, fictitious=old.fictitious)
        mrn = new.patient.mrn
        if mrn is not None and mrn != old.patient.mrn:
            if not normal_mrn(mrn):
                raise UserError(f"The record number “{mrn}” holds no letter and no digit{_NOTHING_CHANGED}", "Write it as the record does.")
            owner = self._database.value("SELECT key FROM case_record WHERE mrn_normal = ? AND id <> ?", (normal_mrn(mrn), self._case_id))
            if owner is not None:
                raise UserError(f"The record number {mrn} belongs to the case {owner} already{_NOTHING_CHANGED}", "Check the number, or open that case.")
        for name, word in _IDENTITY:
            was, now = getattr(old.patient, name), getattr(new.patient, name)
            if was is not None and was != now:
                self.corrected.append(f"The {word} of {old.key} changes from {was} to {'not recorded' if now is None else now}")
        if new.patient.birth_date != old.patient.birth_date:
            for seen in self._seen.values():
                refusals.born_before(seen, new.patient.birth_date)
        self._change("case_record", self._case_id, rows.CASE[1:], rows.case_values(old), rows.case_values(new))
        self._case = new

    # lesions

    def _put_lesion(self, new: Lesion, label: str | None) -> None:
        new = refusals.lesion(new)
        old = None if label is None else self._lesion(label)
        twin = next((other for other in self._lesions if folded(other) == folded(new.label) and other != label), None)
        if twin is not None:
            raise UserError(f"There is a lesion {twin} already{_NOTHING_CHANGED}", "Name them so that they cannot be mixed up.")
        for origin in () if old is not None and old.origin == new.origin else new.origin:
            if origin not in self._lesions or origin in (new.label, label):
                raise UserError(f"A lesion comes from other ones of the case, which “{origin}” is not{_NOTHING_CHANGED}", "Choose one of its lesions.")
        if old is None:
            self._lesion_ids[new.label] = self._database.add("lesion", self._row(rows.LESION, self._case_id, *rows.lesion_values(new)))
            self._lesions[new.label] = new
            return
        if new.kind != old.kind:
            for seen in self._seen.values():
                if seen.lesion == old.label:
                    refusals.value(seen.value, self._analyte(seen.analyte), node=new.kind == "node")
        self._change("lesion", self._lesion_ids[old.label], rows.LESION[2:], rows.lesion_values(old), rows.lesion_values(new))
        self._lesion_ids[new.label] = self._lesion_ids.pop(old.label)
        self._lesions = {new.label if key == old.label else key: new if key == old.label else lesion for key, lesion in self._lesions.items()}
        if new.label != old.label:
            self._rename(old.label, new.label)

    def _rename(self, old: str, new: str) -> None:
        """Facts and origins follow the lesion to its new name."""
        self._seen = {key: replace(seen, lesion=new) if seen.lesion == old else seen for key, seen in self._seen.items()}
        for label, lesion in self._lesions.items():
            if old in lesion.origin:
                renamed = replace(lesion, origin=tuple(new if origin == old else origin for origin in lesion.origin))
                self._change("lesion", self._lesion_ids[label], rows.LESION[2:], rows.lesion_values(lesion), rows.lesion_values(renamed))
                self._lesions[label] = renamed

    def _remove_lesion(self, label: str) -> None:
        self._lesion(label)
        values = sum(seen.lesion == label for seen in self._seen.values())
        if values:
            raise UserError(f"The lesion {label} has {_counted(values, 'value')}{_NOTHING_CHANGED}", "Withdraw them first.")
        heir = next((other.label for other in self._lesions.values() if label in other.origin), None)
        if heir is not None:
            raise UserError(f"The lesion {heir} comes from {label}{_NOTHING_CHANGED}", f"Change the origin of {heir} first.")
        self._database.remove("lesion", [self._lesion_ids.pop(label)])
        del self._lesions[label]

    def _lesion(self, label: str) -> Lesion:
        found = self._lesions.get(label)
        if found is None:
            raise UserError(f"{self._case.key} has no lesion {label}{_NOTHING_CHANGED}", "Look at its lesions.")
        return found

    # time points

    def _put_visit(self, new: Visit) -> None:
        new = refusals.visit(new)
        old = self._visit(new.id) if new.id else None
        twin = next((other for other in self._visits if folded(other.name) == folded(new.name) and other.id != new.id), None)
        if twin is not None:
            raise UserError(f"There is a time point {twin.name} already{_NOTHING_CHANGED}", "Name them so that they cannot be mixed up.")
        if old is None:
            place = min(max(new.place, 0), len(self._visits))
            new = replace(new, id=str(self._database.add("visit", self._row(rows.VISIT, self._case_id, new.name, place, new.cycle))))
            self._places[new.id] = place
            self._new_visits[new.name] = new.id
        else:
            if corrects(old, new) and any(seen.visit == old.id for seen in self._seen.values()):
                self.corrected.append(f"The time point {old.name} becomes {new.name}, {'cycles not entered' if new.cycle is None else f'{new.cycle} cycles completed'}")
            self._change("visit", int(old.id), ("name", "cycle"), (old.name, old.cycle), (new.name, new.cycle))
            self._visits.remove(old)
        self._visits.insert(max(new.place, 0), new)
        self._settle()

    def _remove_visit(self, visit_id: str) -> None:
        old = self._visit(visit_id)
        values = sum(seen.visit == visit_id for seen in self._seen.values())
        if values:
            raise UserError(f"The time point {old.name} has {_counted(values, 'value')}{_NOTHING_CHANGED}", "Withdraw them first.")
        self._database.remove("visit", [int(visit_id)])
        self._visits.remove(old)
        self._settle()

    def _settle(self) -> None:
        """Places count from 0 without a gap."""
        self._visits = [replace(visit, place=place) for place, visit in enumerate(self._visits)]
        for visit in self._visits:
            if self._places[visit.id] != visit.place:
                self._database.change("visit", int(visit.id), {"place": visit.place})
                self._places[visit.id] = visit.place

    def _visit(self, visit_id: str) -> Visit:
        found = next((visit for visit in self._visits if visit.id == visit_id), None)
        if found is None:
            raise UserError(f"{self._case.key} has no time point {visit_id}{_NOTHING_CHANGED}", "Look at its time points.")
        return found

    def _named(self, visit: str) -> Visit:
        """A time point by its id, or by the name with which an earlier edit of the step adds it."""
        new = self._new_visits.get(visit.strip())
        if new is None:
            return self._visit(visit)
        if any(other.id == visit != new for other in self._visits):
            raise UserError(f"The time point “{visit}” could be taken for another one{_NOTHING_CHANGED}", "Give it a longer name.")
        return self._visit(new)

    # facts

    def _record(self, new: Observation) -> None:
        old = self._fact(new.id) if new.id else None
        analyte = self._analyte(new.analyte)
        new = refusals.observation(replace(new, visit=self._named(new.visit).id), analyte, self._case.patient.birth_date)
        lesion = None if new.lesion is None else self._lesion(new.lesion)
        if old is None or (old.value, old.lesion) != (new.value, new.lesion):
            refusals.value(new.value, analyte, node=lesion is not None and lesion.kind == "node")
        if old is not None and replace(new, entered=old.entered, warnings=old.warnings) == old:
            return  # the same fact, however it was typed
        if old is not None and old.analyte != new.analyte:
            raise UserError(f"{self._words(old)} cannot become {analyte.label}{_NOTHING_CHANGED}", "Withdraw it and record the other one.")
        twin = next((seen for seen in self._seen.values() if seen.id != new.id and seen.visit == new.visit and seen.natural_key == new.natural_key), None)
        if twin is not None:
            raise UserError(f"{self._words(twin)} is recorded already, as {twin.value}{_NOTHING_CHANGED}", "Correct that one, or tell them apart by date, reader or method.")
        owners = (int(new.visit), self._lesion_ids[new.lesion] if new.lesion is not None else None)
        if old is None:
            new = replace(new, id=str(self._database.add("observation", self._row(rows.OBSERVATION, self._case_id, *owners, *rows.observation_values(new)))))
            self.added += 1
        else:
            self._ask_why(old, new)
            was = (int(old.visit), self._lesion_ids[old.lesion] if old.lesion is not None else None)
            self._change("observation", int(old.id), rows.OBSERVATION[2:], (*was, *rows.observation_values(old)), (*owners, *rows.observation_values(new)))
        self._seen[new.id] = new

    def _ask_why(self, old: Observation, new: Observation) -> None:
        """A value, its date and its place are corrected with a reason; a blank is filled without one."""
        if old.value != new.value and not _limit_filled(old.value, new.value):
            self.corrected.append(f"{self._words(old)} changes from {old.value} to {new.value}")
        was, now = old.date or old.partial_date, new.date or new.partial_date
        if was is not None and was != now:
            self.corrected.append(f"The date of {self._words(old)} changes from {was} to {'not recorded' if now is None else now}")
        if (old.visit, old.lesion) != (new.visit, new.lesion):
            self.corrected.append(f"{self._words(old)} becomes {self._words(new)}")

    def _withdraw(self, fact_id: str) -> None:
        old = self._fact(fact_id)
        self.corrected.append(f"{self._words(old)}, {old.value}, is withdrawn")
        self._database.remove("observation", [int(fact_id)])
        del self._seen[fact_id]

    def _fact(self, fact_id: str) -> Observation:
        found = self._seen.get(fact_id)
        if found is None:
            raise no_observation(self._case.key, fact_id)
        return found

    def _analyte(self, name: str) -> Analyte:
        found = self._catalog.analytes.get(name)
        if found is None:
            raise UserError(f"“{name}” is not an analyte of this program{_NOTHING_CHANGED}", "Choose one of the list.")
        return found

    def _words(self, seen: Observation) -> str:
        known = self._catalog.analytes.get(seen.analyte)
        return f"{known.label if known else seen.analyte}{f' of {seen.lesion}' if seen.lesion else ''} at {self._visit(seen.visit).name}"

    # dates of one time point

    def check_spans(self) -> None:
        """The dates of one time point lie together.

        Raises:
            UserError: an edit took them further apart than a time point can be long.
        """
        longest = self._catalog.conventions["visit_span_days"]
        for visit, (first, last) in self._all_spans().items():
            before = self._spans.get(visit)
            if (last - first).days > longest and (before is None or last - first > before[1] - before[0]):
                far = f"{first.isoformat()} and {last.isoformat()} are more than {longest} days apart"
                raise UserError(f"{self._visit(visit).name}: {far}{_NOTHING_CHANGED}", "Check the date, or record it at another time point.")

    def _all_spans(self) -> dict[str, tuple[date, date]]:
        """First and last date of each time point that has one, by id."""
        found: dict[str, tuple[date, date]] = {}
        for seen in self._seen.values():
            if seen.date is not None:
                first, last = found.get(seen.visit, (seen.date, seen.date))
                found[seen.visit] = (min(first, seen.date), max(last, seen.date))
        return found

    # rows

    @staticmethod
    def _row(columns: Sequence[str], *values: Value) -> dict[str, Value]:
        """The columns after `id` with their values."""
        return dict(zip(columns[1:], values, strict=True))

    def _change(self, table: str, row_id: int, columns: Sequence[str], old: Sequence[Value], new: Sequence[Value]) -> None:
        changed = {column: after for column, before, after in zip(columns, old, new, strict=True) if before != after}
        if changed:
            self._database.change(table, row_id, changed)


def _limit_filled(old: Quantity | str, new: Quantity | str) -> bool:
    """The value stays, and its limit of detection was not recorded before."""
    return isinstance(old, Quantity) and isinstance(new, Quantity) and old.limit is None and replace(new, limit=None) == old


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
