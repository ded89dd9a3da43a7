"""Pathology after treatment: residual cancer burden, complete response, viable cells (PTH-01, PTH-02, NAC-05)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import RcbReview
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Catalog, Rule, RuleResult
from nacdesk.domain.timeline import Timeline, pick

_RCB = ("rcb.d1", "rcb.d2", "rcb.cellularity", "rcb.in_situ", "rcb.nodes_positive", "rcb.largest_met")


def results(timeline: Timeline, rcb: RcbReview) -> Iterator[RuleResult]:
    """Every pathology rule of a case."""
    rules = timeline.catalog.rules
    yield _rcb_result(timeline, rcb, rules["PTH-01"])
    yield complete_response(timeline, rules["PTH-02"])
    yield viable(timeline, rules["NAC-05"])


def is_breast(timeline: Timeline) -> bool | None:
    """The tumour context is one of breast; None when it is not recorded."""
    context = timeline.history.case.context
    return None if context is None else context.startswith("breast")


def _inputs(timeline: Timeline) -> Mapping[str, Observation]:
    """The fields of the last specimen: those of two specimens are never put together."""
    rows = [row for analyte in _RCB for row in timeline.rows(analyte)]
    last = max((timeline.positions[row.visit] for row in rows), default=None)
    found = {}
    for analyte in _RCB:
        row, _ = pick([row for row in timeline.rows(analyte) if timeline.positions[row.visit] == last])
        if row is not None:
            found[analyte] = row
    return found


def burden(timeline: Timeline) -> RcbReview:
    """RCB of the last specimen, if it is a resection after treatment."""
    reported = timeline.says("rcb.class_reported")
    found = _inputs(timeline)
    if not found:
        return RcbReview(reason="no RCB measurements recorded", class_reported=reported)
    values = {key: row.value for key, row in found.items()}
    if not _missing(values, timeline.catalog) and (why := not_a_resection(timeline, found["rcb.d1"].visit)) is not None:
        return RcbReview(reason=why, class_reported=reported)
    return replace(burden_from(values, timeline.catalog), class_reported=reported)


def burden_from(values: Mapping[str, Quantity | str], catalog: Catalog) -> RcbReview:
    """RCB from the six values of one specimen by analyte id, with both terms; or what is missing.

    1.4 (f·d)^0.17 + [4 (1 − 0.75^LN) · dmet]^0.17, classed before rounding (symmans07).
    """
    if missing := _missing(values, catalog):
        return RcbReview(reason=f"missing: {', '.join(missing)}")
    d1, d2, cellularity, in_situ, nodes, largest = (number for key in _RCB if (number := _exact(values[key])) is not None)
    if (nodes == 0) != (largest == 0):
        return RcbReview(reason="positive nodes and largest nodal deposit contradict each other")
    rule = catalog.rules["PTH-01"]
    power = rule.number("exponent")
    invasive = cellularity / 100 * (1 - in_situ / 100)
    primary = rule.number("primary_factor") * _power(invasive * (d1 * d2).sqrt(), power)
    node = _power(rule.number("node_factor") * (1 - rule.number("node_base") ** nodes) * largest, power)
    index = primary + node
    rcb_class = "RCB-0" if index == 0 else "RCB-I" if index <= rule.number("I_max") else "RCB-II" if index <= rule.number("II_max") else "RCB-III"
    return RcbReview(index, rcb_class, primary, node)


def _missing(values: Mapping[str, Quantity | str], catalog: Catalog) -> list[str]:
    return [catalog.analytes[key].label for key in _RCB if key not in values or _exact(values[key]) is None]


def _exact(value: Quantity | str) -> Decimal | None:
    return value.exact if isinstance(value, Quantity) else None


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    return Decimal(0) if base == 0 else base**exponent


def _rcb_result(timeline: Timeline, rcb: RcbReview, rule: Rule) -> RuleResult:
    found = _inputs(timeline)
    reported = f"; reported class {rcb.class_reported}" if rcb.class_reported else ""
    if rcb.index is None or rcb.rcb_class is None:
        if is_breast(timeline) is False and not found:
            return not_here(rule, "not a breast tumour")
        return cannot(rule, f"{rcb.reason}{reported}", *(key for key in _RCB if key not in found))
    short = wording.guarded(rcb.index, (rule.number("I_max"), rule.number("II_max")), 2)
    visit = found["rcb.d1"].visit
    sentence = f"Residual cancer burden {short}, {rcb.rcb_class}, {timeline.at(visit)}{reported}."
    limit = rule.number("II_max")
    return result(
        rule, "met" if rcb.rcb_class == "RCB-III" else "not_met", sentence, visit=visit, value=rcb.index, value_is="index", operator=">", threshold=limit,
        formula=f"{short} = {plain(rcb.primary_term.quantize(Decimal('0.0001')) if rcb.primary_term is not None else Decimal(0))} (primary) + "
        f"{plain(rcb.node_term.quantize(Decimal('0.0001')) if rcb.node_term is not None else Decimal(0))} (nodes); RCB-III above {limit}",
        detail=rcb.rcb_class, evidence=tuple(row.id for row in found.values()),
    )  # fmt: skip


def complete_response(timeline: Timeline, rule: Rule) -> RuleResult:
    """pCR as reported, else from ypT and ypN: breast ypT0/Tis ypN0, other sites ypT0 ypN0 (PTH-02)."""
    reported, doubt = timeline.settled("path.pcr")
    if reported is None and timeline.rows("path.pcr"):
        return cannot(rule, f"the reported response {doubt}", "path.pcr")
    tumour, nodes = _stages(timeline)
    first = next((row for row in (reported, tumour, nodes) if row is not None), None)
    if first is not None and (why := not_a_resection(timeline, first.visit)) is not None:
        return cannot(rule, why, "resection", visit=first.visit, evidence=(first.id,))
    if reported is not None and reported.code == "yes" and tumour is not None and _holds(tumour, "t0", "tis", "t0/is", "t0/tis") is False:
        return cannot(rule, f"a complete response and {tumour.code} are recorded, which contradict each other", "path.pcr", visit=reported.visit, evidence=(reported.id, tumour.id))
    if reported is not None and reported.code in ("yes", "no"):
        definition = reported.method or str(rule.thresholds["default"])
        words = "pathological complete response" if reported.code == "yes" else "no pathological complete response"
        sentence = f"{words.capitalize()} reported {timeline.at(reported.visit)} (definition {definition})."
        return result(rule, "met" if reported.code == "yes" else "not_met", sentence, visit=reported.visit, detail="reported", evidence=(reported.id,))
    if tumour is None and nodes is None:
        return cannot(rule, "no resection pathology recorded", "path.pcr")
    chosen = "A" if is_breast(timeline) else "B"
    name = str(rule.thresholds["default"]) if chosen == "A" else "ypT0 ypN0"
    gone, free = _holds(tumour, "t0", "t0/is", "t0/tis", "tis") if chosen == "A" else _holds(tumour, "t0"), _holds(nodes, "n0")
    found = [row for row in (tumour, nodes) if row is not None]
    stage = " ".join(f"yp{_stage(row.code or '')}" for row in found)
    kept = {"visit": found[0].visit, "detail": name, "evidence": tuple(row.id for row in found)}
    if False in (gone, free):  # one of the two is enough to say no
        return result(rule, "not_met", f"No pathological complete response {timeline.at(found[0].visit)}: {stage} (definition {name}).", **kept)
    if gone is None or free is None:
        field, analyte = ("ypT", "path.ypt") if gone is None else ("ypN", "path.ypn")
        return cannot(rule, f"{field} is missing", analyte, **kept)
    return result(rule, "met", f"Pathological complete response {timeline.at(found[0].visit)}: {stage} (definition {name}).", **kept)


def _stages(timeline: Timeline) -> tuple[Observation | None, Observation | None]:
    """ypT and ypN of the last specimen: those of two specimens are never put together."""
    rows = [row for analyte in ("path.ypt", "path.ypn") for row in timeline.rows(analyte)]
    last = max((timeline.positions[row.visit] for row in rows), default=None)
    tumour, nodes = (pick([row for row in rows if row.analyte == analyte and timeline.positions[row.visit] == last])[0] for analyte in ("path.ypt", "path.ypn"))
    return tumour, nodes


def definitions(tumour: str, nodes: str) -> Mapping[str, bool]:
    """A: ypT0/Tis ypN0; B: ypT0 ypN0; C: ypT0/Tis, any N. ypN0(i+) is neither A nor B (cortazar14)."""
    stage, free = _plain(tumour), _plain(nodes) == "n0"
    gone, in_situ = stage == "t0", stage in ("t0", "tis", "t0/is", "t0/tis")
    return {"A": in_situ and free, "B": gone and free, "C": in_situ}


def _holds(row: Observation | None, *stages: str) -> bool | None:
    """The stage is one of those; None when it is missing or was not assessed (TX, NX)."""
    if row is None or row.code is None or _plain(row.code) in ("tx", "nx"):
        return None
    return _plain(row.code) in stages


def _stage(text: str) -> str:
    """ypT0, pT0 and T0 are one."""
    return re.sub(r"^y?c?p?(?=[TN])", "", text.strip(), flags=re.IGNORECASE)


def _plain(text: str) -> str:
    """For comparison; a sentinel node that is free (N0(sn)) is a free node, N0(i+) is not."""
    return _stage(text).casefold().replace(" ", "").removesuffix("(sn)")


def viable(timeline: Timeline, rule: Rule) -> RuleResult:
    """NAC-05: 50 % or more viable tumour cells in the specimen, with the Becker grade beside it."""
    rows = timeline.rows("path.viable")
    row, doubt = pick([one for one in rows if one.visit == rows[-1].visit]) if rows else (None, None)
    if row is None:
        resected = any(key == "event.surgery" or key.startswith(("path.", "rcb.")) for key in timeline.by_analyte)
        return cannot(rule, doubt or ("no estimate of viable cells recorded" if resected else "no resection recorded"), "path.viable")
    if (why := not_a_resection(timeline, row.visit)) is not None:
        return cannot(rule, why, "resection", visit=row.visit, evidence=(row.id,))
    limit, quantity = rule.number("pct"), row.quantity
    high = None if quantity is None else quantity.reaches(limit)
    if quantity is None or high is None:
        return cannot(rule, f"viable cells are only known as {row.value}", "path.viable", visit=row.visit, evidence=(row.id,))
    value = quantity.exact
    grade = None if value is None else becker(value, rule.pair("becker_2"))
    caveat = "" if timeline.history.case.context == "oesoph_gej_gastric_adeno" else ", a gastric scale, grade C elsewhere"
    sentence = f"Viable tumour {quantity} {timeline.at(row.visit)}; threshold {limit} %{f'; {grade}{caveat}' if grade else ''}."
    return result(
        rule, "met" if high else "not_met", sentence, visit=row.visit, value=value, value_is="viable tumour", operator=">=", threshold=limit,
        unit="%", formula=f"{quantity} ≥ {limit} %", detail=grade, evidence=(row.id,),
    )  # fmt: skip


def not_a_resection(timeline: Timeline, visit: str) -> str | None:
    """Why a specimen says nothing about the response, None when it does."""
    if any(one.code == "biopsy" for one in timeline.rows("event.sample_type", visit)):
        return f"the specimen {timeline.at(visit)} is a biopsy"
    return f"the specimen {timeline.at(visit)} was taken before treatment" if timeline.before_treatment(visit) else None


def becker(viable_pct: Decimal, cuts: tuple[Decimal, Decimal]) -> str:
    """The Becker grade of a share of residual tumour: 1a none, 1b under 10 %, 2 to 50 %, 3 above (becker03)."""
    if viable_pct == 0:
        return "Becker 1a"
    low, high = cuts
    return "Becker 1b" if viable_pct < low else "Becker 2" if viable_pct <= high else "Becker 3"
