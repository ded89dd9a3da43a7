"""The handout of one case, in memory, against QPdfWriter drawing the same pages."""

import time
from datetime import datetime

from nacdesk.gui import chart_paint
from nacdesk.report import handout
from tests.bench.cases import application, reviews
from tests.bench.pages import Step, steps, write
from tests.bench.rounds import FLOOR, PROGRAM, Outcome, compare

PRINTED = datetime(2026, 10, 20, 8, 0)


def measure(rounds: int) -> list[Outcome]:
    """CPU time of one handout."""
    application()
    size, drawing = floor_pages()

    def program() -> float:
        begin = time.process_time()
        printed()
        return (time.process_time() - begin) * 1e3

    def floor() -> float:
        begin = time.process_time()
        write(size, drawing)
        return (time.process_time() - begin) * 1e3

    return [compare(f"handout, {len(drawing)} pages, CPU", {PROGRAM: program, FLOOR: floor}, rounds, warm_ups=3)]


def printed() -> bytes:
    """The program's PDF of the drawn case."""
    return handout.build(reviews()[0], printed_at=PRINTED).data


def floor_pages() -> tuple[tuple[float, float], list[list[Step]]]:
    """The same pages as drawing steps."""
    return steps(printed(), chart_paint.family())
