"""One test at a time: what its published sensitivity and specificity make of a pre-test probability (SCO-03).

Never multiplied across tests, because their errors go together; the range of the source's interval always stands
beside the figure, and it does not hold the spread between studies.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from nacdesk.domain import wording
from nacdesk.domain.quantity import parse_number, plain
from nacdesk.domain.results import cannot, result
from nacdesk.domain.rules import Catalog, RuleResult, SingleTest
from nacdesk.errors import UserError

Answer = Literal["positive", "negative"]  # of the test: it speaks for response, or against it


@dataclass(frozen=True, slots=True)
class Ranged:
    """A figure with what it becomes at the ends of the source's intervals."""

    value: Decimal
    low: Decimal
    high: Decimal


def tests_for(catalog: Catalog, context: str | None) -> tuple[SingleTest, ...]:
    """The tests published for a tumour context; none without a context."""
    return tuple(test for test in catalog.tests if context in test.contexts)


def response_positive(sensitivity: Decimal, specificity: Decimal) -> Decimal:
    """LR+ for response: sensitivity / (1 − specificity)."""
    return sensitivity / (1 - specificity)


def response_negative(sensitivity: Decimal, specificity: Decimal) -> Decimal:
    """LR− for response: (1 − sensitivity) / specificity."""
    return (1 - sensitivity) / specificity


def non_response(test: SingleTest, answer: Answer) -> Ranged:
    """Likelihood ratio for non-response given the answer of the test: one over that for response.

    Raises:
        ValueError: sensitivity or specificity is not published.
    """
    if test.sensitivity is None or test.specificity is None:
        raise ValueError(f"{test.id}: sensitivity and specificity are both needed")
    ratio = response_positive if answer == "positive" else response_negative
    sensitivity, specificity = test.sensitivity, test.specificity
    points = [1 / ratio(one, other) for one, other in ((sensitivity.value, specificity.value), (sensitivity.low, specificity.low), (sensitivity.high, specificity.high))]
    return Ranged(points[0], min(points), max(points))


def post_test(pre_test: Decimal, ratio: Decimal) -> Decimal:
    """The probability after the test: odds × likelihood ratio, back to a probability.

    Args:
        pre_test: above 0 and below 1.

    Raises:
        UserError: it is not.
    """
    if not 0 < pre_test < 1:
        raise UserError("A pre-test probability lies between 0 and 100 %, both excluded.", "Type the probability of non-response before the test.")
    odds = pre_test / (1 - pre_test) * ratio
    return odds / (1 + odds)


def typed(text: str) -> Decimal | None:
    """A pre-test probability that was typed in per cent, as a share; None while nothing is typed.

    Raises:
        UserError: it is not one number above 0 and below 100.
    """
    if not text.strip():
        return None
    unusable = UserError(f"“{text.strip()}” is not a number that can be used here.", "Type one number in per cent, with a point where it has decimals: 62.5.")
    try:
        comparator, number = parse_number(text)
    except UserError as error:
        raise unusable from error
    if comparator != "=":
        raise unusable
    if not 0 < number < 100:
        raise UserError(f"{plain(number)} % is not a probability to start from: no test moves a certainty.", "Type a number above 0 and below 100.")
    return number / 100


def judged(catalog: Catalog, test: SingleTest, answer: Answer, pre_test: Decimal | None) -> RuleResult:
    """One test as a result, with formula and range; `pre_test` is the probability of non-response as the user typed it."""
    rule = catalog.rules["SCO-03"]
    if test.sensitivity is None or test.specificity is None:
        known = "PPV without prevalence, sensitivity and specificity" if test.predictive_value is not None else "sensitivity or specificity is not published"
        return cannot(rule, known, "sensitivity", "specificity")
    if pre_test is None:
        return cannot(rule, "no pre-test probability was typed", "pre-test probability")
    ratio = non_response(test, answer)
    after = Ranged(*(post_test(pre_test, one) for one in (ratio.value, ratio.low, ratio.high)))
    # Guarded: what is not certain never reads 0 or 100 %.
    before, now = (wording.percent(100 * one, Decimal(0), Decimal(100), signed=False) for one in (pre_test, after.value))
    span = f"{wording.floor_percent(100 * after.low)} to {wording.ceiling_percent(100 * after.high)}"
    said = "no response" if answer == "negative" else "response"
    sentence = (
        f"{test.test}: when the test shows {said}, a typed probability of non-response of {before} becomes {now} ({span} by the interval of the source), "
        f"likelihood ratio {_two(ratio.value)} ({_two(ratio.low)} to {_two(ratio.high)}); one test alone, for {test.target}."
    )
    formula = f"odds {_two(pre_test / (1 - pre_test))} × {_two(ratio.value)} = {_two(after.value / (1 - after.value))}, a probability of {now}"
    return result(rule, "met", sentence, value=after.value, value_is="post-test probability of non-response", formula=formula, detail=test.id)


def _two(number: Decimal) -> str:
    return plain(wording.guarded(number, (Decimal(1),), 2))
