"""ctDNA: limit of detection, clearance, molecular response, rise (CTD-03 to CTD-08).

Sources: magbanua21, magbanua23, ctmonitr22, esmo_ctdna. Not detected is a bound, never zero, and
values of unlike assays are never compared.
"""

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

from nacdesk.domain import wording
from nacdesk.domain.quantity import plain
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.series import Sample, Series, fall_bound, nadir, series
from nacdesk.domain.timeline import Timeline

ANALYTES = ("ctdna.vaf", "ctdna.mtm", "ctdna.mutant_copies")
_SAMPLE_RULES = ("CTD-04", "CTD-05", "CTD-07", "CTD-08")


def main_series(timeline: Timeline) -> Series | None:
    """The ctDNA quantity with the most samples; the first of ANALYTES among equals."""
    lines = [series(timeline, analyte) for analyte in ANALYTES if timeline.rows(analyte)]
    return max(lines, key=lambda line: len(line.samples), default=None)


def results(timeline: Timeline) -> Iterator[RuleResult]:
    """Every ctDNA rule, sample by sample."""
    rules = timeline.catalog.rules
    yield from _sampling_limits(timeline, rules["CTD-03"])
    line = main_series(timeline)
    if line is None or not (line.samples or line.gaps):
        for rule in (*_SAMPLE_RULES, "CTD-06"):
            yield cannot(rules[rule], "no ctDNA recorded", "ctdna.vaf")
        return
    yield no_clearance(timeline, line, rules["CTD-06"])
    places = list(line.after_baseline())
    if not places and not line.gaps:
        for rule in _SAMPLE_RULES:
            yield cannot(rules[rule], "no ctDNA sample after the baseline", "ctdna.vaf after the baseline")
    for visit, why in line.gaps:
        if timeline.positions[visit] > timeline.positions.get(line.baseline.visit or "", -1):
            for rule in _SAMPLE_RULES:
                yield cannot(rules[rule], f"{why}, {timeline.at(visit)}", line.analyte, visit=visit)
    for place in places:
        yield censored(timeline, line, place, rules["CTD-04"])
        yield clearance(timeline, line, place, rules["CTD-05"])
        yield molecular_response(timeline, line, place, rules["CTD-07"])
        yield rising(timeline, line, place, rules["CTD-08"])


def _sampling_limits(timeline: Timeline, rule: Rule) -> Iterator[RuleResult]:
    """LOD95 = −ln(1 − p) / (genome equivalents × markers), as a fraction (CTD-03)."""
    inputs = timeline.rows("ctdna.hge_input")
    if not inputs:
        yield cannot(rule, "genome equivalents put into the assay are not recorded", "ctdna.hge_input")
    for row in inputs:
        tracked = next((other for other in timeline.rows("ctdna.markers", row.visit) if other.quantity), None)
        markers = tracked.quantity.exact if tracked is not None and tracked.quantity is not None else None
        hge = row.quantity.exact if row.quantity else None
        if hge is None or hge == 0 or tracked is None or markers is None or markers == 0:
            yield cannot(rule, f"genome equivalents or markers are missing {timeline.at(row.visit)}", "ctdna.markers", visit=row.visit)
            continue
        limit = sampling_limit(hge, markers, rule.number("p"))
        text = f"Sampling limit of detection {timeline.at(row.visit)}: {limit:.3g} (fraction) for {plain(hge)} genome equivalents and {wording.counted(int(markers), 'marker')}."
        formula = f"−ln(1 − {plain(rule.number('p'))}) / ({plain(hge)} × {plain(markers)}) = {limit:.3g}"
        yield result(rule, "met", text, visit=row.visit, value=limit, value_is="limit of detection", formula=formula, evidence=(row.id, tracked.id))


def sampling_limit(genomes: Decimal, markers: Decimal, probability: Decimal) -> Decimal:
    """The variant allele fraction detected with `probability` by sampling alone (Poisson)."""
    return -(1 - probability).ln() / (genomes * markers)


def detection_probability(fraction: Decimal, genomes: Decimal, markers: Decimal) -> Decimal:
    """P(detect) = 1 − exp(−VAF × genome equivalents × markers)."""
    return 1 - (-fraction * genomes * markers).exp()


def _seen(timeline: Timeline, sample: Sample) -> str:
    return f"{sample.quantity} on {timeline.when(sample.row)}" if sample.when else f"{sample.quantity} at {timeline.when(sample.row)}"


