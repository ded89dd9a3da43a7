"""What leaving a cell of the flowsheet means: checked at once, so that a refusal stands beside the cell. No widget."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from nacdesk.domain.edits import Edit, PutLesion, PutVisit, Record, RemoveVisit, Withdraw, corrects
from nacdesk.domain.entering import accept, date_doubts, edits_for, edits_for_row, entry
from nacdesk.domain.facts import History, Lesion, Observation
from nacdesk.domain.flowsheet import Sheet
from nacdesk.domain.paste import PastePlan, edits_for_paste
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.typed import Blank, Details, Typed
from nacdesk.errors import UserError
from nacdesk.gui.edits import CYCLE, DATE, NAME, ColumnKey, Make, Place, row_of
from nacdesk.gui.flowsheet_model import what
from nacdesk.interop.dates import read_date

_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_AFTER = re.compile(r"after c(\d{1,2})", re.ASCII)
MOST_CYCLES = 99


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be saved when a cell or a block is left.

    Attributes:
        places, texts: where, and as typed.
        make: its edits.  label: in words.
        questions: to be answered before it is saved.
        why: what the reader is asked a reason for, "" where none is needed.
    """

    places: tuple[Place, ...]
    texts: tuple[str, ...]
    make: Make
    label: str
    questions: tuple[str, ...] = ()
    why: str = ""


def cell_plan(sheet: Sheet, place: Place, text: str, *, coming: bool = False) -> Plan:
    """What a text means at a place.

    Args:
        coming: the time point itself is on its way into the store, so that the edits are worked out after it.

    Raises:
        UserError: it is refused; the sentence says why and what to type instead.
    """
    number = row_of(sheet, place.visit)
    assert number is not None
    row = sheet.rows[number]
    at = row.name or (row.date.isoformat() if row.date else "a new time point")
    if place.column == NAME:
        if not text and row.visit is not None:
            return remove_plan(sheet, place)
        return _checked(sheet, Plan((place,), (text,), partial(_row, name=text), f"Name time point {text}"), f"Why is {at} renamed {text}?", coming)
    if place.column == DATE:
        when = day(text)
        doubts = date_doubts(sheet, number, when, today())
        return _checked(sheet, Plan((place,), (text,), partial(_row, when=when), f"Date of {at}", doubts), f"Why is the date of {at} changed to {text}?", coming)
    if place.column == CYCLE:
        plan = Plan((place,), (text,), partial(_row, cycle=cycles(text) if text else "counted"), f"Cycles completed at {at}")
        return _checked(sheet, plan, f"Why are the completed cycles at {at} changed?", coming)
    column = column_of(sheet, place.column)
    typed = entry(sheet, number, column, text)
    known = bool(sheet.cell(number, column).observations)
    verb = "Withdraw" if isinstance(typed, Blank) else "Correct" if known else "Record"
    questions = () if isinstance(typed, Blank) else typed.questions
    title = what(sheet.columns[column])
    plan = Plan((place,), (text,), partial(_value, typed, None, None), f"{verb} {title} at {at}", questions)
    if isinstance(typed, Blank):
        return _checked(sheet, plan, f"Why is {title}, {sheet.cell(number, column).text}, withdrawn?", coming)
    return _checked(sheet, plan, f"Why is {title} changed from {sheet.cell(number, column).text} to {text}?", coming)


def details_plan(sheet: Sheet, place: Place, typed: Typed, details: Details, observation: str | None, text: str) -> Plan:
    """What new details of a value mean, or a further reading (observation "").

    Raises:
        UserError: refused.
    """
    number, column = at(sheet, place)
    questions = () if isinstance(typed, Blank) else typed.questions
    label = f"{'Record a reading' if observation == '' else 'Details'} of {what(sheet.columns[column])} at {sheet.rows[number].name}"
    return _checked(sheet, Plan((place,), (text,), partial(_value, typed, details, observation), label, questions), "Why is it changed?")


def block_plan(sheet: Sheet, cells: Sequence[tuple[Place, Typed, str]], verb: str) -> Plan:
    """What many typed cells mean, as one step.

    Raises:
        UserError: refused as a whole.
    """
    places, typed = tuple(place for place, _, _ in cells), tuple(value for _, value, _ in cells)
    questions = tuple(f"{spot(sheet, place)}: {question}" for place, value, _ in cells if not isinstance(value, Blank) for question in value.questions)
    count = f"{len(cells)} value{'' if len(cells) == 1 else 's'}"
    plan = Plan(places, tuple(text for _, _, text in cells), partial(_block, typed), f"{verb} {count}", questions)
    return _checked(sheet, plan, f"{verb} {count}: why is what is recorded changed?")


def remove_plan(sheet: Sheet, place: Place) -> Plan:
    """Take a time point away that holds no value.

    Raises:
        UserError: it holds values.
    """
    number = row_of(sheet, place.visit)
    row = sheet.rows[number] if number is not None else None
    if row is None or row.visit is None:
        raise UserError("There is no time point here.")
    if any(fact.visit == row.visit.id for fact in sheet.history.observations):
        raise UserError(f"{row.name} holds recorded facts; its name cannot be blank.", "Type another name, or withdraw the facts first.")
    return Plan((place,), ("",), partial(_removal, row.visit.id), f"Remove time point {row.name}")


def lesion_plan(lesion: Lesion, column: ColumnKey) -> Plan:
    """Record a new lesion, for a column to be added."""
    return Plan((Place("", column),), (lesion.label,), partial(_lesion, lesion), f"Add lesion {lesion.label}")


