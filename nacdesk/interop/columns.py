"""The columns of the long table, and what a cell of each may say."""

import csv
import difflib
import io
import re
from collections.abc import Iterable
from datetime import date
from typing import get_args

from nacdesk.domain.facts import LesionKind, LesionRole
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop.dates import Order, read_date
from nacdesk.interop.preview import shown

FACT_COLUMNS = ("patient_name", "mrn", "birth_date", "sex", "diagnosis", "stage", "stage_group", "context", "regimen", "cycle_length")
CASE_COLUMNS = (*FACT_COLUMNS, "fictitious")  # fictitious: yes in the cases of a demo, so that a copy of them stays marked
LESION_COLUMNS = ("lesion_kind", "lesion_role", "organ", "measurable", "irradiated", "lesion_from")
COLUMNS = (
    "case", *FACT_COLUMNS, "visit", "date", "cycle", "analyte", "lesion", *LESION_COLUMNS,
    "value", "unit", "limit", "uln", "method", "scanner", "segmentation", "reader", "accepted", "note",
)  # fmt: skip
OPTIONAL = ("fictitious",)

_COUNT = re.compile(r"\d{1,3}", re.ASCII)
_GROUPS = ("I", "II", "III", "IV")
_SEXES = ("F", "M", "X")


def case_fact(column: str, text: str, catalog: Catalog, order: Order | None) -> object:
    """A fact of the case from its cell: text, a date, a number, or a code in its own spelling.

    Raises:
        UserError: the cell is not a value of that column.
    """
    if column == "birth_date":
        found = read_date(text, order)
        if not isinstance(found, date):
            raise UserError(f"The birth date “{text}” is not a full date.", "Write it as 1965-03-31 or leave it out.")
        return found
    if column == "cycle_length":
        return _days(text, catalog)
    if column == "context":
        if text not in catalog.contexts:
            raise UserError(f"“{shown(text)}” is not a tumour context.", suggestion(text, catalog.contexts))
        return text
    allowed = {"sex": _SEXES, "stage_group": _GROUPS, "fictitious": ("yes", "no")}.get(column)
    return text if allowed is None else _one_of(column, text, allowed)


def lesion_fact(column: str, text: str) -> object:
    """A fact of a lesion from its cell: text, yes or no, a code, or labels.

    Raises:
        UserError: the cell is not a value of that column.
    """
    if column == "lesion_kind":
        return _one_of(column, text, get_args(LesionKind))
    if column == "lesion_role":
        return _one_of(column, text.replace("-", "_"), get_args(LesionRole))
    if column in ("measurable", "irradiated"):
        return yes_no(column, text)
    return labels(text) if column == "lesion_from" else text


def yes_no(column: str, text: str) -> bool:
    """“yes” or “no”; anything else is refused."""
    return _one_of(column, text, ("yes", "no")) == "yes"


def count(text: str) -> int:
    """Completed cycles: a whole number, 0 or more."""
    if not _COUNT.fullmatch(text):
        raise UserError(f"“{shown(text)}” is not a number of completed cycles.", "Write a whole number; 0 is baseline.")
    return int(text)


def labels(text: str) -> tuple[str, ...]:
    """Labels separated by semicolons; one that holds a semicolon itself stands in quotation marks."""
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=";", skipinitialspace=True, strict=True))
    except csv.Error:
        rows = []
    found = tuple(label.strip() for label in rows[0]) if len(rows) == 1 else ()
    if not found or not all(found):
        raise UserError(f"“{shown(text)}” are not labels of lesions.", "Separate labels by semicolons.")
    return found


def joined_labels(names: Iterable[str]) -> str:
    """The cell that `labels` reads back."""
    target = io.StringIO()
    csv.writer(target, delimiter=";", lineterminator="").writerow(names)
    return target.getvalue()


def suggestion(text: str, known: Iterable[str]) -> str:
    """What may have been meant, one sentence."""
    names = list(known)
    close = difflib.get_close_matches(text[:80], names, n=3, cutoff=0.5)
    if not close and len(names) <= 20:
        return f"Use one of: {', '.join(names)}."
    return f"Did you mean {' or '.join(close)}?" if close else "Nothing known resembles it."


def _days(text: str, catalog: Catalog) -> int:
    days = int(text) if _COUNT.fullmatch(text) else 0
    longest = catalog.conventions.get("cycle_length_max_days")
    if days < 1 or (longest is not None and days > longest):
        upto = f" from 1 to {longest}" if longest is not None else ", 1 or more"
        raise UserError(f"“{shown(text)}” is not the length of a cycle.", f"Write whole days{upto}.")
    return days


def _one_of(column: str, text: str, allowed: Iterable[str]) -> str:
    names = tuple(allowed)
    found = next((name for name in names if name.casefold() == text.casefold()), None)
    if found is None:
        raise UserError(f"“{shown(text)}” is not a value of {column}.", f"Use {', '.join(names[:-1])} or {names[-1]}.")
    return found
