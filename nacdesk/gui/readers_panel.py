"""Several readers side by side, and where they differ. Not there where one reader, or none, is recorded."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from nacdesk.domain import wording
from nacdesk.domain.judgements import ReaderNote, Review
from nacdesk.domain.readers import by_visit, lines
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.flag_panel import CLOSED, OPEN
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.labels import Link, together, words
from nacdesk.gui.theme import Look, coloured, rich

COLUMN = 96  # least width of a reader's reading at 100 %
AT_ONCE = ("course", "response")  # the other differences are opened


class ReadersPanel(QWidget):
    """Unlike responses at once; opened, each visit as each reader judged it, with sums and single values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = words("head", name="readers-title")
        self.notes = words("note", name="readers-notes", marked_up=True, selectable=True)
        self.toggle = Link("readers-toggle", "section")
        self.toggle.setAccessibleName("Show the readings of each reader, visit by visit")
        self.toggle.clicked.connect(self._on_toggled)
        self.visits: list[QWidget] = []
        self._review: Review | None = None
        self._look = Look()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.title)
        self._column.addWidget(self.notes)
        self._column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_snapshot(self, snapshot: Snapshot, look: Look) -> None:
        """Show the readers of this snapshot, closed."""
        self._review, self._look = snapshot.review, look
        self._close()
        readers, notes = snapshot.review.readers, snapshot.review.reader_notes
        self.setVisible(bool(readers or notes))
        if not readers and not notes:
            return
        names = wording.joined(one.reader for one in readers)
        self.title.setText(f"Readers: {names}" if names else "Readers")
        said = [note for note in notes if note.about in AT_ONCE or not readers]
        if readers and not any(note.about == "response" for note in said):
            said.append(ReaderNote("course", None, "No response differs between the readers."))
        self.notes.setText(_paragraphs(said, look))
        self.toggle.setVisible(bool(readers))
        self._say_toggle()

    def _on_toggled(self) -> None:
        if self.visits:
            self._close()
        else:
            self._open()
        self._say_toggle()

    def _open(self) -> None:
        assert self._review is not None
        notes = by_visit([note for note in self._review.reader_notes if note.about not in AT_ONCE])
        for visit in self._review.visits:
            key = visit.visit.id
            there = [(one.reader, lines(one.sizes[key], self._review.catalog), key in one.counting) for one in self._review.readers if key in one.sizes]
            unlike = notes.get(key, ())
            if there or unlike:
                when = f" ({wording.day(visit.date)})" if visit.date else ""
                made = VisitReadings(f"{visit.visit.name}{when}", there, unlike, self._look)
                self.visits.append(made)
                self._column.addWidget(made)

    def _close(self) -> None:
        for made in self.visits:
            self._column.removeWidget(made)
            made.hide()
            made.deleteLater()
        self.visits = []

    def _say_toggle(self) -> None:
        assert self._review is not None
        unlike = sum(note.about not in AT_ONCE for note in self._review.reader_notes)
        sign = OPEN if self.visits else CLOSED
        self.toggle.show_texts(f"Side by side, {wording.counted(unlike, 'unlike value')} {sign}", f"Side by side {sign}")
        self.toggle.setAccessibleName(f"{'Fold' if self.visits else 'Show'} the readings side by side; {wording.counted(unlike, 'unlike value')}")


class VisitReadings(QWidget):
    """One visit: a reading of each reader beside the others, below them how far apart they are."""

    def __init__(self, title: str, there: Sequence[tuple[str, Sequence[str], bool]], unlike: Sequence[ReaderNote], look: Look) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(words("muted", together(title)))
        if there:
            beside = QWidget()
            flow = FlowLayout(beside, gap=5, column=look.px(COLUMN))
            for reader, said, accepted in there:
                flow.addWidget(_reading(reader, said, accepted, look))
            keep_height(beside)
            column.addWidget(beside)
        if unlike:
            below = words("note", marked_up=True, selectable=True)
            below.setText(_paragraphs(unlike, look))
            column.addWidget(below)


def _reading(reader: str, said: Sequence[str], accepted: bool, look: Look) -> QFrame:
    """What one reader's values come to at a visit."""
    frame = QFrame()
    frame.setProperty("role", "card")
    column = QVBoxLayout(frame)
    column.setContentsMargins(7, 5, 5, 5)
    head = coloured(reader, look.colours.ink, bold=True) + (f"<br>{coloured('✓ accepted', look.colours.fine)}" if accepted else "")
    text = words("note", marked_up=True, selectable=True)
    text.setText("<br>".join((head, *(rich(together(line)) for line in said))))
    column.addWidget(text)
    column.addStretch(1)
    keep_height(frame)
    frame.setAccessibleName(f"{reader}{', accepted' if accepted else ''}: {', '.join(said)}")
    return frame


def _paragraphs(notes: Sequence[ReaderNote], look: Look) -> str:
    """One paragraph a note; an unlike response stands out, by its sign too."""
    style = f"margin: 0 0 {look.px(5)}px 0"
    texts = [coloured(f"≠ {together(note.sentence)}", look.colours.watch) if note.about == "response" else rich(together(note.sentence)) for note in notes]
    return "".join(f'<p style="{style}">{text}</p>' for text in texts)
