"""The pages of the reference in a list: grouped by kind, each title whole, however many lines it takes."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeWidget, QTreeWidgetItem, QWidget

from nacdesk.domain.reference import KINDS, Page
from nacdesk.gui.labels import together

ID = Qt.ItemDataRole.UserRole
ROOM, HIGH = 12, 6  # around the words of a line, in pixels


class PageList(QTreeWidget):
    """Titles under their kinds.

    Signals:
        chosen: id of the page that the reader went to.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: dict[str, QTreeWidgetItem] = {}
        self.setObjectName("reference-list")
        self.setAccessibleName("Pages of the reference")
        self.setHeaderHidden(True)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeWidget.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Wrapped(self))
        self.currentItemChanged.connect(self._on_current)

    def show_pages(self, found: Sequence[Page], unfolded: bool) -> None:
        """Show these pages, the groups open or closed."""
        self._items.clear()
        with QSignalBlocker(self):
            self.clear()
            for kind in KINDS:
                group = [page for page in found if page.kind == kind]
                if group:
                    top = QTreeWidgetItem(self, [f"{kind} ({len(group)})"])
                    top.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                    for page in group:
                        item = self._items[page.id] = QTreeWidgetItem(top, [together(page.title)])
                        item.setData(0, ID, page.id)
                    top.setExpanded(unfolded)

    def mark(self, page: str) -> None:
        """Mark a page where it is in the list, and bring it into view."""
        item = self._items.get(page)
        with QSignalBlocker(self):
            if item is None:
                self.setCurrentIndex(QModelIndex())
            elif item is not self.currentItem():
                item.parent().setExpanded(True)
                self.setCurrentItem(item)
                self.scrollToItem(item)
        self.viewport().update()

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        page = item.data(0, ID) if item is not None else None
        if page is not None:
            self.chosen.emit(page)

    # overrides of Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class _Wrapped(QStyledItemDelegate):
    """As high as the words need at the width they get; Qt's own takes one line where a style sheet is."""

    # overrides of Qt

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        view = self.parent()
        assert isinstance(view, PageList)
        depth = 2 if index.parent().isValid() else 1
        width = view.viewport().width() - depth * view.indentation() - ROOM
        words = view.fontMetrics().boundingRect(QRect(0, 0, max(width, 60), 10_000), Qt.TextFlag.TextWordWrap, str(index.data()))
        return QSize(width, words.height() + HIGH)
