"""One panel laid out: bands, grid, thresholds, lines, points, badges, then the words where there is room."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nacdesk.charts.model import Badge, ChartModel, Label, Panel, Point, Series, Threshold, Tick
from nacdesk.charts.placing import ASCENT, DESCENT, Rect, Room, Sheet
from nacdesk.charts.primitives import BadgePlace, Box, Disc, Line, PanelPlan, Polygon, Primitive, Text

TITLE, LABEL, TICK, NUMBER = 12.0, 11.0, 11.0, 10.0
_THRESHOLD_DASH, _LIMIT_DASH, _SERIES_DASH, _CURSOR_DASH = (5.0, 4.0), (1.5, 3.0), (4.0, 3.5), (1.0, 3.0)
_DOT, _OPEN, _RING, _BADGE = 4.2, 4.6, 8.5, 20.0
_BESIDE = 13.0  # how far the name of a thin line may stand from its end, lest it seem another's
_SEVERITIES = ("info", "watch", "alert")


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a panel's values lie: `bottom` at the axis' low, `top` at its high."""

    sheet: Sheet
    low: float
    high: float
    bottom: float
    top: float

    def y(self, at: float) -> float:
        return self.bottom + (at - self.low) / (self.high - self.low) * (self.top - self.bottom)


def edge_labels(model: ChartModel, panel: Panel) -> tuple[str, ...]:
    """The names that stand at the right edge."""
    return tuple(line.label for line in panel.thresholds if line.label and line.x1 >= model.x.high)


def spilling_labels(panel: Panel, sheet: Sheet) -> tuple[Label, ...]:
    """The names of series that do not fit beside the end of their line."""
    return tuple(label for label in _named(panel, sheet) if _label_x(label, sheet) + sheet.wide(label.text, LABEL, label.bold) > sheet.x1)


def panel_plan(model: ChartModel, panel: Panel, sheet: Sheet, y0: float, y1: float, marker: int, watermark: str) -> tuple[PanelPlan, tuple[BadgePlace, ...]]:
    """Lay out a panel between `y0` and `y1`.

    Args:
        marker: place among the marker panels, for its colour.
        watermark: behind this panel, "" for none.
    """
    frame = _Frame(sheet, panel.y.low, panel.y.high, y1 - sheet.px(8), y0 + sheet.px(18 if sheet.tight else 24))
    room = Room()
    title = _title(panel, sheet, y0, marker)
    room.firm.append(_extent(title, sheet))
    back = _watermark(watermark, frame) + _bands(panel, frame) + _grid(model, panel, frame) + _thresholds(panel, frame)
    if model.cursor is not None:
        x = sheet.x(model.cursor)
        back.append(Line("cursor", x, y0, x, y1, sheet.colours.muted, sheet.px(1), _dash(_CURSOR_DASH, sheet)))
    lines, points = _series(panel, frame, marker, room)
    badges, spots = _badges(panel, frame, room, y0)
    words = _edge(model, panel, frame, marker, room) + _ends(model, panel, frame, marker, room) + _band_labels(model, panel, frame, room)
    drawn = (*back, *lines, *points, *badges, *words, title, *_ticks(panel, frame))
    return PanelPlan(panel.key, 0.0, y0, sheet.width, y1 - y0, drawn, frame.bottom, frame.top), spots


def shape(severity: str, x: float, y: float, colour: str, edge: str, scale: float) -> Primitive:
    """The shape behind a number: a triangle, a diamond or a disc by severity, told apart without colour."""
    if severity == "alert":
        return Polygon("badge", ((x, y - 12.5 * scale), (x + 12.5 * scale, y + 8.5 * scale), (x - 12.5 * scale, y + 8.5 * scale)), colour, edge, scale)
    if severity == "watch":
        reach = 11.5 * scale
        return Polygon("badge", ((x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)), colour, edge, scale)
    return Disc("badge", x, y, 9.0 * scale, colour, edge, scale)


