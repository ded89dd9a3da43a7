"""What the store answers with: plain frozen data that may cross threads."""

from dataclasses import dataclass

# Topics of the record of changes that no lesion or analyte names.
ABOUT_CASE, ABOUT_TREATMENT, ABOUT_TIME_POINTS = "Patient and case", "Cycles and treatment", "Time points"


@dataclass(frozen=True, slots=True)
class Changes:
    """What one finished user action changed.

    Attributes:
        cases: keys of the cases it touched; empty when there was nothing to change.
        observations: whether recorded facts of a visit changed.
        label: the action in words.
        added: observations that are new.
        known: observations that were there already, with the same value.
        filled: blanks of known cases, lesions, visits and observations that were filled.
    """

    cases: frozenset[str]
    observations: bool
    label: str
    added: int = 0
    known: int = 0
    filled: int = 0


@dataclass(frozen=True, slots=True)
class Merge:
    """What adding some histories would do.

    Attributes:
        new_cases, new_observations, known_observations: how many.
        problems: why it would be refused, one sentence each; empty when it would be accepted.
        filled: blanks that would be filled.
        warnings: what a person should look at; it does not refuse.
    """

    new_cases: int
    new_observations: int
    known_observations: int
    problems: tuple[str, ...]
    filled: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the worklist.

    Attributes:
        last_change: the day of it, UTC, where it was asked for; else "".
    """

    key: str
    name: str | None
    mrn: str | None
    diagnosis: str | None
    context: str | None
    regimen: str | None
    revision: int
    last_change: str = ""


@dataclass(frozen=True, slots=True)
class BinRow:
    """One deleted case.

    Attributes:
        at: when it was deleted, UTC, ISO 8601 with microseconds.  by: who.  reason: why.
        observations: how many it held.
    """

    key: str
    name: str | None
    mrn: str | None
    at: str
    by: str
    reason: str | None
    observations: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One changed row, in words.

    Attributes:
        seq: order of the changes; the only order that counts, clocks may go back.
        step: number of the user action.
        at: when, UTC, ISO 8601 with microseconds.
        by: who.
        label: the action in words.
        table: case_record, lesion, visit or observation.
        op: insert, update or delete.
        case: key of the case.
        what: one line: "size.diameter of primary at after C2: 30 mm → 41.5 mm".
        old, new: the content before and after in words, None where there was or is none.
        reason: of a correction, None otherwise.
        clock_back: the computer's clock stood before the step ahead of it.
        observation: id of the observation that changed, None for another row.
        topics: what it is about, in words to choose from: "Longest diameter", "Lesion primary"; a lesion by its latest name.
    """

    seq: int
    step: int
    at: str
    by: str
    label: str
    table: str
    op: str
    case: str
    what: str
    old: str | None
    new: str | None
    reason: str | None
    clock_back: bool = False
    observation: str | None = None
    topics: tuple[str, ...] = ()
