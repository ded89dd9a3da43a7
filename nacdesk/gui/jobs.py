"""Work off the GUI thread: one worker, its results brought back as queued signals.

Purpose: the database belongs to one thread (a connection may not leave the thread that opened it)
and no widget ever waits. Work runs in the order in which it was handed in.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

AFTER_PAINT_MS = 20  # what the first picture of a case does not need waits so long for it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one job: its result, or the exception that ended it."""

    result: Any
    error: BaseException | None
    done: Callable[[Any], None]
    failed: Callable[[BaseException], None]


class Jobs(QObject):
    """One worker thread; whoever makes it calls `shutdown`.

    Signals:
        finished: an Outcome, delivered on the GUI thread. Internal.
        idled: nothing is left to do.
    """

    finished = Signal(object)
    idled = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._open = 0
        self._stopped = False
        self.finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Something was handed in whose result has not been delivered."""
        return self._open > 0

    def submit(self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[BaseException], None]) -> None:
        """Run `work` on the worker, then `done(result)` or `failed(error)` on the GUI thread.

        Args:
            work: touches no widget.
            done, failed: bound methods of objects that live as long as this one.
        """
        if self._stopped:
            return
        self._open += 1
        # A future keeps what its work raises, so a worker never raises and nothing is swallowed.
        self._worker.submit(work).add_done_callback(partial(self._on_ended, done, failed))

    def shutdown(self) -> None:
        """Let the running work end, drop what has not begun, and stop the thread. May be called twice."""
        self._stopped = True
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _on_ended(self, done: Callable[[Any], None], failed: Callable[[BaseException], None], future: Future) -> None:
        """On the worker: hand the outcome over; the connection is queued."""
        if future.cancelled():
            return
        error = future.exception()
        self.finished.emit(Outcome(None if error else future.result(), error, done, failed))

    def _on_finished(self, outcome: object) -> None:
        assert isinstance(outcome, Outcome)
        self._open -= 1
        if outcome.error is None:
            outcome.done(outcome.result)
        else:
            outcome.failed(outcome.error)
        if not self.busy:
            self.idled.emit()
