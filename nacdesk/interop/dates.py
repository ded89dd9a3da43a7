"""Calendar dates as files write them. A date has no time of day and no zone: nothing moves it."""

import re
from datetime import date
from typing import Literal

from nacdesk.errors import UserError

Order = Literal["dmy", "mdy"]

_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_OTHER = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_YEARS = range(1900, 2200)  # outside, it is a slip of the keyboard


def read_date(text: str, order: Order | None = None) -> date | str:
    """A date as a file writes it; a partial one ("2014-02", "2014") stays text.

    Args:
        text: ISO 8601, or day and month in `order` with the year last (13.04.2026).
        order: of day and month, stated for the whole file; None for ISO 8601 only.

    Raises:
        UserError: not a day of the calendar, or day and month cannot be told apart.
    """
    iso, other = _ISO.fullmatch(text), _OTHER.fullmatch(text)
    if iso is not None:
        year, month, day = iso.groups()
    elif other is not None and order is not None:
        first, _, second, year = other.groups()
        day, month = (first, second) if order == "dmy" else (second, first)
    elif other is not None:
        raise UserError(f"“{text}” does not say which number is the day.", "Write dates as 2026-03-31, or state the order for the whole file (--dates dmy or mdy).")
    else:
        raise UserError(f"“{text}” is not a date.", "Write it as 2026-03-31.")
    try:
        found = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        stated = {"dmy": " in the order day, month, year", "mdy": " in the order month, day, year"}.get(order or "", "") if iso is None else ""
        raise UserError(f"“{text}” is not a day of the calendar{stated}.", "Correct the date.") from None
    if found.year not in _YEARS:
        raise UserError(f"“{text}”: the year {found.year} cannot be meant.", "Correct the date.")
    return found if day is not None else text
