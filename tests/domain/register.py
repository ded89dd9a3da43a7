"""The register: every judgement about some invented cases, and what each vector's rule says, as read and accepted.

A vector tests the answer of a rule; the register holds all that stands beside it: value, comparison, formula,
evidence, what is missing, the sentence. None of that changes unseen: test_register.py compares it. After a
change that is meant

    python -m tests.domain.register

writes it anew, to be read as a difference before it is accepted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from nacdesk.domain.facts import Patient
from nacdesk.domain.judgements import Review
from nacdesk.domain.rules import RuleResult
from tests.domain import cases
from tests.domain.cases import DAY0, Chart
from tests.domain.test_vectors import RUNS, VECTORS

FILE = Path(__file__).with_name("register.txt")
Case = Callable[[], Chart]
CASES: dict[str, Case] = {}


def case(make: Case) -> Case:
    """Put a case into the register by its name."""
    CASES[make.__name__.replace("_", " ")] = make
    return make


def born(chart: Chart, years: int, sex: str) -> Chart:
    """The patient's age on the first dose, and sex."""
    chart.case = replace(chart.case, patient=Patient(birth_date=DAY0.replace(year=DAY0.year - years), sex=sex))
    return chart


# What is written


def number(value: Decimal) -> str:
    """Twelve digits that count: more than anyone reads, fewer than the last digit of a logarithm."""
    return f"{value:.12g}" if value.is_finite() else str(value)


