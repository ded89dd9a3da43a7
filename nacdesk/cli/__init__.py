"""The commands. Each does its job through `work`, as the window does.

Errors are sentences on stderr and exit status 1; wrong usage is status 2; a traceback never reaches the user.
"""

import sys
from pathlib import Path
from typing import NoReturn

import click

from nacdesk import __version__
from nacdesk.cli import cases, changes, files, keeping, rule_set, window
from nacdesk.errors import NacdeskError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nacdesk")
def commands() -> None:
    """Response to neoadjuvant chemotherapy for the tumour board. Without a command: the window."""


for room in (window, files, cases, changes, keeping, rule_set):
    for command in vars(room).values():
        if isinstance(command, click.Command):
            commands.add_command(command)


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
