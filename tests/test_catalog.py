"""The catalogue as shipped, and every way of breaking it."""

import dataclasses
import re
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from reportlab.pdfbase.ttfonts import TTFontFile

from nacdesk import paths
from nacdesk.catalog import DERIVED_FIELDS, FILES, load
from nacdesk.domain.analytes import Analyte, Limits
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError

SHIPPED = paths.resources() / "catalog"

# The specification's names of limits, as fields.md gives them for each analyte. A number that is not here has limits of the
# project's own: the specification names none.
LIMITS = {
    "size.diameter": "lesion_mm", "size.perpendicular": "perp_mm", "size.slice": "slice_mm", "mri.adc": "adc",
    "pet.suvmax": "suv", "pet.suvpeak": "suv", "pet.suvmean": "suv", "pet.sulpeak": "suv", "pet.sulmax": "suv",
    "pet.liver_sul_mean": "liver_sul_mean", "pet.liver_sul_sd": "liver_sul_sd", "pet.blood_pool_sul_mean": "liver_sul_mean", "pet.blood_pool_sul_sd": "liver_sul_sd",
    "pet.uptake_min": "uptake_min", "pet.glucose": "glucose_mmol_l", "pet.mtv": "mtv_cm3", "pet.tlg": "tlg",
    "ctdna.vaf": "vaf_pct", "ctdna.mtm": "mtm_ml", "ctdna.mutant_copies": "mtm_ml", "ctdna.cfdna": "cfdna_ng_ml",
    "marker.ca125": "ca125", "marker.ca199": "ca199", "marker.ca153": "ca153", "marker.cea": "cea", "marker.psa": "psa", "marker.kelim": "kelim_std",
    "patient.weight_kg": "weight_kg", "patient.height_cm": "height_cm",
    "rcb.d1": "bed_mm", "rcb.d2": "bed_mm", "rcb.cellularity": "cellularity_pct", "rcb.in_situ": "cis_pct", "rcb.nodes_positive": "ln_pos", "rcb.largest_met": "dmet_mm",
    "path.viable": "viable_pct", "path.necrosis": "necrosis_pct", "path.nodes_examined": "ln_exam", "path.mandard": "mandard", "path.crs": "crs",
    "nar.ct": "cT", "nar.pt": "pT", "nar.pn": "pN",
    "biomarkers.er_pct": "er_pct", "biomarkers.pr_pct": "er_pct", "biomarkers.ki67_pct": "ki67", "biomarkers.her2_ish_ratio": "ish_ratio", "biomarkers.myc_ratio": "ish_ratio",
    "biomarkers.pdl1_cps": "pdl1", "biomarkers.pdl1_tps": "pdl1", "status.ecog": "ecog", "status.nyha_class": "nyha",
    "labs.crcl_ml_min": "crcl", "labs.lvef_pct": "lvef", "labs.hb_g_dl": "hb_g_dl", "labs.platelets_e9_l": "platelets_e9_l", "labs.anc_e9_l": "anc_e9_l",
    "labs.qtc_ms": "qtc_ms", "labs.lactate_mmol_l": "lactate_mmol_l", "labs.creatinine_umol_l": "creatinine_umol_l", "labs.bilirubin_umol_l": "bilirubin_umol_l",
    "labs.bilirubin_x_uln": "bilirubin_x_uln", "toxicity.neuropathy_grade": "ctcae", "toxicity.hearing_loss_grade": "ctcae", "medication.prednisone_equivalent_mg": "prednisone_mg",
}
OWN_LIMITS = {
    "pet.dose_mbq", "ctdna.hge_input", "ctdna.markers", "path.miller_payne", "path.cell_loss", "biomarkers.grade", "biomarkers.tmem_score",
    "treatment.cycle", "treatment.dose_pct", "treatment.delay_days",
}

