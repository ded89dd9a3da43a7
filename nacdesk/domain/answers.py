"""The five answers under the banner: RECIST, PET, ctDNA, main marker, pattern. Words only."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from nacdesk.domain import markers, pet, recist, resistance, wording
from nacdesk.domain.judgements import Answer, ResistanceState, SeriesReview, VisitReview
from nacdesk.domain.recist import CR, PR, Course
from nacdesk.domain.rules import RuleResult
from nacdesk.domain.series import Series
from nacdesk.domain.timeline import Timeline

_NAMES = {"on_treatment_progression": "Progression on treatment", "primary": "Primary", "acquired": "Acquired", "refractory": "Refractory", "relapsed": "Relapsed"}
_ORDER = ("relapsed", "acquired", "primary", "refractory", "on_treatment_progression")


def answers(
    timeline: Timeline,
    sizes: Course,
    visits: Sequence[VisitReview],
    molecular: Series | None,
    marker: Series | None,
    states: Sequence[ResistanceState],
    latest: Mapping[str, RuleResult],
) -> tuple[Answer, ...]:
    """Always five, in this order; one that is not there says so."""
    return (
        _recist(timeline, sizes, visits, latest),
        _pet(timeline, visits, latest),
        _molecular(timeline, visits, molecular, latest),
        _marker(timeline, visits, marker, latest),
        _pattern(timeline, sizes, states, latest),
    )


def _label(name: str, when: date | None) -> str:
    return name if when is None else f"{name} · {wording.day(when, year=False)}"


def _severity(timeline: Timeline, latest: Mapping[str, RuleResult], *rules: str) -> str | None:
    """The gravest of the named rules, and of the site's own of their kinds, that are met."""
    met = [latest[rule].severity for rule in (*rules, *timeline.catalog.own(*rules)) if rule in latest and latest[rule].state == "met"]
    return next((level for level in ("alert", "watch", "info") if level in met), None)


def _recist(timeline: Timeline, sizes: Course, visits: Sequence[VisitReview], latest: Mapping[str, RuleResult]) -> Answer:
    judged = [row for row in visits if row.size is not None and row.size.overall is not None]
    if not judged:
        base = sizes.base.size.sum_mm if sizes.base is not None else None
        note = f"baseline sum {wording.mm(base)} mm, no follow-up yet" if base is not None else "no size to compare"
        return Answer("RECIST 1.1", "not evaluable", "", note)
    last = judged[-1]
    size = last.size
    assert size is not None and size.overall is not None
    extra = "" if size.change_from_baseline_pct is None else wording.percent(size.change_from_baseline_pct, *recist.size_limits(timeline))
    base = sizes.base.size.sum_mm if sizes.base is not None else None
    sums = f"sum {wording.mm(base)} → {wording.mm(size.sum_mm)} mm" if base is not None and size.sum_mm is not None else "" if size.provisional else size.reason or ""
    note = " · ".join(part for part in (sums, "provisional: new lesions not recorded" if size.provisional else "") if part)
    return Answer(_label("RECIST 1.1", last.date), size.overall, extra, note, _severity(timeline, latest, "IRC-02", "REC-13", "REC-14", "NAC-01"))


def _pet(timeline: Timeline, visits: Sequence[VisitReview], latest: Mapping[str, RuleResult]) -> Answer:
    seen = [row for row in visits if row.pet is not None and row.pet.suvmax is not None]
    if not seen:
        return Answer("PET", "not recorded", "", "no SUVmax recorded")
    last = seen[-1]
    row = last.pet
    assert row is not None and row.suvmax is not None
    parts = [wording.percent(row.change_pct, *pet.change_limits(timeline))] if row.change_pct is not None else []
    parts += [f"EORTC {row.eortc}"] if row.eortc else [row.reason] if row.reason else ["baseline"]
    severity = _severity(timeline, latest, "PET-05", "PET-06", "PET-07", "NAC-02")
    return Answer(_label("PET", last.date), f"SUVmax {str(row.suvmax).removesuffix(' g/mL')}", "", " · ".join(parts), severity)


