"""User actions: each is one step, one transaction, recorded with its before and after, and reversible.

A step that takes another one back (undo) or does it again (redo) is a new step that names it;
nothing is ever removed from the record.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Literal, NamedTuple

from nacdesk.errors import BugError, UserError
from nacdesk.storage import rows
from nacdesk.storage.database import Database, Value, damaged

Clock = Callable[[], datetime]

# Of each action done, the latest word on it counts: taken back, done again, or nothing yet. No way leads back past an erasure.
_UNDO = """SELECT number, label FROM step AS done WHERE kind = 'do' AND number > coalesce((SELECT max(step) FROM erasure), 0) AND
    coalesce((SELECT kind FROM step WHERE undoes = done.number ORDER BY number DESC LIMIT 1), 'redo') = 'redo'
    ORDER BY number DESC LIMIT 1"""
# Only what was taken back since the last new action can be done again, the latest taken back first.
_REDO = """SELECT number, label FROM step AS done WHERE kind = 'do' AND number IN
    (SELECT undoes FROM step WHERE undoes IS NOT NULL AND number > (SELECT max(number) FROM step WHERE kind = 'do'))
    AND (SELECT kind FROM step WHERE undoes = done.number ORDER BY number DESC LIMIT 1) = 'undo'
    ORDER BY number LIMIT 1"""

# Cases that are not, after undo, as they were before a step; or, after redo, as they were after it.
_AS_BEFORE = """SELECT case_key FROM case_revision AS now WHERE step = ? AND digest IS NOT
    (SELECT digest FROM case_revision WHERE case_key = now.case_key AND step < ? ORDER BY revision DESC LIMIT 1)"""
_AS_AFTER = """SELECT case_key FROM case_revision AS now WHERE step = ? AND digest IS NOT
    (SELECT digest FROM case_revision WHERE case_key = now.case_key AND step = ?)"""


def utc_now() -> datetime:
    """The computer's clock, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Step:
    """One user action while it runs.

    Attributes:
        number: of the step.
        cases: keys of the cases it changed, known once it is saved; empty when it changed nothing.
    """

    number: int
    cases: frozenset[str] = field(default_factory=frozenset)


