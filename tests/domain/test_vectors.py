"""Every boundary vector of the specification, run through the real code as a test of its own."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nacdesk.domain import ctdna as molecular
from nacdesk.domain import kinetics, regression_growth, tally
from nacdesk.domain import suv as uptake
from nacdesk.domain.facts import Patient
from nacdesk.domain.pathology import definitions
from nacdesk.domain.review import review
from nacdesk.domain.rules import RuleResult, State, TallyDomain
from nacdesk.domain.timeline import change_pct
from tests.domain import plays
from tests.domain.cases import Chart, catalog, course, ctdna, immune, sized, sul, two_points

Given = Mapping[str, Any]
Run = Callable[[Given], object]

VECTORS: Mapping[str, list[dict[str, Any]]] = tomllib.loads(Path(__file__).with_name("vectors.toml").read_text(encoding="utf-8"), parse_float=Decimal)
STATES: Mapping[str, State] = {"FLAG": "met", "NO_FLAG": "not_met", "NOT_EVALUABLE": "not_evaluable"}
RUNS: dict[str, Run] = dict(plays.RUNS)


def runs(*rules: str) -> Callable[[Run], Run]:
    """The function that plays the vectors of these rules."""

    def keep(function: Run) -> Run:
        RUNS.update(dict.fromkeys(rules, function))
        return function

    return keep


@pytest.mark.parametrize("rule", sorted(catalog().rules))
def test_every_rule_of_the_catalogue_has_vectors_and_they_are_played(rule: str) -> None:
    assert VECTORS.get(rule)
    assert rule in RUNS


def test_every_vector_belongs_to_a_rule_of_the_catalogue() -> None:
    assert set(VECTORS) == set(catalog().rules)


@pytest.mark.parametrize(("rule", "vector"), [pytest.param(rule, vector, id=f"{rule}-{place}") for rule, rows in VECTORS.items() for place, vector in enumerate(rows, start=1)])
def test_vector(rule: str, vector: Mapping[str, Any]) -> None:
    found, expected = RUNS[rule](vector["given"]), vector["expect"]
    if isinstance(expected, str) and expected in STATES:
        assert isinstance(found, RuleResult)
        assert found.rule == rule
        assert found.state == STATES[expected], found.sentence
        if "detail" in vector:
            assert found.detail == vector["detail"]
        if "reason" in vector:
            assert vector["reason"] in (found.reason or "")
    elif "tolerance" in vector:
        assert isinstance(found, Decimal)
        assert abs(found - expected) <= vector["tolerance"] * abs(expected)
    else:
        assert found == expected


# Widely quoted thresholds


@runs("NAC-01")
def _(given: Given) -> object:
    chart = Chart(cycles=4)
    chart.at("baseline", -7).sizes(primary=given["baseline"])
    chart.at("scan", 21 * given["cycles"]).sizes(primary=given["current"])
    return chart.rule("NAC-01", "scan")


@runs("NAC-02")
def _(given: Given) -> object:
    chart = Chart(cycles=2)
    if "bl" in given:
        chart.at("baseline", -7).add("pet.suvmax", given["bl"])
    chart.at("PET", 42).add("pet.suvmax", given["now"])
    return chart.rule("NAC-02", "PET")


@runs("NAC-03")
def _(given: Given) -> object:
    return Chart(cycles=1).at("baseline", -7).add("pet.suvmax", given["bl"]).rule("NAC-03")


@runs("NAC-04")
def _(given: Given) -> object:
    history = Chart(cycles=1).at("baseline", -7).add("mri.adc", given["adc"]).history()
    shipped = catalog()
    thresholds = {"adc": Decimal(given["threshold"])} if "threshold" in given else {}
    site = replace(shipped, rules={**shipped.rules, "NAC-04": replace(shipped.rules["NAC-04"], thresholds=thresholds)})
    return review(history, site).latest["NAC-04"]


@runs("NAC-05")
def _(given: Given) -> object:
    return Chart("oesoph_gej_gastric_adeno").at("surgery", 90).add("event.surgery", "yes").add("path.viable", given["viable"]).rule("NAC-05")


# Lesions and sums


@runs("REC-01")
def _(given: Given) -> object:
    chart = Chart(cycles=1).at("baseline", -7).size("primary", given["mm"], given["method"])
    if "slice_mm" in given:
        chart.add("size.slice", given["slice_mm"])
    return chart.rule("REC-01").detail


@runs("REC-02")
def _(given: Given) -> object:
    """A target node that is of target size says so; a smaller one is named for what it is."""
    return Chart(cycles=1).lesion("N", "node").at("baseline", -7).size("N", given["short_axis"]).rule("REC-02").detail


@runs("REC-03")
def _(given: Given) -> object:
    chart = Chart(cycles=1)
    for number, organ in enumerate(given["organs"]):
        # The nodes lie in different regions: together they are one organ.
        kind, place = ("node", f"region {number}") if organ == "node" else ("mass", organ)
        chart.lesion(f"L{number}", kind, organ=place)  # type: ignore[arg-type]  # mass or node, as chosen one line up
        chart.at("baseline", -7).size(f"L{number}", 20)
    return chart.rule("REC-03").detail


@runs("REC-04", "REC-05")
def _(given: Given) -> object:
    chart = Chart(cycles=2).at("baseline", -7)
    values = given.get("targets") or [given["value"]]
    for number in range(len(values)):
        chart.size(f"L{number}", 30)
    chart.at("scan", 42)
    for number, value in enumerate(values):
        chart.size(f"L{number}", value)
    total = chart.last_size().sum_mm
    return "null" if total is None else total


@runs("REC-06")
def _(given: Given) -> object:
    return two_points(given["baseline"], *given["before"], 50, cycles=8).last_size().nadir_mm


# Target response


@runs("REC-07")
def _(given: Given) -> object:
    """A mass and a node; the node is all that is left."""
    chart = Chart(cycles=6).lesion("N", "node").at("baseline", -7).sizes(N=20, primary=given.get("baseline", 60) - 20)
    for place, prior in enumerate(given.get("prior", [])):
        chart.at(f"prior {place}", 42 + place).sizes(N=prior, primary="ABSENT").status("rest", "PRESENT")
    chart.at("scan", 63).sizes(N=given.get("current", given.get("node_short_axis")), primary="ABSENT")
    return chart.last_size().target


@runs("REC-08", "REC-09", "REC-10")
def _(given: Given) -> object:
    return two_points(given["baseline"], *given["prior"], given["current"], cycles=8).last_size().target


@runs("REC-11")
def _(given: Given) -> object:
    chart = Chart(cycles=6).at("baseline", -7).sizes(a=given["baseline"] - 10, b=10)
    for place, prior in enumerate(given["prior"]):
        chart.at(f"prior {place}", 42 + place).sizes(a=prior - 10, b=10)
    chart.at("scan", 63).sizes(a=given["measured_subset"], b="NE")
    return chart.last_size().target


# Non-target, new and overall


@runs("REC-12")
def _(given: Given) -> object:
    chart = Chart(cycles=2).at("baseline", -7).sizes(primary=40).status("rest", "PRESENT")
    if given.get("marker_initially_high"):
        chart.add("marker.cea", 20, uln=5)
    chart.at("scan", 42).sizes(primary=40).status("rest", "PD" if given.get("unequivocal_progression") else "ABSENT")
    if "marker_normal" in given:
        chart.add("marker.cea", 4 if given["marker_normal"] else 12, uln=5)
    return chart.last_size().non_target


_NOW = {"CR": "ABSENT", "PR": 60, "SD": 95, "PD": 130, "NE": "NE"}
_OTHER = {"NCRNPD": "NON-CR/NON-PD", "NE": "NE", "CR": "CR"}


@runs("REC-13")
def _(given: Given) -> object:
    chart = Chart(cycles=2).at("baseline", -7).sizes(primary=100).status("rest", "PRESENT")
    chart.at("scan", 42).sizes(primary=_NOW[given["target"]]).add("lesion.non_target", _OTHER[given["non_target"]])
    if given["new"] != "blank":
        chart.new("yes" if given["new"] else "no")
    size = chart.last_size()
    assert size.provisional == (", provisional" in (chart.rule("REC-13", "scan").detail or ""))
    return chart.rule("REC-13", "scan").detail if size.provisional else size.overall


@runs("REC-14")
def _(given: Given) -> object:
    chart = Chart(cycles=2).at("baseline", -7).status("rest", "PRESENT")
    return chart.at("scan", 42).add("lesion.non_target", _OTHER[given["non_target"]]).new("yes" if given["new"] else "no").last_size().overall


@runs("REC-15")
def _(given: Given) -> object:
    return course(given["seq"]).review().best.unconfirmed


@runs("REC-16")
def _(given: Given) -> object:
    return course(given["seq"]).review().best.confirmed


@runs("REC-17")
def _(given: Given) -> object:
    if "previous_overall" in given:
        chart = two_points(40, "ABSENT", given["target_now_mm"])
        assert [size.overall for size in sized(chart.review())[1:]] == ["CR", "PD"]
        return chart.last_size().target
    if "nadir" in given:
        # The mass is gone, non-target disease is not: no complete response, and a nadir of 0.
        chart = Chart(cycles=6).at("baseline", -7).sizes(primary=40).status("rest", "PRESENT")
        chart.at("after C2", 42).sizes(primary="ABSENT").status("rest", "PRESENT").new("no")
        size = chart.at("after C3", 63).sizes(primary=given["current"]).status("rest", "PRESENT").new("no").last_size()
        assert size.nadir_mm == given["nadir"]
        assert "+6 mm from a nadir of 0" in chart.rule("REC-09", "after C3").sentence
        return "pct_from_nadir undefined (show mm only)" if size.change_from_nadir_pct is None else size.change_from_nadir_pct
    chart = Chart(cycles=6).at("baseline", -7).sizes(a=given["baseline"] - 10, b=10)
    chart.at("after C2", 42).sizes(a=given["prior"][0], b="ABSENT").new("no")
    returned = given["sum_with_returned_lesion"] - given["prior"][0]
    return chart.at("after C3", 63).sizes(a=given["prior"][0], b=returned).new("no").last_size().target


@runs("REC-18")
def _(given: Given) -> object:
    chart = Chart(cycles=2).at("baseline", -7).sizes(primary=100).at("scan", 42).sizes(primary=60)
    if given["new"] == "blank":
        assert chart.rule("REC-18", "scan").state == "not_evaluable"
        return chart.rule("REC-18", "scan").detail
    return chart.new("yes" if given["new"] else "equivocal" if given["equivocal"] else "no").last_size().overall


# iRECIST


@runs("IRC-01")
def _(given: Given) -> object:
    chart = immune("yes" if given["immunotherapy"] else "no", 50, {"PD": 60, "PR": 35}[given["recist"]])
    found = chart.rule("IRC-01")
    assert chart.last_size().irecist == found.detail
    if found.state == "not_applicable":
        return chart.last_size().overall
    return found.detail


@runs("IRC-02")
def _(given: Given) -> object:
    """The targets are the reason of the iUPD unless the vector says that a new lesion is."""
    new = given.get("iUPD_reason") == "new lesion"
    first = given.get("iUPD_sum", 60)
    chart = immune("yes", 60 if new else 40, first)
    if new:
        chart.lesion("N1", role="new").size("N1", 20).new("yes", "N1")
    days = given["days"] if isinstance(given["days"], list) else [given["days"]]
    for place, (day, now) in enumerate(zip(days, given.get("sums_after", [given.get("next_sum", first)]), strict=True)):
        chart.at(f"scan {place + 2}", 42 + day).sizes(primary=now)
        if new:
            chart.size("N1", 20).new("no" if "new_lesions" in given else "yes", None if "new_lesions" in given else "N2")
        else:
            chart.new("no")
    return chart.rule("IRC-02", f"scan {len(days) + 1}").detail


@runs("IRC-03")
def _(given: Given) -> object:
    sizes = {"PD-criteria": [125, 75], "PR-criteria": [60], "no change": [125]}
    chart = immune("yes", 100)
    for place, step in enumerate(given["seq"]):
        chart.at(f"scan {place + 1}", 42 + 35 * place).sizes(primary=sizes[step].pop(0)).new("no")
    return [size.irecist for size in sized(chart.review())[1:]]


# Two diameters, depth, breast and rectum


def _because(found: RuleResult, words: str) -> str:
    """The vector's words, where the result is not evaluable and its reason holds them."""
    assert found.state == "not_evaluable"
    assert words in (found.reason or "")
    return f"not evaluable: {words}"


