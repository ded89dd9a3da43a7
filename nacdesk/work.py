"""The jobs that the window and the commands share: open, judge by the rules in force, read, import, correct, export, print, demonstrate.

The window opens its store through this module, so what only an import needs is imported where it is used.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nacdesk import catalog as catalogue
from nacdesk import paths
from nacdesk.domain.doubts import jumps
from nacdesk.domain.facts import Case, History
from nacdesk.domain.judgements import Review
from nacdesk.domain.review import review as judge
from nacdesk.domain.rules import SEVERITY_WORDS, SHAPES, Catalog, Rule, RuleResult, Severity, State
from nacdesk.errors import UserError
from nacdesk.storage.changes import Changes, JournalEntry
from nacdesk.storage.merge import normal_mrn
from nacdesk.storage.store import Store

if TYPE_CHECKING:
    from nacdesk.domain.reference import Page
    from nacdesk.interop.preview import ImportPreview

_VALUE = re.compile(r"(?P<number>[<>]?\s*\d[\d.,eE+-]*)\s*(?P<unit>.*)")


def open_store(path: Path, catalog: Catalog, *, by: str, read_only: bool = False, create: bool = False) -> Store:
    """Open a store; with `create` a missing one is made first."""
    if create and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return Store.create(path, catalog, by=by)
    if not path.exists():
        raise UserError(f"There is no store at {path}.", f"Make one with: nacdesk init {path.name}")
    return Store.open(path, catalog, by=by, read_only=read_only)


def in_force(store: Store) -> Catalog:
    """The rule set that a store is judged by: the catalogue, the site rules accepted into it, and who signed exactly that.

    `store` was opened with the catalogue without any site rules; without a site file nothing is parsed again.

    Raises:
        UserError: the site rules that were accepted do not fit this catalogue; then nothing is judged.
    """
    text = store.site_rules()
    if text is None:
        found = catalogue.load() if store.catalog.site else store.catalog
    else:
        try:
            found = catalogue.load(site=text)
        except UserError as error:
            raise UserError(
                f"The site rules accepted into {store.path.name} do not fit this version of nacdesk, and no case is judged without them. {error.sentence}",
                "Correct the site file and accept it with: nacdesk site --accept; or take it out of force with: nacdesk site --remove",
            ) from error
    signed = store.rule_review(found.digest)
    return found if signed is None else replace(found, reviewed=signed)


def proposal(store: Store) -> str | None:
    """The text of the site file beside a store where it is not what is in force ("" when there is no file), None where they agree.

    Raises:
        UserError: the file cannot be read.
    """
    from nacdesk.catalog import site

    path = site.beside(store.path)
    text = site.read_text(path) if path.exists() else ""
    return None if text == (store.site_rules() or "") else text


@dataclass(frozen=True, slots=True)
class FlagChange:
    """One criterion that another rule set judges otherwise in one case.

    Attributes:
        before, after: in words: "met", "not met", "▲ alert" and "● note" where both are met, "switched off", "added", "gone".
    """

    case: str
    rule: str
    name: str
    before: str
    after: str


def flag_changes(histories: Sequence[History], old: Catalog, new: Catalog) -> tuple[FlagChange, ...]:
    """Every flagging rule whose latest state, or whose severity as a flag, is not the same under both rule sets; case by case."""
    return tuple(change for history in histories for change in _changes_of(history, old, new))


def _changes_of(history: History, old: Catalog, new: Catalog) -> Iterator[FlagChange]:
    before, after = judge(history, old).latest, judge(history, new).latest
    for key, rule in {**old.rules, **new.rules}.items():
        was, now = _standing(before.get(key)), _standing(after.get(key))
        if rule.flag and was != now:
            both = was[0] == now[0]
            said = _said(old.rules.get(key), was, both) or "added", _said(new.rules.get(key), now, both) or "gone"
            yield FlagChange(history.case.key, key, rule.name, *said)


def _standing(result: RuleResult | None) -> tuple[State, Severity | None]:
    """State, and severity where it is a flag; without a result a rule does not apply."""
    if result is None:
        return "not_applicable", None
    return result.state, result.severity if result.state == "met" else None


def _said(rule: Rule | None, standing: tuple[State, Severity | None], both_met: bool) -> str:
    """In words; "" of a rule that is not there."""
    state, severity = standing
    if rule is None or rule.off:
        return "switched off" if rule is not None else ""
    return f"{SHAPES[severity]} {SEVERITY_WORDS[severity]}" if both_met and severity is not None else state.replace("_", " ")


def preview(files: Sequence[Path], catalog: Catalog, mapping: str | None = None, reader: str = "accepted", dates: Literal["dmy", "mdy"] | None = None) -> "ImportPreview":
    """Read files without storing anything; every problem is in the answer."""
    from nacdesk.interop.read import read

    return read(files, catalog, mapping=mapping, reader=reader, dates=dates)


def accepted(found: "ImportPreview") -> "ImportPreview":
    """The preview when it may be used.

    Raises:
        UserError: it has problems; nothing was stored.
    """
    if found.problems:
        count = len(found.problems)
        raise UserError(f"{found.path.name}: {count} problem{'s' if count != 1 else ''}; nothing was imported and nothing changed.", "Correct the file and import it again.")
    return found


def beside_stored(store: Store, found: "ImportPreview") -> "ImportPreview":
    """The preview with the doubts that only show beside what the store holds: a follow-up in the wrong unit (H05)."""
    from nacdesk.interop.preview import Problem

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


def import_all(store: Store, found: "ImportPreview") -> Changes:
    """Add everything a preview holds in one transaction, or nothing; doubts beside the store are kept with the values."""
    return add_all(store, beside_stored(store, accepted(found)))


def into(store: Store, found: "ImportPreview", key: str) -> "ImportPreview":
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


def _not_into(found: "ImportPreview", sentence: str) -> "ImportPreview":
    from nacdesk.interop.preview import Problem

    return replace(found, histories=(), problems=(*found.problems, Problem(None, None, sentence)))


def _named(case: Case) -> str:
    """Who a case is of, in words."""
    who = case.patient
    born = f"born {who.birth_date.isoformat()}" if who.birth_date else "no birth date"
    return f"{who.name or 'no name'}, {born}, {f'record number {who.mrn}' if who.mrn else 'no record number'}, case {case.key}"


def add_all(store: Store, found: "ImportPreview") -> Changes:
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


def handout(review: Review, path: Path, *, printed_at: datetime | None = None, paper: str = "A4", deidentified: bool = False, basis: bool = False) -> Path:
    """Write the PDF of one case, with what every criterion rests on where `basis` says so, and answer its path."""
    from nacdesk.report import handout as pages

    pages.write(
        review,
        path,
        printed_at=printed_at or datetime.now().astimezone(),
        paper="Letter" if paper.casefold() == "letter" else "A4",
        deidentified=deidentified,
        basis=basis,
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


def reference(catalog: Catalog, path: Path, chosen: "Sequence[Page] | None" = None, *, printed_at: datetime | None = None, paper: str = "A4") -> Path:
    """Write pages of the catalogue as a PDF, all of them unless some are chosen, and answer its path."""
    from nacdesk.domain.reference import pages
    from nacdesk.report import reference as printed

    made = pages(catalog) if chosen is None else chosen
    printed.write(made, catalog, path, printed_at=printed_at or datetime.now().astimezone(), paper="Letter" if paper.casefold() == "letter" else "A4")
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
        rules = in_force(store)
        reviews = [judge(store.history(row.key), rules) for row in store.cases()]
    tell(f"{len(reviews)} fictitious cases")
    (folder / "handouts").mkdir(exist_ok=True)
    printed = [handout(one, folder / "handouts" / f"{one.history.case.key}.pdf") for one in reviews]
    tell(f"{len(printed)} handouts")
    drawn, missing = _pictures(path, folder / "pictures")
    return Demonstration(path, tuple(printed), drawn, missing)


def _pictures(store: Path, folder: Path) -> tuple[tuple[Path, ...], str]:
    """Draw the screens offscreen in a child: Qt aborts a whole process where it finds no display."""
    import subprocess

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
