"""Time: dates that are missing or partial, several values of a day, cycles, surgery, as-of."""

from dataclasses import replace

import pytest

from nacdesk.domain.timeline import build, up_to
from tests.domain.cases import Chart, at_visit, catalog, ctdna, judge, on, sized, two_points


def test_visits_without_dates_are_ordered_by_their_place() -> None:
    chart = Chart().at("baseline", cycle=0).sizes(A=50).at("after C2", cycle=2).sizes(A=30).new("no").at("after C4", cycle=4).sizes(A=40).new("no")
    assert [size.target for size in sized(chart.review())] == [None, "PR", "PD"]
    assert chart.review().as_of is None
    assert chart.review().best.unconfirmed == "PR"
    assert (chart.review().best.confirmed, chart.review().best.reason) == (None, "stable disease cannot be timed: first dose or assessment not dated")
    twice = Chart().at("baseline", cycle=0).sizes(A=50).at("after C2", cycle=2).sizes(A=30).new("no").at("after C4", cycle=4).sizes(A=30).new("no")
    assert (twice.review().best.confirmed, twice.review().best.reason) == (None, "a response cannot be confirmed without dates")


def test_stable_disease_without_dates_cannot_be_timed() -> None:
    best = Chart().at("baseline", cycle=0).sizes(A=50).at("after C2", cycle=2).sizes(A=48).new("no").review().best
    assert best.unconfirmed is None
    assert "not dated" in (best.reason or "")


def test_an_undated_visit_stands_behind_the_one_recorded_before_it() -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=50).at("after C4", 84).sizes(A=20).new("no").at("later", None).sizes(A=30).new("no").at("after C2", 42).sizes(A=40).new("no")
    assert [row.visit.name for row in chart.review().visits if row.size is not None] == ["baseline", "after C2", "after C4", "later"]
    assert chart.last_size().target == "PD"


def test_a_partial_date_counts_as_no_date_for_intervals() -> None:
    chart = Chart(cycles=4).at("baseline", -3).add("ctdna.vaf", 5, method="A").at("three weeks", 21).sizes(A=30)
    chart.observations.append(replace(chart.observations[-2], id="o900", visit=chart.observations[-1].visit, date=None, partial_date="2026-01"))
    found = chart.rule("CTD-06")
    assert found.state == "not_evaluable"
    assert "no sample on day 14 to 28" in (found.reason or "")


@pytest.mark.parametrize(("partial", "day", "seen"), [("2026-02", 53, False), ("2026-02", 54, True), ("2026", 359, False), ("2026", 360, True)])
def test_a_partial_date_is_seen_once_its_month_or_year_is_over(partial: str, day: int, seen: bool) -> None:
    chart = Chart(cycles=1).at("baseline", -7).sizes(A=50).at("later").sizes(A=30)
    chart.observations[-1] = replace(chart.observations[-1], partial_date=partial)
    assert (len(sized(chart.review(on(day)))) == 2) is seen


def test_the_latest_day_of_a_visit_counts_and_an_accepted_value_before_it() -> None:
    chart = two_points(50, 30).at("after C2", 42).size("primary", 26, day=44)
    assert chart.last_size().sum_mm == 26
    chart.size("primary", 29, day=40, accepted=True)
    assert chart.last_size().sum_mm == 29


def test_two_unlike_values_of_one_day_are_not_decided_by_the_program() -> None:
    chart = two_points(50, 30).size("primary", 44, reader="R2")
    size = chart.last_size()
    assert (size.sum_mm, size.target) == (None, "NE")
    assert "2 unlike values, none accepted: 30 mm and 44 mm by R2" in (size.reason or "")
    same = two_points(50, 30).size("primary", "30.0", reader="R2")
    assert same.last_size().sum_mm == 30


@pytest.mark.parametrize("analyte", ["marker.cea", "ctdna.vaf", "pet.suvmax"])
def test_unlike_values_of_one_day_are_a_warning(analyte: str) -> None:
    chart = Chart(cycles=2).at("baseline", -3).add(analyte, 5).add(analyte, 9, reader="lab 2")
    assert any("2 unlike values" in text for text in chart.review().warnings)


def test_a_second_ctdna_quantity_is_said_not_to_be_judged() -> None:
    chart = Chart(cycles=2).at("baseline", -3).add("ctdna.vaf", 5).add("ctdna.mtm", 9).at("C2", 21).add("ctdna.vaf", 1)
    assert "ctDNA MTM is charted, not judged: the rules use ctDNA VAF, which has most samples." in chart.review().warnings


