"""The rules on the choice of target lesions at baseline (REC-01 to REC-03) as results."""

import re
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.lesions import Counted
from nacdesk.domain.recist import Course
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline


def measurable(timeline: Timeline, sizes: Course, rule: Rule) -> RuleResult:
    """REC-01: every target mass at baseline reaches the measurable size of its method."""
    base = sizes.base
    masses = [part for part in base.targets if part.lesion.kind == "mass" and part.mm is not None] if base else []
    if not masses:
        return not_here(rule, "no mass is a target lesion at baseline")
    small, unknown, evidence = [], [], []
    for part in masses:
        row = part.rows[0]
        evidence.append(row.id)
        if part.lesion.measurable is False:
            small.append(f"{part.lesion.label} was recorded as not measurable")
            continue
        floor = _floor(timeline, row, rule)
        if floor is None:
            unknown.append(part.lesion.label)
        elif part.mm is not None and part.mm < floor:
            small.append(f"{part.lesion.label} {wording.mm(part.mm)} mm, floor {wording.mm(floor)} mm")
    if small:
        return result(rule, "not_met", f"Below the measurable size at baseline: {'; '.join(small)}.", detail="non_measurable", evidence=tuple(evidence))
    if unknown:
        return cannot(rule, f"modality not recorded for {wording.joined(unknown)}", "method", evidence=tuple(evidence))
    gap = "" if any(timeline.rows("size.slice", part.rows[0].visit) for part in masses) else "; slice thickness not recorded"
    return result(rule, "met", f"Every target mass is of measurable size at baseline{gap}.", detail="measurable", evidence=tuple(evidence))


def _floor(timeline: Timeline, row: Observation, rule: Rule) -> Decimal | None:
    if row.method is None:
        return None
    method = row.method.casefold()
    if "ray" in method or method == "cxr":
        return rule.number("chest_xray")
    if "calliper" in method or "caliper" in method:
        return rule.number("calliper")
    slices = [other.quantity.exact for other in timeline.rows("size.slice", row.visit) if other.quantity is not None and other.lesion in (None, row.lesion)]
    thick = slices[-1] if slices else None
    if thick is not None and thick > rule.number("thin_slice"):
        return rule.number("slice_multiplier") * thick
    return rule.number("ct_mri")


def node_class(sizes: Course, rule: Rule) -> RuleResult:
    """REC-02: every target node at baseline has a short axis of target size."""
    base = sizes.base
    nodes = [part for part in base.targets if part.lesion.kind == "node"] if base else []
    if not nodes:
        return not_here(rule, "no lymph node is a target lesion")
    if any(part.mm is None for part in nodes):
        return cannot(rule, "the short axis of a target node is missing at baseline", "size.diameter")
    small = [part for part in nodes if part.mm is not None and part.mm < rule.number("target")]
    evidence = tuple(row.id for part in nodes for row in part.rows)
    if not small:
        return result(rule, "met", "Every target node has a short axis of target size at baseline.", detail="target_eligible", evidence=evidence)
    texts = [f"{part.lesion.label} {wording.mm(part.mm or Decimal(0))} mm, {_node(part, rule)}" for part in small]
    smallest = min(small, key=lambda part: part.mm or Decimal(0))
    return result(rule, "not_met", f"Target node below target size at baseline: {'; '.join(texts)}.", detail=_node(smallest, rule), evidence=evidence)


def _node(part: Counted, rule: Rule) -> str:
    assert part.mm is not None
    return "nontarget_pathological" if part.mm >= rule.number("pathological") else "normal"


def selection(sizes: Course, rule: Rule) -> RuleResult:
    """REC-03: at most five target lesions, at most two an organ; all nodes are one organ."""
    lesions = sizes.targets.originals
    if not lesions:
        return not_here(rule, "no target lesion")
    kept = {"evidence": tuple(row.id for part in (sizes.base.targets if sizes.base else ()) for row in part.rows)}
    if len(lesions) > rule.number("max_total"):
        limit = rule.number("max_total")
        return result(rule, "not_met", f"{len(lesions)} target lesions; RECIST 1.1 takes at most {limit}.", detail=f"INVALID: >{limit} total", **kept)
    organs: dict[str, int] = {}
    for lesion in lesions:
        organ = "lymph node" if lesion.kind == "node" else _organ(lesion.organ or "")
        if organ:
            organs[organ] = organs.get(organ, 0) + 1
    crowded = [f"{count} in {organ}" for organ, count in organs.items() if count > rule.number("max_per_organ")]
    if crowded:
        limit = rule.number("max_per_organ")
        return result(rule, "not_met", f"Target lesions: {wording.joined(crowded)}; RECIST 1.1 takes at most {limit} an organ.", detail=f"INVALID: >{limit} in organ", **kept)
    treated = [lesion.label for lesion in lesions if lesion.irradiated]
    if treated:
        text = f"{wording.joined(treated)} in an irradiated field: a target lesion only when progression was shown there."
        return result(rule, "not_met", text, detail="INVALID: irradiated", **kept)
    if sum(organs.values()) < len(lesions):
        return cannot(rule, "the organ of a target lesion is not recorded", "organ")
    return result(rule, "met", f"{wording.counted(len(lesions), 'target lesion')}, within the selection limits.", detail="VALID", **kept)


def _organ(text: str) -> str:
    """Left and right are one organ (lungs, kidneys, ovaries)."""
    words = [word for word in re.split(r"[^\w]+", text.casefold()) if word and word not in ("left", "right", "both", "bilateral", "upper", "middle", "lower", "lobe")]
    return " ".join(words).removesuffix("s")
