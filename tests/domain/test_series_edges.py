"""Edges of a sampled quantity: what its baseline, its nadir and its hottest lesion are when samples are nought, bounds or too early."""

from decimal import Decimal

from nacdesk.domain import pet
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.series import Series, fall_bound, nadir, reviewed, series
from nacdesk.domain.timeline import Timeline, build
from tests.domain.cases import Chart, Typed, catalog

VAF = "ctdna.vaf"


def seen(chart: Chart) -> Timeline:
    return build(chart.history(), catalog(), None)


def line(*samples: tuple[int, Typed], cycles: int = 1) -> Series:
    """VAF by day, the baseline visit holding what was drawn up to day 1."""
    chart = Chart(cycles=cycles)
    for day, typed in samples:
        chart.at("baseline" if -7 < day <= 1 else f"day {day}", day).add(VAF, typed)
    return series(seen(chart), VAF)


def test_a_sample_before_the_baseline_is_not_compared_with() -> None:
    found = line((-20, "0.5"), (-5, 2), (21, "1.2"))
    assert (found.base, [sample.day for sample in found.comparable(2)]) == (1, [-5])
    low = nadir(found, 2)
    assert low is not None
    assert low.day == -5


def test_without_a_baseline_the_reason_is_why_nothing_may_be_compared() -> None:
    found = line((21, 1))
    assert (found.base, list(found.after_baseline())) == (None, [0])
    assert found.unlike_baseline(0) == found.baseline.why != ""


def test_a_value_counts_beside_a_run_of_the_day_that_failed() -> None:
    found = series(seen(Chart(cycles=1).at("day 21", 21).add(VAF, "NE").add(VAF, 1)), VAF)
    assert [sample.quantity.exact for sample in found.samples] == [1]
    assert not found.gaps


def test_the_sample_of_the_first_dose_is_the_baseline_and_that_of_the_next_day_is_not() -> None:
    found = line((0, 2), (1, 1))
    assert (found.base, list(found.after_baseline())) == (0, [1])


def test_a_measured_value_proves_no_bound_of_a_fall() -> None:
    assert fall_bound(Quantity(Decimal(2), "%"), Quantity(Decimal(1), "%")) is None
    assert fall_bound(Quantity(Decimal(2), "%"), Quantity(Decimal(1), "%", "<")) == 50


def test_neither_the_baseline_nor_an_earlier_sample_has_a_change_from_baseline() -> None:
    found = line((-20, 1), (-5, 2), (21, 1))
    assert [reviewed(found, place).change_pct for place in range(3)] == [None, None, -50]


def test_a_nadir_of_nought_is_the_nadir_and_no_multiple_of_it_is_shown() -> None:
    found = line((-5, 1), (21, 0), (42, "0.5"))
    low = nadir(found, 2)
    assert low is not None
    assert low.quantity.exact == 0
    assert reviewed(found, 2).fold_from_nadir is None


def _uptake(*rows: tuple[int, str, Typed]) -> pet.PetCourse:
    chart = Chart(cycles=2)
    for day, lesion, typed in rows:
        chart.at("baseline" if day < 0 else f"day {day}", day).add("pet.suvmax", typed, lesion=lesion)
    return pet.course(seen(chart))


def test_the_hottest_lesion_is_that_of_the_baseline_by_its_number() -> None:
    hottest = _uptake((-5, "a", 4), (-5, "b", 9), (-5, "c", "0.5"), (-5, "d", 0), (42, "c", 20)).hottest
    assert hottest is not None
    assert hottest.samples[0].row.lesion == "b"
    cold = _uptake((-5, "d", 0), (-5, "c", "0.5")).hottest
    assert cold is not None
    assert cold.samples[0].row.lesion == "c"


def test_no_lesion_is_the_hottest_without_a_number_at_baseline() -> None:
    assert _uptake((42, "a", 9)).hottest is None
    assert _uptake((-5, "a", ">12")).hottest is None


def test_the_suv_of_a_visit_is_the_highest_number_and_never_a_bound() -> None:
    chart = Chart(cycles=2).at("baseline", -5).add("pet.suvmax", 4, lesion="a").add("pet.suvmax", 9, lesion="b").at("later", 42).add("pet.suvmax", "<4", lesion="a")
    found = [row.pet.suvmax for row in chart.review().visits if row.pet is not None]
    assert found == [Quantity(Decimal(9), "g/mL"), None]
