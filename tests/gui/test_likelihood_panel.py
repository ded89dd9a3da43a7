"""One test at a time: typed by the user, refused in words, kept nowhere."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from nacdesk.domain import likelihood
from nacdesk.domain.rules import Catalog
from nacdesk.gui.likelihood_panel import LikelihoodForm
from nacdesk.gui.main_window import MainWindow
from nacdesk.interop.read import read
from nacdesk.settings import Settings
from tests.gui.conftest import OpenWindow
from tests.gui.hands import PRIMARY, REGROWTH, press, settle, show, wait_until
from tests.gui.test_looks import cut


def opened(window: MainWindow, key: str = PRIMARY) -> LikelihoodForm:
    """The form of a case, opened by key; the focus is on the line that opened it."""
    show(window, key)
    panel = window.findings.likelihood
    assert panel.form is None, "closed by default"
    panel.toggle.setFocus(Qt.FocusReason.TabFocusReason)
    press(window, Qt.Key.Key_Space)
    settle(window)
    assert panel.form is not None
    return panel.form


def type_text(window: MainWindow, text: str) -> None:
    window.activateWindow()
    handle = window.windowHandle()
    assert handle is not None
    for sign in text:
        QTest.keyClick(handle, sign)


def test_the_worked_example_by_keys_alone(window: MainWindow) -> None:
    form = opened(window)
    assert form.field.text() == ""
    assert form.result.text() == "To see a result: type a probability and choose what the test shows."
    press(window, Qt.Key.Key_Tab)
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    type_text(window, "60")
    assert form.result.text() == "To see a result: choose what the test shows."
    press(window, Qt.Key.Key_Tab)
    chosen = QApplication.focusWidget()
    assert isinstance(chosen, QPushButton)
    assert chosen.accessibleName() == "Change of FDG uptake, oesophageal cancer, any timing: shows no response"
    press(window, Qt.Key.Key_Space)
    text = form.result.text().replace("\u00a0", " ")
    assert "60.0 % becomes 75.6 % (71.6 % to 79.7 % by the interval of the source), likelihood ratio 2.06 (1.68 to 2.61)" in text
    for heading in ("Result", "Formula", "The test", "Source", "What it is not"):
        assert heading in text
    assert "odds 1.50 × 2.06 = 3.09" in text
    assert "Sensitivity 0.67 (0.62 to 0.72), specificity 0.68 (0.64 to 0.73)" in text
    assert "Never multiplied across tests" in text


def test_one_answer_of_one_test_is_chosen_at_a_time_and_none_at_first(window: MainWindow) -> None:
    form = opened(window)
    buttons = form.findChildren(QPushButton)
    assert len(buttons) == 4
    assert not any(made.isChecked() for made in buttons)
    for made in buttons:
        made.setFocus(Qt.FocusReason.TabFocusReason)
        press(window, Qt.Key.Key_Space)
        assert [other for other in buttons if other.isChecked()] == [made]


@pytest.mark.parametrize("typed", ["0", "100", "150", "sixty", "62,5", "<60"])
def test_H06_wrong_input_is_refused_in_words_beside_the_field(window: MainWindow, typed: str) -> None:
    form = opened(window)
    form.findChildren(QPushButton)[0].click()
    form.field.setFocus(Qt.FocusReason.TabFocusReason)
    type_text(window, typed)
    assert form.field.text() == typed
    assert form.refused.isVisible()
    assert "Type " in form.refused.text()
    assert form.field.accessibleDescription() == form.refused.text()
    assert "becomes" not in form.result.text()
    for _ in typed:
        press(window, Qt.Key.Key_Backspace)
    type_text(window, "40")
    assert not form.refused.isVisible()
    assert "40.0\u00a0% becomes" in form.result.text()


def test_H02_what_was_typed_goes_with_the_case_and_stays_for_its_other_dates(window: MainWindow) -> None:
    form = opened(window)
    form.field.setText("60")
    window.worklist.list.setFocus()
    press(window, Qt.Key.Key_BracketLeft)
    settle(window)
    assert window.findings.likelihood.form is form
    assert form.field.text() == "60"
    show(window, REGROWTH)
    assert window.findings.likelihood.form is None
    show(window, PRIMARY)
    assert window.findings.likelihood.form is None
    assert opened(window).field.text() == ""


def test_what_was_typed_is_stored_nowhere(window: MainWindow, demo: Path, tmp_path: Path) -> None:
    form = opened(window)
    form.field.setText("61.7358")
    form.findChildren(QPushButton)[0].click()
    assert "61.7" in form.result.text()
    assert window.session.snapshot is not None
    revision = window.session.snapshot.revision
    show(window, REGROWTH)
    show(window, PRIMARY)
    assert window.session.snapshot.revision == revision
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"61.7358" not in path.read_bytes(), path


def test_a_tumour_without_a_test_says_so(window: MainWindow, catalog: Catalog, tmp_path: Path) -> None:
    table = tmp_path / "ovarian.csv"
    table.write_text("case,visit,analyte,value,context\nO-1,baseline,status.ecog,1,ovarian\n", "utf-8")
    window.session.add(read([table], catalog), lambda _changes: None)
    settle(window)
    seen = set()
    for row in window.session.rows:
        show(window, row.key)
        snapshot = window.session.snapshot
        assert snapshot is not None
        context = snapshot.review.history.case.context
        form = opened(window, row.key)
        offered = bool(likelihood.tests_for(catalog, context))
        seen.add((context is not None, offered))
        assert form.field.isVisible() is form.result.isVisible() is offered
        if not offered:
            said = "No tumour context is recorded" if context is None else f"for {catalog.contexts[context].label}."
            assert said in form.about.text()
        window.findings.likelihood.toggle.click()
    assert {(True, True), (True, False), (False, False)} == seen


@pytest.mark.parametrize("scale", [100, 200])
def test_H43_nothing_is_cut_when_it_is_open(open_window: OpenWindow, demo: Path, scale: int) -> None:
    window = open_window(demo, Settings(theme="light", text_scale=scale), size=(1024, 768))
    form = opened(window)
    form.field.setText("sixty")
    wait_until(lambda: not cut(window))  # a layout settles level by level
    form.field.setText("60")
    form.findChildren(QPushButton)[0].click()
    wait_until(lambda: not cut(window))  # a layout settles level by level
