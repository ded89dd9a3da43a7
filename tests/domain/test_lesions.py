"""Lesions that split, merge, vanish, come back, are new, or are known only by a bound."""

import pytest

from nacdesk.domain.facts import Lesion
from tests.domain.cases import Chart, at_visit, sized


def split(*, later: dict[str, str | int]) -> Chart:
    """A lesion A of 40 mm that is seen as A1 and A2 after two cycles; `later` is what is measured after three."""
    chart = Chart(cycles=6).lesion("A1", origin=("A",)).lesion("A2", origin=("A",))
    chart.at("baseline", -7).sizes(A=40).at("after C2", 42).sizes(A1=10, A2=12).new("no").at("after C3", 63).new("no")
    for label, typed in later.items():
        chart.size(label, typed)
    return chart


def test_fragments_of_a_split_lesion_add_up() -> None:
    judged = split(later={"A1": 14, "A2": 16}).review()
    assert [size.sum_mm for size in sized(judged)] == [40, 22, 30]
    assert [size.target for size in sized(judged)] == [None, "PR", "PD"]


def test_a_fragment_that_is_not_measured_again_leaves_the_response_open() -> None:
    size = split(later={"A1": 10}).last_size()
    assert (size.sum_mm, size.target) == (None, "NE")
    assert "A2 not measured" in (size.reason or "")


def test_a_fragment_alone_can_prove_progression() -> None:
    assert split(later={"A1": 30}).last_size().target == "PD"


def test_a_lesion_that_keeps_its_label_still_counts_beside_its_fragment() -> None:
    chart = Chart(cycles=6).lesion("A2", origin=("A",)).at("baseline", -7).sizes(A=40).at("after C2", 42).sizes(A=20, A2=15).new("no")
    assert chart.last_size().sum_mm == 35
    assert chart.at("after C3", 63).sizes(A2=15).new("no").last_size().target == "NE"


@pytest.mark.parametrize(("parent", "total"), [("ABSENT", 22), ("NE", None)])
def test_the_state_of_the_parent_beside_measured_fragments(parent: str, total: int | None) -> None:
    """Gone as such, it is its fragments; not evaluable, part of it is not known."""
    chart = Chart(cycles=6).lesion("A1", origin=("A",)).lesion("A2", origin=("A",)).at("baseline", -7).sizes(A=40)
    size = chart.at("after C2", 42).sizes(A=parent, A1=10, A2=12).new("no").last_size()
    assert size.sum_mm == total
    assert size.target == ("NE" if total is None else "PR")


@pytest.mark.parametrize("rest", [{}, {"A": "ABSENT", "B": "ABSENT"}, {"A": "NE", "B": "NE"}])
def test_a_merged_mass_counts_once(rest: dict[str, str]) -> None:
    chart = Chart(cycles=6).lesion("M", origin=("A", "B")).at("baseline", -7).sizes(A=40, B=30, C=10)
    size = chart.at("after C2", 42).sizes(M=50, C=10, **rest).new("no").last_size()
    assert (size.sum_mm, size.target) == (60, "SD")


def test_a_fragment_of_a_fragment_is_followed() -> None:
    chart = split(later={"A1": 8, "A21": 5, "A22": 4})
    chart.lesion("A21", origin=("A2",)).lesion("A22", origin=("A2",))
    assert chart.last_size().sum_mm == 17


def test_a_lesion_of_unknown_origin_stands_for_itself() -> None:
    """It was not there at baseline, so there is no sum to compare with; it is not silently left out."""
    chart = Chart(cycles=6).lesion("X", origin=("nobody",)).at("baseline", -7).sizes(A=40).at("after C2", 42).sizes(A=20, X=30).new("no")
    assert chart.last_size().target == "NE"
    assert "X not measured" in (chart.last_size().reason or "")


