from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QLineEdit, QTableView, QWidget

from nacdesk.domain.rules import Catalog
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.shell import FICTITIOUS
from nacdesk.interop.read import read
from nacdesk.storage.store import Store
from tests.gui.conftest import SAMPLES, OpenWindow
from tests.gui.hands import CLEAN, CTRL, PRIMARY, SHIFT, UNDATED, assert_one_case, press, settle, show, wait_until


def test_H42_a_store_of_invented_cases_says_so_on_the_window_and_across_the_chart(window: MainWindow) -> None:
    for row in window.session.rows:
        show(window, row.key)
        assert window.notice.isVisible()
        assert window.case.model is not None
        assert window.case.model.watermark
    notice = window.notice.findChild(QLabel, "fictitious-notice")
    assert notice is not None
    assert FICTITIOUS in notice.text()


def test_H42_a_store_of_patients_carries_no_such_notice(open_window: OpenWindow, tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "real.nac"
    with Store.create(path, catalog, by="tests") as store:
        store.add(read([SAMPLES[0]], catalog).histories, "Import")
    window = open_window(path)
    assert not window.notice.isVisible()
    assert window.case.model is not None
    assert window.case.model.watermark == ""


def test_the_whole_job_by_keyboard(open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, pdf, bad = tmp_path / "cases.nac", tmp_path / "board.pdf", tmp_path / "bad.csv"
    lines = SAMPLES[0].read_text("utf-8").splitlines()
    bad.write_text("\n".join([lines[0], lines[1].replace(",31,mm", ',"1,234",furlong')]), "utf-8")
    window = open_window(store, create=True)
    assert window.start.isVisible()
    assert "Ctrl+I" in window.start.text.text()

    choose(monkeypatch, [bad])
    press(window, Qt.Key.Key_I, CTRL)
    dialog = window.imports
    wait_until(dialog.isVisible)
    press(dialog, Qt.Key.Key_Space)
    settle(window)
    assert dialog.problems.words.rows
    assert any("furlong" in row[2] or "1,234" in row[2] for row in dialog.problems.words.rows)
    assert not dialog.accept_button.isEnabled()
    press(dialog, Qt.Key.Key_Return)
    settle(window)
    assert dialog.isVisible()
    assert window.session.rows == ()

    choose(monkeypatch, [SAMPLES[0], SAMPLES[2]])
    dialog.files.setFocus()
    press(dialog, Qt.Key.Key_Space)
    settle(window)
    assert [row[0] for row in dialog.cases.words.rows] == [PRIMARY, CLEAN]
    assert dialog.ready
    press(dialog, Qt.Key.Key_Return)
    settle(window)
    assert not dialog.isVisible()
    assert "added" in window.messages.sentence.text()
    assert [row.key for row in window.session.rows] == [PRIMARY, CLEAN]

    press(window, Qt.Key.Key_F, CTRL)
    assert window.worklist.search.hasFocus()
    QTest.keyClicks(window.worklist.search, "mori")
    press(window, Qt.Key.Key_Return)
    settle(window)
    assert window.session.snapshot is not None
    assert window.session.snapshot.key == CLEAN
    assert_one_case(window)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_options: (str(pdf), ""))
    press(window, Qt.Key.Key_P, CTRL)
    settle(window)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert str(pdf) in window.messages.sentence.text()

    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    assert window.session.rows == ()
    press(window, Qt.Key.Key_Z, CTRL | SHIFT)
    settle(window)
    press(window, Qt.Key.Key_F, CTRL)
    press(window, Qt.Key.Key_Escape)
    wait_until(lambda: len(window.session.rows) == 2)
    settle(window)
    assert_one_case(window)


def choose(monkeypatch: pytest.MonkeyPatch, files: list[Path]) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args, **_options: ([str(path) for path in files], ""))


def test_the_suggested_name_of_a_handout_holds_key_and_date_alone(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **_options: (asked.append(args[2]), ("", ""))[1])
    window.on_export()
    show(window, UNDATED)
    window.on_export()
    assert asked == ["D-100482-2026-10-19.pdf", "D-100589.pdf"]


def test_a_handout_that_cannot_be_written_is_told(window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_options: (str(tmp_path / "no such folder" / "a.pdf"), ""))
    window.on_export()
    settle(window)
    assert window.messages.isVisible()
    assert window.messages.property("tone") == "error"


def test_empty_screens_say_what_to_do_next(open_window: OpenWindow, tmp_path: Path) -> None:
    missing = open_window(tmp_path / "none.nac")
    assert missing.messages.isVisible()
    assert "Create a new one" in missing.start.text.text()
    assert missing.start.new_button.isVisible()
    empty = open_window(tmp_path / "empty.nac", create=True)
    assert "Import a table" in empty.start.text.text()
    assert empty.start.import_button.isVisible()


def test_every_control_has_a_name_and_can_be_reached_by_tab(window: MainWindow) -> None:
    for kind in (QAbstractButton, QLineEdit, QTableView):
        for widget in window.findChildren(kind):
            if not isinstance(widget.window(), MainWindow) or widget.inherits("QToolButton") or widget.inherits("QTableCornerButton"):
                continue
            named = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert named, f"{widget.metaObject().className()} {widget.objectName()} has no name"
    reached = tabbed(window)
    for widget in (window.worklist.search, window.worklist.list, window.case.tabs, window.case.chart, window.flags.cards[0], window.flags.cards[0].more, window.top.import_button):
        assert widget in reached, widget.objectName()


def tabbed(window: MainWindow) -> list[QWidget]:
    """What Tab reaches, in order."""
    window.activateWindow()
    window.worklist.search.setFocus()
    reached: list[QWidget] = []
    for _ in range(120):
        now = QApplication.focusWidget()
        if now is None or now in reached:
            break
        reached.append(now)
        press(window, Qt.Key.Key_Tab)
    return reached


def test_the_order_of_the_focus_goes_from_list_to_case_to_flags(window: MainWindow) -> None:
    reached = tabbed(window)
    parts = [window.worklist.search, window.worklist.list, window.case.tabs, window.case.chart, window.flags.cards[0]]
    places = [reached.index(part) for part in parts]
    assert places == sorted(places)


def test_status_line_names_store_rule_set_and_what_the_program_is_not(window: MainWindow, catalog: Catalog) -> None:
    assert window.status.store.text() == "demo.nac · saved"
    assert catalog.version in window.status.rules.text()
    assert "rule set not clinically reviewed" in window.status.rules.text()
    assert "does not replace clinical judgement" in words_in_view(window)


def words_in_view(window: MainWindow) -> str:
    return " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def test_no_directive_word_is_shown(window: MainWindow) -> None:
    import re

    directive: Callable[[str], object] = re.compile(r"\b(recommended|switch to|resistant patient)\b", re.IGNORECASE).search
    for row in window.session.rows:
        show(window, row.key)
        assert directive(words_in_view(window)) is None
