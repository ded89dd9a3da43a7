"""Ink on one page, and a chart's plan as a reportlab Drawing.

`Pen` writes the page description language itself: a page holds a few hundred strokes and strings, and
reportlab's own canvas spends 25 us on each. A chart goes `Plan` -> `Drawing` -> `Pen`; what the Drawing
holds is what is printed.
"""

from functools import cache
from typing import Any

from reportlab.graphics import shapes
from reportlab.lib.colors import Color, HexColor

from nacdesk.charts.primitives import Box, Dash, Disc, Line, Plan, Polygon, Primitive, Text
from nacdesk.errors import BugError
from nacdesk.report import styles

# A circle from four cubic curves: the usual distance of the control points, in radii.
_BOW = 0.5523


class Pen:
    """Draws on one page; points, origin top left, y downwards. Colours are "#rrggbb".

    Nothing is encoded until `written`, so a page that is laid out anew costs no more than its layout.

    Attributes:
        height: of the page.
    """

    def __init__(self, height: float) -> None:
        self.height = height
        self._drawn: list[str | tuple[str, str, float, bool]] = []
        self._state: dict[str, str] = {}

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = styles.COLOURS.ink) -> None:
        """One line of clean text; y is its baseline."""
        self._ink("rg", colour)
        self._drawn.append((f"1 0 0 1 {x:.2f} {self.height - y:.2f}", text, size, bold))

    def slanted(self, x: float, y: float, text: str, size: float, colour: str) -> None:
        """Bold text rising at 45 degrees from x, y."""
        self._ink("rg", colour)
        self._drawn.append((f".7071 .7071 -.7071 .7071 {x:.2f} {self.height - y:.2f}", text, size, True))

    def written(self, fonts: Any) -> str:
        """The page in the page description language; `fonts` is the document whose fonts it uses."""
        return "\n".join(mark if isinstance(mark, str) else f"BT {mark[0]} Tm {shown(*mark[1:], fonts)} ET" for mark in self._drawn)

    def lines(self, x: float, y: float, lines: tuple[styles.Line, ...], style: styles.Style) -> None:
        """Lines of a paragraph, the first one's top at y."""
        baseline = y + (style.leading - style.size) / 2 + style.size * 0.8
        for line in lines:
            for span in line:
                self.text(x + span.x, baseline, span.text, style.size, bold=span.bold, colour=span.colour)
            baseline += style.leading

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: str, width: float, dash: Dash = ()) -> None:
        """A straight line with flat caps."""
        self._stroke(colour, width, dash)
        self._drawn.append(f"{x0:.2f} {self.height - y0:.2f} m {x1:.2f} {self.height - y1:.2f} l S")

    def box(self, x: float, y: float, width: float, height: float, *, fill: str = "", stroke: str = "", stroke_width: float = 1.0, dash: Dash = (), radius: float = 0.0) -> None:
        """A rectangle with its top left corner at x, y."""
        ending = self._ending(fill, stroke, stroke_width, dash)
        low, high = self.height - y - height, self.height - y
        if not radius:
            self._drawn.append(f"{x:.2f} {low:.2f} {width:.2f} {height:.2f} re {ending}")
            return
        right, far = x + width, radius * (1 - _BOW)
        self._drawn.append(
            f"{x + radius:.2f} {low:.2f} m {right - radius:.2f} {low:.2f} l "
            f"{right - far:.2f} {low:.2f} {right:.2f} {low + far:.2f} {right:.2f} {low + radius:.2f} c {right:.2f} {high - radius:.2f} l "
            f"{right:.2f} {high - far:.2f} {right - far:.2f} {high:.2f} {right - radius:.2f} {high:.2f} c {x + radius:.2f} {high:.2f} l "
            f"{x + far:.2f} {high:.2f} {x:.2f} {high - far:.2f} {x:.2f} {high - radius:.2f} c {x:.2f} {low + radius:.2f} l "
            f"{x:.2f} {low + far:.2f} {x + far:.2f} {low:.2f} {x + radius:.2f} {low:.2f} c h {ending}"
        )

    def disc(self, x: float, y: float, radius: float, *, fill: str = "", stroke: str = "", width: float = 1.0) -> None:
        """A circle; a filled one is the dot that a round cap leaves, one operator instead of four curves."""
        if fill:
            self._stroke(fill, 2 * radius, ())
            up = self.height - y
            self._drawn.append(f"1 J {x:.2f} {up:.2f} m {x:.2f} {up:.2f} l S 0 J")
        if stroke:
            self.box(x - radius, y - radius, 2 * radius, 2 * radius, stroke=stroke, stroke_width=width, radius=radius)

    def polygon(self, points: tuple[tuple[float, float], ...], *, fill: str = "", stroke: str = "", width: float = 1.0) -> None:
        """A closed polygon."""
        ending = self._ending(fill, stroke, width, ())
        path = " l ".join(f"{x:.2f} {self.height - y:.2f}" for x, y in points[1:])
        self._drawn.append(f"{points[0][0]:.2f} {self.height - points[0][1]:.2f} m {path} l h {ending}")

    def _ink(self, operator: str, colour: str) -> None:
        """Sets the colour for filling (rg) or stroking (RG), once."""
        if self._state.get(operator) != colour:
            self._state[operator] = colour
            red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
            self._drawn.append(f"{red:.3f} {green:.3f} {blue:.3f} {operator}")

    def _stroke(self, colour: str, width: float, dash: Dash) -> None:
        self._ink("RG", colour)
        for operator, value in (("w", f"{width:.2f}"), ("d", f"[{' '.join(f'{step:g}' for step in dash)}] 0")):
            if self._state.get(operator) != value:
                self._state[operator] = value
                self._drawn.append(f"{value} {operator}")

    def _ending(self, fill: str, stroke: str, width: float, dash: Dash) -> str:
        """Sets colours and pen for a closed path; the operator that paints it."""
        if fill:
            self._ink("rg", fill)
        if stroke:
            self._stroke(stroke, width, dash)
        return "B" if fill and stroke else "f" if fill else "S" if stroke else "n"


