"""Metabolic tumour volume and total lesion glycolysis (PET-08; key percist), as reported or SUVmean × volume."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.quantity import plain
from nacdesk.domain.results import cannot, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline, change_pct, pick

_MTV, _TLG, _MEAN = "pet.mtv", "pet.tlg", "pet.suvmean"


@dataclass(frozen=True, slots=True)
class Volume:
    """What one PET measured, summed over its lesions ("" is the whole body).

    Attributes:
        mtv: cm3, None when a lesion has none.  tlg: g, likewise.
        lesions: those it was measured in.
        segmentation: the method's name, None when not recorded or not one.
        reason: why something is None.
    """

    visit: str
    mtv: Decimal | None
    tlg: Decimal | None
    lesions: frozenset[str]
    segmentation: str | None
    rows: tuple[Observation, ...]
    reason: str | None = None


def at(timeline: Timeline, visit: str) -> Volume | None:
    """The volumes of a visit, None where none was recorded."""
    rows = {analyte: _by_lesion(timeline, analyte, visit) for analyte in (_MTV, _TLG, _MEAN)}
    lesions = sorted({*rows[_MTV], *rows[_TLG]})
    if not lesions:
        return None
    whole = [label for label in lesions if not label] or lesions
    volumes = [_number(rows[_MTV].get(label)) for label in whole]
    glycolysis = [_glycolysis(rows, label) for label in whole]
    used = [row for label in whole for analyte in (_MTV, _TLG, _MEAN) if isinstance(row := rows[analyte].get(label), Observation)]
    methods = {row.segmentation for row in used if row.analyte != _MEAN}
    doubts = [row for label in whole for analyte in (_MTV, _TLG) if isinstance(row := rows[analyte].get(label), str)]
    reason = doubts[0] if doubts else None
    if None in methods:
        reason = "the segmentation method is not recorded"
    elif len({method.casefold() for method in methods if method is not None}) > 1:
        reason = f"several segmentation methods: {wording.joined(sorted(method for method in methods if method is not None))}"
    elif reason is None and None in volumes and None in glycolysis:
        reason = "neither volume nor TLG is a plain number for every lesion"
    one = next(iter(methods)) if len({(method or "").casefold() for method in methods}) == 1 else None
    return Volume(visit, _sum(volumes), _sum(glycolysis), frozenset(whole), one, tuple(used), reason)


def _by_lesion(timeline: Timeline, analyte: str, visit: str) -> dict[str, Observation | str]:
    """Of each lesion the fact that counts, or why none does."""
    groups: dict[str, list[Observation]] = {}
    for row in timeline.rows(analyte, visit):
        groups.setdefault(row.lesion or "", []).append(row)
    found: dict[str, Observation | str] = {}
    for label, several in groups.items():
        chosen, doubt = pick(several)
        found[label] = doubt or "no value" if chosen is None else chosen
    return found


def _number(row: Observation | str | None) -> Decimal | None:
    return row.quantity.exact if isinstance(row, Observation) and row.quantity is not None else None


def _glycolysis(rows: dict[str, dict[str, Observation | str]], label: str) -> Decimal | None:
    """As reported, else SUVmean × MTV."""
    if label in rows[_TLG]:
        return _number(rows[_TLG][label])
    volume, mean = _number(rows[_MTV].get(label)), _number(rows[_MEAN].get(label))
    return None if volume is None or mean is None else mean * volume


def _sum(values: list[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(values) else None


def unlike(now: Volume, then: Volume) -> str | None:
    """Why two PET examinations may not be compared, None when they may."""
    for one in (now, then):
        if one.reason is not None:
            return one.reason
    if (now.segmentation or "").casefold() != (then.segmentation or "").casefold():
        return f"not comparable: segmentation {then.segmentation} at baseline, {now.segmentation} now"
    if "" in now.lesions ^ then.lesions:
        return "not comparable: the whole body at one PET, single lesions at the other"
    if unseen := then.lesions - now.lesions:
        return f"not comparable: {wording.joined(sorted(unseen))} was not measured"
    return None


def baseline(timeline: Timeline) -> Volume | None:
    """The volumes before treatment."""
    visit = timeline.baseline([*timeline.rows(_MTV), *timeline.rows(_TLG)]).visit
    return None if visit is None else at(timeline, visit)


def results(timeline: Timeline) -> Iterator[RuleResult]:
    """PET-08 at each PET with a volume."""
    rule = timeline.catalog.rules["PET-08"]
    rows = [*timeline.rows(_MTV), *timeline.rows(_TLG)]
    if not rows:
        yield cannot(rule, "no metabolic tumour volume recorded", _MTV)
        return
    start = baseline(timeline)
    for visit in sorted({row.visit for row in rows}, key=timeline.positions.__getitem__):
        now = at(timeline, visit)
        assert now is not None
        yield _result(timeline, rule, now, start)


def _result(timeline: Timeline, rule: Rule, now: Volume, start: Volume | None) -> RuleResult:
    evidence = tuple(row.id for row in now.rows)
    where = timeline.at(now.visit)
    if now.reason is not None:
        return cannot(rule, f"{now.reason}, {where}", "segmentation" if "segmentation" in now.reason else _MTV, visit=now.visit, evidence=evidence)
    parts = [f"MTV {_shown(now.mtv)} cm³"] if now.mtv is not None else []
    parts += [f"TLG {_shown(now.tlg)} g"] if now.tlg is not None else []
    text = " and ".join(parts)
    later = start is not None and timeline.positions[now.visit] > timeline.positions[start.visit]
    if later and start is not None:
        if (why := unlike(now, start)) is not None:
            detail = "not comparable" if why.startswith("not comparable") else None
            return cannot(rule, f"{why}; {text} {where}", visit=now.visit, value=now.tlg, value_is=None if now.tlg is None else "TLG", detail=detail, evidence=evidence)
        pairs = (("MTV", now.mtv, start.mtv), ("TLG", now.tlg, start.tlg))
        changes = [f"{name} {wording.percent(change)}" for name, new, old in pairs if new is not None and old is not None and (change := change_pct(new, old)) is not None]
        text += f" ({', '.join(changes)} from baseline)" if changes else ""
        evidence += tuple(row.id for row in start.rows)
    sentence = f"{text} {where}, segmentation {now.segmentation}."
    return result(rule, "met", sentence, visit=now.visit, value=now.tlg, value_is=None if now.tlg is None else "TLG", formula=_formula(now), evidence=evidence)


def _formula(now: Volume) -> str:
    """SUVmean × MTV with the numbers put in, where TLG was worked out from a single lesion."""
    numbers = {row.analyte: row.quantity.exact for row in now.rows if row.quantity is not None}
    mean, volume = numbers.get(_MEAN), numbers.get(_MTV)
    if len(now.lesions) != 1 or _TLG in numbers or mean is None or volume is None:
        return ""
    return f"{plain(mean)} × {plain(volume)} = {_shown(mean * volume)}"


def _shown(number: Decimal | None) -> str:
    return "" if number is None else wording.shown(number, 1)
