"""What holds for every history: order, units, dates and gaps never make a judgement milder."""

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from nacdesk.domain.facts import History, LesionKind, Observation
from nacdesk.domain.judgements import Review
from nacdesk.domain.quantity import Quantity
from tests.domain.cases import Chart, Typed, catalog, judge, on

FEW = settings(max_examples=60)
# Of these rules "not met" is the answer that lets a reader rest. RES-01 to RES-03 speak of the whole course.
CLEARING = {rule.id for rule in catalog().rules.values() if rule.flag and rule.domain != "resistance"} | {"REC-09", "REC-12"}
Key = tuple[str, str | None]


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """A dated case: up to three targets, non-target disease, ctDNA, SUV and CEA, each of them with gaps."""
    chart = Chart(cycles=4)
    kinds: list[LesionKind] = draw(st.lists(st.sampled_from(("mass", "node")), min_size=1, max_size=3))
    for number, kind in enumerate(kinds):
        chart.lesion(f"T{number}", kind, organ=f"organ {number}")
    others = draw(st.integers(0, 2))
    follows = {name: draw(st.booleans()) for name in ("ctdna", "pet", "cea")}
    days = [-draw(st.integers(0, 28))]
    for _ in range(draw(st.integers(1, 4))):
        days.append(days[-1] + draw(st.integers(15, 40)) + (14 if len(days) == 1 else 0))
    for place, day in enumerate(days):
        chart.at("baseline" if place == 0 else f"scan {place}", day)
        for number in range(len(kinds)):
            size = draw(_first if place == 0 else _later)
            if size is not None:
                chart.size(f"T{number}", size)
        for number in range(others):
            status = draw(st.sampled_from(("PRESENT", "ABSENT", "ABSENT", "NE", "PD", None))) if place else "PRESENT"
            if status is not None:
                chart.status(f"N{number}", status)
        answer = draw(st.sampled_from(("no", "no", "yes", "equivocal", None))) if place else None
        if answer is not None:
            chart.new(answer)
        if follows["ctdna"] and draw(st.booleans() if place else st.just(True)):
            value = draw(st.sampled_from(("0.2", "0.4", "0.48", "1", "2", "ND", "<0.3", "NE")))
            chart.add("ctdna.vaf", value, limit="0.1" if value == "ND" else None, method="assay A")
        if follows["pet"] and draw(st.booleans() if place else st.just(True)):
            chart.add("pet.suvmax", draw(st.sampled_from(("3", "5", "5.1", "6", "7.5", "9", "<4", ">12", "NE"))), lesion="T0")
        if follows["cea"]:
            chart.add("marker.cea", draw(st.sampled_from(("3", "6", "8", "11", "15"))), uln=5)
    return chart


_number = st.integers(1, 800).map(lambda tenths: Decimal(tenths) / 10)
_first = st.one_of(_number, st.sampled_from((Decimal(15), Decimal(20), Decimal(50))))
_later: st.SearchStrategy[Typed | None] = st.one_of(_number, _number, st.sampled_from(("ABSENT", "TSTM", "NE", None, 10, 12, 24, 35, 60)))


def said(judged: Review) -> dict[Key, tuple[object, ...]]:
    """What each rule says at each visit, without words."""
    return {(one.rule, one.visit): (one.state, one.severity, one.value, one.threshold, one.detail, frozenset(one.missing), frozenset(one.evidence)) for one in judged.rules}


def sizes(judged: Review) -> list[object]:
    """The size judgements without evidence and words."""
    rows = [row.size for row in judged.visits if row.size is not None]
    return [(row.sum_mm, row.nadir_mm, row.change_from_baseline_pct, row.target, row.non_target, row.new_lesion, row.overall, row.provisional) for row in rows]


def with_rows(history: History, rows: Sequence[Observation]) -> History:
    return replace(history, observations=tuple(rows))


@FEW
@given(charts(), st.randoms(use_true_random=False))
def test_the_order_of_facts_and_lesions_plays_no_part(chart: Chart, chance: random.Random) -> None:
    history = chart.history()
    rows, lesions, visits = list(history.observations), list(history.lesions), list(history.visits)
    for several in (rows, lesions, visits):
        chance.shuffle(several)
    other = judge(replace(history, observations=tuple(rows), lesions=tuple(lesions), visits=tuple(visits)))
    first = judge(history)
    assert said(other) == said(first)
    assert sizes(other) == sizes(first)
    assert [flag.result.rule for flag in other.flags] == [flag.result.rule for flag in first.flags]
    assert (other.band, other.best, other.resistance) == (first.band, first.best, first.resistance)


@FEW
@given(charts())
def test_H05_centimetres_and_millimetres_give_the_same_judgement(chart: Chart) -> None:
    """Typed as centimetres and read by the catalogue's own unit."""
    history, entry = chart.history(), catalog().analytes["size.diameter"]
    rows = []
    for row in history.observations:
        if row.analyte == entry.id and row.quantity is not None and row.quantity.exact is not None:
            value, _ = entry.read(str(row.quantity.exact / 10), "cm")
            rows.append(replace(row, value=value))
        else:
            rows.append(row)
    other, first = judge(with_rows(history, rows)), judge(history)
    assert said(other) == said(first)
    assert sizes(other) == sizes(first)


