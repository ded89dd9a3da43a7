"""Small histories in a few words: `Chart()` collects facts, `history()` freezes them.

    chart = Chart(cycles=3)
    chart.at("baseline", -7).sizes(primary=50)
    chart.at("after C2", 40).sizes(primary="45.1").new("no")
    judged = chart.review()

Days run from the first dose (`DAY0`); a day of None is a visit without a date.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Self

import nacdesk.catalog
from nacdesk.domain.facts import Case, History, Lesion, LesionKind, LesionRole, Observation, Visit
from nacdesk.domain.judgements import Review, SizeReview
from nacdesk.domain.quantity import Quantity, parse_number
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog, RuleResult
from tests.domain.proofread import proofread

DAY0 = dt.date(2026, 1, 5)

Typed = int | str | Decimal


@cache
def catalog() -> Catalog:
    """The shipped catalogue."""
    return nacdesk.catalog.load()


def on(day: int) -> dt.date:
    """The date so many days after the first dose."""
    return DAY0 + dt.timedelta(days=day)


def fact(analyte: str, typed: Typed, limit: Typed | None = None) -> Quantity | str:
    """A value as a file would give it, in the analyte's stored unit: 41.5, "<0.02", "ND", "TSTM", "yes"."""
    entry = catalog().analytes[analyte]
    text = str(typed)
    if entry.kind in ("code", "text") or text in entry.codes:
        return text
    bound = None if limit is None else Decimal(str(limit))
    if text == "ND":
        return Quantity(None, entry.unit, "ND", bound)
    comparator, number = parse_number(text)
    return Quantity(number, entry.unit, comparator, bound)


class Chart:
    """Facts of one case in the order they are added.

    Attributes:
        cycles: so many cycles are given from day 0 on, `length` days apart; 0 for none recorded.
    """

    def __init__(self, context: str | None = "breast_tnbc", regimen: str | None = None, length: int | None = 21, cycles: int = 0) -> None:
        self.case = Case("D-1", context=context, regimen=regimen, cycle_length=length)
        self.lesions: dict[str, Lesion] = {}
        self.visits: list[Visit] = []
        self.observations: list[Observation] = []
        self._when: dt.date | None = None
        for number in range(cycles):
            self.cycle(number + 1, number * (length or 21))

    def at(self, name: str, day: int | None = None, cycle: int | None = None) -> Self:
        """The time point to which the next facts belong."""
        self._when = None if day is None else on(day)
        if not any(visit.name == name for visit in self.visits):
            self.visits.append(Visit(f"v{len(self.visits)}", name, len(self.visits), cycle))
        self._visit = next(visit.id for visit in self.visits if visit.name == name)
        return self

    def add(self, analyte: str, typed: Typed, *, limit: Typed | None = None, uln: Typed | None = None, day: int | None = None, **more: Any) -> Self:
        """One fact; `day` where it differs from the visit's."""
        self.observations.append(
            Observation(
                id=f"o{len(self.observations):03}",
                visit=self._visit,
                analyte=analyte,
                value=fact(analyte, typed, limit),
                date=self._when if day is None else on(day),
                uln=None if uln is None else Decimal(str(uln)),
                **more,
            )
        )
        return self

    def lesion(self, label: str, kind: LesionKind = "mass", role: LesionRole = "target", organ: str | None = "breast", origin: tuple[str, ...] = ()) -> Self:
        """Declare a lesion that is not a target mass of the breast."""
        self.lesions[label] = Lesion(label, kind, role, organ, origin=origin)
        return self

    def size(self, label: str, typed: Typed, method: str | None = "MRI", **more: Any) -> Self:
        """One diameter."""
        self.lesions.setdefault(label, Lesion(label, organ="breast"))
        return self.add("size.diameter", typed, lesion=label, method=method, **more)

    def sizes(self, method: str | None = "MRI", **diameters: Typed) -> Self:
        """Diameters of several lesions."""
        for label, typed in diameters.items():
            self.size(label, typed, method)
        return self

    def status(self, label: str, code: str) -> Self:
        """The state of one non-target lesion."""
        self.lesions.setdefault(label, Lesion(label, role="non_target"))
        return self.add("lesion.status", code, lesion=label)

    def new(self, answer: str, lesion: str | None = None) -> Self:
        """The answer on new lesions."""
        return self.add("lesion.new", answer, lesion=lesion)

    def cycle(self, number: int, day: int, **more: Any) -> Self:
        """Day 1 of a cycle."""
        return self.at(f"C{number}", day).add("treatment.cycle", number, **more)

    def history(self) -> History:
        """The case as read from a file."""
        return History(self.case, tuple(self.lesions.values()), tuple(self.visits), tuple(self.observations))

    def review(self, as_of: dt.date | None = None) -> Review:
        """All judgements."""
        return judge(self.history(), as_of)

    def rule(self, rule: str, visit: str | None = None) -> RuleResult:
        """The result of a rule: the one of a visit where named, else the one that counts."""
        judged = self.review()
        return at_visit(judged, rule, visit) if visit is not None else judged.latest[rule]

    def last_size(self) -> SizeReview:
        """The size judgement of the last visit that has one."""
        return sized(self.review())[-1]


