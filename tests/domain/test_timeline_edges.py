"""Edges of the course: undated facts, the day of the first dose, operations, visits in which nothing was recorded."""

from dataclasses import replace

from nacdesk.domain.facts import Visit
from nacdesk.domain.timeline import Timeline, build, pick, up_to
from tests.domain.cases import Chart, catalog, fact, on


def seen(chart: Chart) -> Timeline:
    return build(chart.history(), catalog(), None)


def visit(chart: Chart, name: str) -> str:
    return next(one.id for one in chart.visits if one.name == name)


def test_a_value_counts_until_another_value_replaces_it_and_not_evaluable_does_not() -> None:
    row, doubt = seen(Chart().at("one", 10).add("path.viable", 40).at("two", 20).add("path.viable", "NE")).settled("path.viable")
    assert row is not None
    assert (row.value, doubt) == (row.quantity, "")
    assert row.quantity is not None
    assert row.quantity.exact == 40


def test_of_undated_values_that_of_the_last_visit_counts() -> None:
    row, doubt = seen(Chart().at("one").add("status.ecog", 1).at("two").add("status.ecog", 2)).settled("status.ecog")
    assert row is not None
    assert row.quantity is not None
    assert (row.quantity.exact, doubt) == (2, "")


def test_a_fact_without_a_date_has_that_of_its_visit() -> None:
    chart = Chart().at("visit", 10).sizes(primary=20)
    chart.observations.append(replace(chart.observations[0], id="later", analyte="status.ecog", lesion=None, date=None))
    assert seen(chart).date_of(chart.observations[-1]) == on(10)


def test_a_size_before_the_operation_of_the_same_visit_is_before_surgery() -> None:
    chart = Chart(cycles=4).at("restaging", 80).sizes(primary=20).add("event.surgery", "yes", day=95)
    assert seen(chart).before_surgery(visit(chart, "restaging"))


def test_without_dates_nothing_from_the_first_operation_on_is_before_surgery() -> None:
    chart = Chart().at("one").sizes(primary=20).at("two").sizes(primary=20).add("event.surgery", "yes")
    chart.at("three").sizes(primary=20).at("four").add("event.surgery", "yes").sizes(primary=20)
    timeline = seen(chart)
    assert [timeline.before_surgery(visit(chart, name)) for name in ("one", "two", "three", "four")] == [True, False, False, False]


def test_cycles_that_are_not_recorded_are_not_counted_as_none_given() -> None:
    chart = Chart(length=21).at("visit", 42).sizes(primary=20)
    assert seen(chart).completed(visit(chart, "visit")).count is None


def test_treatment_begins_on_the_day_after_the_first_dose() -> None:
    chart = (
        Chart(cycles=1)
        .at("before", -1)
        .sizes(a=1)
        .at("that day", 0)
        .sizes(a=1)
        .at("next day", 1)
        .sizes(a=1)
        .at("undated", None, 0)
        .sizes(a=1)
        .at("also undated", None, 1)
        .sizes(a=1)
    )
    timeline = seen(chart)
    assert [timeline.on_treatment(visit(chart, name)) for name in ("before", "that day", "next day", "undated", "also undated")] == [False, False, True, False, True]


def test_of_two_visits_before_treatment_the_later_is_the_baseline_whatever_their_ids() -> None:
    chart = Chart(cycles=9).at("first", -20).sizes(a=20).at("second", -5).sizes(a=20)
    assert [one.id for one in chart.visits][-2:] == ["v9", "v10"]  # as text the second comes before the first
    assert seen(chart).baseline(seen(chart).rows("size.diameter")).visit == "v10"


def test_a_visit_that_began_before_the_first_dose_is_the_baseline() -> None:
    chart = Chart(cycles=1).at("baseline", -2).sizes(a=20).add("size.diameter", 10, lesion="b", day=3)
    assert "2 days before" in seen(chart).baseline(seen(chart).rows("size.diameter")).why


def test_an_assessment_on_the_day_of_the_first_dose_is_the_baseline() -> None:
    chart = Chart(cycles=1).at("staging", 0).sizes(a=20)
    assert seen(chart).baseline(seen(chart).rows("size.diameter")).visit == visit(chart, "staging")


def test_of_two_visits_with_no_completed_cycle_the_first_is_the_baseline() -> None:
    chart = Chart().at("scan A", None, 0).sizes(a=20).at("scan B", None, 0).sizes(a=20)
    assert seen(chart).baseline(seen(chart).rows("size.diameter")).visit == visit(chart, "scan A")


