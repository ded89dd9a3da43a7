"""Blocks of the flowsheet: copied, pasted, filled down, withdrawn; each is one step or none (H26, H44)."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtGui import QGuiApplication

from nacdesk.domain.entering import entry
from nacdesk.domain.flowsheet import Key, Sheet
from nacdesk.domain.paste import Ask, Grid, block, copied, paste
from nacdesk.domain.typed import Blank, Typed, Value
from nacdesk.errors import UserError
from nacdesk.gui.cell_editor import Asking
from nacdesk.gui.edits import Place
from nacdesk.gui.flowsheet_model import LEAD
from nacdesk.gui.sheet_plan import Plan, block_plan, cell_plan, spot
from nacdesk.gui.sheet_view import SheetView

TOLD = 3  # refusals and questions that one bar spells out


class Blocks:
    """What the keys do with the chosen cells.

    Args:
        ask: shows an Asking beside the current cell.
        settle: asks what a Plan has to ask and saves it.
    """

    def __init__(self, view: SheetView, ask: Callable[[Asking], None], settle: Callable[[Plan], None]) -> None:
        self._view, self._ask, self._settle = view, ask, settle

    def copy(self) -> None:
        """Put the chosen cells on the clipboard, with case, time points, dates, heads and units."""
        sheet, (top, left, bottom, right) = self._sheet, self._chosen()
        if right < 0:  # only time points and dates are chosen
            model = self._view.cells
            lines = [[sheet.case, *(model.recorded(model.index(row, column)) for column in range(len(LEAD)))] for row in range(top, bottom + 1)]
            text = "\n".join("\t".join(line) for line in lines)
        else:
            text = copied(sheet, ((top, max(left, 0)), (bottom, right)), sheet.case)
        QGuiApplication.clipboard().setText(text)

    def paste(self) -> None:
        """Read the clipboard into the cells from the current one on."""
        here = self._view.currentIndex()
        try:
            if here.column() < len(LEAD):
                raise UserError("A block is pasted into the columns of values.", "Go to the column of its first value and paste again.")
            self._plan_paste(block(QGuiApplication.clipboard().text()), (here.row(), here.column() - len(LEAD)), {}, None)
        except UserError as error:
            self._refuse(error)

    def fill(self) -> None:
        """Repeat the first of the chosen rows in those below it; of a single row, the one above it."""
        sheet, (top, left, bottom, right) = self._sheet, self._chosen()
        source = top if bottom > top else top - 1
        if source < 0 or right < 0:
            return
        cells, refused = [], []
        for row in range(source + 1, bottom + 1):
            for column in range(max(left, 0), right + 1):
                text = sheet.cell(source, column).text
                try:
                    if text:
                        cells.append((row, column, entry(sheet, row, column, text)))
                except UserError as error:
                    refused.append((row, column, error))
        self._save(cells, refused, "Fill")

    def clear(self) -> None:
        """Withdraw what is recorded in the chosen cells."""
        sheet, (top, left, bottom, right) = self._sheet, self._chosen()
        place = self._view.cells.place(self._view.currentIndex())
        try:
            if right < 0:
                if place is not None:
                    self._settle(cell_plan(sheet, place, ""))
                return
            rows, columns = range(top, bottom + 1), range(max(left, 0), right + 1)
            cells: list[tuple[int, int, Typed]] = [(row, column, Blank()) for row in rows for column in columns if sheet.cell(row, column).observations]
            if len(cells) == 1 and place is not None:
                self._settle(cell_plan(sheet, self._place(cells[0][0], cells[0][1]), ""))
            else:
                self._save(cells, [], "Withdraw")
        except UserError as error:
            self._refuse(error)

    def _plan_paste(self, grid: Grid, at: tuple[int, int], unit: Mapping[Key, str], comma: bool | None) -> None:
        plan = paste(grid, self._sheet, at, unit=unit, comma=comma)
        if plan.asks:
            first, remedy = plan.asks[0], "Asked once for the whole paste. Escape pastes nothing."
            self._ask(Asking("question", first.question, remedy, first.choices, first=False, answered=partial(self._on_answer, grid, at, unit, comma, first)))
            return
        cells = [(row, column, value) for row, column, value in plan.cells if not isinstance(value, UserError)]
        self._save(cells, [(row, column, value) for row, column, value in plan.cells if isinstance(value, UserError)], "Paste")

    def _on_answer(self, grid: Grid, at: tuple[int, int], unit: Mapping[Key, str], comma: bool | None, asked: Ask, answer: str) -> None:
        try:
            if asked.about == "comma":
                self._plan_paste(grid, at, unit, answer == asked.choices[0])
            else:
                assert asked.key is not None
                self._plan_paste(grid, at, {**unit, asked.key: answer}, comma)
        except UserError as error:
            self._refuse(error)

    def _save(self, cells: list[tuple[int, int, Typed]], refused: list[tuple[int, int, UserError]], verb: str) -> None:
        sheet = self._sheet
        if refused:
            told = [f"{spot(sheet, self._place(row, column))}: {error.sentence} {error.remedy}".strip() for row, column, error in refused[:TOLD]]
            more = f" And {len(refused) - TOLD} more." if len(refused) > TOLD else ""
            self._ask(Asking("refused", " ".join(told) + more, f"Nothing was saved: {len(refused)} of {len(refused) + len(cells)} cells are refused."))
        elif cells:
            try:
                found = [(self._place(row, column), value, value.entered if isinstance(value, Value) else "") for row, column, value in cells]
                self._settle(block_plan(sheet, found, verb))
            except UserError as error:
                self._refuse(error)

    def _refuse(self, error: UserError) -> None:
        self._ask(Asking("refused", error.sentence, error.remedy))

    @property
    def _sheet(self) -> Sheet:
        sheet = self._view.cells.sheet
        assert sheet is not None
        return sheet

    def _place(self, row: int, column: int) -> Place:
        place = self._view.cells.place(self._view.cells.index(row, column + len(LEAD)))
        assert place is not None
        return place

    def _chosen(self) -> tuple[int, int, int, int]:
        """First row and typed column, last row and typed column of what is chosen; a last column below 0 where none is typed."""
        chosen = self._view.selectionModel().selectedIndexes() or [self._view.currentIndex()]
        rows = [index.row() for index in chosen]
        columns = [index.column() - len(LEAD) for index in chosen if index.column() < self._view.cells.add_column]
        return min(rows), min(columns, default=-1), max(rows), max(columns, default=-1)
