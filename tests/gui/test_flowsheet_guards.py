"""What is typed lands where it was begun, is called saved only when it is, and is not lost."""

import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nacdesk.domain.facts import Observation
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.gui import sheet_plan
from nacdesk.gui.main_window import MainWindow
from nacdesk.storage.changes import Changes
from nacdesk.storage.store import Store
from tests.gui.conftest import LateJobs, OpenWindow
from tests.gui.hands import ALT, CTRL, NOTHING, PRIMARY, REGROWTH, assert_one_case, press, settle, wait_until
from tests.gui.sheet_hands import KEY, enter, fact, facts, go, marks, number, said, shown, stored, the_day_of_the_board, to_sheet, write

ROOT = Path(__file__).resolve().parent.parent.parent
SIZE, CEA = "size.diameter", "marker.cea"
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_plan, "today", the_day_of_the_board)


def case_of(window: MainWindow) -> str:
    assert window.session.snapshot is not None
    return window.session.snapshot.key


def test_H01_no_value_lands_in_another_case_in_200_random_scripts(open_window: OpenWindow, demo: Path, catalog: Catalog) -> None:
    window = open_window(demo, size=(1024, 768))
    sheet, dice = to_sheet(window), random.Random(1)
    view, model = sheet.view, sheet.view.cells
    begun: dict[Decimal, tuple[str, str, str]] = {}
    ways = ((KEY.Key_Tab, NONE), (KEY.Key_Return, NONE), (KEY.Key_Escape, NONE), (KEY.Key_F, CTRL), (KEY.Key_1, ALT), (KEY.Key_2, ALT), (KEY.Key_Down, CTRL), (KEY.Key_Up, CTRL))
    for script in range(200):
        press(window, KEY.Key_2, ALT)
        press(window, KEY.Key_Escape)
        wait_until(lambda: not window.session.pending and sheet.state.sheet is not None and sheet.state.sheet.case == case_of(window))
        assert model.sheet is not None
        typed = [column for column in range(3, model.add_column) if model.typed_column(column).analyte.id in (SIZE, CEA)]
        if typed and view.hasFocus():
            view.setCurrentIndex(model.index(dice.randrange(len(model.sheet.rows) - 1), dice.choice(typed)))
            index, value = view.currentIndex(), Decimal(90001 + 10 * script) / 10000  # no case has such a value
            begun[value] = (case_of(window), model.row(index.row()).name, model.typed_column(index.column()).analyte.id)
            write(window, str(value))
        for key, modifier in dice.choices(ways, k=dice.randint(1, 4)):
            press(window, key, modifier)
            if sheet.bar.waits and dice.random() < 0.8:
                press(window, KEY.Key_Return)
            if dice.random() < 0.3:
                QApplication.processEvents()
        if window.worklist.search.hasFocus():
            window.worklist.list.setFocus()
    press(window, KEY.Key_2, ALT)
    press(window, KEY.Key_Escape)
    settle(window)
    landed = 0
    for row in window.session.rows:
        history = stored(demo, catalog, row.key)
        names = {visit.id: visit.name for visit in history.visits}
        for one in history.observations:
            if one.quantity is not None and one.quantity.value in begun:
                landed += 1
                assert begun[one.quantity.value] == (row.key, names[one.visit], one.analyte)
    assert landed > 40
    assert_one_case(window)


def test_H01_a_switch_finishes_what_is_open_and_only_then_shows_the_other_case(window: MainWindow, demo: Path, catalog: Catalog) -> None:
    sheet = to_sheet(window)
    go(window, "C2 D2", "CEA")
    write(window, "8.8")
    press(window, KEY.Key_Down, CTRL)
    assert case_of(window) == PRIMARY
    settle(window)
    assert case_of(window) != PRIMARY
    assert window.worklist.list.currentIndex().data() == window.case.banner.name.text()
    kept = [one for one in stored(demo, catalog, PRIMARY).observations if one.analyte == CEA and one.quantity is not None and one.quantity.value == Decimal("8.8")]
    assert len(kept) == 1
    assert sheet.state.unsaved == {}
    assert_one_case(window)


