"""Finding room for words: a label goes to the free place nearest to where it belongs."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nacdesk.charts.palette import Colours

Measure = Callable[[str, float, bool], float]

# Of a text's size: how far ink reaches above and below its baseline, and from there to its middle.
ASCENT, DESCENT, MIDDLE = 0.80, 0.22, 0.36
_ROW, _INK = 1.18, 0.86  # height of a row of text, and of its letters


@dataclass(frozen=True, slots=True)
class Rect:
    """An area, y downwards."""

    x0: float
    y0: float
    x1: float
    y1: float

    def meets(self, other: "Rect") -> bool:
        """The two share more than an edge."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def grown(self, by: float) -> "Rect":
        """Larger by so much on each side."""
        return Rect(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)


@dataclass(slots=True)
class Room:
    """What is taken: words and badges never overlap (`firm`), lines (x0, y0, x1, y1) are avoided where there is room."""

    firm: list[Rect] = field(default_factory=list)
    lines: list[tuple[float, float, float, float]] = field(default_factory=list)

    def row(self, x0: float, x1: float, wanted: float, size: float, low: float, high: float, reach: float = math.inf) -> float | None:
        """The middle nearest to `wanted` where a text of that size is free between `low` and `high`; taken from then on.

        Args:
            reach: how far the text may stand from where it belongs.

        Returns:
            None when there is no room; the text is then left out, and stands in the table.
        """
        height = _ROW * size
        low, high = low + height / 2, high - height / 2
        firm = [(block.y0 - height / 2, block.y1 + height / 2) for block in self.firm if block.x0 < x1 and x0 < block.x1]
        middle = _nearest(wanted, low, high, firm + self._passing(x0, x1, size), min(height, reach))
        if middle is None:
            middle = _nearest(wanted, low, high, firm, reach)
        if middle is not None:
            self.firm.append(Rect(x0, middle - height / 2, x1, middle + height / 2))
        return middle

    def crossed(self, x0: float, x1: float, middle: float, size: float) -> bool:
        """A line runs through a text there."""
        return any(top < middle < bottom for top, bottom in self._passing(x0, x1, size))

    def _passing(self, x0: float, x1: float, size: float) -> list[tuple[float, float]]:
        """Where the middle of a text may not lie for the lines; they may pass closer to its letters than another text."""
        return [_passed(line, x0, x1, _INK * size / 2 + 1) for line in self.lines if line[0] < x1 and x0 < line[2]]

    def free(self, area: Rect) -> bool:
        """Nothing firm lies there."""
        return not any(block.meets(area) for block in self.firm)


def _passed(line: tuple[float, float, float, float], x0: float, x1: float, reach: float) -> tuple[float, float]:
    """From where to where a line runs between two x, with `reach` on both sides."""
    start, top, end, bottom = line
    slope = (bottom - top) / (end - start) if end > start else 0.0
    first, last = top + slope * (max(start, x0) - start), top + slope * (min(end, x1) - start)
    return min(first, last) - reach, max(first, last) + reach


def _nearest(wanted: float, low: float, high: float, taken: Sequence[tuple[float, float]], reach: float) -> float | None:
    """The number nearest to `wanted`, within bounds and reach, that lies inside none of the intervals `taken`."""
    if low > high:
        return None
    if not low - reach <= wanted <= high + reach:
        return None
    wanted = min(max(wanted, low), high)
    edges = [wanted, *(edge for interval in taken for edge in interval if low <= edge <= high and abs(edge - wanted) <= reach)]
    edges.sort(key=lambda edge: abs(edge - wanted))
    for edge in edges:
        for top, bottom in taken:
            if top < edge < bottom:
                break
        else:
            return edge
    return None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every part of a drawing shares: colours, text widths, scale, and where x lies.

    Attributes:
        x0, x1: where `low` and `high` of the x axis lie.
        width: of the whole drawing.
        compact: single lesions without names.  tight: less room above each panel.
    """

    colours: Colours
    measure: Measure
    scale: float
    compact: bool
    tight: bool
    width: float
    x0: float
    x1: float
    low: float
    high: float

    def px(self, length: float) -> float:
        """A length given at 100 %."""
        return length * self.scale

    def x(self, at: float) -> float:
        """Where a position on the x axis lies."""
        return self.x0 + (at - self.low) / (self.high - self.low) * (self.x1 - self.x0)

    def wide(self, text: str, size: float, bold: bool = False) -> float:
        """How wide a text is, its size given at 100 %."""
        return self.measure(text, size * self.scale, bold)

    def middle(self, y: float, size: float) -> float:
        """The baseline of a text whose middle lies at `y`."""
        return y + MIDDLE * size * self.scale
