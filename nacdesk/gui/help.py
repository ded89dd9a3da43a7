"""The menu “Help”: the reference, opened at what has the focus, and the keys."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from nacdesk.domain.rules import RuleResult
from nacdesk.gui.flag_panel import FlagCard
from nacdesk.gui.likelihood_panel import LikelihoodPanel
from nacdesk.gui.option_panel import OptionCard
from nacdesk.gui.rule_list import RuleLine
from nacdesk.gui.session import Session
from nacdesk.gui.theme import Look

if TYPE_CHECKING:
    from nacdesk.gui.reference import ReferenceWindow

KEYS = (
    ("Ctrl+K", "any action by its name"), ("Ctrl+F", "find a case; Down or Enter goes to the list"), ("Ctrl+Down, Ctrl+Up", "next and previous case"),
    ("Ctrl+N", "new case"), ("Ctrl+I", "import"), ("Ctrl+P", "export the handout"), ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("Alt+1, 2, 3", "timeline, data (the flowsheet), history"), ("Ctrl+1 … Ctrl+0", "the forms"), ("X", "axis: cycles, days, dates"), ("C", "absolute or % change"),
    ("[ and ]", "as of an earlier or later date"), ("Alt+Home", "now: everything recorded"), ("B", "basis of the chosen flag"),
    ("Ctrl+L, F4, Ctrl+D", "in the flowsheet: add a column, details of a value, fill down"), ("Ctrl+H", "history of the chosen value"),
    ("F1", "the page of what has the focus: a flag, a criterion, an option"), ("Alt+Left, Alt+Right", "in the reference: back, forward"),
    ("Ctrl++, Ctrl+−", "larger and smaller text"), ("Tab, Shift+Tab", "from part to part"),
)  # fmt: skip


class HelpMenu(QObject):
    """The slots of the menu “Help”; the reference is made when it is first wanted."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._look, self._paper = Look(), "A4"
        self._reference: ReferenceWindow | None = None

    @property
    def reference(self) -> "ReferenceWindow":
        """The window with the pages of the catalogue."""
        if self._reference is None:
            from nacdesk.gui.reference import ReferenceWindow

            self._reference = ReferenceWindow(self._session, self._window)
            self._reference.show_look(self._look, self._paper)
        return self._reference

    def on_reference(self) -> None:
        """Open the reference at the page of what has the focus; of a criterion with what it says of this case."""
        subject, snapshot = subject_of(QApplication.focusWidget()), self._session.snapshot
        if isinstance(subject, RuleResult) and snapshot is not None:
            self.reference.show_result(subject, snapshot)
        elif isinstance(subject, str):
            self.reference.show_page(subject)
        else:
            self.on_intended_use()

    def on_intended_use(self) -> None:
        """Open the reference at the intended use."""
        from nacdesk.domain.reference import INTENDED_USE

        self.reference.show_page(INTENDED_USE)

    def on_keys(self) -> None:
        """Open the reference at the keys."""
        from nacdesk.gui.reference import KEYS_PAGE

        self.reference.show_page(KEYS_PAGE)

    def show_look(self, look: Look, paper: str) -> None:
        """Draw in this look, print on this paper."""
        self._look, self._paper = look, paper
        if self._reference is not None:
            self._reference.show_look(look, paper)

    def close(self) -> None:
        """Close the reference."""
        if self._reference is not None:
            self._reference.reject()


def subject_of(widget: QWidget | None) -> RuleResult | str | None:
    """What the widget with the focus, or one around it, is about: a result, the id of a page, or nothing in particular."""
    while widget is not None:
        if isinstance(widget, FlagCard | RuleLine):
            return widget.result
        if isinstance(widget, OptionCard):
            return None if widget.option is None else widget.option.id
        if isinstance(widget, LikelihoodPanel):
            return "SCO-03"
        widget = widget.parentWidget()
    return None
