"""The flowsheet of the case on show: typed like a spreadsheet, refused in place, saved when a cell is left."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nacdesk.errors import UserError
from nacdesk.gui.cell_editor import REASONS, Asking
from nacdesk.gui.column_picker import Choice
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.edits import NAME, Begun, ColumnKey, Place
from nacdesk.gui.flow_layout import FlowLayout, keep_height
from nacdesk.gui.flowsheet_model import SAVING, Kind
from nacdesk.gui.labels import words
from nacdesk.gui.session import Session
from nacdesk.gui.sheet_blocks import Blocks
from nacdesk.gui.sheet_overlay import SheetOverlay
from nacdesk.gui.sheet_plan import Plan, cell_plan, lesion_plan, likely_names
from nacdesk.gui.sheet_state import SheetState
from nacdesk.gui.sheet_view import Asked, Move, SheetView
from nacdesk.gui.theme import Look

if TYPE_CHECKING:
    from nacdesk.gui.cell_details import CellDetails

FIRST_VALUE = 3  # behind time point, date and cycles
TOLD = 3  # questions that one bar spells out
HELP = "Type to enter · F2 edits · F4 details · Ctrl+L adds a column · Delete withdraws · Ctrl+Tab leaves the sheet"


class FlowSheet(QWidget):
    """The grid with what is typed, asked and told around it.

    What is typed belongs to the case and the revision of its first keystroke (`Edits`). Another case is shown only
    after it was saved; what is refused, or waits for an answer, keeps the case on show (H01).

    Signals:
        attention_asked: something half entered keeps the case on show; turn to it.
    """

    attention_asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = SheetView()
        self.view.setParent(self)
        self._over = SheetOverlay(self, self.view)
        self.editor, self.bar, self.picker = self._over.editor, self._over.bar, self._over.picker
        self.said = words("note", name="sheet-state")
        self.state = SheetState(session, self)
        self.blocks = Blocks(self.view, self.ask, self.settle)
        self._look = Look()
        self._stale = self._showing = False
        self._asked: str | None = None  # the text whose questions are on show
        self._goal: ColumnKey | None = None  # the column to go to once it is there
        self._then: Callable[[], None] | None = None
        self._details: CellDetails | None = None
        self._lay_out()
        self._connect(session)
        session.holders.append(self.holds)
        self._on_snapshot(session.snapshot)

    def _lay_out(self) -> None:
        self._foot = QWidget()
        flow = FlowLayout(self._foot, gap=12, spread=True)
        self._help = words("small", HELP, name="sheet-help")
        flow.addWidget(self._help)
        flow.addWidget(self.said)
        keep_height(self._foot)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.view, 1)
        self._column.addWidget(self._foot)

    def _connect(self, session: Session) -> None:
        view, editor = self.view, self.editor
        session.snapshot_changed.connect(self._on_snapshot)
        session.store_changed.connect(self._say_state)
        view.may_press = view.frozen.may_press = self._may_press
        view.written.connect(self._begin)
        view.asked.connect(self.do)
        view.moved.connect(self._place_parts)
        view.doubleClicked.connect(self._on_double_click)
        view.frozen.doubleClicked.connect(self._on_double_click)
        view.selectionModel().currentChanged.connect(self._on_current)
        editor.textEdited.connect(self._on_text)
        editor.finished.connect(self._finish)
        editor.given_back.connect(self.give_back)
        editor.left.connect(self._on_left)
        self.bar.given_back.connect(self.give_back)
        self.picker.picked.connect(self._on_column)
        self.picker.given_back.connect(self._focus)
        self.state.changed.connect(self._show)
        self.state.marked.connect(self._on_marked)
        self.state.failed.connect(self._on_failed)
        self.state.emptied.connect(self._on_emptied)

    # what is shown

    def show_look(self, look: Look) -> None:
        """Draw in these colours and sizes."""
        if look != self._look:
            self._look = look
            self._show()

    def _on_snapshot(self, snapshot: Snapshot | None) -> None:
        if self.state.turn_to(snapshot):
            self.view.setCurrentIndex(QModelIndex())
            self._close_editor()
            self.bar.dismiss()
            self.picker.hide()
            self._close_details()
        if self.isVisible() or self.state.edits.busy or self.state.open is not None:
            self._refresh()
        else:
            self._stale = True

    def _refresh(self) -> None:
        self._stale = False
        self.state.refresh()

    def _show(self) -> None:
        """Show the newest sheet; cursor and open edit stay on what they were on."""
        model, here = self.view.cells, self.view.currentIndex()
        place, row, column = model.place(here), here.row(), here.column()
        model.show_sheet(self.state.shown, self.state.unsaved, self.state.fresh)
        self.view.fit(self._look)
        index = model.index_of(self.state.edits.real(place)) if place is not None else QModelIndex()
        if self._goal is not None and (there := model.index_of(Place(place.visit if place else self.state.fresh, self._goal))).isValid():
            index, self._goal = there, None
        if not index.isValid() and model.rowCount():
            first = FIRST_VALUE if model.rowCount() > 1 else 0  # a new case begins with its first time point
            index = model.index(min(max(row, 0), model.rowCount() - 1), min(column if column >= 0 else first, model.columnCount() - 1))
        self._showing = True
        self.view.setCurrentIndex(index)
        self._showing = False
        self._place_parts()
        self._say_state()

    def _on_marked(self, place: object) -> None:
        """Show at once that a cell is on its way: all else stays as it is."""
        if isinstance(place, Place):
            self.view.cells.mark(place, self.state.unsaved.get(place))
            self._say_state()

    def _place_parts(self) -> None:
        self._over.arrange(self.state.open.place if self.state.open is not None else None, self._look)

    def _say_state(self) -> None:
        self.said.setText(self.state.words())
        self._foot.setMinimumHeight(self._foot.heightForWidth(self.width()))

    def take_focus(self) -> None:
        """The cursor goes to the grid, unless something open waits for it."""
        self.show_open()
        self._over.reveal(self._over.rect_of(self.view.currentIndex()))

    # typing

    def _begin(self, text: str | None = None) -> None:
        """Open the editor on the current cell: over what stands there, or with the first character."""
        index, model = self.view.currentIndex(), self.view.cells
        place = model.place(index) if index.isValid() else None
        if place is None or not self.state.editable:
            return
        self.bar.dismiss()
        self._asked = None
        unsaved = self.state.unsaved.get(place)
        shown = unsaved.text if unsaved is not None else model.recorded(index)
        self.state.open = self.state.edits.begin(place)
        names = likely_names(self.state.sheet) if text is not None and place.column == NAME and self.state.sheet is not None else ()
        self.editor.begin(shown if text is None else text, model.spoken(index), arrows=text is not None, names=names)
        self._place_parts()
        if text is not None:
            self._on_text(text)

    def _on_text(self, text: str) -> None:
        self.state.note(text)
        self.bar.dismiss()
        self._asked = None
        self._place_parts()
        self._say_state()

    def _finish(self, move: Move = Move.STAY) -> bool:
        """Leave the cell: save what was typed, or say in place why not. True when nothing is open any more."""
        begun, sheet, model = self.state.open, self.state.sheet, self.view.cells
        if self.bar.waits:
            return False
        if begun is None or sheet is None:
            return True
        text, index = self.editor.text().strip(), model.index_of(begun.place)
        try:
            if not index.isValid():
                raise UserError("The time point or the column is no longer there.", "Escape gives the cell back; Edit › Undo may bring it back.")
            if text == model.recorded(index) and not self.state.waits(begun.place):
                self.give_back()
                self.view.go(move)
                return True
            plan = cell_plan(sheet, begun.place, text, coming=self.state.comes(begun.place))
        except UserError as error:
            self._over.ask(begun.place, Asking("refused", error.sentence, error.remedy))
            return False
        if plan.questions and self._asked != text:
            self._asked = text
            self._over.ask(begun.place, Asking("question", _told(plan.questions), f"Keep {text}? Enter keeps it, Escape gives it back."))
            return False
        if plan.why:
            self._ask_why(plan, (begun,), move)
            return False
        self._close_editor()
        self.state.hand_in(plan, (begun,))
        self.view.go(move)
        return True

    def _on_left(self) -> None:
        """The focus went elsewhere: save what can be; an answer is never taken for given."""
        if self.state.open is not None and self.bar.asking is None:
            self._finish()

    def give_back(self) -> None:
        """Escape: what is recorded stands again, and nothing was changed."""
        begun, here = self.state.open, self.view.cells.place(self.view.currentIndex())
        place = begun.place if begun is not None else here
        self.bar.dismiss()
        self._close_editor()
        if place is not None and (begun is not None or place in self.state.unsaved):
            self.state.give_back(place)
        self._focus()
        self._say_state()

    def _close_editor(self) -> None:
        self.state.open = self._asked = None
        if self.editor.hasFocus():
            self._focus()
        self.editor.hide()

    def _focus(self) -> None:
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _may_press(self) -> bool:
        """A press of the mouse leaves the open cell first; where that asks, the cursor stays."""
        if self.bar.asking is None and self._finish():
            return True
        if self.state.open is None and not self.bar.waits:
            self.bar.dismiss()
            return True
        if not self.bar.waits:
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    # asking and saving

    def ask(self, asking: Asking) -> None:
        """Show a sentence beside the current cell."""
        self._over.ask(None, asking)

    def settle(self, plan: Plan) -> None:
        """Ask what a plan has to ask, then save it; it belongs to the case as it is now."""
        self._settle(plan, tuple(self.state.edits.begin(place) for place in plan.places))

    def _settle(self, plan: Plan, begun: tuple[Begun, ...]) -> None:
        if plan.questions:
            self.ask(Asking("question", _told(plan.questions), "Escape gives it back.", ("keep as it is",), answered=partial(self._on_kept, plan, begun)))
        else:
            self._on_kept(plan, begun, "")

    def _on_kept(self, plan: Plan, begun: tuple[Begun, ...], _answer: str) -> None:
        if plan.why:
            self._ask_why(plan, begun, Move.STAY)
        else:
            self.state.hand_in(plan, begun)
            self._focus()

    def _ask_why(self, plan: Plan, begun: tuple[Begun, ...], move: Move) -> None:
        remedy = f"Enter: {REASONS[0]}. Escape gives it back."
        self._over.ask(plan.places[0], Asking("reason", plan.why, remedy, REASONS, free=True, answered=partial(self._on_why, plan, begun, move)))

    def _on_why(self, plan: Plan, begun: tuple[Begun, ...], move: Move, reason: str) -> None:
        self._close_editor()
        self.state.hand_in(plan, begun, reason)
        self._focus()
        self.view.go(move)

    def _on_failed(self, place: object, why: object) -> None:
        """What waited for it waits no longer: the case stays on show."""
        self._then = None
        if self.state.open is None and isinstance(place, Place):
            self._over.ask(place, Asking("refused", f"Not saved: {why}", "In this cell F2 takes it up again, Escape gives it back."))
            self.attention_asked.emit()

    def _on_emptied(self) -> None:
        """Everything is saved: what waited for it goes on."""
        self._say_state()
        then, self._then = self._then, None
        if then is not None:
            then()

    def holds(self, go_on: Callable[[], None]) -> bool:
        """Finish what is open before another case is shown; what cannot be finished alone keeps the case on show."""
        asks = self.bar.waits or (self.state.open is not None and (self.bar.asking is not None or not self._finish()))
        if asks or (self._details is not None and self._details.changed):
            self.attention_asked.emit()
            return True
        if self.state.edits.busy:
            self._then = go_on
            return True
        return False

    def show_open(self) -> None:
        """Put the cursor where an answer, or another text, is waited for."""
        asked = self.bar.line if self.bar.waits else self.editor if self.state.open is not None else self.view
        (self._details if self._details is not None and self._details.changed else asked).setFocus(Qt.FocusReason.OtherFocusReason)

    # keys

    def do(self, asked: Asked) -> None:
        """What a key, or an action of the menu, asks of the sheet."""
        if self.state.sheet is None or not self._finish():
            return
        if asked is Asked.COPY:
            self.blocks.copy()
        elif asked is Asked.GIVE_BACK or (asked is Asked.CLEAR and self.view.cells.place(self.view.currentIndex()) in self.state.unsaved):
            self.give_back()
        elif self.state.editable:
            self.bar.dismiss()
            {
                Asked.EDIT: self._begin, Asked.DETAILS: self._open_details, Asked.COLUMN: self._open_picker,
                Asked.CLEAR: self.blocks.clear, Asked.FILL: self.blocks.fill, Asked.PASTE: self.blocks.paste,
            }[asked]()  # fmt: skip

    def _open_picker(self) -> None:
        assert self.state.sheet is not None
        self.picker.begin(self.state.sheet)
        self._place_parts()

    def _on_column(self, choice: Choice) -> None:
        """Add the column and go there, in the row of a time point; a new lesion is recorded first."""
        self.state.add(choice.column)
        place = self.view.cells.place(self.view.currentIndex())
        self._goal = choice.column if place is None or place.visit != self.state.fresh else None
        if choice.lesion is not None:
            self.settle(lesion_plan(choice.lesion, choice.column))
        else:
            self._refresh()
        self._focus()

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        """The bar speaks of one cell only; one that is not saved says so when the cursor comes to it."""
        if self._showing or self.bar.waits or self.state.open is not None:
            return
        if self.view.hasFocus():
            self._over.reveal(self._over.rect_of(current))
        self._help.setText(HELP if self.view.names_rows or not current.isValid() else self.view.cells.spoken(current))
        failed = self.state.unsaved.get(self._over.anchor) if self._over.anchor is not None else None
        if failed is None or not failed.why:  # what was not saved may have been left before that was known
            self.bar.dismiss()
        place = self.view.cells.place(current) if current.isValid() else None
        unsaved = self.state.unsaved.get(place) if place is not None else None
        if unsaved is not None and unsaved.state != SAVING:
            said = f"Not saved: {unsaved.why}" if unsaved.why else "This was typed and is not saved yet."
            self._over.ask(place, Asking("refused" if unsaved.why else "question", said, "F2 takes it up again, Escape gives it back."))

    def _on_double_click(self, index: QModelIndex) -> None:
        if self.view.cells.kind(index.column()) is Kind.ADD:
            self.do(Asked.COLUMN)
        else:
            self.do(Asked.EDIT)

    # details of one value

    def _open_details(self) -> None:
        index = self.view.currentIndex()
        place = self.view.cells.place(index) if index.isValid() else None
        if place is None or self.view.cells.kind(index.column()) is not Kind.TYPED or self.state.sheet is None:
            return
        if self._details is None:
            from nacdesk.gui.cell_details import CellDetails

            self._details = CellDetails()
            self._details.planned.connect(self._on_details_planned)
            self._details.closed.connect(self._close_details)
            self._column.addWidget(self._details)
        self._details.begin(self.state.sheet, self.state.edits.begin(place))
        QTimer.singleShot(0, self._reveal_details)  # once the page knows how long it is now

    def _reveal_details(self) -> None:
        if self._details is not None and self._details.isVisible():
            self._over.reveal(self._details.geometry())

    def _on_details_planned(self, plan: Plan, begun: Begun) -> None:
        self._close_details()
        self._settle(plan, (begun,))

    def _close_details(self) -> None:
        if self._details is not None and self._details.isVisible():
            self._details.leave()
            self._focus()

    # overrides of Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._foot.setMinimumHeight(self._foot.heightForWidth(self.width()))
        self._place_parts()


def _told(questions: tuple[str, ...]) -> str:
    """The first questions in sentences."""
    more = f" And {len(questions) - TOLD} more." if len(questions) > TOLD else ""
    return ". ".join(question[:1].upper() + question[1:] for question in questions[:TOLD]) + "." + more
