"""One typed cell: what was meant, or why it is refused. Nothing is guessed (H05, H06, H11, H12)."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from nacdesk.domain.analytes import NOT_DETECTED, Analyte
from nacdesk.domain.facts import Lesion
from nacdesk.domain.quantity import MINUS, Quantity, conversion, plain
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError

# A number, then what must be a unit. A unit that itself begins with digits ("10^9/L", "1e-6 mm2/s") needs a blank before it
# and a power that can be seen: "1 103/uL" is a thousand, not a thousand cells.
_UNIT = r"[A-Za-zµμ%/].*|(?<=\s)(?:10\^-?\d|1e-\d|10[²³]).*"
_ENTRY = re.compile(rf"(?P<sign>[<>])?\s*(?P<number>[-\u2212]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d{{1,2}})?)\s*(?P<unit>{_UNIT})?", re.ASCII)
_NOT_DETECTED = re.compile(r"ND\b\s*(?P<limit>.*)", re.ASCII | re.IGNORECASE | re.DOTALL)
_COMMA = re.compile(r"(?P<whole>\d+),(?P<part>\d+)", re.ASCII)
_POINT = re.compile(r"\d\.\d", re.ASCII)
_BLANKS = {0xA0: " ", 0x2009: " ", 0x202F: " "}  # what word processors put between number and unit
_DIGITS, _DECIMALS = 12, 24  # more are a slip of the keyboard; the store keeps what these allow
_FORMS = "Write a number such as 41.5, 41,5 or <0.02, with or without its unit"

# What people and programs write for "nothing"; in a free text it would pass for a finding, and so would what follows it.
NOTHING = frozenset({"-", "--", "\u2013", "\u2014", "\u2212", ".", "?", "/", "n/a", "na", "n.a.", "#n/a", "nan", "nil", "null", "missing", "not done", "not recorded"})
NOTHING_TOLD = NOTHING | {"nd", "n.d.", "ne", "unknown", "not known", "not tested", "not available", "pending"}


@dataclass(frozen=True, slots=True)
class Details:
    """What belongs to one value beside the number.

    Attributes:
        date: None when not recorded, or only in part.
        limit, uln: limit of detection and upper limit of normal as typed, in the column's unit.
    """

    date: dt.date | None = None
    partial_date: str | None = None
    method: str | None = None
    scanner: str | None = None
    segmentation: str | None = None
    reader: str | None = None
    accepted: bool = False
    limit: str = ""
    uln: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One analyte, of one lesion or of the visit.

    Attributes:
        title: "primary", "SUVmax primary", "CEA"; `unit` always stands beside it, "" for none.
        panel: "Tumour size", "PET", "ctDNA", ...
        defaults: what a new value takes over from the latest one of the column.
    """

    analyte: Analyte
    lesion: Lesion | None
    title: str
    unit: str
    panel: str
    defaults: Details = Details()

    @property
    def key(self) -> tuple[str, str]:
        """Analyte id and label of the lesion, "" for none."""
        return self.analyte.id, self.lesion.label if self.lesion is not None else ""

    @property
    def head(self) -> str:
        """Title with unit: "primary (mm)"."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def node(self) -> bool:
        """The limits of a lymph node apply."""
        return self.lesion is not None and self.lesion.kind == "node"


@dataclass(frozen=True, slots=True)
class Value:
    """A value to be recorded.

    Attributes:
        value: in the analyte's stored unit, or a code or text.
        entered: as typed, with the unit that was taken.
        questions: why it should be looked at again before it is kept, empty when there is no doubt.
    """

    value: Quantity | str
    entered: str
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """Nothing was typed: nothing is recorded, or what is recorded is to be withdrawn."""


Typed = Value | Blank


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as typed, not yet in any analyte's unit.

    Attributes:
        digits: with a decimal point: "41.5".  sign: "<", ">" or "".
        unit: as typed, "" for none.
    """

    sign: str
    digits: str
    unit: str


def typed(text: str, column: Column, catalog: Catalog, *, unit: str | None = None, comma: bool | None = None) -> Typed:
    """A typed cell as a fact.

    Args:
        unit: taken where none is typed; None for the column's.
        comma: the decimal sign of a whole paste: True a comma, False a point; None: as the text alone decides.

    Raises:
        UserError: not accepted; what to type instead is said.
    """
    text = text.translate(_BLANKS).strip()
    if not text:
        return Blank()
    analyte = catalog.analytes[column.analyte.id]
    if not text.isprintable():
        raise UserError("The text holds a character that cannot be seen, or a second line.", "Type it again by hand.")
    if analyte.kind not in ("number", "integer"):
        return _word(text, analyte)
    if any(text.casefold() == code.casefold() for code in analyte.codes):
        value, doubts = analyte.read(text)
        return Value(value, str(value), doubts)
    if (absent := _NOT_DETECTED.fullmatch(text)) is not None:
        return _not_detected(absent["limit"].strip(), column, analyte, unit, comma)
    amount = parse(text, comma)
    used = amount.unit or (column.unit if unit is None else unit)
    value, doubts = analyte.read(amount.sign + amount.digits, used, node=column.node)
    if isinstance(value, Quantity) and column.defaults.limit:
        value = replace(value, limit=bound(column.defaults.limit, column, "limit of detection"))
    return Value(value, _entered(text, amount, used), doubts)