def accept_plan(sheet: Sheet, place: Place, observation: str) -> Plan:
    """Let one of several readings be the one that counts."""
    return Plan((place,), (sheet.cell(*at(sheet, place)).text,), partial(_acceptance, observation), f"Accept a reading of {spot(sheet, place)}")


def today() -> date:
    """By the reader's own clock: only a question rests on it (H33)."""
    return datetime.now().astimezone().date()


def likely_names(sheet: Sheet) -> tuple[str, ...]:
    """What the next time point may be called: those that a course has and the sheet has not."""
    taken = {row.name.casefold() for row in sheet.rows}
    last = max((int(found[1]) for name in taken if (found := _AFTER.fullmatch(name)) is not None), default=0)
    return tuple(name for name in ("baseline", f"after C{last + 1}", "surgery") if name not in taken)


def day(text: str) -> date:
    """A typed calendar date: 2026-03-31 or 20260331.

    Raises:
        UserError: anything else, a date in part among it.
    """
    compact = _COMPACT.fullmatch(text)
    found = read_date("-".join(compact.groups()) if compact else text)
    if isinstance(found, str):
        raise UserError(f"“{text}” is a date in part.", "Write it as 2026-03-31.")
    return found


def cycles(text: str) -> int:
    """Completed cycles as typed.

    Raises:
        UserError: not a whole number from 0.
    """
    if not (text.isascii() and text.isdecimal()) or int(text) > MOST_CYCLES:
        raise UserError(f"“{text}” is not a number of completed cycles.", "Write a whole number: 0 before the first cycle.")
    return int(text)


def column_of(sheet: Sheet, key: ColumnKey) -> int:
    """Place of a typed column.

    Raises:
        UserError: the sheet has no such column any more.
    """
    found = next((number for number, column in enumerate(sheet.columns) if column.key == key), None)
    if found is None:
        raise UserError("The column is no longer there; this was not saved.", "Add it with Ctrl+L and type the value again.")
    return found


def at(sheet: Sheet, place: Place) -> tuple[int, int]:
    """Row and column of a typed place.

    Raises:
        UserError: it is no longer there.
    """
    row = row_of(sheet, place.visit)
    if row is None:
        raise UserError("The time point is no longer there; this was not saved.", "Edit › Undo may bring it back.")
    return row, column_of(sheet, place.column)


def spot(sheet: Sheet, place: Place) -> str:
    """A typed place in words: "after C2, primary diameter"."""
    row, column = at(sheet, place)
    return f"{sheet.rows[row].name or 'new time point'}, {what(sheet.columns[column])}"


def changes_recorded(edits: Sequence[Edit], history: History) -> bool:
    """A recorded value, its date or its time point is changed or withdrawn, so that the store will want a reason."""
    valued = {fact.visit for fact in history.observations}
    visits = {visit.id: visit for visit in history.visits if visit.id in valued}
    if any(isinstance(edit, PutVisit) and edit.visit.id in visits and corrects(visits[edit.visit.id], edit.visit) for edit in edits):
        return True
    known = {fact.id: fact for fact in history.observations}
    replaced = [(known[edit.observation.id], edit.observation) for edit in edits if isinstance(edit, Record) and edit.observation.id in known]
    return any(isinstance(edit, Withdraw) for edit in edits) or any(_corrects(old, new) for old, new in replaced)


def _corrects(old: Observation, new: Observation) -> bool:
    """A value or a date that is recorded becomes another one; a blank is filled."""
    limit_filled = isinstance(old.value, Quantity) and isinstance(new.value, Quantity) and old.value.limit is None and replace(new.value, limit=None) == old.value
    was, now = old.date or old.partial_date, new.date or new.partial_date
    return (old.value != new.value and not limit_filled) or (was is not None and was != now)


def _checked(sheet: Sheet, plan: Plan, why: str, coming: bool = False) -> Plan:
    """The plan with the reason it needs; what cannot be saved is refused now."""
    if coming:
        return plan
    needed = changes_recorded(plan.make(sheet, plan.places), sheet.history)
    return Plan(plan.places, plan.texts, plan.make, plan.label, plan.questions, why if needed else "")


def _row(sheet: Sheet, places: tuple[Place, ...], **typed: object) -> tuple[Edit, ...]:
    number = row_of(sheet, places[0].visit)
    if number is None:
        raise UserError("The time point is no longer there; this was not saved.", "Edit › Undo may bring it back.")
    return edits_for_row(sheet, number, **typed)  # type: ignore[arg-type]  # name, when or cycle, as cell_plan gives them


def _value(typed: Typed, details: Details | None, observation: str | None, sheet: Sheet, places: tuple[Place, ...]) -> tuple[Edit, ...]:
    return edits_for(sheet, *at(sheet, places[0]), typed, details, observation=observation)


def _block(typed: tuple[Typed, ...], sheet: Sheet, places: tuple[Place, ...]) -> tuple[Edit, ...]:
    return edits_for_paste(sheet, PastePlan(tuple((*at(sheet, place), value) for place, value in zip(places, typed, strict=True))))


def _lesion(lesion: Lesion, _sheet: Sheet, _places: tuple[Place, ...]) -> tuple[Edit, ...]:
    return (PutLesion(lesion),)


def _acceptance(observation: str, sheet: Sheet, places: tuple[Place, ...]) -> tuple[Edit, ...]:
    return accept(sheet, *at(sheet, places[0]), observation)


def _removal(visit: str, _sheet: Sheet, _places: tuple[Place, ...]) -> tuple[Edit, ...]:
    return (RemoveVisit(visit),)
