"""The reference: the catalogue as pages to search and to read, and above a rule's page what it says of the case on show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QSplitter, QTextBrowser, QVBoxLayout, QWidget

from nacdesk.domain.explain import Part, explain
from nacdesk.domain.reference import INTENDED_USE, Page, find, pages
from nacdesk.domain.rules import Catalog, RuleResult
from nacdesk.gui import case_text
from nacdesk.gui.basis import page_of, section_list
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.help import KEYS
from nacdesk.gui.labels import button, together, words
from nacdesk.gui.message import message_of
from nacdesk.gui.page_list import PageList
from nacdesk.gui.session import Session
from nacdesk.gui.theme import Look, rich

KEYS_PAGE = "keys"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader is: a page, and the result of the case on show that stands above it, None for the page alone."""

    page: str
    result: RuleResult | None = None


class ReferenceWindow(QDialog):
    """Pages in a list, one of them to read; it stays open beside the case.

    What it shows of a case comes from one snapshot, stands under the name of its patient, and goes
    when another snapshot is on show (H02).

    Attributes:
        made: every page of the rule set in force.
        place: where the reader is.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Reference")
        self.setProperty("role", "paper")
        self.made: Sequence[Page] = ()
        self.place = Place(INTENDED_USE)
        self._session = session
        self._look, self._paper = Look(), "A4"
        self._catalog: Catalog | None = None
        self._snapshot: Snapshot | None = None
        self._trail: list[Place] = []
        self._here = -1
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search: all words")
        self.search.setAccessibleName("Search the reference")
        self.search.setClearButtonEnabled(True)
        self.count = words("note", name="reference-count")
        self.list = PageList()
        self.back = button("‹ Back", accessible="Back to the page before", name="reference-back")
        self.forward = button("Forward ›", accessible="Forward again", name="reference-forward")
        self.print_page = button("Print page…", name="print-page")
        self.print_all = button("Print everything…", name="print-everything")
        self.patient, self.identity, self.as_of = words("title", name="reference-patient"), words(name="reference-identity"), words("muted", name="reference-as-of")
        self.case = QWidget()
        self.note = words("note", name="reference-note")
        self.page = QTextBrowser()
        self.page.setObjectName("reference-page")
        self.page.setOpenLinks(False)  # a link leads to a page of ours and nowhere else
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self._connect()
        self._on_store_changed()

    # what is shown

    def show_page(self, page: str) -> None:
        """Open at a page; one that is no more gives way to the intended use."""
        self._go(Place(page))
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_result(self, result: RuleResult, snapshot: Snapshot) -> None:
        """Open at the page of a rule, with what it says of this case above."""
        self._snapshot = snapshot
        self._go(Place(result.rule, result))
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_look(self, look: Look, paper: str) -> None:
        """Draw in this look, print on this paper."""
        self._look, self._paper = look, paper
        left = min(look.px(310), self.width() * 2 // 5)
        self._parts.setSizes([left, self.width() - left])
        self._draw()

    def _go(self, place: Place) -> None:
        del self._trail[self._here + 1 :]
        self._trail.append(place)
        self._here = len(self._trail) - 1
        self._turn()
        if not self.isVisible():
            self.show()
        self.activateWindow()

    def _turn(self) -> None:
        """To the place of the trail where the reader is."""
        self.place = self._trail[self._here]
        if all(page.id != self.place.page for page in self.made):
            self.place = Place(INTENDED_USE)
        self.note.hide()
        self._draw()
        self.list.mark(self.place.page)
        self.back.setEnabled(self._here > 0)
        self.forward.setEnabled(self._here < len(self._trail) - 1)

    def _draw(self) -> None:
        page = next(page for page in self.made if page.id == self.place.page)
        result, snapshot = self.place.result, self._snapshot
        parts: tuple[Part, ...] = ()
        self.case.setVisible(result is not None and snapshot is not None)
        if result is not None and snapshot is not None:
            review = snapshot.review
            self.patient.setText(case_text.name_of(review))
            self.identity.setText(case_text.identity(review))
            self.as_of.setText(f"Data as of {case_text.data_as_of(review, snapshot.steps[snapshot.here].text)}")
            parts = explain(result, review).case
        title = f'<p style="margin: 0 0 {self._look.px(8)}px 0; font-size: {self._look.px(17)}px"><b>{rich(together(page.title))}</b></p>'
        above = f"{section_list(parts, self._look, size=13)}<hr>" if parts else ""
        self.page.document().setDefaultFont(self._look.font())
        self.page.setHtml(title + above + section_list(page.parts, self._look, size=13, linked=True))
        self.page.setAccessibleName(f"{page.kind}: {page.title}")

    def _fill(self) -> None:
        """The pages that match, grouped by kind; of a search all groups are open."""
        text = self.search.text().strip()
        found = find(self.made, text)
        self.count.setText(f"{len(found)} of {len(self.made)} pages" if text else f"{len(self.made)} pages")
        self.list.show_pages(found, bool(text))
        self.list.mark(self.place.page)

    # what the reader does

    def _on_entered(self) -> None:
        """The best match; the list takes the focus."""
        found = find(self.made, self.search.text())
        if found:
            self._go(Place(found[0].id))
            self.list.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_chosen(self, page: str) -> None:
        if page != self.place.page:
            self._go(Place(page))

    def _on_link(self, link: QUrl) -> None:
        self._go(Place(page_of(link)))

    def _on_back(self) -> None:
        if self._here > 0:
            self._here -= 1
            self._turn()

    def _on_forward(self) -> None:
        if self._here < len(self._trail) - 1:
            self._here += 1
            self._turn()

    def _on_find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _on_print_page(self) -> None:
        page = next(page for page in self.made if page.id == self.place.page)
        self._print([page], f"nacdesk-{re.sub(r'[^A-Za-z0-9_-]+', '-', page.id).strip('-')}.pdf")

    def _on_print_all(self) -> None:
        self._print(self.made, "nacdesk-reference.pdf")

    def _print(self, chosen: Sequence[Page], name: str) -> None:
        """Nothing of a case is printed here: that is the handout's, with its provenance."""
        path, _ = QFileDialog.getSaveFileName(self, "Print to PDF", name, "PDF (*.pdf)")
        if path and self._catalog is not None:
            target = Path(path if path.lower().endswith(".pdf") else f"{path}.pdf")
            self._session.file_jobs.submit(partial(_write, chosen, self._catalog, target, self._paper), self._on_printed, self._on_not_printed)

    # answers

    def _on_printed(self, path: Path) -> None:
        self._tell(f"Printed: {path}")

    def _on_not_printed(self, error: BaseException) -> None:
        told = message_of(error, "The reference was not printed.")
        self._session.tell(told)
        self._tell(f"{told.sentence} {told.remedy}".strip())

    def _tell(self, text: str) -> None:
        self.note.setText(text)
        self.note.show()

    def _on_store_changed(self) -> None:
        """Another rule set is in force: other pages, the reader stays at theirs."""
        opened = self._session.opened
        if opened is not None:
            catalog = opened.catalog
        elif self._catalog is None:
            from nacdesk.catalog import load

            catalog = load()
        else:
            catalog = self._catalog
        if catalog is self._catalog:
            return
        self._catalog = catalog
        keys = Page(KEYS_PAGE, "Intended use", "Keys", (Part("Keys", tuple(f"{key}: {text}" for key, text in KEYS)),))
        made = pages(catalog)
        place = next(place for place, page in enumerate(made) if page.kind != "Intended use")
        self.made = (*made[:place], keys, *made[place:])
        self._fill()
        if self._trail:
            self._turn()

    def _on_snapshot(self, snapshot: Snapshot | None) -> None:
        """Another case, or another state of it: what was said of the one before goes."""
        if snapshot is self._snapshot:
            return
        shown = self.place.result is not None
        self._snapshot = None
        self._trail = [replace(place, result=None) for place in self._trail]
        if shown:
            self._turn()
            self._tell("Another case or date is on show, so what was said of the one before is gone. F1 on a criterion brings back what is said now.")

    def _lay_out(self) -> None:
        left = QWidget()
        beside = QVBoxLayout(left)
        beside.setContentsMargins(12, 12, 8, 12)
        beside.setSpacing(6)
        beside.addWidget(self.search)
        beside.addWidget(self.count)
        beside.addWidget(self.list, 1)
        bar = QWidget()
        flow = FlowLayout(bar, gap=8)
        for made in (self.back, self.forward, self.print_page, self.print_all):
            flow.addWidget(made)
        keep_height(bar)
        head = FlowLayout(self.case, gap=12)
        for label in (self.patient, self.identity, self.as_of):
            head.addWidget(label)
        keep_height(self.case)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(bar)
        column.addWidget(self.case)
        column.addWidget(self.note)
        column.addWidget(self.page, 1)
        self._parts.setHandleWidth(1)
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(left)
        self._parts.addWidget(right)
        self._parts.setStretchFactor(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._parts)
        self.note.hide()
        self.resize(980, 680)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self._on_entered)
        self.list.chosen.connect(self._on_chosen)
        self.page.anchorClicked.connect(self._on_link)
        for made, slot in ((self.back, self._on_back), (self.forward, self._on_forward), (self.print_page, self._on_print_page), (self.print_all, self._on_print_all)):
            made.clicked.connect(slot)
        for key, slot in (("Ctrl+F", self._on_find), ("Alt+Left", self._on_back), ("Alt+Right", self._on_forward), ("Ctrl+P", self._on_print_page)):
            QShortcut(QKeySequence(key), self).activated.connect(slot)
        self._session.store_changed.connect(self._on_store_changed)
        self._session.snapshot_changed.connect(self._on_snapshot)

    # overrides of Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.search.hasFocus():
            event.accept()  # the search has answered it; a dialog would look for a default button
        else:
            super().keyPressEvent(event)


def _write(chosen: Sequence[Page], catalog: Catalog, path: Path, paper: str) -> Path:
    from nacdesk import work

    return work.reference(catalog, path, chosen, printed_at=datetime.now().astimezone(), paper=paper)
