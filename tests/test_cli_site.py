"""The commands about site rules and the clinical review, run as a script would run them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from nacdesk import paths
from tests.test_cli import CASE, DRAWN, Shell
from tests.test_site_rules import HEAD, TEXT

OTHER = HEAD + '[change.NAC-01]\nthresholds = { decrease_pct = 5 }\nwhy = "Tried"\n'


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A store with one case."""
    found = Shell(tmp_path / "cases.nac", capsys, monkeypatch)
    found("import", DRAWN)
    return found


@pytest.fixture
def beside(shell: Shell) -> Path:
    """The site file beside that store."""
    path = shell.store.with_name("cases.site.toml")
    path.write_text(TEXT, "utf-8")
    return path


def flags(shell: Shell) -> dict[str, str]:
    (case,) = shell.json("review", CASE)
    return {flag["id"]: flag["severity"] for flag in case["flags"]}


def test_without_a_site_file_the_shipped_rules_are_in_force(shell: Shell) -> None:
    assert shell("site") == "In force: the rules as shipped, no change by this site; rule set not clinically reviewed.\n"
    assert shell.err == ""
    report = shell.json("site")
    assert (report["in_force"]["site"], report["in_force"]["overrides"], report["differs"], report["trial"]) == (None, [], None, None)


def test_H16_a_file_beside_the_store_is_named_and_not_in_force(shell: Shell, beside: Path) -> None:
    before = flags(shell)
    assert before["NAC-01"] == "watch"
    assert shell.err == "cases.site.toml is not what was accepted; what was accepted stays in force. Look at it with: nacdesk site\n"
    assert "no change by this site" in shell("site")
    assert "cases.site.toml is not what was accepted" in shell.err


def test_looking_at_a_file_lists_its_changes_and_flags_and_changes_nothing(shell: Shell, beside: Path) -> None:
    text = shell("site", "--file", beside)
    assert "Looked at: St. Example Hospital, 3 rules changed." in text
    assert "    NAC-01: Threshold decrease_pct 10 → 15, severity watch → note, changed by this site: Agreed by the breast board on 2026-10-01." in text
    assert "Flags that change: 2, in 1 of 1 case." in text
    assert f"    {CASE}  NAC-01 Shrinkage below 15 % after 2 to 3 cycles: ◆ watch → ● note" in text
    assert f"    {CASE}  NAC-03 Baseline SUVmax above 7: met → switched off" in text
    assert "In force: the rules as shipped" in text
    report = shell.json("site", "--file", beside)
    assert report["trial"]["site"] == "St. Example Hospital"
    assert report["trial"]["flag_changes"][0] == {"case": CASE, "rule": "NAC-01", "name": "Shrinkage below 15 % after 2 to 3 cycles", "before": "◆ watch", "after": "● note"}
    assert report["in_force"]["overrides"] == []
    assert flags(shell)["NAC-01"] == "watch"


def test_site_rules_make_the_round_trip(shell: Shell, beside: Path) -> None:
    before = flags(shell)
    text = shell("site", "--accept", "--by", "Coordinator")
    assert "Flags that change: 2" in text
    assert "In force: St. Example Hospital, 3 rules changed, accepted on 20" in text
    assert " by Coordinator; rule set not clinically reviewed." in text
    assert "needs its clinical review: nacdesk sign" in text
    assert shell.err == ""
    after = flags(shell)
    assert shell.err == "", "the file is what was accepted"
    assert before.keys() - after.keys() == {"NAC-03"}
    assert after["NAC-01"] == "info"
    shown = shell("review", CASE)
    assert "changed by this site: Agreed by the breast board" in shown
    assert "[NAC-03]: Switched off by this site" in shown
    shell("cases")
    assert "NAC-03" not in shell.out
    listed = shell("site")
    assert "NAC-03: Switched off by this site: Baseline SUVmax is not used here." in listed

    beside.write_text(OTHER, "utf-8")
    assert flags(shell) == after
    assert "cases.site.toml is not what was accepted" in shell.err
    beside.unlink()
    assert flags(shell) == after
    assert "There is no cases.site.toml beside the store; what was accepted stays in force" in shell.err

    removed = shell("site", "--remove")
    assert "In force: the rules as shipped" in removed
    assert f"{CASE}  NAC-03 Baseline SUVmax above 7: switched off → met" in removed
    assert flags(shell) == before
    assert shell.err == ""


def test_accepting_twice_records_once(shell: Shell, beside: Path) -> None:
    shell("site", "--accept", "--by", "First")
    assert "Flags that change: 0, in 0 of 1 case." in shell("site", "--accept", "--by", "Second")
    assert " by First;" in shell.out


