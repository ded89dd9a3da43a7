"""How the boundary vectors of markers, pathology, the course, biomarkers, safety and single tests are played; test_vectors.py runs them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from nacdesk.domain import likelihood
from nacdesk.domain.facts import Patient
from nacdesk.domain.rules import RuleResult, SingleTest
from nacdesk.errors import UserError
from tests.domain.cases import DAY0, Chart, Typed, catalog

Given = Mapping[str, Any]
Run = Callable[[Given], object]

RUNS: dict[str, Run] = {}


def runs(*rules: str) -> Callable[[Run], Run]:
    """The function that plays the vectors of these rules."""

    def keep(function: Run) -> Run:
        RUNS.update(dict.fromkeys(rules, function))
        return function

    return keep


def told(found: RuleResult) -> str | None:
    """The detail of a judged rule, else "not evaluable" with its reason."""
    return f"not evaluable: {found.reason}" if found.state == "not_evaluable" else found.detail


# Markers


def _ca125(given: Given) -> Chart:
    """Two cycles from day 0 and the CA-125 series of the vector, its baseline on day −5 unless said."""
    chart = Chart("ovarian", cycles=2).at("baseline", given.get("day", -5)).add("marker.ca125", given["baseline"], uln=35)
    for day, value in given["series"]:
        chart.at(f"day {day}", day).add("marker.ca125", value, uln=35)
    return chart


@runs("MRK-01")
def _(given: Given) -> object:
    judged = _ca125(given).review()
    found, gcig = judged.latest["MRK-01"], judged.gcig
    if found.state == "not_evaluable":
        return found
    return gcig.response if gcig.response_date is None else f"{gcig.response}@{(gcig.response_date - DAY0).days}"


@runs("MRK-02")
def _(given: Given) -> object:
    gcig = _ca125(given).review().gcig
    return gcig.progression if gcig.progression_date is None else f"{gcig.group}:{gcig.progression}@{(gcig.progression_date - DAY0).days}"


@runs("MRK-03")
def _(given: Given) -> object:
    found = _ca125({"baseline": given["C0"], "day": -7, "series": [[given["days"] - 7, given["C1"]]]}).rule("MRK-03")
    return found.value if found.state == "met" else f"not evaluable: {(found.reason or '').split(' up to')[0]}"


@runs("MRK-04")
def _(given: Given) -> object:
    chart = Chart("ovarian", cycles=6).at("visit", 100)
    for place in range(given.get("ca125_count", 0)):
        chart.at(f"sample {place}", 21 * place).add("marker.ca125", 100, uln=35)
    if "std_kelim" in given:
        chart.add("marker.kelim", given["std_kelim"], method="Biomarker Kinetics")
    found = chart.rule("MRK-04")
    return f"not evaluable: {(found.reason or '').split(' of CA-125')[0]}" if found.state == "not_evaluable" else found.detail


@runs("MRK-06")
def _(given: Given) -> object:
    chart = Chart("pancreas", cycles=4)
    for name, day, value in (("baseline", -5, given["bl"]), ("now", 63, given["now"])):
        chart.at(name, day).add("marker.ca199", value, uln=37)
        if "bili_xuln" in given:
            chart.add("labs.bilirubin_umol_l", 20 * (given["bili_xuln"] if name == "now" else 1), uln=20)
    found = chart.rule("MRK-06")
    return found if found.state == "not_evaluable" else found.detail


@runs("MRK-07")
def _(given: Given) -> object:
    chart = Chart(cycles=6)
    for day, name in ((-5, "prev"), (42, "now"), (63, "confirm")):
        chart.at("baseline" if day < 0 else name, day).add("marker.ca153", given[name], uln=30)
    return chart.rule("MRK-07")


@runs("MRK-08")
def _(given: Given) -> object:
    chart = Chart(None, cycles=6).at("baseline", -5).add("marker.psa", 20).at("nadir", 42).add("marker.psa", given["nadir"])
    chart.at("now", 84).add("marker.psa", given["now"]).at("confirmation", 84 + given["confirm_days"]).add("marker.psa", given["now"])
    found = chart.rule("MRK-08", "confirmation")
    if found.state == "not_met":
        return f"NO_FLAG (abs {found.value})"
    return found.detail if found.state == "not_evaluable" else found


# ctDNA and biomarkers


def _plasma(given: Given) -> Chart:
    chart = Chart(cycles=2).at("visit", 21)
    if "ng_ml" in given:
        chart.add("ctdna.cfdna", given["ng_ml"])
    return chart.add("ctdna.vaf", given["vaf_pct"]) if "vaf_pct" in given else chart


@runs("CTD-01")
def _(given: Given) -> object:
    return _plasma(given).rule("CTD-01").value


@runs("CTD-02")
def _(given: Given) -> object:
    found = _plasma(given).rule("CTD-02")
    return "not evaluable" if found.state == "not_evaluable" else found.value


@runs("CTD-09")
def _(given: Given) -> object:
    chart = Chart(cycles=4).at("surgery", 100).add("event.surgery", "yes")
    found = chart.at("sample", 130 if given["phase"] == "surveillance" else 42).add("ctdna.vaf", "0.5").rule("CTD-09")
    figure = "8 to 11 months" in found.sentence
    return "may show lead-time note" if figure else "must not show lead-time figure"


@runs("BIO-01")
def _(given: Given) -> object:
    return Chart(cycles=1).at("visit", 0).add("biomarkers.myc_ratio", given["ratio"]).rule("BIO-01").detail


@runs("BIO-02")
def _(given: Given) -> object:
    chart = Chart(cycles=1).at("visit", 0)
    found = (chart.add("biomarkers.mir21", given["value"], method="qPCR of exosomes") if "value" in given else chart).rule("BIO-02")
    return found.reason if found.state == "not_evaluable" else found.detail


@runs("BIO-03")
def _(given: Given) -> object:
    chart = Chart("breast_her2", cycles=1).at("visit", 0).add(f"biomarkers.{given['gene'].lower()}", given["alteration"])
    judged = chart.review()
    (need,) = next(one for one in judged.options if one.option.id == "HER2-01").prerequisites
    assert (need.state == "met") is (judged.latest["BIO-03"].detail == "enables HER2 options")
    return judged.latest["BIO-03"].detail


# Pathology


def specimen(context: str, analyte: str, typed: Typed) -> Chart:
    """One value of the resection."""
    return Chart(context, cycles=4).at("surgery", 120).add("event.surgery", "yes").add(analyte, typed)


@runs("PTH-03")
def _(given: Given) -> object:
    return specimen("breast_tnbc", "path.cell_loss", given["loss"]).rule("PTH-03").value


@runs("PTH-04")
def _(given: Given) -> object:
    try:
        catalog().analytes["path.mandard"].read(str(given["trg"]))
    except UserError:
        return "reject"
    return specimen("oesoph_scc", "path.mandard", given["trg"]).rule("PTH-04").detail


@runs("PTH-05")
def _(given: Given) -> object:
    found = specimen("oesoph_gej_gastric_adeno", "path.viable", given["viable"]).rule("PTH-05")
    assert (found.state == "met") is (found.detail == "3")
    return found.detail


@runs("PTH-06")
def _(given: Given) -> object:
    context = {"nsclc": "nsclc", "gej": "oesoph_gej_gastric_adeno"}[given["site"]]
    return specimen(context, "path.viable", given["viable"]).rule("PTH-06").detail


@runs("PTH-07")
def _(given: Given) -> object:
    return specimen("osteosarcoma", "path.necrosis", given["necrosis"]).rule("PTH-07").detail


@runs("PTH-08")
def _(given: Given) -> object:
    return specimen("ovarian", "path.crs", given["crs"]).rule("PTH-08").detail


@runs("PTH-09")
def _(given: Given) -> object:
    found = specimen("rectal", "nar.ct", given["cT"]).add("nar.pt", given["pT"]).add("nar.pn", given["pN"]).rule("PTH-09")
    level = {"0": "low", "3": "high", "2": "intermediate"}[str(given["pT"])]
    assert found.detail == level
    return found.value


# The course: further states and classes


@runs("RES-04")
def _(given: Given) -> object:
    chart = Chart(length=21, cycles=4).at("baseline", -7).sizes(primary=100)
    if "responses" in given:
        chart.at("after C2", 42).sizes(primary=100 - given["shrink_pct"]).new("no")
    else:
        chart.at("PD", 63 + given.get("pd_days_after_last_dose", 7)).sizes(primary=150).new("no")
    found = chart.rule("RES-04")
    return "refractory" if found.state == "met" else {"by time": "not refractory by time", "no progression": "not refractory (no progression)"}[found.detail or ""]


@runs("RES-05")
def _(given: Given) -> object:
    """The last treatment is the last dose, or the operation for the R0 resection."""
    chart = Chart(length=21, cycles=4).at("baseline", -7).sizes(primary=100)
    if given["state"] == "R0":
        chart.at("surgery", 100).add("event.surgery", "yes").add("path.r_status", "R0")
        chart.at("relapse", 100 + given["days_after_treatment"]).add("event.recurrence", "yes")
    else:
        chart.at("after C3", 63).sizes(primary={"CR": "ABSENT", "PR": 50}[given["state"]]).new("no")
        chart.at("later", 63 + given["days_after_treatment"]).sizes(primary=150).new("no")
    found = chart.rule("RES-05")
    if found.detail == "recurrence, inside the 28-day window":
        return "early recurrence within window: show both labels"
    return "relapsed" if found.state == "met" else (found.detail or "").replace("progression", f"progression {chart.rule('RES-01').detail}")


@runs("RES-06")
def _(given: Given) -> object:
    chart = Chart("ovarian", cycles=4).at("baseline", -7).add("treatment.platinum_given", "yes").sizes(primary=100)
    chart.at("after C3", 63).sizes(primary=50).new("no").at("PD", 63 + given["days"]).sizes(primary=150).new("no")
    judged = chart.review()
    assert f"platinum_{judged.latest['RES-06'].detail}" in {state.state for state in judged.resistance}
    return judged.latest["RES-06"].detail


def exposed(regimen: str, context: str, last: int, *scans: tuple[int, str]) -> Chart:
    """A dose every three weeks up to the last one, then the responses of the scans."""
    chart = Chart(context, regimen=regimen, length=21).at("baseline", -7).sizes(primary=100)
    for number, day in enumerate(range(0, last + 1, 21), start=1):
        chart.cycle(number, day)
    for day, response in scans:
        chart.at(f"scan day {day}", day).sizes(primary={"PR": 50, "SD": 100, "PD": 150}[response]).new("no")
    return chart


@runs("RES-07")
def _(given: Given) -> object:
    alone, context = "Neoadjuvant pembrolizumab (KEYNOTE-689)", "head_neck"
    if "exposure_weeks" in given:
        day = 7 * given["exposure_weeks"]
        chart = exposed(alone, context, 42, (day, "PD"), (day + 28, "PD"))
    else:
        day = round(given["exposure_months"] * Decimal("30.4375"))
        chart = exposed(alone, context, day, (63, given["bor"]), (day, given["then"]), (day + 28, "PD"))
    found = chart.rule("RES-07")
    return found if found.state == "not_evaluable" else found.detail


@runs("RES-08")
def _(given: Given) -> object:
    day = round(given["pd_months"] * Decimal("30.4375")) if given["pd_months"] > 2 else 7 * given["exposure_weeks"]
    chart = exposed("Paclitaxel + carboplatin then AC/EC, with pembrolizumab (KEYNOTE-522)", "breast_tnbc", day, (day, "PD"))
    if "rapid" in given:
        chart.add("response.rapid_deterioration", "yes" if given["rapid"] else "no")
    found = chart.rule("RES-08")
    return found if found.state == "not_evaluable" else found.detail


# One test alone


@runs("SCO-03")
def _(given: Given) -> object:
    if "ppv" in given:
        test = SingleTest("LR-00", "A test", "response", (), (), predictive_value=given["ppv"])
        return told(likelihood.judged(catalog(), test, "positive", Decimal("0.5")))
    if "pre_nonresponse" in given:
        return likelihood.post_test(given["pre_nonresponse"], given["LR_nonresponse"])
    ratio = {"LR+": likelihood.response_positive, "LR-": likelihood.response_negative}[given["ratio"]]
    return ratio(given["sens"], given["spec"])


# Safety


@runs("SAF-01")
def _(given: Given) -> object:
    fields = {"crcl": "labs.crcl_ml_min", "ecog": "status.ecog", "neuropathy": "toxicity.neuropathy_grade", "hearing": "toxicity.hearing_loss_grade", "nyha": "status.nyha_class"}
    chart = Chart("bladder_mibc", cycles=1).at("visit", 10)
    for name, value in given.items():
        chart.add(fields[name], value)
    return told(chart.rule("SAF-01"))


@runs("SAF-02")
def _(given: Given) -> object:
    chart = Chart("bladder_mibc", cycles=1).at("visit", 0)
    chart.case = replace(chart.case, patient=Patient(birth_date=DAY0.replace(year=DAY0.year - given["age"]), sex=given["sex"]))
    creatinine = given["scr_umol"] if "scr_umol" in given else Decimal(given["scr_mgdl"]) * Decimal("88.4")
    found = chart.add("patient.weight_kg", given["w"]).add("labs.creatinine_umol_l", creatinine).rule("SAF-02")
    return found.value if found.state == "met" else f"not evaluable: {(found.reason or '').split(':')[0]}"


@runs("SAF-03")
def _(given: Given) -> object:
    chart = Chart("breast_her2", cycles=4)
    if "baseline" in given:
        chart.at("baseline", -7).add("labs.lvef_pct", given["baseline"])
    return told(chart.at("after C4", 84).add("labs.lvef_pct", given["lvef"]).rule("SAF-03"))


@runs("SAF-04")
def _(given: Given) -> object:
    return told(Chart(cycles=1).at("visit", 10).add("toxicity.neuropathy_grade", given["grade"]).rule("SAF-04"))


@runs("SAF-05")
def _(given: Given) -> object:
    chart = Chart("breast_her2", cycles=1).at("visit", 10)
    if "ild" in given:
        chart.add("history.ild_or_pneumonitis", "yes" if given["ild"] else "no")
    found = chart.rule("SAF-05")
    return (found.reason or "").removeprefix("ILD or pneumonitis ") if found.state == "not_evaluable" else found.detail


@runs("SAF-06")
def _(given: Given) -> object:
    """What the vector does not name is recorded as absent: a pass needs every answer."""
    chart = Chart(cycles=1).at("visit", 10).add("medication.prednisone_equivalent_mg", given.get("prednisone_mg", 0))
    for field in ("history.active_autoimmune_disease", "history.severe_immune_toxicity"):
        chart.add(field, "no")
    return told(chart.add("history.transplant", "yes" if given.get("transplant") else "no").rule("SAF-06"))
