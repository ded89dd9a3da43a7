"""The grid of the flowsheet: keys as in a spreadsheet, and the time point that stays in view while the rest scrolls."""

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QTableView, QWidget

from nacdesk.gui.flowsheet_model import FROZEN, Kind, SheetModel
from nacdesk.gui.sheet_paint import TEXT, Pen, SheetDelegate, SheetHead
from nacdesk.gui.theme import Look

Index = QModelIndex | QPersistentModelIndex
LEAST_ROWS = 4
NAME_OF_GRID = "Flowsheet: a row per time point, a column per lesion and analyte"


class Move(Enum):
    """Where the cursor goes when a cell is left."""

    STAY = (0, 0)
    DOWN = (1, 0)
    UP = (-1, 0)
    RIGHT = (0, 1)
    LEFT = (0, -1)


class Asked(Enum):
    """What a key, or an action of the window, asks of the cell or of the chosen block."""

    EDIT, DETAILS, CLEAR, FILL, COPY, PASTE, COLUMN, GIVE_BACK = range(8)


_KEYS = {
    (Qt.Key.Key_F2, False): Asked.EDIT,
    (Qt.Key.Key_Delete, False): Asked.CLEAR,
    (Qt.Key.Key_Backspace, False): Asked.CLEAR,
    (Qt.Key.Key_Escape, False): Asked.GIVE_BACK,
}
_BESIDE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def writes(event: QKeyEvent) -> bool:
    """The key writes a character."""
    return bool(event.text()) and event.text().isprintable() and not event.modifiers() & _BESIDE


