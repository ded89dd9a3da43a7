"""A review as JSON: names and shapes of `review --json`. Numbers are unrounded; absent is null, never 0."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from nacdesk.domain.judgements import MatchedOption, PetReview, ReaderReview, Review, SeriesReview, SizeReview, VisitReview
from nacdesk.domain.options import words
from nacdesk.domain.rules import Catalog, Rule, RuleResult

Json = dict[str, Any]


def to_json(review: Review) -> Json:
    """One object a case, ready for `json.dumps`."""
    case = review.history.case
    return {
        "case": case.key,
        "as_of": review.as_of.isoformat() if review.as_of else None,
        "rule_set": rule_set(review.catalog),
        "fictitious": case.fictitious,
        "visits": [_visit(row) for row in review.visits],
        "best_overall_response": {
            "unconfirmed": review.best.unconfirmed,
            "confirmed": review.best.confirmed,
            "min_sd_days": review.best.min_sd_days,
            "reason": review.best.reason,
        },
        "gcig": _gcig(review),
        "rcb": {
            "index": number(review.rcb.index),
            "class": review.rcb.rcb_class,
            "primary_term": number(review.rcb.primary_term),
            "node_term": number(review.rcb.node_term),
            "class_reported": review.rcb.class_reported,
            "reason": review.rcb.reason,
        },
        "kinetics": _kinetics(review),
        "resistance": [{"state": row.state, "limb": row.limb, "rule": row.rule} for row in review.resistance],
        "rules": [_rule(review, row) for row in review.rules],
        "flags": [{"number": flag.number, "id": flag.result.rule, "severity": flag.result.severity, "sentence": flag.result.sentence} for flag in review.flags],
        "tally": {domain: {"met": row.met, "evaluable": row.evaluable, "not_evaluable": row.not_evaluable} for domain, row in review.tally.items()},
        "band": review.band,
        "options": [_option(one) for one in review.options],
        "readiness": [{"item": row.item, "state": row.state, "age_days": row.age_days} for row in review.readiness],
        "baseline": dict(review.baseline),
        "warnings": list(review.warnings),
        "readers": [_reader(review, one) for one in review.readers],
        "reader_notes": [{"about": note.about, "visit": _named(review, note.visit), "sentence": note.sentence} for note in review.reader_notes],
    }


def rule_set(catalog: Catalog) -> Json:
    """The catalogue in force."""
    reviewed = catalog.reviewed
    return {
        "version": catalog.version,
        "digest": catalog.digest,
        "site": catalog.site or None,
        "overrides": list(catalog.overrides),
        "reviewed_by": None if reviewed is None else {"name": reviewed.by, "date": reviewed.on, "remarks": reviewed.remarks},
    }


def rule(entry: Rule) -> Json:
    """One rule of the catalogue."""
    return {
        "id": entry.id,
        "name": entry.name,
        "severity": entry.severity,
        "grade": entry.grade,
        "status": entry.status,
        "says": entry.says,
        "boundary": entry.boundary,
        "minimum_data": entry.minimum_data,
        "is_not": entry.is_not or None,
        "unit": entry.unit or None,
        "thresholds": {key: _threshold(value) for key, value in entry.thresholds.items()},
        "flag": entry.flag,
        "tally": entry.tally,
        "raises_band": entry.raises_band,
        "contexts": list(entry.contexts),
        "sources": list(entry.sources),
        "kind": entry.kind or None,
        "changed": entry.by_site or None,
    }


def _threshold(value: Decimal | tuple[Decimal, ...] | str) -> object:
    if isinstance(value, tuple):
        return [number(one) for one in value]
    return number(value) if isinstance(value, Decimal) else value


def number(value: Decimal | None) -> float | int | None:
    """A decimal as a JSON number, unrounded; a whole one without a point."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)


def _visit(row: VisitReview) -> Json:
    return {
        "visit": row.visit.name,
        "date": row.date.isoformat() if row.date else None,
        "day": row.day,
        "cycle": row.cycle,
        "cycle_entered": row.cycle_entered,
        "reader": row.reader,
        "warnings": list(row.warnings),
        "size": None if row.size is None else _size(row.size),
        "pet": None if row.pet is None else _pet(row.pet),
        "ctdna": {key: _series(line, marker=False) for key, line in row.ctdna.items()},
        "markers": {key: _series(line, marker=True) for key, line in row.markers.items()},
    }


