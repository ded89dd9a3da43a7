"""The resistance vocabulary over a course (RES-01 to RES-03): every state that applies, with its limb."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nacdesk.domain import wording
from nacdesk.domain.judgements import BestResponse, ResistanceState
from nacdesk.domain.recist import CR, NE, PD, PR, Assessment, Course
from nacdesk.domain.results import cannot, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.shrinkage import cycles_at
from nacdesk.domain.timeline import Timeline

STATES = {"RES-01": "on_treatment_progression", "RES-02": "primary", "RES-03": "acquired"}


@dataclass(frozen=True, slots=True)
class _Progression:
    """The first overall PD and whether it fell on treatment (None when that cannot be told)."""

    row: Assessment
    on_treatment: bool | None
    by_order: bool
    words: str


def results(timeline: Timeline, sizes: Course, best: BestResponse, latest: Mapping[str, RuleResult]) -> list[RuleResult]:
    """RES-01 to RES-03 of a case; `latest` holds the results of the rules they rest on."""
    rules = timeline.catalog.rules
    judged = [row for row in sizes.follow_up if row.size.overall not in (None, NE)]
    first = next((row for row in judged if row.size.overall == PD), None)
    window = _end_of_treatment(timeline)
    found = None if first is None else _progression(timeline, first, window)
    return [
        on_treatment(timeline, judged, found, rules["RES-01"]),
        primary(timeline, judged, found, latest, rules["RES-02"]),
        acquired(timeline, judged, found, best, rules["RES-03"]),
    ]


def states(found: Sequence[RuleResult]) -> tuple[ResistanceState, ...]:
    """The states that apply."""
    return tuple(ResistanceState(STATES[one.rule], one.detail or "", one.rule) for one in found if one.state == "met")


def _end_of_treatment(timeline: Timeline) -> date | None:
    """Last dose + one cycle, inclusive."""
    if timeline.last_dose is None or timeline.cycle_length is None:
        return None
    return timeline.last_dose + timedelta(days=timeline.cycle_length)


def _progression(timeline: Timeline, row: Assessment, end: date | None) -> _Progression:
    when, where = timeline.dates[row.visit], timeline.at(row.visit)
    if when is not None and end is not None:
        inside = when <= end
        dose = f"last dose {wording.day(timeline.last_dose or when)} + {timeline.cycle_length} days"
        return _Progression(row, inside, False, f"progression {where}, {'on' if inside else 'after'} treatment ({dose})")
    if timeline.visit(row.visit).cycle is not None and timeline.before_surgery(row.visit):
        return _Progression(row, True, True, f"progression {where}, taken as on treatment from its cycle number: dose dates are missing")
    return _Progression(row, None, False, f"progression {where}")


def _evidence(found: _Progression) -> dict[str, object]:
    return {"visit": found.row.visit, "evidence": found.row.size.evidence}


def on_treatment(timeline: Timeline, judged: Sequence[Assessment], found: _Progression | None, rule: Rule) -> RuleResult:
    """RES-01: the first overall PD falls on or before last dose + one cycle."""
    if not judged:
        return cannot(rule, "no evaluable response after the baseline", "response")
    if found is None:
        return result(rule, "not_met", f"No progression up to now; last assessed {timeline.at(judged[-1].visit)}.", visit=judged[-1].visit)
    if found.on_treatment is None:
        return cannot(rule, f"{found.words}, dose dates are missing", "treatment.cycle", **_evidence(found))
    sentence = f"{found.words[0].upper()}{found.words[1:]}."
    if not found.on_treatment:
        return result(rule, "not_met", sentence, detail="after treatment", **_evidence(found))
    return result(rule, "met", sentence, detail="progression on treatment", **_evidence(found))


def primary(timeline: Timeline, judged: Sequence[Assessment], found: _Progression | None, latest: Mapping[str, RuleResult], rule: Rule) -> RuleResult:
    """RES-02: never CR or PR, and progression on treatment, or NAC-01 or NAC-05 met at the latest."""
    until = judged if found is None else judged[: judged.index(found.row)]
    responded = next((row for row in until if row.size.overall in (CR, PR)), None)
    if responded is not None:
        return result(rule, "not_met", f"{responded.size.overall} {timeline.at(responded.visit)}: not primary.", visit=responded.visit, detail="responded")
    if found is not None and found.on_treatment:
        return result(rule, "met", f"No response before {found.words}.", detail="progression on treatment without earlier response", **_evidence(found))
    small, cells = latest.get("NAC-01"), latest.get("NAC-05")
    if small is not None and small.state == "met" and judged and judged[-1].visit == small.visit:
        limb = f"shrinkage under {small.threshold} % after {rule.number('min_cycles')} or more cycles"
        text = f"No response; {limb} (rule {small.rule}, {timeline.at(small.visit or '')})."
        return result(rule, "met", text, severity="watch", visit=small.visit, detail=limb, evidence=small.evidence)
    enough = any((cycles_at(timeline, row.visit) or 0) >= rule.number("min_cycles") for row in judged)
    if cells is not None and cells.state == "met" and enough:
        limb = f"{cells.threshold} % or more viable cells at surgery"
        text = f"No response; {limb} (rule {cells.rule}, {timeline.at(cells.visit or '')})."
        return result(rule, "met", text, severity="watch", visit=cells.visit, detail=limb, evidence=cells.evidence)
    if found is not None and found.on_treatment is None:
        return cannot(rule, f"{found.words}, dose dates are missing", "treatment.cycle", **_evidence(found))
    if not enough:
        return cannot(rule, f"no evaluable assessment after {rule.number('min_cycles')} or more cycles, and no progression", "response after 2 cycles")
    last = judged[-1]
    detail = "stable" if found is None else "progression after treatment"
    return result(rule, "not_met", f"{last.size.overall} {timeline.at(last.visit)}: no limb met.", visit=last.visit, detail=detail)


def acquired(timeline: Timeline, judged: Sequence[Assessment], found: _Progression | None, best: BestResponse, rule: Rule) -> RuleResult:
    """RES-03: CR or PR, then progression on treatment or soon after the last dose."""
    if len(judged) < 2:
        return cannot(rule, "fewer than two evaluable assessments", "response")
    until = judged if found is None else judged[: judged.index(found.row)]
    response = next((row for row in until if row.size.overall in (CR, PR)), None)
    if response is None:
        return result(rule, "not_met", "No response before, so no acquired resistance.", visit=judged[-1].visit, detail="never responded")
    reached = f"{response.size.overall} {timeline.at(response.visit)}"
    if found is None:
        return result(rule, "not_met", f"{reached}, no progression since.", visit=judged[-1].visit, detail="responding")
    inside = found.on_treatment
    when, last = timeline.dates[found.row.visit], timeline.last_dose
    if not inside and when is not None and last is not None:
        inside = (when - last).days <= rule.number("window_days")
    if inside is None:
        return cannot(rule, f"{reached}, then {found.words}, dose dates are missing", "treatment.cycle", **_evidence(found))
    sentence = f"{reached} ({'confirmed' if best.confirmed in (CR, PR) else 'unconfirmed'}), then {found.words}."
    if not inside:
        return result(rule, "not_met", sentence, detail="progression after treatment", **_evidence(found))
    return result(rule, "met", sentence, detail="response, then progression from the nadir", **_evidence(found))
