"""The hazards of the judgements: each test carries the id of the hazard that it keeps away."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, product

import pytest

from nacdesk.domain.facts import LesionKind
from nacdesk.domain.judgements import Review
from nacdesk.domain.rules import State
from tests.domain.cases import Chart, at_visit, ctdna, sized, two_points

MET, NOT_MET, OPEN, NONE = "met", "not_met", "not_evaluable", "not_applicable"


# H07 wrong baseline


@pytest.mark.parametrize("days", [days for days in combinations((-60, -43, -42, -20, -1, 0, 1, 30, 60), 3) if days[2] > 0])
def test_H07_the_baseline_is_the_last_scan_up_to_the_first_dose_and_at_most_42_days_old(days: tuple[int, int, int]) -> None:
    chart = Chart(cycles=6)
    for place, day in enumerate(days):
        chart.at(f"scan {place}", day).sizes(primary=100 - 20 * place).new("no")
    before = [day for day in days if day <= 0]
    judged = chart.review()
    last = sized(judged)[-1]
    if not before or before[-1] < -42:
        assert last.target == "NE"
        assert last.change_from_baseline_pct is None
        assert "no baseline" in (last.reason or "")
    else:
        start, now = 120 - 20 * len(before), 100 - 20 * 2
        assert last.change_from_baseline_pct == Decimal(100 * (now - start)) / start
        assert f"{-before[-1]} day" in judged.baseline["size"]


def test_H07_a_scan_named_baseline_after_the_first_dose_is_none() -> None:
    judged = Chart(cycles=3).at("baseline", 3).sizes(primary=50).at("after C2", 42).sizes(primary=50).review()
    assert at_visit(judged, "NAC-01", "after C2").reason == "no baseline on or before the first dose"
    assert [size.target for size in sized(judged)] == ["NE", "NE"]


def test_H07_an_old_baseline_is_accepted_with_a_warning() -> None:
    judged = Chart(cycles=3).at("baseline", -35).sizes(primary=50).at("after C2", 42).sizes(primary=50).review()
    assert at_visit(judged, "NAC-01", "after C2").state == MET
    assert "the baseline is 35 days before the first dose; up to 28 are preferred." in judged.warnings


def test_H07_without_its_baseline_nothing_later_takes_its_place() -> None:
    chart = Chart(cycles=6).at("after C2", 42).sizes(primary=50).at("after C4", 84).sizes(primary=20).new("no")
    assert [size.overall for size in sized(chart.review())] == ["NE", "NE"]
    assert chart.rule("NAC-01", "after C4").state == OPEN
    partial = Chart(cycles=6).at("baseline", -7).sizes(a=30, b="NE").at("after C2", 42).sizes(a=30, b=20).at("after C4", 84).sizes(a=10, b=5).new("no")
    assert [size.target for size in sized(partial.review())] == [None, "NE", "NE"]


def test_H07_an_early_scan_on_treatment_is_no_baseline_though_no_cycle_is_completed() -> None:
    chart = Chart().at("early AC", cycle=0).sizes(primary=80).at("inter-regimen", cycle=4).sizes(primary=30)
    assert chart.rule("NAC-01", "inter-regimen").state == OPEN
    named = Chart().at("staging", cycle=0).sizes(primary=80).at("inter-regimen", cycle=4).sizes(primary=30)
    assert named.rule("NAC-01", "inter-regimen").state == NOT_MET


def test_H07_of_two_scans_before_treatment_the_later_one_counts_with_and_without_dates() -> None:
    for days in ((-30, -5), (None, None)):
        chart = Chart(cycles=3 if days[0] else 0).at("screening", days[0]).sizes(primary=80).at("baseline", days[1]).sizes(primary=60)
        size = chart.at("after C2", None if days[0] is None else 42, cycle=2).sizes(primary=60).last_size()
        assert size.change_from_baseline_pct == 0


# H11 missing read as zero: truth tables over three values


def _overall(target: str, non_target: str, new: str | None) -> tuple[str | None, State]:
    """REC-13 as a table of its own."""
    if "PD" in (target, non_target) or new == "yes":
        return "PD", "met"
    if target == "NE":
        return "NE", "not_evaluable"
    if target == "CR" and non_target not in ("CR", "none"):
        return "PR", "not_met"
    return target, "not_met"


@pytest.mark.parametrize("target", ["CR", "PR", "SD", "PD", "NE"])
@pytest.mark.parametrize("non_target", ["CR", "NON-CR/NON-PD", "PD", "NE", "none"])
@pytest.mark.parametrize("new", ["yes", "no", "equivocal", None])
def test_H11_overall_response(target: str, non_target: str, new: str | None) -> None:
    chart = Chart(cycles=2).at("baseline", -7).sizes(primary=100)
    if non_target != "none":
        chart.status("rest", "PRESENT")
    chart.at("now", 42).sizes(primary={"CR": "ABSENT", "PR": 60, "SD": 95, "PD": 130, "NE": "NE"}[target])
    if non_target != "none":
        chart.add("lesion.non_target", non_target)
    if new is not None:
        chart.new(new)
    response, state = _overall(target, non_target, new)
    size, found = chart.last_size(), chart.rule("REC-13", "now")
    assert (size.overall, found.state) == (response, state)
    assert size.provisional is (new is None and response != "PD")
    if size.provisional:
        assert "lesion.new" in found.missing or state == "not_evaluable"


@pytest.mark.parametrize(("before", "now", "state"), [
    ("9", "6", MET), ("9", "4", NOT_MET), ("9", None, OPEN), ("9", "NE", OPEN), ("4", "6", NOT_MET), ("4", "4", NOT_MET), (None, "6", OPEN), (None, "4", NOT_MET),
    ("<4", "6", NOT_MET), ("<8", "6", OPEN), (">5", "6", MET), ("9", "<5", NOT_MET), ("9", "<6", OPEN), ("9", ">5", MET), ("9", ">4", OPEN), ("NE", "6", OPEN),
])  # fmt: skip
def test_H11_persistent_suv(before: str | None, now: str | None, state: str) -> None:
    chart = Chart().at("baseline", cycle=0).sizes(primary=30)
    if before is not None:
        chart.add("pet.suvmax", before, lesion="primary")
    chart.at("PET", cycle=2).add("pet.background", "no")
    if now is not None:
        chart.add("pet.suvmax", now, lesion="primary")
    assert chart.rule("NAC-02", "PET").state == state


def test_H11_a_hot_lesion_that_is_not_measured_again_is_not_clear() -> None:
    chart = Chart().lesion("node", "node").at("baseline", cycle=0).add("pet.suvmax", 9, lesion="primary").add("pet.suvmax", 4, lesion="node")
    chart.at("PET", cycle=2).add("pet.suvmax", 3, lesion="node")
    assert chart.rule("NAC-02", "PET").state == OPEN
    assert "primary, above 5 before, was not measured" in (chart.rule("NAC-02", "PET").reason or "")


@pytest.mark.parametrize(("start", "now", "cycles", "new", "detail"), [
    ("10", "13", 2, None, "PMD"), ("10", "7", 2, None, "PMR"), ("10", "9", 2, None, "SMD"), (None, "9", 2, None, None), ("10", None, 2, None, None),
    ("10", "9", None, None, None), ("10", "9", 0, None, None), ("10", "7", 2, "yes", "PMD"), (None, None, 2, "yes", "PMD"), ("10", "NE", 2, "no", None),
    ("10", ">13", 2, None, "PMD"), ("10", ">12", 2, None, None), ("10", "<7", 2, None, None), ("<10", "7", 2, None, None),
])  # fmt: skip
def test_H11_eortc_class(start: str | None, now: str | None, cycles: int | None, new: str | None, detail: str | None) -> None:
    chart = Chart().at("baseline", cycle=0).sizes(primary=30)
    if start is not None:
        chart.add("pet.suvmax", start)
    chart.at("PET", cycle=cycles).add("pet.background", "no")
    if now is not None:
        chart.add("pet.suvmax", now)
    if new is not None:
        chart.add("pet.new_lesion", new)
    found = chart.rule("PET-06", "PET")
    assert (found.state, found.detail) == (OPEN if detail is None else MET if detail == "PMD" else NOT_MET, detail)


@pytest.mark.parametrize(("tumour", "nodes", "state"), [
    ("ypT0", "ypN0", MET), ("ypTis", "ypN0(sn)", MET), ("ypT0/is", "ypN0", MET), ("ypT0", "ypN1", NOT_MET), ("ypT0", None, OPEN), ("ypT0", "ypNX", OPEN),
    ("ypT1c", "ypN0", NOT_MET), ("ypT1c", None, NOT_MET), ("ypT1c", "ypNX", NOT_MET), (None, "ypN0", OPEN), (None, "ypN1", NOT_MET), ("ypTX", "ypN0", OPEN), (None, None, OPEN),
])  # fmt: skip
def test_H11_pathological_complete_response(tumour: str | None, nodes: str | None, state: str) -> None:
    chart = Chart(cycles=4).at("surgery", 120).add("event.surgery", "yes")
    for analyte, value in (("path.ypt", tumour), ("path.ypn", nodes)):
        if value is not None:
            chart.add(analyte, value)
    assert chart.rule("PTH-02").state == state


def test_H11_a_complete_response_beside_residual_tumour_is_a_contradiction() -> None:
    found = Chart(cycles=4).at("surgery", 120).add("path.pcr", "yes").add("path.ypt", "ypT2").rule("PTH-02")
    assert found.state == OPEN
    assert "contradict" in found.sentence
    assert Chart(cycles=4).at("surgery", 120).add("path.pcr", "no").rule("PTH-02").state == NOT_MET


_RCB = {"d1": 20, "d2": 15, "cellularity": 30, "in_situ": 0, "nodes_positive": 2, "largest_met": 6}


@pytest.mark.parametrize("gap", [*_RCB, None])
@pytest.mark.parametrize("instead", [None, "NE"])
def test_H11_the_rcb_needs_all_of_its_fields(gap: str | None, instead: str | None) -> None:
    chart = Chart(cycles=4).at("surgery", 120)
    for name, value in _RCB.items():
        if name != gap:
            chart.add(f"rcb.{name}", value)
        elif instead is not None:
            chart.add(f"rcb.{name}", instead)
    assert chart.rule("PTH-01").state == (MET if gap is None else OPEN)


@pytest.mark.parametrize(("nodes", "largest"), [(0, 3), (2, 0)])
def test_H11_nodes_and_deposit_that_contradict_each_other_give_no_rcb(nodes: int, largest: int) -> None:
    chart = Chart(cycles=4).at("surgery", 120)
    for name, value in {**_RCB, "nodes_positive": nodes, "largest_met": largest}.items():
        chart.add(f"rcb.{name}", value)
    assert chart.rule("PTH-01").state == OPEN


def test_H11_the_fields_of_two_specimens_make_no_rcb() -> None:
    chart = Chart(cycles=4).at("surgery", 120)
    for name in ("d1", "d2", "cellularity", "in_situ"):
        chart.add(f"rcb.{name}", _RCB[name])
    chart.at("second operation", 150).add("rcb.nodes_positive", 2).add("rcb.largest_met", 6)
    assert chart.rule("PTH-01").state == OPEN


@pytest.mark.parametrize(
    ("viable", "state"), [("50", MET), ("49", NOT_MET), ("<50", NOT_MET), ("<51", OPEN), (">50", MET), (">49", OPEN), ("<10", NOT_MET), (">90", MET), (None, OPEN)]
)
def test_H11_viable_cells(viable: str | None, state: str) -> None:
    chart = Chart(cycles=4).at("surgery", 120).add("event.surgery", "yes")
    if viable is not None:
        chart.add("path.viable", viable)
    assert chart.rule("NAC-05").state == state


@pytest.mark.parametrize(("name", "day", "sample"), [("biopsy", 60, "biopsy"), ("baseline", -10, None), ("baseline", None, None)])
def test_H11_a_biopsy_says_nothing_about_viable_cells_at_surgery(name: str, day: int | None, sample: str | None) -> None:
    chart = Chart(cycles=4).at(name, day).add("path.viable", 90)
    if sample is not None:
        chart.add("event.sample_type", sample)
    assert chart.rule("NAC-05").state == OPEN


@pytest.mark.parametrize(("cycles", "small", "viable", "state"), [
    (1, True, None, OPEN), (2, True, None, MET), (2, False, None, NOT_MET), (2, False, 60, MET), (2, False, 40, NOT_MET), (1, False, 60, OPEN),
    (None, True, None, OPEN), (None, True, 60, OPEN),
])  # fmt: skip
def test_H11_primary_resistance(cycles: int | None, small: bool, viable: int | None, state: str) -> None:
    chart = Chart().at("baseline", cycle=0).sizes(primary=50).at("now", cycle=cycles).sizes(primary=49 if small else 40).new("no")
    if viable is not None:
        chart.at("surgery").add("path.viable", viable).add("event.surgery", "yes")
    found = chart.rule("RES-02")
    assert found.state == state
    assert found.severity == ("watch" if state == MET else "alert")


def test_H11_progression_that_cannot_be_timed_is_not_called_stable() -> None:
    chart = Chart().at("baseline").sizes(primary=50).at("later").sizes(primary=80).new("no")
    assert [chart.rule(rule).state for rule in ("RES-01", "RES-02")] == [OPEN, OPEN]
    timed = Chart().at("baseline", cycle=0).sizes(primary=50).at("later", cycle=1).sizes(primary=80).new("no")
    assert [timed.rule(rule).state for rule in ("RES-01", "RES-02")] == [MET, MET]
    assert "taken as on treatment from its cycle number" in timed.rule("RES-01").sentence


@pytest.mark.parametrize("missing", ["baseline", "now", "cycles", "nothing"])
def test_H11_shrinkage_after_two_cycles(missing: str) -> None:
    chart = Chart().at("baseline", cycle=0)
    if missing != "baseline":
        chart.sizes(primary=50)
    chart.at("after C2", cycle=None if missing == "cycles" else 2).new("no")
    chart.sizes(primary="NE" if missing == "now" else 50)
    found = chart.rule("NAC-01", "after C2")
    assert found.state == (MET if missing == "nothing" else OPEN)
    assert found.reason is None or found.reason in found.sentence


@pytest.mark.parametrize(("first", "uln", "now", "response"), [
    ("20", 5, "4", "CR"), ("20", 5, "5", "CR"), ("20", 5, "5.1", "NON-CR/NON-PD"), ("20", 5, None, "NE"), ("20", 5, "NE", "NE"), ("20", 5, "<6", "NON-CR/NON-PD"),
    ("20", 5, "<4", "CR"), ("4", 5, None, "CR"), ("5", 5, None, "CR"), ("5.1", 5, None, "NE"), (None, None, None, "CR"), ("20", None, "4", "NE"),
])  # fmt: skip
def test_H11_a_raised_marker_must_be_seen_to_be_normal(first: str | None, uln: int | None, now: str | None, response: str) -> None:
    chart = Chart(cycles=2).at("baseline", -7).sizes(primary=40).status("rest", "PRESENT")
    if first is not None:
        chart.add("marker.cea", first, uln=uln)
    chart.at("now", 42).sizes(primary=40).status("rest", "ABSENT")
    if now is not None:
        chart.add("marker.cea", now, uln=uln)
    assert chart.last_size().non_target == response


@pytest.mark.parametrize(("limit", "response"), [(3, "NON-CR/NON-PD"), (5, "CR"), (None, "CR")])
def test_H11_a_marker_is_normal_by_the_limit_of_its_own_sample(limit: int | None, response: str) -> None:
    chart = Chart(cycles=2).at("baseline", -7).sizes(primary=40).status("rest", "PRESENT").add("marker.cea", 20, uln=5)
    assert chart.at("now", 42).sizes(primary=40).status("rest", "ABSENT").add("marker.cea", 4, uln=limit).last_size().non_target == response


def test_H11_a_raised_laboratory_value_is_no_tumour_marker() -> None:
    chart = Chart(cycles=2).at("baseline", -7).sizes(primary=40).status("rest", "PRESENT").add("labs.creatinine_umol_l", 200, uln=100)
    assert chart.at("now", 42).sizes(primary=40).status("rest", "ABSENT").last_size().non_target == "CR"


# H12 "not detected" read as zero, or as a number

START = {"=": ("2", None), "<?": ("<2", None), "<L": ("<0.1", "0.1"), ">": (">2", None), "ND": ("ND", "0.1"), "ND?": ("ND", None)}
NOW = {"=": ("5", None), "<?": ("<5", None), "<L": ("<0.1", "0.1"), ">": (">5", None), "ND": ("ND", "0.1"), "ND?": ("ND", None)}

# By baseline: CTD-05, CTD-06, CTD-07 and CTD-08 for each of "=", "<" without a limit, "<" at its limit, ">", ND, ND without a limit.
TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "CTD-05": {
        "=": (NOT_MET, OPEN, MET, NOT_MET, MET, MET),
        "<?": (OPEN,) * 6,
        "<L": (NONE,) * 6,
        ">": (NOT_MET, OPEN, MET, NOT_MET, MET, MET),
        "ND": (NONE,) * 6,
        "ND?": (NONE,) * 6,
    },
    "CTD-06": {
        "=": (MET, OPEN, NOT_MET, MET, NOT_MET, NOT_MET),
        "<?": (OPEN,) * 6,
        "<L": (OPEN,) * 6,
        ">": (MET, OPEN, NOT_MET, MET, NOT_MET, NOT_MET),
        "ND": (OPEN,) * 6,
        "ND?": (OPEN,) * 6,
    },
    "CTD-07": {
        "=": (NOT_MET, OPEN, MET, NOT_MET, MET, MET),
        "<?": (OPEN,) * 6,
        "<L": (NONE,) * 6,
        ">": (OPEN, OPEN, MET, OPEN, MET, MET),
        "ND": (NONE,) * 6,
        "ND?": (NONE,) * 6,
    },
    "CTD-08": {
        "=": (MET, OPEN, NOT_MET, MET, NOT_MET, NOT_MET),
        "<?": (MET, OPEN, NOT_MET, MET, NOT_MET, NOT_MET),
        "<L": (MET, OPEN, NOT_MET, MET, NOT_MET, NOT_MET),
        ">": (OPEN, OPEN, NOT_MET, OPEN, NOT_MET, NOT_MET),
        "ND": (MET, OPEN, NOT_MET, MET, NOT_MET, NOT_MET),
        "ND?": (MET, OPEN, NOT_MET, MET, NOT_MET, NOT_MET),
    },
}


def _pairs() -> Iterator[tuple[str, str, str, str]]:
    for rule, rows in TABLE.items():
        for start, states in rows.items():
            for now, state in zip(NOW, states, strict=True):
                yield rule, start, now, state


def _sampled(start: str, now: str, **more: str) -> Chart:
    chart = Chart(cycles=4)
    for name, day, (value, limit) in (("baseline", -3, START[start]), ("day 21", 21, NOW[now])):
        chart.at(name, day).add("ctdna.vaf", value, limit=limit, method=more.get(name, "assay A"))
    return chart


@pytest.mark.parametrize(("rule", "start", "now", "state"), list(_pairs()))
def test_H12_every_pair_of_comparators(rule: str, start: str, now: str, state: str) -> None:
    assert _sampled(start, now).rule(rule).state == state


@pytest.mark.parametrize(("start", "now"), list(product(START, NOW)))
def test_H12_two_assays_are_never_joined(start: str, now: str) -> None:
    judged = _sampled(start, now, baseline="assay B").review()
    for rule in ("CTD-04", "CTD-05", "CTD-06", "CTD-07", "CTD-08"):
        assert judged.latest[rule].state in (OPEN, NONE)
    (sample,) = [row.ctdna["ctdna.vaf"] for row in judged.visits if row.visit.name == "day 21"]
    assert (sample.change_pct, sample.fold_from_nadir) == (None, None)
    assert (judged.visits[-1].visit.id, "ctdna") in judged.breaks


def test_H12_not_detected_is_a_bound_rounded_away_from_the_claim() -> None:
    judged = _sampled("=", "ND").review()
    (sample,) = [row.ctdna["ctdna.vaf"] for row in judged.visits if row.visit.name == "day 21"]
    assert (sample.change_pct, sample.bound) == (Decimal(-95), True)
    for limit, shown in (("0.0667", "96.6 %"), ("0.0001", "99.9 %")):
        assert f"a fall of at least {shown}" in ctdna("2", ("ND", limit)).rule("CTD-04").sentence


def test_H12_a_limit_above_the_new_value_is_named() -> None:
    assert "may reflect a better limit of detection" in ctdna("5", ("ND", "0.5"), ("0.4", None)).rule("CTD-08").sentence
    assert "better limit" not in ctdna("5", ("ND", "0.1"), ("0.4", None)).rule("CTD-08").sentence


def test_H12_a_bound_between_two_values_leaves_the_rise_open() -> None:
    assert ctdna("<0.1", "3", "3.1").rule("CTD-08", "day 42").state == OPEN
    assert ctdna("<0.1", "3", "6").rule("CTD-08", "day 42").state == MET


@pytest.mark.parametrize("values", [("NE",), ("1.0", "4.0")])
def test_H12_a_sample_that_failed_is_not_passed_over(values: tuple[str, ...]) -> None:
    """Not evaluable, or two unlike results of one day: the newest sample cannot be judged, and that is said."""
    chart = ctdna("5", "1").at("day 42", 42)
    for place, value in enumerate(values):
        chart.add("ctdna.vaf", value, method="assay A", reader=f"lab {place}")
    judged = chart.review()
    assert at_visit(judged, "CTD-08", "day 42").state == OPEN
    assert "CTD-08" in [one.rule for one in judged.cannot]


# H13 SUV of unlike scans


@pytest.mark.parametrize(("then", "now", "alike"), [
    ("PET/CT", "PET/CT", True), ("PET/CT", "pet/ct", True), (None, "PET/CT", True), ("PET/CT", None, True), (None, None, True),
    ("PET/CT", "PET/MR", False), ("PET/MR", "PET/CT", False),
])  # fmt: skip
def test_H13_suv_is_compared_within_one_method(then: str | None, now: str | None, alike: bool) -> None:
    chart = Chart("oesoph_gej_gastric_adeno", length=14, cycles=4).at("baseline", -5).add("anatomy.site", "gej").add("pet.suvmax", 10, method=then)
    judged = chart.at("PET", 14).add("pet.suvmax", 13, method=now).review()
    assert [judged.latest[rule].state for rule in ("PET-06", "PET-07", "NAC-02")] == ([MET] * 3 if alike else [OPEN] * 3)
    assert ((judged.visits[-1].visit.id, "suv") in judged.breaks) is not alike
    assert (judged.visits[-1].pet is not None and judged.visits[-1].pet.change_pct is None) is not alike


def test_H13_another_scanner_is_named() -> None:
    chart = Chart().at("baseline", cycle=0).add("pet.suvmax", 10, scanner="A").at("PET", cycle=2).add("pet.suvmax", 9, scanner="B")
    assert "scanners differ" in chart.rule("PET-06", "PET").sentence


def test_H13_a_peak_is_no_maximum() -> None:
    chart = Chart().at("baseline", cycle=0).add("pet.suvpeak", 10).at("PET", cycle=2).add("pet.suvmax", 9)
    assert chart.rule("PET-06", "PET").state == OPEN
    assert chart.rule("NAC-02", "PET").state == OPEN


@pytest.mark.parametrize(("then", "now", "alike"), [("MRI", "MRI", True), ("MRI", "mri", True), (None, "CT", True), ("MRI", "CT", False), ("CT", "ultrasound", False)])
def test_H13_size_is_compared_within_one_method(then: str | None, now: str | None, alike: bool) -> None:
    chart = Chart(cycles=4).at("baseline", -7).size("primary", 50, then).at("after C2", 42).size("primary", 70, now).new("no")
    size = chart.last_size()
    assert size.target == ("PD" if alike else "NE")
    assert (size.change_from_baseline_pct is None) is not alike
    assert chart.rule("NAC-01", "after C2").state == (MET if alike else OPEN)


def test_H13_a_method_that_recist_does_not_know_is_named_with_every_class() -> None:
    chart = Chart(cycles=4).at("baseline", -7).size("primary", 50, "ultrasound").at("after C2", 42).size("primary", 30, "Ultrasound").new("no")
    for rule in ("REC-08", "REC-13"):
        assert "Ultrasound is not a RECIST modality" in chart.rule(rule, "after C2").sentence
    assert "not a RECIST modality" not in two_points(50, 30).rule("REC-08", "after C2").sentence


# H14 sums over unlike sets of lesions


@pytest.mark.parametrize("then", [set(labels) for size in (1, 2, 3) for labels in combinations("abc", size)])
@pytest.mark.parametrize("now", [set(labels) for size in (1, 2, 3) for labels in combinations("abc", size)])
def test_H14_a_sum_needs_every_target_of_both_visits(then: set[str], now: set[str]) -> None:
    """Shrinking lesions: any lesion without a partner leaves the change, and the response, open."""
    chart = Chart(cycles=4).at("baseline", -7)
    for label in sorted(then):
        chart.size(label, 30)
    chart.at("after C2", 42)
    for label in sorted(now):
        chart.size(label, 15)
    size = chart.new("no").last_size()
    if then == now:
        assert (size.target, size.change_from_baseline_pct) == ("PR", -50)
    else:
        assert (size.target, size.overall, size.change_from_baseline_pct) == ("NE", "NE", None)
        assert "not measured" in (size.reason or "")
        assert chart.rule("NAC-01", "after C2").state == OPEN


def test_H14_a_missing_target_does_not_lower_the_nadir() -> None:
    chart = Chart(cycles=6).at("baseline", -7).sizes(a=30, b=30).at("after C2", 42).sizes(a=10, b="NE").at("after C3", 63).sizes(a=25, b=25).new("no")
    size = chart.last_size()
    assert (size.nadir_mm, size.target) == (60, "SD")


# H15 rounding before comparison


def _texts(judged: Review) -> str:
    parts = [text for one in judged.rules for text in (one.sentence, one.formula, one.detail or "")]
    parts += [text for answer in judged.answers for text in (answer.value, answer.extra, answer.note)]
    return " | ".join(parts)


@pytest.mark.parametrize(("base", "now", "shown", "never"), [
    ("250", "175.1", "29.96", "30.0 %"), ("250", "225.1", "9.96", "10.0 %"), ("250", "299.9", "19.96", "20.0 %"), ("500", "350.1", "29.98", "30.0 %"),
])  # fmt: skip
def test_H15_a_change_of_size_is_never_shown_on_the_wrong_side(base: str, now: str, shown: str, never: str) -> None:
    judged = two_points(base, now).review()
    assert shown in _texts(judged)
    assert never not in _texts(judged).replace("\u2212", "-").replace("threshold 10 %", "")


def test_H15_a_diameter_is_never_shown_on_the_wrong_side() -> None:
    chart = Chart(cycles=4).lesion("N", "node").at("baseline", -7).sizes(N=20, primary=40).at("after C2", 42).sizes(N="9.96", primary="ABSENT").new("no")
    assert chart.last_size().target == "CR"
    assert "9.96" in _texts(chart.review())
    assert "10.0" not in _texts(chart.review())
    grown = two_points(30, 10, "14.96").review()
    assert "4.96 mm" in _texts(grown)
    assert "5.0 mm" not in _texts(grown)


def test_H15_other_changes_are_never_shown_on_the_wrong_side() -> None:
    suv = Chart().at("baseline", cycle=0).add("pet.suvmax", 10).at("PET", cycle=2).add("pet.suvmax", "12.496").review()
    assert "24.96 %" in _texts(suv)
    assert "25.0 %" not in _texts(suv)
    fold = ctdna(8, 1, "1.96").review()
    assert "×1.96" in _texts(fold)
    assert "×2.0" not in _texts(fold)
    tier = ctdna(10, "5.004").review()
    assert "49.96" in _texts(tier)
    assert "50.0 %" not in _texts(tier)


@pytest.mark.parametrize("sizes", [("0.1", "0.2"), ("0.3", "0.21"), ("1.1", "0.99")])
def test_H15_decimals_are_compared_as_decimals(sizes: tuple[str, str]) -> None:
    """0.3 → 0.21 is 30 % exactly; in binary floating point it is not."""
    base, now = (Decimal(size) for size in sizes)
    expected = "PR" if 10 * now <= 7 * base else "SD"
    assert two_points(base, now).last_size().target == expected


# H18 no flag taken for no resistance


def test_H18_nothing_recorded_is_not_a_clear_case() -> None:
    judged = Chart(context=None).at("baseline").add("status.ecog", 1).review()
    assert judged.flags == ()
    assert judged.clear == ()
    assert judged.band is None
    assert {one.rule for one in judged.cannot} >= {"NAC-01", "NAC-02", "REC-13", "PET-06", "CTD-06", "CTD-08", "MRK-05", "RES-01", "RES-02"}
    assert all(one.reason for one in judged.cannot)
    assert [answer.value for answer in judged.answers] == ["not evaluable", "not recorded", "not recorded", "not recorded", "not evaluable"]


def test_H18_a_case_with_a_clear_answer_says_so() -> None:
    chart = two_points(50, 30, 20)
    judged = chart.at("after C3", 63).add("lesion.non_target", "CR").review()
    assert judged.flags == ()
    assert {"NAC-01", "REC-13"} <= {one.rule for one in judged.clear}
    assert judged.band == "none, limited data"


def test_H18_a_rule_that_can_no_longer_be_judged_is_listed() -> None:
    """Shrinking after two cycles, not measured after three: what was clear is so no longer."""
    judged = two_points(50, 30, "NE").review()
    assert judged.latest["NAC-01"].state == NOT_MET
    assert "NAC-01" not in [one.rule for one in judged.clear]
    assert [one.visit for one in judged.cannot if one.rule == "NAC-01"] == [judged.visits[-1].visit.id]


@pytest.mark.parametrize("kind", ["mass", "node"])
def test_H18_not_evaluable_counts_neither_for_nor_against(kind: LesionKind) -> None:
    judged = Chart(cycles=4).lesion("L", kind).at("baseline", -7).size("L", 30).at("after C2", 42).size("L", "NE").new("no").review()
    assert judged.tally["anatomic"].evaluable == 0
    assert judged.tally["anatomic"].not_evaluable == 5
    assert judged.band is None
