"""The flowsheet: a row for each time point, a column for each lesion and analyte, as typed; beside them what follows from it.

What a cell means when it is left stands in `nacdesk.domain.entering`, blocks of the clipboard in
`nacdesk.domain.paste`, one typed cell in `nacdesk.domain.typed`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nacdesk.domain import wording
from nacdesk.domain.analytes import Analyte
from nacdesk.domain.facts import History, Lesion, Observation, Visit
from nacdesk.domain.judgements import Review, SizeReview
from nacdesk.domain.quantity import conversion, normal_unit, plain
from nacdesk.domain.rules import Catalog, Rule
from nacdesk.domain.timeline import pick
from nacdesk.domain.typed import Column, Details, parse, written
from nacdesk.errors import UserError

Key = tuple[str, str]  # analyte id, label of the lesion or ""

DERIVED = ("Sum (mm)", "From baseline", "From nadir", "Response")

_SIZE = "size.diameter"
_OTHER = "Other facts"
_PANELS: Mapping[str, str] = {
    "size": "Tumour size", "mri": "Tumour size", "lesion": "Findings", "pet": "PET", "ctdna": "ctDNA", "marker": "Markers",
    "rcb": "Pathology", "path": "Pathology", "nar": "Pathology",
}  # fmt: skip
PANELS = (*dict.fromkeys(_PANELS.values()), _OTHER)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is recorded of one column at one time point.

    Attributes:
        observations: the one that counts first; of unlike values of which none is accepted, as recorded.
        text: as typed; the unit only where it was typed in another than the column's; never shortened.
            Values of which none counts stand beside each other: "31 | 35".
        marks: short words: "2 readers", "none accepted", "other date 2 Oct", "warning", "note".
        counts: one of the observations counts, so that typing changes that one.
    """

    observations: tuple[Observation, ...] = ()
    text: str = ""
    marks: tuple[str, ...] = ()
    counts: bool = True

    @property
    def tip(self) -> str:
        """All that is recorded of it, a line for each reading, then how far two numbers lie apart."""
        lines = [described(row) for row in self.observations]
        numbers = [row.quantity for row in self.observations if row.quantity is not None and row.quantity.exact is not None]
        if len(numbers) > 1:
            exact = [quantity.value or Decimal(0) for quantity in numbers]
            lines.append(f"difference {plain(max(exact) - min(exact))} {numbers[0].unit}".rstrip())
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One time point.

    Attributes:
        visit: None for the blank row at the end.
        name: of the visit, "" in the blank row.
        date: of its values, else the pending one; None when neither is known.
        pending: no value carries the date yet.
        cycle: completed cycles as entered; `counted` are those worked out where none were entered.
        cells: by column key; a cell with nothing recorded is left out.
        derived: as the heads of the sheet.
    """

    visit: Visit | None
    name: str
    date: date | None
    pending: bool
    cycle: int | None
    counted: int | None
    cells: Mapping[Key, Cell]
    derived: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The flowsheet of one case.

    Attributes:
        case: key of the case; every copy carries it.
        columns: in the order of panel, analyte and lesion.
        rows: in order of time, then the blank one.
        derived: heads of what is worked out.
    """

    case: str
    history: History
    catalog: Catalog
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]
    derived: tuple[str, ...] = DERIVED

    def cell(self, row: int, column: int) -> Cell:
        """The cell at a place; an empty one where nothing is recorded."""
        return self.rows[row].cells.get(self.columns[column].key, EMPTY)


EMPTY = Cell()