def censored(timeline: Timeline, line: Series, place: int, rule: Rule) -> RuleResult:
    """What a sample at or below its limit says about the fall (CTD-04)."""
    sample, start = line.samples[place], line.start
    kept = {"visit": sample.row.visit, "evidence": tuple(one.row.id for one in (start, sample) if one is not None)}
    if (unlike := line.unlike_baseline(place)) is not None or start is None:
        return cannot(rule, unlike or line.baseline.why, **kept)
    if start.quantity.detected is False and sample.quantity.detected:
        detail = "conversion to detected; percent undefined"
        return result(rule, "met", f"ctDNA not detected at baseline, {_seen(timeline, sample)}: {detail}.", detail=detail, **kept)
    if sample.quantity.comparator in ("=", ">"):
        return not_here(rule, "the sample is not censored", **kept)
    bound = fall_bound(start.quantity, sample.quantity)
    cleared = "cleared" if sample.quantity.detected is False else "below the reported bound"
    if start.quantity.detected is False:
        return not_here(rule, "not detected at baseline", **kept)
    if bound is None:
        detail = f"{cleared}; percent not computable"
        return result(rule, "met", f"ctDNA {_seen(timeline, sample)}: {detail}.", detail=detail, **kept)
    detail = f"decrease >= {bound.quantize(Decimal('0.1'), ROUND_FLOOR)}%"
    sentence = f"ctDNA {_seen(timeline, start)} → {_seen(timeline, sample)}: a fall of at least {wording.floor_percent(bound)}."
    formula = f"{_fall_formula(start, sample.quantity.upper)} ≥ {wording.floor_percent(bound)}"
    return result(rule, "met", sentence, value=bound, value_is="least decrease", detail=detail, formula=formula, **kept)


def _fall_formula(start: Sample, now: Decimal | None) -> str:
    """(1.9 − 0.47) / 1.9 × 100; of a bound at baseline its least value."""
    base = plain(start.quantity.lower)
    assert now is not None  # a fall was worked out
    return f"({base} − {plain(now)}) / {base} × 100"


def clearance(timeline: Timeline, line: Series, place: int, rule: Rule) -> RuleResult:
    """Detected at baseline, not detected later by the same assay (CTD-05)."""
    sample, start = line.samples[place], line.start
    kept = {"visit": sample.row.visit, "evidence": tuple(one.row.id for one in (start, sample) if one is not None)}
    if start is None:
        return cannot(rule, line.baseline.why, "ctDNA at baseline", **kept)
    if start.quantity.detected is False:
        return not_here(rule, "not detected at baseline", **kept)
    if start.quantity.detected is None:
        return cannot(rule, f"at baseline {start.quantity} was reported without saying whether ctDNA was detected", "limit of detection", **kept)
    if (unlike := line.unlike_baseline(place)) is not None:
        return cannot(rule, unlike, "the same assay", **kept)
    history = [*line.comparable(place)[1:], sample]
    if sample.quantity.detected is None:
        return cannot(rule, f"{sample.quantity} does not say whether ctDNA was detected; the limit of detection is not recorded", "limit of detection", **kept)
    if sample.quantity.detected:
        back = any(one.quantity.detected is False for one in history)
        detail = "cleared then reconverted (CTD-08)" if back else "not cleared"
        return result(rule, "not_met", f"ctDNA {_seen(timeline, sample)}: {'detected again after clearance' if back else 'not cleared'}.", detail=detail, **kept)
    sustained = len(history) > 1 and history[-2].quantity.detected is False
    detail = "cleared, sustained" if sustained else "cleared"
    return result(rule, "met", f"ctDNA {_seen(timeline, start)} → {_seen(timeline, sample)}: {detail}.", detail=detail, **kept)


