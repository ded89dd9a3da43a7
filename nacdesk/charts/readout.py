"""The same chart in words: what the cursor reads, the table beside it, the summary for a screen reader."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from nacdesk.charts.axis import Track
from nacdesk.charts.model import Badge, LaneItem, Panel, Readout, Table
from nacdesk.charts.panels import Drawn, size_change
from nacdesk.domain import wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import Review
from nacdesk.domain.lesions import Counted
from nacdesk.domain.quantity import plain
from nacdesk.domain.recist import Assessment, Course

MISSING = "—"
_WORD = {"alert": "alert", "watch": "watch", "info": "note"}


def readouts(path: Track, drawn: Sequence[Drawn]) -> tuple[Readout, ...]:
    """One per drawn visit, in order: its values, and why there is none where one was tried."""
    return tuple(
        Readout(path.of_visit(visit), _title(path, visit), tuple((one.panel.key, one.said[visit]) for one in drawn if visit in one.said)) for visit in path.columns
    )


def _title(path: Track, visit: str) -> str:
    when = path.timeline.dates[visit]
    name = path.timeline.visit(visit).name
    return name if when is None or name == when.isoformat() else f"{name} · {wording.day(when)}"


def table(review: Review, path: Track, sizes: Course) -> Table:
    """The measurements as rows of text; what was not recorded is a dash, never a number."""
    timeline, catalog = path.timeline, review.catalog
    lesions = [lesion.label for lesion in sizes.targets.originals]
    others = [analyte for analyte in catalog.analytes.values() if analyte.panel and analyte.id not in ("size.diameter", "pet.suvmax") and timeline.rows(analyte.id)]
    suv = bool(timeline.rows("pet.suvmax"))
    head = ["Date", "Time point"]
    if lesions:
        head += [*lesions, "Sum mm", "vs baseline", "vs nadir"]
    head += ["SUVmax"] if suv else []
    head += [f"{analyte.name} {analyte.unit}".strip() for analyte in others]
    rows = []
    for visit in path.columns:
        when = timeline.dates[visit]
        partial = next((row.partial_date for row in timeline.by_visit[visit] if row.partial_date), None)
        cells = [wording.day(when) if when is not None else partial or MISSING, timeline.visit(visit).name]
        if lesions:
            cells += _sizes(sizes.at(visit), lesions, review)
        if suv:
            cells.append(_values(timeline.rows("pet.suvmax", visit), several=True))
        cells += [_values(timeline.rows(analyte.id, visit)) for analyte in others]
        rows.append(tuple(cells))
    return Table(tuple(head), tuple(rows))


def _sizes(row: Assessment | None, lesions: Sequence[str], review: Review) -> list[str]:
    if row is None or not any(part.rows for part in row.targets):
        return [MISSING] * (len(lesions) + 3)
    parts = {part.lesion.label: part for part in row.targets}
    size = row.size
    changes = [MISSING if change is None else size_change(change, review.catalog.rules) for change in (size.change_from_baseline_pct, size.change_from_nadir_pct)]
    return [*(_lesion(parts.get(label)) for label in lesions), "NE" if size.sum_mm is None else wording.shown(size.sum_mm, 1), *changes]


def _lesion(part: Counted | None) -> str:
    if part is None or not part.rows:
        return MISSING
    if part.mm is None:
        return "NE"
    return {"absent": "absent (0)", "too small": f"too small ({plain(part.mm)})"}.get(part.standing, plain(part.mm))


def _values(rows: Sequence[Observation], several: bool = False) -> str:
    """All values of a visit, each with its lesion where there are several."""
    texts = []
    for row in rows:
        quantity = row.quantity
        text = str(row.code) if quantity is None else str(quantity).removesuffix(f" {quantity.unit}") if quantity.comparator != "ND" else _not_detected(quantity.limit)
        texts.append(f"{row.lesion} {text}" if several and len(rows) > 1 and row.lesion else text)
    return "; ".join(texts) or MISSING


def _not_detected(limit: Decimal | None) -> str:
    return "ND (limit not reported)" if limit is None else f"ND (limit {plain(limit)})"


def summary(review: Review, path: Track, drawn: Sequence[Drawn], panels: Sequence[Panel], lane: Iterable[LaneItem], watermark: str) -> str:
    """The whole chart in sentences. Names the case by its key only.

    Args:
        panels: with their badges.
    """
    case = review.history.case
    parts = [f"{watermark.capitalize()}."] if watermark else []
    seen = f" as of {wording.day(review.as_of)}" if review.as_of else ""
    parts.append(f"Timeline of case {case.key}{seen}{f', {case.regimen}' if case.regimen else ''}.")
    if panels:
        parts.append(path.caption)
    bars = [item.text if item.kind != "delay" else f"delay of {item.text.removeprefix('+').removesuffix(' d')} days" for item in lane]
    if bars:
        parts.append(f"Treatment: {', '.join(bars)}.")
    if not panels:
        parts.append("No measurement that can be drawn.")
    parts += [_panel(path, one) for one in drawn]
    badges = [(badge, panel) for panel in panels for badge in panel.badges]
    parts += [f"Flag {badge.number} ({_WORD[badge.severity]}, {badge.rule}) on {panel.title.split(' · ')[0]}." for badge, panel in sorted(badges, key=_number)]
    return " ".join(parts)


def _number(pair: tuple[Badge, Panel]) -> int:
    return pair[0].number


def _panel(path: Track, drawn: Drawn) -> str:
    panel = drawn.panel
    lines = ["; ".join(f"{path.timeline.name(visit)} {drawn.said[visit]}" for visit in path.columns if visit in drawn.said)]
    lines += ["; ".join(f"{path.timeline.name(point.visit)} {point.readout}" for point in series.points) for series in panel.series if not series.heavy]
    named = [line.label for line in panel.thresholds if line.label]
    limits = f" Thresholds drawn: {', '.join(named)}." if named else ""
    return f"{panel.title}: {'. '.join(lines)}.{limits}"