RULES = [
    *(f"NAC-0{n}" for n in range(1, 6)), *(f"REC-{n:02}" for n in range(1, 19)),
    "IRC-01", "IRC-02", "IRC-03", "WHO-01", "ETS-01", "DPR-01", "BRE-01", "BRE-02", "REG-01", *(f"PET-0{n}" for n in range(1, 10)),
    *(f"CTD-0{n}" for n in range(1, 10)),
    *(f"MRK-0{n}" for n in range(1, 9)), *(f"PTH-0{n}" for n in range(1, 10)), *(f"KIN-0{n}" for n in range(1, 8)), *(f"RES-0{n}" for n in range(1, 9)),
    *(f"BIO-0{n}" for n in range(1, 4)), *(f"SAF-0{n}" for n in range(1, 7)), *(f"SCO-0{n}" for n in range(1, 4)),
]
FLAGS = {
    "NAC-01", "NAC-02", "NAC-03", "NAC-04", "NAC-05", "REC-11", "REC-13", "REC-14", "REC-17", "REC-18",
    "IRC-01", "IRC-02", "BRE-01", "REG-01", "KIN-05", "PET-05", "PET-06", "PET-07", "CTD-06", "CTD-08",
    "MRK-02", "MRK-04", "MRK-05", "MRK-06", "MRK-07", "MRK-08", "PTH-01", "PTH-04", "PTH-05", "PTH-07", "PTH-08",
    "RES-01", "RES-02", "RES-03", "RES-04", "RES-05", "RES-07", "RES-08",
    "BIO-01", "BIO-02", "SAF-01", "SAF-03", "SAF-04", "SAF-05", "SAF-06",
}
# What the domain asks for beyond the specification's `threshold_default`: numbers that it states in words.
STATED_IN_WORDS = {
    "NAC-01": {"short_cycle_days": 14, "block_days": 21}, "NAC-05": {"becker_2": [10, 50]}, "REC-01": {"thin_slice": 5}, "REC-12": {"node_normal": 10},
    "REC-17": {"node_back": 10, "reimage_below": 15}, "CTD-06": {"centre": 21}, "CTD-08": {"surgery_days": 14},
    "MRK-05": {"confirm_days": [14, 60], "surge_days": 56, "steps": 3}, "PTH-01": {"primary_factor": 1.4, "exponent": 0.17, "node_factor": 4, "node_base": 0.75},
    "RES-03": {"window_days": 28}, "PET-03": {"liver_factor": 1.5, "blood_pool_factor": 2.0, "sd_factor": 2}, "PET-04": {"activity_pct": 20},
    "PET-01": {"least_dose_bq": 1000000}, "PET-02": {"factor": 9270, "male_base": 6680, "male_bmi": 216, "female_base": 8780, "female_bmi": 244, "adult_years": 18},
    "KIN-06": {"min_sizes": 3, "min_errors": 2}, "WHO-01": {"confirm_days": 28}, "ETS-01": {"centre": 56}, "BRE-01": {"cycles": 2}, "REG-01": {"cycles": 6, "least_cycles": 5},
    "MRK-01": {"multiple": 2, "baseline_days": 14, "step_pct": 10, "clear_days": 28, "later_samples": 2}, "MRK-04": {"samples": 3, "days": 100},
    "MRK-06": {"gap_days": 14, "bilirubin": 2}, "MRK-08": {"gap_days": 21, "first_days": 84},
    "RES-07": {"confirm_weeks": 4}, "RES-08": {"primary_weeks": 6}, "PTH-07": {"huvos_2": 50}, "PTH-09": {"node": 5, "stage": 3, "constant": 12, "divisor": 9.61},
    "SAF-01": {"ecog": 2, "hearing": 2, "neuropathy": 2, "nyha": 3}, "SAF-03": {"current_days": 92},
    "CTD-01": {"pg_per_ng": 1000}, "CTD-09": {"months": [8, 11]},
    "SAF-02": {"age_base": 140, "divisor": 72, "female": 0.85, "umol_per_mg_dl": 88.4, "adult_years": 18},
}


@pytest.fixture(scope="module")
def spec(shared: Path) -> dict[str, Any]:
    """The machine-readable specification, not part of the project."""
    path = shared / "clinical" / "spec.yaml"
    if not path.is_file():
        pytest.skip("shared data absent: no spec.yaml")
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


def decimal(value: Any) -> Any:
    """A number of the specification as the digits it is written with."""
    if isinstance(value, list):
        return tuple(decimal(entry) for entry in value if entry != "ND")
    return value if isinstance(value, str) else Decimal(str(value))


# As shipped


def test_the_catalogue_holds_what_this_release_promises(catalog: Catalog) -> None:
    assert catalog.version == "2026.1"
    assert list(catalog.rules) == RULES
    assert len(catalog.analytes) == 141
    assert len([option for option in catalog.options if not option.context]) == 13
    assert {option.context for option in catalog.options} == {"", *catalog.contexts}
    assert len(catalog.options) == 74
    assert len(catalog.regimens) == 32
    assert {regimen.context for regimen in catalog.regimens} == set(catalog.contexts)
    assert len(catalog.contexts) == 12
    assert len(catalog.sources) == 159
    assert catalog.standing == "rule set not clinically reviewed"
    assert "not a treatment recommendation" in catalog.statement
    assert "thin" in catalog.evidence_note


