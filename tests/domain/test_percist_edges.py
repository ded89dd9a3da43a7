"""Edges of PERCIST: lesions whose SULpeak is not a number, a diseased liver, what makes two examinations unlike."""

import pytest

from tests.domain.cases import Chart, Typed, sul


def peaks(*values: tuple[str | None, Typed], liver: Typed = 2) -> Chart:
    """One PET before treatment with a SULpeak of each lesion."""
    chart = Chart(cycles=1).at("baseline", -5).add("pet.liver_sul_mean", liver).add("pet.liver_sul_sd", "0.3")
    for lesion, value in values:
        chart.add("pet.sulpeak", value, lesion=lesion)
    return chart


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (((None, "NE"),), "SULpeak is not evaluable"),
        ((("a", "NE"), ("b", 2)), "SULpeak of a is not evaluable"),
        ((("a", "<3"),), "SULpeak of a is only known as <3 g/mL"),
        ((("a", 2), ("a", 3)), "SULpeak of a: 2 unlike values, none accepted"),
    ],
)
def test_a_sulpeak_that_is_no_number_is_named_as_it_was_recorded(values: tuple[tuple[str | None, Typed], ...], words: str) -> None:
    found = peaks(*values).rule("PET-03")
    assert found.state == "not_evaluable"
    assert (found.reason or "").startswith(words)
    assert found.missing == ("pet.sulpeak",)


def test_the_hottest_of_equal_lesions_needs_no_order() -> None:
    found = peaks(("a", 5), ("b", 5)).rule("PET-03")
    assert (found.state, found.value) == ("met", 5)


def test_nothing_measured_is_never_hot_enough() -> None:
    assert peaks((None, "NE"), liver="0.2").rule("PET-03").state == "not_evaluable"


def test_the_baseline_is_not_compared_with_itself_even_when_read_on_treatment() -> None:
    chart = sul(6, 4).at("baseline").add("pet.glucose", 5, day=20)
    assert [one.visit for one in chart.review().rules if one.rule == "PET-04"] == [chart.visits[-1].id]


def test_a_new_uptake_of_another_visit_is_not_that_of_this_one() -> None:
    chart = Chart(cycles=2).at("baseline", -5).add("pet.suvmax", 5).add("pet.new_lesion", "yes").at("PET", 42).add("pet.suvmax", 4)
    assert chart.rule("PET-05").reason == "no SULpeak recorded"


@pytest.mark.parametrize(("field", "why"), [("sulpeak", "no PET after the start of treatment"), ("suvmax", "no SULpeak recorded")])
def test_what_is_missing_for_percist_is_said(field: str, why: str) -> None:
    chart = Chart(cycles=2).at("baseline", -5).add(f"pet.{field}", 5)
    assert chart.rule("PET-05").reason == why
    assert Chart(cycles=2).at("visit", 1).add("status.ecog", 1).rule("PET-05").reason == "no PET recorded"


def test_the_reason_of_no_class_stands_at_every_pet_but_the_baseline() -> None:
    chart = Chart(cycles=2).at("staging", -30).add("pet.suvmax", 6).at("baseline", -5).add("pet.sulpeak", 5)
    reasons = [row.pet.percist_reason for row in chart.review().visits if row.pet is not None]
    assert reasons == ["no PET after the start of treatment", None]


def test_a_pet_without_any_sulpeak_before_treatment_is_told_so() -> None:
    assert (Chart(cycles=2).at("PET", 42).add("pet.sulpeak", 5).rule("PET-05").reason or "").startswith("measurability at baseline is not known")


def test_a_liver_diseased_later_does_not_change_what_was_measurable_before() -> None:
    chart = sul(6, 4).at("PET").add("pet.liver_diseased", "yes", day=42)
    assert "from the liver" in chart.rule("PET-03").sentence


@pytest.mark.parametrize("visit", ["baseline", "PET"])
def test_a_liver_diseased_at_one_of_both_is_no_reference_for_their_comparison(visit: str) -> None:
    chart = sul(6, 4).at(visit).add("pet.liver_diseased", "yes", day=-7 if visit == "baseline" else 42)
    chart.at("third", 63).add("pet.sulpeak", 3).add("pet.liver_sul_mean", 1).add("pet.uptake_min", 60)
    assert "blood pool" in (chart.rule("PET-04", "PET").reason or "")
    assert ("blood pool" in (chart.rule("PET-04", "third").reason or "")) is (visit == "baseline")


def test_the_reference_region_is_cited_with_both_examinations() -> None:
    found = sul(6, 4).rule("PET-04")
    assert found.state == "met"
    assert len(found.evidence) == 6


def test_every_fault_of_a_comparison_is_named() -> None:
    found = sul(6, 4, then={"liver_sul_mean": "1.5", "uptake_min": 40}).rule("PET-04")
    assert found.detail == "not comparable: liver change 0.50 SUL, liver change 50.0 %, uptake time 40 min, uptake differs 20 min"


