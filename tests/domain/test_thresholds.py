"""Every threshold one step below, on it, and one step above; per cent thresholds from several baselines."""

from dataclasses import replace
from decimal import Decimal

import pytest

from nacdesk.domain.facts import LesionKind
from nacdesk.domain.review import review
from tests.domain.cases import Chart, at_visit, catalog, course, ctdna, judge, on, two_points

BASELINES = (203, 317, 333, 470, 500, 777, 1000, 1234)  # tenths of a millimetre


def tenths(number: int) -> Decimal:
    """Millimetres with one decimal."""
    return Decimal(number) / 10


def around(numerator: int, denominator: int) -> list[tuple[int, int]]:
    """Baselines with the sizes, in tenths, on both sides of a fraction of it and on it where it has one."""
    return [(base, size) for base in BASELINES for size in range(base * numerator // denominator - 1, -(-base * numerator // denominator) + 2)]


# Size


@pytest.mark.parametrize(("base", "size"), around(9, 10))
def test_nac_01_asks_for_ten_per_cent_exactly(base: int, size: int) -> None:
    found = two_points(tenths(base), tenths(size)).rule("NAC-01", "after C2")
    assert found.state == ("met" if 10 * size > 9 * base else "not_met")


@pytest.mark.parametrize(("base", "size"), around(7, 10))
def test_partial_response_begins_at_thirty_per_cent_exactly(base: int, size: int) -> None:
    assert two_points(tenths(base), tenths(size)).last_size().target == ("PR" if 10 * size <= 7 * base else "SD")


@pytest.mark.parametrize(("low", "size"), around(6, 5))
def test_progression_begins_at_twenty_per_cent_from_the_nadir_exactly(low: int, size: int) -> None:
    """The nadir is far below the baseline, and large enough for the 5 mm to be passed."""
    found = two_points(300, tenths(low), tenths(size)).last_size()
    grown = 5 * size >= 6 * low and size - low >= 50
    assert (found.target == "PD") is grown
    assert found.nadir_mm == tenths(low)


@pytest.mark.parametrize("low", [0, 1, 49, 50, 100, 199, 200, 249])
@pytest.mark.parametrize("step", [-1, 0, 1])
def test_progression_needs_five_millimetres_exactly(low: int, step: int) -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(primary=90).status("rest", "PRESENT")
    chart.at("nadir", 42).sizes(primary=tenths(low) if low else "ABSENT").status("rest", "PRESENT").new("no")
    chart.at("now", 63).sizes(primary=tenths(low + 50 + step)).status("rest", "PRESENT").new("no")
    assert (chart.last_size().target == "PD") is (step >= 0)


@pytest.mark.parametrize(("short", "target"), [("9.9", "CR"), ("10.0", "PR"), ("10.1", "PR")])
def test_a_node_is_normal_below_ten_millimetres(short: str, target: str) -> None:
    chart = Chart(cycles=2).lesion("N", "node").at("baseline", -7).sizes(N=20, primary=40)
    assert chart.at("now", 42).sizes(N=short, primary="ABSENT").last_size().target == target


@pytest.mark.parametrize(("short", "target", "again"), [("9.9", "CR", False), ("10.0", "PD", True), ("14.9", "PD", True), ("15.0", "PD", False)])
def test_a_node_is_back_after_complete_response_from_ten_millimetres(short: str, target: str, again: bool) -> None:
    chart = Chart(cycles=6).lesion("N", "node").at("baseline", -7).sizes(N=20).at("gone", 42).sizes(N=9).new("no").at("now", 63).sizes(N=short).new("no")
    assert chart.last_size().target == target
    assert ("re-image before calling progression" in chart.rule("REC-17", "now").sentence) is again


@pytest.mark.parametrize(("method", "thickness", "mm", "state"), [
    ("CT", None, "9.9", "not_met"), ("CT", None, "10.0", "met"), ("CT", 5, "10.0", "met"), ("CT", "5.1", "10.1", "not_met"), ("CT", "5.1", "10.2", "met"),
    ("calliper", None, "9.9", "not_met"), ("calliper", None, "10.0", "met"), ("chest X-ray", None, "19.9", "not_met"), ("chest X-ray", None, "20.0", "met"),
    (None, None, "40", "not_evaluable"),
])  # fmt: skip
def test_the_measurable_size_of_each_method(method: str | None, thickness: int | str | None, mm: str, state: str) -> None:
    chart = Chart(cycles=1).at("baseline", -7).size("primary", mm, method)
    if thickness is not None:
        chart.add("size.slice", thickness)
    assert chart.rule("REC-01").state == state


@pytest.mark.parametrize(("short", "detail"), [("9.9", "normal"), ("10.0", "nontarget_pathological"), ("14.9", "nontarget_pathological"), ("15.0", "target_eligible")])
def test_the_class_of_a_node_at_baseline(short: str, detail: str) -> None:
    assert Chart(cycles=1).lesion("N", "node").at("baseline", -7).size("N", short).rule("REC-02").detail == detail


@pytest.mark.parametrize(("organs", "state"), [("ab", "met"), ("aabbc", "met"), ("aabbcd", "not_met"), ("aab", "met"), ("aaab", "not_met")])
def test_the_number_of_targets(organs: str, state: str) -> None:
    chart = Chart(cycles=1)
    for number, organ in enumerate(organs):
        chart.lesion(f"L{number}", organ=organ).at("baseline", -7).size(f"L{number}", 20)
    assert chart.rule("REC-03").state == state


@pytest.mark.parametrize(
    ("organs", "state"),
    [(("left lung", "right lung", "lungs"), "not_met"), (("lung, left upper lobe", "Lung", "liver"), "met"), (("breast", None), "not_evaluable"), ((None,) * 6, "not_met")],
)
def test_paired_organs_are_one(organs: tuple[str | None, ...], state: str) -> None:
    chart = Chart(cycles=1)
    for number, organ in enumerate(organs):
        chart.lesion(f"L{number}", organ=organ).at("baseline", -7).size(f"L{number}", 20)
    assert chart.rule("REC-03").state == state


def test_an_irradiated_or_unmeasurable_target_is_a_warning() -> None:
    chart = Chart(cycles=1).at("baseline", -7).size("A", 20)
    chart.lesions["A"] = replace(chart.lesions["A"], irradiated=True, measurable=False)
    assert [chart.rule(rule).state for rule in ("REC-01", "REC-03")] == ["not_met", "not_met"]
    assert len(chart.review().warnings) == 2


@pytest.mark.parametrize(("lesions", "reader", "low", "high"), [(1, None, -221, 254), (2, None, -192, 195), (1, "A", -178, 161), (2, "A", -98, 131)])
@pytest.mark.parametrize("step", [-1, 0, 1])
def test_the_band_of_variability_includes_its_ends(lesions: int, reader: str | None, low: int, high: int, step: int) -> None:
    """A baseline of 100 mm: a tenth of a per cent is a tenth of a millimetre."""
    for edge, inside in ((low, step >= 0), (high, step <= 0)):
        chart = Chart(cycles=2)
        for name, day, change in (("baseline", -7, 0), ("now", 42, edge + step)):
            sizes = [Decimal(100) + tenths(change)] if lesions == 1 else [Decimal(50) + tenths(change), Decimal(50)]
            for number, size in enumerate(sizes):
                chart.at(name, day).size(f"L{number}", size, reader=reader)
        assert (chart.rule("KIN-07", "now").detail == "within variability") is inside


# Time


@pytest.mark.parametrize(("length", "grace"), [(21, 7), (14, 4), (28, 7), (7, 2), (20, 6), (10, 3)])
@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_cycle_counts_once_its_days_of_grace_have_come(length: int, grace: int, step: int) -> None:
    for number in (1, 2, 3):
        day = (number - 1) * length + length - grace + step
        chart = Chart(length=length, cycles=6).at("now", day).sizes(primary=30)
        (row,) = [row for row in chart.review().visits if row.visit.name == "now"]
        assert row.cycle == (number if step >= 0 else number - 1)


@pytest.mark.parametrize(("cycles", "state", "detail"), [(1, "not_evaluable", None), (2, "met", None), (3, "met", None), (4, "met", "late"), (8, "met", "late")])
def test_nac_01_speaks_from_two_cycles_and_is_late_from_four(cycles: int, state: str, detail: str | None) -> None:
    chart = Chart().at("baseline", cycle=0).sizes(primary=50).at("now", cycle=cycles).sizes(primary=50)
    assert (chart.rule("NAC-01", "now").state, chart.rule("NAC-01", "now").detail) == (state, detail)


@pytest.mark.parametrize(
    ("length", "doses", "state"), [(7, 5, "not_evaluable"), (7, 6, "met"), (13, 3, "not_evaluable"), (13, 4, "met"), (14, 2, "met"), (10, 4, "not_evaluable"), (10, 5, "met")]
)
def test_short_cycles_are_counted_in_blocks_of_21_days(length: int, doses: int, state: str) -> None:
    chart = Chart(length=length).at("baseline", cycle=0).sizes(primary=50).at("now", cycle=doses).sizes(primary=50).new("no")
    assert chart.rule("NAC-01", "now").state == state
    assert chart.rule("RES-02").state == state


@pytest.mark.parametrize(("day", "response"), [(41, "NE"), (42, "SD"), (43, "SD")])
def test_stable_disease_counts_from_day_42(day: int, response: str) -> None:
    best = course([(day, "SD")]).review().best
    assert (best.unconfirmed, best.confirmed) == (response, response)


@pytest.mark.parametrize(("gap", "response"), [(27, "SD"), (28, "PR"), (29, "PR")])
def test_a_response_is_confirmed_after_28_days(gap: int, response: str) -> None:
    assert course([(42, "PR"), (42 + gap, "PR")]).review().best.confirmed == response


@pytest.mark.parametrize(("day", "state"), [(83, "met"), (84, "met"), (85, "not_met")])
def test_progression_is_on_treatment_up_to_one_cycle_after_the_last_dose(day: int, state: str) -> None:
    chart = Chart(length=21, cycles=4).at("baseline", -7).sizes(primary=50).at("now", day).sizes(primary=70)
    assert chart.rule("RES-01").state == state


@pytest.mark.parametrize(("length", "day", "state"), [(21, 91, "met"), (21, 92, "not_met"), (35, 98, "met"), (35, 99, "not_met")])
def test_acquired_resistance_within_28_days_or_one_cycle_whichever_is_later(length: int, day: int, state: str) -> None:
    chart = Chart(length=length).cycle(1, 0).cycle(2, 63).at("baseline", -7).sizes(primary=50)
    chart.at("response", 50).sizes(primary=30).at("now", day).sizes(primary=45)
    assert chart.rule("RES-03").state == state


# PET


@pytest.mark.parametrize("base", ["4", "9.4", "10", "13.7"])
@pytest.mark.parametrize(("cycles", "percent", "response"), [
    (1, "-15.1", "PMR"), (1, "-15", "PMR"), (1, "-14.9", "SMD"), (2, "-25.1", "PMR"), (2, "-25", "SMD"), (2, "-24.9", "SMD"),
    (1, "24.9", "SMD"), (1, "25", "SMD"), (1, "25.1", "PMD"), (3, "25.1", "PMD"),
])  # fmt: skip
def test_eortc_classes(base: str, cycles: int, percent: str, response: str) -> None:
    now = Decimal(base) * (100 + Decimal(percent)) / 100
    chart = Chart().at("baseline", cycle=0).add("pet.suvmax", base).at("PET", cycle=cycles).add("pet.suvmax", now)
    assert chart.rule("PET-06", "PET").detail == response


@pytest.mark.parametrize(("now", "state"), [("4.99", "not_met"), ("5.0", "not_met"), ("5.01", "met")])
def test_persistent_suv_is_above_five(now: str, state: str) -> None:
    chart = Chart().at("baseline", cycle=0).add("pet.suvmax", 9).at("PET", cycle=1).add("pet.suvmax", now)
    assert chart.rule("NAC-02", "PET").state == state
    mirrored = Chart().at("baseline", cycle=0).add("pet.suvmax", now).at("PET", cycle=1).add("pet.suvmax", 9)
    assert mirrored.rule("NAC-02", "PET").state == state


@pytest.mark.parametrize(("suv", "state"), [("6.99", "not_met"), ("7.0", "not_met"), ("7.01", "met")])
def test_baseline_suv_is_above_seven(suv: str, state: str) -> None:
    assert Chart().at("baseline", cycle=0).add("pet.suvmax", suv).rule("NAC-03").state == state


@pytest.mark.parametrize("base", ["4", "9.4", "10"])
@pytest.mark.parametrize(("percent", "detail"), [("34.9", "NON_RESPONDER"), ("35", "RESPONDER"), ("35.1", "RESPONDER")])
def test_municon_asks_for_35_per_cent(base: str, percent: str, detail: str) -> None:
    now = Decimal(base) * (100 - Decimal(percent)) / 100
    chart = Chart("oesoph_gej_gastric_adeno", cycles=2).at("baseline", -5).add("anatomy.site", "gej").add("pet.suvmax", base)
    assert chart.at("PET", 14).add("pet.suvmax", now).rule("PET-07").detail == detail


@pytest.mark.parametrize(("day", "state"), [(10, "not_evaluable"), (11, "met"), (17, "met"), (18, "not_evaluable")])
def test_municon_looks_at_days_11_to_17(day: int, state: str) -> None:
    chart = Chart("oesoph_gej_gastric_adeno", cycles=2).at("baseline", -5).add("anatomy.site", "gej").add("pet.suvmax", 10)
    assert chart.at("PET", day).add("pet.suvmax", 10).rule("PET-07").state == state


# ctDNA and CEA


@pytest.mark.parametrize(("day", "state"), [(13, "not_evaluable"), (14, "met"), (28, "met"), (29, "not_evaluable")])
def test_clearance_is_asked_for_on_days_14_to_28(day: int, state: str) -> None:
    assert ctdna(5, 3, days=(-3, day)).rule("CTD-06").state == state


@pytest.mark.parametrize("base", ["0.37", "1.9", "8"])
@pytest.mark.parametrize(("percent", "detail"), [
    ("49.9", "no molecular response"), ("50", ">=50% tier"), ("50.1", ">=50% tier"), ("89.9", ">=50% tier"), ("90", ">=90% tier"), ("90.1", ">=90% tier"),
])  # fmt: skip
def test_tiers_of_molecular_response(base: str, percent: str, detail: str) -> None:
    now = Decimal(base) * (100 - Decimal(percent)) / 100
    assert ctdna(base, now).rule("CTD-07").detail == detail


@pytest.mark.parametrize("low", ["0.37", "1", "1.9"])
@pytest.mark.parametrize(("fold", "state"), [("1.999", "not_met"), ("2", "met"), ("2.001", "met")])
def test_ctdna_rises_at_twice_the_nadir(low: str, fold: str, state: str) -> None:
    assert ctdna(8, low, Decimal(low) * Decimal(fold)).rule("CTD-08").state == state


@pytest.mark.parametrize(("first", "second", "state"), [("1.201", "1.4413", "met"), ("1.2", "1.5", "not_met"), ("1.3", "1.56", "not_met"), ("1.3", "1.561", "met")])
def test_two_rises_of_more_than_20_per_cent_each(first: str, second: str, state: str) -> None:
    assert ctdna(8, 1, first, second).rule("CTD-08").state == state


@pytest.mark.parametrize(("after", "said"), [(0, True), (13, True), (14, False)])
def test_a_sample_soon_after_surgery_is_marked(after: int, said: bool) -> None:
    chart = ctdna(8, 1, 3, days=(-3, 21, 100 + after)).at("surgery", 100).add("event.surgery", "yes")
    assert ("less than 14 days after surgery" in chart.rule("CTD-08", f"day {100 + after}").sentence) is said


def cea(*samples: tuple[int, str], uln: str = "5") -> Chart:
    """CEA by day; the last sample is at the visit "now"."""
    chart = Chart(cycles=6)
    for place, (day, value) in enumerate(samples):
        chart.at("now" if place == len(samples) - 1 else "baseline" if day <= 0 else f"day {day}", day).add("marker.cea", value, uln=uln)
    return chart


@pytest.mark.parametrize(("rise", "confirmation", "state"), [("13", "13", "met"), ("12.99", "13", "not_met"), ("13", "12.99", "not_met"), ("13.01", "13.01", "met")])
def test_cea_rises_by_30_per_cent_twice(rise: str, confirmation: str, state: str) -> None:
    assert cea((50, "10"), (70, rise), (100, confirmation)).rule("MRK-05", "now").state == state


@pytest.mark.parametrize(("uln", "state"), [("12.9", "met"), ("13", "not_met"), ("13.1", "not_met")])
def test_cea_above_its_upper_limit(uln: str, state: str) -> None:
    assert cea((50, "10"), (70, "13"), (100, "13"), uln=uln).rule("MRK-05", "now").state == state


@pytest.mark.parametrize(("day", "reason"), [(55, "surge"), (56, "surge"), (57, "not confirmed yet")])
def test_cea_is_silent_in_the_first_56_days(day: int, reason: str) -> None:
    found = cea((-3, "10"), (day, "20")).rule("MRK-05", "now")
    assert found.state == "not_evaluable"
    assert reason in (found.reason or "")


@pytest.mark.parametrize(("gap", "state"), [(13, "not_evaluable"), (14, "met"), (60, "met"), (61, "not_evaluable")])
def test_a_cea_rise_is_confirmed_after_14_to_60_days(gap: int, state: str) -> None:
    assert cea((50, "10"), (70, "13"), (70 + gap, "13.4")).rule("MRK-05", "now").state == state


def test_a_cea_rise_that_its_second_sample_refuted_is_not_open() -> None:
    assert cea((50, "10"), (70, "14"), (100, "12"), (150, "13.5")).rule("MRK-05", "now").state == "not_met"


@pytest.mark.parametrize(("last", "state"), [("15.2", "not_met"), ("15.21", "met"), ("15.3", "met")])
def test_three_cea_rises_of_15_per_cent(last: str, state: str) -> None:
    """10 → 11.5 → 13.225 → 15.20875."""
    assert cea((-3, "10"), (60, "11.5"), (70, "13.225"), (80, last)).rule("MRK-05", "now").state == state


# Pathology and the band


@pytest.mark.parametrize(
    ("viable", "state", "grade"),
    [("0", "not_met", "1a"), ("9.9", "not_met", "1b"), ("10", "not_met", "2"), ("49.9", "not_met", "2"), ("50", "met", "2"), ("50.1", "met", "3"), ("100", "met", "3")],
)
def test_viable_cells(viable: str, state: str, grade: str) -> None:
    found = Chart("oesoph_gej_gastric_adeno", cycles=4).at("surgery", 120).add("path.viable", viable).rule("NAC-05")
    assert (found.state, found.detail) == (state, f"Becker {grade}")


@pytest.mark.parametrize(("limit", "below", "above"), [("I_max", "RCB-I", "RCB-II"), ("II_max", "RCB-II", "RCB-III")])
def test_the_limits_of_the_rcb_classes_belong_to_the_lower_class(limit: str, below: str, above: str) -> None:
    """The limit is put where a computed index lies, then one step below it."""
    chart = Chart(cycles=4).at("surgery", 120)
    for analyte, value in {"d1": 20, "d2": 15, "cellularity": 30, "in_situ": 0, "nodes_positive": 2, "largest_met": 6}.items():
        chart.add(f"rcb.{analyte}", value)
    shipped, index = catalog(), chart.review().rcb.index
    assert index is not None
    for threshold, expected in ((index, below), (index - Decimal("1e-9"), above), (index + Decimal("1e-9"), below)):
        numbers = {**shipped.rules["PTH-01"].thresholds, "I_max": Decimal(1), "II_max": Decimal(9), limit: threshold}
        rules = {**shipped.rules, "PTH-01": replace(shipped.rules["PTH-01"], thresholds=numbers)}
        assert review(chart.history(), replace(shipped, rules=rules)).rcb.rcb_class == expected


@pytest.mark.parametrize(
    ("kind", "day", "warned", "found"),
    [("mass", -28, False, True), ("mass", -29, True, True), ("node", -42, True, True), ("mass", -43, False, False), ("mass", 0, False, True), ("mass", 1, False, False)],
)
def test_the_days_of_a_baseline(kind: LesionKind, day: int, warned: bool, found: bool) -> None:
    judged = Chart(cycles=3).lesion("L", kind).at("baseline", day).size("L", 30).at("after C2", 42).size("L", 29).review()
    assert any("before the first dose; up to 28" in text for text in judged.warnings) is warned
    assert (at_visit(judged, "NAC-01", "after C2").state == "met") is found


def test_a_day_is_a_calendar_day() -> None:
    assert (on(42) - on(0)).days == 42
    assert judge(Chart(cycles=1).history()).day_zero == on(0)


# On the threshold itself, where a step beside it would not tell


@pytest.mark.parametrize(("day", "state"), [(56, "not_met"), (57, "met")])
def test_a_cea_rise_within_the_surge_is_not_confirmed_later(day: int, state: str) -> None:
    assert cea((-3, "10"), (day, "13"), (day + 30, "13.4")).rule("MRK-05", "now").state == state


@pytest.mark.parametrize(("gap", "state"), [(13, "not_evaluable"), (14, "not_met"), (60, "not_met"), (61, "not_evaluable")])
def test_a_sample_on_the_days_of_confirmation_refutes_a_rise(gap: int, state: str) -> None:
    """The second sample is no confirmation; the last one, long after, is high again."""
    assert cea((50, "10"), (70, "14"), (70 + gap, "12"), (200, "13.5")).rule("MRK-05", "now").state == state


@pytest.mark.parametrize("size", ["80.7", "80.8", "119.5", "119.6"])
def test_nac_01_and_kin_07_name_the_same_band(size: str) -> None:
    chart = Chart(cycles=2).at("baseline", -7).sizes(a=50, b=50).at("now", 42).sizes(a=Decimal(size) - 50, b=50)
    inside = chart.rule("KIN-07", "now").detail == "within variability"
    assert ("; within measurement variability" in chart.rule("NAC-01", "now").sentence) is inside


def test_two_rises_need_no_sample_before_them() -> None:
    assert ctdna("1", "1.21", "1.47").rule("CTD-08").state == "met"
    assert ctdna("1", "1.21").rule("CTD-08").state == "not_met"


@pytest.mark.parametrize(("limit", "said"), [("0.39", False), ("0.4", False), ("0.41", True)])
def test_a_better_limit_is_named_only_where_it_lies_above_the_new_value(limit: str, said: bool) -> None:
    assert ("better limit of detection" in ctdna("5", ("ND", limit), "0.4").rule("CTD-08").sentence) is said


@pytest.mark.parametrize(("limit", "detail"), [("1.9", "decrease >= 5.0%"), ("2", "cleared; percent not computable"), ("2.1", "cleared; percent not computable")])
def test_a_limit_that_is_not_below_the_baseline_gives_no_bound(limit: str, detail: str) -> None:
    assert ctdna("2", ("ND", limit)).rule("CTD-04").detail == detail
