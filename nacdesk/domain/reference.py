"""The catalogue as pages to read: intended use, rules, options, regimens, mechanism notes, quoted claims, sources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nacdesk.domain import explain, wording
from nacdesk.domain.explain import Part
from nacdesk.domain.options import field_name, words
from nacdesk.domain.quantity import plain
from nacdesk.domain.rules import SEVERITIES, SEVERITY_WORDS, SHAPES, Catalog, Condition, Option, Regimen, Rule, Share, SingleTest, Source

Kind = Literal["Intended use", "Rules", "Options", "Regimens", "Mechanism notes", "Quoted claims", "Sources"]

KINDS: tuple[Kind, ...] = ("Intended use", "Rules", "Options", "Regimens", "Mechanism notes", "Quoted claims", "Sources")
INTENDED_USE, READING = "intended-use", "reading"
_TESTS = "SCO-03"  # the rule that the published tests belong to


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        id: unique over all kinds: of a rule, option, note or claim its id, of a regimen its name, of a source its key.
    """

    id: str
    kind: Kind
    title: str
    parts: tuple[Part, ...]

    @property
    def see(self) -> tuple[str, ...]:
        """Ids of the pages that this one leads to."""
        return tuple(dict.fromkeys(key for part in self.parts for key in part.to))

    @property
    def text(self) -> str:
        """Everything on it in running words."""
        return " ".join((self.title, *(text for part in self.parts for text in (part.heading, *part.lines))))


def pages(catalog: Catalog) -> tuple[Page, ...]:
    """Every page of a catalogue in the order of KINDS; each link leads to one of them, and back."""
    made = (
        *_intended_use(catalog),
        *(_rule(rule, catalog) for rule in catalog.rules.values()),
        *(_option(option, catalog) for option in catalog.options),
        *(_regimen(regimen, catalog) for regimen in catalog.regimens),
        *(Page(note.id, "Mechanism notes", note.name, (Part("For reading only", (note.text,)), _sources(note.sources, catalog))) for note in catalog.mechanisms),
        *_claims(catalog),
        *(Page(source.key, "Sources", _short(source), (Part("Citation", (source.citation,)),)) for source in catalog.sources.values()),
    )
    back: dict[str, list[Page]] = {}
    for page in made:
        for key in page.see:
            back.setdefault(key, []).append(page)
    return tuple(_linked_back(page, back.get(page.id, ())) for page in made)


def find(made: Sequence[Page], text: str) -> tuple[Page, ...]:
    """The pages in which all words occur, in any case; those with all of them in the title first. All pages for no word."""
    wanted = text.casefold().split()
    titled = [page for page in made if _holds(f"{page.id} {page.title}", wanted)]
    known = {page.id for page in titled}
    return (*titled, *(page for page in made if page.id not in known and _holds(page.text, wanted)))