def test_H01_a_switch_with_a_refused_cell_stays_until_it_is_given_back(window: MainWindow) -> None:
    sheet = to_sheet(window)
    go(window, "C2 D2", "CEA")
    write(window, "1,234")
    press(window, KEY.Key_1, ALT)
    press(window, KEY.Key_Down, CTRL)
    settle(window)
    assert case_of(window) == PRIMARY
    assert window.worklist.list.currentIndex().row() == 0
    assert sheet.isVisible()
    assert sheet.editor.hasFocus()
    assert "can mean" in said(window)
    press(window, KEY.Key_Escape)
    press(window, KEY.Key_Down, CTRL)
    settle(window)
    assert case_of(window) != PRIMARY


def test_H01_a_switch_while_a_reason_is_asked_for_stays(window: MainWindow) -> None:
    sheet = to_sheet(window)
    go(window, "after C1", "CEA")
    write(window, "8.8")
    press(window, KEY.Key_Return)
    press(window, KEY.Key_Down, CTRL)
    settle(window)
    assert case_of(window) == PRIMARY
    assert sheet.bar.line.hasFocus()
    press(window, KEY.Key_1)
    press(window, KEY.Key_Down, CTRL)
    settle(window)
    assert case_of(window) != PRIMARY


def test_H01_a_value_changed_elsewhere_meanwhile_is_not_overwritten(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "after C1", "CEA")
    write(window, "8.8")
    known = fact(window, "after C1", CEA)
    assert known is not None
    window.session.perform("Correct CEA", partial(_correct, known))
    settle(window)
    press(window, KEY.Key_Return)
    press(window, KEY.Key_1)
    settle(window)
    assert "changed meanwhile" in said(window)
    assert number(window, "after C1", CEA) == 7
    assert shown(window, "after C1", "CEA") == "8.8"
    assert marks(window, "after C1", "CEA") == "not saved"
    press(window, KEY.Key_Up)
    press(window, KEY.Key_Escape)


def _correct(known: Observation, store: Store) -> Changes:
    return store.correct(PRIMARY, known.id, Quantity(Decimal(7), "ng/mL"), entered="7 ng/mL", reason="elsewhere")


def test_H02_drafts_of_a_case_that_is_no_longer_on_show_are_dropped(open_window: OpenWindow, demo: Path, catalog: Catalog) -> None:
    with Store.open(demo, catalog, by="tests") as store:
        for key in (PRIMARY, REGROWTH, NOTHING):
            store.keep_draft(key, f'["{store.history(key).visits[0].id}", "{SIZE}", "primary"]', key)
    window = open_window(demo, jobs=LateJobs)
    sheet, dice = to_sheet(window), random.Random(3)
    for _ in range(60):
        window.session.show_case(dice.choice((PRIMARY, REGROWTH, NOTHING)))
        for _ in range(dice.randint(1, 6)):
            QApplication.processEvents()
            assert {text.text for text in sheet.state.unsaved.values()} <= {case_of(window)}
            assert sheet.state.key == case_of(window)
    settle(window)
    wait_until(lambda: bool(sheet.state.unsaved))
    assert marks(window, "baseline", "primary") == "not saved yet"


def test_H25_saved_is_said_only_when_it_came_back_and_is_on_show(window: MainWindow) -> None:
    sheet = to_sheet(window)
    go(window, "C2 D2", "CEA")
    before = case_revision(window)
    told: list[tuple[str, int]] = []
    sheet.state.changed.connect(partial(_note, told, window))
    window.session.changed.connect(partial(_note, told, window))
    write(window, "8.8")
    press(window, KEY.Key_Return)
    settle(window)
    _note(told, window)
    assert ("saving…", before) in told
    assert told[-1][0].startswith("saved ")
    assert all(revision > before for text, revision in told if text.startswith("saved"))


def case_revision(window: MainWindow) -> int:
    assert window.session.snapshot is not None
    return window.session.snapshot.revision


