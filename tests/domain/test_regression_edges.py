"""Edges of grades and scores of the specimen: bounds, values of two kinds, specimens of two days, a score that lies on its limit."""

from decimal import Decimal

import pytest

from nacdesk.domain.regression import huvos, loss_grade, nar
from tests.domain.cases import Chart, Typed, catalog

GASTRIC = "oesoph_gej_gastric_adeno"


def specimen(context: str | None, **values: Typed) -> Chart:
    """Values of the resection, "path." left out."""
    chart = Chart(context, cycles=4).at("surgery", 120).add("event.surgery", "yes")
    for name, typed in values.items():
        chart.add(name.replace("__", ".") if "__" in name else f"path.{name}", typed)
    return chart


# PTH-03


@pytest.mark.parametrize(("values", "grade", "basis"), [
    ({"miller_payne": 3}, 3, "as reported"), ({"miller_payne": 3, "cell_loss": 60}, 3, "as reported"), ({"cell_loss": 60}, 3, "loss of 60 %"),
    ({"miller_payne": 3, "cell_loss": "<90"}, 3, "as reported"), ({"miller_payne": "NE", "cell_loss": 60}, 3, "loss of 60 %"),
])  # fmt: skip
def test_a_miller_payne_grade_says_what_it_rests_on(values: dict[str, Typed], grade: int, basis: str) -> None:
    found = specimen("breast_tnbc", **values).rule("PTH-03")
    assert (found.value, found.detail) == (grade, str(grade))
    assert f"({basis})" in found.sentence
    assert len(found.evidence) == sum(typed != "NE" for typed in values.values())


def test_a_bound_of_the_loss_gives_no_grade() -> None:
    found = specimen("breast_tnbc", cell_loss="<30").rule("PTH-03")
    assert (found.state, found.reason, found.visit, found.evidence) == ("not_evaluable", "the value is only known as <30 %", "v4", ("o005",))


def test_the_loss_of_no_cell_is_grade_1_and_of_all_grade_5() -> None:
    rule = catalog().rules["PTH-03"]
    assert [loss_grade(Decimal(text), rule) for text in ("-1", "0", "0.1", "99.99", "100")] == [1, 1, 2, 4, 5]


# PTH-04 and PTH-08


def test_a_grade_is_told_as_poor_or_not_with_the_span_it_is_held_against() -> None:
    assert [(found.detail, found.formula) for found in (specimen("rectal", mandard=grade).rule("PTH-04") for grade in (3, 4, 5))] == [
        ("not poor", "3 is not 4 to 5"), ("poor", "4 is 4 to 5"), ("poor", "5 is 4 to 5"),
    ]  # fmt: skip
    assert specimen("ovarian", crs=1).rule("PTH-08").formula == "1 is 1"


@pytest.mark.parametrize(("context", "rule", "name", "typed"), [("rectal", "PTH-04", "mandard", ">3"), ("ovarian", "PTH-08", "crs", "<2")])
def test_a_bound_is_no_grade(context: str, rule: str, name: str, typed: str) -> None:
    found = specimen(context, **{name: typed}).rule(rule)
    assert (found.state, found.missing, found.reason) == ("not_evaluable", (f"path.{name}",), f"the grade is only known as {typed}")


@pytest.mark.parametrize(("context", "rule", "name"), [("breast_tnbc", "PTH-03", "miller_payne"), ("rectal", "PTH-04", "mandard"), ("ovarian", "PTH-08", "crs")])
def test_what_was_not_recorded_is_named(context: str, rule: str, name: str) -> None:
    assert specimen(context).rule(rule).missing == (f"path.{name}",)
    assert specimen(context, **{name: "NE"}).rule(rule).state == "not_evaluable"


# PTH-05 and PTH-06


def test_a_bound_of_viable_tumour_gives_no_becker_grade() -> None:
    found = specimen(GASTRIC, viable="<20").rule("PTH-05")
    assert (found.state, found.missing, found.visit, found.evidence) == ("not_evaluable", ("path.viable",), "v4", ("o005",))
    assert specimen(GASTRIC, viable="<20", becker="2").rule("PTH-05").detail == "2"
    assert specimen(GASTRIC).rule("PTH-05").missing == ("path.viable",)


@pytest.mark.parametrize(("viable", "state", "formula"), [(50, "not_met", "50 % ≤ 50 %"), ("50.1", "met", "50.1 % > 50 %")])
def test_the_becker_limit_is_shown(viable: Typed, state: str, formula: str) -> None:
    found = specimen(GASTRIC, viable=viable).rule("PTH-05")
    assert (found.state, found.formula, found.value, found.threshold) == (state, formula, Decimal(str(viable)), 50)


