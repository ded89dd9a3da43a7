"""What comes in joins what is recorded: blanks are filled, nothing is overwritten, doubt is a problem.

Pure: no database. Cases meet by key, visits by name (case does not count), lesions by label,
observations by their natural key within the visit.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from nacdesk.domain.facts import Case, History, Lesion, Observation, Patient, Visit
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.errors import BugError

T = TypeVar("T")
_Key = tuple[str, tuple[str, ...]]  # folded name of the visit, natural key within it

_PATIENT = (("name", "name"), ("mrn", "record number"), ("birth_date", "birth date"), ("sex", "sex"))
_CASE = (
    ("diagnosis", "diagnosis"), ("stage", "stage"), ("stage_group", "stage group"), ("context", "tumour context"), ("regimen", "regimen"),
    ("cycle_length", "cycle length"),
)  # fmt: skip
_LESION = (("organ", "organ"), ("measurable", "“measurable”"), ("irradiated", "“irradiated”"))
_OBSERVATION = (("uln", "upper limit of normal"), ("scanner", "scanner"), ("segmentation", "segmentation"))


@dataclass(slots=True)
class Merged:
    """One case after the merge.

    Attributes:
        case, lesions, visits: as they will be; lesions by label, visits by folded name.
        order: folded names of the visits, in recorded order.
        added: (folded name of the visit, observation) of each new observation, in order.
        changed: known observations of which a blank was filled, by id.
        known: observations that were there already.
        problems: why it is refused.  warnings: what differs and is not taken over.
    """

    case: Case
    lesions: dict[str, Lesion] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    added: list[tuple[str, Observation]] = field(default_factory=list)
    changed: dict[str, Observation] = field(default_factory=dict)
    known: int = 0
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def merge(stored: History | None, incoming: Sequence[History]) -> Merged:
    """Join histories of one case to what is stored of it, in their order.

    Raises:
        BugError: a history whose observations speak of visits or lesions that it does not hold.
    """
    start = stored or History(replace(incoming[0].case, revision=0))
    merged = Merged(start.case, {lesion.label: lesion for lesion in start.lesions})
    for visit in start.visits:
        merged.visits[visit.name.casefold()] = visit
        merged.order.append(visit.name.casefold())
    names = {visit.id: visit.name.casefold() for visit in start.visits}
    seen = {(names[fact.visit], fact.natural_key): fact for fact in start.observations}
    fresh: dict[_Key, int] = {}
    for history in incoming:
        _join_case(merged, history.case)
        _join_lesions(merged, history.lesions)
        _join_observations(merged, seen, fresh, history, _join_visits(merged, history.visits))
    return merged


def _join_case(merged: Merged, new: Case) -> None:
    old = merged.case
    merged.case = replace(old, patient=Patient(**_filled(merged, _PATIENT, "", old.patient, new.patient)), **_filled(merged, _CASE, "", old, new))


def _join_lesions(merged: Merged, incoming: Sequence[Lesion]) -> None:
    for new in incoming:
        old = merged.lesions.get(new.label)
        if old is None:
            twin = next((label for label in merged.lesions if label.casefold() == new.label.casefold()), None)
            if twin is not None:
                merged.problems.append(f"{merged.case.key}: lesion “{new.label}” differs from “{twin}” in capitals only; write it the same way.")
            merged.lesions[new.label] = new
            continue
        where = f" of lesion “{new.label}”"
        for name, word in (("kind", "kind"), ("role", "role")):
            if getattr(old, name) != getattr(new, name):
                _differs(merged, f"{word}{where}", getattr(old, name), getattr(new, name))
        if old.origin and new.origin and old.origin != new.origin:
            _differs(merged, f"origin{where}", ", ".join(old.origin), ", ".join(new.origin))
        merged.lesions[new.label] = replace(old, origin=old.origin or new.origin, **_filled(merged, _LESION, where, old, new))


def _join_visits(merged: Merged, incoming: Sequence[Visit]) -> dict[str, str]:
    """Add the visits; the folded name of each by its id in the file."""
    names = {visit.id: visit.name.casefold() for visit in incoming}
    merged.order = ordered(merged.order, [visit.name.casefold() for visit in sorted(incoming, key=lambda visit: visit.place)])
    for new in incoming:
        name = new.name.casefold()
        old = merged.visits.get(name)
        if old is None:
            merged.visits[name] = replace(new, id="")
        else:
            merged.visits[name] = replace(old, cycle=_joined(merged, f"completed cycles at “{old.name}”", old.cycle, new.cycle))
    return names


def ordered(known: Sequence[str], incoming: Sequence[str]) -> list[str]:
    """Known names in their order, and new ones as late as the incoming order allows.

    A new name stands before the first known one that follows it in the file, and last when none does.
    """
    order = list(known)
    there = set(known)
    for index, name in enumerate(incoming):
        if name in there:
            continue
        after = order.index(incoming[index - 1]) + 1 if index else 0
        followers = [place for later in incoming[index + 1 :] if later in there and (place := order.index(later)) >= after]
        order.insert(min(followers, default=len(order)), name)
        there.add(name)
    return order


def _join_observations(merged: Merged, seen: dict[_Key, Observation], fresh: dict[_Key, int], history: History, names: dict[str, str]) -> None:
    """Args: seen: every fact so far; fresh: place in `merged.added` of those that are not stored yet."""
    for new in history.observations:
        visit = names.get(new.visit)
        if visit is None or (new.lesion is not None and new.lesion not in merged.lesions):
            raise BugError("an observation of a visit or lesion that its history does not hold")
        key = (visit, new.natural_key)
        old = seen.get(key)
        if old is None:
            seen[key] = new
            fresh[key] = len(merged.added)
            merged.added.append((visit, new))
            continue
        merged.known += 1
        joined = seen[key] = _joined_observation(merged, visit, old, new)
        if key in fresh:
            merged.added[fresh[key]] = (visit, joined)
        elif joined != old:
            merged.changed[old.id] = joined


def _joined_observation(merged: Merged, visit: str, old: Observation, new: Observation) -> Observation:
    what = f"{old.analyte}{f' of {old.lesion}' if old.lesion else ''} at {merged.visits[visit].name}"
    value = _joined_value(old.value, new.value)
    if value is None:
        merged.problems.append(
            f"{merged.case.key}: {what} is already recorded as {old.value}, the file has {new.value}; an import does not overwrite; correct it instead."
        )
        return old
    if old.note is not None and new.note is not None and old.note != new.note:
        merged.warnings.append(f"{merged.case.key}: the note on {what} differs from the recorded one, which is kept.")
    note = old.note if old.note is not None else new.note
    return replace(old, value=value, accepted=old.accepted or new.accepted, note=note, **_filled(merged, _OBSERVATION, f" of {what}", old, new))


def _joined_value(old: Quantity | str, new: Quantity | str) -> Quantity | str | None:
    """The recorded value, with a limit of detection that was blank; None when they differ."""
    if old == new:
        return old
    if not (isinstance(old, Quantity) and isinstance(new, Quantity)):
        return None
    if (old.value, old.unit, old.comparator) != (new.value, new.unit, new.comparator):
        return None
    if new.limit is None:
        return old
    return replace(old, limit=new.limit) if old.limit is None else None


def _filled(merged: Merged, names: Sequence[tuple[str, str]], where: str, old: object, new: object) -> dict[str, Any]:
    """The fields of `old`, with what `new` holds where they are blank."""
    return {name: _joined(merged, f"{word}{where}", getattr(old, name), getattr(new, name)) for name, word in names}


def _joined(merged: Merged, what: str, old: T | None, new: T | None) -> T | None:
    """What is recorded, or what comes in where nothing was; a difference is a problem."""
    if old is None or new is None:
        return new if old is None else old
    if not _agree(what, old, new):
        _differs(merged, what, old, new)
    return old


def _agree(what: str, old: object, new: object) -> bool:
    if not (isinstance(old, str) and isinstance(new, str)):
        return old == new
    if what == "record number":
        return normal_mrn(old) == normal_mrn(new)
    return folded(old) == folded(new)


def _differs(merged: Merged, what: str, old: object, new: object) -> None:
    merged.problems.append(f"{merged.case.key}: {what} is recorded as {_shown(old)}, the file has {_shown(new)}; an import does not overwrite.")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else f"“{value}”" if isinstance(value, str) else str(value)


def folded(text: str) -> str:
    """Text as it is compared: width, capitals and runs of spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normal_mrn(mrn: str) -> str:
    """A record number as it is compared: also spaces, hyphens and dots do not count; zeros do."""
    return "".join(sign for sign in folded(mrn) if not sign.isspace() and sign != "." and unicodedata.category(sign) != "Pd")
