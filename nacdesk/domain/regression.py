"""Regression of the tumour in the specimen: grades, major response, necrosis, scores (PTH-03 to PTH-09).

A grade as reported and one that follows from a recorded share are never mixed: where both are there and differ, neither is taken.
Sources: ogston03, mandard94, becker03, hellmann14, huvos, euramos, bohm15, george15.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.pathology import becker, not_a_resection
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.domain.results import absent, cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult, State
from nacdesk.domain.timeline import Timeline

VIABLE = "path.viable"
_NAR = ("nar.ct", "nar.pt", "nar.pn")
_CRS = {1: "minimal", 2: "partial", 3: "complete or near complete"}


def results(timeline: Timeline) -> Iterator[RuleResult]:
    """Every grade and score of the specimen, once for the case."""
    rules = timeline.catalog.rules
    yield miller_payne(timeline, rules["PTH-03"])
    yield mandard(timeline, rules["PTH-04"])
    yield becker_grade(timeline, rules["PTH-05"])
    yield major_response(timeline, rules["PTH-06"])
    yield necrosis(timeline, rules["PTH-07"])
    yield response_score(timeline, rules["PTH-08"])
    yield nar_score(timeline, rules["PTH-09"])


def _row(timeline: Timeline, analyte: str) -> Observation | None:
    """The latest value that is not NE and stands alone."""
    return timeline.settled(analyte)[0]


def _number(row: Observation | None) -> Quantity | None:
    return None if row is None else row.quantity


def _elsewhere(timeline: Timeline, rule: Rule) -> bool:
    """The tumour context is recorded and none of the rule's."""
    context = timeline.history.case.context
    return context is not None and context not in rule.contexts


def miller_payne(timeline: Timeline, rule: Rule) -> RuleResult:
    """PTH-03: the grade as reported, else from the share of invasive cells that was lost."""
    reported, loss = _row(timeline, "path.miller_payne"), _row(timeline, "path.cell_loss")
    row = reported or loss
    if row is None:
        return absent(timeline, rule, "no Miller-Payne grade and no loss of cells recorded", "path.miller_payne")
    kept: dict[str, object] = {"visit": row.visit, "evidence": tuple(one.id for one in (reported, loss) if one is not None)}
    if (why := not_a_resection(timeline, row.visit)) is not None:
        return cannot(rule, why, **kept)
    share, entered = _number(loss), _number(reported)
    grade = None if share is None or share.exact is None else loss_grade(share.exact, rule)
    given = None if entered is None or entered.exact is None else int(entered.exact)
    if grade is not None and given is not None and grade != given:
        return cannot(rule, f"Miller-Payne {given} is reported, but a loss of {share} is grade {grade}", **kept)
    found = given if given is not None else grade
    if found is None:
        return cannot(rule, f"the value is only known as {row.value}", **kept)
    basis = "as reported" if given is not None else f"loss of {share}"
    sentence = f"Miller-Payne grade {found} {timeline.at(row.visit)} ({basis}); nodes are not graded."
    return result(rule, "met", sentence, value=Decimal(found), value_is="grade", unit="", detail=str(found), **kept)


def loss_grade(loss_pct: Decimal, rule: Rule) -> int:
    """1 no loss, 2 up to the first cut, 3 up to the second, 4 above it, 5 all lost (ogston03)."""
    low, high = rule.pair("cuts")
    return 1 if loss_pct <= 0 else 2 if loss_pct <= low else 3 if loss_pct <= high else 4 if loss_pct < 100 else 5


def mandard(timeline: Timeline, rule: Rule) -> RuleResult:
    """PTH-04: the grade as reported; poor is a met concern."""
    low, high = rule.pair("poor")
    return _entered(timeline, rule, "path.mandard", "Mandard regression grade", low, high, lambda grade: "poor" if low <= grade <= high else "not poor")


