"""Evidence tally and concern band instead of a score (SCO-01, SCO-02): counts, never a percentage."""

from collections.abc import Container, Mapping

from nacdesk.domain.judgements import Tally
from nacdesk.domain.results import cannot, not_here, result
from nacdesk.domain.rules import TALLY_DOMAINS, Catalog, RuleResult, TallyDomain

MAIN_DOMAINS: tuple[TallyDomain, ...] = ("anatomic", "metabolic", "ctDNA", "marker", "pathology")


def tally(catalog: Catalog, latest: Mapping[str, RuleResult]) -> Mapping[TallyDomain, Tally]:
    """Per domain: criteria met, evaluable, not evaluable; rules that do not apply are not counted."""
    answer: dict[TallyDomain, Tally] = {}
    for domain in TALLY_DOMAINS:
        states = [latest[rule.id].state for rule in catalog.rules.values() if rule.tally == domain and rule.id in latest]
        met = states.count("met")
        answer[domain] = Tally(met, met + states.count("not_met"), states.count("not_evaluable"))
    return answer


def band(catalog: Catalog, latest: Mapping[str, RuleResult], counts: Mapping[TallyDomain, Tally], spared: Container[str] = ()) -> str | None:
    """Domains with a met criterion that raises the band; None when no such criterion was evaluable, or the site shows no band.

    `spared`: rules that do not raise it in this tumour.
    """
    limits = catalog.rules["SCO-02"]
    raising = [rule for rule in catalog.rules.values() if rule.raises_band and rule.id in latest and rule.id not in spared]
    if limits.off or not any(latest[rule.id].state in ("met", "not_met") for rule in raising):
        return None
    domains = {rule.tally for rule in raising if latest[rule.id].state == "met"}
    name = "none" if not domains else "multi-domain" if len(domains) >= limits.number("multi") else "single-domain"
    blind = sum(1 for domain in MAIN_DOMAINS if counts[domain].evaluable == 0)
    return f"{name}, limited data" if blind >= limits.number("limited") else name


def results(catalog: Catalog, counts: Mapping[TallyDomain, Tally], level: str | None) -> list[RuleResult]:
    """All three as results, so that they are explained like any rule."""
    parts = [
        f"{domain} {row.met}/{row.evaluable}" + (" met" if row.evaluable else "") + (f", {row.not_evaluable} missing" if row.not_evaluable else "")
        for domain, row in counts.items()
    ]
    rule, other, single = (catalog.rules[name] for name in ("SCO-01", "SCO-02", "SCO-03"))
    alone = not_here(single, "asked for one test at a time, with a pre-test probability that the user types")
    if not any(row.evaluable for row in counts.values()):
        return [cannot(rule, "nothing evaluable: no band shown"), cannot(other, "no criterion that raises the band is evaluable"), alone]
    first = result(rule, "met", f"Criteria met of those evaluable: {'; '.join(parts)}.", detail="; ".join(parts))
    if level is None:
        return [first, cannot(other, "no criterion that raises the band is evaluable"), alone]
    band = result(other, "not_met" if level.startswith("none") else "met", f"Concern band: {level}; a reading aid, not a probability.", detail=level)
    return [first, band, alone]
