"""The clinical review of the rule set: who answers for the rules in force, recorded in the store."""

from datetime import date, datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from nacdesk.domain.rules import Catalog, ClinicalReview
from nacdesk.domain.wording import counted
from nacdesk.gui.flow_layout import Scrolled, scrolls
from nacdesk.gui.labels import button, restyle, room, words
from nacdesk.gui.message import Message
from nacdesk.gui.rule_set import reviews, sign
from nacdesk.gui.session import Session

MEANING = (
    "By signing, the reviewer states: I have read the rules, thresholds, options and sources of this rule set and every change of this site, and they may be used here as"
    " decision support. It says nothing about any single case and replaces no clinical judgement."
)
AGAIN = (
    "The signature holds for exactly this rule set, told by its digest. When a rule, a threshold, an option or a site rule changes, the rule set counts as"
    " not clinically reviewed until it is signed again. Screen and paper say which it is."
)


class Field(QWidget):
    """A line to type into, its title above it, and below it what it lacks."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.box = QLineEdit()
        self.box.setAccessibleName(title)
        self.box.textEdited.connect(self._on_edited)
        self.problem = words("note", name="field-problem")
        self.problem.setProperty("bad", "true")
        label = QLabel(title)
        label.setProperty("role", "small")
        label.setBuddy(self.box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (label, self.box, self.problem):
            column.addWidget(widget)

    @property
    def refused(self) -> bool:
        """What was typed cannot be used."""
        return bool(self.problem.text())

    def refuse(self, why: str) -> None:
        """Say why what was typed cannot be used, "" when it can."""
        self.problem.setText(why)
        self.problem.setVisible(bool(why))
        self.box.setAccessibleDescription(why)

    def _on_edited(self, _text: str) -> None:
        self.refuse("")


class SignOffDialog(QDialog):
    """What is signed, what signing means, and the reviewer's name, date and remarks.

    Signals:
        signed: the store has confirmed the signature.
    """

    signed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Clinical review of the rule set")
        self.setProperty("role", "paper")
        self._session = session
        self._catalog: Catalog | None = None
        self._area = QScrollArea()
        self.subject = words("head", name="sign-subject", selectable=True)
        self.counts = words(name="sign-counts")
        self.site = words(name="sign-site", selectable=True)
        self.before = words(name="sign-before", selectable=True)
        self.reviewer, self.on, self.remarks = Field("Reviewer's name"), Field("Date (year-month-day)"), Field("Remarks (may stay empty)")
        self.state = words("head", name="sign-state")
        self.sign_button = button("Sign", "primary", accessible="Sign: record the clinical review of this rule set", name="sign")
        self.sign_button.setDefault(True)
        self.cancel = button("Close", name="close")
        self._lay_out()
        self.sign_button.clicked.connect(self._on_sign)
        self.cancel.clicked.connect(self.reject)
        session.told.connect(self._on_told)
        session.store_changed.connect(self._show)

    def begin(self) -> None:
        """Open for the rule set that is in force now, the name empty."""
        for field, text in ((self.reviewer, ""), (self.on, _today().isoformat()), (self.remarks, "")):
            field.box.setText(text)
            field.refuse("")
        self._tell("")
        self.before.setText("Looking for earlier reviews…")
        self._show()
        self._session.consult(reviews, self._on_reviews, self._session.tell_error)
        self.resize(room(self, 106, 36))
        self.open()
        (self.reviewer.box if self.reviewer.box.isEnabled() else self.cancel).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self) -> None:
        opened = self._session.opened
        if opened is None:
            return
        catalog = self._catalog = opened.catalog
        self.subject.setText(f"Rule set {catalog.version} · digest {catalog.digest[:12]}")
        parts = (counted(len(catalog.rules), "rule"), counted(len(catalog.options), "option"), counted(len(catalog.sources), "source"))
        changes = f"{counted(len(catalog.overrides), 'change')} by this site:" if catalog.overrides else "no change by this site."
        self.counts.setText(f"What is signed: {', '.join(parts)}; {changes}")
        self.site.setText("\n".join(f"• {text}" for text in catalog.overrides))
        self.site.setVisible(bool(catalog.overrides))
        for field in (self.reviewer, self.on, self.remarks):
            field.box.setEnabled(self._session.writable)
        self.sign_button.setEnabled(self._session.writable and not self._session.writing)
        if opened.why_read_only:
            self._tell(f"Nothing can be signed in this window. {opened.why_read_only}")

    def _on_reviews(self, found: tuple[tuple[str, ClinicalReview], ...]) -> None:
        """Who signed before: the shipped signature where it holds for this very rule set, and what the store has on record."""
        if self._catalog is None:
            return
        digest, reviewed = self._catalog.digest, self._catalog.reviewed
        shipped = [(digest, reviewed)] if reviewed is not None and (digest, reviewed) not in found else []
        lines = [_line(one, review, one == digest) for one, review in (*shipped, *found)]
        self.before.setText("\n".join(lines) or "So far: not clinically reviewed.")

    def _on_sign(self) -> None:
        """Record what was typed, or say beside each field what it lacks."""
        name, day = " ".join(self.reviewer.box.text().split()), _day(self.on.box.text())
        self.reviewer.refuse("" if name else "Write the name of the person who has reviewed the rule set.")
        self.on.refuse("" if day and day <= _today() else "Write a date such as 2026-03-31, not after today.")
        refused = next((field for field in (self.reviewer, self.on) if field.refused), None)
        if refused is not None:
            refused.box.setFocus(Qt.FocusReason.OtherFocusReason)
            self._column.activate()  # a problem that was just shown has no place before that
            self._area.ensureWidgetVisible(refused, 0, 0)
        elif self._catalog is not None and day is not None:
            self.sign_button.setEnabled(False)
            self._tell("")
            signing = partial(sign, self._catalog.digest, name, day, self.remarks.box.text().strip())
            self._session.perform("Record the clinical review", signing, self._on_signed)

    def _on_signed(self, _changes: object) -> None:
        self.accept()
        self.signed.emit()

    def _on_told(self, message: object) -> None:
        """While the dialog is open it shows failures too: it covers the message bar."""
        if self.isVisible() and isinstance(message, Message) and message.tone == "error":
            self._tell(f"{message.sentence} {message.remedy}".strip())

    def _tell(self, text: str) -> None:
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.state.setProperty("bad", "true")
        restyle(self.state)

    def _lay_out(self) -> None:
        content = Scrolled()
        column = self._column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        for widget in (self.subject, self.counts, self.site, self.before, words("note", MEANING), words("note", AGAIN), self.reviewer, self.on, self.remarks):
            column.addWidget(widget)
        column.addStretch(1)
        area = scrolls(self._area, content)
        area.setAccessibleName("What is signed, and by whom")
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.cancel)
        last.addWidget(self.sign_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.setSpacing(10)
        whole.addWidget(area, 1)
        whole.addWidget(self.state)
        whole.addLayout(last)


def _line(digest: str, review: ClinicalReview, this: bool) -> str:
    remarks = f" Remarks: {review.remarks}" if review.remarks else ""
    return f"Reviewed by {review.by} on {review.on}: {'this rule set' if this else f'another rule set, digest {digest[:12]}'}.{remarks}"


def _today() -> date:
    """The reader's own day."""
    return datetime.now().astimezone().date()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
