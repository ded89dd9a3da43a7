"""The chart as a pyqtgraph scene: one item a panel paints its part of the plan, one more the cursor above them.

Imported after the first paint (pyqtgraph and numpy take longer to load than the window); `chart_view`
paints the same primitives with the same function until then.
"""

import pyqtgraph
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from nacdesk.charts.primitives import Plan, Primitive
from nacdesk.gui import chart_paint


class PrimitivesItem(pyqtgraph.GraphicsObject):
    """Paints primitives within an area; kept and given new ones, never rebuilt."""

    def __init__(self) -> None:
        super().__init__()
        self._area = QRectF()
        self._primitives: tuple[Primitive, ...] = ()

    def show_primitives(self, area: QRectF, primitives: tuple[Primitive, ...]) -> None:
        """Paint these from now on; `area` holds them all, in pixels of the view."""
        if area != self._area:
            self.prepareGeometryChange()
            self._area = area
        self._primitives = primitives
        self.update()

    def boundingRect(self) -> QRectF:
        """The area to paint."""
        return self._area

    def paint(self, painter: QPainter, *_: object) -> None:
        """Paint as the first frame was painted."""
        chart_paint.paint(painter, self._primitives)


class ChartScene(pyqtgraph.GraphicsView):
    """Shows a plan at one pixel a unit. It leaves mouse and keys to the widget below it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, background=None)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)  # a plan changes everywhere; no regions to work out
        self._paper = ""
        self._panels: list[PrimitivesItem] = []
        self._above = PrimitivesItem()
        self._above.setZValue(1)
        self.addItem(self._above)

    def show_plan(self, plan: Plan, paper: str) -> None:
        """Give each panel its item; items are kept from plan to plan."""
        if paper != self._paper:
            self._paper = paper
            self.setBackground(QColor(paper))
        while len(self._panels) < len(plan.panels):
            self._panels.append(PrimitivesItem())
            self.addItem(self._panels[-1])
        for place, item in enumerate(self._panels):
            if place < len(plan.panels):
                panel = plan.panels[place]
                # Badges, rings and labels at the edge of a plot reach a little into the neighbour's area.
                item.show_primitives(QRectF(panel.x, panel.y, panel.width, panel.height).adjusted(0, -16, 0, 16), panel.primitives)
            else:
                item.show_primitives(QRectF(), ())

    def show_above(self, plan: Plan, primitives: tuple[Primitive, ...]) -> None:
        """The cursor line and the chosen flag, above all panels."""
        self._above.show_primitives(QRectF(0, 0, plan.width, plan.height) if primitives else QRectF(), primitives)
