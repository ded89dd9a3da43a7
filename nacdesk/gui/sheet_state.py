"""What of one case is typed and not in the store yet, under the sheet that is: waiting, failed, half typed, without a value."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from nacdesk.domain.facts import Visit
from nacdesk.domain.flowsheet import Sheet, SheetRow, sheet
from nacdesk.errors import UserError
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.drafts import Drafts
from nacdesk.gui.edits import DATE, NAME, NEW_ROW, Begun, ColumnKey, Edits, Entry, Place, place_of
from nacdesk.gui.flowsheet_model import FAILED, LATER, SAVING, Unsaved
from nacdesk.gui.session import Session
from nacdesk.gui.sheet_plan import Plan, day


class SheetState(QObject):
    """The case on show as the flowsheet knows it.

    Attributes:
        key: of the case, None for none; snapshot: the newest one.
        open: what is being typed just now.
        unsaved: text by place that stands over what is recorded.
        saved: something was saved since the case was opened.

    Signals:
        changed: sheet or unsaved text are other ones; marked: the text of one Place is on its way into the store.
        failed: a Place and why it was not saved.
        emptied: nothing is on its way into the store.
    """

    changed = Signal()
    marked = Signal(object)
    failed = Signal(object, object)
    emptied = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.edits, self.drafts = Edits(session, self), Drafts(session, self)
        self.key: str | None = None
        self.snapshot: Snapshot | None = None
        self.open: Begun | None = None
        self.unsaved: dict[Place, Unsaved] = {}
        self.saved = False
        self._extra: dict[str, list[ColumnKey]] = {}
        self._pending: dict[str, date] = {}
        self._blank = [_new_row()]  # rows that are typed and not saved, and the untouched last one
        self._seeing = False
        self.edits.saved.connect(self._on_saved)
        self.edits.failed.connect(self._on_failed)
        self.edits.emptied.connect(self.emptied)
        self.drafts.read.connect(self._on_drafts)

    @property
    def sheet(self) -> Sheet | None:
        """The newest sheet, as it is in the store; with one blank row at the end."""
        return self.edits.sheet

    @property
    def shown(self) -> Sheet | None:
        """The same with a row for each time point that is typed and not saved yet."""
        made = self.edits.sheet
        if made is None or len(self._blank) == 1:
            return made
        nothing = ("",) * len(made.derived)
        coming = (SheetRow(Visit(name, "", len(made.rows)), "", None, False, None, None, {}, nothing) for name in self._blank[:-1])
        return replace(made, rows=(*made.rows[:-1], *coming, made.rows[-1]))

    @property
    def fresh(self) -> str:
        """The name by which the blank last row is known until it is saved."""
        return self._blank[-1]

    @property
    def editable(self) -> bool:
        """Everything recorded is on show, and the store can be written."""
        return self._session.writable and self.snapshot is not None and self.snapshot.latest and self.sheet is not None

    def turn_to(self, snapshot: Snapshot | None) -> bool:
        """Another snapshot is on show; True when it is of another case: nothing of the one before stays here."""
        key, before = snapshot.key if snapshot is not None else None, self.key
        self.snapshot, self.key = snapshot, key
        if key == before:
            return False
        self.drafts.flush()
        self.open, self.saved = None, False
        self.unsaved.clear()
        self._pending.clear()
        if key is not None:
            self.drafts.ask(key)
        else:  # perhaps another store, with another case of the same key
            self._extra.clear()
        return True

    def refresh(self) -> None:
        """Make the sheet anew; what waited for it goes on."""
        self._seeing = True
        self.edits.see(self.snapshot, self._sheet_now())
        self._seeing = False
        self._change()

    def note(self, text: str) -> None:
        """Another text is typed."""
        assert self.open is not None
        self.drafts.note(self.open.key, self.open.place.text, text)

    def hand_in(self, plan: Plan, begun: tuple[Begun, ...], reason: str | None = None) -> None:
        """Save a plan that has nothing left to ask."""
        for place, text in zip(plan.places, plan.texts, strict=True):
            self.unsaved[place] = Unsaved(text, SAVING)
            self.marked.emit(place)
        if any(place.visit == self.fresh for place in plan.places):
            self._change()
        self.edits.hand_in(Entry(begun, plan.texts, plan.label, plan.make, reason))

    def give_back(self, place: Place) -> None:
        """Forget text that is not saved, unless it is on its way."""
        unsaved = self.unsaved.get(place)
        if self.key is not None and (unsaved is None or unsaved.state != SAVING):
            self.unsaved.pop(place, None)
            self.drafts.drop(self.key, place.text)
            self._change()

    def waits(self, place: Place) -> bool:
        """An entry of this place is on its way."""
        return any(self.edits.real(begun.place) == self.edits.real(place) for entry in self.edits.waiting for begun in entry.begun)

    def comes(self, place: Place) -> bool:
        """The time point of this place is on its way itself."""
        return place.visit.startswith(NEW_ROW) and any(begun.place.visit == place.visit for entry in self.edits.waiting for begun in entry.begun)

    def add(self, column: ColumnKey) -> None:
        """Show a column that holds no value yet."""
        if self.key is not None:
            self._extra.setdefault(self.key, []).append(column)

    def words(self) -> str:
        """The state of saving in one line; "saved" only of what was read back."""
        snapshot, left = self.snapshot, [text for text in self.unsaved.values() if text.state != SAVING]
        if snapshot is not None and not snapshot.latest:
            return f"As of {snapshot.steps[snapshot.here].text}: to read only. Alt+Home returns to now."
        if not self._session.writable:
            return "To read only."
        if self.edits.busy:
            return "saving…"
        if left:
            yet = "" if any(text.why for text in left) else " yet"
            return f"{len(left)} not saved{yet}: F2 takes it up, Escape gives it back"
        if self.open is not None:
            return "not saved yet"
        return f"saved {self._session.saved_at:%H:%M:%S}" if self.saved and self._session.saved_at is not None else ""

    def _sheet_now(self) -> Sheet | None:
        snapshot = self.snapshot
        if snapshot is None:
            return None
        pending = self._pending
        made = sheet(snapshot.review, self._extra.get(snapshot.key, ()), pending, snapshot.facts if snapshot.latest else None)
        for row in made.rows:
            if row.visit is not None and row.visit.id in pending and not row.pending:  # a value carries the date now
                del pending[row.visit.id]
                self.drafts.drop(snapshot.key, _date_draft(row.visit.id))
        return _typed_last(made)

    def _change(self) -> None:
        """Text of a time point that has just been saved goes with it; there is always one untouched row."""
        self.unsaved = {self.edits.real(place): text for place, text in self.unsaved.items()}
        places = [*self.unsaved, *(self.edits.real(begun.place) for entry in self.edits.waiting for begun in entry.begun), *([self.open.place] if self.open else [])]
        touched = dict.fromkeys(place.visit for place in places if place.visit.startswith(NEW_ROW))
        last = self._blank[-1]
        held = [name for name in self._blank[:-1] if name in touched]
        self._blank = [*held, *(name for name in touched if name not in held and name != last), last]
        if last in touched or self.edits.real(Place(last, NAME)).visit != last:
            self._blank = [*(self._blank if last in touched else self._blank[:-1]), _new_row()]
        if not self._seeing:
            self.changed.emit()

    def _on_saved(self, entry: Entry, changed: bool) -> None:
        if self.open is not None:
            self._carry(self.open)
        for begun, text in zip(entry.begun, entry.texts, strict=True):
            place = self.edits.real(begun.place)
            for known in {begun.place, place}:
                if self.unsaved.get(known) == Unsaved(text, SAVING):
                    del self.unsaved[known]
                if self.open is None or self.open.place != place:
                    self.drafts.drop(entry.key, known.text)
            if place.column == DATE and text:
                self._wait_for_value(entry.key, place.visit, text)
        self.saved = self.saved or changed
        self._change()

    def _carry(self, begun: Begun) -> None:
        """What is being typed goes on from the state that was just saved; its draft is found under its new name."""
        self.open = self.edits.carried(begun)
        if self.open.place != begun.place and (text := self.drafts.text(begun.key, begun.place.text)) is not None:
            self.drafts.drop(begun.key, begun.place.text)
            self.drafts.note(begun.key, self.open.place.text, text)

    def _wait_for_value(self, key: str, visit: str, text: str) -> None:
        """A date that no value carries yet waits for the first one; a draft holds it until then."""
        rows = self.sheet.rows if self.sheet is not None else ()
        row = next((row for row in rows if row.visit is not None and row.visit.id == visit), None)
        if row is not None and (row.date is None or row.pending):
            self._pending[visit] = day(text)
            self.drafts.keep(key, _date_draft(visit), day(text).isoformat())
            self.edits.sheet = self._sheet_now()

    def _on_failed(self, entry: Entry, error: BaseException) -> None:
        """The text stays in its cell, marked, and as a draft."""
        why = f"{error.sentence} {error.remedy}".strip() if isinstance(error, UserError) else "The program made an error while saving."
        for begun, text in zip(entry.begun, entry.texts, strict=True):
            self.unsaved.pop(begun.place, None)
            if begun.place.visit:  # a lesion that could not be added stands in no cell
                if entry.key == self.key:
                    self.unsaved[begun.place] = Unsaved(text, FAILED, why)
                self.drafts.keep(entry.key, begun.place.text, text)
        self._change()
        if entry.key == self.key:
            self.failed.emit(entry.begun[0].place, why)

    def _on_drafts(self, key: str, found: dict[str, str]) -> None:
        """Text that was typed and never saved stands in its cell again, marked; that of another case is dropped (H02)."""
        if key != self.key:
            return
        for name, text in found.items():
            place = place_of(name)
            if place is not None:
                self.add(place.column)  # one that was added for it, and holds no value yet
                if self.open is None or self.open.place != place:
                    self.unsaved.setdefault(place, Unsaved(text, LATER))
            elif name.startswith("visit:") and name.endswith(":date"):
                self._pending[name.split(":")[1]] = date.fromisoformat(text)
        if found:
            self.refresh()


def _new_row() -> str:
    """A name that no other row has, in this case or another."""
    return f"{NEW_ROW} {uuid4().hex}"


def _typed_last(made: Sheet) -> Sheet:
    """Time points without a value last, above the blank row: one that is being typed does not move under the hands."""
    valued = {fact.visit for fact in made.history.observations}
    without = [row for row in made.rows if row.visit is not None and row.visit.id not in valued]
    return replace(made, rows=(*(row for row in made.rows[:-1] if row not in without), *without, made.rows[-1])) if without else made


def _date_draft(visit: str) -> str:
    """The name of the draft that holds a date without a value."""
    return f"visit:{visit}:date"
