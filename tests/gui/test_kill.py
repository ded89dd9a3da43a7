"""The window is killed while someone types: the store is sound, what was called saved is there, and little typing is lost."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from nacdesk.domain.edits import PutVisit
from nacdesk.domain.facts import Visit
from nacdesk.domain.rules import Catalog
from nacdesk.gui.main_window import MainWindow
from nacdesk.storage.store import Store
from tests.gui.conftest import OpenWindow
from tests.gui.hands import CTRL, PRIMARY, Keyboard, settle, wait_until
from tests.gui.sheet_hands import fact, go, marks, shown, to_sheet

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("NACDESK_KILLS", "3"))
EVERY_MS = 80  # a quick typist
LOST = 2000 // EVERY_MS  # keystrokes of two seconds
ROWS = 80

# Types value after value down the ctDNA column, one key at a time, and tells a file what it typed and what it was told is saved.
TYPIST = """
import json, os, random, sys
from pathlib import Path
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from nacdesk.gui import app, main_window

store, told, seed, every = Path(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND), int(sys.argv[3]), int(sys.argv[4])
dice = random.Random(seed)

def tell(*what):
    os.write(told, (json.dumps(what) + "\\n").encode())

def words():
    for number in range(100, 1000):
        yield f"0.5{number}" + "".join(dice.choices("123456789", k=dice.choice((0, 2, 15, 19))))

