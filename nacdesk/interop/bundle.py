"""Cases as one versioned JSON file, in and out: everything of the facts, digit by digit.

The cells are those of the long table and pass the same tests when they come back.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from nacdesk.domain.facts import History
from nacdesk.interop import table
from nacdesk.interop.columns import CASE_COLUMNS, COLUMNS, LESION_COLUMNS
from nacdesk.interop.entry import Entry
from nacdesk.interop.output import save
from nacdesk.interop.preview import Refused, shown
from nacdesk.interop.sheet import MAX_BYTES, MAX_ROWS

FORMAT, VERSION = "nacdesk cases", 1

_LISTS: dict[str, frozenset[str]] = {
    "visits": frozenset({"visit", "cycle"}),
    "lesions": frozenset({"lesion", *LESION_COLUMNS}),
    "observations": frozenset(COLUMNS) - {"case", "cycle", *CASE_COLUMNS, *LESION_COLUMNS} | {"entered"},
}


def write(histories: Sequence[History], path: Path) -> None:
    """Write cases as JSON.

    Raises:
        UserError: the file cannot be written; nothing is left half written.
    """
    content = {"format": FORMAT, "version": VERSION, "cases": [_case(history) for history in histories]}
    save(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


def entries(data: bytes, place: str = "") -> list[Entry]:
    """The cases of a bundle as entries; a part is named by its case and number instead of a line.

    Raises:
        Refused: not such a file, another version, a key twice, a number that is none, too large.
    """
    if len(data) > MAX_BYTES:
        raise Refused(f"The file is larger than {MAX_BYTES // 1_000_000} MB.", "Split it.")
    try:
        content = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_not_a_number)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        line = getattr(error, "lineno", None)
        raise Refused("The file is not sound JSON.", "Export it again.", line) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise Refused("The JSON file does not hold cases of this program.", "Use a file written by export.")
    if content.get("version") != VERSION:
        raise Refused(f"The bundle has version {shown(str(content.get('version')))}; this program reads version {VERSION}.", "Update the program.")
    _only(content, {"format", "version", "cases"}, "the file")
    found = [entry for number, case in enumerate(_list(content, "cases", "the file"), 1) for entry in _entries(case, number, place)]
    if len(found) > MAX_ROWS:
        raise Refused(f"The file holds more than {MAX_ROWS} facts.", "Split it.")
    if not found:
        raise Refused("The bundle holds no case.", "Check that this is the file you mean.")
    return found


def _case(history: History) -> dict[str, Any]:
    names = {visit.id: visit.name for visit in history.visits}
    return {
        "case": history.case.key,
        "facts": table.case_cells(history.case),
        "visits": [table.visit_cells(visit) for visit in sorted(history.visits, key=lambda visit: visit.place)],
        "lesions": [table.lesion_cells(lesion) for lesion in history.lesions],
        "observations": [{"visit": names[row.visit], **table.observation_cells(row), "entered": row.entered} for row in history.observations],
    }


def _entries(case: object, number: int, place: str) -> Iterator[Entry]:
    key = case.get("case") if isinstance(case, dict) else None
    if not isinstance(case, dict) or not isinstance(key, str):
        raise Refused(f"Case {number} of the bundle has no key.", "Export it again.")
    where = ", ".join(part for part in (place, f"case {shown(key)}") if part)
    _only(case, {"case", "facts", *_LISTS}, where)
    yield Entry(0, {"case": key, **_cells(case.get("facts", {}), frozenset(CASE_COLUMNS), where)}, place=where)
    for name, allowed in _LISTS.items():
        for place_in_list, part in enumerate(_list(case, name, where), 1):
            part_where = f"{where}, {name.removesuffix('s')} {place_in_list}"
            cells = _cells(part, allowed, part_where)
            entered = cells.pop("entered", "")
            if name == "observations" and "analyte" not in cells:
                raise Refused(f"{part_where}: the analyte is missing.", "Export it again.")
            yield Entry(0, {"case": key, **cells}, place=part_where, entered=entered)


def _cells(part: object, allowed: frozenset[str], where: str) -> dict[str, str]:
    if not isinstance(part, dict) or not all(isinstance(cell, str) for cell in part.values()):
        raise Refused(f"{where}: every entry must be text.", "Export it again.")
    _only(part, allowed, where)
    return {name: cell.strip() for name, cell in part.items() if cell.strip()}


def _list(part: dict[str, Any], name: str, where: str) -> list[Any]:
    found = part.get(name, [])
    if not isinstance(found, list):
        raise Refused(f"{where}: “{name}” must be a list.", "Export it again.")
    return found


def _only(part: dict[str, Any], allowed: "set[str] | frozenset[str]", where: str) -> None:
    unknown = next((name for name in part if name not in allowed), None)
    if unknown is not None:
        raise Refused(f"{where}: unknown key “{shown(unknown)}”.", "Export it again.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _not_a_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")
