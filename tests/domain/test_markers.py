"""CA-125 by GCIG, KELIM, CA 19-9, CA 15-3 and PSA: limits on both sides, and what silences them."""

from decimal import Decimal

import pytest

from nacdesk.domain.judgements import GcigReview
from nacdesk.interop.review_json import to_json
from tests.domain.cases import Chart, Typed, on


def ca125(*series: tuple[int, Typed], uln: Typed | None = 35, context: str | None = "ovarian", method: str | None = None) -> Chart:
    """CA-125 by day; the first sample is the baseline."""
    chart = Chart(context, cycles=6)
    for day, value in series:
        chart.at("baseline" if day <= 0 else f"day {day}", day).add("marker.ca125", value, uln=uln, method=method)
    return chart


def gcig(*series: tuple[int, Typed]) -> GcigReview:
    return ca125(*series).review().gcig


# MRK-01


@pytest.mark.parametrize(("first", "response"), [("199.9", "RESPONSE"), (200, "RESPONSE"), ("200.1", "NO_RESPONSE")])
def test_a_response_asks_for_a_fall_of_half_exactly(first: Typed, response: str) -> None:
    found = gcig((-5, 400), (21, first), (49, "200.1" if response == "NO_RESPONSE" else first))
    assert (found.response, found.response_date) == (response, on(21) if response == "RESPONSE" else None)


@pytest.mark.parametrize(("day", "state"), [(48, "not_evaluable"), (49, "met"), (50, "met")])
def test_the_fall_is_held_for_28_days(day: int, state: str) -> None:
    found = ca125((-5, 400), (21, 150), (day, 150)).rule("MRK-01")
    assert found.state == state
    assert state == "met" or "is not held for 28 days yet" in (found.reason or "")


@pytest.mark.parametrize(("step", "state"), [("109.9", "met"), (110, "met"), ("110.1", "not_evaluable")])
def test_a_step_may_be_ten_per_cent_above_the_one_before(step: Typed, state: str) -> None:
    """A steeper one begins the wait anew."""
    assert ca125((-5, 400), (21, 100), (35, step), (49, step)).rule("MRK-01").state == state


def test_within_the_normal_range_a_step_plays_no_part() -> None:
    found = gcig((-5, 400), (21, 10), (35, 34), (49, 35))
    assert (found.response, found.response_date) == ("COMPLETE", on(21))
    assert gcig((-5, 400), (21, 36), (49, 36)).response == "RESPONSE"
    assert gcig((-5, 400), (21, 36), (49, 35)).response == "COMPLETE"


def test_every_sample_until_the_confirming_one_stays_below_half() -> None:
    found = gcig((-5, 400), (21, 195), (35, 205), (49, 195))
    assert found.response is None
    again = gcig((-5, 400), (21, 195), (35, 205), (49, 195), (77, 190))
    assert (again.response, again.response_date) == ("RESPONSE", on(49))


@pytest.mark.parametrize(("day", "value", "reason"), [
    (-14, 70, None), (-15, 70, "15 days before the first dose, more than 14"), (-14, "69.9", "below 2 × the upper limit of normal 35"), (0, 70, None),
    (-5, ">70", "only known as >70"),
])  # fmt: skip
def test_the_baseline_is_at_least_twice_the_limit_and_at_most_14_days_old(day: int, value: Typed, reason: str | None) -> None:
    found = ca125((day, value), (21, 20), (49, 20)).rule("MRK-01")
    assert found.state == ("met" if reason is None else "not_evaluable")
    assert reason is None or reason in (found.reason or "")


@pytest.mark.parametrize("event", ["event.serosal_procedure", "event.mouse_antibody", "event.surgery"])
@pytest.mark.parametrize(("gap", "used"), [(-1, True), (0, False), (28, False), (29, True)])
def test_samples_soon_after_an_operation_puncture_or_antibody_are_left_out(event: str, gap: int, used: bool) -> None:
    """Two raised samples after a normal one; the procedure comes `gap` days before the first of them."""
    chart = ca125((-5, 400), (30, 20), (60, 100), (90, 100))
    chart.at("theatre", 60 - gap).add(event, "yes")
    found = chart.review().gcig
    assert found.progression == ("PD" if used else "NO_PD")
    assert (
        chart.at("theatre again", -20).add(event, "yes").rule("MRK-01").reason
        == "the baseline was taken within 28 days after an operation, puncture or antibody that raises CA-125"
    )


def test_a_sentence_says_that_samples_were_left_out() -> None:
    chart = ca125((-5, 300), (21, 100), (42, 90), (63, 80)).at("puncture", 40).add("event.serosal_procedure", "yes")
    assert "; 2 samples soon after an operation, puncture or antibody left out." in chart.rule("MRK-02").sentence
    assert "left out" not in ca125((-5, 300), (21, 100), (42, 90)).rule("MRK-02").sentence


