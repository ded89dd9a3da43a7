"""The response arithmetic against a second implementation (oracle.py): exhaustively on small histories, then at random.

NACDESK_ORACLE=1000000 plays that many random histories instead of the usual number.
"""

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from nacdesk.domain import best_response, recist, timeline
from nacdesk.domain.facts import History, Lesion, LesionKind, Observation, Visit
from nacdesk.domain.judgements import SizeReview
from nacdesk.domain.quantity import Quantity
from tests.domain import oracle
from tests.domain.cases import DAY0, Chart, catalog, course, judge, on
from tests.domain.oracle import Look, Seen, Verdict

ROUNDS = int(os.environ.get("NACDESK_ORACLE", "20000"))
DAYS = (-7, 30, 58, 86, 114, 142, 170)
_START = Chart(cycles=1).history()


def history(kinds: Sequence[LesionKind], looks: Sequence[Look], days: Sequence[int] = DAYS) -> History:
    """The looks as facts; what is None is not recorded."""
    labels = [f"T{number}" for number in range(len(kinds))]
    rest = [f"N{number}" for number in range(len(looks[0].others))]
    lesions = [Lesion(label, kind) for label, kind in zip(labels, kinds, strict=True)] + [Lesion(label, role="non_target") for label in rest]
    visits, rows = list(_START.visits), list(_START.observations)
    for place, look in enumerate(looks):
        visit = Visit(f"look {place}", "baseline" if place == 0 else f"scan {place}", len(visits))
        visits.append(visit)
        found: list[tuple[str, str | None, Quantity | str]] = []
        for label, seen in zip(labels, look.targets, strict=True):
            if seen is not None:
                found.append(("size.diameter", label, seen if isinstance(seen, str) else Quantity(Decimal(seen) / 10, "mm")))
        found += [("lesion.status", label, status) for label, status in zip(rest, look.others, strict=True) if status is not None]
        if look.new is not None and place > 0:
            found.append(("lesion.new", None, look.new))
        for analyte, lesion, value in found:
            rows.append(Observation(f"{len(rows)}", visit.id, analyte, value, on(days[place]), lesion=lesion))
    return replace(_START, lesions=tuple(lesions), visits=tuple(visits), observations=tuple(rows))


def judged(facts: History) -> tuple[recist.Course, timeline.Timeline]:
    """The size judgements of a history."""
    line = timeline.build(facts, catalog(), None)
    return recist.course(line), line


def as_verdict(size: SizeReview) -> Verdict:
    """A size judgement in the oracle's words."""
    total, nadir = (None if number is None else int(number * 10) for number in (size.sum_mm, size.nadir_mm))
    return Verdict(total, nadir, size.target, size.non_target or "", size.overall, size.provisional)


def compare(kinds: Sequence[LesionKind], looks: Sequence[Look]) -> None:
    """Both implementations, visit by visit; a visit with nothing recorded is no visit."""
    kept = [looks[0], *(look for look in looks[1:] if look.new is not None or any(seen is not None for seen in (*look.targets, *look.others)))]
    sizes, line = judged(history(kinds, kept))
    found = [as_verdict(row.size) for row in sizes.follow_up]
    expected = oracle.assess(kinds, kept)
    assert found == expected, (kinds, kept)
    timed = [(on_day, verdict.overall) for on_day, verdict in zip(DAYS[1:], expected, strict=False) if verdict.overall is not None]
    if timed and kinds:
        best = best_response.best(line, sizes)
        assert (best.unconfirmed, best.confirmed) == (oracle.best_unconfirmed(timed), oracle.best_confirmed(timed)), (kinds, kept)


MASS: tuple[Seen, ...] = (0, "ABSENT", "TSTM", "NE", None, 49, 50, 139, 140, 141, 200, 239, 240)
NODE: tuple[Seen, ...] = ("ABSENT", "NE", None, 49, 99, 100, 149, 150, 191, 192)


def test_every_course_of_one_mass_over_three_visits() -> None:
    for seen in product(MASS, repeat=3):
        compare(["mass"], [Look((200,)), *(Look((one,)) for one in seen)])


def test_every_course_of_one_node_over_three_visits() -> None:
    for seen in product(NODE, repeat=3):
        compare(["node"], [Look((160,)), *(Look((one,)) for one in seen)])


def test_every_course_of_a_mass_and_a_node_over_two_visits() -> None:
    masses: tuple[Seen, ...] = ("ABSENT", "TSTM", "NE", 30, 90, 200, 300)
    nodes: tuple[Seen, ...] = ("NE", None, 60, 99, 100, 150, 210)
    for first, second in product(product(masses, nodes), repeat=2):
        compare(["mass", "node"], [Look((200, 150)), Look(first), Look(second)])


