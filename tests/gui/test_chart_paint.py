"""Pictures of charts: right size, sharp lines, dense letters, no module that the first frame must not load."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontInfo, QImage, QPainter
from PySide6.QtWidgets import QApplication

from nacdesk.charts import palette
from nacdesk.charts.build import timeline_chart
from nacdesk.charts.layout_panel import shape
from nacdesk.charts.model import ChartModel, ChartView
from nacdesk.charts.primitives import Line, Primitive, Text
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.gui import chart_paint
from nacdesk.interop.read import read

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "resources/samples").glob("*.csv"))


@pytest.fixture(scope="module")
def model(catalog: Catalog) -> ChartModel:
    """The chart of the case of the drawings."""
    return timeline_chart(review(read([SAMPLES[0]], catalog, fictitious=True).histories[0], catalog), ChartView())


def painted(*primitives: Primitive, width: int = 60, height: int = 40) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    chart_paint.paint(painter, primitives)
    painter.end()
    return image


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_the_family_is_the_shipped_condensed_one(qapp: QApplication) -> None:
    assert chart_paint.family() == "DejaVu Sans Condensed"
    assert QFontInfo(chart_paint.font(12, True)).exactMatch()
    assert chart_paint.measure("sum 44", 12, True) > chart_paint.measure("sum 44", 12, False) > chart_paint.measure("sum 4", 12, False)


@pytest.mark.parametrize(("x0", "y0", "x1", "y1"), [(5.0, 10.3, 50.0, 10.3), (20.7, 2.0, 20.7, 30.0)])
def test_a_thin_line_along_an_axis_is_one_sharp_pixel(qapp: QApplication, x0: float, y0: float, x1: float, y1: float) -> None:
    assert colours(painted(Line("grid", x0, y0, x1, y1, "#336699", 1.0))) == {"#ffffff", "#336699"}


def test_a_dashed_line_along_an_axis_is_sharp_and_has_gaps(qapp: QApplication) -> None:
    image = painted(Line("threshold", 0.0, 10.4, 60.0, 10.4, "#336699", 1.0, (5.0, 4.0)))
    row = [image.pixelColor(x, 10).name() for x in range(60)]
    assert row.count("#336699") > 20
    assert row.count("#ffffff") > 15
    assert {image.pixelColor(x, y).name() for x in range(60) for y in (9, 11)} == {"#ffffff"}


def test_text_stands_on_its_baseline_and_is_anchored(qapp: QApplication) -> None:
    for anchor, left, right in (("start", 30, 60), ("end", 0, 30), ("middle", 15, 45)):
        image = painted(Text("label", 30.0, 30.0, "HH", "#000000", 12.0, False, anchor))  # type: ignore[arg-type]  # the closed list of anchors
        inked = [(x, y) for x in range(60) for y in range(40) if image.pixelColor(x, y).lightness() < 128]
        assert min(x for x, _ in inked) >= left - 1
        assert max(x for x, _ in inked) <= right + 1
        assert max(y for _, y in inked) == 29


def test_a_picture_has_the_size_and_the_paper_of_its_theme(qapp: QApplication, model: ChartModel) -> None:
    for theme in ("light", "dark", "paper", "contrast"):
        image = chart_paint.to_image(model, 700, 520, theme, 1.5)
        assert (image.width(), image.height(), image.devicePixelRatio()) == (1050, 780, 1.5)
        assert image.pixelColor(1048, 778).name() == palette.colours(theme).paper


def test_the_same_chart_gives_the_same_picture(qapp: QApplication, model: ChartModel) -> None:
    assert chart_paint.to_image(model, 700, 520) == chart_paint.to_image(model, 700, 520)


@pytest.mark.parametrize("theme", ["light", "dark", "paper", "contrast"])
@pytest.mark.parametrize("vision", ["grey", "protanopia", "deuteranopia", "tritanopia"])
def test_H19_severities_look_different_without_colour(qapp: QApplication, theme: str, vision: str) -> None:
    """Painted, seen without colour: the three shapes differ in far more pixels than a blurred edge has."""
    palette_of = palette.colours(theme)
    fills = {"alert": palette_of.alert, "watch": palette_of.watch, "info": palette_of.info}
    pictures = [_without_colour(painted(shape(severity, 20, 20, fill, palette_of.paper, 1.0)), vision) for severity, fill in fills.items()]
    for first in range(3):
        for second in range(first + 1, 3):
            apart = sum(abs(a - b) > 60 for a, b in zip(pictures[first], pictures[second], strict=True))
            assert apart > 60


_WEIGHTS = {"grey": (0.30, 0.59, 0.11), "protanopia": (0.02, 0.87, 0.11), "deuteranopia": (0.45, 0.44, 0.11), "tritanopia": (0.33, 0.66, 0.01)}


def _without_colour(image: QImage, vision: str) -> list[int]:
    """Brightness of each pixel, without the cone that is missing."""
    weights = _WEIGHTS[vision]
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return [round(sum(weight * part for weight, part in zip(weights, (pixel.red(), pixel.green(), pixel.blue()), strict=True))) for pixel in pixels]


def test_a_chart_is_painted_without_numpy_pyqtgraph_or_reportlab() -> None:
    """In a fresh process: what the first frame must not wait for."""
    code = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication([])\n"
        "from nacdesk.catalog import load\n"
        "from nacdesk.domain.facts import Case, History\n"
        "from nacdesk.domain.review import review\n"
        "from nacdesk.charts.build import timeline_chart\n"
        "from nacdesk.charts.model import ChartView\n"
        "from nacdesk.gui.chart_view import ChartPane\n"
        "pane = ChartPane()\n"
        "pane.resize(400, 300)\n"
        "pane.show_model(timeline_chart(review(History(Case('D')), load()), ChartView()), 'light')\n"
        "pane.show()\n"
        "app.processEvents()\n"
        "pane.grab()\n"
        "print(sorted({'numpy', 'pyqtgraph', 'reportlab', 'sqlite_utils', 'click'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parents[2])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
