"""Commands that show the rule set in force: rules, sources."""

import click

from nacdesk import catalog
from nacdesk.cli.options import json_option, print_json
from nacdesk.domain.rules import SHAPES
from nacdesk.interop import review_json


@click.command()
@json_option
def rules(as_json: bool) -> None:
    """The rules in force."""
    found = catalog.load()
    if as_json:
        print_json({"rule_set": review_json.rule_set(found), "rules": [review_json.rule(one) for one in found.rules.values()]})
        return
    click.echo(f"Rule set {found.version} ({found.digest[:12]}), {found.standing}")
    for one in found.rules.values():
        quoted = "; widely quoted threshold, no primary source found" if one.status == "unreviewed" else ""
        click.echo(f"{one.id}  {SHAPES[one.severity]} {one.name} [grade {one.grade}{quoted}]\n    {one.says}\n    Boundary: {one.boundary}. Sources: {', '.join(one.sources)}")


@click.command()
def sources() -> None:
    """What the rules and options rest on."""
    for one in catalog.load().sources.values():
        click.echo(f"{one.key}  {one.citation}")
