"""Everything recorded of a case, as two read-only tables: the facts, and the values that the chart draws."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from nacdesk.charts.model import ChartModel
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import Review
from nacdesk.gui.labels import words
from nacdesk.gui.tables import Row, TextTable

HEAD = ("Date", "Visit", "Cycle", "Fact", "Lesion", "Value", "Limit of detection", "Upper normal", "Method", "Reader", "Note", "Warning")
ALWAYS = (0, 1, 2, 3, 5)  # a column that is blank throughout is left out, but not these


class DataView(QWidget):
    """The facts of the case as of the date on show, and the table that belongs to its chart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts = TextTable("Recorded facts of the case")
        self.drawn = TextTable("Values drawn in the chart")
        self.count = words("head")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.count)
        column.addWidget(self.facts, 3)
        column.addWidget(words("head", "Values drawn in the chart"))
        column.addWidget(self.drawn, 2)

    def show_case(self, review: Review, model: ChartModel) -> None:
        """Show the facts of this review and the table of its chart."""
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
