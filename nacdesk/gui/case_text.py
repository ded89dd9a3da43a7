"""The lines about a patient and a course that stand over a case, in words. A fact not recorded is said to be so."""

from datetime import date

from nacdesk.domain import wording
from nacdesk.domain.judgements import Review

NOT_RECORDED = "not recorded"


def name_of(review: Review) -> str:
    """The patient's name, or the key of the case where no name is recorded."""
    case = review.history.case
    return case.patient.name or f"Case {case.key}"


def identity(review: Review) -> str:
    """Sex, age, birth date and record number: "F · 61 y (b. 1965-03-14) · MRN D-100482"."""
    patient = review.history.case.patient
    birth = "birth date not recorded"
    if patient.birth_date is not None:
        age = f"{age_on(patient.birth_date, review.as_of)} y " if review.as_of else ""
        birth = f"{age}(b. {patient.birth_date.isoformat()})" if age else f"b. {patient.birth_date.isoformat()}"
    return " · ".join((patient.sex or "sex not recorded", birth, f"MRN {patient.mrn}" if patient.mrn else "MRN not recorded"))


def age_on(birth: date, day: date) -> int:
    """Whole years of age on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def diagnosis(review: Review) -> str:
    """Diagnosis and stage."""
    case = review.history.case
    return ", ".join(part for part in (case.diagnosis or "diagnosis not recorded", case.stage) if part)


def regimen(review: Review) -> str:
    """The regimen and its rhythm: "FLOT (perioperative) q14d"."""
    case = review.history.case
    if not case.regimen:
        return "regimen not recorded"
    length = case.cycle_length or (review.regimen.cycle_length if review.regimen else None)
    return f"{case.regimen} q{length}d" if length else case.regimen


def biomarkers(review: Review) -> str:
    """The biomarkers and the performance status as last recorded, in the order of the catalogue."""
    latest: dict[str, str] = {}
    for row in review.history.observations:
        if row.analyte.startswith("biomarkers.") or row.analyte == "status.ecog":
            latest[row.analyte] = str(row.value)
    return " · ".join(f"{review.catalog.analytes[key].name} {latest[key]}" for key in review.catalog.analytes if key in latest)


def data_as_of(review: Review, step: str) -> str:
    """The date of the review, or the visit where nothing is dated."""
    return wording.day(review.as_of) if review.as_of else f"{step}, no dates"
