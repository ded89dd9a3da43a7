"""The list of cases: search, filters, and the rows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QButtonGroup, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from nacdesk.gui.case_rows import KEY_ROLE, CaseRowDelegate, CaseRows
from nacdesk.gui.desk import Summary
from nacdesk.gui.labels import button, words
from nacdesk.gui.theme import Look

if TYPE_CHECKING:
    from nacdesk.storage.store import CaseRow

SEARCH_MS = 120


class CaseList(QListView):
    """The list itself; rows are as high as their words need."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("worklist")
        self.setAccessibleName("Cases")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    # overrides of Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()  # another width wraps the words elsewhere


class Worklist(QWidget):
    """Search field, filters and the list.

    Signals:
        searched: the text to search for, when typing pauses.
        case_chosen: key of the case that was chosen.
        seen: keys of the rows in view.
    """

    searched = Signal(object)
    case_chosen = Signal(object)
    seen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search name, MRN, diagnosis…")
        self.search.setAccessibleName("Search name, MRN, diagnosis")
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.flagged = button("Flagged", "chip", checkable=True, name="flagged")
        self.everything = button("All", "chip", checkable=True, name="all")
        self.everything.setChecked(True)
        self._filters = QButtonGroup(self)
        self._filters.addButton(self.flagged)
        self._filters.addButton(self.everything)
        self.model = CaseRows(self)
        self.list = CaseList()
        self.delegate = CaseRowDelegate(self.list)
        self.list.setModel(self.model)
        self.list.setItemDelegate(self.delegate)
        self.nothing = words("note", name="worklist-empty")
        self.nothing.setContentsMargins(14, 8, 14, 8)
        self._rows: Sequence[CaseRow] = ()
        self._summaries: Mapping[str, Summary] = {}
        self._key: str | None = None
        self._placing = False
        self._search_shown = ""
        self._first_wanted = False
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(SEARCH_MS)
        self._typing.timeout.connect(self._on_typed)
        self.search.textChanged.connect(self._on_text)
        self._filters.buttonClicked.connect(self._on_filter)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.list.verticalScrollBar().valueChanged.connect(self._on_scrolled)

        head = QVBoxLayout()
        head.setContentsMargins(12, 10, 12, 8)
        head.setSpacing(8)
        head.addWidget(self.search)
        chips = QHBoxLayout()
        chips.setSpacing(6)
        chips.addWidget(self.flagged)
        chips.addWidget(self.everything)
        chips.addStretch(1)
        head.addLayout(chips)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)

    def show_look(self, look: Look) -> None:
        """Draw in these colours and sizes."""
        self.delegate.look = look
        self._refill()

    def show_rows(self, rows: "Sequence[CaseRow]", summaries: Mapping[str, Summary], search: str) -> None:
        """Show these rows; the case on show stays the current one where it is among them."""
        self._rows, self._summaries, self._search_shown = rows, summaries, search
        if self.search.text() != search and not self._typing.isActive():
            self.search.setText(search)
            self._typing.stop()
        self._refill()
        if self._first_wanted and self.search.text() == search:
            self._choose_first()

    def show_judged(self, found: Sequence[Summary]) -> None:
        """Show lines that have just been judged."""
        self._placing = True
        self.model.show_judged(found)
        self._placing = False
        self._place()
        self._count()

    def mark(self, key: str | None) -> None:
        """Make the row of this case the current one, without choosing it again."""
        self._key = key
        self._place()

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def choose_next(self, by: int) -> None:
        """Choose the case that many rows below the current one."""
        row = self.list.currentIndex().row() + by
        if 0 <= row < self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(row))

    def _choose_first(self) -> None:
        self._first_wanted = False
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))
            self.list.setFocus(Qt.FocusReason.TabFocusReason)

    def _refill(self) -> None:
        self._placing = True
        self.model.show_rows(self._rows, self._summaries, self.flagged.isChecked())
        self._placing = False
        self._place()
        self._count()
        self._on_scrolled()

    def _place(self) -> None:
        self._placing = True
        index = self.model.index_of(self._key) if self._key is not None else QModelIndex()
        if index.isValid():
            self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        else:
            self.list.selectionModel().clear()
        self._placing = False

    def _count(self) -> None:
        flagged, judged, everything = self.model.counts
        self.flagged.setText(f"Flagged {flagged}" + ("" if judged == everything else f" of {judged} judged"))
        self.everything.setText(f"All {everything}")
        empty = self.model.rowCount() == 0
        self.nothing.setVisible(empty)
        self.list.setVisible(not empty)
        if empty:
            self.nothing.setText(self._why_empty(judged == everything))

    def _why_empty(self, judged: bool) -> str:
        if self.search.text():
            return "No case matches. Clear the search to see all."
        if self._rows:
            return "No case raises a flag. Press All to see every case." if judged else "No flag so far; the cases are being judged."
        return "No case yet. Import a table of measurements: Ctrl+I."

    def _on_text(self, _text: str) -> None:
        self._first_wanted = False
        self._typing.start()

    def _on_typed(self) -> None:
        self.searched.emit(self.search.text())

    def _on_filter(self, _button: object) -> None:
        self._refill()

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and not self._placing:
            self._key = current.data(KEY_ROLE)
            self.case_chosen.emit(self._key)

    def _on_scrolled(self, _value: int = 0) -> None:
        """The rows in view are judged first."""
        if not self.model.rowCount():
            return
        top = self.list.indexAt(self.list.viewport().rect().topLeft()).row()
        if top >= 0:
            last = min(top + 40, self.model.rowCount())
            self.seen.emit(tuple(self.model.index(row).data(KEY_ROLE) for row in range(top, last)))

    # overrides of Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search field Escape clears it, Down and Enter go to the list."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
            if event.key() == Qt.Key.Key_Down and self.model.rowCount():
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                # The rows in view may still be those of the text before: the first of the new ones is meant.
                self._first_wanted = True
                if self._typing.isActive():
                    self._typing.stop()
                    self._on_typed()
                if self._search_shown == self.search.text():
                    self._choose_first()
                return True
        return super().eventFilter(watched, event)
