"""iRECIST (IRC-01 to IRC-03): when an iUPD is confirmed, when it stays, when the bar is reset."""

from decimal import Decimal

import pytest

from nacdesk.interop.review_json import to_json
from tests.domain.cases import Chart, Typed, immune, sized


def labels(chart: Chart) -> list[str | None]:
    """The iRECIST response of each assessment after the baseline."""
    return [size.irecist for size in sized(chart.review())[1:]]


def later(chart: Chart, day: int, name: str = "scan 2") -> Chart:
    """The next assessment, so many days after the iUPD of day 42."""
    return chart.at(name, 42 + day)


@pytest.mark.parametrize(("sum_mm", "label"), [("64.9", "iUPD"), ("65.0", "iCPD"), ("65.1", "iCPD")])
def test_five_millimetres_since_the_iupd_confirm(sum_mm: str, label: str) -> None:
    chart = immune("yes", 40, 60, sum_mm)
    assert labels(chart) == ["iUPD", label]
    assert chart.rule("IRC-02", "scan 2").state == ("met" if label == "iCPD" else "not_met")


@pytest.mark.parametrize(("day", "detail", "state"), [
    (27, "iUPD", "not_evaluable"), (28, "iCPD", "met"), (29, "iCPD", "met"), (55, "iCPD", "met"), (56, "iCPD", "met"), (57, "iCPD (late confirmation)", "met"),
])  # fmt: skip
def test_the_window_of_confirmation(day: int, detail: str, state: str) -> None:
    found = later(immune("yes", 40, 60), day).sizes(primary=70).new("no").rule("IRC-02", "scan 2")
    assert (found.detail, found.state) == (detail, state)


def test_a_confirmed_progression_is_dated_to_its_iupd_and_stands() -> None:
    chart = immune("yes", 40, 60, 70, 41)
    assert labels(chart) == ["iUPD", "iCPD", "iCPD"]
    found = chart.rule("IRC-02")
    assert "dated to the iUPD at scan 1 (16 Feb 2026)" in found.sentence
    assert "it stands at scan 3" in found.sentence
    assert found.severity == "alert"
    assert chart.review().tally["anatomic"].met


def test_the_bar_is_reset_and_the_next_progression_is_unconfirmed_again() -> None:
    chart = immune("yes", 100, 125, 60, 75, 80)
    assert labels(chart) == ["iUPD", "iPR", "iUPD", "iCPD"]
    assert [chart.rule("IRC-03", f"scan {place}").state for place in (1, 2, 3, 4)] == ["not_evaluable", "met", "not_applicable", "not_met"]
    assert "iUPD at scan 3" in chart.rule("IRC-02", "scan 4").sentence


def test_progression_by_recist_is_still_printed_and_raises_the_band() -> None:
    judged = immune("yes", 40, 60).review()
    assert judged.latest["REC-13"].state == "met"
    assert judged.band == "single-domain, limited data"
    assert judged.latest["IRC-02"].state == "not_evaluable"
    assert not judged.catalog.rules["IRC-01"].raises_band


@pytest.mark.parametrize(("regimen", "said", "state"), [
    ("KEYNOTE-522 (pembrolizumab + carboplatin/paclitaxel, then AC)", None, "met"), ("FLOT (perioperative)", None, "not_applicable"), (None, None, "not_evaluable"),
    ("our own", None, "not_evaluable"), ("our own", "no", "not_applicable"), ("FLOT (perioperative)", "yes", "met"), (None, "yes", "met"),
])  # fmt: skip
def test_it_belongs_to_checkpoint_inhibitors_and_a_regimen_not_known_is_not_taken_for_one_without(regimen: str | None, said: str | None, state: str) -> None:
    chart = Chart(regimen=regimen, cycles=4).at("baseline", -7).sizes(primary=40).at("scan", 42).sizes(primary=60).new("no")
    if said:
        chart.add("treatment.immune", said)
    if regimen and "KEYNOTE" in regimen:
        names = [entry.name for entry in chart.review().catalog.regimens if entry.immune]
        chart.case = Chart(regimen=names[0]).case
    assert chart.rule("IRC-01").state == state


def new_lesion(*sizes: Typed, kind: str = "mass", status: tuple[str, str] | None = None) -> Chart:
    """A new lesion is the reason of the iUPD; its size at the iUPD and 35 days later."""
    chart = immune("yes", 60, 60).lesion("N1", "node" if kind == "node" else "mass", role="new")
    chart.observations.pop()  # the answer "no" of the scan
    chart.new("yes", "N1")
    for place, name in enumerate(("scan 1", "scan 2")):
        if place:
            later(chart, 35).sizes(primary=60).new("no")
        if len(sizes) > place:
            chart.size("N1", sizes[place])
        if status:
            chart.add("lesion.status", status[place], lesion="N1")
        assert chart.visits[-1].name == name
    return chart