def test_the_vocabulary_is_all_there(catalog: Catalog, shared: Path) -> None:
    text = (shared / "clinical" / "fields.md").read_text("utf-8")
    families = {name.partition(".")[0] for name in catalog.analytes}
    named = {name for name in re.findall(r"`([a-z]+\.[a-z0-9_]+)`", text) if name.partition(".")[0] in families}
    assert len(named) > 100
    assert named - set(catalog.analytes) == set()
    assert "history.vte" in catalog.analytes  # `history.*` as in the options


def test_every_analyte_says_what_its_value_is(catalog: Catalog) -> None:
    for analyte in catalog.analytes.values():
        assert analyte.label, analyte.id
        if analyte.kind in ("number", "integer") and not analyte.derived:
            assert analyte.limits is not None, analyte.id
        if analyte.kind == "code":
            assert analyte.codes, analyte.id
            assert not analyte.unit, analyte.id
        assert (analyte.kind == "integer") <= (analyte.decimals == 0), analyte.id


def test_labels_and_names_tell_analytes_apart(catalog: Catalog) -> None:
    for words in ([analyte.label for analyte in catalog.analytes.values()], [analyte.name for analyte in catalog.analytes.values()]):
        assert sorted(words) == sorted(set(words))


def test_panels_and_methods(catalog: Catalog) -> None:
    panels = {analyte.id: analyte.panel for analyte in catalog.analytes.values() if analyte.panel}
    markers = {f"marker.{name}": f"marker.{name}" for name in ("ca125", "ca199", "ca153", "cea", "psa")}
    assert panels == {"size.diameter": "size", "pet.suvmax": "suv", "ctdna.vaf": "ctdna", "ctdna.mtm": "ctdna"} | markers
    assert all(catalog.analytes[name].same_method for name in panels)
    assert all(catalog.analytes[name].has_uln for name in markers)
    detected = {analyte.id for analyte in catalog.analytes.values() if analyte.limit_for_nd}
    assert detected == {"ctdna.vaf", "ctdna.mtm", "ctdna.mutant_copies"}
    assert all(catalog.analytes[name].scale == "log" for name in detected)
    assert {analyte.id for analyte in catalog.analytes.values() if analyte.needs_segmentation} == {"pet.mtv", "pet.tlg"}
    assert {analyte.id for analyte in catalog.analytes.values() if analyte.derived} == {"status.days_since_last_chemo", "labs.bilirubin_x_uln", "safety.cisplatin_fit"}


@pytest.mark.parametrize(
    ("analyte", "text", "unit", "stored"),
    [
        ("size.diameter", "4.1", "cm", "41.0"), ("patient.height_cm", "1.72", "m", "172"), ("ctdna.vaf", "0.0084", "fraction", "0.84"),
        ("mri.adc", "0.85", "1e-3 mm2/s", "850"), ("mri.adc", "0.85", "10^-3 mm²/s", "850"), ("pet.glucose", "100", "mg/dL", "5.55"),
        ("labs.creatinine_umol_l", "1.0", "mg/dL", "88.4"), ("labs.bilirubin_umol_l", "2", "mg/dL", "34.2"), ("labs.hb_g_dl", "121", "g/L", "12.1"),
        ("labs.platelets_e9_l", "210000", "/µL", "210"), ("marker.ca125", "35", "kU/L", "35"), ("marker.cea", "8.1", "µg/L", "8.1"),
        ("ctdna.hge_input", "9000", "count", "9000"), ("biomarkers.pdl1_cps", "12", "score", "12"), ("biomarkers.pdl1_cps", "12", "", "12"),
        ("marker.kelim", "1.1", "ratio", "1.1"), ("pet.mtv", "12.5", "mL", "12.5"),
    ],
)  # fmt: skip
def test_units_convert_exactly(catalog: Catalog, analyte: str, text: str, unit: str, stored: str) -> None:
    value, warnings = catalog.analytes[analyte].read(text, unit)
    assert isinstance(value, Quantity)
    assert value.value == Decimal(stored)
    assert warnings == ()


@pytest.mark.parametrize("analyte", ["size.diameter", "pet.suvmax", "mri.adc", "marker.cea", "ctdna.vaf", "path.viable", "rcb.nodes_positive"])
def test_a_measurement_may_be_not_evaluable(catalog: Catalog, analyte: str) -> None:
    assert catalog.analytes[analyte].read("NE") == ("NE", ())


def test_a_zero_fraction_of_ctdna_is_refused(catalog: Catalog) -> None:
    for analyte in ("ctdna.vaf", "ctdna.mtm", "ctdna.mutant_copies"):
        limits = catalog.analytes[analyte].limits
        assert limits is not None
        assert limits.min_exclusive
        with pytest.raises(UserError, match="0 is not a value"):
            catalog.analytes[analyte].read("0.0", catalog.analytes[analyte].unit)