def _size(size: SizeReview) -> Json:
    return {
        "sum_mm": number(size.sum_mm),
        "nadir_mm": number(size.nadir_mm),
        "change_from_baseline_pct": number(size.change_from_baseline_pct),
        "change_from_nadir_pct": number(size.change_from_nadir_pct),
        "target": size.target,
        "non_target": size.non_target,
        "new_lesion": size.new_lesion,
        "overall": size.overall,
        "provisional": size.provisional,
        "irecist": size.irecist,
        "who": size.who,
        "reason": size.reason,
    }


def _reader(review: Review, one: ReaderReview) -> Json:
    visits = [{"visit": _named(review, visit), "accepted": visit in one.counting, **_size(size)} for visit, size in one.sizes.items()]
    return {"reader": one.reader, "baseline": one.baseline, "visits": visits}


def _named(review: Review, visit: str | None) -> str | None:
    return next((one.name for one in review.history.visits if one.id == visit), None)


def _pet(pet: PetReview) -> Json:
    return {
        "suvmax": number(pet.suvmax.exact) if pet.suvmax else None,
        "change_pct": number(pet.change_pct),
        "eortc": pet.eortc,
        "percist": pet.percist,
        "reason": "; ".join(dict.fromkeys(text for text in (pet.reason, pet.percist_reason) if text)) or None,
    }


def _series(line: SeriesReview, marker: bool) -> Json:
    quantity = line.quantity
    answer: Json = {"value": number(quantity.value), "comparator": quantity.comparator, "unit": quantity.unit, "change_pct": number(line.change_pct)}
    if marker:
        return {**answer, "uln": number(line.uln)}
    return {**answer, "limit": number(quantity.limit), "bound": line.bound}


def _gcig(review: Review) -> Json:
    """`date` is that of the progression, without one that of the response."""
    row = review.gcig
    when = row.progression_date or row.response_date
    return {
        "response": row.response,
        "response_date": row.response_date.isoformat() if row.response_date else None,
        "progression": row.progression,
        "group": row.group,
        "date": when.isoformat() if when else None,
        "reason": row.reason,
    }


def _kinetics(review: Review) -> Json:
    empty: Json = dict.fromkeys(("doubling_days", "sgr_per_day", "tgr_pct_month", "g", "d", "depth_pct"))
    found: Mapping[str, Any] = {key: number(value) if isinstance(value, Decimal) else value for key, value in review.kinetics.items()}
    return {**empty, **found}


def _rule(review: Review, row: RuleResult) -> Json:
    entry = review.catalog.rules[row.rule]
    return {
        "id": row.rule,
        "name": entry.name,
        "state": row.state,
        "severity": row.severity,
        "flag": entry.flag,
        "visit": _named(review, row.visit),
        "sentence": row.sentence,
        "value": number(row.value),
        "value_is": row.value_is,
        "operator": row.operator,
        "threshold": number(row.threshold),
        "unit": row.unit or None,
        "formula": row.formula or None,
        "detail": row.detail,
        "evidence": list(row.evidence),
        "missing": list(row.missing),
        "reason": row.reason,
        "grade": entry.grade,
        "status": entry.status,
        "sources": list(entry.sources),
        "changed": entry.by_site or None,
    }


def _option(matched: MatchedOption) -> Json:
    option = matched.option
    return {
        "id": option.id,
        "group": matched.group,
        "name": option.name,
        "wording": option.wording,
        "prerequisites": [
            {"field": one.condition.field, "needs": words(one.condition, one.condition.field), "state": one.state, "text": one.text} for one in matched.prerequisites
        ],
        "cautions": [{"field": one.condition.field, "state": one.state, "text": one.text} for one in matched.cautions],
        "investigational_only": option.investigational_only,
        "checklist": list(option.checklist),
        "evidence_level": option.evidence_level,
        "escat": option.escat,
        "sources": list(option.sources),
    }