@FEW
@given(charts())
def test_a_review_is_the_same_every_time(chart: Chart) -> None:
    assert judge(chart.history()) == judge(chart.history())


@FEW
@given(charts(), st.integers(-30, 140))
def test_as_of_a_day_is_the_review_of_what_was_seen_by_then(chart: Chart, day: int) -> None:
    history = chart.history()
    seen = [row for row in history.observations if row.date is not None and row.date <= on(day)]
    lesions = tuple(lesion for lesion in history.lesions if any(row.lesion == lesion.label for row in seen))
    visits = tuple(visit for visit in history.visits if any(row.visit == visit.id for row in seen))
    past = replace(history, lesions=lesions, visits=visits, observations=tuple(seen))
    assert judge(history, on(day)) == judge(past, on(day))


@FEW
@given(charts(), st.data())
def test_a_larger_tumour_never_removes_a_progression(chart: Chart, data: st.DataObject) -> None:
    """A larger, or an unbounded, diameter of any target at any later visit."""
    history = chart.history()
    later = [row for row in history.observations if row.analyte == "size.diameter" and row.visit != _baseline(history) and row.code != "NE"]
    if not later:
        return
    row = data.draw(st.sampled_from(later))
    now = {"ABSENT": Decimal(0), "TSTM": Decimal(5)}.get(row.code or "") if row.quantity is None else row.quantity.exact
    assert now is not None
    more = Quantity(now + data.draw(st.integers(1, 400)) / Decimal(10), "mm", data.draw(st.sampled_from(("=", ">"))))
    larger = with_rows(history, [replace(one, value=more) if one is row else one for one in history.observations])
    before, after = judge(history).visit(row.visit), judge(larger).visit(row.visit)
    assert before is not None
    assert before.size is not None
    assert after is not None
    assert after.size is not None
    if before.size.overall == "PD":
        assert after.size.overall == "PD"
    if before.size.target == "PD":
        assert after.size.target == "PD"


def _baseline(history: History) -> str:
    return next(visit.id for visit in history.visits if visit.name == "baseline")


def _left_in(history: History, row: Observation) -> bool:
    """Facts that are themselves the progression (a new lesion, non-target disease that grows or is back); non-target
    disease and markers at baseline, which count as none and as normal where they are not recorded (REC-12, REC-13);
    and the only diameter of a lesion, of which nothing would then tell.
    """
    only = row.analyte == "size.diameter" and sum(one.analyte == row.analyte and one.lesion == row.lesion for one in history.observations) == 1
    known = row.analyte.startswith(("lesion.", "marker.")) and row.visit == _baseline(history)
    return only or known or (row.analyte, row.code) in (("lesion.new", "yes"), ("lesion.status", "PD"), ("lesion.status", "PRESENT"))


@FEW
@given(charts())
def test_H11_a_missing_value_never_becomes_normal(chart: Chart) -> None:
    """Leave out any one fact of a visit, or of the baseline: nothing that was not clear before is clear then.

    Precisely: where a rule answers "not met" at that visit without the fact, it did so with it. Facts of visits
    between are another matter: a nadir that was never measured is no nadir. CTD-08 and NAC-02
    look at any earlier sample, so to them the baseline is a visit between.
    """
    history = chart.history()
    full = said(judge(history))
    for row in history.observations:
        if row.analyte.startswith("treatment.") or _left_in(history, row):
            continue
        at_baseline = row.visit == _baseline(history)
        fewer = said(judge(with_rows(history, [one for one in history.observations if one is not row])))
        for (rule, visit), (state, *_) in fewer.items():
            if rule not in CLEARING or visit is None or state != "not_met" or not (at_baseline or visit == row.visit) or (at_baseline and rule in ("CTD-08", "NAC-02")):
                continue
            assert full.get((rule, visit), ("absent",))[0] == "not_met", (rule, visit, row)


@FEW
@given(charts())
def test_H11_an_unanswered_question_leaves_the_class_provisional(chart: Chart) -> None:
    """Without the answer on new lesions the class either was progression anyway, or says that it is provisional."""
    history = chart.history()
    silent = judge(with_rows(history, [row for row in history.observations if row.analyte != "lesion.new"]))
    for row in silent.visits:
        if row.size is not None and row.size.overall not in (None, "PD"):
            assert row.size.provisional
            assert "new lesions not recorded" in (row.size.reason or "")


@FEW
@given(charts())
def test_H08_an_edit_gives_what_a_fresh_history_gives(chart: Chart) -> None:
    """Edit every diameter and edit it back, last first: nothing is remembered."""
    history = chart.history()
    first = judge(history)
    rows = list(history.observations)
    for place in reversed(range(len(rows))):
        if rows[place].analyte == "size.diameter":
            judge(with_rows(history, [*rows[:place], replace(rows[place], value="NE"), *rows[place + 1 :]]))
    assert judge(with_rows(history, rows)) == first