def test_cycles_of_one_visit_are_told_apart_by_their_days() -> None:
    chart = Chart().at("treatment", 0).add("treatment.cycle", 1)
    chart.add("treatment.cycle", 2, day=21).add("treatment.dose_pct", 80, day=21)
    chart.add("treatment.cycle", 3, day=42).add("treatment.cancelled", "yes", day=42)
    assert [(cycle.dose_pct, cycle.cancelled) for cycle in chart.review().cycles] == [(None, False), (80, False), (None, True)]


def test_a_cancelled_cycle_is_no_completed_one() -> None:
    chart = Chart().cycle(1, 0).cycle(2, 21).add("treatment.cancelled", "yes").cycle(3, 42).at("now", 63).sizes(A=30)
    (row,) = [row for row in chart.review().visits if row.visit.name == "now"]
    assert row.cycle == 2


def test_an_entered_number_of_cycles_wins_over_the_counted_one() -> None:
    chart = Chart(cycles=4).at("baseline", -7).sizes(A=50).at("now", 84, cycle=1).sizes(A=50)
    assert chart.rule("NAC-01", "now").state == "not_evaluable"
    assert "as entered" in two_points(50, 50).at("x", cycle=2).sizes(primary=50).rule("NAC-01", "x").sentence


def test_the_last_dose_is_the_latest_one_known() -> None:
    """A last dose entered early in the course does not end it: a later cycle was given."""
    chart = Chart(cycles=4).at("after C2", 21).add("treatment.last_dose", "yes").at("baseline", -7).sizes(A=50).at("now", 80).sizes(A=70)
    assert chart.rule("RES-01").state == "met"


def test_a_cycle_delayed_against_its_length_is_counted() -> None:
    cycles = Chart(length=14).cycle(1, 0).cycle(2, 14).cycle(3, 34).review().cycles
    assert [cycle.delay_days for cycle in cycles] == [None, 0, 6]


def test_the_first_measurement_with_no_completed_cycle_is_the_baseline_of_visits_without_names() -> None:
    """A visit with other facts before it does not take its place; one that is named baseline does."""
    chart = Chart().at("diagnosis", cycle=0).add("biomarkers.her2_ihc", "0").at("scan 1", cycle=0).sizes(A=50).at("scan 2", cycle=2).sizes(A=30).new("no")
    assert chart.last_size().target == "PR"
    named = Chart().at("baseline", cycle=0).add("biomarkers.her2_ihc", "0").at("scan 1", cycle=0).sizes(A=50).at("scan 2", cycle=2).sizes(A=30).new("no")
    assert named.last_size().target == "NE"


# Surgery


def test_after_surgery_size_is_no_response() -> None:
    chart = two_points(50, 30).at("surgery", 60).add("event.surgery", "yes").at("control", 90).sizes(primary="ABSENT")
    size = chart.last_size()
    assert (size.target, size.overall, size.reason) == (None, None, "after surgery")
    assert chart.rule("NAC-01", "control").state == "not_applicable"


@pytest.mark.parametrize("day", [-20, 0])
def test_a_staging_operation_before_treatment_does_not_end_it(day: int) -> None:
    chart = Chart(cycles=4).at("laparoscopy", day).add("event.surgery", "yes").at("baseline", -7).sizes(A=50).at("after C2", 42).sizes(A=30).new("no")
    assert chart.last_size().target == "PR"


def test_surgery_that_did_not_take_place_ends_nothing() -> None:
    chart = two_points(50, 30).at("surgery", 60).add("event.surgery", "no").at("after C3", 63).sizes(primary=20).new("no")
    assert chart.last_size().target == "PR"


# As of


def test_as_of_leaves_out_a_lesion_that_was_not_known_then() -> None:
    chart = two_points(50, 30).at("after C4", 84).size("second", 20)
    assert sized(chart.review())[1].target == "NE"
    assert sized(chart.review(on(50)))[1].target == "PR"


def test_as_of_a_visit_without_dates() -> None:
    history = Chart().at("baseline", cycle=0).sizes(A=50).at("after C2", cycle=2).sizes(A=30).at("after C4", cycle=4).sizes(A=60).history()
    assert [size.target for size in sized(judge(up_to(history, history.visits[1].id)))] == [None, "PR"]


def test_the_default_day_is_the_latest_one_recorded() -> None:
    assert two_points(50, 30, 20).review().as_of == on(63)


