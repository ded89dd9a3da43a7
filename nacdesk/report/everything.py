"""All that is recorded about one patient, on paper: every fact, every change, every half-typed text."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import nacdesk
from nacdesk.domain.facts import Patient
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.domain.wording import counted
from nacdesk.report import output
from nacdesk.report.history import changes
from nacdesk.report.identity import WATERMARK, minute, who_is
from nacdesk.report.pages import Grid, Identity, Pages, Paper, Printed, column
from nacdesk.report.styles import para, strong

_TITLE = "Everything recorded about a patient"
_WORDS = {
    "mrn": "record number", "context": "tumour context", "cycle_length": "days per cycle", "cycle": "completed cycles", "origin": "split or merged from",
    "uln": "upper limit of normal", "limit": "limit of detection", "accepted": "reading that counts", "entered": "as entered",
}  # fmt: skip
_NOT_SAID = frozenset({"id", "place", "visit", "fictitious", "revision"})

Part = Mapping[str, Any]


def write(found: Part, catalog: Catalog, path: Path, *, printed_at: datetime, paper: Paper = "A4") -> None:
    """Print to a PDF file, whole or not at all.

    Args:
        found: as `Store.everything` answers.

    Raises:
        UserError: a character cannot be printed, the file exists, or the disk refuses.
    """
    output.keep(build(found, catalog, printed_at=printed_at, paper=paper), path, "")


def build(found: Part, catalog: Catalog, *, printed_at: datetime, paper: Paper = "A4") -> Printed:
    """The pages of `write`, in memory: the same arguments give the same bytes."""
    cases: Sequence[Part] = found["cases"]
    facts = cases[0]["case"]
    named = facts["patient"]
    patient = Patient(named["name"], named["mrn"], date.fromisoformat(named["birth_date"]) if named["birth_date"] else None, named["sex"])
    foot = (f"nacdesk {nacdesk.__version__} · everything recorded about this patient in one store · {counted(len(cases), 'case')} · printed {minute(printed_at)}",)
    pages = Pages(paper, Identity(who_is(patient), foot, WATERMARK if facts["fictitious"] else ""), _TITLE)
    pages.head(f"Printed {minute(printed_at)}")
    pages.paragraph(para(strong(who_is(patient)), where="the patient's name or record number"))
    for one in cases:
        _print_case(pages, one, catalog)
    return pages.finish(_TITLE, output.subject(""), f"nacdesk {nacdesk.__version__}")


def _print_case(pages: Pages, one: Part, catalog: Catalog) -> None:
    facts = one["case"]
    names = {visit["id"]: visit["name"] for visit in one["visits"]}
    pages.gap(8)
    pages.heading(f"Case {facts['key']}" + (" (deleted, in the bin)" if one["in_bin"] else ""), 60)
    about = {**facts["patient"], **{name: value for name, value in facts.items() if name not in ("patient", "key")}}
    if about["context"] in catalog.contexts:
        about["context"] = catalog.contexts[about["context"]].label
    _print_table(pages, "Patient and case", ("Fact", 130), ("Recorded", 0), rows=[(name, value) for name, value in _said(about, ())])
    _print_table(pages, "Lesions", ("Lesion", 130), ("Recorded", 0), rows=[(lesion["label"], _told(lesion, ("label",))) for lesion in one["lesions"]])
    _print_table(pages, "Time points", ("Time point", 130), ("Recorded", 0), rows=[(visit["name"], _told(visit, ("name",))) for visit in one["visits"]])
    columns = (("Time point", 80), ("Date", 52), ("Fact", 110), ("Lesion", 60), ("Value", 70), ("Recorded with it", 0))
    _print_table(pages, "Values", *columns, rows=[tuple(_value(row, names, catalog)) for row in one["observations"]])
    if one["drafts"]:
        _print_table(pages, "Typed, but not saved yet", ("Place", 130), ("Text", 0), rows=list(one["drafts"].items()))
    _heading(pages, f"History ({counted(len(one['history']), 'change')})")
    pages.grid(changes((entry["at"], entry["by"], entry["label"], entry["what"], entry["reason"], False) for entry in one["history"]))


def _print_table(pages: Pages, title: str, *columns: tuple[str, float], rows: Sequence[Sequence[str]]) -> None:
    _heading(pages, title)
    if not rows:
        pages.paragraph(para("Nothing recorded.", where="a table"))
        return
    pages.grid(Grid([column(name, width) for name, width in columns], [[(para(text, where=f"“{title}”"),) for text in row] for row in rows]))


def _heading(pages: Pages, title: str) -> None:
    pages.gap(6)
    pages.need(40)
    pages.paragraph(para(strong(title), where="a heading"))


def _value(row: Part, names: Mapping[str, str], catalog: Catalog) -> Iterator[str]:
    """One value, in the order of its columns."""
    known, value = catalog.analytes.get(row["analyte"]), row["value"]
    yield names[row["visit"]]
    yield row["date"] or row["partial_date"] or ""
    yield known.label if known else row["analyte"]
    yield row["lesion"] or ""
    more = dict(row)
    if isinstance(value, Mapping):
        number, limit = (None if value[name] is None else Decimal(value[name]) for name in ("value", "limit"))
        yield str(Quantity(number, value["unit"], value["comparator"], limit))
        more |= {name: f"{bound} {value['unit']}".strip() for name, bound in (("limit", limit), ("uln", row["uln"])) if bound is not None}
    else:
        yield value
    yield _told(more, ("date", "partial_date", "analyte", "lesion", "value"))


def _told(part: Part, without: Collection[str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in _said(part, without))


def _said(part: Part, without: Collection[str]) -> Iterator[tuple[str, str]]:
    """Every entry that is recorded, in words; a recorded no or zero is one."""
    for name, value in part.items():
        if name in without or name in _NOT_SAID or value is None or value == "" or value == [] or (name == "accepted" and not value):
            continue
        told = "; ".join(value) if isinstance(value, list) else {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        yield _WORDS.get(name, name.replace("_", " ")), told