def _note(told: list[tuple[str, int]], window: MainWindow, _changes: object = None) -> None:
    told.append((window.case.data.sheet.said.text(), case_revision(window)))


@contextmanager
def full_disk(store: Path) -> Iterator[None]:
    """No file can grow beyond what the store's log has now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (store.with_name(f"{store.name}-wal").stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_H25_a_failed_save_keeps_the_text_in_its_cell_and_says_why(window: MainWindow, demo: Path) -> None:
    sheet = to_sheet(window)
    go(window, "C2 D2", "CEA")
    with full_disk(demo):
        write(window, "8.8")
        press(window, KEY.Key_Return)
        settle(window)
    assert fact(window, "C2 D2", CEA) is None
    assert shown(window, "C2 D2", "CEA") == "8.8"
    assert marks(window, "C2 D2", "CEA") == "not saved"
    assert said(window).startswith("Not saved: ")
    assert "1 not saved" in sheet.said.text()
    assert window.messages.isVisible()
    go(window, "C2 D2", "CEA")
    press(window, KEY.Key_F2)
    assert sheet.editor.text() == "8.8"
    press(window, KEY.Key_Return)
    settle(window)
    assert number(window, "C2 D2", CEA) == Decimal("8.8")
    assert marks(window, "C2 D2", "CEA") == ""


def test_H24_a_switch_after_a_failed_save_stays(window: MainWindow, demo: Path) -> None:
    to_sheet(window)
    go(window, "C2 D2", "CEA")
    write(window, "8.8")
    with full_disk(demo):
        press(window, KEY.Key_Down, CTRL)
        settle(window)
    assert case_of(window) == PRIMARY
    assert shown(window, "C2 D2", "CEA") == "8.8"
    press(window, KEY.Key_Escape)
    press(window, KEY.Key_Down, CTRL)
    settle(window)
    assert case_of(window) != PRIMARY


def test_H24_a_window_that_stopped_writing_keeps_the_text_and_can_be_closed(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "C2 D2", "CEA")
    write(window, "8.8")
    window.session.stop_writing("the program made repeated errors")
    press(window, KEY.Key_Return)
    settle(window)
    assert shown(window, "C2 D2", "CEA") == "8.8"
    assert marks(window, "C2 D2", "CEA") == "not saved"
    assert "no store is open for writing" in said(window)
    window.close()
    wait_until(window.isHidden)


def test_H24_closing_the_window_saves_what_is_open(window: MainWindow, demo: Path, catalog: Catalog) -> None:
    to_sheet(window)
    go(window, "C2 D2", "CEA")
    write(window, "8.8")
    window.close()
    wait_until(window.isHidden)
    history = stored(demo, catalog, PRIMARY)
    assert [one.entered for one in history.observations if one.analyte == CEA and one.date == date(2026, 9, 15)] == ["8.8 ng/mL"]


def test_H24_closing_the_window_on_a_refused_cell_stays(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "C2 D2", "CEA")
    write(window, "1,234")
    window.close()
    settle(window)
    assert window.isVisible()
    assert "can mean" in said(window)
    press(window, KEY.Key_Escape)
    window.close()
    wait_until(window.isHidden)


def test_H24_what_is_typed_is_in_the_store_within_two_seconds(window: MainWindow, demo: Path, catalog: Catalog) -> None:
    to_sheet(window)
    go(window, "C2 D2", "CEA")
    write(window, "8.8")
    with Store.open(demo, catalog, by="tests", read_only=True) as beside:
        wait_until(lambda: list(beside.drafts(PRIMARY).values()) == ["8.8"], 2)
        press(window, KEY.Key_Escape)
        wait_until(lambda: beside.drafts(PRIMARY) == {}, 2)


# Types for as long as it lives; its parent kills it.
TYPIST = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from nacdesk.gui import app, main_window

class Typist(main_window.MainWindow):
    def begin(self):
        if not self.session.at_rest() or self.session.snapshot is None:
            QTimer.singleShot(20, self.begin)
            return
        self.on_data()
        sheet = self.case.data.sheet
        sheet.view.setCurrentIndex(sheet.view.cells.index(3, 3))
        self.count = 0
        self.type()
    def type(self):
        QTest.keyClicks(QApplication.focusWidget(), "123456789"[self.count % 9])
        self.count += 1
        print(self.count, flush=True)
        QTimer.singleShot(150, self.type)
    def showEvent(self, event):
        super().showEvent(event)
        QTimer.singleShot(0, self.begin)

app.MainWindow = Typist
sys.exit(app.main(Path(sys.argv[1])))
"""


