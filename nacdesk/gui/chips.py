"""Small labels in a row that runs on to the next line: the prerequisites and cautions of an option."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nacdesk.gui.broken import broken
from nacdesk.gui.flow_layout import keep_height
from nacdesk.gui.theme import Look

GAP, SIDE, TOP, RADIUS, TEXT = 4, 6, 1, 4, 11  # pixels at 100 %


@dataclass(frozen=True, slots=True)
class Chip:
    """One label; the tone is "fine", "watch" or "plain", and never the only sign."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class _Place:
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    chip: Chip


class Chips(QWidget):
    """Paints its chips itself: a case has dozens, and a widget for each would make it slow to turn to."""

    def __init__(self) -> None:
        super().__init__()
        self.chips: tuple[Chip, ...] = ()
        self._look = Look()
        self._known: dict[int, tuple[list[_Place], int]] = {}
        keep_height(self)

    def show_chips(self, chips: Sequence[Chip], look: Look) -> None:
        """Show these."""
        self.chips, self._look = tuple(chips), look
        self._known.clear()
        self.setAccessibleName("; ".join(chip.text for chip in chips))
        self.setVisible(bool(chips))
        self.updateGeometry()
        self.update()

    def _places(self, width: int) -> tuple[list[_Place], int]:
        """Where each chip stands in that width, and the height of all; layouts ask many times."""
        if width not in self._known:
            self._known[width] = self._placed(width)
        return self._known[width]

    def _placed(self, width: int) -> tuple[list[_Place], int]:
        px = self._look.px
        metrics = QFontMetrics(self._look.font(TEXT))
        places: list[_Place] = []
        x = y = bottom = 0
        for chip in self.chips:
            lines = broken(chip.text, width - px(2 * SIDE), self._look, TEXT, False)
            wide = max(metrics.horizontalAdvance(line) for line in lines) + px(2 * SIDE)
            high = len(lines) * metrics.height() + px(2 * TOP)
            if x and x + wide > width:
                x, y = 0, bottom + px(GAP)
            places.append(_Place(x, y, wide, high, lines, chip))
            x += wide + px(GAP)
            bottom = max(bottom, y + high)
        return places, bottom

    # overrides of Qt

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(200))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(80), 0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._places(width)[1]

    def paintEvent(self, _event: QPaintEvent) -> None:
        c, px = self._look.colours, self._look.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._look.font(TEXT))
        step, ascent = painter.fontMetrics().height(), painter.fontMetrics().ascent()
        for place in self._places(self.width())[0]:
            tone = place.chip.tone
            fill, ink = (c.chip, c.ink) if tone == "plain" else (getattr(c, f"{tone}_soft"), getattr(c, tone))
            painter.setPen(QPen(QColor(c.edge)) if self._look.theme == "contrast" else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(fill))
            painter.drawRoundedRect(QRectF(place.x + 0.5, place.y + 0.5, place.width - 1, place.height - 1), px(RADIUS), px(RADIUS))
            painter.setPen(QColor(ink))
            for number, line in enumerate(place.lines):
                painter.drawText(place.x + px(SIDE), place.y + px(TOP) + ascent + number * step, line)