def told(value: Any) -> str:
    """A part of a judgement on one line; rules, conditions and visits by their id."""
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, RuleResult):
        return f"{value.rule}@{value.visit}"
    if is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "id"):
            return str(value.id)
        parts = {field.name: getattr(value, field.name) for field in fields(value) if field.name != "condition"}
        return " ".join(f"{name}={told(part)}" for name, part in parts.items() if part not in (None, "", (), {}, False))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{told(key)}: {told(part)}" for key, part in value.items()) + "}"
    if isinstance(value, frozenset):
        return told(sorted(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(told(part) for part in value) + "]"
    return str(value)


def line(one: RuleResult) -> str:
    """One result without its rule's constant parts."""
    compared = f"{one.value_is or ''} {'' if one.value is None else number(one.value)} {one.operator or ''} {'' if one.threshold is None else number(one.threshold)} {one.unit}"
    # Where a rule is silent its sentence is its name and the reason.
    words = one.sentence if one.reason is None else one.reason
    parts = (f"{one.rule}@{one.visit} {one.state} {one.severity}", words, one.detail or "", " ".join(compared.split()), one.formula, " ".join(one.evidence), " ".join(one.missing))
    return " | ".join(part for part in parts if part)


def whole(judged: Review) -> Iterator[str]:
    """Every judgement of a review, a line each; of the options the state of each condition."""
    for name in ("as_of", "day_zero", "cycles", "best", "gcig", "rcb", "kinetics", "resistance", "flags", "cannot", "clear", "tally", "band"):
        yield f"{name}: {told(getattr(judged, name))}"
    for row in judged.visits:
        yield f"visit {told(row)}"
    for name in ("readiness", "answers", "warnings", "baseline", "breaks"):
        yield f"{name}: {told(getattr(judged, name))}"
    for entry in judged.options:
        yield f"option {entry.option.id} {entry.group}: {told(entry.prerequisites)} {told(entry.cautions)}"
    for one in judged.rules:
        yield line(one)


@cache
def nothing() -> frozenset[str]:
    """What is said of a case of any tumour in which nothing is recorded: left out of the register."""
    return frozenset(row for context in (None, "breast_tnbc", "ovarian") for row in whole(Chart(context).review()))


def lines(name: str) -> list[str]:
    """The register's lines of a case."""
    known = nothing() if name != "nothing recorded" else frozenset()
    return [row for row in whole(CASES[name]().review()) if row not in known]


def of_vector(rule: str, vector: Mapping[str, Any]) -> list[str]:
    """What the rule of a vector says at every visit of the vector's history; nothing where the vector needs none."""
    seen: list[Review] = []
    judge = cases.judge

    def noted(*given: Any) -> Review:
        seen.append(judge(*given))
        return seen[-1]

    cases.judge = noted
    try:
        RUNS[rule](vector["given"])
    finally:
        cases.judge = judge
    return [line(one) for one in seen[-1].rules if one.rule == rule] if seen else []


VECTOR_CASES = {f"{rule} vector {place}": (rule, vector) for rule, rows in VECTORS.items() for place, vector in enumerate(rows, start=1)}


@cache
def written() -> Mapping[str, list[str]]:
    """The file: the lines under each name."""
    found: dict[str, list[str]] = {}
    for row in FILE.read_text(encoding="utf-8").splitlines():
        if row.startswith("# "):
            here = found.setdefault(row.removeprefix("# "), [])
        elif row:
            here.append(row)
    return found


# The cases


@case
def nothing_recorded() -> Chart:
    return Chart()


@case
def regrowth_of_three_targets() -> Chart:
    chart = Chart("breast_tnbc", regimen="Paclitaxel + carboplatin then AC/EC, with pembrolizumab (KEYNOTE-522)", cycles=6)
    chart.lesion("node 1", "node").lesion("liver 1", organ="liver").lesion("bone", role="non_target").lesion("liver 9", role="new", organ="liver")
    chart.at("scan before", -60).sizes("CT", primary=30, **{"node 1": 17, "liver 1": 12})
    chart.at("baseline", -7).sizes("CT", primary=40, **{"node 1": 20, "liver 1": 15}).status("bone", "PRESENT").add("marker.cea", 12, uln=5, method="A")
    chart.at("after C2", 42).sizes("CT", primary=22, **{"node 1": 12, "liver 1": "TSTM"}).status("bone", "PRESENT").new("no").add("marker.cea", 8, uln=5, method="A")
    chart.at("after C3", 63).sizes("CT", primary=20, **{"node 1": 11, "liver 1": "ABSENT"}).status("bone", "ABSENT").add("marker.cea", 6, uln=5, method="A")
    chart.at("after C4", 84).sizes("CT", primary=24, **{"node 1": 12, "liver 1": 4}).status("bone", "NE").new("equivocal", "liver 9")
    chart.at("after C5", 105).sizes("CT", primary=30, **{"node 1": 14, "liver 1": "NE"}).status("bone", "PRESENT").new("yes", "liver 9").size("liver 9", 11, "CT")
    chart.at("after C6", 140).sizes("CT", primary=33, **{"node 1": 16, "liver 1": 9}).status("bone", "PD").new("yes", "liver 9").size("liver 9", 18, "CT")
    return chart


@case
def complete_and_back() -> Chart:
    chart = Chart("head_neck", regimen="Neoadjuvant pembrolizumab (KEYNOTE-689)", cycles=3).lesion("N", "node").lesion("rest", role="non_target")
    chart.at("baseline", -5).sizes(primary=30, N=18).status("rest", "PRESENT")
    chart.at("scan 1", 42).sizes(primary="ABSENT", N=9).status("rest", "ABSENT").new("no")
    chart.at("scan 2", 77).sizes(primary="ABSENT", N=8).status("rest", "ABSENT").new("no")
    chart.at("scan 3", 112).sizes(primary="ABSENT", N=12).status("rest", "ABSENT").new("no")
    chart.at("scan 4", 150).sizes(primary="ABSENT", N=9).status("rest", "PRESENT")
    chart.at("scan 5", 190).sizes(primary="NE", N=9).status("rest", "NE").new("no")
    chart.at("surgery", 200).add("event.surgery", "yes").add("path.r_status", "R0")
    chart.at("later", 260).sizes(primary=14, N=9).new("no").at("recurrence", 300).add("event.recurrence", "yes")
    return chart


@case
def non_target_disease_only() -> Chart:
    chart = Chart("ovarian", regimen="Carboplatin + paclitaxel", cycles=4).at("baseline", -7).status("ascites", "PRESENT").status("pleura", "PRESENT")
    chart.at("after C2", 42).status("ascites", "PRESENT").status("pleura", "ABSENT").new("no")
    chart.at("after C3", 63).status("ascites", "ABSENT").status("pleura", "ABSENT")
    chart.at("after C4", 84).status("ascites", "NE").status("pleura", "ABSENT").new("no")
    return chart.at("PD", 130).status("ascites", "PD").status("pleura", "ABSENT").new("no")


@case
def stated_together_by_the_reader() -> Chart:
    chart = Chart("nsclc", regimen="Durvalumab + platinum doublet (AEGEAN)", cycles=4).at("baseline", -7).sizes("CT", primary=50).add("lesion.non_target", "NON-CR/NON-PD")
    for day, code, size in ((42, "NON-CR/NON-PD", 46), (63, "CR", "ABSENT"), (90, "NE", 0), (110, "PD", 10)):
        chart.at(f"day {day}", day).sizes("CT", primary=size).add("lesion.non_target", code).new("no")
    return chart


@case
def split_merged_and_read_twice() -> Chart:
    chart = Chart(cycles=6).lesion("A1", origin=("A",)).lesion("A2", origin=("A",)).lesion("BC", origin=("B", "C")).lesion("C", organ="lung").lesion("B", organ="lung")
    chart.at("baseline", -9).size("A", 40, reader="X").size("B", 20, reader="X").size("C", 15, reader="X")
    chart.at("after C2", 42).size("A1", 12, reader="X").size("A2", 9, reader="X").size("B", 18, reader="X").size("C", 12, reader="X").new("no")
    chart.at("after C3", 63).size("A1", 10, reader="Y").size("A2", 8, reader="Y").size("BC", 25, reader="Y").new("no")
    chart.at("after C4", 84).size("A1", 10, reader="X").size("A1", 14, reader="Y").size("A2", 8, reader="X").size("BC", 26, reader="X").new("no")
    return chart.at("after C5", 105).size("A1", 10, reader="X", accepted=True).size("A1", 14, reader="Y").size("A2", ">9", reader="X").size("BC", 60, reader="X").new("no")


@case
def sizes_by_ultrasound_and_unlike_methods() -> Chart:
    chart = Chart("breast_hrpos", regimen="TAC", cycles=6)
    chart.at("baseline", -10).size("primary", 30, "ultrasound").add("size.perpendicular", 20, lesion="primary", method="ultrasound")
    chart.at("after C2", 42).size("primary", 24, "ultrasound").add("size.perpendicular", 14, lesion="primary", method="ultrasound").new("no")
    chart.at("after C3", 63).size("primary", 20, "MRI").add("size.perpendicular", 12, lesion="primary", method="MRI").new("no")
    return chart.at("after C4", 84).size("primary", 18, "ultrasound").add("size.perpendicular", "NE", lesion="primary", method="ultrasound").new("no")


@case
def mri_of_the_breast_by_one_reader() -> Chart:
    chart = Chart("breast_her2", regimen="TCHP (docetaxel, carboplatin, trastuzumab, pertuzumab)", cycles=6)
    for name, day, size, across in (
        ("baseline", -10, 42, 30),
        ("after C1", 21, "40.5", 29),
        ("after C2", 42, 39, 28),
        ("after C3", 63, 31, 20),
        ("after C4", 84, "TSTM", "NE"),
        ("after C6", 126, 36, 27),
    ):
        chart.at(name, day).size("primary", size, "MRI", reader="R1").add("size.perpendicular", across, lesion="primary", method="MRI")
        if day > 0:
            chart.new("no")
    return chart.at("surgery", 150).add("event.surgery", "yes").add("path.viable", 55).size("primary", 20, "MRI", reader="R1")


@case
def two_diameters_of_two_lesions() -> Chart:
    chart = Chart("nsclc", cycles=6).lesion("L2", organ="lung")
    for name, day, sizes, others in (
        ("baseline", -6, (40, 30), (20, 15)),
        ("after C2", 42, (28, 20), (14, 10)),
        ("after C3", 71, (27, 20), (14, 10)),
        ("after C4", 90, (36, 28), (18, 14)),
        ("after C5", 120, (36, 28), (30, 28)),
    ):
        chart.at(name, day)
        for label, (long, short) in (("primary", sizes), ("L2", others)):
            chart.size(label, long, "CT").add("size.perpendicular", short, lesion=label, method="CT")
        if day > 0:
            chart.new("no")
    return chart


@case
def rectal_after_folfox() -> Chart:
    chart = Chart("rectal", regimen="FOLFOX with selective chemoradiation (PROSPECT)", length=14, cycles=6)
    chart.at("baseline", -8).size("primary", 45, "MRI", reader="R").at("after C4", 56).size("primary", 40, "MRI", reader="R").new("no")
    chart.at("after C6", 84).size("primary", 37, "MRI", reader="R").new("no").add("marker.cea", 7, uln=5)
    chart.at("surgery", 110).add("event.surgery", "yes").add("event.sample_type", "resection").add("nar.ct", 3).add("nar.pt", 2).add("nar.pn", 1)
    return chart.add("path.mandard", 3).add("path.ypt", "ypT2").add("path.ypn", "ypN1")


@case
def pet_of_three_lesions() -> Chart:
    chart = Chart("oesoph_gej_gastric_adeno", regimen="FLOT (perioperative)", length=14, cycles=4)
    chart.at("baseline", -6).add("anatomy.site", "gej").add("pet.suvmax", 12, lesion="primary", scanner="S1").add("pet.suvmax", 9, lesion="node").add(
        "pet.suvmax", 6, lesion="liver"
    )
    chart.at("day 14", 14).add("pet.suvmax", "8.4", lesion="primary", scanner="S2").add("pet.suvmax", 8, lesion="node")
    chart.at("day 30", 30).add("pet.suvmax", "5.5", lesion="primary", scanner="S1").add("pet.suvmax", "<4", lesion="node").add("pet.suvmax", 4, lesion="liver")
    chart.at("day 45", 45).add("pet.suvmax", "4.5", lesion="primary").add("pet.suvmax", ">12", lesion="node").add("pet.suvmax", 4, lesion="liver")
    chart.at("day 60", 60).add("pet.suvmax", "NE", lesion="primary").add("pet.suvmax", 3, lesion="node").add("pet.background", "yes")
    return (
        chart.at("day 75", 75)
        .add("pet.new_lesion", "yes")
        .add("pet.suvmax", 5, lesion="primary")
        .at("surgery", 90)
        .add("event.surgery", "yes")
        .at("day 100", 100)
        .add("pet.suvmax", 6, lesion="primary")
    )


@case
def municon_with_another_regimen() -> Chart:
    chart = Chart("oesoph_gej_gastric_adeno", regimen="ECF/ECX or CF (historical)", cycles=3).at("baseline", -3).add("anatomy.site", "gej").add("pet.suvmax", 10)
    chart.add("mri.adc", 900, method="MRI")
    return chart.at("early PET", 12).add("pet.suvmax", "7.2").at("later PET", 50).add("pet.suvmax", 9, method="other")


def _percist(chart: Chart, name: str, day: int, **values: Any) -> Chart:
    chart.at(name, day)
    for key, value in values.items():
        chart.add(f"pet.{key}", value, scanner="S1", method="PET/CT") if not isinstance(value, dict) else chart.add(
            f"pet.{key}", value["value"], lesion=value["lesion"], scanner="S1", method="PET/CT"
        )
    return chart


@case
def percist_with_everything_recorded() -> Chart:
    chart = born(Chart("head_neck", cycles=6), 61, "M")
    region = {"liver_sul_mean": "2.1", "liver_sul_sd": "0.3", "uptake_min": 60, "dose_mbq": 350, "blood_pool_sul_mean": "1.5", "blood_pool_sul_sd": "0.2", "glucose": "5.5"}
    _percist(chart, "baseline", -6, **region, sulpeak={"value": "8.4", "lesion": "T"}, suvmax={"value": "13", "lesion": "T"}, mtv=30, tlg=150).add("patient.weight_kg", 82).add(
        "patient.height_cm", 178
    )
    _percist(
        chart,
        "PET 2",
        42,
        **{**region, "liver_sul_mean": "2.2", "uptake_min": 66, "dose_mbq": 300},
        sulpeak={"value": "5.2", "lesion": "T"},
        suvmax={"value": "8.1", "lesion": "T"},
        mtv=18,
        tlg=70,
        new_lesion="no",
    )
    _percist(chart, "PET 3", 63, **region, sulpeak={"value": "1.4", "lesion": "T"}, suvmax={"value": "2.2", "lesion": "T"}, mtv=4, tlg=8, new_lesion="no")
    _percist(chart, "PET 4", 84, **region, sulpeak={"value": "8.9", "lesion": "T"}, suvmax={"value": "14", "lesion": "T"}, mtv=60, tlg=300, new_lesion="no")
    _percist(chart, "PET 5", 105, **region, sulpeak={"value": ">11.5", "lesion": "T"}, mtv=70, tlg="NE")
    _percist(chart, "PET 6", 126, **{**region, "liver_sul_mean": "2.6", "uptake_min": 45}, sulpeak={"value": "7.0", "lesion": "T"})
    return _percist(chart, "PET 7", 140, **region, background="yes")


@case
def percist_by_the_blood_pool() -> Chart:
    chart = born(Chart("nsclc", cycles=4), 17, "F").at("baseline", -6)
    for name, day, peak, pool in (("baseline", -6, "6.0", "1.4"), ("PET 2", 40, "5.0", "1.4"), ("PET 3", 61, "1.4", "1.4"), ("PET 4", 80, "1.0", None)):
        chart.at(name, day).add("pet.sulpeak", peak).add("pet.uptake_min", 60).add("pet.liver_diseased", "yes")
        if pool:
            chart.add("pet.blood_pool_sul_mean", pool).add("pet.blood_pool_sul_sd", "0.2")
    return chart.at("baseline").add("patient.weight_kg", 55, day=-6).add("patient.height_cm", 160, day=-6).add("pet.suvmean", 4, day=-6).add("pet.suvpeak", 5, day=-6)


@case
def ctdna_that_clears_and_returns() -> Chart:
    chart = Chart("breast_tnbc", cycles=8)
    rows = ((-4, "2.4", None), (21, "ND", "0.02"), (42, "ND", "0.02"), (63, "0.05", None), (84, "0.11", None), (105, "<0.4", None), (126, "0.3", None))
    for day, value, limit in rows:
        chart.at("baseline" if day < 0 else f"day {day}", day).add("ctdna.vaf", value, limit=limit, method="panel A").add("ctdna.cfdna", 12)
    chart.at("baseline").add("ctdna.hge_input", 5000, day=-4).add("ctdna.markers", 16, day=-4)
    chart.at("day 140", 140).add("ctdna.vaf", "0.2", method="panel B").add("ctdna.hge_input", 3000)
    return chart.at("surgery", 150).add("event.surgery", "yes").at("day 158", 158).add("ctdna.vaf", "0.9", method="panel A").add("ctdna.mtm", 4)


@case
def ctdna_that_rises_in_steps() -> Chart:
    chart = Chart("breast_her2", cycles=6)
    for day, value in ((-2, "1.0"), (15, "0.9"), (28, "0.45"), (49, "0.56"), (70, "0.70"), (91, "1.0"), (112, ">3")):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("ctdna.vaf", value, method="panel A")
    return chart


@case
def ctdna_never_detected() -> Chart:
    chart = Chart(cycles=4)
    for day, value, limit in ((-2, "ND", "0.02"), (21, "ND", "0.02"), (42, "0.04", None)):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("ctdna.vaf", value, limit=limit, method="panel A")
    return chart.at("day 50", 50).add("ctdna.vaf", "NE").at("day 60", 60).add("ctdna.vaf", 1, method="panel A").add("ctdna.vaf", 2, method="panel A")


@case
def ca125_that_halves_and_doubles() -> Chart:
    chart = Chart("ovarian", regimen="Carboplatin + paclitaxel", cycles=6)
    rows = ((-5, 800), (21, 390), (42, 120), (63, 30), (84, 28), (105, 60), (126, 75), (140, 90))
    for day, value in rows:
        chart.at("baseline" if day < 0 else f"day {day}", day).add("marker.ca125", value, uln=35, method="A")
    return chart.at("day 84").add("event.serosal_procedure", "yes", day=95).add("marker.kelim", "0.8", day=84, method="Biomarker Kinetics")


@case
def ca125_never_normal() -> Chart:
    chart = Chart("ovarian", cycles=6)
    for day, value in ((-5, 300), (21, 160), (42, 140), (63, 150), (84, 290), (105, 310)):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("marker.ca125", value, method="A" if day < 105 else "B")
    return chart


@case
def ca125_normal_at_baseline() -> Chart:
    chart = Chart("ovarian", cycles=6)
    for day, value in ((-20, 30), (21, 33), (42, 71), (63, 80)):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("marker.ca125", value, uln=35)
    return chart


@case
def cea_in_three_rises() -> Chart:
    chart = Chart("rectal", regimen="mFOLFIRINOX then chemoradiation", length=14, cycles=12)
    for day, value in ((-6, "4.0"), (28, "6.0"), (63, "4.9"), (84, "6.6"), (105, "6.7"), (126, "8.0"), (147, "9.3"), (168, "10.8")):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("marker.cea", value, uln=None if day == 105 else 5, method="A")
    return chart.at("day 180", 180).add("marker.cea", "<12", uln=5, method="A").at("day 190", 190).add("marker.cea", 12, uln=5, method="B")


@case
def cea_below_its_limit() -> Chart:
    chart = Chart("rectal", length=14, cycles=12)
    for day, value in ((-6, "2.0"), (70, "2.1"), (90, "3.4"), (170, "3.9")):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("marker.cea", value, uln=5)
    return chart


@case
def ca199_with_and_without_bile() -> Chart:
    chart = Chart("pancreas", regimen="Gemcitabine + nab-paclitaxel", length=28, cycles=4)
    for day, value, bile in ((-6, 900, 15), (28, 400, 15), (56, 30, 15), (84, 100, 60), (100, 700, 15), (120, 800, 16), (140, 820, None)):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("marker.ca199", value, uln=37)
        if bile is not None:
            chart.add("labs.bilirubin_umol_l", bile, uln=20)
    return chart.add("labs.cholestasis", "yes")


@case
def ca153_and_psa() -> Chart:
    chart = Chart("breast_hrpos", cycles=8)
    for day, value, psa in ((-6, 40, 20), (30, 60, 10), (60, 61, 11), (85, 50, 14), (90, 49, 15), (120, 80, 16), (150, ">70", "<20")):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("marker.ca153", value, uln=30).add("marker.psa", psa)
    return chart


@case
def breast_at_surgery() -> Chart:
    chart = Chart("breast_tnbc", cycles=8).at("surgery", 190).add("event.surgery", "yes").add("event.sample_type", "resection")
    for key, value in {"d1": 22, "d2": 15, "cellularity": 30, "in_situ": 5, "nodes_positive": 2, "largest_met": 4, "class_reported": "III"}.items():
        chart.add(f"rcb.{key}", value)
    return chart.add("path.ypt", "ypT1c").add("path.ypn", "ypN1").add("path.viable", 30).add("path.miller_payne", 3).add("path.cell_loss", 60).add("path.becker", "2")


@case
def gastric_at_surgery() -> Chart:
    chart = Chart("oesoph_gej_gastric_adeno", regimen="FLOT (perioperative)", length=14, cycles=4).at("surgery", 90).add("event.surgery", "yes")
    return chart.add("path.viable", "51").add("path.becker", "3").add("path.mandard", 4).add("path.pcr", "no", method="ypT0 ypN0").add("path.ypt", "ypT3").add("path.ypn", "ypNX")


@case
def lung_and_bone_at_surgery() -> Chart:
    return (
        Chart("nsclc", cycles=4).at("surgery", 110).add("event.surgery", "yes").add("path.viable", "<10").add("path.ypt", "ypT0").add("path.ypn", "ypN0").add("path.necrosis", 90)
    )


@case
def osteosarcoma_at_surgery() -> Chart:
    chart = (
        Chart("osteosarcoma", regimen="MAP (methotrexate, doxorubicin, cisplatin)", length=35, cycles=2)
        .at("baseline", -7)
        .sizes(primary=100)
        .at("after C2", 70)
        .sizes(primary=98)
        .new("no")
    )
    return chart.at("surgery", 90).add("event.surgery", "yes").add("path.viable", 12)


@case
def ovarian_at_surgery_and_after() -> Chart:
    chart = Chart("ovarian", regimen="Carboplatin + paclitaxel", cycles=4).at("baseline", -7).sizes("CT", primary=80).at("after C3", 63).sizes("CT", primary=40).new("no")
    chart.at("surgery", 100).add("event.surgery", "yes").add("path.crs", 1).add("path.r_status", "R1")
    return chart.at("recurrence", 300).add("event.recurrence", "yes")


@case
def a_biopsy_is_no_resection() -> Chart:
    chart = Chart("breast_tnbc", cycles=4).at("biopsy", 30).add("event.sample_type", "biopsy").add("path.viable", 80).add("path.miller_payne", 2).add("path.mandard", 4)
    return chart.add("path.necrosis", 20).add("rcb.d1", 20).add("rcb.d2", 10).add("path.crs", 1).add("nar.ct", 3).add("nar.pt", 3).add("nar.pn", 0).add("path.becker", "3")


@case
def fit_for_cisplatin() -> Chart:
    chart = born(Chart("bladder_mibc", regimen="Gemcitabine-cisplatin", cycles=4), 70, "F").at("visit", 10).add("patient.weight_kg", 70).add("labs.creatinine_umol_l", 66)
    for key, value in {"status.ecog": 1, "toxicity.hearing_loss_grade": 1, "toxicity.neuropathy_grade": 1, "status.nyha_class": 1}.items():
        chart.add(key, value)
    for key in ("history.active_autoimmune_disease", "history.transplant", "history.severe_immune_toxicity", "history.ild_or_pneumonitis"):
        chart.add(key, "no")
    return chart.add("medication.prednisone_equivalent_mg", 10).add("labs.lvef_pct", 61, day=-20).at("later", 100).add("labs.lvef_pct", 50)


@case
def unfit_by_several_limbs() -> Chart:
    chart = born(Chart("bladder_mibc", cycles=4), 80, "M").at("visit", 10).add("labs.crcl_ml_min", 55).add("patient.weight_kg", 60).add("labs.creatinine_umol_l", 140)
    chart.add("toxicity.neuropathy_grade", 2).add("status.nyha_class", ">2").add("toxicity.hearing_loss_grade", "<2").add("labs.lvef_pct", 45)
    return (
        chart.add("medication.prednisone_equivalent_mg", "10.5").add("history.ild_or_pneumonitis", "yes").add("history.transplant", "yes").add("labs.bilirubin_umol_l", 30, uln=20)
    )


@case
def markers_of_the_tumour() -> Chart:
    chart = (
        Chart("breast_her2", regimen="Trastuzumab deruxtecan x4 then THP x4", cycles=3).at("biopsy", -20).add("biomarkers.her2_ihc", "2+").add("biomarkers.her2_ish_ratio", "2.0")
    )
    chart.add("biomarkers.tp53", "R175H", note="VAF 40 %").add("biomarkers.erbb2", "amplified").add("biomarkers.kras", "none").add("biomarkers.myc_ratio", "2.4").add(
        "biomarkers.mir21", "high", method="qPCR"
    )
    return chart.add("biomarkers.gbrca", "vus").add("biomarkers.pik3ca", "H1047R").at("late", 300).add("labs.lvef_pct", 62).add("genotype.dpyd", "normal")


@case
def pseudoprogression_under_a_checkpoint_inhibitor() -> Chart:
    chart = (
        Chart("nsclc", regimen="Durvalumab + platinum doublet (AEGEAN)", cycles=4)
        .lesion("new 1", role="new", organ="lung")
        .lesion("new 2", role="new", organ="liver")
        .lesion("rest", role="non_target")
    )
    chart.at("baseline", -7).sizes("CT", primary=50).status("rest", "PRESENT")
    chart.at("scan 1", 42).sizes("CT", primary=62).status("rest", "PRESENT").new("yes", "new 1").size("new 1", 12, "CT")
    chart.at("scan 2", 60).sizes("CT", primary=63).status("rest", "PRESENT").new("yes", "new 1").size("new 1", 12, "CT")
    chart.at("scan 3", 77).sizes("CT", primary=40).status("rest", "PRESENT").new("no").size("new 1", "ABSENT", "CT")
    chart.at("scan 4", 112).sizes("CT", primary=55).status("rest", "PRESENT").new("no")
    chart.at("scan 5", 180).sizes("CT", primary=61).status("rest", "PD").new("yes", "new 2").size("new 2", 20, "CT")
    return chart.at("scan 6", 220).sizes("CT", primary=70).status("rest", "PD").new("yes", "new 2").size("new 2", 26, "CT")


@case
def new_lesions_that_grow() -> Chart:
    chart = (
        Chart("head_neck", cycles=4)
        .lesion("n1", "node", role="new")
        .lesion("m1", role="new", organ="lung")
        .lesion("m2", role="new", organ="lung")
        .lesion("m3", role="new", organ="lung")
    )
    chart.at("baseline", -7).add("treatment.immune", "yes").sizes("CT", primary=50)
    chart.at("scan 1", 42).sizes("CT", primary=48, n1=16, m1=15, m2=12, m3=11).new("yes", "m1")
    chart.at("scan 2", 80).sizes("CT", primary=48, n1=18, m1=17, m2=14, m3=11).new("yes", "m1")
    return chart.at("scan 3", 150).sizes("CT", primary="NE", n1=18, m1=17, m2=14, m3=11)


@case
def a_course_without_dates() -> Chart:
    chart = Chart("breast_tnbc", length=None).at("baseline", None, 0).sizes(primary=40).add("ctdna.vaf", 2).add("pet.suvmax", 9)
    chart.at("after C2", None, 2).sizes(primary=37).add("ctdna.vaf", 1).add("pet.suvmax", 8).new("no")
    return chart.at("after C4", None, 4).sizes(primary=50).add("ctdna.vaf", 3).add("pet.suvmax", 7).new("no")


@case
def weekly_chemoradiation() -> Chart:
    chart = Chart("oesoph_scc", regimen="CROSS chemoradiation", length=7, cycles=5).at("baseline", -50).sizes("CT", primary=40).add("pet.suvmax", 14).add("marker.cea", 9, uln=5)
    chart.cycle(6, 40, note="").add("treatment.dose_pct", 75).add("treatment.delay_days", 5).cycle(7, 47).add("treatment.cancelled", "yes")
    return chart.at("restaging", 70).sizes("CT", primary=38).add("pet.suvmax", 10).new("no")


@case
def progression_after_treatment() -> Chart:
    chart = Chart("breast_tnbc", cycles=4).at("baseline", -7).sizes(primary=40).at("after C2", 42).sizes(primary=26).new("no").at("after C3", 63).sizes(primary=26).new("no")
    return chart.at("later", 90).sizes(primary=40).new("no").at("last", 120).sizes(primary=45)


@case
def hyperprogression() -> Chart:
    chart = Chart("head_neck", cycles=2).at("before", -40).add("treatment.immune", "yes").sizes("CT", primary=30)
    return chart.at("baseline", -2).sizes("CT", primary=32).at("scan 1", 42).sizes("CT", primary=50).new("no")


@case
def a_curve_of_regression_and_growth() -> Chart:
    chart = Chart(cycles=8)
    for day, size in ((-1, 100), (20, 72), (41, 55), (62, 46), (83, 44), (104, 47), (125, 55), (146, 68)):
        chart.at("baseline" if day < 0 else f"day {day}", day).sizes("CT", primary=size)
    return chart


@case
def percist_with_volumes() -> Chart:
    chart = Chart("head_neck", cycles=8)
    rows: tuple[tuple[int, str | None, str | None, str | None, str | None], ...] = (
        (-6, "8", "6", "100", "Y"),
        (42, "8", "5", "176", "Y"),
        (50, "8.2", None, "175", "Y"),
        (63, "8.1", "5", "300", "Z"),
        (84, "5.602", "3", None, None),
        (105, "<3", "1", "40", "Y"),
        (126, None, None, None, "N"),
    )
    for day, first, second, tlg, answer in rows:
        chart.at("baseline" if day < 0 else f"day {day}", day).add("pet.liver_sul_mean", 2).add("pet.liver_sul_sd", "0.3").add("pet.uptake_min", 60)
        for lesion, peak in (("a", first), ("b", second)):
            if peak is not None:
                chart.add("pet.sulpeak", peak, lesion=lesion)
        if tlg is not None:
            chart.add("pet.tlg", tlg, segmentation="41 %" if answer == "Y" else "fixed 4.0").add("pet.mtv", 20, segmentation="41 %" if answer == "Y" else "fixed 4.0")
        if answer is not None:
            chart.add("pet.new_lesion", "no")
    return (
        chart.add("pet.background", "no")
        .at("day 140", 140)
        .add("pet.background", "yes", lesion="a")
        .add("pet.liver_sul_mean", 2)
        .add("pet.uptake_min", 60)
        .add("pet.dose_mbq", 300)
    )


@case
def percist_from_no_glycolysis() -> Chart:
    chart = Chart("nsclc", cycles=4)
    for day, peak, tlg in ((-6, 8, 0), (42, 8, 9)):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("pet.liver_sul_mean", 2).add("pet.liver_sul_sd", "0.3").add("pet.uptake_min", 60)
        chart.add("pet.sulpeak", peak, lesion="a").add("pet.tlg", tlg, segmentation="41 %")
    return chart.at("day 63", 63).add("pet.sulpeak", 8, lesion="a").add("pet.sulpeak", "NE", lesion="b").add("pet.liver_sul_mean", 2).add("pet.uptake_min", 60)


@case
def ca125_beside_operations() -> Chart:
    chart = Chart("ovarian", cycles=6).at("baseline", -5).add("marker.ca125", 400, uln=35)
    chart.at("day 21", 21).add("marker.ca125", "NE").at("day 30", 30).add("marker.ca125", 190, uln=35).add("event.serosal_procedure", "yes", day=10).at("day 50", 50).add(
        "marker.ca125", 100, uln=35
    )
    return chart.at("day 80", 80).add("marker.ca125", 90, uln=35).at("day 90", 90).add("marker.ca125", "<35", uln=35).at("day 100").add("marker.ca125", 300, uln=35)


@case
def ca125_after_an_operation_without_a_date() -> Chart:
    chart = Chart("ovarian", cycles=6).at("baseline", -5).add("marker.ca125", 400, uln=35).at("later", 50).add("marker.ca125", 100, uln=35)
    return chart.at("undated").add("event.mouse_antibody", "yes")


@case
def ca125_with_a_disturbed_baseline() -> Chart:
    chart = Chart("ovarian", cycles=6).at("baseline", -5).add("marker.ca125", 400, uln=35).add("event.serosal_procedure", "yes", day=-20)
    return chart.at("later", 50).add("marker.ca125", 100, uln=35).at("last", 90).add("marker.ca125", 100, uln=35)


@case
def ca125_without_a_baseline() -> Chart:
    return Chart("ovarian", cycles=6).at("later", 50).add("marker.ca125", 100, uln=35).at("last", 90).add("marker.ca125", 100, uln=35)


@case
def volumes_of_two_lesions() -> Chart:
    chart = Chart("head_neck", cycles=6)
    for day, first, second in ((-5, 20, 5), (42, 12, 6), (63, 10, None), (84, "NE", 4)):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("pet.mtv", first, lesion="a", segmentation="41 %").add("pet.suvmean", 5, lesion="a")
        if second is not None:
            chart.add("pet.mtv", second, lesion="b", segmentation="41 %").add("pet.suvmean", 4, lesion="b")
    chart.at("day 100", 100).add("pet.mtv", 9, segmentation="41 %").add("pet.suvmean", 5)
    return (
        chart.at("day 120", 120)
        .add("pet.mtv", 9, lesion="a", segmentation="41 %")
        .add("pet.mtv", 8, lesion="b", segmentation="fixed 4.0")
        .add("pet.tlg", 8, lesion="b", segmentation="fixed 4.0")
    )


@case
def volume_of_one_lesion() -> Chart:
    chart = Chart("head_neck", cycles=6)
    for day, value, mean in ((-5, 20, 6), (42, 12, 5), (63, 25, None)):
        chart.at("baseline" if day < 0 else f"day {day}", day).add("pet.mtv", value, lesion="a", segmentation="PERCIST")
        if mean is not None:
            chart.add("pet.suvmean", mean, lesion="a")
    return chart


def write() -> None:
    """The whole register as it is now."""
    blocks = {name: lines(name) for name in CASES} | {name: of_vector(*vector) for name, vector in VECTOR_CASES.items()}
    FILE.write_text("".join(f"# {name}\n" + "".join(f"{row}\n" for row in rows) + "\n" for name, rows in blocks.items() if rows), encoding="utf-8")


if __name__ == "__main__":
    write()
