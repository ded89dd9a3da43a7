"""What was recorded: frozen facts, as they come from a file or the store.

Nothing here is judged. A fact that was not recorded is None, never zero and never normal.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from nacdesk.domain.quantity import Quantity

LesionKind = Literal["mass", "node"]
LesionRole = Literal["target", "non_target", "new"]


@dataclass(frozen=True, slots=True)
class Patient:
    """Who: shown on every window and page. `mrn` is unique in a store once normalised."""

    name: str | None = None
    mrn: str | None = None
    birth_date: dt.date | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One course of treatment before surgery.

    Attributes:
        key: the case's key in files and commands ("D-100482").
        patient: who it is.
        diagnosis: free text.
        stage: free TNM text; `stage_group` is I, II, III or IV.
        context: id of a tumour context of the catalogue, None when not recorded.
        regimen: name of the regimen, as recorded.
        cycle_length: days from one cycle's day 1 to the next one's.
        fictitious: an invented case; screen and paper carry a watermark.
        revision: number of the last change to the case in its store, 0 for a file.
    """

    key: str
    patient: Patient = field(default_factory=Patient)
    diagnosis: str | None = None
    stage: str | None = None
    stage_group: str | None = None
    context: str | None = None
    regimen: str | None = None
    cycle_length: int | None = None
    fictitious: bool = False
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Lesion:
    """A lesion of the case; the label is its key within the case.

    Attributes:
        label: as the reader names it.
        kind: mass (longest diameter) or node (short axis).
        role: target, non_target or new.
        organ: as recorded, None when not.
        measurable: as recorded, None when not.
        irradiated: lies in an irradiated field, None when not recorded.
        origin: labels of the lesions it split or merged from.
    """

    label: str
    kind: LesionKind = "mass"
    role: LesionRole = "target"
    organ: str | None = None
    measurable: bool | None = None
    irradiated: bool | None = None
    origin: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """A time point of the case; its name is its key within the case.

    Attributes:
        id: unique within the history.
        name: "baseline", "after C2", "surgery", ...
        place: order in the file or store; orders visits that have no date.
        cycle: completed cycles as entered, None when not.
    """

    id: str
    name: str
    place: int
    cycle: int | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One recorded fact of a visit.

    Attributes:
        id: unique within the store (or the file's line), cited as evidence.
        visit: Visit.id.
        analyte: analyte id.
        value: a number with its unit, or a code or text ("TSTM", "yes", "3+").
        date: calendar date, None when not recorded or only partly.
        partial_date: a date such as "2014-02": shown, never used for intervals.
        lesion: label of the lesion it belongs to.
        uln: upper limit of normal in the value's unit.
        method: modality or assay.  scanner, segmentation, reader: as recorded.
        accepted: the reader that counts, where several measured.
        note: free text.
        entered: value and unit as typed.
        warnings: why the value was doubted when it was stored.
    """

    id: str
    visit: str
    analyte: str
    value: Quantity | str
    date: dt.date | None = None
    partial_date: str | None = None
    lesion: str | None = None
    uln: Decimal | None = None
    method: str | None = None
    scanner: str | None = None
    segmentation: str | None = None
    reader: str | None = None
    accepted: bool = False
    note: str | None = None
    entered: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def quantity(self) -> Quantity | None:
        """The value when it is a number, else None."""
        return self.value if isinstance(self.value, Quantity) else None

    @property
    def code(self) -> str | None:
        """The value when it is a code or text, else None."""
        return self.value if isinstance(self.value, str) else None

    @property
    def natural_key(self) -> tuple[str, ...]:
        """What makes it the same fact within its case and visit: the same key twice is one fact."""
        when = self.date.isoformat() if self.date else self.partial_date or ""
        return (self.analyte, self.lesion or "", when, self.reader or "", self.method or "")


@dataclass(frozen=True, slots=True)
class History:
    """All facts of one case. `visits` and `observations` are in recorded order."""

    case: Case
    lesions: tuple[Lesion, ...] = ()
    visits: tuple[Visit, ...] = ()
    observations: tuple[Observation, ...] = ()

    def lesion(self, label: str) -> Lesion | None:
        """The lesion of that label."""
        return next((lesion for lesion in self.lesions if lesion.label == label), None)
