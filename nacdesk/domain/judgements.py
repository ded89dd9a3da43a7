"""The shapes of a review: what `review()` answers with. No logic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from nacdesk.domain.facts import History, Observation, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog, Condition, Option, Regimen, RuleResult, TallyDomain

Group = Literal["matched", "not_recorded", "not_met"]
CautionState = Literal["applies", "not recorded", "clear"]
Freshness = Literal["current", "stale", "missing", "not needed"]


@dataclass(frozen=True, slots=True)
class SizeReview:
    """Tumour size at one visit, RECIST 1.1. Millimetres and per cent, unrounded.

    Attributes:
        sum_mm: sum of the target diameters, None when a target is not evaluable.
        nadir_mm: smallest earlier comparable sum, baseline included.
        target, non_target, overall: responses; overall None when nothing was assessed.
        new_lesion: "yes", "no", "equivocal", None when not answered.
        provisional: the overall response rests on a question not answered.
        reason: why a response is missing, provisional or the way it is.
        lesions: millimetres counted per target lesion (5 for too small, 0 for absent).
        evidence: observation ids of the sum.
        irecist: response by iRECIST, None without a checkpoint inhibitor.
        who: response by WHO from two diameters, None where they are not recorded.
    """

    sum_mm: Decimal | None = None
    nadir_mm: Decimal | None = None
    change_from_baseline_pct: Decimal | None = None
    change_from_nadir_pct: Decimal | None = None
    target: str | None = None
    non_target: str | None = None
    new_lesion: str | None = None
    overall: str | None = None
    provisional: bool = False
    reason: str | None = None
    lesions: Mapping[str, Decimal] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    irecist: str | None = None
    who: str | None = None


@dataclass(frozen=True, slots=True)
class PetReview:
    """SUVmax with the EORTC class and the PERCIST class at one visit.

    Attributes:
        reason: why there is no EORTC class.
        percist_reason: why there is no PERCIST class.
    """

    suvmax: Quantity | None = None
    change_pct: Decimal | None = None
    eortc: str | None = None
    reason: str | None = None
    evidence: tuple[str, ...] = ()
    percist: str | None = None
    percist_reason: str | None = None


@dataclass(frozen=True, slots=True)
class SeriesReview:
    """One ctDNA or marker value at one visit.

    Attributes:
        change_pct: from baseline; for "not detected" the bound of the fall (negative).
        bound: `change_pct` is a bound, the fall is at least that.
        fold_from_nadir: value divided by the smallest earlier detected one.
    """

    quantity: Quantity
    observation: str
    uln: Decimal | None = None
    change_pct: Decimal | None = None
    bound: bool = False
    fold_from_nadir: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VisitReview:
    """What was seen at one visit, and what follows from it alone.

    Attributes:
        date: of the size measurement, else the first date of the visit; None when no full date.
        day: days from the first dose, None when either is unknown.
        cycle: completed cycles, entered or counted; `cycle_entered` says which.
        reader: who measured, None when not recorded or several.
    """

    visit: Visit
    date: date | None
    day: int | None
    cycle: int | None
    cycle_entered: bool
    reader: str | None
    warnings: tuple[str, ...]
    size: SizeReview | None
    pet: PetReview | None
    ctdna: Mapping[str, SeriesReview]
    markers: Mapping[str, SeriesReview]


@dataclass(frozen=True, slots=True)
class BestResponse:
    """Best overall response, with and without confirmation."""

    unconfirmed: str | None
    confirmed: str | None
    min_sd_days: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GcigReview:
    """CA-125 by GCIG.

    Attributes:
        response: COMPLETE, RESPONSE or NO_RESPONSE; None when not evaluable.
        response_date: of the first sample that had fallen by half.
        progression: PD or NO_PD (not, or not yet confirmed); None when not evaluable.
        progression_date: of the first sample of the confirmed pair.
        group: A raised then normal, B never normal, C normal at baseline.
        reason: why one of the two is not evaluable.
    """

    response: str | None = None
    response_date: date | None = None
    progression: str | None = None
    progression_date: date | None = None
    group: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RcbReview:
    """Residual Cancer Burden; index and terms are dimensionless, unrounded."""

    index: Decimal | None = None
    rcb_class: str | None = None
    primary_term: Decimal | None = None
    node_term: Decimal | None = None
    reason: str | None = None
    class_reported: str | None = None


@dataclass(frozen=True, slots=True)
class ResistanceState:
    """One state of the resistance vocabulary, with the limb that fired."""

    state: str
    limb: str
    rule: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Criteria of one domain: met, of those evaluable; and those that could not be judged."""

    met: int = 0
    evaluable: int = 0
    not_evaluable: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """A prerequisite or caution held against the facts.

    Attributes:
        state: of a prerequisite "met", "not met", "not recorded"; of a caution a CautionState.
        text: in words, with the recorded value and its date: "CrCl 71 mL/min (17 Oct 2026)".
    """

    condition: Condition
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class MatchedOption:
    """An option with its prerequisites and cautions held against the facts."""

    option: Option
    group: Group
    prerequisites: tuple[Checked, ...]
    cautions: tuple[Checked, ...]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Is an item of the case current for the board?"""

    item: str
    state: Freshness
    age_days: int | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """A met criterion that the board should see; the number is the badge on chart, list and paper."""

    number: int
    result: RuleResult


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the five answers under the banner.

    Attributes:
        label: "RECIST 1.1 · 17 Oct".  value: "SD".  extra: beside the value, "−6.4 %".
        note: the line below.  severity: of the flag behind it, None without one.
    """

    label: str
    value: str
    extra: str
    note: str
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class ReaderReview:
    """The course of the tumour size as one of several readers saw it, RECIST 1.1.

    Attributes:
        reader: as recorded.
        baseline: what this reader's sums are compared with, or why there is nothing; one clause.
        baseline_visit: id, None when there is none; then no other reader's takes its place.
        sizes: the judgement of each visit that this reader read, by visit id.
        counting: visits at which values of this reader are accepted.
    """

    reader: str
    baseline: str
    baseline_visit: str | None
    sizes: Mapping[str, SizeReview]
    counting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReaderNote:
    """What has to be said of several readers, in one finished sentence.

    Attributes:
        about: "course" (what the comparison rests on), "response", "sum" or "value", where they differ.
        visit: id, None where it speaks of the whole case.
    """

    about: Literal["course", "response", "sum", "value"]
    visit: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Review:
    """Every judgement about one case, recomputed from facts, catalogue and date.

    Attributes:
        history: the facts that were used: those seen by `as_of`.
        as_of: the date of the review, None when nothing is dated.
        day_zero: first dose, None when not recorded.
        regimen: the catalogue's entry of the recorded regimen, None when there is none.
        rules: one result per rule and visit where the rule speaks of a visit.
        latest: per rule the result that counts now (the latest evaluable one).
        flags: met criteria, numbered: those of the course, then those of safety and fitness; alerts first in each.
        answers: RECIST, PET, ctDNA, main marker, pattern.
        cannot: rules that raise flags and are not evaluable, at all or at their newest visit.
        clear: the latest results that are not met, of rules that raise flags and can be judged at their newest visit.
        warnings: about the case as a whole.
        readers: side by side where two or more read the tumour size, else empty; never what counts.
        reader_notes: where readers differ, in order of the visits.
    """

    history: History
    catalog: Catalog
    as_of: date | None
    day_zero: date | None
    cycles: "tuple[GivenCycle, ...]"
    regimen: Regimen | None
    visits: tuple[VisitReview, ...]
    best: BestResponse
    gcig: GcigReview
    rcb: RcbReview
    kinetics: Mapping[str, Decimal | str | None]
    resistance: tuple[ResistanceState, ...]
    rules: tuple[RuleResult, ...]
    latest: Mapping[str, RuleResult]
    flags: tuple[Flag, ...]
    cannot: tuple[RuleResult, ...]
    clear: tuple[RuleResult, ...]
    tally: Mapping[TallyDomain, Tally]
    band: str | None
    options: tuple[MatchedOption, ...]
    readiness: tuple[Readiness, ...]
    answers: tuple[Answer, ...]
    warnings: tuple[str, ...]
    baseline: Mapping[str, str]
    breaks: frozenset[tuple[str, str]]
    readers: tuple[ReaderReview, ...] = ()
    reader_notes: tuple[ReaderNote, ...] = ()

    def visit(self, visit_id: str) -> VisitReview | None:
        """The review of that visit."""
        return next((row for row in self.visits if row.visit.id == visit_id), None)

    def observation(self, observation_id: str) -> Observation | None:
        """The fact cited as evidence."""
        return next((row for row in self.history.observations if row.id == observation_id), None)


@dataclass(frozen=True, slots=True)
class GivenCycle:
    """One cycle of treatment as recorded.

    Attributes:
        number: 1 for the first.  start: day 1, None when not dated.
        dose_pct: of the full dose, None when not recorded.
        delay_days: entered, or counted from the cycle before and its length; 0 for none, None when unknown.
        cancelled: not given.
    """

    number: int
    start: date | None
    dose_pct: Decimal | None = None
    delay_days: int | None = None
    cancelled: bool = False