def no_clearance(timeline: Timeline, line: Series, rule: Rule) -> RuleResult:
    """Still detected about three weeks after the start: the sample nearest day 21 decides (CTD-06)."""
    start = line.start
    low, high = rule.pair("day")
    if start is None:
        return cannot(rule, line.baseline.why, "ctDNA at baseline")
    if start.quantity.detected is not True:
        why = "not detected at baseline" if start.quantity.detected is False else "whether ctDNA was detected at baseline is not known"
        return cannot(rule, f"{why} ({_seen(timeline, start)})", evidence=(start.row.id,))
    inside = [place for place in line.after_baseline() if (day := line.samples[place].day) is not None and low <= day <= high]
    if not inside:
        return cannot(rule, f"no sample on day {low} to {high} after the first dose", f"ctDNA on day {low} to {high}", evidence=(start.row.id,))
    inside = [place for place in inside if line.unlike_baseline(place) is None] or inside
    centre = rule.number("centre")
    place = min(inside, key=lambda at: (abs((line.samples[at].day or 0) - centre), -(line.samples[at].day or 0)))
    sample = line.samples[place]
    kept = {"visit": sample.row.visit, "evidence": (start.row.id, sample.row.id)}
    if (unlike := line.unlike_baseline(place)) is not None:
        return cannot(rule, unlike, "the same assay", **kept)
    if sample.quantity.detected is None:
        return cannot(rule, f"{sample.quantity} does not say whether ctDNA was detected; the limit of detection is not recorded", "limit of detection", **kept)
    still = sample.quantity.detected
    caveat = "; early clearance predicted response in triple-negative disease only" if timeline.history.case.context in ("breast_hrpos", "breast_her2") else ""
    sentence = f"ctDNA {_seen(timeline, start)} → {_seen(timeline, sample)}, day {sample.day}: {'still detected' if still else 'cleared'}{caveat}."
    formula = f"day {sample.day} within {low} to {high}; {sample.quantity}"
    return result(rule, "met" if still else "not_met", sentence, formula=formula, **kept)


def molecular_response(timeline: Timeline, line: Series, place: int, rule: Rule) -> RuleResult:
    """A fall of at least 50 % from baseline, in tiers (CTD-07)."""
    sample, start = line.samples[place], line.start
    kept = {"visit": sample.row.visit, "evidence": tuple(one.row.id for one in (start, sample) if one is not None)}
    if (unlike := line.unlike_baseline(place)) is not None or start is None:
        return cannot(rule, unlike or line.baseline.why, "ctDNA at baseline by the same assay", **kept)
    if start.quantity.detected is False:
        return not_here(rule, "not detected at baseline", **kept)
    base = start.quantity.exact
    low, high = rule.pair("tiers")
    if sample.quantity.detected is False and start.quantity.detected:
        return result(rule, "met", f"Molecular response: clearance; ctDNA {_seen(timeline, start)} → {_seen(timeline, sample)}.", detail="clearance tier", **kept)
    if base is None:
        return cannot(rule, f"the baseline is only known as {start.quantity}", **kept)
    least, most = _fall(base, sample.quantity.upper), _fall(base, sample.quantity.lower)
    reached = next((limit for limit in (high, low) if least is not None and least >= limit * base), None)
    tier = None if reached is None else f">={reached}% tier"
    if tier is None and most is not None and most >= low * base and sample.quantity.exact is None:
        return cannot(rule, f"{sample.quantity} leaves the fall open", **kept)
    exact = None if sample.quantity.exact is None else 100 * (base - sample.quantity.exact) / base
    words = f"ctDNA {_seen(timeline, start)} → {_seen(timeline, sample)}" + (f" ({wording.percent(-exact, -low, -high)})" if exact is not None else "")
    detail = tier or "no molecular response"
    sentence = f"Molecular response{f', {tier}'.replace('>=', '≥ ').replace('% tier', ' %') if tier else ': none'}; {words}."
    formula = "" if exact is None else f"{_fall_formula(start, sample.quantity.exact)} = {wording.percent(exact, low, high, signed=False)} ≥ {reached or low} %"
    return result(rule, "met" if tier else "not_met", sentence, value=exact, value_is="decrease", operator=">=", threshold=low, unit="%", detail=detail, formula=formula, **kept)


def _fall(base: Decimal, now: Decimal | None) -> Decimal | None:
    """100 × the fall, to be compared with threshold × base without division."""
    return None if now is None else 100 * (base - now)


