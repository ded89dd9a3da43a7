"""The commands of the reference, run as a script would run them; the store is real."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from nacdesk import cli, paths

SAMPLES = paths.resources() / "samples"
DRAWN = SAMPLES / "01-primary-resistance.csv"
CASE = "D-100482"


class Shell:
    """Runs commands in this process against one store."""

    def __init__(self, store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self._capsys, self._monkeypatch = store, capsys, monkeypatch
        self.out = self.err = ""

    def __call__(self, *words: object, status: int = 0, store: bool = True) -> str:
        """Run a command, expect its exit status, answer what it printed."""
        line = ["nacdesk", *map(str, words), *(["--store", str(self.store)] if store else [])]
        self._monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as end:
            cli.main()
        self.out, self.err = self._capsys.readouterr()
        assert end.value.code == status, f"{line}: {end.value.code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.out + self.err
        return self.out

    def json(self, *words: object, **how: Any) -> Any:
        """Run a command with --json and read its answer."""
        return json.loads(self(*words, "--json", **how))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path / "cases.nac", capsys, monkeypatch)


@pytest.fixture
def drawn(shell: Shell) -> Shell:
    shell("import", DRAWN)
    return shell


def test_init_makes_an_empty_store_and_refuses_an_existing_file(shell: Shell) -> None:
    shell("init", shell.store, store=False)
    assert shell.json("cases") == []
    shell("init", shell.store, store=False, status=1)
    assert "exists" in shell.err


def test_a_missing_store_is_one_sentence_with_a_remedy(shell: Shell) -> None:
    shell("cases", status=1)
    assert shell.err.count("\n") == 1
    assert "nacdesk init" in shell.err
    assert not shell.store.exists()


def test_wrong_usage_is_status_2(shell: Shell) -> None:
    for words in (("nonsense",), ("review",), ("handout", CASE), ("import",), ("show", "--as-of", "17.10.2026")):
        shell(*words, status=2, store=False)


def test_import_adds_once_and_says_so(shell: Shell) -> None:
    assert "Imported 33 observations" in shell("import", DRAWN)
    before = shell.json("show", "--all")
    assert "Nothing new" in shell("import", DRAWN)
    assert shell.json("import", DRAWN)["added"] == 0
    assert shell.json("show", "--all") == before


def test_dry_run_stores_nothing(shell: Shell) -> None:
    shell("import", DRAWN, "--dry-run")
    assert not shell.store.exists()
    shell("init", shell.store, store=False)
    assert "would add 33" in shell("import", DRAWN, "--dry-run")
    assert shell.json("cases") == []


def test_one_by_one_prints_each_saved_case(shell: Shell) -> None:
    both = [DRAWN, SAMPLES / "03-clean-response.csv"]
    lines = shell("import", *both, "--one-by-one").splitlines()
    saved = [line.removeprefix("saved ") for line in lines if line.startswith("saved ")]
    assert saved == [row["case"] for row in shell.json("cases")]
    assert len(saved) == 2


HEAD = "case,visit,date,cycle,analyte,lesion,value,unit"
GOOD = "A,baseline,2026-01-05,0,size.diameter,primary,30,mm"
BAD = {
    "unknown unit": (HEAD, "A,after C2,2026-02-05,2,size.diameter,primary,28,furlong", "unit", "furlong"),
    "doubled header": (HEAD + ",value", "A,after C2,2026-02-05,2,size.diameter,primary,28,mm,28", "value", "value"),
    "thousands": (HEAD, 'A,after C2,2026-02-05,2,size.diameter,primary,"1,234",mm', "value", "1,234"),
    "impossible date": (HEAD, "A,after C2,2026-02-30,2,size.diameter,primary,28,mm", "date", "2026-02-30"),
    "out of range": (HEAD, "A,after C2,2026-02-05,2,size.diameter,primary,61.5,cm", "value", "61.5 cm"),
    "blank value": (HEAD, "A,after C2,2026-02-05,2,size.diameter,primary,,mm", "value", "blank"),
}


@pytest.mark.parametrize("name", BAD)
def test_H11_a_bad_row_is_refused_with_line_and_reason_and_the_store_is_unchanged(name: str, drawn: Shell, tmp_path: Path) -> None:
    head, row, column, word = BAD[name]
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join([head, GOOD + ",30" * head.endswith(",value"), row]) + "\n", encoding="utf-8")
    before = drawn.json("show", "--all")
    drawn("import", bad, status=1)
    problem = drawn.err.splitlines()[0]
    assert f"line {1 if name == 'doubled header' else 3}" in problem
    assert column in problem
    assert word in problem
    assert "nothing was imported" in drawn.err
    assert drawn.json("show", "--all") == before
    report = drawn.json("import", bad, status=1)
    assert report["problems"]
    assert report["added"] == 0


def test_H32_a_formula_and_a_zip_bomb_are_refused(drawn: Shell, tmp_path: Path) -> None:
    formula, bomb = tmp_path / "formula.xlsx", tmp_path / "bomb.xlsx"
    with xlsxwriter.Workbook(str(formula)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD.split(","))
        sheet.write_row(1, 0, GOOD.split(",")[:6])
        sheet.write_formula(1, 6, "=15*2")
        sheet.write_string(1, 7, "mm")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    before = drawn.json("show", "--all")
    drawn("import", formula, status=1)
    assert "formula" in drawn.err
    drawn("import", bomb, status=1)
    assert "nothing was imported" in drawn.err
    assert drawn.json("show", "--all") == before


def test_review_has_the_shape_and_the_closed_lists_of_the_reference(drawn: Shell) -> None:
    (review,) = drawn.json("review", CASE)
    assert (review["case"], review["as_of"]) == (CASE, "2026-10-19")
    assert review["rule_set"]["reviewed_by"] is None
    last = review["visits"][-1]
    assert (last["visit"], last["date"], last["day"], last["cycle"]) == ("after C3", "2026-10-17", 47, 3)
    size = last["size"]
    assert (size["sum_mm"], size["nadir_mm"], size["target"], size["non_target"], size["new_lesion"], size["overall"]) == (44, 45, "SD", "none", "no", "SD")
    assert size["change_from_baseline_pct"] == pytest.approx(-6.382978723, abs=1e-8)
    assert size["change_from_nadir_pct"] == pytest.approx(-2.222222222, abs=1e-8)
    assert last["pet"]["eortc"] == "SMD"
    assert last["pet"]["change_pct"] == pytest.approx(-15.95744681, abs=1e-8)
    vaf = last["ctdna"]["ctdna.vaf"]
    assert (vaf["value"], vaf["comparator"], vaf["limit"], vaf["bound"]) == (0.84, "=", 0.02, False)
    assert last["markers"]["marker.cea"]["uln"] == 5.0
    assert review["best_overall_response"]["unconfirmed"] == "SD"
    assert review["resistance"] == [{"state": "primary", "limb": "shrinkage under 10 % after 2 or more cycles", "rule": "RES-02"}]
    assert {row["state"] for row in review["rules"]} <= {"met", "not_met", "not_evaluable", "not_applicable"}
    assert {row["severity"] for row in review["rules"]} <= {"alert", "watch", "info"}
    assert {row["group"] for row in review["options"]} <= {"matched", "not_recorded", "not_met"}
    assert {caution["state"] for row in review["options"] for caution in row["cautions"]} <= {"applies", "not recorded", "clear"}
    assert {row["state"] for row in review["readiness"]} <= {"current", "stale", "missing", "not needed"}
    assert review["band"] in {"none", "single-domain", "multi-domain"} | {f"{band}, limited data" for band in ("none", "single-domain", "multi-domain")}
    flagged = {row["id"]: row for row in review["rules"] if row["id"] == "NAC-01" and row["visit"] == "after C3"}["NAC-01"]
    assert (flagged["state"], flagged["value_is"], flagged["operator"], flagged["threshold"], flagged["status"]) == ("met", "decrease", "<", 10, "unreviewed")
    known = {row["id"] for row in drawn.json("show", CASE)[0]["observations"]}
    assert set(flagged["evidence"]) <= known


def test_review_as_of_a_past_day_uses_only_what_was_seen_by_then(drawn: Shell) -> None:
    (then,) = drawn.json("review", CASE, "--as-of", "2026-09-30")
    assert then["as_of"] == "2026-09-30"
    assert [row["visit"] for row in then["visits"]] == ["baseline", "C1 D10", "after C1", "C2 D2", "early PET"]
    states = [row["state"] for row in then["rules"] if row["id"] == "NAC-01"]
    assert states == ["not_evaluable"]


def test_review_of_a_file_needs_no_store(shell: Shell) -> None:
    (review,) = json.loads(shell("review", "--file", DRAWN, "--json"))
    assert review["case"] == CASE
    assert not shell.store.exists()


def test_every_command_prints_words_too(drawn: Shell) -> None:
    assert "Shrinkage below 10 %" in drawn("review", CASE)
    assert "NAC-01" in drawn("cases")
    assert "31 mm" in drawn("show", CASE)
    assert "NAC-01" in drawn("rules", store=False)
    assert json.loads(drawn("rules", "--json", store=False))["rules"]
    assert "RECIST 1.1 guideline" in drawn("sources", store=False)
    assert "sound" in drawn("check", "--deep")


def observation(shell: Shell, analyte: str, visit: str, lesion: str | None = None) -> dict[str, Any]:
    (case,) = shell.json("show", CASE)
    return next(row for row in case["observations"] if (row["analyte"], row["visit"], row.get("lesion")) == (analyte, visit, lesion))


def test_set_corrects_keeps_the_old_value_and_can_be_undone(drawn: Shell) -> None:
    row = observation(drawn, "size.diameter", "after C3", "primary")
    drawn("set", CASE, row["id"], "2.15 cm", "--reason", "typing error", "--by", "R. Okafor")
    assert observation(drawn, "size.diameter", "after C3", "primary")["value"] == "21.50"
    last = drawn.json("history", CASE)[-1]
    assert (last["by"], last["reason"]) == ("R. Okafor", "typing error")
    assert "29" in last["what"]
    assert "21.5" in last["what"]
    drawn("undo")
    assert observation(drawn, "size.diameter", "after C3", "primary")["value"] == "29"
    drawn("redo")
    assert observation(drawn, "size.diameter", "after C3", "primary")["value"] == "21.50"


def test_H27_set_is_refused_when_the_case_changed_since(drawn: Shell) -> None:
    row = observation(drawn, "size.diameter", "after C3", "primary")
    (case,) = drawn.json("show", CASE)
    drawn("set", CASE, row["id"], "28", "--reason", "first", "--rev", case["revision"])
    drawn("set", CASE, row["id"], "27", "--reason", "second", "--rev", case["revision"], status=1)
    assert observation(drawn, "size.diameter", "after C3", "primary")["value"] == "28"


def test_H05_a_follow_up_in_the_wrong_unit_is_doubted_beside_the_store(drawn: Shell, tmp_path: Path) -> None:
    table = tmp_path / "later.csv"
    table.write_text(f"{HEAD}\n{CASE},after C4,2026-11-05,4,size.diameter,primary,2.7,mm\n", encoding="utf-8")
    drawn("import", table)
    assert "more than 4 times" in drawn.err
    (review,) = drawn.json("review", CASE)
    assert any("more than 4 times" in text for text in review["visits"][-1]["warnings"])


def test_H05_set_takes_no_bare_number_for_a_value_that_was_typed_in_another_unit(shell: Shell, tmp_path: Path) -> None:
    table = tmp_path / "cm.csv"
    table.write_text(f"{HEAD}\n{GOOD.replace('30,mm', '4.1,cm').replace('A,', f'{CASE},', 1)}\n", encoding="utf-8")
    shell("import", table)
    row = observation(shell, "size.diameter", "baseline", "primary")
    assert row["value"] == "41.0"
    shell("set", CASE, row["id"], "4.2", "--reason", "typing error", status=1)
    assert "mm or cm" in shell.err
    shell("set", CASE, row["id"], "4.2 cm", "--reason", "typing error")
    assert observation(shell, "size.diameter", "baseline", "primary")["value"] == "42.0"


def test_set_refuses_what_the_import_would(drawn: Shell) -> None:
    row = observation(drawn, "size.diameter", "after C3", "primary")
    for value in ("615", "61.5 cm", "29 inch", "NaN", "−3", ""):
        drawn("set", CASE, row["id"], value, "--reason", "typing error", status=1)
    drawn("set", CASE, "999999", "20", "--reason", "no such", status=1)
    assert observation(drawn, "size.diameter", "after C3", "primary")["value"] == "29"


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_export_then_import_is_the_identity(suffix: str, drawn: Shell, tmp_path: Path) -> None:
    drawn("import", SAMPLES / "03-clean-response.csv")
    copy = tmp_path / f"copy.{suffix}"
    drawn("export", "--all", "-o", copy)
    other = tmp_path / "other.nac"
    drawn("import", copy, "--store", other, store=False)
    facts = [json.loads(drawn("show", "--all", "--json", "--store", store, store=False)) for store in (drawn.store, other)]
    for cases in facts:
        for case in cases:
            case.pop("revision")
            case.pop("visits")
            for row in case["observations"]:
                row.pop("id")
                row.pop("entered")
            case["observations"].sort(key=json.dumps)
    assert facts[0] == facts[1]
    drawn("export", "--all", "-o", copy, status=1)
    assert "exists" in drawn.err


def test_H22_handouts_never_overwrite_another_case(drawn: Shell, tmp_path: Path) -> None:
    drawn("import", SAMPLES / "03-clean-response.csv")
    other = next(row["case"] for row in drawn.json("cases") if row["case"] != CASE)
    target = tmp_path / "handout.pdf"
    drawn("handout", CASE, "-o", target)
    first = target.read_bytes()
    drawn("handout", other, "-o", target, status=1)
    assert target.read_bytes() == first
    drawn("handout", "no such case", "-o", tmp_path / "x.pdf", status=1)
    assert not (tmp_path / "x.pdf").exists()


def test_deidentified_files_name_nobody(drawn: Shell, tmp_path: Path) -> None:
    table = tmp_path / "anonymous.csv"
    drawn("export", CASE, "-o", table, "--deidentified")
    text = table.read_text(encoding="utf-8")
    for secret in ("Alvarez", CASE, "1965", "2026-08-28"):
        assert secret not in text
    drawn("handout", CASE, "-o", tmp_path / "anonymous.pdf", "--deidentified")
    assert b"Alvarez" not in (tmp_path / "anonymous.pdf").read_bytes()


def test_check_names_a_damaged_store(drawn: Shell) -> None:
    data = bytearray(drawn.store.read_bytes())
    data[5000:9000] = bytes(4000)
    drawn.store.write_bytes(data)
    drawn("check", "--deep", status=1)
    assert "kept" in drawn.err


def test_a_fault_of_ours_is_named_without_values(drawn: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_named: object) -> None:
        raise ZeroDivisionError("Alvarez 1965")

    monkeypatch.setattr("nacdesk.cli.cases.judge", broken)
    drawn("review", CASE, status=1)
    assert "ZeroDivisionError" in drawn.err
    assert "Alvarez" not in drawn.err


def test_demo_without_a_display_makes_everything_and_exits_0(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    run = subprocess.run([sys.executable, "-m", "nacdesk", "demo", "--out", str(tmp_path / "demo")], env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    assert "No display answers here" in run.stdout
    assert len(list((tmp_path / "demo" / "handouts").glob("*.pdf"))) == 10
    pictures = list((tmp_path / "demo" / "pictures").glob("*.png"))
    assert {"case-1440x900-light.png", "case-1024x768-dark.png"} <= {picture.name for picture in pictures}
    assert all(picture.stat().st_size > 20_000 for picture in pictures if picture.name.startswith("case"))


@pytest.mark.parametrize("words", [(), ("cases.nac",), ("open", "cases.nac")])
@pytest.mark.parametrize("display", [None, ":987"])
def test_a_window_without_a_display_is_one_sentence(words: tuple[str, ...], display: str | None, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    environment |= {"DISPLAY": display} if display else {}
    run = subprocess.run([sys.executable, "-m", "nacdesk", *words], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("No display answers here")
    assert run.stderr.count("\n") == 1


def test_the_reference_is_written_with_and_without_a_store(drawn: Shell, tmp_path: Path) -> None:
    one, other = tmp_path / "one.pdf", tmp_path / "other.pdf"
    drawn("reference", "-o", one)
    assert drawn.out == f"Wrote {one}\n"
    drawn("reference", "-o", other, "--paper", "Letter", store=False)
    assert one.read_bytes().startswith(b"%PDF")
    assert len(other.read_bytes()) > 100_000
    drawn("reference", "-o", one)
    (tmp_path / "notes.pdf").write_text("mine")
    drawn("reference", "-o", tmp_path / "notes.pdf", status=1)
    assert (tmp_path / "notes.pdf").read_text() == "mine"


def test_a_handout_with_its_basis_is_longer(drawn: Shell, tmp_path: Path) -> None:
    short, long = tmp_path / "short.pdf", tmp_path / "long.pdf"
    drawn("handout", CASE, "-o", short)
    drawn("handout", CASE, "-o", long, "--basis")
    assert long.stat().st_size > 2 * short.stat().st_size


def test_the_real_sample_gives_112_cases(shell: Shell, shared: Path) -> None:
    shell("import", shared / "data" / "ispy1" / "ispy1_sample.csv", "--mapping", "ispy1")
    reviews = {row["case"]: row for row in shell.json("review", "--all")}
    assert len(reviews) == 112
    judged = {key: {rule["visit"]: rule["state"] for rule in row["rules"] if rule["id"] == "NAC-01"} for key, row in reviews.items()}
    assert {states["early AC"] for states in judged.values() if "early AC" in states} == {"not_evaluable"}
    assert {"met", "not_met"} <= {states["inter-regimen"] for states in judged.values() if "inter-regimen" in states}
    regrown = {key: {visit["visit"]: visit["size"]["overall"] for visit in reviews[key]["visits"] if visit["size"]} for key in ("1019", "1063", "1101")}
    assert (regrown["1019"]["pre-surgery"], regrown["1063"]["pre-surgery"], regrown["1101"]["inter-regimen"]) == ("PD", "PD", "PD")
    exact = {visit["visit"]: visit["size"]["overall"] for visit in reviews["1085"]["visits"] if visit["size"]}
    assert exact["early AC"] == "PR"
    assert reviews["1093"]["visits"][0]["size"] is None
