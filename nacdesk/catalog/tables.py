"""Which keys each table of the catalogue has, and what each may hold."""

from collections.abc import Mapping
from typing import get_args

from nacdesk.catalog import parsers
from nacdesk.catalog.parsers import Parser, compared, day, factors, flag, labels, limits, number, numbers, one_of, share, text, texts, thresholds, whole
from nacdesk.domain.analytes import Kind, Scale
from nacdesk.domain.rules import SEVERITIES, TALLY_DOMAINS, Condition


def conditions(where: str, raw: object) -> tuple[Condition, ...]:
    """Prerequisites or cautions of an option."""
    return tuple(parsers.build(Condition, f"{where}[{place}]", entry, CONDITION) for place, entry in enumerate(parsers.entries(where, raw), 1))


CONVENTIONS: Mapping[str, Parser] = {"version": text, "statement": text, "evidence_note": text, "numbers": numbers, "contexts": labels}
SIGNATURE: Mapping[str, Parser] = {"by": text, "on": day, "digest": text, "remarks": text}
SOURCE: Mapping[str, Parser] = {
    "authors": text, "title": text, "journal": text, "year": whole, "doi": text,
    "status": one_of("published", "unreviewed"), "doi_status": one_of("seen", "sure", "unverified"),
}  # fmt: skip
ANALYTE: Mapping[str, Parser] = {
    "label": text, "short": text, "kind": one_of(*get_args(Kind)), "unit": text, "alternatives": factors, "codes": texts,
    "limits": limits, "node_limits": limits, "decimals": whole, "scale": one_of(*get_args(Scale)), "panel": text,
    "per_lesion": one_of("yes", "no", "either"), "same_method": flag, "limit_for_nd": flag, "has_uln": flag,
    "needs_segmentation": flag, "derived": flag, "stable": flag,
}  # fmt: skip
RULE: Mapping[str, Parser] = {
    "name": text, "domain": text, "severity": one_of(*SEVERITIES), "grade": one_of("A", "B", "C", "D", "n/a"),
    "status": one_of("published", "project_convention", "unreviewed"), "says": text, "boundary": text, "minimum_data": text, "cannot": text, "is_not": text,
    "unit": text, "thresholds": thresholds, "sources": texts, "flag": flag, "tally": one_of(*TALLY_DOMAINS), "raises_band": flag,
    "contexts": texts,
}  # fmt: skip
CONDITION: Mapping[str, Parser] = {"field": text, "op": one_of("eq", "in", "lt", "le", "gt", "ge"), "value": compared, "note": text}
OPTION: Mapping[str, Parser] = {
    "name": text, "context": text, "category": text, "wording": text, "prerequisites": conditions, "cautions": conditions, "trade_offs": text,
    "evidence_level": text, "escat": text, "investigational_only": flag, "checklist": texts, "sources": texts,
}  # fmt: skip
TEST: Mapping[str, Parser] = {
    "test": text, "target": text, "contexts": texts, "sources": texts, "sensitivity": share, "specificity": share, "predictive_value": number,
}  # fmt: skip
REGIMEN: Mapping[str, Parser] = {
    "context": text, "cycle_length": whole, "course": text, "planned_cycles": whole, "kind": one_of("chemotherapy", "chemoradiation", "endocrine", "immunotherapy"),
    "immune": flag, "assessment": text, "evidence": text, "sources": texts,
}  # fmt: skip