def rising(timeline: Timeline, line: Series, place: int, rule: Rule) -> RuleResult:
    """Reconversion, a doubling from the nadir, or two consecutive steep steps (CTD-08)."""
    sample = line.samples[place]
    earlier = line.comparable(place)
    kept = {"visit": sample.row.visit, "evidence": tuple(one.row.id for one in (*earlier, sample))}
    if not earlier:
        reason = "the assay changed before this sample" if place else "a single sample"
        return cannot(rule, reason, "two samples of one assay", **kept)
    if sample.day is not None and sample.day <= 0:
        return cannot(rule, "the sample is not on treatment", **kept)
    if sample.day is None and not timeline.on_treatment(sample.row.visit):
        return cannot(rule, f"neither date nor completed cycles tell whether the sample {timeline.at(sample.row.visit)} is on treatment", "date", **kept)
    caveat = _caveats(timeline, sample, rule)
    if sample.quantity.detected is False:
        return result(rule, "not_met", f"ctDNA {_seen(timeline, sample)}: not rising.", **kept)
    if sample.quantity.detected and earlier[-1].quantity.detected is False:
        better = earlier[-1].quantity.upper
        lod = "; may reflect a better limit of detection" if better is not None and sample.quantity.exact is not None and better > sample.quantity.exact else ""
        again = "detected again" if any(one.quantity.detected for one in earlier) else "detected after not detected"
        sentence = f"ctDNA {_seen(timeline, earlier[-1])} → {_seen(timeline, sample)}: {again}{lod}{caveat}."
        return result(rule, "met", sentence, detail="reconversion", **kept)
    low, times = nadir(line, place), rule.number("fold")
    # A bound decides where it alone is enough: now at least twice what the earlier value was at most.
    # One that may have been "not detected" counts only just before this sample: either way that is a rise.
    floor = [one for one in earlier if one.quantity.exact is not None or (one.quantity.detected is None and one is earlier[-1])]
    most = min((one.quantity.upper for one in floor if one.quantity.upper is not None), default=None)
    if most is not None and sample.quantity.lower >= times * most and (low is None or low.quantity.exact != most or sample.quantity.exact is None):
        first = next(one for one in floor if one.quantity.upper == most)
        sentence = f"ctDNA {_seen(timeline, first)} → {_seen(timeline, sample)}, at least {wording.fold(sample.quantity.lower / most, times)}{caveat}."
        return result(rule, "met", sentence, detail="at least doubled", **kept)
    now = sample.quantity.exact
    if now is None:
        return cannot(rule, f"{sample.quantity} leaves a rise open", **kept)
    if low is not None and low.quantity.exact is not None and now >= times * low.quantity.exact:
        ratio = now / low.quantity.exact
        sentence = f"ctDNA {_seen(timeline, low)} → {_seen(timeline, sample)}, {wording.fold(ratio, times)} from nadir{caveat}."
        formula = f"{sample.quantity} / {low.quantity} = {wording.guarded(ratio, (times,), 2)} ≥ {times}"
        detail = f"{wording.guarded(ratio, (times,))}x nadir"
        return result(rule, "met", sentence, value=ratio, value_is="fold", operator=">=", threshold=times, detail=detail, formula=formula, **kept)
    steps = _steps([one for one in earlier if one.quantity.exact is not None] + [sample])
    step = rule.number("step_pct")
    if len(steps) >= 2 and all(100 * (new - old) > step * old for old, new in steps[-2:]):
        rises = [100 * (new - old) / old for old, new in steps[-2:]]
        values = " → ".join(plain(one) for one in (steps[-2][0], steps[-1][0], steps[-1][1]))
        sentence = f"ctDNA {values} {sample.quantity.unit} up to {timeline.when(sample.row)}: two rises, {wording.joined(wording.percent(one, step) for one in rises)}{caveat}."
        detail = f"two steps: {', '.join(f'+{wording.guarded(one, (step,))}%' for one in rises)}"
        counts = [
            f"({plain(new)} − {plain(old)}) / {plain(old)} × 100 = {wording.percent(one, step, signed=False)} > {step} %" for (old, new), one in zip(steps[-2:], rises, strict=True)
        ]
        formula = " and ".join(counts)
        return result(rule, "met", sentence, value=rises[-1], value_is="last step", operator=">", threshold=step, unit="%", detail=detail, formula=formula, **kept)
    vague = next((one for one in earlier if one.quantity.exact is None and one.quantity.detected is not False and one.quantity.lower < now), None)
    if vague is not None:
        return cannot(rule, f"{_seen(timeline, vague)} leaves a rise to {sample.quantity} open", "a measured value", **kept)
    ratio_words = f", {wording.fold(now / low.quantity.exact, times)} from nadir" if low is not None and low.quantity.exact else ""
    return result(rule, "not_met", f"ctDNA {_seen(timeline, sample)}{ratio_words}: no rise by this rule.", **kept)


def _steps(samples: list[Sample]) -> list[tuple[Decimal, Decimal]]:
    values = [sample.quantity.exact for sample in samples if sample.quantity.exact is not None]
    return list(pairwise(values))


def _caveats(timeline: Timeline, sample: Sample, rule: Rule) -> str:
    window = rule.number("surgery_days")
    if timeline.surgery is not None and sample.when is not None and 0 <= (sample.when - timeline.surgery).days < window:
        return f"; drawn less than {window} days after surgery"
    return "; a repeat sample can be discussed"
