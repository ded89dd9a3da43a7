"""The history of a case: narrowed, put in order, copied and printed; real keys on a real window."""

import stat
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from nacdesk import work
from nacdesk.domain.rules import Catalog
from nacdesk.gui.history import HistoryView
from nacdesk.gui.main_window import MainWindow
from nacdesk.storage.store import Store
from tests.gui.conftest import OpenWindow
from tests.gui.hands import CLEAN, CTRL, PRIMARY, SHIFT, Keyboard, press, settle, show

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def corrected(demo: Path, catalog: Catalog) -> Path:
    """The sample cases; in the first one a diameter was corrected with a reason, by somebody else."""
    with Store.open(demo, catalog, by="Ana Ruiz (aruiz)") as store:
        work.correct(store, catalog, PRIMARY, diameter(store), "32.5 mm", reason="read from the other slice")
    return demo


def diameter(store: Store) -> str:
    history = store.history(PRIMARY)
    return next(row.id for row in history.observations if row.analyte == "size.diameter" and row.lesion == "primary")


def history_of(window: MainWindow, key: str = PRIMARY) -> HistoryView:
    show(window, key)
    press(window, Qt.Key.Key_3, ALT)
    settle(window)
    return window.case.history


def told(view: HistoryView) -> list[str]:
    return [row[3] for row in view.table.words.rows]


def choose(window: MainWindow, view: HistoryView, name: str, wanted: str) -> None:
    """Turn a list by its keys, as a person does."""
    combo = view.topic if name == "topic" else view.who
    combo.setFocus()
    press(window, Qt.Key.Key_Home)
    for _ in range(combo.count()):
        if combo.currentText().startswith(wanted):
            return
        press(window, Qt.Key.Key_Down)
    raise AssertionError(f"there is no “{wanted}”")


def test_the_history_is_narrowed_by_subject_person_and_words_and_says_so(open_window: OpenWindow, corrected: Path) -> None:
    window = open_window(corrected)
    view = history_of(window)
    every = len(told(view))
    assert view.note.text() == f"{every} changes to this case"
    assert not view.everything.isVisible()

    choose(window, view, "topic", "Lesion node")
    assert told(view)
    assert all("node 7R" in text for text in told(view))
    assert view.note.text() == f"{len(told(view))} of {every} changes to this case: about Lesion node 7R"
    choose(window, view, "topic", "Cycles")
    assert {text.split(",")[0].removeprefix("added ") for text in told(view)} >= {"Cycle given"}

    view.everything.setFocus()
    press(window, Qt.Key.Key_Space)
    assert len(told(view)) == every
    choose(window, view, "who", "Ana")
    assert told(view) == ["Tumour diameter of primary, baseline: 31 mm → 32.5 mm. Reason: read from the other slice"]

    view.everything.setFocus()
    press(window, Qt.Key.Key_Space)
    view.text.setFocus()
    Keyboard(window).type("SLICE other")
    assert len(told(view)) == 1
    assert "with the words SLICE other" in view.note.text()


def test_what_was_chosen_outlives_an_edit_of_the_case_but_not_another_case(open_window: OpenWindow, corrected: Path) -> None:
    window = open_window(corrected)
    view = history_of(window)
    choose(window, view, "who", "Ana")
    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    assert view.chosen.who == "Ana Ruiz (aruiz)"
    assert len(told(view)) == 1
    show(window, CLEAN)
    assert view.chosen.words == ""
    assert view.note.text() == f"{len(told(view))} changes to this case"


def test_undo_and_redo_stand_in_the_history_themselves(open_window: OpenWindow, corrected: Path) -> None:
    window = open_window(corrected)
    view = history_of(window)
    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    press(window, Qt.Key.Key_Z, CTRL | SHIFT)
    settle(window)
    assert [row[2] for row in view.table.words.rows[:3]] == ["Redo: Correct size.diameter", "Undo: Correct size.diameter", "Correct size.diameter"]
    newest = told(view)
    view.order.setFocus()
    view.order.press("oldest")
    assert told(view) == newest[::-1]


def test_undo_and_redo_name_what_they_will_do_in_the_menu_the_tip_and_the_list_of_actions(open_window: OpenWindow, corrected: Path) -> None:
    window = open_window(corrected)
    undo, redo = window.actions_.undo, window.actions_.redo
    assert undo.text() == "&Undo: Correct size.diameter"
    assert undo.toolTip() == "Takes back: Correct size.diameter"
    assert redo.toolTip() == "Does again nothing: there is no such step"
    press(window, Qt.Key.Key_K, CTRL)
    finder = window._finder
    assert finder is not None
    Keyboard(window).type("undo")
    assert finder.list.item(0).text().startswith("Edit › Undo: Correct size.diameter")
    press(finder, Qt.Key.Key_Return)
    settle(window)
    assert redo.toolTip() == "Does again: Correct size.diameter"


