"""The fictitious cases as the benchmark uses them."""

from functools import cache
from pathlib import Path

from PySide6.QtWidgets import QApplication

from nacdesk.catalog import load
from nacdesk.charts.build import timeline_chart
from nacdesk.charts.model import ChartModel, ChartView
from nacdesk.domain.judgements import Review
from nacdesk.domain.review import review
from nacdesk.gui import chart_paint
from nacdesk.gui.app import make_application
from nacdesk.interop.read import read

ROOT = Path(__file__).resolve().parents[2]
FONTS = tuple(str(ROOT / "resources/fonts" / name) for name in ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf"))



def application() -> QApplication:
    """The one application of this process, made as the program makes it."""
    made = QApplication.instance() or make_application()
    assert isinstance(made, QApplication)
    chart_paint.family()  # registers the shipped fonts
    return made


@cache
def reviews() -> tuple[Review, ...]:
    """Every sample, judged; the first is the one of the drawings."""
    catalog = load()
    files = sorted((ROOT / "resources/samples").glob("*.csv"))
    return tuple(review(read([file], catalog, fictitious=True).histories[0], catalog, None) for file in files)


@cache
def models() -> tuple[ChartModel, ...]:
    """The charts of the samples that have something to draw."""
    return tuple(model for model in (timeline_chart(one, ChartView()) for one in reviews()) if len(model.panels) > 1)