class Journal:
    """The record of changes of one store, and the only way to change it.

    Attributes:
        by: who acts.
    """

    def __init__(self, database: Database, by: str, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock
        self.by = by

    def now(self) -> str:
        """The time as it is recorded, UTC, ISO 8601 with microseconds."""
        return self._clock().astimezone(UTC).isoformat(timespec="microseconds")

    @contextmanager
    def step(self, label: str, *, reason: str | None = None) -> Iterator[Step]:
        """Run a user action: saved as a whole when it ends, nothing of it when it raises.

        A step that changed nothing leaves no trace.

        Raises:
            UserError: it could not be saved; the sentence says what was kept.
        """
        with self._step("do", label, reason=reason) as step:
            yield step

    @contextmanager
    def _step(
        self, kind: Literal["do", "undo", "redo"], label: str, *, undoes: int | None = None, reason: str | None = None, same: tuple[str, int] | None = None
    ) -> Iterator[Step]:
        """Args: same: what the cases must be again, by their checksums: as before, or after, the step of that number."""
        step = Step(0)
        try:
            with self._database.transaction():
                step.number = self._begin(kind, label, undoes, reason)
                yield step
                step.cases = self._seal(step.number)
                if not step.cases:
                    raise _Unchanged
                if same is not None:
                    self._compare(step.number, *same)
        except _Unchanged:
            return
        except UserError:
            # An error while saving does not prove that nothing was saved.
            if step.cases and self._is_saved(step):
                raise UserError(
                    "The disk reported an error at the end of saving; the change is in the file, but may not survive a power cut.",
                    "Check the disk, and look at the change after opening the store again.",
                ) from None
            raise
        try:
            saved = self._is_saved(step)
        except UserError as error:
            raise UserError("The change was saved, but could not be read back.", "Open the store again and look at the change before you go on.") from error
        if not saved:
            raise BugError("a saved step was not found again")

    def _begin(self, kind: str, label: str, undoes: int | None, reason: str | None) -> int:
        at = self.now()
        latest = self._database.value("SELECT at FROM step ORDER BY number DESC LIMIT 1") or ""
        return self._database.add("step", {"kind": kind, "label": label, "by": self.by, "at": at, "clock_back": int(at < latest), "reason": reason, "undoes": undoes})

    def _seal(self, number: int) -> frozenset[str]:
        """Give each case that the step changed its next revision and its new checksum, and close the step."""
        database = self._database
        keys = [key for (key,) in database.rows("SELECT case_key FROM journal WHERE step = ? UNION SELECT mark FROM erasure WHERE step = ?", (number, number))]
        revisions: list[tuple[Value, ...]] = []
        for key in keys:
            content = rows.read_case(database, key)
            revision, _ = rows.last_revision(database, key)
            revisions.append((key, revision + 1, number, None if content is None else content.digest))
        database.insert("case_revision", ("case_key", "revision", "step", "digest"), revisions)
        database.change("step", number, {"sealed": 1})
        return frozenset(keys)

    def _is_saved(self, step: Step) -> bool:
        """Read back what was just confirmed, with no transaction open."""
        self._database.assert_idle()
        saved = self._database.value("SELECT count(*) FROM case_revision JOIN step ON number = step WHERE step = ? AND sealed = 1", (step.number,))
        return bool(saved == len(step.cases))

    def _compare(self, step: int, differs: str, other: int) -> None:
        """What was taken back, done again or put back must be what was, by its checksums."""
        differing = self._database.first(differs, (step, other))
        if differing is not None:
            raise rows.mismatch(differing[0])

    # back and forth

    def next_undo(self) -> tuple[int, str] | None:
        """Number and label of the action that undo would take back."""
        found = self._database.first(_UNDO)
        return None if found is None else (found[0], found[1])

    def next_redo(self) -> tuple[int, str] | None:
        """Number and label of the action that redo would do again."""
        found = self._database.first(_REDO)
        return None if found is None else (found[0], found[1])

    def undo(self) -> tuple[str, Step]:
        """Take back the last action; its label, and the new step.

        Raises:
            UserError: there is none, or the record of changes does not lead back to what was.
        """
        target = self.next_undo()
        if target is None:
            raise UserError("There is nothing to undo.")
        number, label = target
        with self._step("undo", f"Undo: {label}", undoes=number, same=(_AS_BEFORE, number)) as step:
            self._apply(number, backwards=True)
        return label, step

    def redo(self) -> tuple[str, Step]:
        """Do again what was taken back last; its label, and the new step.

        Raises:
            UserError: there is none, or the record of changes does not lead to what was.
        """
        target = self.next_redo()
        if target is None:
            raise UserError("There is nothing to redo.")
        number, label = target
        with self._step("redo", f"Redo: {label}", undoes=number, same=(_AS_AFTER, number)) as step:
            self._apply(number, backwards=False)
        return label, step

    def put_back(self, key: str, number: int, label: str) -> Step:
        """Put one case as it was before a step; the new step, a new action.

        Raises:
            UserError: the record of changes does not lead back to what was.
        """
        with self._step("do", label, same=(_AS_BEFORE, number)) as step:
            self._apply(number, backwards=True, key=key)
        return step

    def _apply(self, number: int, *, backwards: bool, key: str | None = None) -> None:
        """Put the before (or after) rows of a step in place, each change in reverse (or recorded) order; `key`: of one case only."""
        order = "DESC" if backwards else "ASC"
        sql = f"SELECT table_name, row_id, old, new FROM journal WHERE step = ? AND case_key = coalesce(?, case_key) ORDER BY seq {order}"
        found = self._database.rows(sql, (number, key))
        images = [_Image(table, row_id, new, old) if backwards else _Image(table, row_id, old, new) for table, row_id, old, new in found]
        try:
            for (table, had, has), group in groupby(images, key=lambda image: (image.table, image.before is not None, image.after is not None)):
                self._put(table, list(group), had=had, has=has)
        except (ValueError, LookupError):  # no JSON, no such table or column
            raise damaged(self._database.path) from None

    def _put(self, table: str, images: "list[_Image]", *, had: bool, has: bool) -> None:
        columns = rows.COLUMNS[table]
        if not has:
            count = self._database.executemany(f"DELETE FROM {table} WHERE id = ?", [(image.row_id,) for image in images])
        elif not had:
            count = self._database.insert(table, columns, [_image(image.after, columns) for image in images])
        else:
            names = ", ".join(f"{column} = ?" for column in columns)
            changed = [(*_image(image.after, columns), image.row_id) for image in images]
            count = self._database.executemany(f"UPDATE {table} SET {names} WHERE id = ?", changed)
        if count != len(images):
            raise damaged(self._database.path)


class _Unchanged(Exception):
    """Ends the transaction of a step that changed nothing."""


class _Image(NamedTuple):
    """One row to put in place: as it is, and as it shall be; None where it is not there."""

    table: str
    row_id: int
    before: str | None
    after: str | None


def _image(text: str | None, columns: Sequence[str]) -> list[Value]:
    row = json.loads(text or "")
    return [row[column] for column in columns]
