"""What lies above a chart while someone looks at it: the cursor line with its readouts, the flag that was chosen."""

from nacdesk.charts import palette
from nacdesk.charts.layout import x_at
from nacdesk.charts.model import ChartModel
from nacdesk.charts.placing import MIDDLE, Measure
from nacdesk.charts.primitives import Box, Disc, Line, Plan, Primitive, Text

_WORDS = 11.0
_HIGH = 18.0


def cursor(plan: Plan, model: ChartModel, place: int, theme: str, measure: Measure) -> tuple[Primitive, ...]:
    """One line through all panels at `model.readouts[place]`, with what each panel reads there.

    Args:
        theme, measure: those that the plan was laid out with.
    """
    colours, scale, readout = palette.colours(theme), plan.scale, model.readouts[place]
    x = x_at(plan, model, readout.x)
    texts = dict(readout.texts)
    foot = plan.panels[-1]
    drawn: list[Primitive] = [Line("cursor", x, plan.panels[0].y + plan.panels[0].height, x, foot.y, colours.accent, scale)]
    for panel in plan.panels:
        if panel.key not in texts:
            continue
        wide = measure(texts[panel.key], _WORDS * scale, False) + 12 * scale
        title = next((shape for shape in panel.primitives if isinstance(shape, Text) and shape.role == "title"), None)
        free = title.x + measure(title.text, title.size, title.bold) + 8 * scale if title is not None else 2 * scale
        start = _beside(x, wide, free, plan)
        top = panel.y + 2 * scale
        drawn.append(Box("cursor", start, top, wide, _HIGH * scale, colours.paper, colours.edge, (), 4 * scale, scale))
        drawn.append(Text("cursor", start + 6 * scale, top + (_HIGH / 2 + MIDDLE * _WORDS) * scale, texts[panel.key], colours.ink, _WORDS * scale))
    wide = measure(readout.title, _WORDS * scale, True) + 12 * scale
    start = min(max(x - wide / 2, 2 * scale), plan.width - wide - 2 * scale)
    top = foot.y + 3 * scale
    drawn.append(Box("cursor", start, top, wide, _HIGH * scale, colours.accent, "", (), 4 * scale, scale))
    drawn.append(Text("cursor", start + 6 * scale, top + (_HIGH / 2 + MIDDLE * _WORDS) * scale, readout.title, colours.on_accent, _WORDS * scale, True))
    return tuple(drawn)


def _beside(x: float, wide: float, free: float, plan: Plan) -> float:
    """Right of the line, else left of it, clear of the title where there is room, always inside the drawing."""
    gap, last = 6 * plan.scale, plan.width - wide - 2 * plan.scale
    start = x + gap if x + gap <= last else x - gap - wide
    return min(max(start, free), last) if free <= last else max(last, 2 * plan.scale)


def chosen(plan: Plan, number: int, theme: str) -> tuple[Primitive, ...]:
    """Two rings that point out the flag of that number; nothing where it has no badge."""
    accent, scale = palette.colours(theme).accent, plan.scale
    spot = next((spot for spot in plan.badges if spot.number == number), None)
    if spot is None:
        return ()
    return (
        Disc("ring", spot.ring_x, spot.ring_y, 12 * scale, "", accent, 2 * scale),
        Disc("ring", spot.x, spot.y, spot.reach + 3 * scale, "", accent, 2 * scale),
    )