def test_every_combination_of_target_non_target_and_new_lesion_over_two_visits() -> None:
    states = ("PRESENT", "ABSENT", "PD", "NE", None)
    answers = ("yes", "no", "equivocal", None)
    visits = list(product(("ABSENT", 120, 200, 260, "NE", None), states, answers))
    for first in ("PRESENT", None):
        for one, two in product(visits[:: 3 if first is None else 1], visits[::7]):
            compare(["mass"], [Look((200,), (first,)), *(Look((target,), (other,), new) for target, other, new in (one, two))])


def test_every_combination_without_targets() -> None:
    visits = list(product(("PRESENT", "ABSENT", "PD", "NE", None), ("PRESENT", "ABSENT", "NE"), ("yes", "no", "equivocal", None)))
    for one, two in product(visits, repeat=2):
        compare([], [Look((), ("PRESENT", "PRESENT")), *(Look((), (a, b), new) for a, b, new in (one, two))])


@pytest.mark.parametrize("baseline", [("NE",), ("NE", 200), ("TSTM",), ("ABSENT",), ("ABSENT", "ABSENT"), (1,), (49, 51)])
def test_odd_baselines(baseline: tuple[Seen, ...]) -> None:
    for seen in product((None, "ABSENT", "NE", "TSTM", 1, 50, 100, 300), repeat=2):
        compare(["mass"] * len(baseline), [Look(baseline), *(Look((one,) * len(baseline)) for one in seen)])


def cases(rounds: int, seed: int) -> Iterator[tuple[list[LesionKind], list[Look]]]:
    """Random histories whose sums fall on thresholds far more often than chance would."""
    chance = random.Random(seed)
    for _ in range(rounds):
        kinds: list[LesionKind] = [chance.choice(("mass", "mass", "node")) for _ in range(chance.randint(1, 4))]
        others = chance.randint(0, 2)
        first: list[Seen] = [chance.choice((100, 150, 200, 213, 317, 500)) for _ in kinds]
        looks = [Look(tuple(first), tuple(chance.choice(("PRESENT", "PRESENT", None)) for _ in range(others)))]
        low = sum(size for size in first if isinstance(size, int))
        for _ in range(chance.randint(1, 5)):
            seen = [_next(chance, kind) for kind in kinds]
            rest = sum(oracle.counted(one) or 0 for one in seen[1:])
            aim = chance.choice((7 * sum(first) // 10, 6 * low // 5, low + 50, 9 * sum(first) // 10, 0)) + chance.choice((-1, 0, 0, 1))  # type: ignore[arg-type]  # the baseline is numbers
            if chance.random() < 0.5 and aim >= rest:
                seen[0] = aim - rest
            looks.append(
                Look(
                    tuple(seen),
                    tuple(chance.choice(("PRESENT", "ABSENT", "ABSENT", "NE", "PD", None)) for _ in range(others)),
                    chance.choice(("no", "no", "no", "equivocal", "yes", None)),
                )
            )
            total = oracle.total(looks[-1])
            low = low if total is None else min(low, total)
        yield kinds, looks


def _next(chance: random.Random, kind: str) -> Seen:
    if chance.random() < 0.35:
        return chance.choice(("ABSENT", "ABSENT", "TSTM", "NE", None))
    return chance.choice((49, 50, 99, 100, 140, 200)) if kind == "node" else chance.randint(0, 600)


def test_random_courses() -> None:
    for kinds, looks in cases(ROUNDS, seed=20260105):
        compare(kinds, looks)


def test_the_review_says_what_the_course_says() -> None:
    """The comparison above leaves review() out for speed; here it is the way in."""
    for kinds, looks in cases(100, seed=7):
        facts = history(kinds, looks)
        sizes, _ = judged(facts)
        seen = {row.visit.id: row.size for row in judge(facts).visits if row.size is not None}
        assert seen == {row.visit: row.size for row in sizes.assessments}


def test_every_sequence_of_responses_has_the_best_response_of_the_oracle() -> None:
    days = (21, 42, 69, 70, 98)
    for length in range(1, 5):
        for names in product(("CR", "PR", "SD", "PD", "NE"), repeat=length):
            timed = list(zip(days, names, strict=False))
            seen = [best_response.Dated(day, name) for day, name in timed]
            assert best_response.unconfirmed(seen, 42)[0] == oracle.best_unconfirmed(timed), timed
            assert best_response.confirmed(seen, 28, 42)[0] == oracle.best_confirmed(timed), timed


def test_the_first_dose_of_the_histories_is_day_zero() -> None:
    assert course([(42, "SD")]).review().day_zero == DAY0
