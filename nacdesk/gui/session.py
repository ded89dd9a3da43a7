"""One open store as the window sees it: what is asked for, what has arrived, what was saved."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.gui import errands
from nacdesk.gui.desk import Desk, Opened, Performed, Rows, Snapshot, Step, Summary
from nacdesk.gui.errands import ReadingChoices
from nacdesk.gui.jobs import AFTER_PAINT_MS, Jobs
from nacdesk.gui.judging import Judging
from nacdesk.gui.message import Message, message_of
from nacdesk.settings import account

if TYPE_CHECKING:
    from nacdesk.interop.preview import ImportPreview
    from nacdesk.storage.store import Changes, Store


class Session(QObject):
    """One store, one worker, one case on show.

    A result of another case, another as-of or an older revision than the newest known is dropped
    (H02); everything shown of a case comes from one Snapshot.

    Attributes:
        opened: the open store, None before there is one.
        opening: another store is being opened; nothing else is asked for meanwhile.
        rows: the worklist for the current search.
        judging: of the worklist.
        snapshot: the case on show, None for none.
        wanted: key and step last asked for; the same as the snapshot's unless one is on its way.
        saved_at: when the last change was confirmed, None before one.
        unsaved: the last change failed.
        by: who acts, as recorded with each change.
        holders: asked before another case, as-of or store is shown: True holds what is on show, because something
            entered is not saved; each then calls the function it was given, once it is.

    Signals:
        store_changed: the open store, an undo label or the state of saving changed.
        rows_changed: the worklist has other rows.
        judged: a tuple of Summary arrived.
        snapshot_changed: another Snapshot (or None) is on show.
        wanted_changed: another case or as-of has been asked for.
        changed: Changes of one finished user action.
        journal_read: a Journal arrived.
        told: a Message for the reader.
        held: something entered holds the case on show.
        closed: the store is closed; nothing is running.
        close_refused: something failed while closing; the store stays open, its reader has a message.
    """

    store_changed = Signal()
    rows_changed = Signal()
    judged = Signal(object)
    snapshot_changed = Signal(object)
    wanted_changed = Signal()
    changed = Signal(object)
    journal_read = Signal(object)
    told = Signal(object)
    held = Signal()
    closed = Signal()
    close_refused = Signal()

    def __init__(self, parent: QObject | None = None, *, by: str = "", jobs: type[Jobs] = Jobs) -> None:
        super().__init__(parent)
        self.opened: Opened | None = None
        self.opening = False
        self.rows: tuple = ()
        self.search = ""
        self.snapshot: Snapshot | None = None
        self.wanted: tuple[str, Step | None] | None = None
        self.saved_at: datetime | None = None
        self.unsaved = False
        self.writing = 0
        self.holders: list[Callable[[Callable[[], None]], bool]] = []
        self.by = by or account()
        self._desk = Desk(self.by)
        self.store_jobs = jobs("store", self)
        self.file_jobs = jobs("files", self)
        self.judging = Judging(self._desk, self.store_jobs, self._may_judge, self)
        self.judging.judged.connect(self.judged)
        self.judging.failed.connect(self.tell_error)
        self._showing = False
        self._listing = False
        self._ending = False
        self.store_jobs.idled.connect(self._end)
        self.file_jobs.idled.connect(self._end)

    # the store

    def open(self, path: Path, *, create: bool = False, fictitious: bool = False) -> None:
        """Open a store; the answer is `store_changed`, or a message and the store before stays."""
        if self._is_held(partial(self.open, path, create=create, fictitious=fictitious)):
            return
        self.opening = True
        self.store_changed.emit()
        self.store_jobs.submit(partial(self._desk.open, path, create=create, fictitious=fictitious), self._on_opened, self._on_not_opened)

    def close(self) -> None:
        """Close the store once all that was asked for is answered; then `closed`, or `close_refused` if any of it fails."""
        if self._is_held(self.close):
            self.close_refused.emit()
            return
        self._ending = True
        self._end()

    def shutdown(self) -> None:
        """Stop both workers; called when the window has closed or the application quits."""
        self.file_jobs.shutdown()
        self.store_jobs.shutdown()

    def reload(self) -> None:
        """Read everything on show again from the store."""
        self.summaries.clear()
        self._list()
        self._show()

    def use_rules(self, catalog: Catalog) -> None:
        """From now on this rule set is in force: everything is judged again (H16)."""
        assert self.opened is not None
        self.opened = replace(self.opened, catalog=catalog)
        self.store_changed.emit()
        self.wanted_changed.emit()
        self.reload()

    # the worklist

    def find(self, text: str) -> None:
        """Show the cases that match in the worklist."""
        self.search = text
        self._list()

    def prefer(self, keys: Iterable[str]) -> None:
        """Judge these cases first: they are in view."""
        self.judging.prefer(keys)

    @property
    def summaries(self) -> dict[str, Summary]:
        """The judged lines of the worklist by case key."""
        return self.judging.summaries

    # one case

    def show_case(self, key: str, step: Step | None = None) -> None:
        """Ask for a case, at its latest state or at a step; the answer is `snapshot_changed`."""
        if self.opened is None or self.opening:
            return
        if self.wanted == (key, step) and self.snapshot is not None and self.snapshot.key == key:
            return
        if self._is_held(partial(self.show_case, key, step)):
            return
        self.wanted = (key, step)
        self.wanted_changed.emit()
        self._show()

    def step(self, by: int) -> None:
        """Move the as-of of the case on show by that many steps, as far as there are any."""
        if self.snapshot is None or self.pending:
            return
        here = min(max(self.snapshot.here + by, 0), len(self.snapshot.steps) - 1)
        if here != self.snapshot.here:
            last = here == len(self.snapshot.steps) - 1
            self.show_case(self.snapshot.key, None if last else self.snapshot.steps[here])

    def show_latest(self) -> None:
        """Back to everything recorded."""
        if self.snapshot is not None and not self.snapshot.latest:
            self.show_case(self.snapshot.key)

    @property
    def pending(self) -> bool:
        """What was asked for is not yet what is shown."""
        if self.wanted is None or self.snapshot is None:
            return self.wanted is not None
        return not self._is_wanted(self.snapshot)

    def at_rest(self) -> bool:
        """Nothing is running or waiting, and every case of the worklist was judged."""
        return self.judging.done and not (self.opening or self.store_jobs.busy or self.file_jobs.busy)

    def read_journal(self, key: str) -> None:
        """Ask for the history of a case; the answer is `journal_read`."""
        self.consult(partial(Desk.journal, key=key), self.journal_read.emit, self.tell_error)

    def consult(self, question: Callable[[Desk], Any], done: Callable[[Any], None], failed: Callable[[BaseException], None]) -> None:
        """Ask the desk, which knows more than the store, on its worker; `done` and `failed` are bound methods."""
        self.store_jobs.submit(partial(question, self._desk), done, failed)

    def ask(self, work: "Callable[[Store], Any]", done: Callable[[Any], None]) -> None:
        """Run something on the store's worker that changes no fact; a failure is a message."""
        self.store_jobs.submit(partial(self._desk.ask, work), done, self.tell_error)

    def _is_held(self, go_on: Callable[[], None]) -> bool:
        held = any(holder(go_on) for holder in self.holders)
        if held:
            self.held.emit()
        return held

    # user actions

    @property
    def writable(self) -> bool:
        """A store is open and can be written."""
        return self.opened is not None and not self.opening and not self.opened.why_read_only

    def perform(
        self,
        label: str,
        work: "Callable[[Store], Changes]",
        done: "Callable[[Changes], None] | None" = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Run one user action on the store's worker: one transaction, then `changed`.

        Args:
            label: in words, for the message should it fail.
            done, failed: bound methods that are also told the Changes, or why there are none.
        """
        if not self.writable:
            refusal = UserError(f"“{label}” was not done: no store is open for writing.", "Open one in the File menu.")
            self.tell_error(refusal)
            if failed is not None:
                failed(refusal)
            return
        self.writing += 1
        self.store_changed.emit()
        self.store_jobs.submit(partial(self._desk.perform, work), partial(self._on_performed, done), partial(self._on_not_performed, label, failed))

    def act_as(self, by: str) -> None:
        """From now on record changes under this name; those under way keep the one before."""
        self.by = by
        self.store_jobs.submit(partial(self._desk.act_as, by), self._on_acting, self.tell_error)

    def undo(self) -> None:
        """Take back the last user action of this store."""
        self.perform("Undo", errands.undo, self._on_stepped)

    def redo(self) -> None:
        """Do again what was taken back."""
        self.perform("Redo", errands.redo, self._on_stepped)

    def read_files(self, paths: Sequence[Path], how: ReadingChoices, done: "Callable[[ImportPreview], None]", failed: Callable[[BaseException], None]) -> None:
        """Read files as an import would, off both the window and the store."""
        assert self.opened is not None
        self.file_jobs.submit(partial(errands.read_files, paths, self.opened.catalog, how), done, failed)

    def add(self, found: "ImportPreview", done: "Callable[[Changes], None]") -> None:
        """Add everything that was read or nothing, as one user action."""
        self.perform(f"Import {found.path.name}", partial(errands.add, found), done)

    def export_handout(self, path: Path, paper: str, *, basis: bool = False) -> None:
        """Write the handout of exactly the case and as-of on show; the answer is a message."""
        assert self.snapshot is not None
        self.file_jobs.submit(partial(errands.export, self.snapshot.review, path, paper, basis), self._on_exported, self._on_not_exported)

    def stop_writing(self, why: str) -> None:
        """From now on this window only reads."""
        if self.opened is not None:
            self.opened = replace(self.opened, why_read_only=why)
            self.store_changed.emit()

    # messages

    def tell(self, message: Message) -> None:
        """Show a message in the window; a failure keeps a closing window open, lest it go unread."""
        self.told.emit(message)
        if self._ending and message.tone == "error":
            self._ending = False
            self.close_refused.emit()

    def tell_error(self, error: BaseException) -> None:
        """Show a failure; a fault of the program is also logged, without values."""
        self.tell(message_of(error))

    # answers

    def _on_opened(self, opened: Opened) -> None:
        self.opening = False
        self.opened = opened
        self.saved_at, self.unsaved = None, False
        self.judging.forget()
        self.search = ""
        self.wanted = None
        self._put(None)
        self.store_changed.emit()
        if opened.why_read_only:
            self.tell(Message("error", f"{opened.path.name} is open for reading only.", opened.why_read_only))
        self._list()

    def _on_not_opened(self, error: BaseException) -> None:
        self.opening = False
        self.store_changed.emit()
        self.tell_error(error)
        self.judging.go_on()

    def _end(self) -> None:
        if self._ending and not self.store_jobs.busy and not self.file_jobs.busy:
            self._ending = False
            self.store_jobs.submit(self._desk.close, self._on_closed, self._on_not_closed)

    def _on_closed(self, _nothing: None) -> None:
        self.closed.emit()

    def _on_not_closed(self, error: BaseException) -> None:
        self.tell_error(error)
        self.closed.emit()

    def _list(self) -> None:
        """At most one search is under way; the newest text is asked for next."""
        if not self._listing and not self.opening and self.opened is not None:
            self._listing = True
            self.store_jobs.submit(partial(self._desk.rows, self.search), self._on_rows, self._on_no_rows)

    def _on_rows(self, found: Rows) -> None:
        self._listing = False
        if found.search != self.search:
            self._list()
            return
        self.rows = found.rows
        self.judging.want(found.rows)
        self.rows_changed.emit()
        if self.wanted is None and self.rows:
            self.show_case(self.rows[0].key)
        self.judging.go_on()

    def _on_no_rows(self, error: BaseException) -> None:
        self._listing = False
        self.tell_error(error)

    def _may_judge(self) -> bool:
        """The first case comes before the worklist."""
        return not (self.opening or self._ending or (self.snapshot is None and self._showing))

    def _show(self) -> None:
        """At most one case is on its way; the newest wish is asked for next."""
        if not self._showing and self.wanted is not None:
            self._showing = True
            key, step = self.wanted
            self.store_jobs.submit(partial(self._desk.snapshot, key, step), partial(self._on_snapshot, self.wanted), partial(self._on_no_snapshot, self.wanted))

    def _on_snapshot(self, asked: tuple[str, Step | None], snapshot: Snapshot) -> None:
        self._showing = False
        stale = self.judging.revisions.get(snapshot.key, snapshot.revision) > snapshot.revision or not self._in_force(snapshot)
        if asked != self.wanted or stale or snapshot.key != asked[0]:
            self._show()
            return
        if asked[1] is not None and snapshot.latest:
            self.wanted = (snapshot.key, None)  # the step asked for is no more
        self._put(snapshot)
        QTimer.singleShot(AFTER_PAINT_MS, self.judging.go_on)

    def _on_no_snapshot(self, asked: tuple[str, Step | None], error: BaseException) -> None:
        self._showing = False
        if asked != self.wanted:
            self._show()
            return
        self.wanted = None
        self._put(None)
        self.tell_error(error)
        self.judging.go_on()

    def _put(self, snapshot: Snapshot | None) -> None:
        self.snapshot = snapshot
        self.snapshot_changed.emit(snapshot)

    def _is_wanted(self, snapshot: Snapshot) -> bool:
        if self.wanted is None or not self._in_force(snapshot):
            return False
        key, step = self.wanted
        return snapshot.key == key and (snapshot.latest if step is None else snapshot.steps[snapshot.here] == step)

    def _in_force(self, snapshot: Snapshot) -> bool:
        """It was judged by the rule set that is in force now (H16)."""
        return self.opened is not None and snapshot.review.catalog is self.opened.catalog

    def _on_performed(self, done: "Callable[[Changes], None] | None", performed: Performed) -> None:
        assert self.opened is not None
        self.writing -= 1
        self.unsaved = False
        self.saved_at = datetime.now()  # noqa: DTZ005 -- the reader's own clock, shown only
        self.opened = replace(self.opened, undo=performed.undo, redo=performed.redo)
        for key in performed.changes.cases:
            self.judging.summaries.pop(key, None)
            self.judging.revisions.pop(key, None)
        if self.wanted is not None and self.wanted[0] in performed.gone:
            self.wanted = None
            self._put(None)
        self.store_changed.emit()
        if self.wanted is not None and self.wanted[0] in performed.changes.cases:
            self._show()  # what was typed is seen again before the list is read
        self._list()
        self.changed.emit(performed.changes)
        if done is not None:
            done(performed.changes)

    def _on_not_performed(self, label: str, failed: Callable[[BaseException], None] | None, error: BaseException) -> None:
        """What is on show is read again: an error while saving does not prove that nothing was saved."""
        self.writing -= 1
        self.unsaved = True
        self.store_changed.emit()
        self.tell(message_of(error, f"“{label}” could not be finished."))
        if failed is not None:
            failed(error)
        self.reload()

    def _on_exported(self, path: Path) -> None:
        self.tell(Message("info", f"Handout saved: {path}"))

    def _on_not_exported(self, error: BaseException) -> None:
        self.tell(message_of(error, "The handout was not saved."))

    def _on_acting(self, _nothing: None) -> None:
        self.store_changed.emit()

    def _on_stepped(self, changes: "Changes") -> None:
        self.tell(Message("info", f"{changes.label}."))
