"""What the store does not take from a person who types: the same that it does not take from a file.

Pure checks of one fact each, in words. Blanks come out as None: a text of spaces was not recorded.
"""

import re
from collections.abc import Collection
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from nacdesk.domain.analytes import ABSENT, NOT_DETECTED, Analyte
from nacdesk.domain.facts import Case, Lesion, LesionKind, LesionRole, Observation, Visit
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

_LONGEST = 32_767  # characters of a text; what a table can hold when it is exported
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PARTIAL = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?", re.ASCII)
_YEARS = range(1900, 2200)  # outside, it is a slip of the keyboard
_ONE_LINE = frozenset({"key", "name", "mrn", "label", "lesion", "reader", "method"})
_MAY_LACK = frozenset({
    "name", "mrn", "sex", "diagnosis", "stage", "stage_group", "context", "regimen", "organ",
    "partial_date", "lesion", "method", "scanner", "segmentation", "reader", "note",
})  # fmt: skip


def no_case(key: str) -> UserError:
    """The answer where a case is asked for that is not there."""
    return UserError(f"There is no case {key} in this store.", "Check the key; search shows the cases there are.")


def needed(reason: str, what: str) -> str:
    """The reason of an action that needs one.

    Raises:
        UserError: it is blank.
    """
    if not reason.strip():
        raise UserError(f"{what} needs a reason; nothing was changed.", "Write why.")
    return reason.strip()


def case(new: Case, catalog: Catalog) -> Case:
    """The facts of a case, blanks as None.

    Raises:
        UserError: a fact that is none.
    """
    new = _trimmed(replace(new, patient=_trimmed(new.patient)))
    if not new.key:
        raise UserError("The key of the case is blank; nothing was saved.", "Write one.")
    _one_of("sex", new.patient.sex, ("F", "M", "X"))
    _one_of("stage group", new.stage_group, ("I", "II", "III", "IV"))
    if new.context is not None and new.context not in catalog.contexts:
        raise UserError(f"“{new.context}” is not a tumour context; nothing was saved.", "Choose one of the list.")
    longest = catalog.conventions.get("cycle_length_max_days")
    if new.cycle_length is not None and (new.cycle_length < 1 or (longest is not None and new.cycle_length > longest)):
        upto = f" from 1 to {longest}" if longest is not None else ", 1 or more"
        raise UserError(f"{new.cycle_length} is not a number of days per cycle; nothing was saved.", f"Write whole days{upto}.")
    _day("birth date", new.patient.birth_date)
    return new


def lesion(new: Lesion) -> Lesion:
    """A lesion, blanks as None.

    Raises:
        UserError: a fact that is none.
    """
    new = _trimmed(new)
    if not new.label:
        raise UserError("The lesion has no name; nothing was saved.", "Name it as the reader does.")
    _one_of("kind of lesion", new.kind, get_args(LesionKind))
    _one_of("role of lesion", new.role, get_args(LesionRole))
    return new


def visit(new: Visit) -> Visit:
    """A time point.

    Raises:
        UserError: no name, or less than no completed cycle.
    """
    new = _trimmed(new)
    if not new.name:
        raise UserError("The time point has no name; nothing was saved.", "Name it, for example: after C2.")
    if new.cycle is not None and new.cycle < 0:
        raise UserError(f"{new.cycle} is not a number of completed cycles; nothing was saved.", "Write a whole number; 0 is baseline.")
    return new


def observation(new: Observation, analyte: Analyte, birth: date | None) -> Observation:
    """What a fact says beside its value, blanks as None.

    Raises:
        UserError: a date that is none, a fact of a lesion without one, an upper limit that is none.
    """
    new = _trimmed(new)
    _day("date", new.date)
    if new.partial_date is not None and (new.date is not None or not _PARTIAL.fullmatch(new.partial_date)):
        raise UserError(f"“{new.partial_date}” is not a date; nothing was saved.", "Write it as 2026-03-31, or 2026-03 where the day is not known.")
    born_before(new, birth)
    if analyte.per_lesion == "yes" and new.lesion is None:
        raise UserError(f"{analyte.label} belongs to a lesion; nothing was saved.", "Choose the lesion.")
    if analyte.per_lesion == "no" and new.lesion is not None:
        raise UserError(f"{analyte.label} does not belong to a lesion; nothing was saved.", "Leave the lesion out.")
    if analyte.needs_segmentation and new.segmentation is None:
        raise UserError(f"{analyte.label} needs how the volume was outlined; nothing was saved.", "Fill in the segmentation.")
    if new.uln is not None and not (analyte.kind in ("number", "integer") and new.uln.is_finite() and new.uln > 0):
        raise UserError(f"{new.uln} is not an upper limit of normal of {analyte.label}; nothing was saved.", "Write a number above zero, or leave it out.")
    return new


