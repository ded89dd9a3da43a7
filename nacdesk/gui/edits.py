"""What was entered and is on its way into the store: one save at a time, each on the newest state of its case.

An entry names the case, the revision and the facts on which it began, so it can only land where it began (H01). It is
called saved when its Changes came back and the case as it is then is on show (H25).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from nacdesk.domain.edits import Edit
from nacdesk.domain.flowsheet import Sheet
from nacdesk.errors import UserError
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.session import Session

if TYPE_CHECKING:
    from nacdesk.storage.store import Changes, Store

NEW_ROW = "new row"
NAME, DATE, CYCLE = ("", "name"), ("", "date"), ("", "cycle")
ColumnKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """A cell by what it holds, never by where it stands on the screen.

    Attributes:
        visit: Visit.id; NEW_ROW and a word of its own for a time point that is not saved yet.
        column: analyte id and lesion label ("" for none); NAME, DATE or CYCLE of the visit itself.
    """

    visit: str
    column: ColumnKey

    @property
    def text(self) -> str:
        """As it names a draft."""
        return json.dumps([self.visit, *self.column], ensure_ascii=False)


def place_of(text: str) -> Place | None:
    """The place that names a draft, None for a draft of another kind."""
    if not text.startswith("["):
        return None
    visit, analyte, lesion = json.loads(text)
    return Place(visit, (analyte, lesion))


@dataclass(frozen=True, slots=True)
class Begun:
    """Where, and on what, something began to be entered.

    Attributes:
        key, revision: the case and its state at the first keystroke.
        facts: what the place held then.
    """

    key: str
    revision: int
    place: Place
    facts: tuple[object, ...]


Make = Callable[[Sheet, tuple[Place, ...]], tuple[Edit, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was entered, in one place or many: one step of the store.

    Attributes:
        begun: of one case and one revision; texts: as typed, one for each.
        label: in words, as the history and undo name it.
        make: the edits, worked out when its turn comes, on the sheet as it is then and with the places by their
            ids; none when it changes nothing; it may refuse (UserError).
        reason: why something recorded is changed.
    """

    begun: tuple[Begun, ...]
    texts: tuple[str, ...]
    label: str
    make: Make
    reason: str | None = None

    @property
    def key(self) -> str:
        """Key of the case."""
        return self.begun[0].key


def row_of(sheet: Sheet, visit: str) -> int | None:
    """Place of the row of a visit; the blank last one for a time point that has no row of its own yet."""
    found = next((place for place, row in enumerate(sheet.rows) if row.visit is not None and row.visit.id == visit), None)
    return len(sheet.rows) - 1 if found is None and visit.startswith(NEW_ROW) else found


def facts_of(sheet: Sheet, place: Place) -> tuple[object, ...]:
    """What a place holds."""
    number = row_of(sheet, place.visit)
    if number is None:
        return ()
    row = sheet.rows[number]
    if place.column in (NAME, DATE, CYCLE):
        return (getattr(row, place.column[1]),)
    cell = row.cells.get(place.column)
    return tuple(cell.observations) if cell is not None else ()


