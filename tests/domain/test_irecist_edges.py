"""Edges of iRECIST: what counts as gone, which new lesions are targets, what is compared with the iUPD and what is not known of it."""

import pytest

from tests.domain.cases import Chart, Typed, immune, sized


def labels(chart: Chart) -> list[str | None]:
    """The iRECIST response of each assessment after the baseline."""
    return [size.irecist for size in sized(chart.review())[1:]]


def found(*new: str, organs: tuple[str, ...] = (), kind: str = "mass", sizes: tuple[Typed, ...] = ()) -> Chart:
    """An iUPD on day 42 because of these new lesions alone, the next time point 35 days later begun."""
    chart = immune("yes", 60, 60)
    chart.observations.pop()  # the answer "no" of the scan
    for place, label in enumerate(new):
        chart.lesion(label, "node" if kind == "node" else "mass", role="new", organ=organs[place] if organs else "lung").new("yes", label)
        if sizes:
            chart.size(label, sizes[place])
    return chart.at("scan 2", 77).sizes(primary=60)


def test_a_confirmed_progression_stands_at_every_later_assessment() -> None:
    assert labels(immune("yes", 40, 60, 70, 41, 41, 30)) == ["iUPD"] + 4 * ["iCPD"]


def test_an_iupd_with_a_date_and_an_assessment_without_one_leave_the_days_unknown() -> None:
    chart = immune("yes", 40, 60).at("after C4", None, 4).sizes(primary=80).new("no")
    assert labels(chart) == ["iUPD", "iUPD"]
    assert "the days since the iUPD are not known" in (chart.rule("IRC-02", "after C4").reason or "")


# New lesions


def test_every_new_lesion_has_to_be_gone() -> None:
    assert labels(found("N1", "N2").size("N1", "ABSENT").size("N2", "ABSENT").new("no")) == ["iUPD", "iSD"]
    assert labels(found("N1", "N2").size("N1", "ABSENT").new("no")) == ["iUPD", "iUPD"]
    assert labels(found("N1", "N2").size("N1", "ABSENT").new("no", "N2")) == ["iUPD", "iSD"]


@pytest.mark.parametrize(("typed", "label"), [(0, "iSD"), ("ABSENT", "iSD"), (1, "iUPD"), ("NE", "iUPD"), ("<1", "iUPD"), ("TSTM", "iUPD")])
def test_a_new_lesion_of_no_size_is_gone_and_of_one_millimetre_is_not(typed: Typed, label: str) -> None:
    assert labels(found("N1", sizes=(20,)).size("N1", typed).new("no")) == ["iUPD", label]


def test_a_new_lesion_said_gone_and_measured_all_the_same_is_there() -> None:
    assert labels(found("N1", sizes=(20,)).size("N1", 12).add("lesion.status", "ABSENT", lesion="N1").new("no")) == ["iUPD", "iUPD"]


def test_a_new_lesion_said_gone_and_not_evaluable_in_the_same_place_is_not_gone() -> None:
    chart = found("N1", sizes=(20,)).size("N1", "NE").add("lesion.status", "ABSENT", lesion="N1").new("no")
    assert labels(chart) == ["iUPD", "iUPD"]
    assert labels(found("N1", sizes=(20,)).size("N1", "ABSENT").add("lesion.status", "ABSENT", lesion="N1").new("no")) == ["iUPD", "iSD"]


@pytest.mark.parametrize(("organs", "kind", "label"), [
    (("lung", "liver", "bone", "brain", "skin", "spleen"), "mass", "iCPD"), (("lung", "liver", "bone", "brain", "skin"), "mass", "iUPD"),
    (("lung", "lung", "Lung"), "mass", "iCPD"), (("lung", "lung"), "mass", "iUPD"), (("neck", "axilla", "groin"), "node", "iCPD"), (("lung", "liver", "bone"), "mass", "iUPD"),
])  # fmt: skip
def test_new_targets_keep_to_five_and_to_two_in_an_organ(organs: tuple[str, ...], kind: str, label: str) -> None:
    """The smallest grows by 1 mm: as a target that is too little, as any other new lesion it is enough."""
    names = tuple(f"N{place}" for place in range(len(organs)))
    sizes = tuple(40 - place for place in range(len(organs)))
    chart = found(*names, organs=organs, kind=kind, sizes=sizes)
    for name, size in zip(names, sizes, strict=True):
        chart.size(name, size + (name == names[-1]))
    assert labels(chart.new("yes", "N0")) == ["iUPD", label]


def test_new_targets_measured_in_another_way_prove_nothing() -> None:
    chart = found("N1", sizes=(20,)).size("N1", 30, "CT").new("yes", "N1")
    assert labels(chart) == ["iUPD", "iUPD"]
    assert "growth of the new targets since the iUPD is not known" in (chart.rule("IRC-02", "scan 2").reason or "")


@pytest.mark.parametrize(("then", "now"), [((20, 15), (30, "NE")), ((20, 15), (20, "NE"))])
def test_new_targets_of_which_one_is_not_measured_prove_nothing(then: tuple[Typed, ...], now: tuple[Typed, ...]) -> None:
    chart = found("N1", "N2", sizes=then).size("N1", now[0]).size("N2", now[1]).new("yes", "N1")
    assert (labels(chart)[-1], chart.rule("IRC-02", "scan 2").state) == ("iUPD", "not_evaluable")