class Typist(main_window.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        QTimer.singleShot(0, self.wait)

    def wait(self):
        if not self.session.at_rest() or self.session.snapshot is None:
            QTimer.singleShot(20, self.wait)
            return
        self.on_data()
        self.sheet = self.case.data.sheet
        self.sheet.state.edits.saved.connect(self.on_saved)
        model = self.sheet.view.cells
        column = next(place for place in range(model.columnCount()) if model.head(place).title == "ctDNA VAF")
        row = next(place for place in range(model.rowCount()) if model.row(place).name == "time 1")
        self.sheet.view.setCurrentIndex(model.index(row, column))
        self.words, self.left = words(), ""
        self.begin()
        self.clock = QTimer(self)
        self.clock.setTimerType(Qt.TimerType.PreciseTimer)
        self.clock.timeout.connect(self.type)
        self.clock.start(every)

    def begin(self):
        self.text = next(self.words)
        self.left = self.text

    def type(self):
        if self.sheet.bar.isVisible():
            tell("asked", self.sheet.bar.sentence.text())
            return
        if self.left:
            key, self.left = self.left[0], self.left[1:]
            tell("typed", self.sheet.view.cells.row(self.sheet.view.currentIndex().row()).visit.id, key)
            QTest.keyClicks(QApplication.focusWidget(), key)
        else:
            tell("left")
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            self.begin()

    def on_saved(self, entry, changed):
        for begun, text in zip(entry.begun, entry.texts):
            tell("saved", begun.place.visit, text)

app.MainWindow = Typist
sys.exit(app.main(store))
"""


@dataclass
class Log:
    """What the typist told: keys in order, each with its time point, and what it was told is saved."""

    keys: list[tuple[str, str]] = field(default_factory=list)
    saved: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Log":
        """A last line that was cut by the kill does not count."""
        log = cls()
        for line in path.read_text("utf-8").split("\n")[:-1]:
            kind, *rest = json.loads(line)
            if kind == "typed":
                log.keys.append((rest[0], rest[1]))
            elif kind == "left":
                log.keys.append(("", ""))
            elif kind == "saved":
                log.saved[rest[0]] = rest[1]
            else:
                log.asked.append(rest[0])
        return log

    def texts(self, count: int) -> dict[str, str]:
        """The text of each time point after so many keys."""
        found: dict[str, str] = {}
        for visit, key in self.keys[: max(count, 0)]:
            if visit:
                found[visit] = found.get(visit, "") + key
        return found


@pytest.fixture(scope="module")
def long_course(template: Path, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample cases; the first one has many time points without a value."""
    path = Path(shutil.copy(template, tmp_path_factory.mktemp("kill") / "demo.nac"))
    with Store.open(path, catalog, by="tests") as store:
        store.edit(PRIMARY, [PutVisit(Visit("", f"time {number}", 100 + number)) for number in range(1, ROWS)], "Add time points")
    return path


def test_H24_a_window_killed_while_typing_loses_two_seconds_at_the_most(long_course: Path, catalog: Catalog, tmp_path: Path) -> None:
    dice = random.Random(24)
    worst = saves = drafts = 0
    for number in range(KILLS):
        path, told = Path(shutil.copy(long_course, tmp_path / f"{number}.nac")), tmp_path / f"{number}.log"
        kill_while_typing(path, told, dice)
        log = Log.read(told)
        assert log.asked == []
        with Store.open(path, catalog, by="tests") as store:
            assert store.check(deep=True) == ()
            rows = {row.visit: row.entered.removesuffix(" %") for row in store.history(PRIMARY).observations if row.analyte == "ctdna.vaf"}
            kept = {json.loads(place)[0]: text for place, text in store.drafts(PRIMARY).items() if place.startswith("[")}
        assert {visit: rows.get(visit) for visit in log.saved} == log.saved, "confirmed, and not there"
        now, due = log.texts(len(log.keys)), log.texts(len(log.keys) - LOST)
        lost = 0
        for visit, text in now.items():
            found = max(rows.get(visit, ""), kept.get(visit, ""), key=len)
            assert text.startswith(found), "not what was typed"
            assert found.startswith(due.get(visit, "")), f"kill {number}: {len(due[visit]) - len(found)} keys too many are lost"
            lost += len(text) - len(found)
        worst = max(worst, lost)
        saves, drafts = saves + len(log.saved), drafts + len(kept)
        path.unlink()
    sys.stdout.write(f"{KILLS} kills: at most {worst} keys lost, {worst * EVERY_MS / 1000:.2f} s of typing; {saves} values were confirmed, {drafts} texts kept half typed\n")
    assert saves


def kill_while_typing(store: Path, told: Path, dice: random.Random) -> None:
    """Let the typist type for a random while, then kill it."""
    arguments = [sys.executable, "-c", TYPIST, str(store), str(told), str(dice.randrange(10**6)), str(EVERY_MS)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as child:
        while not told.exists() or not told.stat().st_size:
            assert child.poll() is None, child.stderr.read() if child.stderr is not None else ""
            time.sleep(0.02)
        time.sleep(dice.uniform(0.2, 6))
        child.kill()


def as_killed(window: MainWindow, path: Path) -> Path:
    """The files of an open store as a kill at this moment would leave them."""
    settle(window)
    copy = path.with_name("killed.nac")
    for end in ("", "-wal"):
        shutil.copy(f"{path}{end}", f"{copy}{end}")
    return copy


def test_H24_a_half_typed_field_of_a_form_stands_in_the_flowsheet_after_a_kill(open_window: OpenWindow, demo: Path, catalog: Catalog) -> None:
    window = open_window(demo)
    keys = Keyboard(window)
    keys.press(Qt.Key.Key_6, CTRL)
    settle(window)
    keys.tab(7)
    keys.type("11.2")
    with Store.open(demo, catalog, by="tests", read_only=True) as beside:
        wait_until(lambda: list(beside.drafts(PRIMARY).values()) == ["11.2"])
    again = open_window(as_killed(window, demo))
    to_sheet(again)
    wait_until(lambda: bool(again.case.data.sheet.state.unsaved))
    assert shown(again, "after C3", "Hb") == "11.2"
    assert marks(again, "after C3", "Hb") == "not saved yet"
    assert fact(again, "after C3", "labs.hb_g_dl") is None
    keys.press(Qt.Key.Key_Escape)
    settle(window)
    with Store.open(demo, catalog, by="tests", read_only=True) as beside:
        assert beside.drafts(PRIMARY) == {}, "given back"


def test_H24_the_first_value_of_an_added_column_is_shown_again_after_a_kill(open_window: OpenWindow, demo: Path, catalog: Catalog) -> None:
    window = open_window(demo)
    to_sheet(window)
    keys = Keyboard(window)
    go(window, "after C3", "name")
    keys.press(Qt.Key.Key_L, CTRL)
    keys.type("ca 19")
    keys.press(Qt.Key.Key_Return)
    settle(window)
    keys.type("38")
    with Store.open(demo, catalog, by="tests", read_only=True) as beside:
        wait_until(lambda: list(beside.drafts(PRIMARY).values()) == ["38"])
    again = open_window(as_killed(window, demo))
    to_sheet(again)
    wait_until(lambda: bool(again.case.data.sheet.state.unsaved))
    assert shown(again, "after C3", "CA 19-9") == "38"
    keys.press(Qt.Key.Key_Escape)
    settle(window)
