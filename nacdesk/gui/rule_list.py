"""The criteria of a case in one state, behind a line that opens them; each then has the focus and its keys."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nacdesk.domain.explain import named
from nacdesk.domain.judgements import Review
from nacdesk.domain.rules import RuleResult
from nacdesk.gui.labels import Link, together, words
from nacdesk.gui.theme import Look, coloured, rich

CLOSED, OPEN = "▾", "▴"
KEYS_DOWN, KEYS_UP = (Qt.Key.Key_Down, Qt.Key.Key_Right), (Qt.Key.Key_Up, Qt.Key.Key_Left)


class RuleList(QWidget):
    """A line with the names of criteria in one state; opened, each with its reason and what it would need.

    The opened lines are one stop of Tab; the arrow keys go from line to line.

    Args:
        short: the title where there is little room.

    Signals:
        revealed: a line that should be scrolled into view.
    """

    revealed = Signal(object)

    def __init__(self, title: str, short: str = "") -> None:
        super().__init__()
        self._title, self._short = title, short or title
        self._results: Sequence[RuleResult] = ()
        self._review: Review | None = None
        self._look = Look()
        self._open = False
        self._empty = ""
        self.lines: list[RuleLine] = []
        self.toggle = Link(f"{title.lower().replace(' ', '-')}-toggle", "section")
        self.toggle.clicked.connect(self._on_toggled)
        self.text = words("note", name=title.lower().replace(" ", "-"), marked_up=True, selectable=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(self.text)

    def show_results(self, results: Sequence[RuleResult], review: Review, look: Look, empty: str) -> None:
        """Show these results, closed; `empty` where there is none."""
        self._results, self._review, self._look, self._open, self._empty = results, review, look, False, empty
        self._write()

    def _on_toggled(self) -> None:
        self._open = not self._open
        self._write()

    def _write(self) -> None:
        """The lines are made when they are first looked at, and kept."""
        assert self._review is not None
        count = len(self._results)
        counted = f"({count}) {OPEN if self._open else CLOSED}"
        self.toggle.show_texts(f"{self._title} {counted}", f"{self._short}\n{counted}")
        self.toggle.setAccessibleName(f"{self._title}: {count} criteria; {'fold' if self._open else 'show the reasons'}")
        self.toggle.setEnabled(count > 0)
        self.text.setVisible(not self._open)
        self.text.setText("; ".join(self._name(result) for result in self._results) + "." if count else rich(self._empty))
        shown = self._results if self._open else ()
        while len(self.lines) < len(shown):
            line = RuleLine()
            line.stepped.connect(self._on_stepped)
            line.entered.connect(self._on_entered)
            self._column.addWidget(line)
            QWidget.setTabOrder(self.lines[-1] if self.lines else self.toggle, line)
            self.lines.append(line)
        for place, line in enumerate(self.lines):
            if place < len(shown):
                line.show_result(shown[place], self._review, self._look)
            line.setVisible(place < len(shown))
        if shown:
            self._on_entered(self.lines[0])

    def _name(self, result: RuleResult) -> str:
        assert self._review is not None
        rule = self._review.catalog.rules[result.rule]
        name = rich(f"{rule.name} ({'added' if rule.kind else 'changed'} by this site)" if rule.changed else rule.name)
        return f"{name} — {rich(together(result.reason.rstrip('.')))}" if result.reason and result.state != "not_met" else name

    def _on_stepped(self, step: object) -> None:
        shown = [line for line in self.lines if not line.isHidden()]
        here = next((place for place, line in enumerate(shown) if line.hasFocus()), 0)
        there = here + (1 if step == "down" else -1)
        if 0 <= there < len(shown):
            shown[there].setFocus(Qt.FocusReason.TabFocusReason)
            self.revealed.emit(shown[there])

    def _on_entered(self, entered: object) -> None:
        """Tab comes back to the line that was left."""
        for line in self.lines:
            line.setFocusPolicy(Qt.FocusPolicy.StrongFocus if line is entered else Qt.FocusPolicy.ClickFocus)


class RuleLine(QWidget):
    """One criterion with its reason; F1 opens its page.

    Attributes:
        result: what is shown, None before anything is.

    Signals:
        entered: itself, when it got the focus.
        stepped: "up" or "down".
    """

    entered = Signal(object)
    stepped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.result: RuleResult | None = None
        self._look = Look()
        self.text = words("note", name="rule-line", marked_up=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 2, 4, 4)
        column.addWidget(self.text)
        self.setToolTip("F1: the page of this rule")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def show_result(self, result: RuleResult, review: Review, look: Look) -> None:
        """Show this result."""
        self.result, self._look = result, look
        rule = review.catalog.rules[result.rule]
        said = together(f"{(result.reason if result.state != 'not_met' else None) or result.sentence} {rule.changed}".strip())
        needs = f"Would make it evaluable: {'; '.join(named(text, review.catalog) for text in result.missing)}." if result.missing else ""
        lines = (f"{coloured(rule.name, look.colours.ink, bold=True)} ({rich(rule.id)})", rich(said), rich(needs))
        self.text.setText("<br>".join(line for line in lines if line))
        self.setAccessibleName(f"{rule.id}, {rule.name}")
        self.setAccessibleDescription(f"{said} {needs}".strip())

    # overrides of Qt

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.entered.emit(self)
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in KEYS_DOWN:
            self.stepped.emit("down")
        elif event.key() in KEYS_UP:
            self.stepped.emit("up")
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A frame where the focus is."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(self._look.colours.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
