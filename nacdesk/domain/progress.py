"""How far the treatment has come: the same words on screen and paper."""

from dataclasses import dataclass

from nacdesk.domain import wording
from nacdesk.domain.judgements import Review


@dataclass(frozen=True, slots=True)
class Progress:
    """Cycles so far.

    Attributes:
        given: number of the last cycle given; where no cycle is recorded, the completed cycles as entered; None for neither.
        planned: cycles that the regimen plans before surgery, None when unknown.
        entered: `given` is the entered number of completed cycles.
    """

    given: int | None
    planned: int | None
    entered: bool

    @property
    def words(self) -> str:
        """cycle 3 of 4 given; 4 cycles completed as entered; cycles not recorded."""
        if self.given is None:
            return "cycles not recorded"
        if self.entered:
            return f"{wording.counted(self.given, 'cycle')} completed as entered"
        return f"cycle {self.given}{f' of {self.planned}' if self.planned else ''} given"


def progress(review: Review) -> Progress:
    """How far the treatment has come, as seen by the review."""
    planned = review.regimen.planned_cycles if review.regimen else None
    given = [cycle.number for cycle in review.cycles if not cycle.cancelled]
    if given:
        return Progress(given[-1], planned, False)
    entered = max((visit.visit.cycle for visit in review.visits if visit.visit.cycle is not None), default=0)
    return Progress(entered or None, planned, True)