def sheet(review: Review, extra: Sequence[Key] = (), pending: Mapping[str, date] | None = None, history: History | None = None) -> Sheet:
    """The flowsheet of a case.

    Args:
        extra: columns that were added and hold no value yet.
        pending: dates by Visit.id ("" for the blank row) that no value carries yet.
        history: the facts as stored, where the review leaves out what its date had not seen, and lesions without a value.
    """
    facts = review.history if history is None else history
    catalog, known = review.catalog, pending or {}
    lesions = {lesion.label: lesion for lesion in facts.lesions}
    by_visit: dict[str, dict[Key, list[Observation]]] = {visit.id: {} for visit in facts.visits}
    shown: set[Key] = {(analyte, label) for analyte, label in extra if _fits(catalog.analytes.get(analyte), label, lesions)}
    shown |= {(_SIZE, lesion.label) for lesion in facts.lesions if lesion.role == "target"}
    shown |= {("lesion.status", lesion.label) for lesion in facts.lesions if lesion.role == "non_target"}
    for row in facts.observations:
        key = (row.analyte, row.lesion or "")
        by_visit[row.visit].setdefault(key, []).append(row)
        if key not in shown and _own(catalog.analytes.get(row.analyte)):
            shown.add(key)
    order = {name: place for place, name in enumerate(catalog.analytes)}
    places = {"": -1, **{label: place for place, label in enumerate(lesions)}}
    keys = sorted(shown, key=lambda key: (PANELS.index(panel_of(key[0])), order[key[0]], places[key[1]]))
    rows = [
        _row(visit, by_visit[visit.id], keys, review, known.get(visit.id))
        for visit in _ordered(review, facts)
        if not by_visit[visit.id] or any(not analyte.startswith("treatment.") for analyte, _ in by_visit[visit.id])
    ]
    columns = tuple(_column(catalog.analytes[analyte], lesions.get(label), _known(rows, (analyte, label))) for analyte, label in keys)
    blank = SheetRow(None, "", known.get(""), "" in known, None, None, {}, ("",) * len(DERIVED))
    return Sheet(facts.case.key, facts, catalog, columns, (*rows, blank))


def addable(catalog: Catalog) -> tuple[Analyte, ...]:
    """What a column can be added for: all that is typed, but treatment and events, which have forms of their own."""
    return tuple(analyte for analyte in catalog.analytes.values() if not analyte.derived and not analyte.id.startswith(("treatment.", "event.")))


def panel_of(analyte: str) -> str:
    """The panel that a column of this analyte stands in."""
    return _PANELS.get(analyte.partition(".")[0], _OTHER)


def described(row: Observation) -> str:
    """One recorded value in words, with all that belongs to it."""
    when = wording.day(row.date) if row.date is not None else row.partial_date or "no date"
    quantity = row.quantity
    limit = f"limit of detection {plain(quantity.limit)} {quantity.unit}" if quantity is not None and quantity.limit is not None and quantity.comparator != "ND" else ""
    uln = f"upper limit {plain(row.uln)}" if row.uln is not None else ""
    reader = f"read by {row.reader}" if row.reader else ""
    accepted = "accepted" if row.accepted else ""
    entered = f"entered as {row.entered}" if row.entered and row.entered != str(row.value) else ""
    parts = (str(row.value), when, limit, uln, row.method, row.scanner, row.segmentation, reader, accepted, entered, *row.warnings, row.note)
    return ", ".join(part for part in parts if part)


def _own(analyte: Analyte | None) -> bool:
    """It is charted visit by visit; what stays true until it is recorded again, treatment and events belong to forms."""
    return analyte is not None and not (analyte.stable or analyte.derived or analyte.id.startswith(("treatment.", "event.")))


def _fits(analyte: Analyte | None, label: str, lesions: Mapping[str, Lesion]) -> bool:
    if analyte is None or (label and label not in lesions):
        return False
    return analyte.per_lesion == "either" or (analyte.per_lesion == "yes") == bool(label)


def _ordered(review: Review, facts: History) -> Iterable[Visit]:
    """In order of time; what the review has not seen behind it, as recorded."""
    seen = {visit.id for visit in review.history.visits}
    current = {visit.id: visit for visit in facts.visits}
    return [*(current[visit.id] for visit in review.history.visits if visit.id in current), *(visit for visit in facts.visits if visit.id not in seen)]


def _known(rows: Sequence[SheetRow], key: Key) -> list[Cell]:
    """The cells of a column; of one without values those of other lesions, which the same scan shows."""
    own = [row.cells[key] for row in rows if key in row.cells]
    return own or [cell for row in rows for (analyte, label), cell in row.cells.items() if analyte == key[0] and label and key[1]]


def _column(analyte: Analyte, lesion: Lesion | None, cells: Sequence[Cell]) -> Column:
    if lesion is None:
        title = analyte.name
    elif analyte.id == _SIZE:
        title = f"{lesion.label}, short axis" if lesion.kind == "node" else lesion.label
    else:
        title = f"{analyte.name} {lesion.label}"
    return Column(analyte, lesion, title, analyte.unit, panel_of(analyte.id), _defaults(cells))


