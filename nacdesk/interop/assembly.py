"""From entries to cases: one place where every kind of file becomes facts, and where each is tested.

The long table, the wide tables, SDTM and bundles all give entries with the columns of the long
table. Every problem is collected with its line and column; nothing is guessed, nothing skipped.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from nacdesk.domain import doubts
from nacdesk.domain.facts import Case, History, Lesion, Observation, Patient, Visit
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop import columns
from nacdesk.interop.dates import Order, read_date
from nacdesk.interop.entry import Entry
from nacdesk.interop.preview import Problem, shown
from nacdesk.interop.sheet import MAX_CELL, Marked
from nacdesk.interop.values import Reader

T = TypeVar("T")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ONE_LINE = frozenset({"case", "patient_name", "mrn", "visit", "lesion", "analyte", "unit", "reader", "method"})
_MAY_BE_DATES = frozenset({"date", "birth_date", "visit"})


@dataclass(frozen=True, slots=True)
class Assembled:
    """What came of the entries; `histories` is empty as soon as there is a problem."""

    histories: tuple[History, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Given:
    """A fact of a case or lesion with the entry that first gave it."""

    value: Any
    text: str
    entry: Entry


@dataclass(slots=True)
class _VisitDraft:
    id: str
    name: str
    place: int
    cycle: int | None = None
    cycle_entry: Entry | None = None
    days: list[tuple[date, Entry]] = field(default_factory=list)


@dataclass(slots=True)
class _LesionDraft:
    label: str
    facts: dict[str, _Given] = field(default_factory=dict)

    def built(self) -> Lesion:
        """The lesion; what no row says keeps the default of the long table."""
        facts = {column: given.value for column, given in self.facts.items()}
        return Lesion(
            label=self.label,
            kind=facts.get("lesion_kind", "mass"),
            role=facts.get("lesion_role", "target"),
            organ=facts.get("organ"),
            measurable=facts.get("measurable"),
            irradiated=facts.get("irradiated"),
            origin=facts.get("lesion_from", ()),
        )


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry that states a fact, with the parts of the case that it names."""

    entry: Entry
    visit: _VisitDraft
    lesion: _LesionDraft | None
    date: date | None
    partial: str | None


@dataclass(slots=True)
class _CaseDraft:
    key: str
    entry: Entry
    facts: dict[str, _Given] = field(default_factory=dict)
    visits: dict[str, _VisitDraft] = field(default_factory=dict)
    lesions: dict[str, _LesionDraft] = field(default_factory=dict)
    rows: list[_Row] = field(default_factory=list)

    def fact(self, column: str) -> Any:
        """The value of a fact of the case, None when no row gives it."""
        given = self.facts.get(column)
        return None if given is None else given.value


def assemble(entries: Sequence[Entry], catalog: Catalog, *, dates: Order | None = None, comma: bool = False, fictitious: bool = False) -> Assembled:
    """Cases from entries, or the problems that stand against them.

    Args:
        dates: order of day and month, stated for the whole file.
        comma: the separator of the file allows a decimal comma.
        fictitious: every case is invented.
    """
    return _Assembly(catalog, dates, fictitious).run(entries, comma)


def identity(name: str) -> str:
    """What the spellings of one name share: capitals, blanks and composed letters do not matter."""
    text = name if name.isascii() else unicodedata.normalize("NFC", name)
    return " ".join(text.split()).casefold()


