"""One field of a form: its name above, its trouble below, in words."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QScrollArea, QStyle, QStyleOptionComboBox, QStyleOptionFrame, QVBoxLayout, QWidget

from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.labels import restyle, words
from nacdesk.gui.sheet_view import writes


class Fields(QWidget):
    """Fields side by side, each wide enough for so many characters where there is room; they run on to the next line."""

    def __init__(self, fields: Iterable["Field"], characters: int) -> None:
        super().__init__()
        self._characters = characters
        self._width = 1
        self._flow = FlowLayout(self, gap=10, column=self._width)
        keep_height(self)
        for field in fields:
            self._flow.addWidget(field)

    def _fit(self) -> None:
        width = self._characters * self.fontMetrics().averageCharWidth()
        if width != self._width:
            self._width = width
            self._flow.set_column(width)

    # overrides of Qt

    def minimumSizeHint(self) -> QSize:
        fields = [self._flow.itemAt(place) for place in range(self._flow.count())]
        return QSize(max((field.minimumSize().width() for field in fields if field is not None), default=0), super().minimumSizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class Field(QWidget):
    """A line to type in, or a list to choose from (or both).

    Attributes:
        title: its name, as shown.
        box: the list, None for a plain line.
        line: where text is typed, None for a list that takes no other value.

    Signals:
        begun: the first keystroke, or another choice, in a field that held what was kept.
        left: the focus went elsewhere, and the text is not what was last shown or kept.
        given_back: Escape.
        typed: another text, letter by letter.
        entered: Enter.
    """

    typed = Signal()
    entered = Signal()
    begun = Signal()
    left = Signal()
    given_back = Signal()

    def __init__(self, title: str, *, hint: str = "", choices: Sequence[tuple[str, str]] | None = None, editable: bool = False) -> None:
        """`choices`: (text shown, value meant); "" stands for not recorded. `editable`: other text may be typed."""
        super().__init__()
        self.title = title
        self.box: QComboBox | None = None
        self.line: QLineEdit | None = None
        if choices is None:
            self.line = QLineEdit()
        else:
            self.box = QComboBox()
            self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            self.box.setMinimumContentsLength(9)
            self.box.setEditable(editable)
            self.line = self.box.lineEdit()
            self.offer(choices)
            self.box.activated.connect(self._on_chosen)
        self.editor: QWidget = self.box or self.line or self
        self.editor.setAccessibleName(title)
        self.editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if self.line is not None:
            self.line.setPlaceholderText(hint)
            self.line.setAccessibleName(title)
            self.line.textEdited.connect(self._on_edited)
            self.line.installEventFilter(self)
        self.editor.installEventFilter(self)
        label = words("small", title)
        label.setBuddy(self.editor)
        self.note, self.whole = words("small"), words("small")
        self.note.hide()
        self.whole.hide()
        self._kept = self.text  # the first choice of a list
        self._begun = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label)
        column.addWidget(self.editor)
        column.addWidget(self.whole)
        column.addWidget(self.note)
        column.addStretch(1)

    @property
    def text(self) -> str:
        """What stands in it: the value meant by a choice, else the text without blanks around it."""
        if self.box is not None:
            place = self.box.findText(self.box.currentText(), Qt.MatchFlag.MatchFixedString)
            if place >= 0:
                return str(self.box.itemData(place))
        return self.line.text().strip() if self.line is not None else ""

    @property
    def fills(self) -> bool:
        """It held nothing when it was last shown: what stands in it now is new."""
        return not self._kept

    @property
    def changed(self) -> bool:
        """It does not hold what was last shown or kept."""
        return self.text != self._kept

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Replace the choices; what stands in the field stays."""
        assert self.box is not None
        held = self.box.currentText()
        self.box.clear()
        for shown, meant in choices:
            self.box.addItem(shown, meant)
        if self.box.isEditable():
            self.box.setEditText(held)
        else:
            self.box.setCurrentIndex(max(0, self.box.findText(held)))

    def show_text(self, text: str) -> None:
        """Show a value; it counts as kept."""
        if self.box is not None:
            place = self.box.findData(text)
            if place >= 0:
                self.box.setCurrentIndex(place)
            elif self.box.isEditable():
                self.box.setEditText(text)
            else:
                self.box.addItem(text, text)  # recorded before, and none of today's choices: shown as it is
                self.box.setCurrentIndex(self.box.count() - 1)
        elif self.line is not None:
            self.line.setText(text)
        self._kept = text
        self._begun = False
        self.say("")
        self._show_whole()

    def retype(self, text: str) -> None:
        """Put in what was typed and is not kept yet."""
        kept = self._kept
        self.show_text(text)
        self._kept, self._begun = kept, True

    def say(self, text: str, *, bad: bool = False) -> None:
        """A note below the field; "" for none."""
        self.note.setText(text)
        self.note.setProperty("bad", "true" if bad else "false")
        restyle(self.note)
        self.note.setVisible(bool(text))
        self.editor.setAccessibleDescription(text)

    def focus(self) -> None:
        """Put the cursor here."""
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def give_back(self) -> None:
        """Show again what was last shown or kept."""
        self.show_text(self._kept)

    def _on_edited(self, _text: str) -> None:
        if not self._begun:
            self._begun = True
            self.begun.emit()
        self.typed.emit()

    def _on_chosen(self, _place: int) -> None:
        """By key or mouse; it is kept once the field is left, for keys pass over choices that are not meant."""
        if self.changed:
            self._on_edited("")

    def reveal(self) -> None:
        """The field with the cursor is in view, in each page that scrolls around it."""
        page = self.parentWidget()
        while page is not None:
            content = page.widget() if isinstance(page, QScrollArea) else None
            if isinstance(page, QScrollArea) and content is not None:
                middle = self.mapTo(content, self.rect().center())
                page.ensureVisible(middle.x(), middle.y(), 0, self.height() // 2 + 4)
            page = page.parentWidget()

    def _show_whole(self) -> None:
        """What does not fit into the line stands below it in full (H43)."""
        text = self.box.currentText() if self.box is not None else self.line.text() if self.line is not None else ""
        cut = self.editor.fontMetrics().horizontalAdvance(text) > _room(self.editor)
        self.whole.setText(text if cut else "")
        self.whole.setVisible(cut)

    # overrides of Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_whole()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and watched is self.box:
            event.ignore()  # scrolling the page must not change a value it passes over
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and writes(event):
            event.accept()  # the first letter of a choice, not an action of the window that has the same key
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and (self.changed or self.note.property("bad") == "true"):
            self.give_back()
            self.given_back.emit()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and watched is (self.line or self.editor):
            self.entered.emit()
        if event.type() == QEvent.Type.FocusIn:
            QTimer.singleShot(0, self.reveal)  # once the pages around it know how long they are
        if event.type() == QEvent.Type.FocusOut and watched is (self.line or self.editor):
            self._show_whole()
            if self.changed:
                self.left.emit()
        return super().eventFilter(watched, event)


def _room(editor: QWidget) -> int:
    """The width that the style leaves for the text of a line or a list."""
    if isinstance(editor, QComboBox):
        box = QStyleOptionComboBox()
        editor.initStyleOption(box)
        return editor.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, box, QStyle.SubControl.SC_ComboBoxEditField, editor).width()
    assert isinstance(editor, QLineEdit)
    frame = QStyleOptionFrame()
    editor.initStyleOption(frame)
    return editor.style().subElementRect(QStyle.SubElement.SE_LineEditContents, frame, editor).width()
