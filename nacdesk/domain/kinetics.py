"""Growth kinetics of the targets (KIN-02 to KIN-06): doubling time, specific and tumour growth rate, hyperprogression, curve."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nacdesk.domain import regression_growth, wording
from nacdesk.domain.irecist import checkpoint_inhibitor
from nacdesk.domain.lesions import unlike_method
from nacdesk.domain.quantity import plain
from nacdesk.domain.recist import NE, PD, Assessment, Course
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline
from nacdesk.domain.wording import mm

_BY_VISIT = ("KIN-02", "KIN-03", "KIN-04")
_EXACT = 1e-6  # three sizes and two parameters: the curve goes through them, or there is none


def doubling_time(first: Decimal, then: Decimal, days: int) -> Decimal | None:
    """Days in which a volume doubles; negative when it halves, None when it did not change (Mehrara 2007).

    Volumes in any one unit, both above 0, `days` above 0. Of one diameter its third power.
    """
    return None if first == then else days * Decimal(2).ln() / (then / first).ln()


def specific_growth_rate(first: Decimal, then: Decimal, days: int) -> Decimal:
    """ln(V2/V1)/days × 100, per cent a day (Mehrara 2007); volumes above 0, `days` above 0."""
    return 100 * (then / first).ln() / days


def tumour_growth_rate(first: Decimal, then: Decimal, days: int, month_days: Decimal) -> Decimal:
    """Per cent a month from two sums of diameters of the same targets (Ferté 2014); both above 0, `days` above 0."""
    return 100 * ((3 * (then / first).ln() * month_days / days).exp() - 1)


@dataclass(frozen=True, slots=True)
class Interval:
    """Two comparable assessments in a row.

    Attributes:
        sums: of diameters, mm.  volumes: of the targets as spheres, without the factor π/6 that cancels.
    """

    first: Assessment
    then: Assessment
    days: int
    sums: tuple[Decimal, Decimal]
    volumes: tuple[Decimal, Decimal]

    @property
    def evidence(self) -> tuple[str, ...]:
        """The diameters of both."""
        return tuple(row.id for one in (self.first, self.then) for part in one.targets for row in part.rows)


@dataclass(frozen=True, slots=True)
class Curve:
    """A regression-growth curve that says something.

    Attributes:
        g, d: growth and regression per day, six digits.
        days: of each size from the baseline.
        residual: the largest distance from a size, in parts of the baseline.
        evidence: observation ids.
    """

    g: Decimal
    d: Decimal
    days: tuple[int, ...]
    residual: Decimal
    evidence: tuple[str, ...]


def _measured(timeline: Timeline, row: Assessment) -> str | None:
    """Why the sum is no measurement to take a rate from, None when it is."""
    if not timeline.before_surgery(row.visit):
        return "after surgery"
    if row.size.sum_mm is None:
        return row.size.reason or "no sum of diameters"
    if any(part.standing == "too small" for part in row.targets):
        return "a target is too small to measure, so its size is not known"
    if row.size.sum_mm == 0:
        return "the sum is 0 mm"
    return None if timeline.dates[row.visit] is not None else "the assessment is not dated"


def interval(timeline: Timeline, before: Sequence[Assessment], now: Assessment) -> Interval | str:
    """From the last comparable assessment to this one, or why there is none."""
    why = _measured(timeline, now)
    if why is not None:
        return why
    earlier = [row for row in before if _measured(timeline, row) is None]
    if not earlier:
        return "no earlier measured and dated sum"
    first = earlier[-1]
    if (unlike := unlike_method(now.targets, first.targets)) is not None:
        return unlike
    days = (_date(timeline, now) - _date(timeline, first)).days
    if days <= 0:
        return "both sums are of one day"
    sums = tuple(row.size.sum_mm or Decimal(0) for row in (first, now))
    cubes = tuple(sum(((part.mm or Decimal(0)) ** 3 for part in row.targets), Decimal(0)) for row in (first, now))
    return Interval(first, now, days, (sums[0], sums[1]), (cubes[0], cubes[1]))


def _date(timeline: Timeline, row: Assessment) -> date:
    when = timeline.dates[row.visit]
    assert when is not None  # by _measured
    return when


def results(timeline: Timeline, sizes: Course, growth: Curve | str) -> Iterator[RuleResult]:
    """KIN-02 to KIN-04 at each assessment after the first; KIN-05 and KIN-06 once."""
    rules = timeline.catalog.rules
    if not sizes.targets.originals:
        for name in (*_BY_VISIT, "KIN-05", "KIN-06"):
            yield not_here(rules[name], "no target lesion")
        return
    rows = sizes.assessments
    if len(rows) < 2:
        for name in _BY_VISIT:
            yield cannot(rules[name], "fewer than two assessments", "size.diameter")
    rates: dict[tuple[str, str], Decimal] = {}
    for place, row in enumerate(rows[1:], start=1):
        pair = interval(timeline, rows[:place], row)
        yield _doubling(timeline, rules["KIN-02"], row, pair)
        yield _specific(timeline, rules["KIN-03"], row, pair)
        found = _growth_rate(timeline, rules["KIN-04"], row, pair)
        if found.value is not None and isinstance(pair, Interval):
            rates[pair.first.visit, row.visit] = found.value
        yield found
    yield _hyperprogression(timeline, rules["KIN-05"], sizes, rates)
    yield _drawn(rules["KIN-06"], growth)


def _kept(pair: Interval) -> dict[str, object]:
    return {"visit": pair.then.visit, "evidence": pair.evidence}


def _span(timeline: Timeline, pair: Interval) -> str:
    return f"in {wording.counted(pair.days, 'day')} {timeline.at(pair.then.visit)}"


def _ratio(pair: Interval) -> str:
    """The volumes with the numbers put in: 25³ / 20³."""
    powers = [" + ".join(f"{mm(part.mm)}³" for part in row.targets if part.mm) for row in (pair.then, pair.first)]
    brackets = [f"({text})" if "+" in text else text for text in powers]
    return " / ".join(brackets)


def _doubling(timeline: Timeline, rule: Rule, row: Assessment, pair: Interval | str) -> RuleResult:
    if isinstance(pair, str):
        return cannot(rule, f"{pair}, {timeline.at(row.visit)}", "size.diameter", visit=row.visit)
    days = doubling_time(*pair.volumes, pair.days)
    where = _span(timeline, pair)
    if days is None:
        return cannot(rule, f"not defined, the volume is unchanged {where}", detail="not defined", **_kept(pair))
    kind = "doubling" if days > 0 else "halving"
    sentence = f"Volume {kind} time {wording.shown(abs(days), 0)} days: sum of diameters {mm(pair.sums[0])} → {mm(pair.sums[1])} mm {where}, targets as spheres."
    formula = f"{pair.days} × ln 2 / ln({_ratio(pair)}) = {wording.shown(days, 1)} days"
    return result(rule, "met", sentence, value=abs(days), value_is=f"{kind} time", formula=formula, detail=kind, **_kept(pair))


def _specific(timeline: Timeline, rule: Rule, row: Assessment, pair: Interval | str) -> RuleResult:
    if isinstance(pair, str):
        return cannot(rule, f"{pair}, {timeline.at(row.visit)}", "size.diameter", visit=row.visit)
    rate = specific_growth_rate(*pair.volumes, pair.days)
    shown = _signed(rate, 2)
    sentence = f"Specific growth rate {shown} % a day: sum of diameters {mm(pair.sums[0])} → {mm(pair.sums[1])} mm {_span(timeline, pair)}, targets as spheres."
    formula = f"ln({_ratio(pair)}) / {pair.days} × 100 = {shown} % a day"
    return result(rule, "met", sentence, value=rate, value_is="specific growth rate", formula=formula, **_kept(pair))


def _growth_rate(timeline: Timeline, rule: Rule, row: Assessment, pair: Interval | str) -> RuleResult:
    if isinstance(pair, str):
        return cannot(rule, f"{pair}, {timeline.at(row.visit)}", "size.diameter", visit=row.visit)
    least = rule.number("min_days")
    if pair.days < least:
        return cannot(rule, f"{wording.counted(pair.days, 'day')} between the sums, fewer than {least}, {timeline.at(row.visit)}", **_kept(pair))
    month = rule.number("month_days")
    rate = tumour_growth_rate(*pair.sums, pair.days, month)
    shown = _signed(rate, 1)
    sentence = f"Tumour growth rate {shown} % a month: sum of diameters {mm(pair.sums[0])} → {mm(pair.sums[1])} mm {_span(timeline, pair)}."
    formula = f"(exp(3 × ln({mm(pair.sums[1])} / {mm(pair.sums[0])}) × {month} / {pair.days}) − 1) × 100 = {shown} % a month"
    return result(rule, "met", sentence, value=rate, value_is="tumour growth rate", formula=formula, **_kept(pair))


def _signed(number: Decimal, decimals: int) -> str:
    short = wording.guarded(number, (Decimal(0),), decimals)
    return f"+{plain(short)}" if short > 0 else plain(abs(short) if short == 0 else short)


# KIN-05


def _hyperprogression(timeline: Timeline, rule: Rule, sizes: Course, rates: Mapping[tuple[str, str], Decimal]) -> RuleResult:
    given = checkpoint_inhibitor(timeline)
    if given is None:
        return cannot(rule, "whether a checkpoint inhibitor is given is not recorded", "treatment.immune")
    if not given:
        return not_here(rule, "no checkpoint inhibitor")
    if not sizes.follow_up:
        return cannot(rule, "no assessment after the baseline", "size.diameter after the baseline")
    first = sizes.follow_up[0]
    where, overall = timeline.at(first.visit), first.size.overall
    kept: dict[str, object] = {"visit": first.visit, "evidence": first.size.evidence}
    unsure = overall in (None, NE) or (overall != PD and first.size.provisional)
    if overall != PD and not unsure:
        return result(rule, "not_met", f"No progression by RECIST at the first assessment, {where}: {overall}.", detail=overall, **kept)
    base = sizes.baseline.visit or ""
    pre = next((rate for (_, then), rate in rates.items() if then == base), None)
    on = rates.get((base, first.visit))
    if pre is None or on is None:
        least = timeline.catalog.rules["KIN-04"].number("min_days")
        gap = f"no comparable scan at least {least} days before the baseline" if pre is None else "the growth rate on treatment is not known"
        return cannot(rule, f"{gap}, {where}", "size.diameter before the baseline" if pre is None else "size.diameter", **kept)
    found = hyperprogressive(rule, pre, on, where, **kept)
    if unsure and found.state == "met":
        return cannot(rule, f"the response by RECIST is not certain {where}: {first.size.reason}", "lesion.new", **kept)
    return found


def hyperprogressive(rule: Rule, pre: Decimal, on: Decimal, where: str, **kept: object) -> RuleResult:
    """Two growth rates in per cent a month, progression by RECIST given."""
    text = f"growth rate {_signed(pre, 1)} % a month before the baseline, {_signed(on, 1)} % from it, {where}"
    if pre <= 0:
        return cannot(rule, f"reference growth not positive: {text}", **kept)
    limit, ratio = rule.number("ratio"), on / pre
    met = on >= limit * pre
    shown = plain(wording.guarded(ratio, (limit,)))
    sentence = f"Progression at the first assessment with {text}: {shown} times, {'at least' if met else 'under'} {limit}."
    formula = f"{_signed(on, 1)} / {_signed(pre, 1)} = {shown} ≥ {limit}"
    return result(rule, "met" if met else "not_met", sentence, value=ratio, value_is="ratio of growth rates", operator=">=", threshold=limit, formula=formula, **kept)


# KIN-06


def curve(timeline: Timeline, sizes: Course) -> Curve | str:
    """The curve through the measured and dated sums, or why there is none."""
    rule = timeline.catalog.rules["KIN-06"]
    base = sizes.base
    why = sizes.baseline.why if base is None else _measured(timeline, base)
    if base is None or why is not None:
        return f"{why}"
    start, day0 = base.size.sum_mm or Decimal(0), _date(timeline, base)
    rows = [row for row in sizes.follow_up if _measured(timeline, row) is None and not row.unlike and _date(timeline, row) > day0]
    least = rule.number("min_sizes")
    if len(rows) + 1 < least:
        return f"{wording.counted(len(rows) + 1, 'measured and dated size')}, fewer than {least}"
    points = [((_date(timeline, row) - day0).days, float((row.size.sum_mm or Decimal(0)) / start)) for row in rows]
    found = regression_growth.fit(points)
    if found is None or not _tells(found, rule, len(points)):
        return "no growth and regression that can be told from zero"
    if found.d <= found.g:
        return "the fitted growth is not slower than the regression"
    evidence = tuple(dict.fromkeys(fact.id for row in (base, *rows) for part in row.targets for fact in part.rows))
    g, d, residual = (Decimal(f"{value:.6g}") for value in (found.g, found.d, found.residual))
    return Curve(g, d, tuple(days for days, _ in points), residual, evidence)


def _drawn(rule: Rule, growth: Curve | str) -> RuleResult:
    """KIN-06."""
    if isinstance(growth, str):
        return cannot(rule, f"not enough information: {growth}", "size.diameter")
    g, d, last = growth.g, growth.d, growth.days[-1]
    nadir = regression_growth.nadir_day(g, d)
    low = f"smallest on day {wording.shown(nadir, 0)} from baseline" if nadir <= last else "smallest size not reached yet"
    far = f"largest distance from a size {wording.percent(100 * growth.residual, signed=False)} of the baseline"
    errors = far if len(growth.days) > 2 else "it goes through all three sizes, which leaves nothing to judge it by"
    sentence = (
        f"Regression-growth curve through {len(growth.days) + 1} sizes up to day {last} from baseline: regression {_rate(d)} and growth {_rate(g)} a day, "
        f"the growing part doubles in {wording.shown(regression_growth.growth_doubling(g), 0)} days, {low}; {errors}."
    )
    formula = f"exp(−{_rate(d)} × t) + exp({_rate(g)} × t) − 1"
    return result(rule, "met", sentence, value=g, value_is="growth rate", formula=formula, detail=f"g {_rate(g)}, d {_rate(d)}", evidence=growth.evidence)


def _tells(found: regression_growth.Fit, rule: Rule, points: int) -> bool:
    """Both parameters stand clear of zero; of three sizes the curve has to go through them."""
    if points == 2:
        return found.residual <= _EXACT
    if found.g_error is None or found.d_error is None:
        return False
    times = float(rule.number("min_errors"))
    return found.g >= times * found.g_error and found.d >= times * found.d_error


def _rate(number: Decimal) -> str:
    """Three digits that count."""
    return plain(Decimal(f"{number:.3g}"))


def summary(results: Iterable[RuleResult], growth: Curve | str, depth: Decimal | None) -> Mapping[str, Decimal | str | None]:
    """The kinetics of a case up to its newest assessment in one table: what is known, and why the rest is not."""
    found = {one.rule: one for one in results if one.rule in (*_BY_VISIT, "KIN-06")}
    values = {name: one.value if one.state == "met" else None for name, one in found.items()}
    halving = found["KIN-02"].detail == "halving"
    specific = values["KIN-03"]
    reasons = [one.reason for one in found.values() if one.reason]
    reasons += [f"the volume is shrinking, halving time {wording.shown(values['KIN-02'], 0)} days"] if halving and values["KIN-02"] is not None else []
    reasons += ["no change from baseline is known"] if depth is None else []
    return {
        "doubling_days": None if halving else values["KIN-02"],
        "sgr_per_day": None if specific is None else specific / 100,
        "tgr_pct_month": values["KIN-04"],
        "g": growth.g if isinstance(growth, Curve) else None,
        "d": growth.d if isinstance(growth, Curve) else None,
        "depth_pct": depth,
        "reason": "; ".join(dict.fromkeys(reasons)) or None,
    }
