"""What the pages say of several readers, of safety and of a checklist."""

import re
from pathlib import Path

import pytest

from nacdesk.domain.facts import History
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.interop.read import read
from nacdesk.report import handout
from tests.domain.cases import Chart
from tests.report.conftest import PRINTED_AT, page_texts


def printed(history: History, catalog: Catalog) -> list[str]:
    return page_texts(handout.build(review(history, catalog), printed_at=PRINTED_AT))


def readers(visits: int = 2, lesions: int = 1) -> History:
    """Two readers who differ everywhere; the second one measures a little more."""
    chart = Chart(cycles=visits)
    for number in range(visits):
        chart.at(f"after C{number}" if number else "baseline", 21 * number if number else -7)
        for label in range(lesions):
            size = 50 if number == 0 else 35
            chart.size(f"T{label}", size, reader="A", accepted=True).size(f"T{label}", size + 2, reader="B")
        if number:
            chart.new("no")
    return chart.history()


def test_the_readers_are_named_with_what_they_differ_in(catalog: Catalog) -> None:
    pages = printed(readers(), catalog)
    assert len(pages) == 2
    text = " ".join(pages)
    assert "To check: After C1 (26 Jan 2026): overall response PR by A, SD by B; the accepted reading (A) counts." in text
    assert "Readers: A and B, each judged by the own readings; what is accepted counts." in text
    assert "After C1 (26 Jan 2026): sum of diameters 35 mm by A, 37 mm by B; 2 mm apart (5.7 % of the smaller)." in text
    assert "4 single values" not in text
    assert "2 single values read unlike; the screen lists them." in text


def test_one_reader_and_none_are_said_as_before(catalog: Catalog) -> None:
    one = Chart(cycles=1).at("baseline", -7).size("T1", 50, reader="A").history()
    assert "Reader: A." in " ".join(printed(one, catalog))
    none = Chart(cycles=1).at("baseline", -7).size("T1", 50).history()
    assert "Reader: not recorded." in " ".join(printed(none, catalog))


@pytest.mark.parametrize("subject", ["01-701-1015", "01-701-1097", "01-701-1130", "01-701-1133"])
def test_a_published_case_with_three_readers_stays_on_two_pages(shared: Path, catalog: Catalog, subject: str) -> None:
    (history,) = [one for one in read([shared / "data" / "sdtm"], catalog, reader="all").histories if one.case.key == subject]
    assert len(printed(history, catalog)) == 2


def test_eight_visits_of_two_readers_stay_on_two_pages(catalog: Catalog) -> None:
    assert len(printed(readers(8, 3), catalog)) == 2


def test_flags_of_safety_are_headed_as_such_and_numbered_on(catalog: Catalog) -> None:
    chart = Chart(cycles=3).at("baseline", -7).size("T1", 50).at("after C3", 63).size("T1", 49).new("no").add("labs.lvef_pct", 45)
    case = review(chart.history(), catalog)
    text = " ".join(page_texts(handout.build(case, printed_at=PRINTED_AT)))
    order = [flag.result.rule for flag in case.flags]
    assert order[-1] == "SAF-03"
    assert [flag.number for flag in case.flags] == list(range(1, len(order) + 1))
    assert "Resistance flags" not in text
    head = text.index("Safety and fitness")
    places = {rule: text.index(f"{rule} · grade") for rule in order}
    assert all((place > head) is (rule == "SAF-03") for rule, place in places.items())
    without = Chart(cycles=3).at("baseline", -7).size("T1", 50).at("after C3", 63).size("T1", 49).new("no")
    assert "Safety and fitness" not in " ".join(printed(without.history(), catalog))


def test_the_checklist_of_a_trial_has_boxes(catalog: Catalog) -> None:
    text = " ".join(printed(Chart(cycles=1).history(), catalog))
    boxes = re.search(r"Checklist: ☐ stage and biomarker eligibility; ☐ safety and overlapping toxicity; ☐ realistic endpoints; ☐ logistics \(travel, insurance, support\)\.", text)
    assert boxes
    assert text.count("Checklist:") == 1
