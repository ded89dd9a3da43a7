"""Start and end of the window, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nacdesk.catalog import load
from nacdesk.errors import UserError
from nacdesk.gui.pictures import picture
from nacdesk.storage.changes import Changes
from nacdesk.storage.store import Store
from tests.gui.conftest import OpenWindow
from tests.gui.hands import settle, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent

# Looks at the modules when the shell, and when the first case, has been painted.
FIRST_PAINT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from nacdesk.gui import app, main_window

class Spy(main_window.MainWindow):
    shell = None
    def paintEvent(self, event):
        super().paintEvent(event)
        if self.shell is None:
            self.shell = self.session.opened is None
    def _show_snapshot(self, snapshot):
        super()._show_snapshot(snapshot)
        if snapshot is not None:
            self.repaint()
            assert self.case.chart.plan is not None, "no chart was painted"
            print("shell before store:", self.shell)
            print("heavy:", sorted({"numpy", "pyqtgraph", "sqlite_utils", "reportlab", "click", "calamine", "python_calamine", "xlsxwriter"} & set(sys.modules)))
            QTimer.singleShot(0, self.close)

app.MainWindow = Spy
sys.exit(app.main(Path(sys.argv[1])))
"""

# Closes at some moment while cases are still being judged and a chart is coming in.
START_AND_EXIT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from nacdesk.gui import app, main_window

class Hasty(main_window.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        QTimer.singleShot(int(sys.argv[2]), self.session.show_latest if sys.argv[2] == "-1" else self.close)

app.MainWindow = Hasty
sys.exit(app.main(Path(sys.argv[1])))
"""

# A slot that fails: Qt would print it and go on.
FAULT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from nacdesk.gui import app, main_window

class Faulty(main_window.MainWindow):
    def _show_snapshot(self, snapshot):
        super()._show_snapshot(snapshot)
        if snapshot is not None:
            QTimer.singleShot(0, self.fail)
    def fail(self):
        QTimer.singleShot(200, self.report)
        raise KeyError("DEMO, Ines Alvarez")
    def report(self):
        print("told:", self.messages.isVisible(), self.messages.reload.isVisible(), self.messages.sentence.text())
        self.close()

app.MainWindow = Faulty
sys.exit(app.main(Path(sys.argv[1])))
"""

# Three faults, more than a second apart as far as the clock tells.
FAULTS = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from nacdesk.gui import app, guard, main_window

guard.AT_ONCE = 0.0

class Faulty(main_window.MainWindow):
    left = 3
    def _show_snapshot(self, snapshot):
        super()._show_snapshot(snapshot)
        if snapshot is not None:
            QTimer.singleShot(0, self.fail)
    def fail(self):
        self.left -= 1
        QTimer.singleShot(20, self.fail if self.left else self.report)
        raise RuntimeError("again")
    def report(self):
        print("writable:", self.session.writable, self.status.store.text())
        self.close()

app.MainWindow = Faulty
sys.exit(app.main(Path(sys.argv[1])))
"""


def run(script: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1"}
    return subprocess.run([sys.executable, "-c", script, *map(str, arguments)], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_the_shell_paints_before_the_store_is_open_and_the_first_case_without_heavy_modules(demo: Path) -> None:
    done = run(FIRST_PAINT, demo)
    assert done.returncode == 0, done.stderr
    assert "shell before store: True" in done.stdout
    assert "heavy: []" in done.stdout, done.stdout


def test_H41_starts_and_exits_at_any_moment_end_with_0_and_free_the_store(demo: Path) -> None:
    for milliseconds in (0, 1, 30, 120, 300, 700):
        done = run(START_AND_EXIT, demo, milliseconds)
        assert done.returncode == 0, (milliseconds, done.stderr)
        assert "QThread" not in done.stderr
        assert "Traceback" not in done.stderr
        with Store.open(demo, load(), by="tests") as store:
            assert store.check(deep=True) == ()


def test_H41_closing_waits_for_what_was_asked_of_the_store(open_window: OpenWindow, demo: Path) -> None:
    window = open_window(demo)
    count = len(window.session.rows)
    window.session.undo()
    assert not window.close(), "the window closed before the change was confirmed"
    assert window.isVisible()
    wait_until(window.isHidden)
    with Store.open(demo, load(), by="tests") as store:
        assert len(store.cases()) == count - 1


def test_H41_a_change_that_fails_while_closing_keeps_the_window_open(open_window: OpenWindow, demo: Path) -> None:
    window = open_window(demo)

    def refuse(_store: Store) -> Changes:
        raise UserError("The disk is full; nothing was changed.", "Make room.")

    window.session.perform("Try", refuse)
    window.close()
    settle(window)
    assert window.isVisible(), "the window closed over an unread failure"
    assert window.messages.sentence.text() == "The disk is full; nothing was changed."
    window.session.undo()
    settle(window)
    assert window.messages.waiting, "the failure was dropped"
    window.close()
    wait_until(window.isHidden)


def test_a_fault_in_a_slot_is_told_logged_without_values_and_forwarded(demo: Path) -> None:
    done = run(FAULT, demo)
    assert done.returncode == 0, done.stderr
    assert "told: True True The program made an error" in done.stdout
    logged = [line for line in done.stderr.splitlines() if line.startswith("KeyError <")]
    assert len(logged) == 1, done.stderr
    assert "Alvarez" not in logged[0]
    assert "Traceback" in done.stderr, "the hook before ours was not called"


def test_a_window_that_keeps_failing_stops_writing(demo: Path) -> None:
    done = run(FAULTS, demo)
    assert done.returncode == 0, done.stderr
    assert "writable: False" in done.stdout
    assert "read-only" in done.stdout


def test_a_missing_default_store_is_created(tmp_path: Path) -> None:
    script = START_AND_EXIT.replace("Path(sys.argv[1])", "None")
    home = tmp_path / "home"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "NACDESK_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", script, "-", "700"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (home / "cases.nac").is_file()


def test_pictures_of_the_main_screens(qapp: object, demo: Path, tmp_path: Path) -> None:
    drawn = picture(demo, tmp_path / "pictures", sizes=((1024, 768),), themes=("light",))
    names = [f"{name}-1024x768-light.png" for name in ("case", "data", "history", "form")]
    assert [path.name for path in drawn] == [*names, "reference-light.png", "import-light.png"]
    assert all(path.stat().st_size > 10_000 for path in drawn)


@pytest.mark.parametrize("rows", [112])
def test_a_hundred_cases_do_not_block_the_window(open_window: OpenWindow, tmp_path: Path, shared: Path, rows: int) -> None:
    """The longest time in which the window does not answer while the worklist is being judged."""
    import time

    from PySide6.QtWidgets import QApplication

    from nacdesk.interop.read import read

    catalog = load()
    path = tmp_path / "many.nac"
    found = read([shared / "data/ispy1/ispy1_sample.csv"], catalog, mapping="ispy1")
    with Store.create(path, catalog, by="tests") as store:
        store.add(found.histories, "Import")
    window = open_window(None)
    window.session.open(path)
    longest, began = 0.0, time.monotonic()
    while not (window.session.opened and window.session.at_rest()):
        before = time.monotonic()
        QApplication.processEvents()
        longest = max(longest, time.monotonic() - before)
        time.sleep(0.001)
        assert time.monotonic() - began < 60
    settle(window)
    assert len(window.session.summaries) == rows
    assert longest < 0.5, f"the window did not answer for {longest:.2f} s"
