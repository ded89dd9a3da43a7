"""The commands. Each does its job through `work`, as the window does.

Errors are sentences on stderr and exit status 1; wrong usage is status 2; a traceback never reaches the user.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Literal, NoReturn

import click

from nacdesk import __version__, catalog, paths, work
from nacdesk.domain.facts import History
from nacdesk.domain.judgements import Review
from nacdesk.domain.review import review as judge
from nacdesk.domain.rules import SHAPES, Catalog
from nacdesk.errors import NacdeskError, UserError
from nacdesk.interop import review_json, review_text
from nacdesk.storage.store import Store

_PATH = click.Path(path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


def _store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--store", "path", type=_PATH, help="Store to use (default: the one in your data folder).")(command)


def _by_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--by", default=None, metavar="NAME", help="Who acts (default: your account).")(command)


def _json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def _as_of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--as-of", "as_of", type=_DAY, metavar="DATE", help="Judge only what was seen by this day (YYYY-MM-DD).")(command)


@contextmanager
def _opened(path: Path | None, *, write: bool = False, by: str | None = None, create: bool = False) -> Iterator[tuple[Store, Catalog]]:
    rules = catalog.load()
    with work.open_store(path or paths.default_store(), rules, by=by or work.account(), read_only=not write, create=create) as store:
        yield store, rules


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def _day(as_of: Any) -> date | None:
    return as_of.date() if as_of is not None else None


def _progress(items: Sequence[Any], label: str) -> Any:
    """A bar on stderr when it is a terminal and there is something to wait for."""
    return click.progressbar(items, label=label, file=sys.stderr, hidden=not sys.stderr.isatty() or len(items) < 20)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nacdesk")
def commands() -> None:
    """Response to neoadjuvant chemotherapy for the tumour board. Without a command: the window."""


@commands.command("open")
@click.argument("store", required=False, type=_PATH)
def open_window(store: Path | None) -> None:
    """Open the window."""
    from nacdesk.gui import display

    display.needed()
    from nacdesk.gui import app

    sys.exit(app.main(store))


@commands.command()
@click.option("--out", type=_PATH, default=Path("nacdesk-demo"), show_default=True, metavar="DIR", help="Folder for the demonstration.")
@_by_option
def demo(out: Path, by: str | None) -> None:
    """Make fictitious cases, their handouts and pictures of the screens, then open the window."""
    made = work.demonstrate(out, catalog.load(), by=by or work.account(), tell=click.echo)
    click.echo(f"Store: {made.store}\nHandouts: {out / 'handouts'}")
    if made.missing:
        raise UserError(made.missing, "The store and the handouts are complete; install what Qt needs with: sh resources/setup.sh")
    click.echo(f"{len(made.pictures)} pictures: {out / 'pictures'}")
    from nacdesk.gui import display

    if not display.answers():
        click.echo(f"No display answers here; on one that does, open the cases with: nacdesk {made.store}")
        return
    click.echo("Opening the window; close it to end the demonstration.", err=True)
    sys.exit(subprocess.run([sys.executable, "-m", "nacdesk", str(made.store)], check=False).returncode)


@commands.command()
@click.argument("store", type=_PATH)
@click.option("--plain", is_flag=True, help="Without encryption, as all stores of this version are.")
@_by_option
def init(store: Path, plain: bool, by: str | None) -> None:
    """Make an empty store; an existing file is refused."""
    Store.create(store, catalog.load(), by=by or work.account()).close()
    click.echo(f"Made {store}" + ("." if plain else ", not encrypted: use it on an encrypted disk."))


@commands.command("import")
@click.argument("files", nargs=-1, required=True, type=_PATH)
@click.option("--mapping", metavar="NAME", help="Read a wide table by this mapping (for example ispy1).")
@click.option("--reader", default="accepted", show_default=True, metavar="ID", help="Of SDTM: INVESTIGATOR, accepted, or a TREVALID.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="Order of dates that are not ISO 8601, for the whole file.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported and store nothing.")
@click.option("--one-by-one", is_flag=True, help="Save case by case; print each when it is durable.")
@_json_option
@_store_option
@_by_option
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
            _print_json(report)
        for problem in found.problems:
            click.echo(str(problem), err=True)
        work.accepted(found)
    if not as_json:
        _say_preview(report, found.warnings)
    target = path or paths.default_store()
    if dry_run and not target.exists():
        click.echo("Dry run: nothing was stored.", err=as_json)
    elif dry_run:
        with _opened(path) as (store, _):
            merge = store.preview(found.histories)
        report |= {"known": merge.known_observations, "would_add": merge.new_observations}
        for sentence in merge.problems:
            click.echo(sentence, err=True)
        if merge.problems:
            raise UserError(f"{found.path.name} would be refused; nothing was stored.", "Correct what is named above.")
        click.echo(f"Dry run: would add {merge.new_observations} observations ({merge.new_cases} new cases); nothing was stored.", err=as_json)
    else:
        with _opened(path, write=True, by=by, create=True) as (store, _):
            seen = len(found.warnings)
            found = work.beside_stored(store, found)
            for warning in found.warnings[seen:]:
                click.echo(f"warning: {warning}", err=True)
            added, known = _add(store, found, one_by_one, as_json)
        report |= {"added": added, "known": known}
        if not as_json:
            click.echo(f"Imported {added} observations." if added else f"Nothing new: all {known} observations were there already.")
    if as_json:
        _print_json(report)


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


@commands.command()
@_json_option
@_store_option
def cases(as_json: bool, path: Path | None) -> None:
    """The worklist with flags."""
    rows: list[dict[str, Any]] = []
    with _opened(path) as (store, rules):
        found = store.cases()
        with _progress(found, "Reviewing") as bar:
            for row in bar:
                one = judge(store.history(row.key), rules)
                flags = [{"number": flag.number, "id": flag.result.rule, "severity": flag.result.severity, "sentence": flag.result.sentence} for flag in one.flags]
                facts = {"case": row.key, "name": row.name, "mrn": row.mrn, "diagnosis": row.diagnosis, "context": row.context, "regimen": row.regimen, "revision": row.revision}
                rows.append({**facts, "flags": flags, "not_evaluable": len(one.cannot), "band": one.band})
    if as_json:
        _print_json(rows)
        return
    for line in rows:
        shapes = " ".join(f"{SHAPES[flag['severity']]} {flag['id']}" for flag in line["flags"]) or "no flag"
        click.echo(f"{line['case']}  {line['name'] or ''}  {line['diagnosis'] or ''}  {shapes}; {line['not_evaluable']} not evaluable")
    if not rows:
        click.echo("No cases yet. Import some with: nacdesk import FILE", err=True)


@commands.command()
@click.argument("case", required=False)
@click.option("--all", "everything", is_flag=True, help="Every case.")
@_as_of_option
@_json_option
@_store_option
def show(case: str | None, everything: bool, as_of: Any, as_json: bool, path: Path | None) -> None:
    """Every recorded fact of a case."""
    from nacdesk.domain import timeline
    from nacdesk.interop import facts_json, facts_text

    _named([case] if case else [], everything)
    with _opened(path) as (store, rules):
        histories = _histories(store, [case] if case else [], everything)
    seen = [timeline.build(one, rules, _day(as_of)).history if as_of else one for one in histories]
    if as_json:
        _print_json([facts_json.to_json(one) for one in seen])
        return
    for one in seen:
        click.echo(facts_text.to_text(one, rules))


def _named(keys: Sequence[str], everything: bool) -> None:
    """Wrong usage is told before a store is looked for."""
    if not keys and not everything:
        raise click.UsageError("Name a case, or give --all.")


def _histories(store: Store, keys: Sequence[str], everything: bool) -> list[History]:
    wanted = [row.key for row in store.cases()] if everything else list(keys)
    return [store.history(key) for key in wanted]


@commands.command()
@click.argument("case", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every case.")
@click.option("--file", "files", type=_PATH, multiple=True, metavar="PATH", help="Judge a file; no store is needed.")
@click.option("--mapping", metavar="NAME", help="With --file: mapping of a wide table.")
@click.option("--reader", default="accepted", show_default=True, metavar="ID", help="With --file: reader of SDTM.")
@_as_of_option
@_json_option
@_store_option
def review(case: tuple[str, ...], everything: bool, files: tuple[Path, ...], mapping: str | None, reader: str, as_of: Any, as_json: bool, path: Path | None) -> None:
    """Every judgement about a case: responses, criteria, options."""
    rules = catalog.load()
    if files:
        found = work.preview(files, rules, mapping, reader)
        for problem in found.problems:
            click.echo(str(problem), err=True)
        histories = [one for one in work.accepted(found).histories if not case or one.case.key in case]
    else:
        _named(case, everything)
        with _opened(path) as (store, _):
            histories = _histories(store, case, everything)
    reviews: list[Review] = []
    with _progress(histories, "Reviewing") as bar:
        reviews.extend(judge(one, rules, _day(as_of)) for one in bar)
    if as_json:
        _print_json([review_json.to_json(one) for one in reviews])
    else:
        click.echo("\n\n".join(review_text.to_text(one) for one in reviews))


@commands.command("set")
@click.argument("case")
@click.argument("observation")
@click.argument("value")
@click.option("--reason", required=True, help="Why it is corrected; kept in the history.")
@click.option("--rev", type=int, metavar="N", help="Refuse if the case changed since revision N.")
@_store_option
@_by_option
def set_value(case: str, observation: str, value: str, reason: str, rev: int | None, path: Path | None, by: str | None) -> None:
    """Correct one observation; the old value stays in the history."""
    with _opened(path, write=True, by=by) as (store, rules):
        work.correct(store, rules, case, observation, value, reason=reason, revision=rev)
        click.echo(f"Corrected; case {case} is now at revision {store.revision(case)}.")


@commands.command()
@click.argument("case")
@click.option("-o", "--output", "target", required=True, type=_PATH, metavar="FILE.pdf", help="Where to write it.")
@click.option("--paper", type=click.Choice(["A4", "Letter"], case_sensitive=False), default="A4", show_default=True)
@click.option("--deidentified", is_flag=True, help="Without name, record number and birth date.")
@_as_of_option
@_store_option
def handout(case: str, target: Path, paper: str, deidentified: bool, as_of: Any, path: Path | None) -> None:
    """The two-page PDF of a case."""
    with _opened(path) as (store, rules):
        one = judge(store.history(case), rules, _day(as_of))
    click.echo(f"Wrote {work.handout(one, target, paper=paper, deidentified=deidentified)}")


@commands.command()
@click.argument("case", required=False)
@click.option("--all", "everything", is_flag=True, help="Every case.")
@click.option("-o", "--output", "target", required=True, type=_PATH, metavar="FILE", help="A .csv, .xlsx or .json file.")
@click.option("--deidentified", is_flag=True, help="Without name, record number and birth date; dates shifted.")
@_store_option
def export(case: str | None, everything: bool, target: Path, deidentified: bool, path: Path | None) -> None:
    """Every fact of a case as a file that `import` reads back."""
    _named([case] if case else [], everything)
    with _opened(path) as (store, rules):
        histories = _histories(store, [case] if case else [], everything)
    work.export(histories, rules, target, deidentified=deidentified)
    click.echo(f"Wrote {target}: {len(histories)} case{'s' if len(histories) != 1 else ''}")


@commands.command()
@click.argument("case")
@_json_option
@_store_option
def history(case: str, as_json: bool, path: Path | None) -> None:
    """Who changed what, when, from, to."""
    with _opened(path) as (store, _):
        if not store.has(case):
            raise UserError(f"There is no case {case} in this store.", "See them with: nacdesk cases")
        entries = store.journal(case)
    if as_json:
        fields = ("seq", "step", "at", "by", "label", "table", "op", "case", "what", "old", "new", "reason")
        _print_json([{field: getattr(entry, field) for field in fields} for entry in entries])
        return
    for entry in entries:
        click.echo(f"{entry.seq:>6}  {entry.at}  {entry.by}  {entry.what}" + (f"  (reason: {entry.reason})" if entry.reason else ""))


@commands.command()
@_store_option
@_by_option
def undo(path: Path | None, by: str | None) -> None:
    """One step back; the step stays in the history."""
    _step(path, by, Store.undo)


@commands.command()
@_store_option
@_by_option
def redo(path: Path | None, by: str | None) -> None:
    """One step forth again."""
    _step(path, by, Store.redo)


def _step(path: Path | None, by: str | None, do: Callable[[Store], Any]) -> None:
    with _opened(path, write=True, by=by) as (store, _):
        click.echo(do(store).label)


@commands.command()
@click.option("--deep", is_flag=True, help="Read everything, not only the structure.")
@_store_option
def check(deep: bool, path: Path | None) -> None:
    """Is the store sound?"""
    with _opened(path) as (store, _):
        sentences = store.check(deep=deep)
    if sentences:
        raise UserError(" ".join(sentences), "Nothing was changed; keep a copy of the file as it is.")
    click.echo("The store is sound.")


@commands.command()
@_json_option
def rules(as_json: bool) -> None:
    """The rules in force."""
    found = catalog.load()
    if as_json:
        _print_json({"rule_set": review_json.rule_set(found), "rules": [review_json.rule(one) for one in found.rules.values()]})
        return
    click.echo(f"Rule set {found.version} ({found.digest[:12]}), {found.standing}")
    for one in found.rules.values():
        quoted = "; widely quoted threshold, no primary source found" if one.status == "unreviewed" else ""
        click.echo(f"{one.id}  {SHAPES[one.severity]} {one.name} [grade {one.grade}{quoted}]\n    {one.says}\n    Boundary: {one.boundary}. Sources: {', '.join(one.sources)}")


@commands.command()
def sources() -> None:
    """What the rules and options rest on."""
    for one in catalog.load().sources.values():
        click.echo(f"{one.key}  {one.citation}")


def main() -> NoReturn:
    """Run a command and turn every failure into one sentence."""
    try:
        commands.main(prog_name="nacdesk", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        _fail("Stopped; what was saved before stays saved.")
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except NacdeskError as error:
        _fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe went away; Python would complain at exit
        sys.exit(1)
    except OSError as error:
        _fail(f"{error.filename or 'A file'}: {error.strerror or 'could not be used'}; nothing further was written.")
    except Exception as error:  # noqa: BLE001 - the last door: a fault of ours is named by kind and place, never by a value
        _fail(f"nacdesk has a fault of its own ({type(error).__name__}, {_place(error)}); nothing further was written. Please report it.")
    sys.exit(0)


def _fail(sentence: str) -> NoReturn:
    click.echo(" ".join(sentence.split()), err=True)
    sys.exit(1)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "unknown place" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name} line {trace.tb_lineno}"
