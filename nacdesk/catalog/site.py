"""A hospital's own changes to the rules: its TOML file beside the store, read and checked as strictly as the catalogue.

A threshold or a severity is changed, a rule is switched off, or a rule of an existing kind is added;
each says why, and each is printed wherever its rule speaks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from nacdesk.catalog.checks import check_known, check_rule, check_words, worded
from nacdesk.catalog.parsers import Parser, Wrong, at, build, one_of, refuse, table, text, texts, thresholds, toml
from nacdesk.domain.quantity import plain
from nacdesk.domain.rules import SEVERITIES, SEVERITY_WORDS, Rule, Severity, Source
from nacdesk.errors import UserError

Value = Decimal | tuple[Decimal, ...] | str

_FILE = "site file"
_OWN = re.compile(r"SITE-[0-9]{2}")
_COUNTED = re.compile(r"(cycles|days?|weeks|months|samples|steps|years)$")

_LEFT_TO_SITE: Mapping[str, frozenset[str]] = {"NAC-04": frozenset({"adc"})}  # without a number of the catalogue's own
# Two thresholds of a rule that would make no classes if they crossed: the first is never above the second.
_RISING = (
    ("NAC-01", "short_cycle_days", "block_days"), ("REC-02", "pathological", "target"), ("REC-17", "node_back", "reimage_below"), ("REG-01", "least_cycles", "cycles"),
    ("PET-09", "low", "high"), ("PTH-01", "I_max", "II_max"), ("PTH-07", "huvos_2", "good"), ("PTH-09", "low", "high"), ("SAF-01", "crcl_min_some_centres", "crcl"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Change:
    why: str
    thresholds: Mapping[str, Value] = field(default_factory=dict)
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class _Off:
    why: str


@dataclass(frozen=True, slots=True)
class _Own:
    kind: str
    name: str
    why: str
    thresholds: Mapping[str, Value] = field(default_factory=dict)
    contexts: tuple[str, ...] | None = None
    severity: Severity | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Site:
    name: str
    change: Mapping[str, object] = field(default_factory=dict)
    off: Mapping[str, object] = field(default_factory=dict)
    add: Mapping[str, object] = field(default_factory=dict)


_SITE: Mapping[str, Parser] = {"name": text, "change": table, "off": table, "add": table}
_CHANGE: Mapping[str, Parser] = {"thresholds": thresholds, "severity": one_of(*SEVERITIES), "why": text}
_OFF: Mapping[str, Parser] = {"why": text}
_ADD: Mapping[str, Parser] = {
    "kind": text, "name": text, "thresholds": thresholds, "contexts": texts, "severity": one_of(*SEVERITIES), "sources": texts, "why": text,
}  # fmt: skip


def beside(store: Path) -> Path:
    """Where the site file of a store lies: `cases.site.toml` beside `cases.nac`."""
    return store.with_name(f"{store.stem}.site.toml")


def read_text(path: Path) -> str:
    """The text of a site file.

    Raises:
        UserError: it is missing, cannot be read or is not UTF-8.
    """
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"There is no site file {path}; the rules in force stay as they are.", "Check the name, or write the file as the README shows.") from None
    except OSError as error:
        raise UserError(f"The site file {path.name} cannot be read ({error.strerror}); the rules in force stay as they are.", "Check its name and permissions.") from None
    except UnicodeDecodeError:
        raise UserError(f"The site file {path.name} is not UTF-8; the rules in force stay as they are.", "Save it as UTF-8.") from None


def changed(
    content: str, written: Mapping[str, Rule], shipped: Mapping[str, Rule], sources: Mapping[str, Source], contexts: Mapping[str, str]
) -> tuple[str, dict[str, Rule], tuple[str, ...]]:
    """What a site file makes of the shipped rules.

    Args:
        content: text of the file.
        written: the rules as the catalogue writes them, with the names of thresholds in their texts; shipped: with the numbers put in.

    Returns:
        The hospital's name; every rule, own ones behind their kind; and each change as one sentence that begins with the rule's id.

    Raises:
        UserError: anything in the file is unknown or makes no sense; names the place.
    """
    try:
        site = build(_Site, _FILE, toml(_FILE, content), _SITE)
        check_words(_FILE, name=site.name)
        known = {**shipped, **_switched_off(site, shipped), **_altered(site, written)}
        own = _added(site, written, sources, contexts)
    except Wrong as wrong:
        raise UserError(f"The site's rules were refused: {wrong}.", "Correct the file; the rules in force stay as they are.") from None
    rules: dict[str, Rule] = {}
    for key, rule in known.items():
        rules |= {key: rule, **{one.id: one for one in own if one.kind == key}}
    return site.name, rules, tuple(f"{rule.id}: {rule.by_site}" for rule in rules.values() if rule.by_site)


def _switched_off(site: _Site, shipped: Mapping[str, Rule]) -> dict[str, Rule]:
    found = {}
    for key, raw in site.off.items():
        where = at(at(_FILE, "off"), key)
        rule = _known(where, key, shipped)
        if not (rule.flag or key == "SCO-02"):
            refuse(where, "other rules rest on it and it raises no flag, so it cannot be switched off")
        if key in site.change:
            refuse(where, "it is changed as well; one or the other")
        off = build(_Off, where, raw, _OFF)
        check_words(where, why=off.why)
        found[key] = replace(rule, off=f"Switched off by this site: {_finished(off.why)}")
    return found


def _altered(site: _Site, written: Mapping[str, Rule]) -> dict[str, Rule]:
    found = {}
    for key, raw in site.change.items():
        where = at(at(_FILE, "change"), key)
        rule = _known(where, key, written)
        change = build(_Change, where, raw, _CHANGE)
        check_words(where, why=change.why)
        _check_thresholds(where, rule, change.thresholds)
        words = _differences(rule, change.thresholds, change.severity)
        if not words:
            refuse(where, "neither a threshold nor the severity is changed")
        sentence = f"{words[0].upper()}{words[1:]}, changed by this site: {_finished(change.why)}"
        found[key] = worded(where, replace(_set(rule, change.thresholds, change.severity), changed=sentence))
    return found


def _added(site: _Site, written: Mapping[str, Rule], sources: Mapping[str, Source], contexts: Mapping[str, str]) -> list[Rule]:
    found = []
    for key, raw in site.add.items():
        where = at(at(_FILE, "add"), key)
        if not _OWN.fullmatch(key):
            refuse(where, "a rule of a site's own is named SITE- and two digits")
        own = build(_Own, where, raw, _ADD)
        check_words(where, why=own.why)
        kind = _known(f"{where}.kind", own.kind, written)
        if not kind.flag:
            refuse(f"{where}.kind", f"{own.kind} raises no flag; a kind is a rule that does")
        _check_thresholds(where, kind, own.thresholds)
        words = _differences(kind, own.thresholds, own.severity)
        sentence = f"Added by this site, judged as {own.kind}{f' with {words}' if words else ''}: {_finished(own.why)}"
        rule = replace(
            worded(where, _set(kind, own.thresholds, own.severity)),
            id=key,
            name=own.name,
            grade="D",
            status="site",
            sources=own.sources,
            contexts=kind.contexts if own.contexts is None else own.contexts,
            kind=own.kind,
            changed=sentence,
        )
        check_rule(where, rule, sources, contexts)
        found.append(rule)
    return found


def _known(where: str, key: str, rules: Mapping[str, Rule]) -> Rule:
    check_known(where, (key,), rules, "rule")
    return rules[key]


def _set(rule: Rule, values: Mapping[str, Value], severity: Severity | None) -> Rule:
    return replace(rule, thresholds={**rule.thresholds, **values}, severity=severity or rule.severity)


def _check_thresholds(where: str, rule: Rule, values: Mapping[str, Value]) -> None:
    """Each is one that the rule has, with as many numbers, of the same sign, and whole where it counts."""
    if not rule.thresholds and rule.id not in _LEFT_TO_SITE:
        refuse(where, f"{rule.id} has no threshold")
    for key, value in values.items():
        place = at(f"{where}.thresholds", key)
        if key not in rule.thresholds and key not in _LEFT_TO_SITE.get(rule.id, ()):
            refuse(place, f"unknown threshold; those of {rule.id} are {', '.join((*rule.thresholds, *_LEFT_TO_SITE.get(rule.id, ())))}")
        before, after = _many(rule.thresholds.get(key, Decimal(1))), _many(value)
        if not before:
            refuse(place, "it is no number and cannot be changed")
        if len(before) != len(after) or isinstance(value, tuple) != isinstance(rule.thresholds.get(key), tuple):
            refuse(place, "must be a number" if len(before) == 1 else f"must be {len(before)} rising numbers")
        if min(before) > 0 and min(after) <= 0:
            refuse(place, "must be above zero")
        if _COUNTED.search(key) and all(_is_whole(number) for number in before) and not all(_is_whole(number) for number in after):
            refuse(place, "must be whole")
    numbers = {**rule.thresholds, **values}
    for name, low, high in _RISING:
        if name == rule.id and _many(numbers[low]) > _many(numbers[high]):
            refuse(f"{where}.thresholds", f"{low} must not be above {high}")


def _many(value: Value) -> tuple[Decimal, ...]:
    """The numbers of a threshold; none of one that is a word."""
    return value if isinstance(value, tuple) else () if isinstance(value, str) else (value,)


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


def _differences(rule: Rule, values: Mapping[str, Value], severity: Severity | None) -> str:
    """In words: "threshold decrease_pct 10 → 15, severity watch → note"."""
    said = [f"threshold {key} {_shown(rule.thresholds[key]) if key in rule.thresholds else 'not set'} → {_shown(value)}" for key, value in values.items()]
    if severity is not None and severity != rule.severity:
        said.append(f"severity {SEVERITY_WORDS[rule.severity]} → {SEVERITY_WORDS[severity]}")
    return ", ".join(said)


def _shown(value: Value) -> str:
    return " to ".join(plain(number) for number in value) if isinstance(value, tuple) else value if isinstance(value, str) else plain(value)


def _finished(why: str) -> str:
    return why if why[-1] in ".!?" else f"{why}."
