"""A hospital's own changes to the rules: what its file may say, and how each change is judged and shown."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from nacdesk import work
from nacdesk.catalog import FILES, load, site
from nacdesk.charts.build import timeline_chart
from nacdesk.charts.model import ChartView
from nacdesk.domain.explain import explain
from nacdesk.domain.facts import History
from nacdesk.domain.judgements import Review
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog, ClinicalReview, RuleResult
from nacdesk.errors import UserError
from nacdesk.gui.desk import Desk
from nacdesk.interop import review_json, review_text
from nacdesk.interop.read import read
from nacdesk.paths import resources
from nacdesk.storage.store import Store
from tests.domain.cases import Chart, Typed, two_points
from tests.domain.proofread import proofread
from tests.histories import drawn

TEXT = """\
name = "St. Example Hospital"

[change.NAC-01]
thresholds = { decrease_pct = 15 }
severity = "info"
why = "Agreed by the breast board on 2026-10-01"

[off.NAC-03]
why = "Baseline SUVmax is not used here."

[add.SITE-01]
kind = "NAC-02"
name = "Persistent SUV above 3, HER2-positive breast"
thresholds = { suv = 3 }
contexts = ["breast_her2"]
sources = ["breastpet"]
why = "Series of HER2-positive breast cancer"
"""
HEAD = 'name = "H"\n'
LARGER = HEAD + '[change.NAC-01]\nthresholds = { decrease_pct = 15 }\nwhy = "Agreed"\n'


@pytest.fixture(scope="module")
def site_catalog() -> Catalog:
    """The catalogue with the changes of TEXT."""
    return load(site=TEXT)


@pytest.fixture(scope="module")
def samples(catalog: Catalog) -> tuple[History, ...]:
    """The fictitious cases."""
    return tuple(history for path in sorted((resources() / "samples").glob("*.csv")) for history in read([path], catalog).histories)


def judged(chart: Chart, catalog: Catalog) -> Review:
    found = review(chart.history(), catalog)
    proofread(found)
    return found


def pets(*values: Typed, context: str | None = "breast_her2") -> Chart:
    """A PET before treatment and one after each further cycle."""
    chart = Chart(context=context, cycles=4)
    for number, value in enumerate(values):
        chart.at(f"after C{number}" if number else "baseline", 21 * number if number else -7).size("primary", 30)
        chart.add("pet.suvmax", value, lesion="primary", method="PET/CT")
    return chart


# The file


def test_a_site_file_changes_switches_off_and_adds(catalog: Catalog, site_catalog: Catalog) -> None:
    assert (catalog.site, catalog.overrides) == ("", ())
    assert site_catalog.site == "St. Example Hospital"
    assert site_catalog.overrides == (
        "NAC-01: Threshold decrease_pct 10 → 15, severity watch → note, changed by this site: Agreed by the breast board on 2026-10-01.",
        "SITE-01: Added by this site, judged as NAC-02 with threshold suv 5 → 3: Series of HER2-positive breast cancer.",
        "NAC-03: Switched off by this site: Baseline SUVmax is not used here.",
    )
    untouched = set(catalog.rules) - {"NAC-01", "NAC-03"}
    assert {key: site_catalog.rules[key] for key in untouched} == {key: catalog.rules[key] for key in untouched}
    assert replace(site_catalog, rules=catalog.rules, digest=catalog.digest, site="", overrides=()) == catalog


def test_a_changed_threshold_changes_value_and_words(site_catalog: Catalog) -> None:
    rule = site_catalog.rules["NAC-01"]
    assert rule.number("decrease_pct") == Decimal(15)
    assert rule.number("short_cycle_days") == Decimal(14)
    assert rule.name == "Shrinkage below 15 % after 2 to 3 cycles"
    assert "by less than 15 %" in rule.says
    assert rule.boundary.startswith("exactly 15 % is not flagged")
    assert rule.severity == "info"
    assert (rule.by_site, rule.mark) == (rule.changed, "changed by this site")


def test_an_own_rule_is_its_kind_with_the_numbers_of_the_site(catalog: Catalog, site_catalog: Catalog) -> None:
    own, kind = site_catalog.rules["SITE-01"], catalog.rules["NAC-02"]
    assert list(site_catalog.rules)[1:3] == ["NAC-02", "SITE-01"]
    assert (own.kind, own.number("suv"), own.contexts, own.sources) == ("NAC-02", Decimal(3), ("breast_her2",), ("breastpet",))
    assert own.boundary == "exactly 3 is not flagged"
    assert (own.flag, own.tally, own.raises_band, own.severity) == (kind.flag, kind.tally, kind.raises_band, kind.severity)
    assert (own.grade, own.status, own.mark) == ("D", "site", "rule of this site")
    assert site_catalog.own("NAC-02") == ("SITE-01",)
    assert site_catalog.own("NAC-01") == ()


def test_a_threshold_that_the_catalogue_leaves_to_the_site_is_set() -> None:
    found = load(site=HEAD + '[change.NAC-04]\nthresholds = { adc = 900 }\nwhy = "w"\n').rules["NAC-04"]
    assert found.number("adc") == Decimal(900)
    assert found.changed == "Threshold adc not set → 900, changed by this site: w."


def test_a_range_is_changed_as_a_range() -> None:
    found = load(site=HEAD + '[change.NAC-01]\nthresholds = { cycles = [3, 4] }\nwhy = "w"\n').rules["NAC-01"]
    assert found.pair("cycles") == (Decimal(3), Decimal(4))
    assert found.name == "Shrinkage below 10 % after 3 to 4 cycles"
    assert found.changed.startswith("Threshold cycles 2 to 3 → 3 to 4, ")


def test_several_rules_of_one_kind_stand_behind_it() -> None:
    text = HEAD + "".join(f'[add.SITE-{number:02}]\nkind = "NAC-02"\nname = "n{number}"\nthresholds = {{ suv = {number} }}\nwhy = "w"\n' for number in (7, 4))
    found = load(site=text)
    assert list(found.rules)[1:4] == ["NAC-02", "SITE-07", "SITE-04"]
    assert found.own("NAC-02") == ("SITE-07", "SITE-04")


CHANGE, OFF, ADD = HEAD + '[change.NAC-01]\nwhy = "w"\n', HEAD + "[off.NAC-03]\n", HEAD + '[add.SITE-01]\nkind = "NAC-02"\nname = "n"\nwhy = "w"\n'

REFUSED: Mapping[str, tuple[str, str]] = {
    "no TOML": ("name = 'H'\nchange", r"site file: .*(line 2|end of document)"),
    "empty": ("", r"site file, name: the key is missing"),
    "blank name": ('name = " "', r"site file, name: must be text"),
    "name a number": ("name = 1", r"site file, name: must be text"),
    "directive name": ('name = "You must"', r"site file\.name: the directive words “must”"),
    "unknown section": (HEAD + "[replace]\n", r"site file, replace: unknown key"),
    "section no table": (HEAD + "change = 1\n", r"site file, change: must be a table"),
    "unknown rule": (HEAD + '[change.NAC-99]\nthresholds = { suv = 1 }\nwhy = "w"\n', r"change\.NAC-99: unknown rule “NAC-99”"),
    "own rule changed": (HEAD + '[change.SITE-01]\nthresholds = { suv = 1 }\nwhy = "w"\n', r"change\.SITE-01: unknown rule"),
    "unknown key": (CHANGE + "grade = 'A'\n", r"change\.NAC-01\.grade: unknown key"),
    "no why": (HEAD + "[change.NAC-01]\nthresholds = { decrease_pct = 15 }\n", r"change\.NAC-01\.why: the key is missing"),
    "blank why": (HEAD + '[change.NAC-01]\nthresholds = { decrease_pct = 15 }\nwhy = ""\n', r"change\.NAC-01\.why: must be text, not blank"),
    "directive why": (HEAD + '[change.NAC-01]\nthresholds = { decrease_pct = 15 }\nwhy = "we should"\n', r"change\.NAC-01\.why: the directive words “should”"),
    "nothing changed": (CHANGE, r"change\.NAC-01: neither a threshold nor the severity is changed"),
    "same severity": (CHANGE + 'severity = "watch"\n', r"change\.NAC-01: neither a threshold nor the severity is changed"),
    "unknown severity": (CHANGE + 'severity = "note"\n', r"change\.NAC-01\.severity: 'note' is none of alert, watch, info"),
    "unknown threshold": (CHANGE + "thresholds = { suv = 15 }\n", r"change\.NAC-01\.thresholds\.suv: unknown threshold; those of NAC-01 are decrease_pct, cycles"),
    "threshold as text": (CHANGE + 'thresholds = { decrease_pct = "15" }\n', r"change\.NAC-01\.thresholds\.decrease_pct: must be a number"),
    "threshold true": (CHANGE + "thresholds = { decrease_pct = true }\n", r"change\.NAC-01\.thresholds\.decrease_pct: must be a number"),
    "threshold infinite": (CHANGE + "thresholds = { decrease_pct = inf }\n", r"change\.NAC-01\.thresholds\.decrease_pct: must be a number"),
    "number as range": (CHANGE + "thresholds = { decrease_pct = [10, 15] }\n", r"change\.NAC-01\.thresholds\.decrease_pct: must be a number"),
    "range as number": (CHANGE + "thresholds = { cycles = 2 }\n", r"change\.NAC-01\.thresholds\.cycles: must be 2 rising numbers"),
    "range of three": (CHANGE + "thresholds = { cycles = [2, 3, 4] }\n", r"change\.NAC-01\.thresholds\.cycles: must be 2 rising numbers"),
    "range upside down": (CHANGE + "thresholds = { cycles = [3, 2] }\n", r"change\.NAC-01\.thresholds\.cycles: must be two or more rising numbers"),
    "half a cycle": (CHANGE + "thresholds = { cycles = [2, 2.5] }\n", r"change\.NAC-01\.thresholds\.cycles: must be whole"),
    "half a day": (HEAD + '[change.RES-03]\nthresholds = { window_days = 27.5 }\nwhy = "w"\n', r"change\.RES-03\.thresholds\.window_days: must be whole"),
    "zero": (CHANGE + "thresholds = { decrease_pct = 0 }\n", r"change\.NAC-01\.thresholds\.decrease_pct: must be above zero"),
    "negative": (CHANGE + "thresholds = { decrease_pct = -15 }\n", r"change\.NAC-01\.thresholds\.decrease_pct: must be above zero"),
    "word": (HEAD + '[change.RES-01]\nthresholds = { grace = 1 }\nwhy = "w"\n', r"change\.RES-01\.thresholds\.grace: it is no number and cannot be changed"),
    "no threshold": (HEAD + '[change.REC-13]\nseverity = "info"\nwhy = "w"\n', r"change\.REC-13: REC-13 has no threshold"),
    "classes crossed": (HEAD + '[change.PTH-01]\nthresholds = { I_max = 4 }\nwhy = "w"\n', r"change\.PTH-01\.thresholds: I_max must not be above II_max"),
    "off unknown": (HEAD + '[off.NAC-99]\nwhy = "w"\n', r"off\.NAC-99: unknown rule"),
    "off no why": (OFF, r"off\.NAC-03\.why: the key is missing"),
    "off more": (OFF + 'why = "w"\nseverity = "info"\n', r"off\.NAC-03\.severity: unknown key"),
    "off directive": (OFF + 'why = "is indicated"\n', r"off\.NAC-03\.why: the directive words"),
    "off without flag": (HEAD + '[off.REC-08]\nwhy = "w"\n', r"off\.REC-08: other rules rest on it"),
    "off and changed": (HEAD + '[off.NAC-02]\nwhy = "w"\n[change.NAC-02]\nthresholds = { suv = 4 }\nwhy = "w"\n', r"off\.NAC-02: it is changed as well"),
    "off no table": (HEAD + "[off]\nNAC-03 = true\n", r"off\.NAC-03: must be a table"),
    "own id": (ADD.replace("SITE-01", "SITE-1"), r"add\.SITE-1: a rule of a site's own is named SITE- and two digits"),
    "shipped id": (ADD.replace("SITE-01", "NAC-06"), r"add\.NAC-06: a rule of a site's own is named"),
    "no kind": (ADD.replace('kind = "NAC-02"\n', ""), r"add\.SITE-01\.kind: the key is missing"),
    "unknown kind": (ADD.replace('"NAC-02"', '"NAC-99"'), r"add\.SITE-01\.kind: unknown rule “NAC-99”"),
    "own kind": (ADD.replace('"NAC-02"', '"SITE-01"'), r"add\.SITE-01\.kind: unknown rule"),
    "kind without flag": (ADD.replace('"NAC-02"', '"REC-08"'), r"add\.SITE-01\.kind: REC-08 raises no flag"),
    "kind without threshold": (ADD.replace('"NAC-02"', '"REC-13"'), r"add\.SITE-01: REC-13 has no threshold"),
    "own directive": (ADD.replace('name = "n"', 'name = "Switch to it"'), r"add\.SITE-01\.name: the directive words “Switch to”"),
    "own context": (ADD + 'contexts = ["breast"]\n', r"add\.SITE-01\.contexts: unknown context “breast”"),
    "own no context": (ADD + "contexts = []\n", r"add\.SITE-01\.contexts: must be a list with at least one entry"),
    "own source": (ADD + 'sources = ["mine"]\n', r"add\.SITE-01\.sources: unknown source “mine”"),
    "own key": (ADD + "flag = false\n", r"add\.SITE-01\.flag: unknown key"),
    "own threshold": (ADD + "thresholds = { adc = 1 }\n", r"add\.SITE-01\.thresholds\.adc: unknown threshold"),
    "own shape": (ADD + "thresholds = { suv = [1, 2] }\n", r"add\.SITE-01\.thresholds\.suv: must be a number"),
    "own blank why": (ADD.replace('why = "w"', 'why = " "'), r"add\.SITE-01\.why: must be text, not blank"),
    "own twice": (ADD + ADD.removeprefix(HEAD), r"site file: .*line 6"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_H16_a_site_file_that_makes_no_sense_is_refused_with_its_place(name: str) -> None:
    text, place = REFUSED[name]
    with pytest.raises(UserError, match=place) as refused:
        load(site=text)
    assert refused.value.sentence.startswith("The site's rules were refused: site file")
    assert "the rules in force stay as they are" in refused.value.remedy


def test_the_file_lies_beside_the_store(tmp_path: Path) -> None:
    assert site.beside(tmp_path / "cases.nac") == tmp_path / "cases.site.toml"


def test_a_site_file_is_read_as_text_whatever_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "cases.site.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert site.read_text(path) == TEXT


def test_a_site_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cases.site.toml"
    with pytest.raises(UserError, match="There is no site file"):
        site.read_text(path)
    path.write_bytes(b'name = "\xff"')
    with pytest.raises(UserError, match=r"cases\.site\.toml is not UTF-8"):
        site.read_text(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(UserError, match=r"cases\.site\.toml cannot be read"):
        site.read_text(path)


# The digest


def test_H16_the_text_of_the_site_belongs_to_the_digest(catalog: Catalog, site_catalog: Catalog) -> None:
    assert re.fullmatch("[0-9a-f]{64}", site_catalog.digest)
    assert site_catalog.digest != catalog.digest
    assert load(site=TEXT).digest == site_catalog.digest
    assert load(site=TEXT + "# later\n").digest != site_catalog.digest
    assert load(site=TEXT.replace("15", "14")).digest != site_catalog.digest


def test_H16_the_shipped_review_does_not_speak_of_a_changed_rule_set(tmp_path: Path, catalog: Catalog) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes((resources() / "catalog" / name).read_bytes())
    (tmp_path / "review.toml").write_text(f'by = "Dr A. Reviewer"\non = 2026-11-30\ndigest = "{catalog.digest}"\n')
    assert load(tmp_path).reviewed is not None
    assert load(tmp_path, site=TEXT).reviewed is None


# The judging


@pytest.mark.parametrize(("size", "shrinkage", "state"), [("85.1", "14.9", "met"), ("85", "15.0", "not_met"), ("84.9", "15.1", "not_met")])
def test_H15_a_changed_threshold_stands_where_it_says(size: str, shrinkage: str, state: str, site_catalog: Catalog) -> None:
    found = judged(two_points(100, size), site_catalog).latest["NAC-01"]
    assert (found.state, found.threshold, found.severity) == (state, Decimal(15), "info")
    assert f"\u2212{shrinkage} %" in found.sentence


@pytest.mark.parametrize("size", ["90.1", "90", "89.9", "85.1"])
def test_the_shipped_rule_is_left_as_it_was(size: str, catalog: Catalog) -> None:
    found = judged(two_points(100, size), catalog).latest["NAC-01"]
    assert (found.state, found.threshold, found.severity) == ("met" if size == "90.1" else "not_met", Decimal(10), "watch")


@pytest.mark.parametrize(("suv", "state"), [("2.9", "not_met"), ("3", "not_met"), ("3.1", "met")])
def test_H15_the_threshold_of_an_own_rule_stands_where_it_says(suv: str, state: str, site_catalog: Catalog) -> None:
    found = judged(pets("4", suv), site_catalog).latest["SITE-01"]
    assert (found.state, found.threshold, found.rule) == (state, Decimal(3), "SITE-01")


def test_an_own_rule_flags_beside_its_kind(catalog: Catalog, site_catalog: Catalog) -> None:
    both = judged(pets("9", "8"), site_catalog)
    assert {flag.result.rule for flag in both.flags} >= {"NAC-02", "SITE-01"}
    assert [flag.number for flag in both.flags] == list(range(1, len(both.flags) + 1))
    alone = judged(pets("4", "3.5"), site_catalog)
    assert "SITE-01" in {flag.result.rule for flag in alone.flags}
    assert alone.latest["NAC-02"].state == "not_met"
    assert judged(pets("4", "3.5"), catalog).latest["NAC-02"] == alone.latest["NAC-02"]
    pet = next(answer for answer in alone.answers if answer.label.startswith("PET"))
    assert pet.severity == "watch", "the answer shows the gravest flag behind it, an own rule's too"


def test_an_own_rule_is_counted_once_in_the_tally(catalog: Catalog, site_catalog: Catalog) -> None:
    chart = pets("4", "3.5")
    before, after = judged(chart, catalog).tally["metabolic"], judged(chart, site_catalog).tally["metabolic"]
    assert (after.met, after.evaluable, after.not_evaluable) == (before.met + 1, before.evaluable + 1, before.not_evaluable)


@pytest.mark.parametrize(("context", "state"), [("breast_her2", "met"), ("breast_tnbc", "not_applicable"), (None, "not_evaluable")])
def test_an_own_rule_is_judged_in_its_tumours_alone(context: str | None, state: str, site_catalog: Catalog) -> None:
    found = judged(pets("4", "3.5", context=context), site_catalog)
    assert found.latest["SITE-01"].state == state
    assert ("SITE-01" in {one.rule for one in found.cannot}) == (state == "not_evaluable")
    assert found.latest["NAC-02"].state == "not_met"


def test_an_own_rule_without_contexts_takes_those_of_its_kind(catalog: Catalog) -> None:
    text = HEAD + '[add.SITE-01]\nkind = "MRK-02"\nname = "n"\nwhy = "w"\n'
    assert load(site=text).rules["SITE-01"].contexts == catalog.rules["MRK-02"].contexts != ()
    assert load(site=ADD).rules["SITE-01"].contexts == ()


def test_an_own_rule_with_the_numbers_of_its_kind_says_what_its_kind_says(catalog: Catalog, samples: tuple[History, ...]) -> None:
    def content(results: tuple[RuleResult, ...], rule: str) -> list[RuleResult]:
        return [replace(one, rule="", sentence="") for one in results if one.rule == rule]

    kinds = [rule for rule in catalog.rules.values() if rule.flag and rule.thresholds]
    assert len(kinds) > 25
    for kind in kinds:
        own = load(site=ADD.replace('"NAC-02"', f'"{kind.id}"'))
        for history in samples[:4]:
            found = review(history, own)
            if not kind.contexts or history.case.context in kind.contexts:
                assert content(found.rules, "SITE-01") == content(found.rules, kind.id), kind.id
            else:
                assert found.latest["SITE-01"].state == "not_applicable", kind.id


def test_an_own_rule_of_shrinkage_spares_the_band_in_bone(catalog: Catalog) -> None:
    own = load(site=LARGER.replace("change.NAC-01", "add.SITE-01").replace("[add.SITE-01]\n", '[add.SITE-01]\nkind = "NAC-01"\nname = "n"\n'))
    chart = two_points(100, 88)
    assert (judged(chart, own).band or "").startswith("single-domain")
    chart.case = replace(chart.case, context="osteosarcoma")
    found = judged(chart, own)
    assert found.latest["SITE-01"].state == "met"
    assert (found.band or "none").startswith("none")


@pytest.mark.parametrize("history", ["met", "not met", "without PET"])
def test_H18_a_rule_that_is_off_is_shown_as_off_and_never_flags(history: str, catalog: Catalog, site_catalog: Catalog) -> None:
    chart = {"met": pets("9", "4"), "not met": pets("4", "4"), "without PET": two_points(100, 80)}[history]
    before, after = judged(chart, catalog), judged(chart, site_catalog)
    assert before.latest["NAC-03"].state == {"met": "met", "not met": "not_met", "without PET": "not_evaluable"}[history]
    (off,) = [one for one in after.rules if one.rule == "NAC-03"]
    assert off == after.latest["NAC-03"]
    assert (off.state, off.reason, off.value, off.evidence) == ("not_applicable", "Switched off by this site: Baseline SUVmax is not used here.", None, ())
    for listed in (after.cannot, after.clear, [flag.result for flag in after.flags]):
        assert "NAC-03" not in {one.rule for one in listed}
    context, was = after.tally["context"], before.tally["context"]
    judged_before = before.latest["NAC-03"].state != "not_evaluable"
    assert (context.evaluable, context.not_evaluable) == (was.evaluable - judged_before, was.not_evaluable - (not judged_before))


def test_a_rule_that_is_off_feeds_neither_the_band_nor_other_rules(catalog: Catalog) -> None:
    chart = two_points(100, 95)
    before, after = judged(chart, catalog), judged(chart, load(site=HEAD + '[off.NAC-01]\nwhy = "w"\n'))
    assert (before.latest["NAC-01"].state, before.latest["RES-02"].state) == ("met", "met")
    assert before.band is not None
    assert before.band.startswith("single-domain")
    assert after.latest["RES-02"].state == "not_met"
    assert after.band is None or after.band.startswith("none")
    assert after.tally["anatomic"].met == before.tally["anatomic"].met - 1


def test_the_concern_band_can_be_switched_off(catalog: Catalog) -> None:
    chart = two_points(100, 95)
    after = judged(chart, load(site=HEAD + '[off.SCO-02]\nwhy = "w"\n'))
    assert judged(chart, catalog).band is not None
    assert after.band is None
    assert after.latest["SCO-02"].state == "not_applicable"
    assert "Concern band: switched off by this site" in review_text.to_text(after)


def test_a_pattern_that_is_off_is_named_where_none_is_met() -> None:
    found = judged(two_points(100, 95), load(site=HEAD + '[off.RES-02]\nwhy = "w"\n'))
    pattern = found.answers[-1]
    assert (pattern.value, pattern.severity) == ("none met", None)
    assert pattern.note.endswith("· RES-02 switched off by this site")


def test_every_flagging_rule_can_be_off_in_every_case(catalog: Catalog, samples: tuple[History, ...]) -> None:
    for rule in (rule for rule in catalog.rules.values() if rule.flag):
        off = load(site=HEAD + f'[off.{rule.id}]\nwhy = "w"\n')
        for history in samples[:4]:
            found = review(history, off)
            proofread(found)
            assert [one.state for one in found.rules if one.rule == rule.id] == ["not_applicable"], rule.id
            assert all(flag.result.rule != rule.id for flag in found.flags)


def test_a_limb_is_never_graver_than_its_rule() -> None:
    chart = two_points(100, 95)
    found = judged(chart, load(site=HEAD + '[change.RES-02]\nseverity = "info"\nwhy = "w"\n')).latest["RES-02"]
    assert (found.state, found.severity) == ("met", "info")


def test_what_is_left_alone_is_judged_as_before(catalog: Catalog, site_catalog: Catalog, samples: tuple[History, ...]) -> None:
    touched = {"NAC-01", "NAC-03", "SITE-01", "RES-02", "SCO-01", "SCO-02"}
    for history in samples:
        before, after = review(history, catalog), review(history, site_catalog)
        proofread(after)
        assert [one for one in after.rules if one.rule not in touched] == [one for one in before.rules if one.rule not in touched]
        assert after.visits == before.visits
        assert after.best == before.best


# Wherever the rule speaks


def test_a_change_stands_beside_its_rule_in_text_and_json(site_catalog: Catalog) -> None:
    found = judged(pets("9", "8"), site_catalog)
    text = review_text.to_text(found)
    for key in ("SITE-01", "NAC-03"):
        assert site_catalog.rules[key].by_site in text
    assert "3 rules changed by St. Example Hospital" in text
    data = review_json.to_json(found)
    assert (data["rule_set"]["site"], data["rule_set"]["overrides"]) == ("St. Example Hospital", list(site_catalog.overrides))
    told = {row["id"]: row["changed"] for row in data["rules"]}
    assert {key for key, words in told.items() if words} == {"NAC-01", "NAC-03", "SITE-01"}
    assert told["NAC-01"] == site_catalog.rules["NAC-01"].changed
    assert told["NAC-03"] == site_catalog.rules["NAC-03"].off
    own = review_json.rule(site_catalog.rules["SITE-01"])
    assert (own["kind"], own["changed"]) == ("NAC-02", site_catalog.rules["SITE-01"].changed)
    assert review_json.rule(site_catalog.rules["NAC-02"])["changed"] is None


def test_every_result_is_explained_with_what_the_site_changed(site_catalog: Catalog) -> None:
    found = judged(pets("9", "8"), site_catalog)
    for key in ("NAC-01", "NAC-03", "SITE-01"):
        lines = [line for part in explain(found.latest[key], found).about for line in part.lines]
        assert site_catalog.rules[key].by_site in lines


def test_the_chart_draws_the_limits_in_force(catalog: Catalog, site_catalog: Catalog) -> None:
    def limits(chart: Chart, rules: Catalog) -> list[tuple[str, float]]:
        panel = next(panel for panel in timeline_chart(review(chart.history(), rules), ChartView()).panels if panel.key == "suv")
        assert [band.y0 for band in panel.bands] == [line.y for line in panel.thresholds if "baseline" not in line.label]
        return [(line.label, line.y) for line in panel.thresholds]

    assert limits(pets("9", "8"), catalog) == [("SUV 5", 5.0), ("7 baseline", 7.0)]
    assert limits(pets("9", "8"), site_catalog) == [("SUV 5", 5.0), ("SUV 3", 3.0)]
    assert limits(pets("9", "8", context="nsclc"), site_catalog) == [("SUV 5", 5.0)]
    assert limits(pets("9", "8"), load(site=HEAD + '[off.NAC-02]\nwhy = "w"\n')) == [("7 baseline", 7.0)]


# In force, proposed, signed


def test_H16_a_proposal_is_not_in_force(tmp_path: Path, catalog: Catalog) -> None:
    with Store.create(tmp_path / "cases.nac", catalog, by="A") as store:
        assert work.proposal(store) is None
        beside = site.beside(store.path)
        beside.write_text(TEXT)
        assert work.proposal(store) == TEXT
        assert work.in_force(store) is catalog, "without site rules nothing is parsed again"
        store.accept_site_rules(TEXT)
        assert work.proposal(store) is None
        store.catalog = work.in_force(store)
        assert store.catalog == load(site=TEXT)
        beside.write_text(TEXT + "# later\n")
        assert work.proposal(store) == TEXT + "# later\n"
        assert work.in_force(store) == load(site=TEXT)
        beside.unlink()
        assert work.proposal(store) == ""
        assert work.in_force(store) == load(site=TEXT)
        store.accept_site_rules(None)
        assert work.proposal(store) is None
        assert work.in_force(store) == catalog


def test_H16_a_signature_holds_for_the_rule_set_that_was_signed(tmp_path: Path, catalog: Catalog) -> None:
    with Store.create(tmp_path / "cases.nac", catalog, by="A") as store:
        store.sign_rules(catalog.digest, "Dr A. Reviewer", date(2026, 11, 20))
        assert work.in_force(store).reviewed == ClinicalReview("Dr A. Reviewer", "2026-11-20", "")
        store.accept_site_rules(TEXT)
        changed = work.in_force(store)
        assert changed.reviewed is None
        assert changed.standing == "rule set not clinically reviewed"
        store.sign_rules(changed.digest, "Dr B. Later", date(2026, 11, 21))
        assert work.in_force(store).standing == "rule set reviewed by Dr B. Later on 2026-11-21"
        store.accept_site_rules(TEXT + "# later\n")
        assert work.in_force(store).reviewed is None
        store.accept_site_rules(None)
        assert work.in_force(store).standing == "rule set reviewed by Dr A. Reviewer on 2026-11-20"


def test_accepted_rules_that_fit_no_more_judge_nothing(tmp_path: Path, catalog: Catalog) -> None:
    with Store.create(tmp_path / "cases.nac", catalog, by="A") as store:
        store.accept_site_rules(HEAD + '[off.NAC-99]\nwhy = "a rule of an older version"\n')
        with pytest.raises(UserError, match=r"do not fit this version.*off\.NAC-99: unknown rule") as refused:
            work.in_force(store)
        assert "nacdesk site --remove" in refused.value.remedy


def test_the_window_judges_by_what_is_in_force(tmp_path: Path, catalog: Catalog) -> None:
    plain, sited, broken = (tmp_path / f"{name}.nac" for name in ("plain", "sited", "broken"))
    for path, text in ((plain, None), (sited, TEXT), (broken, HEAD + "[off.NAC-99]\nwhy = 'w'\n")):
        with Store.create(path, catalog, by="A") as store:
            store.add([drawn()], "Add")
            store.accept_site_rules(text)
    desk = Desk("tests")
    assert desk.open(sited).catalog == load(site=TEXT)
    assert desk.snapshot("D-100482", None).review.catalog.site == "St. Example Hospital"
    with pytest.raises(UserError, match="do not fit this version"):
        desk.open(broken)
    assert desk.store.path == sited, "the store before stays open"
    assert desk.open(plain).catalog == catalog
    assert desk.snapshot("D-100482", None).review.catalog.site == ""
    desk.close()
    Store.open(broken, catalog, by="A").close()  # its lock was given back


# The flags that change


def changes(histories: list[History], old: Catalog, new: Catalog) -> set[tuple[str, str, str, str]]:
    return {(one.case, one.rule, one.before, one.after) for one in work.flag_changes(histories, old, new)}


def test_the_flags_that_change_are_listed_in_words(catalog: Catalog, site_catalog: Catalog) -> None:
    met, more = two_points(100, 95).history(), two_points(100, 88).history()
    assert changes([met], catalog, site_catalog) == {("D-1", "NAC-01", "◆ watch", "● note"), ("D-1", "NAC-03", "not evaluable", "switched off")}
    assert ("D-1", "NAC-01", "not met", "met") in changes([more], catalog, site_catalog)
    assert ("D-1", "RES-02", "not met", "met") in changes([more], catalog, site_catalog), "a rule that rests on a changed one"
    assert ("D-1", "NAC-01", "met", "not met") in changes([more], site_catalog, catalog)
    pet = pets("9", "8").history()
    assert {("D-1", "SITE-01", "added", "met"), ("D-1", "NAC-03", "met", "switched off")} <= changes([pet], catalog, site_catalog)
    assert {("D-1", "SITE-01", "met", "gone"), ("D-1", "NAC-03", "switched off", "met")} <= changes([pet], site_catalog, catalog)


def test_what_does_not_apply_is_no_change(catalog: Catalog, site_catalog: Catalog) -> None:
    lung = pets("9", "8", context="nsclc").history()
    assert "SITE-01" not in {rule for _, rule, _, _ in changes([lung], catalog, site_catalog)}
    assert work.flag_changes([lung, drawn()], site_catalog, site_catalog) == ()


def test_changes_come_case_by_case_with_the_name_of_the_rule(catalog: Catalog, site_catalog: Catalog, samples: tuple[History, ...]) -> None:
    found = work.flag_changes(samples, catalog, site_catalog)
    assert [one.case for one in found] == sorted((one.case for one in found), key=[history.case.key for history in samples].index)
    for one in found:
        assert one.name == site_catalog.rules[one.rule].name
        assert site_catalog.rules[one.rule].flag
        assert one.before != one.after
