"""Everything recorded of a case: the flowsheet and the forms to type in; all facts, and the values that the chart draws, to read."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from nacdesk.charts.model import ChartModel
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import Review
from nacdesk.gui.case_view import Switch
from nacdesk.gui.flowsheet import FlowSheet
from nacdesk.gui.labels import words
from nacdesk.gui.session import Session
from nacdesk.gui.tables import Row, TextTable
from nacdesk.gui.theme import Look

if TYPE_CHECKING:
    from nacdesk.gui.forms.pages import FormPages

HEAD = ("Date", "Visit", "Cycle", "Fact", "Lesion", "Value", "Limit of detection", "Upper normal", "Method", "Reader", "Note", "Warning")
PAGES = (("sheet", "Flowsheet"), ("forms", "Forms"), ("facts", "All facts"))
ALWAYS = (0, 1, 2, 3, 5)  # a column that is blank throughout is left out, but not these


class DataView(QWidget):
    """The flowsheet, the forms, or the facts of the case as of the date on show with the table that belongs to its chart.

    Attributes:
        pages: which of them; it stands beside the other switches of the case.

    Signals:
        attention_asked: something half entered keeps the case on show; turn to it.
    """

    attention_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._forms: FormPages | None = None
        self._open = "sheet"
        self._look = Look()
        self.sheet = FlowSheet(session)
        self.pages = Switch("Data", PAGES)
        self.facts = TextTable("Recorded facts of the case")
        self.drawn = TextTable("Values drawn in the chart")
        self.count = words("head")
        self._lists = QWidget()
        lists = QVBoxLayout(self._lists)
        lists.setContentsMargins(0, 0, 0, 0)
        lists.setSpacing(8)
        lists.addWidget(self.count)
        lists.addWidget(self.facts, 3)
        lists.addWidget(words("head", "Values drawn in the chart"))
        lists.addWidget(self.drawn, 2)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.sheet)
        self._stack.addWidget(self._lists)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack, 1)
        self.pages.picked.connect(self._on_page)
        self.sheet.attention_asked.connect(self._on_sheet_attention)
        self._shown: tuple[Review, ChartModel] | None = None

    def show_case(self, review: Review, model: ChartModel, look: Look) -> None:
        """Show the facts of this review and the table of its chart; the flowsheet shows the same snapshot by itself."""
        self._look = look
        self.sheet.show_look(look)
        self._show_forms()
        self._shown = (review, model)
        if self._stack.currentWidget() is self._lists:
            self._fill()

    def take_focus(self) -> None:
        """The flowsheet, with the cursor in it."""
        self.pages.press("sheet")
        self.sheet.take_focus()

    def show_open(self) -> None:
        """Turn to what is half entered."""
        self.pages.press(self._open)
        if self._open == "sheet":
            self.sheet.show_open()

    @property
    def forms(self) -> "FormPages":
        """The forms, made when they are first wanted."""
        if self._forms is None:
            from nacdesk.gui.forms.pages import FormPages

            assert self._session.opened is not None
            self._forms = FormPages(self._session, self._session.opened.catalog)
            self._forms.attention_asked.connect(self._on_forms_attention)
            self._stack.addWidget(self._forms)
            self._show_forms()
        return self._forms

    def _show_forms(self) -> None:
        snapshot = self._session.snapshot
        if self._forms is not None and snapshot is not None:
            self._forms.show_snapshot(snapshot, self._look)

    def _on_sheet_attention(self) -> None:
        self._open = "sheet"
        self.attention_asked.emit()

    def _on_forms_attention(self) -> None:
        self._open = "forms"
        self.attention_asked.emit()

    def _on_page(self, key: object) -> None:
        self._stack.setCurrentWidget(self.sheet if key == "sheet" else self.forms if key == "forms" else self._lists)

    def _fill(self) -> None:
        if self._shown is None:
            return
        review, model = self._shown
        rows = [fact_row(row, review) for row in review.history.observations]
        self.count.setText(f"Recorded facts ({len(rows)})")
        key = review.history.case.key
        used = [place for place, _ in enumerate(HEAD) if place in ALWAYS or any(row[place] for row in rows)]
        self.facts.show_rows(tuple(HEAD[place] for place in used), [tuple(row[place] for place in used) for row in rows], key)
        self.drawn.show_rows(model.table.head, model.table.rows, key)


def fact_row(row: Observation, review: Review) -> Row:
    """One fact in words, in the order of HEAD."""
    seen = review.visit(row.visit)
    visit = next((visit.name for visit in review.history.visits if visit.id == row.visit), "")
    cycle = "" if seen is None or seen.cycle is None else f"{seen.cycle}" if seen.cycle_entered else f"{seen.cycle} (counted)"
    analyte = review.catalog.analytes.get(row.analyte)
    quantity = row.quantity
    unit = f" {quantity.unit}" if quantity and quantity.unit else ""
    reader = f"{row.reader or ''}{' (accepted)' if row.accepted else ''}".strip()
    return (
        row.date.isoformat() if row.date else row.partial_date or "",
        visit,
        cycle,
        analyte.name if analyte else row.analyte,
        row.lesion or "",
        str(row.value),
        f"{quantity.limit}{unit}" if quantity and quantity.limit is not None else "",
        f"{row.uln}{unit}" if row.uln is not None else "",
        ", ".join(part for part in (row.method, row.scanner, row.segmentation) if part),
        reader,
        row.note or "",
        "; ".join(row.warnings),
    )
