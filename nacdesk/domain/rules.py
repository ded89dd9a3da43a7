"""The catalogue's shapes: rules, options, regimens, sources, and the result of a rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from nacdesk.domain.analytes import Analyte
from nacdesk.domain.notes import IntendedUse, MechanismNote, QuotedClaim

State = Literal["met", "not_met", "not_evaluable", "not_applicable"]
Severity = Literal["alert", "watch", "info"]
Status = Literal["published", "project_convention", "unreviewed", "site"]
TallyDomain = Literal["anatomic", "metabolic", "ctDNA", "marker", "pathology", "context"]

SEVERITIES: tuple[Severity, ...] = ("alert", "watch", "info")
SHAPES: Mapping[Severity, str] = {"alert": "▲", "watch": "◆", "info": "●"}
SEVERITY_WORDS: Mapping[Severity, str] = {"alert": "alert", "watch": "watch", "info": "note"}
TALLY_DOMAINS: tuple[TallyDomain, ...] = ("anatomic", "metabolic", "ctDNA", "marker", "pathology", "context")


@dataclass(frozen=True, slots=True)
class Source:
    """A publication, or an unreviewed article named by its title.

    Attributes:
        key: as cited by rules and options.
        status: "published" or "unreviewed".
    """

    key: str
    authors: str
    title: str
    journal: str
    year: int | None = None
    doi: str | None = None
    status: Literal["published", "unreviewed"] = "published"
    doi_status: str = "unverified"

    @property
    def citation(self) -> str:
        """One printed line."""
        parts = [self.authors, self.title, self.journal, str(self.year) if self.year else ""]
        text = ". ".join(part.rstrip(".") for part in parts if part) + "."
        if self.doi:
            text += f" doi:{self.doi}" + (" (DOI not verified)" if self.doi_status == "unverified" else "")
        if self.status == "unreviewed":
            text += " Unreviewed article."
        return text


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue; its arithmetic stands in the module of its subject.

    Attributes:
        id: "NAC-01".  name: as shown.  domain: subject of the specification.
        severity: how a met rule is drawn when it is a flag.
        grade: evidence grade A to D, or "n/a".  status: what the rule rests on; "site" for a site's own rule.
        says: the rule in words.  boundary: which side the threshold itself is on.
        minimum_data: what it needs.  cannot: why it may be not evaluable.
        is_not: what the rule is not; its caveats.
        unit: of value and threshold.  thresholds: the only place its numbers stand.
        sources: keys of Source.
        flag: a met result is a flag (a concern), not just a finding.
        tally: domain of the evidence tally, None outside it.
        raises_band: a met result raises the concern band.
        contexts: tumour contexts that it belongs to, empty for all. Outside them its absence says
            nothing; what was recorded is judged all the same unless the rule says otherwise.
        kind: of a site's own rule, the id of the rule whose arithmetic it uses; "" for the catalogue's rules.
        changed: what the site changed, or why it added the rule; one finished sentence, "" for nothing.
        off: that the site switched the rule off, and why; one finished sentence, "" while it is on.
    """

    id: str
    name: str
    domain: str
    severity: Severity
    grade: str
    status: Status
    says: str
    boundary: str
    minimum_data: str
    cannot: str
    sources: tuple[str, ...]
    is_not: str = ""
    unit: str = ""
    thresholds: Mapping[str, Decimal | tuple[Decimal, ...] | str] = field(default_factory=dict)
    flag: bool = False
    tally: TallyDomain | None = None
    raises_band: bool = False
    contexts: tuple[str, ...] = ()
    kind: str = ""
    changed: str = ""
    off: str = ""

    @property
    def of_safety(self) -> bool:
        """Speaks of safety and fitness, not of the course of the disease."""
        return self.domain == "safety"

    @property
    def by_site(self) -> str:
        """What the site did to the rule, in one finished sentence; "" for nothing."""
        return self.off or self.changed

    @property
    def mark(self) -> str:
        """The same in few words, to stand beside its name; "" for nothing."""
        return "switched off by this site" if self.off else "" if not self.changed else "rule of this site" if self.kind else "changed by this site"

    def number(self, key: str) -> Decimal:
        """The threshold `key` as a number."""
        value = self.thresholds[key]
        assert isinstance(value, Decimal), f"{self.id}.{key} is not a number"
        return value

    def pair(self, key: str) -> tuple[Decimal, Decimal]:
        """The threshold `key` as a range (low, high)."""
        value = self.thresholds[key]
        assert isinstance(value, tuple) and len(value) == 2, f"{self.id}.{key} is not a range"
        return value[0], value[1]


