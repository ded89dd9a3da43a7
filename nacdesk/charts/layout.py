"""ChartModel to primitives: all geometry, colours and places of words are decided here, once, for screen and paper."""

from collections.abc import Sequence
from dataclasses import replace

from nacdesk.charts import palette
from nacdesk.charts.layout_lane import lane_height, lane_plan
from nacdesk.charts.layout_panel import LABEL, TICK, edge_labels, panel_plan, spilling_labels
from nacdesk.charts.model import ChartModel, Panel
from nacdesk.charts.placing import ASCENT, Measure, Sheet
from nacdesk.charts.primitives import BadgePlace, Line, PanelPlan, Plan, Primitive, Text

_PAD = 10.0  # between the drawing and its edge
_CAPTION = 11.0
_TICK_ROW = 15.0
_HEAD, _TIGHT_HEAD = 32.0, 26.0  # title of a panel and the gap above it


def lay_out(model: ChartModel, width: float, height: float, theme: str, measure: Measure, scale: float = 1.0, compact: bool = False) -> Plan:
    """Lay a chart out.

    Args:
        width, height: of the drawing, in points on paper or logical pixels on a screen.
        theme: of `palette`.
        measure: width of (text, size, bold) in the same unit.
        scale: of text and spacing, 1.0 at 100 %.
        compact: tighter, and without the names of single lesions.
    """
    if not model.panels:
        return _empty(model, width, height, theme, measure, scale)
    tight = compact or height < least_height(model, scale)
    sheet = _frame(model, width, Sheet(palette.colours(theme), measure, scale, compact, tight, width, 0.0, width, model.x.low, model.x.high))
    rows = _tick_rows(model, sheet)
    caption = _wrapped(model.caption, width - 2 * sheet.px(_PAD), sheet)
    foot = sheet.px(6 + _TICK_ROW * (max(rows.values(), default=0) + 1) + (len(caption) * 15 + 4 if caption else 0))
    top = lane_height(model, sheet)
    areas = _areas(model.panels, top, height - foot, sheet)
    plans: list[PanelPlan] = []
    badges: list[BadgePlace] = []
    if top:
        plans.append(lane_plan(model, sheet, top))
    marker = -1
    for place, (panel, (y0, y1)) in enumerate(zip(model.panels, areas, strict=True)):
        marker += panel.meaning == "marker"
        plan, spots = panel_plan(model, panel, sheet, y0, y1, marker, model.watermark if place == 0 else "")
        plans.append(plan)
        badges += spots
    plans.append(_foot(model, sheet, height - foot, height, rows, caption))
    return Plan(width, height, sheet.x0, sheet.x1, tuple(plans), scale, tuple(badges))


def x_at(plan: Plan, model: ChartModel, x: float) -> float:
    """Where a position of the x axis lies in the drawing."""
    return plan.plot_x0 + (x - model.x.low) / (model.x.high - model.x.low) * (plan.plot_x1 - plan.plot_x0)


def y_at(plan: PanelPlan, panel: Panel, y: float) -> float:
    """Where a position of a panel's y axis lies in the drawing."""
    return plan.plot_y0 + (y - panel.y.low) / (panel.y.high - panel.y.low) * (plan.plot_y1 - plan.plot_y0)


def least_height(model: ChartModel, scale: float = 1.0, tight: bool = False) -> float:
    """The height that panels need to be read at ease; `tight` the one below which they could not be read at all."""
    ends, head, plot = (88, _TIGHT_HEAD, 43) if tight else (100, _HEAD, 66)
    return scale * (ends + sum(head + plot * max(panel.weight, 0.8) for panel in model.panels))


def _frame(model: ChartModel, width: float, sheet: Sheet) -> Sheet:
    """The sheet with its margins: left for the ticks, right for the names at the edge."""
    ticks = max((sheet.wide(tick.text, TICK) for panel in model.panels for tick in panel.y.ticks), default=0.0)
    left = sheet.px(_PAD) + max(ticks + sheet.px(8), sheet.px(34))
    edge = max((sheet.wide(text, LABEL) for panel in model.panels for text in edge_labels(model, panel)), default=0.0)
    for _ in range(3):  # a name that does not fit beside its line moves to the edge, and the plot narrows
        right = width - sheet.px(_PAD) - max(edge + sheet.px(8), sheet.px(16))
        sheet = replace(sheet, x0=left, x1=max(right, left + sheet.px(40)))
        needed = max((sheet.wide(label.text, LABEL, label.bold) for panel in model.panels for label in spilling_labels(panel, sheet)), default=0.0)
        if needed <= edge:
            break
        edge = needed
    return sheet


