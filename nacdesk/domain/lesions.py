"""What each target lesion counts at a visit, and the sums that follow (REC-01 to REC-06)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from nacdesk.domain.analytes import ABSENT, NOT_EVALUABLE, TOO_SMALL
from nacdesk.domain.facts import Lesion, Observation
from nacdesk.domain.timeline import Timeline, pick, same_method

Standing = Literal["measured", "absent", "too small", "not evaluable"]

_OTHER_METHOD = re.compile(r"ultraso|sonogra|endoscop|\b(us|eus|pet)\b", re.IGNORECASE)
_RECIST_METHOD = re.compile(r"\b(ct|mr|mri)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Counted:
    """A target lesion at a visit.

    Attributes:
        mm: what it adds to the sum, None when not evaluable.
        rows: the facts it was taken from (several fragments of a split lesion).
        reason: why it is not evaluable.
        least: what it measures at least where `mm` is None: a bound such as ">60", or the fragments that were measured.
    """

    lesion: Lesion
    standing: Standing
    mm: Decimal | None
    rows: tuple[Observation, ...] = ()
    reason: str | None = None
    least: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class TargetSet:
    """The original target lesions and what descends from each by splitting or merging.

    Attributes:
        descendants: by the label of an original, all that comes from it.
        sizes: by label, the diameters of a target in order of time.
    """

    originals: tuple[Lesion, ...]
    descendants: Mapping[str, tuple[Lesion, ...]]
    sizes: Mapping[str, Sequence[Observation]]

    @property
    def single_mass(self) -> bool:
        """One target lesion only: the variability of a single lesion applies, not of a sum."""
        return len(self.originals) == 1


def target_set(timeline: Timeline) -> TargetSet:
    """All target lesions with a diameter that did not come from another target.

    A lesion that names an unknown origin, or one in a circle, stands for itself: nothing measured is left out.
    """
    sizes: dict[str, list[Observation]] = {}
    for row in timeline.rows("size.diameter"):
        sizes.setdefault(row.lesion or "", []).append(row)
    lesions = [lesion for lesion in timeline.history.lesions if lesion.role == "target" and lesion.label in sizes]
    labels = {lesion.label for lesion in lesions}
    originals = [lesion for lesion in lesions if not labels & set(lesion.origin)]
    descendants = {lesion.label: _from(lesion, lesions) for lesion in originals}
    placed = {lesion.label for lesion in originals} | {heir.label for heirs in descendants.values() for heir in heirs}
    stray = [lesion for lesion in lesions if lesion.label not in placed]
    order = [lesion for lesion in lesions if lesion in originals or lesion in stray]
    return TargetSet(tuple(order), {lesion.label: descendants.get(lesion.label, ()) for lesion in order}, sizes)


def _from(lesion: Lesion, lesions: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """Everything that descends from a lesion."""
    known, found = {lesion.label}, []
    while more := [other for other in lesions if other.label not in known and known & set(other.origin)]:
        found += more
        known |= {other.label for other in more}
    return tuple(found)


def counted(timeline: Timeline, targets: TargetSet, visit: str) -> tuple[Counted, ...]:
    """Every original target at a visit; fragments or a merged mass stand in for their origin, once (REC-17)."""
    used: set[str] = set()
    answer = []
    for lesion in targets.originals:
        parts = []
        for one in _standing_in(timeline, targets, lesion, targets.descendants[lesion.label], visit):
            if one.label not in used:
                used.add(one.label)
                rows = [row for row in targets.sizes[one.label] if row.visit == visit]
                parts.append(_one(timeline, one, rows))
        answer.append(parts[0] if len(parts) == 1 and parts[0].lesion is lesion else _together(lesion, parts))
    return tuple(answer)


def _standing_in(timeline: Timeline, targets: TargetSet, lesion: Lesion, heirs: Sequence[Lesion], visit: str) -> list[Lesion]:
    """What has to be measured for a lesion at a visit: itself, or what it has split or merged into by then.

    A fragment once seen is looked for ever after. The lesion itself still counts beside its fragments
    when it was measured after the split, and when it was then left not evaluable: part of it is not known.
    """
    place = timeline.positions[visit]
    first = {heir.label: min(timeline.positions[row.visit] for row in targets.sizes[heir.label]) for heir in heirs}
    children = [heir for heir in heirs if lesion.label in heir.origin and first[heir.label] <= place]
    if not children:
        return [lesion]
    since = min(first[child.label] for child in children)
    merged = any(len(child.origin) > 1 for child in children)
    gone = {ABSENT, NOT_EVALUABLE} if merged else {ABSENT}
    kept = any(since <= timeline.positions[row.visit] <= place and row.code not in gone for row in targets.sizes[lesion.label])
    rest = [heir for heir in heirs if heir.label != lesion.label]
    leaves = [leaf for child in children for leaf in _standing_in(timeline, targets, child, [heir for heir in rest if heir is not child], visit)]
    return [*([lesion] if kept else []), *leaves]


def _one(timeline: Timeline, lesion: Lesion, rows: list[Observation]) -> Counted:
    row, doubt = pick(rows)
    if row is None:
        return Counted(lesion, "not evaluable", None, tuple(rows), f"{lesion.label}: {doubt}" if doubt else f"{lesion.label} not measured")
    if row.code == ABSENT:
        return Counted(lesion, "absent", Decimal(0), (row,))
    if row.code == TOO_SMALL:
        return Counted(lesion, "too small", timeline.catalog.rules["REC-05"].number("default_mm"), (row,))
    exact = row.quantity.exact if row.quantity is not None else None
    if exact is None:
        why = "not evaluable" if row.code == NOT_EVALUABLE else f"only reported as {row.value}"
        return Counted(lesion, "not evaluable", None, (row,), f"{lesion.label} {why}", row.quantity.lower if row.quantity is not None else Decimal(0))
    return Counted(lesion, "absent" if exact == 0 else "measured", exact, (row,))


def _together(lesion: Lesion, parts: Sequence[Counted]) -> Counted:
    """Fragments add up; a merged mass was counted for the first of its origins and adds nothing for the others."""
    rows = tuple(row for part in parts for row in part.rows)
    known = measured_subset(parts)
    broken = [part.reason for part in parts if part.mm is None and part.reason]
    if broken:
        return Counted(lesion, "not evaluable", None, rows, "; ".join(broken), known)
    return Counted(lesion, "absent" if parts and known == 0 else "measured", known, rows)


def total(parts: Sequence[Counted]) -> Decimal | None:
    """The sum of diameters, None when any target is not evaluable (REC-04)."""
    if not parts or any(part.mm is None for part in parts):
        return None
    return measured_subset(parts)


def measured_subset(parts: Sequence[Counted]) -> Decimal:
    """The sum of those targets that were evaluated, and what the others measure at least (REC-11)."""
    return sum((part.least if part.mm is None else part.mm for part in parts), Decimal(0))


def unlike_method(now: Sequence[Counted], then: Sequence[Counted]) -> str | None:
    """The first target measured by unlike methods at two visits, in words; None when all agree."""
    for new, old in zip(now, then, strict=True):
        for row in new.rows:
            for other in old.rows:
                if not same_method(row.method, other.method):
                    return f"method differs for {new.lesion.label}: {other.method} then, {row.method} now"
    return None


def foreign_method(parts: Sequence[Counted]) -> str | None:
    """The first method that RECIST does not measure by (ultrasound, endoscopy, PET alone), None when there is none."""
    methods = [row.method for part in parts for row in part.rows if row.method is not None]
    return next((method for method in methods if _OTHER_METHOD.search(method) and not _RECIST_METHOD.search(method)), None)