def test_the_history_of_one_value_is_one_key_away_from_it(open_window: OpenWindow, corrected: Path, catalog: Catalog) -> None:
    window = open_window(corrected)
    show(window, PRIMARY)
    press(window, Qt.Key.Key_2, ALT)
    data = window.case.data
    data.pages.press("facts")
    settle(window)
    snapshot = window.session.snapshot
    assert snapshot is not None
    place = next(number for number, row in enumerate(snapshot.review.history.observations) if row.analyte == "size.diameter" and row.lesion == "primary")
    data.facts.setFocus()
    data.facts.selectRow(0)
    press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Up)
    for _ in range(place):
        press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_H, CTRL)
    settle(window)
    view = window.case.history
    assert view.isVisible()
    assert told(view) == [
        "Tumour diameter of primary, baseline: 31 mm → 32.5 mm. Reason: read from the other slice",
        "added Tumour diameter of primary, baseline: 31 mm; date 2026-08-28; method CT",
    ]
    assert view.note.text().endswith("only Tumour diameter of primary, baseline")
    with Store.open(corrected, catalog, by="tests", read_only=True) as store:
        assert len(store.journal(PRIMARY, observation=diameter(store))) == 2


def test_the_history_of_a_cell_of_the_flowsheet(window: MainWindow) -> None:
    show(window, PRIMARY)
    press(window, Qt.Key.Key_2, ALT)
    settle(window)
    view = window.case.data.sheet.view
    sheet = window.case.data.sheet.state.sheet
    assert sheet is not None
    column = next(place for place, one in enumerate(sheet.columns) if one.key == ("size.diameter", "primary"))
    view.setFocus()
    view.setCurrentIndex(view.cells.index(0, 3 + column))
    press(window, Qt.Key.Key_H, CTRL)
    settle(window)
    assert told(window.case.history) == ["added Tumour diameter of primary, baseline: 31 mm; date 2026-08-28; method CT"]


def test_without_a_chosen_value_it_says_what_to_do(window: MainWindow) -> None:
    press(window, Qt.Key.Key_H, CTRL)
    settle(window)
    assert "Choose a recorded value first" in window.messages.sentence.text()


def test_H44_a_copied_change_carries_its_case(open_window: OpenWindow, corrected: Path) -> None:
    window = open_window(corrected)
    view = history_of(window)
    view.table.setFocus()
    view.table.selectRow(0)
    press(window, Qt.Key.Key_C, CTRL)
    head, line = QGuiApplication.clipboard().text().splitlines()
    assert head.split("\t")[0] == "Case"
    assert line.split("\t")[0] == PRIMARY
    assert "31 mm → 32.5 mm" in line
    QGuiApplication.clipboard().clear()


def answer(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_options: (str(path), ""))


def test_H22_the_printed_history_names_the_patient_on_every_page_and_says_what_was_chosen(
    open_window: OpenWindow, corrected: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(corrected)
    view = history_of(window)
    every, whole = len(told(view)), tmp_path / "whole.pdf"
    answer(monkeypatch, tmp_path / "whole")
    view.print.setFocus()
    press(window, Qt.Key.Key_Space)
    settle(window)
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(whole).pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert "DEMO, Ines Alvarez · b. 1965-03-14 · MRN D-100482" in text
        assert f"page {number} of {len(pages)}" in text
        assert "case D-100482 · case revision" in text
        assert "FICTITIOUS DEMONSTRATION CASE" in text
    joined = " ".join(pages)
    assert "Reason: read from the other slice" in joined
    assert joined.count("added ") == every - 1
    assert stat.S_IMODE(whole.stat().st_mode) == 0o600

    choose(window, view, "who", "Ana")
    answer(monkeypatch, tmp_path / "one.pdf")
    window.keeping.on_print()
    settle(window)
    (only,) = [" ".join(page.extract_text().split()) for page in PdfReader(tmp_path / "one.pdf").pages]
    assert f"1 of {every} changes: by Ana Ruiz (aruiz)" in only
    assert "added " not in only


def test_an_existing_file_is_not_printed_over(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = tmp_path / "taken.pdf"
    taken.write_text("something else")
    show(window, PRIMARY)
    answer(monkeypatch, taken)
    window.keeping.on_print()
    settle(window)
    assert taken.read_text() == "something else"
    assert window.messages.property("tone") == "error"


def test_H01_a_case_that_changed_while_the_file_was_chosen_is_not_printed(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show(window, PRIMARY)
    path = tmp_path / "late.pdf"

    def switch(*_args: object, **_options: object) -> tuple[str, str]:
        window.session.show_case(CLEAN)
        settle(window)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", switch)
    window.keeping.on_print()
    settle(window)
    assert not path.exists()
    assert "Another case is on show by now" in window.messages.sentence.text()
