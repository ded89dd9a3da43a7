"""Adds a column to the flowsheet by name: an analyte, or a lesion that is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from nacdesk.domain.facts import Lesion
from nacdesk.domain.flowsheet import Sheet, addable, panel_of
from nacdesk.gui.edits import ColumnKey
from nacdesk.gui.labels import words
from nacdesk.gui.theme import Look

SIZE = "size.diameter"
WIDTH, LINES = 400, 7
NODE_WORDS = ("node", "lymph", "ln")


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the list.

    Attributes:
        lesion: the one that is to be recorded first, None where the column needs no new one.
    """

    text: str
    column: ColumnKey
    lesion: Lesion | None = None


class ColumnPicker(QFrame):
    """A line to type a name in, and what it may mean.

    Signals:
        picked: the Choice.
        given_back: Escape.
    """

    picked = Signal(object)
    given_back = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cellbar")
        self.setProperty("tone", "reason")
        self.line = QLineEdit()
        self.line.setObjectName("column-name")
        self.line.setPlaceholderText("CEA, SUVmax, or a new lesion: node 7R, mediastinum")
        self.line.setAccessibleName("Name of the column to add: an analyte, or a new lesion, with its organ behind a comma")
        self.line.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("column-choices")
        self.list.setAccessibleName("What can be added")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 10, 8)
        column.setSpacing(5)
        column.addWidget(words("head", "Add a column", name="picker-title"))
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        self._sheet: Sheet | None = None
        self._choices: list[Choice] = []
        self.line.textChanged.connect(self._on_text)
        self.list.itemClicked.connect(self._on_clicked)
        self.hide()

    def begin(self, sheet: Sheet, text: str = "") -> None:
        """Open for this sheet, with what was typed so far."""
        self._sheet = sheet
        self.line.setText(text)
        self._on_text(text)
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def stand_in(self, room: QRect, look: Look) -> None:
        """Stand at the right of the room there is."""
        width, height = min(look.px(WIDTH), room.width()), min(look.px(40 + 34 + 22 * LINES), room.height())
        self.setGeometry(room.right() + 1 - width, room.top(), width, height)

    def _on_text(self, text: str) -> None:
        assert self._sheet is not None
        self._choices = choices(self._sheet, text)
        self.list.clear()
        for choice in self._choices:
            self.list.addItem(QListWidgetItem(choice.text))
        self.list.setCurrentRow(0 if self._choices else -1)

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._pick(self.list.row(item))

    def _pick(self, row: int) -> None:
        if 0 <= row < len(self._choices):
            chosen = self._choices[row]
            self.hide()
            self.picked.emit(chosen)

    # overrides of Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the line the arrows move in the list, Enter picks, Escape gives back."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._choices:
                by = 1 if key == Qt.Key.Key_Down else -1
                self.list.setCurrentRow(min(max(self.list.currentRow() + by, 0), len(self._choices) - 1))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
                self._pick(self.list.currentRow())
                return True
            if key == Qt.Key.Key_Escape:
                self.hide()
                self.given_back.emit()
                return True
        return super().eventFilter(watched, event)


def choices(sheet: Sheet, text: str) -> list[Choice]:
    """What a typed name may mean: columns whose name begins with it, those in which it occurs, then a new lesion of that name."""
    wanted = text.strip().casefold()
    there = {column.key for column in sheet.columns}
    found = [choice for choice in _columns(sheet) if choice.column not in there]
    if wanted:
        ranks = {choice: _rank(wanted, choice, sheet) for choice in found}
        found = sorted((choice for choice in found if ranks[choice] is not None), key=lambda choice: ranks[choice] or 0)
    return [*found, *_lesions(sheet, text.strip())]


def _columns(sheet: Sheet) -> list[Choice]:
    made = []
    for analyte in addable(sheet.catalog):
        labels = [lesion.label for lesion in sheet.history.lesions] if analyte.per_lesion != "no" else []
        labels += [""] if analyte.per_lesion != "yes" else []
        if analyte.kind == "code":  # such as a new lesion: seen of the visit rather than of one lesion
            labels.reverse()
        for label in labels:
            unit = f" ({analyte.unit})" if analyte.unit else ""
            of = f" · {label}" if label else ""
            short = f"{analyte.short}: " if analyte.short else ""
            made.append(Choice(f"{short}{analyte.label}{of}{unit}   {panel_of(analyte.id)}", (analyte.id, label)))
    return made


def _rank(wanted: str, choice: Choice, sheet: Sheet) -> int | None:
    """0 for a short name or label that is it, 1 for one that begins with it, 2 for one with it inside, None for neither."""
    analyte = sheet.catalog.analytes[choice.column[0]]
    names = [name.casefold() for name in (analyte.short, analyte.label, analyte.id, f"{analyte.name} {choice.column[1]}") if name]
    if wanted in names:
        return 0
    return 1 if any(name.startswith(wanted) for name in names) else 2 if any(wanted in name for name in names) else None


def _lesions(sheet: Sheet, text: str) -> list[Choice]:
    """A new lesion of that name, in the organ behind a comma; a node first where the name says so."""
    label, organ = (part.strip() for part in text.partition(",")[::2])
    if not label or sheet.history.lesion(label) is not None:
        return []
    is_node = any(word.startswith(NODE_WORDS) for word in label.casefold().split())
    kinds: Sequence[tuple[Literal["mass", "node"], str]] = (("mass", "mass, longest diameter"), ("node", "lymph node, short axis"))
    ordered = reversed(kinds) if is_node else kinds
    named = f"“{label}”, {organ}" if organ else f"“{label}”"
    return [Choice(f"New target lesion {named}: {said} (mm)", (SIZE, label), Lesion(label, kind=kind, role="target", organ=organ or None)) for kind, said in ordered]