def test_an_event_that_did_not_happen_has_no_row(catalog: Catalog) -> None:
    for analyte in ("event.surgery", "event.recurrence", "treatment.last_dose", "treatment.cancelled"):
        assert catalog.analytes[analyte].read("yes") == ("yes", ())
        with pytest.raises(UserError, match="“no” is not a value"):
            catalog.analytes[analyte].read("no")


def test_limits_are_the_specifications(catalog: Catalog, spec: dict[str, Any]) -> None:
    validation = {entry["field"]: entry for entry in spec["validation"]}

    def expected(field: str) -> tuple[Decimal, ...]:
        return tuple(decimal(validation[field][key]) for key in ("hard_min", "hard_max", "plausible_min", "plausible_max"))

    def found(limits: Limits | None) -> tuple[Decimal, ...]:
        assert limits is not None
        return (limits.hard_min, limits.hard_max, limits.plausible_min, limits.plausible_max)

    numbers = {analyte.id: analyte for analyte in catalog.analytes.values() if analyte.limits}
    assert numbers.keys() == LIMITS.keys() | OWN_LIMITS
    for name, field in LIMITS.items():
        if name == "rcb.largest_met":  # 0 is its only value at zero positive nodes: no warning, unlike the specification's 0.1
            assert found(numbers[name].limits) == (*expected(field)[:2], Decimal(0), expected(field)[3])
            continue
        assert found(numbers[name].limits) == expected(field), name
        assert numbers[name].decimals == validation[field]["decimals"], name
    assert found(numbers["size.diameter"].node_limits) == expected("node_mm")
    assert [name for name, analyte in numbers.items() if analyte.node_limits] == ["size.diameter"]


def test_rules_are_the_specifications(catalog: Catalog, spec: dict[str, Any]) -> None:
    rules = {entry["id"]: entry for entry in spec["rules"]}
    status = {"published": "published", "project_convention": "project_convention"}
    for rule in catalog.rules.values():
        entry = rules[rule.id]
        tally = entry.get("tally") or {}
        expected = {key: decimal(value) for key, value in ((entry["threshold_default"] or {}) | STATED_IN_WORDS.get(rule.id, {})).items()}
        assert dict(rule.thresholds) == expected, rule.id
        assert (rule.severity, rule.grade, rule.domain) == (entry["severity"], entry["evidence_grade"], entry["domain"]), rule.id
        assert rule.status == status.get(entry["status"], "unreviewed"), rule.id
        assert (rule.tally, rule.raises_band) == (tally.get("domain"), tally.get("raises_band", False)), rule.id
        assert [source.replace("lay", "web") for source in entry["sources"]] == list(rule.sources), rule.id


def test_options_are_the_specifications(catalog: Catalog, spec: dict[str, Any]) -> None:
    yes_no = {True: "yes", False: "no"}
    entries = [(entry, "") for entry in spec["general_options"]]
    entries += [(entry, context["id"]) for context in spec["tumour_contexts"] for entry in context["options_if_inadequate_response"]]
    assert {entry["id"] for entry, _ in entries} == {option.id for option in catalog.options}
    options = {option.id: option for option in catalog.options}
    for entry, context in entries:
        option = options[entry["id"]]
        assert (option.context, option.category, option.investigational_only) == (context, entry["category"], entry["investigational_only"]), option.id
        for wanted, found in ((entry["prerequisites"], option.prerequisites), (entry["cautions"], option.cautions)):
            rows = [("anatomy.site" if row["field"] == "site" else row["field"], row["op"], row["value"]) for row in wanted]
            answers = [tuple(yes_no.get(one, one) for one in value) if isinstance(value, list) else yes_no[value] if isinstance(value, bool) else value for *_, value in rows]
            expected = [(field, op, value if isinstance(value, tuple) else decimal(value)) for (field, op, _), value in zip(rows, answers, strict=True)]
            assert [(condition.field, condition.op, condition.value) for condition in found] == expected, option.id


def test_flags_are_those_of_this_release(catalog: Catalog) -> None:
    assert {rule.id for rule in catalog.rules.values() if rule.flag} == FLAGS


def test_an_unreviewed_threshold_says_so(catalog: Catalog) -> None:
    unreviewed = {rule.id for rule in catalog.rules.values() if rule.status == "unreviewed"}
    assert unreviewed == {*(f"NAC-0{n}" for n in range(1, 6)), *(f"BIO-0{n}" for n in range(1, 4))}
    for rule in unreviewed:
        assert catalog.rules[rule].is_not.startswith("Widely quoted threshold; no primary source found")
    assert {source.key for source in catalog.sources.values() if source.status == "unreviewed"} == {f"web00{n}" for n in range(5)}
    assert catalog.sources["web000"].authors == "Unreviewed web article"


