"""Readers side by side in the window."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from nacdesk.domain.rules import Catalog
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.readers_panel import VisitReadings
from nacdesk.interop.read import read
from nacdesk.settings import Settings
from tests.gui.conftest import OpenWindow
from tests.gui.hands import PRIMARY, press, settle, show
from tests.gui.test_looks import cut

TWO = """\
case,visit,date,cycle,analyte,value,unit,lesion,reader,accepted
R-1,baseline,2026-01-05,0,size.diameter,50,mm,T1,<b>A</b>,yes
R-1,baseline,2026-01-05,0,size.diameter,52,mm,T1,B,
R-1,after C3,2026-03-09,3,size.diameter,35,mm,T1,<b>A</b>,yes
R-1,after C3,2026-03-09,3,size.diameter,36.5,mm,T1,B,
R-1,after C3,2026-03-09,3,lesion.new,no,,,,
S-1,baseline,2026-01-05,0,pet.suvmax,8.4,g/mL,T1,A,
S-1,baseline,2026-01-05,0,pet.suvmax,9.1,g/mL,T1,B,
"""


@pytest.fixture
def readers(window: MainWindow, catalog: Catalog, tmp_path: Path) -> MainWindow:
    """A window that shows the case of two readers."""
    add(window, catalog, tmp_path)
    show(window, "R-1")
    return window


def add(window: MainWindow, catalog: Catalog, folder: Path) -> None:
    table = folder / "two.csv"
    table.write_text(TWO, "utf-8")
    found = read([table], catalog)
    assert not found.problems
    window.session.add(found, lambda _changes: None)
    settle(window)


def test_unlike_responses_stand_there_unasked_and_markup_stays_text(readers: MainWindow) -> None:
    panel = readers.findings.readers
    assert panel.isVisible()
    assert panel.title.text() == "Readers: <b>A</b> and B"
    assert panel.title.textFormat() == Qt.TextFormat.PlainText
    assert "≠ After C3 (9\u00a0Mar\u00a02026): overall response PR by &lt;b&gt;A&lt;/b&gt;, SD by B; the accepted reading (&lt;b&gt;A&lt;/b&gt;) counts." in panel.notes.text()
    assert panel.visits == []


def test_opened_by_key_each_visit_shows_a_reading_of_each_reader(readers: MainWindow) -> None:
    panel = readers.findings.readers
    panel.toggle.setFocus(Qt.FocusReason.TabFocusReason)
    press(readers, Qt.Key.Key_Space)
    settle(readers)
    first, last = panel.visits
    assert spoken(first) == ["<b>A</b>, accepted: sum 50 mm", "B: sum 52 mm"]
    assert spoken(last) == [
        "<b>A</b>, accepted: sum 35 mm, −30.0 % from baseline, −30.0 % from nadir, target PR, new lesion no, overall PR",
        "B: sum 36.5 mm, −29.8 % from baseline, −29.8 % from nadir, target SD, new lesion no, overall SD",
    ]
    assert "1.5\u00a0mm apart (4.3\u00a0% of the smaller)" in " ".join(label.text() for label in last.findChildren(QLabel))
    press(readers, Qt.Key.Key_Space)
    assert panel.visits == []


def spoken(visit: VisitReadings) -> list[str]:
    return [frame.accessibleName() for frame in visit.findChildren(type(visit).__mro__[1]) if frame.property("role") == "card"]


def test_values_without_a_course_are_told_at_once(readers: MainWindow) -> None:
    show(readers, "S-1")
    panel = readers.findings.readers
    assert panel.isVisible()
    assert "8.4\u00a0g/mL by A, 9.1\u00a0g/mL by B" in panel.notes.text()
    assert not panel.toggle.isVisible()


def test_H02_one_reader_has_no_panel_and_nothing_of_the_case_before(readers: MainWindow) -> None:
    readers.findings.readers.toggle.click()
    show(readers, PRIMARY)
    panel = readers.findings.readers
    assert not panel.isVisible()
    assert panel.visits == []
    show(readers, "R-1")
    assert panel.isVisible()
    assert panel.visits == []


@pytest.mark.parametrize("scale", [100, 200])
def test_H43_nothing_is_cut_when_it_is_open(open_window: OpenWindow, demo: Path, catalog: Catalog, tmp_path: Path, scale: int) -> None:
    window = open_window(demo, Settings(theme="light", text_scale=scale), size=(1024, 768))
    add(window, catalog, tmp_path)
    show(window, "R-1")
    window.findings.readers.toggle.click()
    settle(window)
    assert cut(window) == []
