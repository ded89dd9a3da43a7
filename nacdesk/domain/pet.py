"""FDG PET: the EORTC class, MUNICON and the widely quoted SUV thresholds (PET-06, PET-07, NAC-02 to NAC-04)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import PetReview
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.series import Sample, Series, series
from nacdesk.domain.timeline import Timeline, counting, same_method

PMD, PMR, SMD, CMR = "PMD", "PMR", "SMD", "CMR"
_SUV = "pet.suvmax"


@dataclass(frozen=True, slots=True)
class PetCourse:
    """SUVmax by lesion ("" where none was named), and the visits with a PET in order."""

    lines: Mapping[str, Series]
    visits: tuple[str, ...]

    @property
    def hottest(self) -> Series | None:
        """The series of the lesion hottest at baseline: the reference of change."""
        based = [line for line in self.lines.values() if line.start is not None and line.start.quantity.exact is not None]
        return max(based, key=lambda line: line.start.quantity.exact if line.start and line.start.quantity.exact else Decimal(0), default=None)

    def at(self, visit: str) -> list[tuple[Series, int]]:
        """Every lesion's place at a visit."""
        return [(line, place) for line in self.lines.values() for place, sample in enumerate(line.samples) if sample.row.visit == visit]


def course(timeline: Timeline) -> PetCourse:
    """Sort the SUVmax rows of a case by lesion."""
    rows: dict[str, list[Observation]] = {}
    for row in timeline.rows(_SUV):
        rows.setdefault(row.lesion or "", []).append(row)
    other = {row.visit for analyte in ("pet.sulpeak", "pet.background", "pet.new_lesion") for row in timeline.rows(analyte)}
    lines = {label: series(timeline, _SUV, several) for label, several in rows.items()}
    seen = other | {row.visit for row in timeline.rows(_SUV)}
    return PetCourse(lines, tuple(visit.id for visit in timeline.visits if visit.id in seen))


def reviewed(timeline: Timeline, pets: PetCourse) -> Mapping[str, PetReview]:
    """SUVmax of the hottest lesion, its change and the EORTC class, at each PET."""
    return {visit: _visit(timeline, pets, visit) for visit in pets.visits}


def _visit(timeline: Timeline, pets: PetCourse, visit: str) -> PetReview:
    here = pets.at(visit)
    values = [line.samples[place] for line, place in here if line.samples[place].quantity.exact is not None]
    top = max(values, key=lambda sample: sample.quantity.exact or Decimal(0), default=None)
    answer = _eortc(timeline, pets, visit)
    return PetReview(
        suvmax=top.quantity if top else None,
        change_pct=answer.change,
        eortc=answer.response,
        reason=answer.reason,
        evidence=tuple(line.samples[place].row.id for line, place in here),
    )


@dataclass(frozen=True, slots=True)
class _Class:
    response: str | None
    reason: str | None
    change: Decimal | None = None
    sentence: str = ""
    formula: str = ""
    evidence: tuple[str, ...] = ()
    threshold: Decimal | None = None
    operator: str | None = None


_OPERATORS = {"≥": ">=", ">": ">", "<": "<"}


def _eortc(timeline: Timeline, pets: PetCourse, visit: str) -> _Class:
    """EORTC 1999 against the pre-treatment PET, after at least one completed cycle."""
    rule = timeline.catalog.rules["PET-06"]
    new = next((row for row in counting(timeline.rows("pet.new_lesion", visit)) if row.code == "yes"), None)
    if new is not None and not timeline.before_treatment(visit):
        return _Class(PMD, None, sentence=f"New FDG uptake {timeline.at(visit)}", evidence=(new.id,))
    line = pets.hottest
    if line is None or line.start is None:
        why = next((one.baseline.why for one in pets.lines.values()), "no SUVmax recorded")
        return _Class(None, why)
    if not timeline.before_surgery(visit):
        return _Class(None, "after surgery")
    if timeline.positions[visit] <= timeline.positions[line.start.row.visit]:
        return _Class(None, None)
    done = timeline.completed(visit)
    if done.count is None or done.count < 1:
        return _Class(None, f"completed cycles are {done.source}" if done.count is None else "no cycle completed")
    background = next((row for row in counting(timeline.rows("pet.background", visit)) if row.code == "yes"), None)
    grown = [one for one in (_compare(timeline, other, place, least=True) for other, place in pets.at(visit)) if one is not None]
    rising = [one for one in grown if 100 * one.delta > rule.number("pmd") * one.base]
    if rising:
        worst = max(rising, key=lambda one: one.delta / one.base)
        return worst.classed(PMD, rule.number("pmd"), ">")
    if background is not None:
        return _Class(CMR, None, sentence=f"FDG uptake {timeline.at(visit)} no longer told from surroundings", evidence=(background.id,))
    place = next((at for other, at in pets.at(visit) if other is line), None)
    if place is None:
        return _Class(None, f"the lesion hottest at baseline ({line.start.row.lesion or 'unnamed'}) was not measured")
    if (unlike := line.unlike_baseline(place)) is not None:
        return _Class(None, unlike)
    main = _compare(timeline, line, place)
    if main is None:
        return _Class(None, f"SUVmax is only known as {line.samples[place].quantity}")
    one_cycle = done.count == 1
    limit = rule.number("pmr_1cycle" if one_cycle else "pmr_multi")
    fell = -100 * main.delta
    down = fell >= limit * main.base if one_cycle else fell > limit * main.base
    answer = main.classed(PMR if down else SMD, limit, "≥" if one_cycle else ">", fall=True)
    compared = {one.now.row.lesion for one in grown}
    others = sorted({label or "without a name" for label, other in pets.lines.items() if other.samples and (label or None) not in compared})
    return replace(answer, sentence=f"{answer.sentence}; not compared: lesion {wording.joined(others)}") if others else answer


