"""A measured value: number, unit, comparator and limit of detection, kept apart.

Values are decimals and keep the digits they came with (31.0 stays 31.0); they are never
rounded before a comparison (specification 1.1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from nacdesk.errors import UserError

Comparator = Literal["=", "<", ">", "ND"]

# One regular expression decides what a number is: no thousands separators, no sign but a
# leading minus (refused later by the hard range), no "1,234", no "NaN", no "1e5000".
_NUMBER = re.compile(r"(?P<comparator>[<>])?\s*(?P<number>[-\u2212]?\d{1,12}(?:\.\d{1,24})?(?:[eE][-+]?\d{1,2})?)", re.ASCII)

MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a laboratory or a reader reports it.

    Attributes:
        value: the number in `unit`; the bound itself for "<" and ">"; None for "ND".
        unit: the analyte's stored unit, "" for a count, score or ratio.
        comparator: "=" measured; "<", ">" reported as a bound; "ND" not detected.
        limit: limit of detection of this sample in `unit`, None when not recorded.
    """

    value: Decimal | None
    unit: str
    comparator: Comparator = "="
    limit: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.value is None) != (self.comparator == "ND"):
            raise ValueError("a value is absent if and only if the result is 'not detected'")
        for number in (self.value, self.limit):
            if number is not None and not number.is_finite():
                raise ValueError("a quantity must be a finite number")
        if self.limit is not None and self.limit <= 0:
            raise ValueError("a limit of detection must be above zero")

    @property
    def exact(self) -> Decimal | None:
        """The number when it was measured as such, else None."""
        return self.value if self.comparator == "=" else None

    @property
    def detected(self) -> bool | None:
        """True or False where the report decides it; None for a bound that does not.

        "<x" is "not detected" only where a limit of detection is recorded and x is not above it.
        """
        if self.comparator in ("=", ">"):
            return True
        if self.comparator == "ND":
            return False
        if self.limit is not None and self.value is not None and self.value <= self.limit:
            return False
        return None

    @property
    def upper(self) -> Decimal | None:
        """The largest value the report allows, None when unbounded or unknown."""
        if self.comparator == ">":
            return None
        return self.limit if self.comparator == "ND" else self.value

    @property
    def lower(self) -> Decimal:
        """The smallest value the report allows."""
        if self.comparator in ("=", ">") and self.value is not None:
            return self.value
        return Decimal(0)

    def reaches(self, limit: Decimal) -> bool | None:
        """At least `limit`; a bound answers where it alone decides (">60", "<10"), else None."""
        if self.lower >= limit:
            return True
        if self.upper is not None and (self.upper < limit or (self.upper == limit and self.comparator == "<")):
            return False
        return None

    def exceeds(self, limit: Decimal) -> bool | None:
        """More than `limit`; a bound answers where it alone decides, else None."""
        if self.lower > limit or (self.lower == limit and self.comparator == ">"):
            return True
        return False if self.upper is not None and self.upper <= limit else None

    def __str__(self) -> str:
        """The value with comparator and unit: "<0.02 %", "not detected (limit 0.02 %)", "31.0 mm"."""
        unit = f" {self.unit}" if self.unit else ""
        if self.comparator == "ND":
            where = "limit not reported" if self.limit is None else f"limit {plain(self.limit)}{unit}"
            return f"not detected ({where})"
        assert self.value is not None  # by __post_init__
        sign = "" if self.comparator == "=" else self.comparator
        return f"{sign}{plain(self.value)}{unit}"


def plain(number: Decimal) -> str:
    """The digits of a decimal without exponent and with a true minus: 0.00010, −6.4."""
    text = format(number, "f")
    return MINUS + text[1:] if text.startswith("-") else text


def parse_number(text: str) -> tuple[Comparator, Decimal]:
    """Read "41.5", "<0.02" or ">1000".

    Raises:
        UserError: anything else, with the accepted forms named.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        hint = "write the decimal point as a point and no thousands separator" if "," in text else "write a plain number such as 41.5 or <0.02"
        raise UserError(f"“{text.strip()}” is not a number;", f"{hint}.")
    number = Decimal(found["number"].replace(MINUS, "-"))
    comparator = found["comparator"]
    return ("=" if comparator is None else "<" if comparator == "<" else ">"), number


@lru_cache(maxsize=256)
def normal_unit(unit: str) -> str:
    """One spelling for units that differ in typography only (µ and μ, superscripts, case)."""
    swaps = {"\u00b5": "u", "\u03bc": "u", "²": "2", "³": "3", "×": "x", "·": "", " ": "", "^": ""}
    for old, new in swaps.items():
        unit = unit.replace(old, new)
    return unit.casefold()


def conversion(unit: str, stored: str, alternatives: Mapping[str, Decimal]) -> Decimal | None:
    """The factor from `unit` to `stored`, None when the unit is not known for the analyte."""
    wanted = normal_unit(unit)
    if wanted == normal_unit(stored):
        return Decimal(1)
    for name, factor in alternatives.items():
        if normal_unit(name) == wanted:
            return factor
    return None
