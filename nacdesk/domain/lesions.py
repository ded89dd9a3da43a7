"""What each target lesion counts at a visit, and the sums that follow (REC-01 to REC-06)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from nacdesk.domain.analytes import ABSENT, NOT_EVALUABLE, TOO_SMALL
from nacdesk.domain.facts import Lesion, Observation
from nacdesk.domain.timeline import Timeline, pick, same_method

Standing = Literal["measured", "absent", "too small", "not evaluable"]


@dataclass(frozen=True, slots=True)
class Counted:
    """A target lesion at a visit.

    Attributes:
        mm: what it adds to the sum, None when not evaluable.
        rows: the facts it was taken from (several fragments of a split lesion).
        reason: why it is not evaluable.
    """

    lesion: Lesion
    standing: Standing
    mm: Decimal | None
    rows: tuple[Observation, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TargetSet:
    """The original target lesions and what descends from each by splitting or merging."""

    originals: tuple[Lesion, ...]
    descendants: Mapping[str, tuple[Lesion, ...]]

    @property
    def single_mass(self) -> bool:
        """One target lesion only: the variability of a single lesion applies, not of a sum."""
        return len(self.originals) == 1


def target_set(timeline: Timeline) -> TargetSet:
    """All target lesions of the case that did not come from another lesion."""
    lesions = timeline.history.lesions
    originals = tuple(lesion for lesion in lesions if lesion.role == "target" and not lesion.origin)
    descendants: dict[str, tuple[Lesion, ...]] = {}
    for lesion in originals:
        found: list[Lesion] = []
        known = {lesion.label}
        for _ in lesions:  # as many rounds as there can be generations
            more = [other for other in lesions if other not in found and known & set(other.origin)]
            found += more
            known |= {other.label for other in more}
        descendants[lesion.label] = tuple(found)
    return TargetSet(originals, descendants)


def counted(timeline: Timeline, targets: TargetSet, visit: str) -> tuple[Counted, ...]:
    """Every original target at a visit; a fragment or merged mass stands in for its origin, once."""
    used: set[str] = set()
    rows_of: dict[str, list[Observation]] = {}
    for row in timeline.rows("size.diameter", visit):
        rows_of.setdefault(row.lesion or "", []).append(row)
    answer = []
    for lesion in targets.originals:
        heirs = [heir for heir in targets.descendants[lesion.label] if heir.label in rows_of]
        if lesion.label in rows_of:
            answer.append(_one(timeline, lesion, rows_of[lesion.label]))
        elif heirs:
            answer.append(_from_heirs(timeline, lesion, heirs, rows_of, used))
        else:
            answer.append(Counted(lesion, "not evaluable", None, reason=f"{lesion.label} not measured"))
    return tuple(answer)


def _one(timeline: Timeline, lesion: Lesion, rows: list[Observation]) -> Counted:
    row, doubt = pick(rows)
    if row is None:
        return Counted(lesion, "not evaluable", None, tuple(rows), f"{lesion.label}: {doubt}")
    if row.code == ABSENT:
        return Counted(lesion, "absent", Decimal(0), (row,))
    if row.code == TOO_SMALL:
        return Counted(lesion, "too small", timeline.catalog.rules["REC-05"].number("default_mm"), (row,))
    exact = row.quantity.exact if row.quantity is not None else None
    if exact is None:
        why = "not evaluable" if row.code == NOT_EVALUABLE else f"only reported as {row.value}"
        return Counted(lesion, "not evaluable", None, (row,), f"{lesion.label} {why}")
    return Counted(lesion, "absent" if exact == 0 else "measured", exact, (row,))


def _from_heirs(timeline: Timeline, lesion: Lesion, heirs: list[Lesion], rows_of: Mapping[str, list[Observation]], used: set[str]) -> Counted:
    """Fragments add up; a merged mass counts once, for the first of its origins."""
    parts = [_one(timeline, heir, rows_of[heir.label]) for heir in heirs if heir.label not in used]
    used.update(heir.label for heir in heirs)
    rows = tuple(row for part in parts for row in part.rows)
    broken = [part.reason for part in parts if part.mm is None and part.reason]
    if broken:
        return Counted(lesion, "not evaluable", None, rows, broken[0])
    total = sum((part.mm for part in parts if part.mm is not None), Decimal(0))
    return Counted(lesion, "absent" if parts and total == 0 else "measured", total, rows)


def total(parts: tuple[Counted, ...]) -> Decimal | None:
    """The sum of diameters, None when any target is not evaluable (REC-04)."""
    if not parts or any(part.mm is None for part in parts):
        return None
    return measured_subset(parts)


def measured_subset(parts: tuple[Counted, ...]) -> Decimal:
    """The sum of those targets that were evaluated (REC-11)."""
    return sum((part.mm for part in parts if part.mm is not None), Decimal(0))


def unlike_method(now: tuple[Counted, ...], then: tuple[Counted, ...]) -> str | None:
    """The first target measured by unlike methods at two visits, in words; None when all agree."""
    for new, old in zip(now, then, strict=True):
        for row in new.rows[:1]:
            for other in old.rows[:1]:
                if not same_method(row.method, other.method):
                    return f"method differs for {new.lesion.label}: {other.method} then, {row.method} now"
    return None