def follow(*values: Typed, background: str | None = None, **more: Typed) -> Chart:
    """A baseline with SULpeak 6 of lesion a, then one PET with these values of it."""
    chart = Chart(cycles=4)
    for name, day, peaks_of in (("baseline", -7, (6,)), ("PET", 42, values)):
        chart.at(name, day).add("pet.liver_sul_mean", 1).add("pet.liver_sul_sd", "0.1").add("pet.uptake_min", 60)
        for value in peaks_of:
            chart.add("pet.sulpeak", value, lesion="a")
    for field, value in more.items():
        chart.add(f"pet.{field}", value)
    return chart if background is None else chart.add("pet.background", background)


@pytest.mark.parametrize(("values", "detail"), [((), "CMR"), (("NE",), None), ((3,), "PMR")])
def test_uptake_like_its_surroundings_is_complete_response_only_where_no_lesion_was_measured(values: tuple[Typed, ...], detail: str | None) -> None:
    assert follow(*values, background="yes").rule("PET-05", "PET").detail == detail


def test_what_was_said_of_the_background_at_another_pet_says_nothing_of_this_one() -> None:
    chart = follow(background="yes").at("third", 63).add("pet.liver_sul_mean", 1).add("pet.uptake_min", 60).add("pet.suvmax", 2).add("pet.background", "no")
    assert [one.detail for one in chart.review().rules if one.rule == "PET-05"] == ["CMR", None]
    found = chart.rule("PET-05", "PET")
    assert [row.analyte for row in chart.observations if row.id in found.evidence] == ["pet.background"]
    assert len(found.evidence) == 1


def test_a_liver_diseased_at_another_pet_lets_no_blood_pool_decide_now() -> None:
    chart = follow("1.4", blood_pool_sul_mean="1.5").at("third", 63).add("pet.liver_diseased", "yes")
    assert chart.rule("PET-05", "PET").detail == "PMR"
    assert follow("1.4", blood_pool_sul_mean="1.5", liver_sul_sd="0.1").at("PET", 42).rule("PET-05", "PET").detail == "PMR"


def test_without_a_baseline_no_change_is_shown() -> None:
    chart = Chart(cycles=4).at("PET", 42).add("pet.sulpeak", 6).at("PET 2", 63).add("pet.sulpeak", 3)
    assert "→" not in (chart.rule("PET-05").reason or "")


def test_the_pet_of_a_baseline_visit_that_ends_on_treatment_is_no_follow_up() -> None:
    chart = Chart(cycles=2).at("baseline", 5).sizes(primary=20).add("pet.sulpeak", 6, day=-2)
    assert chart.rule("PET-05").reason == "no PET after the start of treatment"


def test_a_reference_that_is_no_number_is_no_evidence() -> None:
    assert peaks((None, 5), liver="NE").rule("PET-03").evidence == ("o003", "o002")


@pytest.mark.parametrize(
    ("first", "now"),
    [
        ({}, {"tlg": 100, "mtv": 10}),
        ({"tlg": 100, "mtv": 10}, {}),
        ({"tlg": 100, "mtv": 10}, {"mtv": 30}),
        ({"mtv": 10}, {"mtv": 30}),
        ({"mtv": 10, "tlg": "NE"}, {"mtv": 30, "tlg": 90}),
    ],
)
def test_glycolysis_that_is_not_known_at_both_is_no_progression(first: dict[str, Typed], now: dict[str, Typed]) -> None:
    chart = follow("6.5")
    for name, day, values in (("baseline", -7, first), ("PET", 42, now)):
        chart.at(name, day)
        for field, value in values.items():
            chart.add(f"pet.{field}", value, lesion="a", segmentation="41 %")
    assert chart.rule("PET-05", "PET").detail == "SMD"


def test_a_rise_just_under_30_percent_is_not_shown_as_30() -> None:
    found = follow("7.7988").rule("PET-05", "PET")
    assert (found.state, found.detail) == ("not_met", "SMD")
    assert "= −29.98 % ≥ 30 %" in found.formula
    assert "(0.0 %, 0)" in follow(6).rule("PET-05", "PET").sentence


def test_only_what_was_said_of_the_background_of_this_pet_is_its_evidence() -> None:
    chart = follow().add("pet.background", "yes", lesion="a").add("pet.background", "no", lesion="b")
    chart.at("third", 63).add("pet.liver_sul_mean", 1).add("pet.uptake_min", 60).add("pet.background", "yes", lesion="a")
    found = chart.rule("PET-05", "PET")
    (cited,) = [row for row in chart.observations if row.id in found.evidence]
    assert (found.detail, cited.visit, cited.lesion, cited.code) == ("CMR", found.visit, "a", "yes")
