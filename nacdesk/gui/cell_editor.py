"""What is typed into a cell, and the bar beside it that refuses, asks, or wants to know why."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.labels import button, restyle, words
from nacdesk.gui.sheet_view import Move
from nacdesk.gui.theme import Look

REASONS = ("typing error", "corrected report", "re-measured")
BAR_WIDTH = 380
_AWAY = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason, Qt.FocusReason.MenuBarFocusReason)  # the cell is not left


class CellEditor(QLineEdit):
    """The text of the cell that is being typed into.

    Attributes:
        arrows: Left and Right leave the cell, as they do in one that was begun by typing; after F2 they move in the text.
        names: what a text may be the beginning of; the rest is put behind it, chosen, so that the next letter replaces it.

    Signals:
        finished: the Move with which the cell is left.
        given_back: Escape.
        left: the focus went elsewhere.
    """

    finished = Signal(object)
    given_back = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cell-editor")
        self.arrows = True
        self.names: tuple[str, ...] = ()
        self._typed = ""
        self.textEdited.connect(self._complete)
        self.hide()

    def begin(self, text: str, spoken: str, *, arrows: bool, names: tuple[str, ...] = ()) -> None:
        """Show the text with the cursor behind it."""
        self.arrows, self.names, self._typed = arrows, names, ""
        self.setAccessibleName(spoken)
        self.setText(text)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.end(False)
        self._complete(text)

    def _complete(self, text: str) -> None:
        """Only what was added to is completed, so that Backspace can take a proposal back."""
        longer = len(text) > len(self._typed) and text.startswith(self._typed) and self.cursorPosition() == len(text)
        name = next((name for name in self.names if longer and name.casefold().startswith(text.casefold())), "")
        if name:
            self.setText(name)
            self.setSelection(len(text), len(name) - len(text))
        self._typed = text

    # overrides of Qt

    def event(self, event: QEvent) -> bool:
        """Tab leaves the cell, not the grid."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.finished.emit(Move.RIGHT if event.key() == Qt.Key.Key_Tab else Move.LEFT)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        moves = {Qt.Key.Key_Up: Move.UP, Qt.Key.Key_Down: Move.DOWN}
        if self.arrows and not shift:
            moves |= {Qt.Key.Key_Left: Move.LEFT, Qt.Key.Key_Right: Move.RIGHT}
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finished.emit(Move.UP if shift else Move.DOWN)
        elif key == Qt.Key.Key_Escape:
            self.given_back.emit()
        elif key == Qt.Key.Key_F2:
            self.arrows = False
        elif key in moves and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.finished.emit(moves[key])
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _AWAY:
            self.left.emit()


@dataclass(frozen=True, slots=True)
class Asking:
    """What the bar asks.

    Attributes:
        tone: "refused", "question", "reason" or "told".
        sentence: what is the matter; remedy: what to do.
        choices: words to pick from by the keys 1, 2, 3…; none for a plain question.
        free: another answer may be typed.
        answered: called with the answer; None where nothing is asked.
        first: Enter alone picks the first choice; not where any of them may be right.
    """

    tone: str
    sentence: str
    remedy: str = ""
    choices: tuple[str, ...] = ()
    free: bool = False
    answered: Callable[[str], None] | None = None
    first: bool = True


class _Answer(QLineEdit):
    """The line of a bar: a digit picks at once where nothing was typed yet."""

    picked = Signal(object)
    given_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bar-answer")
        self.choices: tuple[str, ...] = ()
        self.free = False
        self.first = True

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            self.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier))
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, digit = Qt.Key(event.key()), int(event.text()) if event.text() in tuple("123456789") else 0
        if key == Qt.Key.Key_Escape:
            self.given_back.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.picked.emit(self.text().strip() or (self.choices[0] if self.choices and self.first else ""))
        elif not self.text() and 0 < digit <= len(self.choices):
            self.picked.emit(self.choices[digit - 1])
        elif self.free or not event.text().isprintable():
            super().keyPressEvent(event)


class CellBar(QFrame):
    """One sentence beside a cell, with its answers; never a dialog.

    Signals:
        given_back: Escape.
    """

    given_back = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cellbar")
        self.asking: Asking | None = None
        self.sentence = words("head", name="bar-sentence")
        self.remedy = words("note", name="bar-remedy")
        self.line = _Answer()
        self._buttons: list[QPushButton] = []
        self._choices = QWidget()
        self._flow = FlowLayout(self._choices, gap=6)
        keep_height(self._choices)
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 10, 8)
        column.setSpacing(5)
        for widget in (self.sentence, self.remedy, self._choices):
            column.addWidget(widget)
        column.addLayout(row)
        self.line.picked.connect(self._on_picked)
        self.line.given_back.connect(self.given_back)
        self.hide()

    @property
    def waits(self) -> bool:
        """The bar has the focus and waits for an answer in its own line."""
        return self.asking is not None and (bool(self.asking.choices) or self.asking.free)

    def ask(self, asking: Asking) -> None:
        """Show a sentence; where it has choices they get the focus."""
        self.asking = asking
        self.setProperty("tone", asking.tone)
        self.sentence.setText(asking.sentence)
        self.remedy.setText(asking.remedy)
        self.remedy.setVisible(bool(asking.remedy))
        self._show_choices(asking)
        self.setAccessibleName(f"{asking.sentence} {asking.remedy}".strip())
        for widget in (self, self.sentence):
            restyle(widget)
        self.show()
        self.raise_()
        if self.waits:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def answer(self, text: str = "") -> None:
        """Take an answer."""
        asking = self.asking
        self.dismiss()
        if asking is not None and asking.answered is not None:
            asking.answered(text)

    def dismiss(self) -> None:
        """Go away."""
        self.asking = None
        self.hide()

    def stand_by(self, cell: QRect, room: QRect, look: Look) -> None:
        """Stand below a cell, or above it, within the room there is."""
        width = min(look.px(BAR_WIDTH), room.width())
        layout = self.layout()
        assert layout is not None
        layout.activate()
        height = max(self.heightForWidth(width), self.minimumSizeHint().height())
        left = max(room.left(), min(cell.left(), room.right() + 1 - width))
        below, above = cell.bottom() + 3, cell.top() - 3 - height
        top = below if below + height <= room.bottom() or above < room.top() else above
        self.setGeometry(left, max(room.top(), min(top, room.bottom() + 1 - height)) if top == above else below, width, height)

    def _show_choices(self, asking: Asking) -> None:
        for old in self._buttons:
            self._flow.removeWidget(old)
            old.deleteLater()
        self._buttons = []
        for number, text in enumerate(asking.choices, 1):
            made = button(f"{number}  {text}", "chip", accessible=f"{number}: {text}")
            made.clicked.connect(partial(self._on_clicked, text))
            self._flow.addWidget(made)
            self._buttons.append(made)
        self._choices.setVisible(bool(asking.choices))
        self.line.choices, self.line.free, self.line.first = asking.choices, asking.free, asking.first
        self.line.clear()
        self.line.setVisible(bool(asking.choices) or asking.free)
        self.line.setAccessibleName(f"{asking.sentence} {', '.join(f'{number} {text}' for number, text in enumerate(asking.choices, 1))}")
        numbers = " or ".join(str(number) for number, _ in enumerate(asking.choices, 1))
        self.line.setPlaceholderText("or in your own words" if asking.free and asking.choices else f"press {numbers}" + (", or Enter" if asking.first else ""))

    def _on_clicked(self, text: str, _checked: bool) -> None:
        self._on_picked(text)

    def _on_picked(self, text: str) -> None:
        if text or (self.asking is not None and not self.asking.choices):
            self.answer(text)