@runs("WHO-01")
def _(given: Given) -> object:
    """One lesion, 10 mm across."""
    chart = Chart(cycles=6)
    for place, name in enumerate(("baseline", "nadir", "current")):
        chart.at(name, -7 + 35 * place).sizes(primary=given[name] / Decimal(10)).add("size.perpendicular", 10, lesion="primary").new("no")
    assert sized(chart.review())[-1].who == chart.rule("WHO-01", "current").detail
    return chart.rule("WHO-01", "current").detail


@runs("ETS-01")
def _(given: Given) -> object:
    chart = Chart(cycles=4).at("baseline", -7).sizes(primary=given["baseline"])
    found = chart.at("scan", given.get("scan_day", 56)).sizes(primary=given.get("day56", 50)).rule("ETS-01")
    return _because(found, "outside window") if found.state == "not_evaluable" else (found.detail or "").replace(" %", "%")


@runs("DPR-01")
def _(given: Given) -> object:
    return two_points(given["baseline"], *given["sums"], cycles=8).rule("DPR-01").value


@runs("BRE-01")
def _(given: Given) -> object:
    chart = Chart(cycles=4)
    for name, day, sides in (("baseline", -7, given["baseline"]), ("after C2", 42, given["now"])):
        chart.at(name, day).size("primary", sides[0], "ultrasound")
        if len(sides) > 1:
            chart.add("size.perpendicular", sides[1], lesion="primary", method="ultrasound")
    found = chart.rule("BRE-01")
    return _because(found, "perpendicular diameter missing") if found.state == "not_evaluable" else found.detail