def becker_grade(timeline: Timeline, rule: Rule) -> RuleResult:
    """PTH-05: the grade as reported, else from the share of viable tumour where the scale belongs."""
    reported, viable = _row(timeline, "path.becker"), _row(timeline, VIABLE)
    if reported is None and _elsewhere(timeline, rule):
        return not_here(rule, "the scale is one for gastric and oesophagogastric tumours")
    row = reported or viable
    if row is None:
        return cannot(rule, "neither a Becker grade nor viable tumour recorded", VIABLE)
    kept: dict[str, object] = {"visit": row.visit, "evidence": tuple(one.id for one in (reported, viable) if one is not None)}
    if (why := not_a_resection(timeline, row.visit)) is not None:
        return cannot(rule, why, **kept)
    share, limit = _number(viable), rule.pair("cuts")[1]
    grade = None if share is None or share.exact is None or _elsewhere(timeline, rule) else becker(share.exact, rule.pair("cuts")).removeprefix("Becker ")
    given = None if reported is None else reported.code
    if grade is not None and given is not None and grade != given:
        return cannot(rule, f"Becker {given} is reported, but {share} viable tumour is Becker {grade}", **kept)
    found = given or grade
    if found is None:
        return cannot(rule, f"viable tumour is only known as {row.value}", VIABLE, **kept)
    basis = "as reported" if given is not None else f"{share} viable tumour"
    state: State = "met" if found == "3" else "not_met"
    if grade is not None and share is not None:
        kept |= {"value": share.exact, "value_is": "viable tumour", "operator": ">", "threshold": limit, "formula": f"{share} {'>' if state == 'met' else '≤'} {limit} %"}
    return result(rule, state, f"Becker regression grade {found} {timeline.at(row.visit)} ({basis}).", detail=found, **kept)


def major_response(timeline: Timeline, rule: Rule) -> RuleResult:
    """PTH-06: viable tumour up to the limit in lung cancer, below it in oesophagogastric adenocarcinoma."""
    if _elsewhere(timeline, rule):
        return not_here(rule, "not defined for this tumour")
    row, context = _row(timeline, VIABLE), timeline.history.case.context
    quantity = _number(row)
    if row is None or quantity is None:
        return cannot(rule, "no estimate of viable tumour", VIABLE)
    kept: dict[str, object] = {"visit": row.visit, "evidence": (row.id,)}
    if context is None:
        return cannot(rule, "the tumour context is not recorded", "context", **kept)
    if (why := not_a_resection(timeline, row.visit)) is not None:
        return cannot(rule, why, **kept)
    lung = context == "nsclc"
    limit, sign = rule.number("nsclc" if lung else "og"), "≤" if lung else "<"
    above = quantity.exceeds(limit) if lung else quantity.reaches(limit)
    if above is None:
        return cannot(rule, f"viable tumour is only known as {quantity}", VIABLE, **kept)
    words = "no major pathological response" if above else "major pathological response"
    sentence = f"Viable tumour {quantity} {timeline.at(row.visit)}: {words} ({sign} {limit} %)."
    detail = "not MPR" if above else "MPR"
    kept |= {"value": quantity.exact, "value_is": "viable tumour", "operator": "<=" if lung else "<", "threshold": limit}
    return result(rule, "not_met" if above else "met", sentence, formula=f"{quantity} {'not ' if above else ''}{sign} {limit} %", detail=detail, **kept)


def necrosis(timeline: Timeline, rule: Rule) -> RuleResult:
    """PTH-07: necrosis as recorded, in osteosarcoma else 100 − viable tumour; Huvos grade, and EURAMOS-1 where it differs."""
    if _elsewhere(timeline, rule):
        return not_here(rule, "graded in osteosarcoma")
    known = timeline.history.case.context is not None
    direct, viable = _row(timeline, "path.necrosis"), _row(timeline, VIABLE) if known else None
    row = direct or viable
    quantity = _number(row)
    if row is None or quantity is None:
        return cannot(rule, "necrosis not recorded", "path.necrosis")
    kept: dict[str, object] = {"visit": row.visit, "evidence": tuple(one.id for one in (direct, viable) if one is not None)}
    if (why := not_a_resection(timeline, row.visit)) is not None:
        return cannot(rule, why, **kept)
    if quantity.exact is None:
        return cannot(rule, f"necrosis or viable tumour is only known as {quantity}", **kept)
    other = _number(viable)
    if direct is not None and other is not None and other.exact is not None and quantity.exact + other.exact != 100:
        return cannot(rule, f"necrosis {quantity} and viable tumour {other} contradict each other", **kept)
    dead, good = quantity.exact if direct is not None else 100 - quantity.exact, rule.number("good")
    grade = huvos(dead, rule)
    poor = dead < good
    basis = "" if direct is not None else f" (100 − {plain(quantity.exact)} viable)"
    trial = f"; EURAMOS-1 counted {100 - good} % viable as poor" if dead == good else ""
    sentence = f"Necrosis {plain(dead)} %{basis} {timeline.at(row.visit)}: {'poor' if poor else 'good'} response, Huvos {grade}{trial}."
    kept |= {"value": dead, "value_is": "necrosis", "operator": "<", "threshold": good, "formula": f"{plain(dead)} {'<' if poor else '≥'} {good} %"}
    return result(rule, "met" if poor else "not_met", sentence, detail=f"{'poor' if poor else 'good'} ({grade})", **kept)


