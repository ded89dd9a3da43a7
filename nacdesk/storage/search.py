"""Search as you type over key, name, record number and diagnosis of the cases."""

import unicodedata

from nacdesk.storage.changes import CaseRow
from nacdesk.storage.database import Database

LONGEST = 200  # characters of a search that are looked at
_TRIGRAM = 3

_CASES = """SELECT key, name, mrn, diagnosis, context, regimen,
    (SELECT max(revision) FROM case_revision WHERE case_key = case_record.key) FROM case_record"""


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


def _indexed(word: str) -> bool:
    """Long enough for the index, as written and without accents: "¼" is one sign to it, though it reads "1⁄4"."""
    return min(len(word), len(bare(word))) >= _TRIGRAM


def _holds(texts: tuple[str | None, ...], words: list[str]) -> bool:
    shown = [bare(text) for text in texts if text is not None]
    return all(any(word in text for text in shown) for word in words)


def bare(text: str) -> str:
    """Text without capitals and accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
