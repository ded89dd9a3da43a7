"""Two perpendicular diameters: products, and the WHO response of 1981 (WHO-01; key who81)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.index_lesion import millimetres
from nacdesk.domain.recist import Assessment, Course
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline, pick, same_method
from nacdesk.domain.wording import mm

CR, PR, NC, PD = "CR", "PR", "NC", "PD"
PERPENDICULAR = "size.perpendicular"
_SIZE = "size.diameter"
_NAMES = {CR: "complete response", PR: "partial response", NC: "no change", PD: "progressive disease"}


@dataclass(frozen=True, slots=True)
class Product:
    """Longest × perpendicular diameter of a lesion at a visit.

    Attributes:
        mm2: None when not known; 0 when the lesion is gone.
        rows: both facts.  reason: why `mm2` is None.
    """

    lesion: str
    mm2: Decimal | None
    rows: tuple[Observation, ...] = ()
    reason: str = ""


def product(label: str, longest: Observation | None, across: Observation | None) -> Product:
    """The product of two diameters of one modality; a lesion that is gone needs no second one."""
    rows = tuple(row for row in (longest, across) if row is not None)
    first, second = millimetres(longest), millimetres(across)
    if first == 0:
        return Product(label, Decimal(0), rows)
    if first is None:
        return Product(label, None, rows, f"{label} not measured" if longest is None else f"{label} {_said(longest)}")
    if second is None:
        return Product(label, None, rows, f"perpendicular diameter missing for {label}" if across is None else f"perpendicular diameter of {label} {_said(across)}")
    assert longest is not None and across is not None
    if not same_method(longest.method, across.method):
        return Product(label, None, rows, f"the two diameters of {label} differ in method: {longest.method} and {across.method}")
    return Product(label, first * second, rows)


def _said(row: Observation) -> str:
    return f"only reported as {row.value}" if row.quantity is not None else "not evaluable"


@dataclass(frozen=True, slots=True)
class _Products:
    """The targets of one assessment."""

    row: Assessment
    parts: Mapping[str, Product]

    @property
    def least(self) -> Decimal:
        """The sum of the products that are known."""
        return sum((part.mm2 for part in self.parts.values() if part.mm2 is not None), Decimal(0))

    @property
    def sum(self) -> Decimal | None:
        """The sum of products, None when any is not known."""
        return None if any(part.mm2 is None for part in self.parts.values()) else self.least

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(row.id for part in self.parts.values() for row in part.rows)

    @property
    def reason(self) -> str:
        return "; ".join(part.reason for part in self.parts.values() if part.reason)


def _products(timeline: Timeline, sizes: Course, row: Assessment) -> _Products:
    parts = {}
    for lesion in sizes.targets.originals:
        if sizes.targets.descendants[lesion.label]:
            parts[lesion.label] = Product(lesion.label, None, (), f"{lesion.label} split or merged")
            continue
        rows = [[one for one in timeline.rows(analyte, row.visit) if one.lesion == lesion.label] for analyte in (_SIZE, PERPENDICULAR)]
        parts[lesion.label] = product(lesion.label, pick(rows[0])[0], pick(rows[1])[0])
    return _Products(row, parts)


def results(timeline: Timeline, sizes: Course) -> Iterator[RuleResult]:
    """WHO-01 at each assessment after the baseline."""
    rule = timeline.catalog.rules["WHO-01"]
    if not sizes.targets.originals:
        yield not_here(rule, "no target lesion")
        return
    if not timeline.rows(PERPENDICULAR):
        yield cannot(rule, "no second diameter recorded", PERPENDICULAR)
        return
    if sizes.base is None or not sizes.follow_up:
        yield cannot(rule, sizes.baseline.why if sizes.base is None else "no assessment after the baseline", _SIZE)
        return
    base = _products(timeline, sizes, sizes.base)
    before = [base]
    classes: list[tuple[Assessment, str]] = []
    for row in sizes.follow_up:
        now = _products(timeline, sizes, row)
        found = _response(timeline, rule, base, before, now, classes)
        if found.detail is not None:
            classes.append((row, found.detail))
        if not row.unlike:
            before.append(now)
        yield found


def _response(timeline: Timeline, rule: Rule, base: _Products, before: list[_Products], now: _Products, classes: list[tuple[Assessment, str]]) -> RuleResult:
    row, where = now.row, timeline.at(now.row.visit)
    kept: dict[str, object] = {"visit": row.visit, "evidence": tuple(dict.fromkeys((*base.evidence, *now.evidence)))}
    if not timeline.before_surgery(row.visit):
        return cannot(rule, f"after surgery, {where}", **kept)
    if row.size.new_lesion == "yes":
        return result(rule, "met", f"WHO {PD}, {_NAMES[PD]}: new lesion {where}.", detail=PD, **kept)
    if row.size.non_target == "PD":
        return result(rule, "met", f"WHO {PD}, {_NAMES[PD]}: non-target disease progressive {where}.", detail=PD, **kept)
    if base.sum is None or base.sum == 0:
        return cannot(rule, f"{base.reason or 'the products are 0'} at baseline, {where}", PERPENDICULAR, **kept)
    if row.unlike:
        return cannot(rule, f"{row.unlike}, {where}", **kept)
    low = min(sum_ for one in before if (sum_ := one.sum) is not None)
    limit, grown = rule.number("pd_pct"), _grown(rule, before, now)
    kept["operator"], kept["threshold"], kept["unit"] = ">=", limit, "%"
    if now.least > low and 100 * (now.least - low) >= limit * low:
        rise = "" if low == 0 else f" ({wording.percent(100 * (now.least - low) / low, limit)})"
        formula = f"100 × {mm(now.least)} / {mm(low)} ≥ {100 + limit} %"
        text = f"sum of products {mm(low)} → {mm(now.least)} mm²{rise} from the smallest {where}"
        return result(rule, "met", f"WHO {PD}, {_NAMES[PD]}: {text}.", detail=PD, value=_pct(now.least, low), value_is="increase", formula=formula, **kept)
    if grown:
        return result(rule, "met", f"WHO {PD}, {_NAMES[PD]}: {grown} {where}.", detail=PD, **kept)
    if now.sum is None:
        return cannot(rule, f"{now.reason}, {where}", PERPENDICULAR, visit=row.visit, evidence=kept["evidence"])
    fall = 100 * (base.sum - now.sum) / base.sum
    rest = row.size.non_target in ("CR", "none")
    response = CR if now.sum == 0 and rest else PR if 100 * now.sum <= rule.number("pr_pct") * base.sum else NC
    text = f"sum of products {mm(base.sum)} → {mm(now.sum)} mm² ({wording.percent(-fall, -rule.number('pr_pct'))}) {where}"
    text += _confirmation(timeline, rule, row, response, classes) + ("" if row.size.new_lesion is not None else "; new lesions not recorded: provisional")
    kept["threshold"] = rule.number("pr_pct")
    formula = f"({mm(base.sum)} − {mm(now.sum)}) / {mm(base.sum)} × 100 = {wording.percent(fall, rule.number('pr_pct'), signed=False)} ≥ {rule.number('pr_pct')} %"
    return result(rule, "not_met", f"WHO {response}, {_NAMES[response]}: {text}.", detail=response, value=fall, value_is="decrease", formula=formula, **kept)


def _pct(now: Decimal, low: Decimal) -> Decimal | None:
    return None if low == 0 else 100 * (now - low) / low


def _grown(rule: Rule, before: list[_Products], now: _Products) -> str:
    """A lesion that grew by a quarter over its own smallest product."""
    for label, part in now.parts.items():
        known = [one.parts[label].mm2 for one in before]
        low = min((value for value in known if value is not None), default=None)
        if part.mm2 is not None and low is not None and part.mm2 > low and 100 * (part.mm2 - low) >= rule.number("pd_pct") * low:
            return f"{label} {mm(low)} → {mm(part.mm2)} mm² from its smallest"
    return ""


def _confirmation(timeline: Timeline, rule: Rule, row: Assessment, response: str, classes: list[tuple[Assessment, str]]) -> str:
    """Was a response seen so many days before, and no progression since?"""
    if response not in (CR, PR):
        return ""
    days, when = rule.number("confirm_days"), timeline.dates[row.visit]
    for earlier, found in reversed(classes):
        if found in (PD, NC):
            break
        then = timeline.dates[earlier.visit]
        if (found == CR or response == PR) and when is not None and then is not None and (when - then).days >= days:
            return f"; confirmed, first seen {timeline.at(earlier.visit)}"
    return f"; not confirmed, which takes {days} days"
