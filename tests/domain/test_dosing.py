"""Cycles as a form lays them out and edits them; only what was given or cancelled is recorded."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nacdesk.domain.dosing import Cycle, edits_for_cycles, layout, recorded
from nacdesk.domain.edits import PutVisit, Record, RemoveVisit, Withdraw
from nacdesk.domain.facts import History
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.timeline import build
from nacdesk.errors import UserError
from tests.domain.cases import Chart, catalog, on
from tests.domain.test_flowsheet import after


def applied(history: History, *plan: Cycle) -> History:
    """The facts with this plan saved."""
    edits = edits_for_cycles(history, plan)
    left = after(history, [edit for edit in edits if not isinstance(edit, RemoveVisit)])
    gone = {edit.id for edit in edits if isinstance(edit, RemoveVisit)}
    return replace(left, visits=tuple(visit for visit in left.visits if visit.id not in gone))


@pytest.mark.parametrize(
    ("first", "length", "cycles", "days"),
    [
        (dt.date(2026, 1, 5), 21, 3, ["2026-01-05", "2026-01-26", "2026-02-16"]),
        (dt.date(2024, 2, 15), 14, 3, ["2024-02-15", "2024-02-29", "2024-03-14"]),
        (dt.date(2026, 12, 20), 28, 2, ["2026-12-20", "2027-01-17"]),
        (dt.date(2026, 1, 5), 1, 1, ["2026-01-05"]),
        (dt.date(2026, 1, 5), 21, 0, []),
    ],
)
def test_H10_cycles_are_laid_out_by_whole_days(first: dt.date, length: int, cycles: int, days: list[str]) -> None:
    assert [day.isoformat() for day in layout(first, length, cycles)] == days


def test_given_cycles_are_recorded_and_planned_ones_are_not() -> None:
    history = Chart().at("baseline", -7).sizes(A=50).history()
    plan = [Cycle(number, when, given=number < 3) for number, when in enumerate(layout(on(0), 21, 4), start=1)]
    edits = edits_for_cycles(history, plan)
    assert [edit.visit.name for edit in edits if isinstance(edit, PutVisit)] == ["C1", "C2"]
    rows = [edit.observation for edit in edits if isinstance(edit, Record)]
    assert [(row.visit, row.analyte, row.value, row.date, row.entered) for row in rows] == [
        ("C1", "treatment.cycle", Quantity(Decimal(1), ""), on(0), "1"),
        ("C2", "treatment.cycle", Quantity(Decimal(2), ""), on(21), "2"),
    ]
    saved = applied(history, *plan)
    assert recorded(saved) == tuple(plan[:2])
    assert [(cycle.number, cycle.start) for cycle in build(saved, catalog(), None).cycles] == [(1, on(0)), (2, on(21))]


def test_dose_delay_and_cancellation_stand_beside_their_cycle() -> None:
    history = Chart().history()
    plan = (Cycle(1, on(0), dose_pct=Decimal(100)), Cycle(2, on(28), dose_pct=Decimal("80"), delay_days=7), Cycle(3, on(49), given=False, cancelled=True))
    saved = applied(history, *plan)
    assert recorded(saved) == (*plan[:2], replace(plan[2], given=True))
    cycles = build(saved, catalog(), None).cycles
    assert [(cycle.dose_pct, cycle.delay_days, cycle.cancelled) for cycle in cycles] == [(100, None, False), (80, 7, False), (None, 0, True)]
    assert build(saved, catalog(), None).last_dose == on(28)
    limits = {row.analyte: catalog().analytes[row.analyte].unit for row in saved.observations}
    assert all(row.quantity is None or row.quantity.unit == limits[row.analyte] for row in saved.observations)


def test_what_is_recorded_already_is_no_edit() -> None:
    chart = Chart(cycles=2).at("C2", 21).add("treatment.dose_pct", 80).add("treatment.delay_days", 3, day=21)
    chart.at("treatment", None).add("treatment.cycle", 3).add("treatment.cancelled", "yes")
    history = chart.history()
    assert edits_for_cycles(history, recorded(history)) == ()


def test_moving_reducing_and_cancelling_edit_the_rows_that_are_there() -> None:
    chart = Chart(cycles=2).at("C2", 21).add("treatment.dose_pct", 100)
    history = chart.history()
    first, second = recorded(history)
    edits = edits_for_cycles(history, [first, replace(second, start=on(25), dose_pct=Decimal(75), delay_days=4)])
    assert all(isinstance(edit, Record) for edit in edits)
    rows = [edit.observation for edit in edits if isinstance(edit, Record)]
    assert [(row.id, row.analyte, row.date) for row in rows] == [("o001", "treatment.cycle", on(25)), ("o002", "treatment.dose_pct", on(25)), ("", "treatment.delay_days", on(25))]
    assert rows[1].value == Quantity(Decimal(75), "%")
    (cancelled,) = edits_for_cycles(history, [first, replace(second, cancelled=True)])
    assert isinstance(cancelled, Record)
    assert (cancelled.observation.analyte, cancelled.observation.value, cancelled.observation.visit) == ("treatment.cancelled", "yes", history.visits[1].id)
    assert edits_for_cycles(history, [first, replace(second, dose_pct=None)]) == (Withdraw("o002"),)


def test_a_dose_with_a_day_of_its_own_or_none_keeps_it() -> None:
    chart = Chart().at("C1", 0).add("treatment.cycle", 1)
    chart.observations.append(replace(chart.observations[0], id="o900", analyte="treatment.dose_pct", value=Quantity(Decimal(90), "%"), date=None))
    history = chart.history()
    edits = edits_for_cycles(history, [replace(recorded(history)[0], start=on(1))])
    assert [edit.observation.analyte for edit in edits if isinstance(edit, Record)] == ["treatment.cycle"]


def test_a_cycle_that_was_not_given_is_withdrawn_with_all_beside_it() -> None:
    chart = Chart(cycles=2).at("C2", 21).add("treatment.dose_pct", 80)
    history = chart.history()
    edits = edits_for_cycles(history, recorded(history)[:1])
    assert edits == (Withdraw("o001"), Withdraw("o002"), RemoveVisit(history.visits[1].id))
    planned = [recorded(history)[0], replace(recorded(history)[1], given=False)]
    assert edits_for_cycles(history, planned) == edits
    kept = chart.at("C2", 21).add("marker.cea", 3).history()
    assert edits_for_cycles(kept, recorded(kept)[:1]) == (Withdraw("o001"), Withdraw("o002"))


def test_a_visit_of_that_name_is_used() -> None:
    history = Chart().at("C1", 0).add("marker.cea", 3).history()
    (made,) = edits_for_cycles(history, [Cycle(1, on(0))])
    assert isinstance(made, Record)
    assert made.observation.visit == history.visits[0].id


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ([Cycle(1, on(0)), Cycle(1, on(21))], "Cycle 1 stands twice"),
        ([Cycle(1, on(0)), Cycle(2, on(0))], "Cycle 2 (2026-01-05) does not lie after cycle 1"),
        ([Cycle(1, on(21)), Cycle(2, None), Cycle(3, on(0))], "Cycle 3 (2026-01-05) does not lie after cycle 1"),
    ],
)
def test_H09_cycles_that_contradict_each_other_are_refused(plan: list[Cycle], words: str) -> None:
    with pytest.raises(UserError) as refused:
        edits_for_cycles(Chart().history(), plan)
    assert words in refused.value.sentence
    assert edits_for_cycles(Chart().history(), [Cycle(1, on(0)), Cycle(2, on(1)), Cycle(3, None)])


Drawn = list[tuple[int, bool, Decimal | None, int | None, bool]]
DOSES, DELAYS = st.sampled_from([None, Decimal(80), Decimal("92.5")]), st.sampled_from([None, 0, 9])
CYCLES = st.lists(st.tuples(st.integers(1, 40), st.booleans(), DOSES, DELAYS, st.booleans()), max_size=6, unique_by=lambda one: one[0])


def planned(drawn: Drawn) -> list[Cycle]:
    """A plan with dates that rise with the numbers."""
    return [Cycle(number, on(21 * number), given, dose, delay, gone) for number, given, dose, delay, gone in sorted(drawn, key=lambda one: one[0])]


@given(CYCLES, CYCLES)
def test_whatever_plan_is_saved_over_another_is_what_is_recorded_then(first: Drawn, second: Drawn) -> None:
    history = applied(Chart().at("baseline", -7).sizes(A=50).history(), *planned(first))
    saved = applied(history, *planned(second))
    assert recorded(saved) == tuple(replace(one, given=True) for one in planned(second) if one.given or one.cancelled)
    assert edits_for_cycles(saved, planned(second)) == ()
    assert {visit.name for visit in saved.visits} == {"baseline", *(f"C{one.number}" for one in planned(second) if one.given or one.cancelled)}
