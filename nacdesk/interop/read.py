"""One door for every kind of file: read it, test it, and show what it would bring."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop import bundle, sdtm, table
from nacdesk.interop import mapping as wide_tables
from nacdesk.interop.assembly import assemble
from nacdesk.interop.dates import Order
from nacdesk.interop.entry import Entry
from nacdesk.interop.mapping import WideMapping
from nacdesk.interop.preview import ImportPreview, Problem, Refused
from nacdesk.interop.sheet import MAX_BYTES, Sheet, read_sheet


@dataclass(slots=True)
class _Gathered:
    """What the files say before it is put together."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: int = 0
    unused: tuple[str, ...] = ()
    comma: bool = True


def read(
    paths: Sequence[Path],
    catalog: Catalog,
    *,
    mapping: str | None = None,
    reader: str = sdtm.ACCEPTED,
    dates: Order | None = None,
    fictitious: bool = False,
) -> ImportPreview:
    """Read files as candidates for an import; no store is touched.

    A folder, or a table with TRTESTCD, TUTESTCD or RSTESTCD, is read as SDTM; .json as a bundle; a
    table with a `mapping` as a wide table; any other table as the long table. Several files are
    one import. All of it happens in this process, within the limits of `sheet` and `zipcheck`.

    Args:
        mapping: name of the mapping of a wide table.
        reader: of SDTM: INVESTIGATOR, accepted, a TREVALID, or all.
        dates: order of day and month, stated for the whole import; None for ISO 8601.
        fictitious: every case is invented.

    Raises:
        UserError: a path does not exist or cannot be read, or there is no such mapping. What is
            wrong within a file is never raised: it is a problem of the preview.
    """
    if not paths:
        raise UserError("No file was named; nothing was read.", "Name a file or a folder.")
    wide = None if mapping is None else wide_tables.load(mapping, catalog)
    if wide is not None and any(path.is_dir() for path in paths):
        raise UserError("A mapping reads a table, not a folder; nothing was read.", "Name the file.")
    files = [(file, _bytes(file)) for path in paths for file in _files(path)]
    digest = _digest([content for _, content in files])
    gathered = _Gathered()
    _gather(files, gathered, catalog, wide, reader, folder=any(path.is_dir() for path in paths))
    found = assemble(gathered.entries, catalog, dates=dates, comma=gathered.comma, fictitious=fictitious)
    problems = tuple(dict.fromkeys((*gathered.problems, *found.problems)))
    if not problems and not found.histories:
        problems = (Problem(None, None, "The file holds no case."),)
    return ImportPreview(
        path=paths[0],
        digest=digest,
        histories=() if problems else found.histories,
        problems=tuple(sorted(problems, key=lambda problem: problem.line or 0)) if len(files) == 1 else problems,
        warnings=(*gathered.warnings, *found.warnings),
        notes=(*gathered.notes, *found.notes),
        rows=gathered.rows,
        unused_columns=gathered.unused,
    )


def _gather(files: Sequence[tuple[Path, bytes]], into: _Gathered, catalog: Catalog, wide: WideMapping | None, reader: str, folder: bool) -> None:
    sheets: list[tuple[str, Sheet]] = []
    unlike = len({path.name for path, _ in files}) == len(files)
    for path, content in files:
        place = "" if len(files) == 1 else path.name if unlike else str(path)
        try:
            if path.suffix.lower() == ".json" and wide is None:
                entries = bundle.entries(content, place)
                into.entries += entries
                into.rows += sum("analyte" in entry.cells for entry in entries)
            else:
                sheets.append((place, read_sheet(path.suffix.lower(), content)))
        except Refused as refusal:
            problem = refusal.problem
            into.problems.append(Problem(problem.line, problem.column, problem.sentence, place))
    into.comma = all(sheet.separator in (";", "\t") for _, sheet in sheets) and bool(sheets)
    if wide is None and (folder or any(sdtm.domain(sheet) for _, sheet in sheets)):
        _gather_sdtm(sheets, into, reader)
        return
    for place, sheet in sheets:
        into.rows += len(sheet.rows)
        into.notes += sheet.notes
        into.problems += [Problem(problem.line, problem.column, problem.sentence, place) for problem in sheet.problems]
        if wide is not None:
            entries, problems, into.unused = wide_tables.entries(sheet, wide, place)
        elif "case" not in sheet.header and (fitting := wide_tables.fitting(sheet, catalog)):
            entries, problems = [], [Problem(None, None, f"This is a wide table; read it with the mapping {fitting}.", place)]
        else:
            entries, problems = table.entries(sheet, place)
        into.entries += entries
        into.problems += problems
    if wide is not None:
        into.notes.append(f"Read with the mapping {wide.name}: {wide.title}.")


def _gather_sdtm(sheets: Sequence[tuple[str, Sheet]], into: _Gathered, reader: str) -> None:
    used = [(place, sheet) for place, sheet in sheets if sdtm.domain(sheet) is not None]
    others = [place for place, sheet in sheets if sdtm.domain(sheet) is None]
    if others:
        into.notes.append(f"Not a table of TR, TU or RS, and left out: {', '.join(others)}.")
    for place, sheet in used:
        into.rows += len(sheet.rows)
        into.problems += [Problem(problem.line, problem.column, problem.sentence, place) for problem in sheet.problems]
    found = sdtm.read(used, reader)
    into.entries += found.entries
    into.problems += found.problems
    into.warnings += found.warnings
    into.notes += found.notes


def _files(path: Path) -> list[Path]:
    """The file itself, or the tables of a folder in order of their names."""
    if not path.is_dir():
        return [path]
    try:
        found = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv" and not file.name.startswith("."))
    except OSError as error:
        raise UserError(f"The folder {path.name} cannot be read ({error.strerror}); nothing was read.", "Check the permissions.") from error
    if not found:
        raise UserError(f"The folder {path.name} holds no CSV file; nothing was read.", "Name the folder with the SDTM tables, or a file.")
    return found


def _bytes(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise UserError(f"{path.name} is not a file; nothing was read.", "Name a file or a folder.")
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)  # one byte more than is allowed shows that it is too large
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror}); nothing was read.", "Check the path and the permissions.") from error


def _digest(contents: Sequence[bytes]) -> str:
    """sha256, hex: of the file, or over the sorted digests of several."""
    digests = sorted(hashlib.sha256(content).hexdigest() for content in contents)
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()
