"""Serum markers. CEA (MRK-05, egtm_crc): silent while a surge is possible; CA 19-9 (MRK-06, ca199): void with cholestasis;
CA 15-3 (MRK-07, egtm_breast); PSA (MRK-08, pcwg3). CA-125 has its own module.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.quantity import plain
from nacdesk.domain.results import absent, cannot, not_here, result
from nacdesk.domain.rises import Dated, Rise, dated, standing_rise
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.series import Sample, Series, series
from nacdesk.domain.timeline import Timeline

CEA, CA199, CA153, PSA = "marker.cea", "marker.ca199", "marker.ca153", "marker.psa"
RULES = {"marker.ca125": "MRK-02", CEA: "MRK-05", CA199: "MRK-06", CA153: "MRK-07", PSA: "MRK-08"}


def all_series(timeline: Timeline) -> tuple[Series, ...]:
    """Every marker that is measured over time (KELIM is one number of a model), the one with most samples first."""
    lines = [series(timeline, key) for key in timeline.by_analyte if key.startswith("marker.") and timeline.catalog.analytes[key].panel]
    return tuple(sorted((line for line in lines if line.samples), key=lambda line: -len(line.samples)))


def results(timeline: Timeline) -> Iterator[RuleResult]:
    """MRK-05 to MRK-08 at each sample after the baseline."""
    rules = timeline.catalog.rules
    yield from _cea(timeline, rules["MRK-05"])
    yield from _ca199(timeline, rules["MRK-06"])
    yield from _ca153(timeline, rules["MRK-07"])
    yield from _psa(timeline, rules["MRK-08"])


def _cea(timeline: Timeline, rule: Rule) -> Iterator[RuleResult]:
    line = series(timeline, CEA)
    for visit, why in line.gaps:
        yield cannot(rule, f"{why}, {timeline.at(visit)}", CEA, visit=visit)
    if len(line.samples) < 2:
        yield cannot(rule, "a single CEA sample" if line.samples else "no CEA recorded", CEA)
        return
    for place in _later(line):
        yield cea_rise(timeline, line, place, rule)


def _later(line: Series) -> Sequence[int]:
    """Places after the baseline that have a sample before them."""
    return [place for place in line.after_baseline() if place > 0]


def cea_rise(timeline: Timeline, line: Series, place: int, rule: Rule) -> RuleResult:
    """A confirmed rise of 30 % above the upper limit of normal, or three successive rises of 15 %."""
    now = line.samples[place]
    kept: dict[str, object] = {"visit": now.row.visit}
    where = timeline.when(now.row)
    if now.day is None:
        return cannot(rule, f"days since the first dose are not known {where}: a chemotherapy surge cannot be excluded", "date", **kept)
    surge = rule.number("surge_days")
    if now.day <= surge:
        return cannot(rule, f"day {now.day} ({where}) is within {surge} days of the first dose: possible chemotherapy surge", evidence=(now.row.id,), **kept)
    earlier = line.comparable(place)
    if not earlier:
        return cannot(rule, f"no earlier sample of the same assay, {where}", CEA, **kept)
    samples = [*earlier, now]
    if (bound := next((one for one in samples[-2:] if one.quantity.exact is None), None)) is not None:
        return cannot(rule, f"CEA on {timeline.when(bound.row)} is only known as {bound.quantity}", CEA, **kept)
    uln, named = upper_limit(now, rule)
    steps = int(rule.number("steps"))
    ladder = samples[-steps - 1 :]
    if len(ladder) == steps + 1 and all(_risen(a, b, rule.number("step_pct")) for a, b in pairwise(ladder)) and _above(now, uln):
        values = " → ".join(plain(one.quantity.exact or Decimal(0)) for one in ladder)
        sentence = f"CEA {values} {now.quantity.unit} up to {where}: {steps} rises of at least {rule.number('step_pct')} %, above {named}."
        return result(rule, "met", sentence, detail="three rises", evidence=tuple(one.row.id for one in ladder), **kept)
    for previous, risen in pairwise(samples[:-1]):
        if _is_confirmed(previous, risen, now, rule, surge):
            first, second, third = (plain(one.quantity.exact or Decimal(0)) for one in (previous, risen, now))
            sentence = f"CEA {first} → {second} → {third} {now.quantity.unit}: rise of at least {rule.number('rise_pct')} % confirmed on {where}, above {named}."
            factor = 1 + rule.number("rise_pct") / 100
            formula = f"{second} ≥ {plain(factor)} × {first} and {third} ≥ {plain(factor)} × {first}"
            return result(rule, "met", sentence, detail="confirmed rise", formula=formula, evidence=(previous.row.id, risen.row.id, now.row.id), **kept)
    before, last = samples[-2].quantity.exact, now.quantity.exact
    assert before is not None and last is not None
    change = "from 0" if before == 0 else wording.percent(100 * (last - before) / before, rule.number("rise_pct"), rule.number("step_pct"))
    words = f"CEA {plain(before)} → {plain(last)} {now.quantity.unit} ({change}) on {where}"
    low, high = rule.pair("confirm_days")
    kept["evidence"] = (samples[-2].row.id, now.row.id)
    if _risen(samples[-2], now, rule.number("rise_pct")) and _above(now, uln):
        return cannot(rule, f"{words} is not confirmed yet", f"CEA {low} to {high} days later", **kept)
    if (waiting := _unconfirmed(samples, rule, surge)) is not None:
        return cannot(rule, f"the rise to {waiting.quantity} still stands on {where}, but no sample was taken {low} to {high} days after it", "CEA", **kept)
    if (doubt := _undecided(samples, rule, surge)) is not None:
        return cannot(rule, f"whether the rise of {timeline.when(doubt.row)} stands on {where} is not known: a value or a date before it is not known exactly", CEA, **kept)
    tail = f", not above {named}" if not _above(now, uln) else ""
    return result(rule, "not_met", f"{words}{tail}: no rise by this rule.", detail=f"below ULN {plain(uln)}" if tail else None, **kept)


def _unconfirmed(samples: Sequence[Sample], rule: Rule, surge: Decimal) -> Sample | None:
    """An earlier rise that still stands now, and for which no sample fell into the days of confirmation."""
    low, high = rule.pair("confirm_days")
    pct, now = rule.number("rise_pct"), samples[-1]
    for place in range(1, len(samples) - 1):
        previous, risen, later = samples[place - 1], samples[place], samples[place + 1 :]
        if risen.day is None or risen.day <= surge or not (_risen(previous, risen, pct) and _above(risen, upper_limit(risen, rule)[0])):
            continue
        tested = any(one.day is not None and low <= one.day - risen.day <= high for one in later)
        if not tested and _risen(previous, now, pct) and _above(now, upper_limit(now, rule)[0]):
            return risen
    return None


def _undecided(samples: Sequence[Sample], rule: Rule, surge: Decimal) -> Sample | None:
    """An earlier sample that may be a rise which stands now, where a bound or a missing date leaves that open."""
    pct, now = rule.number("rise_pct"), samples[-1]
    if not _above(now, upper_limit(now, rule)[0]):
        return None
    for previous, risen in pairwise(samples[:-1]):
        exact = previous.quantity.exact is not None and risen.quantity.exact is not None and risen.day is not None
        inside = risen.day is not None and risen.day <= surge
        above = risen.quantity.exceeds(upper_limit(risen, rule)[0]) is not False
        if not exact and not inside and above and _may_have_risen(previous, risen, pct) and _may_have_risen(previous, now, pct):
            return risen
    return None


def _may_have_risen(before: Sample, now: Sample, pct: Decimal) -> bool:
    old, new = before.quantity.lower, now.quantity.upper
    return new is None or (100 * (new - old) >= pct * old and new > old)


def upper_limit(sample: Sample, rule: Rule) -> tuple[Decimal, str]:
    """The limit stored with the value, else the catalogue's default, said so."""
    if sample.row.uln is not None:
        return sample.row.uln, f"the upper limit of normal {plain(sample.row.uln)}"
    default = rule.number("uln")
    return default, f"the default upper limit of normal {plain(default)} (none stored with the value)"


