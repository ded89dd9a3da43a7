"""The wording of a review: what every sentence must and must not hold. Every review a test makes passes here."""

import re
from collections.abc import Iterator

from nacdesk.domain.judgements import Review

FORBIDDEN = re.compile(r"\b(?:(?i:recommended|switch to|resistant patient|brief|lay|lay_clai[m])|None|Decimal|True|False)\b")
BEGINNING = re.compile("[A-Z0-9+\u2212]|ctDNA\\b")
HYPHEN_FOR_MINUS = re.compile(r"(?:^|[\s(×/=≥≤<>])-\d")  # a true minus is U+2212; "2026-01" and "1e-6" are none
SLIPS = re.compile(r"\.\.|;\s*;|\s[,;.:](?=\s|$)|  |: \.|, ,|\(\)|\d[Ee][-+]\d")


def texts(judged: Review) -> Iterator[tuple[str, str]]:
    """Every text of a review with where it stands."""
    for one in judged.rules:
        yield f"{one.rule} sentence", one.sentence
        yield f"{one.rule} formula", one.formula
        yield f"{one.rule} reason", one.reason or ""
    for text in judged.warnings:
        yield "warning", text
    for note in judged.reader_notes:
        yield "readers", note.sentence
    for answer in judged.answers:
        for part in (answer.label, answer.value, answer.extra, answer.note):
            yield f"answer {answer.label}", part
    for row in judged.visits:
        for reason in (row.size.reason if row.size else None, row.pet.reason if row.pet else None):
            yield f"visit {row.visit.name}", reason or ""


def proofread(judged: Review) -> None:
    """Fail on the first text that must not be read by a user."""
    for where, text in texts(judged):
        for fault in (FORBIDDEN, HYPHEN_FOR_MINUS, SLIPS):
            found = fault.search(text)
            assert found is None, f"{where}: {found.group()!r} in “{text}”"
    for text in (*judged.warnings, *(note.sentence for note in judged.reader_notes)):
        assert text.endswith("."), text
    known = {row.id for row in judged.history.observations}
    for one in judged.rules:
        assert known.issuperset(one.evidence), one.rule
        assert len(set(one.evidence)) == len(one.evidence), one.rule
        assert one.sentence.endswith("."), one.sentence
        assert BEGINNING.match(one.sentence), one.sentence
        if one.state in ("not_evaluable", "not_applicable"):
            assert one.reason, one.rule
            assert one.reason in one.sentence, one.sentence
        else:
            assert one.reason is None, one.sentence
        if one.threshold is not None:
            assert one.operator, one.rule
