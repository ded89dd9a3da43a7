"""Commands that end in a window: open, demo."""

import subprocess
import sys
from pathlib import Path

import click

from nacdesk import catalog, settings, work
from nacdesk.cli.options import PATH, by_option
from nacdesk.errors import UserError


@click.command("open")
@click.argument("store", required=False, type=PATH)
def open_window(store: Path | None) -> None:
    """Open the window."""
    from nacdesk.gui import display

    display.needed()
    from nacdesk.gui import app

    sys.exit(app.main(store))


@click.command()
@click.option("--out", type=PATH, default=Path("nacdesk-demo"), show_default=True, metavar="DIR", help="Folder for the demonstration.")
@by_option
def demo(out: Path, by: str | None) -> None:
    """Make fictitious cases, their handouts and pictures of the screens, then open the window."""
    made = work.demonstrate(out, catalog.load(), by=by or settings.account(), tell=click.echo)
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
