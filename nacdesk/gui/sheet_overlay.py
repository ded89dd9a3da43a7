"""What stands over the cells of the flowsheet: the editor, the bar beside a cell, and the list of columns to add."""

from PySide6.QtCore import QModelIndex, QRect
from PySide6.QtWidgets import QScrollArea, QWidget

from nacdesk.gui.cell_editor import Asking, CellBar, CellEditor
from nacdesk.gui.column_picker import ColumnPicker
from nacdesk.gui.edits import Place
from nacdesk.gui.sheet_view import SheetView
from nacdesk.gui.theme import Look


class SheetOverlay:
    """Editor, bar and picker, each where its cell is.

    Attributes:
        anchor: the cell that the bar is about, None for the one with the cursor.

    Args:
        host: the widget that they lie in; `view` is a child of it.
    """

    def __init__(self, host: QWidget, view: SheetView) -> None:
        self._host, self._view = host, view
        self.editor, self.bar, self.picker = CellEditor(host), CellBar(host), ColumnPicker(host)
        self.anchor: Place | None = None
        self._look = Look()
        self._open: Place | None = None

    def arrange(self, typed: Place | None, look: Look) -> None:
        """Put all three where they belong; `typed` is the place of the editor."""
        self._open, self._look = typed, look
        model = self._view.cells
        index = model.index_of(typed) if typed is not None else QModelIndex()
        if index.isValid():
            cell = self.rect_of(index)
            wanted = max(cell.width(), self.editor.fontMetrics().horizontalAdvance(self.editor.text()) + look.px(30))
            self.editor.setGeometry(max(0, min(cell.x(), self._host.width() - wanted)), cell.y(), wanted, self._view.line_height)
        if self.bar.asking is not None:
            index = model.index_of(self.anchor) if self.anchor is not None else self._view.currentIndex()
            self.bar.stand_by(self.rect_of(index) if index.isValid() else self._view.geometry(), self._host.rect(), look)
        if self.picker.isVisible():
            self.picker.stand_in(self._view.geometry(), look)

    def ask(self, place: Place | None, asking: Asking) -> None:
        """Show a sentence beside a place, and scroll to it."""
        self.anchor = place
        self.bar.ask(asking)
        self.arrange(self._open, self._look)
        self.reveal(self.bar.geometry())

    def rect_of(self, index: QModelIndex) -> QRect:
        """Where a cell stands in the host."""
        return self._view.rect_of(index).translated(self._view.pos())

    def reveal(self, part: QRect) -> None:
        """Scroll the page, where it is longer than the window, to a part of the host."""
        page: QWidget = self._host
        while not isinstance(page, QScrollArea):
            above = page.parentWidget()
            if above is None:
                return
            page = above
        content = page.widget()
        if content is not None and self._host.isVisible():
            middle = self._host.mapTo(content, part.center())
            page.ensureVisible(middle.x(), middle.y(), 0, part.height() // 2 + 4)