def test_lesions_that_come_from_one_another_stand_for_themselves() -> None:
    chart = Chart(cycles=6).lesion("A", origin=("B",)).lesion("B", origin=("A",)).at("baseline", -7).sizes(A=20, B=20).at("after C2", 42).sizes(A=10, B=10)
    assert [size.sum_mm for size in sized(chart.review())] == [40, 20]


def test_a_lesion_with_a_pet_value_only_is_no_target_of_the_sum() -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=40)
    chart.lesions["hot"] = Lesion("hot")
    chart.add("pet.suvmax", 9, lesion="hot").at("after C2", 42).sizes(A=20).new("no")
    assert chart.last_size().target == "PR"


@pytest.mark.parametrize(("bound", "target"), [(">60", "PD"), (">59", "NE"), ("<5", "NE"), (">0", "NE")])
def test_a_bound_proves_progression_where_it_alone_is_enough(bound: str, target: str) -> None:
    size = Chart(cycles=4).at("baseline", -7).sizes(A=50).at("after C2", 42).sizes(A=bound).last_size()
    assert (size.sum_mm, size.target) == (None, target)


@pytest.mark.parametrize(("typed", "target"), [("NE", "NE"), (4, "NE"), ("TSTM", "PD"), (20, "PD"), ("ABSENT", "NE")])
def test_a_target_that_was_absent_at_baseline_can_only_grow(typed: str | int, target: str) -> None:
    assert Chart(cycles=4).at("baseline", -7).sizes(A="ABSENT").at("after C2", 42).sizes(A=typed).last_size().target == target


def test_a_mass_back_after_complete_response_is_progression_though_another_is_not_evaluable() -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=20, B=20).at("after C2", 42).sizes(A="ABSENT", B="ABSENT").new("no")
    size = chart.at("after C3", 63).sizes(A=2, B="NE").new("no").last_size()
    assert (size.target, size.overall) == ("PD", "PD")
    assert chart.rule("REC-17", "after C3").state == "met"


def test_a_non_target_mass_back_after_complete_response_is_progression() -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=20).status("rest", "PRESENT").at("after C2", 42).sizes(A="ABSENT").status("rest", "ABSENT").new("no")
    size = chart.at("after C3", 63).sizes(A="ABSENT").status("rest", "PRESENT").new("no").last_size()
    assert (size.target, size.non_target, size.overall) == ("CR", "NON-CR/NON-PD", "PD")
    assert "rest back after complete response" in chart.rule("REC-17", "after C3").sentence.lower()


def test_a_node_that_is_back_beside_a_mass_is_not_the_only_change() -> None:
    chart = Chart(cycles=6).lesion("N", "node").at("baseline", -7).sizes(N=20).status("rest", "PRESENT")
    chart.at("after C2", 42).sizes(N=8).status("rest", "ABSENT").new("no")
    sentence = chart.at("after C3", 63).sizes(N=12).status("rest", "PRESENT").new("no").rule("REC-17", "after C3").sentence
    assert "N, rest back after complete response" in sentence
    assert "re-image" not in sentence


def test_each_lesion_carries_what_it_adds_to_the_sum() -> None:
    size = Chart(cycles=4).at("baseline", -7).sizes(A=20, B=20, C=20, D=20).at("now", 42).sizes(A=7, B="TSTM", C="ABSENT", D="NE").last_size()
    assert size.lesions == {"A": 7, "B": 5, "C": 0}
    assert size.reason == "D not evaluable; new lesions not recorded"


def test_stable_after_partial_response_says_so() -> None:
    chart = Chart(cycles=8).at("baseline", -7).sizes(A=100).at("after C2", 42).sizes(A=68).new("no").at("after C4", 84).sizes(A=75).new("no")
    assert chart.last_size().target == "SD"
    assert "SD by size, PR earlier" in chart.rule("REC-13", "after C4").sentence
    assert chart.review().best.unconfirmed == "PR"
    stable = Chart(cycles=8).at("baseline", -7).sizes(A=100).at("after C2", 42).sizes(A=90).new("no").at("after C4", 84).sizes(A=75).new("no")
    assert "PR earlier" not in stable.rule("REC-13", "after C4").sentence


