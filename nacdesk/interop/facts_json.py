"""The recorded facts of a case as JSON: names and texts of the long table, so that no digit is lost."""

from typing import Any

from nacdesk.domain.facts import History
from nacdesk.interop import columns, table


def to_json(history: History) -> dict[str, Any]:
    """One object a case; a fact that was not recorded is null."""
    names = {visit.id: visit.name for visit in history.visits}
    facts = table.case_cells(history.case)
    return {
        "case": history.case.key,
        **{name: facts.get(name) for name in columns.FACT_COLUMNS},
        "revision": history.case.revision,
        "fictitious": history.case.fictitious,
        "lesions": [table.lesion_cells(lesion) for lesion in history.lesions],
        "visits": [{**table.visit_cells(visit), "id": visit.id} for visit in history.visits],
        "observations": [
            {"id": row.id, "visit": names[row.visit], **table.observation_cells(row), "entered": row.entered or None, "warnings": list(row.warnings)}
            for row in history.observations
        ],
    }
