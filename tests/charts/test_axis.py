"""Round ticks, axes that do not mislead, dates without time zones."""

import datetime as dt
import math
import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nacdesk.charts.axis import around_zero, from_zero, logarithmic, shortened
from nacdesk.charts.build import timeline_chart
from nacdesk.charts.model import Axis, ChartModel, ChartView
from tests.domain.cases import Chart

sizes = st.lists(st.floats(0.1, 900), min_size=1, max_size=12)


def evenly(axis: Axis) -> bool:
    """The ticks are equally spaced."""
    steps = [second.at - first.at for first, second in zip(axis.ticks, axis.ticks[1:], strict=False)]
    return all(step == pytest.approx(steps[0], rel=1e-6) for step in steps)


@given(sizes, st.lists(st.floats(0.1, 900), max_size=3))
def test_H20_a_linear_axis_starts_at_zero_and_holds_everything(values: list[float], lines: list[float]) -> None:
    axis = from_zero(values, lines)
    assert axis.low == 0
    assert axis.ticks[0].at == 0
    assert axis.ticks[0].text == "0"
    assert axis.high >= max([*values, *lines])
    assert axis.high <= 2.6 * max([*values, *lines])
    assert 2 <= len(axis.ticks) <= 7
    assert evenly(axis)


@given(sizes, st.lists(st.floats(0.1, 900), max_size=3))
def test_H20_the_text_of_a_tick_is_its_value(values: list[float], lines: list[float]) -> None:
    for tick in from_zero(values, lines).ticks:
        assert float(tick.text) == pytest.approx(tick.at, abs=1e-12)


@given(st.lists(st.floats(-100, 900), min_size=1, max_size=12))
def test_H20_an_axis_of_change_holds_zero_and_everything(values: list[float]) -> None:
    axis = around_zero(values)
    assert axis.low <= min(values)
    assert axis.high >= max(values)
    assert 0.0 in [tick.at for tick in axis.ticks]
    assert evenly(axis)
    for tick in axis.ticks:
        assert tick.text == ("0 %" if tick.at == 0 else f"{tick.at:+g} %".replace("-", "−"))


@given(st.lists(st.floats(1e-5, 1e5), min_size=1, max_size=12), st.lists(st.floats(1e-4, 10), max_size=3))
def test_H20_a_logarithmic_axis_holds_everything_and_ticks_powers_of_ten(values: list[float], limits: list[float]) -> None:
    axis = logarithmic(values, limits)
    assert axis.low < math.log10(min([*values, *limits])) + 1e-9
    assert axis.high >= math.log10(max(values))
    assert len(axis.ticks) >= 1
    for tick in axis.ticks:
        assert tick.at == round(tick.at)
        assert float(tick.text) == pytest.approx(10**tick.at, rel=1e-9)
        assert axis.low - 1e-9 <= tick.at <= axis.high + 1e-9


def test_H12_the_logarithmic_axis_begins_a_third_below_the_smallest_limit() -> None:
    axis = logarithmic([1.9, 0.61, 0.02], [0.02, 0.05])
    assert axis.low == pytest.approx(math.log10(0.02 / 3))
    assert [tick.text for tick in axis.ticks] == ["0.01", "0.1", "1"]


def test_a_narrow_logarithmic_axis_still_has_two_ticks() -> None:
    axis = logarithmic([3, 4], [1])
    assert [tick.text for tick in axis.ticks] == ["1", "10"]


def test_the_size_axis_of_the_drawing() -> None:
    assert [tick.text for tick in from_zero([47, 45, 46, 44], [56.4, 32.9, 56.2, 38]).ticks] == ["0", "20", "40", "60"]


def test_only_names_are_shortened() -> None:
    assert shortened("after C3", 20) == "after C3"
    assert shortened("liver segment VII metastasis, posterior", 20) == "liver segment VII m…"


# The x axis of real cases


def dated(length: int | None = 14) -> Chart:
    chart = Chart(context="oesoph_gej_gastric_adeno", regimen="FLOT (perioperative)", length=length)
    for number, day in enumerate((0, 14, 34), start=1):
        chart.cycle(number, day)
    chart.at("baseline", -3).sizes(primary=47)
    chart.at("after C1", 12).sizes(primary=45)
    chart.at("after C2", 31).sizes(primary=46)
    chart.at("after C3", 47).sizes(primary=44)
    return chart


def drawn(chart: Chart, axis: str = "cycles", values: str = "absolute") -> ChartModel:
    return timeline_chart(chart.review(), ChartView(axis, values))  # type: ignore[arg-type]  # the words of the tests


def test_cycles_are_linear_in_time_and_named_at_their_ends() -> None:
    model = drawn(dated())
    assert [(tick.text, round(tick.at * 14)) for tick in model.x.ticks] == [("baseline", -3), ("after C1", 14), ("after C2", 28), ("after C3", 48), ("after C4", 62)]
    assert [round(point.x * 14) for point in model.panels[0].series[0].points] == [-3, 12, 31, 47]


