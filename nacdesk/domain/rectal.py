"""Rectum: the response gate of PROSPECT after six cycles of FOLFOX (REG-01; key prospect)."""

import re

from nacdesk.domain import wording
from nacdesk.domain.index_lesion import index_lesion, millimetres
from nacdesk.domain.recist import size_limits
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline, pick, same_method
from nacdesk.domain.wording import mm

_SIZE = "size.diameter"
_FOLFOX_ALONE = re.compile(r"m?FOLFOX-?6?|.*PROSPECT.*", re.IGNORECASE)
_PROTOCOL = "protocol gave chemoradiation before surgery"


def results(timeline: Timeline) -> RuleResult:
    """REG-01 once: the primary at the first measurement with six completed cycles."""
    rule = timeline.catalog.rules["REG-01"]
    case = timeline.history.case
    if case.context != "rectal":
        return cannot(rule, "tumour context not recorded", "context") if case.context is None else not_here(rule, "another tumour type")
    if case.regimen is None:
        return cannot(rule, "regimen not recorded; the rule holds for FOLFOX alone first", "regimen")
    if not _FOLFOX_ALONE.fullmatch(case.regimen.strip()):
        return not_here(rule, "the regimen is not FOLFOX alone first")
    if (few := _few_cycles(timeline, rule)) is not None:
        return few
    index = index_lesion(timeline, timeline.rows(_SIZE))
    if isinstance(index, str):
        return cannot(rule, index, "size.diameter at baseline")
    wanted = _cycles(timeline, rule)
    visit = next((row.visit for row in index.rows if row.visit != index.row.visit and timeline.before_surgery(row.visit) and timeline.completed(row.visit).count == wanted), None)
    if visit is None:
        return cannot(rule, f"no measurement of {index.label} with {wanted} completed cycles", f"size.diameter after {wanted} cycles")
    where = timeline.at(visit)
    row, doubt = pick([one for one in index.rows if one.visit == visit])
    now = millimetres(row)
    evidence = (index.row.id, *((row.id,) if row is not None else ()))
    if row is None or now is None:
        return cannot(rule, f"{doubt or f'{index.label} not evaluable'} {where}", _SIZE, visit=visit, evidence=evidence)
    if not same_method(row.method, index.row.method):
        return cannot(rule, f"method differs for {index.label}: {index.row.method} at baseline, {row.method} {where}", visit=visit, evidence=evidence)
    limit = rule.number("decrease_pct")
    met = 100 * (index.mm - now) < limit * index.mm
    fall = 100 * (index.mm - now) / index.mm
    edges = (*size_limits(timeline), -limit)
    shown = wording.percent(fall, *(-edge for edge in edges), signed=False)
    detail = f"insufficient (<{limit} %): protocol gave chemoradiation" if met else f"sufficient ({shown})"
    sentence = (
        f"{index.label} {mm(index.mm)} → {mm(now)} mm ({wording.percent(-fall, *edges)}) {where}, {wanted} cycles completed: shrinkage "
        f"{f'under {limit} %, where the PROSPECT {_PROTOCOL}' if met else f'of {limit} % or more, sufficient by PROSPECT'}."
    )
    return result(
        rule, "met" if met else "not_met", sentence[0].upper() + sentence[1:], visit=visit, value=fall, value_is="decrease", operator="<", threshold=limit,
        formula=f"({mm(index.mm)} − {mm(now)}) / {mm(index.mm)} × 100 = {shown} < {limit} %", detail=detail, evidence=evidence,
    )  # fmt: skip


def _numbers(timeline: Timeline, rule: Rule) -> tuple[bool, int]:
    """Every planned cycle is recorded as given or cancelled; and how many were given."""
    planned = range(1, int(rule.number("cycles")) + 1)
    recorded = {cycle.number: cycle.cancelled for cycle in timeline.cycles}
    return all(number in recorded for number in planned), sum(1 for cancelled in recorded.values() if not cancelled)


def _few_cycles(timeline: Timeline, rule: Rule) -> RuleResult | None:
    """Fewer than five cycles tolerated; only where the others are recorded as cancelled."""
    known, given = _numbers(timeline, rule)
    least = rule.number("least_cycles")
    if not known or given >= least:
        return None
    sentence = f"{wording.counted(given, 'cycle')} of FOLFOX tolerated, the others cancelled: fewer than {least}, where the PROSPECT {_PROTOCOL}."
    evidence = tuple(row.id for row in timeline.rows("treatment.cancelled"))
    return result(rule, "met", sentence, detail=f"insufficient (fewer than {least} cycles): protocol gave chemoradiation", evidence=evidence)


def _cycles(timeline: Timeline, rule: Rule) -> int:
    """Six, or five where one of the six is recorded as cancelled."""
    known, given = _numbers(timeline, rule)
    return int(rule.number("least_cycles")) if known and given == rule.number("least_cycles") else int(rule.number("cycles"))
