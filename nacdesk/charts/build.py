"""timeline_chart(): the linked panels of one case as a plan of drawing, from facts and judgements."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nacdesk.charts.axis import Track, track, x_axis
from nacdesk.charts.lane import lane
from nacdesk.charts.model import Badge, ChartModel, ChartView, Panel, Point
from nacdesk.charts.panel_samples import SamplePanel, SuvPanel
from nacdesk.charts.panel_size import SizePanel
from nacdesk.charts.panels import Drawn, Material
from nacdesk.charts.readout import readouts, summary, table
from nacdesk.domain import ctdna, markers, recist, timeline, wording
from nacdesk.domain.facts import Observation
from nacdesk.domain.judgements import Review
from nacdesk.domain.recist import Course
from nacdesk.domain.series import Series, series
from nacdesk.domain.timeline import Timeline

WATERMARK = "FICTITIOUS DEMONSTRATION CASE"
_BEYOND = 0.25  # of the axis: how far it is drawn out for the as-of line
_NOTHING = "Nothing to draw yet: import or enter sizes, SUVmax, ctDNA or markers."


def timeline_chart(review: Review, view: ChartView) -> ChartModel:
    """The chart of a review.

    Args:
        review: with the facts that it was made from.
        view: axis, absolute or per cent change.
    """
    times = timeline.build(review.history, review.catalog, review.as_of)
    sizes = recist.course(times)
    rows = _drawn(times, sizes)
    path = track(times, rows, view.axis)
    treatment = lane(path)
    spots = [path.of_row(row) for row in rows]
    cursor = _cursor(path, review, [*spots, *(item.x1 for item in treatment.items)])
    axis = x_axis(path, spots if cursor is None else [*spots, cursor], treatment.items, treatment.ends, _baseline(times, sizes, path))
    material = Material(review, times, path, view.values == "change")
    drawn, left_out = _panels(material, sizes, axis.low, axis.high)
    panels = _with_badges(review, [one.panel for one in drawn])
    notes = (*path.notes, *treatment.notes, *left_out, *_omitted(drawn), *_breaks(review, times, panels))
    watermark = WATERMARK if review.history.case.fictitious else ""
    lead = path.caption if panels else "" if rows else _NOTHING
    return ChartModel(
        case=review.history.case.key,
        revision=review.history.case.revision,
        x=axis,
        lane_title=review.history.case.regimen or "",
        lane=treatment.items,
        panels=panels,
        readouts=readouts(path, drawn),
        cursor=cursor,
        caption=" ".join(text for text in (lead, *notes) if text),
        summary=summary(review, path, drawn, panels, treatment.items, watermark),
        table=table(review, path, sizes),
        watermark=watermark,
        notes=(*notes, "— not recorded; NE not evaluable; ND not detected."),
    )


def _drawn(times: Timeline, sizes: Course) -> list[Observation]:
    """The facts that have a place in a panel; of the diameters those of target lesions."""
    targets = {lesion.label for lesion in sizes.targets.originals}
    targets |= {heir.label for heirs in sizes.targets.descendants.values() for heir in heirs}
    analytes = times.catalog.analytes
    return [
        row
        for key, rows in times.by_analyte.items()
        if key in analytes and analytes[key].panel
        for row in rows
        if key != "size.diameter" or row.lesion in targets
    ]


def _cursor(path: Track, review: Review, spots: Sequence[float]) -> float | None:
    """Where the as-of line stands; none where it would lie so far off that the facts were pressed together."""
    if not path.timed or review.as_of is None:
        return None
    at = path.at(review.as_of)
    low, high = min(spots, default=at), max(spots, default=at)
    return at if low <= at <= high + _BEYOND * (high - low) else None


def _baseline(times: Timeline, sizes: Course, path: Track) -> str | None:
    """The visit that the tick "baseline" stands at: that of the size, else the last drawn one up to the first dose."""
    if sizes.baseline.visit in path.columns:
        return sizes.baseline.visit
    before = [visit for visit in path.columns if (day := times.day_of(times.dates[visit])) is not None and day <= 0]
    return before[-1] if before else None


def _panels(material: Material, sizes: Course, low: float, high: float) -> tuple[list[Drawn], list[str]]:
    """Every panel with values, top to bottom, and a sentence for each that had to be left out."""
    times = material.timeline
    found: list[Drawn] = []
    left_out: list[str] = []

    def keep(drawn: Drawn | None, name: str, recorded: bool) -> None:
        if drawn is not None:
            found.append(drawn)
        elif recorded and material.change:
            left_out.append(f"{name} is left out: there is no baseline to compare with.")
        elif recorded:
            left_out.append(f"{name} has no value that can be drawn.")

    keep(SizePanel(material, sizes).drawn(low, high), "Tumour size", any(part.rows for row in sizes.assessments for part in row.targets))
    keep(SuvPanel(material).drawn(low, high), "SUVmax", bool(times.rows("pet.suvmax")))
    for samples in (*_molecular(times), *markers.all_series(times)):
        analyte = material.review.catalog.analytes[samples.analyte]
        key = analyte.panel if all(drawn.panel.key != analyte.panel for drawn in found) else analyte.id
        keep(SamplePanel(material, samples).drawn(key, low, high), analyte.name, True)
    return found, left_out


def _molecular(times: Timeline) -> list[Series]:
    """Every ctDNA quantity with values, in the order of the rules."""
    return [samples for analyte in ctdna.ANALYTES if (samples := series(times, analyte)).samples]


def _with_badges(review: Review, panels: Sequence[Panel]) -> tuple[Panel, ...]:
    """The number of each flag on the point of its evidence at its visit; a flag without such a point gets none."""
    badges: dict[str, list[Badge]] = {panel.key: [] for panel in panels}
    for flag in review.flags:
        result = flag.result
        spot = next(((panel, point) for panel in panels for point in _evident(panel, result.visit, result.evidence)), None)
        if spot is not None:
            panel, point = spot
            badges[panel.key].append(Badge(flag.number, point.x, point.y, result.severity, result.rule))
    return tuple(replace(panel, badges=tuple(badges[panel.key])) for panel in panels)


def _evident(panel: Panel, visit: str | None, evidence: Iterable[str]) -> list[Point]:
    """Points at the visit that rest on the evidence: the bold line first, its last point first."""
    cited = set(evidence)
    ordered = sorted(panel.series, key=lambda one: not one.heavy)
    return [point for one in ordered for point in reversed(one.points) if point.visit == visit and cited & set(point.observations)]


def _omitted(drawn: Sequence[Drawn]) -> list[str]:
    """Values that only the cursor and the table show."""
    counts = [(one.panel.title.split(" · ")[0], one.omitted) for one in drawn if one.omitted]
    return [f"{name}: {wording.counted(count, 'value')} without a comparable baseline not drawn." for name, count in counts]


def _breaks(review: Review, times: Timeline, panels: Sequence[Panel]) -> list[str]:
    """Where a line is broken because the method changed."""
    titles = {panel.key: panel.title.split(" · ")[0] for panel in panels}
    found = sorted((times.positions[visit], visit, key) for visit, key in review.breaks if key in titles and visit in times.positions)
    return [f"{titles[key]}: the method changed before {times.name(visit)}, values are not joined." for _, visit, key in found]


