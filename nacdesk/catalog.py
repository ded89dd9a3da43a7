"""Reads the catalogue: `resources/catalog/*.toml` to the domain's `Catalog`, and refuses what makes no sense.

Every clinical number and every sentence about a rule stands in those files and nowhere else, so
nothing in them is guessed or skipped: an unknown key, a missing source, a range upside down or a
directive word stops the program at its start, with the file and the line or key that is wrong.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar, get_args

import tomli

from nacdesk import paths
from nacdesk.domain.analytes import Analyte, Kind, Limits, Scale
from nacdesk.domain.quantity import plain
from nacdesk.domain.rules import SEVERITIES, TALLY_DOMAINS, Catalog, ClinicalReview, Condition, Context, Option, Regimen, Rule, Share, SingleTest, Source, Status
from nacdesk.errors import UserError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FILES = ("analytes.toml", "conventions.toml", "options.toml", "ratios.toml", "regimens.toml", "rules.toml", "sources.toml")
REVIEW = "review.toml"  # optional: who signed exactly those files; not part of their digest

# What a condition may ask for besides analytes: it follows from the case or from a rule.
DERIVED_FIELDS: Mapping[str, tuple[str, ...]] = {"stage.clinical": ("I", "II", "III", "IV"), "pathology.pcr": ("yes", "no")}

OPTION_PREFIX = "Option to discuss"
DIRECTIVE = re.compile(r"\b(recommend\w*|switch to|should|must|ought to|has to|have to|is indicated|resistant patients?)\b", re.IGNORECASE)

T = TypeVar("T", bound="DataclassInstance")
Parser = Callable[[str, object], object]


def load(folder: Path | None = None) -> Catalog:
    """Read and check the whole catalogue.

    Args:
        folder: holds the files of `FILES` and perhaps `review.toml`; None for the shipped catalogue.

    Raises:
        UserError: a file is missing, unreadable, unknown or wrong; names the file and the line or key.
    """
    contents = _contents(folder or paths.resources() / "catalog")
    tables = {name: _toml(name, content) for name, content in contents.items()}
    digest = _digest(contents)
    conventions = _build(_Conventions, "conventions.toml", tables["conventions.toml"], _CONVENTIONS)
    sources = _each(Source, "key", "sources.toml", tables, _SOURCE)
    analytes = _each(Analyte, "id", "analytes.toml", tables, _ANALYTE)
    rules = {name: _worded(f"rules.toml, {name}", rule) for name, rule in _each(Rule, "id", "rules.toml", tables, _RULE).items()}
    options = _each(Option, "id", "options.toml", tables, _OPTION)
    regimens = _each(Regimen, "name", "regimens.toml", tables, _REGIMEN)
    tests = _each(SingleTest, "id", "ratios.toml", tables, _TEST)

    for name, analyte in analytes.items():
        _check_analyte(f"analytes.toml, {name}", analyte)
    for name, rule in rules.items():
        _check_rule(f"rules.toml, {name}", rule, sources, conventions.contexts)
    for name, option in options.items():
        _check_option(f"options.toml, {name}", option, sources, conventions.contexts, analytes)
    for name, regimen in regimens.items():
        where = f"regimens.toml, {name}"
        _check_known(f"{where}.sources", regimen.sources, sources, "source")
        _check_known(f"{where}.context", (regimen.context,), conventions.contexts, "context")
    for name, test in tests.items():
        _check_known(f"ratios.toml, {name}.sources", test.sources, sources, "source")
        _check_known(f"ratios.toml, {name}.contexts", test.contexts, conventions.contexts, "context")
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
        reviewed=_reviewed(tables[REVIEW], digest) if REVIEW in tables else None,
        tests=tuple(tests.values()),
    )


# Files


def _contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file by name; the folder of mappings is not the catalogue's."""
    contents = {path.name: _bytes(path) for path in folder.glob("*.toml")}
    for name in FILES:
        if name not in contents:
            _refuse(name, "the file is missing")
    for name in contents:
        if name not in (*FILES, REVIEW):
            _refuse(name, f"not a file of the catalogue, which holds {', '.join(FILES)} and perhaps {REVIEW}")
    return contents


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        _refuse(path.name, f"cannot be read ({error.strerror})")


