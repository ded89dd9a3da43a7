"""A plan in which nothing overlaps, leaves the drawing or is told by colour alone, at every size a window or page has."""

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from nacdesk import catalog
from nacdesk.charts.build import WATERMARK, timeline_chart
from nacdesk.charts.layout import lay_out, least_height, x_at, y_at
from nacdesk.charts.layout_cursor import chosen, cursor
from nacdesk.charts.model import ChartModel, ChartView, Point
from nacdesk.charts.placing import Rect, Room
from nacdesk.charts.primitives import Box, Disc, Line, Plan, Polygon, Primitive, Text
from nacdesk.charts.sparkline import sparkline
from nacdesk.domain.review import review
from nacdesk.interop.read import read
from nacdesk.report.drawing import measure
from tests.domain.cases import Chart, ctdna

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "resources/samples").glob("*.csv"))

# The chart's part of a window of 1440 x 900, 1280 x 720 and 1024 x 768, present mode, and a page: width, height, scale, compact.
PLACES = {
    "1440x900": (784, 600, 1.0, False),
    "1280x720": (640, 380, 1.0, False),
    "1024x768": (470, 380, 1.0, False),
    "125 %": (784, 600, 1.25, False),
    "present": (1400, 860, 2.0, False),
    "page": (526, 300, 0.68, False),
    "page, compact": (526, 260, 0.62, True),
}


def crowded() -> Chart:
    """Five lesions, three of them close together, two flags on a point, a method changed, not detected, surgery."""
    chart = Chart(cycles=4)
    for number, (day, sizes) in enumerate({-5: (40, 21, 20, 19, 12), 40: (20, 20, 19, 19, "TSTM"), 61: (18, 19, 18, 18, "ABSENT"), 84: (39, 20, 19, 19, 6)}.items()):
        chart.at("baseline" if not number else f"after C{number + 1}", day)
        chart.sizes(**dict(zip(("primary", "liver_segment_seven_metastasis", "node_a", "node_b", "node_c"), sizes, strict=True)))
        chart.add("ctdna.vaf", "ND" if number == 1 else "0.4", limit="0.02").add("pet.suvmax", 12 - number, lesion="primary").add("marker.ca199", 30 + number, uln=37)
    return chart.at("surgery", 110).add("event.surgery", "yes")


@cache
def models() -> dict[str, ChartModel]:
    """Every sample and a crowded case in all six views."""
    rules = catalog.load()
    judged = {sample.stem: review(read([sample], rules, fictitious=True).histories[0], rules) for sample in SAMPLES}
    judged["crowded"] = crowded().review()
    views = [ChartView(axis, values) for axis in ("cycles", "days", "dates") for values in ("absolute", "change")]
    return {f"{name}, {view.axis}, {view.values}": timeline_chart(one, view) for name, one in judged.items() for view in views}


def plans(place: str, theme: str = "light") -> Iterator[tuple[str, ChartModel, Plan]]:
    width, height, scale, compact = PLACES[place]
    for name, model in models().items():
        yield name, model, lay_out(model, width, max(height, least_height(model, scale, tight=True)), theme, measure, scale, compact)


def extent(one: Primitive) -> Rect:
    """Where its ink can be; of a text from its capitals to its baseline."""
    if isinstance(one, Text):
        wide = measure(one.text, one.size, one.bold)
        start = one.x - {"start": 0.0, "middle": wide / 2, "end": wide}[one.anchor]
        return Rect(start, one.y - 0.76 * one.size, start + wide, one.y + 0.1 * one.size)
    if isinstance(one, Disc):
        return Rect(one.x, one.y, one.x, one.y).grown(one.radius)
    if isinstance(one, Box):
        return Rect(one.x, one.y, one.x + one.width, one.y + one.height)
    if isinstance(one, Line):
        return Rect(min(one.x0, one.x1), min(one.y0, one.y1), max(one.x0, one.x1), max(one.y0, one.y1))
    across, down = zip(*one.points, strict=True)
    return Rect(min(across), min(down), max(across), max(down))


def words(plan: Plan) -> list[Text]:
    return [one for one in plan.primitives if isinstance(one, Text) and one.role != "watermark"]


@pytest.mark.parametrize("place", PLACES)
def test_H43_nothing_leaves_the_drawing(place: str) -> None:
    for name, _, plan in plans(place):
        outside = [one for one in plan.primitives if not _inside(extent(one), plan)]
        assert outside == [], name