def shown(text: str, size: float, bold: bool, fonts: Any) -> str:
    """The operators that show a text: what to look for when a finished page is read again."""
    font = styles.font(bold)
    # The fonts are registered so that their first subset holds ASCII under its own codes.
    chunks = [(0, text.encode())] if text.isascii() else font.splitString(text, fonts)
    return " ".join(f"{font.getSubsetInternalName(subset, fonts)} {size:g} Tf <{codes.hex()}> Tj" for subset, codes in chunks)


def measure(text: str, size: float, bold: bool = False) -> float:
    """Width of a chart's text in points, for `charts.layout.lay_out`.

    Raises:
        UserError: a character of it cannot be printed.
    """
    return styles.measure(styles.clean(text, "the chart", bold=bold), size, bold)


def draw(plan: Plan) -> shapes.Drawing:
    """The plan, primitive by primitive and in its order, as reportlab shapes (origin bottom left).

    Raises:
        UserError: a character of a label cannot be printed.
    """
    drawing = shapes.Drawing(plan.width, plan.height)
    for primitive in plan.primitives:
        drawing.add(_shape(primitive, plan.height))
    return drawing


def paint(pen: Pen, drawing: shapes.Drawing, x: float, y: float) -> None:
    """Prints what `draw` made, its top left corner at x, y of the page."""
    bottom = y + drawing.height
    for shape in drawing.contents:
        match shape:
            case shapes.Line():
                pen.line(x + shape.x1, bottom - shape.y1, x + shape.x2, bottom - shape.y2, _hex(shape.strokeColor), shape.strokeWidth, tuple(shape.strokeDashArray or ()))
            case shapes.Rect():
                pen.box(
                    x + shape.x,
                    bottom - shape.y - shape.height,
                    shape.width,
                    shape.height,
                    fill=_hex(shape.fillColor),
                    stroke=_hex(shape.strokeColor),
                    stroke_width=shape.strokeWidth,
                    dash=tuple(shape.strokeDashArray or ()),
                    radius=shape.rx,
                )
            case shapes.Circle():
                pen.disc(x + shape.cx, bottom - shape.cy, shape.r, fill=_hex(shape.fillColor), stroke=_hex(shape.strokeColor), width=shape.strokeWidth)
            case shapes.Polygon():
                corners = tuple((x + across, bottom - up) for across, up in zip(shape.points[::2], shape.points[1::2], strict=True))
                pen.polygon(corners, fill=_hex(shape.fillColor), stroke=_hex(shape.strokeColor), width=shape.strokeWidth)
            case shapes.String():
                bold = shape.fontName == styles.BOLD
                back = {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.textAnchor] * styles.measure(shape.text, shape.fontSize, bold)
                pen.text(x + shape.x - back, bottom - shape.y, shape.text, shape.fontSize, bold=bold, colour=_hex(shape.fillColor))
            case _:
                raise BugError(f"a chart holds a shape that paper does not know: {type(shape).__name__}")


def _shape(primitive: Primitive, height: float) -> shapes.Shape:
    match primitive:
        case Line():
            return shapes.Line(
                primitive.x0,
                height - primitive.y0,
                primitive.x1,
                height - primitive.y1,
                strokeColor=_colour(primitive.colour),
                strokeWidth=primitive.width,
                strokeDashArray=list(primitive.dash) or None,
                strokeLineCap=0,
            )
        case Box():
            return shapes.Rect(
                primitive.x,
                height - primitive.y - primitive.height,
                primitive.width,
                primitive.height,
                rx=primitive.radius,
                ry=primitive.radius,
                fillColor=_colour(primitive.fill),
                strokeColor=_colour(primitive.stroke),
                strokeWidth=primitive.stroke_width,
                strokeDashArray=list(primitive.dash) or None,
            )
        case Disc():
            fill, stroke = _colour(primitive.fill), _colour(primitive.stroke)
            return shapes.Circle(primitive.x, height - primitive.y, primitive.radius, fillColor=fill, strokeColor=stroke, strokeWidth=primitive.width)
        case Polygon():
            corners = [value for x, y in primitive.points for value in (x, height - y)]
            return shapes.Polygon(corners, fillColor=_colour(primitive.fill), strokeColor=_colour(primitive.stroke), strokeWidth=primitive.width)
        case Text():
            return shapes.String(
                primitive.x,
                height - primitive.y,
                styles.clean(primitive.text, "the chart", bold=primitive.bold),
                fontName=styles.BOLD if primitive.bold else styles.REGULAR,
                fontSize=primitive.size,
                fillColor=_colour(primitive.colour),
                textAnchor=primitive.anchor,
            )


@cache
def _colour(text: str) -> Color | None:
    return HexColor(text) if text else None


@cache
def _hex(colour: Color | None) -> str:
    return "" if colour is None else f"#{colour.hexval()[2:]}"
