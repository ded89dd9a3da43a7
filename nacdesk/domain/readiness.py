"""Is the case ready for the board: what is current, stale or missing on the day of the review?"""

from nacdesk.domain import ctdna, markers
from nacdesk.domain.judgements import Freshness, Readiness
from nacdesk.domain.timeline import Timeline

_PET_NOT_NEEDED = "breast"  # no agreed interim cut-off in breast: no PET is chased (specification 3)


def readiness(timeline: Timeline) -> tuple[Readiness, ...]:
    """One row an item that the board expects, in the order of the five answers."""
    context = timeline.history.case.context or ""
    line = ctdna.main_series(timeline)
    marker = next(iter(markers.all_series(timeline)), None)
    return (
        _item(timeline, "Tumour size", "size.diameter"),
        _item(timeline, "PET", "pet.suvmax", needed=not context.startswith(_PET_NOT_NEEDED)),
        _item(timeline, "ctDNA", line.analyte if line else "ctdna.vaf"),
        _item(timeline, timeline.catalog.analytes[marker.analyte].name if marker else "Marker", marker.analyte if marker else "marker.cea"),
        _item(timeline, "New lesions", "lesion.new"),
        _item(timeline, "ECOG", "status.ecog"),
    )


def _item(timeline: Timeline, name: str, analyte: str, needed: bool = True) -> Readiness:
    rows = timeline.rows(analyte)
    if not rows:
        return Readiness(name, "missing" if needed else "not needed")
    when = max((at for row in rows if (at := timeline.date_of(row)) is not None), default=None)
    if when is None or timeline.as_of is None:
        return Readiness(name, "current")
    age = (timeline.as_of - when).days
    state: Freshness = "current" if age <= timeline.catalog.conventions["stale_days"] else "stale"
    return Readiness(name, state, age)