def _inside(area: Rect, plan: Plan) -> bool:
    return area.x0 >= -0.01 and area.y0 >= -0.01 and area.x1 <= plan.width + 0.01 and area.y1 <= plan.height + 0.01


@pytest.mark.parametrize("place", PLACES)
def test_H43_no_two_texts_overlap(place: str) -> None:
    for name, _, plan in plans(place):
        over = [(first.text, second.text) for first, second in combinations(words(plan), 2) if extent(first).meets(extent(second))]
        assert over == [], name


@pytest.mark.parametrize("place", PLACES)
def test_no_badge_covers_a_text_another_badge_or_a_flagged_point(place: str) -> None:
    for name, _, plan in plans(place):
        shapes = [extent(one).grown(-plan.scale) for one in plan.primitives if one.role == "badge" and not isinstance(one, Text)]
        rings = [Rect(spot.ring_x, spot.ring_y, spot.ring_x, spot.ring_y).grown(3 * plan.scale) for spot in plan.badges]
        texts = [extent(text) for text in words(plan) if text.role != "badge"]
        assert not [pair for pair in combinations(shapes, 2) if pair[0].meets(pair[1])], name
        assert not [(badge, other) for badge in shapes for other in [*texts, *rings] if badge.meets(other)], name


@pytest.mark.parametrize("place", PLACES)
def test_every_threshold_and_every_sum_is_named(place: str) -> None:
    for name, model, plan in plans(place):
        said = [text.text for text in words(plan)]
        wanted = [line.label for panel in model.panels for line in panel.thresholds if line.label] + [label.text for panel in model.panels for label in panel.labels if label.bold]
        assert not [text for text in wanted if said.count(text) < wanted.count(text)], name


@pytest.mark.parametrize("place", PLACES)
def test_no_name_or_number_at_a_line_looks_struck_out(place: str) -> None:
    for name, model, plan in plans(place):
        ends = {label.text for panel in model.panels for label in panel.labels}
        covers = [extent(one) for one in plan.primitives if isinstance(one, Box) and one.role == "label"]
        lines = [extent(one) for one in plan.primitives if isinstance(one, Line) and one.role == "threshold"]
        letters = [extent(text) for text in words(plan) if text.role == "label" and text.text in ends]
        struck = [area for area in letters for line in lines if area.meets(line.grown(0.1)) and not any(cover.meets(area) for cover in covers)]
        assert struck == [], name


@pytest.mark.parametrize("place", PLACES)
def test_every_number_of_the_lane_is_readable(place: str) -> None:
    for name, model, plan in plans(place):
        said = " ".join(text.text for text in words(plan))
        missing = [word for item in model.lane for word in (item.text.split(" ", 1) if item.kind == "reduced" else [item.text]) if word not in said]
        assert missing == [], name


def test_badges_are_placed_once_each_with_the_number_of_the_model() -> None:
    for name, model, plan in plans("1440x900"):
        numbers = sorted(badge.number for panel in model.panels for badge in panel.badges)
        assert sorted(spot.number for spot in plan.badges) == numbers, name
        assert sorted(int(text.text) for text in words(plan) if text.role == "badge") == numbers, name


def test_several_flags_on_one_point_share_a_ring_and_stand_side_by_side() -> None:
    model = models()["01-primary-resistance, cycles, absolute"]
    plan = lay_out(model, 784, 600, "light", measure)
    first, second = sorted((spot for spot in plan.badges if spot.panel == "size"), key=lambda spot: spot.x)
    assert (first.ring_x, first.ring_y) == (second.ring_x, second.ring_y)
    assert first.y == second.y
    size = next(panel for panel in plan.panels if panel.key == "size")
    assert len([one for one in size.primitives if one.role == "ring"]) == 1


def test_H19_the_shape_of_a_badge_tells_its_severity() -> None:
    corners = {"alert": 3, "watch": 4, "info": 0}
    for name, model, plan in plans("1440x900"):
        severity = {badge.number: badge.severity for panel in model.panels for badge in panel.badges}
        shapes = {spot.number: _shape_at(plan, spot.x, spot.y) for spot in plan.badges}
        assert {number: corners[level] for number, level in severity.items()} == shapes, name


def _shape_at(plan: Plan, x: float, y: float) -> int:
    found = [one for one in plan.primitives if one.role == "badge" and not isinstance(one, Text) and extent(one).grown(-6).meets(Rect(x - 1, y - 1, x + 1, y + 1))]
    (only,) = found
    return len(only.points) if isinstance(only, Polygon) else 0