def _holds(text: str, wanted: Sequence[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in wanted)


def _linked_back(page: Page, citing: Sequence[Page]) -> Page:
    """The page with what refers to it and is not named on it already."""
    others = [other for other in citing if other.id not in page.see]
    if not others:
        return page
    part = Part("Cited by" if page.kind == "Sources" else "See also", tuple(other.title for other in others), tuple(other.id for other in others))
    return replace(page, parts=(*page.parts, part))


def _intended_use(catalog: Catalog) -> Iterator[Page]:
    use = catalog.intended_use
    signed = (f"{wording.capital(catalog.standing)}.", *([catalog.reviewed.remarks] if catalog.reviewed and catalog.reviewed.remarks else []))
    parts = (
        Part("What it is for", use.purpose),
        Part("For whom", use.users),
        Part("What it is not for", use.limits),
        Part("Clinical review", (*signed, f"Rule set {catalog.version}, sha256 {catalog.digest}.")),
        _overrides(catalog),
        Part("On every page", (catalog.statement,)),
        Part("On changing course", (catalog.evidence_note,)),
    )
    yield Page(INTENDED_USE, "Intended use", "Intended use", tuple(part for part in parts if any(part.lines)))
    reading = (
        Part("States", (
            "Met, or not met: what was recorded decides it.",
            "Not evaluable: it belongs to this case, and data are missing or cannot be used; this is never a sign of response.",
            "Not applicable: it does not belong to this tumour, regimen or phase.",
            "Worked out: a number or class that other criteria use.",
        )),
        Part("Severity", (f"{', '.join(f'{SHAPES[one]} {SEVERITY_WORDS[one]}' for one in SEVERITIES)}: how much a met criterion asks for attention.",)),
        Part("Evidence grades", tuple(f"{grade}: {meaning}." for grade, meaning in explain.GRADES.items())),
        Part("Sources", ("A DOI that was not looked up is marked so; so is an article that was not reviewed.",)),
    )  # fmt: skip
    yield Page(READING, "Intended use", "How to read a criterion", reading)


def _overrides(catalog: Catalog) -> Part:
    """What the site changed; each sentence begins with the id of its rule."""
    changes = catalog.overrides
    return Part("Changed by this site", changes or ("Nothing.",), tuple(text.partition(":")[0] for text in changes))


def _rule(rule: Rule, catalog: Catalog) -> Page:
    kind = f"{SHAPES[rule.severity]} flag" if rule.flag else "Worked out or judged; raises no flag of its own"
    counted = f"; counted in the domain {rule.tally}{', raises the concern band' if rule.raises_band else ''}" if rule.tally else ""
    tests = [Part(f"{test.id} · {test.test}", tuple(_test(test, catalog)), test.sources) for test in catalog.tests] if rule.id == _TESTS else []
    return Page(rule.id, "Rules", f"{rule.id} · {rule.name}", (*explain.about(rule, catalog), Part("Shown as", (f"{kind}{counted}.",)), *tests))


def _test(test: SingleTest, catalog: Catalog) -> Iterator[str]:
    """One line a source, so that each line leads to its own."""
    said = [f"for {test.target}"]
    said += [f"sensitivity {_share(test.sensitivity)}"] if test.sensitivity else []
    said += [f"specificity {_share(test.specificity)}"] if test.specificity else []
    said += [f"positive predictive value {plain(test.predictive_value)}"] if test.predictive_value is not None else []
    for key in test.sources:
        yield f"{'; '.join(said)}. {catalog.sources[key].citation}"


def _share(share: Share) -> str:
    return f"{plain(share.value)} ({plain(share.low)} to {plain(share.high)})"


def _option(option: Option, catalog: Catalog) -> Page:
    context = catalog.contexts.get(option.context)
    escat = "" if option.escat in ("", "n/a") else f"; ESCAT {option.escat}"
    parts = (
        Part("What it is", (option.wording,)),
        Part("Checklist", tuple(f"{wording.capital(item)}." for item in option.checklist)),
        Part("Investigational", ("Investigational: trial setting only.",) if option.investigational_only else ()),
        Part("Tumour", (f"{context.label}." if context else "Any tumour.",)),
        Part("Kind", (f"{option.category.replace('_', ' ').capitalize()}.",)),
        Part("Prerequisites", tuple(_condition(one, catalog) for one in option.prerequisites) or ("No prerequisite.",)),
        Part("Cautions", tuple(_condition(one, catalog) for one in option.cautions) or ("No caution is named.",)),
        Part("Trade-offs", (option.trade_offs,)),
        Part("Evidence", (f"{wording.capital(option.evidence_level)}{escat}.",)),
        _sources(option.sources, catalog),
    )
    return Page(option.id, "Options", f"{option.id} · {option.name}", tuple(part for part in parts if part.lines))


def _condition(condition: Condition, catalog: Catalog) -> str:
    analyte = catalog.analytes.get(condition.field)
    unit = f" {analyte.unit}" if analyte and analyte.unit else ""
    said = f"{words(condition, field_name(condition.field, catalog))}{unit}"
    return f"{said} ({condition.note})." if condition.note else f"{said}."


def _regimen(regimen: Regimen, catalog: Catalog) -> Page:
    planned = f", {wording.counted(regimen.planned_cycles, 'cycle')} before surgery" if regimen.planned_cycles else ""
    parts = (
        Part("Tumour", (f"{catalog.contexts[regimen.context].label}.",)),
        Part("Course", (f"{regimen.course}; a cycle of {wording.counted(regimen.cycle_length, 'day')}{planned}.",)),
        Part("Kind", (f"{regimen.kind.capitalize()}{', with a checkpoint inhibitor' if regimen.immune else ''}.",)),
        Part("Usual assessments", (f"{wording.capital(regimen.assessment)}.",)),
        Part("Evidence", (f"{wording.capital(regimen.evidence)}.",)),
        _sources(regimen.sources, catalog),
    )
    return Page(regimen.name, "Regimens", regimen.name, parts)


def _claims(catalog: Catalog) -> Iterator[Page]:
    titles: Mapping[str, str] = {**{rule.id: f"{rule.id} · {rule.name}" for rule in catalog.rules.values()}, **{one.id: f"{one.id} · {one.name}" for one in catalog.options}}
    for claim in catalog.claims:
        parts = (
            Part("Widely quoted claim", (claim.claim,)),
            Part("What was found", (claim.found,)),
            Part("Verdict", (claim.verdict,)),
            Part("What the program does with it", (claim.handling,)),
            Part("Rules and options", tuple(titles[key] for key in claim.see), claim.see),
            _sources(claim.sources, catalog),
        )
        yield Page(claim.id, "Quoted claims", f"{claim.id} · {claim.claim.rstrip('.')}", tuple(part for part in parts if part.lines))


def _sources(keys: tuple[str, ...], catalog: Catalog) -> Part:
    return Part("Sources", tuple(catalog.sources[key].citation for key in keys), keys)


def _short(source: Source) -> str:
    """The first author, the year and the title."""
    first = source.authors.partition(",")[0].rstrip(".")
    return f"{first}{f' {source.year}' if source.year else ''} · {source.title}"