def test_a_reported_becker_grade_alone_has_no_number() -> None:
    found = specimen("breast_tnbc", becker="3", viable=10).rule("PTH-05")
    assert (found.value, found.formula, found.state, len(found.evidence)) == (None, "", "met", 2)


@pytest.mark.parametrize(("context", "limit", "sign"), [("nsclc", "≤ 10 %", "<="), (GASTRIC, "< 10 %", "<")])
def test_each_tumour_shows_its_own_limit_of_a_major_response(context: str, limit: str, sign: str) -> None:
    found = specimen(context, viable=5).rule("PTH-06")
    assert f"({limit})" in found.sentence
    assert (found.operator, found.detail, found.formula) == (sign, "MPR", f"5 % {limit}")
    far = specimen(context, viable=60).rule("PTH-06")
    assert (far.detail, far.formula) == ("not MPR", f"60 % not {limit}")


@pytest.mark.parametrize("typed", [None, "NE", "<20"])
def test_without_a_share_that_decides_there_is_no_major_response(typed: Typed | None) -> None:
    found = (specimen("nsclc") if typed is None else specimen("nsclc", viable=typed)).rule("PTH-06")
    assert (found.state, found.missing) == ("not_evaluable", ("path.viable",))


# PTH-07


@pytest.mark.parametrize(("values", "detail"), [
    ({"necrosis": 95, "viable": "<10"}, "good (III)"), ({"necrosis": 95, "viable": 5}, "good (III)"), ({"necrosis": 95, "viable": "NE"}, "good (III)"),
    ({"necrosis": "NE", "viable": 5}, "good (III)"),
])  # fmt: skip
def test_necrosis_stands_beside_a_bound_of_viable_tumour(values: dict[str, Typed], detail: str) -> None:
    assert specimen("osteosarcoma", **values).rule("PTH-07").detail == detail


@pytest.mark.parametrize("values", [{"necrosis": ">90"}, {"viable": "<10"}])
def test_a_bound_gives_no_huvos_grade(values: dict[str, Typed]) -> None:
    found = specimen("osteosarcoma", **values).rule("PTH-07")
    assert (found.state, found.visit, found.evidence) == ("not_evaluable", "v4", ("o005",))
    assert "is only known as" in (found.reason or "")


def test_necrosis_not_recorded_is_named() -> None:
    assert specimen("osteosarcoma").rule("PTH-07").missing == ("path.necrosis",)
    assert [huvos(Decimal(text), catalog().rules["PTH-07"]) for text in ("49.99", "50", "89.99", "90", "99.99", "100")] == ["I", "II", "II", "III", "III", "IV"]


# PTH-09


@pytest.mark.parametrize("typed", ["<2", "NE"])
@pytest.mark.parametrize("field", ["nar__ct", "nar__pt", "nar__pn"])
def test_a_bound_or_what_was_not_assessed_gives_no_score(field: str, typed: str) -> None:
    found = specimen("rectal", **{"nar__ct": 3, "nar__pt": 2, "nar__pn": 1, field: typed}).rule("PTH-09")
    assert (found.state, found.missing) == ("not_evaluable", (field.replace("__", "."),))


def test_nothing_of_the_score_recorded() -> None:
    found = specimen("rectal").rule("PTH-09")
    assert (found.state, found.missing, found.reason) == ("not_evaluable", ("nar.ct", "nar.pt", "nar.pn"), "cT, pT and pN for the score are not recorded")
    assert specimen("breast_tnbc").rule("PTH-09").state == "not_applicable"


def test_the_score_belongs_to_the_specimen_and_not_to_the_staging() -> None:
    chart = Chart("rectal", cycles=4).at("baseline", -10).add("nar.ct", 3).at("surgery", 120).add("event.surgery", "yes").add("nar.pt", 2).add("nar.pn", 1)
    found = chart.rule("PTH-09")
    assert (found.state, found.visit, len(found.evidence)) == ("met", "v5", 3)
    early = Chart("rectal", cycles=4).at("baseline", -10).add("nar.ct", 3).add("nar.pt", 2).add("nar.pn", 1).rule("PTH-09")
    assert (early.state, early.visit) == ("not_evaluable", "v4")
    assert "was taken before treatment" in (early.reason or "")


def test_the_score_in_numbers() -> None:
    rule = catalog().rules["PTH-09"]
    assert nar(Decimal(3), Decimal(2), Decimal(1), rule) == Decimal(196) / Decimal("9.61")
    assert specimen("rectal", nar__ct=3, nar__pt=2, nar__pn=1).rule("PTH-09").formula == "(5 × 1 − 3 × (3 − 2) + 12)² / 9.61 = 20.40"