# Points and lines


def test_points_and_segments_lie_where_the_model_says() -> None:
    for name, model, plan in plans("1440x900"):
        for panel in model.panels:
            laid = next(one for one in plan.panels if one.key == panel.key)
            lines = {_rounded(one.x0, one.y0, one.x1, one.y1) for one in laid.primitives if isinstance(one, Line) and one.role == "line"}
            expected = set()
            for series in panel.series:
                spots = [(x_at(plan, model, point.x), y_at(laid, panel, point.y)) for point in series.points]
                expected |= {_rounded(*spots[segment.start], *spots[segment.end]) for segment in series.segments}
            assert lines == expected, name


def _rounded(*numbers: float) -> tuple[float, ...]:
    return tuple(round(number, 6) for number in numbers)


def test_H12_kinds_of_points_have_marks_of_their_own() -> None:
    base = models()["01-primary-resistance, cycles, absolute"]
    kinds = ("measured", "not_detected", "bound", "above", "absent", "too_small")
    points = tuple(Point(float(place), 20.0, kind, "v", kind) for place, kind in enumerate(kinds))
    panel = base.panels[0]
    alone = replace(panel, series=(replace(panel.series[0], points=points, segments=()),), badges=(), bands=(), thresholds=(), labels=())
    plan = lay_out(replace(base, panels=(alone,), x=replace(base.x, low=-1, high=6)), 784, 400, "light", measure)
    marks = [one for one in plan.primitives if one.role == "point"]
    paper = "#ffffff"
    assert [(type(one).__name__, len(getattr(one, "points", ())), getattr(one, "fill", "") == paper) for one in marks] == [
        ("Disc", 0, False),
        ("Polygon", 3, True),
        ("Polygon", 3, True),
        ("Polygon", 3, True),
        ("Disc", 0, True),
        ("Polygon", 4, True),
    ]
    down, _, up = (one for one in marks if isinstance(one, Polygon) and len(one.points) == 3)
    assert max(down.points, key=_second)[0] == pytest.approx(x_at(plan, base, 1), abs=200)
    assert [y for _, y in down.points].count(min(y for _, y in down.points)) == 2, "points down"
    assert [y for _, y in up.points].count(max(y for _, y in up.points)) == 2, "points up"


def _second(pair: tuple[float, float]) -> float:
    return pair[1]


def test_H12_the_line_to_not_detected_is_dashed_and_others_are_not() -> None:
    model = timeline_chart(ctdna("1.0", "0.5", ("ND", "0.02")).review(), ChartView())
    plan = lay_out(model, 784, 400, "light", measure)
    assert [bool(one.dash) for one in plan.primitives if isinstance(one, Line) and one.role == "line"] == [False, True]


def test_H20_zero_is_marked_on_linear_axes_only() -> None:
    plan = lay_out(models()["01-primary-resistance, cycles, absolute"], 784, 600, "light", measure)
    marked = {panel.key: len([one for one in panel.primitives if one.role == "axis"]) for panel in plan.panels}
    assert {key: marked[key] for key in ("size", "suv", "ctdna", "marker.cea")} == {"size": 1, "suv": 1, "ctdna": 0, "marker.cea": 1}


def test_each_panel_paints_within_reach_of_its_own_area() -> None:
    """A window repaints panel by panel: what a panel draws must lie in its area, badges a little beyond."""
    for name, _, plan in plans("1440x900"):
        for panel in plan.panels:
            for one in panel.primitives:
                area = extent(one)
                assert area.y0 >= panel.y - 16, name
                assert area.y1 <= panel.y + panel.height + 16, name


def test_the_areas_of_lane_panels_and_axis_fill_the_drawing() -> None:
    for name, _, plan in plans("1440x900"):
        edges = [(panel.y, panel.y + panel.height) for panel in plan.panels]
        for (_, bottom), (top, _) in pairwise(edges):
            assert bottom == pytest.approx(top), name
        assert edges[-1][1] == pytest.approx(plan.height), name


def test_H42_the_watermark_lies_behind_the_data() -> None:
    plan = lay_out(models()["01-primary-resistance, cycles, absolute"], 784, 600, "dark", measure)
    size = next(panel for panel in plan.panels if panel.key == "size")
    assert isinstance(size.primitives[0], Text)
    assert size.primitives[0].text == WATERMARK


