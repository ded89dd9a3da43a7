"""Safety before an option is discussed: fitness for cisplatin, creatinine clearance, heart, nerves, lung, immunity (SAF-01 to SAF-06).

A concern is met by any recorded fact that meets it, and not met only when every fact it asks for is recorded.
Sources: galsky11, cockcroft, neosphere, train2, db11, kn522.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.domain.results import absent, cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline

CLEARANCE = "labs.crcl_ml_min"


def results(timeline: Timeline) -> Iterator[RuleResult]:
    """Every safety rule, once for the case: the latest facts count."""
    rules = timeline.catalog.rules
    yield cisplatin(timeline, rules["SAF-01"])
    yield estimated(timeline, rules["SAF-02"])
    yield heart(timeline, rules["SAF-03"])
    yield nerves(timeline, rules["SAF-04"])
    yield lung(timeline, rules["SAF-05"])
    yield immunity(timeline, rules["SAF-06"])


@dataclass(frozen=True, slots=True)
class Limb:
    """One fact that alone can meet a concern.

    Attributes:
        name: as in a list of reasons ("CrCl").  words: with value and date.
        met: None when not recorded or not decided by a bound.
    """

    name: str
    met: bool | None
    words: str
    field: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clearance:
    """Creatinine clearance in mL/min, or why there is none.

    Attributes:
        value: unrounded; None when it cannot be worked out.
        why: the reason that there is none, "" with a value.
        words, formula: with the numbers put in.  missing: fields that would make it known.
    """

    value: Quantity | None
    why: str = ""
    words: str = ""
    formula: str = ""
    missing: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


def clearance(timeline: Timeline) -> Clearance:
    """The clearance that counts: the latest entered one, else the estimate."""
    row, _ = timeline.settled(CLEARANCE)
    if row is None or row.quantity is None:
        return estimate(timeline)
    return Clearance(row.quantity, words=f"CrCl {row.quantity} ({timeline.when(row)})", evidence=(row.id,))


def estimate(timeline: Timeline) -> Clearance:
    """Cockcroft-Gault: (140 − age) × weight / (72 × creatinine in mg/dL), × 0.85 for women (SAF-02).

    The age is that on the day of the creatinine.
    """
    rule, patient = timeline.catalog.rules["SAF-02"], timeline.history.case.patient
    creatinine, weight = timeline.settled("labs.creatinine_umol_l")[0], timeline.settled("patient.weight_kg")[0]
    inputs = {"creatinine": creatinine, "weight": weight, "birth date": patient.birth_date, "sex": patient.sex}
    gone = tuple(name for name, found in inputs.items() if found is None)
    if creatinine is None or weight is None or patient.birth_date is None or patient.sex is None:
        return Clearance(None, f"{wording.joined(gone)} not recorded", missing=gone)
    if patient.sex not in ("F", "M"):
        return Clearance(None, "the formula knows female and male only", missing=("sex",))
    when = timeline.date_of(creatinine) or timeline.as_of
    serum, kilograms = (row.quantity.exact if row.quantity else None for row in (creatinine, weight))
    if when is None or not serum or not kilograms:
        return Clearance(None, "creatinine or weight has no exact value or no date", missing=("creatinine", "weight"))
    age = _years(patient.birth_date, when)
    if age < rule.number("adult_years"):
        return Clearance(None, f"age under {rule.number('adult_years')}: a measured or paediatric value is needed", missing=(CLEARANCE,))
    milligrams = serum / rule.number("umol_per_mg_dl")
    value = (rule.number("age_base") - age) * kilograms / (rule.number("divisor") * milligrams)
    female = patient.sex == "F"
    value *= rule.number("female") if female else 1
    fitness = timeline.catalog.rules["SAF-01"]
    short = plain(wording.guarded(value, (fitness.number("crcl"), fitness.number("crcl_min_some_centres"))))
    parts = f"age {age}, weight {weight.quantity} ({timeline.when(weight)}), creatinine {creatinine.quantity} ({timeline.when(creatinine)}), {'female' if female else 'male'}"
    factor = f" × {rule.number('female')}" if female else ""
    formula = f"({rule.number('age_base')} − {age}) × {plain(kilograms)} / ({rule.number('divisor')} × {wording.shown(milligrams, 2)}){factor} = {short} mL/min"
    words = f"CrCl {short} mL/min by Cockcroft-Gault ({parts})"
    return Clearance(Quantity(value, "mL/min"), words=words, formula=formula, evidence=(creatinine.id, weight.id))


def _years(born: date, when: date) -> int:
    """Completed years."""
    return when.year - born.year - ((when.month, when.day) < (born.month, born.day))


def cisplatin(timeline: Timeline, rule: Rule) -> RuleResult:
    """SAF-01: ECOG, clearance, hearing, neuropathy and heart failure; fit needs all five recorded."""
    context = timeline.history.case.context
    if context is not None and context not in rule.contexts:
        return not_here(rule, "cisplatin is part of no regimen or option of this tumour")
    kidney, limit, low = clearance(timeline), rule.number("crcl"), rule.number("crcl_min_some_centres")
    enough = None if kidney.value is None else kidney.value.reaches(limit)
    limbs = [
        _graded(timeline, "status.ecog", "ECOG", rule.number("ecog")),
        Limb("CrCl", None if enough is None else not enough, kidney.words or "CrCl not recorded", CLEARANCE, kidney.evidence),
        _graded(timeline, "toxicity.hearing_loss_grade", "hearing", rule.number("hearing")),
        _graded(timeline, "toxicity.neuropathy_grade", "neuropathy", rule.number("neuropathy")),
        _graded(timeline, "status.nyha_class", "NYHA", rule.number("nyha")),
    ]
    met = [limb for limb in limbs if limb.met]
    split = f"some centres accept {low}-{limit - 1} with split dose"
    between = enough is False and kidney.value is not None and kidney.value.reaches(low) is True
    if between and len(met) == 1:
        return _concern(timeline, rule, limbs, f"unfit by {limit}; {split}: discuss", f"Not fit for cisplatin by {limit} mL/min; {split}", "")
    detail = f"unfit: {', '.join(limb.name for limb in met)}" if met else "fit"
    return _concern(timeline, rule, limbs, detail, "Not fit for cisplatin" + (f"; {split}" if between else ""), "Fit for cisplatin")


def estimated(timeline: Timeline, rule: Rule) -> RuleResult:
    """SAF-02: the estimate, beside an entered clearance when there is one."""
    found = estimate(timeline)
    if found.value is None:
        return cannot(rule, found.why, *found.missing)
    entered, _ = timeline.settled(CLEARANCE)
    counts = f" The entered clearance of {entered.quantity} counts." if entered is not None else ""
    return result(rule, "met", f"{found.words}.{counts}", value=found.value.value, value_is="clearance", formula=found.formula, evidence=found.evidence)


def heart(timeline: Timeline, rule: Rule) -> RuleResult:
    """SAF-03: LVEF below the limit; a normal one that is too old answers nothing."""
    (row, gone), limit, drop = timeline.settled("labs.lvef_pct"), rule.number("lvef"), rule.number("drop")
    if row is None or row.quantity is None:
        return absent(timeline, rule, f"LVEF {gone}", "labs.lvef_pct")
    words = f"LVEF {row.quantity} ({timeline.when(row)})"
    enough, now = row.quantity.reaches(limit), row.quantity.exact
    earlier = [one for one in timeline.rows("labs.lvef_pct") if timeline.before_treatment(one.visit) and one.id != row.id]
    before = earlier[-1].quantity.exact if earlier and earlier[-1].quantity else None
    fall = None if before is None or now is None else before - now
    fallen = fall is not None and fall >= drop
    kept = {"value": now, "value_is": "LVEF", "operator": "<", "threshold": limit, "formula": f"{plain(now)} < {limit}" if now is not None else ""}
    if enough is None:
        return cannot(rule, f"{words} does not tell", "labs.lvef_pct", evidence=(row.id,))
    change = f", a fall of {plain(fall)} points from baseline" if fall is not None and fallen else ""
    evidence = (earlier[-1].id, row.id) if change else (row.id,)
    if not enough:
        return result(rule, "met", f"{words}, below {limit} %{change}.", detail="caution", evidence=evidence, **kept)
    when = timeline.date_of(row)
    if when is None or timeline.as_of is None:
        return cannot(rule, f"{words} has no date, so its age is not known", "labs.lvef_pct", evidence=evidence)
    age = (timeline.as_of - when).days
    if age > rule.number("current_days"):
        return cannot(rule, f"{words} is {age} days old, more than {rule.number('current_days')}", "labs.lvef_pct", evidence=evidence)
    detail = f"pass (fall {plain(fall)} but not <{limit})" if fall is not None and fallen else "pass"
    return result(rule, "not_met", f"{words}, not below {limit} %{change}.", detail=detail, evidence=evidence, **kept)


def nerves(timeline: Timeline, rule: Rule) -> RuleResult:
    """SAF-04: neuropathy from the grade on that speaks for caution with taxanes and platinum."""
    limit = rule.number("grade")
    limb = _graded(timeline, "toxicity.neuropathy_grade", "neuropathy", limit)
    if limb.met is None:
        return absent(timeline, rule, limb.words, limb.field, evidence=limb.evidence)
    row, _ = timeline.settled(limb.field)
    grade = row.quantity.exact if row is not None and row.quantity is not None else None
    detail = "caution" if limb.met else "note" if grade else "none"
    formula = f"{plain(grade)} ≥ {limit}" if grade is not None else ""
    kept = {"value": grade, "value_is": "grade", "operator": ">=", "threshold": limit, "formula": formula, "evidence": limb.evidence, "detail": detail}
    named = "taxanes, cisplatin, oxaliplatin and enfortumab vedotin"
    tail = f"caution with {named}" if limb.met else f"below the grade of caution with {named}"
    return result(rule, "met" if limb.met else "not_met", f"{limb.words[0].upper()}{limb.words[1:]}: {tail}.", **kept)


def lung(timeline: Timeline, rule: Rule) -> RuleResult:
    """SAF-05: interstitial lung disease or pneumonitis, past or present."""
    limbs = [_answered(timeline, "history.ild_or_pneumonitis")]
    detail = "caution" if limbs[0].met else "pass"
    return _concern(timeline, rule, limbs, detail, "Caution with trastuzumab deruxtecan", "No lung disease that speaks for caution with trastuzumab deruxtecan")


def immunity(timeline: Timeline, rule: Rule) -> RuleResult:
    """SAF-06: autoimmune disease, transplant, steroids, earlier severe immune toxicity."""
    field, limit = "medication.prednisone_equivalent_mg", rule.number("prednisone_mg")
    row, gone = timeline.settled(field)
    dose = None if row is None or row.quantity is None else row.quantity.exceeds(limit)
    named = f"prednisone equivalent {row.quantity} ({timeline.when(row)})" if row is not None else f"prednisone-equivalent dose {gone}"
    limbs = [
        _answered(timeline, "history.active_autoimmune_disease"),
        _answered(timeline, "history.transplant"),
        Limb("steroids", dose, named, field, () if row is None else (row.id,)),
        _answered(timeline, "history.severe_immune_toxicity"),
    ]
    detail = "caution" if any(limb.met for limb in limbs) else "pass"
    return _concern(timeline, rule, limbs, detail, "Caution with checkpoint inhibitors", "Nothing recorded speaks for caution with checkpoint inhibitors")


def _graded(timeline: Timeline, field: str, name: str, limit: Decimal) -> Limb:
    """A grade at or above its limit."""
    (row, gone), shown = timeline.settled(field), _named(timeline, field)
    if row is None or row.quantity is None:
        return Limb(name, None, f"{shown} {gone}", field)
    return Limb(name, row.quantity.reaches(limit), f"{shown} {row.quantity} ({timeline.when(row)})", field, (row.id,))


def _answered(timeline: Timeline, field: str) -> Limb:
    """A question answered yes or no."""
    (row, gone), name = timeline.settled(field), _named(timeline, field)
    if row is None:
        return Limb(name, None, f"{name} {gone}", field)
    return Limb(name, row.code == "yes", f"{name} {row.code} ({timeline.when(row)})", field, (row.id,))


def _named(timeline: Timeline, field: str) -> str:
    """The name of a field within a sentence: neuropathy grade, but ECOG."""
    name = timeline.catalog.analytes[field].name
    return name[0].lower() + name[1:] if name[1].islower() else name


def _concern(timeline: Timeline, rule: Rule, limbs: Sequence[Limb], detail: str, met: str, clear: str) -> RuleResult:
    """Met by any limb; not met only when all are known."""
    evidence = tuple(dict.fromkeys(one for limb in limbs for one in limb.evidence))
    found = [limb.words for limb in limbs if limb.met]
    unknown = [limb for limb in limbs if limb.met is None]
    missing = tuple(limb.field for limb in unknown)
    if found:
        return result(rule, "met", f"{met}: {wording.joined(found)}.", detail=detail, evidence=evidence, missing=missing)
    if unknown:
        reasons = wording.joined(limb.words for limb in unknown)
        return absent(timeline, rule, reasons, *missing, evidence=evidence)
    return result(rule, "not_met", f"{clear}: {wording.joined(limb.words for limb in limbs)}.", detail=detail, evidence=evidence)
