"""How numbers and dates are written in sentences. Display only: nothing here feeds a comparison."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from nacdesk.domain.quantity import plain

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(when: date, year: bool = True) -> str:
    """17 Oct 2026, whatever the language of the machine."""
    text = f"{when.day} {_MONTHS[when.month - 1]}"
    return f"{text} {when.year}" if year else text


def shown(number: Decimal, decimals: int) -> str:
    """At most `decimals` digits after the point, fewer when fewer were typed; a true minus."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals:
        number = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return plain(number)


def mm(number: Decimal) -> str:
    """Millimetres with one decimal, more where that would round onto a whole millimetre.

    Every size threshold is a whole millimetre: 9.96 mm must not read 10.0.
    """
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -1:
        return plain(number)
    return plain(guarded(number, (number.to_integral_value(ROUND_FLOOR), number.to_integral_value(ROUND_CEILING))))


def guarded(number: Decimal, limits: Iterable[Decimal], decimals: int = 1) -> Decimal:
    """Rounded for display, with more digits where rounding would cross or reach a threshold.

    29.96 against 30 stays 29.96 (specification 1.1).
    """
    bounds = tuple(limits)
    for digits in range(decimals, decimals + 6):
        short = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        if all((number < bound) == (short < bound) and (number > bound) == (short > bound) for bound in bounds):
            return short
    return number


def percent(change: Decimal, *limits: Decimal, signed: bool = True) -> str:
    """A per cent change with one decimal: "−6.4 %", "+20.0 %"; guarded against `limits`."""
    short = guarded(change, limits)
    if short == 0:
        return "0.0 %"
    sign = "+" if signed and short > 0 else ""
    return f"{sign}{plain(short)} %"


def floor_percent(number: Decimal) -> str:
    """A lower bound with one decimal, rounded down (99.17 is "99.1 %")."""
    return f"{plain(number.quantize(Decimal('0.1'), ROUND_FLOOR))} %"


def ceiling_percent(number: Decimal) -> str:
    """An upper bound with one decimal, rounded up."""
    return f"{plain(number.quantize(Decimal('0.1'), ROUND_CEILING))} %"


def fold(number: Decimal, *limits: Decimal) -> str:
    """A ratio: "×1.8"; guarded against `limits`."""
    return f"×{plain(guarded(number, limits))}"


def joined(words: Iterable[str]) -> str:
    """a, b and c."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def counted(number: int, noun: str) -> str:
    """1 cycle, 2 cycles."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
