"""Who changed what in a case, on paper: the entries that were in view, with what they were narrowed to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import nacdesk
from nacdesk.domain.facts import Case
from nacdesk.domain.wording import counted
from nacdesk.report import output
from nacdesk.report.identity import WATERMARK, minute, who_is
from nacdesk.report.pages import Grid, Identity, Pages, Paper, Printed, column
from nacdesk.report.styles import para, strong
from nacdesk.storage.changes import JournalEntry

_TITLE = "History of changes"


def write(case: Case, entries: Sequence[JournalEntry], path: Path, *, of: int, narrowed: str, order: str, printed_at: datetime, paper: Paper = "A4") -> None:
    """Print to a PDF file, whole or not at all.

    Args:
        case: whose history it is; its identity stands on every page.
        entries: in the order in which they are printed, which `order` says in words.
        of: how many there are in all; narrowed: what was chosen of them, "" for all.

    Raises:
        UserError: a character cannot be printed, the file exists, or the disk refuses.
    """
    output.keep(build(case, entries, of=of, narrowed=narrowed, order=order, printed_at=printed_at, paper=paper), path, "")


def build(case: Case, entries: Sequence[JournalEntry], *, of: int, narrowed: str, order: str, printed_at: datetime, paper: Paper = "A4") -> Printed:
    """The pages of `write`, in memory: the same arguments give the same bytes."""
    scope = f"{len(entries)} of {counted(of, 'change')}: {narrowed}" if narrowed else f"All {counted(of, 'change')}"
    foot = (
        f"nacdesk {nacdesk.__version__} · {_TITLE.casefold()} as the store recorded it, times in UTC",
        f"case {case.key} · case revision {case.revision} · {scope} · {order} · printed {minute(printed_at)}",
    )
    pages = Pages(paper, Identity(who_is(case.patient), foot, WATERMARK if case.fictitious else ""), _TITLE)
    pages.head(f"Case {case.key}", f"Printed {minute(printed_at)}")
    pages.paragraph(para(strong(who_is(case.patient)), where="the patient's name or record number"))
    pages.paragraph(para(f"{scope}. {order}.", where="what was chosen of the history"))
    pages.gap(4)
    pages.grid(changes((entry.at, entry.by, entry.label, entry.what, entry.reason, entry.clock_back) for entry in entries))
    return pages.finish(_TITLE, output.subject(""), f"nacdesk {nacdesk.__version__}")


def changes(entries: Iterable[tuple[str, str, str, str, str | None, bool]]) -> Grid:
    """Changes as rows: at (ISO 8601, UTC), by, action, what, reason, and whether the clock stood back."""
    columns = (column("When (UTC)", 94), column("Who", 92), column("Action", 112), column("What and why"))
    rows = []
    for at, by, label, what, reason, back in entries:
        when = at[:19].replace("T", " ") + (" (the clock stood back)" if back else "")
        texts = ((when, "a time"), (by, "the name of who made a change"), (label, "the label of a change"), (f"{what}. Reason: {reason}" if reason else what, "a change"))
        rows.append([(para(text, where=where),) for text, where in texts])
    return Grid(columns, rows)
