"""The long table: one row one fact. In as entries, out as CSV or Excel that reads back as the same cases."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nacdesk.domain.facts import Case, History, Lesion, Observation, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop import columns
from nacdesk.interop.columns import CASE_COLUMNS, COLUMNS, OPTIONAL
from nacdesk.interop.entry import Entry
from nacdesk.interop.output import save
from nacdesk.interop.preview import Problem, shown
from nacdesk.interop.sheet import Sheet

_TIME_POINT = ("visit", "date", "cycle")
_FORMULA = ("=", "+", "-", "@")  # what a spreadsheet takes for the start of a formula
_GUARDED = (*_FORMULA, "'")


def entries(sheet: Sheet, place: str = "") -> tuple[list[Entry], list[Problem]]:
    """The rows of a long table, and what is wrong with header and rows before any value is read.

    A row that fills nothing but `case` and facts of the case makes a case without measurements
    known; in every other row a blank analyte or value is a problem.
    """
    problems = [Problem(1, name, f"Unknown column. {columns.suggestion(name.casefold(), (*COLUMNS, *OPTIONAL))}", place) for name in sheet.header if _unknown(name)]
    missing = [name for name in ("case", "analyte", "value") if name not in sheet.header]
    if missing:
        problems.append(Problem(1, None, f"The header lacks {_listed(missing)}.", place))
    if not any(name in sheet.header for name in _TIME_POINT):
        problems.append(Problem(1, None, "The header lacks a time point: one of visit, date and cycle.", place))
    if missing:
        return [], problems
    found = []
    for line, cells in sheet.records():
        cells = {name: _unguarded(cell) if sheet.separator else cell for name, cell in cells.items() if not _unknown(name)}
        entry = Entry(line, cells, place=place)
        states_nothing = cells.keys() <= {"case", *CASE_COLUMNS}
        if not states_nothing and "analyte" not in cells:
            problems.append(entry.problem("analyte", "The analyte is blank. Name it, or remove the row."))
        else:
            found.append(entry)
    return found, problems


def write(histories: Sequence[History], catalog: Catalog, path: Path) -> None:
    """Write cases as a long table, .csv (UTF-8, comma) or .xlsx by the suffix of `path`.

    Value and unit stand as they are stored; `read` gives back equal facts. In CSV a text that a
    spreadsheet would take for a formula gets a leading apostrophe, which `read` takes off again.

    Raises:
        UserError: another suffix, or the file cannot be written; nothing is left half written.
    """
    invented = any(history.case.fictitious for history in histories)
    used = (*COLUMNS, *OPTIONAL) if invented else COLUMNS
    unknown = next((row.analyte for history in histories for row in history.observations if row.analyte not in catalog.analytes), None)
    if unknown is not None:
        raise UserError(f"“{unknown}” is not an analyte of this rule set, so the file could not be read back; nothing was written.", "Use the version that wrote the store.")
    rows = (row for history in histories for row in rows_of(history))
    suffix = path.suffix.lower()
    if suffix == ".csv":
        save(path, _csv(used, rows))
    elif suffix == ".xlsx":
        save(path, _excel(used, rows))
    else:
        raise UserError(f"“{path.suffix}” is not a type of table; nothing was written.", "Name the file .csv, .xlsx or .json.")


def rows_of(history: History) -> Iterator[dict[str, str]]:
    """The rows of a case, visit by visit in their order; facts of the case in its first row only."""
    facts = {"case": history.case.key, **case_cells(history.case)}
    lesions = {lesion.label: lesion_cells(lesion) for lesion in history.lesions}
    by_visit: dict[str, list[Observation]] = {visit.id: [] for visit in history.visits}
    for observation in history.observations:
        by_visit[observation.visit].append(observation)
    for visit in sorted(history.visits, key=lambda visit: visit.place):
        for observation in by_visit[visit.id]:
            yield {**facts, **visit_cells(visit), **lesions.get(observation.lesion or "", {}), **observation_cells(observation)}
            facts = {"case": history.case.key}
    if len(facts) > 1 or not history.observations:
        yield facts


def case_cells(case: Case) -> dict[str, str]:
    """The facts of a case as cells."""
    patient = case.patient
    return _filled(
        patient_name=patient.name,
        mrn=patient.mrn,
        birth_date=patient.birth_date.isoformat() if patient.birth_date else None,
        sex=patient.sex,
        diagnosis=case.diagnosis,
        stage=case.stage,
        stage_group=case.stage_group,
        context=case.context,
        regimen=case.regimen,
        cycle_length=None if case.cycle_length is None else str(case.cycle_length),
        fictitious="yes" if case.fictitious else None,
    )


def visit_cells(visit: Visit) -> dict[str, str]:
    """A visit as cells."""
    return _filled(visit=visit.name, cycle=None if visit.cycle is None else str(visit.cycle))


def lesion_cells(lesion: Lesion) -> dict[str, str]:
    """A lesion as cells."""
    return _filled(
        lesion=lesion.label,
        lesion_kind=lesion.kind,
        lesion_role=lesion.role,
        organ=lesion.organ,
        measurable=_yes_no(lesion.measurable),
        irradiated=_yes_no(lesion.irradiated),
        lesion_from=columns.joined_labels(lesion.origin) if lesion.origin else None,
    )


def observation_cells(observation: Observation) -> dict[str, str]:
    """What a row says beside its case, visit and lesion."""
    quantity = observation.quantity
    return _filled(
        date=observation.date.isoformat() if observation.date else observation.partial_date,
        analyte=observation.analyte,
        lesion=observation.lesion,
        value=_value(quantity) if quantity is not None else observation.code,
        unit=quantity.unit if quantity is not None else None,
        limit=None if quantity is None or quantity.limit is None else format(quantity.limit, "f"),
        uln=None if observation.uln is None else format(observation.uln, "f"),
        method=observation.method,
        scanner=observation.scanner,
        segmentation=observation.segmentation,
        reader=observation.reader,
        accepted="yes" if observation.accepted else None,
        note=observation.note,
    )


def _value(quantity: Quantity) -> str:
    if quantity.value is None:
        return "ND"
    return ("" if quantity.comparator == "=" else quantity.comparator) + format(quantity.value, "f")


def _filled(**cells: str | None) -> dict[str, str]:
    return {name: cell.strip() for name, cell in cells.items() if cell is not None and cell.strip()}


def _yes_no(answer: bool | None) -> str | None:
    return None if answer is None else "yes" if answer else "no"


def _unknown(name: str) -> bool:
    return bool(name) and name not in COLUMNS and name not in OPTIONAL


def _listed(names: Sequence[str]) -> str:
    quoted = [f"the column {shown(name)}" for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_GUARDED) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_GUARDED) else cell


def _csv(used: Sequence[str], rows: Iterator[dict[str, str]]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(used)
    writer.writerows([_guarded(row.get(name, "")) for name in used] for row in rows)
    return target.getvalue().encode()


def _excel(used: Sequence[str], rows: Iterator[dict[str, str]]) -> bytes:
    """Text cells only: digits stay as they are, and nothing becomes a formula or a link."""
    import xlsxwriter

    target = io.BytesIO()
    options: dict[str, Any] = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})  # no clock: equal cases give equal files
        sheet = book.add_worksheet("measurements")
        text = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(used) - 1, 14, text)
        for column, name in enumerate(used):
            sheet.write_string(0, column, name, book.add_format({"bold": True}))
        last = 0
        for last, row in enumerate(rows, 1):
            for column, name in enumerate(used):
                if name in row:
                    sheet.write_string(last, column, row[name], text)
        sheet.freeze_panes(1, 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:AZ{last + 1}"})
    return target.getvalue()
