"""The floor: the same picture with nothing in between. Knows Qt and plain lists, and nothing of nacdesk.

Plans come as plain lists (`plain`), so that a fresh process can read one from a file without importing
anything of the program. What can be prepared once is prepared; drawing is a loop over QPainter calls.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPainter, QPen, QPolygonF, QStaticText, QTransform

Call = tuple[Callable[..., Any], tuple[Any, ...]]


def plain(primitives: Iterable[Any]) -> list[dict[str, Any]]:
    """Primitives of a plan as what JSON can hold."""
    return [{"kind": type(primitive).__name__, **asdict(primitive)} for primitive in primitives]


def prepared(drawing: Iterable[dict[str, Any]], family: str, fonts: Iterable[str] = ()) -> list[Call]:
    """The QPainter calls that draw it, with every pen, colour, font and text made; `fonts` are files to load first."""
    for name in fonts:
        QFontDatabase.addApplicationFont(name)
    calls: list[Call] = []
    for item in drawing:
        _MAKERS[item["kind"]](calls, item, family)
    return calls


def draw(painter: QPainter, calls: Iterable[Call]) -> None:
    """Nothing but the calls."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for call, arguments in calls:
        call(painter, *arguments)


def _line(calls: list[Call], item: dict[str, Any], family: str) -> None:
    x0, y0, x1, y1, width = item["x0"], item["y0"], item["x1"], item["y1"], item["width"]
    if not item["dash"] and x0 == x1:
        calls.append((QPainter.fillRect, (QRectF(round(x0 - width / 2), y0, width, y1 - y0), QColor(item["colour"]))))
    elif not item["dash"] and y0 == y1:
        calls.append((QPainter.fillRect, (QRectF(x0, round(y0 - width / 2), x1 - x0, width), QColor(item["colour"]))))
    else:
        if y0 == y1:
            y0 = y1 = round(y0 - width / 2) + width / 2
        elif x0 == x1:
            x0 = x1 = round(x0 - width / 2) + width / 2
        calls += [(QPainter.setPen, (_pen(item["colour"], width, item["dash"]),)), (QPainter.drawLine, (QLineF(x0, y0, x1, y1),))]


def _text(calls: list[Call], item: dict[str, Any], family: str) -> None:
    font = QFont(family)
    font.setPixelSize(max(round(item["size"]), 1))
    font.setBold(item["bold"])
    metrics = QFontMetricsF(font)
    wide = metrics.horizontalAdvance(item["text"])
    x = item["x"] - {"start": 0.0, "middle": wide / 2, "end": wide}[item["anchor"]]
    text = QStaticText(item["text"])
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.prepare(QTransform(), font)
    calls += [
        (QPainter.setPen, (QColor(item["colour"]),)),
        (QPainter.setFont, (font,)),
        (QPainter.drawStaticText, (QPointF(x, item["y"] - metrics.ascent()), text)),
    ]


def _disc(calls: list[Call], item: dict[str, Any], family: str) -> None:
    _dress(calls, item, item["width"])
    calls.append((QPainter.drawEllipse, (QPointF(item["x"], item["y"]), item["radius"], item["radius"])))


def _polygon(calls: list[Call], item: dict[str, Any], family: str) -> None:
    _dress(calls, item, item["width"])
    calls.append((QPainter.drawPolygon, (QPolygonF([QPointF(x, y) for x, y in item["points"]]),)))


def _box(calls: list[Call], item: dict[str, Any], family: str) -> None:
    area = QRectF(item["x"], item["y"], item["width"], item["height"])
    if item["fill"] and not item["stroke"] and not item["radius"]:
        calls.append((QPainter.fillRect, (area, QColor(item["fill"]))))
    else:
        _dress(calls, item, item["stroke_width"], item["dash"])
        calls.append((QPainter.drawRoundedRect, (area, item["radius"], item["radius"])))


def _dress(calls: list[Call], item: dict[str, Any], width: float, dash: Iterable[float] = ()) -> None:
    calls.append((QPainter.setPen, (_pen(item["stroke"], width, dash) if item["stroke"] else QPen(Qt.PenStyle.NoPen),)))
    calls.append((QPainter.setBrush, (QColor(item["fill"]) if item["fill"] else Qt.BrushStyle.NoBrush,)))


def _pen(colour: str, width: float, dash: Iterable[float]) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    if dash:
        pen.setDashPattern([length / width for length in dash])
    return pen


_MAKERS = {"Line": _line, "Text": _text, "Disc": _disc, "Polygon": _polygon, "Box": _box}