def test_another_file_can_be_accepted(shell: Shell, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(OTHER, "utf-8")
    shell("site", "--file", other, "--accept")
    assert "NAC-01" not in flags(shell), "6.4 % is no longer under the threshold"
    assert "There is no cases.site.toml beside the store" in shell.err


def test_a_wrong_file_is_refused_and_nothing_changes(shell: Shell, beside: Path) -> None:
    beside.write_text(TEXT.replace("[off.NAC-03]", "[off.NAC-99]"), "utf-8")
    for words in (("--accept",), ("--file", beside)):
        shell("site", *words, status=1)
        assert shell.err.startswith("The site's rules were refused: site file, off.NAC-99: unknown rule")
        assert shell.err.count("\n") == 1
    assert "no change by this site" in shell("site")


def test_accepting_without_a_file_is_one_sentence(shell: Shell) -> None:
    shell("site", "--accept", status=1)
    assert "There is no site file" in shell.err


def test_a_file_that_cannot_be_read_is_told_and_the_work_goes_on(shell: Shell, beside: Path) -> None:
    beside.write_bytes(b"\xff")
    assert flags(shell)["NAC-01"] == "watch"
    assert "cases.site.toml is not UTF-8; the rules in force stay as they are" in shell.err


def test_wrong_usage_of_site_and_sign(shell: Shell, beside: Path) -> None:
    shell("site", "--remove", "--accept", status=2)
    shell("site", "--remove", "--file", beside, status=2)
    shell("sign", status=2)
    shell("sign", "--reviewer", "x", "--on", "20.11.2026", status=2)


def test_a_review_tries_a_site_file_with_and_without_a_store(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "try.toml"
    path.write_text(TEXT, "utf-8")
    for words, how in (((CASE,), {}), (("--file", DRAWN), {"store": False})):
        (case,) = shell.json("review", *words, "--site", path, **how)
        assert case["rule_set"]["site"] == "St. Example Hospital"
        assert next(row["state"] for row in case["rules"] if row["id"] == "NAC-03") == "not_applicable"
    assert "no change by this site" in shell("site"), "a trial is not kept"


def test_the_rules_are_those_in_force_or_tried(shell: Shell, beside: Path) -> None:
    def changed(report: dict[str, Any]) -> set[str]:
        return {rule["id"] for rule in report["rules"] if rule["changed"]}

    assert changed(shell.json("rules")) == set()
    assert changed(shell.json("rules", "--site", beside, store=False)) == {"NAC-01", "NAC-03", "SITE-01"}
    shell("site", "--accept")
    assert changed(shell.json("rules")) == {"NAC-01", "NAC-03", "SITE-01"}
    assert changed(shell.json("rules", store=False)) == set(), "without a store the catalogue's own"
    text = shell("rules")
    assert "3 rules changed by St. Example Hospital" in text
    assert "SITE-01  ◆ Persistent SUV above 3, HER2-positive breast [grade D]\n    Added by this site, judged as NAC-02" in text


def test_the_rules_of_the_default_store_are_in_force(shell: Shell, beside: Path) -> None:
    default = paths.default_store()
    default.parent.mkdir(parents=True)
    shell("init", default, store=False)
    shell("site", "--file", beside, "--accept", store=False)
    assert shell.json("rules", store=False)["rule_set"]["site"] == "St. Example Hospital"


# The clinical review


def test_a_review_is_signed_and_a_change_needs_it_again(shell: Shell, beside: Path) -> None:
    assert shell.json("rules")["rule_set"]["reviewed_by"] is None
    text = shell("sign", "--reviewer", "Dr A. Reviewer", "--on", "2026-01-20", "--remarks", "NAC-01 kept")
    assert "rule set reviewed by Dr A. Reviewer on 2026-01-20. Any change of it needs another review." in text
    assert shell.json("rules")["rule_set"]["reviewed_by"] == {"name": "Dr A. Reviewer", "date": "2026-01-20", "remarks": "NAC-01 kept"}
    (case,) = shell.json("review", CASE)
    assert case["rule_set"]["reviewed_by"]["name"] == "Dr A. Reviewer"
    assert "needs its clinical review" in shell("site", "--accept")
    assert shell.json("rules")["rule_set"]["reviewed_by"] is None
    shell("sign", "--reviewer", "Dr B. Later", "--on", "2026-01-21")
    assert "; rule set reviewed by Dr B. Later on 2026-01-21." in shell("site")
    assert "needs its clinical review" not in shell("site", "--remove")
    assert shell.json("rules")["rule_set"]["reviewed_by"]["name"] == "Dr A. Reviewer", "the shipped rules were signed before"


def test_a_review_is_not_signed_for_a_day_to_come(shell: Shell) -> None:
    tomorrow = datetime.now().astimezone().date() + timedelta(days=1)
    shell("sign", "--reviewer", "Dr A. Reviewer", "--on", tomorrow.isoformat(), status=1)
    assert "is after today; nothing was recorded" in shell.err
    shell("sign", "--reviewer", " ", status=1)
    assert "needs the name of its reviewer" in shell.err
    assert shell.json("rules")["rule_set"]["reviewed_by"] is None


def test_the_handout_says_who_signed_and_what_the_site_changed(shell: Shell, beside: Path, tmp_path: Path) -> None:
    shell("site", "--accept")
    shell("sign", "--reviewer", "Dr A. Reviewer", "--on", "2026-01-20")
    shell("handout", CASE, "-o", tmp_path / "case.pdf")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(tmp_path / "case.pdf").pages).split())
    assert "rule set reviewed by Dr A. Reviewer on 2026-01-20" in text
    assert "3 site overrides, on the last page" in text
    assert "threshold; no primary source found changed by this site" in text, "on the line of the flag itself"
    assert "Switched off by this site, not judged: Baseline SUVmax above 7 NAC-03." in text
    assert "NAC-03: Switched off by this site: Baseline SUVmax is not used here." in text
