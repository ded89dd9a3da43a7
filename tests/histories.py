"""Histories for tests: `drawn()` by hand, `histories()` by Hypothesis, `facts_of()` to compare them."""

import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from nacdesk.domain.facts import Case, History, Lesion, Observation, Patient, Visit
from nacdesk.domain.quantity import Quantity

# (analyte, unit, smallest and largest value used, whether it belongs to a lesion, whether "not detected" is a value)
NUMBERS: tuple[tuple[str, str, str, str, bool, bool], ...] = (
    ("size.diameter", "mm", "0.1", "200", True, False),
    ("pet.suvmax", "g/mL", "0.5", "60", True, False),
    ("ctdna.vaf", "%", "0.001", "90", False, True),
    ("marker.cea", "ng/mL", "0.1", "5000", False, False),
)
CODES: tuple[tuple[str, str, bool], ...] = (
    ("size.diameter", "ABSENT", True),
    ("size.diameter", "TSTM", True),
    ("size.diameter", "NE", True),
    ("lesion.new", "no", False),
    ("status.ecog", "1", False),
    ("biomarkers.her2_ihc", "3+", False),
    ("biomarkers.kras", "none", False),
)


def drawn(key: str = "D-100482", **case: Any) -> History:
    """A small case by hand: two lesions, three visits, size, SUV, ctDNA and a code.

    Args:
        key: of the case.
        case: fields of Case to set otherwise.
    """
    facts: dict[str, Any] = {
        "patient": Patient("DEMO, Ines Alvarez", f"MRN {key}", date(1965, 3, 14), "F"),
        "diagnosis": "Oesophageal adenocarcinoma",
        "stage": "cT3 N1 M0",
        "stage_group": "III",
        "context": "oesoph_gej_gastric_adeno",
        "regimen": "FLOT (perioperative)",
        "cycle_length": 14,
    }
    lesions = (Lesion("primary", organ="oesophagus"), Lesion("node 7R", "node", organ="node"))
    visits = (Visit("v1", "baseline", 0, 0), Visit("v2", "after C2", 1, 2), Visit("v3", "after C3", 2, 3))
    days = {"v1": date(2026, 8, 28), "v2": date(2026, 10, 1), "v3": date(2026, 10, 17)}
    seen: list[Observation] = []

    def add(visit: str, analyte: str, value: Quantity | str, lesion: str | None = None, method: str | None = None, **more: Any) -> None:
        seen.append(Observation(f"f{len(seen) + 1}", visit, analyte, value, days[visit], lesion=lesion, method=method, entered=str(value), **more))

    for visit, primary, node in (("v1", "31.0", "16"), ("v2", "30", "16"), ("v3", "29", "15")):
        add(visit, "size.diameter", millimetres(primary), "primary", "CT")
        add(visit, "size.diameter", millimetres(node), "node 7R", "CT")
    add("v1", "pet.suvmax", Quantity(Decimal("9.4"), "g/mL"), "primary", "PET/CT")
    add("v1", "ctdna.vaf", Quantity(Decimal("1.9"), "%", limit=Decimal("0.02")), method="tumour-informed assay")
    add("v2", "ctdna.vaf", Quantity(Decimal("0.02"), "%", "<", Decimal("0.02")), method="tumour-informed assay")
    add("v3", "ctdna.vaf", Quantity(None, "%", "ND", Decimal("0.02")), method="tumour-informed assay")
    add("v1", "marker.cea", Quantity(Decimal("8.10"), "ng/mL"), uln=Decimal("5.0"))
    add("v3", "lesion.new", "no", method="CT")
    return History(Case(key, **(facts | case)), lesions, visits, tuple(seen))


def sized(key: str, *values: str, lesion: str = "primary", **case: Any) -> History:
    """A case of one lesion with one diameter (mm, or a code) a visit: "baseline", "after C1", "after C2" …"""
    visits = tuple(Visit(str(place), "baseline" if place == 0 else f"after C{place}", place, place) for place in range(len(values)))
    seen = tuple(
        Observation(f"f{place}", str(place), "size.diameter", value if value.isalpha() else millimetres(value), lesion=lesion, method="CT", entered=value)
        for place, value in enumerate(values)
    )
    return History(Case(key, **case), (Lesion(lesion),), visits, seen)


def millimetres(value: str) -> Quantity:
    """A diameter with the digits as written."""
    return Quantity(Decimal(value), "mm")


def facts_of(history: History) -> History:
    """The history without what a store or file gives it: ids, revision, the mark of an invented case."""
    names = {visit.id: visit.name for visit in history.visits}
    return replace(
        history,
        case=replace(history.case, revision=0, fictitious=False),
        visits=tuple(replace(visit, id=visit.name, place=place) for place, visit in enumerate(sorted(history.visits, key=lambda visit: visit.place))),
        observations=tuple(replace(seen, id="", visit=names[seen.visit]) for seen in history.observations),
    )


def digits_of(history: History) -> tuple[str, ...]:
    """Every number with its digits: 31.0 is not 31, though they are equal."""
    found: list[str] = []
    for seen in history.observations:
        numbers = (seen.value.value, seen.value.limit) if isinstance(seen.value, Quantity) else ()
        found += [str(number) for number in (*numbers, seen.uln)]
    return tuple(found)


