"""The jobs that the window and the commands share: open, read, import, correct, export, print, demonstrate."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from nacdesk import paths
from nacdesk.domain.doubts import jumps
from nacdesk.domain.facts import Case, History
from nacdesk.domain.judgements import Review
from nacdesk.domain.review import review as judge
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop.preview import ImportPreview, Problem
from nacdesk.interop.read import read
from nacdesk.storage.changes import Changes, JournalEntry
from nacdesk.storage.merge import normal_mrn
from nacdesk.storage.store import Store

_VALUE = re.compile(r"(?P<number>[<>]?\s*\d[\d.,eE+-]*)\s*(?P<unit>.*)")


def open_store(path: Path, catalog: Catalog, *, by: str, read_only: bool = False, create: bool = False) -> Store:
    """Open a store; with `create` a missing one is made first."""
    if create and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return Store.create(path, catalog, by=by)
    if not path.exists():
        raise UserError(f"There is no store at {path}.", f"Make one with: nacdesk init {path.name}")
    return Store.open(path, catalog, by=by, read_only=read_only)


def preview(files: Sequence[Path], catalog: Catalog, mapping: str | None = None, reader: str = "accepted", dates: Literal["dmy", "mdy"] | None = None) -> ImportPreview:
    """Read files without storing anything; every problem is in the answer."""
    return read(files, catalog, mapping=mapping, reader=reader, dates=dates)


def accepted(found: ImportPreview) -> ImportPreview:
    """The preview when it may be used.

    Raises:
        UserError: it has problems; nothing was stored.
    """
    if found.problems:
        count = len(found.problems)
        raise UserError(f"{found.path.name}: {count} problem{'s' if count != 1 else ''}; nothing was imported and nothing changed.", "Correct the file and import it again.")
    return found


def beside_stored(store: Store, found: ImportPreview) -> ImportPreview:
    """The preview with the doubts that only show beside what the store holds: a follow-up in the wrong unit (H05)."""
    histories, warnings = [], list(found.warnings)
    for history in found.histories:
        if not store.has(history.case.key):
            histories.append(history)
            continue
        stored = store.history(history.case.key)
        names = {visit.id: (visit.name.casefold(), visit.place) for visit in stored.visits}
        known = {(names[row.visit][0], *row.natural_key) for row in stored.observations}
        places = dict(names.values())
        after = max(places.values(), default=0)
        own = {visit.id: (visit.name.casefold(), places.get(visit.name.casefold(), after + 1 + visit.place)) for visit in history.visits}
        new = [row for row in history.observations if (own[row.visit][0], *row.natural_key) not in known]
        facts = [(row, names[row.visit][1]) for row in stored.observations] + [(row, own[row.visit][1]) for row in new]
        doubts = {facts[place][0].id: texts for place, texts in jumps(facts, store.catalog).items() if place >= len(stored.observations)}
        rows = []
        for row in history.observations:
            more = tuple(text for text in doubts.get(row.id, ()) if text not in row.warnings)
            warnings += [Problem(None, None, f"{history.case.key}, {row.lesion or row.analyte}: {text}") for text in more]
            rows.append(replace(row, warnings=(*row.warnings, *more)))
        histories.append(replace(history, observations=tuple(rows)))
    return replace(found, histories=tuple(histories), warnings=tuple(warnings))


def import_all(store: Store, found: ImportPreview) -> Changes:
    """Add everything a preview holds in one transaction, or nothing; doubts beside the store are kept with the values."""
    return add_all(store, beside_stored(store, accepted(found)))


def into(store: Store, found: ImportPreview, key: str) -> ImportPreview:
    """The preview as one for the case of that key; refused, as one more problem, unless the file is of that very case (H04).

    The record numbers must be equal, or the keys where one of the two has none. A name never decides.

    Raises:
        UserError: no such case.
    """
    own = store.history(key).case
    if len(found.histories) != 1:
        return _not_into(found, f"The file holds {len(found.histories)} cases; only a file of one case can go into the one that is open. File › Import… takes several.")
    (history,) = found.histories
    theirs = history.case
    number, own_number = theirs.patient.mrn, own.patient.mrn
    both = f"In the file: {_named(theirs)}. Open: {_named(own)}."
    if number and own_number and normal_mrn(number) != normal_mrn(own_number):
        return _not_into(found, f"The record number is another one. {both}")
    if not (number and own_number) and theirs.key != key:
        return _not_into(found, f"Neither record number nor key is the same, and a name alone does not decide. {both}")
    if theirs.key != key and store.has(theirs.key):
        return _not_into(found, f"The record number is that of the open case, but the key is that of another case of this store. {both}")
    return replace(found, histories=(replace(history, case=replace(theirs, key=key)),))


def _not_into(found: ImportPreview, sentence: str) -> ImportPreview:
    return replace(found, histories=(), problems=(*found.problems, Problem(None, None, sentence)))


def _named(case: Case) -> str:
    """Who a case is of, in words."""
    who = case.patient
    born = f"born {who.birth_date.isoformat()}" if who.birth_date else "no birth date"
    return f"{who.name or 'no name'}, {born}, {f'record number {who.mrn}' if who.mrn else 'no record number'}, case {case.key}"


def add_all(store: Store, found: ImportPreview) -> Changes:
    """Add a preview that was already held beside the store, in one transaction, or nothing."""
    count = sum(len(history.observations) for history in found.histories)
    return store.add(found.histories, f"Import {count} observations from {found.path.name}", source=(found.path.name, found.digest))


def correct(store: Store, catalog: Catalog, case: str, observation: str, text: str, *, reason: str, revision: int | None = None) -> Changes:
    """Correct one observation; the old value stays in the history.

    A bare number takes the unit shown with the value; it is refused where the value was typed in another unit.
    """
    history = store.history(case)
    row = next((one for one in history.observations if one.id == observation), None)
    if row is None:
        raise UserError(f"Case {case} has no observation {observation}; nothing was changed.", f"See its observations with: nacdesk show {case}")
    analyte = catalog.analytes[row.analyte]
    lesion = history.lesion(row.lesion or "")
    found = _VALUE.fullmatch(text.strip())
    number, unit = (found["number"], found["unit"].strip()) if found and analyte.kind in ("number", "integer") else (text.strip(), "")
    if found and analyte.unit and not unit:
        typed = row.entered.strip()
        if typed and not typed.endswith(analyte.unit) and any(typed.endswith(other) for other in analyte.alternatives):
            raise UserError(
                f"{analyte.label} was entered as {typed}; {text.strip()} without a unit could be read in two ways, nothing was changed.", f"Write the unit, {analyte.units()}."
            )
        unit = analyte.unit
    limit = str(row.quantity.limit) if row.quantity is not None and row.quantity.limit is not None and (not unit or unit == analyte.unit) else ""
    value, warnings = analyte.read(number, unit or (analyte.unit if limit else ""), limit, node=lesion is not None and lesion.kind == "node")
    entered = f"{number} {unit}".strip()
    return store.correct(case, observation, value, entered=entered, warnings=warnings, reason=reason, revision=revision)


def handout(review: Review, path: Path, *, printed_at: datetime | None = None, paper: str = "A4", deidentified: bool = False) -> Path:
    """Write the PDF of one case and answer its path."""
    from nacdesk.report import handout as pages

    pages.write(
        review,
        path,
        printed_at=printed_at or datetime.now().astimezone(),
        paper="Letter" if paper.casefold() == "letter" else "A4",
        deidentified=deidentified,
    )
    return path


def print_history(case: Case, entries: Sequence[JournalEntry], path: Path, *, of: int, narrowed: str = "", order: str, paper: str = "A4") -> Path:
    """Write the history of a case, or what was chosen of it, as a PDF; an existing file is refused.

    Args:
        of: how many changes there are in all.  narrowed: to what, in words, "" for all of them.
        order: of the entries, in words.
    """
    from nacdesk.report import history as pages

    pages.write(case, entries, path, of=of, narrowed=narrowed, order=order, printed_at=datetime.now().astimezone(), paper="Letter" if paper == "Letter" else "A4")
    return path


def write_everything(found: Mapping[str, Any], catalog: Catalog, path: Path, *, paper: str = "A4") -> Path:
    """Write what `Store.everything` answers, as data (.json) or as pages to read (.pdf), for its owner's account alone.

    Raises:
        UserError: the file exists, is neither, or cannot be written.
    """
    from nacdesk.interop.output import save
    from nacdesk.report import everything as pages

    if path.exists():
        raise UserError(f"{path.name} exists already; nothing was written.", "Choose another name.")
    suffix = path.suffix.casefold()
    if suffix == ".json":
        save(path, (json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode())
    elif suffix == ".pdf":
        pages.write(found, catalog, path, printed_at=datetime.now().astimezone(), paper="Letter" if paper == "Letter" else "A4")
    else:
        raise UserError(f"“{path.suffix}” is not a format for this; nothing was written.", "Use .json or .pdf.")
    return path


def export(histories: Sequence[History], catalog: Catalog, path: Path, *, deidentified: bool = False) -> Path:
    """Write cases as a long table (.csv, .xlsx) or a bundle (.json), which `import` reads back."""
    from nacdesk.interop import bundle, deidentify, table

    kept = deidentify.deidentified(histories, catalog) if deidentified else tuple(histories)
    if path.exists():
        raise UserError(f"{path.name} exists already; nothing was written.", "Choose another name.")
    suffix = path.suffix.casefold()
    if suffix == ".json":
        bundle.write(kept, path)
    elif suffix in (".csv", ".xlsx"):
        table.write(kept, catalog, path)
    else:
        raise UserError(f"“{path.suffix}” is not a format of export; nothing was written.", "Use .csv, .xlsx or .json.")
    return path


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What `demo` made.

    Attributes:
        missing: why the pictures could not be drawn, "" when they were.
    """

    store: Path
    handouts: tuple[Path, ...]
    pictures: tuple[Path, ...]
    missing: str = ""


