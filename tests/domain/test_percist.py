"""PERCIST (PET-03 to PET-05): each limit on both sides, what is missing, and what proves progression all the same."""

import datetime as dt
from decimal import Decimal

import pytest

from nacdesk.interop.review_json import to_json
from tests.domain.cases import Chart, sul


@pytest.mark.parametrize(("peak", "state"), [("2.79", "not_met"), ("2.80", "met"), ("2.81", "met"), ("NE", "not_evaluable"), (">2.80", "met"), (">2.7", "not_evaluable")])
def test_the_floor_of_the_liver_is_measurable(peak: str, state: str) -> None:
    assert sul(peak, 2, first={"liver_sul_mean": "1.6", "liver_sul_sd": "0.2"}).rule("PET-03").state == state


@pytest.mark.parametrize(("peak", "state"), [("2.69", "not_met"), ("2.70", "met"), ("2.71", "met")])
def test_a_diseased_liver_hands_over_to_the_blood_pool(peak: str, state: str) -> None:
    chart = sul(peak, 2, first={"liver_diseased": "yes", "blood_pool_sul_mean": "1.2", "blood_pool_sul_sd": "0.15"})
    assert chart.rule("PET-03").state == state
    assert sul(peak, 2, first={"liver_diseased": "yes"}).rule("PET-03").missing == ("pet.blood_pool_sul_mean", "pet.blood_pool_sul_sd")


@pytest.mark.parametrize("gone", ["liver_sul_mean", "liver_sul_sd"])
def test_H11_without_a_reference_region_nothing_is_called_measurable(gone: str) -> None:
    chart = sul(9, 3, first={gone: ""})
    assert chart.rule("PET-03").missing == (f"pet.{gone}",)
    found = chart.rule("PET-05", "PET")
    assert found.state == "not_evaluable"
    assert "SULpeak 9 → 3" in found.sentence  # the change is shown all the same


@pytest.mark.parametrize(
    ("liver", "uptake", "state", "text"),
    [
        ("1.29", 60, "not_met", "liver change 29.0 %"), ("1.2", 60, "met", ""), ("1.21", 60, "not_met", "liver change 21.0 %"), ("0.8", 60, "met", ""),
        ("0.79", 60, "not_met", "liver change 21.0 %"), ("1", 75, "met", ""), ("1", 76, "not_met", "uptake differs 16 min"), ("1", 50, "met", ""),
        ("1", 49, "not_met", "uptake time 49 min"), ("1", 45, "not_met", "uptake time 45 min"), ("1", 44, "not_met", "uptake time 44 min, uptake differs 16 min"),
        ("", 60, "not_evaluable", "mean SUL of the liver"), ("1", "", "not_evaluable", "uptake time not recorded"), ("", 76, "not_evaluable", "mean SUL"),
        ("", 49, "not_met", "uptake time 49 min"), ("NE", 60, "not_evaluable", "mean SUL of the liver"),
    ],
)  # fmt: skip
def test_comparability_of_liver_and_uptake_time(liver: str, uptake: int | str, state: str, text: str) -> None:
    chart = sul(5, 3, then={"liver_sul_mean": liver, "uptake_min": uptake})
    if (liver, uptake) == ("", 76):  # 60 and 76 min fail whatever the liver says
        state, text = "not_met", "uptake differs 16 min"
    found = chart.rule("PET-04", "PET")
    assert found.state == state
    assert text in found.sentence
    assert (chart.rule("PET-05", "PET").state == "not_evaluable") is (state != "met")


@pytest.mark.parametrize(("now", "state"), [("2.29", "met"), ("2.3", "not_met"), ("2.31", "not_met"), ("1.71", "met"), ("1.7", "not_met")])
def test_the_absolute_limit_of_the_liver_is_not_comparable_itself(now: str, state: str) -> None:
    assert sul(9, 3, first={"liver_sul_mean": 2}, then={"liver_sul_mean": now}).rule("PET-04", "PET").state == state


