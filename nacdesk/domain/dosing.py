"""Cycles of treatment: as recorded, and as a form lays them out, moves, delays, reduces or cancels them.

Only what was given or cancelled is recorded; planned cycles are worked out from the regimen wherever they are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from nacdesk.domain.edits import Edit, PutVisit, Record, RemoveVisit, Withdraw
from nacdesk.domain.facts import History, Observation, Visit
from nacdesk.domain.judgements import GivenCycle
from nacdesk.domain.quantity import Quantity
from nacdesk.errors import UserError

_CYCLE, _DOSE, _DELAY, _CANCELLED = "treatment.cycle", "treatment.dose_pct", "treatment.delay_days", "treatment.cancelled"


@dataclass(frozen=True, slots=True)
class Cycle:
    """A row of the form.

    Attributes:
        number: 1 for the first.  start: day 1, None when not known.
        given: False for a planned one, which is never recorded.
        dose_pct: of the full dose, None when not recorded.
        delay_days: as entered, None when not.
        cancelled: recorded as not given.
    """

    number: int
    start: date | None
    given: bool = True
    dose_pct: Decimal | None = None
    delay_days: int | None = None
    cancelled: bool = False


def layout(first: date, length: int, cycles: int) -> tuple[date, ...]:
    """Day 1 of so many cycles, `length` days apart; `length` is 1 or more."""
    return tuple(first + timedelta(days=length * place) for place in range(cycles))


def given(by_analyte: Mapping[str, Sequence[Observation]], length: int | None) -> tuple[GivenCycle, ...]:
    """The cycles in order of their numbers, each with the dose, delay and cancellation recorded beside it.

    Args:
        by_analyte: observations of each analyte.
        length: days of a cycle; where it is known a delay that was not entered is counted.
    """
    found: dict[int, GivenCycle] = {}
    for row in by_analyte.get(_CYCLE, ()):
        number = row.quantity.exact if row.quantity else None
        if number is None:
            continue
        dose, delay, gone = (_beside(by_analyte.get(analyte, ()), row) for analyte in (_DOSE, _DELAY, _CANCELLED))
        late = delay.quantity.exact if delay is not None and delay.quantity else None
        found[int(number)] = GivenCycle(
            number=int(number),
            start=row.date,
            dose_pct=dose.quantity.exact if dose is not None and dose.quantity else None,
            delay_days=None if late is None else int(late),
            cancelled=gone is not None and gone.code == "yes",
        )
    cycles = [found[number] for number in sorted(found)]
    for place, cycle in enumerate(cycles[1:], start=1):
        previous = cycles[place - 1]
        if cycle.delay_days is None and cycle.start and previous.start and length and cycle.number == previous.number + 1:
            cycles[place] = replace(cycle, delay_days=max(0, (cycle.start - previous.start).days - length))
    return tuple(cycles)


def _beside(rows: Sequence[Observation], cycle: Observation) -> Observation | None:
    """Of the same visit, and of the same day where both are dated: one visit may hold several cycles."""
    return next((row for row in rows if row.visit == cycle.visit and (None in (row.date, cycle.date) or row.date == cycle.date)), None)


def recorded(history: History) -> tuple[Cycle, ...]:
    """The cycles of a case as recorded, in order of their numbers; delays as entered, not counted."""
    rows = _by_analyte(history)
    return tuple(Cycle(one.number, one.start, True, one.dose_pct, one.delay_days, one.cancelled) for one in given(rows, None))


def edits_for_cycles(history: History, plan: Sequence[Cycle]) -> tuple[Edit, ...]:
    """The edits that make the recorded cycles those of the plan; none when nothing changed.

    A recorded cycle that the plan does not hold as given or cancelled is withdrawn, its visit removed where it held nothing else.

    Raises:
        UserError: a number stands twice, or a date lies before that of an earlier cycle.
    """
    kept = sorted((one for one in plan if one.given or one.cancelled), key=lambda one: one.number)
    for before, after in pairwise(kept):
        if before.number == after.number:
            raise UserError(f"Cycle {after.number} stands twice; nothing was changed.", "Number each cycle once.")
    dated = [(one.number, one.start) for one in kept if one.start is not None]
    for (earlier, first), (later, then) in pairwise(dated):
        if then <= first:
            raise UserError(f"Cycle {later} ({then.isoformat()}) does not lie after cycle {earlier} ({first.isoformat()}); nothing was changed.", "Correct one of the two dates.")
    by_analyte = _by_analyte(history)
    rows = _numbered(by_analyte)
    edits: list[Edit] = []
    for one in kept:
        edits += _put(history, by_analyte, rows.get(one.number), one)
    gone = [row for number, row in rows.items() if number not in {one.number for one in kept}]
    edits += _withdrawn(history, by_analyte, gone)
    return tuple(edits)


def _by_analyte(history: History) -> dict[str, list[Observation]]:
    found: dict[str, list[Observation]] = {}
    for row in history.observations:
        found.setdefault(row.analyte, []).append(row)
    return found


def _numbered(by_analyte: Mapping[str, Sequence[Observation]]) -> dict[int, Observation]:
    """The cycle rows by number, as `given` takes them."""
    return {int(row.quantity.exact): row for row in by_analyte.get(_CYCLE, ()) if row.quantity is not None and row.quantity.exact is not None}


def _put(history: History, by_analyte: Mapping[str, Sequence[Observation]], row: Observation | None, one: Cycle) -> list[Edit]:
    """One cycle: its own row, then dose, delay and cancellation beside it."""
    edits: list[Edit] = []
    if row is None:
        name = f"C{one.number}"
        visit = next((visit.id for visit in history.visits if visit.name == name), "")
        if not visit:
            last = max((visit.place for visit in history.visits), default=-1)
            edits.append(PutVisit(Visit("", name, last + one.number)))
        row = Observation("", visit or name, _CYCLE, Quantity(Decimal(one.number), ""), one.start, entered=str(one.number))
        edits.append(Record(row))
        beside: dict[str, Observation | None] = dict.fromkeys((_DOSE, _DELAY, _CANCELLED))
    else:
        beside = {analyte: _beside(by_analyte.get(analyte, ()), row) for analyte in (_DOSE, _DELAY, _CANCELLED)}
        moved = _dated(row, one.start)
        edits += [Record(moved)] if moved != row else []
    values: dict[str, tuple[Quantity | str, str] | None] = {
        _DOSE: None if one.dose_pct is None else (Quantity(one.dose_pct, "%"), f"{one.dose_pct} %"),
        _DELAY: None if one.delay_days is None else (Quantity(Decimal(one.delay_days), "days"), f"{one.delay_days} days"),
        _CANCELLED: ("yes", "yes") if one.cancelled else None,
    }
    for analyte, value in values.items():
        known = beside[analyte]
        if value is None:
            edits += [Withdraw(known.id)] if known is not None else []
        elif known is None:
            edits.append(Record(Observation("", row.visit, analyte, value[0], one.start, entered=value[1])))
        else:
            changed = known if known.value == value[0] else replace(known, value=value[0], entered=value[1], warnings=())
            if known.date == row.date:  # one without a date of its own keeps going with its visit
                changed = _dated(changed, one.start)
            edits += [Record(changed)] if changed != known else []
    return edits


def _dated(row: Observation, when: date | None) -> Observation:
    return row if row.date == when else replace(row, date=when, partial_date=None)


def _withdrawn(history: History, by_analyte: Mapping[str, Sequence[Observation]], cycles: Sequence[Observation]) -> list[Edit]:
    """These cycles with all beside them, and the visits that held nothing else."""
    gone: dict[str, None] = {}
    for row in cycles:
        gone[row.id] = None
        gone.update((other.id, None) for analyte in (_DOSE, _DELAY, _CANCELLED) if (other := _beside(by_analyte.get(analyte, ()), row)) is not None)
    left = {row.visit for row in history.observations if row.id not in gone}
    empty = dict.fromkeys(row.visit for row in cycles if row.visit not in left)
    return [*map(Withdraw, gone), *map(RemoveVisit, empty)]
