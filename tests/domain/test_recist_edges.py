"""Edges of RECIST that no boundary vector stands on: what is the baseline, the nadir, a lesion back, an unsure new lesion."""

import pytest

from tests.domain.cases import Chart, sized, two_points


def test_a_later_size_of_non_target_disease_is_not_the_baseline_of_the_targets() -> None:
    chart = Chart(cycles=2).lesion("rest", role="non_target").at("CT", -7).sizes("CT", primary=40).at("bone scan", -2).sizes("CT", rest=12)
    size = chart.at("after C2", 42).sizes("CT", primary=20, rest=12).new("no").last_size()
    assert size.change_from_baseline_pct == -50
    assert size.target == "PR"


def test_a_baseline_without_gaps_has_no_reason() -> None:
    assert sized(Chart(cycles=1).at("baseline", -7).sizes(primary=40).review())[0].reason is None


def test_stable_disease_after_a_partial_response_is_said_first() -> None:
    chart = Chart(cycles=4).at("baseline", -7).sizes(primary=100).at("after C2", 42).sizes(primary=60).new("no")
    size = chart.at("after C3", 63).sizes(primary=71).new("equivocal").last_size()
    assert size.reason == "SD by size, PR earlier; equivocal new lesion counted as no"


def test_of_equal_sums_the_first_is_the_nadir() -> None:
    chart = Chart(cycles=8).at("baseline", -7).sizes(primary=50)
    for day in (42, 63, 84):
        chart.at(f"day {day}", day).sizes(primary=40 if day < 84 else 45).new("no")
    assert [visit.id for visit in chart.visits][-3:] == ["v9", "v10", "v11"]  # as text the second comes before the first
    assert "at day 42" in chart.rule("REC-06", "day 84").sentence


def test_a_mass_of_one_millimetre_back_is_progression() -> None:
    chart = Chart(cycles=4).at("baseline", -7).sizes(primary=30).at("after C2", 42).sizes(primary="ABSENT").new("no")
    assert chart.at("after C3", 63).sizes(primary=1).new("no").last_size().overall == "PD"


def test_two_nodes_back_are_not_waited_for() -> None:
    chart = Chart(cycles=4).lesion("N1", "node").lesion("N2", "node").at("baseline", -7).sizes(N1=20, N2=20).at("after C2", 42).sizes(N1=8, N2=8).new("no")
    found = chart.at("after C3", 63).sizes(N1=11, N2=12).new("no").rule("REC-17", "after C3")
    assert found.state == "met"
    assert "re-image" not in found.sentence


def _unsure(*answers: tuple[str, str | None]) -> list[str | None]:
    chart = Chart(cycles=1).lesion("A", role="new").at("baseline", -7).sizes(primary=50)
    for place, (answer, lesion) in enumerate(answers, start=1):
        chart.at(f"scan {place}", 42 * place).sizes(primary=50).new(answer, lesion)
    return [size.new_lesion for size in sized(chart.review())[1:]]


def test_an_equivocal_lesion_counts_from_its_first_appearance_once_the_next_scan_confirms_it() -> None:
    assert _unsure(("equivocal", "A"), ("yes", "A")) == ["yes", "yes"]


def test_a_lesion_denied_at_first_counts_from_the_scan_that_found_it() -> None:
    assert _unsure(("no", "A"), ("yes", "A")) == ["no", "yes"]


def test_an_equivocal_lesion_without_a_name_is_not_confirmed_by_another_one() -> None:
    assert _unsure(("equivocal", None), ("yes", None)) == ["equivocal", "yes"]


def test_a_new_lesion_that_becomes_unsure_is_not_confirmed_by_the_past() -> None:
    assert _unsure(("yes", "A"), ("equivocal", "A")) == ["yes", "equivocal"]


def test_a_new_lesion_answers_for_itself_from_one_millimetre_on() -> None:
    chart = Chart(cycles=3).lesion("A", role="new").at("baseline", -7).sizes(primary=50)
    chart.at("scan 1", 42).sizes(primary=50, A=0).at("scan 2", 63).sizes(primary=50, A=1)
    assert [size.new_lesion for size in sized(chart.review())[1:]] == [None, "yes"]


def test_a_size_of_no_named_lesion_is_no_new_lesion() -> None:
    chart = Chart(cycles=2).at("baseline", -7).sizes(primary=50).at("after C2", 42).sizes(primary=50).add("size.diameter", 12, method="MRI")
    assert chart.last_size().new_lesion is None


def test_an_answer_on_new_lesions_alone_is_no_response() -> None:
    assert Chart(cycles=2).at("baseline", -7).add("lesion.new", "no").at("after C2", 42).new("no").last_size().overall is None


def test_without_a_baseline_of_non_target_disease_its_absence_is_no_response() -> None:
    chart = Chart().at("scan 1", 42).sizes(primary=50).status("rest", "ABSENT").at("scan 2", 63).sizes(primary=50).status("rest", "ABSENT")
    assert [size.non_target for size in sized(chart.review())] == ["none", "none"]


