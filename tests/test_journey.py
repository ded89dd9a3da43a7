"""One measurement's whole way: file, preview, store, review, chart, paper."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

from nacdesk.charts.build import timeline_chart
from nacdesk.charts.model import ChartView
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.interop.read import read
from nacdesk.report import handout
from nacdesk.storage.store import Store

SAMPLE = Path(__file__).resolve().parent.parent / "resources/samples/01-primary-resistance.csv"
SUMS = ((date(2026, 8, 28), 47), (date(2026, 9, 12), 45), (date(2026, 10, 1), 46), (date(2026, 10, 17), 44))
SENTENCE = "Sum of diameters 47 → 44 mm (−6.4 %) after C3 (17 Oct 2026), 3 cycles completed as entered; threshold 10 % shrinkage;"


def test_a_measurement_goes_from_file_to_paper(tmp_path: Path, catalog: Catalog) -> None:
    # 1 file to candidate
    preview = read([SAMPLE], catalog)
    assert preview.problems == ()
    (from_file,) = preview.histories

    # 2 and 3 accepted and stored: one step, on the disk, the same facts when read again
    path = tmp_path / "cases.nac"
    with Store.create(path, catalog, by="tester", fictitious=True) as store:
        changes = store.add(preview.histories, "Import", source=(preview.path.name, preview.digest))
        assert changes.cases == {"D-100482"}
        assert changes.added == len(from_file.observations)
    with Store.open(path, catalog, by="tester", read_only=True) as store:
        history = store.history("D-100482")
        assert store.check(deep=True) == ()
    assert [(row.analyte, row.lesion, row.value, row.date) for row in history.observations] == [
        (row.analyte, row.lesion, row.value, row.date) for row in from_file.observations
    ]

    # 5 judged
    case = review(history, catalog, None)
    flag = next(flag for flag in case.flags if flag.result.rule == "NAC-01")
    assert flag.result.sentence.startswith(SENTENCE)
    cited = [case.observation(number) for number in flag.result.evidence]
    assert Decimal(29) in {row.quantity.value for row in cited if row is not None and row.quantity is not None}

    # 6 drawn
    model = timeline_chart(case, ChartView())
    size = next(panel for panel in model.panels if panel.key == "size")
    heavy = next(series for series in size.series if series.heavy)
    assert [point.y for point in heavy.points] == [value for _, value in SUMS]
    badge = next(badge for badge in size.badges if badge.rule == "NAC-01")
    assert (badge.number, badge.x, badge.y) == (flag.number, heavy.points[-1].x, heavy.points[-1].y)

    # 7 printed: the sentence in the text, the points in the drawing, the rules in the foot
    pdf = tmp_path / "handout.pdf"
    handout.write(case, pdf, printed_at=datetime(2026, 10, 20, 8, 0))
    reader = PdfReader(pdf)
    for page in reader.pages:
        text = words(page)
        assert f"{catalog.version} (sha256 {catalog.digest[:12]})" in text
        assert "DEMO, Ines Alvarez" in text
        assert handout.WATERMARK in text
    assert flag.result.sentence in words(reader.pages[0])
    assert any(shows(run) for run in runs(list(dots(reader.pages[0])), len(SUMS))), "no row of dots in the PDF shows the four sums"


def words(page: PageObject) -> str:
    """The text of a page as running words."""
    return " ".join(page.extract_text().split())


def dots(page: PageObject) -> Iterator[tuple[float, float]]:
    """Centres of the filled dots: lines from a point to itself with round caps."""
    contents = page.get_contents()
    assert contents is not None
    for (one, first), (other, second) in pairwise(ContentStream(contents, None).operations):
        if (first, second) == (b"m", b"l") and list(one) == list(other):
            yield float(one[0]), float(one[1])


def runs(found: list[tuple[float, float]], length: int) -> Iterator[list[tuple[float, float]]]:
    for start in range(len(found) - length + 1):
        yield found[start : start + length]


def shows(run: list[tuple[float, float]]) -> bool:
    """The dots lie as the sums do: x by date, y by millimetre, each on one straight scale."""
    days = [(when - SUMS[0][0]).days for when, _ in SUMS]
    across, up = run[-1][0] - run[0][0], run[-1][1] - run[0][1]
    return all(
        run[place][0] - run[0][0] == pytest.approx(across * days[place] / days[-1], abs=0.05)
        and run[place][1] - run[0][1] == pytest.approx(up * (SUMS[place][1] - SUMS[0][1]) / (SUMS[-1][1] - SUMS[0][1]), abs=0.05)
        for place in range(len(run))
    )