def test_an_event_without_a_date_leaves_nothing_to_judge() -> None:
    chart = ca125((-5, 400), (21, 100), (49, 100)).at("theatre", None).add("event.serosal_procedure", "yes")
    assert {chart.rule(rule).state for rule in ("MRK-01", "MRK-02")} == {"not_evaluable"}


def test_another_assay_ends_the_comparison() -> None:
    chart = ca125((-5, 400), (21, 100), method="A").at("day 49", 49).add("marker.ca125", 90, uln=35, method="B")
    assert {chart.rule(rule).reason for rule in ("MRK-01", "MRK-02")} == {"the assay changed"}
    assert chart.rule("MRK-03", "day 49").reason == "the assay changed before 23 Feb 2026"


def test_a_later_sample_that_cannot_be_compared_never_hides_a_progression() -> None:
    for later, method, day in ((20, "B", 91), (">5000", "A", 91), (20, "A", None)):
        chart = ca125((-5, 300), (21, 100), (42, 20), (63, 80), (70, 80), method="A")
        judged = chart.at("later", day).add("marker.ca125", later, uln=35, method=method).review()
        assert judged.gcig.progression_date == on(63)
        calm = ca125((-5, 300), (21, 100), (42, 90), method="A").at("later", day).add("marker.ca125", later, uln=35, method=method).review()
        assert {calm.latest[rule].state for rule in ("MRK-01", "MRK-02")} == {"not_evaluable"}


def test_a_value_below_the_range_of_the_assay_is_normal() -> None:
    assert gcig((-5, 400), (21, "<5"), (49, "<5")).response == "COMPLETE"
    assert ca125((-5, 400), (21, "<50"), (49, 30)).rule("MRK-01").reason == "CA-125 on 26 Jan 2026 is only known as <50 U/mL"


# MRK-02


@pytest.mark.parametrize(("values", "group", "day"), [
    ((300, 20, 70, 70), "A", 63), ((300, 20, "69.9", 70), "A", None), ((300, 35, 70, 70), "A", 63), ((300, 36, 70, 70), "B", None),
    ((300, 36, 72, 72), "B", 63), ((300, 36, "71.9", 72), "B", None), ((300, 36, 72, "71.9"), "B", None), ((35, 20, 70, 70), "C", 63), ((36, 40, 72, 72), "B", 63),
    ((36, 40, "71.9", 72), "B", None), ((20, 70, 69, 70), "C", None), ((20, 20, 20, 20), "C", None),
])  # fmt: skip
def test_each_group_has_its_limit(values: tuple[Typed, ...], group: str, day: int | None) -> None:
    found = gcig(*zip((-5, 42, 63, 84), values, strict=True))
    assert (found.progression, found.group) == ("NO_PD" if day is None else "PD", group)
    assert found.progression_date == (None if day is None else on(day))


@pytest.mark.parametrize(("day", "state"), [(69, "not_evaluable"), (70, "met"), (71, "met")])
def test_the_two_samples_lie_seven_days_apart(day: int, state: str) -> None:
    found = ca125((-5, 300), (42, 20), (63, 80), (day, 80)).rule("MRK-02")
    assert found.state == state
    assert found.severity == "alert"


def test_one_raised_sample_is_unconfirmed_and_is_not_called_free_of_progression() -> None:
    found = ca125((-5, 300), (42, 20), (63, 80)).rule("MRK-02", "day 63")
    assert found.state == "not_evaluable"
    assert "but no sample 7 days later confirms it" in (found.reason or "")


def test_a_lower_value_between_breaks_the_pair() -> None:
    assert gcig((-5, 300), (42, 20), (63, 80), (66, 60), (70, 80)).progression == "NO_PD"
    found = gcig((-5, 300), (42, 20), (63, 80), (66, 60), (70, 80), (77, 80))
    assert (found.progression, found.progression_date) == ("PD", on(70))


def test_a_progression_stays_although_the_marker_falls_later() -> None:
    judged = ca125((-5, 300), (42, 20), (63, 80), (70, 80), (91, 20)).review()
    assert judged.gcig.progression_date == on(63)
    assert "MRK-02" in {flag.result.rule for flag in judged.flags}


def test_without_a_baseline_no_group_is_guessed() -> None:
    judged = ca125((21, 300), (42, 700), (63, 800)).review()
    assert judged.gcig == GcigReview(reason="no baseline on or before the first dose")
    assert {judged.latest[rule].state for rule in ("MRK-01", "MRK-02")} == {"not_evaluable"}