def test_a_lesion_that_the_baseline_does_not_know_hinders_no_complete_response() -> None:
    chart = Chart(cycles=2).at("baseline", -7).status("A", "PRESENT").at("after C2", 42).status("A", "ABSENT").status("B", "NE")
    assert chart.last_size().non_target == "CR"


def test_a_complete_response_read_as_a_whole_needs_a_normal_marker_too() -> None:
    chart = Chart(cycles=3).at("baseline", -7).add("lesion.non_target", "NON-CR/NON-PD").add("marker.cea", 20, uln=5)
    chart.at("scan 1", 42).add("lesion.non_target", "CR").add("marker.cea", 12, uln=5).at("scan 2", 63).add("lesion.non_target", "CR").add("marker.cea", 4, uln=5)
    assert [size.non_target for size in sized(chart.review())[1:]] == ["NON-CR/NON-PD", "CR"]


def _with_markers(**now: tuple[str, str]) -> str | None:
    """Non-target disease that is gone, with the markers of baseline and now (upper limit 35)."""
    chart = Chart(cycles=2)
    for place, (name, day, status) in enumerate((("baseline", -7, "PRESENT"), ("after C2", 42, "ABSENT"))):
        chart.at(name, day).status("rest", status)
        for marker, values in now.items():
            chart.add(f"marker.{marker}", values[place], uln=35)
    return chart.last_size().non_target


def test_a_marker_that_was_normal_does_not_hide_one_that_is_still_raised() -> None:
    assert _with_markers(ca125=("20", "20"), cea=("90", "80")) == "NON-CR/NON-PD"


def test_a_marker_only_known_to_lie_above_a_value_is_not_known_to_be_normal() -> None:
    assert _with_markers(cea=("90", ">20")) == "NE"


def test_progression_stated_of_a_target_counts_at_its_own_scan_only() -> None:
    chart = Chart(cycles=3).at("baseline", -7).sizes(primary=50).status("rest", "PRESENT")
    chart.at("scan 1", 42).sizes(primary=50).status("rest", "PRESENT").at("scan 2", 63).sizes(primary=50).status("rest", "PRESENT").status("primary", "PD")
    assert [size.non_target for size in sized(chart.review())[1:]] == ["NON-CR/NON-PD", "PD"]


def test_a_measured_non_target_lesion_is_gone_at_the_scan_that_measures_nothing() -> None:
    chart = Chart(cycles=4).lesion("rest", role="non_target").at("baseline", -7).sizes(primary=50, rest=12)
    for day, size in ((42, 12), (63, 1), (84, 0)):
        chart.at(f"day {day}", day).sizes(primary=50, rest=size).new("no")
    assert [size.non_target for size in sized(chart.review())[1:]] == ["NON-CR/NON-PD", "NON-CR/NON-PD", "CR"]


@pytest.mark.parametrize(("now", "state"), [("77.8", "met"), ("77.9", "not_met"), ("125.4", "not_met"), ("125.5", "met")])
def test_the_ends_of_the_band_of_variability_are_within_it(now: str, state: str) -> None:
    assert two_points(100, now).rule("KIN-07").state == state


def test_non_target_disease_of_an_examination_too_old_is_no_baseline() -> None:
    chart = Chart(cycles=2).at("old", -200).status("rest", "PRESENT").at("baseline", -7).sizes(primary=50)
    assert chart.at("after C2", 42).sizes(primary=50).status("rest", "ABSENT").last_size().non_target == "none"


def test_non_target_disease_read_as_a_whole_is_missed_when_nothing_is_said_of_it() -> None:
    chart = Chart(cycles=2).at("baseline", -7).sizes(primary=50).add("lesion.non_target", "NON-CR/NON-PD")
    assert chart.at("after C2", 42).sizes(primary=50).new("no").last_size().non_target == "NE"


def test_after_surgery_nothing_is_said_of_lesions_that_come_back() -> None:
    chart = Chart(cycles=4).at("baseline", -7).sizes(primary=30).at("after C2", 42).sizes(primary="ABSENT").new("no")
    chart.at("surgery", 70).add("event.surgery", "yes")
    found = chart.at("later", 160).sizes(primary=14).new("no").rule("REC-17", "later")
    assert (found.state, found.reason) == ("not_applicable", "after surgery")


def test_a_non_target_lesion_that_was_not_assessed_is_not_a_lesion_that_stayed_away() -> None:
    chart = Chart(cycles=6).lesion("rest", role="non_target").at("baseline", -7).sizes(primary=30).add("lesion.status", "PRESENT", lesion="rest")
    chart.at("after C2", 42).sizes(primary="ABSENT").add("lesion.status", "ABSENT", lesion="rest").new("no")
    chart.at("after C4", 84).sizes(primary="ABSENT").add("lesion.status", "NE", lesion="rest").new("no")
    found = chart.rule("REC-17", "after C4")
    assert found.state == "not_evaluable"
    assert "lesion.status" in found.missing