def _risen(before: Sample, now: Sample, pct: Decimal) -> bool:
    old, new = before.quantity.exact, now.quantity.exact
    return old is not None and new is not None and 100 * (new - old) >= pct * old and new > old


def _above(sample: Sample, uln: Decimal) -> bool:
    return sample.quantity.exact is not None and sample.quantity.exact > uln


def _is_confirmed(previous: Sample, risen: Sample, now: Sample, rule: Rule, surge: Decimal) -> bool:
    if risen.day is None or now.day is None or risen.day <= surge:
        return False
    low, high = rule.pair("confirm_days")
    pct = rule.number("rise_pct")
    both = _risen(previous, risen, pct) and _risen(previous, now, pct)
    return both and _above(risen, upper_limit(risen, rule)[0]) and _above(now, upper_limit(now, rule)[0]) and low <= now.day - risen.day <= high


# CA 19-9


def _ca199(timeline: Timeline, rule: Rule) -> Iterator[RuleResult]:
    """MRK-06: nothing is said without a raised baseline and a bilirubin below its limit at both samples."""
    line = series(timeline, CA199)
    if not line.samples and not line.gaps:
        yield absent(timeline, rule, "no CA 19-9 recorded", CA199)
        return
    for visit, why in line.gaps:
        yield cannot(rule, f"{why}, {timeline.at(visit)}", CA199, visit=visit)
    if line.start is None or line.base is None:
        yield cannot(rule, line.baseline.why, "baseline")
    elif line.base == len(line.samples) - 1:
        yield cannot(rule, "no CA 19-9 after the baseline", CA199)
    else:
        for place in line.after_baseline():
            yield ca199_change(timeline, line, place, rule)