def test_the_json_holds_both_answers() -> None:
    assert to_json(ca125((-5, 300), (42, 20), (70, 20), (91, 80), (98, 80)).review())["gcig"] == {
        "response": "COMPLETE", "response_date": "2026-02-16", "progression": "PD", "group": "A", "date": "2026-04-06", "reason": None,
    }  # fmt: skip
    assert to_json(Chart().review())["gcig"]["reason"] == "no CA-125 recorded"


def test_ca125_belongs_to_ovarian_tumours_and_is_judged_wherever_it_is_recorded() -> None:
    rules = ("MRK-01", "MRK-02", "MRK-03", "MRK-04")
    for context, state in (("ovarian", "not_evaluable"), ("breast_tnbc", "not_applicable"), (None, "not_evaluable")):
        assert {Chart(context).rule(rule).state for rule in rules} == {state}
    assert ca125((-5, 300), (42, 20), (63, 80), (70, 80), context="pancreas").rule("MRK-02").state == "met"


# MRK-03 and MRK-04


@pytest.mark.parametrize(("now", "state"), [(34, "not_evaluable"), (35, "not_evaluable"), ("35.1", "met"), ("399.9", "met"), (400, "not_evaluable"), (401, "not_evaluable")])
def test_a_half_life_needs_a_fall_above_the_normal_range(now: Typed, state: str) -> None:
    assert ca125((-5, 400), (21, now)).rule("MRK-03").state == state


@pytest.mark.parametrize(("typed", "state"), [("0.99", "met"), ("1.0", "not_met"), ("1.01", "not_met"), ("<1.0", "met"), ("<1.1", "not_evaluable"), (">1", "not_met")])
def test_kelim_is_unfavourable_below_one(typed: Typed, state: str) -> None:
    assert Chart("ovarian", cycles=6).at("visit", 100).add("marker.kelim", typed).rule("MRK-04").state == state


@pytest.mark.parametrize(("days", "state"), [((-5, 20, 40), "not_evaluable"), ((0, 20, 101), "not_evaluable"), ((0, 20, 100), "met"), ((1, 20, 40), "met")])
def test_kelim_rests_on_three_samples_of_the_first_100_days(days: tuple[int, ...], state: str) -> None:
    chart = ca125(*((day, 100) for day in days)).at("report", 101).add("marker.kelim", "0.9", method="calculator")
    assert chart.rule("MRK-04").state == state


def test_kelim_is_never_computed_and_never_charted_as_a_marker() -> None:
    judged = ca125((-5, 400), (21, 300), (42, 200), (63, 100)).review()
    assert judged.latest["MRK-04"].reason == "no KELIM entered"
    later = ca125((-5, 400)).at("report", 90).add("marker.kelim", "1.2").review()
    assert all("marker.kelim" not in row.markers for row in later.visits)


# MRK-06


def ca199(*series: tuple[int, Typed, Typed | None], cholestasis: str | None = None) -> Chart:
    """(day, CA 19-9, bilirubin with an upper limit of 20) of each sample."""
    chart = Chart("pancreas", cycles=6)
    for day, value, bilirubin in series:
        chart.at("baseline" if day <= 0 else f"day {day}", day).add("marker.ca199", value, uln=37)
        if bilirubin is not None:
            chart.add("labs.bilirubin_umol_l", bilirubin, uln=20)
    return chart if cholestasis is None else chart.add("labs.cholestasis", cholestasis)


@pytest.mark.parametrize(("now", "detail"), [
    (36, "normalised"), (37, "normalised"), ("37.1", "fall >=50%"), (200, "fall >=50%"), ("200.1", "no fall by half"), (599, "no fall by half"), ("<30", "normalised"),
])  # fmt: skip
def test_the_fall_of_ca199(now: Typed, detail: str) -> None:
    found = ca199((-5, 400, 10), (42, now, 10)).rule("MRK-06")
    assert (found.state, found.detail) == ("not_met", detail)


@pytest.mark.parametrize(("first", "second", "day", "state"), [
    (150, 150, 56, "met"), ("149.9", 150, 56, "not_evaluable"), (150, 150, 55, "not_evaluable"), (150, "149.9", 56, "not_met"), (151, 160, 60, "met"),
    ("149.9", "149.9", 80, "not_met"),
])  # fmt: skip
def test_a_rise_of_ca199_is_half_above_the_nadir_twice_14_days_apart(first: Typed, second: Typed, day: int, state: str) -> None:
    found = ca199((-5, 400, 10), (21, 100, 10), (42, first, 10), (day, second, 10)).rule("MRK-06", f"day {day}")
    assert found.state == state


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(("bilirubin", "state", "reason"), [
    ("39.9", "not_met", None), (40, "not_evaluable", "cholestasis"), ("40.1", "not_evaluable", "cholestasis"), (None, "not_evaluable", "bilirubin not recorded"),
    ("<50", "not_evaluable", "only known as"), ("<30", "not_met", None),
])  # fmt: skip
def test_ca199_says_nothing_unless_bilirubin_is_known_to_be_low_at_both_samples(place: int, bilirubin: Typed | None, state: str, reason: str | None) -> None:
    levels: list[Typed | None] = [10, 10]
    levels[place] = bilirubin
    found = ca199((-5, 400, levels[0]), (42, 100, levels[1])).rule("MRK-06")
    assert found.state == state
    assert reason is None or reason in (found.reason or "")


