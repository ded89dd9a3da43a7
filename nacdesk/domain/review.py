"""review(): the one door to all judgements about a case. Facts, catalogue and date in; judgements out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from nacdesk.domain import (
    answers,
    best_response,
    bidimensional,
    biomarkers,
    breast,
    ca125,
    ctdna,
    depth,
    irecist,
    kinetics,
    markers,
    metabolic_volume,
    options,
    pathology,
    percist,
    pet,
    plasma,
    readers,
    readiness,
    recist,
    recist_rules,
    rectal,
    regression,
    resistance,
    safety,
    series,
    shrinkage,
    suv,
    tally,
)
from nacdesk.domain.facts import History
from nacdesk.domain.judgements import BestResponse, Flag, GcigReview, PetReview, RcbReview, Review, SeriesReview, SizeReview, VisitReview
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import SEVERITIES, Catalog, Rule, RuleResult
from nacdesk.domain.series import Series
from nacdesk.domain.timeline import Timeline, build, same_method


def review(history: History, catalog: Catalog, as_of: date | None = None) -> Review:
    """Judge a case from what was seen by `as_of` (all of it when None). Deterministic, no clock."""
    timeline = build(history, catalog, as_of)
    sited = [rule for rule in catalog.rules.values() if rule.kind or rule.off]
    sizes, pets, best, rcb, growth, gcig, found = _judged(timeline)
    found = _switched(found, sited)
    latest = latest_results(timeline, found)
    patterns = _on(resistance.results(timeline, sizes, best, latest), sited)
    own = [one for rule in sited if rule.kind for one in _own(timeline, rule, latest)]
    latest = {**latest, **{one.rule: one for one in patterns}, **latest_results(timeline, own)}
    counts = tally.tally(catalog, latest)
    level = tally.band(catalog, latest, counts, spared=("NAC-01", *catalog.own("NAC-01")) if shrinkage.in_bone(timeline) else ())
    scores = _on(tally.results(catalog, counts, level), sited)
    latest = {**latest, **{one.rule: one for one in scores}}
    lines = [line for analyte in ctdna.ANALYTES if (line := series.series(timeline, analyte)).samples]
    marker_lines = markers.all_series(timeline)
    visits = _visits(timeline, _sizes(sizes, found), percist.reviewed(timeline, pet.reviewed(timeline, pets), found), lines, marker_lines)
    states = resistance.states(patterns)
    flagging = [latest[rule.id] for rule in catalog.rules.values() if rule.flag and rule.id in latest]
    unjudged = {one.rule: one for one in _unjudged(timeline, [*found, *own], flagging)}
    courses, notes = readers.side_by_side(timeline, sizes)
    return Review(
        history=timeline.history,
        catalog=catalog,
        as_of=timeline.as_of,
        day_zero=timeline.day_zero,
        cycles=timeline.cycles,
        regimen=timeline.regimen,
        visits=visits,
        best=best,
        gcig=gcig,
        rcb=rcb,
        kinetics=kinetics.summary(found, growth, answers.depth_of_response(sizes)),
        resistance=states,
        rules=tuple(_by_catalogue(catalog, [*found, *patterns, *own, *scores])),
        latest=latest,
        flags=_flags(catalog, flagging),
        cannot=tuple(unjudged.values()),
        clear=tuple(one for one in flagging if one.state == "not_met" and one.rule not in unjudged),
        tally=counts,
        band=level,
        options=options.match(timeline, latest),
        readiness=readiness.readiness(timeline),
        answers=answers.answers(timeline, sizes, visits, ctdna.main_series(timeline), next(iter(marker_lines), None), states, latest),
        warnings=_warnings(timeline, sizes, pets, latest),
        baseline=_baselines(sizes, pets, lines, marker_lines),
        breaks=_breaks(timeline, pets, lines, marker_lines),
        readers=courses,
        reader_notes=notes,
    )


class _Judged(NamedTuple):
    """What follows from the facts of one timeline, and the results of the rules that rest on no other rule's result."""

    sizes: recist.Course
    pets: pet.PetCourse
    best: BestResponse
    rcb: RcbReview
    growth: kinetics.Curve | str
    gcig: GcigReview
    found: list[RuleResult]