def test_a_drawing_for_grey_paper_uses_no_other_theme() -> None:
    light = lay_out(models()["01-primary-resistance, cycles, absolute"], 784, 600, "light", measure)
    dark = lay_out(models()["01-primary-resistance, cycles, absolute"], 784, 600, "dark", measure)
    assert [type(one) for one in light.primitives] == [type(one) for one in dark.primitives]
    assert [extent(one) for one in light.primitives] == [extent(one) for one in dark.primitives]


def test_an_empty_chart_says_so_in_the_middle() -> None:
    model = timeline_chart(Chart().at("baseline", 0).add("status.ecog", 1).review(), ChartView())
    plan = lay_out(model, 400, 300, "light", measure)
    assert " ".join(text.text for text in words(plan)) == model.caption
    assert all(abs(text.y - 150) < 30 for text in words(plan))


# Above the plan


def test_the_cursor_line_reads_out_every_panel_that_has_something_to_say() -> None:
    for name, model, plan in plans("1440x900"):
        for place, readout in enumerate(model.readouts):
            drawn = cursor(plan, model, place, "light", measure)
            texts = [one.text for one in drawn if isinstance(one, Text)]
            assert sorted(texts) == sorted([readout.title, *(text for _, text in readout.texts)]), name
            line = drawn[0]
            assert isinstance(line, Line)
            assert line.x0 == line.x1 == x_at(plan, model, readout.x)
            assert all(_inside(extent(one), plan) for one in drawn), name


def test_readouts_leave_the_titles_free() -> None:
    for name, model, plan in plans("1440x900"):
        titles = [extent(one) for one in plan.primitives if isinstance(one, Text) and one.role == "title"]
        for place in range(len(model.readouts)):
            boxes = [extent(one) for one in cursor(plan, model, place, "light", measure) if isinstance(one, Box)]
            assert not [box for box in boxes for title in titles if box.meets(title)], name


def test_a_flag_that_is_pointed_out_is_ringed_twice() -> None:
    plan = lay_out(models()["01-primary-resistance, cycles, absolute"], 784, 600, "light", measure)
    spot = next(spot for spot in plan.badges if spot.number == 3)
    assert [(one.x, one.y) for one in chosen(plan, 3, "light") if isinstance(one, Disc)] == [(spot.ring_x, spot.ring_y), (spot.x, spot.y)]
    assert chosen(plan, 99, "light") == ()


# Room


def test_a_text_goes_to_the_nearest_free_place() -> None:
    room = Room(firm=[Rect(0, 40, 100, 60)])
    assert room.row(10, 50, 50, 10, 0, 100) == pytest.approx(40 - 5.9)
    assert room.row(10, 50, 50, 10, 0, 100) == pytest.approx(60 + 5.9)
    assert room.row(200, 250, 50, 10, 0, 100) == 50


def test_a_text_without_room_is_left_out() -> None:
    assert Room(firm=[Rect(0, 0, 100, 100)]).row(10, 50, 50, 10, 0, 100) is None
    assert Room().row(10, 50, 50, 10, 0, 5) is None


def test_a_text_keeps_off_lines_where_it_can_and_crosses_them_where_it_must() -> None:
    room = Room(lines=[(0, 50, 100, 50)])
    beside = room.row(10, 50, 50, 10, 0, 100)
    assert beside is not None
    assert abs(beside - 50) > 4.3
    crowded_room = Room(lines=[(0.0, float(y), 100.0, float(y)) for y in range(0, 100, 4)])
    assert crowded_room.row(10, 50, 50, 10, 0, 100) == 50


# The worklist's line


def test_a_sparkline_begins_at_zero_and_never_joins_a_gap() -> None:
    values = [Decimal(60), Decimal(30), None, Decimal(15), Decimal(0)]
    drawn = sparkline(values, 60, 24, "light")
    lines = [one for one in drawn if isinstance(one, Line)]
    assert [(round(one.x0), round(one.x1)) for one in lines] == [(2, 16), (44, 58)]
    assert (lines[0].y0, lines[0].y1) == (2.5, 12.0)
    assert lines[1].y1 == 21.5
    assert len([one for one in drawn if isinstance(one, Disc)]) == 1


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_a_sparkline_of_nothing_is_nothing(values: list[None]) -> None:
    assert sparkline(values, 60, 24, "light") == ()


def test_a_value_alone_is_a_dot() -> None:
    (dot,) = sparkline([Decimal(10)], 60, 24, "dark")
    assert isinstance(dot, Disc)
    assert math.isclose(dot.y, 2.5)
