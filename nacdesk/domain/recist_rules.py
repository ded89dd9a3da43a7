"""The size rules of each visit, REC-04 to REC-18, KIN-01 and KIN-07, as results with sentences."""

from collections.abc import Iterator

from nacdesk.domain import best_response, wording
from nacdesk.domain.judgements import BestResponse
from nacdesk.domain.lesion_rules import measurable, node_class, selection
from nacdesk.domain.recist import CR, NE, NEW_NOT_RECORDED, PD, PR, SD, Assessment, Course, size_limits
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.shrinkage import shrinkage, spread, variability
from nacdesk.domain.timeline import Timeline
from nacdesk.domain.wording import mm

_FULL = {CR: "complete response", PR: "partial response", SD: "stable disease", PD: "progressive disease", NE: "not evaluable"}


def results(timeline: Timeline, sizes: Course, best: BestResponse) -> Iterator[RuleResult]:
    """Every size rule of a case: those of the case first, then visit by visit."""
    rules = timeline.catalog.rules
    yield measurable(timeline, sizes, rules["REC-01"])
    yield node_class(sizes, rules["REC-02"])
    yield selection(sizes, rules["REC-03"])
    yield _best(sizes, best.unconfirmed, best.reason, rules["REC-15"], "without confirmation")
    yield _best(sizes, best.confirmed, best.reason, rules["REC-16"], "with confirmation")
    if not sizes.assessments:
        for rule in _BY_VISIT:
            yield cannot(rules[rule], "no tumour size or lesion status recorded", "size.diameter")
        return
    follow_up = sizes.follow_up
    for row in sizes.assessments:
        yield _sum(timeline, row, rules["REC-04"])
        yield _too_small(timeline, row, rules["REC-05"])
        if row in follow_up:
            yield from _follow_up(timeline, sizes, row)
    if not follow_up:
        for rule in _AFTER_BASELINE:
            yield cannot(rules[rule], "no assessment after the baseline", "size.diameter after the baseline")


_AFTER_BASELINE = (*(f"REC-{number:02}" for number in (6, 7, 8, 9, 10, 11, 12, 13, 14, 17, 18)), "KIN-01", "KIN-07", "NAC-01")
_BY_VISIT = ("REC-04", "REC-05", *_AFTER_BASELINE)


def _follow_up(timeline: Timeline, sizes: Course, row: Assessment) -> Iterator[RuleResult]:
    rules = timeline.catalog.rules
    course = _course_words(timeline, sizes, row)
    yield _nadir(timeline, sizes, row, rules["REC-06"])
    for rule, response in (("REC-07", CR), ("REC-08", PR), ("REC-09", PD), ("REC-10", SD)):
        yield _target(timeline, sizes, row, rules[rule], response, course)
    yield _missing(timeline, row, rules["REC-11"])
    yield _non_target(timeline, row, rules["REC-12"])
    yield _overall(timeline, row, rules["REC-13"], bool(row.targets), course)
    yield _overall(timeline, row, rules["REC-14"], not row.targets, course)
    yield _reappearing(timeline, sizes, row, rules["REC-17"])
    yield _new(timeline, row, rules["REC-18"])
    yield _change(timeline, sizes, row, rules["KIN-01"], course)
    yield _variability(timeline, sizes, row, rules["KIN-07"])
    yield shrinkage(timeline, sizes, row, rules["NAC-01"])


def _sum(timeline: Timeline, row: Assessment, rule: Rule) -> RuleResult:
    where = timeline.at(row.visit)
    if not row.targets:
        return not_here(rule, "no target lesion", visit=row.visit)
    if row.size.sum_mm is None:
        gaps = tuple(part.lesion.label for part in row.targets if part.mm is None)
        return cannot(rule, f"{'; '.join(part.reason for part in row.targets if part.reason)} {where}", *gaps, visit=row.visit, evidence=row.size.evidence)
    total = mm(row.size.sum_mm)
    parts = ", ".join(f"{part.lesion.label} {mm(part.mm)}" for part in row.targets if part.mm is not None)
    formula = f"{' + '.join(mm(part.mm) for part in row.targets if part.mm is not None)} = {total} mm"
    kept = {"visit": row.visit, "evidence": row.size.evidence}
    return result(rule, "met", f"Sum of diameters {total} mm {where}: {parts}.", value=row.size.sum_mm, value_is="sum", formula=formula, **kept)


