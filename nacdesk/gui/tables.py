"""A read-only table of words: nothing is elided, and a copy carries the case with it."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

Index = QModelIndex | QPersistentModelIndex
Row = tuple[str, ...]
WRAP_CHARS, LAST_CHARS = 18, 32  # at most of a column that wraps, at least of the last one


class TextTableModel(QAbstractTableModel):
    """Rows of text under a head."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.head: Row = ()
        self.rows: Sequence[Row] = ()

    def show_rows(self, head: Row, rows: Sequence[Row]) -> None:
        """Replace head and rows."""
        self.beginResetModel()
        self.head, self.rows = head, rows
        self.endResetModel()

    # overrides of Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- the signature Qt documents; never changed
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- as above
        return 0 if parent.isValid() else len(self.head)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.head[index.column()]}: {self.rows[index.row()][index.column()] or 'empty'}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole and section < len(self.head):
            return self.head[section]
        return None


class TextTable(QTableView):
    """Shows a TextTableModel; whole rows are chosen and copied, with head and case (H44).

    Attributes:
        case: key of the case the rows belong to, put before each copied row; "" for none.

    Args:
        wrapped: words wrap, and the last column, which holds sentences, takes the room that is left.
    """

    def __init__(self, accessible: str, parent: QWidget | None = None, *, wrapped: bool = False) -> None:
        super().__init__(parent)
        self.case = ""
        self._wrapped = wrapped
        self.words = TextTableModel(self)
        self.setModel(self.words)
        self.setAccessibleName(accessible)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def show_rows(self, head: Row, rows: Sequence[Row], case: str = "") -> None:
        """Show these rows, each column as wide as its widest words."""
        self.case = case
        self.words.show_rows(head, rows)
        metrics, bold = QFontMetrics(self.font()), QFontMetrics(self._bold())
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 10)
        for column, title in enumerate(head[:-1] if self._wrapped else head):
            texts = {row[column] for row in rows}
            widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
            if self._wrapped:
                longest = max((metrics.horizontalAdvance(word) for text in texts for word in text.split()), default=0)
                widest = min(widest, max(longest, metrics.averageCharWidth() * WRAP_CHARS))
            self.setColumnWidth(column, max(widest + 24, bold.horizontalAdvance(title) + 28))
        self._share()

    def copied(self) -> str:
        """The chosen rows as tab-separated text with the head and the case."""
        chosen = sorted(index.row() for index in self.selectionModel().selectedRows())
        first = ("Case",) if self.case else ()
        own = (self.case,) if self.case else ()
        lines = [first + self.words.head, *(own + self.words.rows[row] for row in chosen)]
        return "\n".join("\t".join(line) for line in lines)

    def _share(self) -> None:
        """Give the last column of a wrapped table the room that is left, and the rows the height they need then."""
        last = self.words.columnCount() - 1
        if self._wrapped and last >= 0:
            taken = sum(self.columnWidth(column) for column in range(last))
            metrics = self.fontMetrics()
            longest = max((metrics.horizontalAdvance(word) for row in self.words.rows for word in row[last].split()), default=0)
            self.setColumnWidth(last, max(self.viewport().width() - taken, metrics.averageCharWidth() * LAST_CHARS, longest + 24))
            for row in range(len(self.words.rows)):
                self.setRowHeight(row, self.sizeHintForRow(row) + 6)

    def _bold(self) -> Any:
        font = self.font()
        font.setBold(True)
        return font

    # overrides of Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.selectionModel().hasSelection():
            QGuiApplication.clipboard().setText(self.copied())
            return
        super().keyPressEvent(event)