@pytest.mark.parametrize(
    ("sizes", "kind", "label", "state"),
    [
        ((20, "24.9"), "mass", "iUPD", "not_met"), ((20, 25), "mass", "iCPD", "met"), ((20, "25.1"), "mass", "iCPD", "met"),  # a new target
        (("9.9", "9.9"), "mass", "iUPD", "not_met"), (("9.9", "10.0"), "mass", "iCPD", "met"), (("9.9", "9.8"), "mass", "iUPD", "not_met"),  # too small for one
        (("14.9", "15.0"), "node", "iCPD", "met"), (("15.0", "19.9"), "node", "iUPD", "not_met"), (("15.0", "20.0"), "node", "iCPD", "met"),
        ((20, "NE"), "mass", "iUPD", "not_evaluable"), ((20,), "mass", "iUPD", "not_evaluable"), ((20, "ABSENT"), "mass", "iSD", "not_met"),
    ],
)  # fmt: skip
def test_growth_of_the_new_lesion(sizes: tuple[Typed, ...], kind: str, label: str, state: str) -> None:
    chart = new_lesion(*sizes, kind=kind)
    assert labels(chart) == ["iUPD", label]
    assert chart.rule("IRC-02", "scan 2").state == state


@pytest.mark.parametrize(("status", "label", "state"), [
    (("PRESENT", "PD"), "iCPD", "met"), (("PRESENT", "PRESENT"), "iUPD", "not_met"), (("PRESENT", "ABSENT"), "iSD", "not_met"), (("PRESENT", "NE"), "iUPD", "not_evaluable"),
])  # fmt: skip
def test_a_new_lesion_by_its_state(status: tuple[str, str], label: str, state: str) -> None:
    chart = new_lesion(status=status)
    assert labels(chart) == ["iUPD", label]
    assert chart.rule("IRC-02", "scan 2").state == state


def test_H11_a_new_lesion_not_mentioned_again_is_not_gone() -> None:
    chart = new_lesion()
    assert labels(chart) == ["iUPD", "iUPD"]
    assert chart.rule("IRC-02", "scan 2").state == "not_evaluable"


@pytest.mark.parametrize(("first", "second", "label", "state"), [
    ("", "", "iUPD", "not_evaluable"), ("", "N2", "iUPD", "not_evaluable"), ("N1", "N2", "iCPD", "met"), ("N1", "", "iUPD", "not_evaluable"),
])  # fmt: skip
def test_another_new_lesion_counts_only_when_it_is_known_to_be_another(first: str, second: str, label: str, state: str) -> None:
    chart = immune("yes", 60, 60)
    chart.observations.pop()
    chart.new("yes", first or None)
    later(chart, 35).sizes(primary=60).new("yes", second or None)
    assert labels(chart) == ["iUPD", label]
    assert chart.rule("IRC-02", "scan 2").state == state


def test_a_category_that_was_no_reason_confirms_when_it_progresses() -> None:
    chart = immune("yes", 40, 60)
    assert labels(later(chart, 28).sizes(primary=60).new("yes")) == ["iUPD", "iCPD"]
    chart = immune("yes", 40, 40)
    chart.observations.pop()
    chart.new("yes", "N1")
    assert labels(later(chart, 28).sizes(primary=48).new("no", "N1")) == ["iUPD", "iCPD"]  # the targets reached +20 %
    chart = immune("yes", 40, 60).at("baseline", -7).status("rest", "PRESENT").at("scan 1", 42).status("rest", "PRESENT")
    assert labels(later(chart, 28).sizes(primary=60).status("rest", "PD").new("no")) == ["iUPD", "iCPD"]


@pytest.mark.parametrize(("then", "now", "label", "state"), [("20", "20.1", "iCPD", "met"), ("20", "20", "iUPD", "not_met"), ("20", None, "iUPD", "not_evaluable")])
def test_non_target_disease_confirms_by_any_growth(then: str, now: str | None, label: str, state: str) -> None:
    chart = immune("yes", 40, 40).lesion("rest", role="non_target").at("baseline", -7).size("rest", 12).status("rest", "PRESENT")
    chart.at("scan 1", 42).size("rest", then).status("rest", "PD")
    later(chart, 35).sizes(primary=40).status("rest", "PD").new("no")
    if now:
        chart.size("rest", now)
    assert labels(chart) == ["iUPD", label]
    assert chart.rule("IRC-02", "scan 2").state == state


def test_an_assessment_not_evaluable_leaves_the_iupd_open() -> None:
    chart = immune("yes", 40, 60, "NE", 65)
    assert labels(chart) == ["iUPD", "NE", "iCPD"]
    assert chart.rule("IRC-02", "scan 2").state == "not_evaluable"


def test_H13_another_method_confirms_nothing() -> None:
    chart = later(immune("yes", 40, 60), 35).sizes("CT", primary=80).new("no")
    assert labels(chart) == ["iUPD", "NE"]


def test_without_dates_nothing_is_confirmed() -> None:
    chart = Chart().at("baseline", cycle=0).sizes(primary=40).add("treatment.immune", "yes")
    chart.at("after C2", cycle=2).sizes(primary=60).new("no").at("after C4", cycle=4).sizes(primary=90).new("no")
    assert labels(chart) == ["iUPD", "iUPD"]
    assert "days since the iUPD are not known" in (chart.rule("IRC-02", "after C4").reason or "")


@pytest.mark.parametrize("more", [Decimal(0), Decimal("0.1"), Decimal(5), Decimal(40)])
def test_a_larger_tumour_never_takes_a_confirmation_back(more: Decimal) -> None:
    assert labels(immune("yes", 40, 60, 65 + more)) == ["iUPD", "iCPD"]


def test_the_json_holds_the_label() -> None:
    assert [row["size"]["irecist"] for row in to_json(immune("yes", 50, 35).review())["visits"] if row["size"]] == [None, "iPR"]
    assert [row["size"]["irecist"] for row in to_json(immune("no", 50, 35).review())["visits"] if row["size"]] == [None, None]