@runs("BRE-02")
def _(given: Given) -> object:
    first, second = given["modality"]
    chart = Chart(cycles=4).at("baseline", -7).size("primary", given["baseline_mm"], first).at("scan", 42).size("primary", given["now_mm"], second)
    found = chart.rule("BRE-02", "scan")
    return _because(found, "modality differs") if found.state == "not_evaluable" else found.value


@runs("REG-01")
def _(given: Given) -> object:
    chart = Chart("rectal", "FOLFOX with selective chemoradiation (PROSPECT)", 14, cycles=6)
    chart.at("baseline", -7).size("primary", given["baseline"]).at("after C6", 84).size("primary", given["now"])
    return (chart.rule("REG-01").detail or "").replace(" %", "%")


# PET


@runs("PET-01")
def _(given: Given) -> object:
    dose, delay = given.get("dose_Bq", Decimal(350_000_000)), given.get("dt_s")
    scan = uptake.Scan(Decimal(given.get("C_Bq_mL", 15000)), Decimal(given["weight_kg"]), dose, None if delay is None else Decimal(delay), given.get("DecayCorrection", "START"))
    found = uptake.suvbw(catalog().rules["PET-01"], scan)
    return f"not evaluable: {found}" if isinstance(found, str) else found


@runs("PET-02")
def _(given: Given) -> object:
    chart = Chart(cycles=1).at("PET", -7).add("patient.weight_kg", given["weight"]).add("patient.height_cm", given["height_cm"])
    chart.case = replace(chart.case, patient=Patient(sex=given["sex"]))
    if "SUVbw" not in given:
        return chart.rule("PET-02").value
    found = chart.add("pet.suvmax", given["SUVbw"]).rule("PET-02", "PET")
    assert "SUVmax 8.0 is SULmax 4.93" in found.sentence
    assert found.value is not None
    return uptake.sul(Decimal(given["SUVbw"]), found.value, Decimal(given["weight"]))


