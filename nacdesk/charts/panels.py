"""What every panel is made of: values, the lines between them, thresholds that move.

Positions and words only: every value, change and threshold comes from the domain and the catalogue.
A visit without a value is a gap and is never joined; a changed method breaks the line; not detected
is drawn at its limit, never at 0 (CTD-04).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nacdesk.charts.axis import Track
from nacdesk.charts.model import Label, Meaning, Panel, Point, PointKind, Segment, Series, Threshold
from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import Review, SeriesReview
from nacdesk.domain.quantity import MINUS, Quantity, plain
from nacdesk.domain.rules import Rule
from nacdesk.domain.timeline import Timeline

WEIGHTS = {"size": 1.6, "suv": 1.0, "ctdna": 0.9, "marker": 0.8}


@dataclass(frozen=True, slots=True)
class Material:
    """What panels are built from.

    Attributes:
        change: per cent of baseline instead of absolute values.
    """

    review: Review
    timeline: Timeline
    path: Track
    change: bool


def size_change(change: Decimal, rules: Mapping[str, Rule]) -> str:
    """A change of size in words, with more digits where rounding would cross a threshold of size."""
    return wording.percent(change, -rules["REC-08"].number("decrease_pct"), rules["REC-09"].number("increase_pct"), -rules["NAC-01"].number("decrease_pct"))


@dataclass(frozen=True, slots=True)
class Value:
    """One value to draw.

    Attributes:
        level: in the panel's unit; None when only "not detected" is known (drawn at the axis' foot).
        change: per cent from baseline, None when there is none.
        counts: the line goes through it; else it only shows (two values on one day).
    """

    visit: str
    x: float
    level: Decimal | None
    change: Decimal | None
    kind: PointKind
    readout: str
    observations: tuple[str, ...]
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Drawn:
    """A panel, what it has to say of each visit in words, and how many values have no place on its axis."""

    panel: Panel
    said: Mapping[str, str]
    omitted: int


def draw(
    name: str,
    meaning: Meaning,
    heavy: bool,
    values: Sequence[Value],
    y: Callable[[Value], float | None],
    gaps: Iterable[tuple[int, float]],
    breaks: Iterable[str],
    order: Callable[[Value], tuple[int, float]],
) -> Series:
    """Points and the segments between them; none across a gap, none into a visit of `breaks`.

    Args:
        y: position of a value, None when it has none on this axis.
        gaps: places (as `order` gives them) at which the line ends.
        breaks: visits before which the method changed.
    """
    placed = [(value, at) for value in sorted(values, key=order) if (at := y(value)) is not None]
    points = tuple(Point(value.x, at, value.kind, value.visit, value.readout, value.observations) for value, at in placed)
    stops: list[tuple[tuple[int, float], int | None]] = [(order(value), place) for place, (value, _) in enumerate(placed) if value.counts]
    stops += [(gap, None) for gap in gaps]
    segments: list[Segment] = []
    previous: int | None = None
    unlike, begun = set(breaks), set[str]()
    for _, place in sorted(stops, key=_stop):
        if place is not None:
            visit = points[place].visit
            if visit in unlike and visit not in begun:
                previous = None
            begun.add(visit)
            if previous is not None:
                segments.append(Segment(previous, place, not (_solid(points[previous]) and _solid(points[place]))))
        previous = place
    return Series(name, meaning, heavy, points, tuple(segments))


def _stop(stop: tuple[tuple[int, float], int | None]) -> tuple[int, float]:
    return stop[0]


def _solid(point: Point) -> bool:
    """A true value, not a bound."""
    return point.kind in ("measured", "absent", "too_small")


class Builder:
    """Shared by the panels: the order of values, the gaps, and levels in axis space."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.timeline, self.path, self.rules = material.timeline, material.path, material.review.catalog.rules

    def order(self, value: Value) -> tuple[int, float]:
        return self.timeline.positions[value.visit], value.x

    def gaps(self, values: Sequence[Value], tried: Iterable[str]) -> list[tuple[int, float]]:
        """Where the line ends: visits at which it was tried in vain; without dates each drawn visit without a value."""
        counted = {value.visit for value in values if value.counts}
        visits = set(tried) if self.path.timed else set(self.path.columns)
        return [(self.timeline.positions[visit], 0.0) for visit in visits - counted]

    def said(self, values: Sequence[Value], failed: Mapping[str, str]) -> Mapping[str, str]:
        """Every value of a visit in words; `failed` says why a visit has none that counts."""
        words: dict[str, str] = {}
        for value in sorted(values, key=self.order):
            text = value.readout
            if self.path.timed and value.x != self.path.of_visit(value.visit):
                text += f", {wording.day(self.path.date_at(value.x), year=False)}"
            words[value.visit] = f"{words[value.visit]}; {text}" if value.visit in words else text
        for visit, why in failed.items():
            words[visit] = f"{words[visit]} ({why})" if visit in words else why
        return words

    def failed(self, values: Sequence[Value], tried: Iterable[str]) -> Mapping[str, str]:
        """Visits at which a value was recorded and none counts."""
        words = ("not evaluable", "not counted", "unlike values, none accepted")
        counted, shown = {value.visit for value in values if value.counts}, [value.visit for value in values]
        return {visit: words[min(shown.count(visit), 2)] for visit in tried if visit not in counted}

    def breaks(self, panel: str) -> list[str]:
        return [visit for visit, key in self.material.review.breaks if key == panel]


def steps(levels: Sequence[tuple[float, float, str]], high: float, meaning: Meaning) -> list[Threshold]:
    """A threshold that moves: each (start, level, label) holds to the next start; only the last is named."""
    merged: list[tuple[float, float, str]] = []
    for start, level, label in levels:
        if not merged or merged[-1][1] != level:
            merged.append((start, level, label))
    ends = [*(start for start, _, _ in merged[1:]), high]
    return [Threshold(level, label if end == high else "", meaning, start, end) for (start, level, label), end in zip(merged, ends, strict=False) if end > start]


def value_of(row: Observation, quantity: Quantity, change: Decimal | None, is_base: bool, path: Track, counts: bool = True, review: SeriesReview | None = None) -> Value:
    """One reported value: at its number, its bound, or its limit of detection."""
    kind: PointKind = "measured" if quantity.comparator == "=" else "above" if quantity.comparator == ">" else "not_detected" if quantity.detected is False else "bound"
    level = quantity.upper if quantity.comparator != ">" else quantity.value
    words = str(quantity)
    if change is not None and not is_base:
        words += f", a fall of at least {wording.floor_percent(-change)}" if review is not None and review.bound else f" ({wording.percent(change)})"
    return Value(row.visit, path.of_row(row), level, change, kind, words, (row.id,), counts)


def last_label(series: Series, values: Sequence[Value], meaning: Meaning, change: bool) -> tuple[Label, ...]:
    """The last value that counts, at the end of its line."""
    shown = {(value.visit, value.x): value for value in values if value.counts}
    last = next((point for point in reversed(series.points) if (point.visit, point.x) in shown), None)
    if last is None:
        return ()
    value = shown[last.visit, last.x]
    sign = {"above": ">", "bound": "<"}.get(value.kind, "")
    if change and value.change is not None:
        text = wording.percent(value.change) if value.kind == "measured" else f"≤ {MINUS}{wording.floor_percent(-value.change)}"
    else:
        text = "ND" if value.kind == "not_detected" else f"{sign}{plain(value.level or Decimal(0))}"
    return (Label(last.x, last.y, text, meaning, True),)
