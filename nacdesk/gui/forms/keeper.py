"""Saves what a field of a form holds when it is left, and asks beside the field what has to be asked first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, QPoint, QRect, Signal
from PySide6.QtWidgets import QWidget

from nacdesk.domain.edits import Edit
from nacdesk.domain.flowsheet import Sheet
from nacdesk.gui.cell_editor import REASONS, Asking, CellBar
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.drafts import Drafts
from nacdesk.gui.edits import Begun, Edits, Entry, Place
from nacdesk.gui.forms.field import Field
from nacdesk.gui.message import message_of
from nacdesk.gui.session import Session
from nacdesk.gui.theme import Look

DRAFT = "form:"


@dataclass(frozen=True, slots=True)
class Change:
    """What one field asks for when it is left.

    Attributes:
        field: where it was typed; it shows what became of it.
        begun: case, revision and facts at the first keystroke.
        label: in words, as the history and undo name it.
        make: the edits on the sheet as it is when its turn comes, given the reason; it may refuse (UserError).
        questions: why it should be looked at again before it is kept.
        recorded: something recorded is changed or withdrawn, so that a reason is wanted.
        ask, reasons: how it is asked for, and what is offered; Enter takes the first of them.
    """

    field: Field
    begun: Begun
    label: str
    make: Callable[[Sheet, str], tuple[Edit, ...]]
    questions: tuple[str, ...] = ()
    recorded: bool = False
    ask: str = "Why is what was recorded changed?"
    reasons: tuple[str, ...] = REASONS


class Keeper(QObject):
    """The way of a form's fields into the store.

    Attributes:
        edits: what is on its way.
        bar: asks beside the field.

    Signals:
        kept: a Field, after what it holds was saved and read back.
        held: a Field whose text keeps the case on show.
    """

    kept = Signal(object)
    held = Signal(object)

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session = session
        self.edits, self._drafts = Edits(session, self), Drafts(session, self)
        self._page = page
        self._look = Look()
        self.bar = CellBar(page)
        self._asked: Change | None = None
        self._begun: dict[Field, Begun] = {}
        self._owned: dict[str, tuple[Field, Callable[[], Place]]] = {}  # by the name of the field's draft
        self._drafts_of: str | None = None
        self._on_the_way: dict[int, Field] = {}
        self._waiting: list[Callable[[], None]] = []
        self.edits.saved.connect(self._on_saved)
        self.edits.failed.connect(self._on_failed)
        self.edits.emptied.connect(self._on_emptied)
        self.bar.given_back.connect(self._on_given_back)
        self._drafts.read.connect(self._on_drafts)
        session.holders.append(self.holds)

    def see(self, snapshot: Snapshot | None, sheet: Sheet | None, look: Look) -> None:
        """The newest state of the case on show."""
        self._look = look
        self.edits.see(snapshot, sheet)
        if snapshot is not None and snapshot.key != self._drafts_of:
            for field, _ in self._owned.values():
                if field.changed and field not in self._begun:
                    field.give_back()  # a draft of the case before, which is kept there (H01)
            self._drafts_of = snapshot.key
            self._drafts.ask(snapshot.key)

    @property
    def by(self) -> str:
        """Who acts."""
        return self._session.by

    def begin(self, field: Field, place: Place) -> None:
        """The first keystroke in a field: hold on to case, revision and facts (H01)."""
        self._begun[field] = self.edits.begin(place)

    def begun(self, field: Field, place: Place) -> Begun:
        """On what the field was begun; now, where nothing was typed."""
        if field not in self._begun:
            self.begin(field, place)
        return self.edits.carried(self._begun[field])

    def adopt(self, field: Field, name: str, place: Callable[[], Place]) -> None:
        """From now on keep what is typed in a field that has no cell in the flowsheet, under this name (H24)."""
        self._owned[DRAFT + name] = (field, place)
        field.begun.connect(partial(self._on_begun, field, place))
        field.given_back.connect(partial(self.forget, field))
        field.typed.connect(partial(self._on_typed, field))

    def disown(self, field: Field) -> None:
        """The field is taken down."""
        self.forget(field)
        self._owned = {name: owned for name, owned in self._owned.items() if owned[0] is not field}

    def note(self, field: Field, place: Callable[[], Place]) -> None:
        """Another text is typed in the field of a time point; after a kill the flowsheet shows it in its cell (H24)."""
        begun = self.begun(field, place())
        if field.changed:
            self._drafts.note(begun.key, begun.place.text, field.text)
        else:
            self._drafts.drop(begun.key, begun.place.text)

    def forget(self, field: Field) -> None:
        """The field was saved, or given back."""
        begun, name = self._begun.pop(field, None), self._name(field)
        key = begun.key if begun is not None else self._drafts_of
        if key is not None and name is not None:
            self._drafts.drop(key, name)
        elif begun is not None:
            self._drafts.drop(begun.key, begun.place.text)

    def _name(self, field: Field) -> str | None:
        return next((name for name, (owned, _) in self._owned.items() if owned is field), None)

    def _on_begun(self, field: Field, place: Callable[[], Place]) -> None:
        self.begin(field, place())

    def _on_typed(self, field: Field) -> None:
        begun, name = self._begun.get(field), self._name(field)
        if begun is not None and name is not None:
            self._drafts.note(begun.key, name, field.text)

    def _on_drafts(self, key: object, found: object) -> None:
        """What was typed and not saved before the window was closed or killed stands in its field again."""
        assert isinstance(found, dict)
        if key != self._drafts_of:
            return
        for name, text in found.items():
            if name in self._owned:
                field, _ = self._owned[name]
                if not field.changed and field.text != text:
                    field.retype(text)  # it begins anew once the cursor is in it: nothing of it is saved unseen
                    field.say("typed earlier, not saved yet: leave the field to save it, or press Escape", bad=True)

    def enter(self, change: Change) -> None:
        """Save a change, after the questions that it raises."""
        self._asked = change
        if change.questions:
            doubts = " ".join(f"{text}." for text in change.questions)
            asking = Asking("question", doubts, "Enter keeps it, Escape gives back what was there.", ("keep it",), False, partial(self._on_sure, change))
            self._ask(change, asking)
        else:
            self._on_sure(change, "")

    def holds(self, go_on: Callable[[], None]) -> bool:
        """Something entered is not saved yet, or refused: the case stays until it is (H01)."""
        refused = [field for field in self._begun if field.changed and field not in self._on_the_way.values()]
        if not (self._asked or self.edits.busy or refused):
            return False
        if refused and not self._asked:
            field = refused[0]
            field.left.emit()  # finish it as if it had been left; a refusal is said beside it
            if field.changed and not self.edits.busy:
                self.held.emit(field)
        self._waiting = [go_on]
        if not (self._asked or self.edits.busy or any(field.changed for field in self._begun)):
            self._waiting = []
            return False
        return True

    def _on_sure(self, change: Change, _answer: str) -> None:
        if change.recorded:
            remedy = f"Enter: {change.reasons[0]}. What was recorded stays in the history."
            asking = Asking("reason", change.ask, remedy, change.reasons, True, partial(self._on_reason, change))
            self._ask(change, asking)
        else:
            self._on_reason(change, "")

    def _on_reason(self, change: Change, reason: str) -> None:
        self._asked = None
        entry = Entry((change.begun,), (change.field.text,), change.label, partial(_on_sheet, change.make, reason), reason or None)
        self._on_the_way[id(entry)] = change.field
        change.field.say("saving…")
        self.edits.hand_in(entry)

    def _ask(self, change: Change, asking: Asking) -> None:
        self.bar.ask(asking)
        area, editor = self._page, change.field.editor
        corner = editor.mapTo(area, QPoint(0, 0))
        self.bar.stand_by(QRect(corner, editor.size()), area.rect(), self._look)
        self.bar.line.setFocus()

    def _on_given_back(self) -> None:
        change, self._asked = self._asked, None
        self.bar.dismiss()
        if change is not None:
            change.field.give_back()
            change.field.focus()
            self.forget(change.field)
        self._on_emptied()

    def _on_saved(self, entry: object, changed: bool) -> None:
        field = self._on_the_way.pop(id(entry), None)
        if field is not None:
            self.forget(field)
            assert isinstance(entry, Entry)
            if field.text == entry.texts[0]:
                field.show_text(field.text)
            field.say(f"saved {datetime.now().astimezone():%H:%M:%S}" if changed else "")
            self.kept.emit(field)

    def _on_failed(self, entry: object, error: object) -> None:
        """The field keeps its text and says why it is not saved."""
        field = self._on_the_way.pop(id(entry), None)
        if field is not None:
            assert isinstance(error, BaseException)
            told = message_of(error)
            field.say(f"Not saved: {told.sentence} {told.remedy}".strip(), bad=True)

    def _on_emptied(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self._asked or self.edits.busy or any(field.changed for field in self._begun):
            self._waiting = waiting
            return
        for go_on in waiting:
            go_on()


def _on_sheet(make: Callable[[Sheet, str], tuple[Edit, ...]], reason: str, sheet: Sheet, _places: tuple[Place, ...]) -> tuple[Edit, ...]:
    """A form's change names what it changes by itself, not by its place."""
    return make(sheet, reason)
