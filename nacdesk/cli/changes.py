"""Commands that change what is recorded, and show who changed what: set, history, undo, redo, check."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from nacdesk import work
from nacdesk.cli.options import by_option, json_option, opened, print_json, store_option
from nacdesk.errors import UserError
from nacdesk.storage.store import Store


@click.command("set")
@click.argument("case")
@click.argument("observation")
@click.argument("value")
@click.option("--reason", required=True, help="Why it is corrected; kept in the history.")
@click.option("--rev", type=int, metavar="N", help="Refuse if the case changed since revision N.")
@store_option
@by_option
def set_value(case: str, observation: str, value: str, reason: str, rev: int | None, path: Path | None, by: str | None) -> None:
    """Correct one observation; the old value stays in the history."""
    with opened(path, write=True, by=by) as (store, rules):
        work.correct(store, rules, case, observation, value, reason=reason, revision=rev)
        click.echo(f"Corrected; case {case} is now at revision {store.revision(case)}.")


@click.command()
@click.argument("case")
@json_option
@store_option
def history(case: str, as_json: bool, path: Path | None) -> None:
    """Who changed what, when, from, to."""
    with opened(path) as (store, _):
        if not store.has(case):
            raise UserError(f"There is no case {case} in this store.", "See them with: nacdesk cases")
        entries = store.journal(case)
    if as_json:
        fields = ("seq", "step", "at", "by", "label", "table", "op", "case", "what", "old", "new", "reason")
        print_json([{field: getattr(entry, field) for field in fields} for entry in entries])
        return
    for entry in entries:
        click.echo(f"{entry.seq:>6}  {entry.at}  {entry.by}  {entry.what}" + (f"  (reason: {entry.reason})" if entry.reason else ""))


@click.command()
@store_option
@by_option
def undo(path: Path | None, by: str | None) -> None:
    """One step back; the step stays in the history."""
    _step(path, by, Store.undo)


@click.command()
@store_option
@by_option
def redo(path: Path | None, by: str | None) -> None:
    """One step forth again."""
    _step(path, by, Store.redo)


def _step(path: Path | None, by: str | None, do: Callable[[Store], Any]) -> None:
    with opened(path, write=True, by=by) as (store, _):
        click.echo(do(store).label)


@click.command()
@click.option("--deep", is_flag=True, help="Read everything, not only the structure.")
@store_option
def check(deep: bool, path: Path | None) -> None:
    """Is the store sound?"""
    with opened(path) as (store, _):
        sentences = store.check(deep=deep)
    if sentences:
        raise UserError(" ".join(sentences), "Nothing was changed; keep a copy of the file as it is.")
    click.echo("The store is sound.")
