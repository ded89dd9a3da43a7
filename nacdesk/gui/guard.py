"""What nobody caught: an exception in a slot, a paint event or a thread, which Qt would print and forget.

Installed in `main()` only, and forwarding: a test that replaced the hook would hide such exceptions.
"""

import logging
import sys
import threading
import time
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.message import places

log = logging.getLogger("nacdesk")

AT_ONCE = 1.0  # seconds: one fault in a paint event calls the hook dozens of times
WINDOW = 60.0
STOP_AFTER = 3


class Guard(QObject):
    """Logs what nobody caught, without values, and says in the window that its state is uncertain.

    After the third fault in a minute the window stops writing.

    Signals:
        caught: a fault happened, perhaps on another thread. Internal.
    """

    caught = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._times: list[float] = []
        self._before: tuple[Any, Any, Any] | None = None
        self.caught.connect(self._on_caught, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take the three hooks."""
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread
        sys.unraisablehook = self._on_unraisable

    def remove(self) -> None:
        """Give them back."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
            self._before = None

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            self._note(error)
        if self._before is not None:
            self._before[0](kind, error, trace)

    def _on_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._note(args.exc_value)
        if self._before is not None:
            self._before[1](args)

    def _on_unraisable(self, args: Any) -> None:
        if args.exc_value is not None:
            self._note(args.exc_value)
        if self._before is not None:
            self._before[2](args)

    def _note(self, error: BaseException) -> None:
        now = time.monotonic()
        if self._times and now - self._times[-1] < AT_ONCE:
            return
        self._times = [*(then for then in self._times if now - then < WINDOW), now]
        log.error("%s", places(error))
        self.caught.emit()

    def _on_caught(self) -> None:
        self._window.show_uncertain()
        if len(self._times) >= STOP_AFTER:
            self._window.session.stop_writing("the program made repeated errors; close it and start it again")
