"""Biomarkers as context, conversions of ctDNA, and the lead time that is not named before surgery."""

import pytest

from tests.domain.cases import Chart, Typed


def one(analyte: str, typed: Typed, context: str | None = "breast_tnbc", **more: object) -> Chart:
    return Chart(context, cycles=2).at("visit", 21).add(analyte, typed, **more)


@pytest.mark.parametrize(("typed", "state"), [
    ("1.99", "not_met"), ("2.0", "met"), ("2.01", "met"), (">2", "met"), ("<2", "not_met"), ("<3", "not_evaluable"), (">1", "not_evaluable"),
])  # fmt: skip
def test_myc_is_amplified_from_two(typed: str, state: str) -> None:
    found = one("biomarkers.myc_ratio", typed).rule("BIO-01")
    assert found.state == state
    assert ("context note only" in found.sentence) is (state == "met")


@pytest.mark.parametrize(("typed", "method", "state"), [
    ("high", "qPCR", "met"), ("High (exosomes)", "qPCR", "met"), ("raised", "qPCR", "met"), ("low", "qPCR", "not_met"), ("not high", "qPCR", "not_met"),
    ("2.3-fold", "qPCR", "not_evaluable"), ("high", None, "not_evaluable"),
])  # fmt: skip
def test_mir21_needs_its_assay_and_a_plain_word(typed: str, method: str | None, state: str) -> None:
    assert one("biomarkers.mir21", typed, method=method).rule("BIO-02").state == state


def test_what_was_not_tested_is_not_called_normal() -> None:
    judged = Chart(cycles=1).review()
    assert {judged.latest[rule].reason for rule in ("BIO-01", "BIO-02", "BIO-03")} == {"not tested"}
    assert {judged.latest[rule].state for rule in ("BIO-01", "BIO-02", "BIO-03")} == {"not_evaluable"}


def test_context_never_raises_the_band() -> None:
    judged = one("biomarkers.myc_ratio", 6).add("biomarkers.mir21", "high", method="qPCR").add("biomarkers.tp53", "R175H").review()
    assert judged.tally["context"].met == 2
    assert judged.band is None
    assert {flag.result.rule for flag in judged.flags} == {"BIO-01", "BIO-02"}
    assert {flag.result.severity for flag in judged.flags} == {"info"}


@pytest.mark.parametrize("gene", ["tp53", "kras", "erbb2", "egfr", "pik3ca"])
def test_variants_are_named_and_never_flagged(gene: str) -> None:
    word = "L858R" if gene == "egfr" else "a variant"
    judged = one(f"biomarkers.{gene}", word, note="VAF 31 %").review()
    assert f"{gene.upper()} {word}, VAF 31 % (26 Jan 2026)" in judged.latest["BIO-03"].sentence
    assert judged.flags == ()
    assert one(f"biomarkers.{gene}", "none").rule("BIO-03").state == "not_met"


@pytest.mark.parametrize(("context", "fields", "state"), [
    ("breast_her2", {"erbb2": "amplification"}, "met"), ("breast_her2", {"erbb2": "amplified, 12 copies"}, "met"), ("breast_her2", {"erbb2": "no amplification"}, "not recorded"),
    ("breast_her2", {"erbb2": "S310F"}, "not recorded"), ("breast_her2", {"erbb2": "amplification", "her2_ihc": "0"}, "not met"),
    ("breast_her2", {"erbb2": "amplification", "her2": "negative"}, "not met"), ("oesoph_gej_gastric_adeno", {"erbb2": "amplification"}, "not recorded"),
])  # fmt: skip
def test_an_erbb2_amplification_of_a_breast_tumour_counts_only_without_her2_and_its_ihc(context: str, fields: dict[str, str], state: str) -> None:
    chart = Chart(context, cycles=1).at("visit", 0)
    for name, word in fields.items():
        chart.add(f"biomarkers.{name}", word)
    needs = [need.state for option in chart.review().options for need in option.prerequisites if need.condition.field == "biomarkers.her2"]
    assert set(needs) == {state}


# Plasma


@pytest.mark.parametrize(("vaf", "cfdna", "missing"), [
    ("0.5", None, "ctdna.cfdna"), (None, 10, "ctdna.vaf"), ("ND", 10, "ctdna.vaf"), ("<0.1", 10, "ctdna.vaf"), ("0.5", "NE", "ctdna.cfdna"),
])  # fmt: skip
def test_copies_need_both_values_of_one_sample(vaf: Typed | None, cfdna: Typed | None, missing: str) -> None:
    chart = Chart(cycles=2).at("visit", 21)
    for analyte, typed in (("ctdna.vaf", vaf), ("ctdna.cfdna", cfdna)):
        if typed is not None:
            chart.add(analyte, typed, limit="0.1" if typed == "ND" else None)
    found = chart.rule("CTD-02")
    assert (found.state, found.missing) == ("not_evaluable", (missing,))


def test_values_of_two_visits_are_never_put_together() -> None:
    chart = Chart(cycles=2).at("first", -3).add("ctdna.cfdna", 10).at("second", 21).add("ctdna.vaf", "0.5")
    assert chart.rule("CTD-02", "second").state == "not_evaluable"


def test_zero_cell_free_dna_is_a_value() -> None:
    assert one("ctdna.cfdna", 0).rule("CTD-01").value == 0


@pytest.mark.parametrize(("day", "shown"), [(99, False), (100, False), (101, True)])
def test_a_lead_time_is_named_after_surgery_alone(day: int, shown: bool) -> None:
    chart = Chart(cycles=4).at("surgery", 100).add("event.surgery", "yes").at("sample", day).add("ctdna.vaf", "0.5")
    assert ("months" in chart.rule("CTD-09").sentence) is shown
    assert "months" not in Chart(cycles=4).at("sample", day).add("ctdna.vaf", "0.5").rule("CTD-09").sentence
