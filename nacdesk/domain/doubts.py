"""What is possible but improbable: jumps between neighbours and cycles that run backwards."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from nacdesk.domain.analytes import NOT_EVALUABLE
from nacdesk.domain.facts import Observation
from nacdesk.domain.quantity import plain
from nacdesk.domain.rules import Catalog


def jumps(facts: Sequence[tuple[Observation, int]], catalog: Catalog) -> dict[int, tuple[str, ...]]:
    """Values more than `jump_factor` times above or below the one measured before, either way.

    Args:
        facts: observations of one case, each with the place of its visit.

    Returns:
        the warning by index of the later observation.
    """
    return {after: (text,) for _, after, text in jump_pairs(facts, catalog)}


def jump_pairs(facts: Sequence[tuple[Observation, int]], catalog: Catalog) -> Iterator[tuple[int, int, str]]:
    """The same jumps as (index of the earlier, index of the later, warning).

    Neighbours are the values of one analyte of one lesion (or of the case) in order of time: by
    date where all are dated, else by the place of their visit; NE is passed over. Only two exact
    numbers above zero are compared: from or to ABSENT, 0, "too small", "not detected" or a bound
    is a change of another kind and no jump.
    """
    factor = catalog.conventions["jump_factor"]
    series: dict[tuple[str, str | None], list[int]] = {}
    for index, (observation, _) in enumerate(facts):
        analyte = catalog.analytes[observation.analyte]
        if analyte.kind == "number" and observation.code != NOT_EVALUABLE:
            series.setdefault((observation.analyte, observation.lesion), []).append(index)
    for places in series.values():
        days = {index: facts[index][0].date for index in places}
        dated = all(day is not None for day in days.values())
        ordered = sorted(places, key=lambda index: days[index] or date.min) if dated else sorted(places, key=lambda index: facts[index][1])
        for before, after in pairwise(ordered):
            old, new = _exact(facts[before][0]), _exact(facts[after][0])
            if old is not None and new is not None and max(old, new) > factor * min(old, new):
                yield before, after, f"a jump of more than {factor} times, from {plain(old)} to {facts[after][0].value}: check value and unit"


def turned_back(numbered: Sequence[tuple[date, int]]) -> list[int]:
    """Indices of dated cycle counts that are lower than an earlier one."""
    found, most = [], -1
    for index in sorted(range(len(numbered)), key=lambda index: numbered[index][0]):
        if numbered[index][1] < most:
            found.append(index)
        most = max(most, numbered[index][1])
    return found


def _exact(observation: Observation) -> Decimal | None:
    quantity = observation.quantity
    value = quantity.exact if quantity is not None else None
    return value if value is not None and value > 0 else None
