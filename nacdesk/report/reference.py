"""The pages of the catalogue on paper: the same lines as the window shows, never of a case."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

import nacdesk
from nacdesk.domain import wording
from nacdesk.domain.reference import Page
from nacdesk.domain.rules import Catalog
from nacdesk.report import output
from nacdesk.report.basis import print_part, print_title
from nacdesk.report.pages import Identity, Pages, Paper, Printed

_TITLE = "Reference to the rule set"
_OWNER = "reference to the rule set\n"  # no case has such a key


def write(made: Sequence[Page], catalog: Catalog, path: Path, *, printed_at: datetime, paper: Paper = "A4") -> None:
    """Print pages of the catalogue to a PDF file, whole or not at all.

    Args:
        made: of `domain.reference.pages`, all or some.
        path: the file; an older reference there gives way, any other file is left alone.

    Raises:
        UserError: the name is taken by another file, or the disk refuses.
    """
    output.keep(build(made, catalog, printed_at=printed_at, paper=paper), path, _OWNER, "a reference")


def build(made: Sequence[Page], catalog: Catalog, *, printed_at: datetime, paper: Paper = "A4") -> Printed:
    """The pages of `write`, in memory: the same arguments give the same bytes."""
    when = f"Printed {wording.day(printed_at.date())} {printed_at:%H:%M}"
    sites = wording.counted(len(catalog.overrides), "site change") if catalog.overrides else "no site changes"
    rule_set = f"nacdesk {nacdesk.__version__} · rule set {catalog.version} (sha256 {catalog.digest[:12]}) · {catalog.standing} · {sites}"
    pages = Pages(paper, Identity(_TITLE, (rule_set, f"{when} · {catalog.statement}")), _TITLE)
    pages.head(f"Rule set {catalog.version}", when)
    for kind, group in groupby(made, key=lambda page: page.kind):
        pages.gap(10)
        pages.heading(kind, keep=80)
        for page in group:
            print_title(pages, page.title)
            for part in page.parts:
                print_part(pages, part)
    return pages.finish(_TITLE, output.subject(_OWNER), f"nacdesk {nacdesk.__version__}")
