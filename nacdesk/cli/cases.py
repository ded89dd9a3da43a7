"""Commands that show what is recorded and judged: cases, show, review."""

from pathlib import Path
from typing import Any

import click

from nacdesk import catalog, work
from nacdesk.catalog import site
from nacdesk.cli.options import PATH, as_of_option, day, facts_of, json_option, named, opened, print_json, progress, store_option
from nacdesk.domain.judgements import Review
from nacdesk.domain.review import review as judge
from nacdesk.domain.rules import SHAPES
from nacdesk.interop import review_json, review_text


@click.command()
@json_option
@store_option
def cases(as_json: bool, path: Path | None) -> None:
    """The worklist with flags."""
    rows: list[dict[str, Any]] = []
    with opened(path) as (store, rules):
        found = store.cases()
        with progress(found, "Reviewing") as bar:
            for row in bar:
                one = judge(store.history(row.key), rules)
                flags = [{"number": flag.number, "id": flag.result.rule, "severity": flag.result.severity, "sentence": flag.result.sentence} for flag in one.flags]
                facts = {"case": row.key, "name": row.name, "mrn": row.mrn, "diagnosis": row.diagnosis, "context": row.context, "regimen": row.regimen, "revision": row.revision}
                rows.append({**facts, "flags": flags, "not_evaluable": len(one.cannot), "band": one.band})
    if as_json:
        print_json(rows)
        return
    for line in rows:
        shapes = " ".join(f"{SHAPES[flag['severity']]} {flag['id']}" for flag in line["flags"]) or "no flag"
        click.echo(f"{line['case']}  {line['name'] or ''}  {line['diagnosis'] or ''}  {shapes}; {line['not_evaluable']} not evaluable")
    if not rows:
        click.echo("No cases yet. Import some with: nacdesk import FILE", err=True)


@click.command()
@click.argument("case", required=False)
@click.option("--all", "everything", is_flag=True, help="Every case.")
@as_of_option
@json_option
@store_option
def show(case: str | None, everything: bool, as_of: Any, as_json: bool, path: Path | None) -> None:
    """Every recorded fact of a case."""
    from nacdesk.domain import timeline
    from nacdesk.interop import facts_json, facts_text

    named([case] if case else [], everything)
    with opened(path) as (store, rules):
        histories = facts_of(store, [case] if case else [], everything)
    seen = [timeline.build(one, rules, day(as_of)).history if as_of else one for one in histories]
    if as_json:
        print_json([facts_json.to_json(one) for one in seen])
        return
    for one in seen:
        click.echo(facts_text.to_text(one, rules))


@click.command()
@click.argument("case", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every case.")
@click.option("--file", "files", type=PATH, multiple=True, metavar="PATH", help="Judge a file; no store is needed.")
@click.option("--mapping", metavar="NAME", help="With --file: mapping of a wide table.")
@click.option("--reader", default="accepted", show_default=True, metavar="ID", help="With --file: reader of SDTM, as for import.")
@click.option("--site", "tried", type=PATH, metavar="FILE", help="Judge as this site file would; it need not be accepted.")
@as_of_option
@json_option
@store_option
def review(
    case: tuple[str, ...],
    everything: bool,
    files: tuple[Path, ...],
    mapping: str | None,
    reader: str,
    tried: Path | None,
    as_of: Any,
    as_json: bool,
    path: Path | None,
) -> None:
    """Every judgement about a case: responses, criteria, options."""
    rules = None if tried is None else catalog.load(site=site.read_text(tried))
    if files:
        rules = rules or catalog.load()
        found = work.preview(files, rules, mapping, reader)
        for problem in found.problems:
            click.echo(str(problem), err=True)
        histories = [one for one in work.accepted(found).histories if not case or one.case.key in case]
    else:
        named(case, everything)
        with opened(path) as (store, in_force):
            histories = facts_of(store, case, everything)
            rules = rules or in_force
    reviews: list[Review] = []
    with progress(histories, "Reviewing") as bar:
        reviews.extend(judge(one, rules, day(as_of)) for one in bar)
    if as_json:
        print_json([review_json.to_json(one) for one in reviews])
    else:
        click.echo("\n\n".join(review_text.to_text(one) for one in reviews))
