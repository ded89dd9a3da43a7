"""Who is on show: identity, course, the date that the data are seen from, and the five answers."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from nacdesk.domain.judgements import Answer
from nacdesk.domain.progress import progress
from nacdesk.domain.rules import SHAPES
from nacdesk.gui import case_text
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.labels import button, together, words
from nacdesk.gui.theme import Look, coloured, rich

_SHAPE: Mapping[str, str] = {str(key): shape for key, shape in SHAPES.items()}
SEVERITY_WORDS: Mapping[str, str] = {"alert": "alert", "watch": "watch", "info": "note"}

JOINER = "\u2060"  # no line ends here
COLUMN = 90  # least width of an answer at 100 %


class Banner(QWidget):
    """Name, sex, birth date and record number, always; then diagnosis, course and biomarkers.

    Signals:
        earlier_asked, later_asked: move the as-of.
    """

    earlier_asked = Signal()
    later_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.name = words("title", name="patient", selectable=True)
        self.identity = words(name="identity", selectable=True)
        self.course = words("note", name="course", marked_up=True, selectable=True)
        self.as_of = words("muted", name="data-as-of")
        self.earlier = button("‹", "step", accessible="Earlier: see the case as of the date before", name="earlier")
        self.later = button("›", "step", accessible="Later: see the case as of the next date", name="later")
        self.earlier.setToolTip("Earlier  [")
        self.later.setToolTip("Later  ]")
        self.earlier.clicked.connect(self.earlier_asked)
        self.later.clicked.connect(self.later_asked)

        when = QWidget()
        row = QHBoxLayout(when)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.as_of, self.earlier, self.later):
            row.addWidget(widget)
        head = QWidget()
        flow = FlowLayout(head, gap=12, spread=True)
        for part in (self.name, self.identity, when):
            flow.addWidget(part)
        keep_height(head)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(4)
        column.addWidget(head)
        column.addWidget(self.course)

    def show_snapshot(self, snapshot: Snapshot, look: Look) -> None:
        """Show the patient of this snapshot."""
        review = snapshot.review
        self.name.setText(case_text.name_of(review))
        self.identity.setText(case_text.identity(review))
        parts = [
            rich(case_text.diagnosis(review)),
            f"{rich(case_text.regimen(review))}, {coloured(progress(review).words, look.colours.ink, bold=True)}",
            rich(case_text.biomarkers(review)),
        ]
        self.course.setText(" · ".join(part for part in parts if part))
        self.as_of.setText(f"Data as of {case_text.data_as_of(review, snapshot.steps[snapshot.here].text)}")
        self.earlier.setEnabled(snapshot.here > 0)
        self.later.setEnabled(not snapshot.latest)
        for hidden in (self.earlier, self.later):
            hidden.setVisible(len(snapshot.steps) > 1)


class AsOfStrip(QFrame):
    """Says that the case is not shown at its latest state, and how to get back there."""

    now_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("asof")
        self.text = words("head", name="asof-text")
        self.now = button("Now", accessible="Now: show everything recorded", name="now")
        self.now.clicked.connect(self.now_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self.text, 1)
        row.addWidget(self.now)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Appear when the snapshot is not the latest."""
        self.setVisible(not snapshot.latest)
        if not snapshot.latest:
            here, last = snapshot.steps[snapshot.here].text, snapshot.steps[-1].text
            self.text.setText(f"Seen as of {here}: what a board would have known then. The latest is {last}.")


class Answers(QWidget):
    """The five answers of the review, side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self, gap=5, column=COLUMN)
        keep_height(self)
        self.cards: list[AnswerCard] = []

    def show_answers(self, answers: tuple[Answer, ...], look: Look) -> None:
        """One card an answer."""
        while len(self.cards) < len(answers):
            self.cards.append(AnswerCard())
            self._flow.addWidget(self.cards[-1])
        self._flow.set_column(look.px(COLUMN))
        for place, card in enumerate(self.cards):
            card.setVisible(place < len(answers))
            if place < len(answers):
                card.show_answer(answers[place], look)


def _whole(text: str, style: str) -> str:
    """Markup for a value: it breaks between words, never between a number and its unit, nor inside a unit."""
    return f'<span style="{style}">{rich(together(text).replace("/", "/" + JOINER))}</span>'


class AnswerCard(QFrame):
    """One answer: what it is about, the value, and what it rests on."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.label, self.value, self.note = words("small"), words("answer", marked_up=True), words("note")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 7, 4, 7)
        column.setSpacing(2)
        for widget in (self.label, self.value, self.note):
            column.addWidget(widget)
        column.addStretch(1)
        keep_height(self)

    def show_answer(self, answer: Answer, look: Look) -> None:
        """Show label, value and note; a severity as shape and word, not as colour alone."""
        self.label.setText(together(answer.label))
        colour = getattr(look.colours, answer.severity) if answer.severity else look.colours.ink
        value = _whole(answer.value, f"color: {colour}; font-weight: bold")
        if answer.extra:
            value += " " + _whole(answer.extra, f"font-size: {look.px(13)}px")
        if answer.severity:
            value += "&nbsp;" + coloured(_SHAPE[answer.severity], colour)
        self.value.setText(value)
        self.note.setText(together(answer.note))
        spoken = f", {SEVERITY_WORDS[answer.severity]}" if answer.severity else ""
        self.setAccessibleName(f"{answer.label}: {answer.value} {answer.extra}{spoken}. {answer.note}")
