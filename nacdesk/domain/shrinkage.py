"""The widely quoted 10 % rule (NAC-01) and the measurement variability printed with it (KIN-07, yoon16)."""

from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.recist import Assessment, Course, size_limits
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline
from nacdesk.domain.wording import mm


def shrinkage(timeline: Timeline, sizes: Course, row: Assessment, rule: Rule) -> RuleResult:
    """NAC-01: shrinkage under 10 % after two or more completed cycles."""
    where = timeline.at(row.visit)
    kept = {"visit": row.visit, "evidence": row.size.evidence}
    if (why := _no_shrinkage_rule(timeline, row)) is not None:
        return not_here(rule, why, visit=row.visit)
    done = timeline.completed(row.visit)
    low, high = rule.pair("cycles")
    cycles = cycles_at(timeline, row.visit)
    if cycles is None:
        return cannot(rule, f"completed cycles {where} are {done.source}", "cycle", **kept)
    if cycles < low:
        return cannot(rule, f"{wording.counted(cycles, 'completed cycle')} {where}, fewer than {low}", **kept)
    base, now = sizes.base, row.size.sum_mm
    if base is None:
        return cannot(rule, sizes.baseline.why, "size.diameter at baseline", **kept)
    if base.size.sum_mm is None or base.size.sum_mm == 0:
        return cannot(rule, f"the baseline sum is not evaluable: {base.size.reason or 'it is 0 mm'}", "size.diameter at baseline", **kept)
    if now is None or row.unlike:
        return cannot(rule, f"{row.unlike or row.size.reason}, {where}", **kept)
    start, limit = base.size.sum_mm, rule.number("decrease_pct")
    decrease = 100 * (start - now) / start
    met = 100 * (start - now) < limit * start
    late = cycles > high
    band_low, band_high, kind = variability(timeline, sizes, row)
    inside = band_low <= -decrease <= band_high
    sentence = (
        f"Sum of diameters {mm(start)} → {mm(now)} mm ({wording.percent(-decrease, *size_limits(timeline))}) {where}, {wording.counted(cycles, 'cycle')} completed {done.source}"
        f"{', late for this rule' if late else ''}; threshold {limit} % shrinkage; "
        f"{'within' if inside else 'beyond'} measurement variability ({spread(band_low, band_high)} for {kind}){'; size is a poor surrogate in bone' if in_bone(timeline) else ''}."
    )
    return result(
        rule,
        "met" if met else "not_met",
        sentence,
        value=decrease,
        value_is="decrease",
        operator="<",
        threshold=limit,
        formula=f"({mm(start)} − {mm(now)}) / {mm(start)} × 100 = {wording.percent(decrease, *(-edge for edge in size_limits(timeline)), signed=False)} < {limit} %",
        detail="late" if late else None,
        visit=row.visit,
        evidence=tuple(fact.id for part in base.targets for fact in part.rows) + row.size.evidence,
    )


def _no_shrinkage_rule(timeline: Timeline, row: Assessment) -> str | None:
    if not row.targets:
        return "no target lesion"
    kind = timeline.regimen.kind if timeline.regimen else None
    if kind == "chemoradiation" or timeline.says("treatment.preop_chemoradiation") == "yes":
        return "chemoradiation"
    if kind == "endocrine":
        return "endocrine treatment only"
    return None if timeline.before_surgery(row.visit) else "after surgery"


def cycles_at(timeline: Timeline, visit: str) -> int | None:
    """Completed cycles; those under 14 days in blocks of 21 days: three weekly doses are one cycle. None when not known."""
    rule, length = timeline.catalog.rules["NAC-01"], timeline.cycle_length
    count = timeline.completed(visit).count
    if count is None or length is None or length >= rule.number("short_cycle_days"):
        return count
    return int(count * length // rule.number("block_days"))


def in_bone(timeline: Timeline) -> bool:
    """Osteosarcoma may not shrink although it dies: the rule is printed and raises no band."""
    return timeline.history.case.context == "osteosarcoma"


def spread(low: Decimal, high: Decimal) -> str:
    """A range in per cent: "−19.2 % to +19.5 %"."""
    return f"{wording.percent(low)} to {wording.percent(high)}"


def variability(timeline: Timeline, sizes: Course, row: Assessment) -> tuple[Decimal, Decimal, str]:
    """The band of KIN-07 that applies, and in words which one; unlike readers are assumed when unknown."""
    rule = timeline.catalog.rules["KIN-07"]
    base = sizes.base
    readers = {fact.reader for part in (*row.targets, *(base.targets if base else ())) for fact in part.rows}
    same = len(readers) == 1 and None not in readers
    single = sizes.targets.single_mass
    low, high = rule.pair(f"{'single' if single else 'sum'}_{'intra' if same else 'inter'}")
    return low, high, f"{'one lesion' if single else 'a sum'} {'by one reader' if same else 'between readers'}"
