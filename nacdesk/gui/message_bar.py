"""The bar over the case where the window tells what happened, what was kept and what to do."""

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from nacdesk.gui.labels import button, restyle, words
from nacdesk.gui.message import Message


class MessageBar(QFrame):
    """One message at a time, errors first come first served: none is lost, each stays until it is dismissed.

    Signals:
        reload_asked: the reader asks for everything to be read again.
        site_rules_asked: the reader asks for the dialog about the rules of this site.
    """

    reload_asked = Signal()
    site_rules_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.waiting: list[Message] = []
        self.sentence = words("head", name="sentence", selectable=True)
        self.remedy = words("note", name="remedy", selectable=True)
        self.more = words("small", name="more-messages")
        self.reload = button("Reload", accessible="Reload: read everything again from the store", name="reload")
        self.site_rules = button("Site rules…", accessible="Site rules: look at the rules of this site", name="message-site-rules")
        self.dismiss = button("Dismiss", accessible="Dismiss this message", name="dismiss")
        self.reload.clicked.connect(self._on_reload)
        self.site_rules.clicked.connect(self.site_rules_asked)
        self.dismiss.clicked.connect(self._on_dismissed)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 10, 7)
        row.setSpacing(10)
        row.addWidget(self.sentence, 3)
        row.addWidget(self.remedy, 2)
        for widget in (self.more, self.reload, self.site_rules, self.dismiss):
            row.addWidget(widget)
        self.hide()

    def show_message(self, message: Message) -> None:
        """Add a message; good news gives way to whatever comes next."""
        if message in self.waiting:
            return
        self.waiting = [kept for kept in self.waiting if kept.tone == "error"]
        self.waiting.append(message)
        self._show()

    def forget(self, texts: Collection[str]) -> None:
        """Take away what names one of these."""
        self.waiting = [kept for kept in self.waiting if not any(text in f"{kept.sentence} {kept.remedy}" for text in texts)]
        for label in (self.sentence, self.remedy):
            label.clear()
        self.setAccessibleName("")
        self._show()

    def dismiss_news(self) -> None:
        """Take good news away; errors stay until they are dismissed."""
        self.waiting = [kept for kept in self.waiting if kept.tone == "error"]
        self._show()

    def dismiss_site_rules(self) -> None:
        """Take away what the dialog about the site rules says by itself."""
        self.waiting = [kept for kept in self.waiting if not kept.site_rules]
        self._show()

    def _show(self) -> None:
        self.setVisible(bool(self.waiting))
        if not self.waiting:
            return
        message = self.waiting[0]
        self.setProperty("tone", message.tone)
        self.sentence.setText(message.sentence)
        self.remedy.setText(message.remedy)
        self.remedy.setVisible(bool(message.remedy))
        self.reload.setVisible(message.reload)
        self.site_rules.setVisible(message.site_rules)
        self.more.setText(f"1 of {len(self.waiting)}")
        self.more.setVisible(len(self.waiting) > 1)
        self.setAccessibleName(f"{message.sentence} {message.remedy}".strip())
        for widget in (self, self.sentence):
            restyle(widget)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _on_dismissed(self) -> None:
        del self.waiting[:1]
        self._show()

    def _on_reload(self) -> None:
        self._on_dismissed()
        self.reload_asked.emit()
