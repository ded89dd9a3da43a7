"""What a session's workers run: functions of plain values, which touch no widget and import what they need when they need it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nacdesk.domain.facts import Case, History
from nacdesk.domain.judgements import Review
from nacdesk.domain.rules import Catalog

if TYPE_CHECKING:
    from nacdesk.interop.preview import ImportPreview
    from nacdesk.storage.store import Changes, JournalEntry, Store


@dataclass(frozen=True, slots=True)
class ReadingChoices:
    """How files are read: a mapping for wide tables, the reader of SDTM, the order of other dates than ISO 8601."""

    mapping: str | None = None
    reader: str = "accepted"
    dates: Literal["dmy", "mdy"] | None = None


def undo(store: "Store") -> "Changes":
    """Take back the last user action."""
    return store.undo()


def redo(store: "Store") -> "Changes":
    """Do again what was taken back."""
    return store.redo()


def add(found: "ImportPreview", store: "Store") -> "Changes":
    """Add all that was read, or nothing."""
    from nacdesk import work

    return work.import_all(store, found)


def read_files(paths: Sequence[Path], catalog: Catalog, how: ReadingChoices) -> "ImportPreview":
    """Read files as an import would."""
    from nacdesk import work

    return work.preview(paths, catalog, mapping=how.mapping, reader=how.reader, dates=how.dates)


def into(found: "ImportPreview", key: str, store: "Store") -> "ImportPreview":
    """The preview as one for the open case, or refused."""
    from nacdesk import work

    return work.into(store, found, key)


def export(review: Review, path: Path, paper: str, basis: bool) -> Path:
    """Write the handout of a review."""
    from nacdesk import work

    return work.handout(review, path, printed_at=datetime.now().astimezone(), paper=paper, basis=basis)


def export_case(history: History, catalog: Catalog, path: Path) -> Path:
    """Write one case as a file that import reads back."""
    from nacdesk import work

    return work.export([history], catalog, path)


def print_history(case: Case, entries: "Sequence[JournalEntry]", path: Path, of: int, narrowed: str, order: str, paper: str) -> Path:
    """Write the history of a case as a PDF."""
    from nacdesk import work

    return work.print_history(case, entries, path, of=of, narrowed=narrowed, order=order, paper=paper)


def write_everything(found: Mapping[str, Any], catalog: Catalog, path: Path, paper: str) -> Path:
    """Write everything recorded about a patient."""
    from nacdesk import work

    return work.write_everything(found, catalog, path, paper=paper)