def parse(text: str, comma: bool | None = None) -> Amount:
    """A number with comparator and unit; digits with a decimal point whatever was typed.

    Raises:
        UserError: not one number, or one with two meanings.
    """
    text = text.translate(_BLANKS).strip()
    found = _ENTRY.fullmatch(text)
    if found is None:
        raise _no_number(text)
    digits = found["number"].replace(MINUS, "-")
    split = _COMMA.search(digits)
    if split is not None:
        if comma is False:
            raise UserError(f"“{text}” has a comma, and this block writes decimal points.", "Write the number without a thousands separator.")
        if comma is None and len(split["part"]) == 3 and split["whole"] != "0":
            raise UserError(
                f"“{text}” can mean {split['whole']}.{split['part']} or {split['whole']}{split['part']}.", "Write it with a decimal point, or without a thousands separator."
            )
        digits = digits.replace(",", ".")
    elif comma is True and _POINT.search(digits):
        raise UserError(f"“{text}” has a point, and this block writes decimal commas.", "Write the number with a comma, or without a thousands separator.")
    whole, _, part = digits.lstrip("-").partition("e")[0].partition("E")[0].partition(".")
    if len(whole) > _DIGITS or len(part) > _DECIMALS:
        raise UserError(f"“{text[:40]}” has more digits than any measured value.", "Check the number.")
    return Amount(found["sign"] or "", digits, (found["unit"] or "").strip())


def bound(text: str, column: Column, what: str) -> Decimal | None:
    """A limit as typed, in the stored unit; None where none is.

    Args:
        what: "limit of detection" or "upper limit of normal", for the refusal.

    Raises:
        UserError: not a number above zero, or in a unit of something else.
    """
    if not text.strip():
        return None
    amount = parse(text)
    unit, analyte = amount.unit or column.unit, column.analyte
    factor = conversion(unit, analyte.unit, analyte.alternatives)
    number = Decimal(amount.digits)
    if amount.sign or number <= 0:
        raise UserError(f"The {what} “{text.strip()}” must be a number above zero.", f"Write it in {column.unit}." if column.unit else "Write a plain number.")
    if factor is None:
        raise UserError(f"“{unit}” is not a unit of {analyte.label}.", f"Use {analyte.units()}." if analyte.units() else "Leave the unit out.")
    return number * factor


def written(value: Quantity | str) -> str:
    """A value as it can be typed again in the stored unit: "<0.02", "ND 0.02", "TSTM"."""
    if isinstance(value, str):
        return value
    if value.value is None:
        return NOT_DETECTED if value.limit is None else f"{NOT_DETECTED} {plain(value.limit)}"
    return f"{'' if value.comparator == '=' else value.comparator}{plain(value.value)}"


def _word(text: str, analyte: Analyte) -> Value:
    """A code or a free text; what says that nothing is known is no text."""
    value, doubts = analyte.read(text)
    if analyte.kind == "text" and text.casefold() in NOTHING_TOLD:
        raise UserError(f"“{text}” says that nothing was recorded; that is not a value.", "Leave the cell empty.")
    return Value(value, str(value), doubts)


def _not_detected(limit: str, column: Column, analyte: Analyte, unit: str | None, comma: bool | None) -> Value:
    """ND, with the limit typed behind it or that of the column."""
    if not analyte.limit_for_nd:
        raise UserError(f"ND (not detected) is not a value of {analyte.label}.", "Write the number, or NE for not evaluable.")
    if not limit and not column.defaults.limit.strip():
        raise UserError("ND (not detected) needs the limit of detection of the sample.", f"Write it behind: ND 0.02 {column.unit}.".replace(" .", "."))
    if limit:
        amount = parse(limit, comma)
        given = amount.unit or (column.unit if unit is None else unit)
        known, entered = bound(f"{amount.sign}{amount.digits} {given}", column, "limit of detection"), _entered(f"{NOT_DETECTED} {limit}", amount, given)
    else:
        known, entered = bound(column.defaults.limit, column, "limit of detection"), NOT_DETECTED
    return Value(Quantity(None, analyte.unit, "ND", known), entered)


def _entered(text: str, amount: Amount, unit: str) -> str:
    return text if amount.unit or not unit else f"{text} {unit}"


def _no_number(text: str) -> UserError:
    """What is wrong with a text that is not one number."""
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    if any(sign in text for sign in "≤≥"):
        return UserError(f"“{shown}”: a bound is kept as < or > only.", "Write <0.02, or ND with the limit of detection.")
    if any(char.isdigit() and not char.isascii() for char in text):
        return UserError(f"“{shown}” holds digits that are not 0 to 9.", f"{_FORMS}, in the digits 0 to 9.")
    if re.search(r"\d[ '’_]\d", text, re.ASCII):
        return UserError(f"“{shown}” is not one number.", "Write it without a thousands separator and without a blank inside.")
    if re.search(r"[.,]\d+[.,]", text, re.ASCII):
        return UserError(f"“{shown}” has more than one decimal sign.", "Write one decimal point and no thousands separator.")
    return UserError(f"“{shown}” is not a number.", f"{_FORMS}.")