def born_before(seen: Observation, birth: date | None) -> None:
    """A fact is not older than the patient.

    Raises:
        UserError: it is.
    """
    when = seen.date.isoformat() if seen.date else seen.partial_date
    if when is not None and birth is not None and when < birth.isoformat()[: len(when)]:
        raise UserError(f"{when} lies before the birth date {birth.isoformat()}; nothing was saved.", "Correct one of them.")


def value(new: Quantity | str, analyte: Analyte, *, node: bool) -> None:
    """A value must be one of its analyte, in its unit and within its hard limits.

    Raises:
        UserError: it is not; names value, unit or range.
    """
    if isinstance(new, str):
        _code(new, analyte)
        return
    if analyte.derived:
        raise UserError(f"{analyte.label} is worked out by the program and cannot be entered; nothing was saved.")
    if analyte.kind not in ("number", "integer") or new.unit != analyte.unit:
        raise UserError(f"{new} is not a value of {analyte.label}; nothing was saved.", f"Write {analyte.units()}." if analyte.units() else "")
    if new.value is None:
        if not analyte.limit_for_nd:
            raise UserError(f"ND (not detected) is not a value of {analyte.label}; nothing was saved.", "Write the number, or NE for not evaluable.")
        if new.limit is None:
            raise UserError("ND (not detected) needs the limit of detection; nothing was saved.", "Fill in the limit.")
    else:
        _number(new.value, new, analyte, node)


def _code(new: str, analyte: Analyte) -> None:
    if not new.strip():
        raise UserError(f"The value of {analyte.label} is blank, and blank is not zero; nothing was saved.", "Withdraw the value, or write NE for not evaluable.")
    if analyte.derived:
        raise UserError(f"{analyte.label} is worked out by the program and cannot be entered; nothing was saved.")
    if analyte.kind != "text" and new not in analyte.codes:
        raise UserError(f"“{new}” is not a value of {analyte.label}; nothing was saved.", f"Use one of: {', '.join(analyte.codes)}." if analyte.codes else "Write a number.")


def _number(number: Decimal, new: Quantity, analyte: Analyte, node: bool) -> None:
    if analyte.kind == "integer" and number != number.to_integral_value():
        raise UserError(f"{analyte.label} is a whole number; {new} is not, nothing was saved.")
    if number == 0 and new.comparator == "=" and analyte.limit_for_nd:
        raise UserError(f"0 is not a value of {analyte.label}; nothing was saved.", f"Write {NOT_DETECTED} with the limit of detection.")
    if number == 0 and new.comparator == "=" and ABSENT in analyte.codes:
        raise UserError(f"0 is not a value of {analyte.label}; nothing was saved.", f"Write {ABSENT} where the lesion is not visible.")
    limits = analyte.range(node)
    if limits is None:
        return
    below = number <= limits.hard_min if limits.min_exclusive else number < limits.hard_min
    if below or number > limits.hard_max:
        span = f"{plain(limits.hard_min)} to {plain(limits.hard_max)} {analyte.unit}".rstrip()
        raise UserError(f"{new} is outside what {analyte.label} can be ({span}); nothing was saved.", "Check value and unit.")


def _one_of(what: str, given: str | None, allowed: Collection[str]) -> None:
    """A code of a closed list, or none.

    Raises:
        UserError: another one.
    """
    if given is not None and given not in allowed:
        raise UserError(f"“{given}” is not a {what}; nothing was saved.", f"Use one of: {', '.join(allowed)}.")


def _day(what: str, given: date | None) -> None:
    if given is not None and given.year not in _YEARS:
        raise UserError(f"The {what} {given.isoformat()} cannot be meant; nothing was saved.", "Correct the year.")


def _trimmed(facts: T) -> T:
    """Texts without spaces around them, blank ones as None (or "" where there must be one)."""
    found: dict[str, Any] = {}
    for name in (field.name for field in fields(facts)):
        text = getattr(facts, name)
        if isinstance(text, str):
            text = text.strip()
            if len(text) > _LONGEST:
                raise UserError(f"The {name} has {len(text)} characters; at most {_LONGEST} are kept, nothing was saved.", "Shorten it.")
            if _CONTROL.search(text) or ("\n" in text and name in _ONE_LINE):
                raise UserError(f"The {name} holds a line break or a sign that cannot be seen; nothing was saved.", "Write it on one line.")
            found[name] = text or (None if name in _MAY_LACK else "")
    return replace(facts, **found)
