"""Classes by interval, shown only where they are defined: platinum-free interval in ovarian cancer (RES-06), SITC classes under a
checkpoint inhibitor (RES-07, RES-08). Sources: occc, sitc20, sitc23. The SITC papers address advanced disease.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.irecist import checkpoint_inhibitor
from nacdesk.domain.recist import CR, PD, PR, Assessment
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline

REFRACTORY, RESISTANT, PARTIALLY_SENSITIVE, SENSITIVE = "refractory", "resistant", "partially_sensitive", "sensitive"
PRIMARY, SECONDARY = "primary", "secondary"
_NAMES = {REFRACTORY: "platinum-refractory", RESISTANT: "platinum-resistant", PARTIALLY_SENSITIVE: "partially platinum-sensitive", SENSITIVE: "platinum-sensitive"}
_WEEK = 7


def platinum(timeline: Timeline, judged: Sequence[Assessment], on_treatment: bool, rule: Rule) -> RuleResult:
    """RES-06: days from the last platinum dose to the first progression or recurrence."""
    context = timeline.history.case.context
    if context is not None and context not in rule.contexts:
        return not_here(rule, "defined for ovarian cancer")
    given = _platinum_given(timeline)
    if given is False:
        return not_here(rule, "no platinum was given")
    returned = [(timeline.dates[row.visit], row.visit, row.size.evidence) for row in judged if row.size.overall == PD]
    returned += [(timeline.date_of(row), row.visit, (row.id,)) for row in timeline.rows("event.recurrence") if row.code == "yes"]
    if not returned:
        return not_here(rule, "no progression or recurrence is recorded")
    if context is None or given is None:
        missing = "tumour context" if context is None else "platinum"
        return cannot(rule, f"{missing} not recorded", "treatment.platinum_given" if context is not None else "context")
    dated = [(when, visit, evidence) for when, visit, evidence in returned if when is not None]
    if timeline.last_dose is None or len(dated) < len(returned):
        return cannot(rule, "the date of the last platinum dose or of the progression is missing", "treatment.last_dose")
    when, visit, evidence = min(dated, key=lambda one: one[0])
    days = (when - timeline.last_dose).days
    found = interval_class(days, rule, on_treatment)
    interval = f"Platinum-free interval {wording.counted(days, 'day')}, from {wording.day(timeline.last_dose)} to {wording.day(when)}"
    sentence = f"{interval if days >= 0 else f'Progression during platinum ({wording.day(when)})'}: {_NAMES[found]}."
    return result(rule, "met", sentence, visit=visit, value=Decimal(days), value_is="platinum-free interval", detail=found, evidence=evidence)


def interval_class(days: int, rule: Rule, on_treatment: bool = False) -> str:
    """Refractory up to the first cut or on treatment, resistant below the second, partially sensitive up to the third, else sensitive."""
    cuts = rule.thresholds["cuts"]
    assert isinstance(cuts, tuple)
    first, second, third = cuts
    if on_treatment or days <= first:
        return REFRACTORY
    return RESISTANT if days < second else PARTIALLY_SENSITIVE if days <= third else SENSITIVE


def _platinum_given(timeline: Timeline) -> bool | None:
    """As recorded, else by the name of a regimen of the catalogue."""
    said = timeline.says("treatment.platinum_given")
    if said is not None:
        return said == "yes"
    return True if timeline.regimen is not None and "platin" in timeline.regimen.name.casefold() else None


def _before(timeline: Timeline, rule: Rule, alone: bool) -> RuleResult | None:
    """Why the SITC rule is silent; `alone`: it is the one for a checkpoint inhibitor without chemotherapy."""
    given = checkpoint_inhibitor(timeline)
    if given is None:
        return cannot(rule, "whether a checkpoint inhibitor is given is not recorded", "treatment.immune")
    if not given:
        return not_here(rule, "no checkpoint inhibitor")
    if timeline.regimen is None:
        return cannot(rule, "whether chemotherapy is part of the regimen is not known: it is not in the catalogue", "regimen")
    if (timeline.regimen.kind == "immunotherapy") is not alone:
        return not_here(rule, "the regimen holds chemotherapy" if alone else "the regimen holds no chemotherapy")
    return None


def _exposure(timeline: Timeline, until: date) -> int | None:
    """Days under the drug up to a day: from the first dose to one cycle after the last."""
    if timeline.day_zero is None or timeline.last_dose is None or timeline.cycle_length is None:
        return None
    return (min(until, timeline.last_dose + timedelta(days=timeline.cycle_length)) - timeline.day_zero).days


@dataclass(frozen=True, slots=True)
class _Progressed:
    """The first PD under the drug.

    Attributes:
        exposure: days under the drug up to it.  day: from the first dose.
        kept: what every result about it carries.
    """

    row: Assessment
    when: date
    exposure: int
    day: int
    words: str
    kept: dict[str, object]


def _progressed(timeline: Timeline, judged: Sequence[Assessment], rule: Rule, alone: bool) -> RuleResult | _Progressed:
    """What both SITC rules rest on, or why they are silent."""
    if (silent := _before(timeline, rule, alone)) is not None:
        return silent
    if not judged:
        return cannot(rule, "no evaluable response after the baseline", "response")
    first = next((row for row in judged if row.size.overall == PD), None)
    if first is None:
        return result(rule, "not_met", f"No progression up to {timeline.at(judged[-1].visit)}.", visit=judged[-1].visit, detail="no progression")
    kept: dict[str, object] = {"visit": first.visit, "evidence": first.size.evidence}
    when = timeline.dates[first.visit]
    exposure = None if when is None else _exposure(timeline, when)
    if when is None or exposure is None or timeline.day_zero is None:
        return cannot(rule, "dates of the doses or of the progression are missing", "treatment.cycle", **kept)
    day = (when - timeline.day_zero).days
    return _Progressed(first, when, exposure, day, f"Progression {timeline.at(first.visit)}, day {day}, after {exposure} days of exposure", kept)


def alone(timeline: Timeline, judged: Sequence[Assessment], rule: Rule) -> RuleResult:
    """RES-07: a PD-1 inhibitor without chemotherapy; PD confirmed weeks later unless deterioration is rapid."""
    found = _progressed(timeline, judged, rule, alone=True)
    if isinstance(found, RuleResult):
        return found
    first, kept, when, exposure, lasted = found.row, found.kept, found.when, found.exposure, found.day
    least, half_year = _WEEK * rule.number("primary_weeks"), timeline.catalog.conventions["six_months_days"]
    if exposure < least:
        return cannot(rule, f"exposure of {exposure} days is less than {least}", **kept)
    wait = _WEEK * rule.number("confirm_weeks")
    confirmed = any(row.size.overall == PD and (at := timeline.dates[row.visit]) is not None and (at - when).days >= wait for row in judged)
    rapid = timeline.says("response.rapid_deterioration") == "yes"
    if not confirmed and not rapid:
        return cannot(rule, f"progression {timeline.at(first.visit)} is not confirmed {wait} days later", "response", **kept)
    before = judged[: judged.index(first)]
    held = bool(before) and (any(row.size.overall in (CR, PR) for row in before) or lasted >= half_year)
    where = found.words
    if held and exposure < half_year:
        return cannot(rule, f"{where[0].lower()}{where[1:]} is not classifiable by this definition", **kept)
    return _classed(rule, SECONDARY if held else PRIMARY, where, lasted, kept)


def combined(timeline: Timeline, judged: Sequence[Assessment], rule: Rule) -> RuleResult:
    """RES-08: with chemotherapy; by the time of PD alone, no confirmatory scan."""
    found = _progressed(timeline, judged, rule, alone=False)
    if isinstance(found, RuleResult):
        return found
    kept, exposure, lasted = found.kept, found.exposure, found.day
    least, half_year = _WEEK * rule.number("primary_weeks"), timeline.catalog.conventions["six_months_days"]
    where = found.words
    if lasted > half_year:
        if exposure > half_year:
            return _classed(rule, SECONDARY, where, lasted, kept)
        return cannot(rule, f"{where[0].lower()}{where[1:]} is not classifiable by this definition", **kept)
    if exposure < least and timeline.says("response.rapid_deterioration") != "yes":
        return cannot(rule, f"exposure of {exposure} days is less than {least}", **kept)
    return _classed(rule, PRIMARY, where, lasted, kept)


def _classed(rule: Rule, name: str, where: str, lasted: int, kept: dict[str, object]) -> RuleResult:
    sentence = f"{where}: {name} by SITC, a definition for advanced disease."
    return result(rule, "met", sentence, value=Decimal(lasted), value_is="day of progression", unit="days", detail=name, **kept)
