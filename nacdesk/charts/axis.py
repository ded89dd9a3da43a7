"""Where facts lie along the shared x axis, and round ticks for both axes.

With dates, x is linear in time, in cycles, days or calendar days. Without, visits stand at their
completed cycles, else in their order, and the caption says so.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from nacdesk.charts.model import Axis, LaneItem, Tick
from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.quantity import MINUS
from nacdesk.domain.timeline import Timeline

Unit = Literal["cycles", "days", "dates", "counts", "order"]

_DAY_STEPS = (1, 2, 7, 14, 28, 56, 84, 168, 364, 728, 1456)
_LONG = 540  # days, from which each date carries its year
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_ROUND = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Track:
    """Positions along x.

    Attributes:
        unit: what x counts; without dates "counts" of completed cycles, else the "order" of visits.
        days: length of one unit in days.
        zero: the date at x = 0 where x is linear in time, else None.
        places: position of each drawn visit where it is not.
        columns: the drawn visits in order.
        caption: what the axis is.
        notes: what was asked for and cannot be shown, and why.
    """

    timeline: Timeline
    unit: Unit
    days: int
    zero: date | None
    places: Mapping[str, float]
    columns: tuple[str, ...]
    caption: str
    notes: tuple[str, ...] = ()

    @property
    def timed(self) -> bool:
        """x is linear in time."""
        return self.zero is not None

    def at(self, when: date) -> float:
        """The position of a date; x must be linear in time."""
        assert self.zero is not None
        return (when - self.zero).days / self.days

    def date_at(self, x: float) -> date:
        """The date at a position; x must be linear in time."""
        assert self.zero is not None
        return self.zero + timedelta(days=round(x * self.days))

    def of_row(self, row: Observation) -> float:
        """The position of a drawn fact."""
        when = self.timeline.date_of(row)
        return self.at(when) if self.zero is not None and when is not None else self.of_visit(row.visit)

    def of_visit(self, visit: str) -> float:
        """The position of a drawn visit."""
        when = self.timeline.dates[visit]
        return self.at(when) if self.zero is not None and when is not None else self.places[visit]


def track(timeline: Timeline, rows: Sequence[Observation], wanted: Literal["cycles", "days", "dates"]) -> Track:
    """Choose the positions of the drawn facts `rows` for the axis that is asked for."""
    columns = tuple(visit.id for visit in timeline.visits if any(row.visit == visit.id for row in rows))
    undated = sorted({row.visit for row in rows if row.date is None and (row.partial_date is not None or timeline.dates[row.visit] is None)}, key=timeline.positions.__getitem__)
    if not rows:
        return Track(timeline, "order", 1, None, {}, (), "")
    if undated:
        why = "visits have no dates" if len(undated) == len(columns) else f"{len(undated)} of {len(columns)} visits have no full date"
        return _by_visits(timeline, columns, wanted, why)
    first = min(when for row in rows if (when := timeline.date_of(row)) is not None)
    dates = Track(timeline, "dates", 1, timeline.day_zero or first, {}, columns, "Calendar dates.")
    if wanted == "dates":
        return dates
    if timeline.day_zero is None:
        by_visits = _by_visits(timeline, columns, wanted, "the first dose is not dated")
        return by_visits if by_visits.unit == "counts" else replace(dates, notes=(f"{wanted.capitalize()} cannot be shown: the first dose is not dated.",))
    start = wording.day(timeline.day_zero)
    if wanted == "cycles" and timeline.cycle_length:
        length = timeline.cycle_length
        return Track(timeline, "cycles", length, timeline.day_zero, {}, columns, f"By date, in cycles of {wording.counted(length, 'day')} from the first dose ({start}).")
    notes = ("The cycle length is not recorded: shown in days.",) if wanted == "cycles" else ()
    return Track(timeline, "days", 1, timeline.day_zero, {}, columns, f"Days from the first dose ({start}).", notes)


def _by_visits(timeline: Timeline, columns: tuple[str, ...], wanted: str, why: str) -> Track:
    """By completed cycles when every visit has them and they never fall, else by order.

    A visit at which nothing was done keeps its place: a gap, never joined.
    """
    columns = tuple(visit.id for visit in timeline.visits if visit.id in columns or not timeline.by_visit[visit.id])
    counts = [timeline.completed(visit).count for visit in columns]
    known = [count for count in counts if count is not None]
    notes = (f"{wanted.capitalize()} cannot be shown: {why}.",) if wanted != "cycles" else ()
    if columns and len(known) == len(counts) and known == sorted(known):
        places = {visit: count + known[:place].count(count) / known.count(count) for place, (visit, count) in enumerate(zip(columns, known, strict=True))}
        apart = "; visits with the same number are set apart" if len(set(known)) < len(known) else ""
        return Track(timeline, "counts", 1, None, places, columns, f"Positions by completed cycles; {why}{apart}.", notes)
    places = {visit: float(place) for place, visit in enumerate(columns)}
    return Track(timeline, "order", 1, None, places, columns, f"Visits in their order, distances mean nothing; {why}.", notes)


def x_axis(path: Track, drawn: Iterable[float], lane: Sequence[LaneItem], ends: Sequence[tuple[int, float]], baseline: str | None) -> Axis:
    """The x axis over everything drawn.

    Args:
        drawn: positions of the facts.
        ends: (number, position) of the end of each cycle given or planned.
        baseline: the visit that the first tick names, where it is drawn.
    """
    spots = [*drawn, *(at for item in lane for at in (item.x0, item.x1))]
    if path.unit == "cycles":
        spots += [at for _, at in ends]
    low, high = min(spots, default=0.0), max(spots, default=1.0)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    pad = 0.03 * (high - low)
    ticks: Sequence[Tick]
    if path.unit == "cycles":
        start = path.of_visit(baseline) if baseline in path.columns else 0.0
        ticks = [Tick(start, "baseline" if baseline in path.columns else "first dose"), *(Tick(at, f"after C{number}") for number, at in ends)]
    elif path.unit == "days":
        ticks = _day_ticks(low, high)
    elif path.zero is not None:
        ticks = _date_ticks(path, low, high)
    else:
        ticks = [Tick(path.places[visit], shortened(path.timeline.visit(visit).name, 20)) for visit in path.columns]
    names = {"cycles": "cycles", "days": "days from the first dose", "dates": "date", "counts": "completed cycles", "order": "visits"}
    return Axis(low - pad, high + pad, tuple(ticks), names[path.unit])


def _day_ticks(low: float, high: float) -> list[Tick]:
    step = next((step for step in _DAY_STEPS if (high - low) / step <= 8), _DAY_STEPS[-1])
    first, last = math.ceil(low / step), math.floor(high / step)
    return [Tick(float(at * step), f"day {at * step}".replace("-", MINUS)) for at in range(first, last + 1)]


def _date_ticks(path: Track, low: float, high: float) -> list[Tick]:
    """First days of months, or weeks within a month where the span is short; the year where it changes."""
    assert path.zero is not None
    first, last = path.zero + timedelta(days=math.ceil(low)), path.zero + timedelta(days=math.floor(high))
    long = (last - first).days > _LONG
    ticks, year = [], None
    for when in _round_dates(first, last):
        ticks.append(Tick(path.at(when), wording.day(when, year=long or when.year != year)))
        year = when.year
    return ticks


def _round_dates(first: date, last: date) -> list[date]:
    span = (last - first).days
    for longest, days in ((48, (1, 8, 15, 22)), (110, (1, 15))):
        if span <= longest:
            months = [(first.year, first.month), *_months_after(first, last)]
            return [when for year, month in months for day in days if first <= (when := date(year, month, day)) <= last] or [first]
    step = next((step for step in _MONTH_STEPS if span / (30.4 * step) <= 8), _MONTH_STEPS[-1])
    return [date(year, month, 1) for year, month in _months_after(first, last) if (year * 12 + month - 1) % step == 0] or [first]


def _months_after(first: date, last: date) -> list[tuple[int, int]]:
    """Every month that begins after `first` and not after `last`."""
    start, count = first.year * 12 + first.month - 1, (last.year - first.year) * 12 + last.month - first.month
    return [((start + ahead) // 12, (start + ahead) % 12 + 1) for ahead in range(1, count + 1)]


def from_zero(values: Iterable[float], lines: Iterable[float], room: float = 1.12) -> Axis:
    """A linear y axis that starts at 0 and holds all values with `room` above (a factor), and all threshold lines."""
    top = max(max((room * value for value in values), default=0.0), max((1.03 * line for line in lines), default=0.0)) or 1.0
    step = _step(top, 5)
    count = math.ceil(top / step - 1e-9)
    high = count * step if count * step <= 1.2 * top else top
    return Axis(0.0, high, tuple(Tick(_times(at, step), _digits(_times(at, step))) for at in range(count + 1) if _times(at, step) <= high + 1e-9))


def around_zero(values: Iterable[float]) -> Axis:
    """A linear y axis in per cent change that always holds 0, and never less than −10 to +10."""
    spots = [-10.0, 10.0, *values]
    low, high = 1.12 * min(spots), 1.12 * max(spots)
    step = _step(high - low, 5)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Axis(low, high, tuple(Tick(_times(at, step), f"{'+' if at > 0 else ''}{_digits(_times(at, step))} %") for at in range(first, last + 1)))


def logarithmic(values: Iterable[float], limits: Iterable[float]) -> Axis:
    """A log10 y axis with ticks at powers of ten; its lower end is a third of the smallest limit of detection.

    Args:
        values, limits: above 0, in the unit of the quantity. Without a limit the lower end is the power of ten below all.
    """
    seen, bounds = list(values), list(limits)
    third = math.log10(min([*bounds, *seen], default=1.0) / 3)
    low = third if bounds else float(math.ceil(math.log10(min(seen, default=1.0))) - 1)
    high = max(math.log10(max([*seen, *bounds], default=10.0)) + 0.12, low + 1.0)
    high += 0.08 * (high - low)
    if math.floor(high) <= math.ceil(low):  # never fewer than two powers of ten to read by
        high = math.ceil(low) + 1.05
    powers = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    step = max(1, math.ceil(len(powers) / 5))
    return Axis(low, high, tuple(Tick(float(power), _digits(10.0**power)) for power in powers if power % step == 0))


def _step(span: float, most: int) -> float:
    """The smallest of 1, 2 and 5 times a power of ten of which `span` holds at most `most`."""
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(_times(1, factor * power) for factor in _ROUND if span / (factor * power) <= most + 1e-9)


def _times(count: int, step: float) -> float:
    """count × step without the dust of binary fractions (3 × 0.1 is 0.3)."""
    return float(f"{count * step:.12g}")


def _digits(value: float) -> str:
    text = f"{value:.12f}".rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def shortened(name: str, length: int) -> str:
    """A name that fits; only names are ever shortened, never numbers or units."""
    return name if len(name) <= length else name[: length - 1].rstrip() + "…"