def _toml(name: str, content: bytes) -> dict[str, object]:
    """The table of a file; its decimals stay decimals."""
    try:
        return tomli.loads(content.decode("utf-8"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        _refuse(f"{name}, line {line}", "the text is not UTF-8")
    except tomli.TOMLDecodeError as error:  # its message ends with line and column
        _refuse(name, str(error))


def _digest(contents: Mapping[str, bytes]) -> str:
    """sha256, hex, over names and bytes of the catalogue's files."""
    total = hashlib.sha256()
    for name in FILES:
        total.update(f"{name}\n{len(contents[name])}\n".encode())
        total.update(contents[name])
    return total.hexdigest()


def _reviewed(table: dict[str, object], digest: str) -> ClinicalReview:
    """Who signed these files. A signature on any other content is refused, never carried over."""
    signed = _build(_Signature, REVIEW, table, _SIGNATURE)
    if signed.digest != digest:
        _refuse(f"{REVIEW}, digest", f"the clinical review speaks of another rule set; this one is {digest}")
    return ClinicalReview(signed.by, signed.on, signed.remarks)


def _refuse(where: str, what: str) -> NoReturn:
    raise UserError(f"The rule set was not loaded: {where}: {what}.", "Correct the file or install nacdesk again.")


# Tables to dataclasses: one parser a key, the dataclass says which keys are needed


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


@cache
def _needed(shape: type["DataclassInstance"]) -> frozenset[str]:
    return frozenset(field.name for field in fields(shape) if field.default is MISSING and field.default_factory is MISSING)


def _build(shape: type[T], where: str, raw: object, parsers: Mapping[str, Parser], **given: str) -> T:
    """A dataclass from a table whose keys are exactly those of `parsers`, the needed ones all there."""
    table = _table(where, raw)
    for key in table:
        if key not in parsers:
            _refuse(_at(where, key), f"unknown key; the keys are {', '.join(parsers)}")
    for key in parsers:
        if key in _needed(shape) and key not in table:
            _refuse(_at(where, key), "the key is missing")
    return shape(**given, **{key: parsers[key](_at(where, key), value) for key, value in table.items()})


def _each(shape: type[T], key: str, file: str, tables: Mapping[str, dict[str, object]], parsers: Mapping[str, Parser]) -> dict[str, T]:
    """Every entry of a file by its name, in the file's order. TOML itself refuses a name used twice."""
    return {name: _build(shape, f"{file}, {name}", raw, parsers, **{key: name}) for name, raw in tables[file].items()}


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if ", " in where else f"{where}, {key}"


# Parsers: (where, raw) to a value, or a refusal


def _table(where: str, raw: object) -> dict[str, object]:
    return raw if isinstance(raw, dict) else _refuse(where, "must be a table")


def _list(where: str, raw: object) -> list[object]:
    return raw if isinstance(raw, list) and raw else _refuse(where, "must be a list with at least one entry")


def _text(where: str, raw: object) -> str:
    return raw if isinstance(raw, str) and raw.strip() == raw and raw else _refuse(where, "must be text, not blank and without blanks around it")


def _flag(where: str, raw: object) -> bool:
    return raw if isinstance(raw, bool) else _refuse(where, "must be true or false")


def _whole(where: str, raw: object) -> int:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0 else _refuse(where, "must be a whole number, 0 or more")


def _number(where: str, raw: object) -> Decimal:
    if isinstance(raw, int | Decimal) and not isinstance(raw, bool) and (number := Decimal(raw)).is_finite():
        return number
    _refuse(where, "must be a number")


def _one_of(*allowed: str) -> Parser:
    def parse(where: str, raw: object) -> str:
        return raw if isinstance(raw, str) and raw in allowed else _refuse(where, f"{raw!r} is none of {', '.join(allowed)}")

    return parse


def _texts(where: str, raw: object) -> tuple[str, ...]:
    texts = tuple(_text(where, entry) for entry in _list(where, raw))
    return texts if len(set(texts)) == len(texts) else _refuse(where, "an entry is there twice")


def _span(where: str, raw: object) -> tuple[Decimal, ...]:
    """Two or more rising numbers."""
    numbers = tuple(_number(where, entry) for entry in _list(where, raw))
    rising = len(numbers) > 1 and all(low < high for low, high in pairwise(numbers))
    return numbers if rising else _refuse(where, "must be two or more rising numbers")


def _numbers(where: str, raw: object) -> dict[str, Decimal]:
    return {key: _number(_at(where, key), value) for key, value in _table(where, raw).items()}


def _labels(where: str, raw: object) -> dict[str, str]:
    return {key: _text(_at(where, key), value) for key, value in _table(where, raw).items()}


def _factors(where: str, raw: object) -> dict[str, Decimal]:
    factors = _numbers(where, raw)
    return factors if all(factor > 0 for factor in factors.values()) else _refuse(where, "a factor must be above zero")


def _limits(where: str, raw: object) -> Limits:
    """`{ hard = [low, high], usual = [low, high] }`, the usual range within the hard one."""
    table = _table(where, raw)
    if not {"hard", "usual"} <= table.keys() <= {"hard", "usual", "min_exclusive"}:
        _refuse(where, "the keys are hard, usual and perhaps min_exclusive")
    hard, usual = _span(f"{where}.hard", table["hard"]), _span(f"{where}.usual", table["usual"])
    if len(hard) != 2 or len(usual) != 2 or not hard[0] <= usual[0] < usual[1] <= hard[1]:
        _refuse(where, "the usual range must lie within the hard one, each as [low, high]")
    return Limits(hard[0], hard[1], usual[0], usual[1], _flag(f"{where}.min_exclusive", table.get("min_exclusive", False)))


def _share(where: str, raw: object) -> Share:
    """`{ value = 0.67, interval = [0.62, 0.72] }`, all between 0 and 1, the value within its interval."""
    table = _table(where, raw)
    if table.keys() != {"value", "interval"}:
        _refuse(where, "the keys are value and interval")
    value, interval = _number(f"{where}.value", table["value"]), _span(f"{where}.interval", table["interval"])
    if len(interval) != 2 or not 0 < interval[0] <= value <= interval[1] < 1:
        _refuse(where, "the value must lie within its interval, all between 0 and 1")
    return Share(value, interval[0], interval[1])


def _thresholds(where: str, raw: object) -> dict[str, Decimal | tuple[Decimal, ...] | str]:
    return {key: _threshold(_at(where, key), value) for key, value in _table(where, raw).items()}


def _threshold(where: str, raw: object) -> Decimal | tuple[Decimal, ...] | str:
    if isinstance(raw, list):
        return _span(where, raw)
    return _text(where, raw) if isinstance(raw, str) else _number(where, raw)


def _conditions(where: str, raw: object) -> tuple[Condition, ...]:
    return tuple(_build(Condition, f"{where}[{place}]", entry, _CONDITION) for place, entry in enumerate(_list(where, raw), 1))


def _compared(where: str, raw: object) -> Decimal | str | tuple[str, ...]:
    if isinstance(raw, list):
        return _texts(where, raw)
    return _text(where, raw) if isinstance(raw, str) else _number(where, raw)


def _day(where: str, raw: object) -> str:
    return raw.isoformat() if type(raw) is date else _refuse(where, "must be a date such as 2026-03-31")


_CONVENTIONS: Mapping[str, Parser] = {"version": _text, "statement": _text, "evidence_note": _text, "numbers": _numbers, "contexts": _labels}
_SIGNATURE: Mapping[str, Parser] = {"by": _text, "on": _day, "digest": _text, "remarks": _text}
_SOURCE: Mapping[str, Parser] = {
    "authors": _text, "title": _text, "journal": _text, "year": _whole, "doi": _text,
    "status": _one_of("published", "unreviewed"), "doi_status": _one_of("seen", "sure", "unverified"),
}
_ANALYTE: Mapping[str, Parser] = {
    "label": _text, "short": _text, "kind": _one_of(*get_args(Kind)), "unit": _text, "alternatives": _factors, "codes": _texts,
    "limits": _limits, "node_limits": _limits, "decimals": _whole, "scale": _one_of(*get_args(Scale)), "panel": _text,
    "per_lesion": _one_of("yes", "no", "either"), "same_method": _flag, "limit_for_nd": _flag, "has_uln": _flag,
    "needs_segmentation": _flag, "derived": _flag, "stable": _flag,
}
_RULE: Mapping[str, Parser] = {
    "name": _text, "domain": _text, "severity": _one_of(*SEVERITIES), "grade": _one_of("A", "B", "C", "D", "n/a"),
    "status": _one_of(*get_args(Status)), "says": _text, "boundary": _text, "minimum_data": _text, "cannot": _text, "is_not": _text,
    "unit": _text, "thresholds": _thresholds, "sources": _texts, "flag": _flag, "tally": _one_of(*TALLY_DOMAINS), "raises_band": _flag,
    "contexts": _texts,
}
_CONDITION: Mapping[str, Parser] = {"field": _text, "op": _one_of("eq", "in", "lt", "le", "gt", "ge"), "value": _compared, "note": _text}
_OPTION: Mapping[str, Parser] = {
    "name": _text, "context": _text, "category": _text, "wording": _text, "prerequisites": _conditions, "cautions": _conditions, "trade_offs": _text,
    "evidence_level": _text, "escat": _text, "investigational_only": _flag, "sources": _texts,
}
_TEST: Mapping[str, Parser] = {
    "test": _text, "target": _text, "contexts": _texts, "sources": _texts, "sensitivity": _share, "specificity": _share, "predictive_value": _number,
}
_REGIMEN: Mapping[str, Parser] = {
    "context": _text, "cycle_length": _whole, "course": _text, "planned_cycles": _whole, "kind": _one_of("chemotherapy", "chemoradiation", "endocrine", "immunotherapy"),
    "immune": _flag, "assessment": _text, "evidence": _text, "sources": _texts,
}


# Sense: what one key cannot show


def _check_analyte(where: str, analyte: Analyte) -> None:
    numeric = analyte.kind in ("number", "integer")
    if numeric and analyte.limits is None and not analyte.derived:
        _refuse(f"{where}.limits", "a number needs its limits")
    if not numeric and (analyte.limits or analyte.unit or analyte.alternatives):
        _refuse(where, f"a {analyte.kind} has neither unit nor limits")
    if analyte.kind == "code" and not analyte.codes:
        _refuse(f"{where}.codes", "the key is missing")


def _check_rule(where: str, rule: Rule, sources: Mapping[str, Source], contexts: Mapping[str, str]) -> None:
    _check_known(f"{where}.sources", rule.sources, sources, "source")
    _check_known(f"{where}.contexts", rule.contexts, contexts, "context")
    _check_words(where, name=rule.name, says=rule.says)
    if rule.raises_band and rule.tally is None:
        _refuse(f"{where}.raises_band", "a rule outside the tally cannot raise the band")


def _check_option(where: str, option: Option, sources: Mapping[str, Source], contexts: Mapping[str, str], analytes: Mapping[str, Analyte]) -> None:
    _check_known(f"{where}.sources", option.sources, sources, "source")
    if option.context:
        _check_known(f"{where}.context", (option.context,), contexts, "context")
    if not option.wording.startswith(OPTION_PREFIX):
        _refuse(f"{where}.wording", f"must begin with “{OPTION_PREFIX}”")
    _check_words(where, name=option.name, wording=option.wording, trade_offs=option.trade_offs)
    for condition in (*option.prerequisites, *option.cautions):
        _check_condition(f"{where}, {condition.field}", condition, analytes)


def _check_condition(where: str, condition: Condition, analytes: Mapping[str, Analyte]) -> None:
    """The value must be one that the field can have, or the condition could never hold."""
    _check_words(where, note=condition.note)
    analyte = analytes.get(condition.field)
    codes = DERIVED_FIELDS.get(condition.field) or (analyte.codes if analyte else None)
    if codes is None:
        _refuse(where, "neither an analyte nor a derived field")
    if analyte is not None and analyte.kind in ("number", "integer"):
        fits = condition.op != "in" and isinstance(condition.value, Decimal)
    elif condition.op == "in":
        fits = isinstance(condition.value, tuple) and set(condition.value) <= set(codes)
    else:
        fits = condition.op == "eq" and condition.value in codes
    if not fits:
        _refuse(where, f"“{condition.op} {condition.value}” can never hold")


def _worded(where: str, rule: Rule) -> Rule:
    """The rule with its thresholds put into its texts: "{cycles[0]}" reads "2"."""
    numbers = {key: _in_words(value) for key, value in rule.thresholds.items()}
    try:
        texts = {key: getattr(rule, key).format_map(numbers) for key in ("name", "says", "boundary", "minimum_data", "cannot", "is_not")}
    except (LookupError, ValueError, AttributeError) as error:
        _refuse(where, f"a text names a threshold that is not there ({error})")
    return replace(rule, **texts)


def _in_words(value: Decimal | tuple[Decimal, ...] | str) -> str | tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(plain(number) for number in value)
    return value if isinstance(value, str) else plain(value)


def _check_known(where: str, keys: tuple[str, ...], known: Mapping[str, object], what: str) -> None:
    for key in keys:
        if key not in known:
            _refuse(where, f"unknown {what} “{key}”")


def _check_words(where: str, **texts: str) -> None:
    """No text may tell a board what to do."""
    for key, text in texts.items():
        if found := DIRECTIVE.search(text):
            _refuse(f"{where}.{key}", f"the directive words “{found[0]}” are not allowed")
