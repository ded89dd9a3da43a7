"""Options to discuss: prerequisites and cautions held against recorded facts. Never ranked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from nacdesk.domain import biomarkers, safety, wording
from nacdesk.domain.judgements import Checked, Group, MatchedOption
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.domain.rules import Catalog, Condition, Option, RuleResult
from nacdesk.domain.timeline import Timeline

_SIGNS = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "", "in": ""}


@dataclass(frozen=True, slots=True)
class Fact:
    """The latest value of a field: a number, a bound or a code, and where it stands in words."""

    value: Decimal | str | Quantity
    text: str


def match(timeline: Timeline, latest: Mapping[str, RuleResult]) -> tuple[MatchedOption, ...]:
    """Every general option and those of the case's tumour context, in the catalogue's order."""
    context = timeline.history.case.context
    return tuple(_held(timeline, latest, option) for option in timeline.catalog.options if option.context in ("", context))


def _held(timeline: Timeline, latest: Mapping[str, RuleResult], option: Option) -> MatchedOption:
    needs = tuple(_prerequisite(timeline, latest, condition) for condition in option.prerequisites)
    cautions = tuple(_caution(timeline, latest, condition) for condition in option.cautions)
    states = {need.state for need in needs}
    group: Group = "not_met" if "not met" in states else "not_recorded" if "not recorded" in states else "matched"
    return MatchedOption(option, group, needs, cautions)


def _prerequisite(timeline: Timeline, latest: Mapping[str, RuleResult], condition: Condition) -> Checked:
    return _checked(timeline, latest, condition, "met", "not met")


def _caution(timeline: Timeline, latest: Mapping[str, RuleResult], condition: Condition) -> Checked:
    """A caution that was not recorded is shown as such, never taken for absent."""
    return _checked(timeline, latest, condition, "applies", "clear")


def _checked(timeline: Timeline, latest: Mapping[str, RuleResult], condition: Condition, yes: str, no: str) -> Checked:
    """Unlike values of one day, and a bound that does not decide, count as not recorded and say why."""
    fact = recorded(timeline, latest, condition.field)
    if fact is None:
        return Checked(condition, "not recorded", f"{label(timeline, condition.field)} {timeline.settled(condition.field)[1] or 'not recorded'}")
    answer = holds(condition, fact.value)
    if answer is None:
        return Checked(condition, "not recorded", f"{fact.text} leaves it open")
    return Checked(condition, yes if answer else no, fact.text)


def holds(condition: Condition, value: Decimal | str | Quantity) -> bool | None:
    """The recorded value fulfils the condition, None where a bound leaves it open; a number is never compared with a word."""
    wanted = condition.value
    if isinstance(value, Quantity):
        return _bound_holds(condition.op, value, wanted) if isinstance(wanted, Decimal) else False
    if condition.op == "in":
        return isinstance(wanted, tuple) and isinstance(value, str) and value.casefold() in {one.casefold() for one in wanted}
    if condition.op == "eq":
        return value.casefold() == wanted.casefold() if isinstance(value, str) and isinstance(wanted, str) else value == wanted
    if not isinstance(value, Decimal) or not isinstance(wanted, Decimal):
        return False
    return {"lt": value < wanted, "le": value <= wanted, "gt": value > wanted, "ge": value >= wanted}[condition.op]


def _bound_holds(op: str, value: Quantity, wanted: Decimal) -> bool | None:
    answer = value.reaches(wanted) if op in ("lt", "ge") else value.exceeds(wanted) if op in ("le", "gt") else None
    return answer if answer is None or op in ("ge", "gt") else not answer


def words(condition: Condition, name: str) -> str:
    """A condition in words: "neuropathy grade ≥ 2"."""
    value = " or ".join(condition.value) if isinstance(condition.value, tuple) else plain(condition.value) if isinstance(condition.value, Decimal) else condition.value
    return f"{name} {_SIGNS[condition.op]} {value}".replace("  ", " ")


def label(timeline: Timeline, field: str) -> str:
    """A field of a case as users read it."""
    return field_name(field, timeline.catalog)


def field_name(field: str, catalog: Catalog) -> str:
    """A field as users read it."""
    special = {"stage.clinical": "Stage group", "pathology.pcr": "Pathological complete response"}
    analyte = catalog.analytes.get(field)
    return special.get(field) or (analyte.name if analyte else field)


def recorded(timeline: Timeline, latest: Mapping[str, RuleResult], field: str) -> Fact | None:
    """The latest recorded (or derived) value of a field, None when there is none."""
    if field == "pathology.pcr":
        return _pcr(latest)
    if field == "safety.cisplatin_fit":
        return _cisplatin_fit(latest)
    derived = _DERIVED.get(field)
    if derived is not None and (fact := derived(timeline)) is not None:
        return fact
    row, _ = timeline.settled(field)
    if row is None:
        return None
    exact = row.quantity.exact if row.quantity is not None else None
    return Fact(row.value if exact is None else exact, f"{label(timeline, field)} {row.value} ({timeline.when(row)})")


def _stage(timeline: Timeline) -> Fact | None:
    """Compared without the letter: IIB is II."""
    group = timeline.history.case.stage_group
    return None if group is None else Fact(group.strip().upper().rstrip("ABC"), f"Stage group {group}")


def _pcr(latest: Mapping[str, RuleResult]) -> Fact | None:
    found = latest.get("PTH-02")
    if found is None or found.state not in ("met", "not_met"):
        return None
    return Fact("yes" if found.state == "met" else "no", found.sentence.rstrip("."))


def _cisplatin_fit(latest: Mapping[str, RuleResult]) -> Fact | None:
    """SAF-01 asks for what speaks against cisplatin: met is unfit."""
    found = latest.get("SAF-01")
    if found is None or found.state not in ("met", "not_met"):
        return None
    return Fact("no" if found.state == "met" else "yes", found.sentence.rstrip("."))


def _clearance(timeline: Timeline) -> Fact | None:
    """Estimated where it was not entered."""
    if timeline.rows(safety.CLEARANCE):
        return None
    found = safety.estimate(timeline)
    return Fact(found.value.value, found.words) if found.value is not None and found.value.value is not None else None


def _bilirubin(timeline: Timeline) -> Fact | None:
    row = timeline.latest("labs.bilirubin_umol_l")
    if row is None or row.uln is None or row.uln == 0 or row.quantity is None or row.quantity.exact is None:
        return None
    ratio = row.quantity.exact / row.uln
    return Fact(ratio, f"Bilirubin {wording.guarded(ratio, (), 2)} × upper limit ({timeline.when(row)})")


def _days_since(timeline: Timeline) -> Fact | None:
    if timeline.last_dose is None or timeline.as_of is None:
        return None
    days = (timeline.as_of - timeline.last_dose).days
    return Fact(Decimal(days), f"{wording.counted(days, 'day')} since the last dose ({wording.day(timeline.last_dose)})")


def _her2(timeline: Timeline) -> Fact | None:
    """The conclusion as entered; else derived from IHC and ISH ratio, else from sequencing; each said so."""
    if timeline.rows("biomarkers.her2"):
        return None
    ihc, ish = timeline.says("biomarkers.her2_ihc"), timeline.latest("biomarkers.her2_ish_ratio")
    if ihc is None:
        amplified = biomarkers.amplified_erbb2(timeline)
        return None if amplified is None else Fact("positive", f"HER2 positive by ERBB2 {amplified.code} ({timeline.when(amplified)}); IHC and ISH not recorded")
    ratio = ish.quantity.exact if ish is not None and ish.quantity is not None else None
    note = "derived from IHC and ISH ratio; copy number not considered"
    doubled = None if ratio is None else ratio >= timeline.catalog.conventions["her2_ish_ratio"]
    answer = {"3+": "positive", "1+": "low", "0": "negative"}.get(ihc) or {True: "positive", False: "low", None: "unknown"}[doubled]
    if answer == "unknown":
        return None
    return Fact(answer, f"HER2 {ihc}, {answer} ({note})")


def _immune(timeline: Timeline) -> Fact | None:
    if timeline.rows("treatment.immune") or timeline.regimen is None:
        return None
    return Fact("yes" if timeline.regimen.immune else "no", f"Regimen {timeline.regimen.name}")


_DERIVED: Mapping[str, Callable[[Timeline], Fact | None]] = {
    "stage.clinical": _stage,
    "labs.bilirubin_x_uln": _bilirubin,
    "labs.crcl_ml_min": _clearance,
    "status.days_since_last_chemo": _days_since,
    "biomarkers.her2": _her2,
    "treatment.immune": _immune,
}
