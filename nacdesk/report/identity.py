"""Who and when, as every page says it."""

from datetime import datetime

from nacdesk.domain import wording
from nacdesk.domain.facts import Patient

WATERMARK = "FICTITIOUS DEMONSTRATION CASE"


def who_is(patient: Patient) -> str:
    """Name, birth date and record number, each also where it is not recorded."""
    born = f"b. {patient.birth_date.isoformat()}" if patient.birth_date else "birth date not recorded"
    return f"{patient.name or 'name not recorded'} · {born} · MRN {patient.mrn or 'not recorded'}"


def minute(when: datetime) -> str:
    """17 Oct 2026 09:05."""
    return f"{wording.day(when.date())} {when:%H:%M}"
