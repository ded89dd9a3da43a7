"""Who changed what in a case, when, from what to what, and why: filtered by subject, person, words or one value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from nacdesk.domain.wording import counted
from nacdesk.gui.case_view import Switch
from nacdesk.gui.desk import Journal
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.labels import button, words
from nacdesk.gui.tables import Row, TextTable
from nacdesk.storage.changes import ABOUT_CASE, ABOUT_TIME_POINTS, ABOUT_TREATMENT

if TYPE_CHECKING:
    from nacdesk.storage.store import JournalEntry

HEAD = ("When (UTC)", "Who", "Action", "What and why")
ORDERS = (("newest", "Newest first"), ("oldest", "Oldest first"))
EVERYTHING, EVERYONE = "Everything", "Everyone"
FIRST_TOPICS = (ABOUT_CASE, ABOUT_TREATMENT, ABOUT_TIME_POINTS)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a history is wanted; "" and the empty set for all.

    Attributes:
        observations: ids of the values it is narrowed to; value: how they are called.
    """

    topic: str = ""
    who: str = ""
    text: str = ""
    observations: frozenset[str] = frozenset()
    value: str = ""

    def shows(self, entry: "JournalEntry") -> bool:
        """The entry is wanted."""
        if self.observations and entry.observation not in self.observations:
            return False
        if (self.topic and self.topic not in entry.topics) or (self.who and self.who != entry.by):
            return False
        told = " ".join(entry_row(entry)).casefold()
        return all(word in told for word in self.text.casefold().split())

    @property
    def words(self) -> str:
        """What it is narrowed to: "only CEA, baseline; by Ana Ruiz"; "" for all of it."""
        told = (("only ", self.value if self.observations else ""), ("about ", self.topic), ("by ", self.who), ("with the words ", self.text.strip()))
        return "; ".join(f"{word}{what}" for word, what in told if what)


class HistoryView(QWidget):
    """The journal of one case in words.

    Signals:
        print_asked: the entries in view are wanted on paper.
    """

    print_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = ""
        self.chosen = Chosen()
        self._entries: Sequence[JournalEntry] = ()
        self._read = False
        self.note = words("head", name="history-note")
        self.topic, self.who = _combo("What the changes are about"), _combo("Who made the changes")
        self.text = QLineEdit()
        self.text.setPlaceholderText("Words in the history")
        self.text.setAccessibleName("Words in the history")
        self.text.setClearButtonEnabled(True)
        self.order = Switch("Order of the history", ORDERS)
        self.everything = button("Show all", accessible="Show all changes to the case", name="history-all")
        self.print = button("Print…", accessible="Print the changes in view", name="print-history")
        self.table = TextTable("Changes to the case", wrapped=True)
        bar = QWidget()
        flow = FlowLayout(bar, gap=8)
        for widget in (self.topic, self.who, self.text, self.order):
            flow.addWidget(widget)
        keep_height(bar)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.note, 1)
        head.addWidget(self.everything)
        head.addWidget(self.print)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(bar)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        self.topic.activated.connect(self._on_filter)
        self.who.activated.connect(self._on_filter)
        self.text.textChanged.connect(self._on_filter)
        self.order.picked.connect(self._on_order)
        self.everything.clicked.connect(self.show_all)
        self.print.clicked.connect(self.print_asked)

    @property
    def newest_first(self) -> bool:
        """The order in view."""
        return self.order.key == "newest"

    def wait_for(self, key: str) -> None:
        """Empty the table: the journal of this case is on its way. Another case is shown whole."""
        self._entries, self._read = (), False
        self._choose(self.chosen if key == self.key else Chosen(), key)

    def show_journal(self, journal: Journal) -> None:
        """Show a journal; one of another case is dropped."""
        if journal.key == self.key:
            self._entries, self._read = journal.entries, True
            self._show()

    def show_value(self, observations: Iterable[str], value: str) -> None:
        """Narrow it to these values, and to nothing else."""
        self._choose(Chosen(observations=frozenset(observations), value=value), self.key)

    def show_all(self) -> None:
        """Show every change to the case."""
        self._choose(Chosen(), self.key)

    def _choose(self, chosen: Chosen, key: str) -> None:
        self.key, self.chosen = key, chosen
        with QSignalBlocker(self.text):
            self.text.setText(chosen.text)
        self._show()

    def _show(self) -> None:
        self._offer()
        found = [entry for entry in self._entries if self.chosen.shows(entry)]
        if self.newest_first:
            found.reverse()
        self.note.setText(self._sentence(len(found)))
        self.everything.setVisible(bool(self.chosen.words))
        self.print.setEnabled(self._read)
        self.table.show_rows(HEAD, [entry_row(entry) for entry in found], self.key)

    def _sentence(self, shown: int) -> str:
        if not self._read:
            return "Reading the history…"
        every = len(self._entries)
        if not self.chosen.words:
            return f"{counted(every, 'change')} to this case"
        return f"{shown} of {counted(every, 'change')} to this case: {self.chosen.words}"

    def _offer(self) -> None:
        """What can be chosen among these entries; what was chosen stays among it, so that nothing is hidden unsaid."""
        topics = {topic for entry in self._entries for topic in entry.topics} | {self.chosen.topic} - {""}
        first = [topic for topic in FIRST_TOPICS if topic in topics]
        rest = sorted(topics - set(first), key=str.casefold)
        people = sorted({entry.by for entry in self._entries} | {self.chosen.who} - {""}, key=str.casefold)
        _fill(self.topic, EVERYTHING, [*first, *rest], self.chosen.topic)
        _fill(self.who, EVERYONE, people, self.chosen.who)

    def _on_filter(self, _what: object = None) -> None:
        self.chosen = replace(self.chosen, topic=self.topic.currentData(), who=self.who.currentData(), text=self.text.text())
        self._show()

    def _on_order(self, _key: object) -> None:
        self._show()


def entry_row(entry: "JournalEntry") -> Row:
    """One entry in words, in the order of HEAD."""
    when = entry.at[:19].replace("T", " ") + (" (the clock stood back)" if entry.clock_back else "")
    return (when, entry.by, entry.label, f"{entry.what}. Reason: {entry.reason}" if entry.reason else entry.what)


def _combo(accessible: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(accessible)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    made.setMinimumContentsLength(12)
    return made


def _fill(combo: QComboBox, everything: str, choices: Sequence[str], chosen: str) -> None:
    combo.clear()
    combo.addItem(everything, "")
    for text in choices:
        combo.addItem(text, text)
    combo.setCurrentIndex(max(0, combo.findData(chosen)))
