"""The chart of a case in the window: paints the plan, moves the cursor line, lets badges be clicked.

The first frame is painted here with QPainter, so that neither numpy nor pyqtgraph is loaded before it;
once the window is idle a pyqtgraph scene (`chart_scene`) takes over and paints the same primitives with
the same function. Mouse and keys are handled here in both.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QFocusEvent, QHelpEvent, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QToolTip, QVBoxLayout, QWidget

from nacdesk.charts import palette
from nacdesk.charts.layout import lay_out, least_height, x_at, y_at
from nacdesk.charts.layout_cursor import chosen, cursor
from nacdesk.charts.model import Badge, ChartModel, Point, Readout
from nacdesk.charts.primitives import Line, Plan, Primitive
from nacdesk.gui import chart_paint

if TYPE_CHECKING:
    from nacdesk.gui.chart_scene import ChartScene

_IDLE_MS = 400  # after the first paint, before pyqtgraph is loaded
_REACH = 9.0  # pixels around a point in which its tooltip shows


class ChartPane(QWidget):
    """One case's linked panels.

    Attributes:
        model: the chart shown, None for none.
        plan: the same laid out for the size of the pane, None without a model.

    Signals:
        badge_clicked: a Badge, by mouse or by Enter.
        cursor_moved: the Readout under the cursor line, None when the line goes.
    """

    badge_clicked = Signal(object)
    cursor_moved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model: ChartModel | None = None
        self._expected: str | None = None
        self._theme, self._scale = "light", 1.0
        self._place: int | None = None
        self._number: int | None = None
        self._framed = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Timeline chart")
        self._stage = _Stage(self)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._stage)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)

    @property
    def plan(self) -> Plan | None:
        """The plan that is painted."""
        return self._stage.plan

    def expect(self, case: str | None) -> None:
        """Only charts of this case are shown from now on; that of another case is taken away at once."""
        self._expected = case
        if self.model is not None and self.model.case != case:
            self.show_model(None, self._theme, self._scale)

    def show_model(self, model: ChartModel | None, theme: str, scale: float = 1.0) -> bool:
        """Show a chart, or none.

        A chart of a case that is not expected any more, or older than the one shown, came late: it is dropped.

        Returns:
            whether it is shown now.
        """
        if model is not None:
            if self._expected is not None and model.case != self._expected:
                return False
            if self.model is not None and model.case == self.model.case and model.revision < self.model.revision:
                return False
        same_case = model is not None and self.model is not None and model.case == self.model.case
        if not same_case:
            self._move_to(None)
            self._number = None
        self.model, self._theme, self._scale = model, theme, scale
        if self._place is not None and (model is None or self._place >= len(model.readouts)):
            self._move_to(None)
        self.setAccessibleDescription(model.summary if model is not None else "")
        self._stage.setMinimumHeight(round(least_height(model, scale, tight=True)) if model is not None and model.panels else 0)
        self._stage.lay_out()
        return True

    def highlight(self, number: int | None) -> None:
        """Point out the flag of that number, and scroll to it; None for none."""
        self._number = number
        spot = next((spot for spot in self.plan.badges if spot.number == number), None) if self.plan is not None else None
        if spot is not None:
            self._scroll.ensureVisible(round(spot.x), round(spot.y), 40, 60)
        self._stage.show_above()

    def readout(self) -> Readout | None:
        """What the cursor line reads."""
        return self.model.readouts[self._place] if self.model is not None and self._place is not None else None

    def above(self) -> tuple[Primitive, ...]:
        """What lies above the plan now: the chosen flag, the cursor line, the focus."""
        plan, model = self.plan, self.model
        if plan is None or model is None:
            return ()
        drawn: list[Primitive] = []
        if self._number is not None:
            drawn += chosen(plan, self._number, self._theme)
        if self._place is not None:
            drawn += cursor(plan, model, self._place, self._theme, chart_paint.measure)
        if self._framed:
            drawn += _frame(plan, palette.colours(self._theme).accent)
        return tuple(drawn)

    def sizeHint(self) -> QSize:
        """Room for four panels."""
        return QSize(780, 600)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the cursor line, up and down go through the badges, Enter clicks one, Escape clears."""
        model = self.model
        key = event.key()
        if model is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and model.readouts:
            self._step(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and model.readouts:
            self._move_to(0 if key == Qt.Key.Key_Home else len(model.readouts) - 1, aloud=True)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._numbers():
            self._choose(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._badge(self._number) is not None:
            self.badge_clicked.emit(self._badge(self._number))
        elif key == Qt.Key.Key_Escape and (self._place is not None or self._number is not None):
            self._number = None
            self._move_to(None)
            self._stage.show_above()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus that came by a key."""
        super().focusInEvent(event)
        self._framed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
        self._stage.show_above()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus."""
        super().focusOutEvent(event)
        self._framed = False
        self._stage.show_above()

    def hover(self, at: QPointF) -> None:
        """The mouse is there: the cursor line goes to the nearest visit."""
        plan, model = self.plan, self.model
        if plan is None or model is None or not model.readouts:
            return
        inside = plan.plot_x0 - 12 <= at.x() <= plan.plot_x1 + 12
        self._move_to(_nearest(at.x(), [x_at(plan, model, readout.x) for readout in model.readouts]) if inside else None)
        self._stage.setCursor(Qt.CursorShape.PointingHandCursor if self._badge_at(at) is not None else Qt.CursorShape.ArrowCursor)

    def leave(self) -> None:
        """The mouse is gone."""
        self._move_to(None)

    def press(self, at: QPointF) -> None:
        """A click: on a badge it tells of it."""
        badge = self._badge_at(at)
        if badge is not None:
            self.highlight(badge.number)
            self.badge_clicked.emit(badge)

    def tip(self, at: QPointF) -> str:
        """What a tooltip says there: the flag of a badge, the value of a point, else nothing."""
        badge = self._badge_at(at)
        if badge is not None:
            word = {"alert": "alert", "watch": "watch", "info": "note"}[badge.severity]
            return f"Flag {badge.number} ({word}) · {badge.rule}"
        point = self._point_at(at)
        return point.readout if point is not None else ""

    def _step(self, by: int) -> None:
        assert self.model is not None
        last = len(self.model.readouts) - 1
        if self._place is None:
            self._move_to(0 if by > 0 else last, aloud=True)
        else:
            self._move_to(min(max(self._place + by, 0), last), aloud=True)

    def _move_to(self, place: int | None, aloud: bool = False) -> None:
        if place == self._place:
            return
        self._place = place
        self._stage.show_above()
        readout = self.readout()
        if aloud and readout is not None:
            spoken = f"{readout.title}: {'; '.join(text for _, text in readout.texts)}"
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, spoken))
        self.cursor_moved.emit(readout)

    def _numbers(self) -> list[int]:
        return sorted(spot.number for spot in self.plan.badges) if self.plan is not None else []

    def _choose(self, by: int) -> None:
        numbers = self._numbers()
        if self._number in numbers:
            self.highlight(numbers[(numbers.index(self._number) + by) % len(numbers)])
        else:
            self.highlight(numbers[0 if by > 0 else -1])

    def _badge(self, number: int | None) -> Badge | None:
        panels = self.model.panels if self.model is not None else ()
        return next((badge for panel in panels for badge in panel.badges if badge.number == number), None)

    def _badge_at(self, at: QPointF) -> Badge | None:
        """The badge or flagged point there; between two badges the nearer one."""
        spots = self.plan.badges if self.plan is not None else ()
        near = [(_apart(at, spot.x, spot.y), spot) for spot in spots if _apart(at, spot.x, spot.y) <= spot.reach]
        return self._badge(min(near, key=_distance)[1].number) if near else None

    def _point_at(self, at: QPointF) -> Point | None:
        plan, model = self.plan, self.model
        if plan is None or model is None:
            return None
        plans = {panel.key: panel for panel in plan.panels}
        near = [
            (_apart(at, x_at(plan, model, point.x), y_at(plans[panel.key], panel, point.y)), point) for panel in model.panels for series in panel.series for point in series.points
        ]
        best = min(near, key=_distance, default=None)
        return best[1] if best is not None and best[0] <= _REACH * plan.scale else None

    def look(self) -> tuple[str, float]:
        """Theme and scale in force."""
        return self._theme, self._scale