@runs("PET-03")
def _(given: Given) -> object:
    chart = Chart(cycles=2).at("baseline", -7).add("pet.sulpeak", given["peak"])
    if "bloodpool_mean" in given:
        chart.add("pet.liver_diseased", "yes").add("pet.blood_pool_sul_mean", given["bloodpool_mean"]).add("pet.blood_pool_sul_sd", given["bloodpool_sd"])
    else:
        chart.add("pet.liver_sul_mean", given["liver_mean"]).add("pet.liver_sul_sd", given["liver_sd"])
    return chart.rule("PET-03").detail


@runs("PET-04")
def _(given: Given) -> object:
    early, late = given["uptake"]
    chart = sul(5, 3, first={"liver_sul_mean": given["liver_bl"], "uptake_min": early}, then={"liver_sul_mean": given["liver_fu"], "uptake_min": late})
    return (chart.rule("PET-04", "PET").detail or "").replace(" %", "%")


@runs("PET-05")
def _(given: Given) -> object:
    """Measurable and comparable unless the vector says otherwise."""
    if "new_lesion" in given:
        chart = sul(5, 3, then={"uptake_min": 90}).add("pet.new_lesion", "yes")
        assert chart.rule("PET-04", "PET").state == "not_met"
        return chart.rule("PET-05", "PET").detail
    return sul(given["bl"], given["fu"]).rule("PET-05", "PET").detail


