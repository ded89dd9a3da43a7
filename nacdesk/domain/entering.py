"""What leaving a cell of the flowsheet changes: edits of the observations that stand there, or new ones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from nacdesk.domain import doubts, wording
from nacdesk.domain.edits import Edit, PutVisit, Record, Withdraw
from nacdesk.domain.facts import History, Observation, Visit
from nacdesk.domain.flowsheet import Cell, Sheet
from nacdesk.domain.quantity import Quantity, plain
from nacdesk.domain.typed import Blank, Details, Typed, Value, bound, typed
from nacdesk.errors import UserError


def entry(sheet: Sheet, row: int, column: int, text: str, *, details: Details | None = None, unit: str | None = None, comma: bool | None = None) -> Typed:
    """A cell as typed at its place: as `typed`, with the questions that its neighbours in the column raise.

    Args:
        details: of this value, None for those of `details_at`.

    Raises:
        UserError: not accepted.
    """
    own = details_at(sheet, row, column) if details is None else details
    found = read(sheet, column, text, own, unit=unit, comma=comma)
    return asked(sheet, column, {row: (found, own.date)})[row]


def read(sheet: Sheet, column: int, text: str, details: Details, *, unit: str | None = None, comma: bool | None = None) -> Typed:
    """A cell as typed with these details, its neighbours not looked at."""
    head = replace(sheet.columns[column], defaults=details)
    found = typed(text, head, sheet.catalog, unit=unit, comma=comma)
    if isinstance(found, Blank):
        return found
    if head.analyte.needs_segmentation and not details.segmentation and isinstance(found.value, Quantity):
        raise UserError(f"{head.analyte.label} needs the segmentation: how the volume was outlined.", "Fill it in the details of the cell (F4), then type the value.")
    return found


def asked(sheet: Sheet, column: int, values: Mapping[int, tuple[Typed, date | None]]) -> dict[int, Typed]:
    """Values of a column by row, each with the questions that their neighbours raise; one that is recorded already raises none."""
    doubted = jumps(sheet, column, values)
    found: dict[int, Typed] = {}
    for place, (value, _) in values.items():
        if isinstance(value, Value):
            known = sheet.cell(place, column).observations
            same = bool(known) and known[0].value == value.value
            value = replace(value, questions=() if same else (*value.questions, *doubted.get(place, ())))
        found[place] = value
    return found


def details_at(sheet: Sheet, row: int, column: int, observation: str | None = None) -> Details:
    """What belongs to the value at a place: as recorded, else what a new one takes over there.

    Args:
        observation: id of one of the cell's, "" for a further reading beside it, None for the one that counts.
    """
    head, cell = sheet.columns[column], sheet.cell(row, column)
    if not cell.observations:
        return replace(head.defaults, date=sheet.rows[row].date)
    if observation:
        return _recorded(_named(cell, observation))
    known = _recorded(cell.observations[0])
    return known if observation is None else replace(known, reader=None, accepted=False, note=None)


def edits_for(sheet: Sheet, row: int, column: int, typed: Typed, details: Details | None = None, *, observation: str | None = None) -> tuple[Edit, ...]:
    """The edits that leaving a cell makes; none when nothing changed.

    Args:
        typed: by `entry`, with the same details.
        details: None for those of `details_at`.
        observation: id of the one meant, "" for a further reading beside those recorded; None for the one that counts.

    Raises:
        UserError: the row has neither name nor date, several values stand there and it is not said which is meant, or a
            further reading differs from those recorded neither by reader, method nor date.
    """
    head, cell, here = sheet.columns[column], sheet.cell(row, column), sheet.rows[row]
    known = _meant(cell, observation, emptied=isinstance(typed, Blank))
    if isinstance(typed, Blank):
        return () if known is None else (Withdraw(known.id),)
    own = details_at(sheet, row, column, observation) if details is None else details
    made = Observation(
        id="" if known is None else known.id,
        visit=here.visit.id if here.visit is not None else _new_name(sheet, row),
        analyte=head.analyte.id,
        value=typed.value,
        date=own.date,
        partial_date=own.partial_date if own.date is None else None,
        lesion=head.lesion.label if head.lesion is not None else None,
        uln=bound(own.uln, head, "upper limit of normal"),
        method=own.method,
        scanner=own.scanner,
        segmentation=own.segmentation,
        reader=own.reader,
        accepted=own.accepted,
        note=own.note,
        entered=typed.entered,
        warnings=typed.questions,
    )
    if known is not None and made.value == known.value:
        made = replace(made, value=known.value, entered=known.entered, warnings=known.warnings)
    if made == known:
        return ()
    others = [other for other in cell.observations if other.id != made.id]
    if any(other.natural_key == made.natural_key for other in others):
        raise UserError("A value of this reader, method and date stands here already; this one was not added.", "Name its reader, or another method or date, in the details (F4).")
    begin = () if here.visit is not None else (PutVisit(_new_visit(sheet, made.visit)),)
    return (*begin, *(Record(replace(other, accepted=False)) for other in others if made.accepted and other.accepted), Record(made))


def accept(sheet: Sheet, row: int, column: int, observation: str) -> tuple[Edit, ...]:
    """Mark one of several readings as the one that counts, and the others as not."""
    cell = sheet.cell(row, column)
    chosen = _named(cell, observation)
    return tuple(Record(replace(one, accepted=one is chosen)) for one in cell.observations if one.accepted != (one is chosen))


def edits_for_row(sheet: Sheet, row: int, *, name: str | None = None, when: date | None = None, cycle: int | Literal["counted"] | None = None) -> tuple[Edit, ...]:
    """Name, date or completed cycles of a row as typed; None leaves each as it is. The blank row becomes a time point.

    A date becomes that of exactly those values that had the row's date. A row without values has no
    edit for it: the date stays pending until a value carries it.

    Args:
        cycle: "counted" forgets the number that was entered.

    Raises:
        UserError: a time point would be left without a name.
    """
    here = sheet.rows[row]
    name = None if name is None else " ".join(name.split())
    count = None if cycle == "counted" else cycle
    if here.visit is None:
        if not name and when is None and count is None:
            return ()
        return (PutVisit(replace(_new_visit(sheet, name or (when.isoformat() if when is not None else _new_name(sheet, row))), cycle=count)),)
    if name == "":
        raise UserError("A time point needs a name; the old one was kept.", "Type a name, such as baseline or after C2.")
    visit = replace(here.visit, name=here.visit.name if name is None else name, cycle=here.visit.cycle if cycle is None else count)
    edits: list[Edit] = [PutVisit(visit)] if visit != here.visit else []
    before = None if here.pending else here.date
    if when is not None and when != before:
        edits += [Record(replace(one, date=when)) for one in sheet.history.observations if one.visit == visit.id and one.date == before and one.partial_date is None]
    return tuple(edits)


def date_doubts(sheet: Sheet, row: int, when: date, today: date) -> tuple[str, ...]:
    """Questions that the date of a row raises (H09).

    Raises:
        UserError: it lies before the birth of the patient.
    """
    born = sheet.history.case.patient.birth_date
    if born is not None and when < born:
        raise UserError(f"{wording.day(when)} lies before the birth of the patient ({wording.day(born)}).", "Correct the date.")
    found = [f"{wording.day(when)} lies in the future"] if when > today else []
    own = sheet.rows[row].cycle
    others = [(one.date, one.cycle, one.name) for place, one in enumerate(sheet.rows) if place != row and one.date is not None and one.cycle is not None]
    against = [] if own is None else [name for at, count, name in others if (at < when and count > own) or (at > when and count < own)]
    found += [f"{wording.day(when)} does not agree with the completed cycles of {wording.joined(against)}"] if against else []
    return tuple(found)


def jumps(sheet: Sheet, column: int, values: Mapping[int, tuple[Typed, date | None]]) -> Mapping[int, tuple[str, ...]]:
    """Questions by row where these values stand next to much larger or smaller ones of the column (H05).

    Args:
        values: value and date by place of the row; they take the place of what is recorded there.
    """
    head = sheet.columns[column]
    facts: list[tuple[Observation, int]] = []
    for place, row in enumerate(sheet.rows):
        value, when = values.get(place, (None, None))
        if isinstance(value, Value):
            facts.append((Observation("", "", head.analyte.id, value.value, when, lesion=head.key[1]), place))
        elif value is None and (cell := row.cells.get(head.key)) is not None:
            facts += [(replace(one, lesion=head.key[1]), place) for one in cell.observations[: 1 if cell.counts else None]]
    found: dict[int, list[str]] = {}
    for before, after, text in doubts.jump_pairs(facts, sheet.catalog):
        for index in (before, after):
            if facts[index][1] in values:
                found.setdefault(facts[index][1], []).append(text)
    return {place: tuple(texts) for place, texts in found.items()}


def choose_baseline(history: History, visit: str, by: str, reason: str) -> tuple[Edit, ...]:
    """The edits that make this visit the baseline of all that was measured there; a former choice is withdrawn.

    Args:
        by: who chose it, shown beside every change from baseline.

    Raises:
        UserError: no reason is given, or nothing was measured there.
    """
    if not reason.strip():
        raise UserError("A baseline chosen by hand needs a reason; nothing was changed.", "Say why, in a few words.")
    dates = [row.date for row in history.observations if row.visit == visit and row.date is not None]
    if not any(row.visit == visit for row in history.observations):
        raise UserError("Nothing is recorded at this time point; it cannot be a baseline.", "Choose one that has values.")
    marks = [row for row in history.observations if row.analyte == "event.baseline"]
    here = next((row for row in marks if row.visit == visit), None)
    made = Observation("", visit, "event.baseline", "yes", min(dates, default=None), entered="yes") if here is None else replace(here, value="yes")
    made = replace(made, reader=by, note=reason.strip())
    return (*(Withdraw(row.id) for row in marks if row is not here), *((Record(made),) if made != here else ()))


def _recorded(row: Observation) -> Details:
    limit = row.quantity.limit if row.quantity is not None else None
    return Details(
        date=row.date, partial_date=row.partial_date, method=row.method, scanner=row.scanner, segmentation=row.segmentation, reader=row.reader,
        accepted=row.accepted, limit="" if limit is None else plain(limit), uln="" if row.uln is None else plain(row.uln), note=row.note,
    )  # fmt: skip


def _named(cell: Cell, observation: str) -> Observation:
    found = next((row for row in cell.observations if row.id == observation), None)
    if found is None:
        raise UserError("The value that was meant is no longer there; nothing was changed.", "Look at the cell as it is now.")
    return found


def _meant(cell: Cell, observation: str | None, emptied: bool) -> Observation | None:
    """The recorded value that an edit speaks of, None for a new one."""
    if observation is not None:
        return _named(cell, observation) if observation else None
    if len(cell.observations) > 1 and (emptied or not cell.counts):
        which = "withdraw them there one by one" if emptied else "mark the one that counts, or change one of them there"
        raise UserError(f"{len(cell.observations)} values stand here; nothing was changed.", f"Open the details of the cell (F4) and {which}.")
    return cell.observations[0] if cell.observations else None


def _new_name(sheet: Sheet, row: int) -> str:
    """Of the blank row: its pending date."""
    when = sheet.rows[row].date
    if when is None:
        raise UserError("This row has no time point yet; the value was not saved.", "Type the name or the date of the time point first.")
    return when.isoformat()


def _new_visit(sheet: Sheet, name: str) -> Visit:
    return Visit("", name, max((visit.place for visit in sheet.history.visits), default=-1) + 1)
