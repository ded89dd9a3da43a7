"""The store: reads give facts of the domain, writes give Changes. One local file, one writer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nacdesk.domain.edits import Edit, Record
from nacdesk.domain.facts import Case, History, Patient
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.storage import adding, drafts, editing, entries, erasure, patient, refusals, rows, schema, search, soundness
from nacdesk.storage import bin as case_bin
from nacdesk.storage.changes import BinRow, CaseRow, Changes, JournalEntry, Merge
from nacdesk.storage.database import Database, check_is_store, damaged, reserve
from nacdesk.storage.journal import Clock, Journal, Step, utc_now
from nacdesk.storage.lock import WriterLock
from nacdesk.storage.site_decisions import SiteDecisions

__all__ = ["BinRow", "CaseRow", "Changes", "JournalEntry", "Merge", "Store"]

SUFFIX = ".nac"
_TOLD = 3  # problems that one message spells out

# Spelled out, so that no single damaged bit turns invented cases into patients.
_CONTENT = {"invented cases": True, "patients": False}


class Store(SiteDecisions):
    """An open store; it belongs to the thread that opened it.

    Attributes:
        path: its file.
        read_only: nothing can be written through it.
        catalog: whose limits it enforces and whose rules judge its cases; who opened it puts the rules in force here.
        fictitious: it holds invented cases; every case carries a watermark.
    """

    def __init__(self, database: Database, lock: WriterLock | None, catalog: Catalog, by: str, clock: Clock) -> None:
        """Use Store.open or Store.create."""
        self.path = database.path
        self.read_only = database.read_only
        self._database = database
        self._lock = lock
        self.catalog = catalog
        self._journal = Journal(database, by, clock)
        content = database.value("SELECT value FROM meta WHERE name = 'content'")
        if content not in _CONTENT:
            raise damaged(self.path)
        self.fictitious = _CONTENT[content]

    @classmethod
    def create(cls, path: Path, catalog: Catalog, *, by: str, fictitious: bool = False, clock: Clock = utc_now) -> Self:
        """Make an empty store that only its owner's account can read, and open it.

        Raises:
            UserError: there is a file of that name, it does not end in .nac, or it cannot be written.
        """
        if path.suffix != SUFFIX:
            raise UserError(f"A store's name ends in {SUFFIX}; {path.name} does not. Nothing was made.", f"Name it {path.stem}{SUFFIX}.")
        reserve(path)
        try:
            database = Database(path)
            try:
                schema.migrate(database)
                with database.transaction():
                    content = next(word for word, invented in _CONTENT.items() if invented == fictitious)
                    database.insert("meta", ("name", "value"), [("content", content)])
            finally:
                database.close()
            return cls.open(path, catalog, by=by, clock=clock)
        except BaseException:
            for leftover in ("", "-wal", "-shm"):
                path.with_name(f"{path.name}{leftover}").unlink(missing_ok=True)
            raise

    @classmethod
    def open(cls, path: Path, catalog: Catalog, *, by: str, read_only: bool = False, clock: Clock = utc_now) -> Self:
        """Open a store; read-only also beside a window that writes.

        Args:
            by: who acts, as recorded with each change.

        Raises:
            UserError: missing, not a store, damaged, newer than this program, or open for writing elsewhere.
        """
        check_is_store(path)
        lock = None if read_only else WriterLock(path.resolve())
        try:
            database = Database(path, read_only=read_only)
            try:
                schema.migrate(database)
                if soundness.findings(database, deep=False):
                    raise damaged(path)
                if not read_only:
                    schema.refresh_limits(database, catalog.analytes)
                return cls(database, lock, catalog, by, clock)
            except BaseException:
                database.close()
                raise
        except BaseException:
            if lock is not None:
                lock.release()
            raise

    def close(self) -> None:
        """Close the file and let the next one write.

        Raises:
            UserError: the disk failed; what was confirmed is in the file or beside it.
        """
        try:
            self._database.close()
        finally:
            if self._lock is not None:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def act_as(self, by: str) -> None:
        """From now on record changes under this name."""
        self._journal.by = by

    # reading

    def cases(self, search_text: str = "") -> tuple[CaseRow, ...]:
        """The cases in whose key, name, record number and diagnosis every word of the search occurs, by key."""
        return search.cases(self._database, search_text)

    def has(self, key: str) -> bool:
        """There is a case of that key."""
        return self._database.first("SELECT 1 FROM case_record WHERE key = ? AND key COLLATE BINARY = ?", (key, key)) is not None

    def history(self, key: str) -> History:
        """All facts of a case, after its checksum was compared.

        Raises:
            UserError: no such case, or its record is damaged.
        """
        return rows.history(*self._case(key), self.fictitious)

    def revision(self, key: str) -> int:
        """Number of the last change to a case; it never goes back.

        Raises:
            UserError: no such case.
        """
        if not self.has(key):
            raise refusals.no_case(key)
        return rows.last_revision(self._database, key)[0]

    def preview(self, histories: Sequence[History]) -> Merge:
        """What `add` would do with these; nothing is written."""
        with self._database.snapshot():
            return self._plan(histories).summary()

    def imported(self, digest: str) -> str | None:
        """When and by whom a file of this digest was imported, in words; None when it was not, or that was undone."""
        found = self._database.first(
            """SELECT at, by, label FROM import_file JOIN step AS s ON s.number = import_file.step WHERE digest = ? AND
            coalesce((SELECT kind FROM step WHERE undoes = s.number ORDER BY number DESC LIMIT 1), 'redo') = 'redo' ORDER BY s.number LIMIT 1""",
            (digest,),
        )
        return None if found is None else f"imported on {found[0][:10]} by {found[1]} ({found[2]})"

    def journal(self, case: str | None = None, *, observation: str | None = None) -> tuple[JournalEntry, ...]:
        """Every change of the store, of one case or of one observation in words, oldest first.

        Raises:
            UserError: the record of changes is damaged.
        """
        return entries.entries(self._database, self.catalog.analytes, case, observation)

    def looks_like(self, who: Patient, key: str = "") -> tuple[CaseRow, ...]:
        """The cases that may be of this patient, likeliest first: same record number, birth date, or a similar name.

        Args:
            key: of the patient's own case, which is left out.
        """
        return search.alike(self._database, who, key)

    def untouched(self, years: int, today: date) -> tuple[CaseRow, ...]:
        """The cases that were not changed for so many years, the longest untouched first."""
        return search.untouched(self._database, years, today)

    def bin(self) -> tuple[BinRow, ...]:
        """The deleted cases, newest first.

        Raises:
            UserError: the record of changes is damaged.
        """
        return tuple(one.row for one in case_bin.deleted(self._database))

    def will_be_gone(self, key: str) -> str:
        """What deleting or erasing a case takes away: "14 observations at 5 time points, 2 lesions, 31 entries of history".

        Raises:
            UserError: there never was such a case.
        """
        return erasure.told(self._database, key)

    def same_patient(self, key: str) -> tuple[str, ...]:
        """Keys of the patient's cases in the store and the bin, this one first: those with its record number.

        Raises:
            UserError: there never was such a case.
        """
        return patient.keys(self._database, key)

    def everything(self, key: str) -> dict[str, Any]:
        """All that is recorded about one patient, every case of the record number, as plain data: facts, history in words, drafts.

        Raises:
            UserError: no such case in store or bin, or its record is damaged.
        """
        return patient.everything(self._database, key, self.catalog.analytes, self.fictitious)

    def drafts(self, key: str) -> dict[str, str]:
        """The half-typed texts of a case by place; not facts."""
        return drafts.kept(self._database, key)

    def check(self, deep: bool = False) -> tuple[str, ...]:
        """What is wrong with the store, in sentences; empty when it is sound. `deep` verifies every case."""
        return soundness.findings(self._database, deep=deep)

    # writing: each is one step, saved as a whole or not at all

    def add(self, histories: Sequence[History], label: str, *, source: tuple[str, str] | None = None) -> Changes:
        """Add cases, or what is new of known ones. Blanks are filled, nothing is overwritten.

        Args:
            label: the action in words.
            source: the file's name, of which a digest is kept only, and the digest of its content.

        Raises:
            UserError: a value, identity or name differs from what is recorded; nothing was saved.
        """
        self._check_writable()
        with self._journal.step(label) as step:
            planned = self._plan(histories)
            if planned.problems:
                raise _refused(planned.problems, "Correct the file, or the recorded value, and add it again.")
            merge = planned.summary()
            adding.write(self._database, planned)
            if source is not None:
                self._database.insert("import_file", ("step", "name_digest", "digest"), [(step.number, _name_digest(source[0]), source[1])])
        return self._changes(step, label, merge.new_observations, merge.known_observations, merge.filled)

    def new_case(self, case: Case, label: str) -> Changes:
        """Add a case of which nothing is recorded yet.

        Raises:
            UserError: its key or record number belongs to another case, which is named, or a fact is none; nothing was saved.
        """
        self._check_writable()
        case = refusals.case(replace(case, revision=0), self.catalog)
        twin = self._database.value("SELECT key FROM case_record WHERE key = ?", (case.key,))
        if twin is not None:
            raise UserError(f"There is a case {twin} already; nothing was saved.", "Open that one, or choose another key.")
        with self._journal.step(label) as step:
            planned = self._plan([History(case)])
            if planned.problems:
                raise _refused(planned.problems, "Open the other case, or correct what was typed.")
            adding.write(self._database, planned)
        return self._changes(step, label)

    def edit(self, key: str, edits: Sequence[Edit], label: str, *, reason: str | None = None, revision: int | None = None) -> Changes:
        """Make what a person changes in one case, all of it or nothing; it is on the disk, and was read back, when this returns.

        Args:
            label: the action in words.
            reason: needed where a recorded value, its date or place, or an identity (name, record number, birth date) is changed or withdrawn.
            revision: the one the edits were made on; refused when the case changed since. None asks for no check.

        Raises:
            UserError: no such case, changed meanwhile, a row of another case, a fact that is none, or nothing to change; nothing was saved.
        """
        self._check_writable()
        why = (reason or "").strip() or None
        with self._journal.step(label, reason=why) as step:
            content, current = self._case(key)
            if revision is not None and revision != current:
                raise UserError(f"{key} was changed meanwhile; nothing was saved.", "Look at the case as it is now and enter it again.")
            added = editing.write(self._database, content, edits, self.catalog, reasoned=why is not None)
        if not step.cases:
            raise editing.unchanged(content, edits, self.catalog)
        return self._changes(step, label, added)

    def correct(self, key: str, observation_id: str, value: Quantity | str, *, entered: str, warnings: tuple[str, ...] = (), reason: str, revision: int | None = None) -> Changes:
        """Replace the value of one observation; the old one stays in the record of changes.

        Args:
            entered: value and unit as typed.  warnings: why the new value is doubted.
            reason: why it is corrected; kept with the change.
            revision: the one the correction was made on; refused when the case changed since. None asks for no check.

        Raises:
            UserError: no such case or observation, changed meanwhile, no reason, the same value, or out of range.
        """
        seen = next((seen for seen in self.history(key).observations if seen.id == observation_id), None)
        if seen is None:
            raise editing.no_observation(key, observation_id)
        new = replace(seen, value=value, entered=entered, warnings=warnings)
        return self.edit(key, [Record(new)], f"Correct {seen.analyte}", reason=reason, revision=revision)

    def remove(self, key: str, *, reason: str) -> Changes:
        """Move a whole case to the bin, from which it can be restored.

        Raises:
            UserError: no such case, or no reason.
        """
        self._check_writable()
        label = f"Delete case {key}"
        with self._journal.step(label, reason=refusals.needed(reason, "Deleting a case")) as step:
            case_bin.take_out(self._database, self._case(key)[0].case[0])
        return self._changes(step, label)

    def restore(self, key: str) -> Changes:
        """Put a case of the bin back, exactly as it was.

        Raises:
            UserError: it is not in the bin, or its key or record number belongs to another case meanwhile.
        """
        self._check_writable()
        found = case_bin.find(self._database, key)
        case_bin.check_free(self._database, found.row)
        label = f"Restore case {key}"
        return self._changes(self._journal.put_back(key, found.step, label), label)

    def erase(self, keys: Sequence[str], *, reason: str) -> Changes:
        """Erase a patient's cases for good, in the store or the bin, with what the record of changes holds of them.

        That they were erased stays on record, and nothing before it can be undone.

        Raises:
            UserError: there never was such a case, no reason, or another window reads the store, which is said together with what was erased.
        """
        self._check_writable()
        label = f"Erase {erasure.counted(len(keys), 'case', 'cases')}"
        with self._journal.step(label, reason=refusals.needed(reason, "An erasure")) as step:
            for key in keys:
                erasure.erase(self._database, key, step.number)
        if not self._database.checkpoint():
            remedy = "Close the other windows, then close this one: that removes them."
            raise UserError("The cases are erased, but another window that reads this store keeps older pages of it on the disk.", remedy)
        return Changes(frozenset(keys), True, label)

    def keep_draft(self, key: str, place: str, text: str) -> None:
        """Keep half-typed text; it is no fact, and no part of the record of changes.

        Raises:
            UserError: it could not be saved.
        """
        self._check_writable()
        drafts.keep(self._database, key, place, text)

    def drop_draft(self, key: str, place: str) -> None:
        """Forget the text of a place; there may be none.

        Raises:
            UserError: it could not be saved.
        """
        self._check_writable()
        drafts.drop(self._database, key, place)

    def undo(self) -> Changes:
        """Take back the last action, also after a restart.

        Raises:
            UserError: there is none, or it could not be saved.
        """
        self._check_writable()
        label, step = self._journal.undo()
        return self._changes(step, f"Undone: {label}")

    def redo(self) -> Changes:
        """Do again what was taken back last, unless something new was done since.

        Raises:
            UserError: there is none, or it could not be saved.
        """
        self._check_writable()
        label, step = self._journal.redo()
        return self._changes(step, f"Done again: {label}")

    def undo_label(self) -> str | None:
        """The action that undo would take back, None when there is none."""
        target = self._journal.next_undo()
        return None if target is None else target[1]

    def redo_label(self) -> str | None:
        """The action that redo would do again, None when there is none."""
        target = self._journal.next_redo()
        return None if target is None else target[1]

    # parts

    def _case(self, key: str) -> tuple[rows.CaseRows, int]:
        found = rows.verified(self._database, key)
        if found is None:
            raise refusals.no_case(key)
        return found

    def _plan(self, histories: Sequence[History]) -> adding.Plan:
        return adding.plan(self._database, histories, self.catalog.analytes, self.fictitious)

    def _check_writable(self) -> None:
        if self.read_only:
            raise UserError(f"{self.path.name} is open read-only; nothing was changed.", "Open it for writing.")

    @staticmethod
    def _changes(step: Step, label: str, added: int = 0, known: int = 0, filled: int = 0) -> Changes:
        return Changes(step.cases, bool(step.cases), label, added, known, filled)


def _name_digest(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogateescape")).hexdigest()


def _refused(problems: Sequence[str], remedy: str) -> UserError:
    more = len(problems) - _TOLD
    told = " ".join(problems[:_TOLD]) + (f" And {more} more." if more > 0 else "")
    return UserError(f"{told} Nothing was saved.", remedy)