@runs("PET-06")
def _(given: Given) -> object:
    chart = Chart(cycles=4).at("baseline", -7).add("pet.suvmax", given["bl"]).at("PET", 21 * given["cycles"]).add("pet.suvmax", given["fu"])
    return chart.rule("PET-06", "PET").detail


@runs("PET-07")
def _(given: Given) -> object:
    chart = Chart("oesoph_gej_gastric_adeno", length=14, cycles=4).at("baseline", -7).add("anatomy.site", "gej").add("pet.suvmax", given["bl"])
    found = chart.at("early PET", given["day"]).add("pet.suvmax", given["fu"]).rule("PET-07")
    return found if found.state == "not_evaluable" else found.detail


@runs("PET-08")
def _(given: Given) -> object:
    if "SUVmean" in given:
        chart = Chart(cycles=2).at("baseline", -7).add("pet.suvmean", given["SUVmean"]).add("pet.mtv", given["MTV"], segmentation="41% SUVmax")
        return chart.rule("PET-08", "baseline").value
    chart = Chart(cycles=2)
    for name, day, method in zip(("baseline", "PET"), (-7, 42), given["method"], strict=True):
        chart.at(name, day).add("pet.mtv", 18, segmentation=method)
    return chart.rule("PET-08", "PET").detail


@runs("PET-09")
def _(given: Given) -> object:
    chart = Chart(cycles=2).at("baseline", -7).add("pet.suvmax", 10).at("PET", 42).add("pet.suvmax", 10 + Decimal(given["change_pct"]) / 10)
    return chart.rule("PET-09", "PET").detail


# ctDNA


@runs("CTD-03")
def _(given: Given) -> object:
    genomes, markers = Decimal(given["hge"]), Decimal(given["markers"])
    if "vaf_frac" in given:
        return molecular.detection_probability(given["vaf_frac"], genomes, markers)
    chart = Chart(cycles=1).at("baseline", -7).add("ctdna.hge_input", given["hge"]).add("ctdna.markers", given["markers"])
    return chart.rule("CTD-03", "baseline").value


@runs("CTD-04")
def _(given: Given) -> object:
    limit = given.get("lod")
    chart = Chart(cycles=4).at("baseline", -3).add("ctdna.vaf", given["baseline"], limit=limit)
    return chart.at("now", 42).add("ctdna.vaf", given["now"], limit=limit).rule("CTD-04", "now").detail


def _detections(series: list[str], *days: int) -> Chart:
    return ctdna(*({"D": "1.5", "ND": "ND"}[one] for one in series), days=days or (-3, 21, 42))


@runs("CTD-05")
def _(given: Given) -> object:
    found = _detections(given["series"]).rule("CTD-05")
    return f"not applicable: {found.reason}" if found.state == "not_applicable" else found.detail


@runs("CTD-06")
def _(given: Given) -> object:
    return _detections([given["T0"], given["T1"]], -3, given["day"]).rule("CTD-06")


@runs("CTD-07")
def _(given: Given) -> object:
    return ctdna(given["bl"], given["now"]).rule("CTD-07").detail


@runs("CTD-08")
def _(given: Given) -> object:
    return ctdna(*given["series"]).rule("CTD-08")


