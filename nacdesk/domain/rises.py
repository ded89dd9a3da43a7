"""A rise that stands: from which sample on every value keeps at or above a limit, and whether that lasted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nacdesk.domain.series import Sample


@dataclass(frozen=True, slots=True)
class Dated:
    """A sample whose number and date are known; for "<x" and ">x" the number is the bound."""

    sample: Sample
    value: Decimal
    when: date


@dataclass(frozen=True, slots=True)
class Rise:
    """The first sample of the rise, the limit it reached, and whether it was confirmed."""

    first: int
    limit: Decimal
    confirmed: bool


def dated(sample: Sample, uln: Decimal) -> Dated | None:
    """The sample with its number and date; a bound only within the normal range, where its size plays no part."""
    quantity = sample.quantity
    bound = quantity.upper if quantity.upper is not None and quantity.upper <= uln else None
    value = quantity.exact if quantity.exact is not None else bound
    return None if value is None or sample.when is None else Dated(sample, value, sample.when)


def standing_rise(samples: Sequence[Dated], limit: Callable[[int], Decimal | None], gap_days: Decimal) -> Rise | None:
    """The earliest sample from which every value up to the last reaches `limit` of that sample.

    Args:
        samples: in order of time; the last one is the one that is judged.
        limit: what the sample at a place must reach to begin a rise, None where none can begin.
        gap_days: a rise is confirmed by a last sample at least so many days after its first.
    """
    for first in range(1, len(samples)):
        level = limit(first)
        if level is not None and all(one.value >= level for one in samples[first:]):
            return Rise(first, level, first < len(samples) - 1 and (samples[-1].when - samples[first].when).days >= gap_days)
    return None
