"""The treatment lane: cycles given, late, reduced, cancelled and still planned, and surgery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nacdesk.charts.axis import Track
from nacdesk.charts.model import LaneItem
from nacdesk.domain import wording
from nacdesk.domain.judgements import GivenCycle
from nacdesk.domain.quantity import plain

_FULL_DOSE = 100


@dataclass(frozen=True, slots=True)
class Lane:
    """The lane with what the axis needs of it.

    Attributes:
        ends: (number, position) of the end of each cycle given or planned.
        notes: cycles that are recorded and cannot be drawn.
    """

    items: tuple[LaneItem, ...]
    ends: tuple[tuple[int, float], ...]
    notes: tuple[str, ...] = ()


def lane(path: Track) -> Lane:
    """The lane of a case; empty where positions are not by date, for then no bar would be true."""
    timeline = path.timeline
    if not path.timed:
        return Lane((), ())
    dated = [(cycle, cycle.start) for cycle in timeline.cycles if cycle.start is not None]
    notes = tuple(f"C{cycle.number} {'was cancelled' if cycle.cancelled else 'was given'}; it has no date." for cycle in timeline.cycles if cycle.start is None)
    items: list[LaneItem] = []
    ends: list[tuple[int, float]] = []
    for place, (cycle, start) in enumerate(dated):
        following = dated[place + 1][1] if place + 1 < len(dated) else None
        end = _end(start, following, timeline.cycle_length)
        if cycle.delay_days and not cycle.cancelled:
            items.append(LaneItem(path.at(start - timedelta(days=cycle.delay_days)), path.at(start), f"+{cycle.delay_days} d", "delay"))
        items.append(_bar(path, cycle, start, end))
        if not cycle.cancelled and timeline.cycle_length:
            ends.append((cycle.number, path.at(start + timedelta(days=timeline.cycle_length))))
    planned = _planned(path, dated)
    items += planned
    ends += [(int(item.text.split()[0][1:]), item.x1) for item in planned]
    if timeline.surgery is not None:
        items.append(LaneItem(path.at(timeline.surgery), path.at(timeline.surgery), f"surgery {wording.day(timeline.surgery, year=False)}", "event"))
    return Lane(tuple(items), tuple(ends), notes)


def _end(start: date, following: date | None, length: int | None) -> date:
    """A bar is as long as its cycle, or ends where the next begins; a day where neither is known."""
    own = start + timedelta(days=length) if length else following or start + timedelta(days=1)
    return min(own, following) if following is not None and following > start else own


def _bar(path: Track, cycle: GivenCycle, start: date, end: date) -> LaneItem:
    if cycle.cancelled:
        return LaneItem(path.at(start), path.at(end), f"C{cycle.number} cancelled", "cancelled")
    if cycle.dose_pct is not None and cycle.dose_pct < _FULL_DOSE:
        return LaneItem(path.at(start), path.at(end), f"C{cycle.number} {plain(cycle.dose_pct)} % dose", "reduced")
    return LaneItem(path.at(start), path.at(end), f"C{cycle.number}", "given")


def _planned(path: Track, dated: Sequence[tuple[GivenCycle, date]]) -> list[LaneItem]:
    """The cycles of the regimen that are still to come, one length after the other; none after surgery."""
    timeline = path.timeline
    number = timeline.regimen.planned_cycles if timeline.regimen else None
    if number is None or not dated or not timeline.cycle_length or timeline.surgery is not None:
        return []
    last, start = dated[-1]
    length = timedelta(days=timeline.cycle_length)
    return [
        LaneItem(path.at(start + ahead * length), path.at(start + (ahead + 1) * length), f"C{last.number + ahead} planned", "planned")
        for ahead in range(1, number - last.number + 1)
    ]


def planned_end(path: Track, cycles: int) -> float | None:
    """Where so many cycles are completed, as given or by their length; None when it cannot be told."""
    timeline = path.timeline
    if not path.timed:
        return float(cycles) if path.unit == "counts" else None
    starts = [cycle.start for cycle in timeline.cycles if cycle.start is not None and not cycle.cancelled]
    if not starts or not timeline.cycle_length:
        return None
    given = min(len(starts), cycles)
    return path.at(starts[given - 1] + timedelta(days=timeline.cycle_length * (1 + cycles - given)))