def _dash(dash: tuple[float, ...], sheet: Sheet) -> tuple[float, ...]:
    return tuple(length * sheet.scale for length in dash)


def _extent(text: Text, sheet: Sheet) -> Rect:
    wide = sheet.measure(text.text, text.size, text.bold)
    start = text.x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.anchor]
    return Rect(start, text.y - ASCENT * text.size, start + wide, text.y + DESCENT * text.size)


def _title(panel: Panel, sheet: Sheet, y0: float, marker: int) -> Text:
    baseline = y0 + sheet.px(11 if sheet.tight else 12)
    return Text("title", sheet.px(10), baseline, panel.title, sheet.colours.text(panel.meaning, marker), sheet.px(TITLE), True)


def _watermark(text: str, frame: _Frame) -> list[Primitive]:
    """Large and pale in the middle of the plot."""
    if not text:
        return []
    sheet = frame.sheet
    size = min(sheet.px(30), 0.8 * (sheet.x1 - sheet.x0) / max(sheet.measure(text, 1.0, True), 0.01), 0.3 * abs(frame.bottom - frame.top))
    middle = frame.top + 0.62 * (frame.bottom - frame.top)
    return [Text("watermark", (sheet.x0 + sheet.x1) / 2, middle + 0.36 * size, text, sheet.colours.watermark, size, True, "middle")]


def _bands(panel: Panel, frame: _Frame) -> list[Primitive]:
    sheet, drawn = frame.sheet, list[Primitive]()
    for band in panel.bands:
        x0, x1 = sheet.x(max(band.x0, sheet.low)), sheet.x(min(band.x1, sheet.high))
        top, bottom = frame.y(min(band.y1, frame.high)), frame.y(max(band.y0, frame.low))
        drawn.append(Box("band", x0, top, x1 - x0, bottom - top, sheet.colours.soft(band.meaning)))
    return drawn


def _grid(model: ChartModel, panel: Panel, frame: _Frame) -> list[Primitive]:
    sheet, colours = frame.sheet, frame.sheet.colours
    drawn: list[Primitive] = []
    for tick in model.x.ticks:
        x = sheet.x(tick.at)
        drawn.append(Line("grid", x, frame.top, x, frame.bottom, colours.grid, sheet.px(1)))
    for tick in _spaced(panel, frame):
        y = frame.y(tick.at)
        zero = tick.text.startswith("0") and tick.at == 0  # not the power of ten whose logarithm is 0
        drawn.append(Line("axis" if zero else "grid", sheet.x0, y, sheet.x1, y, colours.edge if zero else colours.grid, sheet.px(1)))
    return drawn


def _ticks(panel: Panel, frame: _Frame) -> list[Primitive]:
    sheet = frame.sheet
    return [
        Text("tick", sheet.x0 - sheet.px(8), sheet.middle(frame.y(tick.at), TICK), tick.text, sheet.colours.muted, sheet.px(TICK), False, "end")
        for tick in _spaced(panel, frame)
        if tick.text
    ]


def _spaced(panel: Panel, frame: _Frame) -> tuple[Tick, ...]:
    """The ticks of a low panel are thinned, counted from 0 or the lowest, until their texts have room."""
    ticks = panel.y.ticks
    if len(ticks) < 2:
        return ticks
    apart = abs(frame.y(ticks[1].at) - frame.y(ticks[0].at))
    each = max(1, math.ceil(frame.sheet.px(TICK + 3) / max(apart, 0.1)))
    start = next((place for place, tick in enumerate(ticks) if tick.at == 0), 0)
    return tuple(tick for place, tick in enumerate(ticks) if (place - start) % each == 0)