def _too_small(timeline: Timeline, row: Assessment, rule: Rule) -> RuleResult:
    small = [part for part in row.targets if part.standing == "too small"]
    if not small:
        return not_here(rule, "no lesion was too small to measure", visit=row.visit)
    default = rule.number("default_mm")
    names = wording.joined(part.lesion.label for part in small)
    evidence = tuple(fact.id for part in small for fact in part.rows)
    sentence = f"Too small to measure {timeline.at(row.visit)}: {names}, counted as {default} mm."
    return result(rule, "met", sentence, visit=row.visit, value=default, value_is="counted as", evidence=evidence)


def _nadir(timeline: Timeline, sizes: Course, row: Assessment, rule: Rule) -> RuleResult:
    if not row.targets:
        return not_here(rule, "no target lesion", visit=row.visit)
    if row.size.nadir_mm is None or row.nadir_visit is None:
        return cannot(rule, row.unlike or "no baseline sum", "size.diameter", visit=row.visit)
    sentence = f"Nadir {mm(row.size.nadir_mm)} mm, {timeline.at(row.nadir_visit)}; the reference {timeline.at(row.visit)}."
    evidence = tuple(key for other in sizes.assessments if other.visit == row.nadir_visit for key in other.size.evidence)
    return result(rule, "met", sentence, visit=row.visit, value=row.size.nadir_mm, value_is="nadir", evidence=evidence)


def _course_words(timeline: Timeline, sizes: Course, row: Assessment) -> str:
    """47 → 44 mm (−6.4 % from baseline, −2.2 % from nadir) at after C3 (17 Oct 2026)."""
    base, size = sizes.base, row.size
    where = timeline.at(row.visit)
    if base is None or base.size.sum_mm is None or size.sum_mm is None:
        return f"{where}"
    changes = []
    if size.change_from_baseline_pct is not None:
        changes.append(f"{wording.percent(size.change_from_baseline_pct, *size_limits(timeline))} from baseline")
    if size.nadir_mm is not None and row.nadir_visit != base.visit:
        nadir = f"nadir {mm(size.nadir_mm)} mm"
        growth = size.change_from_nadir_pct
        changes.append(f"+{mm(size.sum_mm)} mm from a nadir of 0" if growth is None else f"{wording.percent(growth, *size_limits(timeline))} from {nadir}")
    extra = f" ({', '.join(changes)})" if changes else ""
    return f"sum of diameters {mm(base.size.sum_mm)} → {mm(size.sum_mm)} mm{extra} {where}"


def _target(timeline: Timeline, sizes: Course, row: Assessment, rule: Rule, response: str, course: str) -> RuleResult:
    size = row.size
    if size.target is None:
        return not_here(rule, "no target lesion" if not row.targets else size.reason or "not judged", visit=row.visit)
    if size.target == NE:
        return cannot(rule, f"{size.reason}, {timeline.at(row.visit)}", *_gaps(row), visit=row.visit, evidence=size.evidence)
    parts = _comparison(timeline, rule, sizes, row)
    met = size.target == response
    lead = f"Target lesions: {_FULL[size.target]}" if met else f"Target lesions: not {_FULL[response]} but {_FULL[size.target]}"
    sentence = f"{lead}; {course}{_because(row)}."
    return result(rule, "met" if met else "not_met", sentence, visit=row.visit, detail=size.target, evidence=_compared(sizes, row), **parts)


def _compared(sizes: Course, row: Assessment) -> tuple[str, ...]:
    """The facts of the baseline, of the nadir and of this assessment."""
    references = (sizes.base.visit if sizes.base is not None else None, row.nadir_visit)
    earlier = (key for other in sizes.assessments if other.visit in references for key in other.size.evidence)
    return tuple(dict.fromkeys((*earlier, *row.size.evidence)))


def _because(row: Assessment) -> str:
    """What the reader of a class must know besides: SD after PR, the method, an unsure new lesion."""
    notes = [text for text in (row.size.reason or "").split("; ") if text not in ("", NEW_NOT_RECORDED)]
    return "".join(f"; {text}" for text in notes)