# Markers and pathology


@runs("MRK-05")
def _(given: Given) -> object:
    day = given.get("days_since_start", 70)
    chart = Chart(cycles=6).at("before", day - 20).add("marker.cea", given["prev"]).at("now", day).add("marker.cea", given["now"])
    if "confirm" in given:
        chart.at("confirmation", day + 30).add("marker.cea", given["confirm"])
    return chart.rule("MRK-05")


@runs("PTH-01")
def _(given: Given) -> object:
    fields = {"d1": "rcb.d1", "d2": "rcb.d2", "cell": "rcb.cellularity", "cis": "rcb.in_situ", "ln": "rcb.nodes_positive", "dmet": "rcb.largest_met"}
    chart = Chart(cycles=4).at("surgery", 120).add("event.surgery", "yes")
    for name, analyte in fields.items():
        chart.add(analyte, given[name])
    judged = chart.review()
    (vector,) = [row for row in VECTORS["PTH-01"] if row["given"] == given]
    assert judged.rcb.rcb_class == vector["note"]
    return judged.rcb.index


@runs("PTH-02")
def _(given: Given) -> object:
    """All three definitions; the rule itself takes A in breast and B elsewhere."""
    answers = definitions(f"yp{given['ypT']}", f"yp{given['ypN']}")
    for context, chosen in (("breast_tnbc", "A"), ("oesoph_gej_gastric_adeno", "B")):
        chart = Chart(context, cycles=4).at("surgery", 120).add("path.ypt", f"yp{given['ypT']}").add("path.ypn", f"yp{given['ypN']}")
        assert (chart.rule("PTH-02").state == "met") is answers[chosen]
    return answers


# Kinetics


@runs("KIN-01")
def _(given: Given) -> object:
    change = change_pct(Decimal(given["x"]), Decimal(given["x0"]))
    if given["x0"]:
        assert two_points(given["x0"], given["x"]).last_size().change_from_baseline_pct == change
    return "undefined" if change is None else change


@runs("KIN-02")
def _(given: Given) -> object:
    if "V1" in given:
        return kinetics.doubling_time(Decimal(given["V1"]), Decimal(given["V2"]), given["dt"])
    found = Chart(cycles=4).at("baseline", -3).sizes(primary=given["d1"]).at("scan", given["dt"] - 3).sizes(primary=given["d2"]).rule("KIN-02", "scan")
    if found.detail == "not defined":
        assert found.state == "not_evaluable"
        return found.detail
    assert found.detail == ("doubling" if given["d2"] > given["d1"] else "halving")
    return found.value


@runs("KIN-03")
def _(given: Given) -> object:
    return kinetics.specific_growth_rate(Decimal(given["V1"]), Decimal(given["V2"]), given["dt"])


@runs("KIN-04")
def _(given: Given) -> object:
    chart = Chart(cycles=4).at("baseline", -3).sizes(a=given["D1"] - 20, b=20).at("scan", given["days"] - 3).sizes(a=given["D2"] - 20, b=20)
    return chart.rule("KIN-04", "scan").value


@runs("KIN-05")
def _(given: Given) -> object:
    """The growth rates as given, at a progression under a checkpoint inhibitor."""
    assert (given["recist"], given["immunotherapy"]) == ("PD", True)
    return kinetics.hyperprogressive(catalog().rules["KIN-05"], Decimal(given["tgr_pre"]), Decimal(given["tgr_on"]), "at the first scan")


@runs("KIN-06")
def _(given: Given) -> object:
    g, d = Decimal(given["g"]), Decimal(given.get("d", 0))
    if "t" in given:
        return regression_growth.size_at(g, d, Decimal(given["t"]))
    return regression_growth.nadir_day(g, d) if d else regression_growth.growth_doubling(g)


@runs("KIN-07")
def _(given: Given) -> object:
    assert given["kind"] == "sum"
    reader = "A" if given["same_reader"] else None
    chart = Chart(cycles=2).at("baseline", -7).size("a", 50, reader=reader).size("b", 50, reader=reader)
    chart.at("scan", 42).size("a", 50 + given["change_pct"], reader=reader).size("b", 50, reader=reader)
    return chart.rule("KIN-07", "scan").detail


