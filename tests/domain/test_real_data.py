"""Judgements on real patients' numbers and on published responses; the files stay outside the project."""

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from nacdesk.domain.judgements import Review
from nacdesk.interop.read import read
from tests.domain.cases import at_visit, catalog, judge, sized

COLUMNS = {"baseline": "MRI_LD_Baseline", "early AC": "MRI_LD_1_3dAC", "inter-regimen": "MRI_LD_InterReg", "pre-surgery": "MRI_LD_PreSurg"}


@pytest.fixture(scope="module")
def table(shared: Path) -> Path:
    return shared / "data" / "ispy1" / "ispy1_sample.csv"


@pytest.fixture(scope="module")
def women(table: Path) -> Mapping[str, Mapping[str, int]]:
    """Diameters by visit, read without the program."""
    with table.open(encoding="utf-8", newline="") as file:
        return {row["SUBJECTID"]: {visit: int(row[name]) for visit, name in COLUMNS.items() if row[name].strip()} for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def reviews(table: Path) -> Mapping[str, Review]:
    found = read([table], catalog(), mapping="ispy1")
    assert found.problems == ()
    return {history.case.key: judge(history) for history in found.histories}


def test_every_woman_is_a_case(women: Mapping[str, Mapping[str, int]], reviews: Mapping[str, Review]) -> None:
    assert len(reviews) == 112
    assert reviews.keys() == women.keys()


def test_every_class_is_that_of_the_numbers(women: Mapping[str, Mapping[str, int]], reviews: Mapping[str, Review]) -> None:
    """RECIST for one lesion in whole millimetres, counted here from the file; 10 % and 30 % exactly included."""
    classes: Counter[str] = Counter()
    for key, seen in women.items():
        judged = {row.visit.name: row.size for row in reviews[key].visits if row.size is not None}
        assert judged.keys() == seen.keys()
        base, low, gone = seen.get("baseline"), seen.get("baseline", 0), False
        for visit, now in seen.items():
            size = judged[visit]
            assert size is not None
            if visit == "baseline":
                assert (size.sum_mm, size.overall) == (now, None)
                continue
            if base is None:
                expected = "NE"
            elif now == 0:
                expected = "CR"
            elif gone or (5 * now >= 6 * low and now - low >= 5):
                expected = "PD"
            else:
                expected = "PR" if 10 * now <= 7 * base else "SD"
            assert (size.target, size.overall, size.provisional) == (expected, expected, expected != "PD"), (key, visit)
            classes[expected] += 1
            low, gone = min(low, now), gone or now == 0
    assert min(classes[name] for name in ("CR", "PR", "SD", "PD")) > 0


def test_nac_01_is_too_early_after_the_first_days_and_judged_between_the_regimens(women: Mapping[str, Mapping[str, int]], reviews: Mapping[str, Review]) -> None:
    answers: Counter[str] = Counter()
    for key, seen in women.items():
        if "early AC" in seen:
            early = at_visit(reviews[key], "NAC-01", "early AC")
            assert early.state == "not_evaluable"
            assert "0 completed cycles" in (early.reason or "")
        for visit in ("inter-regimen", "pre-surgery"):
            if visit in seen and "baseline" in seen:
                found = at_visit(reviews[key], "NAC-01", visit)
                assert found.state == ("met" if 10 * seen[visit] > 9 * seen["baseline"] else "not_met"), (key, visit)
                assert found.detail == "late"
                answers[found.state] += 1
            elif visit in seen:
                assert at_visit(reviews[key], "NAC-01", visit).state == "not_evaluable"
    assert answers["met"] > 10


def test_without_a_baseline_nothing_is_judged(women: Mapping[str, Mapping[str, int]], reviews: Mapping[str, Review]) -> None:
    missing = [key for key, seen in women.items() if "baseline" not in seen]
    assert missing == ["1093", "1215"]
    for key in missing:
        assert {size.overall for size in sized(reviews[key])} <= {"NE"}


def test_regrowth_from_the_nadir_is_progression_though_under_a_fifth_above_the_baseline(women: Mapping[str, Mapping[str, int]], reviews: Mapping[str, Review]) -> None:
    worse = [(key, row.visit.name) for key, judged in reviews.items() for row in judged.visits if row.size is not None and row.size.overall == "PD"]
    regrown = Counter(key for key, visit in worse if 10 * women[key][visit] < 12 * women[key]["baseline"])
    assert regrown == {"1019": 1, "1045": 1, "1063": 1, "1101": 2, "1149": 1}


def test_zero_millimetres_is_a_lesion_not_seen(women: Mapping[str, Mapping[str, int]], reviews: Mapping[str, Review]) -> None:
    zeros = [(key, visit) for key, seen in women.items() for visit, now in seen.items() if now == 0]
    assert len(zeros) == 28
    for key, visit in zeros:
        (size,) = [row.size for row in reviews[key].visits if row.visit.name == visit]
        assert size is not None
        assert (size.sum_mm, size.target) == (0, "CR")


# SDTM: published responses

READERS = ("INVESTIGATOR", "RADIOLOGIST 1", "RADIOLOGIST 2", "accepted")


@pytest.fixture(scope="module")
def published(shared: Path) -> Mapping[tuple[str, str, str], str]:
    """The published overall response by reader, subject and visit."""
    found = {}
    with (shared / "data" / "sdtm" / "rs_onco_recist.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["RSTESTCD"] == "OVRLRESP"
            names = [row["RSEVALID"] or row["RSEVAL"], *(["accepted"] if row["RSACPTFL"] == "Y" else [])]
            found.update({(name, row["USUBJID"], row["VISIT"]): row["RSSTRESC"] for name in names})
    return found


@pytest.mark.parametrize("reader", READERS)
def test_the_published_response_is_found_at_every_visit_but_one(shared: Path, published: Mapping[tuple[str, str, str], str], reader: str) -> None:
    folder = shared / "data" / "sdtm"
    preview = read([folder / f"{name}_onco_recist.csv" for name in ("tr", "tu")], catalog(), reader=reader)
    assert preview.problems == ()
    found = {}
    for history in preview.histories:
        for row in judge(history).visits:
            if row.size is not None and row.size.overall is not None:
                found[history.case.key, row.visit.name] = row.size.overall
    expected = {(subject, visit): response for (name, subject, visit), response in published.items() if name == reader}
    assert len(expected) == 10
    # From 0 to 4.95 mm after a complete response: published as PR; a mass that is back is PD (REC-17).
    if reader == "RADIOLOGIST 2":
        assert expected["01-701-1133", "WEEK 9"] == "PR"
        expected["01-701-1133", "WEEK 9"] = "PD"
    assert found == expected
