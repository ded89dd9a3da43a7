"""A review as plain text for a terminal: the same sentences as on screen and paper."""

from collections.abc import Iterator

from nacdesk.domain import wording
from nacdesk.domain.judgements import Review
from nacdesk.domain.rules import SHAPES, Rule


def to_text(review: Review) -> str:
    """The case in about a screenful."""
    return "\n".join(_lines(review))


def _lines(review: Review) -> Iterator[str]:
    case, catalog = review.history.case, review.catalog
    patient = case.patient
    born = f", born {patient.birth_date.isoformat()}" if patient.birth_date else ""
    yield f"{case.key}  {patient.name or 'name not recorded'}{born}, MRN {patient.mrn or 'not recorded'}" + ("  FICTITIOUS" if case.fictitious else "")
    as_of = wording.day(review.as_of) if review.as_of else "no dates recorded"
    yield f"  as of {as_of}; rule set {catalog.version} ({catalog.digest[:8]}), {catalog.standing}"
    if catalog.overrides:
        yield f"  {wording.counted(len(catalog.overrides), 'rule')} changed by {catalog.site}"
    for answer in review.answers:
        yield f"  {answer.label}: {' '.join(part for part in (answer.value, answer.extra) if part)} ({answer.note})"
    yield from _results(review)
    groups = {"matched": "Options to discuss", "not_recorded": "Prerequisite not recorded", "not_met": "Prerequisite not met"}
    for group, title in groups.items():
        names = [
            f"{one.option.id} {one.option.name}" + (" (investigational: trial setting only)" if one.option.investigational_only else "")
            for one in review.options
            if one.group == group
        ]
        if names:
            yield f"  {title}: {'; '.join(names)}"
    yield f"  Concern band: {review.band or catalog.rules['SCO-02'].mark or 'not shown, nothing evaluable'}"
    for note in review.reader_notes:
        if note.about != "value":
            yield f"  Readers: {note.sentence}"
    if unlike := sum(note.about == "value" for note in review.reader_notes):
        yield f"  Readers: {wording.counted(unlike, 'single value')} read unlike; --json lists them."
    for warning in review.warnings:
        yield f"  Note: {warning}"


def _results(review: Review) -> Iterator[str]:
    rules = review.catalog.rules
    yield "  Criteria met:" + ("" if review.flags else " none")
    for flag in review.flags:
        rule = rules[flag.result.rule]
        quoted = "; widely quoted threshold, no primary source found" if rule.status == "unreviewed" else ""
        yield f"    {flag.number} {SHAPES[flag.result.severity]} {flag.result.severity}  {rule.name} [{rule.id}, grade {rule.grade}{quoted}]"
        yield f"        {flag.result.sentence}"
        if rule.changed:
            yield f"        {rule.changed}"
    if review.cannot:
        yield "  Not evaluable:"
        for one in review.cannot:
            yield f"    {_named(rules[one.rule])}: {one.reason}"
    if review.clear:
        yield f"  Not met: {'; '.join(_named(rules[one.rule]) for one in review.clear)}"
    for rule in rules.values():
        if rule.off:
            yield f"  {rule.name} [{rule.id}]: {rule.off}"


def _named(rule: Rule) -> str:
    return f"{rule.name} [{rule.id}{f', {rule.mark}' if rule.mark else ''}]"
