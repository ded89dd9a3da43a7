"""Search as you type over key, name, record number and diagnosis of the cases."""

import unicodedata
from datetime import date

from nacdesk.domain.facts import Patient
from nacdesk.storage.adding import similar
from nacdesk.storage.changes import CaseRow
from nacdesk.storage.database import Database
from nacdesk.storage.merge import normal_mrn

LONGEST = 200  # characters of a search that are looked at
_TRIGRAM = 3

_ROW = "SELECT key, name, mrn, diagnosis, context, regimen, (SELECT max(revision) FROM case_revision WHERE case_key = case_record.key)"
_CASES = f"{_ROW} FROM case_record"
_WHO = f"{_ROW}, birth_date, mrn_normal FROM case_record"
_LAST = "(SELECT substr(at, 1, 10) FROM case_revision JOIN step ON number = step WHERE case_key = key ORDER BY case_revision.revision DESC LIMIT 1)"
_UNTOUCHED = f"{_ROW}, {_LAST} AS last FROM case_record WHERE last < ? ORDER BY last, key"


def cases(database: Database, search: str) -> tuple[CaseRow, ...]:
    """The cases in which every word of the search occurs, in order of their keys.

    Capitals and accents do not count. No character of the search has a special meaning.
    """
    words = unicodedata.normalize("NFC", search[:LONGEST].replace("\0", " ")).split()
    long = [word for word in words if _indexed(word)]
    short = [bare(word) for word in words if not _indexed(word)]
    if long:
        phrases = " ".join('"' + word.replace('"', '""') + '"' for word in long)
        found = database.rows(f"{_CASES} WHERE id IN (SELECT rowid FROM case_search WHERE case_search MATCH ?) ORDER BY key", (phrases,))
    else:
        found = database.rows(f"{_CASES} ORDER BY key")
    # The index knows no words under three characters.
    return tuple(CaseRow(*row) for row in found if not short or _holds(row[:4], short))


def alike(database: Database, patient: Patient, key: str = "") -> tuple[CaseRow, ...]:
    """The cases that may be of this patient: the same record number first, then equal birth dates, then similar names.

    Args:
        key: of the patient's own case, which is left out.
    """
    number = None if patient.mrn is None else normal_mrn(patient.mrn)
    born = None if patient.birth_date is None else patient.birth_date.isoformat()
    found = []
    for *row, birth_date, mrn in database.rows(_WHO):
        case = CaseRow(*row)
        same_number = bool(number) and mrn == number
        same_day = born is not None and birth_date == born
        same_name = bool(patient.name and case.name) and similar(patient.name or "", case.name or "")
        if case.key != key and (same_number or same_day or same_name):
            found.append(((not same_number, not (same_day and same_name), not same_day), case))
    return tuple(case for _, case in sorted(found, key=lambda one: (one[0], one[1].key)))


def untouched(database: Database, years: int, today: date) -> tuple[CaseRow, ...]:
    """The cases that were last changed before the day so many years ago, the longest untouched first."""
    before = date(today.year - years, today.month, min(today.day, 28) if today.month == 2 else today.day)
    return tuple(CaseRow(*row) for row in database.rows(_UNTOUCHED, (before.isoformat(),)))


def _indexed(word: str) -> bool:
    """Long enough for the index, as written and without accents: "¼" is one sign to it, though it reads "1⁄4"."""
    return min(len(word), len(bare(word))) >= _TRIGRAM


def _holds(texts: tuple[str | None, ...], words: list[str]) -> bool:
    shown = [bare(text) for text in texts if text is not None]
    return all(any(word in text for text in shown) for word in words)


def bare(text: str) -> str:
    """Text without capitals and accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