def test_a_confirmed_response_says_so_when_it_is_lost() -> None:
    chart = Chart(cycles=8).at("baseline", -7).sizes(A=100)
    for day, size in ((42, 60), (84, 60), (126, 80)):
        chart.at(f"day {day}", day).sizes(A=size).new("no")
    assert "PR at day 42 (16 Feb 2026) (confirmed), then progression" in chart.rule("RES-03").sentence
    early = Chart(cycles=8).at("baseline", -7).sizes(A=100).at("one", 42).sizes(A=60).new("no").at("two", 63).sizes(A=80).new("no")
    assert "(unconfirmed)" in early.rule("RES-03").sentence


def test_bone_is_printed_and_raises_no_band() -> None:
    for context, band in (("osteosarcoma", "none, limited data"), ("breast_tnbc", "single-domain, limited data")):
        chart = Chart(context, cycles=4).at("baseline", -7).sizes(A=50).at("after C2", 42).sizes(A=50).new("no")
        judged = chart.review()
        assert at_visit(judged, "NAC-01", "after C2").state == "met"
        assert ("poor surrogate in bone" in at_visit(judged, "NAC-01", "after C2").sentence) is (context == "osteosarcoma")
        assert judged.band == band


@pytest.mark.parametrize(("regimen", "state"), [("CROSS", "not_applicable"), (None, "met")])
def test_nac_01_does_not_belong_to_chemoradiation(regimen: str | None, state: str) -> None:
    chart = Chart("oesoph_gej_gastric_adeno", cycles=4)
    if regimen is not None:
        chart.at("plan", 0).add("treatment.preop_chemoradiation", "yes")
    assert chart.at("baseline", -7).sizes(A=50).at("after C2", 42).sizes(A=50).rule("NAC-01", "after C2").state == state


def test_the_timeline_keeps_what_it_was_built_from() -> None:
    history = two_points(50, 30).history()
    line = build(history, catalog(), None)
    assert {row.id for row in line.history.observations} == {row.id for row in history.observations}


# Whether a visit lies before, on or after treatment


@pytest.mark.parametrize(("name", "day", "cycle", "state"), [
    ("later", 1, None, "met"), ("later", None, 1, "met"), ("later", None, 0, "not_evaluable"), ("later", None, None, "not_evaluable"),
])  # fmt: skip
def test_a_rise_needs_a_sample_on_treatment(name: str, day: int | None, cycle: int | None, state: str) -> None:
    chart = Chart(cycles=4 if day is not None else 0).at("baseline", -3 if day is not None else None, cycle=0).add("ctdna.vaf", 1, method="A")
    assert chart.at(name, day, cycle).add("ctdna.vaf", 3, method="A").rule("CTD-08", name).state == state


@pytest.mark.parametrize(("day", "later"), [(-1, False), (0, False), (1, True)])
def test_a_pet_on_the_day_of_the_first_dose_is_before_treatment(day: int, later: bool) -> None:
    chart = Chart(cycles=2).at("first", -10).add("pet.suvmax", 9).at("second", day).add("pet.suvmax", 9)
    assert any(one.visit == chart.visits[-1].id for one in chart.review().rules if one.rule == "PET-06") is later


@pytest.mark.parametrize(("surgery", "visit", "response"), [
    (60, 59, "PR"), (60, 60, None), (60, 61, None), (60, None, None), (None, None, None), (None, 90, None), (None, 42, "PR"),
])  # fmt: skip
def test_surgery_divides_the_visits_by_date_and_by_order(surgery: int | None, visit: int | None, response: str | None) -> None:
    """With a date on both by date; else by their order in the file, in which a dated visit finds its place by its date."""
    chart = two_points(50, 50)
    if response is not None and surgery is None:
        chart.at("control", visit).sizes(primary=30).new("no").at("surgery").add("event.surgery", "yes")
    else:
        chart.at("surgery", surgery).add("event.surgery", "yes").at("control", visit).sizes(primary=30).new("no")
    (row,) = [row for row in chart.review().visits if row.visit.name == "control"]
    assert row.size is not None
    assert row.size.target == response


def test_a_sample_keeps_its_own_date_within_its_visit() -> None:
    chart = ctdna(5, days=(-3,)).at("cycle 1", 3).sizes(primary=30).add("ctdna.vaf", 3, day=21, method="assay A")
    assert chart.rule("CTD-06").state == "met"
    assert "day 21" in chart.rule("CTD-06").sentence


# Cycles