def _thresholds(panel: Panel, frame: _Frame) -> list[Primitive]:
    sheet, drawn = frame.sheet, list[Primitive]()
    for line in panel.thresholds:
        y = frame.y(line.y)
        dash = _dash(_LIMIT_DASH if line.meaning in ("limit", "grey") else _THRESHOLD_DASH, sheet)
        drawn.append(Line("threshold", sheet.x(line.x0), y, sheet.x(line.x1), y, sheet.colours.mark(line.meaning), sheet.px(1), dash))
    return drawn


def _series(panel: Panel, frame: _Frame, marker: int, room: Room) -> tuple[list[Primitive], list[Primitive]]:
    """Thin lines below heavy ones, and all points above the lines."""
    sheet = frame.sheet
    lines: list[Primitive] = []
    points: list[Primitive] = []
    for series in sorted(panel.series, key=_is_heavy):
        colour = sheet.colours.mark(series.meaning, marker)
        joined: set[int] = set()
        for segment in series.segments:
            start, end = series.points[segment.start], series.points[segment.end]
            joined |= {segment.start, segment.end}
            x0, y0, x1, y1 = sheet.x(start.x), frame.y(start.y), sheet.x(end.x), frame.y(end.y)
            dash = _dash(_SERIES_DASH, sheet) if segment.dashed else ()
            lines.append(Line("line", x0, y0, x1, y1, colour, sheet.px(2.2 if series.heavy else 1.2), dash))
            room.lines.append((x0, y0, x1, y1))
        for place, point in enumerate(series.points):
            if series.heavy or point.kind != "measured" or place not in joined:
                points.append(_point(point, series, frame, colour))
                x, y = sheet.x(point.x), frame.y(point.y)
                room.firm.append(Rect(x, y, x, y).grown(sheet.px(_DOT)))
    for line in panel.thresholds:
        y = frame.y(line.y)
        room.lines.append((sheet.x(line.x0), y, sheet.x(line.x1), y))
    return lines, points


def _is_heavy(series: Series) -> bool:
    return series.heavy


def _point(point: Point, series: Series, frame: _Frame, colour: str) -> Primitive:
    """A filled dot when measured; else an open mark, so that no colour is needed to tell."""
    sheet, paper = frame.sheet, frame.sheet.colours.paper
    x, y = sheet.x(point.x), frame.y(point.y)
    reach, pen = sheet.px(_OPEN), sheet.px(1.6)
    if point.kind in ("not_detected", "bound"):
        return Polygon("point", ((x - reach, y - 0.7 * reach), (x + reach, y - 0.7 * reach), (x, y + reach)), paper, colour, pen)
    if point.kind == "above":
        return Polygon("point", ((x - reach, y + 0.7 * reach), (x, y - reach), (x + reach, y + 0.7 * reach)), paper, colour, pen)
    if point.kind == "absent":
        return Disc("point", x, y, sheet.px(_DOT), paper, colour, pen)
    if point.kind == "too_small":
        side = sheet.px(3.2)
        return Polygon("point", ((x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)), paper, colour, pen)
    return Disc("point", x, y, sheet.px(_DOT if series.heavy else 2.2), colour)