def _defaults(cells: Sequence[Cell]) -> Details:
    """What the latest value hands on; the reader only where all values of the column have the same one."""
    if not cells:
        return Details()
    last = cells[-1].observations[0]
    readers = {row.reader for cell in cells for row in cell.observations}
    reader = last.reader if len(readers) == 1 else None
    limits = (row.quantity.limit for cell in reversed(cells) for row in cell.observations if row.quantity is not None and row.quantity.limit is not None)
    limit, uln = next(limits, None), last.uln
    return Details(
        method=last.method, scanner=last.scanner, segmentation=last.segmentation, reader=reader, accepted=reader is not None and last.accepted,
        limit="" if limit is None else plain(limit), uln="" if uln is None else plain(uln),
    )  # fmt: skip


def _row(visit: Visit, facts: Mapping[Key, Sequence[Observation]], keys: Sequence[Key], review: Review, pending: date | None) -> SheetRow:
    dates = [row.date for key, rows in facts.items() if key[0] == _SIZE for row in rows if row.date is not None]
    dates = dates or [row.date for rows in facts.values() for row in rows if row.date is not None]
    when = min(dates, default=None)
    seen = review.visit(visit.id)
    cells = {key: _cell(facts[key], review.catalog.analytes[key[0]], when) for key in keys if key in facts}
    counted = None if seen is None or seen.cycle_entered else seen.cycle
    derived = _derived(None if seen is None else seen.size, any(key[0] == _SIZE for key in facts), review.catalog.rules)
    return SheetRow(visit, visit.name, when or pending, when is None and pending is not None, visit.cycle, counted, cells, derived)


def _cell(rows: Sequence[Observation], analyte: Analyte, when: date | None) -> Cell:
    if len(rows) == 1:
        return Cell(tuple(rows), text_of(rows[0], analyte), _marks(rows, when, True))
    chosen = pick(rows)[0]
    ordered = tuple(rows) if chosen is None else (chosen, *(row for row in rows if row is not chosen))
    text = " | ".join(text_of(row, analyte) for row in (ordered if chosen is None else ordered[:1]))
    return Cell(ordered, text, _marks(ordered, when, chosen is not None), chosen is not None)


def text_of(row: Observation, analyte: Analyte) -> str:
    """A recorded value as typed: in the unit it was typed in, where that still says the same."""
    value = row.value
    if isinstance(value, str):
        return value
    if value.value is None:
        return "ND"
    if analyte.alternatives and row.entered and not row.entered.endswith(analyte.unit or " "):
        try:
            amount = parse(row.entered)
        except UserError:
            return written(value)
        factor = conversion(amount.unit, analyte.unit, analyte.alternatives)
        if amount.unit and factor is not None and normal_unit(amount.unit) != normal_unit(analyte.unit) and Decimal(amount.digits) * factor == value.value:
            return f"{amount.sign}{amount.digits} {amount.unit}"
    return written(value)


def _marks(rows: Sequence[Observation], when: date | None, counts: bool) -> tuple[str, ...]:
    """In short words what the text of a cell does not say."""
    found = []
    if len(rows) > 1:
        readers = {row.reader for row in rows}
        found.append(f"{len(readers)} readers" if len(readers) > 1 else f"{len(rows)} values")
    if not counts:
        found.append("none accepted")
    first = rows[0]
    if first.date != when:
        found.append(f"other date {wording.day(first.date, year=when is not None and first.date.year != when.year)}" if first.date is not None else first.partial_date or "no date")
    if any(row.warnings for row in rows):
        found.append("warning")
    if any(row.note for row in rows):
        found.append("note")
    return tuple(found)


def _derived(size: SizeReview | None, measured: bool, rules: Mapping[str, Rule]) -> tuple[str, ...]:
    if size is None:
        return ("",) * len(DERIVED)
    edges = (-rules["REC-08"].number("decrease_pct"), rules["REC-09"].number("increase_pct"), -rules["NAC-01"].number("decrease_pct"))
    changes = (size.change_from_baseline_pct, size.change_from_nadir_pct)
    total = wording.mm(size.sum_mm) if size.sum_mm is not None else "NE" if measured else ""
    response = f"{size.overall}, provisional" if size.overall and size.provisional else size.overall or ""
    return (total, *("" if change is None else wording.percent(change, *edges) for change in changes), response)
