"""Grades and scores of the specimen: limits on both sides, bounds, contradictions, and specimens that say nothing."""

import pytest

from tests.domain.cases import Chart, Typed, catalog


def specimen(context: str | None, **values: Typed) -> Chart:
    """Values of the resection, "path." left out."""
    chart = Chart(context, cycles=4).at("surgery", 120).add("event.surgery", "yes")
    for name, typed in values.items():
        chart.add(name.replace("__", ".") if "__" in name else f"path.{name}", typed)
    return chart


GASTRIC = "oesoph_gej_gastric_adeno"


@pytest.mark.parametrize(("loss", "grade"), [(0, 1), ("0.1", 2), ("29.9", 2), (30, 2), ("30.1", 3), ("89.9", 3), (90, 3), ("90.1", 4), ("99.9", 4), (100, 5)])
def test_miller_payne_from_the_loss_of_cells(loss: Typed, grade: int) -> None:
    assert specimen("breast_hrpos", cell_loss=loss).rule("PTH-03").value == grade


@pytest.mark.parametrize(("grade", "poor"), [(1, False), (2, False), (3, False), (4, True), (5, True)])
def test_mandard_is_poor_from_grade_4(grade: int, poor: bool) -> None:
    for context in (*catalog().rules["PTH-04"].contexts, "breast_tnbc", None):
        assert (specimen(context, mandard=grade).rule("PTH-04").state == "met") is poor


@pytest.mark.parametrize(("viable", "grade"), [(0, "1a"), ("0.1", "1b"), ("9.9", "1b"), (10, "2"), ("10.1", "2"), ("49.9", "2"), (50, "2"), ("50.1", "3"), (100, "3")])
def test_becker_from_viable_tumour(viable: Typed, grade: str) -> None:
    found = specimen(GASTRIC, viable=viable).rule("PTH-05")
    assert (found.detail, found.state) == (grade, "met" if grade == "3" else "not_met")


def test_becker_is_not_worked_out_for_another_tumour_but_a_reported_grade_is_judged() -> None:
    assert specimen("breast_tnbc", viable=60).rule("PTH-05").state == "not_applicable"
    assert specimen("breast_tnbc", becker="3").rule("PTH-05").state == "met"
    assert specimen("breast_tnbc", becker="3", viable=10).rule("PTH-05").state == "met"
    assert specimen(None, viable=60).rule("PTH-05").state == "met"


@pytest.mark.parametrize(("rule", "context", "values", "reason"), [
    ("PTH-03", "breast_tnbc", {"miller_payne": 4, "cell_loss": 90}, "Miller-Payne 4 is reported, but a loss of 90 % is grade 3"),
    ("PTH-05", GASTRIC, {"becker": "2", "viable": 60}, "Becker 2 is reported, but 60 % viable tumour is Becker 3"),
    ("PTH-07", "osteosarcoma", {"necrosis": 95, "viable": 10}, "necrosis 95 % and viable tumour 10 % contradict each other"),
])  # fmt: skip
def test_two_values_that_contradict_each_other_give_no_answer(rule: str, context: str, values: dict[str, Typed], reason: str) -> None:
    found = specimen(context, **values).rule(rule)
    assert (found.state, found.reason) == ("not_evaluable", reason)


@pytest.mark.parametrize(("context", "viable", "state"), [
    ("nsclc", "9.9", "met"), ("nsclc", 10, "met"), ("nsclc", "10.1", "not_met"), ("nsclc", "<10", "met"), ("nsclc", "<20", "not_evaluable"), ("nsclc", ">10", "not_met"),
    (GASTRIC, "9.9", "met"), (GASTRIC, 10, "not_met"), (GASTRIC, "<10", "met"), ("breast_tnbc", 5, "not_applicable"), (None, 5, "not_evaluable"),
])  # fmt: skip
def test_major_response_has_two_limits(context: str | None, viable: Typed, state: str) -> None:
    assert specimen(context, viable=viable).rule("PTH-06").state == state


