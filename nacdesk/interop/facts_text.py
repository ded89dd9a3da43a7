"""The recorded facts of a case as plain text for a terminal."""

from collections.abc import Iterator

from nacdesk.domain.facts import History, Observation
from nacdesk.domain.rules import Catalog


def to_text(history: History, catalog: Catalog) -> str:
    """The facts of the case in two lines, then one line an observation with its id."""
    return "\n".join(_lines(history, catalog))


def _lines(history: History, catalog: Catalog) -> Iterator[str]:
    case, patient = history.case, history.case.patient
    facts = {
        "name": patient.name,
        "born": patient.birth_date,
        "sex": patient.sex,
        "MRN": patient.mrn,
        "diagnosis": case.diagnosis,
        "stage": case.stage,
        "stage group": case.stage_group,
        "context": case.context,
        "regimen": case.regimen,
        "cycle length": case.cycle_length,
    }
    yield f"{case.key}  revision {case.revision}"
    yield "  " + "; ".join(f"{name} {value if value is not None else 'not recorded'}" for name, value in facts.items())
    names = {visit.id: visit.name for visit in history.visits}
    for row in history.observations:
        what = f"{catalog.analytes[row.analyte].label}{f' of {row.lesion}' if row.lesion else ''}: {row.value}"
        when = row.date.isoformat() if row.date else row.partial_date or "no date"
        yield f"  {row.id:>6}  {when:10}  {names[row.visit]}  {what}{_extras(row)}"


def _extras(row: Observation) -> str:
    uln = f"upper limit {row.uln}" if row.uln is not None else ""
    parts = [part for part in (uln, row.method, row.reader and f"read by {row.reader}", row.note, *row.warnings) if part]
    return f"  ({'; '.join(parts)})" if parts else ""
