"""Commands about the rule set: rules, sources, site, sign."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from nacdesk import catalog, paths, work
from nacdesk.catalog import site as site_file
from nacdesk.cli.options import DAY, PATH, bare, by_option, day, json_option, opened, print_json, progress, site_differs, store_option
from nacdesk.domain.rules import SHAPES, Catalog
from nacdesk.domain.wording import counted
from nacdesk.errors import UserError
from nacdesk.interop import review_json
from nacdesk.storage.store import Store


@click.command()
@click.option("--site", "tried", type=PATH, metavar="FILE", help="As this site file would make them.")
@json_option
@store_option
def rules(tried: Path | None, as_json: bool, path: Path | None) -> None:
    """The rules in force."""
    found = rule_set(tried, path)
    if as_json:
        print_json({"rule_set": review_json.rule_set(found), "rules": [review_json.rule(one) for one in found.rules.values()]})
        return
    click.echo(f"Rule set {found.version} ({found.digest[:12]}), {found.standing}" + (f"; {counted(len(found.overrides), 'rule')} changed by {found.site}" if found.site else ""))
    for one in found.rules.values():
        quoted = "; widely quoted threshold, no primary source found" if one.status == "unreviewed" else ""
        changed = f"\n    {one.by_site}" if one.by_site else ""
        sources = ", ".join(one.sources) or "this site's own"
        click.echo(f"{one.id}  {SHAPES[one.severity]} {one.name} [grade {one.grade}{quoted}]{changed}\n    {one.says}\n    Boundary: {one.boundary}. Sources: {sources}")


def rule_set(tried: Path | None, path: Path | None) -> Catalog:
    """The rule set with a site file that is tried, or the one in force in a store, or without any store the catalogue's own."""
    if tried is not None:
        return catalog.load(site=site_file.read_text(tried))
    if path is None and not paths.default_store().exists():
        return catalog.load()
    with opened(path) as (_, found):
        return found


@click.command()
def sources() -> None:
    """What the rules and options rest on."""
    for one in catalog.load().sources.values():
        click.echo(f"{one.key}  {one.citation}")


@click.command()
@click.option("--file", "tried", type=PATH, metavar="FILE", help="The site file to look at (with --accept default: the one beside the store).")
@click.option("--accept", is_flag=True, help="Put the file in force.")
@click.option("--remove", is_flag=True, help="Take the site rules out of force.")
@json_option
@store_option
@by_option
def site(tried: Path | None, accept: bool, remove: bool, as_json: bool, path: Path | None, by: str | None) -> None:
    """This site's own changes to the rules: what is in force, what a file would change, its acceptance."""
    if remove and (accept or tried is not None):
        raise click.UsageError("Give --remove alone.")
    with bare(path, write=accept or remove, by=by) as store:
        trial = None
        if tried is not None or accept or remove:
            text = None if remove else site_file.read_text(tried or site_file.beside(store.path))
            trial = _trial(store, text)
            if (accept or remove) and text != store.site_rules():
                store.accept_site_rules(text)
        now = work.in_force(store)
        report: dict[str, Any] = {
            "in_force": {**review_json.rule_set(now), "accepted": store.site_rules_accepted()},
            "differs": site_differs(store) or None,
            "trial": trial,
        }
    if as_json:
        print_json(report)
        return
    if trial is not None:
        _say_trial(trial)
    accepted = f", {report['in_force']['accepted']}" if now.site else ""
    click.echo(f"In force: {_summary(report['in_force'])}{accepted}; {now.standing}.")
    if trial is None:
        _say_overrides(now.overrides)
    if (accept or remove) and now.reviewed is None:
        click.echo("This rule set needs its clinical review: nacdesk sign")
    if report["differs"]:
        click.echo(report["differs"], err=True)


def _trial(store: Store, text: str | None) -> dict[str, Any]:
    """What a text, or None for none, would change in rules and flags."""
    new = store.catalog if text is None else catalog.load(site=text)
    try:
        now = work.in_force(store)
    except UserError as error:  # what was accepted fits no more; another text may take its place
        click.echo(f"{error.sentence} The flags are compared with those of the catalogue as shipped.", err=True)
        now = store.catalog
    cases = store.cases()
    with progress(cases, "Comparing") as bar:
        changes = [change for row in bar for change in work.flag_changes([store.history(row.key)], now, new)]
    fields = ("case", "rule", "name", "before", "after")
    return {**review_json.rule_set(new), "cases": len(cases), "flag_changes": [{field: getattr(one, field) for field in fields} for one in changes]}


def _say_trial(trial: dict[str, Any]) -> None:
    click.echo(f"Looked at: {_summary(trial)}.")
    _say_overrides(trial["overrides"])
    found = trial["flag_changes"]
    click.echo(f"Flags that change: {len(found)}, in {len({one['case'] for one in found})} of {counted(trial['cases'], 'case')}.")
    for one in found:
        click.echo(f"    {one['case']}  {one['rule']} {one['name']}: {one['before']} → {one['after']}")


def _say_overrides(overrides: Iterable[str]) -> None:
    for sentence in overrides:
        click.echo(f"    {sentence}")


def _summary(rule_set: dict[str, Any]) -> str:
    return f"{rule_set['site']}, {counted(len(rule_set['overrides']), 'rule')} changed" if rule_set["site"] else "the rules as shipped, no change by this site"


@click.command()
@click.option("--reviewer", required=True, metavar="NAME", help="Who reviewed the rule set.")
@click.option("--on", type=DAY, metavar="DATE", help="Day of the review (YYYY-MM-DD; default: today).")
@click.option("--remarks", default="", metavar="TEXT", help="Kept with the review.")
@store_option
@by_option
def sign(reviewer: str, on: Any, remarks: str, path: Path | None, by: str | None) -> None:
    """Record the clinical review of the rule set in force; it holds for no other."""
    today = datetime.now().astimezone().date()
    when = day(on) or today
    if when > today:
        raise UserError(f"{when.isoformat()} is after today; nothing was recorded.", "Give the day of the review.")
    with opened(path, write=True, by=by) as (store, found):
        store.sign_rules(found.digest, reviewer, when, remarks)
        click.echo(f"Rule set {found.version} ({found.digest[:12]}): {work.in_force(store).standing}. Any change of it needs another review.")
