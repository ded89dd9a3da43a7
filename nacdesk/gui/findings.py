"""The right column: flags, readers where there are several, then options and the single test, in one scrolling area."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from nacdesk.gui.desk import Snapshot
from nacdesk.gui.flag_panel import FlagPanel
from nacdesk.gui.flow_layout import Scrolled
from nacdesk.gui.likelihood_panel import LikelihoodPanel
from nacdesk.gui.option_panel import OptionPanel
from nacdesk.gui.readers_panel import ReadersPanel
from nacdesk.gui.theme import Look


class Findings(QScrollArea):
    """What the criteria say of the case on show, and what can be discussed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flags, self.readers, self.options, self.likelihood = FlagPanel(), ReadersPanel(), OptionPanel(), LikelihoodPanel()
        self.content = Scrolled()
        self.content.setProperty("role", "paper")
        self.content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(self.content)
        self._column.setContentsMargins(14, 12, 12, 14)
        self._column.setSpacing(14)
        self._column.addWidget(self.flags)
        self._column.addWidget(self.readers)
        self._column.addWidget(self.options)
        self._column.addWidget(self.likelihood)
        self._column.addStretch(1)
        self.setAccessibleName("Flags and options")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self.content)
        self.flags.revealed.connect(self._on_revealed)
        self.likelihood.revealed.connect(self._on_revealed)

    def show_snapshot(self, snapshot: Snapshot, look: Look) -> None:
        """Show flags and options of this snapshot."""
        self.flags.show_snapshot(snapshot, look)
        self.readers.show_snapshot(snapshot, look)
        self.options.show_snapshot(snapshot, look)
        self.likelihood.show_snapshot(snapshot, look)

    def _on_revealed(self, widget: QWidget) -> None:
        self._column.activate()  # a basis that was just opened has no place before that
        self.ensureWidgetVisible(widget, 0, 12)
