"""The chart in the window: the right case, one cursor line, badges by mouse and keys, the same picture before and after the scene takes over."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nacdesk.charts.build import timeline_chart
from nacdesk.charts.layout import x_at
from nacdesk.charts.model import Badge, ChartModel, ChartView, Readout
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.gui.chart_view import ChartPane
from nacdesk.interop.read import read

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "resources/samples").glob("*.csv"))


@pytest.fixture(scope="module")
def models(catalog: Catalog) -> list[ChartModel]:
    """The charts of the sample cases."""
    return [timeline_chart(review(read([sample], catalog, fictitious=True).histories[0], catalog), ChartView()) for sample in SAMPLES]


@pytest.fixture
def pane(qtbot: QtBot, models: list[ChartModel]) -> Iterator[ChartPane]:
    """A chart pane that shows the case of the drawings."""
    made = ChartPane()
    qtbot.addWidget(made)
    made.resize(784, 600)
    made.show_model(models[0], "light")
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def heard(pane: ChartPane) -> dict[str, list[Any]]:
    """What the pane tells, as it tells it."""
    told: dict[str, list[Any]] = {"badge": [], "cursor": []}
    pane.badge_clicked.connect(told["badge"].append)
    pane.cursor_moved.connect(told["cursor"].append)
    return told


def place_of(pane: ChartPane, number: int) -> QPoint:
    """Where the badge of a flag is, in the pane."""
    assert pane.plan is not None
    spot = next(spot for spot in pane.plan.badges if spot.number == number)
    return pane._stage.mapTo(pane, QPoint(round(spot.x), round(spot.y)))


def wait_for_scene(qtbot: QtBot, pane: ChartPane) -> None:
    qtbot.waitUntil(lambda: pane._stage._scene is not None, timeout=20_000)


# The right case


def test_H02_a_late_chart_of_another_case_is_never_shown(pane: ChartPane, models: list[ChartModel]) -> None:
    pane.expect(models[1].case)
    assert pane.model is None
    assert pane.show_model(models[0], "light") is False
    assert pane.model is None
    assert pane.plan is None
    assert pane.show_model(models[1], "light") is True
    assert pane.model is models[1]


def test_H02_random_switches_show_only_what_is_expected(pane: ChartPane, models: list[ChartModel]) -> None:
    for step in range(300):
        wanted, late = models[step * 7 % len(models)], models[step * 3 % len(models)]
        pane.expect(wanted.case)
        pane.show_model(late, "light")
        assert pane.model is None or pane.model.case == wanted.case
        pane.show_model(wanted, "light")
        assert pane.model is wanted


def test_H02_an_older_revision_of_the_case_does_not_replace_a_newer_one(pane: ChartPane, models: list[ChartModel]) -> None:
    newer = replace(models[0], revision=5)
    assert pane.show_model(newer, "light")
    assert not pane.show_model(replace(models[0], revision=4), "light")
    assert pane.model is newer


def test_another_case_takes_cursor_and_highlight_away(pane: ChartPane, models: list[ChartModel]) -> None:
    told = heard(pane)
    QTest.keyClick(pane, Qt.Key.Key_End)
    pane.highlight(1)
    pane.show_model(models[1], "light")
    assert pane.readout() is None
    assert told["cursor"][-1] is None
    assert pane._number is None


def test_the_same_case_again_keeps_the_cursor(pane: ChartPane, models: list[ChartModel]) -> None:
    QTest.keyClick(pane, Qt.Key.Key_End)
    pane.show_model(replace(models[0], revision=1), "dark")
    assert pane.readout() == models[0].readouts[-1]


# Badges


def test_a_click_on_a_badge_tells_of_it(pane: ChartPane) -> None:
    told = heard(pane)
    for number in (3, 1, 6):
        QTest.mouseClick(pane._stage, Qt.MouseButton.LeftButton, pos=pane._stage.mapFrom(pane, place_of(pane, number)))
    assert [badge.number for badge in told["badge"]] == [3, 1, 6]
    assert all(isinstance(badge, Badge) for badge in told["badge"])


def test_a_click_beside_a_badge_tells_nothing(pane: ChartPane) -> None:
    told = heard(pane)
    QTest.mouseClick(pane._stage, Qt.MouseButton.LeftButton, pos=QPoint(300, 150))
    QTest.mouseClick(pane._stage, Qt.MouseButton.RightButton, pos=pane._stage.mapFrom(pane, place_of(pane, 1)))
    assert told["badge"] == []


def test_a_highlight_shows_and_goes(pane: ChartPane) -> None:
    before = pane.grab().toImage()
    pane.highlight(3)
    assert pane.grab().toImage() != before
    pane.highlight(None)
    assert pane.grab().toImage() == before
    pane.highlight(99)
    assert pane.grab().toImage() == before


def test_badges_are_reached_by_keys(pane: ChartPane) -> None:
    told = heard(pane)
    QTest.keyClick(pane, Qt.Key.Key_Return)
    for _ in range(2):
        QTest.keyClick(pane, Qt.Key.Key_Down)
    QTest.keyClick(pane, Qt.Key.Key_Return)
    QTest.keyClick(pane, Qt.Key.Key_Up)
    QTest.keyClick(pane, Qt.Key.Key_Up)
    QTest.keyClick(pane, Qt.Key.Key_Enter)
    assert [badge.number for badge in told["badge"]] == [2, 6]


def test_a_highlight_scrolls_to_its_badge(pane: ChartPane) -> None:
    pane.resize(500, 250)
    bar = pane._scroll.verticalScrollBar()
    assert bar.maximum() > 0
    pane.highlight(4)
    assert 0 <= place_of(pane, 4).y() <= 250
    pane.highlight(1)
    assert 0 <= place_of(pane, 1).y() <= 250


# The cursor line


def test_keys_move_the_cursor_line_through_all_visits(pane: ChartPane, models: list[ChartModel]) -> None:
    told = heard(pane)
    for _ in range(len(models[0].readouts) + 2):
        QTest.keyClick(pane, Qt.Key.Key_Right)
    QTest.keyClick(pane, Qt.Key.Key_Left)
    QTest.keyClick(pane, Qt.Key.Key_Home)
    QTest.keyClick(pane, Qt.Key.Key_Escape)
    assert told["cursor"] == [*models[0].readouts, models[0].readouts[-2], models[0].readouts[0], None]


def test_the_mouse_moves_the_cursor_line_to_the_nearest_visit_and_away(pane: ChartPane, models: list[ChartModel]) -> None:
    told = heard(pane)
    assert pane.plan is not None
    for readout in models[0].readouts:
        pane.hover(QPointF(x_at(pane.plan, models[0], readout.x) + 1, 200))
        pane.hover(QPointF(x_at(pane.plan, models[0], readout.x) - 1, 300))
    pane.hover(QPointF(pane.plan.width - 2, 200))
    assert told["cursor"] == [*models[0].readouts, None]
    pane.hover(QPointF(300, 200))
    assert isinstance(told["cursor"][-1], Readout)
    pane.leave()
    assert told["cursor"][-1] is None


def test_the_cursor_line_is_seen(pane: ChartPane) -> None:
    before = pane.grab().toImage()
    QTest.keyClick(pane, Qt.Key.Key_Right)
    assert pane.grab().toImage() != before


def test_tooltips_name_flags_and_values(pane: ChartPane, models: list[ChartModel]) -> None:
    assert pane.plan is not None
    spot = next(spot for spot in pane.plan.badges if spot.number == 3)
    assert pane.tip(QPointF(spot.x, spot.y)) == "Flag 3 (watch) · CTD-06"
    first = models[0].panels[0].series[0].points[0]
    laid = next(panel for panel in pane.plan.panels if panel.key == "size")
    y = laid.plot_y0 + (first.y - models[0].panels[0].y.low) / (models[0].panels[0].y.high - models[0].panels[0].y.low) * (laid.plot_y1 - laid.plot_y0)
    assert pane.tip(QPointF(x_at(pane.plan, models[0], first.x), y)) == "sum 47 mm"
    assert pane.tip(QPointF(2, 2)) == ""


# Screen readers, themes, sizes


def test_a_screen_reader_hears_name_and_summary(pane: ChartPane, models: list[ChartModel]) -> None:
    assert pane.accessibleName() == "Timeline chart"
    assert pane.accessibleDescription() == models[0].summary
    assert pane.focusPolicy() == Qt.FocusPolicy.StrongFocus
    pane.show_model(None, "light")
    assert pane.accessibleDescription() == ""


def test_focus_by_a_key_is_seen(pane: ChartPane) -> None:
    pane.clearFocus()
    before = pane.grab().toImage()
    pane.setFocus(Qt.FocusReason.TabFocusReason)
    assert pane.grab().toImage() != before
    pane.clearFocus()
    pane.setFocus(Qt.FocusReason.MouseFocusReason)
    assert pane.grab().toImage() == before


def test_keys_without_a_chart_do_nothing(pane: ChartPane) -> None:
    told = heard(pane)
    pane.show_model(None, "light")
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Return, Qt.Key.Key_Escape):
        QTest.keyClick(pane, key)
    pane.hover(QPointF(100, 100))
    pane.press(QPointF(100, 100))
    assert told == {"badge": [], "cursor": []}


@pytest.mark.parametrize("size", [(784, 600), (640, 440), (470, 480), (300, 200)])
def test_the_plan_fits_the_pane_and_scrolls_when_it_is_too_low(pane: ChartPane, models: list[ChartModel], size: tuple[int, int]) -> None:
    for model in models:
        pane.resize(*size)
        pane.show_model(model, "light")
        assert pane.plan is not None
        assert pane.plan.width <= size[0]
        assert pane.plan.height >= size[1] - 1


def test_a_larger_type_makes_a_larger_plan(pane: ChartPane, models: list[ChartModel]) -> None:
    pane.show_model(models[0], "light", 2.0)
    assert pane.plan is not None
    assert pane.plan.scale == 2.0
    assert pane.plan.height > 700


# The scene


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_scene_shows_what_the_first_frame_showed(qtbot: QtBot, pane: ChartPane, models: list[ChartModel], theme: str) -> None:
    pane.show_model(models[0], theme)
    QTest.keyClick(pane, Qt.Key.Key_End)
    pane.highlight(3)
    first = pane.grab().toImage()
    wait_for_scene(qtbot, pane)
    assert pane.grab().toImage() == first
    QTest.keyClick(pane, Qt.Key.Key_Escape)
    for model in models:
        pane.show_model(model, theme)
        shown = pane.grab().toImage()
        alone = ChartPane()
        qtbot.addWidget(alone)
        alone.resize(pane.size())
        alone.show_model(model, theme)
        alone.show()
        assert alone.grab().toImage() == shown, model.case
        alone.close()


def test_the_scene_has_one_kept_item_a_panel(qtbot: QtBot, pane: ChartPane, models: list[ChartModel]) -> None:
    wait_for_scene(qtbot, pane)
    scene = pane._stage._scene
    assert scene is not None
    items = list(scene._panels)
    assert len(items) == len(models[0].panels) + 2
    pane.show_model(models[9], "light")
    pane.show_model(models[0], "light")
    assert scene._panels == items


def test_badges_and_cursor_work_over_the_scene(qtbot: QtBot, pane: ChartPane, models: list[ChartModel]) -> None:
    wait_for_scene(qtbot, pane)
    told = heard(pane)
    QTest.mouseClick(pane._stage, Qt.MouseButton.LeftButton, pos=pane._stage.mapFrom(pane, place_of(pane, 3)))
    before = pane.grab().toImage()
    QTest.keyClick(pane, Qt.Key.Key_Home)
    assert pane.grab().toImage() != before
    assert [badge.number for badge in told["badge"]] == [3]
    assert told["cursor"] == [models[0].readouts[0]]


def test_resizing_the_scene_lays_it_out_again(qtbot: QtBot, pane: ChartPane) -> None:
    wait_for_scene(qtbot, pane)
    pane.resize(600, 700)
    assert pane.plan is not None
    assert (pane.plan.width, pane.plan.height) == (600, 700)
    assert pane._stage._scene is not None
    assert pane._stage._scene.size() == pane._stage.size()


def test_a_hidden_chart_loads_no_scene(qtbot: QtBot, models: list[ChartModel]) -> None:
    hidden = ChartPane()
    qtbot.addWidget(hidden)
    hidden.show_model(models[0], "light")
    hidden.grab()
    hidden.hide()
    qtbot.wait(700)
    assert hidden._stage._scene is None