def huvos(necrosis_pct: Decimal, rule: Rule) -> str:
    """I below the first limit, II below that of a good response, III below 100 %, IV all dead."""
    return "I" if necrosis_pct < rule.number("huvos_2") else "II" if necrosis_pct < rule.number("good") else "III" if necrosis_pct < 100 else "IV"


def _entered(timeline: Timeline, rule: Rule, analyte: str, name: str, low: Decimal, high: Decimal, named: Callable[[Decimal], str]) -> RuleResult:
    """A whole grade as the pathologist gave it; from `low` to `high` it is the rule's concern."""
    row = _row(timeline, analyte)
    quantity = _number(row)
    if row is None or quantity is None:
        return absent(timeline, rule, f"{name} not recorded", analyte)
    kept: dict[str, object] = {"visit": row.visit, "evidence": (row.id,)}
    if (why := not_a_resection(timeline, row.visit)) is not None:
        return cannot(rule, why, **kept)
    grade = quantity.exact
    if grade is None:
        return cannot(rule, f"the grade is only known as {quantity}", analyte, **kept)
    concern, words = low <= grade <= high, named(grade)
    span = f"{low}" if low == high else f"{low} to {high}"
    sentence = f"{name} {plain(grade)} {timeline.at(row.visit)}: {words}."
    formula = f"{plain(grade)} {'is' if concern else 'is not'} {span}"
    return result(rule, "met" if concern else "not_met", sentence, value=grade, value_is="grade", formula=formula, detail=words, **kept)


def response_score(timeline: Timeline, rule: Rule) -> RuleResult:
    """PTH-08: the score of the omentum as reported."""
    poor = rule.number("poor")
    return _entered(timeline, rule, "path.crs", "Chemotherapy response score", poor, poor, lambda grade: _CRS[int(grade)])


def nar_score(timeline: Timeline, rule: Rule) -> RuleResult:
    """PTH-09: (5 pN − 3 (cT − pT) + 12)² / 9.61; low, intermediate or high (george15)."""
    rows = {key: _row(timeline, key) for key in _NAR}
    found = [row for row in rows.values() if row is not None]
    missing = tuple(key for key, row in rows.items() if row is None or row.quantity is None or row.quantity.exact is None)
    if not found:
        return absent(timeline, rule, "cT, pT and pN for the score are not recorded", *missing)
    visit = found[-1].visit
    kept: dict[str, object] = {"visit": visit, "evidence": tuple(row.id for row in found)}
    if missing:
        return cannot(rule, f"missing: {wording.joined(timeline.catalog.analytes[key].name for key in missing)}", *missing, **kept)
    if (why := not_a_resection(timeline, visit)) is not None:
        return cannot(rule, why, **kept)
    clinical, tumour, nodes = (row.quantity.exact for row in found if row.quantity is not None and row.quantity.exact is not None)
    value = nar(clinical, tumour, nodes, rule)
    low, high = rule.number("low"), rule.number("high")
    level = "low" if value < low else "high" if value > high else "intermediate"
    short = plain(wording.guarded(value, (low, high), 2))
    formula = f"({rule.number('node')} × {nodes} − {rule.number('stage')} × ({clinical} − {tumour}) + {rule.number('constant')})² / {rule.number('divisor')} = {short}"
    return result(rule, "met", f"NAR score {short}, {level}, {timeline.at(visit)}.", value=value, value_is="score", formula=formula, detail=level, **kept)


def nar(clinical_t: Decimal, tumour: Decimal, nodes: Decimal, rule: Rule) -> Decimal:
    """The neoadjuvant rectal score from cT 1 to 4, pT 0 to 4, pN 0 to 2."""
    base = rule.number("node") * nodes - rule.number("stage") * (clinical_t - tumour) + rule.number("constant")
    return base * base / rule.number("divisor")
