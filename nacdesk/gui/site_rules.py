"""The rules of this site: what is in force, what a file would change in words and in flags, and its acceptance."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from nacdesk.domain.wording import counted
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.labels import button, restyle, room, words
from nacdesk.gui.message import Message, message_of
from nacdesk.gui.rule_set import Effect, SiteState, Trial, accept, effect, state, trial
from nacdesk.gui.session import Session
from nacdesk.gui.tables import Row, TextTable

if TYPE_CHECKING:
    from nacdesk.work import FlagChange

FILTER = "Site rules (*.toml);;All files (*)"
CHANGES_HEAD = ("Change",)
FLAGS_HEAD = ("Case", "Before", "After", "Rule")
ROWS_SHOWN = 2000
TURN_SECONDS = 0.05  # a case asked for waits no longer behind the comparison
WHAT = "A hospital's own file changes a threshold, switches a rule off or adds a rule of an existing kind. It is in force only once it was looked at and accepted here."


class SiteRulesDialog(QDialog):
    """Look at a file of site rules, see every flag that it changes, and put it in force.

    What is accepted is the very text whose effect was listed (H16): a file that changes on the disk
    meanwhile is not read again.

    Signals:
        accepted_rules: in words what was put in force.
    """

    accepted_rules = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Site rules")
        self.setProperty("role", "paper")
        self._session = session
        self._turn = 0
        self._found: SiteState | None = None
        self._path: Path | None = None
        self._trial: Trial | None = None
        self._seen = 0
        self._effect: list[FlagChange] = []
        self._unread: list[str] = []
        self.in_force = words("head", name="site-in-force")
        self.beside = words("note", name="site-beside")
        self.what = words("note", WHAT)
        self.chosen = words(name="site-chosen")
        self.other = button("Choose another file…", accessible="Choose another file of site rules", name="site-choose")
        self.check = button("Check", accessible="Check: list every change of the file and every flag that it changes", name="site-check")
        self.end = button("Take out of force…", accessible="Take the site rules out of force: first list what that changes", name="site-end")
        self.state = words("head", name="site-state")
        self.changes_title = words("head", name="site-changes-title")
        self.changes = TextTable("Changes of the rules by this site", wrapped=True)
        self.changes.horizontalHeader().hide()
        self.flags_title = words("head", name="site-flags-title")
        self.flags = TextTable("Flags that change, by case", wrapped=True)
        self.accept_button = button("Accept", "primary", name="site-accept")
        self.cancel = button("Close", name="close")
        self._lay_out()
        self.other.clicked.connect(self._on_other)
        self.check.clicked.connect(self._on_check)
        self.end.clicked.connect(self._on_end)
        self.accept_button.clicked.connect(self._on_accept)
        self.cancel.clicked.connect(self.reject)
        self.finished.connect(self._on_finished)
        session.told.connect(self._on_told)

    def begin(self) -> None:
        """Open with what is in force."""
        self._forget()
        self._found = self._path = None
        self._show()
        self.resize(room(self, 146, 42))
        self.open()
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
        self._session.consult(state, partial(self._on_state, self._turn), partial(self._on_failed, self._turn))

    @property
    def ready(self) -> bool:
        """The whole effect of a text that is not in force already is listed."""
        return self._trial is not None and self._listed and not self._is_in_force(self._trial)

    @property
    def _listed(self) -> bool:
        return self._trial is not None and self._seen >= len(self._trial.cases)

    def _is_in_force(self, tried: Trial) -> bool:
        return self._found is not None and tried.text == self._found.text

    # what the worker answers

    def _on_state(self, turn: int, found: SiteState) -> None:
        if turn == self._turn:
            self._found = found
            self._path = found.beside if found.there else None
            self._show()
            if found.there and self.cancel.hasFocus():
                self.check.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_trial(self, turn: int, tried: Trial) -> None:
        if turn == self._turn:
            self._trial = tried
            self._go_on()

    def _on_effect(self, turn: int, part: Effect) -> None:
        if turn == self._turn:
            self._seen += part.seen
            self._effect += part.changes
            self._unread += part.unread
            self._go_on()

    def _go_on(self) -> None:
        """Hold the next cases against both rule sets; closing the dialog ends it."""
        tried = self._trial
        if tried is None or self._listed:
            self._show()
        else:
            self._tell(f"Comparing both rule sets: {self._seen} of {counted(len(tried.cases), 'case')}…")
            self._session.consult(partial(effect, tried, self._seen, TURN_SECONDS), partial(self._on_effect, self._turn), partial(self._on_failed, self._turn))

    def _on_failed(self, turn: int, error: BaseException) -> None:
        """The file or the store could not be read as a whole; nothing is in force that was not before."""
        if turn == self._turn:
            self._forget()
            self._show()
            failure = message_of(error)
            self._tell(f"{failure.sentence} {failure.remedy}".strip(), bad=True)

    # what the reader wants

    def _on_other(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose a file of site rules", "", FILTER)
        if name:
            self._path = Path(name)
            self._on_check()

    def _on_check(self) -> None:
        if self._path is not None:
            self._try(self._path)

    def _on_end(self) -> None:
        self._try(None)

    def _try(self, path: Path | None) -> None:
        """Find out what this file would change; None for no site rules at all."""
        self._forget()
        self._show()
        self._tell("Reading…")
        self._session.consult(partial(trial, path), partial(self._on_trial, self._turn), partial(self._on_failed, self._turn))

    def _on_accept(self) -> None:
        if self.ready and self._trial is not None:
            self.accept_button.setEnabled(False)
            self._session.perform("Change the site rules", partial(accept, self._trial.text), partial(self._on_accepted, self._trial))

    def _on_accepted(self, tried: Trial, _changes: object) -> None:
        """The store has confirmed it, whether the dialog is still open or not."""
        self.accept()
        number = len(tried.new.overrides)
        self.accepted_rules.emit(f"{counted(number, 'change')} by this site accepted" if tried.text is not None else "Site rules taken out of force")

    def _on_finished(self, _result: int) -> None:
        self._forget()

    def _on_told(self, message: object) -> None:
        """While the dialog is open it shows failures too: it covers the message bar."""
        if self.isVisible() and isinstance(message, Message) and message.tone == "error":
            self._tell(f"{message.sentence} {message.remedy}".strip(), bad=True)

    def _forget(self) -> None:
        """Drop what was listed; answers that are still under way find another turn."""
        self._turn += 1
        self._trial, self._seen = None, 0
        self._effect, self._unread = [], []

    # what is shown

    def _show(self) -> None:
        found, tried, opened = self._found, self._trial, self._session.opened
        overrides = opened.catalog.overrides if opened is not None else ()
        self.in_force.setText(_in_force(found, overrides))
        self.beside.setText(_beside(found))
        self.chosen.setText(f"File: {self._path.name}" if self._path is not None else "No file is chosen.")
        self.check.setEnabled(self._path is not None)
        self.end.setEnabled(found is not None and found.text is not None and self._session.writable)
        self.what.setVisible(tried is None)
        listed = overrides if tried is None or tried.text is None else tried.new.overrides
        self.changes_title.setText(f"{_list_title(tried)} ({len(listed)})")
        self.changes.show_rows(CHANGES_HEAD, [(text,) for text in listed])
        for widget in (self.changes_title, self.changes):
            widget.setVisible(bool(listed))
        rows = self._rows()
        self.flags_title.setText(f"Flags that change ({len(self._effect)})")
        self.flags.show_rows(FLAGS_HEAD, rows)
        self.flags_title.setVisible(bool(rows))
        self.flags.setVisible(bool(rows))
        self._tell(self._sentence())
        self.accept_button.setText("Take out of force" if tried is not None and tried.text is None else "Accept")
        self.accept_button.setEnabled(self.ready and self._session.writable)

    def _sentence(self) -> str:
        tried, opened = self._trial, self._session.opened
        if tried is None:
            return ""
        if self._is_in_force(tried):
            return "This is what is in force already."
        compared = counted(len(tried.cases) - len(self._unread), "case")
        cases = len({one.case for one in self._effect})
        text = f"Flags that change: {len(self._effect)}, in {cases} of {compared}." if cases else f"No flag changes in {compared}."
        if self._unread:
            text += f" {counted(len(self._unread), 'case')} could not be read."
        if opened is not None and opened.why_read_only:
            return f"{text} Nothing can be accepted in this window. {opened.why_read_only}"
        press = "Take out of force" if tried.text is None else "Accept"
        return f"{text} Nothing changes before you press {press}; a clinical review holds only for the rule set that was signed."

    def _rows(self) -> list[Row]:
        if not self._listed:
            return []
        rows: list[Row] = [(key, "", "", "This case could not be read and was not compared.") for key in self._unread]
        rows += [(one.case, one.before, one.after, f"{one.rule} {one.name}") for one in self._effect]
        more = len(rows) - ROWS_SHOWN
        return [*rows[:ROWS_SHOWN], ("", "", "", f"… and {more} more")] if more > 0 else rows

    def _tell(self, text: str, *, bad: bool = False) -> None:
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.state.setProperty("bad", "true" if bad else "false")
        restyle(self.state)

    def _lay_out(self) -> None:
        choose = QWidget()
        flow = FlowLayout(choose, gap=8)
        keep_height(choose)
        for part in (self.chosen, self.check, self.other):
            flow.addWidget(part)
        last = QHBoxLayout()
        last.addWidget(self.end)
        last.addStretch(1)
        last.addWidget(self.cancel)
        last.addWidget(self.accept_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        for widget in (self.in_force, self.beside, self.what, choose, self.state, self.changes_title):
            column.addWidget(widget)
        column.addWidget(self.changes, 2)
        column.addWidget(self.flags_title)
        column.addWidget(self.flags, 3)
        column.addStretch(0)
        column.addLayout(last)


def _in_force(found: SiteState | None, overrides: tuple[str, ...]) -> str:
    if found is None:
        return "Looking at the store…"
    if found.text is None:
        return "In force: the shipped rules; this site changed nothing."
    return f"In force: {counted(len(overrides), 'change')} by this site, {found.accepted}."


def _beside(found: SiteState | None) -> str:
    if found is None:
        return ""
    if found.difference:
        return found.difference
    return f"{found.beside.name} beside the store is what is in force." if found.there else f"There is no {found.beside.name} beside the store."


def _list_title(tried: Trial | None) -> str:
    if tried is None:
        return "Changes in force"
    return "These changes end" if tried.text is None else "Changes in this file"
