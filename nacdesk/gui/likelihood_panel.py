"""One published test at a time: what its answer makes of a probability that the user types (SCO-03)."""

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QLineEdit, QVBoxLayout, QWidget

from nacdesk.domain import likelihood
from nacdesk.domain.explain import Part
from nacdesk.domain.rules import Share, SingleTest
from nacdesk.errors import UserError
from nacdesk.gui.basis import section_list
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.flag_panel import CLOSED, OPEN
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.labels import Link, button, together, words
from nacdesk.gui.theme import Look

TITLE = "One test at a time (SCO-03)"
FIELD = "Probability of non-response before the test, in\u00a0%"
ANSWERS: tuple[tuple[likelihood.Answer, str], ...] = (("negative", "shows no response"), ("positive", "shows response"))
Choice = tuple[SingleTest, likelihood.Answer]


class LikelihoodPanel(QWidget):
    """Closed until it is wanted. What is typed is kept nowhere, and goes when another case is shown (H02).

    Signals:
        revealed: a widget that should be scrolled into view.
    """

    revealed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggle = Link("likelihood-toggle", "section")
        self.toggle.clicked.connect(self._on_toggled)
        self.form: LikelihoodForm | None = None
        self._snapshot: Snapshot | None = None
        self._look = Look()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        self._say_toggle()

    def show_snapshot(self, snapshot: Snapshot, look: Look) -> None:
        """Belong to this snapshot; of another case, closed and blank."""
        before = self._snapshot
        self._snapshot, self._look = snapshot, look
        if self.form is None:
            return
        if before is None or _subject(before) != _subject(snapshot):
            self._close()
        else:
            self.form.show_look(look)

    def _on_toggled(self) -> None:
        if self.form is not None:
            self._close()
        elif self._snapshot is not None:
            self.form = LikelihoodForm(self._snapshot, self._look)
            self.form.answered.connect(self.revealed)
            self._column.addWidget(self.form)
            # What is made late comes last in Qt's order of focus.
            for before, after in pairwise((self.toggle, self.form.field, *self.form.choices)):
                QWidget.setTabOrder(before, after)
            self._say_toggle()
            self.revealed.emit(self.form)

    def _close(self) -> None:
        if self.form is not None:
            self._column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        self._say_toggle()

    def _say_toggle(self) -> None:
        sign = CLOSED if self.form is None else OPEN
        self.toggle.show_texts(f"{TITLE} {sign}", f"One test at a time\n(SCO-03) {sign}")
        self.toggle.setAccessibleName(f"{'Open' if self.form is None else 'Close'} {TITLE}")


def _subject(snapshot: Snapshot) -> tuple[str, str | None, str]:
    """What the form was made for: the case, its tumour context and the rule set."""
    return snapshot.key, snapshot.review.history.case.context, snapshot.review.catalog.digest


class LikelihoodForm(QWidget):
    """A blank field, the tests of the tumour with their two answers, none chosen, and what follows.

    Attributes:
        about: what it is for, or why nothing else is there.
        field: the pre-test probability.  refused: beside it, why it cannot be used.
        result: sentence with range, formula, test, source, and what it is not.

    Signals:
        answered: the result, when an answer of a test was chosen.
    """

    answered = Signal(object)

    def __init__(self, snapshot: Snapshot, look: Look) -> None:
        super().__init__()
        self._catalog, self._look = snapshot.review.catalog, look
        context = snapshot.review.history.case.context
        off = self._catalog.rules["SCO-03"].off
        tests = () if off else likelihood.tests_for(self._catalog, context)
        known = self._catalog.contexts.get(context or "")
        self.about = words("note", off or _about(len(tests), known.label if known else ""), name="likelihood-about")
        self.field = QLineEdit()
        self.field.setObjectName("pre-test")
        self.field.setAccessibleName("Probability of non-response before the test, in per cent")
        self.field.setMaxLength(12)
        self.refused = words("note", name="pre-test-refused")
        self.refused.setProperty("bad", True)
        self.result = words(name="likelihood-result", marked_up=True, selectable=True)
        self._group = QButtonGroup(self)
        self._choices: list[Choice] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.about)
        asked: list[QWidget] = [words("muted", FIELD), self.field, self.refused]
        for test in tests:
            asked += [words(text=together(f"{test.test}, for {test.target}: the test")), self._buttons(test)]
        for widget in (*asked, self.result):
            column.addWidget(widget)
            widget.setVisible(bool(tests) and widget is not self.refused)
        self.field.textChanged.connect(self._show)
        self._group.idClicked.connect(self._on_chosen)
        self._show()

    @property
    def choices(self) -> list[QAbstractButton]:
        """The buttons of the answers, test by test."""
        return self._group.buttons()

    def show_look(self, look: Look) -> None:
        """Write the result in this look."""
        self._look = look
        self._show()

    def _buttons(self, test: SingleTest) -> QWidget:
        """The two answers of a test; all tests share one choice, so there is one test at a time."""
        pair = QWidget()
        flow = FlowLayout(pair, gap=6)
        for answer, text in ANSWERS:
            made = button(text, "segment", checkable=True, accessible=f"{test.test}: {text}", name=f"{test.id}-{answer}")
            self._group.addButton(made, len(self._choices))
            self._choices.append((test, answer))
            flow.addWidget(made)
        keep_height(pair)
        return pair

    def _on_chosen(self) -> None:
        self._show()
        self.answered.emit(self.result)

    def _show(self) -> None:
        try:
            before, why = likelihood.typed(self.field.text()), ""
        except UserError as error:
            before, why = None, str(error)
        self.refused.setText(why)
        self.refused.setVisible(bool(why))
        self.field.setAccessibleDescription(why)
        chosen = self._group.checkedId()
        if before is None or chosen < 0:
            lacking = [text for text, missing in (("type a probability", before is None), ("choose what the test shows", chosen < 0)) if missing]
            self.result.setText(f"To see a result: {' and '.join(lacking)}.")
            return
        test, answer = self._choices[chosen]
        found = likelihood.judged(self._catalog, test, answer, before)
        rule = self._catalog.rules[found.rule]
        parts = [
            Part("Result", (together(found.sentence),)),
            Part("Formula", (found.formula,)),
            Part("The test", (f"Sensitivity {_share(test.sensitivity)}, specificity {_share(test.specificity)}, for {test.target}.",)),
            Part("Source", tuple(self._catalog.sources[key].citation for key in test.sources)),
            Part("What it is not", (rule.is_not,)),
        ]
        self.result.setText(section_list(parts, self._look))


def _about(count: int, label: str) -> str:
    """What the form is for, or why it is empty."""
    if not label:
        return "No tumour context is recorded, so no test is offered."
    if not count:
        return f"No test with a published sensitivity and specificity is in the catalogue for {label}."
    return "What one published test makes of a probability that you type. Nothing is filled in and nothing is kept."


def _share(share: Share | None) -> str:
    """A published share with its interval: "0.67 (0.62 to 0.72)"."""
    return "not published" if share is None else f"{share.value} ({share.low} to {share.high})"