@pytest.mark.parametrize(("dose", "state"), [(319, "not_met"), (320, "met"), (480, "met"), (481, "not_met"), ("", "met")])
def test_the_injected_activity_may_differ_by_a_fifth(dose: int | str, state: str) -> None:
    found = sul(5, 3, first={"dose_mbq": 400}, then={"dose_mbq": dose}).rule("PET-04", "PET")
    assert found.state == state
    assert ("injected activity not recorded" in found.sentence.replace("scanner, method and ", "")) is (dose == "")


@pytest.mark.parametrize(
    ("scanner", "method", "state"),
    [("A", "SUL Janmahasatian", "met"), ("B", "SUL Janmahasatian", "not_met"), ("A", "SUL James", "not_met"), (None, None, "met")],
)
def test_H13_another_scanner_or_equation_is_not_comparable(scanner: str | None, method: str | None, state: str) -> None:
    chart = Chart(cycles=2)
    for name, day, peak, how in (("baseline", -7, 5, ("A", "SUL Janmahasatian")), ("PET", 42, 8, (scanner, method))):
        chart.at(name, day).add("pet.sulpeak", peak, scanner=how[0], method=how[1]).add("pet.liver_sul_mean", 1).add("pet.liver_sul_sd", "0.1").add("pet.uptake_min", 60)
    assert chart.rule("PET-04", "PET").state == state
    assert chart.rule("PET-05", "PET").state == ("met" if state == "met" else "not_evaluable")


@pytest.mark.parametrize(
    ("start", "now", "response"),
    [
        ("5", "6.49", "SMD"), ("5", "6.5", "SMD"), ("5", "6.51", "PMD"), ("2", "2.8", "SMD"), ("2", "2.81", "PMD"), ("2", "2.79", "SMD"),
        ("5", "3.51", "SMD"), ("5", "3.5", "PMR"), ("5", "3.49", "PMR"), ("2", "1.21", "SMD"), ("2", "1.2", "PMR"), ("2", "1.19", "PMR"),
    ],
)  # fmt: skip
def test_both_limits_of_the_class_on_both_sides(start: str, now: str, response: str) -> None:
    found = sul(start, now).rule("PET-05", "PET")
    assert (found.detail, found.state) == (response, "met" if response == "PMD" else "not_met")


@pytest.mark.parametrize(("tlg", "peak", "response"), [(175, 5, "SMD"), ("175.1", 5, "PMD"), ("175.1", "4.99", "SMD"), ("174.9", 5, "SMD")])
def test_glycolysis_up_by_three_quarters_without_a_fall_is_progression(tlg: str | int, peak: str | int, response: str) -> None:
    chart = sul(5, peak).add("pet.tlg", tlg, segmentation="41 % SUVmax").at("baseline", -7).add("pet.tlg", 100, segmentation="41 % SUVmax")
    assert chart.rule("PET-05", "PET").detail == response
    other = sul(5, peak).add("pet.tlg", tlg, segmentation="SUV 4.0").at("baseline", -7).add("pet.tlg", 100, segmentation="41 % SUVmax")
    assert other.rule("PET-05", "PET").detail == "SMD"  # another segmentation proves nothing


@pytest.mark.parametrize(
    ("peak", "pool", "response"),
    [("0.9", "0.9", "CMR"), ("0.91", "0.9", "PMR"), ("0.89", "0.9", "CMR"), ("1", "1.2", "PMR"), ("0.99", "1.2", "CMR"), ("0.9", "", "PMR")],
)
def test_complete_is_at_or_below_blood_pool_and_below_liver(peak: str, pool: str, response: str) -> None:
    found = sul(5, peak, then={"blood_pool_sul_mean": pool}).rule("PET-05", "PET")
    assert found.detail == response
    assert ("complete response not told apart" in found.sentence) is (pool == "")


