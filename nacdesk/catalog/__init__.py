"""Reads the catalogue: `resources/catalog/*.toml` to the domain's `Catalog`, and refuses what makes no sense.

Every clinical number and every sentence about a rule stands in those files and nowhere else, so
nothing in them is guessed or skipped: an unknown key, a missing source, a range upside down or a
directive word stops the program at its start, with the file and the line or key that is wrong.
A hospital's own changes stand in a file of its own and are checked as strictly (`site`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from nacdesk import paths
from nacdesk.catalog.checks import DERIVED_FIELDS, DIRECTIVE, check_analyte, check_known, check_option, check_rule, worded
from nacdesk.catalog.notes import notes
from nacdesk.catalog.parsers import Wrong, build, each, refuse, toml
from nacdesk.catalog.tables import ANALYTE, CONVENTIONS, OPTION, REGIMEN, RULE, SIGNATURE, SOURCE, TEST
from nacdesk.domain.analytes import Analyte
from nacdesk.domain.rules import Catalog, ClinicalReview, Context, Option, Regimen, Rule, SingleTest, Source
from nacdesk.errors import UserError

__all__ = ["DERIVED_FIELDS", "DIRECTIVE", "FILES", "REVIEW", "load"]

FILES = ("analytes.toml", "conventions.toml", "notes.toml", "options.toml", "ratios.toml", "regimens.toml", "rules.toml", "sources.toml")
REVIEW = "review.toml"  # optional: who signed exactly those files; not part of their digest
_SITE = "site.toml"  # what a hospital changed


def load(folder: Path | None = None, site: str | None = None) -> Catalog:
    """Read and check the whole catalogue.

    Args:
        folder: holds the files of `FILES` and perhaps `review.toml`; None for the shipped catalogue.
        site: text of a site file, None for none. It belongs to the digest, so `review.toml` does not speak of it.

    Raises:
        UserError: a file is missing, unreadable, unknown or wrong; names the file and the line or key.
    """
    try:
        return _read(_contents(folder or paths.resources() / "catalog"), site)
    except Wrong as wrong:
        raise UserError(f"The rule set was not loaded: {wrong}.", "Correct the file or install nacdesk again.") from None


def _read(contents: Mapping[str, bytes], site: str | None) -> Catalog:
    tables = {name: _toml(name, content) for name, content in contents.items()}
    digest = _digest(contents)
    conventions = build(_Conventions, "conventions.toml", tables["conventions.toml"], CONVENTIONS)
    sources = each(Source, "key", "sources.toml", tables, SOURCE)
    analytes = each(Analyte, "id", "analytes.toml", tables, ANALYTE)
    written = each(Rule, "id", "rules.toml", tables, RULE)
    rules = {name: worded(f"rules.toml, {name}", rule) for name, rule in written.items()}
    options = each(Option, "id", "options.toml", tables, OPTION)
    regimens = each(Regimen, "name", "regimens.toml", tables, REGIMEN)
    tests = each(SingleTest, "id", "ratios.toml", tables, TEST)

    for name, analyte in analytes.items():
        check_analyte(f"analytes.toml, {name}", analyte)
    for name, rule in rules.items():
        check_rule(f"rules.toml, {name}", rule, sources, conventions.contexts)
    for name, option in options.items():
        check_option(f"options.toml, {name}", option, sources, conventions.contexts, analytes)
    for name, regimen in regimens.items():
        where = f"regimens.toml, {name}"
        check_known(f"{where}.sources", regimen.sources, sources, "source")
        check_known(f"{where}.context", (regimen.context,), conventions.contexts, "context")
    for name, test in tests.items():
        check_known(f"ratios.toml, {name}.sources", test.sources, sources, "source")
        check_known(f"ratios.toml, {name}.contexts", test.contexts, conventions.contexts, "context")
    intended_use, mechanisms, claims = notes(tables["notes.toml"], sources, rules, options)
    reviewed = _reviewed(tables[REVIEW], digest) if REVIEW in tables else None
    hospital = ""
    overrides: tuple[str, ...] = ()
    if site is not None:
        from nacdesk.catalog.site import changed

        hospital, rules, overrides = changed(site, written, rules, sources, conventions.contexts)
        digest, reviewed = _digest({**contents, _SITE: site.encode()}, (*FILES, _SITE)), None
    return Catalog(
        version=conventions.version,
        digest=digest,
        analytes=analytes,
        rules=rules,
        options=tuple(options.values()),
        regimens=tuple(regimens.values()),
        contexts={key: Context(key, label) for key, label in conventions.contexts.items()},
        sources=sources,
        conventions=conventions.numbers,
        statement=conventions.statement,
        evidence_note=conventions.evidence_note,
        reviewed=reviewed,
        overrides=overrides,
        tests=tuple(tests.values()),
        intended_use=intended_use,
        mechanisms=mechanisms,
        claims=claims,
        site=hospital,
    )


# Files


def _contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file by name; the folder of mappings is not the catalogue's."""
    contents = {path.name: _bytes(path) for path in folder.glob("*.toml")}
    for name in FILES:
        if name not in contents:
            refuse(name, "the file is missing")
    for name in contents:
        if name not in (*FILES, REVIEW):
            refuse(name, f"not a file of the catalogue, which holds {', '.join(FILES)} and perhaps {REVIEW}")
    return contents


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(path.name, f"cannot be read ({error.strerror})")


def _toml(name: str, content: bytes) -> dict[str, object]:
    try:
        return toml(name, content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        refuse(f"{name}, line {line}", "the text is not UTF-8")


def _digest(contents: Mapping[str, bytes], names: Sequence[str] = FILES) -> str:
    """sha256, hex, over names and bytes of the catalogue's files."""
    total = hashlib.sha256()
    for name in names:
        total.update(f"{name}\n{len(contents[name])}\n".encode())
        total.update(contents[name])
    return total.hexdigest()


def _reviewed(table: dict[str, object], digest: str) -> ClinicalReview:
    """Who signed these files. A signature on any other content is refused, never carried over."""
    signed = build(_Signature, REVIEW, table, SIGNATURE)
    if signed.digest != digest:
        refuse(f"{REVIEW}, digest", f"the clinical review speaks of another rule set; this one is {digest}")
    return ClinicalReview(signed.by, signed.on, signed.remarks)


@dataclass(frozen=True, slots=True)
class _Conventions:
    version: str
    statement: str
    evidence_note: str
    numbers: Mapping[str, Decimal]
    contexts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Signature:
    by: str
    on: str
    digest: str
    remarks: str = ""