def ca199_change(timeline: Timeline, line: Series, place: int, rule: Rule) -> RuleResult:
    """A rise above the nadir that stands, else how far it has fallen."""
    now, start = line.samples[place], line.start
    assert start is not None
    where, uln = timeline.when(now.row), upper_limit(start, rule)[0]
    kept: dict[str, object] = {"visit": now.row.visit, "evidence": (start.row.id, now.row.id)}
    raised = start.quantity.exceeds(uln)
    if raised is False:
        return cannot(rule, f"the baseline of {start.quantity} is not above {plain(uln)}: non-secretor possible", **kept)
    if (unlike := line.unlike_baseline(place)) is not None:
        return cannot(rule, unlike, CA199, **kept)
    for sample in (start, now):
        if (bile := _bile(timeline, sample.row, rule)) is not None:
            return cannot(rule, f"{bile} at the sample of {timeline.when(sample.row)}", "labs.bilirubin_umol_l", **kept)
    clean = [one for one in line.comparable(place) if _bile(timeline, one.row, rule) is None]
    found = [dated(one, upper_limit(one, rule)[0]) for one in (*clean, now)]
    samples = [one for one in found if one is not None]
    if len(samples) < len(found):
        return cannot(rule, f"a value up to {where} is a bound above the normal range, or has no date", CA199, **kept)
    first, last, fold = samples[0], samples[-1], rule.number("rise_fold")

    def level(at: int) -> Decimal:
        return fold * min(one.value for one in samples[:at])

    rise = standing_rise(samples, level, rule.number("gap_days"))
    words = f"CA 19-9 {_shown(first)} → {_shown(last)} U/mL on {where}"
    if rise is not None:
        lowest = min(one.value for one in samples[: rise.first])
        climb = f"at least {fold} × its nadir of {plain(lowest)} since {wording.day(samples[rise.first].when)}"
        if not rise.confirmed:
            return cannot(rule, f"{words} is {climb}, not confirmed by a sample {rule.number('gap_days')} days later", CA199, **kept)
        formula = f"{plain(last.value)} ≥ {fold} × {plain(lowest)}"
        kept["evidence"] = tuple(dict.fromkeys((start.row.id, samples[rise.first].sample.row.id, now.row.id)))
        kept |= {"value": last.value, "value_is": "CA 19-9", "operator": ">=", "threshold": rise.limit, "unit": "U/mL", "formula": formula}
        return result(rule, "met", f"{words}: {climb}.", detail="rise", **kept)
    low, fall = upper_limit(now, rule)[0], rule.number("fall_pct")
    if last.value <= low:
        return result(rule, "not_met", f"{words}: normalised (up to {plain(low)}).", detail="normalised", **kept)
    deep = 100 * (first.value - last.value) >= fall * first.value
    change = wording.percent(100 * (last.value - first.value) / first.value, -fall)
    return result(rule, "not_met", f"{words} ({change}): no rise by this rule.", detail=f"fall >={fall}%" if deep else "no fall by half", **kept)


def _shown(one: Dated) -> str:
    """The number as reported, without its unit."""
    return str(one.sample.quantity).removesuffix(" U/mL")


def _bile(timeline: Timeline, row: Observation, rule: Rule) -> str | None:
    """Why CA 19-9 says nothing of the tumour at this sample, None when bilirubin is known to be low enough."""
    if any(one.code == "yes" for one in timeline.rows("labs.cholestasis", row.visit)):
        return "cholestasis"
    found = timeline.rows("labs.bilirubin_umol_l", row.visit)
    if not found or found[-1].quantity is None:
        return "bilirubin not recorded"
    if found[-1].uln is None:
        return "bilirubin recorded without its upper limit of normal"
    high = found[-1].quantity.reaches(rule.number("bilirubin") * found[-1].uln)
    if high is None:
        return f"bilirubin is only known as {found[-1].quantity}"
    return f"cholestasis (bilirubin {found[-1].quantity}, upper limit {plain(found[-1].uln)})" if high else None