def test_cycles_that_are_not_all_dated_are_not_counted() -> None:
    chart = Chart().cycle(1, 0).cycle(2, 21).at("C3").add("treatment.cycle", 3).at("baseline", -7).sizes(A=50).at("now", 63).sizes(A=50)
    assert "neither entered nor countable" in (chart.rule("NAC-01", "now").reason or "")
    unknown = Chart(length=None).cycle(1, 0).cycle(2, 21).at("baseline", -7).sizes(A=50).at("now", 63).sizes(A=50)
    assert "neither entered nor countable" in (unknown.rule("NAC-01", "now").reason or "")
    undated = Chart(cycles=4).at("baseline", -7).sizes(A=50).at("now").sizes(A=50)
    assert "neither entered nor countable" in (undated.rule("NAC-01", "now").reason or "")


def test_a_cancelled_cycle_is_no_dose() -> None:
    chart = Chart(cycles=3).cycle(4, 63).add("treatment.cancelled", "yes").at("baseline", -7).sizes(A=50).at("now", 70).sizes(A=70)
    assert chart.rule("RES-01").state == "not_met"


def test_the_delay_of_a_cycle_is_entered_or_counted_from_the_cycle_just_before() -> None:
    chart = Chart(length=14).cycle(1, 0).cycle(2, 20).add("treatment.delay_days", 3).cycle(4, 60).at("C5").add("treatment.cycle", 5).cycle(6, 90)
    assert [cycle.delay_days for cycle in chart.review().cycles] == [None, 3, None, None, None]
    assert [cycle.delay_days for cycle in Chart(length=None).cycle(1, 0).cycle(2, 20).review().cycles] == [None, None]
    assert [cycle.delay_days for cycle in Chart(length=14).cycle(1, 0).cycle(2, 12).review().cycles] == [None, 0]


def test_a_regimen_of_the_catalogue_gives_its_cycle_length_and_kind() -> None:
    entries = {entry.kind: entry for entry in reversed(catalog().regimens)}
    for kind, state in (("chemotherapy", "met"), ("chemoradiation", "not_applicable"), ("endocrine", "not_applicable")):
        entry = entries[kind]  # type: ignore[index]  # three of the kinds
        for name in (entry.name, entry.name.upper(), entry.name.split("(")[0].strip()):
            chart = Chart(entry.context, regimen=name, length=None).at("baseline", cycle=0).sizes(A=50).at("now", cycle=9).sizes(A=50)
            assert chart.rule("NAC-01", "now").state == state, name
            assert build(chart.history(), catalog(), None).cycle_length == entry.cycle_length
    assert build(Chart(regimen="something else", length=None).at("baseline").history(), catalog(), None).cycle_length is None


def test_a_dated_cycle_does_not_move_the_undated_visits_behind_it() -> None:
    chart = Chart().at("baseline").sizes(A=50).cycle(1, 0).at("after C2").sizes(A=30)
    assert [row.visit.name for row in chart.review().visits] == ["baseline", "after C2"]
    early = Chart(cycles=4).at("baseline", -7).sizes(A=50).at("now").sizes(A=30)
    assert [row.visit.name for row in early.review().visits] == ["baseline", "now"]


def test_the_date_of_a_visit_is_that_of_its_size_measurement() -> None:
    chart = Chart(cycles=4).at("baseline", -7).sizes(A=50).at("now", 40).add("status.ecog", 1).size("A", 30, day=42)
    assert chart.review().visits[-1].day == 42


def test_a_baseline_without_a_date_is_accepted_with_a_warning_where_no_dated_one_is() -> None:
    chart = Chart(cycles=4).at("baseline").sizes(A=50).at("now", 42).sizes(A=30).new("no")
    assert chart.last_size().target == "PR"
    assert any("the baseline has no date" in text for text in chart.review().warnings)
    unnamed = Chart(cycles=4).at("some scan").sizes(A=50).at("now", 42).sizes(A=30).new("no")
    assert unnamed.last_size().target == "NE"


def test_a_last_dose_that_was_not_given_is_none() -> None:
    chart = Chart(cycles=2).at("dose", 80).add("treatment.last_dose", "no").at("baseline", -7).sizes(A=50).at("now", 90).sizes(A=70)
    assert chart.rule("RES-01").state == "not_met"


def test_a_response_with_one_date_missing_is_not_confirmed() -> None:
    chart = Chart(cycles=4).at("baseline", -7).sizes(A=50).at("after C2", 42).sizes(A=30).new("no").at("later").sizes(A=30).new("no")
    best = chart.review().best
    assert (best.unconfirmed, best.confirmed, best.reason) == ("PR", None, "a response cannot be confirmed without dates")
