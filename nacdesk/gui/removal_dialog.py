"""Taking a case or a patient away: what will be gone, a typed confirmation, a reason. Nothing is done before the last key."""

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nacdesk.gui.desk import Snapshot
from nacdesk.gui.flow_layout import Scrolled
from nacdesk.gui.forms.field import Field
from nacdesk.gui.held import Held
from nacdesk.gui.labels import button, restyle, words
from nacdesk.gui.removal import Leaving
from nacdesk.gui.session import Session

ERASE = "ERASE"
MOST_WIDE, MOST_TOLD = 880, 300  # pixels; what is longer scrolls
_WORD = re.compile(r"\w+")


class RemovalDialog(QDialog):
    """Asks before something is taken away, and refuses when what it began on is no longer that.

    Attributes:
        leaving: what would be gone.
        typed, reason: the two fields.

    Signals:
        confirmed: the Leaving and the reason; the dialog is closed by then.
    """

    confirmed = Signal(object, object)

    def __init__(self, session: Session, held: Held, leaving: Leaving, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.leaving = leaving
        self._session, self._held = session, held
        self.setWindowTitle(self.title)
        self.setProperty("role", "paper")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.typed, self.reason = Field(self._asked()), Field(self.why)
        self.trouble = words("head", name="removal-trouble")
        self.trouble.setProperty("bad", "true")
        self.do = button(self.title, "primary", name="do-removal")
        self.do.setDefault(True)
        self.cancel = button("Cancel")
        self._lay_out()
        self.do.clicked.connect(self._on_do)
        self.cancel.clicked.connect(self.reject)
        session.snapshot_changed.connect(self._on_snapshot)
        self._refuse("")
        self.typed.focus()

    # what the two kinds say

    title = why = ""

    def _told(self) -> Sequence[str]:
        """What will be gone, a paragraph each."""
        raise NotImplementedError

    def _asked(self) -> str:
        """What is to be typed."""
        raise NotImplementedError

    def _is_typed(self, text: str) -> bool:
        """It is what was to be typed."""
        raise NotImplementedError

    def _not_typed(self) -> str:
        """What to say when it is not."""
        raise NotImplementedError

    def _bad_reason(self, text: str) -> str:
        """Why a reason cannot be taken, "" when it can."""
        return "" if text else "Write why; the reason stays in the history."

    def _lay_out(self) -> None:
        content = Scrolled()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 6, 0)
        inner.setSpacing(8)
        inner.addWidget(words("head", self.leaving.identity, name="removal-identity"))
        for text in self._told():
            inner.addWidget(words(text=text))
        inner.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("What will be gone")
        area.setWidget(content)
        wide = min(self.fontMetrics().averageCharWidth() * 92, MOST_WIDE)
        area.setMinimumHeight(min(inner.heightForWidth(wide) + 8, MOST_TOLD))
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.cancel)
        last.addWidget(self.do)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(area, 1)
        for widget in (self.typed, self.reason, self.trouble):
            column.addWidget(widget)
        column.addLayout(last)
        self.resize(wide + 60, 0)

    def _on_do(self) -> None:
        text, reason = self.typed.text, self.reason.text
        moved = self._held.why_not(self._session)
        bad = self._bad_reason(reason)
        if moved:
            self._refuse(moved)
        elif not self._is_typed(text):
            self._refuse(self._not_typed())
            self.typed.focus()
        elif bad:
            self._refuse(bad)
            self.reason.focus()
        else:
            self.accept()
            self.confirmed.emit(self.leaving, reason)

    def _on_snapshot(self, _snapshot: Snapshot | None) -> None:
        moved = self._held.why_not(self._session)
        self.do.setEnabled(not moved)
        self._refuse(moved)

    def _refuse(self, text: str) -> None:
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))
        restyle(self.trouble)


class DeleteDialog(RemovalDialog):
    """Asks before a case goes to the bin."""

    title, why = "Delete case", "Why is it deleted?"

    def _told(self) -> Sequence[str]:
        gone = self.leaving.parts[0][2]
        more = [f"The patient's other case {key}, {where}, stays as it is." for key, where, _ in self.leaving.parts[1:]]
        return (f"This case goes to the bin: {gone}.", *more, "Ctrl+Z brings it back at once, Case › Bin… at any time, exactly as it is now.")

    def _asked(self) -> str:
        return "To confirm, type the patient's record number" if self.leaving.who.mrn else "No record number is recorded. To confirm, type the key of the case"

    def _is_typed(self, text: str) -> bool:
        from nacdesk.storage.merge import normal_mrn

        return bool(text) and (normal_mrn(text) == normal_mrn(self.leaving.who.mrn) if self.leaving.who.mrn else text == self.leaving.key)

    def _not_typed(self) -> str:
        what = "record number" if self.leaving.who.mrn else "key"
        return f"This is not the {what} of the patient named above; nothing was deleted." if self.typed.text else f"Type the {what}; nothing was deleted."


class EraseDialog(RemovalDialog):
    """Asks before a patient is erased for good."""

    title, why = "Erase patient", "Why is the patient erased? (This stays on record: name no one.)"

    def _told(self) -> Sequence[str]:
        cases = [f"Case {key}, {where}: {gone}." for key, where, gone in self.leaving.parts]
        return (
            "Everything recorded about this patient is taken out of this store for good:",
            *cases,
            "The history and the bin are emptied of it too. This cannot be undone, and neither can any change made before it.",
            "What stays on record: that patient data were erased, when, by whom, why, and how many entries.",
            "Handouts, exports and copies of the store that were made before still hold the patient; they are not reached from here.",
        )

    def _asked(self) -> str:
        return f"To confirm, type {ERASE}, a space and " + ("the patient's record number" if self.leaving.who.mrn else "the key of the case")

    def _is_typed(self, text: str) -> bool:
        return " ".join(text.split()) == " ".join(f"{ERASE} {self.leaving.number}".split())

    def _not_typed(self) -> str:
        return f"This is not {ERASE} and the number of the patient named above; nothing was erased."

    def _bad_reason(self, text: str) -> str:
        names = {word for word in _WORD.findall((self.leaving.who.name or "").casefold()) if len(word) > 2}
        numbers = [number.casefold() for number in (self.leaving.who.mrn, *self.leaving.keys) if number]
        if names & set(_WORD.findall(text.casefold())) or any(re.search(rf"(?<!\w){re.escape(number)}(?!\w)", text.casefold()) for number in numbers):
            return "The reason names the patient, and it stays on record. Write it without name and number; nothing was erased."
        return super()._bad_reason(text)