@dataclass(frozen=True, slots=True)
class Condition:
    """A prerequisite or caution: `field op value` over a recorded fact.

    Attributes:
        field: analyte id (or derived field) it looks at.
        op: eq, in, lt, le, gt or ge.
        value: what it is compared with: a number, a code, or several codes.
        note: shown beside it.
    """

    field: str
    op: Literal["eq", "in", "lt", "le", "gt", "ge"]
    value: Decimal | str | tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """An entry of the reading list for a meeting; never ranked, never selected.

    Attributes:
        context: tumour context id, "" for a general option.
        category: verification, switch_systemic, local_therapy, ...
        wording: begins with "Option to discuss".
        checklist: what to look at when it is discussed; never ticked by the program.
    """

    id: str
    name: str
    category: str
    wording: str
    trade_offs: str
    evidence_level: str
    escat: str
    sources: tuple[str, ...]
    context: str = ""
    prerequisites: tuple[Condition, ...] = ()
    cautions: tuple[Condition, ...] = ()
    investigational_only: bool = False
    checklist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Regimen:
    """A standard regimen of a tumour context.

    Attributes:
        planned_cycles: cycles before surgery where the course is one number, else None.
        kind: chemotherapy, chemoradiation, endocrine, immunotherapy alone; immune where a checkpoint inhibitor is in it.
    """

    name: str
    context: str
    cycle_length: int
    course: str
    assessment: str
    evidence: str
    sources: tuple[str, ...]
    planned_cycles: int | None = None
    kind: Literal["chemotherapy", "chemoradiation", "endocrine", "immunotherapy"] = "chemotherapy"
    immune: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """A published share between 0 and 1 with the interval of its source."""

    value: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class SingleTest:
    """A test with what was published of it (SCO-03).

    Attributes:
        test, target: what was tested, and for which response.
        sensitivity, specificity: for response; None when not published.
        predictive_value: positive predictive value, of no use without the two above.
        contexts: tumour contexts it was studied in.
    """

    id: str
    test: str
    target: str
    contexts: tuple[str, ...]
    sources: tuple[str, ...]
    sensitivity: Share | None = None
    specificity: Share | None = None
    predictive_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """A tumour context: what the options and some rules depend on."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class ClinicalReview:
    """Who signed the rule set clinically, and when."""

    by: str
    on: str
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything clinical that is not a fact of a patient: read once, checked, never changed.

    Attributes:
        version: of the rule set, "2026.1".
        digest: sha256 over the files and the site's own, hex.
        conventions: numbers that belong to no single rule (baseline window, grace, jump factor).
        statement: what every page says of itself.
        evidence_note: how thin the evidence on changing course is; printed beside the options.
        reviewed: the clinical review of this very rule set, None until there is one.
        overrides: the site's changes, each a finished sentence that begins with the rule's id; empty when none.
        tests: those with a published sensitivity and specificity, one at a time (SCO-03).
        intended_use, mechanisms, claims: to be read; no judgement looks at them.
        site: name of the hospital that changed something, "" for none.
    """

    version: str
    digest: str
    analytes: Mapping[str, Analyte]
    rules: Mapping[str, Rule]
    options: tuple[Option, ...]
    regimens: tuple[Regimen, ...]
    contexts: Mapping[str, Context]
    sources: Mapping[str, Source]
    conventions: Mapping[str, Decimal]
    statement: str = ""
    evidence_note: str = ""
    reviewed: ClinicalReview | None = None
    overrides: tuple[str, ...] = ()
    tests: tuple[SingleTest, ...] = ()
    intended_use: IntendedUse = field(default_factory=IntendedUse)
    mechanisms: tuple[MechanismNote, ...] = ()
    claims: tuple[QuotedClaim, ...] = ()
    site: str = ""

    def own(self, *kinds: str) -> tuple[str, ...]:
        """Ids of the site's own rules of these kinds."""
        return tuple(rule.id for rule in self.rules.values() if rule.kind in kinds) if self.site else ()

    @property
    def standing(self) -> str:
        """One sentence on the clinical review of the rule set, for screen and paper."""
        if self.reviewed is None:
            return "rule set not clinically reviewed"
        return f"rule set reviewed by {self.reviewed.by} on {self.reviewed.on}"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule says of one case, at one visit where it speaks of a visit.

    Attributes:
        rule: rule id.
        state: met, not_met, not_evaluable or not_applicable. Of a rule that computes a value,
            "met" means that the value could be computed.
        severity: of this result (a limb of a rule may be milder than the rule).
        sentence: one finished sentence with values and dates.
        visit: Visit.id the result speaks of, None for the whole case.
        value: the number compared, unrounded; `value_is` names it ("decrease").
        operator, threshold, unit: the comparison.
        formula: the comparison with the numbers put in.
        detail: the class or label ("PR", "late").
        evidence: observation ids.
        missing: what would make it evaluable.
        reason: why it is not evaluable or not applicable; never blank in those states.
    """

    rule: str
    state: State
    severity: Severity
    sentence: str
    visit: str | None = None
    value: Decimal | None = None
    value_is: str | None = None
    operator: str | None = None
    threshold: Decimal | None = None
    unit: str = ""
    formula: str = ""
    detail: str | None = None
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.state in ("not_evaluable", "not_applicable") and not self.reason:
            raise ValueError(f"{self.rule}: {self.state} needs a reason")
