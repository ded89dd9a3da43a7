"""A new case, by keyboard: who, what, when; and never a second record of one patient by accident."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from nacdesk.gui.forms.new_case import NewCaseDialog
from nacdesk.gui.main_window import MainWindow
from tests.gui.hands import CTRL, Keyboard, assert_one_case, press, settle, wait_until


def dialog_of(window: MainWindow) -> NewCaseDialog:
    press(window, Qt.Key.Key_N, CTRL)
    dialog = window.findChild(NewCaseDialog)
    assert dialog is not None
    line = dialog.person.mrn.line
    assert line is not None
    wait_until(line.hasFocus)
    return dialog


def test_a_case_is_made_by_keyboard_alone_and_is_on_show_with_its_first_cycle(window: MainWindow) -> None:
    dialog_of(window)
    keys = Keyboard(window)
    keys.type("D-200001")
    keys.tab()
    keys.type("DEMO, Nova Lindqvist")
    keys.tab()
    keys.type("1971-04-09")
    keys.tab()
    keys.type("f")  # female
    keys.tab(2)
    keys.type("Gastric adenocarcinoma")
    keys.tab()
    keys.type("Oeso")
    keys.tab()
    keys.type("cT3 N1 M0")
    keys.tab(2)
    keys.type("FLOT (perioperative)")
    keys.tab(2)
    settle(window)
    keys.type("2026-09-01")
    keys.press(Qt.Key.Key_Return)
    settle(window)
    snapshot = window.session.snapshot
    assert snapshot is not None
    assert snapshot.key == "D-200001"
    case = snapshot.review.history.case
    assert (case.patient.name, case.patient.sex, case.context, case.regimen) == ("DEMO, Nova Lindqvist", "F", "oesoph_gej_gastric_adeno", "FLOT (perioperative)")
    assert case.cycle_length is None, "the length that comes with the regimen is a hint, not a recorded fact"
    assert [cycle.number for cycle in snapshot.review.cycles] == [1]
    assert_one_case(window)
    assert keys.strokes < 150


def test_the_course_is_laid_out_before_anything_is_stored(window: MainWindow) -> None:
    dialog = dialog_of(window)
    dialog.person.regimen.show_text("FLOT (perioperative)")
    dialog.first_cycle.focus()
    Keyboard(window).type("2026-09-01")
    Keyboard(window).tab()
    assert "C1 1 Sep, C2 15 Sep, C3 29 Sep, C4 13 Oct" in dialog.cycles.text()
    dialog.reject()


def test_H03_a_patient_who_could_be_the_same_holds_the_second_record_back(window: MainWindow) -> None:
    dialog = dialog_of(window)
    keys = Keyboard(window)
    keys.type("X-7")
    keys.tab()
    keys.type("Demo, Inez Alvarez")
    keys.tab()
    keys.type("1965-03-14")
    keys.press(Qt.Key.Key_Return)
    settle(window)
    assert dialog.isVisible()
    assert "DEMO, Ines Alvarez" in dialog.alike.text()
    assert "tick the box" in dialog.trouble.text()
    assert not any(row.key == "X-7" for row in window.session.rows)
    keys.press(Qt.Key.Key_Space)  # the focus is on the box
    keys.press(Qt.Key.Key_Return)
    settle(window)
    assert any(row.key == "X-7" for row in window.session.rows)


def test_H03_a_record_number_belongs_to_one_case_however_it_is_spelled(window: MainWindow) -> None:
    dialog = dialog_of(window)
    keys = Keyboard(window)
    keys.type("d 100482")
    keys.press(Qt.Key.Key_Return)
    settle(window)
    dialog.other_patient.setChecked(True)
    dialog.make.click()
    settle(window)
    assert dialog.isVisible()
    assert "belongs to the case D-100482 already" in dialog.trouble.text()
    line = dialog.person.mrn.line
    assert line is not None
    assert line.text() == "d 100482", "what was typed is still there"
    dialog.reject()


def test_what_cannot_be_a_date_is_refused_beside_its_field(window: MainWindow) -> None:
    dialog = dialog_of(window)
    dialog.person.birth_date.focus()
    keys = Keyboard(window)
    keys.type("3/4/1965")
    keys.tab()
    QApplication.processEvents()
    assert "does not say which number is the day" in dialog.person.birth_date.note.text()
    keys.press(Qt.Key.Key_Return)
    settle(window)
    assert dialog.isVisible()
    dialog.reject()


def test_neither_record_number_nor_key_is_refused(window: MainWindow) -> None:
    dialog = dialog_of(window)
    Keyboard(window).press(Qt.Key.Key_Return)
    settle(window)
    assert "needs a record number or a key" in dialog.trouble.text()
    dialog.reject()
