"""From TOML tables to dataclasses: one parser a key, and every refusal names its place."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn, TypeVar

import tomli

from nacdesk.domain.analytes import Limits
from nacdesk.domain.rules import Share

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
Parser = Callable[[str, object], object]


class Wrong(Exception):
    """Where a file makes no sense, and why; whoever reads the file says what that means."""


def refuse(where: str, what: str) -> NoReturn:
    """Stop: what stands at `where` makes no sense."""
    raise Wrong(f"{where}: {what}")


def toml(where: str, text: str) -> dict[str, object]:
    """The table of a TOML text; its decimals stay decimals."""
    try:
        return tomli.loads(text, parse_float=Decimal)
    except tomli.TOMLDecodeError as error:  # its message ends with line and column
        refuse(where, str(error))


# Tables to dataclasses: one parser a key, the dataclass says which keys are needed


@cache
def _needed(shape: type["DataclassInstance"]) -> frozenset[str]:
    return frozenset(field.name for field in fields(shape) if field.default is MISSING and field.default_factory is MISSING)


def build(shape: type[T], where: str, raw: object, parsers: Mapping[str, Parser], **given: str) -> T:
    """A dataclass from a table whose keys are exactly those of `parsers`, the needed ones all there."""
    found = table(where, raw)
    for key in found:
        if key not in parsers:
            refuse(at(where, key), f"unknown key; the keys are {', '.join(parsers)}")
    for key in parsers:
        if key in _needed(shape) and key not in found:
            refuse(at(where, key), "the key is missing")
    return shape(**given, **{key: parsers[key](at(where, key), value) for key, value in found.items()})


def each(shape: type[T], key: str, file: str, tables: Mapping[str, dict[str, object]], parsers: Mapping[str, Parser]) -> dict[str, T]:
    """Every entry of a file by its name, in the file's order. TOML itself refuses a name used twice."""
    return {name: build(shape, f"{file}, {name}", raw, parsers, **{key: name}) for name, raw in tables[file].items()}


def at(where: str, key: str) -> str:
    """The place of a key within another place."""
    return f"{where}.{key}" if ", " in where else f"{where}, {key}"


# Parsers: (where, raw) to a value, or a refusal


def table(where: str, raw: object) -> dict[str, object]:
    """A table."""
    return raw if isinstance(raw, dict) else refuse(where, "must be a table")


def entries(where: str, raw: object) -> list[object]:
    """A list with something in it."""
    return raw if isinstance(raw, list) and raw else refuse(where, "must be a list with at least one entry")


def text(where: str, raw: object) -> str:
    """Text with nothing blank around it."""
    return raw if isinstance(raw, str) and raw.strip() == raw and raw else refuse(where, "must be text, not blank and without blanks around it")


def flag(where: str, raw: object) -> bool:
    """True or false."""
    return raw if isinstance(raw, bool) else refuse(where, "must be true or false")


def whole(where: str, raw: object) -> int:
    """A whole number, 0 or more."""
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0 else refuse(where, "must be a whole number, 0 or more")


def number(where: str, raw: object) -> Decimal:
    """A finite number."""
    if isinstance(raw, int | Decimal) and not isinstance(raw, bool) and (found := Decimal(raw)).is_finite():
        return found
    refuse(where, "must be a number")


def one_of(*allowed: str) -> Parser:
    """One of these words."""

    def parse(where: str, raw: object) -> str:
        return raw if isinstance(raw, str) and raw in allowed else refuse(where, f"{raw!r} is none of {', '.join(allowed)}")

    return parse


def texts(where: str, raw: object) -> tuple[str, ...]:
    """Different texts."""
    found = tuple(text(where, entry) for entry in entries(where, raw))
    return found if len(set(found)) == len(found) else refuse(where, "an entry is there twice")


def span(where: str, raw: object) -> tuple[Decimal, ...]:
    """Two or more rising numbers."""
    found = tuple(number(where, entry) for entry in entries(where, raw))
    rising = len(found) > 1 and all(low < high for low, high in pairwise(found))
    return found if rising else refuse(where, "must be two or more rising numbers")


def numbers(where: str, raw: object) -> dict[str, Decimal]:
    """Numbers by name."""
    return {key: number(at(where, key), value) for key, value in table(where, raw).items()}


def labels(where: str, raw: object) -> dict[str, str]:
    """Texts by name."""
    return {key: text(at(where, key), value) for key, value in table(where, raw).items()}


def factors(where: str, raw: object) -> dict[str, Decimal]:
    """Numbers above zero by name."""
    found = numbers(where, raw)
    return found if all(factor > 0 for factor in found.values()) else refuse(where, "a factor must be above zero")


def limits(where: str, raw: object) -> Limits:
    """`{ hard = [low, high], usual = [low, high] }`, the usual range within the hard one."""
    found = table(where, raw)
    if not {"hard", "usual"} <= found.keys() <= {"hard", "usual", "min_exclusive"}:
        refuse(where, "the keys are hard, usual and perhaps min_exclusive")
    hard, usual = span(f"{where}.hard", found["hard"]), span(f"{where}.usual", found["usual"])
    if len(hard) != 2 or len(usual) != 2 or not hard[0] <= usual[0] < usual[1] <= hard[1]:
        refuse(where, "the usual range must lie within the hard one, each as [low, high]")
    return Limits(hard[0], hard[1], usual[0], usual[1], flag(f"{where}.min_exclusive", found.get("min_exclusive", False)))


def share(where: str, raw: object) -> Share:
    """`{ value = 0.67, interval = [0.62, 0.72] }`, all between 0 and 1, the value within its interval."""
    found = table(where, raw)
    if found.keys() != {"value", "interval"}:
        refuse(where, "the keys are value and interval")
    value, interval = number(f"{where}.value", found["value"]), span(f"{where}.interval", found["interval"])
    if len(interval) != 2 or not 0 < interval[0] <= value <= interval[1] < 1:
        refuse(where, "the value must lie within its interval, all between 0 and 1")
    return Share(value, interval[0], interval[1])


def thresholds(where: str, raw: object) -> dict[str, Decimal | tuple[Decimal, ...] | str]:
    """Numbers, ranges and words by name."""
    return {key: _threshold(at(where, key), value) for key, value in table(where, raw).items()}


def _threshold(where: str, raw: object) -> Decimal | tuple[Decimal, ...] | str:
    if isinstance(raw, list):
        return span(where, raw)
    return text(where, raw) if isinstance(raw, str) else number(where, raw)


def compared(where: str, raw: object) -> Decimal | str | tuple[str, ...]:
    """What a condition compares with."""
    if isinstance(raw, list):
        return texts(where, raw)
    return text(where, raw) if isinstance(raw, str) else number(where, raw)


def day(where: str, raw: object) -> str:
    """A date, as ISO 8601."""
    return raw.isoformat() if type(raw) is date else refuse(where, "must be a date such as 2026-03-31")
