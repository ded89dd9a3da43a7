"""`notes.toml`: what is there to be read. No judgement looks at it, and it is checked as strictly as the rest."""

from collections.abc import Mapping
from dataclasses import dataclass

from nacdesk.catalog.checks import check_known, check_words
from nacdesk.catalog.parsers import Parser, build, each, table, text, texts
from nacdesk.domain.notes import IntendedUse, MechanismNote, QuotedClaim
from nacdesk.domain.rules import Option, Rule, Source

FILE = "notes.toml"

_INTENDED_USE: Mapping[str, Parser] = {"purpose": texts, "users": texts, "limits": texts}
_MECHANISM: Mapping[str, Parser] = {"name": text, "text": text, "sources": texts}
_CLAIM: Mapping[str, Parser] = {"claim": text, "found": text, "verdict": text, "handling": text, "sources": texts, "see": texts}


@dataclass(frozen=True, slots=True)
class _Notes:
    intended_use: dict[str, object]
    mechanism: dict[str, object]
    claim: dict[str, object]


def notes(
    raw: dict[str, object], sources: Mapping[str, Source], rules: Mapping[str, Rule], options: Mapping[str, Option]
) -> tuple[IntendedUse, tuple[MechanismNote, ...], tuple[QuotedClaim, ...]]:
    """Intended use, mechanism notes and quoted claims; every source, rule and option they name is known."""
    found = build(_Notes, FILE, raw, {"intended_use": table, "mechanism": table, "claim": table})
    use = build(IntendedUse, f"{FILE}, intended_use", found.intended_use, _INTENDED_USE)
    for sentence in use.sentences:
        check_words(f"{FILE}, intended_use", sentence=sentence)
    tables = {f"{FILE}, mechanism": found.mechanism, f"{FILE}, claim": found.claim}
    mechanisms = each(MechanismNote, "id", f"{FILE}, mechanism", tables, _MECHANISM)
    claims = each(QuotedClaim, "id", f"{FILE}, claim", tables, _CLAIM)
    for note in mechanisms.values():
        where = f"{FILE}, mechanism, {note.id}"
        check_known(f"{where}.sources", note.sources, sources, "source")
        check_words(where, text=note.text)
    for claim in claims.values():
        where = f"{FILE}, claim, {claim.id}"
        check_known(f"{where}.sources", claim.sources, sources, "source")
        check_known(f"{where}.see", claim.see, {**rules, **options}, "rule or option")
        check_words(where, claim=claim.claim, found=claim.found, verdict=claim.verdict, handling=claim.handling)
    return use, tuple(mechanisms.values()), tuple(claims.values())
