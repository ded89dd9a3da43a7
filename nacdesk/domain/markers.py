"""Serum markers. CEA rise (MRK-05; EGTM wording, key egtm_crc): silent while a surge is possible."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from nacdesk.domain import wording
from nacdesk.domain.quantity import plain
from nacdesk.domain.results import cannot, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.series import Sample, Series, series
from nacdesk.domain.timeline import Timeline

CEA = "marker.cea"


def all_series(timeline: Timeline) -> tuple[Series, ...]:
    """Every marker with values, the one with most samples first."""
    lines = [series(timeline, key) for key in timeline.by_analyte if key.startswith("marker.")]
    return tuple(sorted((line for line in lines if line.samples), key=lambda line: -len(line.samples)))


def results(timeline: Timeline) -> Iterator[RuleResult]:
    """MRK-05 at each CEA sample after the baseline."""
    rule = timeline.catalog.rules["MRK-05"]
    line = series(timeline, CEA)
    for visit, why in line.gaps:
        yield cannot(rule, f"{why}, {timeline.at(visit)}", CEA, visit=visit)
    if len(line.samples) < 2:
        yield cannot(rule, "a single CEA sample" if line.samples else "no CEA recorded", CEA)
        return
    for place in range(max(1, 0 if line.base is None else line.base + 1), len(line.samples)):
        yield cea_rise(timeline, line, place, rule)


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
    uln, named = _uln(now, rule)
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
    tail = f", not above {named}" if not _above(now, uln) else ""
    return result(rule, "not_met", f"{words}{tail}: no rise by this rule.", detail=f"below ULN {plain(uln)}" if tail else None, **kept)


def _unconfirmed(samples: Sequence[Sample], rule: Rule, surge: Decimal) -> Sample | None:
    """An earlier rise that still stands now, and for which no sample fell into the days of confirmation."""
    low, high = rule.pair("confirm_days")
    pct, now = rule.number("rise_pct"), samples[-1]
    for place in range(1, len(samples) - 1):
        previous, risen, later = samples[place - 1], samples[place], samples[place + 1 :]
        if risen.day is None or risen.day <= surge or not (_risen(previous, risen, pct) and _above(risen, _uln(risen, rule)[0])):
            continue
        tested = any(one.day is not None and low <= one.day - risen.day <= high for one in later)
        if not tested and _risen(previous, now, pct) and _above(now, _uln(now, rule)[0]):
            return risen
    return None


def _uln(sample: Sample, rule: Rule) -> tuple[Decimal, str]:
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
    return both and _above(risen, _uln(risen, rule)[0]) and _above(now, _uln(now, rule)[0]) and low <= now.day - risen.day <= high