@dataclass(frozen=True, slots=True)
class _Pair:
    timeline: Timeline
    start: Sample
    now: Sample
    base: Decimal
    delta: Decimal

    def classed(self, response: str, limit: Decimal, sign: str, fall: bool = False) -> _Class:
        change = 100 * self.delta / self.base
        edges = change_limits(self.timeline)
        lesion = f" of {self.start.row.lesion}" if self.start.row.lesion else ""
        first, last = self.base, self.base + self.delta
        more = ">" if self.now.quantity.comparator == ">" else ""
        sentence = f"SUVmax{lesion} {plain(first)} → {more}{plain(last)} ({more}{wording.percent(change, *edges)}) {self.timeline.at(self.now.row.visit)}" + (
            "" if (self.start.row.scanner or "") == (self.now.row.scanner or "") else "; scanners differ"
        )
        value = -change if fall else change
        difference = f"{plain(first)} − {plain(last)}" if fall else f"{plain(last)} − {plain(first)}"
        size = wording.percent(value, *(-edge if fall else edge for edge in edges), signed=False)
        formula = f"({difference}) / {plain(first)} × 100 = {size} {sign} {limit} %"
        return _Class(response, None, change, sentence, formula, (self.start.row.id, self.now.row.id), limit, _OPERATORS[sign])


def change_limits(timeline: Timeline) -> tuple[Decimal, ...]:
    """The thresholds that a displayed change of SUV must not seem to reach."""
    eortc, municon_rule = timeline.catalog.rules["PET-06"], timeline.catalog.rules["PET-07"]
    return eortc.number("pmd"), -eortc.number("pmr_1cycle"), -eortc.number("pmr_multi"), -municon_rule.number("decrease_pct")


def _compare(timeline: Timeline, line: Series, place: int, least: bool = False) -> _Pair | None:
    """The change from baseline; `least` takes ">x" for x, which is enough to prove a rise."""
    start, now = line.start, line.samples[place]
    value = now.quantity.lower if least and now.quantity.comparator == ">" else now.quantity.exact
    if start is None or line.unlike_baseline(place) is not None or start.quantity.exact is None or value is None or start.quantity.exact == 0:
        return None
    return _Pair(timeline, start, now, start.quantity.exact, value - start.quantity.exact)


def results(timeline: Timeline, pets: PetCourse) -> Iterator[RuleResult]:
    """Every PET rule of a case."""
    rules = timeline.catalog.rules
    yield _baseline_suv(timeline, pets, rules["NAC-03"])
    yield _low_adc(timeline, rules["NAC-04"])
    later = [visit for visit in pets.visits if not timeline.before_treatment(visit)]
    if not later:
        why = "no PET recorded" if not pets.visits else "no PET after the start of treatment"
        for rule in ("PET-06", "NAC-02"):
            yield cannot(rules[rule], why, "pet.suvmax")
    for visit in later:
        yield _eortc_result(timeline, pets, visit, rules["PET-06"])
        yield persistent(timeline, pets, visit, rules["NAC-02"])
    yield municon(timeline, pets, rules["PET-07"])