def _judged(timeline: Timeline) -> _Judged:
    sizes = recist.course(timeline)
    pets = pet.course(timeline)
    best = best_response.best(timeline, sizes)
    rcb = pathology.burden(timeline)
    growth = kinetics.curve(timeline, sizes)
    glycoprotein, gcig = ca125.results(timeline)
    found = [
        *recist_rules.results(timeline, sizes, best),
        *irecist.results(timeline, sizes),
        *bidimensional.results(timeline, sizes),
        *depth.results(timeline, sizes),
        *breast.results(timeline, sizes),
        rectal.results(timeline),
        *pet.results(timeline, pets),
        *percist.results(timeline),
        *metabolic_volume.results(timeline),
        *suv.results(timeline, pets),
        *ctdna.results(timeline),
        *plasma.results(timeline),
        *glycoprotein,
        *markers.results(timeline),
        *pathology.results(timeline, rcb),
        *kinetics.results(timeline, sizes, growth),
        *regression.results(timeline),
        *biomarkers.results(timeline),
        *safety.results(timeline),
    ]
    return _Judged(sizes, pets, best, rcb, growth, gcig, found)


def _switched(found: list[RuleResult], sited: Sequence[Rule]) -> list[RuleResult]:
    """The results with one "not applicable" in place of all those of each rule that the site switched off."""
    return [*_on(found, sited), *(result(rule, "not_applicable", rule.off, reason=rule.off) for rule in sited if rule.off)]


def _on(found: list[RuleResult], sited: Sequence[Rule]) -> list[RuleResult]:
    """The results without those of the rules that the site switched off."""
    off = {rule.id for rule in sited if rule.off}
    return [one for one in found if one.rule not in off] if off else found


def _own(timeline: Timeline, rule: Rule, latest: Mapping[str, RuleResult]) -> list[RuleResult]:
    """A site's own rule, in its tumours alone: its kind's arithmetic run again, with the rule in the place of its kind."""
    context = timeline.history.case.context
    if rule.contexts and context not in rule.contexts:
        return [cannot(rule, "tumour context not recorded", "context") if context is None else not_here(rule, "another tumour type")]
    catalog = replace(timeline.catalog, rules={**timeline.catalog.rules, rule.kind: rule})
    timeline = replace(timeline, catalog=catalog)
    judged = _judged(timeline)
    return [one for one in (*judged.found, *resistance.results(timeline, judged.sizes, judged.best, latest)) if one.rule == rule.id]


def latest_results(timeline: Timeline, found: Iterable[RuleResult]) -> Mapping[str, RuleResult]:
    """Per rule the result that counts: the latest evaluable, else not evaluable, else not applicable."""
    weight = {"met": 2, "not_met": 2, "not_evaluable": 1, "not_applicable": 0}
    best: dict[str, RuleResult] = {}
    for one in found:
        known = best.get(one.rule)
        if known is None or (weight[one.state], _place(timeline, one)) >= (weight[known.state], _place(timeline, known)):
            best[one.rule] = one
    return best


def _place(timeline: Timeline, one: RuleResult) -> int:
    return timeline.positions.get(one.visit or "", -1)


def _unjudged(timeline: Timeline, found: Sequence[RuleResult], flagging: Sequence[RuleResult]) -> Iterable[RuleResult]:
    """Rules that cannot be judged at all, and those that no longer can be at their newest visit."""
    for one in flagging:
        if one.state == "not_evaluable":
            yield one
        elif one.state in ("met", "not_met"):
            later = [other for other in found if other.rule == one.rule and other.state == "not_evaluable" and _place(timeline, other) > _place(timeline, one)]
            yield from later[-1:]


def _flags(catalog: Catalog, flagging: Sequence[RuleResult]) -> tuple[Flag, ...]:
    met = [one for one in flagging if one.state == "met"]
    ordered = sorted(met, key=lambda one: (catalog.rules[one.rule].of_safety, SEVERITIES.index(one.severity)))
    return tuple(Flag(number, one) for number, one in enumerate(ordered, start=1))


def _by_catalogue(catalog: Catalog, found: Sequence[RuleResult]) -> list[RuleResult]:
    order = {rule: place for place, rule in enumerate(catalog.rules)}
    return sorted(found, key=lambda one: order[one.rule])


def _sizes(sizes: recist.Course, found: Sequence[RuleResult]) -> Mapping[str, SizeReview]:
    """The size judgements by visit, with the classes of the other criteria."""
    classes = {(one.rule, one.visit): one.detail for one in found if one.rule in ("IRC-01", "WHO-01")}
    return {row.visit: replace(row.size, irecist=classes.get(("IRC-01", row.visit)), who=classes.get(("WHO-01", row.visit))) for row in sizes.assessments}