def _molecular(timeline: Timeline, visits: Sequence[VisitReview], line: Series | None, latest: Mapping[str, RuleResult]) -> Answer:
    if line is None or not line.samples:
        return Answer("ctDNA", "not recorded", "", "no ctDNA recorded")
    sample = line.samples[-1]
    row = next((visit.ctdna[line.analyte] for visit in reversed(visits) if line.analyte in visit.ctdna), None)
    quantity = sample.quantity
    found = latest.get("CTD-05")
    state = "not detected" if quantity.detected is False else found.detail if found is not None and found.state in ("met", "not_met") and found.detail else ""
    parts = [_since(timeline, row), state.split(" (")[0]]
    value = "not detected" if quantity.detected is False else str(quantity)
    note = " · ".join(part for part in parts if part and part != value) or ("limit " + str(quantity.limit) if quantity.limit else "")
    return Answer(_label("ctDNA", sample.when), value, "", note, _severity(timeline, latest, "CTD-08", "CTD-06"))


def _since(timeline: Timeline, row: SeriesReview | None) -> str:
    if row is None:
        return ""
    rules = timeline.catalog.rules
    if row.fold_from_nadir is not None and row.fold_from_nadir > 1:
        return f"{wording.fold(row.fold_from_nadir, rules['CTD-08'].number('fold'))} from nadir"
    if row.change_pct is None:
        return ""
    limits = (*(-tier for tier in rules["CTD-07"].pair("tiers")), rules["MRK-05"].number("rise_pct"), rules["MRK-05"].number("step_pct"))
    return f"fall of at least {wording.floor_percent(-row.change_pct)}" if row.bound else f"{wording.percent(row.change_pct, *limits)} from baseline"


def _marker(timeline: Timeline, visits: Sequence[VisitReview], line: Series | None, latest: Mapping[str, RuleResult]) -> Answer:
    if line is None or not line.samples:
        return Answer("Marker", "not recorded", "", "no marker recorded")
    sample = line.samples[-1]
    name = timeline.catalog.analytes[line.analyte].name
    row = next((visit.markers[line.analyte] for visit in reversed(visits) if line.analyte in visit.markers), None)
    uln = sample.row.uln
    high = sample.quantity.exact is not None and uln is not None and sample.quantity.exact > uln
    parts = [_since(timeline, row)]
    if uln is not None:
        parts.append("above upper limit" if high else "within upper limit" if sample.quantity.exact is not None else "")
    severity = _severity(timeline, latest, markers.RULES[line.analyte]) if line.analyte in markers.RULES else None
    return Answer(_label(name, sample.when), str(sample.quantity), "", " · ".join(part for part in parts if part) or "single value", severity)


def _pattern(timeline: Timeline, sizes: Course, states: Sequence[ResistanceState], latest: Mapping[str, RuleResult]) -> Answer:
    found = {state.state: state for state in states}
    for name in _ORDER:
        if name in found:
            return Answer("Pattern", _NAMES[name], "", found[name].limb, _severity(timeline, latest, found[name].rule))
    if all(latest[rule].state == "not_evaluable" for rule in ("RES-01", "RES-02") if rule in latest):
        return Answer("Pattern", "not evaluable", "", latest["RES-02"].reason or "")
    judged = [row.size for row in sizes.follow_up if row.size.overall is not None]
    responded = any(size.overall in (CR, PR) for size in judged)
    depth = min((size.change_from_baseline_pct for size in judged if size.change_from_baseline_pct is not None), default=None)
    note = "" if depth is None else f"deepest change {wording.percent(depth, *recist.size_limits(timeline))}"
    if responded:
        return Answer("Pattern", "Response", "", note or "no criterion met")
    unsure = latest.get("RES-02")
    if unsure is not None and unsure.state == "not_evaluable":
        return Answer("Pattern", "too early", "", unsure.reason or "")
    off = [rule for rule in resistance.STATES if timeline.catalog.rules[rule].off]
    note = note or "no pattern of the vocabulary applies"
    return Answer("Pattern", "none met", "", f"{note} · {', '.join(off)} switched off by this site" if off else note)


def depth_of_response(sizes: Course) -> Decimal | None:
    """The largest shrinkage from baseline so far, per cent, negative; None when none is known."""
    return min((row.size.change_from_baseline_pct for row in sizes.follow_up if row.size.change_from_baseline_pct is not None), default=None)
