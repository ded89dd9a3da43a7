"""The small line of the worklist: tumour size by visit, from 0, without words."""

import itertools
from collections.abc import Sequence
from decimal import Decimal

from nacdesk.charts import palette
from nacdesk.charts.primitives import Disc, Line, Primitive


def sparkline(values: Sequence[Decimal | None], width: float, height: float, theme: str) -> tuple[Primitive, ...]:
    """Lay out a small line; a value that is missing is a gap, and 0 is the lower edge (hazard H20).

    Args:
        values: in order of visits, None where there is none.
    """
    colours = palette.colours(theme)
    top = max((value for value in values if value is not None), default=Decimal(0)) or Decimal(1)
    pad = 2.5
    across = (width - 2 * pad) / max(len(values) - 1, 1)
    spots = [None if value is None else (pad + place * across, height - pad - float(value / top) * (height - 2 * pad)) for place, value in enumerate(values)]
    drawn: list[Primitive] = [
        Line("line", *start, *end, colours.size, 1.6) for start, end in itertools.pairwise(spots) if start is not None and end is not None
    ]
    for place, spot in enumerate(spots):
        alone = (place == 0 or spots[place - 1] is None) and (place + 1 == len(spots) or spots[place + 1] is None)
        if spot is not None and (alone or place + 1 == len(spots)):
            drawn.append(Disc("point", *spot, 2.0, colours.size))
    return tuple(drawn)
