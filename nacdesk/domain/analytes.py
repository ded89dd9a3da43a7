"""What can be recorded: one Analyte an id of the vocabulary, with unit, range and drawing rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from nacdesk.domain.quantity import Quantity, conversion, parse_number, plain
from nacdesk.errors import UserError

Kind = Literal["number", "integer", "code", "text"]
Scale = Literal["linear", "log"]

ABSENT, TOO_SMALL, NOT_EVALUABLE, NOT_DETECTED = "ABSENT", "TSTM", "NE", "ND"


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits refuse, plausible ones warn; inclusive, in the analyte's stored unit."""

    hard_min: Decimal
    hard_max: Decimal
    plausible_min: Decimal
    plausible_max: Decimal
    min_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Analyte:
    """One entry of the vocabulary.

    Attributes:
        id: analyte id, as in files and JSON ("size.diameter").
        label: the full name on screen and paper.
        short: the name where room is short ("CEA"), else the label.
        kind: number, integer, code (closed list) or text.
        unit: stored unit, "" for none.
        alternatives: other accepted units with the factor to the stored one.
        codes: accepted codes; of a number, those it may be instead of a number.
        limits: hard and plausible range of a number, None for codes and text.
        node_limits: the range of a lymph node's short axis where it differs.
        decimals: digits shown; more typed digits are kept.
        scale: how its axis is drawn.
        panel: key of the chart panel it is drawn in, "" for none.
        per_lesion: it belongs to a lesion ("yes"), to the visit ("no"), or may do both ("either").
        same_method: values are compared only within one method.
        limit_for_nd: "ND" is accepted, with a limit of detection.
        has_uln: an upper limit of normal belongs to it.
        needs_segmentation: the column `segmentation` must be filled.
        derived: never typed, worked out by the program.
        stable: a fact that keeps counting until it is recorded again (ECOG, HER2).
    """

    id: str
    label: str
    kind: Kind
    short: str = ""
    unit: str = ""
    alternatives: Mapping[str, Decimal] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    limits: Limits | None = None
    node_limits: Limits | None = None
    decimals: int = 0
    scale: Scale = "linear"
    panel: str = ""
    per_lesion: Literal["yes", "no", "either"] = "no"
    same_method: bool = False
    limit_for_nd: bool = False
    has_uln: bool = False
    needs_segmentation: bool = False
    derived: bool = False
    stable: bool = False

    @property
    def name(self) -> str:
        """The short name, or the label where there is none."""
        return self.short or self.label

    def range(self, node: bool = False) -> Limits | None:
        """The limits that apply, for a lymph node where `node`."""
        return self.node_limits if node and self.node_limits is not None else self.limits

    def read(self, text: str, unit: str = "", limit: str = "", node: bool = False) -> tuple["Quantity | str", tuple[str, ...]]:
        """A typed value as a fact, and the warnings it earns.

        Args:
            text: the value as typed: a number, "<0.02", "ND", or one of the codes.
            unit: the unit as typed; needed for a number with a unit.
            limit: limit of detection as typed, in the same unit.
            node: the lesion is a lymph node (its own limits).

        Raises:
            UserError: not accepted; the sentence names value, unit or range, and nothing is guessed.
        """
        text = text.strip()
        if not text:
            raise UserError("The value is blank; blank is not zero.", "Leave the row out, or write NE for not evaluable.")
        if self.derived:
            raise UserError(f"{self.label} is worked out by the program and cannot be entered.", "Leave the row out.")
        code = _match_code(text, self.codes)
        if code is not None:
            return code, ()
        if self.kind == "text":
            return text, ()
        if self.kind == "code":
            raise UserError(f"“{text}” is not a value of {self.label}.", f"Use one of: {', '.join(self.codes)}.")
        factor = self._factor(unit, needed=text.upper() != NOT_DETECTED or bool(limit))
        bound = self._limit(limit, factor)
        if text.upper() == NOT_DETECTED:
            if not self.limit_for_nd:
                raise UserError(f"ND (not detected) is not a value of {self.label}.", "Write the number, or NE for not evaluable.")
            if bound is None:
                raise UserError("ND (not detected) needs the limit of detection.", "Fill the column limit in the unit of the row.")
            return Quantity(None, self.unit, "ND", bound), ()
        comparator, number = parse_number(text)
        value = number if factor == 1 else number * factor
        self._refuse(value, text, unit, node)
        if self.id == "size.diameter" and value == 0 and comparator == "=":
            return ABSENT, ("0 mm is kept as ABSENT (not visible)",)
        warnings = self._doubt(value, node)
        return Quantity(value, self.unit, comparator, bound), warnings

    def _factor(self, unit: str, needed: bool) -> Decimal:
        if not unit.strip():
            if self.unit and needed:
                raise UserError(f"{self.label} needs a unit; none is guessed.", f"Write {self.units()}.")
            return Decimal(1)
        factor = conversion(unit, self.unit, self.alternatives)
        if factor is None:
            known = self.units()
            raise UserError(f"“{unit.strip()}” is not a unit of {self.label}.", f"Use {known}." if known else "Leave the unit blank.")
        return factor

    def _limit(self, limit: str, factor: Decimal) -> Decimal | None:
        if not limit.strip():
            return None
        comparator, number = parse_number(limit)
        if comparator != "=" or number <= 0:
            raise UserError(f"The limit of detection “{limit.strip()}” must be a number above zero.", "Write it in the unit of the row.")
        return number * factor

    def _refuse(self, value: Decimal, text: str, unit: str, node: bool) -> None:
        if self.kind == "integer" and value != value.to_integral_value():
            raise UserError(f"{self.label} is a whole number; “{text}” is not.", "Correct the value.")
        limits = self.range(node)
        if limits is None:
            return
        if self.limit_for_nd and value == 0:
            raise UserError(f"0 is not a value of {self.label}.", "Write ND with the limit of detection.")
        below = value <= limits.hard_min if limits.min_exclusive else value < limits.hard_min
        if below or value > limits.hard_max:
            entered = f"{text} {unit.strip()}".strip()
            raise UserError(
                f"{entered} is outside what {self.label} can be ({plain(limits.hard_min)} to {plain(limits.hard_max)} {self.unit}".rstrip() + ").",
                "Check value and unit.",
            )

    def _doubt(self, value: Decimal, node: bool) -> tuple[str, ...]:
        limits = self.range(node)
        if limits is None or limits.plausible_min <= value <= limits.plausible_max:
            return ()
        span = f"{plain(limits.plausible_min)} to {plain(limits.plausible_max)} {self.unit}".strip()
        return (f"{plain(value)} {self.unit}".strip() + f" is outside the usual range of {self.label} ({span})",)

    def units(self) -> str:
        """The accepted units in words: "mm or cm"."""
        return " or ".join(unit for unit in (self.unit, *self.alternatives) if unit)


def _match_code(text: str, codes: tuple[str, ...]) -> str | None:
    wanted = text.casefold()
    return next((code for code in codes if code.casefold() == wanted), None)
