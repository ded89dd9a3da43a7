"""Invented histories in all scripts of Unicode: what a store can hold and a file must carry."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from nacdesk.domain.analytes import Analyte
from nacdesk.domain.facts import Case, History, Lesion, Observation, Patient, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.interop.assembly import identity

SOME = "@=+-'a1 <é漢ع한\u0301ñ;,\""


def texts(size: int = 12) -> st.SearchStrategy[str]:
    """Text on one line, trimmed, without control characters; often one that a spreadsheet would misread."""
    wide = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=size)
    return (wide | st.text(SOME, min_size=1, max_size=size)).map(str.strip).filter(lambda text: text and " ".join(text.split()) == text)


def labels(count: int) -> st.SearchStrategy[list[str]]:
    return st.lists(texts(), min_size=1, max_size=count, unique_by=identity)


def optional(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


def decimals(low: Decimal, high: Decimal, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)


def quantities(analyte: Analyte, node: bool) -> st.SearchStrategy[Quantity | str]:
    """A value the analyte accepts: exact, a bound, not detected, or one of its codes."""
    limits = analyte.range(node)
    assert limits is not None
    whole = analyte.kind == "integer"
    counts = st.integers(int(limits.hard_min), int(limits.hard_max)).map(Decimal)
    fractions = st.integers(0, 3).flatmap(lambda places: decimals(limits.hard_min, limits.hard_max, places))
    numbers = (counts if whole else fractions).filter(lambda number: number > 0)
    bound = optional(decimals(Decimal("0.001"), Decimal(1), 3))
    values: st.SearchStrategy[Quantity | str] = st.builds(Quantity, numbers, st.just(analyte.unit), st.sampled_from("=<>"), bound)
    if analyte.limit_for_nd:
        values |= st.builds(lambda limit: Quantity(None, analyte.unit, "ND", limit), decimals(Decimal("0.001"), Decimal(1), 3))
    return values | st.sampled_from(analyte.codes) if analyte.codes else values


@st.composite
def histories(draw: st.DrawFn, catalog: Catalog) -> History:
    """One case; every visit and lesion is used by an observation, as in a long table."""
    contexts = st.sampled_from(sorted(catalog.contexts))
    births, sexes = st.dates(date(1910, 1, 1), date(1999, 12, 31)), st.sampled_from([None, "F", "M", "X"])
    case = Case(
        key=draw(texts()),
        patient=Patient(draw(optional(texts())), draw(optional(texts())), draw(optional(births)), draw(sexes)),
        diagnosis=draw(optional(texts(30))),
        stage=draw(optional(texts())),
        stage_group=draw(st.sampled_from([None, "I", "II", "III", "IV"])),
        context=draw(optional(contexts)),
        regimen=draw(optional(texts())),
        cycle_length=draw(optional(st.integers(1, 84))),
        fictitious=draw(st.booleans()),
    )
    names = draw(labels(4))
    visits = [Visit(f"visit {place + 1}", name, place, draw(optional(st.integers(0, 20)))) for place, name in enumerate(names)]
    found = draw(labels(3))
    maybe, kinds, roles = st.sampled_from([None, True, False]), st.sampled_from(["mass", "node"]), st.sampled_from(["target", "non_target", "new"])
    lesions = [
        Lesion(label, draw(kinds), draw(roles), draw(optional(texts())), draw(maybe), draw(maybe), (found[0],) if place and draw(st.booleans()) else ())
        for place, label in enumerate(found)
    ]
    rows = [_observation(draw, catalog, visit, lesion, number) for number, (visit, lesion) in enumerate((visit, lesion) for visit in visits for lesion in [None, *lesions])]
    return History(case, tuple(lesions), tuple(visits), tuple(rows))


def _observation(draw: st.DrawFn, catalog: Catalog, visit: Visit, lesion: Lesion | None, number: int) -> Observation:
    fits = ("no", "either") if lesion is None else ("yes", "either")
    known = sorted(name for name, analyte in catalog.analytes.items() if analyte.per_lesion in fits and not analyte.derived)
    analyte = catalog.analytes[draw(st.sampled_from(known))]
    if analyte.kind == "code":
        value: Quantity | str = draw(st.sampled_from(analyte.codes))
    elif analyte.kind == "text":
        value = draw(texts().map(lambda text: f"p.{text}"))
    else:
        value = draw(quantities(analyte, lesion is not None and lesion.kind == "node"))
    # Dates of one visit lie close together; the day of the year 2001 grows with the visit.
    day = draw(st.none() | st.integers(0, 20).map(lambda days: date.fromordinal(date(2001, 1, 1).toordinal() + 60 * visit.place + days)))
    partial = draw(st.sampled_from([None, "2001", "2001-02"])) if day is None else None
    return Observation(
        id=f"any {number}",
        visit=visit.id,
        analyte=analyte.id,
        value=value,
        date=day,
        partial_date=partial,
        lesion=None if lesion is None else lesion.label,
        uln=draw(optional(decimals(Decimal("0.1"), Decimal(99), 2))) if analyte.kind in ("number", "integer") and isinstance(value, Quantity) else None,
        method=draw(optional(texts())),
        scanner=draw(optional(texts())),
        segmentation=draw(texts()) if analyte.needs_segmentation else draw(optional(texts())),
        reader=draw(optional(texts())),
        accepted=draw(st.booleans()),
        note=draw(optional(texts(40) | st.just("two\nlines"))),
    )