# New lesions


def follow_up(role: str = "new") -> Chart:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=40)
    chart.lesions["X"] = Lesion("X", role=role)  # type: ignore[arg-type]  # a role, chosen by the test
    return chart.at("after C2", 42).sizes(A=20)


@pytest.mark.parametrize(("typed", "answer"), [(8, "yes"), ("TSTM", "yes"), ("<5", "yes"), ("ABSENT", None), ("NE", None)])
def test_a_new_lesion_that_is_measured_answers_the_question(typed: str | int, answer: str | None) -> None:
    size = follow_up().size("X", typed).last_size()
    assert (size.new_lesion, size.overall, size.provisional) == (answer, "PD" if answer else "PR", answer is None)
    assert ("new lesion" in (size.reason or "").split("; ")) is (answer == "yes")


@pytest.mark.parametrize(("code", "answer"), [("PRESENT", "yes"), ("PD", "yes"), ("ABSENT", None), ("NE", None)])
def test_a_new_lesion_with_a_state_answers_the_question(code: str, answer: str | None) -> None:
    assert follow_up().status("X", code).last_size().new_lesion == answer


def test_an_equivocal_lesion_stays_so_though_it_is_measured() -> None:
    size = follow_up().size("X", 8).new("equivocal", lesion="X").last_size()
    assert (size.new_lesion, size.overall) == ("equivocal", "PR")
    assert "equivocal new lesion counted as no" in (size.reason or "")


@pytest.mark.parametrize("confirmation", ["stated", "measured", "another"])
def test_a_confirmed_lesion_dates_the_progression_to_its_first_appearance(confirmation: str) -> None:
    chart = follow_up().new("equivocal", lesion="X").at("after C3", 63).sizes(A=20)
    if confirmation == "measured":
        chart.size("X", 9)
    else:
        chart.new("yes", lesion="X" if confirmation == "stated" else "Y")
    judged = chart.review()
    assert [size.overall for size in sized(judged)[1:]] == ["PR" if confirmation == "another" else "PD", "PD"]


def test_the_accepted_reader_answers_for_new_lesions_and_states() -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=40).status("rest", "PRESENT").at("after C2", 42).sizes(A=20)
    chart.add("lesion.new", "yes", reader="R1").add("lesion.new", "no", reader="R2", accepted=True)
    chart.add("lesion.status", "PD", lesion="rest", reader="R1").add("lesion.status", "PRESENT", lesion="rest", reader="R2", accepted=True)
    size = chart.last_size()
    assert (size.new_lesion, size.non_target, size.overall) == ("no", "NON-CR/NON-PD", "PR")


def test_readers_who_disagree_never_hide_a_progression() -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=40).status("rest", "PRESENT").at("after C2", 42).sizes(A=20)
    for reader, new, status in (("R1", "yes", "PD"), ("R2", "no", "PRESENT")):
        chart.add("lesion.new", new, reader=reader).add("lesion.status", status, lesion="rest", reader=reader)
    assert (chart.last_size().new_lesion, chart.last_size().non_target) == ("yes", "PD")


@pytest.mark.parametrize(("codes", "response"), [(("CR", "NON-CR/NON-PD"), "NE"), (("CR", "PD"), "PD"), (("CR", "CR"), "CR")])
def test_unlike_statements_on_all_non_target_lesions(codes: tuple[str, str], response: str) -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=40).status("rest", "PRESENT").at("after C2", 42).sizes(A=20)
    for reader, code in enumerate(codes):
        chart.add("lesion.non_target", code, reader=f"R{reader}")
    assert chart.last_size().non_target == response


# Non-target disease


def test_non_target_disease_that_is_there_is_no_complete_response_though_the_baseline_says_nothing_of_it() -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=40).at("after C2", 42).sizes(A="ABSENT").status("rest", "PRESENT").new("no")
    assert (chart.last_size().non_target, chart.last_size().overall) == ("NON-CR/NON-PD", "PR")