def demonstrate(folder: Path, catalog: Catalog, *, by: str, tell: Callable[[str], None]) -> Demonstration:
    """Make a store of fictitious cases with handouts and pictures; run again it completes what is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "demo.nac"
    samples = sorted((paths.resources() / "samples").glob("*.csv"))
    store = Store.open(path, catalog, by=by) if path.exists() else Store.create(path, catalog, by=by, fictitious=True)
    with store:
        if not store.fictitious:
            raise UserError(f"{path} is not a store of fictitious cases; nothing was changed.", "Choose another folder with --out.")
        for sample in samples:
            import_all(store, preview([sample], catalog))
        reviews = [judge(store.history(row.key), catalog) for row in store.cases()]
    tell(f"{len(reviews)} fictitious cases")
    (folder / "handouts").mkdir(exist_ok=True)
    printed = [handout(one, folder / "handouts" / f"{one.history.case.key}.pdf") for one in reviews]
    tell(f"{len(printed)} handouts")
    drawn, missing = _pictures(path, folder / "pictures")
    return Demonstration(path, tuple(printed), drawn, missing)


def _pictures(store: Path, folder: Path) -> tuple[tuple[Path, ...], str]:
    """Draw the screens offscreen in a child: Qt aborts a whole process where it finds no display."""
    folder.mkdir(parents=True, exist_ok=True)
    child = subprocess.run(
        [sys.executable, "-m", "nacdesk.gui.pictures", str(store), str(folder)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    drawn = tuple(sorted(folder.glob("*.png")))
    if child.returncode == 0 and drawn:
        return drawn, ""
    last = child.stderr.strip().splitlines()[-1:] or [f"exit status {child.returncode}"]
    return drawn, f"The pictures could not be drawn: {last[0]}"
