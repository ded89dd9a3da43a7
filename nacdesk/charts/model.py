"""The drawing plan of a case: neither Qt nor PDF. Both painters draw exactly this.

Positions are in axis space: x in the units of the chosen axis, y linear, or log10 on a log panel.
Painters map axis space to pixels or points and never compute a value, a logarithm or a word.
Colours are named by meaning and looked up in `palette`.
"""

from dataclasses import dataclass, field
from typing import Literal

PointKind = Literal["measured", "not_detected", "bound", "above", "absent", "too_small"]
Meaning = Literal["size", "lesion", "suv", "ctdna", "marker", "alert", "watch", "info", "fine", "limit", "grey"]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis and its printed text ("" for a line without text)."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high` in axis space."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One value: filled dot when measured, open triangle when not detected or only a bound.

    Attributes:
        kind: "bound" is an upper bound ("<5", triangle down), "above" a lower one (">1000", triangle up).
        readout: the value in words for cursor, tooltip and table: "44.0 mm (−6.4 %)".
    """

    x: float
    y: float
    kind: PointKind
    visit: str
    readout: str
    observations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A line between points `start` and `end` (indexes into the series); no segment, no line."""

    start: int
    end: int
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity over time.

    Attributes:
        name: as labelled at its end ("sum 44", "primary").
        heavy: the bold line of a panel; thin otherwise, drawn without dots.
    """

    name: str
    meaning: Meaning
    heavy: bool
    points: tuple[Point, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """An area that a rule watches, shaded behind the data."""

    x0: float
    x1: float
    y0: float
    y1: float
    meaning: Meaning
    label: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A named horizontal line, labelled at the right edge."""

    y: float
    label: str
    meaning: Meaning
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class Badge:
    """The number of a flag on the point that raised it; shape and colour by severity."""

    number: int
    x: float
    y: float
    severity: Literal["alert", "watch", "info"]
    rule: str


@dataclass(frozen=True, slots=True)
class Label:
    """Text at a point of a panel (the name at a series' end)."""

    x: float
    y: float
    text: str
    meaning: Meaning
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart of the stack.

    Attributes:
        key: "size", "suv", "ctdna", "marker.cea".
        title: with unit: "Tumour size · mm".
        weight: share of the height against the other panels.
    """

    key: str
    title: str
    meaning: Meaning
    weight: float
    y: Axis
    series: tuple[Series, ...] = ()
    bands: tuple[Band, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    badges: tuple[Badge, ...] = ()
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class LaneItem:
    """A bar of the treatment lane, or an event (x0 == x1) such as surgery."""

    x0: float
    x1: float
    text: str
    kind: Literal["given", "reduced", "delay", "planned", "cancelled", "event"]


@dataclass(frozen=True, slots=True)
class Readout:
    """What the cursor line says at one position: one text per panel key that has a value there."""

    x: float
    title: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The same data as rows of text, for screen readers and paper."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ChartModel:
    """A case's linked panels.

    Attributes:
        case: key of the case it was built from; a late model of another case is dropped.
        revision: of the case.
        lane_title: the regimen.
        cursor: x of the as-of line, None for none.
        caption: what the axis is, and what was left out and why.
        summary: the whole chart in sentences.
        watermark: "" or the text across the chart.
    """

    case: str
    revision: int
    x: Axis
    lane_title: str
    lane: tuple[LaneItem, ...]
    panels: tuple[Panel, ...]
    readouts: tuple[Readout, ...]
    cursor: float | None
    caption: str
    summary: str
    table: Table
    watermark: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class ChartView:
    """What the user chose to see: the axis, absolute or per cent, where the as-of line stands."""

    axis: Literal["cycles", "days", "dates"] = "cycles"
    values: Literal["absolute", "change"] = "absolute"