@pytest.mark.parametrize(("necrosis", "detail", "trial"), [
    (0, "poor (I)", False), ("49.9", "poor (I)", False), (50, "poor (II)", False), ("89.9", "poor (II)", False), (90, "good (III)", True), ("90.1", "good (III)", False),
    ("99.9", "good (III)", False), (100, "good (IV)", False),
])  # fmt: skip
def test_necrosis_by_huvos_and_where_euramos_differs(necrosis: Typed, detail: str, trial: bool) -> None:
    found = specimen("osteosarcoma", necrosis=necrosis).rule("PTH-07")
    assert found.detail == detail
    assert ("EURAMOS-1 counted 10 % viable as poor" in found.sentence) is trial


def test_necrosis_follows_from_viable_tumour_in_osteosarcoma_alone() -> None:
    assert specimen("osteosarcoma", viable="10.1").rule("PTH-07").detail == "poor (II)"
    assert specimen("osteosarcoma", viable=5, necrosis=95).rule("PTH-07").detail == "good (III)"
    assert specimen(GASTRIC, viable=60).rule("PTH-07").state == "not_applicable"
    assert specimen(None, viable=60).rule("PTH-07").state == "not_evaluable"


@pytest.mark.parametrize(("score", "state", "detail"), [(1, "met", "minimal"), (2, "not_met", "partial"), (3, "not_met", "complete or near complete")])
def test_the_chemotherapy_response_score(score: int, state: str, detail: str) -> None:
    found = specimen("ovarian", crs=score).rule("PTH-08")
    assert (found.state, found.detail) == (state, detail)


def test_every_nar_score_has_its_level() -> None:
    """All 60 combinations; (5 pN − 3 (cT − pT) + 12)² against 8 and 16 times 9.61 in whole numbers."""
    for clinical in range(1, 5):
        for tumour in range(5):
            for nodes in range(3):
                found = specimen("rectal", nar__ct=clinical, nar__pt=tumour, nar__pn=nodes).rule("PTH-09")
                square = 100 * (5 * nodes - 3 * (clinical - tumour) + 12) ** 2
                assert found.detail == ("low" if square < 8 * 961 else "high" if square > 16 * 961 else "intermediate")


@pytest.mark.parametrize("gone", ["nar__ct", "nar__pt", "nar__pn"])
def test_the_nar_score_needs_all_three(gone: str) -> None:
    values: dict[str, Typed] = {"nar__ct": 3, "nar__pt": 2, "nar__pn": 1}
    del values[gone]
    found = specimen("rectal", **values).rule("PTH-09")
    assert found.state == "not_evaluable"
    assert found.missing == (gone.replace("__", "."),)


GRADES: dict[str, tuple[str, str, Typed]] = {
    "PTH-03": ("breast_tnbc", "path.miller_payne", 2), "PTH-04": ("rectal", "path.mandard", 5), "PTH-05": (GASTRIC, "path.viable", 60), "PTH-06": ("nsclc", "path.viable", 5),
    "PTH-07": ("osteosarcoma", "path.necrosis", 40), "PTH-08": ("ovarian", "path.crs", 1),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "context", "analyte", "typed"), [(rule, *values) for rule, values in GRADES.items()])
def test_what_is_missing_or_no_resection_is_never_judged(rule: str, context: str, analyte: str, typed: Typed) -> None:
    assert Chart(context, cycles=4).rule(rule).state == "not_evaluable"
    assert Chart("pancreas", cycles=4).rule(rule).state == "not_applicable"
    assert Chart(None, cycles=4).rule(rule).state == "not_evaluable"
    assert Chart(context, cycles=4).at("surgery", 120).add(analyte, typed).rule(rule).state in ("met", "not_met")
    biopsy = Chart(context, cycles=4).at("core", 60).add(analyte, typed).add("event.sample_type", "biopsy").rule(rule)
    assert "is a biopsy" in (biopsy.reason or "")
    early = Chart(context, cycles=4).at("baseline", -10).add(analyte, typed).rule(rule)
    assert "was taken before treatment" in (early.reason or "")
    entry = catalog().analytes[analyte]
    if "NE" in entry.codes:
        assert Chart(context, cycles=4).at("surgery", 120).add(analyte, "NE").rule(rule).state == "not_evaluable"
