"""What the catalogue holds to be read: as the specification has it, and every way of breaking it."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from nacdesk import paths
from nacdesk.catalog import DIRECTIVE, load
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError

SHIPPED = paths.resources() / "catalog"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The catalogue in a folder of this test."""
    folder = tmp_path / "catalog"
    folder.mkdir()
    for file in SHIPPED.glob("*.toml"):
        shutil.copy(file, folder)
    return folder


def test_the_quoted_claims_are_those_of_the_specification(catalog: Catalog, shared: Path) -> None:
    path = shared / "clinical" / "spec.yaml"
    if not path.is_file():
        pytest.skip("shared data absent: no spec.yaml")
    spec = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    claims = next(part for part in spec.values() if isinstance(part, list) and isinstance(part[0], dict) and str(part[0].get("id")).startswith("SC-"))
    wanted = {claim["id"]: tuple(re.sub(r"^[a-z]{3}(?=00\d$)", "web", key) for key in claim["sources"]) for claim in claims}
    assert {claim.id: claim.sources for claim in catalog.claims} == wanted
    handling = {claim["id"]: claim["product_handling"] for claim in claims}
    for claim in catalog.claims:
        assert set(re.findall(r"\b[A-Z]{3}-\d\d\b", handling[claim.id])) <= set(claim.see), claim.id


def test_the_mechanism_notes_are_short_and_cite_the_catalogue(catalog: Catalog) -> None:
    assert len(catalog.mechanisms) == 8
    for note in catalog.mechanisms:
        assert 1 <= len(re.findall(r"[.](?:\s|$)", note.text)) <= 3, note.id
        assert note.sources


def test_no_sentence_of_the_intended_use_directs(catalog: Catalog) -> None:
    assert len(catalog.intended_use.sentences) == 6
    for sentence in catalog.intended_use.sentences:
        assert sentence.endswith(".")
        assert not DIRECTIVE.search(sentence)


@pytest.mark.parametrize(("old", "new", "told"), [
    ('sources = ["web001", "web003"]', 'sources = ["web001", "nobody"]', r"notes\.toml, mechanism, efflux\.sources: unknown source “nobody”"),
    ('see = ["NAC-01", "KIN-07"]', 'see = ["NAC-99"]', r"notes\.toml, claim, SC-01\.see: unknown rule or option “NAC-99”"),
    ('verdict = "Not supported."', "", r"notes\.toml, claim, SC-04\.verdict: the key is missing"),
    ('verdict = "Not supported."', 'verdict = "It must stop."', r"SC-04\.verdict: the directive words “must”"),
    ("a person decides.", "a person decides as the program recommends.", r"intended_use\.sentence: the directive words “recommends”"),
    ("[mechanism.efflux]", "[mechanism.efflux]\nwhy = 1", r"mechanism, efflux\.why: unknown key"),
    ("[intended_use]", "[use]", r"notes\.toml, use: unknown key"),
    ("Pumps in the cell membrane", "A pump should go: Pumps in the cell membrane", r"efflux\.text: the directive words “should”"),
])  # fmt: skip
def test_a_broken_note_is_refused_by_its_place(copy: Path, old: str, new: str, told: str) -> None:
    text = (copy / "notes.toml").read_text("utf-8")
    assert old in text
    (copy / "notes.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(UserError, match=told):
        load(copy)