def test_one_new_lesion_that_grew_confirms_although_another_is_not_known() -> None:
    chart = found("N1", "N2", sizes=(5, 5)).size("N1", 6).size("N2", "NE").new("yes", "N1")
    assert labels(chart) == ["iUPD", "iCPD"]
    chart = found("N1", "N2", sizes=(5, 5)).size("N1", 5).size("N2", "NE").new("yes", "N1")
    assert (labels(chart), chart.rule("IRC-02", "scan 2").state) == (["iUPD", "iUPD"], "not_evaluable")


# Targets and other disease


def other(then: str, now: str, *, primary: Typed = 40) -> Chart:
    """Non-target disease is the reason of the iUPD."""
    chart = immune("yes", 40, 40).at("baseline", -7).status("rest", "PRESENT").at("scan 1", 42).status("rest", then)
    return chart.at("scan 2", 77).sizes(primary=primary).status("rest", now).new("no")


def test_a_target_that_grows_is_no_growth_of_non_target_disease() -> None:
    chart = other("PD", "PD", primary=41)
    assert labels(chart) == ["iUPD", "iUPD"]
    assert "growth of every non-target lesion since the iUPD is not known" in (chart.rule("IRC-02", "scan 2").reason or "")
    assert labels(other("PD", "PD", primary=48)) == ["iUPD", "iCPD"]


def test_a_second_non_target_lesion_progressive_since_confirms() -> None:
    chart = other("PD", "PD").at("baseline", -7).status("ascites", "PRESENT").at("scan 1", 42).status("ascites", "PRESENT").at("scan 2", 77).status("ascites", "PD")
    assert labels(chart) == ["iUPD", "iCPD"]
    assert "non-target lesion ascites grew since the iUPD" in chart.rule("IRC-02", "scan 2").sentence
    chart = other("PD", "PD").at("scan 2", 77).status("ascites", "PD")
    assert labels(chart) == ["iUPD", "iUPD"]


def test_a_lesion_chosen_as_target_and_never_measured_counts_with_the_others() -> None:
    chart = other("PD", "PD").lesion("pleura", role="target").at("scan 1", 42).add("lesion.status", "PRESENT", lesion="pleura")
    chart.at("scan 2", 77).add("lesion.status", "PD", lesion="pleura")
    assert "pleura grew" in chart.rule("IRC-02", "scan 2").sentence


def test_a_non_target_lesion_measured_in_another_way_is_not_known_to_grow() -> None:
    chart = immune("yes", 40, 40).lesion("rest", role="non_target").at("baseline", -7).status("rest", "PRESENT").at("scan 1", 42).size("rest", 20).status("rest", "PD")
    chart.at("scan 2", 77).sizes(primary=40).size("rest", 26, "CT").status("rest", "PD").new("no")
    assert (labels(chart), chart.rule("IRC-02", "scan 2").state) == (["iUPD", "iUPD"], "not_evaluable")


def test_a_non_target_lesion_measured_for_the_first_time_is_not_known_to_grow() -> None:
    chart = other("PD", "PD").size("rest", 26)
    assert (labels(chart), chart.rule("IRC-02", "scan 2").state) == (["iUPD", "iUPD"], "not_evaluable")


def test_targets_measured_in_another_way_than_at_the_iupd_confirm_nothing() -> None:
    chart = Chart(cycles=4).at("baseline", -7).add("treatment.immune", "yes").sizes(None, primary=40).at("scan 1", 42).sizes("MRI", primary=60).new("no")
    chart.at("scan 2", 77).sizes("CT", primary=80).new("no")
    assert labels(chart) == ["iUPD", "iUPD"]
    assert chart.rule("IRC-02", "scan 2").state == "not_evaluable"
    first = Chart(cycles=4).at("baseline", -7).add("treatment.immune", "yes").sizes("MRI", primary=40).at("scan 1", 42).sizes(None, primary=60).new("no")
    first.at("scan 2", 77).sizes("CT", primary=80).new("yes", "N1")
    assert labels(first) == ["iUPD", "iCPD"]
    assert "sum of targets" not in first.rule("IRC-02", "scan 2").sentence


@pytest.mark.parametrize(("then", "now"), [((90, "NE"), (90, 20)), ((90, 20), (99, "NE")), ((90, "NE"), (99, "NE"))])
def test_a_sum_that_is_not_whole_confirms_nothing(then: tuple[Typed, ...], now: tuple[Typed, ...]) -> None:
    """The first target alone is progressive against the whole baseline."""
    chart = Chart(cycles=4).at("baseline", -7).add("treatment.immune", "yes").sizes(a=40, b=20)
    for name, day, sizes in (("scan 1", 42, then), ("scan 2", 77, now)):
        chart.at(name, day).sizes(a=sizes[0], b=sizes[1]).new("no")
    assert labels(chart) == ["iUPD", "iUPD"]
    assert "growth of the target lesions since the iUPD is not known" in (chart.rule("IRC-02", "scan 2").reason or "")


def test_an_open_iupd_beside_what_cannot_be_evaluated_says_ne() -> None:
    chart = immune("yes", 40, 60, "NE")
    assert (chart.rule("IRC-02", "scan 2").detail, chart.rule("IRC-02", "scan 2").state) == ("NE", "not_evaluable")
    assert immune("yes", 40, 60).rule("IRC-02", "scan 1").detail == "iUPD"
