"""The standardised uptake value: from the scanner, by lean body mass, and how well it repeats (PET-01, PET-02, PET-09)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.pet import PetCourse, change_limits
from nacdesk.domain.quantity import plain
from nacdesk.domain.results import cannot, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline, pick

_WEIGHT, _HEIGHT = "patient.weight_kg", "patient.height_cm"
_LEAN = "lean body mass"
_BY_LEAN_MASS = {"pet.suvmax": "SULmax", "pet.suvpeak": "SULpeak", "pet.suvmean": "SULmean"}


@dataclass(frozen=True, slots=True)
class Scan:
    """What the header of a PET series says; None where a tag is missing.

    Attributes:
        concentration: Bq/mL, or g/mL where `units` is GML.  units: DICOM (0054,1001).
        weight_kg: (0010,1030).  dose_bq: (0018,1074).
        delay_s: series reference time − time of injection, seconds.
        decay: DecayCorrection (0054,1102): START, ADMIN or NONE.
        half_life_s: (0018,1075); None is taken as fluorine-18.
    """

    concentration: Decimal
    weight_kg: Decimal | None
    dose_bq: Decimal | None
    delay_s: Decimal | None = None
    decay: str = "START"
    units: str = "BQML"
    half_life_s: Decimal | None = None


def suvbw(rule: Rule, scan: Scan) -> Decimal | str:
    """SUV by body weight in g/mL (PET-01, key qiba_suv), or why it cannot be worked out.

    C × weight in g / (dose × 2^(−delay / half-life)); not decayed where the pixels were corrected to the injection.
    """
    if scan.units == "GML":
        return scan.concentration
    if scan.units != "BQML":
        return f"units {scan.units} need the scale factor of the manufacturer"
    if not scan.weight_kg or scan.weight_kg < 0:
        return "weight missing or zero"
    if not scan.dose_bq or scan.dose_bq < 0:
        return "dose missing or zero"
    if scan.dose_bq < rule.number("least_dose_bq"):
        return "the dose is probably stored in MBq: to be asked, never converted silently"
    mass = 1000 * scan.weight_kg
    if scan.decay == "ADMIN":
        return scan.concentration * mass / scan.dose_bq
    if scan.decay != "START":
        return f"decay correction {scan.decay}"
    half_life = rule.number("f18_half_life_s") if scan.half_life_s is None else scan.half_life_s
    if scan.delay_s is None or half_life <= 0:
        return "time of injection or of the series missing" if scan.delay_s is None else "half-life missing or zero"
    if scan.delay_s < 0:
        return "injection after the scan: check the change of date at midnight"
    return scan.concentration * mass / (scan.dose_bq * Decimal(2) ** (-scan.delay_s / half_life))


def lean_body_mass(rule: Rule, weight_kg: Decimal, height_cm: Decimal, female: bool) -> Decimal:
    """Kilograms by Janmahasatian 2005 (PET-02, key janma05); weight and height above 0."""
    index = weight_kg / (height_cm / 100) ** 2
    kind = "female" if female else "male"
    return rule.number("factor") * weight_kg / (rule.number(f"{kind}_base") + rule.number(f"{kind}_bmi") * index)


def sul(suv: Decimal, lean_kg: Decimal, weight_kg: Decimal) -> Decimal:
    """SUV by body weight to SUV by lean body mass."""
    return suv * lean_kg / weight_kg


@dataclass(frozen=True, slots=True)
class LeanMass:
    """Lean body mass in kilograms, with the body it was worked out from and its formula in words."""

    kg: Decimal
    body: str
    formula: str


@dataclass(frozen=True, slots=True)
class Sul:
    """SUV by lean body mass; `value` and `lean_kg` are None where something is missing, which `sentence` then says."""

    value: Decimal | None
    lean_kg: Decimal | None
    sentence: str


def sul_from(rule: Rule, suv: Decimal | None, weight_kg: Decimal | None, height_cm: Decimal | None, sex: str | None) -> Sul:
    """SUL from SUV by body weight, unrounded, with one finished sentence (PET-02).

    Args:
        sex: F or M; the equation is for no other.
    """
    lean, missing = _lean_mass(rule, weight_kg, height_cm, sex)
    missing = ("SUV", *missing) if suv is None else missing
    if lean is None or suv is None or weight_kg is None:
        needed = [name for name in missing if name != _LEAN]
        text = f"Not worked out: {wording.joined(needed)} missing." if needed else "Not worked out: the equation is for sex F or M."
        return Sul(None, None if lean is None else lean.kg, text)
    value = sul(suv, lean.kg, weight_kg)
    text = f"SUV {plain(suv)} is SUL {wording.shown(value, 2)}, with a lean body mass of {wording.shown(lean.kg, 1)} kg by Janmahasatian ({lean.body})."
    return Sul(value, lean.kg, text)


def _lean_mass(rule: Rule, kilograms: Decimal | None, centimetres: Decimal | None, sex: str | None) -> tuple[LeanMass | None, tuple[str, ...]]:
    """Lean body mass, or the names of what is missing; for a sex that the equation is not for, the lean mass itself."""
    letter = (sex or "").casefold()
    missing = tuple(name for name, value in (("weight", kilograms), ("height", centimetres), ("sex", letter)) if not value)
    if missing or kilograms is None or centimetres is None:
        return None, missing
    if letter not in ("f", "m"):
        return None, (_LEAN,)
    kind = "female" if letter == "f" else "male"
    lean = lean_body_mass(rule, kilograms, centimetres, letter == "f")
    bottom = f"({rule.number(f'{kind}_base')} + {rule.number(f'{kind}_bmi')} × {plain(kilograms)} / {plain(centimetres / 100)}²)"
    formula = f"{rule.number('factor')} × {plain(kilograms)} / {bottom} = {wording.shown(lean, 1)} kg"
    return LeanMass(lean, f"{kind}, {plain(kilograms)} kg, {plain(centimetres)} cm", formula), ()


def results(timeline: Timeline, pets: PetCourse) -> Iterator[RuleResult]:
    """PET-01 once; PET-02 and PET-09 at each PET."""
    rules = timeline.catalog.rules
    yield cannot(rules["PET-01"], "SUV is charted as reported; the scanner's own values are not recorded", "header of the PET series")
    seen = [visit.id for visit in timeline.visits if any(timeline.rows(analyte, visit.id) for analyte in _BY_LEAN_MASS)]
    if not seen:
        yield _lean(timeline, rules["PET-02"], None)
    for visit in seen:
        yield _lean(timeline, rules["PET-02"], visit)
    later = [] if pets.hottest is None or pets.hottest.start is None else [
        visit for visit in pets.visits if timeline.positions[visit] > timeline.positions[pets.hottest.start.row.visit]
    ]  # fmt: skip
    if not later:
        yield cannot(rules["PET-09"], "no SUVmax before and after the start of treatment", "pet.suvmax")
    for visit in later:
        yield _repeatability(timeline, rules["PET-09"], pets, visit)


# PET-02


def _lean(timeline: Timeline, rule: Rule, visit: str | None) -> RuleResult:
    where = "" if visit is None else f", {timeline.at(visit)}"
    weight, height = (_latest(timeline, analyte, visit) for analyte in (_WEIGHT, _HEIGHT))
    kilograms, centimetres = (None if row is None or row.quantity is None else row.quantity.exact for row in (weight, height))
    patient = timeline.history.case.patient
    evidence = tuple(row.id for row in (weight, height) if row is not None)
    lean, missing = _lean_mass(rule, kilograms, centimetres, patient.sex)
    if lean is None or kilograms is None:
        what = "the equation is for sex F or M; lean body mass itself is needed" if missing == (_LEAN,) else f"{wording.joined(missing)} not recorded"
        return cannot(rule, f"{what}{where}", *missing, visit=visit, evidence=evidence)
    parts, used = [], []
    for analyte, name in _BY_LEAN_MASS.items() if visit is not None else ():
        row = _hottest(timeline, analyte, visit or "")
        if row is not None and row.quantity is not None and row.quantity.exact is not None:
            parts.append(f"{timeline.catalog.analytes[analyte].name} {plain(row.quantity.exact)} is {name} {wording.shown(sul(row.quantity.exact, lean.kg, kilograms), 2)}")
            used.append(row.id)
    age = _age(patient.birth_date, timeline.dates[visit] if visit is not None else timeline.as_of)
    young = "; not validated for this age" if age is not None and age < rule.number("adult_years") else ""
    sentence = f"Lean body mass {wording.shown(lean.kg, 1)} kg by Janmahasatian ({lean.body}){where}{'; ' + ', '.join(parts) if parts else ''}{young}."
    return result(rule, "met", sentence, visit=visit, value=lean.kg, value_is=_LEAN, formula=lean.formula, evidence=(*evidence, *used))


def _latest(timeline: Timeline, analyte: str, visit: str | None) -> Observation | None:
    """The last number on or before the visit."""
    last = len(timeline.visits) if visit is None else timeline.positions[visit]
    rows = [row for row in timeline.rows(analyte) if timeline.positions[row.visit] <= last and row.quantity is not None and row.quantity.exact]
    return pick([row for row in rows if row.visit == rows[-1].visit])[0] if rows else None


def _hottest(timeline: Timeline, analyte: str, visit: str) -> Observation | None:
    """Of the lesions of a visit the one of the highest number; None where a value is a bound or in doubt."""
    labels = {row.lesion for row in timeline.rows(analyte, visit)}
    rows = [pick([row for row in timeline.rows(analyte, visit) if row.lesion == label])[0] for label in sorted(labels, key=str)]
    known = [(row.quantity.exact, row) for row in rows if row is not None and row.quantity is not None and row.quantity.exact is not None]
    return max(known, key=lambda pair: pair[0])[1] if known and len(known) == len(rows) else None


def _age(born: date | None, on: date | None) -> int | None:
    return None if born is None or on is None else on.year - born.year - ((on.month, on.day) < (born.month, born.day))


# PET-09


def _repeatability(timeline: Timeline, rule: Rule, pets: PetCourse, visit: str) -> RuleResult:
    """The change of the lesion hottest at baseline against what repeats."""
    line, where = pets.hottest, timeline.at(visit)
    assert line is not None and line.start is not None  # by results
    start = line.start.quantity.exact
    place = next((at for other, at in pets.at(visit) if other is line), None)
    if place is None or start is None:
        return cannot(rule, f"the lesion hottest at baseline was not measured, {where}", "pet.suvmax", visit=visit)
    now = line.samples[place]
    kept: dict[str, object] = {"visit": visit, "evidence": (line.start.row.id, now.row.id)}
    value, unlike = now.quantity.exact, line.unlike_baseline(place)
    if unlike is not None or value is None or start == 0:
        return cannot(rule, f"{unlike or (f'SUVmax is only known as {now.quantity}' if value is None else 'the baseline is 0')}, {where}", "pet.suvmax", **kept)
    low, high = rule.number("low"), rule.number("high")
    change = 100 * (value - start) / start
    inside = low * start <= 100 * (value - start) <= high * start
    edges = (low, high, *change_limits(timeline))
    kind = "within" if inside else "beyond"
    band = f"{plain(low)} to +{plain(high)} %"
    sentence = f"SUVmax {plain(start)} → {plain(value)} ({wording.percent(change, *edges)}) {where} is {kind} the variability of well-controlled sites ({band})."
    formula = f"({plain(value)} − {plain(start)}) / {plain(start)} × 100 = {wording.percent(change, *edges)}"
    return result(rule, "not_met" if inside else "met", sentence, value=change, value_is="change", formula=formula, detail=f"{kind} variability", **kept)
