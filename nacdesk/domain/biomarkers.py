"""Biomarkers kept as context with what published work says of them; none is scored (BIO-01 to BIO-03).

Sources: yasojima11, rodmart19, mcguire20, todorova22, chen12, escat.
"""

import re
from collections.abc import Iterator

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.pathology import is_breast
from nacdesk.domain.results import cannot, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline

MYC, MIR21 = "biomarkers.myc_ratio", "biomarkers.mir21"
GENES = ("biomarkers.tp53", "biomarkers.kras", "biomarkers.erbb2", "biomarkers.egfr", "biomarkers.pik3ca")
_HIGH, _NOT_HIGH = re.compile(r"(high|raised|elevated)\b", re.IGNORECASE), re.compile(r"(low|normal|negative|not (high|raised|elevated))\b", re.IGNORECASE)
_AMPLIFIED = re.compile(r"amplif(ied|ication)\b(?!.*\b(no|not|negative|absent|excluded|without|equivocal|suspected|possible|indeterminate)\b)", re.IGNORECASE | re.DOTALL)
_NOTE = "context note only"


def results(timeline: Timeline) -> Iterator[RuleResult]:
    """Each biomarker once: the latest result counts."""
    rules = timeline.catalog.rules
    yield myc(timeline, rules["BIO-01"])
    yield mir21(timeline, rules["BIO-02"])
    yield variants(timeline, rules["BIO-03"])


def myc(timeline: Timeline, rule: Rule) -> RuleResult:
    """BIO-01: the ratio of MYC to its centromere by FISH."""
    row, limit = timeline.settled(MYC)[0], rule.number("ratio")
    if row is None or row.quantity is None:
        return cannot(rule, "not tested", MYC)
    high = row.quantity.reaches(limit)
    if high is None:
        return cannot(rule, f"the ratio is only known as {row.quantity}", MYC, visit=row.visit, evidence=(row.id,))
    words = "amplified" if high else "not amplified"
    note = f"; {_NOTE}: in one published cohort a complete response was more frequent when amplified" if high else ""
    sentence = f"MYC ratio {row.quantity} ({timeline.when(row)}): {words}{note}."
    formula = f"{row.quantity} {'≥' if high else '<'} {limit}"
    return result(
        rule, "met" if high else "not_met", sentence, visit=row.visit, value=row.quantity.exact, value_is="ratio", operator=">=", threshold=limit,
        formula=formula, detail=f"{words}: {_NOTE}" if high else words, evidence=(row.id,),
    )  # fmt: skip


def mir21(timeline: Timeline, rule: Rule) -> RuleResult:
    """BIO-02: the word of the report with its assay; there is no unit and no threshold."""
    row, _ = timeline.settled(MIR21)
    if row is None or row.code is None:
        return cannot(rule, "not tested", MIR21)
    kept: dict[str, object] = {"visit": row.visit, "evidence": (row.id,)}
    if row.method is None:
        return cannot(rule, f"“{row.code}” is recorded without its assay, and there is no standard unit", "method", **kept)
    high = bool(_HIGH.match(row.code.strip()))
    if not high and not _NOT_HIGH.match(row.code.strip()):
        return cannot(rule, f"“{row.code}” by {row.method} has no standard unit and no threshold", **kept)
    sentence = f"Exosomal miR-21 {row.code} by {row.method} ({timeline.when(row)}): {_NOTE}, not standardised."
    return result(rule, "met" if high else "not_met", sentence, detail=_NOTE, **kept)


def variants(timeline: Timeline, rule: Rule) -> RuleResult:
    """BIO-03: what sequencing reported; it feeds the prerequisites of options and never a flag."""
    rows = [row for gene in GENES if (row := timeline.settled(gene)[0]) is not None and row.code is not None]
    if not rows:
        return cannot(rule, "not tested", *GENES)
    found = [row for row in rows if (row.code or "").strip().casefold() != "none"]
    told = wording.joined(_told(timeline, row) for row in rows)
    opened = amplified_erbb2(timeline) is not None
    detail = "enables HER2 options" if opened else _NOTE
    sentence = f"Variants: {told}; {'ERBB2 amplification counts for the prerequisites of HER2 options' if opened else 'context and prerequisites of options only'}."
    return result(rule, "met" if found else "not_met", sentence, detail=detail if found else "none found", evidence=tuple(row.id for row in rows))


def _told(timeline: Timeline, row: Observation) -> str:
    gene = timeline.catalog.analytes[row.analyte].name
    return f"{gene} {row.code}{f', {row.note}' if row.note else ''} ({timeline.when(row)})"


def amplified_erbb2(timeline: Timeline) -> Observation | None:
    """A reported ERBB2 amplification of a breast tumour."""
    row, _ = timeline.settled("biomarkers.erbb2")
    return row if is_breast(timeline) and row is not None and row.code is not None and _AMPLIFIED.match(row.code.strip()) else None