def test_H24_a_kill_while_typing_loses_two_seconds_at_the_most(open_window: OpenWindow, demo: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", TYPIST, str(demo)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        typed = next(int(line) for line in child.stdout if int(line) >= 24)  # 3.6 seconds of steady typing without a pause
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    window = open_window(demo)
    sheet = to_sheet(window)
    wait_until(lambda: bool(sheet.state.unsaved))
    kept = shown(window, "C2 D2", "primary")
    assert ("123456789" * 5).startswith(kept)
    assert len(kept) >= typed - 2 / 0.15
    assert marks(window, "C2 D2", "primary") == "not saved yet"
    assert "1 not saved yet" in sheet.said.text()
    assert window.session.snapshot is not None
    go(window, "C2 D2", "primary")
    assert "not saved yet" in said(window)
    press(window, KEY.Key_F2)
    press(window, KEY.Key_A, CTRL)
    write(window, "29")
    press(window, KEY.Key_Return)
    settle(window)
    assert number(window, "C2 D2", SIZE, "primary") == 29
    assert sheet.state.unsaved == {}


def test_H24_the_date_of_a_time_point_without_a_value_survives(open_window: OpenWindow, demo: Path) -> None:
    window = open_window(demo)
    to_sheet(window)
    go(window, "", "name")
    enter(window, "after C4", "2026-11-07")
    settle(window)
    assert shown(window, "after C4", "date") == "2026-11-07"
    window.close()
    wait_until(window.isHidden)
    again = open_window(demo)
    to_sheet(again)
    wait_until(lambda: shown(again, "after C4", "date") == "2026-11-07")
    assert marks(again, "after C4", "date") == "no value yet"
    go(again, "after C4", "CEA")
    write(again, "9")
    press(again, KEY.Key_Return)
    settle(again)
    kept = fact(again, "after C4", CEA)
    assert kept is not None
    assert kept.date == date(2026, 11, 7)
    assert marks(again, "after C4", "date") == ""


def test_H26_rows_typed_faster_than_they_are_saved_are_saved_cell_by_cell(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "", "name")
    rows = (("after C4", "20261107", "4", "27", "14"), ("after C5", "20261121", "5", "26", "13"), ("after C6", "20261205", "6", "25", "12"))
    for row in rows:
        for text in row:
            write(window, text)
            target = QApplication.focusWidget()
            assert target is not None
            QTest.keyClick(target, KEY.Key_Return if text == row[-1] else KEY.Key_Tab)  # no event in between: nothing was saved yet
    settle(window)
    for name, day, cycles, primary, node in rows:
        assert (number(window, name, SIZE, "primary"), number(window, name, SIZE, "node 7R")) == (int(primary), int(node))
        kept = fact(window, name, SIZE, "primary")
        assert kept is not None
        assert f"{kept.date:%Y%m%d}" == day
        assert [visit.cycle for visit in facts(window).visits if visit.name == name] == [int(cycles)]
    assert window.case.data.sheet.state.unsaved == {}


def test_H07_a_time_point_with_values_is_renamed_with_a_reason_only(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "baseline", "name")
    write(window, "staging")
    press(window, KEY.Key_Return)
    settle(window)
    assert "baseline" in [visit.name for visit in facts(window).visits], "not before the reason"
    press(window, KEY.Key_Return)
    settle(window)
    assert "staging" in [visit.name for visit in facts(window).visits]
