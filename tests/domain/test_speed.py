"""A review is quick enough to follow a key press: 12 visits of 5 lesions, ctDNA, SUV and CEA in under one frame."""

import time

from nacdesk.domain.review import review
from tests.domain.cases import Chart, catalog

FRAME_MS = 16


def test_a_long_case_is_judged_within_a_frame() -> None:
    chart = Chart(cycles=12)
    for number in range(5):
        chart.lesion(f"T{number}", "node" if number > 2 else "mass", organ=f"organ {number // 2}")
    for place in range(12):
        chart.at("baseline" if place == 0 else f"scan {place}", -7 if place == 0 else 21 * place)
        for number in range(5):
            chart.size(f"T{number}", 40 - place)
        chart.status("rest", "PRESENT").new("no")
        chart.add("ctdna.vaf", 20 - place, method="assay A").add("marker.cea", 8 + place, uln=5).add("pet.suvmax", 20 - place, lesion="T0")
    history, shipped = chart.history(), catalog()
    spent = []
    for _ in range(15):
        start = time.perf_counter()
        review(history, shipped)
        spent.append(1000 * (time.perf_counter() - start))
    assert min(spent) < FRAME_MS  # the best of several: other work on the machine is not the program's