class _Grid(QTableView):
    """A table of sheet cells without Qt's own editing."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.may_press: Callable[[], bool] | None = None
        self.heads = SheetHead(self)
        self.setHorizontalHeader(self.heads)
        self.cells_painter = SheetDelegate(self)
        self.setItemDelegate(self.cells_painter)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(8)

    def use(self, pen: Pen) -> None:
        """Draw with this pen."""
        self.heads.pen = pen
        self.cells_painter.pen = pen

    def see(self, left: int, right: int) -> None:
        """What can be seen lies between these."""
        self.heads.seen = self.cells_painter.seen = (left, right)

    # overrides of Qt

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """What is being typed comes first: it is saved, or it keeps the cursor."""
        if self.may_press is None or self.may_press():
            super().mousePressEvent(event)


class SheetView(_Grid):
    """The grid.

    Signals:
        written: a character, typed on a cell.
        asked: an Asked.
        moved: cells stand elsewhere than before.
    """

    written = Signal(object)
    asked = Signal(object)
    moved = Signal()
    _frozen = 0  # columns that stay in view; Qt scrolls while the table is still being made

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = SheetModel(self)
        self.setModel(self.cells)
        self.setObjectName("flowsheet")
        self.setAccessibleName(NAME_OF_GRID)
        self.frozen = _Grid(self)
        self.frozen.setObjectName("frozen")
        self.frozen.setModel(self.cells)
        self.frozen.setSelectionModel(self.selectionModel())
        self.frozen.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.frozen.setAccessibleName("Time points")
        self.frozen.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.frozen.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().valueChanged.connect(self.frozen.verticalScrollBar().setValue)
        self.frozen.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.valueChanged.connect(self._on_scrolled)
        self._look = Look()
        self._home: int | None = None  # the column in which a run of Tab began

    def fit(self, look: Look) -> None:
        """Give each column and row the room that its words need."""
        self._look = look
        self.ensurePolished()
        if (look, self.font()) != (self.heads.pen.look, self.heads.pen.family):
            pen = Pen(look, self.font())
            for grid in (self, self.frozen):
                grid.use(pen)
        model, delegate = self.cells, self.cells_painter
        heights = [0] * model.rowCount()
        for column in range(model.columnCount()):
            width = self.heads.sectionSizeFromContents(column).width()
            for row in range(model.rowCount()):
                hint = delegate.sizeHint(QStyleOptionViewItem(), model.index(row, column))
                width, heights[row] = max(width, hint.width()), max(heights[row], hint.height())
            for grid in (self, self.frozen):
                grid.setColumnWidth(column, width)
        for row, height in enumerate(heights):
            for grid in (self, self.frozen):
                grid.setRowHeight(row, height)
        height = max((self.heads.sectionSizeFromContents(column).height() for column in range(model.columnCount())), default=0)
        for grid in (self, self.frozen):
            grid.heads.setFixedHeight(max(height, 1))
        self.setMinimumHeight(height + LEAST_ROWS * self.line_height + look.px(18))
        self._freeze()

    @property
    def names_rows(self) -> bool:
        """The time point of a row is always in view."""
        return self._frozen > 0

    @property
    def line_height(self) -> int:
        """Of a cell without marks."""
        return self.heads.pen.height([("", TEXT, False, "ink")]) + self._look.px(2)

    def rect_of(self, index: Index) -> QRect:
        """Where a cell stands, in this widget."""
        grid = self.frozen if index.column() < self._frozen else self
        rect = grid.visualRect(index)
        return QRect(grid.viewport().mapTo(self, rect.topLeft()), rect.size())

    def go(self, move: Move) -> bool:
        """Move the cursor; False at the end of the sheet. Tab runs on into the next row, Enter returns to where the run began."""
        here, (down, right), last = self.currentIndex(), move.value, self.cells.add_column - 1
        row, column, home = here.row() + down, here.column() + right, self._home
        if down and home is not None:
            column = min(home, last)
        elif right:
            home = here.column() if home is None else home
            if not 0 <= column <= last:
                row, column, home = row + right, 0 if right > 0 else last, 0
        if not 0 <= row < self.cells.rowCount():
            return False
        self.setCurrentIndex(self.cells.index(row, column))
        self._home = home
        return True

    def leave(self, forth: bool) -> None:
        """Give the focus to what comes before or after the grid."""
        QWidget.focusNextPrevChild(self, forth)

    def _freeze(self) -> None:
        """Keep the first columns in view, as many as leave room for the widest of the others."""
        count = self.cells.columnCount()
        widest = max((self.columnWidth(column) for column in range(FROZEN, count)), default=0)
        room, used, self._frozen = self.viewport().width() - widest, 0, 0
        for column in range(min(FROZEN, count)):
            if used + self.columnWidth(column) > room:
                break
            used, self._frozen = used + self.columnWidth(column), column + 1
        for column in range(count):
            self.frozen.setColumnHidden(column, column >= self._frozen)
        edge = self.frameWidth()
        self.frozen.setGeometry(edge, edge, used, self.viewport().height() + self.heads.height())
        self.frozen.setVisible(self._frozen > 0)
        self.frozen.verticalScrollBar().setValue(self.verticalScrollBar().value())
        self.see(used, self.viewport().width())
        self.frozen.see(0, used)
        self.moved.emit()

    def _on_scrolled(self, _value: int) -> None:
        self.moved.emit()

    # overrides of Qt

    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        """Never leave the cell behind the frozen columns."""
        bar = self.horizontalScrollBar()
        before = bar.value()
        super().scrollTo(index, hint)
        if index.column() < self._frozen:
            bar.setValue(before)
            return
        hidden = self.frozen.width() - self.visualRect(index).left()
        if self._frozen and hidden > 0:
            bar.setValue(bar.value() - hidden)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._freeze()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def event(self, event: QEvent) -> bool:
        """A character belongs to the cell, not to an action of the window that has the same key."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and writes(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, ctrl = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        adds = self.currentIndex().isValid() and self.cells.kind(self.currentIndex().column()) is Kind.ADD
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            back = shift or key == Qt.Key.Key_Backtab
            if ctrl or not self.go(Move.LEFT if back else Move.RIGHT):
                self.leave(not back)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not ctrl:
            if adds:
                self.asked.emit(Asked.COLUMN)
            else:
                self.go(Move.UP if shift else Move.DOWN)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.asked.emit(Asked.COPY)
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.asked.emit(Asked.PASTE)
        elif (key, ctrl) in _KEYS:
            self.asked.emit(_KEYS[key, ctrl])
        elif writes(event):
            if adds:
                self.asked.emit(Asked.COLUMN)
            else:
                self.written.emit(event.text())
        else:
            self._home = None
            super().keyPressEvent(event)
