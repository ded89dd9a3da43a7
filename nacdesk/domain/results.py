"""One way to make a RuleResult, so that each state always carries what it must."""

from typing import Any

from nacdesk.domain.rules import SEVERITIES, Rule, RuleResult, State
from nacdesk.domain.timeline import Timeline


def result(rule: Rule, state: State, sentence: str, **parts: Any) -> RuleResult:
    """A result of `rule` with its severity (a limb may be milder, never graver) and unit, unless `parts` says otherwise."""
    limb = parts.get("severity")
    parts["severity"] = rule.severity if limb is None else max(rule.severity, limb, key=SEVERITIES.index)
    parts.setdefault("unit", rule.unit)
    return RuleResult(rule=rule.id, state=state, sentence=sentence, **parts)


def cannot(rule: Rule, reason: str, *missing: str, **parts: Any) -> RuleResult:
    """Not evaluable: the rule belongs here but data are missing or unusable."""
    return result(rule, "not_evaluable", f"{rule.name}: not evaluable, {reason}.", reason=reason, missing=missing, **parts)


def absent(timeline: Timeline, rule: Rule, reason: str, *missing: str, **parts: Any) -> RuleResult:
    """Nothing recorded: not applicable where the rule belongs to other tumours, else not evaluable."""
    context = timeline.history.case.context
    if rule.contexts and context is not None and context not in rule.contexts:
        return not_here(rule, f"{reason}, and it is not a rule of this tumour", **parts)
    return cannot(rule, reason, *missing, **parts)


def not_here(rule: Rule, reason: str, **parts: Any) -> RuleResult:
    """Not applicable: the rule does not belong to this tumour, regimen or phase."""
    return result(rule, "not_applicable", f"{rule.name}: not applicable, {reason}.", reason=reason, **parts)
