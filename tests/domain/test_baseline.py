"""The baseline that somebody chose by hand (H07)."""

from dataclasses import replace

import pytest

from nacdesk.domain.edits import Record, Withdraw
from nacdesk.domain.entering import choose_baseline
from nacdesk.domain.facts import History
from nacdesk.domain.judgements import Review
from nacdesk.domain.timeline import Baseline, build
from nacdesk.errors import UserError
from tests.domain.cases import Chart, catalog, judge, on
from tests.domain.test_flowsheet import after

SIZE = "size.diameter"


def chosen(history: History, analyte: str = SIZE) -> Baseline:
    """The baseline of an analyte's series."""
    timeline = build(history, catalog(), None)
    return timeline.baseline(timeline.rows(analyte))


def staged(first: int = -20, second: int = -5) -> Chart:
    """Two scans before treatment and one after two cycles; CEA at the second and the third."""
    chart = Chart(cycles=4).at("scan 1", first).sizes(A=50).at("scan 2", second).sizes(A=60).add("marker.cea", 8, uln=5)
    return chart.at("after C2", 42).sizes(A=45).new("no").add("marker.cea", 4, uln=5)


def marked(chart: Chart, name: str, day: int | None, note: str | None = "before the biopsy", reader: str | None = "Ana Ruiz (aruiz)", code: str = "yes") -> History:
    """The same with a baseline chosen."""
    return chart.at(name, day).add("event.baseline", code, note=note, reader=reader).history()


def changes(review: Review) -> list[str]:
    """Per cent from baseline of each size, rounded."""
    return ["" if row.size is None or row.size.change_from_baseline_pct is None else f"{row.size.change_from_baseline_pct:.1f}" for row in review.visits]


def test_H07_a_baseline_chosen_by_hand_is_what_changes_are_counted_from() -> None:
    assert chosen(staged().history()).visit == staged().visits[5].id
    history = marked(staged(), "scan 1", -20)
    found = chosen(history)
    assert found == Baseline(staged().visits[4].id, "scan 1 (16 Dec 2025), 20 days before the first dose, chosen by hand by Ana Ruiz (aruiz): before the biopsy")
    review = judge(history)
    assert changes(review) == ["", "", "-10.0"]
    assert "chosen by hand by Ana Ruiz" in review.baseline["size"]
    assert review.visits[1].size is not None
    assert review.visits[1].size.overall is None  # a scan between the two is neither response nor progression


def test_H07_a_series_not_measured_there_keeps_its_own_baseline() -> None:
    history = marked(staged(), "scan 1", -20)
    found = chosen(history, "marker.cea")
    assert found.visit == staged().visits[5].id
    assert "by hand" not in found.why


@pytest.mark.parametrize(
    ("first", "warning"),
    [
        (-28, ""),
        (-29, "the baseline is 29 days before the first dose; up to 28 are preferred"),
        (-42, "the baseline is 42 days before the first dose; up to 28 are preferred"),
        (-43, "the baseline chosen by hand is 43 days before the first dose, more than the 42 that are accepted"),
        (-400, "the baseline chosen by hand is 400 days before the first dose, more than the 42 that are accepted"),
    ],
)
def test_H07_one_outside_the_window_counts_with_a_warning(first: int, warning: str) -> None:
    found = chosen(marked(staged(first), "scan 1", first))
    assert found.visit == staged().visits[4].id
    assert found.warning == warning
    assert found.why.endswith("chosen by hand by Ana Ruiz (aruiz): before the biopsy")
    review = judge(marked(staged(first), "scan 1", first))
    assert [text for text in review.warnings if "the baseline" in text] == ([f"{warning}."] if warning else [])


@pytest.mark.parametrize(("day", "accepted"), [(-1, True), (0, True), (1, False), (42, False)])
def test_H07_one_after_the_first_dose_is_refused_in_words(day: int, accepted: bool) -> None:
    chart = staged().at("restaging", day).sizes(A=40)
    found = chosen(marked(chart, "restaging", day))
    assert (found.visit is not None) is accepted
    if not accepted:
        assert found.why.startswith("no baseline: restaging (")
        assert found.why.endswith("was chosen by hand by Ana Ruiz (aruiz) but lies after the first dose")
        review = judge(marked(chart, "restaging", day))
        assert review.latest["NAC-01"].state == "not_evaluable"
        assert "chosen by hand" in (review.latest["NAC-01"].reason or "")


