"""PERCIST 1.0: measurable, comparable, class (PET-03 to PET-05).

Source: Wahl 2009 (key percist) as explained by O 2016 (key owahl16). The hottest lesion of each PET is
compared with the hottest one before treatment; nothing is worked out from SUVmax.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from nacdesk.domain import metabolic_volume, wording
from nacdesk.domain.analytes import NOT_EVALUABLE
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import PetReview
from nacdesk.domain.quantity import plain
from nacdesk.domain.results import cannot, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline, counting, pick, same_method

PMD, PMR, SMD, CMR = "PMD", "PMR", "SMD", "CMR"
_PEAK, _LIVER, _POOL = "pet.sulpeak", "pet.liver_sul_mean", "pet.blood_pool_sul_mean"
_NAMES = {PMD: "progressive metabolic disease", PMR: "partial metabolic response", SMD: "stable metabolic disease", CMR: "complete metabolic response"}


@dataclass(frozen=True, slots=True)
class Peak:
    """SULpeak of the hottest lesion at one PET.

    Attributes:
        row: its fact.
        value: None where a lesion's SULpeak is not a plain number, so that the hottest is not known.
        least: what the hottest measures at least.
        lesions: those with a SULpeak ("" where none was named).
        reason: why `value` is None.
    """

    row: Observation | None
    value: Decimal | None
    least: Decimal
    lesions: frozenset[str]
    reason: str = ""


def peak(timeline: Timeline, visit: str) -> Peak:
    """The hottest lesion at a visit."""
    groups: dict[str, list[Observation]] = {}
    for row in timeline.rows(_PEAK, visit):
        groups.setdefault(row.lesion or "", []).append(row)
    known: list[tuple[Decimal, Observation]] = []
    doubts = [] if groups else ["no SULpeak recorded"]
    for label, rows in groups.items():
        chosen, doubt = pick(rows)
        if chosen is not None and chosen.quantity is not None:
            known.append((chosen.quantity.lower, chosen))
        if chosen is None or chosen.quantity is None or chosen.quantity.exact is None:
            unknown = "not evaluable" if chosen is None or chosen.code == NOT_EVALUABLE else f"only known as {chosen.value}"
            doubts.append(f"SULpeak{f' of {label}' if label else ''}: {doubt}" if doubt else f"SULpeak{f' of {label}' if label else ''} is {unknown}")
    if not known:
        return Peak(None, None, Decimal(0), frozenset(groups), "; ".join(doubts))
    least, hottest = max(known, key=lambda pair: pair[0])
    return Peak(hottest, None if doubts else least, least, frozenset(groups), "; ".join(doubts))


def results(timeline: Timeline) -> Iterator[RuleResult]:
    """PET-03 once, PET-04 and PET-05 at each PET after the start of treatment."""
    rules = timeline.catalog.rules
    peaks = timeline.rows(_PEAK)
    baseline = timeline.baseline(peaks)
    first = _measurable(timeline, rules["PET-03"], baseline.visit, baseline.why if peaks else "no SULpeak recorded")
    yield first
    seen = {row.visit for analyte in (_PEAK, "pet.suvmax", "pet.background", "pet.new_lesion") for row in timeline.rows(analyte)}
    later = [visit.id for visit in timeline.visits if visit.id in seen and visit.id != baseline.visit and not timeline.before_treatment(visit.id)]
    new = any(_new_lesion(timeline, visit) for visit in later)
    if not later or not (peaks or new):
        why = "no PET recorded" if not seen else "no SULpeak recorded" if not peaks else "no PET after the start of treatment"
        for rule in ("PET-04", "PET-05"):
            yield cannot(rules[rule], why, _PEAK)
        return
    then = None if baseline.visit is None else peak(timeline, baseline.visit)
    for visit in later:
        now = peak(timeline, visit)
        alike = _comparable(timeline, rules["PET-04"], baseline.visit, visit, None if then is None else then.row, now.row)
        yield alike
        yield _response(timeline, rules["PET-05"], baseline.visit, visit, then, now, first, alike)


def reviewed(timeline: Timeline, pets: Mapping[str, PetReview], found: Iterable[RuleResult]) -> Mapping[str, PetReview]:
    """The visits with a PET, each with its class or why there is none, from the results of PET-05."""
    answers = {one.visit: one for one in found if one.rule == "PET-05"}
    usual = answers.get(None)
    baseline = timeline.baseline(timeline.rows(_PEAK)).visit
    none_yet = "no SULpeak recorded" if usual is None else usual.reason
    return {
        visit: replace(row, percist=one.detail, percist_reason=one.reason)
        if (one := answers.get(visit)) is not None
        else replace(row, percist_reason=None if visit == baseline else none_yet)
        for visit, row in pets.items()
    }


def _new_lesion(timeline: Timeline, visit: str) -> Observation | None:
    return next((row for row in counting(timeline.rows("pet.new_lesion", visit)) if row.code == "yes"), None)


def _diseased(timeline: Timeline, *visits: str) -> bool:
    """The liver was recorded as diseased at one of the visits."""
    return any(row.code == "yes" for visit in visits for row in counting(timeline.rows("pet.liver_diseased", visit)))


def _value(timeline: Timeline, analyte: str, visit: str) -> tuple[Decimal | None, Observation | None]:
    """The number that counts and its fact."""
    row, _ = pick(timeline.rows(analyte, visit))
    value = row.quantity.exact if row is not None and row.quantity is not None else None
    return (None, None) if value is None else (value, row)


def _ids(*rows: Observation | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.id for row in rows if row is not None))


def _short(number: Decimal) -> str:
    """Without noughts at the end: 2.80 is 2.8."""
    return plain(number.normalize())


# PET-03


def _measurable(timeline: Timeline, rule: Rule, visit: str | None, why: str) -> RuleResult:
    if visit is None:
        return cannot(rule, why, "pet.sulpeak at baseline")
    hottest, where = peak(timeline, visit), timeline.at(visit)
    diseased = _diseased(timeline, visit)
    organ, factor = ("blood pool", rule.number("blood_pool_factor")) if diseased else ("liver", rule.number("liver_factor"))
    names = (_POOL, "pet.blood_pool_sul_sd") if diseased else (_LIVER, "pet.liver_sul_sd")
    (mean, first), (spread, second) = (_value(timeline, name, visit) for name in names)
    kept: dict[str, object] = {"visit": visit, "evidence": _ids(hottest.row, first, second)}
    if mean is None or spread is None:
        missing = [name for name, value in zip(names, (mean, spread), strict=True) if value is None]
        reason = f"no reference region: mean and standard deviation of the {organ} are not both recorded {where}"
        return cannot(rule, reason, *missing, **kept)
    floor = factor * mean + rule.number("sd_factor") * spread
    met = hottest.least >= floor
    if hottest.value is None and not met:
        return cannot(rule, f"{hottest.reason}, {where}", _PEAK, **kept)
    figure = _short(hottest.least)
    formula = f"{figure} ≥ {_short(factor)} × {plain(mean)} + {_short(rule.number('sd_factor'))} × {plain(spread)} = {_short(floor)}"
    detail = f"measurable (floor {_short(floor)})" if met else "not measurable"
    sentence = f"SULpeak {figure} {where}: {'' if met else 'not '}measurable by PERCIST, floor {_short(floor)} from the {organ}."
    return result(
        rule, "met" if met else "not_met", sentence, value=hottest.value, value_is="SULpeak", operator=">=", threshold=floor, formula=formula, detail=detail, **kept
    )


# PET-04


def _comparable(timeline: Timeline, rule: Rule, base: str | None, visit: str, *pair: Observation | None) -> RuleResult:
    """Any failing item decides; without one every needed item has to be recorded."""
    where = timeline.at(visit)
    if base is None:
        return cannot(rule, f"comparability not documented: no SULpeak at baseline, {where}", "pet.sulpeak at baseline", visit=visit)
    diseased = _diseased(timeline, base, visit)
    region, reference = ("blood pool", _POOL) if diseased else ("liver", _LIVER)
    faults, missing, unknown, evidence = [], [], [], []
    (old, old_row), (new, new_row) = (_value(timeline, reference, one) for one in (base, visit))
    if old is None or new is None:
        missing.append((f"mean SUL of the {region}", reference))
    else:
        evidence += [old_row, new_row]
        gap = abs(new - old)
        shown = wording.guarded(gap, [rule.number("liver_abs")], 2)
        faults += [f"{region} change {plain(shown)} SUL"] if gap >= rule.number("liver_abs") else []
        over = 100 * gap > rule.number("liver_pct") * old
        faults += [f"{region} change {wording.percent(100 * gap / old, rule.number('liver_pct'), signed=False)}"] if over else []
    (early, early_row), (late, late_row) = (_value(timeline, "pet.uptake_min", one) for one in (base, visit))
    evidence += [early_row, late_row]
    short = sorted({minutes for minutes in (early, late) if minutes is not None and minutes < rule.number("uptake_min")})
    faults += [f"uptake time {plain(minutes)} min" for minutes in short]
    if early is None or late is None:
        missing.append(("uptake time", "pet.uptake_min"))
    elif abs(late - early) > rule.number("uptake_delta_min"):
        faults.append(f"uptake differs {plain(abs(late - early))} min")
    for name in ("scanner", "method"):
        first, second = (None if row is None else getattr(row, name) for row in pair)
        if not same_method(first, second):
            faults.append(f"{name} differs ({first}, {second})")
        elif first is None or second is None:
            unknown.append(name)
    (dose, dose_row), (next_dose, next_row) = (_value(timeline, "pet.dose_mbq", one) for one in (base, visit))
    if dose is None or next_dose is None:
        unknown.append("injected activity")
    else:
        evidence += [dose_row, next_row]
        off = 100 * abs(next_dose - dose) / dose
        faults += [f"injected activity differs {wording.percent(off, rule.number('activity_pct'), signed=False)}"] if off > rule.number("activity_pct") else []
    kept = {"visit": visit, "evidence": _ids(*evidence, *pair)}
    if faults:
        text = f"not comparable: {', '.join(faults)}"
        return result(rule, "not_met", f"PET {where} {text}.", detail=text, **kept)
    if missing:
        names = wording.joined([name for name, _ in missing])
        return cannot(rule, f"comparability not documented: {names} not recorded at both PET examinations, {where}", *(name for _, name in missing), **kept)
    tail = f"; {wording.joined(unknown)} not recorded at both" if unknown else ""
    return result(rule, "met", f"PET {where} comparable with baseline by {region} and uptake time{tail}.", detail="comparable", **kept)


# PET-05


def _response(
    timeline: Timeline, rule: Rule, base: str | None, visit: str, then: Peak | None, now: Peak, measurable: RuleResult, alike: RuleResult
) -> RuleResult:
    """The class, in the order of the specification."""
    where = timeline.at(visit)
    new = _new_lesion(timeline, visit)
    if new is not None:
        return _classed(rule, visit, PMD, f"new FDG uptake {where}", evidence=(new.id,))
    change = f"; SULpeak {_short(then.value)} → {_short(now.value)}" if then is not None and then.value is not None and now.value is not None else ""
    why, missing = _hindrance(timeline, visit, measurable, alike)
    evidence = _ids(then.row if then is not None else None, now.row)
    if why is not None:
        return cannot(rule, f"{why}{change}, {where}" if where not in why else f"{why}{change}", *missing, visit=visit, evidence=evidence)
    assert then is not None and base is not None  # measurable at baseline
    if then.value is None:
        return cannot(rule, f"{then.reason} at baseline, {where}", _PEAK, visit=visit, evidence=evidence)
    if now.row is not None and _risen(rule, then.value, now):
        return _numbers(rule, visit, PMD, then.value, now.least, where, evidence, exact=now.value is not None)
    if now.value is not None and now.value >= then.value and (growth := _glycolysis(timeline, rule, base, visit)) is not None:
        text, rows = growth
        return _classed(rule, visit, PMD, f"{text}, SULpeak {_short(then.value)} → {_short(now.value)} {where}", evidence=(*evidence, *rows))
    asked = bool(timeline.rows("pet.new_lesion", visit))
    unasked, missing = ("", ()) if asked else ("; new uptake not recorded: provisional", ("pet.new_lesion",))
    if _quiet(timeline, visit, then, now):
        rows = tuple(row.id for row in counting(timeline.rows("pet.background", visit)) if row.code == "yes")
        return _classed(rule, visit, CMR, f"FDG uptake {where} no longer told from surroundings{unasked}", evidence=rows, missing=missing)
    if now.value is None:
        return cannot(rule, f"{now.reason}, {where}", _PEAK, visit=visit, evidence=evidence)
    (liver, liver_row), (pool, pool_row) = (_value(timeline, name, visit) for name in (_LIVER, _POOL))
    under_liver = _diseased(timeline, visit) or (liver is not None and now.value < liver)
    if under_liver and pool is not None and now.value <= pool:
        text = f"SULpeak {_short(now.value)} at or below blood pool {_short(pool)}" + (f" and below liver {_short(liver)}" if liver is not None else "")
        return _classed(rule, visit, CMR, f"{text} {where}{unasked}", evidence=(*evidence, *_ids(liver_row, pool_row)), missing=missing)
    fell = 100 * (then.value - now.value) >= rule.number("pct") * then.value and then.value - now.value >= rule.number("abs")
    notes = ["blood pool not recorded: complete response not told apart"] if under_liver and pool is None else []
    unseen = sorted(label or "without a name" for label in then.lesions - now.lesions)
    notes += [f"not measured now: lesion {wording.joined(unseen)}"] if unseen and now.lesions != {""} else []
    text = "".join(f"; {note}" for note in notes) + unasked
    return _numbers(rule, visit, PMR if fell else SMD, then.value, now.value, where, evidence, notes=text, missing=missing)


def _hindrance(timeline: Timeline, visit: str, measurable: RuleResult, alike: RuleResult) -> tuple[str | None, tuple[str, ...]]:
    """Why no class counts, and what is missing."""
    if not timeline.before_surgery(visit):
        return "after surgery", ()
    if measurable.state == "not_met":
        return "not measurable at baseline", ()
    if measurable.state != "met":
        return f"measurability at baseline is not known ({measurable.reason})", measurable.missing
    if alike.state == "not_met":
        return alike.detail, ()
    return (None, ()) if alike.state == "met" else (alike.reason, alike.missing)


def _risen(rule: Rule, then: Decimal, now: Peak) -> bool:
    """More than 30 % and more than 0.8 above baseline; a lower bound is enough to prove it."""
    gain = now.least - then
    return 100 * gain > rule.number("pct") * then and gain > rule.number("abs")


def _glycolysis(timeline: Timeline, rule: Rule, base: str, visit: str) -> tuple[str, tuple[str, ...]] | None:
    """TLG up by more than 75 %, by the same segmentation; None when not so or not known."""
    then, now = metabolic_volume.at(timeline, base), metabolic_volume.at(timeline, visit)
    if then is None or now is None or metabolic_volume.unlike(now, then) is not None or then.tlg is None or now.tlg is None:
        return None
    if 100 * (now.tlg - then.tlg) <= rule.number("tlg_pct") * then.tlg:
        return None
    growth = "" if then.tlg == 0 else f" ({wording.percent(100 * (now.tlg - then.tlg) / then.tlg, rule.number('tlg_pct'))})"
    return f"TLG {wording.shown(then.tlg, 1)} → {wording.shown(now.tlg, 1)} g{growth}", tuple(row.id for row in (*then.rows, *now.rows))


def _quiet(timeline: Timeline, visit: str, then: Peak, now: Peak) -> bool:
    """The reader could not tell any lesion from its surroundings, and measured none."""
    stated = {row.lesion or "" for row in counting(timeline.rows("pet.background", visit)) if row.code == "yes"}
    return not now.lesions and bool(stated) and ("" in stated or then.lesions <= stated)


def _classed(rule: Rule, visit: str, response: str, text: str, **parts: object) -> RuleResult:
    sentence = f"PERCIST {response}, {_NAMES[response]}: {text}."
    return result(rule, "met" if response == PMD else "not_met", sentence, visit=visit, detail=response, **parts)


def _numbers(
    rule: Rule, visit: str, response: str, then: Decimal, now: Decimal, where: str, evidence: tuple[str, ...],
    *, exact: bool = True, notes: str = "", missing: tuple[str, ...] = (),
) -> RuleResult:
    """A class that follows from the two SULpeaks."""
    limit, least = rule.number("pct"), rule.number("abs")
    change = 100 * (now - then) / then
    more = "" if exact else ">"
    text = f"SULpeak {_short(then)} → {more}{_short(now)} ({more}{wording.percent(change, limit, -limit)}, {more}{_signed(now - then)}) {where}{notes}"
    up = response == PMD
    value = change if up else -change
    sign, first, last = (">", now, then) if up else ("≥", then, now)
    size = wording.percent(value, limit, -limit, signed=False)
    formula = f"({_short(first)} − {_short(last)}) / {_short(then)} × 100 = {size} {sign} {limit} % and {_figure(first - last)} {sign} {least}"
    return _classed(
        rule, visit, response, text, value=value, value_is="increase" if up else "decrease", operator=">" if up else ">=", threshold=limit, formula=formula,
        evidence=evidence, missing=missing,
    )  # fmt: skip


def _figure(number: Decimal) -> str:
    return "0" if number == 0 else plain(number.normalize())


def _signed(number: Decimal) -> str:
    return f"+{_figure(number)}" if number > 0 else _figure(number)
