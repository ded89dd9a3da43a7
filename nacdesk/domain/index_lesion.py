"""The one lesion that the breast and rectal rules follow: the largest target mass before treatment."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from nacdesk.domain.analytes import ABSENT
from nacdesk.domain.facts import Observation
from nacdesk.domain.timeline import Timeline, pick

_SIZE = "size.diameter"


@dataclass(frozen=True, slots=True)
class Index:
    """The index lesion at baseline.

    Attributes:
        label: its label.
        row: its diameter at the baseline.
        mm: that diameter.
        rows: all its diameters that were looked at, in order of time.
    """

    label: str
    row: Observation
    mm: Decimal
    rows: tuple[Observation, ...]


def index_lesion(timeline: Timeline, rows: Sequence[Observation]) -> Index | str:
    """The largest target mass at the baseline among these diameters, or why there is none."""
    masses = {lesion.label for lesion in timeline.history.lesions if lesion.kind == "mass" and lesion.role == "target"}
    usable = [row for row in rows if row.lesion in masses]
    baseline = timeline.baseline(usable)
    if baseline.visit is None:
        return baseline.why if usable else "no size of a target mass"
    found: list[tuple[Decimal, str, Observation]] = []
    for label in sorted({row.lesion for row in usable if row.lesion and row.visit == baseline.visit}):
        row, doubt = pick([one for one in usable if one.lesion == label and one.visit == baseline.visit])
        value = millimetres(row)
        if row is None or value is None:
            return f"{label} at baseline: {doubt}" if doubt else f"{label} not evaluable at baseline"
        found.append((value, label, row))
    mm, label, row = max(found, key=lambda one: one[0])
    if mm == 0:
        return "no target mass was visible at baseline"
    return Index(label, row, mm, tuple(one for one in usable if one.lesion == label))


def millimetres(row: Observation | None) -> Decimal | None:
    """A diameter that was measured, 0 where the lesion is gone; None for a bound, too small or not evaluable."""
    if row is None:
        return None
    return Decimal(0) if row.code == ABSENT else row.quantity.exact if row.quantity is not None else None
