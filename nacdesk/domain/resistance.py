"""The resistance vocabulary over a course (RES-01 to RES-08): every state that applies, with its limb."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from nacdesk.domain import intervals, wording
from nacdesk.domain.judgements import BestResponse, ResistanceState
from nacdesk.domain.recist import CR, NE, PD, PR, Assessment, Course
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.shrinkage import cycles_at
from nacdesk.domain.timeline import Timeline

STATES = {"RES-01": "on_treatment_progression", "RES-02": "primary", "RES-03": "acquired", "RES-04": "refractory", "RES-05": "relapsed"}
CLASSES = {"RES-06": "platinum", "RES-07": "sitc", "RES-08": "sitc"}


@dataclass(frozen=True, slots=True)
class _Progression:
    """The first overall PD and whether it fell on treatment (None when that cannot be told)."""

    row: Assessment
    on_treatment: bool | None
    by_order: bool
    words: str


def results(timeline: Timeline, sizes: Course, best: BestResponse, latest: Mapping[str, RuleResult]) -> list[RuleResult]:
    """RES-01 to RES-08 of a case; `latest` holds the results of the rules they rest on."""
    rules = timeline.catalog.rules
    judged = [row for row in sizes.follow_up if row.size.overall not in (None, NE)]
    first = next((row for row in judged if row.size.overall == PD), None)
    window = _end_of_treatment(timeline)
    found = None if first is None else _progression(timeline, first, window)
    return [
        on_treatment(timeline, judged, found, rules["RES-01"]),
        primary(timeline, judged, found, latest, rules["RES-02"]),
        acquired(timeline, judged, found, best, rules["RES-03"]),
        refractory(judged, found, timeline, rules["RES-04"]),
        relapsed(timeline, judged, rules["RES-05"]),
        intervals.platinum(timeline, judged, found is not None and found.on_treatment is True, rules["RES-06"]),
        intervals.alone(timeline, judged, rules["RES-07"]),
        intervals.combined(timeline, judged, rules["RES-08"]),
    ]


def states(found: Sequence[RuleResult]) -> tuple[ResistanceState, ...]:
    """The states that apply."""
    return tuple(_state(one) for one in found if one.state == "met")


def _state(one: RuleResult) -> ResistanceState:
    """A class by interval is named by its detail, "platinum_resistant", and its limb is the number of days."""
    if one.rule in CLASSES:
        days = int(one.value or 0)
        since = "last platinum dose" if CLASSES[one.rule] == "platinum" else "first dose"
        limb = f"progression {wording.counted(days, 'day')} after the {since}" if days >= 0 else "progression on treatment"
        return ResistanceState(f"{CLASSES[one.rule]}_{one.detail}", limb, one.rule)
    return ResistanceState(STATES[one.rule], one.detail or "", one.rule)


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
    return _seen(found.row)


def _seen(row: Assessment) -> dict[str, object]:
    return {"visit": row.visit, "evidence": row.size.evidence}


def on_treatment(timeline: Timeline, judged: Sequence[Assessment], found: _Progression | None, rule: Rule) -> RuleResult:
    """RES-01: the first overall PD falls on or before last dose + one cycle."""
    if not judged:
        return cannot(rule, "no evaluable response after the baseline", "response")
    if found is None:
        return result(rule, "not_met", f"No progression up to now; last assessed {timeline.at(judged[-1].visit)}.", **_seen(judged[-1]))
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
        return result(rule, "not_met", f"{responded.size.overall} {timeline.at(responded.visit)}: not primary.", detail="responded", **_seen(responded))
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
    return result(rule, "not_met", f"{last.size.overall} {timeline.at(last.visit)}: no limb met.", detail=detail, **_seen(last))


def acquired(timeline: Timeline, judged: Sequence[Assessment], found: _Progression | None, best: BestResponse, rule: Rule) -> RuleResult:
    """RES-03: CR or PR, then progression on treatment or soon after the last dose."""
    if len(judged) < 2:
        return cannot(rule, "fewer than two evaluable assessments", "response")
    until = judged if found is None else judged[: judged.index(found.row)]
    response = next((row for row in until if row.size.overall in (CR, PR)), None)
    if response is None:
        return result(rule, "not_met", "No response before, so no acquired resistance.", detail="never responded", **_seen(judged[-1]))
    reached = f"{response.size.overall} {timeline.at(response.visit)}"
    if found is None:
        return result(rule, "not_met", f"{reached}, no progression since.", detail="responding", **_seen(judged[-1]))
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


def refractory(judged: Sequence[Assessment], found: _Progression | None, timeline: Timeline, rule: Rule) -> RuleResult:
    """RES-04: PD on treatment, or within the window after the last dose without an earlier CR."""
    if not judged:
        return cannot(rule, "no evaluable response after the baseline", "response")
    if found is None:
        return result(rule, "not_met", f"No progression up to {timeline.at(judged[-1].visit)}.", detail="no progression", **_seen(judged[-1]))
    window = rule.number("window_days")
    when, last = timeline.dates[found.row.visit], timeline.last_dose
    days = None if when is None or last is None else (when - last).days
    sentence = f"{found.words[0].upper()}{found.words[1:]}"
    if found.on_treatment:
        return result(rule, "met", f"{sentence}: refractory.", detail="progression on treatment", **_evidence(found))
    if days is None:
        return cannot(rule, f"{found.words}, dose dates are missing", "treatment.cycle", **_evidence(found))
    kept = {**_evidence(found), "value": Decimal(days), "value_is": "days after the last dose", "operator": "<=", "threshold": window}
    after = f"{sentence}, {wording.counted(days, 'day')} after the last dose"
    complete = next((row for row in judged[: judged.index(found.row)] if row.size.overall == CR), None)
    if days > window:
        return result(rule, "not_met", f"{after}: outside the {window}-day window.", detail="by time", formula=f"{days} > {window}", **kept)
    if complete is not None:
        earlier = f"{after}, but a complete response came before {timeline.at(complete.visit)}."
        return result(rule, "not_met", earlier, detail="after complete response", formula=f"{days} ≤ {window}", **kept)
    return result(rule, "met", f"{after}: refractory.", detail=f"progression within {window} days of the last dose", formula=f"{days} ≤ {window}", **kept)


def relapsed(timeline: Timeline, judged: Sequence[Assessment], rule: Rule) -> RuleResult:
    """RES-05: a complete response or an R0 resection, then disease again more than the window after the last treatment."""
    complete = next((row for row in judged if row.size.overall == CR), None)
    margin = timeline.latest("path.r_status")
    came_back = _returns(timeline, judged)
    if complete is None and (margin is None or margin.code != "R0"):
        if margin is None and timeline.rows("event.surgery") and came_back:
            return cannot(rule, "the resection margin is not recorded", "path.r_status")
        if came_back:
            _, visit, words, evidence = came_back[0]
            sentence = f"{words} without a complete response or R0 resection before: progression, not relapse."
            return result(rule, "not_met", sentence, visit=visit, detail="progression (not relapse)", evidence=evidence)
        return not_here(rule, "neither a complete response nor an R0 resection is recorded")
    rests = complete.size.evidence if complete is not None else (margin.id,) if margin is not None else ()
    free = [(timeline.dates[complete.visit], f"complete response {timeline.at(complete.visit)}")] if complete is not None else []
    free += [(timeline.date_of(margin), f"R0 resection {timeline.at(margin.visit)}")] if margin is not None and margin.code == "R0" else []
    if any(when is None for when, _ in free):
        return cannot(rule, "the complete response or the R0 resection has no date", "date")
    start, state = min((when, words) for when, words in free if when is not None)
    if any(when is None for when, *_ in came_back):
        return cannot(rule, f"{state}, then a recurrence without a date", "date")
    later = [(when, visit, words, evidence) for when, visit, words, evidence in came_back if when is not None and when > start]
    if not later:
        return result(rule, "not_met", f"{state[0].upper()}{state[1:]}, no recurrence recorded.", detail="no recurrence", evidence=rests)
    when, visit, words, evidence = min(later, key=lambda one: one[0])
    treated = max((day for day in (timeline.last_dose, timeline.surgery) if day is not None), default=None)
    kept: dict[str, object] = {"visit": visit, "evidence": evidence}
    if treated is None:
        return cannot(rule, f"{state}, then {words[0].lower()}{words[1:]}, the date of the last treatment is missing", "treatment.last_dose", **kept)
    days, window = (when - treated).days, rule.number("window_days")
    since = f"{wording.counted(days, 'day')} after the last treatment ({wording.day(treated)})" if days >= 0 else "on treatment"
    sentence = f"{state[0].upper()}{state[1:]}, then {words[0].lower()}{words[1:]}, {since}"
    kept |= {"value": Decimal(days), "value_is": "days after the last treatment", "operator": ">", "threshold": window}
    if days <= window:
        detail = f"recurrence, inside the {window}-day window" if days >= 0 else "recurrence on treatment"
        return result(rule, "not_met", f"{sentence}: {detail}.", detail=detail, formula=f"{days} ≤ {window}" if days >= 0 else "", **kept)
    return result(rule, "met", f"{sentence}: relapsed.", detail=f"recurrence after {state.split(' (')[0]}", formula=f"{days} > {window}", **kept)


Return = tuple[date | None, str, str, tuple[str, ...]]


def _returns(timeline: Timeline, judged: Sequence[Assessment]) -> list[Return]:
    """Every overall PD and recorded recurrence: date, visit, words, evidence."""
    found: list[Return] = [(timeline.dates[row.visit], row.visit, f"Progression {timeline.at(row.visit)}", row.size.evidence) for row in judged if row.size.overall == PD]
    found += [(timeline.date_of(row), row.visit, f"Recurrence ({timeline.when(row)})", (row.id,)) for row in timeline.rows("event.recurrence") if row.code == "yes"]
    return found
