from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea

from nacdesk.charts import palette
from nacdesk.gui.labels import Link, together
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.tables import TextTable
from nacdesk.settings import Settings
from tests.gui.conftest import OpenWindow
from tests.gui.hands import NOTHING, PRIMARY, REGROWTH, UNDATED, settle, show

MARGIN = 3  # Qt leaves it at either side of the words in a cell
SIZES = ((1440, 900), (1280, 720), (1024, 768))


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_H19_words_stand_out_from_what_they_stand_on(theme: str) -> None:
    c = palette.colours(theme)
    for ink in (c.ink, c.muted, c.alert, c.watch, c.fine, c.info, c.accent):
        for ground in (c.paper, c.ground, c.accent_soft):
            assert palette.contrast(ink, ground) >= 4.5, (theme, ink, ground)
    for ink, ground in ((c.watch, c.watch_soft), (c.fine, c.fine_soft), (c.alert, c.alert_soft), (c.on_accent, c.accent), (c.ink, c.chip), (c.muted, c.chip)):
        assert palette.contrast(ink, ground) >= 4.5, (theme, ink, ground)


@pytest.mark.parametrize("scale", [100, 125, 150, 175, 200])
def test_H43_no_number_is_cut_at_any_text_size_and_window_size(open_window: OpenWindow, demo: Path, scale: int) -> None:
    window = open_window(demo, Settings(theme="light", text_scale=scale))
    for size in SIZES:
        window.resize(*size)
        for key in (PRIMARY, REGROWTH, UNDATED, NOTHING):
            show(window, key)
            if window.flags.cards and not window.flags.cards[0].isHidden():
                window.flags.toggle_basis()
            settle(window)
            assert (window.width(), window.height()) == size, "the window does not fit the screen"
            assert cut(window) == []


def cut(window: MainWindow) -> list[str]:
    """Words in view that do not fit into their place."""
    found: list[str] = []
    for area in window.findChildren(QScrollArea):
        inside = area.widget()
        if area.isVisible() and inside.width() > area.viewport().width():
            found.append(f"{area.accessibleName() or area.objectName()}: content is {inside.width()} wide, the view {area.viewport().width()}")
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.text():
            if label.wordWrap():
                longest = QLabel.minimumSizeHint(label).width()
                if label.width() < longest or label.height() < label.heightForWidth(label.width()):
                    found.append(f"label {label.text()!r}: {label.width()}x{label.height()}, needs {longest}x{label.heightForWidth(label.width())}")
            elif label.width() < label.sizeHint().width():
                found.append(f"label {label.text()!r} is {label.width()} wide, needs {label.sizeHint().width()}")
    buttons = [button for button in window.findChildren(QAbstractButton) if button.isVisible() and button.text() and not button.inherits("QToolButton")]
    for button in buttons:
        needs = button.fontMetrics().size(0, button.text()).width() if isinstance(button, Link) else button.sizeHint().width()
        if button.width() < needs:
            found.append(f"button {button.text()!r} is {button.width()} wide, needs {needs}")
    return found + cut_rows(window)


def cut_rows(window: MainWindow) -> list[str]:
    view, found = window.worklist.list, []
    for place in range(window.worklist.model.rowCount()):
        index = window.worklist.model.index(place)
        rect, wanted = view.visualRect(index), view.sizeHintForIndex(index)
        if rect.width() > view.viewport().width() or rect.height() < wanted.height():
            found.append(f"row {place}: {rect.width()}x{rect.height()}, needs {wanted.width()}x{wanted.height()} in {view.viewport().width()}")
    return found


@pytest.mark.parametrize("scale", [100, 200])
def test_H43_no_cell_of_a_table_is_elided(open_window: OpenWindow, demo: Path, scale: int) -> None:
    window = open_window(demo, Settings(theme="light", text_scale=scale), size=(1024, 768))
    window.case.data.pages.press("facts")
    for tab in (1, 2):
        window.case.show_tab(tab)
        settle(window)
        for table in window.case.stack.currentWidget().findChildren(TextTable):
            assert table.textElideMode() == Qt.TextElideMode.ElideNone
            metrics = table.fontMetrics()
            for column in range(table.words.columnCount()):
                pieces = [text for row in table.words.rows for text in ([row[column]] if not table._wrapped else row[column].split())]
                assert table.columnWidth(column) >= max(map(metrics.horizontalAdvance, pieces), default=0)
            for row in range(table.words.rowCount()):
                for column, text in enumerate(table.words.rows[row]):
                    room = QRect(0, 0, table.columnWidth(column) - 2 * MARGIN, 10_000)
                    assert table.rowHeight(row) >= metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height(), (row, text)


def test_the_dates_and_units_of_a_sentence_stay_together() -> None:
    assert together("47 → 44 mm (−6.4 %) on 17 Oct 2026") == "47 →\u00a044\u00a0mm (−6.4\u00a0%) on 17\u00a0Oct\u00a02026"
    assert together("11.2 ng/mL") == "11.2\u00a0ng/mL"


def test_a_chosen_look_is_kept(window: MainWindow, tmp_path: Path) -> None:
    window.actions_.themes["dark"].trigger()
    window.actions_.scales[150].trigger()
    assert window.look.theme == "dark"
    assert window.look.scale == 1.5
    text = (tmp_path / "settings.toml").read_text("utf-8")
    assert 'theme = "dark"' in text
    assert "text_scale = 150" in text
    assert window.palette().window().color().name() == palette.colours("dark").paper
