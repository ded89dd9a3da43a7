"""What one result of a rule rests on, in finished words: for screen and paper alike, written nowhere else."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import Review
from nacdesk.domain.quantity import plain
from nacdesk.domain.rules import TALLY_DOMAINS, Catalog, Rule, RuleResult, State, Status

GRADES: Mapping[str, str] = {
    "A": "consensus criterion, validated index or guideline",
    "B": "prospective study, trial rule or meta-analysis",
    "C": "retrospective, single-centre or indirect",
    "D": "unreviewed or contradicted",
    "n/a": "a way of counting, nothing to grade",
}
STANDING: Mapping[Status, str] = {
    "published": "published",
    "project_convention": "project convention",
    "unreviewed": "widely quoted threshold; no primary source found",
    "site": "rule of this site",
}
_MEANING: Mapping[Status, str] = {
    "published": "Published: its sources state the criterion.",
    "project_convention": "Project convention: the sources are silent or leave a choice, and this project made one.",
    "unreviewed": "Widely quoted, unreviewed: no primary source was found for the threshold.",
    "site": "A rule that this site added; it answers for it.",
}
_STATES: Mapping[State, str] = {"met": "Met", "not_met": "Not met", "not_evaluable": "Not evaluable", "not_applicable": "Not applicable"}
_ANSWERS = frozenset({"REC-15", "REC-16", "SCO-01", "SCO-02"})  # they answer with a class, not with yes or no
_ANALYTE = re.compile(r"[a-z]+\.[a-z0-9_]+")
_UNITS = {"pct": "%", "days": "days", "day": "day", "weeks": "weeks", "months": "months", "years": "years", "mm": "mm", "mg": "mg"}
_NAMES = {
    "suv": "SUV", "adc": "ADC", "uln": "upper limit of normal", "tlg": "TLG", "lvef": "LVEF", "ecog": "ECOG", "nyha": "NYHA", "nsclc": "lung", "og": "oesophagogastric",
    "crcl": "creatinine clearance", "ct_mri": "CT or MRI", "abs": "absolute", "p": "probability", "cut": "cut-off", "cuts": "cut-offs", "pmd": "PMD", "prednisone": "prednisone",
    "ets": "early shrinkage", "pr": "partial response", "pd": "progression", "I_max": "class I up to", "II_max": "class II up to", "pg_per_hGE": "pg a genome",
    "becker_2": "Becker grade 2", "chest_xray": "chest radiograph",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """Lines under a heading; `to` holds the page that each line leads to, empty when none does."""

    heading: str
    lines: tuple[str, ...]
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One result of one rule with everything a board could ask of it.

    Attributes:
        rule, name: id and name.  visit: the time point it speaks of, "" for the whole case.
        state: in words.  sentence: the result's own.
        formula: with the numbers put in, "" where nothing is worked out.
        inputs: the recorded facts with date, visit, lesion, value, method and reader.
        baseline: which baseline each series was compared with.
        missing: what would make it evaluable, by name.
        reason: why it is not evaluable or not applicable, else "".
        about: what the rule itself is, whatever the case: the same parts as on its page.
    """

    rule: str
    name: str
    visit: str
    state: str
    sentence: str
    formula: str
    inputs: tuple[str, ...]
    baseline: tuple[str, ...]
    missing: tuple[str, ...]
    reason: str
    about: tuple[Part, ...]

    @property
    def said(self) -> str:
        """What the result says, as a sentence behind its state."""
        return f"{wording.capital(self.reason)}." if self.reason else self.sentence

    @property
    def basis(self) -> tuple[Part, ...]:
        """What the sentence rests on in this case."""
        parts = (
            Part("Formula", (self.formula,) if self.formula else ()),
            Part("Inputs", self.inputs),
            Part("Baseline", self.baseline),
            Part("Would make it evaluable", (f"{'; '.join(self.missing)}.",) if self.missing else ()),
        )
        return tuple(part for part in parts if part.lines)

    @property
    def case(self) -> tuple[Part, ...]:
        """State and sentence, and what they rest on."""
        return (Part("In this case", (f"{self.state}.", self.said)), *self.basis)


def explain(result: RuleResult, review: Review) -> Explanation:
    """Everything about one result of a review; deterministic, nothing is judged here."""
    rule = review.catalog.rules[result.rule]
    rows = [seen for key in result.evidence if (seen := review.observation(key)) is not None]
    visit = review.visit(result.visit or "")
    return Explanation(
        rule=rule.id,
        name=rule.name,
        visit="" if visit is None else f"{visit.visit.name} ({wording.day(visit.date)})" if visit.date else visit.visit.name,
        state=state_words(result, rule),
        sentence=result.sentence,
        formula=result.formula or _compared(result),
        inputs=tuple(fact_line(row, review) for row in rows) or tuple(_counted(rule, review)),
        baseline=tuple(_baselines(rows, review)),
        missing=tuple(named(text, review.catalog) for text in result.missing),
        reason=result.reason or "",
        about=about(rule, review.catalog),
    )


