"""A layout that runs on to the next line, like words do: chips of an option, cards of equal width."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QScrollArea, QSizePolicy, QWidget


class FlowLayout(QLayout):
    """Items side by side for as long as there is room.

    Args:
        gap: between items and lines, in pixels.
        column: least width of an item, more where its longest word needs it; when given, the items
            of a line share its width equally and are equally high.
        spread: the last item stands at the right edge, unless it has a line for itself.
    """

    def __init__(self, parent: QWidget | None = None, *, gap: int = 4, column: int = 0, spread: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._column = column
        self._spread = spread
        self.setContentsMargins(0, 0, 0, 0)

    def set_column(self, width: int) -> None:
        """Change the least width of an item."""
        self._column = width
        self.invalidate()

    # overrides of Qt

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        inside = self._arrange(QRect(0, 0, width - margins.left() - margins.right(), 0), False)
        return inside + margins.top() + margins.bottom()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect.marginsRemoved(self.contentsMargins()), True)

    def sizeHint(self) -> QSize:
        """All items on one line."""
        hints = [QSize(self._column, item.sizeHint().height()) if self._column else item.sizeHint() for item in self._shown()]
        width = sum(hint.width() for hint in hints) + self._gap * max(0, len(hints) - 1)
        return QSize(width, max((hint.height() for hint in hints), default=0)).grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(QSize(max(self._column, item.minimumSize().width()), 0) if self._column else item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _shown(self) -> list[QLayoutItem]:
        # isEmpty() is also true before the parent is shown; only a hidden widget gives up its place.
        return [item for item in self._items if not (widget := item.widget()) or not widget.isHidden()]

    def _arrange(self, rect: QRect, place: bool) -> int:
        return self._columns(rect, place) if self._column else self._words(rect, place)

    def _words(self, rect: QRect, place: bool) -> int:
        y = rect.y()
        for line in self._lines(rect.width()):
            height = max(size.height() for _, size in line)
            x = rect.x()
            for number, (item, size) in enumerate(line):
                if self._spread and number > 0 and item is self._shown()[-1]:
                    x = rect.right() + 1 - size.width()
                if place:
                    item.setGeometry(QRect(QPoint(x, y + (height - size.height()) // 2), size))
                x += size.width() + self._gap
            y += height + self._gap
        return max(0, y - self._gap - rect.y())

    def _lines(self, room: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        used = 0
        for item in self._shown():
            hint = item.sizeHint()
            width = min(hint.width(), room)
            size = QSize(width, item.heightForWidth(width) if item.hasHeightForWidth() else hint.height())
            if lines and used + self._gap + width <= room:
                lines[-1].append((item, size))
                used += self._gap + width
            else:
                lines.append([(item, size)])
                used = width
        return lines

    def _columns(self, rect: QRect, place: bool) -> int:
        items = self._shown()
        if not items:
            return 0
        least = max(self._column, *(item.minimumSize().width() for item in items))
        fits = max(1, (rect.width() + self._gap) // (least + self._gap))
        lines = -(-len(items) // fits)
        across = -(-len(items) // lines)  # five in two lines are three and two, not four and one
        width = (rect.width() - (across - 1) * self._gap) // across
        y = rect.y()
        for start in range(0, len(items), across):
            row = items[start : start + across]
            height = max(item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height() for item in row)
            if place:
                for place_in_row, item in enumerate(row):
                    item.setGeometry(QRect(rect.x() + place_in_row * (width + self._gap), y, width, height))
            y += height + self._gap
        return y - self._gap - rect.y()


class Scrolled(QWidget):
    """The content of a scroll area: as high as its text needs at the width it gets.

    Qt would ask for the height that the text needs at the least width, many times as much.
    """

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


def keep_height(widget: QWidget) -> None:
    """Let a widget be as high as its wrapped text needs at its width, and no higher."""
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    widget.setSizePolicy(policy)


def scrolls(area: QScrollArea, content: QWidget) -> QScrollArea:
    """The area, set up to scroll a page up and down; the page is as wide as the area, and the cursor goes to the page's own fields."""
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    return area
