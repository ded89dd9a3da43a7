"""The ten fictitious cases: each shows what it is there to show."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from nacdesk.catalog import load
from nacdesk.domain.facts import History
from nacdesk.domain.judgements import Review, SizeReview
from nacdesk.domain.review import review
from nacdesk.interop.read import read

FOLDER = Path(__file__).resolve().parent.parent / "resources/samples"
FILES = sorted(FOLDER.glob("*.csv"))


def size(case: Review, visit: str) -> SizeReview:
    found = next(row.size for row in case.visits if row.visit.name == visit)
    assert found is not None
    return found


def flagged(case: Review) -> set[str]:
    return {flag.result.rule for flag in case.flags}


def primary_resistance(case: Review) -> None:
    assert case.latest["NAC-01"].state == "met"
    assert {state.state for state in case.resistance} == {"primary"}
    assert {"NAC-01", "RES-02", "CTD-06"} <= flagged(case)
    assert case.band == "multi-domain"


def regrowth_from_nadir(case: Review) -> None:
    last = size(case, "after C8")
    assert (last.sum_mm, last.nadir_mm, last.overall) == (Decimal(47), Decimal(36), "PD")
    assert last.change_from_baseline_pct is not None
    assert last.change_from_baseline_pct < 0
    assert case.latest["NAC-01"].state == "not_met"
    assert "acquired" in {state.state for state in case.resistance}
    assert {"RES-03", "CTD-08"} <= flagged(case)


def clean_response(case: Review) -> None:
    assert case.flags == ()
    assert size(case, "after C6").overall == "CR"
    assert case.latest["CTD-05"].state == "met"
    assert case.latest["PTH-02"].state == "met"
    assert case.rcb.rcb_class == "RCB-0"
    assert case.band == "none"


def ctdna_not_cleared(case: Review) -> None:
    assert size(case, "after C4").overall == "PR"
    assert case.latest["CTD-06"].state == "met"
    assert case.latest["CTD-05"].state == "not_met"
    assert "NAC-01" not in flagged(case)
    assert case.band is not None
    assert case.band.startswith("single-domain")


def suv_above_5(case: Review) -> None:
    assert [row.pet.suvmax.value for row in case.visits if row.pet and row.pet.suvmax] == [Decimal(text) for text in ("12.8", "10.9", "9.6", "8.8")]
    assert {"NAC-02", "PET-07"} <= flagged(case)
    assert case.latest["NAC-01"].state == "not_met"


def too_early(case: Review) -> None:
    assert case.latest["NAC-01"].state == "not_evaluable"
    assert case.latest["RES-02"].state == "not_evaluable"
    assert not flagged(case) & {"NAC-01", "RES-01", "RES-02", "RES-03"}


def visits_without_dates(case: Review) -> None:
    assert all(row.date is None and row.day is None for row in case.visits)
    assert [row.cycle for row in case.visits] == [0, 2, 4]
    assert case.latest["NAC-01"].state == "met"
    assert "late" in case.latest["NAC-01"].sentence
    assert case.latest["RES-01"].state != "met"


def missing_target_lesion(case: Review) -> None:
    last = size(case, "after C4")
    assert last.sum_mm is None
    assert (last.target, last.overall) == ("NE", "NE")
    assert "node coeliac" in (last.reason or "")


def half_viable_at_surgery(case: Review) -> None:
    assert case.latest["NAC-05"].state == "met"
    assert case.latest["NAC-05"].value == Decimal(50)
    assert "RES-02" in flagged(case)
    assert case.latest["RES-02"].severity == "watch"


def almost_nothing_recorded(case: Review) -> None:
    assert case.flags == ()
    assert case.band is None
    assert all(tally.evaluable == 0 for tally in case.tally.values())
    assert case.latest["NAC-01"].state == "not_evaluable"


INTENDED: tuple[Callable[[Review], None], ...] = (
    primary_resistance, regrowth_from_nadir, clean_response, ctdna_not_cleared, suv_above_5,
    too_early, visits_without_dates, missing_target_lesion, half_viable_at_surgery, almost_nothing_recorded,
)


@cache
def history(path: Path) -> History:
    preview = read([path], load(), fictitious=True)
    assert preview.problems == ()
    assert preview.unused_columns == ()
    assert len(preview.warnings) <= 1, preview.warnings
    (only,) = preview.histories
    return only


def test_there_are_ten() -> None:
    assert len(FILES) == len(INTENDED) == 10


@pytest.mark.parametrize(("path", "intended"), list(zip(FILES, INTENDED, strict=True)), ids=[path.stem for path in FILES])
def test_each_case_shows_what_it_is_there_for(path: Path, intended: Callable[[Review], None]) -> None:
    assert path.stem[3:].replace("-", "_") == intended.__name__, "file and check must belong together"
    intended(review(history(path), load(), None))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_each_case_is_plainly_invented(path: Path) -> None:
    case = history(path).case
    assert case.fictitious
    assert case.patient.name is not None
    assert case.patient.name.startswith("DEMO, ")
    assert case.patient.mrn == case.key
    assert case.key.startswith("D-")


def test_no_two_cases_share_a_person() -> None:
    cases = [history(path).case for path in FILES]
    assert len({case.key for case in cases}) == len({case.patient.name for case in cases}) == 10