class Edits(QObject):
    """The entries of one case that are on their way.

    Attributes:
        waiting: those not saved yet; the first may be under way.
        sheet: the newest one of the case on show.

    Signals:
        saved: an Entry, after it was read back and the case is on show with it; False with one that changed nothing.
        failed: an Entry and the UserError, or other error, that kept it from being saved.
        emptied: nothing is on its way any more.
    """

    saved = Signal(object, object)
    failed = Signal(object, object)
    emptied = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.waiting: list[Entry] = []
        self._base: Snapshot | None = None  # the state that the entry under way is made on
        self._confirmed = False
        self._snapshot: Snapshot | None = None
        self.sheet: Sheet | None = None
        self._ids: dict[str, str] = {}

    @property
    def busy(self) -> bool:
        """Something is not saved yet."""
        return bool(self.waiting)

    def begin(self, place: Place) -> Begun:
        """Hold on to case, revision and facts: the first keystroke."""
        assert self._snapshot is not None and self.sheet is not None
        return Begun(self._snapshot.key, self._snapshot.revision, place, facts_of(self.sheet, place))

    def hand_in(self, entry: Entry) -> None:
        """Save this after what was handed in before."""
        self.waiting.append(entry)
        self._next()

    def real(self, place: Place) -> Place:
        """The place with the id that its time point got when it was saved."""
        return replace(place, visit=self._ids[place.visit]) if place.visit in self._ids else place

    def carried(self, begun: Begun) -> Begun:
        """What began on the state before our own last save, on the state after it; what another step came between keeps its own."""
        place, before, after = self.real(begun.place), self._base, self._snapshot
        own = before is not None and after is not None and (begun.key, begun.revision, after.revision) == (before.key, before.revision, before.revision + 1)
        if not own or after is None or self.sheet is None:
            return replace(begun, place=place)
        return Begun(begun.key, after.revision, place, facts_of(self.sheet, place))

    def see(self, snapshot: Snapshot | None, sheet: Sheet | None) -> None:
        """The newest state of the case on show."""
        self._snapshot, self.sheet = snapshot, sheet
        if not self.waiting:
            return
        if snapshot is None or snapshot.key != self.waiting[0].key:
            error = UserError("The case is no longer on show; this was not saved.", "Open it again; what was typed is kept there.")
            for entry in self._taken(len(self.waiting)):
                self.failed.emit(entry, error)
            self._end()
        elif self._confirmed and self._base is not None and snapshot.revision > self._base.revision:
            self._finish(self._base, snapshot)
        else:
            self._next()

    def _next(self) -> None:
        """Hand the first entry to the store, on the state of the case as it is now."""
        while self.waiting and self._base is None:
            entry, snapshot, sheet = self.waiting[0], self._snapshot, self.sheet
            assert snapshot is not None and sheet is not None
            if self._session.pending:
                return  # another state is on its way; it calls again
            try:
                self._check(entry, snapshot, sheet)
                edits = entry.make(sheet, tuple(self.real(begun.place) for begun in entry.begun))
            except UserError as error:
                self._taken(1)
                self.failed.emit(entry, error)
                continue
            if not edits:  # what was typed is what is recorded
                self._taken(1)
                self.saved.emit(entry, False)
                continue
            self._base, self._confirmed = snapshot, False
            work = partial(_edit, snapshot.key, edits, entry.label, entry.reason, snapshot.revision)
            self._session.perform(entry.label, work, self._on_performed, self._on_not_performed)
            return
        if not self.waiting:
            self.emptied.emit()

    def _check(self, entry: Entry, snapshot: Snapshot, sheet: Sheet) -> None:
        if entry.key != snapshot.key:
            raise UserError("Another case is on show; this was not saved.", "Open its case again.")
        for begun in entry.begun:
            if begun.revision != snapshot.revision and facts_of(sheet, self.real(begun.place)) != begun.facts:
                raise UserError("What stands here was changed meanwhile; yours was not saved.", "Look at it as it is now, then type yours again or press Escape.")

    def _on_performed(self, _changes: "Changes") -> None:
        self._confirmed = True

    def _on_not_performed(self, error: BaseException) -> None:
        entries = self._taken(1)  # none where the case has gone meanwhile: it was told then
        self._end()
        for entry in entries:
            self.failed.emit(entry, error)
        self._next()

    def _finish(self, before: Snapshot, after: Snapshot) -> None:
        """The saved state is on show: what began on the state before goes on from here."""
        entry = self._taken(1)[0]
        was = {visit.id for visit in before.facts.visits}
        now = [visit.id for visit in after.facts.visits if visit.id not in was]
        fresh = next((begun.place.visit for begun in entry.begun if begun.place.visit.startswith(NEW_ROW)), None)
        if fresh is not None and len(now) == 1:
            self._ids[fresh] = now[0]
        self.waiting = [replace(later, begun=tuple(self.carried(begun) for begun in later.begun)) for later in self.waiting]
        self.saved.emit(entry, True)
        self._end()
        self._next()

    def _taken(self, count: int) -> list[Entry]:
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def _end(self) -> None:
        self._base, self._confirmed = None, False


def _edit(key: str, edits: tuple[Edit, ...], label: str, reason: str | None, revision: int, store: "Store") -> "Changes":
    return store.edit(key, edits, label, reason=reason, revision=revision)
