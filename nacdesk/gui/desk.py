"""The worker's side of a session: the open store, and the reviews made from it.

Every method of Desk runs on the session's one database worker, never on the GUI thread. What it
answers is frozen, so it may cross over.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nacdesk.domain import timeline, wording
from nacdesk.domain.facts import History
from nacdesk.domain.judgements import Review
from nacdesk.domain.progress import progress
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError

if TYPE_CHECKING:
    from nacdesk.storage.store import CaseRow, Changes, JournalEntry, Merge, Store

REVIEWS_KEPT = 64
MERGES_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Opened:
    """A store that has just been opened.

    Attributes:
        catalog: the rule set in force.
        why_read_only: in words, "" when it can be written.
    """

    path: Path
    fictitious: bool
    why_read_only: str
    catalog: Catalog
    undo: str | None
    redo: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """The worklist for one search."""

    search: str
    rows: "tuple[CaseRow, ...]"


@dataclass(frozen=True, slots=True)
class Step:
    """One state of knowledge of a case: a date, or a visit where nothing is dated.

    Attributes:
        when: the as-of date; visit: the as-of visit; both None for all that is recorded.
        text: "1 Oct 2026", "inter-regimen".
    """

    when: date | None
    visit: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the window shows of one case; header, chart, flags and options come from one of these.

    Attributes:
        steps: the states of knowledge, oldest first; never empty.
        here: the one this review was made at; the last is everything recorded.
        facts: everything recorded, also what the review leaves out: lesions and time points without a value.
    """

    review: Review
    steps: tuple[Step, ...]
    here: int
    facts: History

    @property
    def key(self) -> str:
        """Key of the case."""
        return self.review.history.case.key

    @property
    def revision(self) -> int:
        """Revision of the case."""
        return self.review.history.case.revision

    @property
    def latest(self) -> bool:
        """Made from everything recorded."""
        return self.here == len(self.steps) - 1


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the worklist, judged.

    Attributes:
        course: "3/4", cycles given of those planned; "" when unknown.
        flags: number of flags by severity.
        cannot, clear: criteria that could not be judged, and that were judged and not met.
        sums: the size sum of each assessment in order, None where it could not be formed.
    """

    key: str
    revision: int
    course: str
    flags: Mapping[str, int]
    cannot: int
    clear: int
    sums: tuple[Decimal | None, ...]

    @property
    def flagged(self) -> bool:
        """At least one flag."""
        return any(self.flags.values())


@dataclass(frozen=True, slots=True)
class Performed:
    """One finished user action.

    Attributes:
        gone: cases that no longer exist after it.
    """

    changes: "Changes"
    gone: frozenset[str]
    undo: str | None
    redo: str | None


@dataclass(frozen=True, slots=True)
class CaseMerge:
    """What adding would do to one case.

    Attributes:
        name_in_store: of the patient the store already has under this key, None for a new case or no name.
        added, known: observations that are new, and that the store already has.
    """

    key: str
    new: bool
    name_in_store: str | None
    added: int
    known: int


@dataclass(frozen=True, slots=True)
class Merged:
    """What adding would do, as a whole and case by case (the first cases of a large file).

    Attributes:
        before: when and by whom the same file was imported before, None when it was not.
    """

    total: "Merge"
    cases: tuple[CaseMerge, ...]
    before: str | None


@dataclass(frozen=True, slots=True)
class Journal:
    """Who changed what in one case."""

    key: str
    entries: "tuple[JournalEntry, ...]"


class Desk:
    """The open store and a small cache of reviews, by case, revision and as-of.

    Args:
        by: who acts, as recorded with each change.
    """

    def __init__(self, by: str) -> None:
        self._by = by
        self._store: Store | None = None
        self._shipped: Catalog | None = None
        self._opened: Opened | None = None
        self._reviews: OrderedDict[tuple[str, int, Step], Review] = OrderedDict()

    def open(self, path: Path, *, create: bool = False, fictitious: bool = False) -> Opened:
        """Open a store in place of the one before; `create` makes it when there is no such file.

        Raises:
            UserError: missing, damaged, newer or locked; the store before stays open.
        """
        from nacdesk import work
        from nacdesk.catalog import load
        from nacdesk.storage.store import Store

        if self._shipped is None:
            self._shipped = load()
        if self._opened is not None and self._store is not None and path.resolve() == self._store.path.resolve():
            return self._told(self._opened.why_read_only)
        if create and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            store, why = Store.create(path, self._shipped, by=self._by, fictitious=fictitious), ""
        else:
            store, why = _open(Store, path, self._shipped, self._by)
        try:
            store.catalog = work.in_force(store)
        except BaseException:
            store.close()
            raise
        self.close()
        self._store = store
        self._opened = self._told(why)
        return self._opened

    def _told(self, why: str) -> Opened:
        return Opened(self.store.path, self.store.fictitious, why, self.catalog, self.store.undo_label(), self.store.redo_label())

    def close(self) -> None:
        """Close the store, if one is open."""
        store, self._store = self._store, None
        self._reviews.clear()
        if store is not None:
            store.close()

    def act_as(self, by: str) -> None:
        """From now on record changes under this name."""
        self._by = by
        if self._store is not None:
            self._store.act_as(by)

    def reread(self) -> Catalog:
        """The rule set in force as the store has it now; what was judged before is judged again."""
        from nacdesk import work

        self.store.catalog = work.in_force(self.store)
        self._reviews.clear()
        return self.catalog

    def rows(self, search: str) -> Rows:
        """The cases that match."""
        return Rows(search, self.store.cases(search))

    def snapshot(self, key: str, step: Step | None) -> Snapshot:
        """A case as seen at `step`, or at the latest one when None or when that step is no more."""
        if not self.store.has(key):
            raise UserError("This case is no longer in the store.", "Choose another one; Edit › Redo may bring it back.")
        history = self.store.history(key)
        steps = steps_of(history, self.catalog)
        here = steps.index(step) if step in steps else len(steps) - 1
        return Snapshot(self._review(history, steps, here), steps, here, history)

    def judge(self, keys: Sequence[str], seconds: float) -> tuple[Summary, ...]:
        """Summaries of the first of these cases, as many as fit into the time and at least one."""
        stop = time.monotonic() + seconds
        found: list[Summary] = []
        for key in keys:
            history = self.store.history(key)
            steps = steps_of(history, self.catalog)
            found.append(summary(self._review(history, steps, len(steps) - 1)))
            if time.monotonic() > stop:
                break
        return tuple(found)

    def ask(self, work: "Callable[[Store], Any]") -> Any:
        """Run something on the store that changes no fact."""
        return work(self.store)

    def perform(self, work: "Callable[[Store], Changes]") -> Performed:
        """Run one user action on the store; the store makes it one transaction.

        The reviews of a case that it changed are forgotten: nothing of an erased patient stays here (H40).
        """
        try:
            changes = work(self.store)
        except BaseException:  # an error while saving does not prove that nothing was saved
            self._reviews.clear()
            raise
        for cached in [cached for cached in self._reviews if cached[0] in changes.cases]:
            del self._reviews[cached]
        gone = frozenset(key for key in changes.cases if not self.store.has(key))
        return Performed(changes, gone, self.store.undo_label(), self.store.redo_label())

    def merge(self, histories: Sequence[History], digest: str) -> Merged:
        """What adding these would do; nothing is written."""
        total = self.store.preview(histories)
        rows = []
        for history in histories[:MERGES_SHOWN]:
            known = self.store.history(history.case.key).case.patient.name if self.store.has(history.case.key) else None
            one = self.store.preview([history])
            rows.append(CaseMerge(history.case.key, bool(one.new_cases), known, one.new_observations, one.known_observations))
        return Merged(total, tuple(rows), self.store.imported(digest))

    def journal(self, key: str) -> Journal:
        """The history of one case in words."""
        return Journal(key, self.store.journal(key))

    @property
    def store(self) -> "Store":
        """The open store."""
        if self._store is None:
            raise UserError("No store is open.", "Open or create one in the File menu.")
        return self._store

    @property
    def catalog(self) -> Catalog:
        """The rule set in force: the shipped one with what this store's site changed."""
        return self.store.catalog

    def _review(self, history: History, steps: tuple[Step, ...], here: int) -> Review:
        from nacdesk.domain.review import review

        step = steps[here]
        cached = (history.case.key, history.case.revision, step)
        if cached not in self._reviews:
            if here == len(steps) - 1:
                made = review(history, self.catalog, None)
            elif step.visit is not None:
                made = review(timeline.up_to(history, step.visit), self.catalog, None)
            else:
                made = review(history, self.catalog, step.when)
            self._reviews[cached] = made
            if len(self._reviews) > REVIEWS_KEPT:
                self._reviews.popitem(last=False)
        self._reviews.move_to_end(cached)
        return self._reviews[cached]