def _badges(panel: Panel, frame: _Frame, room: Room, y0: float) -> tuple[list[Primitive], tuple[BadgePlace, ...]]:
    """One ring round each point with flags, in the colour of the worst; its badges side by side near it."""
    sheet, colours = frame.sheet, frame.sheet.colours
    rings: list[Primitive] = []
    drawn: list[Primitive] = []
    spots: list[BadgePlace] = []
    grouped: dict[tuple[float, float], list[Badge]] = {}
    for badge in panel.badges:
        grouped.setdefault((badge.x, badge.y), []).append(badge)
    centres = [(sheet.x(x), frame.y(y)) for x, y in grouped]
    for (x, y), badges in zip(centres, grouped.values(), strict=True):
        worst = max((badge.severity for badge in badges), key=_SEVERITIES.index)
        rings.append(Disc("ring", x, y, sheet.px(_RING), "", colours.mark(worst), sheet.px(1.8)))
        left, top = _badge_corner(x, y, len(badges), frame, room, y0, [centre for centre in centres if centre != (x, y)])
        for place, badge in enumerate(badges):
            at = left + sheet.px(_BADGE * (place + 0.5)) + sheet.px(4 * place)
            middle = top + sheet.px(_BADGE / 2)
            drawn.append(shape(badge.severity, at, middle, colours.mark(badge.severity), colours.paper, sheet.scale))
            size = NUMBER if badge.number < 10 else NUMBER - 2
            baseline = sheet.middle(middle + sheet.px(2.2 if badge.severity == "alert" else 0), size)
            drawn.append(Text("badge", at, baseline, str(badge.number), colours.on_accent, sheet.px(size), True, "middle"))
            spots.append(BadgePlace(badge.number, at, middle, sheet.px(_BADGE / 2 + 2), x, y, panel.key))
    return rings + drawn, tuple(spots)