def test_uptake_as_its_surroundings_is_complete_only_for_all_lesions() -> None:
    whole = sul(5, None).add("pet.background", "yes")
    assert whole.rule("PET-05", "PET").detail == "CMR"
    chart = sul(5, None)
    chart.observations = [row for row in chart.observations if row.analyte != "pet.sulpeak"]
    chart.at("baseline", -7).add("pet.sulpeak", 5, lesion="A").add("pet.sulpeak", 4, lesion="B").at("PET", 42).add("pet.background", "yes", lesion="A")
    assert chart.rule("PET-05", "PET").state == "not_evaluable"
    assert chart.add("pet.background", "yes", lesion="B").rule("PET-05", "PET").detail == "CMR"


def test_the_hottest_lesion_of_each_examination_is_compared() -> None:
    chart = sul(5, None).add("pet.sulpeak", 3, lesion="A").add("pet.sulpeak", 7, lesion="B")
    assert chart.rule("PET-05", "PET").detail == "PMD"
    chart = sul(5, None).add("pet.sulpeak", 3, lesion="A").add("pet.sulpeak", "NE", lesion="B")
    assert chart.rule("PET-05", "PET").state == "not_evaluable"  # B may be the hottest
    chart = sul(5, None).add("pet.sulpeak", 7, lesion="A").add("pet.sulpeak", "NE", lesion="B")
    assert chart.rule("PET-05", "PET").detail == "PMD"  # and nothing takes it back


def test_H11_a_class_without_an_answer_on_new_uptake_is_provisional() -> None:
    for chart in (sul(5, 3), sul(5, 5), sul(5, "0.9", then={"blood_pool_sul_mean": 1}), sul(5, None).add("pet.background", "yes")):
        assert chart.rule("PET-05", "PET").missing == ("pet.new_lesion",)
        assert "new uptake not recorded: provisional" in chart.rule("PET-05", "PET").sentence
        answered = chart.add("pet.new_lesion", "no").rule("PET-05", "PET")
        assert answered.missing == ()
        assert "provisional" not in answered.sentence
    assert sul(5, 9).rule("PET-05", "PET").missing == ()  # progression stands by itself


def test_a_new_lesion_is_progression_whatever_else_is_missing() -> None:
    chart = Chart(cycles=2).at("PET", 42).add("pet.new_lesion", "yes")
    found = chart.rule("PET-05", "PET")
    assert (found.state, found.detail) == ("met", "PMD")
    assert any(flag.result.rule == "PET-05" for flag in chart.review().flags)
    assert chart.review().band == "single-domain, limited data"


def test_a_pet_without_sulpeak_after_one_with_it_is_a_gap_and_not_an_all_clear() -> None:
    chart = sul(5, 3).at("late PET", 63).add("pet.suvmax", 9)
    judged = chart.review()
    assert judged.latest["PET-05"].detail == "PMR"
    assert [one.visit for one in judged.cannot if one.rule == "PET-05"] == [judged.visits[-1].visit.id]


def test_the_class_stands_in_the_json_with_its_reason() -> None:
    (first, second) = (row["pet"] for row in to_json(sul(5, 3).review())["visits"] if row["pet"])
    assert (first["percist"], second["percist"]) == (None, "PMR")
    (row,) = [row["pet"] for row in to_json(sul(5, 3, then={"uptake_min": 80}).review())["visits"] if row["visit"] == "PET"]
    assert row["percist"] is None
    assert "uptake differs 20 min" in row["reason"]
    (old,) = [row["pet"] for row in to_json(Chart(cycles=2).at("PET", 42).add("pet.suvmax", 4).review())["visits"] if row["pet"]]
    assert "no SULpeak recorded" in old["reason"]


def test_H07_a_pet_on_treatment_is_never_the_baseline() -> None:
    chart = sul(5, 3)
    chart.observations = [row for row in chart.observations if row.date is None or row.date > dt.date(2026, 1, 5) or row.analyte == "treatment.cycle"]
    assert chart.rule("PET-03").state == "not_evaluable"
    assert "no baseline" in (chart.rule("PET-05", "PET").reason or "")


def test_the_order_of_the_facts_plays_no_part() -> None:
    chart = sul(Decimal("5.0"), Decimal("3.50"))
    chart.observations.reverse()
    assert chart.rule("PET-05", "PET").detail == "PMR"
