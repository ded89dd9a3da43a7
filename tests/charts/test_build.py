"""The plan of a real case: what is drawn, where, and what never is."""

import datetime as dt
import math
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nacdesk.charts.build import WATERMARK, timeline_chart
from nacdesk.charts.model import ChartModel, ChartView, Panel, Point, Series
from nacdesk.domain.judgements import Review
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.interop.read import read
from tests.domain.cases import Chart, ctdna, on, two_points

ABSOLUTE, CHANGE = ChartView(), ChartView(values="change")


def drawn(chart: Chart, view: ChartView = ABSOLUTE) -> ChartModel:
    return timeline_chart(chart.review(), view)


def panel(model: ChartModel, key: str) -> Panel:
    return next(one for one in model.panels if one.key == key)


def heavy(model: ChartModel, key: str) -> Series:
    (found,) = [series for series in panel(model, key).series if series.heavy]
    return found


def joined(series: Series) -> list[tuple[str, str]]:
    """The visits that a line joins."""
    return [(series.points[segment.start].visit, series.points[segment.end].visit) for segment in series.segments]


def names(chart: Chart, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same by name."""
    known = {visit.id: visit.name for visit in chart.visits}
    return [(known[first], known[second]) for first, second in pairs]


@pytest.fixture(scope="module")
def drawn_case(catalog: Catalog) -> Review:
    """The case of the drawings."""
    sample = next((Path(__file__).resolve().parents[2] / "resources/samples").glob("01-*.csv"))
    return review(read([sample], catalog, fictitious=True).histories[0], catalog)


# Values


def test_the_drawn_case_has_the_panels_of_the_drawing(drawn_case: Review) -> None:
    model = timeline_chart(drawn_case, ABSOLUTE)
    assert [(one.key, one.title) for one in model.panels] == [
        ("size", "Tumour size · mm"),
        ("suv", "SUVmax · g/mL"),
        ("ctdna", "ctDNA VAF · % (log)"),
        ("marker.cea", "CEA · ng/mL"),
    ]
    assert [point.y for point in heavy(model, "size").points] == [47, 45, 46, 44]
    assert [point.y for point in heavy(model, "suv").points] == [9.4, 8.6, 7.9]
    assert [10**point.y for point in heavy(model, "ctdna").points] == pytest.approx([1.9, 0.61, 0.47, 0.60, 0.84])
    assert [point.y for point in heavy(model, "marker.cea").points] == [8.1, 8.0, 9.3, 11.2]
    assert model.cursor == heavy(model, "ctdna").points[-1].x


def test_the_lane_shows_cycles_delay_dose_and_plan(drawn_case: Review) -> None:
    lane = timeline_chart(drawn_case, ABSOLUTE).lane
    assert [(item.text, item.kind) for item in lane] == [("C1", "given"), ("C2", "given"), ("+6 d", "delay"), ("C3 80 % dose", "reduced"), ("C4 planned", "planned")]
    assert [(round(item.x0 * 14), round(item.x1 * 14)) for item in lane] == [(0, 14), (14, 28), (28, 34), (34, 48), (48, 62)]


def test_cancelled_cycles_and_surgery_stand_in_the_lane() -> None:
    chart = two_points(50, 45)
    chart.at("C4", 63).add("treatment.cancelled", "yes")
    chart.at("surgery", 90).add("event.surgery", "yes")
    lane = drawn(chart).lane
    assert ("C4 cancelled", "cancelled") in [(item.text, item.kind) for item in lane]
    assert ("surgery 5 Apr", "event") in [(item.text, item.kind) for item in lane]


def test_no_cycle_is_planned_after_surgery(drawn_case: Review) -> None:
    history = drawn_case.history
    operated = replace(history.observations[0], id="s", analyte="event.surgery", value="yes", date=dt.date(2026, 10, 19), lesion=None)
    after = review(replace(history, observations=(*history.observations, operated)), drawn_case.catalog)
    assert "planned" not in {item.kind for item in timeline_chart(after, ABSOLUTE).lane}


def test_lesions_are_thin_and_one_alone_is_the_sum() -> None:
    two = Chart(cycles=3)
    two.at("baseline", -3).sizes(primary=31, other=16)
    two.at("after C2", 45).sizes(primary=30, other=15)
    assert [(series.name, series.heavy) for series in panel(drawn(two), "size").series] == [("sum", True), ("primary", False), ("other", False)]
    assert [label.text for label in panel(drawn(two), "size").labels] == ["sum 45", "primary", "other"]
    one = drawn(two_points(50, 45))
    assert len(panel(one, "size").series) == 1
    assert [label.text for label in panel(one, "size").labels] == ["45 mm"]


def test_each_point_cites_the_facts_it_rests_on(drawn_case: Review) -> None:
    model = timeline_chart(drawn_case, ABSOLUTE)
    known = {row.id for row in drawn_case.history.observations}
    for point in (point for one in model.panels for series in one.series for point in series.points):
        assert point.observations
        assert set(point.observations) <= known


@given(st.lists(st.decimals(1, 400, places=1), min_size=2, max_size=7))
def test_every_recorded_sum_is_drawn_once_at_its_value(values: list[Decimal]) -> None:
    chart = Chart(cycles=8)
    chart.at("baseline", -3).sizes(primary=values[0])
    for number, value in enumerate(values[1:], start=1):
        chart.at(f"after C{number}", 21 * number).sizes(primary=value)
    points = heavy(drawn(chart), "size").points
    assert [Decimal(str(point.y)) for point in points] == values
    assert len(heavy(drawn(chart), "size").segments) == len(values) - 1


# What is missing, and what is no number


def test_H11_a_missing_target_is_a_gap_that_is_never_joined() -> None:
    chart = Chart(cycles=4)
    for name, day, primary, node in (("baseline", -3, 40, 20), ("after C1", 21, 38, 19), ("after C2", 42, "NE", 18), ("after C3", 63, 36, 17), ("after C4", 84, 35, 16)):
        chart.at(name, day).sizes(primary=primary, node=node)
    model = drawn(chart)
    assert names(chart, joined(heavy(model, "size"))) == [("baseline", "after C1"), ("after C3", "after C4")]
    primary, node = [series for series in panel(model, "size").series if not series.heavy]
    assert names(chart, joined(primary)) == [("baseline", "after C1"), ("after C3", "after C4")]
    assert len(node.segments) == 4
    said = next(readout for readout in model.readouts if readout.title.startswith("after C2"))
    assert dict(said.texts)["size"] == "sum not evaluable: primary not evaluable"


def test_H11_without_dates_a_visit_without_a_value_is_a_gap() -> None:
    chart = Chart()
    for name, cycle, size, cea in (("baseline", 0, 40, 8), ("after C2", 2, None, 9), ("after C4", 4, 30, 10)):
        chart.at(name, None, cycle).add("marker.cea", cea)
        if size is not None:
            chart.sizes(primary=size)
    model = drawn(chart)
    assert heavy(model, "size").segments == ()
    assert len(heavy(model, "marker.cea").segments) == 2


def test_with_dates_a_sample_between_two_scans_does_not_break_the_line() -> None:
    chart = Chart(cycles=3)
    chart.at("baseline", -3).sizes(primary=40)
    chart.at("C1 D10", 9).add("ctdna.vaf", "0.6", limit="0.02")
    chart.at("after C2", 42).sizes(primary=38)
    assert len(heavy(drawn(chart), "size").segments) == 1


def test_H12_not_detected_is_an_open_triangle_at_its_limit_with_a_dashed_line_to_it() -> None:
    series = heavy(drawn(ctdna("1.0", ("ND", "0.02"), "0.5")), "ctdna")
    assert [point.kind for point in series.points] == ["measured", "not_detected", "measured"]
    assert series.points[1].y == pytest.approx(math.log10(0.02))
    assert [segment.dashed for segment in series.segments] == [True, True]


def test_H12_not_detected_without_a_limit_stands_at_the_foot_of_the_axis() -> None:
    model = drawn(ctdna("1.0", ("0.5", "0.02"), ("ND", None)))  # type: ignore[arg-type]  # a file may lack the limit
    one = panel(model, "ctdna")
    last = heavy(model, "ctdna").points[-1]
    assert (last.kind, last.y) == ("not_detected", one.y.low)
    assert last.readout.startswith("not detected (limit not reported)")


def test_H12_a_bound_is_open_and_points_its_way() -> None:
    chart = Chart(cycles=4)
    for name, day, value in (("baseline", -3, "40"), ("after C1", 21, "<5"), ("after C2", 42, ">1000"), ("after C3", 63, "30")):
        chart.at(name, day).add("marker.ca199", value)
    series = heavy(drawn(chart), "marker.ca199")
    assert [(point.kind, point.y) for point in series.points] == [("measured", 40), ("bound", 5), ("above", 1000), ("measured", 30)]
    assert all(segment.dashed for segment in series.segments)


def test_H12_a_bound_at_or_below_the_limit_is_not_detected() -> None:
    series = heavy(drawn(ctdna(("1.0", "0.02"), ("<0.02", "0.02"), ("<0.05", "0.02"))), "ctdna")
    assert [point.kind for point in series.points] == ["measured", "not_detected", "bound"]


def test_H12_the_fall_to_not_detected_is_a_bound_in_words_and_in_change() -> None:
    chart = ctdna("12.0", ("ND", "0.1"))
    assert heavy(drawn(chart), "ctdna").points[1].readout == "not detected (limit 0.1 %), a fall of at least 99.1 %"
    changed = drawn(chart, CHANGE)
    assert heavy(changed, "ctdna").points[1].kind == "not_detected"
    assert [label.text for label in panel(changed, "ctdna").labels] == ["≤ −99.1 %"]


def test_H20_nothing_is_put_on_a_logarithmic_axis_below_its_foot() -> None:
    model = drawn(ctdna("1.0", ("0.003", "0.02"), ("ND", "0.02"), ("<0.001", "0.02")))
    one = panel(model, "ctdna")
    assert all(math.isfinite(point.y) and point.y >= one.y.low for point in heavy(model, "ctdna").points)
    assert len(heavy(model, "ctdna").points) == 4


def test_absent_and_too_small_are_marks_of_their_own() -> None:
    chart = Chart(cycles=3)
    chart.at("baseline", -3).sizes(primary=40, other=12)
    chart.at("after C1", 21).sizes(primary=20, other="TSTM")
    chart.at("after C2", 42).sizes(primary=10, other="ABSENT")
    model = drawn(chart)
    other = panel(model, "size").series[2]
    assert [(point.y, point.kind) for point in other.points] == [(12, "measured"), (5, "too_small"), (0, "absent")]
    assert [point.y for point in heavy(model, "size").points] == [52, 25, 10]


def test_a_sum_of_zero_is_open_on_the_axis() -> None:
    last = heavy(drawn(two_points(40, 20, "ABSENT")), "size").points[-1]
    assert (last.y, last.kind) == (0, "absent")


def test_H13_a_changed_method_breaks_the_line_and_is_said() -> None:
    chart = Chart(cycles=4)
    for name, day, size, method in (("baseline", -3, 40, "CT"), ("after C1", 21, 38, "CT"), ("after C2", 42, 30, "MRI"), ("after C3", 63, 29, "MRI")):
        chart.at(name, day).sizes(method, primary=size)
    model = drawn(chart)
    assert names(chart, joined(heavy(model, "size"))) == [("baseline", "after C1"), ("after C2", "after C3")]
    assert "Tumour size: the method changed before after C2" in model.caption


def test_H12_two_assays_are_never_joined() -> None:
    chart = Chart(cycles=3)
    for name, day, value, assay in (("baseline", -3, "1.0", "A"), ("after C1", 21, "0.5", "A"), ("after C2", 42, "0.4", "B")):
        chart.at(name, day).add("ctdna.vaf", value, limit="0.02", method=assay)
    assert names(chart, joined(heavy(drawn(chart), "ctdna"))) == [("baseline", "after C1")]


def test_two_values_on_one_day_both_show_and_the_one_that_counts_is_joined() -> None:
    chart = Chart(cycles=3)
    chart.at("baseline", -3).add("marker.cea", "8")
    chart.at("after C1", 21).add("marker.cea", "9", reader="A", accepted=True).add("marker.cea", "12", reader="B")
    chart.at("after C2", 42).add("marker.cea", "10")
    series = heavy(drawn(chart), "marker.cea")
    assert sorted(point.y for point in series.points) == [8, 9, 10, 12]
    assert [(series.points[one.start].y, series.points[one.end].y) for one in series.segments] == [(8, 9), (9, 10)]


def test_two_unlike_values_of_one_day_without_a_decision_both_show_and_neither_is_joined() -> None:
    chart = Chart(cycles=3)
    chart.at("baseline", -3).add("marker.cea", "8")
    chart.at("after C1", 21).add("marker.cea", "9").add("marker.cea", "12")
    chart.at("after C2", 42).add("marker.cea", "10")
    model = drawn(chart)
    assert sorted(point.y for point in heavy(model, "marker.cea").points) == [8, 9, 10, 12]
    assert heavy(model, "marker.cea").segments == ()
    assert "unlike values, none accepted" in dict(model.readouts[1].texts)["marker.cea"]


@pytest.mark.parametrize("others", [{}, {"node": 12}])
def test_two_unlike_diameters_of_one_day_both_show_and_neither_is_joined(others: dict[str, int]) -> None:
    chart = Chart(cycles=3)
    chart.at("baseline", -3).sizes(primary=40, **others)
    chart.at("after C1", 21).size("primary", 30, reader="A").size("primary", 36, reader="B").sizes(**others)
    chart.at("after C2", 42).sizes(primary=25, **others)
    model = drawn(chart)
    levels_seen = {point.y for series in panel(model, "size").series for point in series.points}
    assert {40, 30, 36, 25} <= levels_seen
    assert heavy(model, "size").segments == ()
    assert "unlike values" in dict(model.readouts[1].texts)["size"]


def test_two_unlike_suv_of_one_day_both_show_and_a_bound_shows_without_counting() -> None:
    chart = Chart(cycles=3)
    for name, day, values in (("baseline", -3, (9,)), ("after C1", 21, (6, 8)), ("after C2", 42, ("<2",)), ("after C3", 63, (3,))):
        chart.at(name, day)
        for value in values:
            chart.add("pet.suvmax", value, lesion="primary")
    model = drawn(chart)
    assert sorted(point.y for point in heavy(model, "suv").points) == [2, 3, 6, 8, 9]
    assert heavy(model, "suv").segments == ()
    assert dict(model.readouts[2].texts)["suv"] == "<2 g/mL (not counted)"


# Thresholds and bands


def levels(model: ChartModel, key: str) -> dict[str, float]:
    return {line.label: line.y for line in panel(model, key).thresholds if line.label}


def test_thresholds_come_from_the_rules(drawn_case: Review) -> None:
    model = timeline_chart(drawn_case, ABSOLUTE)
    assert levels(model, "size") == pytest.approx({"PD +20 %": 52.8, "−10 %": 42.3, "PR −30 %": 32.9})
    assert levels(model, "suv") == {"SUV 5": 5, "7 baseline": 7}
    assert levels(model, "ctdna") == {"LoD 0.02": pytest.approx(math.log10(0.02))}
    assert levels(model, "marker.cea") == {"ULN 5.0": 5}


def test_another_threshold_in_the_catalogue_moves_the_line(drawn_case: Review) -> None:
    rule = drawn_case.catalog.rules["REC-08"]
    site = replace(drawn_case.catalog, rules={**drawn_case.catalog.rules, "REC-08": replace(rule, thresholds={"decrease_pct": Decimal(50)})})
    model = timeline_chart(review(drawn_case.history, site), ABSOLUTE)
    assert levels(model, "size")["PR −50 %"] == 23.5


def test_progression_is_drawn_from_the_nadir_of_the_time() -> None:
    model = drawn(two_points(100, 50, 40, 45, cycles=5))
    pieces = [(line.y, bool(line.label)) for line in panel(model, "size").thresholds if line.meaning == "alert"]
    assert pieces == [(120, False), (60, False), (48, True)]


def test_near_zero_progression_needs_five_millimetres() -> None:
    model = drawn(two_points(30, 12, 10, cycles=4))
    assert levels(model, "size")["PD +20 %"] == 15


def test_the_band_of_the_ten_per_cent_rule_begins_at_two_cycles(drawn_case: Review) -> None:
    model = timeline_chart(drawn_case, ABSOLUTE)
    band = next(band for band in panel(model, "size").bands if "shrinkage" in band.label)
    assert band.label == "under 10 % shrinkage (grade C)"
    assert (round(band.x0 * 14), band.y0, band.y1, band.meaning) == (28, pytest.approx(42.3), panel(model, "size").y.high, "watch")


def test_the_ten_per_cent_rule_has_no_band_where_it_does_not_apply() -> None:
    chart = two_points(50, 48)
    chart.at("baseline", -7).add("treatment.preop_chemoradiation", "yes")
    assert not any("shrinkage" in band.label for band in panel(drawn(chart), "size").bands)


def test_variability_is_that_of_one_reader_only_where_it_was_one() -> None:
    one, two = Chart(cycles=3), Chart(cycles=3)
    for chart, readers in ((one, ("A", "A")), (two, ("A", "B"))):
        for (name, day), reader in zip((("baseline", -3), ("after C2", 42)), readers, strict=True):
            chart.at(name, day).size("primary", 100, reader=reader).size("other", 100, reader=reader)
    bands = [next(band for band in panel(drawn(chart), "size").bands if band.meaning == "grey") for chart in (one, two)]
    assert [(band.y0, band.y1) for band in bands] == [(pytest.approx(180.4), pytest.approx(226.2)), (pytest.approx(161.6), pytest.approx(239.0))]


def test_a_limit_that_changes_is_drawn_as_it_was() -> None:
    model = drawn(ctdna(("1.0", "0.02"), ("0.5", "0.02"), ("0.4", "0.01")))
    lines = panel(model, "ctdna").thresholds
    assert [(round(10**line.y, 3), line.label) for line in lines] == [(0.02, ""), (0.01, "LoD 0.01")]
    assert lines[0].x1 == lines[1].x0 == heavy(model, "ctdna").points[2].x


# Change


def test_change_is_relative_to_the_baseline_and_its_thresholds_with_it(drawn_case: Review) -> None:
    model = timeline_chart(drawn_case, CHANGE)
    assert [round(point.y, 1) for point in heavy(model, "size").points] == [0, -4.3, -2.1, -6.4]
    assert [round(point.y, 1) for point in heavy(model, "suv").points] == [0, -8.5, -16.0]
    assert [round(point.y, 1) for point in heavy(model, "ctdna").points] == [0, -67.9, -75.3, -68.4, -55.8]
    assert levels(model, "size") == pytest.approx({"PD: nadir +20 %": 100 * (52.8 - 47) / 47, "−10 %": -10, "PR −30 %": -30})
    assert all("% change from baseline" in one.title for one in model.panels)
    assert next(label.text for label in panel(model, "size").labels) == "sum −6.4 %"


def test_change_keeps_a_digit_that_rounding_would_push_over_a_threshold() -> None:
    model = drawn(two_points(1000, "700.4"), CHANGE)
    assert [label.text for label in panel(model, "size").labels] == ["−29.96 %"]


def test_a_series_without_a_baseline_is_left_out_of_change_and_it_is_said() -> None:
    chart = Chart(cycles=3)
    chart.at("baseline", -3).sizes(primary=40)
    chart.at("after C1", 21).sizes(primary=38).add("marker.cea", "8")
    model = drawn(chart, CHANGE)
    assert [one.key for one in model.panels] == ["size"]
    assert "CEA is left out: there is no baseline to compare with." in model.caption
    assert [one.key for one in drawn(chart).panels] == ["size", "marker.cea"]


def test_a_value_of_another_assay_has_no_change_but_is_read_out() -> None:
    chart = Chart(cycles=3)
    for name, day, value, assay in (("baseline", -3, "1.0", "A"), ("after C1", 21, "0.5", "A"), ("after C2", 42, "0.4", "B")):
        chart.at(name, day).add("ctdna.vaf", value, limit="0.02", method=assay)
    model = drawn(chart, CHANGE)
    assert len(heavy(model, "ctdna").points) == 2
    assert dict(model.readouts[2].texts)["ctdna"] == "0.4 %"
    assert "ctDNA VAF: 1 value without a comparable baseline not drawn." in model.caption


# Flags


def test_badges_carry_the_numbers_of_the_flags(drawn_case: Review) -> None:
    model = timeline_chart(drawn_case, ABSOLUTE)
    badges = {badge.number: (badge.rule, badge.severity) for one in model.panels for badge in one.badges}
    flags = {flag.number: (flag.result.rule, flag.result.severity) for flag in drawn_case.flags}
    assert badges == flags


@pytest.mark.parametrize("view", [ABSOLUTE, CHANGE])
def test_a_badge_stands_on_a_point_of_its_evidence_at_its_visit(drawn_case: Review, view: ChartView) -> None:
    model = timeline_chart(drawn_case, view)
    for flag in drawn_case.flags:
        (points,) = [_points_at(one, badge.x, badge.y) for one in model.panels for badge in one.badges if badge.number == flag.number]
        assert any(point.visit == flag.result.visit and set(point.observations) & set(flag.result.evidence) for point in points)


def _points_at(one: Panel, x: float, y: float) -> list[Point]:
    return [point for series in one.series for point in series.points if (point.x, point.y) == (x, y)]


def test_a_flag_without_a_point_has_no_badge() -> None:
    chart = two_points(50, 40)
    chart.at("surgery", 100).add("path.viable", 60)
    judged = chart.review()
    assert "NAC-05" in {flag.result.rule for flag in judged.flags}
    assert "NAC-05" not in {badge.rule for one in timeline_chart(judged, ABSOLUTE).panels for badge in one.badges}


# Words


def test_there_is_one_readout_for_each_drawn_visit(drawn_case: Review) -> None:
    model = timeline_chart(drawn_case, ABSOLUTE)
    assert [readout.title for readout in model.readouts][-2:] == ["after C2 · 1 Oct 2026", "after C3 · 17 Oct 2026"]
    assert dict(model.readouts[-1].texts) == {
        "size": "sum 44 mm (−6.4 %)",
        "suv": "7.9 g/mL (−16.0 %)",
        "ctdna": "0.84 % (−55.8 %), 19 Oct",
        "marker.cea": "11.2 ng/mL (+38.3 %), 19 Oct",
    }


def test_the_table_keeps_digits_and_shows_what_is_missing(drawn_case: Review) -> None:
    table = timeline_chart(drawn_case, ABSOLUTE).table
    assert table.head == ("Date", "Time point", "primary", "node 7R", "Sum mm", "vs baseline", "vs nadir", "SUVmax", "ctDNA VAF %", "CEA ng/mL")
    assert table.rows[0] == ("28 Aug 2026", "baseline", "31", "16", "47", "—", "—", "9.4", "1.9", "8.1")
    assert table.rows[-2] == ("1 Oct 2026", "after C2", "30", "16", "46", "−2.1 %", "+2.2 %", "—", "0.60", "9.3")
    assert all(len(row) == len(table.head) for row in table.rows)


def test_H11_the_table_never_shows_a_missing_value_as_a_number() -> None:
    chart = Chart(cycles=3)
    chart.at("baseline", -3).sizes(primary=40, other=20)
    chart.at("after C1", 21).sizes(primary="NE", other="TSTM").add("ctdna.vaf", "ND", limit="0.02")
    chart.at("after C2", 42).sizes(primary=30)
    rows = drawn(chart).table.rows
    assert rows[1][2:] == ("NE", "too small (5)", "NE", "—", "—", "ND (limit 0.02)")
    assert rows[2][2:5] == ("30", "—", "NE")


def test_the_summary_says_what_the_chart_shows(drawn_case: Review) -> None:
    text = timeline_chart(drawn_case, ABSOLUTE).summary
    parts = ("Timeline of case D-100482 as of 19 Oct 2026", "after C3 (17 Oct 2026) sum 44 mm (−6.4 %)", "PD +20 %", "delay of 6 days", "Flag 1 (watch, NAC-01) on Tumour size.")
    assert [part for part in parts if part not in text] == []
    assert "Ines" not in text


def test_H42_a_fictitious_case_carries_its_watermark(drawn_case: Review) -> None:
    assert timeline_chart(drawn_case, ABSOLUTE).watermark == WATERMARK
    assert drawn(two_points(50, 40)).watermark == ""


def test_a_case_with_nothing_to_draw_says_what_to_do() -> None:
    chart = Chart()
    chart.at("baseline", 0).add("status.ecog", 1)
    model = drawn(chart)
    assert model.panels == ()
    assert model.caption.startswith("Nothing to draw yet: import or enter sizes")
    assert "No measurement that can be drawn." in model.summary


def test_the_chart_is_what_was_seen_by_the_date(drawn_case: Review) -> None:
    early = review(drawn_case.history, drawn_case.catalog, dt.date(2026, 9, 20))
    model = timeline_chart(early, ABSOLUTE)
    assert [point.y for point in heavy(model, "size").points] == [47, 45]
    assert model.cursor is not None
    assert round(model.cursor * 14) == (dt.date(2026, 9, 20) - dt.date(2026, 8, 31)).days


def test_a_far_away_date_does_not_press_the_facts_together() -> None:
    judged = two_points(50, 40).review(on(3000))
    model = timeline_chart(judged, ABSOLUTE)
    assert model.cursor is None
    assert model.x.high < 10


def test_two_ctdna_quantities_have_a_panel_each() -> None:
    chart = Chart(cycles=2)
    chart.at("baseline", -3).add("ctdna.vaf", "1.0", limit="0.02").add("ctdna.mtm", "12", limit="0.5")
    chart.at("after C1", 21).add("ctdna.vaf", "0.5", limit="0.02").add("ctdna.mtm", "6", limit="0.5")
    assert [(one.key, one.title) for one in drawn(chart).panels] == [("ctdna", "ctDNA VAF · % (log)"), ("ctdna.mtm", "ctDNA MTM · copies/mL (log)")]