def _visits(timeline: Timeline, sizes: Mapping[str, SizeReview], pets: Mapping[str, PetReview], lines: Sequence[Series], marker_lines: Sequence[Series]) -> tuple[VisitReview, ...]:
    answer = []
    for visit in timeline.visits:
        rows = timeline.by_visit[visit.id]
        if rows and all(row.analyte.startswith("treatment.") for row in rows):
            continue
        done = timeline.completed(visit.id)
        names = {row.reader for row in rows if row.analyte == "size.diameter" and row.reader}
        answer.append(
            VisitReview(
                visit=visit,
                date=timeline.dates[visit.id],
                day=timeline.day_of(timeline.dates[visit.id]),
                cycle=done.count,
                cycle_entered=visit.cycle is not None,
                reader=next(iter(names)) if len(names) == 1 else None,
                warnings=tuple(dict.fromkeys(text for row in rows for text in row.warnings)),
                size=sizes.get(visit.id),
                pet=pets.get(visit.id),
                ctdna=_at(lines, visit.id),
                markers=_at(marker_lines, visit.id),
            )
        )
    return tuple(answer)


def _at(lines: Sequence[Series], visit: str) -> Mapping[str, SeriesReview]:
    """The last sample of each series at a visit."""
    found: dict[str, SeriesReview] = {}
    for line in lines:
        places = [place for place, sample in enumerate(line.samples) if sample.row.visit == visit]
        if places:
            found[line.analyte] = series.reviewed(line, places[-1])
    return found


def _warnings(timeline: Timeline, sizes: recist.Course, pets: pet.PetCourse, latest: Mapping[str, RuleResult]) -> tuple[str, ...]:
    texts = [latest[rule].sentence for rule in ("REC-01", "REC-02", "REC-03") if rule in latest and latest[rule].state == "not_met"]
    texts += [f"{sizes.baseline.warning}."] if sizes.baseline.warning else []
    sampled = [series.series(timeline, key) for key in timeline.by_analyte if key.startswith("marker.") or key in ctdna.ANALYTES]
    for line in (*pets.lines.values(), *sampled):
        name = timeline.catalog.analytes[line.analyte].name
        texts += [f"{name}, {doubt}." for doubt in line.doubts]
        if line.baseline.warning:
            texts.append(f"{name}: {line.baseline.warning}.")
    judged = ctdna.main_series(timeline)
    for line in sampled:
        if judged is not None and line.analyte in ctdna.ANALYTES and line.analyte != judged.analyte:
            names = timeline.catalog.analytes
            texts.append(f"{names[line.analyte].name} is charted, not judged: the rules use {names[judged.analyte].name}, which has most samples.")
    return tuple(dict.fromkeys(texts))


def _baselines(sizes: recist.Course, pets: pet.PetCourse, lines: Sequence[Series], marker_lines: Sequence[Series]) -> Mapping[str, str]:
    """Which baseline each series is compared with, in words, by panel."""
    found: dict[str, str] = {}
    if sizes.assessments:
        found["size"] = sizes.baseline.why
    if pets.hottest is not None:
        found["suv"] = pets.hottest.baseline.why
    elif pets.lines:
        found["suv"] = next(iter(pets.lines.values())).baseline.why
    found.update({line.analyte: line.baseline.why for line in (*lines, *marker_lines)})
    return found


def _breaks(timeline: Timeline, pets: pet.PetCourse, lines: Sequence[Series], marker_lines: Sequence[Series]) -> frozenset[tuple[str, str]]:
    """(visit, panel) where the method changed before the visit: no line is drawn into it."""
    found: set[tuple[str, str]] = set()
    methods: dict[str, str | None] = {}
    for row in timeline.rows("size.diameter"):
        before = methods.get(row.lesion or "")
        if not same_method(before, row.method):
            found.add((row.visit, "size"))
        methods[row.lesion or ""] = row.method or before
    panels = [("suv", line) for line in pets.lines.values()] + [("ctdna", line) for line in lines] + [(line.analyte, line) for line in marker_lines]
    for panel, line in panels:
        for old, new in pairwise(line.samples):
            if not same_method(old.row.method, new.row.method):
                found.add((new.row.visit, panel))
    return frozenset(found)
