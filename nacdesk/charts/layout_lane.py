"""The treatment lane laid out: cycles as bars, delays and planned cycles as dashed boxes, events as marks."""

from collections.abc import Callable

from nacdesk.charts.model import ChartModel, LaneItem
from nacdesk.charts.placing import ASCENT, Rect, Room, Sheet
from nacdesk.charts.primitives import Box, Line, PanelPlan, Polygon, Primitive, Text

_TOP, _BAR, _BELOW, _TITLE, _WORDS = 10.0, 20.0, 15.0, 16.0, 11.0


def lane_height(model: ChartModel, sheet: Sheet) -> float:
    """The height of the lane, 0 where there is nothing in it."""
    if not model.lane:
        return sheet.px(4)
    return sheet.px(_TOP + _BAR + _BELOW + 2) + (0 if _short_title(model, sheet) else sheet.px(_TITLE))


def lane_plan(model: ChartModel, sheet: Sheet, height: float) -> PanelPlan:
    """Lay the lane out in the first `height` of the drawing."""
    drawn: list[Primitive] = []
    title = _short_title(model, sheet)
    bar = sheet.px(_TOP)
    if model.lane and model.lane_title:
        text = title or model.lane_title
        baseline = sheet.middle(bar + sheet.px(_BAR / 2), _WORDS) if title else bar + sheet.px(ASCENT * _WORDS - 2)
        drawn.append(Text("title", sheet.px(10), baseline, text, sheet.colours.muted, sheet.px(_WORDS)))
        if not title:
            bar += sheet.px(_TITLE)
    below = Room()
    for item in model.lane:
        drawn += _item(item, sheet, bar, below)
    if model.cursor is not None:
        x = sheet.x(model.cursor)
        start = max((area.y1 for area in below.firm if area.x0 < x < area.x1), default=bar + sheet.px(_BAR))
        drawn.append(Line("cursor", x, start, x, height, sheet.colours.muted, sheet.px(1), (sheet.px(1), sheet.px(3))))
    return PanelPlan("lane", 0.0, 0.0, sheet.width, height, tuple(drawn), height, height)


def _short_title(model: ChartModel, sheet: Sheet) -> str:
    """The regimen as it fits left of the bars, without what stands in brackets if need be; "" when it does not fit."""
    room = sheet.x0 - sheet.px(16)
    for text in (model.lane_title, model.lane_title.split(" (")[0]):
        if sheet.wide(text, _WORDS) <= room:
            return text
    return ""


def _item(item: LaneItem, sheet: Sheet, top: float, below: Room) -> list[Primitive]:
    colours = sheet.colours
    x0, x1, high = sheet.x(item.x0), sheet.x(item.x1), sheet.px(_BAR)
    if item.kind == "event":
        reach = sheet.px(5)
        mark = Polygon("lane", ((x0 - reach, top), (x0 + reach, top), (x0, top + 1.6 * reach)), colours.ink)
        return [mark, Line("lane", x0, top, x0, top + high, colours.ink, sheet.px(1)), *_below(item.text, x0, colours.ink, sheet, top, below)]
    if item.kind == "delay":
        box = Box("lane", x0, top, max(x1 - x0 - sheet.px(2), sheet.px(2)), high, "", colours.watch, (sheet.px(3), sheet.px(2)), sheet.px(3), sheet.px(1))
        return [box, *_below(item.text, (x0 + x1) / 2, colours.watch, sheet, top, below)]
    filled = item.kind in ("given", "reduced")
    wide = max(x1 - x0 - sheet.px(2), sheet.px(2))
    colour = colours.on_lane if filled else colours.muted
    fill = {"given": colours.given, "reduced": colours.reduced}.get(item.kind, "")
    dash = () if filled else (sheet.px(4), sheet.px(3))
    drawn: list[Primitive] = [Box("lane", x0, top, wide, high, fill, "" if filled else colours.edge, dash, sheet.px(3), sheet.px(1))]
    text, rest = _fitting(item.text, wide - sheet.px(8), lambda words: sheet.wide(words, _WORDS, filled))
    if text:
        drawn.append(Text("lane", x0 + sheet.px(6), sheet.middle(top + high / 2, _WORDS), text, colour, sheet.px(_WORDS), filled))
    if rest:
        drawn += _below(rest, (x0 + x1) / 2, colours.muted, sheet, top, below)
    return drawn


def _fitting(text: str, room: float, wide: Callable[[str], float]) -> tuple[str, str]:
    """What fits inside a bar, and what then stands below it: "C3 80 % dose", else "C3" and "80 % dose" below."""
    if wide(text) <= room:
        return text, ""
    first, _, rest = text.partition(" ")
    if rest and wide(first) <= room:
        return first, rest
    return "", text


def _below(text: str, middle: float, colour: str, sheet: Sheet, top: float, below: Room) -> list[Primitive]:
    """A text under its bar, moved aside where another stands; never outside the drawing."""
    wide = sheet.wide(text, _WORDS)
    first = min(max(middle - wide / 2, sheet.px(2)), sheet.width - wide - sheet.px(2))
    y = top + sheet.px(_BAR + 3)
    for start in (first, *(taken.x1 + sheet.px(6) for taken in below.firm)):
        area = Rect(start, y, start + wide, y + sheet.px(_WORDS))
        if below.free(area.grown(sheet.px(2))) and area.x1 <= sheet.width:
            below.firm.append(area)
            return [Text("lane", start, y + sheet.px(ASCENT * _WORDS), text, colour, sheet.px(_WORDS))]
    return []