# any text that can be written down: every script, no half characters (surrogates), no NUL
_signs = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_latin = st.text(string.ascii_letters + string.digits + " -.’<>&%_*\"'", min_size=1, max_size=12)
texts = st.one_of(_latin, st.text(_signs, min_size=1, max_size=12))
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    """Who: any part may be missing."""
    mrn = draw(_maybe(st.text(string.ascii_letters + string.digits + " .-", min_size=1, max_size=10).filter(lambda text: any(sign.isalnum() for sign in text))))
    return Patient(draw(_maybe(texts)), mrn, draw(_maybe(days)), draw(_maybe(st.sampled_from(("F", "M", "X")))))


@st.composite
def cases(draw: st.DrawFn, keys: st.SearchStrategy[str] = texts) -> Case:
    """Facts of a case: any of them may be missing."""
    return Case(
        draw(keys),
        draw(patients()),
        diagnosis=draw(_maybe(texts)),
        stage=draw(_maybe(texts)),
        stage_group=draw(_maybe(st.sampled_from(("I", "II", "III", "IV")))),
        context=draw(_maybe(st.sampled_from(("breast_tnbc", "oesoph_gej_gastric_adeno")))),
        regimen=draw(_maybe(texts)),
        cycle_length=draw(_maybe(st.integers(1, 60))),
    )


@st.composite
def numbers(draw: st.DrawFn, low: str, high: str) -> Decimal:
    """A decimal in the range, with 0 to 6 places and any trailing zeros."""
    places = draw(st.integers(0, 6))
    value = draw(st.decimals(Decimal(low), Decimal(high), allow_nan=False, allow_infinity=False, places=places))
    return min(max(value, Decimal(low)), Decimal(high))


@st.composite
def observations(draw: st.DrawFn, visits: Sequence[Visit], lesions: Sequence[Lesion]) -> Observation:
    """One fact of one of the visits: a number, a bound, not detected, or a code."""
    analyte, value, of_lesion = draw(st.one_of(_number_facts(), st.sampled_from(CODES)))
    if of_lesion and not lesions:
        analyte, value, of_lesion = "marker.cea", Quantity(Decimal("5.0"), "ng/mL"), False
    dated = draw(st.sampled_from(("date", "partial", "none")))
    return Observation(
        id=f"f{draw(st.integers(1, 10**6))}",
        visit=draw(st.sampled_from(visits)).id,
        analyte=analyte,
        value=value,
        date=draw(days) if dated == "date" else None,
        partial_date=draw(st.sampled_from(("2014", "2014-02"))) if dated == "partial" else None,
        lesion=draw(st.sampled_from(lesions)).label if of_lesion else None,
        uln=draw(_maybe(numbers("0.1", "100"))) if analyte == "marker.cea" else None,
        method=draw(_maybe(st.one_of(st.sampled_from(("CT", "MRI", "PET/CT")), texts))),
        scanner=draw(_maybe(texts)),
        segmentation=draw(_maybe(texts)),
        reader=draw(_maybe(texts)),
        accepted=draw(st.booleans()),
        note=draw(_maybe(texts)),
        entered=draw(texts),
        warnings=tuple(draw(st.lists(texts, max_size=2))),
    )


@st.composite
def _number_facts(draw: st.DrawFn) -> tuple[str, Quantity, bool]:
    analyte, unit, low, high, of_lesion, may_be_undetected = draw(st.sampled_from(NUMBERS))
    limit = draw(_maybe(numbers("0.001", "1"))) if may_be_undetected else None
    comparator = draw(st.sampled_from(("=", "<", ">", "ND") if may_be_undetected else ("=", "<", ">")))
    value = None if comparator == "ND" else draw(numbers(low, high))
    return analyte, Quantity(value, unit, comparator, limit), of_lesion


@st.composite
def histories(draw: st.DrawFn, keys: st.SearchStrategy[str] = texts, most: int = 8) -> History:
    """A case with gaps: 0 to 3 lesions, 1 to 4 visits, up to `most` observations, each fact once."""
    labels = draw(st.lists(texts, max_size=3, unique_by=str.casefold))
    lesions = tuple(
        Lesion(
            label,
            draw(st.sampled_from(("mass", "node"))),
            draw(st.sampled_from(("target", "non_target", "new"))),
            draw(_maybe(texts)),
            draw(_maybe(st.booleans())),
            draw(_maybe(st.booleans())),
            tuple(draw(st.lists(texts, max_size=2))),
        )
        for label in labels
    )
    names = draw(st.lists(texts, min_size=1, max_size=4, unique_by=str.casefold))
    visits = tuple(Visit(f"v{place}", name, place, draw(_maybe(st.integers(0, 12)))) for place, name in enumerate(names))
    seen = draw(st.lists(observations(visits, lesions), max_size=most, unique_by=lambda fact: (fact.visit, fact.natural_key)))
    return History(draw(cases(keys)), lesions, visits, tuple(seen))