class _Stage(QWidget):
    """The drawing itself, as wide as the pane and at least as high as its panels need."""

    def __init__(self, pane: ChartPane) -> None:
        super().__init__()
        self.plan: Plan | None = None
        self._pane = pane
        self._scene: ChartScene | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(_IDLE_MS)
        self._idle.timeout.connect(self._on_idle)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def lay_out(self) -> None:
        """Make the plan for the model and this size, and show it."""
        model, (theme, scale) = self._pane.model, self._pane.look()
        self.plan = None if model is None else lay_out(model, self.width(), self.height(), theme, chart_paint.measure, scale)
        if self._scene is not None:
            self._fill(self._scene)
        else:
            self.update()

    def show_above(self) -> None:
        """The cursor line or the chosen flag changed."""
        if self._scene is not None:
            self._scene.show_above(self.plan or _NOTHING, self._pane.above())
        else:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first frames, before there is a scene; below the scene nothing shows."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(palette.colours(self._pane.look()[0]).paper))
        if self._scene is not None or self.plan is None:
            return
        chart_paint.paint(painter, self.plan.primitives)
        chart_paint.paint(painter, self._pane.above())
        if self.isVisible() and not self._idle.isActive():
            self._idle.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size is another plan."""
        super().resizeEvent(event)
        if self._scene is not None:
            self._scene.setGeometry(self.rect())
        self.lay_out()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is loaded for a chart that nobody sees."""
        self._idle.stop()
        super().hideEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the cursor line."""
        self._pane.hover(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Take the cursor line away."""
        super().leaveEvent(event)
        self._pane.leave()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Click a badge."""
        self._pane.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pane.press(event.position())

    def event(self, event: QEvent) -> bool:
        """Tooltips of badges and points."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self._pane.tip(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _on_idle(self) -> None:
        """The window is up: pyqtgraph may be loaded now, and takes over."""
        from nacdesk.gui.chart_scene import ChartScene

        scene = ChartScene(self)
        scene.setGeometry(self.rect())
        self._fill(scene)
        self._scene = scene
        scene.show()

    def _fill(self, scene: "ChartScene") -> None:
        plan = self.plan or _NOTHING
        scene.show_plan(plan, palette.colours(self._pane.look()[0]).paper)
        scene.show_above(plan, self._pane.above())


_NOTHING = Plan(0.0, 0.0, 0.0, 0.0, ())


def _frame(plan: Plan, colour: str) -> tuple[Primitive, ...]:
    """A line round the drawing that shows the focus."""
    right, bottom = plan.width - 1, plan.height - 1
    corners = ((1.0, 1.0, right, 1.0), (right, 1.0, right, bottom), (1.0, bottom, right, bottom), (1.0, 1.0, 1.0, bottom))
    return tuple(Line("cursor", *corner, colour, 1.0) for corner in corners)


def _nearest(x: float, places: Iterable[float]) -> int:
    return min(enumerate(abs(x - place) for place in places), key=_second)[0]


def _second(pair: tuple[int, float]) -> float:
    return pair[1]


def _distance(pair: tuple[float, object]) -> float:
    return pair[0]


def _apart(at: QPointF, x: float, y: float) -> float:
    return ((at.x() - x) ** 2 + (at.y() - y) ** 2) ** 0.5
