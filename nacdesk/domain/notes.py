"""What the catalogue holds to be read and never to be judged by: intended use, mechanism notes, quoted claims."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IntendedUse:
    """What the program is for, in finished sentences; README, window and paper print these very ones.

    Attributes:
        purpose: what it is for.  users: for whom.  limits: what it is not for.
    """

    purpose: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of them in their order."""
        return (*self.purpose, *self.users, *self.limits)


@dataclass(frozen=True, slots=True)
class MechanismNote:
    """How a tumour can withstand chemotherapy: education, no logic; no rule and no option rests on it."""

    id: str
    name: str
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuotedClaim:
    """A widely quoted claim beside what was found about it.

    Attributes:
        id: "SC-01".  claim: as it is quoted.  found: in published evidence.
        verdict: of the comparison.  handling: what the program does with it.
        see: ids of the rules and options that it led to.
    """

    id: str
    claim: str
    found: str
    verdict: str
    handling: str
    sources: tuple[str, ...]
    see: tuple[str, ...] = ()
