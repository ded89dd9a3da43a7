"""Early shrinkage (ETS-01; key ets) and depth of response (DPR-01; key dpr); descriptive before surgery."""

from collections.abc import Iterator
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.recist import PD, Assessment, Course, size_limits
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline
from nacdesk.domain.wording import mm


def results(timeline: Timeline, sizes: Course) -> Iterator[RuleResult]:
    """Both rules, once each."""
    for name, judge in (("ETS-01", early), ("DPR-01", deepest)):
        rule = timeline.catalog.rules[name]
        if not sizes.targets.originals:
            yield not_here(rule, "no target lesion")
        elif sizes.base is None or not sizes.base.size.sum_mm:
            why = sizes.baseline.why if sizes.base is None else f"the baseline sum is not evaluable: {sizes.base.size.reason or 'it is 0 mm'}"
            yield cannot(rule, why, "size.diameter at baseline")
        else:
            yield judge(timeline, rule, sizes, sizes.base.size.sum_mm)


def _falls(timeline: Timeline, sizes: Course, start: Decimal) -> list[tuple[Assessment, Decimal, Decimal]]:
    """The comparable sums before surgery: assessment, sum, decrease in per cent."""
    rows = [row for row in sizes.follow_up if row.size.sum_mm is not None and not row.unlike and timeline.before_surgery(row.visit)]
    return [(row, row.size.sum_mm, 100 * (start - row.size.sum_mm) / start) for row in rows if row.size.sum_mm is not None]


def early(timeline: Timeline, rule: Rule, sizes: Course, start: Decimal) -> RuleResult:
    """The sum nearest day 56 within days 42 to 63; of two as near the later one."""
    low, high = rule.pair("window_days")
    rows = [(timeline.day_of(timeline.dates[row.visit]), row, now, fall) for row, now, fall in _falls(timeline, sizes, start)]
    inside = [(day, row, now, fall) for day, row, now, fall in rows if day is not None and low <= day <= high]
    if not inside:
        days = [f"day {day}" for day, _, _, _ in rows if day is not None]
        reason = f"outside window: a sum on {wording.joined(days)}, none on day {low} to {high}" if days else f"no scan in the window, day {low} to {high}"
        return cannot(rule, reason, f"size.diameter on day {low} to {high}")
    day, row, now, fall = min(inside, key=lambda one: (abs(one[0] - rule.number("centre")), -one[0]))
    limit = rule.number("ets_pct")
    met = 100 * (start - now) >= limit * start
    edges = (*size_limits(timeline), -limit)
    shown = wording.percent(fall, *(-edge for edge in edges), signed=False)
    change = wording.percent(-fall, *edges)
    tail = f"at least {limit} %, early shrinkage" if met else f"under {limit} %, no early shrinkage"
    sentence = f"Sum of diameters {mm(start)} → {mm(now)} mm ({change}) {timeline.at(row.visit)}, day {day}: {tail}."
    return result(
        rule, "met" if met else "not_met", sentence, visit=row.visit, value=fall, value_is="decrease", operator=">=", threshold=limit,
        formula=f"({mm(start)} − {mm(now)}) / {mm(start)} × 100 = {shown} ≥ {limit} %", detail=f"ETS met ({shown})" if met else "ETS not met",
        evidence=_evidence(sizes, row),
    )  # fmt: skip


def deepest(timeline: Timeline, rule: Rule, sizes: Course, start: Decimal) -> RuleResult:
    """The largest decrease before the first progression; of that itself when nothing came before it."""
    found: tuple[Assessment, Decimal, Decimal] | None = None
    for one in _falls(timeline, sizes, start):
        ended = _ended(sizes, one[0])
        if found is None or (not ended and one[2] > found[2]):
            found = one
        if ended:
            break
    if found is None:
        return cannot(rule, "no evaluable sum after the baseline", "size.diameter after the baseline")
    row, now, fall = found
    edges = size_limits(timeline)
    words = "growth" if fall < 0 else "deepest response"
    sentence = f"Depth of response: sum of diameters {mm(start)} → {mm(now)} mm ({wording.percent(-fall, *edges)}), {words} {timeline.at(row.visit)}."
    formula = f"({mm(start)} − {mm(now)}) / {mm(start)} × 100 = {wording.percent(fall, *(-edge for edge in edges), signed=False)}"
    return result(rule, "met", sentence, visit=row.visit, value=fall, value_is="decrease", formula=formula, evidence=_evidence(sizes, row))


def _ended(sizes: Course, row: Assessment) -> bool:
    """This assessment, or one before it without a sum, was progression or showed a new lesion."""
    seen = sizes.follow_up[: sizes.follow_up.index(row) + 1]
    return any(one.size.overall == PD or one.size.new_lesion == "yes" for one in seen)


def _evidence(sizes: Course, row: Assessment) -> tuple[str, ...]:
    first = sizes.base.size.evidence if sizes.base is not None else ()
    return tuple(dict.fromkeys((*first, *row.size.evidence)))
