"""How cells and heads of the flowsheet are drawn and measured: nothing is elided (H43), no state is told by colour alone (H19)."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from nacdesk.gui.flowsheet_model import FACE_ROLE, Face, Head, SheetModel
from nacdesk.gui.theme import Look

Index = QModelIndex | QPersistentModelIndex
Line = tuple[str, int, bool, str]  # text, size in pixels at 100 %, bold, colour of the theme
TEXT, SMALL = 13, 11
SIDE, TOP = 8, 4  # room around the words of a cell
HEAD_WIDTH = 92  # beyond it the words of a head run on to the next line
LEAST = 44


class Pen:
    """Fonts and measures of one look, in the family of a widget."""

    def __init__(self, look: Look, family: QFont) -> None:
        self.look = look
        self.family = family
        self._metrics: dict[tuple[int, bool], QFontMetrics] = {}
        self._widths: dict[tuple[str, int, bool], int] = {}

    def font(self, size: int, bold: bool) -> QFont:
        """The family at that size."""
        font = QFont(self.family)
        font.setPixelSize(self.look.px(size))
        font.setBold(bold)
        return font

    def metrics(self, size: int, bold: bool) -> QFontMetrics:
        """Measures of that font."""
        if (size, bold) not in self._metrics:
            self._metrics[size, bold] = QFontMetrics(self.font(size, bold))
        return self._metrics[size, bold]

    def width(self, lines: Sequence[Line]) -> int:
        """Of the longest line, with the room beside it."""
        return max((self._advance(text, size, bold) for text, size, bold, _ in lines), default=0) + 2 * self.look.px(SIDE)

    def _advance(self, text: str, size: int, bold: bool) -> int:
        if (text, size, bold) not in self._widths:
            self._widths[text, size, bold] = self.metrics(size, bold).horizontalAdvance(text)
        return self._widths[text, size, bold]

    def height(self, lines: Sequence[Line]) -> int:
        """Of all lines, with the room around them."""
        return sum(self.metrics(size, bold).height() for _, size, bold, _ in lines) + 2 * self.look.px(TOP)

    def write(self, painter: QPainter, rect: QRect, lines: Sequence[Line], *, right: bool, seen: tuple[int, int]) -> None:
        """Write the lines from the top of the rectangle.

        Args:
            seen: what can be seen lies between these; words that would be cut are not written at all (H43).
        """
        side, y = self.look.px(SIDE), rect.y() + self.look.px(TOP)
        longest = self.width(lines) - 2 * side
        left = rect.right() + 1 - side - longest if right else rect.x() + side
        if left < seen[0] or left + longest > seen[1]:
            return
        for text, size, bold, colour in lines:
            metrics = self.metrics(size, bold)
            painter.setFont(self.font(size, bold))
            painter.setPen(QColor(getattr(self.look.colours, colour)))
            x = rect.right() + 1 - side - self._advance(text, size, bold) if right else left
            painter.drawText(x, y + metrics.ascent(), text)
            y += metrics.height()

    def wrapped(self, text: str, size: int, bold: bool) -> list[str]:
        """The words of a head on as many lines as they need, one word at the least."""
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.metrics(size, bold).horizontalAdvance(longer) <= self.look.px(HEAD_WIDTH):
                lines[-1] = longer
            else:
                lines.append(word)
        return lines


def cell_lines(face: Face) -> list[Line]:
    """What is written in a cell."""
    colour = {"watch": "ink", "alert": "ink", "": "ink"}.get(face.tone, "muted")
    lines: list[Line] = [(face.text, TEXT, False, colour)]
    if face.marks:
        lines.append((face.marks, SMALL, False, face.tone or "muted"))
    return lines


def head_lines(head: Head, pen: Pen) -> list[Line]:
    """What is written over a column; a blank line where the panel of the column before goes on."""
    title = f"{head.title}\u00a0({head.unit})" if head.unit else head.title  # a number never stands without its unit
    titles: list[Line] = [(line, TEXT, True, "ink") for line in pen.wrapped(title, TEXT, True)]
    details: list[Line] = [(line, SMALL, False, "muted") for line in pen.wrapped(head.details, SMALL, False)]
    return [(head.panel, SMALL, False, "muted"), *titles, *details]


class SheetDelegate(QStyledItemDelegate):
    """Paints a cell: its text, and below it the marks in words.

    Attributes:
        seen: left and right end of what can be seen, in the viewport.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pen = Pen(Look(), parent.font())
        self.seen = (0, 0)

    # overrides of Qt

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        face: Face = index.data(FACE_ROLE)
        c, rect = self.pen.look.colours, option.rect
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, QColor(c.accent_soft if chosen else c.paper if face.typed else c.ground))
        painter.setPen(QColor(c.line))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        self.pen.write(painter, rect, cell_lines(face), right=face.number, seen=self.seen)
        if bool(option.state & QStyle.StateFlag.State_HasFocus):
            painter.setPen(QPen(QColor(c.accent), 2))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = cell_lines(index.data(FACE_ROLE))
        return QSize(max(self.pen.width(lines), self.pen.look.px(LEAST)), self.pen.height(lines) + self.pen.look.px(2))


class SheetHead(QHeaderView):
    """Paints the heads: panel, title with unit, and what a new value takes over.

    Attributes:
        seen: left and right end of what can be seen.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.pen = Pen(Look(), parent.font())
        self.seen = (0, 0)
        self.setSectionsClickable(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(8)
        self.setAccessibleName("Columns of the flowsheet")

    def lines(self, section: int) -> list[Line]:
        """What is written over a column."""
        model = self.model()
        return head_lines(model.head(section), self.pen) if isinstance(model, SheetModel) and section < model.columnCount() else []

    # overrides of Qt

    def sectionSizeFromContents(self, section: int) -> QSize:
        lines = self.lines(section)
        return QSize(self.pen.width(lines), self.pen.height(lines))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        c = self.pen.look.colours
        painter.save()
        painter.fillRect(rect, QColor(c.paper))
        painter.setPen(QColor(c.edge))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setPen(QColor(c.line))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        self.pen.write(painter, rect, self.lines(section), right=False, seen=self.seen)
        painter.restore()
