"""Sense: what one key cannot show. Also how thresholds come into the texts of their rule."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from nacdesk.catalog.parsers import refuse
from nacdesk.domain.analytes import Analyte
from nacdesk.domain.quantity import plain
from nacdesk.domain.rules import Condition, Option, Rule, Source

# What a condition may ask for besides analytes: it follows from the case or from a rule.
DERIVED_FIELDS: Mapping[str, tuple[str, ...]] = {"stage.clinical": ("I", "II", "III", "IV"), "pathology.pcr": ("yes", "no")}

OPTION_PREFIX = "Option to discuss"
DIRECTIVE = re.compile(r"\b(recommend\w*|switch to|should|must|ought to|has to|have to|is indicated|resistant patients?)\b", re.IGNORECASE)


def check_analyte(where: str, analyte: Analyte) -> None:
    """A number has a unit and limits, a code its codes."""
    numeric = analyte.kind in ("number", "integer")
    if numeric and analyte.limits is None and not analyte.derived:
        refuse(f"{where}.limits", "a number needs its limits")
    if not numeric and (analyte.limits or analyte.unit or analyte.alternatives):
        refuse(where, f"a {analyte.kind} has neither unit nor limits")
    if analyte.kind == "code" and not analyte.codes:
        refuse(f"{where}.codes", "the key is missing")


def check_rule(where: str, rule: Rule, sources: Mapping[str, Source], contexts: Mapping[str, str]) -> None:
    """Sources and contexts are known, no word is directive."""
    check_known(f"{where}.sources", rule.sources, sources, "source")
    check_known(f"{where}.contexts", rule.contexts, contexts, "context")
    check_words(where, name=rule.name, says=rule.says)
    if rule.raises_band and rule.tally is None:
        refuse(f"{where}.raises_band", "a rule outside the tally cannot raise the band")


def check_option(where: str, option: Option, sources: Mapping[str, Source], contexts: Mapping[str, str], analytes: Mapping[str, Analyte]) -> None:
    """Sources, context and every condition make sense, no word is directive."""
    check_known(f"{where}.sources", option.sources, sources, "source")
    if option.context:
        check_known(f"{where}.context", (option.context,), contexts, "context")
    if not option.wording.startswith(OPTION_PREFIX):
        refuse(f"{where}.wording", f"must begin with “{OPTION_PREFIX}”")
    check_words(where, name=option.name, wording=option.wording, trade_offs=option.trade_offs)
    for item in option.checklist:
        check_words(where, checklist=item)
    for condition in (*option.prerequisites, *option.cautions):
        _check_condition(f"{where}, {condition.field}", condition, analytes)


def _check_condition(where: str, condition: Condition, analytes: Mapping[str, Analyte]) -> None:
    """The value must be one that the field can have, or the condition could never hold."""
    check_words(where, note=condition.note)
    analyte = analytes.get(condition.field)
    codes = DERIVED_FIELDS.get(condition.field) or (analyte.codes if analyte else None)
    if codes is None:
        refuse(where, "neither an analyte nor a derived field")
    if analyte is not None and analyte.kind in ("number", "integer"):
        fits = condition.op != "in" and isinstance(condition.value, Decimal)
    elif condition.op == "in":
        fits = isinstance(condition.value, tuple) and set(condition.value) <= set(codes)
    else:
        fits = condition.op == "eq" and condition.value in codes
    if not fits:
        refuse(where, f"“{condition.op} {condition.value}” can never hold")


def worded(where: str, rule: Rule) -> Rule:
    """The rule with its thresholds put into its texts: "{cycles[0]}" reads "2"."""
    numbers = {key: _in_words(value) for key, value in rule.thresholds.items()}
    try:
        texts = {key: getattr(rule, key).format_map(numbers) for key in ("name", "says", "boundary", "minimum_data", "cannot", "is_not")}
    except (LookupError, ValueError, AttributeError) as error:
        refuse(where, f"a text names a threshold that is not there ({error})")
    return replace(rule, **texts)


def _in_words(value: Decimal | tuple[Decimal, ...] | str) -> str | tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(plain(number) for number in value)
    return value if isinstance(value, str) else plain(value)


def check_known(where: str, keys: tuple[str, ...], known: Mapping[str, object], what: str) -> None:
    """Every key is one of those known."""
    for key in keys:
        if key not in known:
            refuse(where, f"unknown {what} “{key}”")


def check_words(where: str, **texts: str) -> None:
    """No text may tell a board what to do."""
    for key, text in texts.items():
        if found := DIRECTIVE.search(text):
            refuse(f"{where}.{key}", f"the directive words “{found[0]}” are not allowed")
