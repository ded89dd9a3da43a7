"""Screen and paper draw the same: every point, line, badge and label of the plan, in its order, in both painters."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF, QStaticText
from reportlab.graphics import shapes

from nacdesk.charts.build import timeline_chart
from nacdesk.charts.layout import lay_out
from nacdesk.charts.model import ChartModel, ChartView
from nacdesk.charts.primitives import Box, Disc, Line, Plan, Primitive, Text
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.gui import chart_paint
from nacdesk.interop.read import read
from nacdesk.report.drawing import draw, measure
from nacdesk.report.styles import BOLD

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "resources/samples").glob("*.csv"))
SHARP = 0.51  # a screen puts lines along an axis on whole pixels


@dataclass(frozen=True)
class Ink:
    """What one call left: the kind of shape, where, in which colours.

    Attributes:
        area: left, top, right, bottom of the shape; a line with its width, a text from its start to its baseline.
    """

    kind: str
    area: tuple[float, float, float, float]
    fill: str
    stroke: str = ""
    dashed: bool = False
    text: str = ""
    size: float = 0.0
    bold: bool = False


def _thick(x0: float, y0: float, x1: float, y1: float, width: float) -> tuple[float, float, float, float]:
    across, down = (0.0, width / 2) if y0 == y1 else (width / 2, 0.0) if x0 == x1 else (0.0, 0.0)
    return min(x0, x1) - across, min(y0, y1) - down, max(x0, x1) + across, max(y0, y1) + down


class Recorder(QPainter):
    """Paints, and keeps what it was asked to paint."""

    def __init__(self, image: QImage) -> None:
        super().__init__(image)
        self.inks: list[Ink] = []

    def _pen(self) -> str:
        return "" if self.pen().style() == Qt.PenStyle.NoPen else self.pen().color().name()

    def _brush(self) -> str:
        return "" if self.brush().style() == Qt.BrushStyle.NoBrush else self.brush().color().name()

    def _dashed(self) -> bool:
        return self.pen().style() == Qt.PenStyle.CustomDashLine

    def fillRect(self, *arguments: Any) -> None:
        area, colour = arguments
        assert isinstance(area, QRectF)
        self.inks.append(Ink("area", (area.left(), area.top(), area.right(), area.bottom()), QColor(colour).name()))
        super().fillRect(area, colour)

    def drawLine(self, *arguments: Any) -> None:
        (line,) = arguments
        assert isinstance(line, QLineF)
        area = _thick(line.x1(), line.y1(), line.x2(), line.y2(), self.pen().widthF())
        assert self.pen().capStyle() == Qt.PenCapStyle.FlatCap
        self.inks.append(Ink("line", area, "", self._pen(), self._dashed()))
        super().drawLine(line)

    def drawEllipse(self, *arguments: Any) -> None:
        centre, across, down = arguments
        assert isinstance(centre, QPointF)
        area = (centre.x() - across, centre.y() - down, centre.x() + across, centre.y() + down)
        self.inks.append(Ink("disc", area, self._brush(), self._pen()))
        super().drawEllipse(centre, across, down)

    def drawPolygon(self, *arguments: Any) -> None:
        (polygon,) = arguments
        assert isinstance(polygon, QPolygonF)
        around = polygon.boundingRect()
        self.inks.append(Ink(f"{polygon.size()} corners", (around.left(), around.top(), around.right(), around.bottom()), self._brush(), self._pen()))
        super().drawPolygon(polygon)

    def drawRoundedRect(self, *arguments: Any) -> None:
        area, across, down = arguments
        assert isinstance(area, QRectF)
        self.inks.append(Ink("area", (area.left(), area.top(), area.right(), area.bottom()), self._brush(), self._pen(), bool(self._pen()) and self._dashed()))
        super().drawRoundedRect(area, across, down)

    def drawStaticText(self, *arguments: Any) -> None:
        corner, static = arguments
        assert isinstance(static, QStaticText)
        baseline = corner.y() + self.fontMetrics().ascent()
        font = self.font()
        self.inks.append(Ink("text", (corner.x(), baseline, corner.x(), baseline), self._pen(), "", False, static.text(), float(font.pixelSize()), font.bold()))
        super().drawStaticText(corner, static)


def on_screen(plan: Plan) -> list[Ink]:
    image = QImage(int(plan.width), int(plan.height), QImage.Format.Format_RGB32)
    recorder = Recorder(image)
    chart_paint.paint(recorder, plan.primitives)
    recorder.end()
    return recorder.inks


def on_paper(plan: Plan) -> list[Ink]:
    return [_shape(shape, plan.height) for shape in draw(plan).contents]


def _shape(shape: Any, height: float) -> Ink:
    match shape:
        case shapes.Line():
            dashed = bool(shape.strokeDashArray)
            area = _thick(shape.x1, height - shape.y1, shape.x2, height - shape.y2, shape.strokeWidth)
            along = shape.x1 == shape.x2 or shape.y1 == shape.y2
            return Ink("area", area, _hex(shape.strokeColor)) if along and not dashed else Ink("line", area, "", _hex(shape.strokeColor), dashed)
        case shapes.Rect():
            area = (shape.x, height - shape.y - shape.height, shape.x + shape.width, height - shape.y)
            return Ink("area", area, _hex(shape.fillColor), _hex(shape.strokeColor), bool(shape.strokeDashArray))
        case shapes.Circle():
            area = (shape.cx - shape.r, height - shape.cy - shape.r, shape.cx + shape.r, height - shape.cy + shape.r)
            return Ink("disc", area, _hex(shape.fillColor), _hex(shape.strokeColor))
        case shapes.Polygon():
            across, down = shape.points[::2], [height - up for up in shape.points[1::2]]
            return Ink(f"{len(across)} corners", (min(across), min(down), max(across), max(down)), _hex(shape.fillColor), _hex(shape.strokeColor))
        case shapes.String():
            bold = shape.fontName == BOLD
            wide = measure(shape.text, shape.fontSize, bold)
            start = shape.x - {"start": 0.0, "middle": wide / 2, "end": wide}[shape.textAnchor]
            baseline = height - shape.y
            return Ink("text", (start, baseline, start, baseline), _hex(shape.fillColor), "", False, shape.text, shape.fontSize, bold)
    raise AssertionError(f"paper drew something else: {type(shape).__name__}")


def _hex(colour: Any) -> str:
    return "" if colour is None else f"#{colour.hexval()[2:]}"


def planned(primitive: Primitive) -> Ink:
    match primitive:
        case Line():
            area = _thick(primitive.x0, primitive.y0, primitive.x1, primitive.y1, primitive.width)
            along = primitive.x0 == primitive.x1 or primitive.y0 == primitive.y1
            return Ink("area", area, primitive.colour) if along and not primitive.dash else Ink("line", area, "", primitive.colour, bool(primitive.dash))
        case Box():
            area = (primitive.x, primitive.y, primitive.x + primitive.width, primitive.y + primitive.height)
            return Ink("area", area, primitive.fill, primitive.stroke, bool(primitive.dash))
        case Disc():
            area = (primitive.x - primitive.radius, primitive.y - primitive.radius, primitive.x + primitive.radius, primitive.y + primitive.radius)
            return Ink("disc", area, primitive.fill, primitive.stroke)
        case Text():
            wide = measure(primitive.text, primitive.size, primitive.bold)
            start = primitive.x - {"start": 0.0, "middle": wide / 2, "end": wide}[primitive.anchor]
            return Ink("text", (start, primitive.y, start, primitive.y), primitive.colour, "", False, primitive.text, primitive.size, primitive.bold)
    across, down = zip(*primitive.points, strict=True)
    return Ink(f"{len(across)} corners", (min(across), min(down), max(across), max(down)), primitive.fill, primitive.stroke)


def differences(first: list[Ink], second: list[Ink]) -> list[tuple[Ink, Ink]]:
    """Pairs that are not the same; a text may start a little aside, for fonts are hinted on screens."""
    assert len(first) == len(second)
    return [(a, b) for a, b in zip(first, second, strict=True) if not _same(a, b)]


def _same(a: Ink, b: Ink) -> bool:
    alike = (a.kind, a.fill, a.stroke, a.dashed, a.text, a.bold) == (b.kind, b.fill, b.stroke, b.dashed, b.text, b.bold)
    little = max(2.0, 0.25 * a.size)
    aside = (little, SHARP, little, SHARP) if a.kind == "text" else (SHARP,) * 4
    return alike and abs(a.size - b.size) <= 0.5 and all(abs(x - y) <= most for x, y, most in zip(a.area, b.area, aside, strict=True))


@pytest.fixture(scope="module")
def models(catalog: Catalog) -> dict[str, ChartModel]:
    """Every sample, absolute and in change."""
    judged = {sample.stem: review(read([sample], catalog, fictitious=True).histories[0], catalog) for sample in SAMPLES}
    return {f"{name}, {values}": timeline_chart(one, ChartView(values=values)) for name, one in judged.items() for values in ("absolute", "change")}


@pytest.mark.parametrize(("theme", "scale", "compact"), [("light", 1.0, False), ("dark", 2.0, False), ("paper", 1.0, True)])
def test_both_painters_draw_the_plan_and_nothing_else(qapp: object, models: dict[str, ChartModel], theme: str, scale: float, compact: bool) -> None:
    for name, model in models.items():
        plan = lay_out(model, 784 * scale, 600 * scale, theme, measure, scale, compact)
        wanted = [planned(primitive) for primitive in plan.primitives]
        screen, paper = on_screen(plan), on_paper(plan)
        assert differences(screen, wanted) == [], name
        assert differences(paper, wanted) == [], name
        assert differences(screen, paper) == [], name


def test_points_lines_badges_and_labels_are_among_what_was_compared(qapp: object, models: dict[str, ChartModel]) -> None:
    model = models["01-primary-resistance, absolute"]
    plan = lay_out(model, 784, 600, "paper", measure)
    screen, paper = on_screen(plan), on_paper(plan)
    for role, least in {"point": 16, "line": 18, "badge": 12, "label": 12, "threshold": 8, "band": 3, "lane": 9}.items():
        places = [place for place, primitive in enumerate(plan.primitives) if primitive.role == role]
        assert len(places) >= least, role
        assert differences([screen[place] for place in places], [paper[place] for place in places]) == []


def test_a_painter_that_leaves_something_out_is_noticed(qapp: object, models: dict[str, ChartModel]) -> None:
    plan = lay_out(models["01-primary-resistance, absolute"], 784, 600, "paper", measure)
    screen = on_screen(plan)
    moved = [*screen]
    place = next(place for place, ink in enumerate(screen) if ink.kind == "disc")
    ink = screen[place]
    moved[place] = Ink(ink.kind, (ink.area[0] + 3, *ink.area[1:]), ink.fill, ink.stroke)
    assert len(differences(moved, screen)) == 1
    with pytest.raises(AssertionError):
        differences(screen[:-1], screen)
