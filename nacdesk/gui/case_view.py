"""The centre of the window: one case, always drawn from one snapshot."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QScrollArea, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from nacdesk.charts.build import timeline_chart
from nacdesk.charts.model import Badge, ChartModel, ChartView
from nacdesk.gui.banner import Answers, AsOfStrip, Banner
from nacdesk.gui.chart_view import ChartPane
from nacdesk.gui.desk import Journal, Snapshot
from nacdesk.gui.flow_layout import FlowLayout, Scrolled, keep_height
from nacdesk.gui.labels import button, words
from nacdesk.gui.session import Session
from nacdesk.gui.theme import Look

if TYPE_CHECKING:
    from nacdesk.gui.data_view import DataView
    from nacdesk.gui.history import HistoryView

TABS = ("Timeline", "Data", "History")
AXES = (("cycles", "Cycles"), ("days", "Days"), ("dates", "Dates"))
VALUES = (("absolute", "Absolute"), ("change", "% change"))
CHART_LEAST = 260  # below that the page scrolls; between that and what its panels need the chart does
NOTHING_DRAWN = "Nothing to draw yet: no size, SUV, ctDNA or marker value of this case is recorded.\nImport a table of measurements: Ctrl+I."


class Switch(QWidget):
    """Two or three buttons of which one is pressed.

    Signals:
        picked: key of the button that was pressed.
    """

    picked = Signal(object)

    def __init__(self, accessible: str, choices: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.setAccessibleName(accessible)
        self._group = QButtonGroup(self)
        self._keys = [key for key, _ in choices]
        row = FlowLayout(self, gap=0)
        keep_height(self)
        for place, (key, text) in enumerate(choices):
            made = button(text, "segment", checkable=True, accessible=f"{accessible}: {text}", name=key)
            self._group.addButton(made, place)
            row.addWidget(made)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self._on_clicked)

    def next(self) -> None:
        """Press the next button, the first after the last."""
        self._group.button((self._group.checkedId() + 1) % len(self._keys)).click()

    def press(self, key: str) -> None:
        """Press a button."""
        self._group.button(self._keys.index(key)).click()

    @property
    def key(self) -> str:
        """The key of the pressed button."""
        return self._keys[self._group.checkedId()]

    def _on_clicked(self, place: int) -> None:
        self.picked.emit(self._keys[place])


class Pages(QStackedWidget):
    """Takes the room that is left; its pages scroll inside it, so what they would like to have does not count."""

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        return False


class CaseView(QWidget):
    """Banner, answers, and the tabs Timeline, Data and History of one case.

    Attributes:
        snapshot, model: what is drawn, None before the first case.

    Signals:
        earlier_asked, later_asked, now_asked: move the as-of.
        flag_clicked: number of a flag whose badge was clicked in the chart.
        journal_asked: key of the case whose history should be read.
    """

    earlier_asked = Signal()
    later_asked = Signal()
    now_asked = Signal()
    flag_clicked = Signal(object)
    journal_asked = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self.snapshot: Snapshot | None = None
        self.model: ChartModel | None = None
        self._look = Look()
        self._journal_of: str | None = None
        self.banner, self.answers, self.strip = Banner(), Answers(), AsOfStrip()
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Views of the case")
        self.tabs.setDrawBase(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        for name in TABS:
            self.tabs.addTab(name)
        self.axis, self.values = Switch("Axis", AXES), Switch("Values", VALUES)
        self.switches = QWidget()
        self._pair = FlowLayout(self.switches, gap=12)
        self._pair.addWidget(self.axis)
        self._pair.addWidget(self.values)
        self._bar = QWidget()
        flow = FlowLayout(self._bar, gap=8, spread=True)
        flow.addWidget(self.tabs)
        flow.addWidget(self.switches)
        keep_height(self._bar)
        self.chart = ChartPane()
        self.nothing = words("muted", NOTHING_DRAWN, name="nothing-drawn")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._card = QFrame()
        self._card.setProperty("role", "card")
        inside = QVBoxLayout(self._card)
        inside.setContentsMargins(8, 8, 8, 8)
        inside.addWidget(self.chart, 1)
        inside.addWidget(self.nothing, 1)
        self._data: DataView | None = None
        self._history: HistoryView | None = None
        self.stack = Pages()
        self.stack.addWidget(self._card)
        body = Scrolled()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(16, 10, 16, 14)
        inner.setSpacing(10)
        for widget in (self.strip, self.answers, self._bar):
            inner.addWidget(widget)
        inner.addWidget(self.stack, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(scroll, 1)
        self.banner.earlier_asked.connect(self.earlier_asked)
        self.banner.later_asked.connect(self.later_asked)
        self.strip.now_asked.connect(self.now_asked)
        self.tabs.currentChanged.connect(self._on_tab)
        self.axis.picked.connect(self._on_picked)
        self.values.picked.connect(self._on_picked)
        self.chart.badge_clicked.connect(self._on_badge)

    @property
    def data(self) -> "DataView":
        """The data page, made when it is first turned to."""
        if self._data is None:
            from nacdesk.gui.data_view import DataView

            self._data = DataView(self._session)
            self._data.attention_asked.connect(self._on_attention)
            self._pair.addWidget(self._data.pages)
            self._data.pages.picked.connect(self._on_data_page)
            self.stack.addWidget(self._data)
        return self._data

    @property
    def history(self) -> "HistoryView":
        """The history page, made when it is first turned to."""
        if self._history is None:
            from nacdesk.gui.history import HistoryView

            self._history = HistoryView()
            self.stack.addWidget(self._history)
        return self._history

    def show_snapshot(self, snapshot: Snapshot, look: Look) -> None:
        """Draw everything of this case from this one snapshot."""
        self.snapshot, self._look = snapshot, look
        self._journal_of = None
        self.banner.show_snapshot(snapshot, look)
        self.strip.show_snapshot(snapshot)
        self.answers.show_answers(snapshot.review.answers, look)
        self._draw()
        self._show_page()

    def highlight(self, number: int | None) -> None:
        """Mark the badge of a flag in the chart."""
        self.chart.highlight(number)

    def show_journal(self, journal: Journal) -> None:
        """Show the history of the case when it is still this one."""
        if self._history is not None:
            self._history.show_journal(journal)

    def show_tab(self, place: int) -> None:
        """Turn to a tab."""
        self.tabs.setCurrentIndex(place)

    def turn_to_data(self) -> None:
        """Turn to the data with the cursor in the flowsheet."""
        self.show_tab(TABS.index("Data"))
        self.data.take_focus()

    def ask_sheet(self, name: str, _checked: bool = False) -> None:
        """Do something in the flowsheet, by the name of an Asked."""
        from nacdesk.gui.sheet_view import Asked

        self.show_tab(TABS.index("Data"))
        self.data.pages.press("sheet")
        self.data.sheet.do(Asked[name])

    def ask_form(self, title: str, _checked: bool = False) -> None:
        """Turn to a form, with the cursor in it."""
        self.show_tab(TABS.index("Data"))
        self.data.pages.press("forms")
        self.data.forms.take_focus(title)

    def next_axis(self) -> None:
        """Cycles, days, dates."""
        self.axis.next()

    def next_values(self) -> None:
        """Absolute, per cent change."""
        self.values.next()

    def _draw(self) -> None:
        if self.snapshot is None:
            return
        view = ChartView(self.axis.key, self.values.key)  # type: ignore[arg-type]  # the keys of AXES and VALUES
        self.model = timeline_chart(self.snapshot.review, view)
        drawn = bool(self.model.panels)
        self.chart.setVisible(drawn)
        self.nothing.setVisible(not drawn)
        self.chart.setMinimumHeight(self._look.px(CHART_LEAST))
        self.chart.expect(self.snapshot.key)
        self.chart.show_model(self.model if drawn else None, self._look.theme, self._look.scale)

    def _show_page(self) -> None:
        """Fill the page in view; the others are filled when they are turned to."""
        if self.snapshot is None or self.model is None:
            return
        page = TABS[self.tabs.currentIndex()]
        reads = page == "Data" and self.data.pages.key == "facts"
        for switch in (self.axis, self.values):
            switch.setVisible(page == "Timeline" or reads)
        if self._data is not None:
            self._data.pages.setVisible(page == "Data")
        if page == "Data":
            self.data.show_case(self.snapshot.review, self.model, self._look)
        elif page == "History" and self._journal_of is None:
            self._journal_of = self.snapshot.key
            self.history.wait_for(self.snapshot.key)
            self.journal_asked.emit(self.snapshot.key)

    def _on_tab(self, place: int) -> None:
        self.stack.setCurrentWidget(self._page(TABS[place]))
        self._show_page()

    def _page(self, name: str) -> QWidget:
        if name == "Data":
            return self.data
        return self.history if name == "History" else self._card

    def _on_data_page(self, _key: object) -> None:
        self._show_page()

    def _on_attention(self) -> None:
        """Something half entered keeps the case on show: turn to it."""
        self.show_tab(TABS.index("Data"))
        self.data.show_open()

    def _on_badge(self, badge: Badge) -> None:
        self.flag_clicked.emit(badge.number)

    def _on_picked(self, _key: object) -> None:
        self._draw()
        self._show_page()