# CA 15-3 and PSA: a rise that the next sample confirms


def _ca153(timeline: Timeline, rule: Rule) -> Iterator[RuleResult]:
    """MRK-07: above the value before, and kept there by a second sample."""
    line = series(timeline, CA153)
    if not line.samples and not line.gaps:
        yield absent(timeline, rule, "no CA 15-3 recorded", CA153)
        return

    def limits(samples: Sequence[Dated]) -> Callable[[int], Decimal | None]:
        return lambda place: (1 + rule.number("rise_pct") / 100) * samples[place - 1].value

    yield from _risen_at_each(timeline, line, rule, limits, Decimal(0), f"{rule.number('rise_pct')} % above the value before")


def _psa(timeline: Timeline, rule: Rule) -> Iterator[RuleResult]:
    """MRK-08: by share and by amount above the nadir; without an earlier decline only from week 12 on."""
    line = series(timeline, PSA)
    if not line.samples and not line.gaps:
        yield not_here(rule, "no PSA recorded")
        return
    if line.start is None:
        yield cannot(rule, line.baseline.why, "baseline")
        return

    def limits(samples: Sequence[Dated]) -> Callable[[int], Decimal | None]:
        def limit(place: int) -> Decimal | None:
            lowest, day = min(one.value for one in samples[:place]), samples[place].sample.day
            if lowest == samples[0].value and (day is None or day < rule.number("first_days")):
                return None
            return max((1 + rule.number("pct") / 100) * lowest, lowest + rule.number("abs"))

        return limit

    yield from _risen_at_each(timeline, line, rule, limits, rule.number("gap_days"), f"{rule.number('pct')} % and {rule.number('abs')} ng/mL above the nadir")


def _risen_at_each(
    timeline: Timeline, line: Series, rule: Rule, limits: Callable[[Sequence[Dated]], Callable[[int], Decimal | None]], gap_days: Decimal, by: str
) -> Iterator[RuleResult]:
    """The rule at each sample: met by a rise that stands and was confirmed; one not yet confirmed is not evaluable."""
    name = timeline.catalog.analytes[line.analyte].name
    for visit, why in line.gaps:
        yield cannot(rule, f"{why}, {timeline.at(visit)}", line.analyte, visit=visit)
    if not _later(line):
        yield cannot(rule, f"a single {name} sample" if line.samples else f"no usable {name} sample", line.analyte)
    for place in _later(line):
        now = line.samples[place]
        kept: dict[str, object] = {"visit": now.row.visit, "evidence": tuple(one.row.id for one in (*line.comparable(place), now))}
        found = [dated(one, Decimal(0)) for one in (*line.comparable(place), now)]
        samples = [one for one in found if one is not None]
        if len(samples) < len(found) or len(samples) < 2:
            reason = "no earlier sample of the same assay" if len(found) < 2 else "a value or date is not known exactly"
            yield cannot(rule, f"{reason}, {timeline.when(now.row)}", line.analyte, **kept)
            continue
        yield _judged_rise(rule, name, samples, standing_rise(samples, limits(samples), gap_days), gap_days, by, kept)


def _judged_rise(rule: Rule, name: str, samples: Sequence[Dated], rise: Rise | None, gap_days: Decimal, by: str, kept: dict[str, object]) -> RuleResult:
    before, last = samples[-2], samples[-1]
    unit, when = last.sample.quantity.unit, wording.day(last.when)
    if rise is None:
        words = f"{name} {plain(before.value)} → {plain(last.value)} {unit} on {when}: not a standing rise of {by}."
        lowest = min(one.value for one in samples[:-1])
        formula = f"{plain(last.value)} − {plain(lowest)} = {plain(last.value - lowest)} {unit}"
        return result(rule, "not_met", words, value=last.value - lowest, value_is="above the lowest value", unit=unit, formula=formula, **kept)
    first = samples[rise.first]
    words = f"{name} {plain(first.value)} {unit} on {wording.day(first.when)} is at least {by}"
    if not rise.confirmed:
        wait = f" at least {gap_days} days later" if gap_days else ""
        return cannot(rule, f"{words}, not confirmed by a second sample{wait}", detail="unconfirmed", **kept)
    kept["evidence"] = (first.sample.row.id, last.sample.row.id)
    formula = f"{plain(first.value)} ≥ {plain(rise.limit)} and {plain(last.value)} ≥ {plain(rise.limit)}"
    sentence = f"{words}, confirmed by {plain(last.value)} {unit} on {when}."
    return result(rule, "met", sentence, value=first.value, value_is=name, operator=">=", threshold=rise.limit, unit=unit, formula=formula, detail="confirmed rise", **kept)
