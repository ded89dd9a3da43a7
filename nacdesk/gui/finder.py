"""Every action by its name: type a few letters, Enter does it (Ctrl+K)."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QMenu, QMenuBar, QVBoxLayout, QWidget

from nacdesk.gui.labels import words

NONE_FOUND = "No action of that name. Try one word of it, such as “import” or “larger”."
_ROW = Qt.ItemDataRole.UserRole
_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


@dataclass(frozen=True, slots=True)
class Named:
    """One action as it reads in the list: "View › Text size › 125 %", with its key."""

    title: str
    keys: str
    action: QAction

    def begins(self, text: str) -> bool:
        """Its own name, without the menus above it, begins so."""
        return self.title.rpartition("› ")[2].casefold().startswith(text.casefold())


class Finder(QDialog):
    """Lists the actions of a menu bar that match what is typed; those that make no sense now are shown and cannot be done."""

    def __init__(self, bar: QMenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find an action")
        self.setProperty("role", "paper")
        self._bar = bar
        self._named: tuple[Named, ...] = ()
        self.field = QLineEdit()
        self.field.setPlaceholderText("Name of an action")
        self.field.setAccessibleName("Find an action by its name")
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Actions that match")
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.none = words("note", NONE_FOUND)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.none)
        self.field.textChanged.connect(self._show)
        self.field.returnPressed.connect(self._do)
        self.list.itemActivated.connect(self._do)

    def begin(self) -> None:
        """Open with every action of this moment."""
        self._named = tuple(_actions(self._bar))
        self.field.clear()
        self._show("")
        self.resize(520, 420)
        self.open()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, text: str) -> None:
        wanted = text.casefold().split()
        found = [named for named in self._named if all(word in named.title.casefold() for word in wanted)]
        found.sort(key=lambda named: (not named.action.isEnabled(), not named.begins(text.strip())))
        self.list.clear()
        for named in found:
            item = QListWidgetItem(f"{named.title}    {named.keys}".rstrip())
            item.setData(_ROW, named)
            if not named.action.isEnabled():
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{named.title}, not possible now")
            self.list.addItem(item)
        self.list.setCurrentRow(0 if found and found[0].action.isEnabled() else -1)
        self.list.setVisible(bool(found))
        self.none.setVisible(not found)

    def _do(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        named = item.data(_ROW)
        self.accept()
        if named.action.isEnabled():  # a late answer may have taken its sense meanwhile
            named.action.trigger()

    # overrides of Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move in the list while the text keeps the focus."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)


def _actions(menu: QMenuBar | QMenu, above: str = "") -> Iterator[Named]:
    """Every action of a menu and the menus below it."""
    for action in menu.actions():
        title = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")
        below = action.menu()
        if isinstance(below, QMenu):
            yield from _actions(below, f"{above}{title} › ")
        elif title and not action.isSeparator():
            keys = ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts())
            yield Named(f"{above}{title}", keys, action)
