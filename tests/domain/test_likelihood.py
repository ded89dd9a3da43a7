"""One likelihood ratio at a time, with its range."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from nacdesk.domain import likelihood
from nacdesk.domain.rules import SingleTest
from nacdesk.errors import UserError
from tests.domain.cases import Chart, catalog
from tests.domain.proofread import FORBIDDEN, SLIPS

PET = next(test for test in catalog().tests if test.id == "LR-01")


def test_the_worked_example_of_the_source() -> None:
    """No metabolic response, 60 % before: 75.6 %, by the ends of the interval 72 to 80 %."""
    ratio = likelihood.non_response(PET, "negative")
    assert [round(one, 2) for one in (ratio.value, ratio.low, ratio.high)] == [Decimal("2.06"), Decimal("1.68"), Decimal("2.61")]
    found = likelihood.judged(catalog(), PET, "negative", Decimal("0.6"))
    assert found.value is not None
    assert round(found.value, 3) == Decimal("0.756")
    assert "60.0 % becomes 75.6 % (71.6 % to 79.7 % by the interval of the source), likelihood ratio 2.06 (1.68 to 2.61)" in found.sentence
    assert not FORBIDDEN.search(found.sentence)
    assert not SLIPS.search(found.sentence)


def test_the_ratios_are_the_specifications(shared: Path) -> None:
    path = shared / "clinical" / "spec.yaml"
    if not path.is_file():
        pytest.skip("shared data absent: no spec.yaml")
    rows = {row["id"]: row for row in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["likelihood_ratios"]}
    assert set(rows) == {test.id for test in catalog().tests}
    for test in catalog().tests:
        row = rows[test.id]
        assert test.sensitivity is not None
        assert test.specificity is not None
        for share, name in ((test.sensitivity, "sens"), (test.specificity, "spec")):
            assert [float(one) for one in (share.value, share.low, share.high)] == [row[name], *row[f"{name}_ci"]]
        assert test.sources == (row["source"],)
        published = {
            "lr_positive_for_response": likelihood.response_positive(test.sensitivity.value, test.specificity.value),
            "lr_negative_for_response": likelihood.response_negative(test.sensitivity.value, test.specificity.value),
            "lr_for_nonresponse_when_test_negative": likelihood.non_response(test, "negative").value,
            "lr_for_nonresponse_when_test_positive": likelihood.non_response(test, "positive").value,
        }
        assert {name: round(float(value), 2) for name, value in published.items()} == {name: row[name] for name in published}


@pytest.mark.parametrize("answer", ["positive", "negative"])
def test_a_test_moves_the_probability_in_its_direction_and_keeps_the_order(answer: likelihood.Answer) -> None:
    for test in catalog().tests:
        ratio = likelihood.non_response(test, answer)
        assert ratio.low <= ratio.value <= ratio.high
        chain = [likelihood.post_test(Decimal(step) / 100, ratio.value) for step in range(1, 100)]
        assert all(low < high for low, high in pairwise(chain))
        assert all((after > Decimal(step) / 100) is (answer == "negative") for step, after in enumerate(chain, start=1))


@pytest.mark.parametrize("typed", ["0", "1", "-0.1", "1.1", "60"])
def test_a_probability_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match="between 0 and 100 %"):
        likelihood.post_test(Decimal(typed), Decimal(2))


@pytest.mark.parametrize(("text", "share"), [("60", "0.6"), (" 62.5 ", "0.625"), ("0.1", "0.001"), ("99.9", "0.999")])
def test_a_probability_is_typed_in_per_cent(text: str, share: str) -> None:
    assert likelihood.typed(text) == Decimal(share)


@pytest.mark.parametrize("text", ["0", "100", "-5", "\u22125", "150", "0.0", "62,5", "1,000", "<60", "60 %", "sixty", "NaN", "inf", "6 0", "."])
def test_H06_what_is_no_probability_is_refused_in_words(text: str) -> None:
    with pytest.raises(UserError) as refused:
        likelihood.typed(text)
    assert refused.value.sentence.endswith(".")
    assert refused.value.remedy.endswith(".")


def test_H11_a_blank_field_is_no_probability() -> None:
    assert likelihood.typed("") is likelihood.typed("  ") is None


def test_what_is_not_certain_never_reads_certain() -> None:
    for before in ("0.0001", "0.9999"):
        sentence = likelihood.judged(catalog(), PET, "positive" if before < "0.5" else "negative", Decimal(before)).sentence
        assert " 0.0 % becomes" not in sentence
        assert "becomes 0.0 %" not in sentence
        assert "becomes 100.0 %" not in sentence


def test_nothing_is_said_without_both_shares_or_a_typed_probability() -> None:
    half = SingleTest("LR-00", "A test", "response", (), (), sensitivity=PET.sensitivity)
    assert likelihood.judged(catalog(), half, "negative", Decimal("0.5")).reason == "sensitivity or specificity is not published"
    assert likelihood.judged(catalog(), PET, "negative", None).reason == "no pre-test probability was typed"
    with pytest.raises(ValueError, match="both needed"):
        likelihood.non_response(half, "negative")


def test_the_tests_offered_are_those_of_the_tumour_and_none_is_used_unasked() -> None:
    assert [test.id for test in likelihood.tests_for(catalog(), "oesoph_scc")] == ["LR-01", "LR-02"]
    assert [test.id for test in likelihood.tests_for(catalog(), "breast_her2")] == ["LR-03"]
    assert likelihood.tests_for(catalog(), None) == likelihood.tests_for(catalog(), "ovarian") == ()
    assert Chart().rule("SCO-03").state == "not_applicable"