def _badge_corner(x: float, y: float, number: int, frame: _Frame, room: Room, y0: float, others: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Top left of the row of badges: up and right of the point, else the first corner that is free and inside."""
    sheet = frame.sheet
    wide, high = sheet.px(number * _BADGE + (number - 1) * 4), sheet.px(_BADGE)
    gap = sheet.px(6)
    right, left, up, down = x + gap, x - gap - wide, y - gap - high, y + gap
    rings = [Rect(a, b, a, b).grown(sheet.px(_RING)) for a, b in others]
    corners = [(right, up), (left, up), (right, down), (left, down), (right, up - high), (left, up - high), (right, down + high), (left, down + high)]
    for corner in corners:
        area = Rect(*corner, corner[0] + wide, corner[1] + high)
        inside = area.x0 >= sheet.x0 - sheet.px(20) and area.x1 <= sheet.x1 + sheet.px(6) and area.y0 >= y0 and area.y1 <= frame.bottom + sheet.px(6)
        if inside and room.free(area) and not any(area.meets(ring) for ring in rings):
            break
    else:
        corner = (min(right, sheet.width - wide - sheet.px(4)), max(up, y0))
        area = Rect(*corner, corner[0] + wide, corner[1] + high)
    room.firm += [area.grown(sheet.px(3)), Rect(x, y, x, y).grown(sheet.px(_RING + 1))]
    return corner


def _named(panel: Panel, sheet: Sheet) -> tuple[Label, ...]:
    return tuple(label for label in panel.labels if label.bold or not sheet.compact)


def _label_x(label: Label, sheet: Sheet) -> float:
    return sheet.x(label.x) + sheet.px(12)


def _ends(model: ChartModel, panel: Panel, frame: _Frame, marker: int, room: Room) -> list[Primitive]:
    """The names at the ends of their lines, the bold one first; a thin one without room beside its line is left out."""
    sheet, drawn = frame.sheet, list[Primitive]()
    spilling = set(spilling_labels(panel, sheet))
    for label in sorted((label for label in _named(panel, sheet) if label not in spilling), key=_is_thin):
        x, wide = _label_x(label, sheet), sheet.wide(label.text, LABEL, label.bold)
        cursor = sheet.x(model.cursor) if model.cursor is not None else x
        if x - sheet.px(2) < cursor < x + wide and cursor + sheet.px(5) + wide <= sheet.x1:
            x = cursor + sheet.px(5)
        reach = math.inf if label.bold else sheet.px(_BESIDE)
        middle = room.row(x, x + wide, frame.y(label.y), sheet.px(LABEL), frame.top - sheet.px(6), frame.bottom + sheet.px(4), reach)
        if middle is None:
            continue
        if room.crossed(x, x + wide, middle, sheet.px(LABEL)):
            if not label.bold:
                room.firm.pop()
                continue
            drawn.append(_cover(x, wide, middle, sheet.colours.paper, sheet))
        drawn.append(_word(label.text, x, middle, sheet.colours.text(label.meaning, marker), label.bold, sheet))
    return drawn


def _is_thin(label: Label) -> bool:
    return not label.bold


def _edge(model: ChartModel, panel: Panel, frame: _Frame, marker: int, room: Room) -> list[Primitive]:
    """The right edge: thresholds and the names that found no room at their line, pushed apart."""
    sheet, drawn = frame.sheet, list[Primitive]()
    x = sheet.x1 + sheet.px(8)
    names = [(frame.y(line.y), line.label, sheet.colours.text(line.meaning), False, math.inf) for line in panel.thresholds if line.label and line.x1 >= model.x.high]
    names += [
        (frame.y(label.y), label.text, sheet.colours.text(label.meaning, marker), label.bold, math.inf if label.bold else sheet.px(_BESIDE))
        for label in sorted(spilling_labels(panel, sheet), key=_is_thin)
    ]
    for y, text, colour, bold, reach in names:
        middle = room.row(x, sheet.width, y, sheet.px(LABEL), frame.top - sheet.px(14), frame.bottom + sheet.px(7), reach)
        if middle is not None:
            drawn.append(_word(text, x, middle, colour, bold, sheet))
    return drawn


def _band_labels(model: ChartModel, panel: Panel, frame: _Frame, room: Room) -> list[Primitive]:
    """What an area means, inside it: at its upper right, else at its upper left (variability always left); also short thresholds."""
    sheet, drawn = frame.sheet, list[Primitive]()
    for line in (line for line in panel.thresholds if line.label and line.x1 < sheet.high):
        drawn += _short_threshold(line, frame, room)
    for band in (band for band in panel.bands if band.label):
        wide = sheet.wide(band.label, LABEL)
        x0, x1 = sheet.x(max(band.x0, sheet.low)) + sheet.px(6), sheet.x(min(band.x1, sheet.high)) - sheet.px(6)
        cursor = sheet.x(model.cursor) if model.cursor is not None else x1
        if x1 - wide < cursor < x1:
            x1 = cursor - sheet.px(6)
        low, high = frame.y(min(band.y1, frame.high)) + sheet.px(2), frame.y(max(band.y0, frame.low)) - sheet.px(1)
        for start in (x0,) if band.meaning == "grey" else (x1 - wide, x0):
            if start < x0 or high - low < sheet.px(LABEL + 2):
                continue
            middle = room.row(start, start + wide, low, sheet.px(LABEL), low, high)
            if middle is not None:
                if room.crossed(start, start + wide, middle, sheet.px(LABEL)):
                    drawn.append(_cover(start, wide, middle, sheet.colours.soft(band.meaning), sheet))
                drawn.append(_word(band.label, start, middle, sheet.colours.text(band.meaning), False, sheet))
                break
    return drawn


def _short_threshold(line: Threshold, frame: _Frame, room: Room) -> list[Primitive]:
    """A threshold that ends inside the plot is named at its end."""
    sheet = frame.sheet
    x = sheet.x(line.x1) + sheet.px(5)
    middle = room.row(x, x + sheet.wide(line.label, LABEL), frame.y(line.y), sheet.px(LABEL), frame.top - sheet.px(6), frame.bottom + sheet.px(4))
    return [] if middle is None else [_word(line.label, x, middle, sheet.colours.text(line.meaning), False, sheet)]


def _cover(x: float, wide: float, middle: float, colour: str, sheet: Sheet) -> Box:
    """Hides the line behind a text that must not look struck out."""
    return Box("label", x - sheet.px(2), middle - sheet.px(6), wide + sheet.px(4), sheet.px(12), colour, "", (), sheet.px(2))


def _word(text: str, x: float, middle: float, colour: str, bold: bool, sheet: Sheet) -> Text:
    return Text("label", x, sheet.middle(middle, LABEL), text, colour, sheet.px(LABEL), bold)
