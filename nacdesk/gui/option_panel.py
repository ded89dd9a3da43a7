"""Options to discuss: matched first, then those that lack a fact, then those not met. Never ranked, never selected."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from nacdesk.domain.explain import Part
from nacdesk.domain.judgements import Group, MatchedOption, Review
from nacdesk.domain.rules import Option
from nacdesk.gui.basis import section_list
from nacdesk.gui.chips import Chip, Chips
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.flag_panel import CLOSED, OPEN
from nacdesk.gui.jobs import AFTER_PAINT_MS
from nacdesk.gui.labels import Link, together, words
from nacdesk.gui.theme import Look

GROUPS: tuple[tuple[Group, str], ...] = (("matched", "matched"), ("not_recorded", "not recorded"), ("not_met", "not met"))
PREREQUISITE = {"met": ("fine", "✓", "met"), "not met": ("plain", "✕", "not met"), "not recorded": ("plain", "…", "not recorded")}
CAUTION = {"applies": ("watch", "▲", "caution"), "not recorded": ("plain", "…", "not recorded"), "clear": ("fine", "✓", "clear")}


class OptionPanel(QWidget):
    """The reading list for the meeting, in the order of the catalogue."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: Snapshot | None = None
        self._look = Look()
        self.title = words("head", "Options to discuss", name="options-title")
        self.count = words("note", name="options-count")
        self.groups = {group: OptionGroup(group, word) for group, word in GROUPS}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.count)
        for group in self.groups.values():
            column.addWidget(group)

    def show_snapshot(self, snapshot: Snapshot, look: Look) -> None:
        """Show the options of this snapshot; the groups that are not matched are folded.

        The cards of the very first case are made once it is painted: they lie below the flags.
        """
        first = self._snapshot is None
        self._snapshot, self._look = snapshot, look
        options = snapshot.review.options
        counts = [(sum(1 for option in options if option.group == name), name, word) for name, word in GROUPS]
        self.count.setText(" · ".join(f"{count} {word}" for count, name, word in counts if count or name == "matched"))
        if first:
            QTimer.singleShot(AFTER_PAINT_MS, self._fill)
        else:
            self._fill()

    def _fill(self) -> None:
        assert self._snapshot is not None
        review = self._snapshot.review
        for name, _ in GROUPS:
            self.groups[name].show_options([option for option in review.options if option.group == name], review, self._look)


class OptionGroup(QWidget):
    """The options of one group; the matched ones open, the others behind a line that opens them."""

    def __init__(self, group: Group, word: str) -> None:
        super().__init__()
        self._word = word
        self._foldable = group != "matched"
        self._options: Sequence[MatchedOption] = ()
        self._review: Review | None = None
        self._look = Look()
        self._open = True
        self.cards: list[OptionCard] = []
        self.toggle = Link(f"options-{group}", "section")
        self.toggle.clicked.connect(self._on_toggled)
        self.toggle.setVisible(self._foldable)
        self.empty = words("note", "No option of the catalogue has all its prerequisites recorded as met.", name=f"options-{group}-empty")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(self.empty)

    def show_options(self, options: Sequence[MatchedOption], review: Review, look: Look) -> None:
        """Show these options."""
        self._options, self._review, self._look = options, review, look
        self._open = not self._foldable
        self.setVisible(bool(options) or not self._foldable)
        self.empty.setVisible(not options and not self._foldable)
        self._fill()

    def _on_toggled(self) -> None:
        self._open = not self._open
        self._fill()

    def _fill(self) -> None:
        """Cards are made when they are first looked at, and kept."""
        assert self._review is not None
        shown = self._options if self._open else ()
        while len(self.cards) < len(shown):
            self.cards.append(OptionCard())
            self._column.addWidget(self.cards[-1])
        for place, card in enumerate(self.cards):
            if place < len(shown):
                card.show_option(shown[place], self._review, self._look)
            card.setVisible(place < len(shown))
        count = len(self._options)
        counted = f"({count}) {OPEN if self._open else CLOSED}"
        self.toggle.show_texts(f"{self._word.capitalize()} {counted}", f"{self._word.capitalize()}\n{counted}")
        self.toggle.setAccessibleName(f"{count} options, prerequisites {self._word}; {'fold' if self._open else 'show them'}")


class OptionCard(QFrame):
    """One option: name, what it is, prerequisites and cautions as chips, evidence, and sources on a click."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("option")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click chooses it for F1; Tab stops at what it opens
        self.name, self.wording = words("head"), words("note")
        self.checklist = words("note", name="checklist")
        self.evidence = words("small")
        self.trial = words("head", "Investigational: trial setting only", name="investigational")
        self.trial.setProperty("tone", "watch")
        self.more = Link()
        self.more.clicked.connect(self._on_more)
        self.basis = words(marked_up=True, selectable=True)
        self.chips = Chips()
        self._option: MatchedOption | None = None
        self._review: Review | None = None
        self._look = Look()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 6)
        column.setSpacing(4)
        for widget in (self.name, self.chips, self.wording, self.checklist):
            column.addWidget(widget)
        column.addWidget(self.trial, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.evidence)
        column.addWidget(self.basis)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_option(self, matched: MatchedOption, review: Review, look: Look) -> None:
        """Show this option, its sources folded."""
        self._option, self._review, self._look = matched, review, look
        option = matched.option
        self.name.setText(option.name)
        self.wording.setText(together(option.wording))
        self.checklist.setText("\n".join(f"☐ {item}" for item in option.checklist))
        self.checklist.setVisible(bool(option.checklist))
        self.evidence.setText(f"Evidence: {option.evidence_level}" + (f" · ESCAT {option.escat}" if option.escat not in ("", "n/a") else ""))
        self.trial.setVisible(option.investigational_only)
        self._show_chips(matched)
        self.setAccessibleName(option.name)
        self.setAccessibleDescription(" ".join((option.wording, *(f"To check: {item}." for item in option.checklist))))
        self._show_more(False)

    @property
    def option(self) -> Option | None:
        """What is shown, None before anything is."""
        return None if self._option is None else self._option.option

    def _show_chips(self, matched: MatchedOption) -> None:
        rows = [(PREREQUISITE[row.state], row.text) for row in matched.prerequisites]
        rows += [(CAUTION[row.state], row.text) for row in matched.cautions]
        chips = [Chip(together(f"{sign} {text}" if word in text else f"{sign} {text} {word}"), tone) for (tone, sign, word), text in rows]
        self.chips.show_chips(chips, self._look)

    def _on_more(self) -> None:
        self._show_more(self.basis.isHidden())

    def _show_more(self, shown: bool) -> None:
        if self._option is None or self._review is None:
            return
        option = self._option.option
        self.basis.setVisible(shown)
        sign = OPEN if shown else CLOSED
        self.more.show_texts(f"{option.id} · trade-offs and sources {sign}", f"{option.id} · sources {sign}")
        self.more.setAccessibleName(f"{'Close' if shown else 'Open'} trade-offs and sources of {option.name}")
        if shown:
            sources = tuple(self._review.catalog.sources[key].citation for key in option.sources)
            self.basis.setText(section_list((Part("Trade-offs", (option.trade_offs,)), Part("Sources", sources)), self._look))
