"""From one case to the next with the data in hand: the window's chart, the same primitives by QPainter, a fresh matplotlib figure."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsView, QWidget

from nacdesk.charts.layout import lay_out
from nacdesk.charts.model import ChartModel
from nacdesk.gui import chart_paint
from tests.bench import cases
from tests.bench.cases import models
from tests.bench.floor import Call, draw, plain, prepared
from tests.bench.rounds import FLOOR, PEER, PROGRAM, Outcome, compare

CHART = (860, 640)
PAPER = QColor("#ffffff")


class Floor(QWidget):
    """Paints prepared calls."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), PAPER)
        draw(painter, self.calls)
        painter.end()


def measure(rounds: int) -> list[Outcome]:
    """CPU time of one switch, each case of the samples once a round."""
    from nacdesk.gui.chart_view import ChartPane

    application = cases.application()
    pane, floor = ChartPane(), Floor()
    for widget in (pane, floor):
        widget.resize(*CHART)
        widget.show()
    pane.show_model(models()[0], "light")
    stop = time.monotonic() + 20
    while pane.findChild(QGraphicsView) is None and time.monotonic() < stop:  # the scene takes over when the window is idle
        application.processEvents()
    drawn = [calls(model) for model in models()]
    plains = [asdict(model) for model in models()]

    def program(place: int) -> None:
        pane.show_model(models()[place], "light")
        application.processEvents()

    def paint(place: int) -> None:
        floor.calls = drawn[place]
        floor.update()
        application.processEvents()

    def peer(place: int) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        from tests.bench.peer import draw as draw_figure

        figure = Figure(figsize=(CHART[0] / 100, CHART[1] / 100), dpi=100)
        canvas = FigureCanvasAgg(figure)
        draw_figure(figure, plains[place])
        canvas.draw()

    def each(one: Callable[[int], None]) -> float:
        begin = time.process_time()
        for place in range(len(drawn)):
            one(place)
        return (time.process_time() - begin) * 1e3 / len(drawn)

    found = compare("case switch, chart, CPU", {PROGRAM: lambda: each(program), FLOOR: lambda: each(paint), PEER: lambda: each(peer)}, rounds)
    for widget in (pane, floor):
        widget.close()
        widget.deleteLater()
    return [found]


def calls(model: ChartModel) -> list[Call]:
    """The floor's calls for a chart."""
    laid = lay_out(model, *CHART, "light", chart_paint.measure)
    return prepared(plain(laid.primitives), chart_paint.family())


def picture(paint: Callable[[QPainter], Any]) -> QImage:
    """What `paint` draws, for comparing floor and program."""
    image = QImage(*CHART, QImage.Format.Format_RGB32)
    image.fill(PAPER)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return image
