"""The bin: which cases were deleted, when, by whom and why; one can be restored, or its patient erased."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from nacdesk.domain.wording import counted
from nacdesk.gui.labels import button, words
from nacdesk.gui.tables import TextTable

if TYPE_CHECKING:
    from nacdesk.storage.store import BinRow

HEAD = ("Case", "Patient", "Record number", "Deleted (UTC)", "By", "Values", "Why")


class BinDialog(QDialog):
    """Lists the bin as it was when the dialog opened.

    Signals:
        restore_asked, erase_asked: key of a case; the dialog is closed by then.
    """

    restore_asked = Signal(object)
    erase_asked = Signal(object)

    def __init__(self, rows: "Sequence[BinRow]", writable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Bin")
        self.setProperty("role", "paper")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._rows = rows
        self.table = TextTable("Deleted cases, newest first", wrapped=True)
        self.restore = button("Restore the case", "primary", name="restore")
        self.restore.setDefault(True)
        self.erase = button("Erase the patient…", name="erase-from-bin")
        self.shut = button("Close", name="close-bin")
        told = f"{counted(len(rows), 'deleted case')}, newest first. A restored case is exactly as it was." if rows else "The bin is empty. Case › Delete case… puts a case here."
        last = QHBoxLayout()
        last.addStretch(1)
        for made in (self.shut, self.erase, self.restore):
            last.addWidget(made)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(words("head", told, name="bin-told"))
        column.addWidget(self.table, 1)
        column.addStretch(0)
        column.addLayout(last)
        self.table.show_rows(HEAD, [(row.key, row.name or "", row.mrn or "", row.at[:16].replace("T", " "), row.by, str(row.observations), row.reason or "") for row in rows])
        self.table.setVisible(bool(rows))
        self.table.selectRow(0)
        for made in (self.restore, self.erase):
            made.setEnabled(bool(rows) and writable)
        self.restore.clicked.connect(self._on_restore)
        self.erase.clicked.connect(self._on_erase)
        self.shut.clicked.connect(self.reject)
        self.resize(900, 420 if rows else 0)
        (self.table if rows else self.shut).setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_restore(self) -> None:
        key = self._key()
        if key is not None:
            self.accept()
            self.restore_asked.emit(key)

    def _on_erase(self) -> None:
        key = self._key()
        if key is not None:
            self.accept()
            self.erase_asked.emit(key)

    def _key(self) -> str | None:
        row = self.table.currentIndex().row()
        return self._rows[row].key if 0 <= row < len(self._rows) else None
