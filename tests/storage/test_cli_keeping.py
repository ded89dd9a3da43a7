"""The commands that delete, restore, erase, give out and list: run as a script would run them."""

import json
import stat
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nacdesk import cli
from nacdesk.domain.facts import Patient
from nacdesk.domain.rules import Catalog
from nacdesk.storage.store import Store
from tests.histories import drawn, facts_of, sized

KEY = "D-100482"

Run = Callable[..., str]


@pytest.fixture
def run(path: Path, catalog: Catalog, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command against a store of three cases; what it printed, on stderr where it failed."""
    with Store.create(path, catalog, by="Coordinator", clock=lambda: datetime(2014, 5, 1, tzinfo=UTC)) as store:
        store.add([drawn(), drawn("B"), sized("C", "31")], "Import")

    def command(*words: object, status: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["nacdesk", *map(str, words), "--store", str(path)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        assert end.value.code == status, f"{words}: {end.value.code}\n{out}\n{err}"
        assert "Traceback" not in out + err
        return err if status else out

    return command


@pytest.fixture
def stored(path: Path, catalog: Catalog) -> Callable[[Callable[[Store], Any]], Any]:
    """Ask the store itself."""

    def ask(question: Callable[[Store], Any]) -> Any:
        with Store.open(path, catalog, by="A", read_only=True) as store:
            return question(store)

    return ask


def keys(store: Store) -> list[str]:
    return [row.key for row in store.cases()]


@pytest.mark.parametrize("number", ["MRN B", "100482", "", KEY])
def test_H01_remove_with_the_record_number_of_another_is_refused(run: Run, stored: Any, number: str) -> None:
    assert "is not the record number of the case D-100482; nothing was deleted" in run("remove", KEY, "--reason", "why", "--record-number", number, status=1)
    assert stored(keys) == ["B", "C", KEY]


def test_remove_bin_restore(run: Run, stored: Any) -> None:
    whole = stored(lambda store: facts_of(store.history(KEY)))
    assert run("bin") == ""
    assert json.loads(run("bin", "--json")) == []
    said = run("remove", KEY, "--reason", "entered twice", "--record-number", f"mrn-{KEY}", "--by", "Ruiz")
    assert said == f"{KEY} is in the bin: 12 observations at 3 time points, 2 lesions, 18 entries of history. Bring it back with: nacdesk restore {KEY}\n"
    assert stored(keys) == ["B", "C"]
    assert "by Ruiz: entered twice; 12 observations" in run("bin")
    (row,) = json.loads(run("bin", "--json"))
    assert (row["key"], row["mrn"], row["by"], row["reason"]) == (KEY, f"MRN {KEY}", "Ruiz", "entered twice")
    assert "no case" in run("remove", KEY, "--reason", "why", "--record-number", f"mrn-{KEY}", status=1)
    assert run("restore", KEY) == f"{KEY} is back, as it was.\n"
    assert stored(lambda store: facts_of(store.history(KEY))) == whole
    assert "in the bin" in run("restore", KEY, status=1)


def test_a_case_without_a_record_number_is_named_by_its_key(run: Run, stored: Any) -> None:
    run("remove", "C", "--reason", "why", "--record-number", "C")
    assert "would be 1 observation at 1 time point, 1 lesion, 8 entries of history" in run("erase", "C", "--reason", "asked", "--confirm", "ERASE", status=1)
    run("erase", "C", "--reason", "asked", "--confirm", "ERASE C")
    assert stored(keys) == ["B", KEY]
    assert json.loads(run("bin", "--json")) == []


@pytest.mark.parametrize("confirm", ["", "ERASE", "erase MRN D-100482", "ERASE MRN B", f"ERASE {KEY}", "MRN D-100482"])
def test_H01_erase_without_the_right_confirmation_is_refused(run: Run, stored: Any, confirm: str) -> None:
    said = run("erase", KEY, "--reason", "asked", "--confirm", confirm, status=1)
    assert said.startswith("Nothing was erased; it would be 12 observations at 3 time points, 2 lesions, 18 entries of history.")
    assert "MRN" not in said  # what is to be typed is not told
    assert stored(keys) == ["B", "C", KEY]


def test_erase_takes_every_case_of_the_patient(run: Run, stored: Any, path: Path, catalog: Catalog) -> None:
    run("remove", KEY, "--reason", "why", "--record-number", f"MRN {KEY}")
    with Store.open(path, catalog, by="A") as store:
        store.add([sized("N", "31", patient=Patient(mrn=f"MRN {KEY}"))], "Import")
    said = run("erase", "N", "--reason", "asked", "--confirm", f"ERASE MRN {KEY}")
    assert said.startswith("Erased: 1 observation at 1 time point, 1 lesion, 4 entries of history; 12 observations")
    assert stored(keys) == ["B", "C"]
    assert run("bin") == ""
    assert "no case" in run("erase", "N", "--reason", "asked", "--confirm", "ERASE N", status=1)
    assert "sound" in run("check", "--deep")


def test_the_patients_own_file_is_private_and_never_replaces_one(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "alvarez.json"
    run("patient", KEY, "-o", target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    content = json.loads(target.read_text("utf-8"))
    assert (content["format"], content["version"]) == ("nacdesk patient", 1)
    assert content["cases"][0]["case"]["patient"]["name"] == "DEMO, Ines Alvarez"
    assert len(content["cases"][0]["history"]) == 18
    assert "MRN B" not in target.read_text("utf-8")
    target.write_text("mine")
    assert "exists already; nothing was written" in run("patient", KEY, "-o", target, status=1)
    assert target.read_text() == "mine"
    assert "no case X" in run("patient", "X", "-o", tmp_path / "x.json", status=1)
    assert sorted(file.name for file in tmp_path.glob("*.json")) == ["alvarez.json"]


def test_untouched_lists_what_was_not_changed_for_years(run: Run) -> None:
    assert [row["case"] for row in json.loads(run("untouched", "--years", "3", "--json"))] == ["B", "C", KEY]
    run("restore", "X", status=1)
    run("remove", "C", "--reason", "why", "--record-number", "C")
    run("restore", "C")
    assert [line.split()[0] for line in run("untouched", "--years", "3").splitlines()] == ["B", KEY]
    assert "last changed 2014-05-01" in run("untouched", "--years", "3")
    assert run("untouched", "--years", "150") == ""
    run("untouched", "--years", "0", status=2)