def test_every_rule_speaks_to_a_doctor(catalog: Catalog) -> None:
    for rule in catalog.rules.values():
        for text in (rule.name, rule.says, rule.boundary, rule.minimum_data, rule.cannot, rule.is_not):
            assert not re.search(r"[{}]|<=|>=|\bAND\b|\bOR\b|_", text), (rule.id, text)
        assert rule.says.endswith("."), rule.id


def test_regimens_name_their_cycles_and_kind(catalog: Catalog) -> None:
    regimens = {regimen.name: regimen for regimen in catalog.regimens}
    assert regimens["FLOT (perioperative)"].planned_cycles == 4
    assert regimens["FLOT (perioperative)"].cycle_length == 14
    assert regimens["TCHP (docetaxel, carboplatin, trastuzumab, pertuzumab)"].planned_cycles == 6
    assert regimens["TC (docetaxel, cyclophosphamide)"].planned_cycles is None
    assert regimens["Neoadjuvant endocrine therapy"].kind == "endocrine"
    assert regimens["CROSS chemoradiation"].kind == "chemoradiation"
    for regimen in catalog.regimens:
        assert regimen.immune == bool(re.search("pembrolizumab|durvalumab|nivolumab", regimen.name.casefold())), regimen.name


def test_every_condition_can_be_recorded(catalog: Catalog) -> None:
    fields = {condition.field for option in catalog.options for condition in (*option.prerequisites, *option.cautions)}
    assert fields <= catalog.analytes.keys() | DERIVED_FIELDS.keys()
    assert {"stage.clinical", "pathology.pcr", "anatomy.site"} <= fields
    assert "site" not in fields


def strings(value: Any) -> list[str]:
    """Every text in a value, keys included."""
    if isinstance(value, str):
        return [value]
    if dataclasses.is_dataclass(value):
        return [text for field in dataclasses.fields(value) for text in strings(getattr(value, field.name))]
    if hasattr(value, "items"):
        return [text for key, entry in value.items() for text in (*strings(key), *strings(entry))]
    return [text for entry in value for text in strings(entry)] if isinstance(value, tuple) else []


def test_no_text_holds_a_word_that_users_never_read(catalog: Catalog) -> None:
    texts = strings(catalog)
    assert len(texts) > 2000
    forbidden = re.compile(r"\b(lay|lay[_ ]claim\w*|lay\d+|brief|todo|resistant patients?|recommended|switch to)\b", re.IGNORECASE)
    assert [text for text in texts if forbidden.search(text)] == []


@pytest.mark.parametrize("font", ["DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf"])
def test_every_character_can_be_printed(catalog: Catalog, font: str) -> None:
    glyphs = TTFontFile(str(paths.resources() / "fonts" / font)).charToGlyph
    assert {character for text in strings(catalog) for character in text if ord(character) not in glyphs} == set()


