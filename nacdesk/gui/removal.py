"""What the store's worker does when a case or a patient is taken away, brought back or given out: functions of plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from nacdesk.domain.facts import Patient
from nacdesk.errors import UserError

if TYPE_CHECKING:
    from nacdesk.storage.store import BinRow, CaseRow, Changes, Store


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would be gone.

    Attributes:
        key: of the case it began with.
        who: the patient, as far as known; of a case in the bin no birth date is told.
        parts: per case of the patient its key, where it is, and what is in it, in words; the one it began with first.
    """

    key: str
    who: Patient
    parts: tuple[tuple[str, str, str], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The cases of the patient."""
        return tuple(key for key, _, _ in self.parts)

    @property
    def number(self) -> str:
        """What a person types: the record number, or the key where none is recorded."""
        return self.who.mrn or self.key

    @property
    def identity(self) -> str:
        """Who it is, in words."""
        number = f"record number {self.who.mrn}" if self.who.mrn else "no record number"
        born = f"born {self.who.birth_date.isoformat()}" if self.who.birth_date else ""
        return " · ".join(part for part in (self.who.name or "no name recorded", born, number, f"case {self.key}") if part)


def leaving(key: str, store: "Store") -> Leaving:
    """What deleting this case, or erasing its patient, would take away."""
    deleted = {row.key: row for row in store.bin()}
    binned = Patient(deleted[key].name, deleted[key].mrn) if key in deleted else Patient()
    who = store.history(key).case.patient if store.has(key) else binned
    parts = tuple((one, "in the bin" if one in deleted else "in the store", store.will_be_gone(one)) for one in store.same_patient(key))
    return Leaving(key, who, parts)


def remove(key: str, reason: str, store: "Store") -> "Changes":
    """Move a case to the bin."""
    return store.remove(key, reason=reason)


def deleted(store: "Store") -> "tuple[BinRow, ...]":
    """The cases in the bin."""
    return store.bin()


def restore(key: str, store: "Store") -> "Changes":
    """Bring a case back."""
    return store.restore(key)


def erase(keys: Sequence[str], reason: str, store: "Store") -> "Changes":
    """Erase a patient's cases, as long as they are the ones that were confirmed."""
    if set(store.same_patient(keys[0])) != set(keys):
        raise UserError("The patient's cases are others than those that were shown; nothing was erased.", "Look at them and begin again.")
    return store.erase(keys, reason=reason)


def are_gone(keys: Sequence[str], store: "Store") -> bool:
    """These cases are neither in the store nor in the bin."""
    return not ({row.key for row in store.bin()} & set(keys) or any(store.has(key) for key in keys))


def everything(key: str, store: "Store") -> dict[str, Any]:
    """All that is recorded about the patient of a case."""
    return store.everything(key)


def untouched(years: int, today: date, store: "Store") -> "tuple[CaseRow, ...]":
    """The cases that were not changed for so many years."""
    return store.untouched(years, today)
