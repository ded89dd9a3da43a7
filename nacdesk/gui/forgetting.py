"""After an erasure nothing of the patient stays on the screen, in what is not in view, or on the clipboard (H40)."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from nacdesk.gui.history import HistoryView
from nacdesk.gui.tables import TextTable

if TYPE_CHECKING:
    from nacdesk.gui.main_window import MainWindow


def forget(window: "MainWindow", keys: Collection[str], texts: Collection[str]) -> None:
    """Take erased cases out of every part of a window; what is on show by now is drawn by its own snapshot.

    Args:
        texts: what names the patient: name, record number, keys.
    """
    case = window.case
    if case.snapshot is not None and case.snapshot.key in keys:
        case.snapshot = case.model = None
        for label in (case.banner.name, case.banner.identity, case.banner.course):
            label.clear()
        case.chart.show_model(None, window.look.theme, window.look.scale)
    for history in window.findChildren(HistoryView):
        if history.key in keys:
            history.wait_for("")
    for table in window.findChildren(TextTable):
        if table.case in keys:
            table.show_rows(table.words.head, ())
    for line in window.findChildren(QLineEdit):
        if line.text() in texts:
            line.clear()
    typed = window.worklist.search.text().strip().casefold()
    if typed and any(typed in text.casefold() for text in texts):
        window.worklist.search.clear()
    window.imports.forget()
    window.messages.forget(texts)
    clipboard = QGuiApplication.clipboard()
    if any(text in clipboard.text() for text in texts):
        clipboard.clear()