def judge(history: History, as_of: dt.date | None = None) -> Review:
    """All judgements about a history by the shipped catalogue, their wording proofread."""
    judged = review(history, catalog(), as_of)
    proofread(judged)
    return judged


def at_visit(judged: Review, rule: str, name: str) -> RuleResult:
    """The one result of a rule at a visit."""
    visit = next(row.visit.id for row in judged.visits if row.visit.name == name)
    (found,) = [one for one in judged.rules if one.rule == rule and one.visit == visit]
    return found


def sized(judged: Review) -> list[SizeReview]:
    """The size judgements in order of time."""
    return [row.size for row in judged.visits if row.size is not None]


def two_points(start: Typed, *later: Typed, cycles: int = 4) -> Chart:
    """One lesion: a baseline, then a size after each further cycle from the second on."""
    chart = Chart(cycles=cycles)
    chart.at("baseline", -7).sizes(primary=start)
    for number, typed in enumerate(later, start=2):
        chart.at(f"after C{number}", 21 * number).sizes(primary=typed).new("no")
    return chart


def course(sequence: list[tuple[int, str]], cycles: int = 2) -> Chart:
    """A case whose overall responses are the given ones on the given days.

    Two lesions: the primary makes CR, PR, SD and PD; a non-target lesion not assessed turns a
    complete response of the target into an overall PR.
    """
    chart = Chart(cycles=cycles)
    chart.at("baseline", -7).sizes(primary=100).status("node", "PRESENT")
    low = Decimal(100)
    complete = False
    for place, (day, response) in enumerate(sequence):
        small: Mapping[str, Typed] = {"CR": "ABSENT", "PR": "ABSENT" if complete else 60, "SD": 95, "PD": 200, "NE": "NE"}
        typed = small[response]
        status = "NE" if response == "PR" and complete else "ABSENT"
        chart.at(f"scan {place + 1}", day).sizes(primary=typed).status("node", status).new("no")
        complete = complete or response == "CR"
        low = min(low, Decimal(str(typed))) if str(typed).isdigit() else low
    return chart


def ctdna(*values: Typed | tuple[Typed, Typed], days: tuple[int, ...] = (-3, 21, 42, 63), method: str = "assay A") -> Chart:
    """A ctDNA series; a pair is a value with its limit of detection."""
    chart = Chart(cycles=4)
    for day, value in zip(days, values, strict=False):
        typed, limit = value if isinstance(value, tuple) else (value, "0.1" if value == "ND" else None)
        chart.at("baseline" if day <= 0 else f"day {day}", day).add("ctdna.vaf", typed, limit=limit, method=method)
    return chart


def sul(start: Typed, now: Typed | None, *, first: Mapping[str, Typed] | None = None, then: Mapping[str, Typed] | None = None) -> Chart:
    """Two PET examinations with SULpeak, measurable and comparable by PERCIST unless `first` or `then` say otherwise."""
    usual: Mapping[str, Typed] = {"liver_sul_mean": 1, "liver_sul_sd": "0.1", "uptake_min": 60}
    chart = Chart(cycles=2)
    for name, day, peak, more in (("baseline", -7, start, first), ("PET", 42, now, then)):
        chart.at(name, day)
        for field, typed in {**usual, **({} if peak is None else {"sulpeak": peak}), **(more or {})}.items():
            if typed != "":
                chart.add(f"pet.{field}", typed)
    return chart


def immune(given: str, *sums: Typed, gap: int = 35) -> Chart:
    """One target under a checkpoint inhibitor (or not): a baseline, then a scan on day 42 and every `gap` days after."""
    chart = Chart(cycles=4).at("baseline", -7).add("treatment.immune", given)
    for place, typed in enumerate(sums):
        chart.at("baseline" if place == 0 else f"scan {place}", -7 if place == 0 else 42 + gap * (place - 1)).sizes(primary=typed)
        if place:
            chart.new("no")
    return chart
