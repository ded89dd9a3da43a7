"""Commands that end what is recorded of a patient, give it out, or list what may end: remove, bin, restore, erase, patient, untouched."""

from datetime import datetime
from pathlib import Path

import click

from nacdesk import work
from nacdesk.cli.options import PATH, by_option, json_option, opened, print_json, store_option
from nacdesk.errors import UserError
from nacdesk.storage.merge import normal_mrn
from nacdesk.storage.store import Store


@click.command()
@click.argument("case")
@click.option("--reason", required=True, help="Why it is deleted; kept in the history.")
@click.option("--record-number", required=True, metavar="MRN", help="Of the patient, or the case's key where none is recorded; another one is refused.")
@store_option
@by_option
def remove(case: str, reason: str, record_number: str, path: Path | None, by: str | None) -> None:
    """Move a case to the bin."""
    with opened(path, write=True, by=by) as (store, _):
        gone = store.will_be_gone(case)
        if normal_mrn(record_number) != normal_mrn(_number(store, case)):
            raise UserError(f"{record_number} is not the record number of the case {case}; nothing was deleted.", f"Look at the case with: nacdesk show {case}")
        store.remove(case, reason=reason)
        click.echo(f"{case} is in the bin: {gone}. Bring it back with: nacdesk restore {case}")


@click.command("bin")
@json_option
@store_option
def list_bin(as_json: bool, path: Path | None) -> None:
    """The deleted cases."""
    with opened(path) as (store, _):
        found = store.bin()
    if as_json:
        print_json([{name: getattr(row, name) for name in ("key", "name", "mrn", "at", "by", "reason", "observations")} for row in found])
        return
    for row in found:
        click.echo(f"{row.key}  {row.name or ''}  {row.mrn or ''}  deleted {row.at[:10]} by {row.by}: {row.reason}; {row.observations} observations")
    if not found:
        click.echo("The bin is empty.", err=True)


@click.command()
@click.argument("case")
@store_option
@by_option
def restore(case: str, path: Path | None, by: str | None) -> None:
    """Bring a case back from the bin."""
    with opened(path, write=True, by=by) as (store, _):
        store.restore(case)
        click.echo(f"{case} is back, as it was.")


@click.command()
@click.argument("case")
@click.option("--reason", required=True, help="Why it is erased; kept with the fact of the erasure, so name no patient.")
@click.option("--confirm", required=True, metavar="TEXT", help="“ERASE” and the record number, or the case's key where none is recorded.")
@store_option
@by_option
def erase(case: str, reason: str, confirm: str, path: Path | None, by: str | None) -> None:
    """Erase a patient for good, also from history and bin."""
    with opened(path, write=True, by=by) as (store, _):
        keys = store.same_patient(case)
        gone = "; ".join(store.will_be_gone(key) for key in keys)
        wanted = f"ERASE {_number(store, case)}"
        if confirm.strip() != wanted:
            raise UserError(f"Nothing was erased; it would be {gone}.", f"To erase it for good, give --confirm with the word ERASE and the record number (or the key) of {case}.")
        store.erase(keys, reason=reason)
        click.echo(f"Erased: {gone}. Copies of this store that were made before still hold it.")


@click.command()
@click.argument("case")
@click.option("-o", "--output", "target", required=True, type=PATH, metavar="FILE", help="A .json file, or a .pdf to read; an existing one is refused.")
@store_option
def patient(case: str, target: Path, path: Path | None) -> None:
    """Everything recorded about one patient, as one file."""
    with opened(path) as (store, rules):
        work.write_everything(store.everything(case), rules, target)
    click.echo(f"Wrote {target}, which your account alone can read.")


@click.command()
@click.option("--years", required=True, type=click.IntRange(1, 200), metavar="N", help="How long nothing was changed.")
@json_option
@store_option
def untouched(years: int, as_json: bool, path: Path | None) -> None:
    """The cases that were not changed for N years."""
    with opened(path) as (store, _):
        found = store.untouched(years, datetime.now().astimezone().date())
    if as_json:
        print_json([{"case": row.key, "name": row.name, "mrn": row.mrn, "diagnosis": row.diagnosis, "last_change": row.last_change} for row in found])
        return
    for row in found:
        click.echo(f"{row.key}  {row.name or ''}  {row.mrn or ''}  last changed {row.last_change}")
    if not found:
        click.echo(f"Every case was changed within {years} years.", err=True)


def _number(store: Store, key: str) -> str:
    """What a person types to delete or erase a case."""
    numbers = {row.key: row.mrn for row in store.bin()} | {row.key: row.mrn for row in store.cases()}
    return numbers.get(key) or key