def test_recorded_cholestasis_silences_ca199_and_its_absence_does_not_stand_for_bilirubin() -> None:
    assert ca199((-5, 400, 10), (42, 100, 10), cholestasis="yes").rule("MRK-06").reason == "cholestasis at the sample of 16 Feb 2026"
    assert ca199((-5, 400, 10), (42, 100, None), cholestasis="no").rule("MRK-06").state == "not_evaluable"


@pytest.mark.parametrize(("start", "state"), [(37, "not_evaluable"), ("37.1", "not_met"), ("<37", "not_evaluable")])
def test_a_baseline_that_is_not_raised_may_be_no_secretor(start: Typed, state: str) -> None:
    assert ca199((-5, start, 10), (42, 36, 10)).rule("MRK-06").state == state


def test_a_sample_with_cholestasis_is_no_nadir() -> None:
    chart = ca199((-5, 400, 10), (21, 100, 60), (42, 200, 10), (63, 200, 10))
    assert chart.rule("MRK-06", "day 63").detail == "fall >=50%"


# MRK-07 and MRK-08


def lone(analyte: str, *series: tuple[int, Typed], context: str | None = "breast_hrpos") -> Chart:
    chart = Chart(context, cycles=6)
    for day, value in series:
        chart.at("baseline" if day <= 0 else f"day {day}", day).add(analyte, value)
    return chart


@pytest.mark.parametrize(
    ("now", "later", "state"), [(50, 50, "met"), ("49.9", 60, "not_met"), (50, "49.9", "not_met"), ("50.1", 51, "met"), (50, None, "not_evaluable"), (45, None, "not_met")]
)
def test_ca153_rises_by_a_quarter_and_a_second_sample_keeps_it(now: Typed, later: Typed | None, state: str) -> None:
    chart = lone("marker.ca153", (-5, 40), (42, now))
    if later is None:
        assert chart.rule("MRK-07", "day 42").state == state
        return
    found = chart.at("day 63", 63).add("marker.ca153", later).rule("MRK-07", "day 63")
    assert found.state == state


@pytest.mark.parametrize(("nadir", "now", "gap", "state"), [
    (8, 10, 21, "met"), (8, 10, 20, "not_evaluable"), (8, "9.9", 21, "not_met"), (6, "7.9", 21, "not_met"), (6, 8, 21, "met"), (12, "14.9", 21, "not_met"), (12, 15, 21, "met"),
])  # fmt: skip
def test_psa_rises_by_a_quarter_and_by_two(nadir: Typed, now: Typed, gap: int, state: str) -> None:
    chart = lone("marker.psa", (-5, 20), (21, nadir), (42, now), (42 + gap, now))
    assert chart.rule("MRK-08", f"day {42 + gap}").state == state


@pytest.mark.parametrize(("day", "state"), [(83, "not_met"), (84, "met"), (85, "met")])
def test_without_a_decline_psa_is_judged_from_week_12_on(day: int, state: str) -> None:
    assert lone("marker.psa", (-5, 8), (day, 12), (day + 30, 12)).rule("MRK-08", f"day {day}" if state == "not_met" else f"day {day + 30}").state in (state, "met")
    first = lone("marker.psa", (-5, 8), (day, 12)).rule("MRK-08", f"day {day}")
    assert first.state == ("not_evaluable" if state == "met" else "not_met")


def test_psa_and_ca153_stay_silent_where_they_do_not_belong() -> None:
    assert Chart("ovarian").rule("MRK-07").state == "not_applicable"
    assert Chart("breast_tnbc").rule("MRK-07").state == "not_evaluable"
    assert Chart("breast_tnbc").rule("MRK-08").state == "not_applicable"
    assert lone("marker.psa", (21, 8), (42, 12)).rule("MRK-08").reason == "no baseline on or before the first dose"


def test_a_larger_marker_never_removes_a_rise() -> None:
    for factor in (1, 2, 10):
        found = ca199((-5, 400, 10), (21, 100, 10), (42, 150 * factor, 10), (63, 150 * factor, 10)).rule("MRK-06", "day 63")
        assert found.state == "met"
        assert found.value == Decimal(150 * factor)
