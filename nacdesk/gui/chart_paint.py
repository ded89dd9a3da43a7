"""Paints a drawing plan with QPainter: the first frame, the panels in the window, pictures. QtCore and QtGui only.

Every primitive becomes exactly one call, back to front. What speed taught: opaque colours, flat caps
and single segments (the stroker of wide polylines is slow), `fillRect` for lines along an axis,
kept fonts, pens and static texts.
"""

from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontDatabase, QFontMetricsF, QImage, QPainter, QPen, QPolygonF, QStaticText, QTransform

from nacdesk import paths
from nacdesk.charts import palette
from nacdesk.charts.layout import lay_out
from nacdesk.charts.model import ChartModel
from nacdesk.charts.primitives import Box, Disc, Line, Polygon, Primitive, Text
from nacdesk.errors import BugError

FONTS = ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf")


@lru_cache(maxsize=1)
def family() -> str:
    """The shipped font's family, registered on first use.

    Raises:
        BugError: the font is missing or damaged.
    """
    names: list[str] = []
    for name in FONTS:
        number = QFontDatabase.addApplicationFont(str(paths.resources() / "fonts" / name))
        if number < 0:
            raise BugError(f"The shipped font {name} could not be loaded; install nacdesk again.")
        names += QFontDatabase.applicationFontFamilies(number)
    return next(name for name in names if name.endswith("Condensed"))  # the wide face has its own family


def measure(text: str, size: float, bold: bool) -> float:
    """The width of a text in logical pixels, as `paint` draws it."""
    return _width(text, round(size), bold)


@lru_cache(maxsize=4096)
def _width(text: str, size: int, bold: bool) -> float:
    return _metrics(size, bold).horizontalAdvance(text)


@lru_cache(maxsize=64)
def font(size: int, bold: bool) -> QFont:
    """The chart font at `size` logical pixels."""
    chosen = QFont(family())
    chosen.setPixelSize(max(size, 1))
    chosen.setBold(bold)
    return chosen


@lru_cache(maxsize=64)
def _metrics(size: int, bold: bool) -> QFontMetricsF:
    return QFontMetricsF(font(size, bold))


@lru_cache(maxsize=2048)
def _static(text: str, size: int, bold: bool) -> QStaticText:
    words = QStaticText(text)
    words.setTextFormat(Qt.TextFormat.PlainText)
    words.prepare(QTransform(), font(size, bold))
    return words


@lru_cache(maxsize=256)
def _colour(name: str) -> QColor:
    return QColor(name)


@lru_cache(maxsize=256)
def _pen(colour: str, width: float, dash: tuple[float, ...]) -> QPen:
    pen = QPen(_colour(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    if dash:
        pen.setDashPattern([length / width for length in dash])  # Qt counts dashes in pen widths
    return pen


_NO_PEN, _NO_BRUSH = QPen(Qt.PenStyle.NoPen), QBrush(Qt.BrushStyle.NoBrush)


def paint(painter: QPainter, primitives: Iterable[Primitive]) -> None:
    """Draw primitives back to front; the painter's pen, brush and font are changed."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for primitive in primitives:
        if isinstance(primitive, Line):
            _line(painter, primitive)
        elif isinstance(primitive, Text):
            _text(painter, primitive)
        elif isinstance(primitive, Disc):
            _dress(painter, primitive.fill, primitive.stroke, primitive.width, ())
            painter.drawEllipse(QPointF(primitive.x, primitive.y), primitive.radius, primitive.radius)
        elif isinstance(primitive, Polygon):
            _dress(painter, primitive.fill, primitive.stroke, primitive.width, ())
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in primitive.points]))
        else:
            _box(painter, primitive)


def to_image(model: ChartModel, width: int, height: int, theme: str = "light", ratio: float = 1.0, scale: float = 1.0) -> QImage:
    """A picture of a chart, `width` x `height` logical pixels at `ratio` dots each."""
    plan = lay_out(model, width, height, theme, measure, scale)
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(_colour(palette.colours(theme).paper))
    painter = QPainter(image)
    paint(painter, plan.primitives)
    painter.end()
    return image


def _line(painter: QPainter, line: Line) -> None:
    if not line.dash and line.x0 == line.x1:
        painter.fillRect(QRectF(round(line.x0 - line.width / 2), line.y0, line.width, line.y1 - line.y0), _colour(line.colour))
    elif not line.dash and line.y0 == line.y1:
        painter.fillRect(QRectF(line.x0, round(line.y0 - line.width / 2), line.x1 - line.x0, line.width), _colour(line.colour))
    else:
        painter.setPen(_pen(line.colour, line.width, line.dash))
        painter.drawLine(QLineF(*_crisp(line)))


def _crisp(line: Line) -> tuple[float, float, float, float]:
    """A dashed line along an axis on whole pixels, so that it is not smeared over two."""
    if line.y0 == line.y1:
        y = round(line.y0 - line.width / 2) + line.width / 2
        return line.x0, y, line.x1, y
    if line.x0 == line.x1:
        x = round(line.x0 - line.width / 2) + line.width / 2
        return x, line.y0, x, line.y1
    return line.x0, line.y0, line.x1, line.y1


def _text(painter: QPainter, text: Text) -> None:
    size = round(text.size)
    wide = _width(text.text, size, text.bold)
    x = text.x - (wide / 2 if text.anchor == "middle" else wide if text.anchor == "end" else 0.0)
    painter.setPen(_colour(text.colour))
    painter.setFont(font(size, text.bold))
    painter.drawStaticText(QPointF(x, text.y - _metrics(size, text.bold).ascent()), _static(text.text, size, text.bold))


def _box(painter: QPainter, box: Box) -> None:
    area = QRectF(box.x, box.y, box.width, box.height)
    if box.fill and not box.stroke and not box.radius:
        painter.fillRect(area, _colour(box.fill))
        return
    _dress(painter, box.fill, box.stroke, box.stroke_width, box.dash)
    painter.drawRoundedRect(area, box.radius, box.radius)


def _dress(painter: QPainter, fill: str, stroke: str, width: float, dash: tuple[float, ...]) -> None:
    painter.setPen(_pen(stroke, width, dash) if stroke else _NO_PEN)
    painter.setBrush(_colour(fill) if fill else _NO_BRUSH)
