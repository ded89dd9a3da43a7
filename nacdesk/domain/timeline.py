"""The course of one case: order of visits, cycles given, chosen baseline, comparable methods.

Everything the rules share about time stands here once (specification 1.3 to 1.5 and 1.7).
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from nacdesk.domain import dosing, wording
from nacdesk.domain.analytes import NOT_EVALUABLE
from nacdesk.domain.facts import History, Observation, Visit
from nacdesk.domain.judgements import GivenCycle
from nacdesk.domain.rules import Catalog, Regimen

_BASELINE_NAME = re.compile(r"\s*(baseline|base line|screening|pre[- ]?treatment|before treatment)\b", re.IGNORECASE)
# No completed cycle is not yet "before the first dose": these names say that treatment had begun.
_BEGUN_NAME = re.compile(r"\b(early|after|during|post|mid|on[- ]treatment|interim|(cycle|week|day|[CDW])[- ]?[1-9]\d*)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The visit a series is compared with, or why there is none.

    Attributes:
        visit: id, None when there is no baseline.
        why: how it was chosen, or the reason that there is none; one clause.
        warning: printed beside it, "" for none.
    """

    visit: str | None
    why: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Completed:
    """Completed cycles at a time point: the count, None when unknown, and where it comes from."""

    count: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The facts of a case in order, as seen by a date.

    Attributes:
        history: the facts in use, visits in order of time.
        as_of: the date of the review, None when nothing is dated.
        cycles: as given, in order of their numbers.
        day_zero: day 1 of cycle 1, None when not recorded.
        last_dose: the latest of the recorded one and day 1 of the cycles given; None when neither is.
        surgery: date of surgery, None when not recorded.
        cycle_length: days, recorded or from the regimen; None when unknown.
        regimen: the catalogue's entry of that name, None when there is none.
        by_visit: observations of each visit.
        by_analyte: observations of each analyte, in order of time; by_place: those of each visit and analyte.
    """

    history: History
    catalog: Catalog
    as_of: date | None
    cycles: tuple[GivenCycle, ...]
    day_zero: date | None
    last_dose: date | None
    surgery: date | None
    cycle_length: int | None
    regimen: Regimen | None
    by_visit: Mapping[str, tuple[Observation, ...]]
    by_analyte: Mapping[str, tuple[Observation, ...]]
    by_place: Mapping[tuple[str, str], tuple[Observation, ...]]
    positions: Mapping[str, int]
    dates: Mapping[str, date | None]

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The visits in order of time."""
        return self.history.visits

    def visit(self, visit_id: str) -> Visit:
        """The visit of that id."""
        return self.visits[self.positions[visit_id]]

    def rows(self, analyte: str, visit: str | None = None) -> tuple[Observation, ...]:
        """Observations of an analyte, of one visit where named, in order of time."""
        return self.by_analyte.get(analyte, ()) if visit is None else self.by_place.get((visit, analyte), ())

    def latest(self, analyte: str) -> Observation | None:
        """The last recorded fact of that analyte."""
        rows = self.rows(analyte)
        return rows[-1] if rows else None

    def settled(self, analyte: str) -> tuple[Observation | None, str]:
        """The latest evaluable fact of that analyte; without one, in words why: not recorded, or unlike values on its last day."""
        rows = [row for row in self.rows(analyte) if evaluable(row)]
        if not rows:
            return None, "not recorded"
        chosen, doubt = pick([row for row in rows if row.visit == rows[-1].visit and self.date_of(row) == self.date_of(rows[-1])])
        return chosen, f"has {doubt}" if doubt else ""

    def says(self, analyte: str) -> str | None:
        """The latest code of an analyte ("yes"), None when not recorded."""
        row = self.latest(analyte)
        return row.code if row is not None else None

    def date_of(self, row: Observation) -> date | None:
        """The date of a fact: its own, else that of its visit; none when it was recorded only in part."""
        return row.date or (None if row.partial_date else self.dates[row.visit])

    def day_of(self, when: date | None) -> int | None:
        """Whole days from the first dose."""
        return None if when is None or self.day_zero is None else (when - self.day_zero).days

    def name(self, visit_id: str, year: bool = True) -> str:
        """A visit in a sentence: "after C3 (17 Oct 2026)"."""
        when = self.dates[visit_id]
        name = self.visit(visit_id).name
        return name if when is None or name == when.isoformat() else f"{name} ({wording.day(when, year)})"

    def at(self, visit_id: str) -> str:
        """Where in a sentence: "after C3 (17 Oct 2026)", "at baseline (28 Aug 2026)"."""
        name = self.name(visit_id)
        return name if name.casefold().startswith(("after ", "before ", "during ")) else f"at {name}"

    def when(self, row: Observation) -> str:
        """Where a fact stands in a sentence: its date, else its visit."""
        at = self.date_of(row)
        return wording.day(at) if at is not None else row.partial_date or self.visit(row.visit).name

    def before_surgery(self, visit_id: str) -> bool:
        """The visit lies before surgery, by date, else by order."""
        surgeries = _definitive(self.rows("event.surgery"), self.day_zero)
        if not surgeries:
            return True
        when = self.dates[visit_id]
        if when is not None and self.surgery is not None:
            return when < self.surgery
        return self.positions[visit_id] < min(self.positions[row.visit] for row in surgeries)

    def before_treatment(self, visit_id: str) -> bool:
        """On or before the first dose: by date, else by a name such as baseline."""
        when = self.dates[visit_id]
        if when is not None and self.day_zero is not None:
            return when <= self.day_zero
        return visit_id in self._named_baseline([visit.id for visit in self.visits])

    def completed(self, visit_id: str, when: date | None = None) -> Completed:
        """Completed cycles at a visit: as entered, else counted from the dates of the cycles.

        A cycle counts once its day 1 + cycle length − grace has come (specification 1.5).
        """
        entered = self.visit(visit_id).cycle
        if entered is not None:
            return Completed(entered, "as entered")
        when = when or self.dates[visit_id]
        given = [cycle for cycle in self.cycles if not cycle.cancelled]
        if when is None or not given or self.cycle_length is None or any(cycle.start is None for cycle in given):
            return Completed(None, "neither entered nor countable from dated cycles")
        grace = self.grace
        done = sum(1 for cycle in given if cycle.start is not None and cycle.start + timedelta(days=self.cycle_length - grace) <= when)
        return Completed(done, f"counted with {grace} days of grace")

    @property
    def grace(self) -> int:
        """Days before the end of a cycle at which it counts as completed."""
        numbers = self.catalog.conventions
        return min(int(numbers["grace_max_days"]), int((self.cycle_length or 0) // numbers["grace_divisor"]))

    def on_treatment(self, visit_id: str) -> bool:
        """After the first dose: by date, else by a cycle number or place after the baseline."""
        when = self.dates[visit_id]
        if when is not None and self.day_zero is not None:
            return when > self.day_zero
        return (self.visit(visit_id).cycle or 0) > 0

    def baseline(self, rows: Iterable[Observation]) -> Baseline:
        """The baseline among the visits of `rows`: the last assessment on or before the first dose.

        Without a dated first dose the last visit named baseline (or screening, pre-treatment), else the
        first visit entered with 0 completed cycles, unless its name says that treatment had begun. A
        later visit never takes its place. A visit chosen by hand (`event.baseline`) goes before all
        this for the series measured there; one after the first dose is refused (H07).
        """
        visits = sorted({row.visit for row in rows}, key=self.positions.__getitem__)
        when = {visit: min((at for row in rows if row.visit == visit and (at := self.date_of(row))), default=None) for visit in visits}
        by_hand = next((row for row in reversed(self.rows("event.baseline")) if row.code == "yes"), None)
        if by_hand is not None and by_hand.visit in when:
            return self._by_hand(by_hand, when[by_hand.visit])
        named = self._named_baseline(visits)
        if self.day_zero is not None:
            before = [visit for visit in visits if (at := when[visit]) is not None and at <= self.day_zero]
            undated = [visit for visit in visits if when[visit] is None and visit in named]
            return self._in_window(before[-1], when[before[-1]]) if before else self._undated(undated)
        chosen = [visit for visit in visits if visit in named]
        if chosen:
            return Baseline(chosen[-1], f"{self.name(chosen[-1])}, the first dose is not recorded")
        return Baseline(None, "no baseline: no assessment is named baseline or entered with 0 completed cycles, and the first dose is not dated")

    def _by_hand(self, row: Observation, at: date | None) -> Baseline:
        """The visit that somebody chose, as old as it may be; never one after the first dose."""
        visit = self.visit(row.visit)
        words = f"chosen by hand{f' by {row.reader}' if row.reader else ''}"
        begun = at > self.day_zero if at is not None and self.day_zero is not None else (visit.cycle or 0) > 0 or _BEGUN_NAME.search(visit.name) is not None
        if begun:
            return Baseline(None, f"no baseline: {self.name(visit.id)} was {words} but lies after the first dose")
        words += f": {row.note.strip().rstrip('.')}" if row.note and row.note.strip() else ", no reason recorded"
        if self.day_zero is None:
            return Baseline(visit.id, f"{self.name(visit.id)}, the first dose is not recorded, {words}")
        if at is None:
            return replace(self._undated([visit.id]), why=f"{self.name(visit.id)}, which has no date, {words}")
        found = self._in_window(visit.id, at)
        if found.visit is not None:
            return replace(found, why=f"{found.why}, {words}")
        gap, most = (self.day_zero - at).days, self.catalog.conventions["baseline_accepted_days"]
        text = f"{visit.name} ({wording.day(at)}), {wording.counted(gap, 'day')} before the first dose"
        return Baseline(visit.id, f"{text}, {words}", f"the baseline chosen by hand is {gap} days before the first dose, more than the {most} that are accepted")

    def _undated(self, visits: Sequence[str]) -> Baseline:
        if visits:
            return Baseline(visits[-1], f"{self.name(visits[-1])}, which has no date", "the baseline has no date: its distance from the first dose is not known")
        return Baseline(None, "no baseline on or before the first dose")

    def _in_window(self, visit: str, at: date | None) -> Baseline:
        assert at is not None and self.day_zero is not None
        numbers = self.catalog.conventions
        gap = (self.day_zero - at).days
        text = f"{self.visit(visit).name} ({wording.day(at)}), {wording.counted(gap, 'day')} before the first dose"
        if gap > numbers["baseline_accepted_days"]:
            return Baseline(None, f"no baseline: {text}, more than {numbers['baseline_accepted_days']}")
        if gap > numbers["baseline_preferred_days"]:
            return Baseline(visit, text, f"the baseline is {gap} days before the first dose; up to {numbers['baseline_preferred_days']} are preferred")
        return Baseline(visit, text)

    def _named_baseline(self, visits: Sequence[str]) -> frozenset[str]:
        """Of these visits: those named baseline; where the case has none so named, the first with 0 completed cycles."""
        named = {visit.id for visit in self.visits if _BASELINE_NAME.match(visit.name)}
        if named:
            return frozenset(named)
        unnamed = (self.visit(visit) for visit in visits)
        return frozenset([visit.id for visit in unnamed if visit.cycle == 0 and not _BEGUN_NAME.search(visit.name)][:1])


def counting(rows: Sequence[Observation]) -> Sequence[Observation]:
    """The values of the reader that counts, where one is accepted; else all of them."""
    return [row for row in rows if row.accepted] or rows


def pick(rows: Sequence[Observation]) -> tuple[Observation | None, str | None]:
    """The one of several values that counts, or why none does.

    An accepted value wins; equal values are one; of several days the latest counts. Two unlike
    values of one day, none accepted, are not decided by the program.
    """
    if not rows:
        return None, None
    accepted = counting(rows)
    newest = max((row.date for row in accepted if row.date is not None), default=None)
    last = [row for row in accepted if row.date == newest] if newest is not None else accepted
    if len({_worth(row) for row in last}) > 1:
        seen = wording.joined(sorted({f"{row.value}" + (f" by {row.reader}" if row.reader else "") for row in last}))
        return None, f"{len(last)} unlike values, none accepted: {seen}"
    return max(last, key=lambda row: row.id), None  # equal values: whichever stands first in a file plays no part


def _worth(row: Observation) -> object:
    quantity = row.quantity
    return row.code if quantity is None else (quantity.comparator, quantity.value, quantity.limit)


def same_method(first: str | None, second: str | None) -> bool:
    """Unlike methods are not compared; one that was not recorded is not known to differ."""
    return first is None or second is None or first.casefold() == second.casefold()


def change_pct(now: Decimal, reference: Decimal) -> Decimal | None:
    """100 * (now − reference) / reference, negative for shrinkage; None when the reference is 0 (KIN-01)."""
    return None if reference == 0 else 100 * (now - reference) / reference


def evaluable(row: Observation) -> bool:
    """The fact holds a value, not NE."""
    return row.code != NOT_EVALUABLE


def up_to(history: History, visit_id: str) -> History:
    """The facts up to a visit in order of time: the as-of of a case without dates."""
    ordered = _ordered(history)
    places = {visit.id: place for place, visit in enumerate(ordered)}
    last = places[visit_id]
    return replace(
        history,
        visits=tuple(ordered[: last + 1]),
        observations=tuple(row for row in history.observations if places[row.visit] <= last),
    )


def build(history: History, catalog: Catalog, as_of: date | None) -> Timeline:
    """Order the facts of a case and keep those seen by `as_of` (all of them when None)."""
    ordered = _ordered(history)
    seen = _seen(history, ordered, as_of)
    places = {visit.id: place for place, visit in enumerate(ordered)}
    rows = sorted(seen, key=_by_time(places))
    by_visit: dict[str, list[Observation]] = {visit.id: [] for visit in ordered}
    by_analyte: dict[str, list[Observation]] = {}
    by_place: dict[tuple[str, str], list[Observation]] = {}
    for row in rows:
        by_visit[row.visit].append(row)
        by_analyte.setdefault(row.analyte, []).append(row)
        by_place.setdefault((row.visit, row.analyte), []).append(row)
    recorded = {row.visit for row in history.observations}
    not_done = set() if as_of is not None else {visit.id for visit in ordered} - recorded
    visits = tuple(visit for visit in ordered if by_visit[visit.id] or visit.id in not_done)
    dates = {visit.id: _visit_date(by_visit[visit.id]) for visit in ordered}
    regimen = _regimen(history.case.regimen, catalog)
    length = history.case.cycle_length or (regimen.cycle_length if regimen else None)
    cycles = dosing.given(by_analyte, length)
    given = [cycle for cycle in cycles if not cycle.cancelled and cycle.start is not None]
    day_zero = next((cycle.start for cycle in given if cycle.number == 1), None)
    surgery = [row.date for row in _definitive(by_analyte.get("event.surgery", ()), day_zero) if row.date is not None]
    doses = [row.date for row in by_analyte.get("treatment.last_dose", ()) if row.date is not None and row.code != "no"]
    doses += [cycle.start for cycle in given if cycle.start is not None]
    latest = max((row.date for row in rows if row.date is not None), default=None)
    kept = {visit.id: place for place, visit in enumerate(visits)}
    seen_lesions = {row.lesion for row in rows}
    return Timeline(
        history=replace(history, lesions=tuple(lesion for lesion in history.lesions if lesion.label in seen_lesions), visits=visits, observations=tuple(rows)),
        catalog=catalog,
        as_of=as_of if as_of is not None else latest,
        cycles=cycles,
        day_zero=day_zero,
        last_dose=max(doses, default=None),
        surgery=min(surgery, default=None),
        cycle_length=length,
        regimen=regimen,
        by_visit={visit.id: tuple(by_visit[visit.id]) for visit in visits},
        by_analyte={key: tuple(value) for key, value in by_analyte.items()},
        by_place={key: tuple(value) for key, value in by_place.items()},
        positions=kept,
        dates=dates,
    )


def _by_time(places: Mapping[str, int]) -> Callable[[Observation], tuple[int, date, int]]:
    def key(row: Observation) -> tuple[int, date, int]:
        return places[row.visit], row.date or date.min, 0

    return key


def _definitive(rows: Sequence[Observation], day_zero: date | None) -> Sequence[Observation]:
    """Surgery after the first dose: an earlier biopsy or staging operation does not end the treatment."""
    return [row for row in rows if row.code != "no" and not (row.date is not None and day_zero is not None and row.date <= day_zero)]


def _visit_date(rows: Sequence[Observation]) -> date | None:
    """Of the size measurement, else the first date of the visit."""
    sizes = [row.date for row in rows if row.analyte == "size.diameter" and row.date is not None]
    return min(sizes or [row.date for row in rows if row.date is not None], default=None)


def _ordered(history: History) -> list[Visit]:
    """By date; a visit without one keeps its place behind the visit recorded before it."""
    first: dict[str, date] = {}
    clinical: set[str] = set()
    for row in history.observations:
        if row.date is not None:
            first[row.visit] = min(row.date, first.get(row.visit, row.date))
        if not row.analyte.startswith("treatment."):
            clinical.add(row.visit)
    carried, keys = date.min, {}
    for visit in sorted(history.visits, key=lambda visit: visit.place):
        own = first.get(visit.id)
        keys[visit.id] = (own or carried, visit.place)
        if own is not None and visit.id in clinical:
            carried = own
    return sorted(history.visits, key=lambda visit: keys[visit.id])


def _seen(history: History, ordered: Sequence[Visit], as_of: date | None) -> tuple[Observation, ...]:
    """What was recorded as seen by a day; a partial date counts once its month or year is over."""
    if as_of is None:
        return history.observations
    dated: dict[str, date] = {}
    for row in history.observations:
        if row.date is not None:
            dated[row.visit] = min(row.date, dated.get(row.visit, row.date))
    reached, carried = {}, date.min
    for visit in ordered:
        carried = max(carried, dated.get(visit.id, carried))
        reached[visit.id] = carried
    return tuple(row for row in history.observations if (row.date or _end_of(row.partial_date) or reached[row.visit]) <= as_of)


def _end_of(partial: str | None) -> date | None:
    if partial is None:
        return None
    parts = [int(part) for part in partial.split("-")]
    month = parts[1] if len(parts) > 1 else 12
    return date(parts[0], month, monthrange(parts[0], month)[1])


def _regimen(name: str | None, catalog: Catalog) -> Regimen | None:
    if name is None:
        return None
    wanted = name.strip().casefold()
    for entry in catalog.regimens:
        full = entry.name.casefold()
        if wanted in (full, full.split("(")[0].strip()):
            return entry
    return None
