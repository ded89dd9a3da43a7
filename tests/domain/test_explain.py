"""Whatever a rule says of a case can be explained, and nothing in the words is an id or a slip."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from nacdesk.domain.explain import GRADES, STANDING, Explanation, explain, fact_line, named, state_words, thresholds
from nacdesk.domain.judgements import Review
from nacdesk.domain.rules import RuleResult, State
from nacdesk.interop.read import read
from nacdesk.paths import resources
from tests.domain.cases import Chart, catalog, judge, two_points
from tests.domain.proofread import FORBIDDEN, HYPHEN_FOR_MINUS, SLIPS

SAMPLES = sorted((resources() / "samples").glob("*.csv"))
DATED = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4} · |no date · |\d{4}(?:-\d{2})? · ")


def explained(path: Path) -> tuple[Review, list[tuple[RuleResult, Explanation]]]:
    review = judge(read([path], catalog(), fictitious=True).histories[0])
    return review, [(result, explain(result, review)) for result in review.rules]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_result_of_the_fictitious_cases_can_be_explained(path: Path) -> None:
    review, pairs = explained(path)
    assert len(pairs) == len(review.rules) > 90
    for result, found in pairs:
        rule = review.catalog.rules[result.rule]
        assert (found.rule, found.name, found.sentence) == (rule.id, rule.name, result.sentence)
        if result.state == "not_evaluable":
            assert found.reason, rule.id
            assert found.state == "Not evaluable"
            assert found.reason in found.case[0].lines[1].casefold() or found.reason[1:] in found.case[0].lines[1], rule.id
        elif result.state in ("met", "not_met"):
            assert found.inputs, f"{rule.id}: {result.sentence}"
            assert found.formula or result.value is None, rule.id
        headings = [part.heading for part in found.about]
        assert {"The rule", "Needs", "Evidence", "Sources"} <= set(headings)
        assert GRADES[rule.grade] in str(found.about)
        assert found.about[headings.index("Sources")].to == rule.sources


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_inputs_are_recorded_facts_with_date_and_visit(path: Path) -> None:
    review, pairs = explained(path)
    names = [visit.name for visit in review.history.visits]
    for result, found in pairs:
        if review.catalog.rules[result.rule].domain == "score":
            continue
        assert len(found.inputs) == len(result.evidence)
        for line in found.inputs:
            assert DATED.match(line), line
            assert any(f" · {name} · " in line for name in names), line


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_words_are_finished(path: Path) -> None:
    review, pairs = explained(path)
    ids = re.compile("|".join(re.escape(key) for key in review.catalog.analytes) + "|not_met|not_evaluable")
    for _, found in pairs:
        lines = [line for part in found.case for line in part.lines]
        for line in (*lines, found.visit, *found.missing):
            for fault in (FORBIDDEN, HYPHEN_FOR_MINUS, SLIPS, ids):
                assert fault.search(line) is None, f"{found.rule}: {fault.search(line)} in {line}"


def test_the_comparison_of_a_partial_response_names_both_ends() -> None:
    review = two_points(50, 30).review()
    found = explain(next(one for one in review.rules if one.rule == "REC-08"), review)
    assert found.state == "Met"
    assert found.formula == "(50 − 30) / 50 × 100 = 40.0 % ≥ 30 %"
    assert len(found.inputs) >= 2
    assert any("baseline" in line for line in found.inputs)
    assert found.baseline
    assert found.baseline[0].startswith("Tumour size: baseline")


def test_a_sum_shows_its_parts_and_a_change_both_sums() -> None:
    chart = Chart(cycles=3).at("baseline", -7).sizes(primary="31.5", second=16).at("after C2", 42).sizes(primary=30, second="8.0").new("no")
    review = chart.review()
    found = {(one.rule, visit.visit.name): explain(one, review) for one in review.rules if (visit := review.visit(one.visit or "")) is not None}
    assert found["REC-04", "baseline"].formula == "31.5 + 16 = 47.5 mm"
    assert found["KIN-01", "after C2"].formula == "(38.0 − 47.5) / 47.5 × 100 = −20.0 %"
    assert found["KIN-07", "after C2"].formula == "(38.0 − 47.5) / 47.5 × 100 = −20.0 %, beyond −19.2 % to +19.5 %"
    for rule in ("REC-08", "REC-09", "KIN-01", "KIN-07", "NAC-01"):
        assert {line.split(" · ")[1] for line in found[rule, "after C2"].inputs} == {"baseline", "after C2"}, rule
    assert {line.split(" · ")[1] for line in found["REC-06", "after C2"].inputs} == {"baseline"}
    best = explain(review.latest["REC-15"], review)
    assert {line.split(" · ")[1] for line in best.inputs} == {"baseline", "after C2"}
    assert len(explain(review.latest["REC-03"], review).inputs) == 2


def test_the_nadir_is_among_the_inputs_of_what_is_measured_from_it() -> None:
    review = two_points(50, 40, 50).review()
    found = explain(review.latest["REC-09"], review)
    assert [line.split(" · ")[1] for line in found.inputs if "Tumour diameter" in line] == ["baseline", "after C2", "after C3"]


@pytest.mark.parametrize(("later", "formula"), [
    ("0.8", "(8.0 − 0.8) / 8.0 × 100 = 90.0 % ≥ 90 %"), ("4.0", "(8.0 − 4.0) / 8.0 × 100 = 50.0 % ≥ 50 %"), ("7.0", "(8.0 − 7.0) / 8.0 × 100 = 12.5 % ≥ 50 %"),
])  # fmt: skip
def test_a_molecular_response_shows_the_tier_it_is_held_against(later: str, formula: str) -> None:
    review = Chart(cycles=2).at("baseline", -3).add("ctdna.vaf", "8.0").at("C2", 21).add("ctdna.vaf", later).review()
    assert explain(review.latest["CTD-07"], review).formula == formula


def test_not_detected_shows_the_least_fall() -> None:
    review = Chart(cycles=2).at("baseline", -3).add("ctdna.vaf", "12.0").at("C2", 21).add("ctdna.vaf", "ND", limit="0.1").review()
    assert explain(review.latest["CTD-04"], review).formula == "(12.0 − 0.1) / 12.0 × 100 ≥ 99.1 %"


def test_a_sampling_limit_shows_both_its_inputs() -> None:
    review = Chart().at("baseline", -3).add("ctdna.hge_input", 5000).add("ctdna.markers", 2).review()
    found = explain(review.latest["CTD-03"], review)
    assert found.formula == "−ln(1 − 0.95) / (5000 × 2) = 0.000300"
    assert len(found.inputs) == 2


def test_a_rise_that_does_not_stand_shows_the_difference() -> None:
    review = Chart(cycles=3).at("baseline", -3).add("marker.ca153", 40).at("C2", 21).add("marker.ca153", "49.9").review()
    found = explain(review.latest["MRK-07"], review)
    assert found.formula == "49.9 − 40 = 9.9 U/mL"
    assert len(found.inputs) == 2


def test_resistance_rests_on_the_assessment_it_names() -> None:
    review = two_points(50, 30, 30).review()
    for rule in ("RES-01", "RES-02", "RES-03", "RES-04"):
        one = review.latest[rule]
        assert one.state == "not_met", one.sentence
        visit = review.visit(one.visit or "")
        assert visit is not None
        assert visit.size is not None
        assert one.evidence == visit.size.evidence


def test_what_only_works_something_out_is_not_called_met() -> None:
    review = two_points(50, 30).review()
    words = {one.rule: state_words(one, review.catalog.rules[one.rule]) for one in review.rules if one.state == "met"}
    assert {words[rule] for rule in ("REC-04", "REC-06", "REC-15", "KIN-01", "SCO-01")} == {"Worked out"}
    assert words["REC-08"] == "Met"
    flags = {flag.result.rule for flag in review.flags}
    assert all(words[rule] == "Met" for rule in flags)


def test_a_count_names_the_criteria_behind_it() -> None:
    review = two_points(50, 48).review()
    found = explain(next(one for one in review.rules if one.rule == "SCO-01"), review)
    assert any(re.match(r"anatomic: met .*NAC-01", line) for line in found.inputs), found.inputs


def test_missing_facts_are_called_by_their_names() -> None:
    review = two_points(50, 30).review()
    result = next(one for one in review.rules if one.rule == "NAC-05")
    assert result.missing == ("path.viable",)
    found = explain(result, review)
    assert found.missing == ("Viable tumour",)
    assert "path." not in str(found.case)
    assert named("pet.sulpeak at baseline", review.catalog) == f"{review.catalog.analytes['pet.sulpeak'].name} at baseline"
    assert named("no.such thing", review.catalog) == "no.such thing"


def test_a_value_without_a_formula_of_its_own_shows_its_comparison() -> None:
    review = two_points(50, 30).review()
    base = next(one for one in review.rules if one.rule == "REC-06")
    bare = replace(base, formula="", value=Decimal("5.02"), value_is="SUVmax", operator=">", threshold=Decimal(5), unit="g/mL")
    assert explain(bare, review).formula == "SUVmax 5.02 g/mL > 5 g/mL"
    assert explain(replace(bare, operator=None, threshold=None, value=Decimal(12), unit="days", value_is="days after surgery"), review).formula == "days after surgery 12"
    assert explain(replace(bare, value=None), review).formula == ""
    assert explain(replace(bare, operator=">=", value=Decimal(10)), review).formula == "SUVmax 10 g/mL ≥ 5 g/mL"


def test_a_change_of_the_site_stands_first() -> None:
    shipped = catalog()
    changed = replace(shipped.rules["NAC-01"], changed="Threshold decrease_pct 10 → 15, changed by this site: our audit.")
    off = replace(shipped.rules["NAC-02"], off="Switched off by this site: no PET here.")
    review = two_points(50, 48).review()
    review = replace(review, catalog=replace(shipped, rules={**shipped.rules, "NAC-01": changed, "NAC-02": off}))
    for rule, text in ((changed, changed.changed), (off, off.off)):
        found = explain(review.latest[rule.id], review)
        assert found.about[0].lines == (text,)


def test_thresholds_carry_their_units() -> None:
    rules = catalog().rules
    assert thresholds(rules["NAC-01"]) == ("decrease 10 %", "cycles 2 to 3", "short cycle 14 days", "block 21 days")
    assert thresholds(rules["CTD-06"]) == ("day 14 to 28", "centre 21")
    assert thresholds(rules["RES-06"]) == ("cut-offs 28, 183 and 365",)
    assert thresholds(rules["NAC-05"])[0] == "50 %"
    assert thresholds(rules["RES-01"]) == ("grace cycle length",)
    assert "_" not in " ".join(text for rule in rules.values() for text in thresholds(rule))


def test_every_grade_and_status_has_its_meaning() -> None:
    rules = catalog().rules.values()
    assert {rule.grade for rule in rules} == set(GRADES)
    assert {rule.status for rule in rules} | {"site"} == set(STANDING)


def test_a_fact_says_how_it_came_about() -> None:
    review = two_points(50, 30).review()
    row = replace(review.history.observations[0], uln=Decimal("35.0"), method="CT", reader="A", accepted=True)
    assert fact_line(row, review).endswith("(upper limit 35.0, CT, reader A, accepted)")
    assert fact_line(replace(row, date=None, partial_date="2014-02", lesion=None), review).startswith("2014-02 · ")
    assert fact_line(replace(row, date=None), review).startswith("no date · ")


@pytest.mark.parametrize(("state", "words"), [("met", "Met"), ("not_met", "Not met"), ("not_evaluable", "Not evaluable"), ("not_applicable", "Not applicable")])
def test_each_state_of_a_flag_has_its_words(state: State, words: str) -> None:
    rule = catalog().rules["NAC-02"]
    assert state_words(RuleResult(rule.id, state, "watch", "A sentence.", reason="why"), rule) == words
