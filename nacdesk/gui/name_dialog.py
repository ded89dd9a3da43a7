"""Who acts: the name that stands beside every change from now on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from nacdesk.gui.labels import button, words
from nacdesk.settings import NAME_LENGTH, account, tidy_name


class NameDialog(QDialog):
    """Asks for the display name of the person at this account; it is kept in the settings and stands beside each change.

    Signals:
        named: the name, tidied; never blank.
    """

    named = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Your name")
        self.setProperty("role", "paper")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = QLineEdit(name)
        self.field.setMaxLength(NAME_LENGTH)
        self.field.setAccessibleName("Your name, as it stands beside each change")
        self.field.setPlaceholderText("Given name and family name")
        self.trouble = words("note", name="name-trouble")
        self.trouble.hide()
        self.keep = button("Keep", "primary", name="keep-name")
        self.keep.setDefault(True)
        self.cancel = button("Cancel")
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.cancel)
        last.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(words("head", "Who makes the changes at this computer?"))
        told = f"Each change, decision and acknowledgement is recorded with this name and the account {account()}."
        column.addWidget(words("note", f"{told} What was recorded before keeps its name."))
        column.addWidget(self.field)
        column.addWidget(self.trouble)
        column.addStretch(1)
        column.addLayout(last)
        self.resize(460, 0)
        self.keep.clicked.connect(self._on_keep)
        self.cancel.clicked.connect(self.reject)

    def _on_keep(self) -> None:
        name = tidy_name(self.field.text())
        self.trouble.setVisible(not name)
        if not name:
            self.trouble.setText("Write a name; the one before is kept until then.")
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.accept()
        self.named.emit(name)
