"""The small parts that every panel is made of: words, lines, buttons that look like text."""

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


_TOGETHER = re.compile(
    r"(?<=\d) (?=%|mm\b|cm\b|d\b|days?\b|cycles?\b|[^\W\d]+/|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b)"  # 31 mm, 17 Oct
    r"|(?<=[a-z]) (?=(?:19|20)\d\d\b)|(?<=→) (?=\d)"  # Oct 2026, → 44
)


def together(text: str) -> str:
    """The text with a number and its unit, and the parts of a date, kept on one line."""
    return _TOGETHER.sub("\u00a0", text)


class Words(QLabel):
    """A label that wraps only where it must: it asks for the room of its text on one line."""

    def sizeHint(self) -> QSize:
        if not self.wordWrap() or self.textFormat() == Qt.TextFormat.RichText:
            return super().sizeHint()
        self.ensurePolished()
        margins = self.contentsMargins()
        room = self.fontMetrics().size(0, self.text())
        own = super().minimumSizeHint()  # one line high, with the padding of the style sheet
        padding = max(0, own.width() - self._longest())
        return QSize(room.width() + padding + 1, max(own.height(), room.height() + margins.top() + margins.bottom()))

    def _longest(self) -> int:
        metrics = self.fontMetrics()
        return max((metrics.horizontalAdvance(word) for word in self.text().split()), default=0)


def words(role: str = "", text: str = "", *, name: str = "", marked_up: bool = False, selectable: bool = False) -> QLabel:
    """A label that wraps and never elides. Text from data is shown as it is unless `marked_up`.

    Args:
        role: how the style sheet draws it.
        name: object name, also its accessible name's base in tests.
        marked_up: the text is our markup around `theme.rich` text.
    """
    label = Words(text)
    label.setTextFormat(Qt.TextFormat.RichText if marked_up else Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    if name:
        label.setObjectName(name)
    if selectable:
        label.setTextInteractionFlags(SELECTABLE)
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


def fixed(role: str = "", text: str = "", *, name: str = "") -> QLabel:
    """A label on one line that keeps its full width."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        label.setProperty("role", role)
    if name:
        label.setObjectName(name)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    return label


def button(text: str, role: str = "", *, accessible: str = "", name: str = "", checkable: bool = False) -> QPushButton:
    """A push button; `accessible` where the text alone does not say what it does."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where the keys are needed
    made.setCheckable(checkable)
    if role:
        made.setProperty("role", role)
    if name:
        made.setObjectName(name)
    if accessible:
        made.setAccessibleName(accessible)
    return made


class Link(QPushButton):
    """A button that looks like text; it says less where there is less room, since a button does not wrap."""

    def __init__(self, name: str = "", role: str = "link") -> None:
        super().__init__()
        self._long = self._short = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setProperty("role", role)
        self.setObjectName(name)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_texts(self, long: str, short: str) -> None:
        """Say `long` where it fits, else `short`."""
        self._long, self._short = long, short
        self._choose()

    def _choose(self) -> None:
        self.setText(self._long if self._needs(self._long) <= self.width() else self._short)

    def _needs(self, text: str) -> int:
        self.ensurePolished()
        return self.fontMetrics().size(0, text).width() + 6

    # overrides of Qt

    def sizeHint(self) -> QSize:
        return QSize(self._needs(self._long), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._needs(self._short), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose()


def room(dialog: QWidget, chars: int, lines: int) -> QSize:
    """Room for so many characters and lines of text, as far as the window behind a dialog has it."""
    metrics, behind = dialog.fontMetrics(), dialog.parentWidget()
    wanted = QSize(chars * metrics.averageCharWidth(), lines * metrics.height())
    return wanted.boundedTo(behind.size() * 0.95) if behind is not None else wanted


def restyle(widget: QWidget) -> None:
    """Let the style sheet see a property that has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
