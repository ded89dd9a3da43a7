"""Starts the window."""

import gc
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from nacdesk import paths, settings
from nacdesk.errors import UserError
from nacdesk.gui.guard import Guard
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.session import Session
from nacdesk.settings import Settings

COLLECT_MS = 2000


def main(store_path: Path | None, *, demo: bool = False) -> int:
    """Open the window on a store and stay until it is closed.

    Args:
        store_path: the store; None for the default one, which is created when there is none.
        demo: the store holds fictitious cases and is created when there is none.

    Returns:
        The exit code, 0 after a normal close.
    """
    application = make_application()
    window, trouble = make_window()
    guard, collector = Guard(window), Collector(window)
    guard.install()
    collector.start()
    application.aboutToQuit.connect(window.session.shutdown)
    window.show()
    window.session.open(store_path or paths.default_store(), create=store_path is None or demo, fictitious=demo)
    if trouble is not None:
        window.session.tell_error(trouble)
    try:
        return application.exec()
    finally:
        window.session.shutdown()
        collector.stop()
        guard.remove()


def make_application() -> QApplication:
    """The application, ready for a window."""
    QApplication.setApplicationName("nacdesk")
    return QApplication(sys.argv[:1])


def make_window(preferred: Settings | None = None) -> tuple[MainWindow, UserError | None]:
    """A window with no store yet, and why the settings could not be read if they could not."""
    chosen, trouble = preferred or Settings(), None
    if preferred is None:
        try:
            chosen = settings.load(paths.settings_file())
        except UserError as error:
            trouble = error
    return MainWindow(Session(by=settings.actor(chosen)), chosen, paths.settings_file()), trouble


class Collector(QObject):
    """Collects garbage on the GUI thread only: Qt objects may not be freed on a worker."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(COLLECT_MS)
        self._timer.timeout.connect(self._on_time)

    def start(self) -> None:
        """Collect by the timer from now on."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()

    def _on_time(self) -> None:
        gc.collect()
