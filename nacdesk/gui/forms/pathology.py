"""Pathology of the specimen, with the residual cancer burden worked out while it is typed."""

from nacdesk.domain import pathology, timeline
from nacdesk.domain.flowsheet import Sheet
from nacdesk.domain.judgements import RcbReview
from nacdesk.domain.quantity import plain
from nacdesk.domain.wording import guarded
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.forms.facts import FactsPage, by_prefix
from nacdesk.gui.forms.keeper import Keeper
from nacdesk.gui.labels import words
from nacdesk.gui.theme import Look


class PathologyPage(FactsPage):
    """The fields of a specimen and what follows from them."""

    def __init__(self, keeper: Keeper) -> None:
        super().__init__(keeper, by_prefix("event.sample_type", "path.", "rcb.", "nar."))
        self.burden = words("head", name="rcb-worked-out", selectable=True)
        self.burden.setAccessibleName("Residual cancer burden, worked out")
        self.column.insertWidget(0, self.burden)
        self.typed.connect(self._work_out)

    def show_sheet(self, snapshot: Snapshot, sheet: Sheet, visit: str, look: Look) -> None:
        """Show what is recorded, and the burden that follows."""
        super().show_sheet(snapshot, sheet, visit, look)
        self._catalog = sheet.catalog
        self._work_out()

    def _work_out(self) -> None:
        history = self.supposed()
        if history is not None:
            rcb = pathology.burden(timeline.build(history, self._catalog, None))
            rule = self._catalog.rules["PTH-01"]
            self.burden.setText(burden_words(rcb, rule.number("I_max"), rule.number("II_max")))


def burden_words(rcb: RcbReview, *cuts: object) -> str:
    """Index, class and both terms, or what is missing; never a number from fields that are blank."""
    if rcb.index is None or rcb.primary_term is None or rcb.node_term is None:
        return f"RCB: {rcb.reason}."
    from decimal import Decimal

    index = plain(guarded(rcb.index, [cut for cut in cuts if isinstance(cut, Decimal)], 2))
    terms = f"primary tumour {plain(guarded(rcb.primary_term, [], 2))}, nodes {plain(guarded(rcb.node_term, [], 2))}"
    return f"{rcb.rcb_class}, index {index} ({terms})."
