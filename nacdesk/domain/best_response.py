"""Best overall response, with and without confirmation (REC-15, REC-16). Days run from the first dose."""

from collections.abc import Sequence
from dataclasses import dataclass

from nacdesk.domain.judgements import BestResponse
from nacdesk.domain.recist import CR, NE, NON_CR_NON_PD, PD, PR, SD, Course
from nacdesk.domain.timeline import Timeline

REVIEW = "REVIEW"
_STABLE = (CR, PR, SD, NON_CR_NON_PD)


@dataclass(frozen=True, slots=True)
class Dated:
    """An overall response and its day, None when it cannot be dated."""

    day: int | None
    response: str


def sequence(timeline: Timeline, sizes: Course) -> tuple[Dated, ...]:
    """The overall responses of the follow-up, in order."""
    rows = [row for row in sizes.follow_up if row.size.overall is not None]
    return tuple(Dated(timeline.day_of(timeline.dates[row.visit]), row.size.overall or "") for row in rows)


def best(timeline: Timeline, sizes: Course) -> BestResponse:
    """Both best responses of a case."""
    seen = sequence(timeline, sizes)
    shortest = int(timeline.catalog.rules["REC-15"].number("min_sd_days"))
    if not seen:
        return BestResponse(None, None, shortest, "no follow-up assessment")
    first, why = unconfirmed(seen, shortest)
    rule = timeline.catalog.rules["REC-16"]
    second, more = confirmed(seen, int(rule.number("confirm_days")), int(rule.number("min_sd_days")))
    return BestResponse(first, second, shortest, why or more)


def _until_progression(seen: Sequence[Dated]) -> list[Dated]:
    """Everything up to and with the first PD."""
    first = next((place for place, row in enumerate(seen) if row.response == PD), len(seen))
    return list(seen[: first + 1])


def unconfirmed(seen: Sequence[Dated], min_sd_days: int) -> tuple[str | None, str | None]:
    """The best of the sequence up to the first PD; SD only from `min_sd_days` on (REC-15)."""
    kept = _until_progression(seen)
    found = {row.response for row in kept}
    for response in (CR, PR):
        if response in found:
            return response, None
    return _stable(kept, min_sd_days)


def confirmed(seen: Sequence[Dated], confirm_days: int, min_sd_days: int) -> tuple[str | None, str | None]:
    """CR and PR only when repeated at least `confirm_days` later, NE between tolerated (REC-16)."""
    kept = _until_progression(seen)
    pairs = [(a, b) for a in range(len(kept)) for b in range(a + 1, len(kept))]
    undated = False

    def holds(pair: tuple[int, int], first: tuple[str, ...], second: tuple[str, ...], between: tuple[str, ...]) -> bool:
        nonlocal undated
        early, late = kept[pair[0]], kept[pair[1]]
        if early.response not in first or late.response not in second:
            return False
        if any(row.response not in between for row in kept[pair[0] + 1 : pair[1]]):
            return False
        if early.day is None or late.day is None:
            undated = True
            return False
        return late.day - early.day >= confirm_days

    if any(holds(pair, (CR,), (CR,), (CR, NE)) for pair in pairs):
        return CR, None
    if any(kept[a].response == CR and kept[b].response == PR for a, b in pairs):
        return REVIEW, "CR then PR: review whether the first was a complete response"
    if any(holds(pair, (PR,), (PR, CR), (PR, CR, NE)) for pair in pairs):
        return PR, None
    responded = any(row.response in (CR, PR) for row in kept)
    if responded and undated:
        return None, "a response cannot be confirmed without dates"
    if responded and len(kept) < 2:
        return None, "one assessment only: a response is not confirmed yet"
    return _stable(kept, min_sd_days)


def _stable(kept: Sequence[Dated], min_sd_days: int) -> tuple[str | None, str | None]:
    """SD when it held for `min_sd_days`, else PD when one follows, else NE."""
    stable = [row for row in kept if row.response in _STABLE]
    label = NON_CR_NON_PD if stable and all(row.response == NON_CR_NON_PD for row in stable) else SD
    if any(row.day is not None and row.day >= min_sd_days for row in stable):
        return label, None
    if stable and any(row.day is None for row in stable):
        return None, "stable disease cannot be timed: first dose or assessment not dated"
    if any(row.response == PD for row in kept):
        return PD, None
    return NE, f"no assessment {min_sd_days} or more days after the first dose" if stable else None