def _open(store: "type[Store]", path: Path, catalog: Catalog, by: str) -> "tuple[Store, str]":
    """Open for writing, else for reading alone: a damaged, newer or missing store is refused in both."""
    try:
        return store.open(path, catalog, by=by), ""
    except UserError as error:
        try:
            return store.open(path, catalog, by=by, read_only=True), error.sentence
        except UserError:
            raise error from None


def steps_of(history: History, catalog: Catalog) -> tuple[Step, ...]:
    """The dates on which something was recorded, oldest first; the visits where nothing is dated."""
    days = sorted({row.date for row in history.observations if row.date is not None})
    if days:
        return tuple(Step(day, None, wording.day(day)) for day in days)
    visits = timeline.build(history, catalog, None).visits
    return tuple(Step(None, visit.id, visit.name) for visit in visits) or (Step(None, None, "nothing recorded"),)


def summary(review: Review) -> Summary:
    """The line of the worklist that this review earns."""
    flags: dict[str, int] = {}
    for flag in review.flags:
        flags[flag.result.severity] = flags.get(flag.result.severity, 0) + 1
    case = review.history.case
    done = progress(review)
    course = "" if done.given is None else f"{done.given}/{done.planned}" if done.planned else wording.counted(done.given, "cycle").replace(" ", "\u00a0")
    sums = tuple(visit.size.sum_mm for visit in review.visits if visit.size is not None)
    return Summary(case.key, case.revision, course, flags, len(review.cannot), len(review.clear), sums)
