"""What the words promise: commands, units, sources, sentences and hazard controls."""

import re
from pathlib import Path

import click
import pytest

import nacdesk.cli
from nacdesk.domain.rules import Catalog

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")

# Counts, grades, scores and ratios: numbers that have no unit.
UNITLESS = {
    "ctdna.hge_input", "ctdna.markers", "marker.kelim",
    "rcb.nodes_positive", "path.nodes_examined", "path.mandard", "path.miller_payne", "path.crs", "nar.ct", "nar.pt", "nar.pn",
    "biomarkers.her2_ish_ratio", "biomarkers.pdl1_cps", "biomarkers.myc_ratio", "biomarkers.tmem_score", "biomarkers.grade",
    "status.ecog", "status.nyha_class", "labs.bilirubin_x_uln", "toxicity.neuropathy_grade", "toxicity.hearing_loss_grade", "treatment.cycle",
}

COMMANDS = {
    "open", "demo", "init", "import", "cases", "show", "review", "set", "handout", "reference", "export", "undo", "redo", "history",
    "check", "rules", "sources", "site", "sign", "remove", "bin", "restore", "erase", "patient", "untouched",
}  # fmt: skip


def commands() -> dict[str, click.Command]:
    group = next(thing for thing in vars(nacdesk.cli).values() if isinstance(thing, click.Group))
    return group.commands


def test_the_promised_commands_are_there() -> None:
    assert set(commands()) == COMMANDS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_in_the_readme(name: str) -> None:
    command = commands()[name]
    assert command.help, f"{name} has no help"
    row = next((line for line in README.splitlines() if line.startswith(f"| `{name}")), None)
    assert row is not None, f"README.md has no row for {name}"
    common = next(line for line in README.splitlines() if "every command takes" in line.lower())
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert any(re.search(rf"{option}(?![\w-])", row + common) for option in parameter.opts), f"{name} {parameter.opts}"


def test_the_readme_has_its_two_commands() -> None:
    assert "sh resources/setup.sh && .venv/bin/nacdesk demo" in README
    assert "sh resources/setup.sh --test && .venv/bin/pytest" in README


def test_every_file_the_readme_names_is_there() -> None:
    named = set(re.findall(r"!?\[[^\]]*\]\(([^)#]+)\)", README)) | set(re.findall(r"`((?:resources|tests|nacdesk)/[\w./-]+)`", README))
    missing = {name for name in named if "://" not in name and not (ROOT / name).exists()}
    assert not missing


def test_every_number_has_a_unit_or_none_on_purpose(catalog: Catalog) -> None:
    for analyte in catalog.analytes.values():
        if analyte.kind in ("number", "integer"):
            assert bool(analyte.unit) != (analyte.id in UNITLESS), f"{analyte.id}: unit {analyte.unit!r}"


def test_every_rule_has_a_source_and_finished_sentences(catalog: Catalog) -> None:
    for rule in catalog.rules.values():
        assert rule.sources, f"{rule.id} cites nothing"
        assert set(rule.sources) <= set(catalog.sources), f"{rule.id} cites an unknown source"
        assert rule.says
        for text in filter(None, (rule.says, rule.is_not)):
            assert text.endswith("."), f"{rule.id}: {text}"
            assert not text[0].islower(), f"{rule.id}: {text}"
        assert rule.boundary
        assert rule.minimum_data


def test_every_option_opens_a_discussion_and_cites_its_evidence(catalog: Catalog) -> None:
    for option in catalog.options:
        assert option.wording.startswith("Option to discuss"), option.id
        assert option.sources, option.id
        assert set(option.sources) <= set(catalog.sources), option.id


def test_every_hazard_the_readme_claims_to_control_has_a_test_of_its_name() -> None:
    claimed = set(re.findall(r"^\| (H\d\d) \|", README, re.MULTILINE))
    tested = {found for path in (ROOT / "tests").rglob("test_*.py") for found in re.findall(r"def test_(H\d\d)_", path.read_text("utf-8"))}
    assert claimed, "README.md claims no hazard control"
    assert claimed <= tested, f"claimed without a test: {sorted(claimed - tested)}"
    assert tested <= claimed, f"tested but not in README.md: {sorted(tested - claimed)}"
