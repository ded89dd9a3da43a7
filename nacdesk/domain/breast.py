"""Breast: the ultrasound product after two cycles (BRE-01, GeparTrio) and the longest MRI diameter (BRE-02)."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.analytes import TOO_SMALL
from nacdesk.domain.bidimensional import PERPENDICULAR, Product, product
from nacdesk.domain.facts import Observation
from nacdesk.domain.index_lesion import Index, index_lesion, millimetres
from nacdesk.domain.recist import Course, size_limits
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.shrinkage import cycles_at, spread
from nacdesk.domain.timeline import Timeline, pick
from nacdesk.domain.wording import mm

_SIZE = "size.diameter"
_ULTRASOUND = re.compile(r"ultraso|sonogra|\bUS\b", re.IGNORECASE)
_MRI = re.compile(r"\bMRI?\b|magnetic", re.IGNORECASE)


def results(timeline: Timeline, sizes: Course) -> Iterator[RuleResult]:
    """BRE-01 once, BRE-02 at each size after the baseline; neither outside the breast."""
    rules = timeline.catalog.rules
    context = timeline.history.case.context
    if context is None or not context.startswith("breast"):
        for name in ("BRE-01", "BRE-02"):
            yield cannot(rules[name], "tumour context not recorded", "context") if context is None else not_here(rules[name], "another tumour type")
        return
    yield early_product(timeline, rules["BRE-01"])
    yield from _longest(timeline, sizes, rules["BRE-02"])


def _by(method: re.Pattern[str], rows: Sequence[Observation]) -> list[Observation]:
    return [row for row in rows if row.method is not None and method.search(row.method)]


# BRE-01


def early_product(timeline: Timeline, rule: Rule) -> RuleResult:
    """The product of the largest mass by ultrasound: a fall below 50 % after exactly two completed cycles."""
    index = index_lesion(timeline, _by(_ULTRASOUND, timeline.rows(_SIZE)))
    if isinstance(index, str):
        return cannot(rule, f"no ultrasound at baseline: {index}", "ultrasound at baseline")
    wanted = rule.number("cycles")
    later = [row.visit for row in index.rows if row.visit != index.row.visit and timeline.before_surgery(row.visit) and cycles_at(timeline, row.visit) == wanted]
    if not later:
        return cannot(rule, f"no ultrasound with exactly {wanted} completed cycles", f"ultrasound after {wanted} cycles")
    visit = later[-1]
    start, now = (_product(timeline, index, one) for one in (index.row.visit, visit))
    where = timeline.at(visit)
    evidence = tuple(row.id for part in (start, now) for row in part.rows)
    for part, place in ((start, "at baseline"), (now, where)):
        if part.mm2 is None:
            return cannot(rule, f"{part.reason} {place}", PERPENDICULAR, visit=visit, evidence=evidence)
    assert start.mm2 is not None and now.mm2 is not None
    if start.mm2 == 0:
        return cannot(rule, "the product is 0 at baseline", PERPENDICULAR, visit=visit, evidence=evidence)
    limit = rule.number("decrease_pct")
    met = 100 * (start.mm2 - now.mm2) < limit * start.mm2
    fall = 100 * (start.mm2 - now.mm2) / start.mm2
    regimen = timeline.history.case.regimen or ""
    caveat = "" if re.search(r"\bTAC\b", regimen) else "; derived on docetaxel, doxorubicin and cyclophosphamide (TAC)"
    sentence = (
        f"Ultrasound product of {index.label} {mm(start.mm2)} → {mm(now.mm2)} mm² ({wording.percent(-fall, -limit)}) {where}, {wanted} cycles completed: "
        f"early {'non-responder' if met else 'responder'} by GeparTrio, threshold {limit} %{caveat}."
    )
    formula = f"({mm(start.mm2)} − {mm(now.mm2)}) / {mm(start.mm2)} × 100 = {wording.percent(fall, limit, signed=False)} < {limit} %"
    return result(
        rule, "met" if met else "not_met", sentence, visit=visit, value=fall, value_is="decrease", operator="<", threshold=limit, unit="%", formula=formula,
        detail="non-responder" if met else "responder", evidence=evidence,
    )  # fmt: skip


def _product(timeline: Timeline, index: Index, visit: str) -> Product:
    """By ultrasound at both diameters; one that states no method of its own goes with the other."""
    longest, _ = pick([row for row in index.rows if row.visit == visit])
    across = [row for row in timeline.rows(PERPENDICULAR, visit) if row.lesion == index.label and (row.method is None or _ULTRASOUND.search(row.method))]
    return product(index.label, longest, pick(across)[0])


# BRE-02


def _longest(timeline: Timeline, sizes: Course, rule: Rule) -> Iterator[RuleResult]:
    rows = timeline.rows(_SIZE)
    index = index_lesion(timeline, _by(_MRI, rows))
    if isinstance(index, str):
        yield cannot(rule, f"no MRI at baseline: {index}", "MRI at baseline")
        return
    later = [row.visit for row in sizes.follow_up if any(one.lesion == index.label for one in timeline.rows(_SIZE, row.visit))]
    if not later:
        yield cannot(rule, "no size after the baseline", "MRI after the baseline")
    for visit in later:
        yield _change(timeline, rule, index, visit)


def _change(timeline: Timeline, rule: Rule, index: Index, visit: str) -> RuleResult:
    where = timeline.at(visit)
    here = [row for row in timeline.rows(_SIZE, visit) if row.lesion == index.label]
    row, doubt = pick(_by(_MRI, here))
    kept: dict[str, object] = {"visit": visit, "evidence": (index.row.id, *((row.id,) if row else ()))}
    if not timeline.before_surgery(visit):
        return cannot(rule, f"after surgery, {where}", **kept)
    if row is None:
        other = next((one.method for one in here if one.method), None)
        return cannot(rule, doubt or (f"modality differs: MRI at baseline, {other} {where}" if other else f"modality not recorded {where}"), "MRI", **kept)
    now = millimetres(row)
    if now is None:
        why = "too small to measure" if row.code == TOO_SMALL else "not evaluable" if row.code else f"only reported as {row.value}"
        return cannot(rule, f"{index.label} {why} {where}", "MRI", **kept)
    change = 100 * (now - index.mm) / index.mm
    low, high, readers = _band(timeline, index.row, row)
    inside = low <= change <= high
    shown = wording.percent(change, low, high, *size_limits(timeline))
    sentence = (
        f"Longest MRI diameter of {index.label} {mm(index.mm)} → {mm(now)} mm ({shown}) {where}, {'within' if inside else 'beyond'} measurement variability "
        f"({spread(low, high)} for one lesion {readers})."
    )
    formula = f"({mm(now)} − {mm(index.mm)}) / {mm(index.mm)} × 100 = {shown}"
    return result(rule, "met", sentence, value=change, value_is="change", unit="%", formula=formula, detail=f"{'within' if inside else 'beyond'} variability", **kept)


def _band(timeline: Timeline, first: Observation, now: Observation) -> tuple[Decimal, Decimal, str]:
    """The band of one lesion (KIN-07); unlike readers are assumed when unknown."""
    same = first.reader is not None and first.reader == now.reader
    low, high = timeline.catalog.rules["KIN-07"].pair("single_intra" if same else "single_inter")
    return low, high, "by one reader" if same else "between readers"
