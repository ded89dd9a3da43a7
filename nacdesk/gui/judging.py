"""The worklist is judged in short turns on the store's worker, the cases in view first."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from nacdesk.gui.desk import Desk, Summary
from nacdesk.gui.jobs import Jobs

if TYPE_CHECKING:
    from nacdesk.storage.store import CaseRow

JUDGE_SECONDS = 0.03  # the longest that a case just asked for waits behind the worklist
JUDGE_KEYS = 64


class Judging(QObject):
    """Which cases still wait to be judged, and what was found of the others.

    Attributes:
        summaries: the judged lines by case key.
        revisions: the newest known revision of each case; a line of an older one is dropped.

    Args:
        may_go_on: nothing more urgent waits.

    Signals:
        judged: a tuple of Summary arrived.
        failed: why one case could not be judged.
    """

    judged = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, jobs: Jobs, may_go_on: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self.summaries: dict[str, Summary] = {}
        self.revisions: dict[str, int] = {}
        self._desk, self._jobs, self._may_go_on = desk, jobs, may_go_on
        self._waiting: dict[str, None] = {}
        self._under_way = False
        self._keys = JUDGE_KEYS

    @property
    def done(self) -> bool:
        """Every case of the worklist was judged."""
        return not self._waiting

    def forget(self) -> None:
        """Another store: nothing is known."""
        self.summaries.clear()
        self.revisions.clear()
        self._waiting.clear()

    def want(self, rows: "Sequence[CaseRow]") -> None:
        """These cases stand in the worklist; those that changed wait to be judged."""
        for row in rows:
            self.revisions[row.key] = row.revision
            known = self.summaries.get(row.key)
            if known is None or known.revision != row.revision:
                self._waiting[row.key] = None

    def prefer(self, keys: Iterable[str]) -> None:
        """Judge these first: they are in view."""
        first = [key for key in keys if key in self._waiting]
        if first:
            self._waiting = dict.fromkeys(first) | self._waiting

    def go_on(self) -> None:
        """One short turn at a time."""
        if self._under_way or not self._waiting or not self._may_go_on():
            return
        self._under_way = True
        keys = tuple(islice(self._waiting, self._keys))
        self._jobs.submit(partial(self._desk.judge, keys, JUDGE_SECONDS), self._on_judged, partial(self._on_not_judged, keys))

    def _on_judged(self, found: tuple[Summary, ...]) -> None:
        self._under_way = False
        self._keys = JUDGE_KEYS
        for line in found:
            if self.revisions.get(line.key, line.revision) == line.revision:
                self.summaries[line.key] = line
            self._waiting.pop(line.key, None)
        self.judged.emit(found)
        self.go_on()

    def _on_not_judged(self, keys: tuple[str, ...], error: BaseException) -> None:
        """One case of the turn failed: take them one by one, so that only that one stays unjudged."""
        self._under_way = False
        if len(keys) > 1:
            self._keys = 1
        else:
            self._keys = JUDGE_KEYS
            self._waiting.pop(keys[0], None)
            self.failed.emit(error)
        self.go_on()
