"""Commands that take files in or give them out: init, import, handout, reference, export."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import click

from nacdesk import catalog, paths, settings, work
from nacdesk.cli.options import PATH, as_of_option, by_option, day, facts_of, json_option, named, opened, print_json, store_option
from nacdesk.cli.rule_set import rule_set
from nacdesk.domain.review import review as judge
from nacdesk.errors import UserError
from nacdesk.storage.store import Store


@click.command()
@click.argument("store", type=PATH)
@click.option("--plain", is_flag=True, help="Without encryption, as all stores of this version are.")
@by_option
def init(store: Path, plain: bool, by: str | None) -> None:
    """Make an empty store; an existing file is refused."""
    Store.create(store, catalog.load(), by=by or settings.account()).close()
    click.echo(f"Made {store}" + ("." if plain else ", not encrypted: use it on an encrypted disk."))


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--mapping", metavar="NAME", help="Read a wide table by this mapping (for example ispy1).")
@click.option("--reader", default="accepted", show_default=True, metavar="ID", help="Of SDTM: INVESTIGATOR, accepted, a TREVALID, or all (side by side).")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="Order of dates that are not ISO 8601, for the whole file.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported and store nothing.")
@click.option("--one-by-one", is_flag=True, help="Save case by case; print each when it is durable.")
@json_option
@store_option
@by_option
def import_files(
    files: tuple[Path, ...],
    mapping: str | None,
    reader: str,
    dates: Literal["dmy", "mdy"] | None,
    dry_run: bool,
    one_by_one: bool,
    as_json: bool,
    path: Path | None,
    by: str | None,
) -> None:
    """Import a long table, a wide table by a mapping, SDTM, or a bundle. All or nothing."""
    rules = catalog.load()
    found = work.preview(files, rules, mapping, reader, dates)
    report: dict[str, Any] = {
        "file": found.path.name,
        "cases": [history.case.key for history in found.histories],
        "observations": sum(len(history.observations) for history in found.histories),
        "problems": [{"line": one.line, "column": one.column, "sentence": one.sentence} for one in found.problems],
        "warnings": [{"line": one.line, "column": one.column, "sentence": one.sentence} for one in found.warnings],
        "notes": list(found.notes),
        "unused_columns": list(found.unused_columns),
        "added": 0,
        "known": 0,
    }
    if found.problems:
        if as_json:
            print_json(report)
        for problem in found.problems:
            click.echo(str(problem), err=True)
        work.accepted(found)
    if not as_json:
        _say_preview(report, found.warnings)
    target = path or paths.default_store()
    if dry_run and not target.exists():
        click.echo("Dry run: nothing was stored.", err=as_json)
    elif dry_run:
        with opened(path) as (store, _):
            merge = store.preview(found.histories)
        report |= {"known": merge.known_observations, "would_add": merge.new_observations}
        for sentence in merge.problems:
            click.echo(sentence, err=True)
        if merge.problems:
            raise UserError(f"{found.path.name} would be refused; nothing was stored.", "Correct what is named above.")
        click.echo(f"Dry run: would add {merge.new_observations} observations ({merge.new_cases} new cases); nothing was stored.", err=as_json)
    else:
        with opened(path, write=True, by=by, create=True) as (store, _):
            seen = len(found.warnings)
            found = work.beside_stored(store, found)
            for warning in found.warnings[seen:]:
                click.echo(f"warning: {warning}", err=True)
            added, known = _add(store, found, one_by_one, as_json)
        report |= {"added": added, "known": known}
        if not as_json:
            click.echo(f"Imported {added} observations." if added else f"Nothing new: all {known} observations were there already.")
    if as_json:
        print_json(report)


def _say_preview(report: dict[str, Any], warnings: Iterable[object]) -> None:
    count = len(report["cases"])
    click.echo(f"{report['file']}: {count} case{'s' if count != 1 else ''}, {report['observations']} observations, {len(report['warnings'])} warnings")
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    for note in report["notes"]:
        click.echo(f"note: {note}", err=True)
    if report["unused_columns"]:
        click.echo(f"note: columns not used: {', '.join(report['unused_columns'])}", err=True)


def _add(store: Store, found: Any, one_by_one: bool, quiet: bool) -> tuple[int, int]:
    """Add a preview at once, or case by case with a line after each durable one."""
    if not one_by_one:
        changes = work.add_all(store, found)
        return changes.added, changes.known
    merge = store.preview(found.histories)
    if merge.problems:
        raise UserError(f"{' '.join(merge.problems)} Nothing was imported.", "Correct the file and import it again.")
    added = known = 0
    for history in found.histories:
        changes = store.add([history], f"Import {history.case.key} from {found.path.name}")
        added, known = added + changes.added, known + changes.known
        click.echo(f"saved {history.case.key}", err=quiet)
        (sys.stderr if quiet else sys.stdout).flush()
    return added, known


@click.command()
@click.argument("case")
@click.option("-o", "--output", "target", required=True, type=PATH, metavar="FILE.pdf", help="Where to write it.")
@click.option("--paper", type=click.Choice(["A4", "Letter"], case_sensitive=False), default="A4", show_default=True)
@click.option("--deidentified", is_flag=True, help="Without name, record number and birth date.")
@click.option("--basis", is_flag=True, help="With every criterion and what it rests on, behind the two pages.")
@as_of_option
@store_option
def handout(case: str, target: Path, paper: str, deidentified: bool, basis: bool, as_of: Any, path: Path | None) -> None:
    """The two-page PDF of a case."""
    with opened(path) as (store, rules):
        one = judge(store.history(case), rules, day(as_of))
    click.echo(f"Wrote {work.handout(one, target, paper=paper, deidentified=deidentified, basis=basis)}")


@click.command()
@click.option("-o", "--output", "target", required=True, type=PATH, metavar="FILE.pdf", help="Where to write it.")
@click.option("--paper", type=click.Choice(["A4", "Letter"], case_sensitive=False), default="A4", show_default=True)
@store_option
def reference(target: Path, paper: str, path: Path | None) -> None:
    """The rules in force, options, regimens, notes and sources as a PDF."""
    click.echo(f"Wrote {work.reference(rule_set(None, path), target, paper=paper)}")


@click.command()
@click.argument("case", required=False)
@click.option("--all", "everything", is_flag=True, help="Every case.")
@click.option("-o", "--output", "target", required=True, type=PATH, metavar="FILE", help="A .csv, .xlsx or .json file.")
@click.option("--deidentified", is_flag=True, help="Without name, record number and birth date; dates shifted.")
@store_option
def export(case: str | None, everything: bool, target: Path, deidentified: bool, path: Path | None) -> None:
    """Every fact of a case as a file that `import` reads back."""
    named([case] if case else [], everything)
    with opened(path) as (store, rules):
        histories = facts_of(store, [case] if case else [], everything)
    work.export(histories, rules, target, deidentified=deidentified)
    click.echo(f"Wrote {target}: {len(histories)} case{'s' if len(histories) != 1 else ''}")