# Broken one way at a time


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped files, to be broken."""
    folder = tmp_path / "catalog"
    folder.mkdir()
    for name in FILES:
        shutil.copyfile(SHIPPED / name, folder / name)
    return folder


def swap(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        (folder / name).write_text(text.replace(old, new, 1), "utf-8", newline="\n")

    return change


def append(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)

    return change


def overwrite(name: str, content: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return change


def remove(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).unlink()

    return change


def replace_by_folder(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return change


FLOT = '["FLOT (perioperative)"]\ncontext = "oesoph_gej_gastric_adeno"'
BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "syntax": (swap("rules.toml", 'severity = "watch"', "severity = watch"), r"rules\.toml: .*line 14"),
    "an id twice": (append("rules.toml", '\n[NAC-01]\nname = "again"\n'), r"rules\.toml: .*twice.*line \d+"),
    "a key twice": (swap("rules.toml", 'grade = "C"', 'grade = "C"\ngrade = "A"'), r"rules\.toml: .*overwrite.*line \d+"),
    "not UTF-8": (overwrite("sources.toml", b"# one\n# \xff\n"), r"sources\.toml, line 2: the text is not UTF-8"),
    "a file missing": (remove("options.toml"), r"options\.toml: the file is missing"),
    "a folder for a file": (replace_by_folder("rules.toml"), r"rules\.toml: cannot be read"),
    "a file too many": (overwrite("rules2.toml", b""), r"rules2\.toml: not a file of the catalogue"),
    "unknown key": (swap("analytes.toml", "same_method = true", "same_methods = true"), r"analytes\.toml, size\.diameter\.same_methods: unknown key"),
    "unknown key of a condition": (swap("options.toml", 'op = "lt", value = 50 }', 'op = "lt", value = 50, why = "x" }'), r"GEN-02\.cautions\[1\]\.why: unknown key"),
    "unknown key of the conventions": (swap("conventions.toml", "[numbers]", 'edition = "2"\n[numbers]'), r"conventions\.toml, edition: unknown key"),
    "unknown key of limits": (swap("analytes.toml", "usual = [2, 300] }", "usual = [2, 300], soft = 1 }"), r"size\.diameter\.limits: the keys are hard, usual"),
    "a key missing": (swap("rules.toml", 'boundary = "exactly {decrease_pct} % is not flagged; growth is flagged"\n', ""), r"NAC-01\.boundary: the key is missing"),
    "no version": (swap("conventions.toml", 'version = "2026.1"\n', ""), r"conventions\.toml, version: the key is missing"),
    "text where a flag is due": (swap("rules.toml", "flag = true", 'flag = "yes"'), r"NAC-01\.flag: must be true or false"),
    "a number where text is due": (swap("rules.toml", 'grade = "C"', "grade = 3"), r"NAC-01\.grade: 3 is none of A, B, C, D, n/a"),
    "text where a number is due": (swap("conventions.toml", "jump_factor = 4 ", 'jump_factor = "4" '), r"conventions\.toml, numbers\.jump_factor: must be a number"),
    "a flag where a number is due": (swap("conventions.toml", "jump_factor = 4 ", "jump_factor = true "), r"numbers\.jump_factor: must be a number"),
    "not a number at all": (swap("conventions.toml", "jump_factor = 4 ", "jump_factor = nan "), r"numbers\.jump_factor: must be a number"),
    "a fraction of a cycle": (swap("regimens.toml", "planned_cycles = 8", "planned_cycles = 8.5"), r"planned_cycles: must be a whole number"),
    "text where a list is due": (swap("rules.toml", 'sources = ["web000", "prihantono21", "yoon16"]', 'sources = "web000"'), r"NAC-01\.sources: must be a list"),
    "an entry that is no table": (swap("sources.toml", "[recist11]", "recist12 = 1\n[recist11]"), r"sources\.toml, recist12: must be a table"),
    "blank text": (swap("analytes.toml", 'label = "Tumour diameter"', 'label = " "'), r"size\.diameter\.label: must be text"),
    "unknown severity": (swap("rules.toml", 'severity = "watch"', 'severity = "loud"'), r"NAC-01\.severity: 'loud' is none of alert, watch, info"),
    "unknown kind": (swap("analytes.toml", 'kind = "number"', 'kind = "numeric"'), r"size\.diameter\.kind: 'numeric' is none of number, integer, code, text"),
    "unknown tally domain": (swap("rules.toml", 'tally = "anatomic"', 'tally = "anatomy"'), r"NAC-01\.tally: 'anatomy' is none of anatomic"),
    "no source": (swap("rules.toml", 'sources = ["web000", "prihantono21", "yoon16"]', "sources = []"), r"NAC-01\.sources: must be a list with at least one entry"),
    "a source twice": (swap("rules.toml", '["web000", "prihantono21", "yoon16"]', '["web000", "web000"]'), r"NAC-01\.sources: an entry is there twice"),
    "unknown source of a rule": (swap("rules.toml", '"prihantono21"', '"prihantono12"'), r"rules\.toml, NAC-01\.sources: unknown source “prihantono12”"),
    "unknown source of an option": (swap("options.toml", '"yoon16"', '"yoon61"'), r"options\.toml, GEN-01\.sources: unknown source “yoon61”"),
    "unknown source of a regimen": (swap("regimens.toml", '"kn522"', '"kn225"'), r"regimens\.toml, Paclitaxel .*\.sources: unknown source “kn225”"),
    "unknown context of an option": (swap("options.toml", '"breast_tnbc"', '"breast"'), r"TNBC-01\.context: unknown context “breast”"),
    "unknown context of a regimen": (swap("regimens.toml", FLOT, FLOT.replace("oesoph_gej", "oesoph")), r"FLOT \(perioperative\)\.context: unknown context"),
    "unknown field": (swap("options.toml", '"labs.platelets_e9_l"', '"labs.platelets"'), r"GEN-02, labs\.platelets: neither an analyte nor a derived field"),
    "a code that the field has not": (swap("options.toml", 'value = "pathogenic"', 'value = "positive"'), r"biomarkers\.gbrca: “eq positive” can never hold"),
    "a code compared with a number": (swap("options.toml", 'op = "eq", value = "yes"', 'op = "lt", value = 1'), r"anticoagulated: “lt 1” can never hold"),
    "a number compared with a code": (swap("options.toml", 'op = "lt", value = 50', 'op = "lt", value = "50"'), r"labs\.platelets_e9_l: “lt 50” can never hold"),
    "unknown operator": (swap("options.toml", 'op = "lt", value = 50', 'op = "below", value = 50'), r"GEN-02\.cautions\[1\]\.op: 'below' is none of eq, in, lt, le, gt, ge"),
    "usual outside hard": (swap("analytes.toml", "usual = [2, 300]", "usual = [2, 600]"), r"size\.diameter\.limits: the usual range must lie within the hard one"),
    "usual below hard": (swap("analytes.toml", "hard = [50, 4000]", "hard = [500, 4000]"), r"mri\.adc\.limits: the usual range must lie within the hard one"),
    "a range upside down": (swap("analytes.toml", "hard = [0, 500]", "hard = [500, 0]"), r"size\.diameter\.limits\.hard: must be two or more rising numbers"),
    "limits of three numbers": (swap("analytes.toml", "hard = [0, 500]", "hard = [0, 250, 500]"), r"size\.diameter\.limits: the usual range"),
    "a number without limits": (swap("analytes.toml", "limits = { hard = [50, 4000], usual = [400, 2600] }\n", ""), r"mri\.adc\.limits: a number needs its limits"),
    "a code with a unit": (swap("analytes.toml", '"equivocal"]', '"equivocal"]\nunit = "mm"'), r"lesion\.new: a code has neither unit nor limits"),
    "a code without codes": (swap("analytes.toml", 'codes = ["yes", "no", "equivocal"]\n', ""), r"lesion\.new\.codes: the key is missing"),
    "a factor of zero": (swap("analytes.toml", "cm = 10", "cm = 0"), r"size\.diameter\.alternatives: a factor must be above zero"),
    "a threshold range upside down": (swap("rules.toml", "cycles = [2, 3]", "cycles = [3, 2]"), r"NAC-01\.thresholds\.cycles: must be two or more rising numbers"),
    "a threshold range that is a point": (swap("rules.toml", "day = [11, 17]", "day = [11, 11]"), r"PET-07\.thresholds\.day: must be two or more rising numbers"),
    "a text that names no threshold": (swap("rules.toml", "decrease_pct = 10,", "decrease = 10,"), r"rules\.toml, NAC-01: a text names a threshold that is not there"),
    "a text with an open brace": (swap("rules.toml", "exactly {suv} is not flagged", "exactly {suv is not flagged"), r"rules\.toml, NAC-02: a text names a threshold"),
    "an unknown context of a rule": (swap("rules.toml", 'contexts = ["pancreas"]', 'contexts = ["liver"]'), r"MRK-06\.contexts: unknown context “liver”"),
    "a share outside its interval": (swap("ratios.toml", "value = 0.67", "value = 0.77"), r"LR-01\.sensitivity: the value must lie within its interval"),
    "a share without interval": (swap("ratios.toml", "value = 0.67, interval = [0.62, 0.72]", "value = 0.67"), r"LR-01\.sensitivity: the keys are value and interval"),
    "a test with an unknown source": (swap("ratios.toml", '"kwee10"', '"kwee99"'), r"LR-01\.sources: unknown source “kwee99”"),
    "the band raised outside the tally": (swap("rules.toml", 'tally = "anatomic"\n', ""), r"NAC-01\.raises_band: a rule outside the tally cannot raise the band"),
    "an option that is none": (swap("options.toml", 'wording = "Option to discuss: repeat', 'wording = "Repeat'), r"GEN-01\.wording: must begin with “Option to discuss”"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_its_place(copy: Path, change: Callable[[Path], None], message: str) -> None:
    change(copy)
    with pytest.raises(UserError, match=message) as caught:
        load(copy)
    assert caught.value.sentence.startswith("The rule set was not loaded: ")
    assert caught.value.remedy


@pytest.mark.parametrize("words", ["recommended", "Recommend", "switch to", "should", "must", "has to", "is indicated", "resistant patient"])
@pytest.mark.parametrize("key", ["name", "wording", "trade_offs"])
def test_H17_an_option_with_a_directive_word_is_refused(copy: Path, key: str, words: str) -> None:
    text = (copy / "options.toml").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith(f"{key} = "))
    swap("options.toml", line, f'{line[:-1]} {words} it"')(copy)
    with pytest.raises(UserError, match=rf"options\.toml, GEN-01\.{key}: the directive words “{words}” are not allowed"):
        load(copy)


def test_H17_the_note_of_a_caution_and_a_rule_give_no_order(copy: Path) -> None:
    swap("options.toml", "usual recovery interval", "should wait: usual recovery interval")(copy)
    with pytest.raises(UserError, match=r"GEN-03, status\.days_since_last_chemo\.note: the directive words “should”"):
        load(copy)
    shutil.copyfile(SHIPPED / "options.toml", copy / "options.toml")
    swap("rules.toml", 'name = "Persistent SUV', 'name = "Must stop: persistent SUV')(copy)
    with pytest.raises(UserError, match=r"NAC-02\.name: the directive words “Must”"):
        load(copy)


def test_H17_options_keep_the_stated_order(copy: Path, catalog: Catalog) -> None:
    written = re.findall(r"^\[([A-Z0-9]+-\d\d)\]$", (copy / "options.toml").read_text("utf-8"), re.MULTILINE)
    assert [option.id for option in catalog.options] == written


# Version, digest, review


@pytest.mark.parametrize("name", FILES)
def test_H16_a_changed_byte_changes_the_digest(copy: Path, catalog: Catalog, name: str) -> None:
    assert load(copy).digest == catalog.digest
    assert re.fullmatch("[0-9a-f]{64}", catalog.digest)
    append(name, "#")(copy)
    assert load(copy).digest != catalog.digest


def test_H16_what_moves_between_files_changes_the_digest(copy: Path, catalog: Catalog) -> None:
    content = (copy / "rules.toml").read_bytes()
    (copy / "rules.toml").write_bytes(content[:-1])
    (copy / "sources.toml").write_bytes(content[-1:] + (copy / "sources.toml").read_bytes())
    assert load(copy).digest != catalog.digest


def test_H16_mappings_are_no_part_of_the_digest(copy: Path, catalog: Catalog) -> None:
    (copy / "mappings").mkdir()
    (copy / "mappings" / "own.toml").write_text("anything")
    assert load(copy).digest == catalog.digest


def test_H16_a_changed_threshold_changes_value_and_words(copy: Path, catalog: Catalog) -> None:
    assert catalog.rules["NAC-01"].name == "Shrinkage below 10 % after 2 to 3 cycles"
    swap("rules.toml", "decrease_pct = 10,", "decrease_pct = 12.5,")(copy)
    rule = load(copy).rules["NAC-01"]
    assert rule.number("decrease_pct") == Decimal("12.5")
    assert "by less than 12.5 %" in rule.says
    assert "exactly 12.5 % is not flagged" in rule.boundary
    assert rule.name == "Shrinkage below 12.5 % after 2 to 3 cycles"


def sign(folder: Path, digest: str, on: str = "2026-11-30") -> None:
    (folder / "review.toml").write_text(f'by = "Dr A. Reviewer"\non = {on}\ndigest = "{digest}"\nremarks = "NAC-01 kept"\n')


def test_H16_a_review_holds_for_the_files_that_were_signed(copy: Path, catalog: Catalog) -> None:
    sign(copy, catalog.digest)
    signed = load(copy)
    assert signed.digest == catalog.digest
    assert signed.standing == "rule set reviewed by Dr A. Reviewer on 2026-11-30"
    assert signed.reviewed is not None
    assert signed.reviewed.remarks == "NAC-01 kept"
    append("rules.toml", "# later\n")(copy)
    with pytest.raises(UserError, match=r"review\.toml, digest: the clinical review speaks of another rule set"):
        load(copy)


def test_a_review_names_a_real_day(copy: Path, catalog: Catalog) -> None:
    sign(copy, catalog.digest, on='"last week"')
    with pytest.raises(UserError, match=r"review\.toml, on: must be a date"):
        load(copy)


def test_line_ends_do_not_change_what_is_read(copy: Path, catalog: Catalog) -> None:
    content = (copy / "rules.toml").read_bytes()
    (copy / "rules.toml").write_bytes(content.replace(b"\n", b"\r\n"))
    assert load(copy).rules == catalog.rules


def test_numbers_are_decimals(catalog: Catalog) -> None:
    def analyte_numbers(analyte: Analyte) -> list[object]:
        limits = [limits for limits in (analyte.limits, analyte.node_limits) if limits]
        return [*analyte.alternatives.values(), *(value for one in limits for value in (one.hard_min, one.hard_max, one.plausible_min, one.plausible_max))]

    numbers: list[object] = [number for analyte in catalog.analytes.values() for number in analyte_numbers(analyte)]
    numbers += catalog.conventions.values()
    for rule in catalog.rules.values():
        for value in rule.thresholds.values():
            numbers += value if isinstance(value, tuple) else [] if isinstance(value, str) else [value]
    assert len(numbers) > 300
    assert {type(number) for number in numbers} == {Decimal}
    assert catalog.rules["KIN-07"].pair("single_inter") == (Decimal("-22.1"), Decimal("25.4"))
    assert "−22.1 to +25.4 %" in catalog.rules["KIN-07"].says