# The course as a whole


@runs("RES-01")
def _(given: Given) -> object:
    chart = Chart(length=given["cycle"], cycles=4)
    assert chart.review().cycles[-1].start is not None
    chart.at("baseline", -7).sizes(primary=50).at("progression", given["pd_day"]).sizes(primary=70)
    found = chart.rule("RES-01")
    return {"met": "on treatment", "not_met": found.detail}[found.state]


@runs("RES-02")
def _(given: Given) -> object:
    sizes = {"SD": 100 - given.get("shrink_pct", 0), "PD": 150, "PR": 60}
    chart = Chart(cycles=6).at("baseline", -7).sizes(primary=100)
    first = given["cycles"] - len(given["responses"]) + 1
    for place, response in enumerate(given["responses"]):
        chart.at(f"scan {place}", 21 * (first + place)).sizes(primary=sizes[response]).new("no")
    found, acquired = chart.rule("RES-02"), chart.rule("RES-03")
    if found.state == "not_met":
        return "not primary -> RES-03" if acquired.state == "met" else f"not met: {found.detail}"
    assert found.state == "met"
    early = found.detail == "progression on treatment without earlier response"
    assert found.severity == ("alert" if early else "watch")
    assert early or "shrinkage under 10 %" in (found.detail or "")
    return "primary (early progression)" if early else "primary (shrinkage limb: <10%)"


@runs("RES-03")
def _(given: Given) -> object:
    chart = course(given["responses"], cycles=0).cycle(1, 0)
    if "last_dose" in given:
        chart.at("last dose", given["last_dose"]).add("treatment.last_dose", "yes")
    judged = chart.review()
    found, states = judged.latest["RES-03"], {state.state for state in judged.resistance}
    if found.state == "met":
        return "acquired"
    return "not acquired -> primary (PD limb)" if "primary" in states else "not met" if found.state == "not_met" else found.state


# The evidence together


def _result(rule: str, state: str) -> RuleResult:
    entry = catalog().rules[rule]
    known: State = {"met": "met", "not met": "not_met", "not evaluable": "not_evaluable"}[state]  # type: ignore[assignment]  # three of the four states
    return RuleResult(rule, known, entry.severity, "A sentence.", reason="a reason" if known == "not_evaluable" else None)


@runs("SCO-01")
def _(given: Given) -> object:
    by_domain: Mapping[str, tuple[str, ...]] = {"anatomic": ("NAC-01", "REC-13"), "ctDNA": ("CTD-06", "CTD-08")}
    if "all" in given:
        found = [_result(rule.id, given["all"]) for rule in catalog().rules.values() if rule.tally]
    else:
        found = [_result(rule, state) for domain, states in given.items() for rule, state in zip(by_domain[domain], states, strict=False)]
    latest = {one.rule: one for one in found}
    counts = tally.tally(catalog(), latest)
    first, second, _ = tally.results(catalog(), counts, tally.band(catalog(), latest, counts))
    if first.state == "not_evaluable":
        assert second.state == "not_evaluable"
        return first.reason
    parts = (first.detail or "").split("; ")
    return "; ".join(part for part in parts if part.startswith(tuple(given)))


@runs("SCO-02")
def _(given: Given) -> object:
    """One raising rule for each domain: met where given, else not met, else not evaluable for as many as said."""
    raising: Mapping[TallyDomain, str] = {"anatomic": "REC-13", "metabolic": "PET-06", "ctDNA": "CTD-06", "marker": "MRK-05", "pathology": "NAC-05"}
    blind = [domain for domain in reversed(raising) if domain not in given["A_B_met_domains"]][: given["not_evaluable_domains"]]
    found = [_result(rule, "met" if domain in given["A_B_met_domains"] else "not evaluable" if domain in blind else "not met") for domain, rule in raising.items()]
    latest = {one.rule: one for one in (*found, *(_result(rule, "met") for rule in given.get("D_met", [])))}
    counts = tally.tally(catalog(), latest)
    level = tally.band(catalog(), latest, counts)
    listed = [rule for rule in given.get("D_met", []) if counts[catalog().rules[rule].tally or "context"].met]
    return f"{level} (grade D listed)" if listed else level