def test_days_and_dates_keep_the_same_shape() -> None:
    by_cycle, by_day, by_date = (drawn(dated(), axis) for axis in ("cycles", "days", "dates"))
    for model, unit in ((by_cycle, 14), (by_day, 1), (by_date, 1)):
        assert [round(point.x * unit) for point in model.panels[0].series[0].points] == [-3, 12, 31, 47]
    assert [tick.text for tick in by_day.x.ticks] == ["day 0", "day 14", "day 28", "day 42", "day 56"]
    assert [tick.text for tick in by_date.x.ticks][:2] == ["15 Jan 2026", "1 Feb"]


def test_date_ticks_stand_at_their_dates() -> None:
    model = drawn(dated(), "dates")
    assert [round(tick.at) for tick in model.x.ticks][:2] == [(dt.date(2026, 1, 15) - dt.date(2026, 1, 5)).days, (dt.date(2026, 2, 1) - dt.date(2026, 1, 5)).days]


@pytest.mark.parametrize("days", [10, 40, 100, 300, 900, 4000])
def test_date_ticks_are_few_and_never_repeat(days: int) -> None:
    chart = dated()
    chart.at("late", days + 50).sizes(primary=40)
    texts = [tick.text for tick in drawn(chart, "dates").x.ticks]
    assert 1 <= len(texts) <= 9
    assert len(set(texts)) == len(texts)


@pytest.fixture(params=["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "Asia/Kolkata"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine's time zone."""
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def test_H10_a_time_zone_moves_no_date(zone: str) -> None:
    ticks = [(round(tick.at), tick.text) for tick in drawn(dated(), "dates").x.ticks]
    assert ticks == [(10, "15 Jan 2026"), (27, "1 Feb"), (41, "15 Feb"), (55, "1 Mar")]


def test_without_a_cycle_length_days_are_shown_and_it_is_said() -> None:
    chart = Chart(context=None, regimen=None, length=None)
    chart.cycle(1, 0)
    chart.at("baseline", -3).sizes(primary=47)
    chart.at("later", 30).sizes(primary=40)
    model = drawn(chart)
    assert model.x.label == "days from the first dose"
    assert "The cycle length is not recorded: shown in days." in model.caption


def undated(*visits: tuple[str, int | None]) -> Chart:
    chart = Chart()
    for place, (name, cycle) in enumerate(visits):
        chart.at(name, None, cycle).sizes(primary=60 - 10 * place)
    return chart


def test_without_dates_visits_stand_at_their_completed_cycles() -> None:
    model = drawn(undated(("baseline", 0), ("early AC", 0), ("inter-regimen", 4), ("pre-surgery", 8)))
    assert [(tick.text, tick.at) for tick in model.x.ticks] == [("baseline", 0.0), ("early AC", 0.5), ("inter-regimen", 4.0), ("pre-surgery", 8.0)]
    assert model.caption.startswith("Positions by completed cycles; visits have no dates")
    assert "set apart" in model.caption
    assert model.lane == ()
    assert model.cursor is None


def test_without_dates_and_cycles_visits_stand_in_their_order() -> None:
    model = drawn(undated(("baseline", 0), ("second", None), ("third", 4)))
    assert [tick.at for tick in model.x.ticks] == [0, 1, 2]
    assert "distances mean nothing" in model.caption


@pytest.mark.parametrize("axis", ["days", "dates"])
def test_without_dates_days_and_dates_fall_back_and_say_so(axis: str) -> None:
    model = drawn(undated(("baseline", 0), ("after C2", 2)), axis)
    assert [tick.text for tick in model.x.ticks] == ["baseline", "after C2"]
    assert f"{axis.capitalize()} cannot be shown: visits have no dates." in model.caption


def test_one_visit_without_a_date_is_counted() -> None:
    chart = dated()
    chart.at("phoned in", None, 4).sizes(primary=40)
    assert "1 of 5 visits have no full date" in drawn(chart).caption


def test_dates_need_no_first_dose() -> None:
    chart = Chart()
    chart.at("baseline", 0, 0).sizes(primary=50)
    chart.at("after C2", 42, 2).sizes(primary=40)
    assert drawn(chart, "dates").x.label == "date"
    assert "the first dose is not dated" in drawn(chart, "cycles").caption


def test_dated_visits_without_first_dose_and_cycles_stand_at_their_dates() -> None:
    chart = Chart()
    chart.at("scan 1", 0).sizes(primary=50)
    chart.at("scan 2", 42).sizes(primary=40)
    for axis in ("cycles", "days"):
        model = drawn(chart, axis)
        assert model.x.label == "date"
        assert f"{axis.capitalize()} cannot be shown: the first dose is not dated." in model.caption


def test_one_visit_alone_has_an_axis() -> None:
    model = drawn(undated(("baseline", 0)))
    assert model.x.low < 0 < model.x.high
