"""From nothing to the first painted case: nacdesk, a QPainter window and matplotlib, each a fresh process, offscreen.

Run as a module it is one of the three: `python -m tests.bench.start nacdesk STORE`, `floor PLAN` or `peer PLAN`.
Time runs from the start of the process to its word that the picture is painted; then it says its memory.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from tests.bench.rounds import FLOOR, PEER, PROGRAM, Outcome, compare

WINDOW = (1440, 900)
CHART = (860, 640)


def measure(rounds: int) -> list[Outcome]:
    """Wall-clock time to the first painted case, and the memory then in use."""
    with TemporaryDirectory() as folder:
        store, plan = write_inputs(Path(folder))
        arguments = {PROGRAM: store, FLOOR: plan, PEER: plan}
        memory: dict[str, list[float]] = {name: [] for name in arguments}

        def run(name: str) -> float:
            seconds, mebibytes = launch(name, arguments[name], Path(folder))
            memory[name].append(mebibytes)
            return seconds * 1e3

        took = compare("cold start to the painted first case", {name: lambda name=name: run(name) for name in arguments}, rounds)
        used = Outcome("memory of the window (RSS)", "MiB", {name: tuple(numbers) for name, numbers in memory.items()})
        return [took, used]


def write_inputs(folder: Path) -> tuple[Path, Path]:
    """A store with the fictitious cases, and the first one's chart as plain data."""
    from nacdesk import catalog
    from nacdesk.charts.layout import lay_out
    from nacdesk.gui import chart_paint
    from nacdesk.storage.store import Store
    from tests.bench.cases import FONTS, application, models, reviews
    from tests.bench.floor import plain

    application()
    store, plan = folder / "cases.nac", folder / "plan.json"
    with Store.create(store, catalog.load(), by="bench", fictitious=True) as made:
        made.add([one.history for one in reviews()], "Import")
    model = models()[0]
    laid = lay_out(model, *CHART, "light", chart_paint.measure)
    drawing = {"family": chart_paint.family(), "fonts": FONTS, "primitives": plain(laid.primitives), "model": asdict(model)}
    plan.write_text(json.dumps(drawing), "utf-8")
    return store, plan


def launch(name: str, argument: Path, folder: Path) -> tuple[float, float]:
    """Seconds until it had painted, and MiB then."""
    own = {"QT_QPA_PLATFORM": "offscreen", "NACDESK_HOME": str(folder), "MPLCONFIGDIR": str(folder), "PYTHONPYCACHEPREFIX": str(folder / "pycache")}
    environment = {name: value for name, value in (os.environ | own).items() if name != "PYTHONDONTWRITEBYTECODE"}  # compiled once, as for a user
    begin = time.perf_counter()
    with subprocess.Popen([sys.executable, "-m", "tests.bench.start", name, str(argument)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline()
        took = time.perf_counter() - begin
    assert said.startswith("painted "), f"{name} did not paint"
    return took, float(said.split()[1])


def painted() -> NoReturn:
    """Say so, and end without the costs of an orderly end."""
    # Linux's own count: the highest use that `resource` tells would include that of the parent before exec.
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    print("painted", pages * os.sysconf("SC_PAGE_SIZE") / 2**20, flush=True)
    os._exit(0)


def start_program(store: str) -> None:
    """`nacdesk STORE.nac`."""
    from PySide6.QtCore import QCoreApplication

    from nacdesk.__main__ import main
    from nacdesk.gui import app

    make = app.make_window

    def make_window() -> Any:
        window, trouble = make()
        window.resize(*WINDOW)
        window.session.snapshot_changed.connect(on_shown)
        return window, trouble

    def on_shown(snapshot: object) -> None:
        if snapshot is not None:
            QCoreApplication.processEvents()  # the window has its case; this paints it
            painted()

    app.make_window = make_window
    sys.argv = ["nacdesk", store]
    main()


def start_floor(plan: str) -> None:
    """A window that paints the same chart with QPainter."""
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QApplication, QWidget

    from tests.bench.floor import draw, prepared

    application = QApplication([])
    drawing = read(plan)
    calls = prepared(drawing["primitives"], drawing["family"], drawing["fonts"])

    class Window(QWidget):
        def paintEvent(self, event: object) -> None:
            painter = QPainter(self)
            draw(painter, calls)
            painter.end()

    window = Window()
    window.resize(*WINDOW)
    window.show()
    application.processEvents()
    painted()


def start_peer(plan: str) -> None:
    """A window that shows the same charts by matplotlib."""
    import matplotlib as mpl

    mpl.use("qtagg")
    from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
    from matplotlib.figure import Figure
    from PySide6.QtWidgets import QApplication

    from tests.bench.peer import draw

    application = QApplication([])
    figure = Figure(figsize=(CHART[0] / 100, CHART[1] / 100), dpi=100)
    draw(figure, read(plan)["model"])
    window = FigureCanvasQTAgg(figure)
    window.resize(*WINDOW)
    window.show()
    application.processEvents()
    painted()


def read(plan: str) -> Any:
    """A chart as plain data."""
    with open(plan, encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be one more import for the floor
        return json.load(file)


if __name__ == "__main__":
    {PROGRAM: start_program, FLOOR: start_floor, PEER: start_peer}[sys.argv[1]](sys.argv[2])
