"""The value of one entry: read by its analyte, with unit, limit of detection and upper limit of normal."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from nacdesk.domain.analytes import NOT_DETECTED, Analyte
from nacdesk.domain.quantity import Quantity, conversion, parse_number
from nacdesk.domain.rules import Catalog
from nacdesk.domain.typed import NOTHING, NOTHING_TOLD
from nacdesk.errors import UserError
from nacdesk.interop.columns import suggestion
from nacdesk.interop.entry import Entry
from nacdesk.interop.preview import shown

_NUMBERS = ("value", "limit", "uln")
_POINT = re.compile(r"[<>]?\s*[-\u2212]?\d+\.\d+(?:[eE][-+]?\d+)?", re.ASCII)
_COMMA = re.compile(r"([<>]?\s*[-\u2212]?)(\d+),(\d+)((?:[eE][-+]?\d+)?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value as a fact: the quantity or code, the upper limit in its unit, and the doubts it earned."""

    value: Quantity | str
    uln: Decimal | None
    warnings: tuple[str, ...]
    entered: str


class Reader:
    """Reads values for one import.

    Attributes:
        comma: the whole file writes decimal commas.
    """

    def __init__(self, catalog: Catalog, entries: Iterable[Entry]) -> None:
        """`entries`: those of a file whose separator leaves the comma free, else none."""
        self._analytes: Mapping[str, Analyte] = catalog.analytes
        self._factor = cache(lambda name, unit: conversion(unit, self._analytes[name].unit, self._analytes[name].alternatives))
        self._suggestion = cache(lambda text: suggestion(text, self._analytes))
        self.comma = self._commas(entries)

    def read(self, entry: Entry, node: bool) -> tuple[Reading | None, list[tuple[str, str]]]:
        """The value, or the problems by column.

        Args:
            node: the lesion is a lymph node, which has its own limits.
        """
        cells = entry.cells
        analyte = self._analytes.get(cells["analyte"])
        if analyte is None:
            return None, [("analyte", f"“{shown(cells['analyte'])}” is not an analyte. {self._suggestion(cells['analyte'])}")]
        unit = cells.get("unit", "")
        factor = self._factor(analyte.id, unit) if unit else Decimal(1)
        problems = list(_misfits(analyte, cells, known_unit=factor is not None))
        text, limit, uln = (self._plain(cells.get(column, ""), analyte) for column in _NUMBERS)
        if uln and not _above_zero(uln):
            problems.append(("uln", f"The upper limit of normal “{shown(uln)}” must be a number above zero. Write it in the unit of the row."))
        try:
            value, warnings = analyte.read(text, unit, limit, node=node)
        except UserError as error:
            problems += _refusals(analyte, text, unit, limit, str(error))
        else:
            if uln and analyte.unit and not unit:
                problems.append(("unit", f"The upper limit of normal needs its unit. Write {analyte.units()}."))
            if limit and isinstance(value, str):
                warnings = (*warnings, f"the limit of detection is not kept with {value}")
        if problems:
            return None, list(dict.fromkeys(problems))
        bound = parse_number(uln)[1] * factor if uln and factor is not None else None
        return Reading(value, bound, warnings, entry.entered or f"{cells['value']} {cells.get('unit', '')}".strip()), []

    def _plain(self, text: str, analyte: Analyte) -> str:
        """The number with a decimal point, where the whole file writes commas."""
        return _COMMA.sub(r"\1\2.\3\4", text) if self.comma and _numeric(analyte) and _COMMA.fullmatch(text) else text

    def _commas(self, entries: Iterable[Entry]) -> bool:
        """Every fraction of the file has a comma, and one at least cannot be a thousands separator."""
        certain = False
        for entry in entries:
            analyte = self._analytes.get(entry.cells.get("analyte", ""))
            if analyte is None or not _numeric(analyte):
                continue
            for column in _NUMBERS:
                text = entry.cells.get(column, "")
                if _POINT.fullmatch(text):
                    return False
                if found := _COMMA.fullmatch(text):
                    certain = certain or len(found[3]) != 3 or found[2] == "0"
        return certain


def _numeric(analyte: Analyte) -> bool:
    return analyte.kind in ("number", "integer")


def _says_nothing(analyte: Analyte, text: str) -> bool:
    words = NOTHING_TOLD if analyte.kind == "text" else NOTHING
    return text.casefold() in words and not any(text.casefold() == code.casefold() for code in analyte.codes)


def _misfits(analyte: Analyte, cells: Mapping[str, str], known_unit: bool) -> Iterable[tuple[str, str]]:
    """What the analyte does not go together with."""
    if analyte.per_lesion == "yes" and "lesion" not in cells:
        yield "lesion", f"{analyte.label} belongs to a lesion; the column lesion is blank."
    if analyte.per_lesion == "no" and "lesion" in cells:
        yield "lesion", f"{analyte.label} does not belong to a lesion; leave the column lesion blank."
    if analyte.needs_segmentation and "segmentation" not in cells:
        yield "segmentation", f"{analyte.label} needs the column segmentation: how the volume was outlined."
    numeric = _numeric(analyte)
    for column in ("limit", "uln"):
        if column in cells and not numeric:
            yield column, f"{analyte.label} is not a number and has no {column}. Leave the cell blank."
    if not known_unit:
        known = analyte.units()
        yield "unit", f"“{shown(cells['unit'])}” is not a unit of {analyte.label}. " + (f"Use {known}." if known else "Leave the unit blank.")
    if _says_nothing(analyte, cells.get("value", "")):
        yield "value", f"“{cells['value']}” says that nothing was recorded; that is not a value. Leave the row out, or write NE for not evaluable."


def _refusals(analyte: Analyte, text: str, unit: str, limit: str, sentence: str) -> list[tuple[str, str]]:
    """The column that an analyte's refusal speaks of; a second one where the number is wrong too."""
    numeric = _numeric(analyte) and not analyte.derived and bool(text)
    detected = text.upper() != NOT_DETECTED
    column = "value"
    if _says_nothing(analyte, text):
        return []  # said already
    if numeric and analyte.unit and not unit and (detected or limit):
        column = "unit"
    elif numeric and unit and conversion(unit, analyte.unit, analyte.alternatives) is None:
        return _number_refusal(text) if detected else []  # the unit is already refused
    elif numeric and (not _above_zero(limit) if limit else not detected and analyte.limit_for_nd):
        column = "limit"
    found = [(column, sentence)]
    return found if column == "value" or not detected else [*found, *_number_refusal(text)]


def _number_refusal(text: str) -> list[tuple[str, str]]:
    try:
        parse_number(text)
    except UserError as error:
        return [("value", str(error))]
    return []


def _above_zero(text: str) -> bool:
    try:
        comparator, number = parse_number(text)
    except UserError:
        return False
    return comparator == "=" and number > 0