def _comparison(timeline: Timeline, rule: Rule, sizes: Course, row: Assessment) -> dict[str, object]:
    """Value, operator, threshold and formula of the two arithmetic responses."""
    size, base, edges = row.size, sizes.base, size_limits(timeline)
    if rule.id == "REC-08" and size.change_from_baseline_pct is not None and base is not None and base.size.sum_mm is not None and size.sum_mm is not None:
        limit = rule.number("decrease_pct")
        fall = wording.percent(-size.change_from_baseline_pct, *(-edge for edge in edges), signed=False)
        formula = f"({mm(base.size.sum_mm)} − {mm(size.sum_mm)}) / {mm(base.size.sum_mm)} × 100 = {fall} ≥ {limit} %"
        return {"value": -size.change_from_baseline_pct, "value_is": "decrease", "operator": ">=", "threshold": limit, "unit": "%", "formula": formula}
    if rule.id == "REC-09" and size.change_from_nadir_pct is not None and size.nadir_mm is not None and size.sum_mm is not None:
        limit, least = rule.number("increase_pct"), rule.number("absolute_mm")
        if size.target == PD and (size.change_from_nadir_pct < limit or size.sum_mm - size.nadir_mm < least):
            return {}  # progression by a lesion that came back: the sums do not show it
        growth = wording.percent(size.change_from_nadir_pct, *edges, signed=False)
        formula = f"({mm(size.sum_mm)} − {mm(size.nadir_mm)}) / {mm(size.nadir_mm)} × 100 = {growth} ≥ {limit} % and {mm(size.sum_mm - size.nadir_mm)} mm ≥ {least} mm"
        return {"value": size.change_from_nadir_pct, "value_is": "increase from nadir", "operator": ">=", "threshold": limit, "unit": "%", "formula": formula}
    return {}


def _gaps(row: Assessment) -> tuple[str, ...]:
    return tuple(part.lesion.label for part in row.targets if part.mm is None)


def _missing(timeline: Timeline, row: Assessment, rule: Rule) -> RuleResult:
    if not row.targets:
        return not_here(rule, "no target lesion", visit=row.visit)
    gaps = _gaps(row)
    where = timeline.at(row.visit)
    if not gaps:
        return result(rule, "not_met", f"Every target lesion was measured {where}.", visit=row.visit, evidence=row.size.evidence)
    why = "; ".join(part.reason for part in row.targets if part.reason)
    then = "the measured lesions alone prove progression" if row.size.target == PD else "the target response is not evaluable"
    return result(rule, "met", f"{where[0].upper()}{where[1:]}: {why}; {then}.", visit=row.visit, detail=row.size.target, missing=gaps, evidence=row.size.evidence)


def _non_target(timeline: Timeline, row: Assessment, rule: Rule) -> RuleResult:
    response = row.size.non_target
    if response in (None, "none"):
        return not_here(rule, "no non-target disease recorded at baseline" if response else row.size.reason or "not judged", visit=row.visit)
    where = timeline.at(row.visit)
    if response == NE:
        return cannot(rule, f"not every non-target lesion (or raised marker) was assessed {where}", "lesion.status", visit=row.visit)
    words = _FULL.get(response or "", response)
    return result(rule, "met" if response == PD else "not_met", f"Non-target disease {where}: {words}.", visit=row.visit, detail=response, evidence=row.size.evidence)


def _overall(timeline: Timeline, row: Assessment, rule: Rule, applies: bool, course: str) -> RuleResult:
    size = row.size
    if not applies:
        return not_here(rule, "no target lesion" if not row.targets else "target lesions are recorded", visit=row.visit)
    if size.overall is None or size.overall == NE:
        return cannot(rule, f"{size.reason or 'nothing assessed'}, {timeline.at(row.visit)}", *_gaps(row), visit=row.visit, evidence=size.evidence)
    if not row.targets and size.provisional:
        reason = f"{size.overall} provisional, new lesions not recorded {timeline.at(row.visit)}"
        return cannot(rule, reason, "lesion.new", visit=row.visit, detail=f"{size.overall}, provisional: new lesions not recorded", evidence=size.evidence)
    detail = f"{size.overall}, provisional: new lesions not recorded" if size.provisional else size.overall
    sentence = f"Overall response {detail}; {course}{_because(row)}."
    missing = ("lesion.new",) if size.provisional else ()
    return result(rule, "met" if size.overall == PD else "not_met", sentence, visit=row.visit, detail=detail, evidence=size.evidence, missing=missing)