class _Assembly:
    """One import. First which cases, visits and lesions there are, then the values."""

    def __init__(self, catalog: Catalog, dates: Order | None, fictitious: bool) -> None:
        self._catalog = catalog
        self._dates = dates
        self._fictitious = fictitious
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []
        self._cases: dict[str, _CaseDraft] = {}
        self._repeated = 0

    def run(self, entries: Sequence[Entry], comma: bool) -> Assembled:
        """All histories, or all problems."""
        reader = Reader(self._catalog, entries if comma else ())
        for entry in entries:
            if self._readable(entry):
                self._declare(entry)
        self._check_record_numbers()
        histories = []
        for case in self._cases.values():
            self._check_visits(case)
            histories.append(self._history(case, reader))
        notes = []
        if reader.comma:
            notes.append("Decimal commas were read as decimal points: the whole file uses them.")
        if self._repeated:
            notes.append(f"{self._repeated} repeated {'row was' if self._repeated == 1 else 'rows were'} read once.")
        rank = {place: number for number, place in enumerate(dict.fromkeys(entry.place for entry in entries))}

        def in_order(found: list[Problem]) -> tuple[Problem, ...]:
            return tuple(sorted(dict.fromkeys(found), key=lambda problem: (rank[problem.place], problem.line or 0)))

        return Assembled(() if self._problems else tuple(histories), in_order(self._problems), in_order(self._warnings), tuple(notes))

    def _refuse(self, entry: Entry, column: str | None, sentence: str) -> None:
        self._problems.append(entry.problem(column, sentence))

    # Which cases, visits and lesions there are

    def _readable(self, entry: Entry) -> bool:
        """No cell holds what the eye cannot see, or what Excel shows as something else."""
        known = len(self._problems)
        doubtful = bool(_CONTROL.search("".join(entry.cells.values())))
        for column, cell in entry.cells.items():
            if len(cell) > MAX_CELL:
                self._refuse(entry, column, f"The cell holds {len(cell)} characters; at most {MAX_CELL} are read.")
            elif doubtful and (found := _CONTROL.search(cell)):
                self._refuse(entry, column, f"The cell holds a control character (U+{ord(found[0]):04X}). Remove it.")
            elif column in _ONE_LINE and "\n" in cell:
                self._refuse(entry, column, "The cell holds a line break. Write it on one line.")
            elif isinstance(cell, Marked) and not (cell.is_date and column in _MAY_BE_DATES):
                self._refuse(entry, column, cell.reason)
        return len(self._problems) == known

    def _declare(self, entry: Entry) -> None:
        key = entry.cells.get("case", "")
        if not key:
            self._refuse(entry, "case", "The key of the case is blank.")
            return
        case = self._cases.setdefault(identity(key), _CaseDraft(key, entry))
        if case.key != key:
            self._refuse(entry, "case", f"“{shown(key)}” and “{shown(case.key)}” ({case.entry.where}) differ in spelling only. Write one case in one way.")
        for column in columns.CASE_COLUMNS:
            if column in entry.cells:
                self._give(entry, case.facts, column, f"case {shown(key)}", lambda name, text: columns.case_fact(name, text, self._catalog, self._dates))
        lesion = self._lesion(entry, case)
        day = self._parsed(entry, "date", lambda text: read_date(text, self._dates))
        cycle = self._parsed(entry, "cycle", columns.count)
        visit = self._visit(entry, case, day, cycle)
        if "analyte" in entry.cells:
            # A row whose time point makes no sense is refused, but its value is still read for what else is wrong.
            visit = visit or _VisitDraft(f"none, {entry.where}", "", len(case.visits))
            full, partial = (None, day) if isinstance(day, str) else (day, None)
            case.rows.append(_Row(entry, visit, lesion, full, partial))

    def _give(self, entry: Entry, facts: dict[str, _Given], column: str, of: str, parse: Callable[[str, str], object]) -> None:
        """Take a fact that must be equal or blank in all rows of its case or lesion."""
        text = entry.cells[column]
        try:
            value = parse(column, text)
        except UserError as error:
            self._refuse(entry, column, str(error))
            return
        given = facts.setdefault(column, _Given(value, text, entry))
        if given.value != value:
            self._refuse(entry, column, f"“{shown(text)}” here, but “{shown(given.text)}” in {given.entry.where}: {of} can have one only.")

    def _lesion(self, entry: Entry, case: _CaseDraft) -> _LesionDraft | None:
        label = entry.cells.get("lesion", "")
        filled = [column for column in columns.LESION_COLUMNS if column in entry.cells]
        if not label:
            if filled:
                self._refuse(entry, filled[0], "It speaks of a lesion, but the column lesion is blank.")
            return None
        lesion = case.lesions.setdefault(identity(label), _LesionDraft(label))
        for column in filled:
            self._give(entry, lesion.facts, column, f"the lesion “{shown(label)}”", columns.lesion_fact)
        return lesion

    def _parsed(self, entry: Entry, column: str, parse: Callable[[str], T]) -> T | None:
        """What the cell says; None where it is blank or was refused."""
        try:
            return parse(entry.cells[column]) if column in entry.cells else None
        except UserError as error:
            self._refuse(entry, column, str(error))
            return None

    def _visit(self, entry: Entry, case: _CaseDraft, day: date | str | None, cycle: int | None) -> _VisitDraft | None:
        """The time point; `day` is a date or the text of a partial one."""
        name = entry.cells.get("visit") or ("" if day is None else str(day)) or ("" if cycle is None else f"cycle {cycle}")
        if not name:
            if "analyte" in entry.cells and not {"date", "cycle"} & entry.cells.keys():
                self._refuse(entry, "visit", "The row has no time point. Fill visit, date or cycle.")
            return None
        key = identity(name)
        visit = case.visits.get(key)
        if visit is None:
            visit = case.visits[key] = _VisitDraft(f"visit {len(case.visits) + 1}", name, len(case.visits))
        if cycle is not None and visit.cycle_entry is None:
            visit.cycle, visit.cycle_entry = cycle, entry
        elif cycle is not None and visit.cycle_entry is not None and visit.cycle != cycle:
            self._refuse(entry, "cycle", f"“{shown(name)}” has {cycle} completed cycles here, but {visit.cycle} in {visit.cycle_entry.where}. Name the time points differently.")
        if isinstance(day, date):
            visit.days.append((day, entry))
        return visit

    # What must hold between rows

    def _check_record_numbers(self) -> None:
        """One record number is one case (H03)."""
        owners: dict[str, _CaseDraft] = {}
        for case in self._cases.values():
            given = case.facts.get("mrn")
            if given is not None:
                owner = owners.setdefault(identity(given.text), case)
                if owner is not case:
                    sentence = f"The record number “{shown(given.text)}” is that of case {shown(owner.key)} ({owner.facts['mrn'].entry.where}) too. One number is one case."
                    self._refuse(given.entry, "mrn", sentence)

    def _check_visits(self, case: _CaseDraft) -> None:
        span = self._catalog.conventions["visit_span_days"]
        for visit in case.visits.values():
            if visit.days:
                (first, _), (last, entry) = min(visit.days, key=_day), max(visit.days, key=_day)
                if (last - first).days > span:
                    far = f"{first.isoformat()} and {last.isoformat()} are more than {span} days apart"
                    self._refuse(entry, "date", f"“{shown(visit.name)}”: {far}. Name the time points differently.")

    # The values

    def _history(self, case: _CaseDraft, reader: Reader) -> History:
        lesions = {key: lesion.built() for key, lesion in case.lesions.items()}
        self._check_origins(case, lesions)
        facts: dict[tuple[str, ...], tuple[Observation, _Row]] = {}
        for row in case.rows:
            observation = self._observation(case, row, reader, lesions)
            if observation is None:
                continue
            known = facts.setdefault((row.visit.id, *observation.natural_key), (observation, row))
            if known[1] is not row:
                self._repeat(known[0], observation, known[1], row)
        visits = tuple(Visit(visit.id, visit.name, visit.place, visit.cycle) for visit in case.visits.values())
        observations = self._doubted(list(facts.values()))
        self._warn_of_cycles(case, list(facts.values()))
        return History(self._case(case), tuple(lesions.values()), visits, observations)

    def _case(self, case: _CaseDraft) -> Case:
        fact = case.fact
        return Case(
            key=case.key,
            patient=Patient(name=fact("patient_name"), mrn=fact("mrn"), birth_date=fact("birth_date"), sex=fact("sex")),
            diagnosis=fact("diagnosis"),
            stage=fact("stage"),
            stage_group=fact("stage_group"),
            context=fact("context"),
            regimen=fact("regimen"),
            cycle_length=fact("cycle_length"),
            fictitious=self._fictitious or fact("fictitious") == "yes",
        )

    def _observation(self, case: _CaseDraft, row: _Row, reader: Reader, lesions: dict[str, Lesion]) -> Observation | None:
        entry, cells = row.entry, row.entry.cells
        lesion = None if row.lesion is None else lesions[identity(row.lesion.label)]
        reading, problems = reader.read(entry, node=lesion is not None and lesion.kind == "node")
        accepted = False
        try:
            accepted = "accepted" in cells and columns.yes_no("accepted", cells["accepted"])
        except UserError as error:
            problems.append(("accepted", str(error)))
        birth = case.fact("birth_date")
        if birth is not None and _before(row, birth):
            problems.append(("date", f"{cells['date']} lies before the birth date {birth.isoformat()}. Correct one of them."))
        for column, sentence in problems:
            self._refuse(entry, column, sentence)
        if reading is None or problems:
            return None
        return Observation(
            id=entry.id,
            visit=row.visit.id,
            analyte=cells["analyte"],
            value=reading.value,
            date=row.date,
            partial_date=row.partial,
            lesion=None if lesion is None else lesion.label,
            uln=reading.uln,
            method=cells.get("method"),
            scanner=cells.get("scanner"),
            segmentation=cells.get("segmentation"),
            reader=cells.get("reader"),
            accepted=accepted,
            note=cells.get("note"),
            entered=reading.entered,
            warnings=reading.warnings,
        )

    def _repeat(self, known: Observation, again: Observation, first: _Row, row: _Row) -> None:
        """The same fact twice: identical rows are one, unlike ones are refused."""
        unlike = [name for name in ("value", "uln", "scanner", "segmentation", "accepted", "note") if getattr(known, name) != getattr(again, name)]
        if not unlike:
            self._repeated += 1
        else:
            what = f"{known.entered} there, {again.entered} here" if unlike == ["value"] else f"{' and '.join(unlike)} differ"
            self._refuse(row.entry, unlike[0], f"The same fact stands in {first.entry.where} already ({shown(what)}). Remove one, or tell them apart by date, reader or method.")

    def _check_origins(self, case: _CaseDraft, lesions: dict[str, Lesion]) -> None:
        """A lesion comes from another one; that may be known from an earlier import only."""
        for key, draft in case.lesions.items():
            given = draft.facts.get("lesion_from")
            for label in lesions[key].origin:
                if given is not None and identity(label) == key:
                    self._refuse(given.entry, "lesion_from", "A lesion cannot come from itself.")
                elif given is not None and identity(label) not in lesions:
                    self._warnings.append(given.entry.problem("lesion_from", f"“{shown(label)}” is no lesion of case {shown(case.key)} in this file."))

    # Doubts: they are listed and stay with the fact, but refuse nothing

    def _doubted(self, facts: list[tuple[Observation, _Row]]) -> tuple[Observation, ...]:
        jumps = doubts.jumps([(observation, row.visit.place) for observation, row in facts], self._catalog)
        answer = []
        for place, (observation, row) in enumerate(facts):
            warnings = (*observation.warnings, *jumps.get(place, ()))
            answer.append(replace(observation, warnings=warnings) if warnings != observation.warnings else observation)
            self._warnings += [row.entry.problem("value", f"{warning[0].upper()}{warning[1:]}.") for warning in warnings]
        return tuple(answer)

    def _warn_of_cycles(self, case: _CaseDraft, facts: list[tuple[Observation, _Row]]) -> None:
        """Completed cycles, and the numbers of the cycles given, rise with the date (H09)."""
        visits = [visit for visit in case.visits.values() if visit.days and visit.cycle is not None]
        for place in doubts.turned_back([(min(visit.days, key=_day)[0], visit.cycle or 0) for visit in visits]):
            visit = visits[place]
            sentence = f"“{shown(visit.name)}” is later than a time point with more completed cycles; check date and cycle."
            self._warnings.append((visit.cycle_entry or visit.days[0][1]).problem("cycle", sentence))
        given = [(row.date, int(quantity.value), row) for fact, row in facts if fact.analyte == "treatment.cycle" and row.date and (quantity := fact.quantity) and quantity.value]
        for place in doubts.turned_back([(day, number) for day, number, _ in given]):
            _, number, row = given[place]
            self._warnings.append(row.entry.problem("date", f"Cycle {number} is dated after a later cycle; check the dates."))


def _day(dated: tuple[date, Entry]) -> date:
    return dated[0]


def _before(row: _Row, birth: date) -> bool:
    if row.date is not None:
        return row.date < birth
    return row.partial is not None and row.partial < birth.isoformat()[: len(row.partial)]