def _eortc_result(timeline: Timeline, pets: PetCourse, visit: str, rule: Rule) -> RuleResult:
    answer = _eortc(timeline, pets, visit)
    if answer.response is None:
        return cannot(rule, f"{answer.reason or 'the PET is the baseline'}, {timeline.at(visit)}", "pet.suvmax", visit=visit)
    names = {PMD: "progressive metabolic disease", PMR: "partial metabolic response", SMD: "stable metabolic disease", CMR: "complete metabolic response"}
    value = None if answer.change is None else answer.change if answer.response == PMD else -answer.change
    return result(
        rule,
        "met" if answer.response == PMD else "not_met",
        f"EORTC {answer.response}, {names[answer.response]}: {answer.sentence}.",
        visit=visit,
        value=value,
        value_is=None if value is None else "increase" if answer.response == PMD else "decrease",
        operator=answer.operator,
        threshold=answer.threshold,
        unit="%",
        formula=answer.formula,
        detail=answer.response,
        evidence=answer.evidence,
    )


def persistent(timeline: Timeline, pets: PetCourse, visit: str, rule: Rule) -> RuleResult:
    """NAC-02: SUVmax above 5 now and at an earlier PET of the same lesion."""
    where, limit = timeline.at(visit), rule.number("suv")
    here = pets.at(visit)
    kept: dict[str, object] = {"visit": visit}
    if not here:
        return cannot(rule, f"no SUVmax {where}", "pet.suvmax", **kept)
    done = timeline.completed(visit)
    if (done.count is None or done.count < 1) and timeline.before_surgery(visit):
        why = "no cycle completed" if done.count is not None else f"completed cycles are {done.source}"
        return cannot(rule, f"{why} {where}", "cycle", **kept)
    open_question = ""
    for line, place in here:
        now = line.samples[place]
        earlier = line.samples[:place]
        alike = [one for one in earlier if same_method(one.row.method, now.row.method)]
        high = [one for one in alike if above(one.quantity, limit)]
        hot = above(now.quantity, limit)
        if hot and high:
            values = " → ".join(_figure(one) for one in (*alike, now))
            over = len(high) + 1
            lesion = f" of {now.row.lesion}" if now.row.lesion else ""
            sentence = f"SUVmax{lesion} {values} ({over} of {len(alike) + 1} scans above {limit}), {where}."
            formula = f"{_figure(now)} > {limit} now and {_figure(high[-1])} > {limit} before"
            return result(
                rule, "met", sentence, value=now.quantity.exact, value_is="SUVmax", operator=">", threshold=limit, formula=formula,
                evidence=(*(one.row.id for one in high), now.row.id), **kept,
            )  # fmt: skip
        if hot is None:
            open_question = f"SUVmax is only known as {now.quantity}"
        elif hot and any(above(one.quantity, limit) is None for one in alike):
            open_question = "an earlier SUVmax is only known as a bound"
        elif hot and not alike:
            open_question = "no earlier PET" if not earlier else "method differs from the earlier PET"
    # A lesion that was hot before and is not measured now is no reason for a clear answer.
    unseen = [line for line in pets.lines.values() if line not in [one for one, _ in here] and _was_hot(timeline, line, visit, limit)]
    if unseen and not open_question:
        open_question = f"{unseen[0].samples[0].row.lesion or 'a lesion without a name'}, above {limit} before, was not measured"
    if open_question:
        return cannot(rule, f"{open_question}, {where}", "an earlier PET of the same lesion" if "earlier" in open_question else "pet.suvmax", **kept)
    top = max((line.samples[place] for line, place in here), key=lambda sample: sample.quantity.upper or Decimal(0))
    detail = "not persistent" if above(top.quantity, limit) else None
    sentence = f"SUVmax {_figure(top)} {where}: " + (f"above {limit}, but no earlier value of the lesion was." if detail else f"not above {limit}.")
    evidence = tuple(line.samples[place].row.id for line, place in here)
    return result(
        rule, "not_met", sentence, value=top.quantity.exact, value_is="SUVmax", operator=">", threshold=limit, detail=detail, evidence=evidence, **kept
    )  # fmt: skip


def above(quantity: Quantity, limit: Decimal) -> bool | None:
    """The value lies above the limit; None where a bound such as "<8" leaves that open."""
    if quantity.lower > limit or (quantity.comparator == ">" and quantity.lower == limit):
        return True
    return False if quantity.upper is not None and quantity.upper <= limit else None


def _figure(sample: Sample) -> str:
    return str(sample.quantity).removesuffix(f" {sample.quantity.unit}")