def _reappearing(timeline: Timeline, sizes: Course, row: Assessment, rule: Rule) -> RuleResult:
    where = timeline.at(row.visit)
    if row.reappeared:
        return result(rule, "met", f"{row.reappeared[0].upper()}{row.reappeared[1:]}, {where}.", visit=row.visit, detail=PD, evidence=row.size.evidence)
    earlier = sizes.assessments[: sizes.assessments.index(row)]
    if not any(other.size.overall == CR for other in earlier):
        return not_here(rule, "no complete response before", visit=row.visit)
    if row.size.target is None and row.size.non_target is None:
        return not_here(rule, row.size.reason or "not judged", visit=row.visit)
    if NE in (row.size.target, row.size.non_target):
        reason = row.size.reason or "not every non-target lesion was assessed"
        return cannot(rule, f"{reason}, {where}", *(_gaps(row) or ("lesion.status",)), visit=row.visit)
    return result(rule, "not_met", f"No lesion back after complete response {where}.", visit=row.visit, evidence=row.size.evidence)


def _new(timeline: Timeline, row: Assessment, rule: Rule) -> RuleResult:
    where, answer = timeline.at(row.visit), row.size.new_lesion
    if answer is None:
        reason = f"new lesions not recorded {where}: the overall response is provisional"
        return cannot(rule, reason, "lesion.new", visit=row.visit, detail="not recorded: the overall response is provisional")
    words = {"yes": "New lesion", "no": "No new lesion", "equivocal": "Equivocal new lesion, kept and re-imaged, counted as no,"}[answer]
    return result(rule, "met" if answer == "yes" else "not_met", f"{words} {where}.", visit=row.visit, detail=PD if answer == "yes" else answer, evidence=row.size.evidence)


def _change(timeline: Timeline, sizes: Course, row: Assessment, rule: Rule, course: str) -> RuleResult:
    change = row.size.change_from_baseline_pct
    if not row.targets:
        return not_here(rule, "no target lesion", visit=row.visit)
    if change is None:
        return cannot(rule, row.size.reason or "no sum to compare", *_gaps(row), visit=row.visit)
    kept = {"visit": row.visit, "evidence": _compared(sizes, row), "formula": f"{_change_formula(sizes, row)} = {wording.percent(change, *size_limits(timeline))}"}
    return result(rule, "met", f"{course[0].upper()}{course[1:]}.", value=change, value_is="change from baseline", **kept)


def _change_formula(sizes: Course, row: Assessment) -> str:
    """(44 − 47) / 47 × 100."""
    start = sizes.base.size.sum_mm if sizes.base is not None else None
    assert start is not None and row.size.sum_mm is not None  # there is a change from baseline
    return f"({mm(row.size.sum_mm)} − {mm(start)}) / {mm(start)} × 100"


def _variability(timeline: Timeline, sizes: Course, row: Assessment, rule: Rule) -> RuleResult:
    change = row.size.change_from_baseline_pct
    if change is None:
        reason = row.size.reason or "no change from baseline"
        return cannot(rule, reason, visit=row.visit) if row.targets else not_here(rule, "no target lesion", visit=row.visit)
    low, high, kind = variability(timeline, sizes, row)
    inside = low <= change <= high
    detail = "within variability" if inside else "beyond variability"
    shown, place = wording.percent(change, low, high, *size_limits(timeline)), "within" if inside else "beyond"
    sentence = f"{shown} {timeline.at(row.visit)} is {place} measurement variability ({spread(low, high)} for {kind})."
    kept = {"visit": row.visit, "evidence": _compared(sizes, row), "formula": f"{_change_formula(sizes, row)} = {shown}, {place} {spread(low, high)}"}
    return result(rule, "not_met" if inside else "met", sentence, value=change, value_is="change", detail=detail, **kept)


def _best(sizes: Course, response: str | None, reason: str | None, rule: Rule, how: str) -> RuleResult:
    if response is None:
        return cannot(rule, reason or "no follow-up assessment")
    evidence = tuple(dict.fromkeys(key for row in sizes.assessments for key in row.size.evidence))
    if response == best_response.REVIEW:
        return result(rule, "met", f"Best overall response {how}: to be reviewed, {reason}.", detail=response, evidence=evidence)
    return result(rule, "met", f"Best overall response {how}: {response}.", detail=response, evidence=evidence)
