"""The benchmark runs, and its floors do the same work; nothing is timed here."""

import io
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader
from PySide6.QtWidgets import QApplication
from sqlcipher3 import dbapi2

from nacdesk.catalog import load
from nacdesk.charts.layout import lay_out
from nacdesk.gui import chart_paint
from nacdesk.interop.read import read
from nacdesk.storage.store import Store
from tests.bench import edit, ingest, paper, start, switch
from tests.bench.cases import models
from tests.bench.floor import draw
from tests.bench.pages import write
from tests.bench.rounds import FLOOR, PEER, PROGRAM, Outcome, compare


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    outcome = Outcome("work", "ms", {PROGRAM: (2.0, 30.0, 4.0), FLOOR: (1.0, 10.0, 1.0)})
    assert outcome.ratio(PROGRAM, FLOOR) == 3.0
    assert outcome.noisy
    assert not Outcome("work", "ms", {PROGRAM: (2.0, 2.1), FLOOR: (1.0, 1.0)}).noisy


def test_contestants_run_in_turn() -> None:
    order: list[str] = []
    compare("work", {name: lambda name=name: order.append(name) or 1.0 for name in (PROGRAM, FLOOR, PEER)}, rounds=2, warm_ups=1)
    assert order == [PROGRAM, FLOOR, PEER] * 3


@pytest.mark.parametrize("place", range(len(models())))
def test_the_floor_draws_the_same_chart(qapp: QApplication, place: int) -> None:
    plan = lay_out(models()[place], *switch.CHART, "light", chart_paint.measure)
    ours = switch.picture(lambda painter: chart_paint.paint(painter, plan.primitives))
    floor = switch.picture(lambda painter: draw(painter, switch.calls(models()[place])))
    assert ours == floor


def test_the_floor_prints_the_same_words(qapp: QApplication) -> None:
    size, pages = paper.floor_pages()
    ours, floor = PdfReader(io.BytesIO(paper.printed())), PdfReader(io.BytesIO(write(size, pages)))
    assert len(ours.pages) == len(floor.pages)
    for one, other in zip(ours.pages, floor.pages, strict=True):
        assert letters(one) == letters(other)


def letters(page: PageObject) -> Counter[str]:
    """Which letters a page has how often; Qt draws "fi" as one."""
    return Counter(unicodedata.normalize("NFKC", "".join(page.extract_text().split())))


def test_the_floor_keeps_the_same_rows(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    ingest.write_table(table, 200)
    preview = read([table], load())
    assert preview.problems == ()
    ingest.store_all(preview.histories, tmp_path / "ours.nac")
    ingest.insert_all(ingest.plain_rows(preview.histories), tmp_path / "floor.db")
    with Store.open(tmp_path / "ours.nac", load(), by="bench", read_only=True) as store:
        kept = sorted((row.analyte, str(row.quantity.value)) for case in store.cases() for row in store.history(case.key).observations if row.quantity)
    connection = dbapi2.connect(str(tmp_path / "floor.db"))
    assert sorted(connection.execute("SELECT c3, c4 FROM observation").fetchall()) == kept
    connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a Linux system: memory is read from /proc")
def test_every_contestant_of_the_start_paints(qapp: QApplication, tmp_path: Path) -> None:
    store, plan = start.write_inputs(tmp_path)
    for name, argument in ((PROGRAM, store), (FLOOR, plan), (PEER, plan)):
        seconds, mebibytes = start.launch(name, argument, tmp_path)
        assert seconds > 0
        assert mebibytes > 10


def test_the_other_parts_print_their_rows(qtbot: object) -> None:
    for outcome in (*switch.measure(1), *paper.measure(1), *ingest.measure(1, 200), *edit.measure(1, 200)):
        assert outcome.row().startswith(f"| {outcome.name} | ")
        assert outcome.ratio(PROGRAM, FLOOR) > 0