def _areas(panels: Sequence[Panel], top: float, bottom: float, sheet: Sheet) -> list[tuple[float, float]]:
    """Top and bottom of each panel's own area: title, plot and the gap below."""
    head = sheet.px(_TIGHT_HEAD if sheet.tight else _HEAD)
    weights = sum(panel.weight for panel in panels) or 1.0
    plots = max(bottom - top - head * len(panels), 0.0)
    areas, y = [], top
    for panel in panels:
        below = y + head + plots * panel.weight / weights
        areas.append((y, below))
        y = below
    return areas


def _tick_rows(model: ChartModel, sheet: Sheet) -> dict[int, int]:
    """Which of two rows each tick's text stands in; a text without room in either is left out."""
    ends = [float("-inf"), float("-inf")]
    rows: dict[int, int] = {}
    for place, tick in enumerate(model.x.ticks):
        if not tick.text:
            continue
        start, end = _tick_span(tick.text, tick.at, sheet)
        for row, taken in enumerate(ends):
            if start >= taken + sheet.px(8):
                rows[place], ends[row] = row, end
                break
    return rows


def _tick_span(text: str, at: float, sheet: Sheet) -> tuple[float, float]:
    """Centred on its tick, moved in where it would leave the drawing."""
    wide = sheet.wide(text, TICK)
    start = min(max(sheet.x(at) - wide / 2, sheet.px(2)), sheet.width - wide - sheet.px(2))
    return start, start + wide


def _foot(model: ChartModel, sheet: Sheet, y0: float, y1: float, rows: dict[int, int], caption: Sequence[str]) -> PanelPlan:
    """The shared x axis with its ticks, and the caption."""
    colours, drawn = sheet.colours, list[Primitive]()
    if model.cursor is not None:
        x = sheet.x(model.cursor)
        drawn.append(Line("cursor", x, y0, x, y0 + sheet.px(4), colours.muted, sheet.px(1), (sheet.px(1), sheet.px(3))))
    for place, row in rows.items():
        tick = model.x.ticks[place]
        start, _ = _tick_span(tick.text, tick.at, sheet)
        if row:
            x = sheet.x(tick.at)
            drawn.append(Line("axis", x, y0, x, y0 + sheet.px(6 + row * _TICK_ROW), colours.line, sheet.px(1)))
        drawn.append(Text("tick", start, y0 + sheet.px(6 + row * _TICK_ROW + ASCENT * TICK), tick.text, colours.muted, sheet.px(TICK)))
    lowest = y0 + sheet.px(6 + _TICK_ROW * (max(rows.values(), default=0) + 1))
    for place, line in enumerate(caption):
        drawn.append(Text("label", sheet.px(_PAD), lowest + sheet.px(place * 15 + ASCENT * _CAPTION + 2), line, colours.muted, sheet.px(_CAPTION)))
    return PanelPlan("axis", 0.0, y0, sheet.width, y1 - y0, tuple(drawn), y0, y0)


def _empty(model: ChartModel, width: float, height: float, theme: str, measure: Measure, scale: float) -> Plan:
    """Nothing to draw: the sentence that says what to do, in the middle."""
    sheet = Sheet(palette.colours(theme), measure, scale, False, False, width, 0.0, width, model.x.low, model.x.high)
    lines = _wrapped(model.caption, 0.8 * width, sheet)
    top = height / 2 - sheet.px(7.5 * len(lines))
    words = tuple(
        Text("label", width / 2, top + sheet.px(15 * place + ASCENT * _CAPTION), line, sheet.colours.muted, sheet.px(_CAPTION), False, "middle") for place, line in enumerate(lines)
    )
    return Plan(width, height, 0.0, width, (PanelPlan("axis", 0.0, 0.0, width, height, words, height, height),), scale)


def _wrapped(text: str, room: float, sheet: Sheet) -> list[str]:
    """The words of a text in lines no wider than `room`."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and sheet.wide(longer, _CAPTION) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines

