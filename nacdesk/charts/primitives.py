"""What a painter can draw. `layout` turns a ChartModel into these; screen and paper only paint them.

Lengths in points (screen: logical pixels at 100 %), origin top left, y downwards. Colours are "#rrggbb".
`role` says what a primitive shows, so that a test can compare both painters.
"""

from dataclasses import dataclass
from typing import Literal

Role = Literal["grid", "axis", "tick", "title", "band", "threshold", "line", "point", "ring", "badge", "label", "lane", "cursor", "watermark"]
Dash = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line with flat caps; an empty dash is solid."""

    role: Role
    x0: float
    y0: float
    x1: float
    y1: float
    colour: str
    width: float
    dash: Dash = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `fill` or `stroke` may be "" for none. `radius` rounds the corners."""

    role: Role
    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    stroke: str = ""
    dash: Dash = ()
    radius: float = 0.0
    stroke_width: float = 1.0


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle; `fill` or `stroke` may be "" for none."""

    role: Role
    x: float
    y: float
    radius: float
    fill: str = ""
    stroke: str = ""
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed polygon; `fill` or `stroke` may be "" for none."""

    role: Role
    points: tuple[tuple[float, float], ...]
    fill: str = ""
    stroke: str = ""
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; x is its start, middle or end, y its baseline."""

    role: Role
    x: float
    y: float
    text: str
    colour: str
    size: float
    bold: bool = False
    anchor: Literal["start", "middle", "end"] = "start"


Primitive = Line | Box | Disc | Polygon | Text


@dataclass(frozen=True, slots=True)
class PanelPlan:
    """One panel laid out.

    Attributes:
        key: of the panel; "lane" for the treatment lane, "axis" for the shared x axis.
        x, y, width, height: its own area of the whole drawing.
        primitives: in the coordinates of the whole drawing, back to front.
        plot_y0, plot_y1: where the panel's axis.low and axis.high lie; equal where there is no y axis.
    """

    key: str
    x: float
    y: float
    width: float
    height: float
    primitives: tuple[Primitive, ...]
    plot_y0: float = 0.0
    plot_y1: float = 0.0


@dataclass(frozen=True, slots=True)
class BadgePlace:
    """Where the badge of a flag was put, for clicks: its centre and the reach around it; its ring's centre."""

    number: int
    x: float
    y: float
    reach: float
    ring_x: float
    ring_y: float
    panel: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole drawing: lane, panels and axis, and how x in axis space maps to it.

    Attributes:
        width, height: of the whole.
        plot_x0, plot_x1: where axis.low and axis.high lie.
        scale: of lengths and text; 1.0 at 100 %.
        badges: where the badges are.
    """

    width: float
    height: float
    plot_x0: float
    plot_x1: float
    panels: tuple[PanelPlan, ...]
    scale: float = 1.0
    badges: tuple[BadgePlace, ...] = ()

    @property
    def primitives(self) -> tuple[Primitive, ...]:
        """All primitives, back to front."""
        return tuple(primitive for panel in self.panels for primitive in panel.primitives)
