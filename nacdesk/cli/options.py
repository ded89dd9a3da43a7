"""What several commands share: options, opening the store, printing."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click

from nacdesk import catalog, paths, settings, work
from nacdesk.catalog import site
from nacdesk.domain.facts import History
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.storage.store import Store

PATH = click.Path(path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--store FILE`."""
    return click.option("--store", "path", type=PATH, help="Store to use (default: the one in your data folder).")(command)


def by_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--by NAME`."""
    return click.option("--by", default=None, metavar="NAME", help="Who acts (default: your account).")(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def as_of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--as-of DATE`."""
    return click.option("--as-of", "as_of", type=DAY, metavar="DATE", help="Judge only what was seen by this day (YYYY-MM-DD).")(command)


@contextmanager
def opened(path: Path | None, *, write: bool = False, by: str | None = None, create: bool = False) -> Iterator[tuple[Store, Catalog]]:
    """The store and the rule set in force in it; another site file beside it than was accepted is named on stderr."""
    with bare(path, write=write, by=by, create=create) as store:
        store.catalog = work.in_force(store)
        if told := site_differs(store):
            click.echo(told, err=True)
        yield store, store.catalog


def bare(path: Path | None, *, write: bool = False, by: str | None = None, create: bool = False) -> Store:
    """The store with the catalogue as shipped, to be closed."""
    return work.open_store(path or paths.default_store(), catalog.load(), by=by or settings.account(), read_only=not write, create=create)


def site_differs(store: Store) -> str:
    """One line where the site file beside the store is not what is in force, "" where they agree."""
    try:
        proposed = work.proposal(store)
    except UserError as error:
        return str(error)
    if proposed is None:
        return ""
    name = site.beside(store.path).name
    what = f"{name} is not what was accepted" if proposed else f"There is no {name} beside the store"
    return f"{what}; what was accepted stays in force. Look at it with: nacdesk site"


def print_json(value: object) -> None:
    """JSON on stdout; a number that is none is refused."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def day(as_of: Any) -> date | None:
    """The date of `--as-of`."""
    return as_of.date() if as_of is not None else None


def progress(items: Sequence[Any], label: str) -> Any:
    """A bar on stderr when it is a terminal and there is something to wait for."""
    return click.progressbar(items, label=label, file=sys.stderr, hidden=not sys.stderr.isatty() or len(items) < 20)


def named(keys: Sequence[str], everything: bool) -> None:
    """Wrong usage is told before a store is looked for."""
    if not keys and not everything:
        raise click.UsageError("Name a case, or give --all.")


def facts_of(store: Store, keys: Sequence[str], everything: bool) -> list[History]:
    """The facts of these cases, or of all."""
    wanted = [row.key for row in store.cases()] if everything else list(keys)
    return [store.history(key) for key in wanted]