def test_a_dated_value_wins_over_an_undated_one_of_its_visit() -> None:
    chart = Chart().at("visit", 10).add("status.ecog", 1)
    dated = chart.observations[0]
    undated = replace(dated, id="o999", date=None, value=fact("status.ecog", 2))
    assert pick([undated, dated]) == (dated, None)


def test_of_equal_values_the_last_recorded_is_cited() -> None:
    chart = Chart().at("visit", 10).add("status.ecog", 1).add("status.ecog", 1)
    assert pick(chart.observations) == (chart.observations[1], None)
    assert pick(chart.observations[::-1]) == (chart.observations[1], None)


def test_the_facts_up_to_a_visit_are_its_own_and_those_before() -> None:
    chart = Chart().at("one").sizes(a=1).at("two").sizes(a=2).at("three").sizes(a=3)
    kept = up_to(chart.history(), "v1")
    assert [one.id for one in kept.visits] == ["v0", "v1"]
    assert [row.visit for row in kept.observations] == ["v0", "v1"]


def test_a_visit_in_which_nothing_was_recorded_is_there_and_of_a_past_day_it_is_not() -> None:
    chart = Chart().at("one", 10).sizes(a=1)
    chart.visits.append(Visit("v1", "not done", 1))
    history = chart.at("three", 30).sizes(a=1).history()
    assert [one.id for one in build(history, catalog(), None).visits] == ["v0", "v1", "v2"]
    assert [one.id for one in build(history, catalog(), on(30)).visits] == ["v0", "v2"]
    assert [one.id for one in build(history, catalog(), on(20)).visits] == ["v0"]


def test_only_the_first_cycle_dates_the_first_dose() -> None:
    assert seen(Chart().cycle(2, 21)).day_zero is None
    assert seen(Chart().cycle(2, 21).cycle(1, 0)).day_zero == on(0)


def test_a_staging_operation_is_no_surgery_and_an_undated_one_does_not_hide_the_date_of_another() -> None:
    assert seen(Chart(cycles=2).at("staging", -10).add("event.surgery", "yes")).surgery is None
    chart = Chart(cycles=2).at("one").add("event.surgery", "yes").at("two", 90).add("event.surgery", "yes").at("three", 95).add("event.surgery", "yes")
    assert seen(chart).surgery == on(90)


def test_a_past_day_knows_the_lesions_and_facts_of_that_day_only() -> None:
    timeline = build(Chart().at("one", 10).sizes(a=1).at("two", 20).sizes(b=2).history(), catalog(), on(15))
    assert timeline.as_of == on(15)
    assert [lesion.label for lesion in timeline.history.lesions] == ["a"]
    assert [row.lesion for row in timeline.history.observations] == ["a"]


def test_a_visit_stands_where_its_first_date_is() -> None:
    for days in ((50, 10), (10, 50)):
        chart = Chart().at("long", days[0]).sizes(a=1).at("short", 30).sizes(a=1).at("long", days[1]).sizes(b=1)
        assert [one.name for one in seen(chart).visits] == ["long", "short"]


def test_an_undated_fact_is_seen_once_its_visit_has_begun() -> None:
    for days in ((50, 10), (10, 50)):
        chart = Chart().at("long", days[0]).sizes(a=1).at("long", days[1]).sizes(b=1).at("long").add("status.ecog", 1)
        history = chart.history()
        assert [row.analyte for row in build(history, catalog(), on(10)).history.observations].count("status.ecog") == 1
        assert not build(history, catalog(), on(9)).history.observations


def test_a_fact_of_a_later_day_of_a_visit_is_not_seen_with_its_first() -> None:
    history = Chart().at("long", 10).sizes(a=1).sizes(b=1).add("status.ecog", 1, day=50).history()
    assert "status.ecog" not in build(history, catalog(), on(49)).by_analyte
    assert "status.ecog" in build(history, catalog(), on(50)).by_analyte


def test_an_undated_visit_is_seen_with_the_one_before_it() -> None:
    history = Chart().at("one", 10).sizes(a=1).at("two", 40).sizes(a=2).at("undated").sizes(a=3).history()
    assert [one.name for one in build(history, catalog(), on(39)).visits] == ["one"]
    assert [one.name for one in build(history, catalog(), on(40)).visits] == ["one", "two", "undated"]
