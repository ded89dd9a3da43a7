"""How numbers are written, and that the proofreader of every review sees what it is meant to see."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from nacdesk.domain import wording
from nacdesk.interop.read import read
from nacdesk.paths import resources
from tests.domain.cases import catalog, judge, two_points
from tests.domain.proofread import proofread

SAMPLES = sorted((resources() / "samples").glob("*.csv"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_text_of_the_fictitious_cases_can_be_read(path: Path) -> None:
    for history in read([path], catalog()).histories:
        for visit in history.visits:
            dates = [row.date for row in history.observations if row.visit == visit.id and row.date is not None]
            for day in dates[:1]:
                judge(history, day)
        judge(history)


@pytest.mark.parametrize("bad", [
    "The option is recommended.", "A resistant patient.", "The brief limb.", "Change -6.4 %.", "No full stop", "lower case first.", "Two stops..", "A gap ; here.", "Value None.",
    "1E-7 %.",
])  # fmt: skip
def test_the_proofreader_sees_what_must_not_be_read(bad: str) -> None:
    judged = two_points(50, 30).review()
    with pytest.raises(AssertionError):
        proofread(replace(judged, rules=(replace(judged.rules[0], sentence=bad), *judged.rules[1:])))


@pytest.mark.parametrize(("number", "limits", "text"), [
    ("-6.38", (), "\u22126.4 %"), ("20", (20,), "+20.0 %"), ("29.96", (30,), "+29.96 %"), ("-29.96", (-30,), "\u221229.96 %"), ("29.94", (30,), "+29.9 %"),
    ("30.04", (30,), "+30.04 %"),
    ("29.99999", (30,), "+29.99999 %"), ("-0.04", (), "0.0 %"), ("0", (), "0.0 %"),
])  # fmt: skip
def test_per_cent(number: str, limits: tuple[int, ...], text: str) -> None:
    assert wording.percent(Decimal(number), *(Decimal(limit) for limit in limits)) == text


@pytest.mark.parametrize(
    ("number", "text"), [("31", "31"), ("31.0", "31.0"), ("33.6128", "33.6"), ("9.96", "9.96"), ("10.04", "10.04"), ("4.95", "4.95"), ("0.04", "0.04"), ("45.25", "45.3")]
)
def test_millimetres(number: str, text: str) -> None:
    assert wording.mm(Decimal(number)) == text


@pytest.mark.parametrize(("number", "text"), [("1.79", "×1.8"), ("1.96", "×1.96"), ("2", "×2.0"), ("2.04", "×2.04")])
def test_a_ratio(number: str, text: str) -> None:
    assert wording.fold(Decimal(number), Decimal(2)) == text


def test_bounds_are_rounded_away_from_the_claim() -> None:
    assert wording.floor_percent(Decimal("99.17")) == "99.1 %"
    assert wording.ceiling_percent(Decimal("99.11")) == "99.2 %"


def test_words_are_joined_and_counted() -> None:
    assert [wording.joined(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert [wording.counted(number, "cycle") for number in (0, 1, 2)] == ["0 cycles", "1 cycle", "2 cycles"]