def about(rule: Rule, catalog: Catalog) -> tuple[Part, ...]:
    """What a rule is: words, boundary, thresholds, what the site changed, evidence, sources, and what it is not."""
    parts = (
        Part("By this site", (rule.by_site,) if rule.by_site else ()),
        Part("The rule", (rule.says, f"Boundary: {rule.boundary}.")),
        Part("Thresholds", (f"{', '.join(thresholds(rule))}.",) if rule.thresholds else ()),
        Part("Needs", (f"{wording.capital(rule.minimum_data)}.",)),
        Part("Cannot be judged", (f"{wording.capital(rule.cannot)}.",)),
        Part("Tumours", (f"{wording.joined(catalog.contexts[key].label for key in rule.contexts)}.",) if rule.contexts else ()),
        Part("Evidence", (f"Grade {rule.grade}: {GRADES[rule.grade]}.", _MEANING[rule.status])),
        Part("Sources", tuple(catalog.sources[key].citation for key in rule.sources), rule.sources),
        Part("What it is not", (rule.is_not,) if rule.is_not else ()),
    )
    return tuple(part for part in parts if part.lines)


def state_words(result: RuleResult, rule: Rule) -> str:
    """The state as users read it: a rule that only works something out is not "met"."""
    worked_out = not rule.flag and result.operator is None and (result.value is not None or rule.id in _ANSWERS)
    return "Worked out" if result.state == "met" and worked_out else _STATES[result.state]


def thresholds(rule: Rule) -> tuple[str, ...]:
    """The numbers in force, each with its name: "decrease 10 %", "cycles 2 to 3"."""
    return tuple(_threshold(key, value) for key, value in rule.thresholds.items())


def named(text: str, catalog: Catalog) -> str:
    """A text in which analytes are called by their names: "Viable tumour" for "path.viable"."""

    def name(found: re.Match[str]) -> str:
        analyte = catalog.analytes.get(found[0])
        return analyte.name if analyte else found[0]

    return _ANALYTE.sub(name, text)


def series_name(key: str, catalog: Catalog) -> str:
    """What a series of a review is called."""
    analyte = catalog.analytes.get(key)
    return analyte.name if analyte else {"size": "tumour size", "suv": "SUVmax"}.get(key, key)


def fact_line(row: Observation, review: Review) -> str:
    """One recorded fact: "28 Aug 2026 · baseline · primary · Longest diameter 31 mm (CT, reader A)"."""
    visit = next((visit for visit in review.history.visits if visit.id == row.visit), None)
    when = wording.day(row.date) if row.date else row.partial_date or "no date"
    analyte = review.catalog.analytes.get(row.analyte)
    value = str(row.value).replace(" ", "\u00a0")  # a number and its unit stay on one line
    limit = f"upper limit {plain(row.uln)}" if row.uln is not None else None
    how = ", ".join(part for part in (limit, row.method, f"reader {row.reader}" if row.reader else None, "accepted" if row.accepted else None) if part)
    parts = [when, visit.name if visit else "", row.lesion or "", f"{analyte.name if analyte else row.analyte} {value}"]
    return " · ".join(part for part in parts if part) + (f" ({how})" if how else "")


def _compared(result: RuleResult) -> str:
    """The comparison of a result that has a value and no formula of its own: "SUVmax 4.1 g/mL > 5 g/mL"."""
    if result.value is None:
        return ""
    unit = f" {result.unit}" if result.unit and not (result.value_is or "").startswith(result.unit) else ""
    limits = () if result.threshold is None else (result.threshold,)
    left = f"{result.value_is or 'value'} {plain(wording.guarded(result.value, limits, 2).normalize())}{unit}"
    if result.operator is None or result.threshold is None:
        return left
    return f"{left} {_SIGNS.get(result.operator, result.operator)} {plain(result.threshold)}{unit}"


_SIGNS = {">=": "≥", "<=": "≤"}


def _counted(rule: Rule, review: Review) -> Iterator[str]:
    """The criteria that a count rests on, domain by domain."""
    if rule.domain != "score":
        return
    for domain in TALLY_DOMAINS:
        counted = [review.latest[one.id] for one in review.catalog.rules.values() if one.tally == domain and one.id in review.latest]
        states = {state: [one.rule for one in counted if one.state == state] for state in _STATES if state != "not_applicable"}
        said = [f"{_STATES[state].lower()} {', '.join(ids)}" for state, ids in states.items() if ids]
        if said:
            yield f"{domain}: {'; '.join(said)}"


def _baselines(rows: list[Observation], review: Review) -> Iterator[str]:
    """Which baseline the inputs were compared with, one line a series."""
    for key in dict.fromkeys("size" if row.analyte.startswith("size.") else "suv" if row.analyte == "pet.suvmax" else row.analyte for row in rows):
        if key in review.baseline:
            yield f"{wording.capital(series_name(key, review.catalog))}: {review.baseline[key]}"


def _threshold(key: str, value: Decimal | tuple[Decimal, ...] | str) -> str:
    """A number with the unit that its key ends in; of a key that is all unit the number alone."""
    name, _, last = key.rpartition("_")
    unit = _UNITS.get(last, "")
    name = name if unit else key
    number = _number(value)
    text = f"day {number}" if unit == "day" else f"{number} {unit}".rstrip()
    return f"{_NAMES.get(name, name.replace('_', ' '))} {text}".lstrip()


def _number(value: Decimal | tuple[Decimal, ...] | str) -> str:
    if isinstance(value, tuple):
        return " to ".join(plain(one) for one in value) if len(value) == 2 else wording.joined(plain(one) for one in value)
    return value if isinstance(value, str) else plain(value)
