"""The forms of the case on show, one page at a time, and the time point that single facts are recorded at."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from nacdesk.domain import entering, flowsheet, wording
from nacdesk.domain.edits import Edit
from nacdesk.domain.flowsheet import Sheet
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.edits import NAME, NEW_ROW, Place
from nacdesk.gui.flow_layout import FlowLayout, Scrolled, keep_height, scrolls
from nacdesk.gui.forms import TITLES
from nacdesk.gui.forms.cycles import CyclesPage
from nacdesk.gui.forms.facts import BASELINE, FactsPage, Key, by_prefix
from nacdesk.gui.forms.field import Field
from nacdesk.gui.forms.keeper import Change, Keeper
from nacdesk.gui.forms.lesions import LesionsPage
from nacdesk.gui.forms.pathology import PathologyPage
from nacdesk.gui.forms.person import DAY
from nacdesk.gui.forms.person_page import PersonPage
from nacdesk.gui.forms.sul import SulPage
from nacdesk.gui.labels import button, words
from nacdesk.gui.session import Session
from nacdesk.gui.sheet_plan import day
from nacdesk.gui.theme import Look

EARLIER = "What is shown is an earlier state of the case. Forms change what is recorded now: press Alt+Home first."
LEAST = 180  # of a form: in a small window the page around it scrolls
_ASKED_ONCE = ("treatment.platinum_given", "treatment.radiotherapy_given", "treatment.preop_chemoradiation", "treatment.immune")
_COURSE = ("treatment.last_dose", "event.surgery", "event.recurrence", "event.mouse_antibody", "event.serosal_procedure")


class Page(Protocol):
    """What every page of the forms can do."""

    def show_sheet(self, snapshot: Snapshot, sheet: Sheet, visit: str, look: Look) -> None:
        """Show what is recorded."""


def findings(_catalog: Catalog, sheet: Sheet | None) -> tuple[Key, ...]:
    """What was seen at a visit besides measurements: new lesions, non-target disease, and which visit is the baseline."""
    others = () if sheet is None else tuple(("lesion.status", lesion.label) for lesion in sheet.history.lesions if lesion.role == "non_target")
    return (("lesion.new", ""), ("lesion.non_target", ""), *others, ("response.clinical_complete", ""), ("response.rapid_deterioration", ""), (BASELINE, ""))


class FormPages(QWidget):
    """Chips to choose a form, the form, and above single facts the time point they are recorded at.

    Signals:
        attention_asked: something half entered keeps the case on show; turn to it.
    """

    attention_asked = Signal()

    def __init__(self, session: Session, catalog: Catalog) -> None:
        super().__init__()
        self._keeper = Keeper(session, self)
        self._snapshot: Snapshot | None = None
        self._look = Look()
        self._dates: dict[str, date] = {}  # of time points that no value carries yet
        facts = partial(FactsPage, self._keeper)
        pages: tuple[QWidget, ...] = (
            PersonPage(self._keeper, catalog),
            CyclesPage(self._keeper),
            LesionsPage(self._keeper),
            facts(findings),
            facts(by_prefix("biomarkers.", "genotype.")),
            facts(by_prefix("status.", "labs.")),
            facts(by_prefix("toxicity.", "history.", "medication.", "trial.", "anatomy.")),
            facts(by_prefix(*_ASKED_ONCE, *_COURSE)),
            PathologyPage(self._keeper),
            SulPage(self._keeper),
        )
        self.pages = dict(zip(TITLES, pages, strict=True))
        self.chips: dict[str, QPushButton] = {}
        self.told = words("note", EARLIER)
        self.when = Field("Recorded at", choices=())
        self.new_name = Field("Name of the time point", hint="after C2")
        self.new_date = Field("Its date", hint=DAY)
        self.add = button("Add the time point", name="add-time-point")
        self._stack = QStackedWidget()
        self._lay_out()
        assert self.when.box is not None
        self.when.box.activated.connect(self._on_when)
        self.add.clicked.connect(self._on_add)
        self._keeper.kept.connect(self._on_kept)
        self._keeper.held.connect(self._on_held)
        self.show_page(TITLES[0])

    def _lay_out(self) -> None:
        self._chips = QWidget()
        flow = FlowLayout(self._chips, gap=5)
        keep_height(self._chips)
        for title in self.pages:
            chip = button(title, "chip", accessible=f"Form: {title}", checkable=True)
            chip.clicked.connect(partial(self._on_chip, title))
            self.chips[title] = chip
            flow.addWidget(chip)
        self._where = QWidget()
        line = QHBoxLayout(self._where)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        for field in (self.when, self.new_name, self.new_date):
            line.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.add, 0, Qt.AlignmentFlag.AlignBottom)
        for page in self.pages.values():
            content = Scrolled()
            inner = QVBoxLayout(content)
            inner.setContentsMargins(0, 0, 8, 8)
            inner.addWidget(page)
            inner.addStretch(1)
            self._stack.addWidget(scrolls(QScrollArea(), content))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for widget in (self._chips, self.told, self._where):
            column.addWidget(widget)
        column.addWidget(self._stack, 1)

    # what is on show

    def show_snapshot(self, snapshot: Snapshot, look: Look) -> None:
        """Show what is recorded of the case of this snapshot."""
        if self._snapshot is None or snapshot.key != self._snapshot.key:
            self._dates.clear()
            self._picked = False
        self._snapshot, self._look = snapshot, look
        self._stack.setMinimumHeight(look.px(LEAST))
        keys = [key for page in self.pages.values() if isinstance(page, FactsPage) for key in page.keys(snapshot.review.catalog, None)]
        lesions = [("lesion.status", lesion.label) for lesion in snapshot.facts.lesions if lesion.role == "non_target"]
        sheet = flowsheet.sheet(snapshot.review, (*keys, *lesions), self._dates, snapshot.facts)
        self.told.setVisible(not snapshot.latest)
        self._offer_visits(sheet)
        self._sheet = sheet
        self._keeper.see(snapshot, sheet, look)
        self._show_pages()

    def show_page(self, title: str) -> None:
        """Turn to a form."""
        for name, chip in self.chips.items():
            chip.setChecked(name == title)
        self._stack.setCurrentIndex(list(self.pages).index(title))
        self._where.setVisible(isinstance(self.pages[title], FactsPage))

    def take_focus(self, title: str) -> None:
        """Turn to a form with the cursor where typing begins: in the time point, the next cycle, or the first field."""
        self.show_page(title)
        page = self.pages[title]
        if isinstance(page, FactsPage):
            self.when.focus()
        elif isinstance(page, CyclesPage):
            page.take_focus()
        elif (first := page.findChild(Field)) is not None:
            first.focus()

    def _show_pages(self) -> None:
        assert self._snapshot is not None
        visit = self.when.text
        new = visit == NEW_ROW
        for widget in (self.new_name, self.new_date, self.add):
            widget.setVisible(new)
        for page in self.pages.values():
            page.show_sheet(self._snapshot, self._sheet, visit, self._look)  # type: ignore[attr-defined]  # every page is a Page

    def _offer_visits(self, sheet: Sheet) -> None:
        """The time points of the case, and a new one. The latest is proposed, until one is picked or the forms are in use."""
        before = self.when.text if self._picked or self.isVisible() else NEW_ROW
        rows = [row for row in sheet.rows if row.visit is not None]
        choices = [(row.name if row.date is None else f"{row.name} ({wording.day(row.date)})", row.visit.id) for row in rows if row.visit is not None]
        fresh = [key for key in self._dates if key not in {meant for _, meant in self._offered}]
        self._offered = (*choices, ("a new time point…", NEW_ROW))
        self.when.offer(self._offered)
        known = {meant for _, meant in self._offered}
        last = choices[-1][1] if choices else NEW_ROW
        self.when.show_text(fresh[0] if fresh and fresh[0] in known else before if before in known and before != NEW_ROW else last)

    _offered: tuple[tuple[str, str], ...] = ()
    _sheet: Sheet
    _picked = False  # the time point was chosen by hand

    def _on_held(self, field: object) -> None:
        """Turn to the field that holds the case."""
        self.attention_asked.emit()
        for title, page in self.pages.items():
            if isinstance(field, QWidget) and page.isAncestorOf(field):
                self.show_page(title)
                field.setFocus()

    def _on_chip(self, title: str, _checked: bool) -> None:
        self.show_page(title)

    def _on_when(self, _place: int) -> None:
        self._picked = True
        self.when.show_text(self.when.text)
        self._show_pages()

    # a new time point

    def _on_add(self) -> None:
        name, text = self.new_name.text, self.new_date.text
        try:
            if not name:
                raise UserError("A time point needs a name.", "Write one such as “after C2”.")
            when = day(text) if text else None
        except UserError as error:
            (self.new_name if not name else self.new_date).say(str(error), bad=True)
            return
        place = Place(NEW_ROW, NAME)
        make: Callable[[Sheet, str], tuple[Edit, ...]] = partial(_new_row, name, when)
        self._new_date = when
        self._keeper.enter(Change(self.new_name, self._keeper.begun(self.new_name, place), f"Add the time point {name}", make))

    _new_date: date | None = None

    def _on_kept(self, field: object) -> None:
        """The new time point is chosen; its date waits for the first value."""
        if field is not self.new_name or self._snapshot is None:
            return
        made = next((visit for visit in self._snapshot.facts.visits if visit.name == self.new_name.text), None)
        if made is not None:
            if self._new_date is not None:
                self._dates[made.id] = self._new_date
            self.show_snapshot(self._snapshot, self._look)
            self.when.show_text(made.id)
            self._show_pages()
        for one in (self.new_name, self.new_date):
            one.show_text("")

    # overrides of Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._chips.setMinimumHeight(self._chips.heightForWidth(self.width()))
        QTimer.singleShot(0, self._reveal)

    def _reveal(self) -> None:
        """The field with the cursor stays in view when the pages around it grow."""
        here = QApplication.focusWidget()
        field = here.parentWidget() if here is not None and self.isAncestorOf(here) else None
        if isinstance(field, Field):
            field.reveal()


def _new_row(name: str, when: date | None, sheet: Sheet, _reason: str) -> tuple[Edit, ...]:
    return entering.edits_for_row(sheet, len(sheet.rows) - 1, name=name, when=when)
