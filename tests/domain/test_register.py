"""Nothing that is judged or printed changes unseen: the register holds it as read and accepted."""

import pytest

from tests.domain.register import CASES, VECTOR_CASES, lines, of_vector, written


@pytest.mark.parametrize("name", CASES)
def test_every_judgement_of_the_case_is_as_accepted(name: str) -> None:
    assert lines(name) == written()[name]


@pytest.mark.parametrize("name", VECTOR_CASES)
def test_the_rule_of_the_vector_says_all_that_was_accepted(name: str) -> None:
    assert of_vector(*VECTOR_CASES[name]) == written().get(name, [])


def test_the_register_holds_no_case_that_is_gone() -> None:
    assert set(written()) <= set(CASES) | set(VECTOR_CASES)
