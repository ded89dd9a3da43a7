"""What a person changes in one case: frozen edits that the store applies together, as one step.

An edit names what it is made on, never a place on a screen, so it can only land where it began (H01).
"""

from dataclasses import dataclass

from nacdesk.domain.facts import Case, Lesion, Observation, Visit


@dataclass(frozen=True, slots=True)
class SetCase:
    """Replace the facts of the case itself; key, revision and the mark of an invented case stay as they are."""

    case: Case


@dataclass(frozen=True, slots=True)
class PutLesion:
    """Add a lesion, or change the one that is now called `label`; its values go with it."""

    lesion: Lesion
    label: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveLesion:
    """Remove a lesion that has no value."""

    label: str


@dataclass(frozen=True, slots=True)
class PutVisit:
    """Add a time point (id ""), or change name, place and completed cycles of the one of that id."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class RemoveVisit:
    """Remove a time point that has no value."""

    id: str


@dataclass(frozen=True, slots=True)
class Record:
    """Record a fact (id ""), or put another in the place of the observation of that id; the old one stays in the history.

    Attributes:
        observation: its `visit` is a Visit.id, or the name of a time point that an earlier edit of the same step adds.
    """

    observation: Observation


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take an observation out of the case; it stays in the history."""

    id: str


Edit = SetCase | PutLesion | RemoveLesion | PutVisit | RemoveVisit | Record | Withdraw


def corrects(before: Visit, after: Visit) -> bool:
    """A recorded time point gets another name or another number of completed cycles; a blank that is filled corrects nothing."""
    return before.name != after.name or (before.cycle is not None and before.cycle != after.cycle)
