"""Edges of biomarkers, of conversions by cell-free DNA, and of one test at a time: bounds, spelling, samples without a date."""

from decimal import Decimal

import pytest

from nacdesk.domain import likelihood
from tests.domain.cases import Chart, Typed, at_visit, catalog


def one(analyte: str, typed: Typed, context: str = "breast_tnbc", method: str | None = None) -> Chart:
    return Chart(context, cycles=1).at("visit", 0).add(analyte, typed, method=method)


# BIO-01 to BIO-03


def test_a_bound_of_the_myc_ratio_that_decides_nothing_is_named() -> None:
    found = one("biomarkers.myc_ratio", ">1.5").rule("BIO-01")
    assert (found.state, found.missing, found.visit, found.evidence) == ("not_evaluable", ("biomarkers.myc_ratio",), "v1", ("o001",))
    assert one("biomarkers.myc_ratio", ">2").rule("BIO-01").state == "met"
    assert one("biomarkers.myc_ratio", "<2").rule("BIO-01").state == "not_met"


@pytest.mark.parametrize(("word", "state"), [
    ("HIGH", "met"), ("Raised", "met"), ("elevated", "met"), ("LOW", "not_met"), ("Normal", "not_met"), ("NOT HIGH", "not_met"), ("highest quartile", "not_evaluable"),
    ("3.2", "not_evaluable"),
])  # fmt: skip
def test_the_word_of_a_report_in_any_capitals(word: str, state: str) -> None:
    assert one("biomarkers.mir21", word, method="qPCR").rule("BIO-02").state == state


@pytest.mark.parametrize(("word", "context", "opened"), [
    ("Amplification", "breast_her2", True), ("AMPLIFIED", "breast_tnbc", True), ("amplified", "oesoph_gej_gastric_adeno", False), ("not amplified", "breast_her2", False),
    ("S310F", "breast_her2", False),
])  # fmt: skip
def test_an_amplification_in_any_capitals_opens_her2_options_of_the_breast(word: str, context: str, opened: bool) -> None:
    found = one("biomarkers.erbb2", word, context).rule("BIO-03")
    assert (found.state, found.detail == "enables HER2 options") == ("met", opened)


def test_no_variant_found_is_told_as_none() -> None:
    found = one("biomarkers.tp53", "NONE").rule("BIO-03")
    assert (found.state, found.detail) == ("not_met", "none found")
    both = one("biomarkers.tp53", "none").add("biomarkers.kras", "G12D").rule("BIO-03")
    assert (both.state, both.detail, len(both.evidence)) == ("met", "context note only", 2)


# CTD-01, CTD-02 and CTD-09


def test_a_bound_of_cell_free_dna_is_named_and_the_next_sample_is_converted() -> None:
    chart = Chart(cycles=2).at("first", 0).add("ctdna.cfdna", ">100").at("second", 21).add("ctdna.cfdna", 10)
    judged = chart.review()
    found = at_visit(judged, "CTD-01", "first")
    assert (found.state, found.missing, found.evidence) == ("not_evaluable", ("ctdna.cfdna",), ("o002",))
    assert at_visit(judged, "CTD-01", "second").state == "met"


def test_of_two_missing_parts_the_one_that_is_missing_is_named() -> None:
    chart = Chart(cycles=2).at("first", 0).add("ctdna.vaf", "<1").add("ctdna.cfdna", 10).at("second", 21).add("ctdna.vaf", 1).add("ctdna.cfdna", "<10")
    judged = chart.review()
    assert [at_visit(judged, "CTD-02", name).missing for name in ("first", "second")] == [("ctdna.vaf",), ("ctdna.cfdna",)]


@pytest.mark.parametrize(("day", "state"), [(99, "not_applicable"), (100, "not_applicable"), (101, "met"), (None, "not_applicable")])
def test_a_lead_time_belongs_to_samples_known_to_be_later_than_surgery(day: int | None, state: str) -> None:
    chart = Chart(cycles=2).at("surgery", 100).add("event.surgery", "yes").at("sample", day).add("ctdna.vaf", 1)
    assert chart.rule("CTD-09").state == state


# SCO-03


def shared() -> likelihood.SingleTest:
    return next(test for test in catalog().tests if test.sensitivity is not None and test.specificity is not None)


@pytest.mark.parametrize(("answer", "words"), [("positive", "when the test shows response,"), ("negative", "when the test shows no response,")])
def test_what_the_test_shows_moves_the_probability_its_own_way(answer: likelihood.Answer, words: str) -> None:
    test = shared()
    found = likelihood.judged(catalog(), test, answer, Decimal("0.4"))
    assert words in found.sentence
    assert found.detail == test.id
    assert found.value is not None
    assert (found.value < Decimal("0.4")) is (answer == "positive")


def test_the_formula_shows_odds_before_and_after() -> None:
    test = shared()
    found = likelihood.judged(catalog(), test, "negative", Decimal("0.75"))
    assert found.formula.startswith("odds 3.00 × ")
    assert found.value is not None
    ratio = likelihood.non_response(test, "negative").value
    after = Decimal(found.formula.split(" = ")[1].split(",")[0])
    assert abs(after - 3 * ratio) < Decimal("0.006")


def test_odds_that_are_not_even_are_not_shown_as_even() -> None:
    assert likelihood.judged(catalog(), shared(), "negative", Decimal("0.5005")).formula.startswith("odds 1.002 × ")
    assert likelihood.judged(catalog(), shared(), "negative", Decimal("0.6667")).formula.startswith("odds 2.00 × ")
