"""A finished PDF as plain drawing steps, and those steps on QPdfWriter: the floor under the handout."""

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPointF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPageSize, QPainter, QPainterPath, QPdfWriter, QPen, QTransform

Step = tuple[Any, ...]  # ("text", transform, font, pen, text) or ("path", path, pen, brush)
UNIT = 10.0  # of the writer in a point: at one to one it would round the size of letters


def steps(data: bytes, family: str) -> tuple[tuple[float, float], list[list[Step]]]:
    """The size in points and the drawing steps of every page; `family` is the screen's name of the PDF's fonts."""
    pages = PdfReader(io.BytesIO(data)).pages
    box = pages[0].mediabox
    return (float(box.width), float(box.height)), [_Reader(page, family, float(box.height)).steps for page in pages]


def write(size: tuple[float, float], drawing: list[list[Step]]) -> bytes:
    """Every step once, in order, with nothing in between."""
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QSizeF(*size), QPageSize.Unit.Point))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(round(72 * UNIT))
    painter = QPainter(writer)
    for number, page in enumerate(drawing):
        if number:
            writer.newPage()
        for step in page:
            if step[0] == "text":
                _, transform, font, pen, text = step
                painter.setTransform(transform)
                painter.setFont(font)
                painter.setPen(pen)
                painter.drawText(QPointF(0, 0), text)
            else:
                _, path, pen, brush = step
                painter.setTransform(QTransform())
                painter.setPen(pen)
                painter.setBrush(brush)
                painter.drawPath(path)
    painter.end()
    buffer.close()
    return bytes(held.data())


class _Reader:
    """Reads the operators that the handout uses; `steps` is the page."""

    def __init__(self, page: PageObject, family: str, height: float) -> None:
        self.steps: list[Step] = []
        self._fonts = {name: _font(entry.get_object(), family) for name, entry in page["/Resources"]["/Font"].items()}
        self._to_screen = QTransform(1, 0, 0, -1, 0, height)
        self._at, self._kept = QTransform(), [QTransform()]
        self._fill, self._stroke, self._width, self._dash, self._round = QColor(), QColor(), 1.0, (), False
        self._path, self._matrix, self._font, self._letters = QPainterPath(), QTransform(), QFont(), {}
        contents = page.get_contents()
        assert contents is not None
        for operands, operator in ContentStream(contents, None).operations:
            act = _ACTS.get(operator)
            if act is not None:
                act(self, operands)

    def _paint(self, stroked: bool, filled: bool) -> None:
        pen = QPen(Qt.PenStyle.NoPen)
        if stroked:
            pen = QPen(self._stroke, self._width * self._at.m11() * UNIT)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap if self._round else Qt.PenCapStyle.FlatCap)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            if self._dash:
                pen.setDashPattern([length / self._width for length in self._dash])
        path = (self._at * self._to_screen * QTransform.fromScale(UNIT, UNIT)).map(self._path)
        self.steps.append(("path", path, pen, QBrush(self._fill) if filled else QBrush()))
        self._path = QPainterPath()

    def _write(self, codes: bytes) -> None:
        upright = QTransform(1, 0, 0, -1, 0, 0)  # letters stand up again on a page turned upside down
        text = "".join(self._letters.get(code, "") for code in codes)
        here = upright * self._matrix * self._at * self._to_screen
        here = QTransform(here.m11(), here.m12(), here.m21(), here.m22(), here.dx() * UNIT, here.dy() * UNIT)  # a font's size is in points already
        self.steps.append(("text", here, self._font, QPen(self._fill), text))

    def _choose(self, name: str, size: float) -> None:
        font, self._letters = self._fonts[name]
        self._font = QFont(font)
        self._font.setPointSizeF(size)

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, f"_{name}", value)

    def _transform(self, numbers: Sequence[Any]) -> None:
        self._at = QTransform(*map(float, numbers)) * self._at


# What each operator does to a page under way.
_ACTS: dict[bytes, Callable[[_Reader, list[Any]], Any]] = {
    b"q": lambda page, _: page._kept.append(page._at),
    b"Q": lambda page, _: page._set(at=page._kept.pop()),
    b"cm": lambda page, given: page._transform(given),
    b"rg": lambda page, given: page._set(fill=QColor.fromRgbF(*map(float, given))),
    b"RG": lambda page, given: page._set(stroke=QColor.fromRgbF(*map(float, given))),
    b"w": lambda page, given: page._set(width=float(given[0])),
    b"J": lambda page, given: page._set(round=int(given[0]) == 1),
    b"d": lambda page, given: page._set(dash=tuple(map(float, given[0]))),
    b"m": lambda page, given: page._path.moveTo(*map(float, given)),
    b"l": lambda page, given: page._path.lineTo(*map(float, given)),
    b"c": lambda page, given: page._path.cubicTo(*map(float, given)),
    b"re": lambda page, given: page._path.addRect(*map(float, given)),
    b"h": lambda page, _: page._path.closeSubpath(),
    b"S": lambda page, _: page._paint(True, False),
    b"f": lambda page, _: page._paint(False, True),
    b"B": lambda page, _: page._paint(True, True),
    b"Tf": lambda page, given: page._choose(given[0], float(given[1])),
    b"Tm": lambda page, given: page._set(matrix=QTransform(*map(float, given))),
    b"Tj": lambda page, given: page._write(given[0].original_bytes),
}


def _font(font: Any, family: str) -> tuple[QFont, dict[int, str]]:
    """The screen's font, and what each code of the subset stands for."""
    chosen = QFont(family)
    chosen.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # hinted widths are whole pixels
    chosen.setBold(str(font["/BaseFont"]).endswith("-Bold"))
    table = font["/ToUnicode"].get_object().get_data().decode("ascii")
    return chosen, {int(code, 16): chr(int(letter, 16)) for code, letter in re.findall(r"<([0-9A-Fa-f]{2})> <([0-9A-Fa-f]{4})>", table) if int(letter, 16)}
