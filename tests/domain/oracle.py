"""A second RECIST 1.1, written from the specification's text alone, in whole tenths of a millimetre.

It shares no line and no number with `nacdesk.domain`: where both answer alike, neither slipped alone.
The baseline is the first assessment. No lineage of lesions, no dates before treatment, one reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

Seen = int | str | None  # tenths of a millimetre, "TSTM", "ABSENT", "NE", or None: not recorded


@dataclass(frozen=True)
class Look:
    """One assessment: a value per target, a status per non-target ("PRESENT", "ABSENT", "PD", "NE", None), the new-lesion answer."""

    targets: tuple[Seen, ...]
    others: tuple[str | None, ...] = ()
    new: str | None = "no"


class Verdict(NamedTuple):
    """What follows for one assessment; sums in tenths of a millimetre."""

    total: int | None
    nadir: int | None
    target: str | None
    non_target: str
    overall: str | None
    provisional: bool


def counted(seen: Seen) -> int | None:
    """REC-05: too small is 5 mm, absent is 0, a number is itself; the rest has no size."""
    if isinstance(seen, int):
        return seen
    return {"TSTM": 50, "ABSENT": 0}.get(seen or "")


def total(look: Look) -> int | None:
    """REC-04: one target without a size and there is no sum."""
    sizes = [counted(seen) for seen in look.targets]
    return None if None in sizes else sum(size for size in sizes if size is not None)


def progressed(size: int, nadir: int) -> bool:
    """REC-09: a fifth more than the nadir and 5 mm more, both inclusive."""
    return 5 * size >= 6 * nadir and size - nadir >= 50


def target_response(kinds: Sequence[str], look: Look, baseline: int, nadir: int, after_complete: bool) -> str:
    """The target algorithm of section 2.1, in its order."""
    sizes = [counted(seen) for seen in look.targets]
    known = [(kind, size) for kind, size in zip(kinds, sizes, strict=True) if size is not None]
    measured = sum(size for _, size in known)
    back = after_complete and any(size > 0 if kind == "mass" else size >= 100 for kind, size in known)
    if len(known) < len(sizes) or baseline == 0:
        # Nothing to shrink from: a target that was not there at baseline can only have grown.
        return "PD" if back or progressed(measured, nadir) else "NE"
    if all(size == 0 if kind == "mass" else size < 100 for kind, size in known):
        return "CR"
    if back or progressed(measured, nadir):
        return "PD"
    return "PR" if 10 * measured <= 7 * baseline else "SD"


def non_target_response(at_baseline: Sequence[str | None], now: Sequence[str | None]) -> str:
    """REC-12 for lesions recorded at baseline, or there now; "none" where there are none."""
    followed = [status for first, status in zip(at_baseline, now, strict=True) if first is not None or status == "PRESENT"]
    if "PD" in now:
        return "PD"
    if not followed:
        return "none"
    if any(status in (None, "NE") for status in followed):
        return "NE"
    return "CR" if all(status == "ABSENT" for status in followed) else "NON-CR/NON-PD"


def overall_response(target: str, non_target: str, new: str | None) -> str:
    """REC-13."""
    if "PD" in (target, non_target) or new == "yes":
        return "PD"
    if target == "CR":
        return "CR" if non_target in ("CR", "none") else "PR"
    return target


def without_targets(non_target: str, new: str | None) -> str:
    """REC-14."""
    return "PD" if new == "yes" or non_target == "PD" else non_target


def assess(kinds: Sequence[str], looks: Sequence[Look]) -> list[Verdict]:
    """A verdict for each assessment after the first, which is the baseline."""
    first, *later = looks
    baseline = total(first) if kinds else None
    sums = [] if baseline is None else [baseline]
    complete = False
    verdicts = []
    for look in later:
        now = total(look) if kinds else None
        nadir = min(sums) if sums else None
        non_target = non_target_response(first.others, look.others)
        target: str | None = None
        overall: str | None
        if not kinds:
            overall = without_targets(non_target, look.new)
        elif baseline is None or nadir is None:
            # REC-06: a later sum never replaces a baseline that is not evaluable.
            target, overall = "NE", overall_response("NE", non_target, look.new)
        else:
            target = target_response(kinds, look, baseline, nadir, complete)
            overall = overall_response(target, non_target, look.new)
        if complete and "PRESENT" in look.others:
            overall = "PD"  # REC-17: after an overall CR any mass that is there again
        verdicts.append(Verdict(now, nadir, target, non_target, overall, look.new is None and overall not in ("PD", None)))
        complete = complete or overall == "CR"
        if now is not None and baseline is not None:
            sums.append(now)
    return verdicts


def best_unconfirmed(sequence: Sequence[tuple[int, str]], least: int = 42) -> str:
    """REC-15."""
    seen = []
    for day, response in sequence:
        seen.append((day, response))
        if response == "PD":
            break
    names = [response for _, response in seen]
    for best in ("CR", "PR"):
        if best in names:
            return best
    if any(response == "SD" and day >= least for day, response in seen):
        return "SD"
    return "PD" if "PD" in names else "NE"


def best_confirmed(sequence: Sequence[tuple[int, str]], least: int = 42, apart: int = 28) -> str | None:
    """REC-16: a pair far enough apart with nothing worse between; CR then PR is for people to look at.

    One assessment alone confirms nothing: with a response it is not evaluable.
    """
    seen = []
    for day, response in sequence:
        seen.append((day, response))
        if response == "PD":
            break

    def pair(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
        for i, (day, response) in enumerate(seen):
            for j in range(i + 1, len(seen)):
                between = {name for _, name in seen[i + 1 : j]}
                if response in first and seen[j][1] in second and seen[j][0] - day >= apart and between <= {*first, *second, "NE"}:
                    return True
        return False

    names = [response for _, response in seen]
    if len(seen) < 2 and names[0] in ("CR", "PR"):
        return None
    if pair(("CR",), ("CR",)):
        return "CR"
    if any(name == "CR" and "PR" in names[place:] for place, name in enumerate(names)):
        return "REVIEW"
    if pair(("PR",), ("PR", "CR")):
        return "PR"
    if any(response in ("CR", "PR", "SD") and day >= least for day, response in seen):
        return "SD"
    return "PD" if "PD" in names else "NE"
