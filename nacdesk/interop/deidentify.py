"""Copies of cases without who they are about."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from nacdesk.domain.facts import History, Lesion, Observation, Patient, Visit
from nacdesk.domain.rules import Catalog

DAY_ZERO = date(2000, 1, 1)

_ISO = r"(?<!\d)(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})(?!\d)"
_DATE_LIKE = r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d)|(?:19|20)\d\d(?:-\d\d)?)(?!\d)"
_SHORTEST_NAME = 3  # shorter parts of a name are initials or particles and would empty every text


def deidentified(histories: Sequence[History], catalog: Catalog) -> tuple[History, ...]:
    """The cases as anonymous-1, anonymous-2, ... in their order; all intervals stay as they are.

    Gone are name, record number, birth date and notes, partial dates, and the case's key. Dates are
    shifted so that day 1 of the first cycle (else the first date) is 2000-01-01. Readers and
    scanners are numbered. In the texts that stay (diagnosis, stage, regimen, names of visits and
    lesions, methods, variants), name, record number, key and dates are replaced by "…"; any other
    free text should be read before it is passed on.
    """
    return tuple(_one(history, catalog, f"anonymous-{number}") for number, history in enumerate(histories, 1))


def _one(history: History, catalog: Catalog, key: str) -> History:
    shift = _shift(history.observations)
    scrub = _scrubber(history, shift)
    visits = _unique((visit.name for visit in history.visits), scrub)
    labels = _unique((lesion.label for lesion in history.lesions), scrub)
    readers, scanners = _numbers("reader", (row.reader for row in history.observations)), _numbers("scanner", (row.scanner for row in history.observations))

    def text(value: str | None) -> str | None:
        return None if value is None else scrub(value)

    def lesion(lesion: Lesion) -> Lesion:
        return replace(lesion, label=labels[lesion.label], organ=text(lesion.organ), origin=tuple(labels.get(label, scrub(label)) for label in lesion.origin))

    def visit(visit: Visit) -> Visit:
        return replace(visit, name=visits[visit.name])

    def row(row: Observation) -> Observation:
        free = row.analyte not in catalog.analytes or catalog.analytes[row.analyte].kind == "text"
        return replace(
            row,
            value=scrub(row.value) if free and isinstance(row.value, str) else row.value,
            date=None if row.date is None else row.date + shift,
            partial_date=None,
            lesion=None if row.lesion is None else labels[row.lesion],
            method=text(row.method),
            scanner=scanners.get(row.scanner or ""),
            segmentation=text(row.segmentation),
            reader=readers.get(row.reader or ""),
            note=None,
            entered=scrub(row.entered) if free else row.entered,
        )

    case = history.case
    return History(
        case=replace(case, key=key, patient=Patient(sex=case.patient.sex), diagnosis=text(case.diagnosis), stage=text(case.stage), regimen=text(case.regimen)),
        lesions=tuple(map(lesion, history.lesions)),
        visits=tuple(map(visit, history.visits)),
        observations=tuple(map(row, history.observations)),
    )


def _shift(observations: Iterable[Observation]) -> timedelta:
    dated = [(row.date, row.analyte) for row in observations if row.date is not None]
    days = [day for day, analyte in dated if analyte == "treatment.cycle"] or [day for day, _ in dated]
    return DAY_ZERO - min(days, default=DAY_ZERO)


def _scrubber(history: History, shift: timedelta) -> Callable[[str], str]:
    """Takes what identifies out of a text: ISO dates are shifted, the rest becomes "…"."""
    patient = history.case.patient
    names = [history.case.key, patient.mrn or "", patient.name or "", *re.split(r"[\s,;]+", patient.name or "")]
    known = sorted({name for name in names if len(name) >= _SHORTEST_NAME}, key=len, reverse=True)
    telling = re.compile("|".join([*(rf"(?<!\w){re.escape(name)}(?!\w)" for name in known), _ISO, _DATE_LIKE]), re.IGNORECASE)

    def replaced(found: re.Match[str]) -> str:
        try:
            return (date.fromisoformat(found["iso"]) + shift).isoformat() if found["iso"] else "…"
        except (ValueError, OverflowError):
            return "…"

    return lambda text: telling.sub(replaced, text)


def _unique(names: Iterable[str], scrub: Callable[[str], str]) -> dict[str, str]:
    """New names, told apart by a number where scrubbing made two alike."""
    found: dict[str, str] = {}
    for name in names:
        new, number = scrub(name), 1
        while new in found.values():
            number += 1
            new = f"{scrub(name)} ({number})"
        found[name] = new
    return found


def _numbers(kind: str, names: Iterable[str | None]) -> dict[str, str]:
    return {name: f"{kind} {number}" for number, name in enumerate(dict.fromkeys(name for name in names if name), 1)}