@pytest.mark.parametrize(("name", "cycle", "accepted"), [("scan 1", 0, True), ("scan 1", None, True), ("scan 1", 1, False), ("after C2", None, False), ("interim", None, False)])
def test_H07_without_dates_cycles_and_names_say_that_treatment_had_begun(name: str, cycle: int | None, accepted: bool) -> None:
    chart = Chart().at("baseline", cycle=0).sizes(A=60).at(name, cycle=cycle).sizes(A=50)
    found = chosen(marked(chart, name, None))
    assert (found.visit is not None) is accepted
    assert "chosen by hand" in found.why


def test_H07_an_undated_one_beside_a_dated_first_dose_has_a_warning() -> None:
    chart = Chart(cycles=2).at("old scan").sizes(A=60).at("baseline", -5).sizes(A=50)
    found = chosen(marked(chart, "old scan", None))
    assert found.why == "old scan, which has no date, chosen by hand by Ana Ruiz (aruiz): before the biopsy"
    assert "no date" in found.warning


def test_H07_the_latest_yes_counts_and_a_no_is_no_choice() -> None:
    chart = staged()
    marked(chart, "scan 1", -20)
    both = marked(chart, "scan 2", -5, note="restaged.", reader=None)
    assert chosen(both).why == "scan 2 (31 Dec 2025), 5 days before the first dose, chosen by hand: restaged"
    assert "by hand" not in chosen(marked(staged(), "scan 1", -20, code="no")).why
    assert chosen(marked(staged(), "scan 1", -20, note=" ")).why.endswith("no reason recorded")


def test_H07_a_sample_between_the_chosen_baseline_and_the_first_dose_is_charted_not_judged() -> None:
    chart = Chart(cycles=4)
    for day, value in ((-20, 10), (-3, 30), (21, 20), (42, 15)):
        chart.at("baseline" if day == -20 else f"sample {abs(day)}", day).add("ctdna.vaf", value, method="A")
    plain = judge(chart.history())
    history = marked(chart, "baseline", -20)
    review = judge(history)
    seen = {row.visit.name: row.ctdna["ctdna.vaf"] for row in review.visits if row.ctdna}
    assert seen["sample 3"].change_pct is None
    assert seen["sample 21"].change_pct == 100
    assert seen["sample 21"].fold_from_nadir == 2
    assert not any(one.visit == chart.visits[5].id for one in review.rules if one.rule in ("CTD-07", "CTD-08") and one.state != "not_evaluable")
    assert {row.visit.name: row.ctdna["ctdna.vaf"] for row in plain.visits if row.ctdna}["sample 42"].change_pct == -50


def test_H07_as_of_an_earlier_day_the_choice_is_that_days() -> None:
    history = marked(staged(), "scan 1", -20)
    assert judge(history, on(-10)).baseline["size"].endswith("before the biopsy")


def test_a_choice_is_one_fact_with_who_and_why_and_takes_the_place_of_a_former_one() -> None:
    history = staged().history()
    first, second = (visit.id for visit in history.visits[4:6])
    (made,) = choose_baseline(history, first, "Ana Ruiz (aruiz)", " before the biopsy ")
    assert isinstance(made, Record)
    row = made.observation
    assert (row.analyte, row.value, row.visit, row.date, row.reader, row.note) == ("event.baseline", "yes", first, on(-20), "Ana Ruiz (aruiz)", "before the biopsy")
    once = after(history, [made])
    assert choose_baseline(once, first, "Ana Ruiz (aruiz)", "before the biopsy") == ()
    gone, again = choose_baseline(once, second, "Lee", "restaged")
    assert gone == Withdraw(once.observations[-1].id)
    assert chosen(after(once, [gone, again])).visit == second
    (corrected,) = choose_baseline(once, first, "Lee", "wrong scan before")
    assert isinstance(corrected, Record)
    assert corrected.observation == replace(once.observations[-1], reader="Lee", note="wrong scan before")


@pytest.mark.parametrize(("visit", "reason"), [(4, " "), (7, "a reason")])
def test_a_choice_without_reason_or_values_is_refused(visit: int, reason: str) -> None:
    history = staged().at("planned").history()
    with pytest.raises(UserError):
        choose_baseline(history, history.visits[visit].id, "Lee", reason)
