"""Conversions of ctDNA by the cell-free DNA of the sample, and when a lead time may be named (CTD-01, CTD-02, CTD-09).

Sources: ctconv21, esmo_ctdna, magbanua21; garcia19, coombes19, reinert19. The reported unit is kept; a conversion stands beside it.
"""

from collections.abc import Iterator
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.ctdna import ANALYTES
from nacdesk.domain.quantity import plain
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import Rule, RuleResult
from nacdesk.domain.timeline import Timeline, pick

CFDNA, VAF = "ctdna.cfdna", "ctdna.vaf"


def results(timeline: Timeline) -> Iterator[RuleResult]:
    """CTD-01 and CTD-02 at each visit, CTD-09 once."""
    rules = timeline.catalog.rules
    yield from _equivalents(timeline, rules["CTD-01"])
    yield from _copies(timeline, rules["CTD-02"], rules["CTD-01"])
    yield lead_time(timeline, rules["CTD-09"])


def genome_equivalents(nanograms: Decimal, rule: Rule) -> Decimal:
    """Haploid genome equivalents per mL of plasma from ng/mL: 1000 pg a ng over the mass of one genome."""
    return nanograms * rule.number("pg_per_ng") / rule.number("pg_per_hGE")


def _exact(timeline: Timeline, analyte: str, visit: str) -> tuple[Decimal | None, str, tuple[str, ...]]:
    """The one value of a visit, else why there is none, and the observation."""
    rows = timeline.rows(analyte, visit)
    name = timeline.catalog.analytes[analyte].name
    row, doubt = pick(rows)
    if row is None:
        return None, doubt or f"{name} is missing", ()
    if row.quantity is None or row.quantity.exact is None:
        return None, f"{name} is only known as {row.value}", (row.id,)
    return row.quantity.exact, "", (row.id,)


def _equivalents(timeline: Timeline, rule: Rule) -> Iterator[RuleResult]:
    visits = list(dict.fromkeys(row.visit for row in timeline.rows(CFDNA)))
    if not visits:
        yield cannot(rule, "cell-free DNA not recorded", CFDNA)
    for visit in visits:
        nanograms, why, evidence = _exact(timeline, CFDNA, visit)
        if nanograms is None:
            yield cannot(rule, f"{why} {timeline.at(visit)}", CFDNA, visit=visit, evidence=evidence)
            continue
        value = genome_equivalents(nanograms, rule)
        short = wording.shown(value, 0)
        formula = f"{plain(nanograms)} × {rule.number('pg_per_ng')} / {rule.number('pg_per_hGE')} = {short} genome equivalents/mL"
        sentence = f"Cell-free DNA {plain(nanograms)} ng/mL {timeline.at(visit)}: {short} genome equivalents per mL of plasma."
        yield result(rule, "met", sentence, visit=visit, value=value, value_is="genome equivalents", formula=formula, evidence=evidence)


def _copies(timeline: Timeline, rule: Rule, conversion: Rule) -> Iterator[RuleResult]:
    visits = list(dict.fromkeys(row.visit for row in timeline.rows(VAF)))
    if not visits:
        yield cannot(rule, "no VAF recorded", VAF)
    for visit in visits:
        fraction, why, evidence = _exact(timeline, VAF, visit)
        nanograms, gone, other = _exact(timeline, CFDNA, visit)
        if fraction is None or nanograms is None:
            yield cannot(rule, f"{why or gone} {timeline.at(visit)}", VAF if fraction is None else CFDNA, visit=visit, evidence=evidence + other)
            continue
        value = fraction / 100 * genome_equivalents(nanograms, conversion)
        short = wording.shown(value, 2)
        formula = f"{plain(fraction)} / 100 × {wording.shown(genome_equivalents(nanograms, conversion), 0)} = {short} copies/mL"
        sentence = f"VAF {plain(fraction)} % with {plain(nanograms)} ng/mL of cell-free DNA {timeline.at(visit)}: {short} mutant copies per mL of plasma."
        yield result(rule, "met", sentence, visit=visit, value=value, value_is="mutant copies", formula=formula, evidence=evidence + other)


def lead_time(timeline: Timeline, rule: Rule) -> RuleResult:
    """CTD-09: a figure belongs to follow-up after surgery; before it none is validated and none is shown."""
    after = [row for analyte in ANALYTES for row in timeline.rows(analyte) if timeline.surgery is not None and (timeline.date_of(row) or timeline.surgery) > timeline.surgery]
    if not after:
        return not_here(rule, "no lead time is validated during treatment before surgery")
    low, high = rule.pair("months")
    sentence = f"After treatment, ctDNA came before relapse on imaging by about {low} to {high} months in cohorts; this says nothing of a single patient."
    return result(rule, "met", sentence, visit=after[-1].visit, detail="lead-time note", evidence=(after[-1].id,))