def test_non_target_disease_never_recorded_counts_as_none() -> None:
    size = Chart(cycles=6).at("baseline", -7).sizes(A=40).at("after C2", 42).sizes(A="ABSENT").new("no").last_size()
    assert (size.non_target, size.overall) == ("none", "CR")


def test_two_examinations_before_treatment_are_one_baseline_of_non_target_disease() -> None:
    chart = Chart(cycles=6).at("CT", -10).sizes(A=40).status("liver", "PRESENT").at("bone scan", -3).status("spine", "PRESENT")
    judged = chart.at("after C2", 42).sizes(A=20).status("spine", "ABSENT").new("no").review()
    assert [size.overall for size in sized(judged)] == [None, None, "PR"]
    assert sized(judged)[-1].non_target == "NE"


@pytest.mark.parametrize(("kind", "typed", "response"), [
    ("node", "9.9", "CR"), ("node", "10", "NON-CR/NON-PD"), ("node", "<9", "CR"), ("node", "<11", "NON-CR/NON-PD"), ("node", "TSTM", "NON-CR/NON-PD"),
    ("mass", "3", "NON-CR/NON-PD"),
    ("mass", "ABSENT", "CR"), ("mass", "NE", "NE"),
])  # fmt: skip
def test_non_target_disease_that_is_measured(kind: str, typed: str, response: str) -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=40)
    chart.lesions["rest"] = Lesion("rest", kind, "non_target")  # type: ignore[arg-type]  # mass or node
    chart.size("rest", 12).at("after C2", 42).sizes(A=20).size("rest", typed)
    assert chart.last_size().non_target == response


@pytest.mark.parametrize(("code", "response"), [("PD", "PD"), ("PRESENT", "NON-CR/NON-PD"), ("ABSENT", "CR")])
def test_a_state_without_a_role_is_of_non_target_disease(code: str, response: str) -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=40)
    chart.lesions["rest"] = Lesion("rest")
    chart.status("rest", "PRESENT").at("after C2", 42).sizes(A=20).status("rest", code)
    assert chart.last_size().non_target == response


@pytest.mark.parametrize(("code", "response"), [("PD", "PD"), ("PRESENT", "none")])
def test_of_the_states_of_a_measured_target_only_progression_counts(code: str, response: str) -> None:
    size = Chart(cycles=6).at("baseline", -7).sizes(A=40).at("after C2", 42).sizes(A=20).status("A", code).last_size()
    assert (size.target, size.non_target) == ("PR", response)


@pytest.mark.parametrize(("codes", "response"), [(("PRESENT", "ABSENT"), "NE"), (("PRESENT", "PD"), "PD")])
def test_unlike_states_of_one_lesion_are_not_decided_by_the_program(codes: tuple[str, str], response: str) -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=40).status("rest", "PRESENT").at("after C2", 42).sizes(A=20)
    for reader, code in enumerate(codes):
        chart.add("lesion.status", code, lesion="rest", reader=f"R{reader}")
    assert chart.last_size().non_target == response


def test_non_target_disease_stated_together_at_baseline_is_looked_for_later() -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(A=40).add("lesion.non_target", "NON-CR/NON-PD").at("after C2", 42).sizes(A="ABSENT").new("no")
    assert (chart.last_size().non_target, chart.last_size().overall) == ("NE", "PR")


def test_a_case_of_non_target_disease_alone_is_judged_by_its_states() -> None:
    chart = Chart(cycles=6).at("baseline", -7).status("rest", "PRESENT").at("after C2", 42).status("rest", "PRESENT")
    assert at_visit(chart.review(), "REC-14", "after C2").state == "not_evaluable"
    assert chart.last_size().provisional
    assert chart.new("no").rule("REC-14", "after C2").detail == "NON-CR/NON-PD"
    assert chart.rule("REC-13", "after C2").state == "not_applicable"
