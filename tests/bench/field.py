"""A value corrected in the flowsheet of a full store, from leaving the field to saved, judged and drawn again: against one bare insert."""

import itertools
import sqlite3
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from nacdesk.catalog import load
from nacdesk.interop.read import read
from tests.bench.edit import ROW, TABLE
from tests.bench.ingest import store_all, write_table
from tests.bench.rounds import FLOOR, PROGRAM, Outcome, compare

SIZE = "size.diameter"


def measure(rounds: int, observations: int = 100_000) -> list[Outcome]:
    """The last key is the Enter that gives the reason; the window is at rest when the clock stops."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from nacdesk.gui.app import make_application, make_window
    from nacdesk.settings import Settings

    catalog = load()
    with TemporaryDirectory() as folder:
        table, path = Path(folder, "table.csv"), Path(folder, "field.nac")
        write_table(table, observations)
        store_all(read([table], catalog).histories, path)
        application = QApplication.instance() or make_application()
        bare = sqlite3.connect(Path(folder, "bare.db"), isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            bare.execute(f"PRAGMA {pragma}")
        bare.execute(TABLE)
        window, _ = make_window(Settings(theme="light"))
        window.show()
        window.session.open(path)
        session = window.session

        def rest() -> None:
            while not session.at_rest():
                application.processEvents()
            application.processEvents()

        rest()
        window.case.turn_to_data()
        rest()
        sheet = window.case.data.sheet
        view, model = sheet.view, sheet.view.cells
        column = next(place for place in range(3, model.add_column) if model.typed_column(place).analyte.id == SIZE)
        values = (f"{number / 1000:.3f}" for number in itertools.count(20_001))

        def field() -> float:
            view.setCurrentIndex(model.index(0, column))
            view.setFocus()
            for letter in next(values):
                QTest.keyClicks(QApplication.focusWidget(), letter)
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            application.processEvents()
            before = session.snapshot.revision
            begin = time.perf_counter()
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            while session.snapshot.revision == before or sheet.state.edits.busy:
                application.processEvents()
            application.processEvents()
            taken = (time.perf_counter() - begin) * 1e3
            rest()
            return taken

        def floor() -> float:
            begin = time.perf_counter()
            bare.execute("BEGIN IMMEDIATE")
            bare.execute(f"INSERT INTO observation VALUES ({', '.join('?' * len(ROW))})", ROW)
            bare.execute("COMMIT")
            return (time.perf_counter() - begin) * 1e3

        found = compare(f"a field left to saved and drawn again, {observations:,} observations", {PROGRAM: field, FLOOR: floor}, rounds, warm_ups=3)
        bare.close()
        window.close()
        while window.isVisible():
            application.processEvents()
    return [found]
