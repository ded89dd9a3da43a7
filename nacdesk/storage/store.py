"""The store: reads give facts of the domain, writes give Changes. One local file, one writer."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from nacdesk.domain.facts import History
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog, ClinicalReview
from nacdesk.errors import UserError
from nacdesk.storage import adding, entries, rows, rule_records, schema, search, soundness
from nacdesk.storage.changes import CaseRow, Changes, JournalEntry, Merge
from nacdesk.storage.database import Database, check_is_store, damaged, reserve
from nacdesk.storage.journal import Clock, Journal, Step, utc_now
from nacdesk.storage.lock import WriterLock

__all__ = ["CaseRow", "Changes", "JournalEntry", "Merge", "Store"]

SUFFIX = ".nac"
_TOLD = 3  # problems that one message spells out

# Spelled out, so that no single damaged bit turns invented cases into patients.
_CONTENT = {"invented cases": True, "patients": False}


class Store:
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
            raise _no_case(key)
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

    def journal(self, case: str | None = None) -> tuple[JournalEntry, ...]:
        """Every change of the store or of one case in words, oldest first.

        Raises:
            UserError: the record of changes is damaged.
        """
        return entries.entries(self._database, self.catalog.analytes, case)

    def rule_review(self, digest: str) -> ClinicalReview | None:
        """The latest clinical review of the rule set of that very digest, None when there is none."""
        return rule_records.review(self._database, digest)

    def rule_reviews(self) -> tuple[tuple[str, ClinicalReview], ...]:
        """Every clinical review on record with the digest of the rule set that it holds for, latest first."""
        return rule_records.reviews(self._database)

    def site_rules(self) -> str | None:
        """The text of the site's own changes to the rules, as accepted last; None when there are none in force.

        Raises:
            UserError: the text is damaged.
        """
        return rule_records.site_rules(self._database)

    def site_rules_accepted(self) -> str | None:
        """When and by whom the site rules in force were accepted, in words; None when there are none."""
        return rule_records.accepted(self._database)

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
                raise _refused(planned.problems)
            merge = planned.summary()
            adding.write(self._database, planned)
            if source is not None:
                self._database.insert("import_file", ("step", "name_digest", "digest"), [(step.number, _name_digest(source[0]), source[1])])
        return self._changes(step, label, merge.new_observations, merge.known_observations, merge.filled)

    def correct(
        self, key: str, observation_id: str, value: Quantity | str, *, entered: str, warnings: tuple[str, ...] = (), reason: str, revision: int | None = None
    ) -> Changes:
        """Replace the value of one observation; the old one stays in the record of changes.

        Args:
            entered: value and unit as typed.  warnings: why the new value is doubted.
            reason: why it is corrected; kept with the change.
            revision: the one the correction was made on; refused when the case changed since. None asks for no check.

        Raises:
            UserError: no such case or observation, changed meanwhile, no reason, the same value, or out of range.
        """
        self._check_writable()
        if not reason.strip():
            raise UserError("A correction needs a reason; nothing was changed.", "Write why the value is corrected.")
        content, current = self._case(key)
        if revision is not None and revision != current:
            raise _changed(key)
        row = next((row for row in content.observations if str(row[0]) == observation_id), None)
        if row is None:
            raise UserError(f"{key} has no observation {observation_id}; nothing was changed.", "Look it up in the list of the case's facts.")
        old = dict(zip(rows.OBSERVATION, row, strict=True))
        new = dict(zip(("number", "unit", "comparator", "detection_limit", "code"), rows.value_values(value), strict=True))
        if all(old[column] == after for column, after in new.items()):
            raise UserError(f"The value is {value} already; nothing was changed.")
        label = f"Correct {old['analyte']}"
        with self._journal.step(label, reason=reason.strip()) as step:
            if rows.last_revision(self._database, key)[0] != current:
                raise _changed(key)
            self._database.change("observation", row[0], {**new, "entered": entered, "warnings": rows.texts(warnings)})
        return self._changes(step, label)

    def sign_rules(self, digest: str, by: str, on: date, remarks: str = "") -> None:
        """Record that a clinician reviewed the rule set of that digest; it holds for no other.

        Args:
            by: who reviewed it; the account that records it is kept beside.  on: the day of the review.

        Raises:
            UserError: nobody is named, or it could not be saved.
        """
        self._check_writable()
        if not by.strip():
            raise UserError("A clinical review needs the name of its reviewer; nothing was recorded.", "Give the name.")
        rule_records.sign(self._database, digest, by.strip(), on, remarks.strip(), account=self._journal.by, at=self._journal.now())

    def accept_site_rules(self, text: str | None) -> None:
        """Put the text of a site file in force, or with None none; what was in force before stays on record.

        Raises:
            UserError: it could not be saved.
        """
        self._check_writable()
        rule_records.accept(self._database, text or "", account=self._journal.by, at=self._journal.now())

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
            raise _no_case(key)
        return found

    def _plan(self, histories: Sequence[History]) -> adding.Plan:
        return adding.plan(self._database, histories, self.catalog.analytes, self.fictitious)

    def _check_writable(self) -> None:
        if self.read_only:
            raise UserError(f"{self.path.name} is open read-only; nothing was changed.", "Open it for writing.")

    @staticmethod
    def _changes(step: Step, label: str, added: int = 0, known: int = 0, filled: int = 0) -> Changes:
        return Changes(step.cases, bool(step.cases), label, added, known, filled)


def _no_case(key: str) -> UserError:
    return UserError(f"There is no case {key} in this store.", "Check the key; search shows the cases there are.")


def _changed(key: str) -> UserError:
    return UserError(f"{key} was changed meanwhile; nothing was saved.", "Look at the case as it is now and correct it again.")


def _name_digest(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogateescape")).hexdigest()


def _refused(problems: Sequence[str]) -> UserError:
    more = len(problems) - _TOLD
    told = " ".join(problems[:_TOLD]) + (f" And {more} more." if more > 0 else "")
    return UserError(f"{told} Nothing was saved.", "Correct the file, or the recorded value, and add it again.")