def _was_hot(timeline: Timeline, line: Series, visit: str, limit: Decimal) -> bool:
    place = timeline.positions[visit]
    return any(timeline.positions[one.row.visit] < place and above(one.quantity, limit) for one in line.samples)


def _baseline_suv(timeline: Timeline, pets: PetCourse, rule: Rule) -> RuleResult:
    line, limit = pets.hottest, rule.number("suv")
    if line is None or line.start is None or line.start.quantity.exact is None:
        return cannot(rule, "no baseline PET", "pet.suvmax at baseline")
    value = line.start.quantity.exact
    sentence = f"Baseline SUVmax {plain(value)} on {timeline.when(line.start.row)}; threshold above {limit}."
    return result(
        rule, "met" if value > limit else "not_met", sentence, visit=line.start.row.visit, value=value, value_is="SUVmax", operator=">",
        threshold=limit, formula=f"{plain(value)} > {limit}", evidence=(line.start.row.id,),
    )  # fmt: skip


def _low_adc(timeline: Timeline, rule: Rule) -> RuleResult:
    """NAC-04 has no default threshold: without a site's own the value is charted only."""
    line = series(timeline, "mri.adc")
    if "adc" not in rule.thresholds:
        return cannot(rule, "no threshold configured" if line.samples else "no diffusion MRI recorded", "site threshold" if line.samples else "mri.adc")
    if line.start is None or line.start.quantity.exact is None:
        return cannot(rule, "no diffusion MRI recorded at baseline", "mri.adc")
    value, limit = line.start.quantity.exact, rule.number("adc")
    sentence = f"Baseline ADC {plain(value)} {line.start.quantity.unit}; site threshold below {limit}."
    return result(
        rule, "met" if value < limit else "not_met", sentence, visit=line.start.row.visit, value=value, value_is="ADC", operator="<",
        threshold=limit, formula=f"{plain(value)} < {limit}", evidence=(line.start.row.id,),
    )  # fmt: skip


def municon(timeline: Timeline, pets: PetCourse, rule: Rule) -> RuleResult:
    """PET-07: SUV fall of at least 35 % at day 14, oesophagogastric junction adenocarcinoma only."""
    case = timeline.history.case
    if case.context != "oesoph_gej_gastric_adeno":
        return cannot(rule, "tumour context not recorded", "context") if case.context is None else not_here(rule, "another tumour type")
    site = timeline.says("anatomy.site")
    if site is None:
        return cannot(rule, "tumour site not recorded; the rule holds for the oesophagogastric junction", "anatomy.site")
    if site.casefold() != "gej":
        return not_here(rule, "the tumour is not at the oesophagogastric junction")
    line = pets.hottest
    low, high = rule.pair("day")
    if line is None or line.start is None or line.start.quantity.exact is None:
        return cannot(rule, "no baseline PET", "pet.suvmax at baseline")
    place = next((at for at in line.after_baseline() if (day := line.samples[at].day) is not None and low <= day <= high), None)
    if place is None:
        return cannot(rule, f"no PET on day {low} to {high}", f"PET on day {low} to {high}")
    pair = _compare(timeline, line, place)
    if pair is None:
        return cannot(rule, line.unlike_baseline(place) or "SUVmax is not a plain number", visit=line.samples[place].row.visit)
    limit = rule.number("decrease_pct")
    responder = -100 * pair.delta >= limit * pair.base
    answer = pair.classed("", limit, "<", fall=True)  # met is non-response
    detail = "RESPONDER" if responder else "NON_RESPONDER"
    caveat = "; derived on platinum-fluoropyrimidine, not on FLOT or chemo-immunotherapy" if _other_regimen(timeline) else ""
    sentence = f"{answer.sentence}, day {pair.now.day}: metabolic {'response' if responder else 'non-response'}, threshold {limit} % decrease{caveat}."
    return result(
        rule, "not_met" if responder else "met", sentence, visit=pair.now.row.visit, value=-(answer.change or Decimal(0)), value_is="decrease",
        operator="<", threshold=limit, unit="%", formula=answer.formula, detail=detail, evidence=answer.evidence,
    )  # fmt: skip


def _other_regimen(timeline: Timeline) -> bool:
    """A regimen that MUNICON did not study: FLOT, or with a checkpoint inhibitor."""
    entry = timeline.regimen
    return timeline.says("treatment.immune") == "yes" or (entry is not None and ("FLOT" in entry.name or entry.immune))
