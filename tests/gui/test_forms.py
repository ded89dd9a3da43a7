"""The forms of the Data page, typed into as a person does: saved when left, refused in place, with a reason for what was recorded."""

import shutil
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from nacdesk.domain.facts import History
from nacdesk.gui.forms.cycles import CyclesPage
from nacdesk.gui.forms.facts import FactsPage
from nacdesk.gui.forms.field import Field
from nacdesk.gui.forms.lesions import LesionsPage
from nacdesk.gui.forms.pages import FormPages
from nacdesk.gui.forms.pathology import PathologyPage
from nacdesk.gui.forms.person_page import PersonPage
from nacdesk.gui.forms.sul import SulPage
from nacdesk.gui.main_window import MainWindow
from tests.gui.conftest import OpenWindow
from tests.gui.hands import ALT, PRIMARY, REGROWTH, Keyboard, assert_one_case, press, settle, show


def forms_of(window: MainWindow, title: str) -> FormPages:
    show(window, PRIMARY)
    press(window, Qt.Key.Key_2, ALT)
    window.case.data.pages.press("forms")
    forms = window.case.data.forms
    forms.show_page(title)
    settle(window)
    return forms


def history_of(window: MainWindow) -> History:
    assert window.session.snapshot is not None
    return window.session.snapshot.facts


def field_of(forms: FormPages, title: str, analyte: str) -> Field:
    page = forms.pages[title]
    assert isinstance(page, FactsPage)
    return page.fields[analyte, ""]


def enter(window: MainWindow, field: Field, text: str) -> Keyboard:
    """Choose the field, type over what stands in it, and leave it."""
    keys = Keyboard(window)
    field.focus()
    if field.line is not None:
        field.line.selectAll()
    keys.type(text)
    keys.tab()
    settle(window)
    return keys


def values(window: MainWindow, analyte: str) -> list[str]:
    return [str(row.value) for row in history_of(window).observations if row.analyte == analyte]


def test_a_fact_is_saved_when_its_field_is_left_and_judged_at_once(window: MainWindow) -> None:
    forms = forms_of(window, "Fitness and organs")
    field = field_of(forms, "Fitness and organs", "labs.hb_g_dl")
    enter(window, field, "11.2")
    assert values(window, "labs.hb_g_dl") == ["11.2 g/dL"]
    assert field.note.text().startswith("saved ")
    assert_one_case(window)
    row = next(row for row in history_of(window).observations if row.analyte == "labs.hb_g_dl")
    assert row.date is not None
    assert row.date.isoformat() == "2026-10-17", "it is recorded at the time point that stands above"


def test_what_is_refused_is_said_beside_the_field_and_nothing_is_stored(window: MainWindow) -> None:
    forms = forms_of(window, "Fitness and organs")
    field = field_of(forms, "Fitness and organs", "labs.hb_g_dl")
    before = history_of(window)
    enter(window, field, "112")
    assert "outside what Haemoglobin can be" in field.note.text()
    assert field.note.property("bad") == "true"
    assert history_of(window) == before
    assert field.text == "112"
    field.focus()
    Keyboard(window).press(Qt.Key.Key_Escape)
    assert field.text == ""


def test_an_unusual_value_asks_and_enter_keeps_it_with_its_warning(window: MainWindow) -> None:
    forms = forms_of(window, "Fitness and organs")
    field = field_of(forms, "Fitness and organs", "labs.hb_g_dl")
    keys = enter(window, field, "24")
    assert values(window, "labs.hb_g_dl") == []
    assert "usual range" in forms._keeper.bar.sentence.text()
    keys.press(Qt.Key.Key_Return)
    settle(window)
    assert values(window, "labs.hb_g_dl") == ["24 g/dL"]
    row = next(row for row in history_of(window).observations if row.analyte == "labs.hb_g_dl")
    assert row.warnings


def test_a_recorded_fact_is_changed_with_a_reason_and_the_old_one_stays_in_the_history(window: MainWindow) -> None:
    forms = forms_of(window, "Fitness and organs")
    field = field_of(forms, "Fitness and organs", "status.ecog")
    keys = enter(window, field, "2")
    assert values(window, "status.ecog") == ["1"], "not before the reason"
    keys.press(Qt.Key.Key_2)
    settle(window)
    assert values(window, "status.ecog") == ["2"]
    journals: list = []
    window.session.journal_read.connect(journals.append)
    window.session.read_journal(PRIMARY)
    settle(window)
    last = journals[-1].entries[-1]
    assert (last.reason, "1 → 2" in last.what) == ("corrected report", True)


def test_a_blank_field_withdraws_and_escape_gives_back(window: MainWindow) -> None:
    forms = forms_of(window, "Fitness and organs")
    field = field_of(forms, "Fitness and organs", "status.ecog")
    field.focus()
    assert field.line is not None
    field.line.selectAll()
    keys = Keyboard(window)
    keys.press(Qt.Key.Key_Delete)
    keys.tab()
    settle(window)
    keys.press(Qt.Key.Key_Escape)
    settle(window)
    assert field.text == "1"
    assert values(window, "status.ecog") == ["1"]
    field.line.selectAll()
    keys.press(Qt.Key.Key_Delete)
    keys.tab()
    settle(window)
    keys.press(Qt.Key.Key_Return)
    settle(window)
    assert values(window, "status.ecog") == []


def test_H07_the_baseline_is_chosen_by_hand_with_a_reason_that_is_shown(window: MainWindow) -> None:
    forms = forms_of(window, "Findings")
    assert forms.when.box is not None
    forms.when.show_text(next(visit.id for visit in history_of(window).visits if visit.name == "baseline"))
    forms._show_pages()
    field = field_of(forms, "Findings", "event.baseline")
    assert field.box is not None
    field.focus()
    keys = Keyboard(window)
    keys.type("y")
    keys.tab()
    settle(window)
    assert "Why is this time point the baseline?" in forms._keeper.bar.sentence.text()
    keys.press(Qt.Key.Key_2)
    settle(window)
    row = next(row for row in history_of(window).observations if row.analyte == "event.baseline")
    assert (row.value, row.note) == ("yes", "earlier scan of poor quality")
    assert window.session.snapshot is not None
    assert "by hand" in window.session.snapshot.review.baseline["size"]
    assert "earlier scan of poor quality" in window.session.snapshot.review.baseline["size"]


def test_H07_no_time_point_after_the_first_dose_is_taken_for_the_baseline(window: MainWindow) -> None:
    forms = forms_of(window, "Findings")
    field = field_of(forms, "Findings", "event.baseline")
    field.focus()
    keys = Keyboard(window)
    keys.type("y")
    keys.tab()
    settle(window)
    assert "after the first dose" in field.note.text()
    assert values(window, "event.baseline") == []
    field.give_back()
    forms._keeper.forget(field)


def test_a_cycle_is_given_moved_reduced_and_cancelled(window: MainWindow) -> None:
    forms = forms_of(window, "Cycles")
    page = forms.pages["Cycles"]
    assert isinstance(page, CyclesPage)
    assert [row.state.text for row in page.rows] == ["given", "given", "given", "planned"]
    enter(window, page.rows[3].start, "2026-10-20")
    assert window.session.snapshot is not None
    cycles = window.session.snapshot.review.cycles
    assert [(cycle.number, cycle.delay_days) for cycle in cycles][-1] == (4, 2)
    keys = enter(window, page.rows[3].dose, "75")
    keys.press(Qt.Key.Key_Return)
    settle(window)
    assert window.session.snapshot.review.cycles[-1].dose_pct == Decimal(75)
    state = page.rows[3].state
    assert state.box is not None
    state.focus()
    keys.press(Qt.Key.Key_Down)
    keys.tab()
    settle(window)
    keys.press(Qt.Key.Key_Return)
    settle(window)
    assert window.session.snapshot.review.cycles[-1].cancelled


def test_a_cycle_before_the_one_ahead_of_it_is_refused(window: MainWindow) -> None:
    forms = forms_of(window, "Cycles")
    page = forms.pages["Cycles"]
    assert isinstance(page, CyclesPage)
    enter(window, page.rows[3].start, "2026-09-20")
    assert "does not lie after" in page.rows[3].start.note.text()
    assert window.session.snapshot is not None
    assert len(window.session.snapshot.review.cycles) == 3
    page.rows[3].start.give_back()
    forms._keeper.forget(page.rows[3].start)


def test_a_lesion_is_added_changed_and_removed(window: MainWindow) -> None:
    forms = forms_of(window, "Lesions")
    page = forms.pages["Lesions"]
    assert isinstance(page, LesionsPage)
    enter(window, page.cards[-1].name, "liver S6")
    assert [lesion.label for lesion in history_of(window).lesions][-1] == "liver S6"
    role = page.cards[-2].role
    assert page.cards[-2].label == "liver S6"
    role.focus()
    keys = Keyboard(window)
    keys.press(Qt.Key.Key_Down)
    keys.tab()
    settle(window)
    keys.press(Qt.Key.Key_Return)
    settle(window)
    assert history_of(window).lesions[-1].role == "non_target"
    page.cards[-2].remove.click()
    settle(window)
    keys.press(Qt.Key.Key_Return)
    settle(window)
    assert "liver S6" not in [lesion.label for lesion in history_of(window).lesions]


def test_a_lesion_with_values_is_not_removed(window: MainWindow) -> None:
    forms = forms_of(window, "Lesions")
    page = forms.pages["Lesions"]
    assert isinstance(page, LesionsPage)
    page.cards[0].remove.click()
    settle(window)
    Keyboard(window).press(Qt.Key.Key_Return)
    settle(window)
    assert page.cards[0].name.note.text().startswith("Not saved: ")
    assert [lesion.label for lesion in history_of(window).lesions] == ["primary", "node 7R"]


def test_patient_and_case_are_changed_with_a_reason(window: MainWindow) -> None:
    forms = forms_of(window, "Patient and case")
    page = forms.pages["Patient and case"]
    assert isinstance(page, PersonPage)
    keys = enter(window, page.person.name, "DEMO, Ines Alvarez Ruiz")
    assert history_of(window).case.patient.name == "DEMO, Ines Alvarez"
    keys.press(Qt.Key.Key_Return)
    settle(window)
    assert history_of(window).case.patient.name == "DEMO, Ines Alvarez Ruiz"
    assert window.case.banner.name.text() == "DEMO, Ines Alvarez Ruiz"
    assert_one_case(window)


def test_the_residual_cancer_burden_is_worked_out_while_it_is_typed(window: MainWindow) -> None:
    forms = forms_of(window, "Pathology")
    page = forms.pages["Pathology"]
    assert isinstance(page, PathologyPage)
    assert page.burden.text() == "RCB: no RCB measurements recorded."
    for analyte, text in (("rcb.d1", "20"), ("rcb.d2", "15"), ("rcb.cellularity", "30"), ("rcb.in_situ", "10"), ("rcb.nodes_positive", "1")):
        enter(window, page.fields[analyte, ""], text)
        assert "missing" in page.burden.text()
    last = page.fields["rcb.largest_met", ""]
    last.focus()
    Keyboard(window).type("5")
    QApplication.processEvents()
    assert page.burden.text().startswith("RCB-II, index ")
    assert "rcb.largest_met" not in {row.analyte for row in history_of(window).observations}, "not saved before it is left"
    Keyboard(window).tab()
    settle(window)
    assert window.session.snapshot is not None
    stored = window.session.snapshot.review.rcb
    assert stored.rcb_class == "RCB-II"
    assert stored.index is not None
    assert f"{stored.index:.2f}" in page.burden.text()


def test_sul_needs_weight_height_and_sex_and_is_never_stored(window: MainWindow) -> None:
    forms = forms_of(window, "SUL")
    page = forms.pages["SUL"]
    assert isinstance(page, SulPage)
    assert page.answer.text() == "Lean body mass: weight and height not recorded."
    enter(window, page.fields["patient.weight_kg", ""], "70")
    enter(window, page.fields["patient.height_cm", ""], "165")
    page.uptake.focus()
    Keyboard(window).type("9.4")
    QApplication.processEvents()
    assert "SUV 9.4 is SUL" in page.answer.text()
    count = len([row for row in history_of(window).observations if row.analyte.startswith("pet.")])
    show(window, REGROWTH)
    assert page.uptake.text == "", "typed for another case (H02)"
    show(window, PRIMARY)
    assert len([row for row in history_of(window).observations if row.analyte.startswith("pet.")]) == count


def test_a_new_time_point_takes_its_date_to_the_first_value(window: MainWindow) -> None:
    forms = forms_of(window, "Fitness and organs")
    assert forms.when.box is not None
    forms.when.box.setCurrentIndex(forms.when.box.count() - 1)
    forms.when.box.activated.emit(forms.when.box.count() - 1)
    forms.new_name.focus()
    keys = Keyboard(window)
    keys.type("before surgery")
    keys.tab()
    keys.type("2026-11-02")
    forms.add.click()
    settle(window)
    assert [visit.name for visit in history_of(window).visits][-1] == "before surgery"
    enter(window, field_of(forms, "Fitness and organs", "labs.hb_g_dl"), "12")
    row = next(row for row in history_of(window).observations if row.analyte == "labs.hb_g_dl")
    assert row.date is not None
    assert row.date.isoformat() == "2026-11-02"


def test_H01_a_refused_field_holds_its_case_until_it_is_given_back(window: MainWindow) -> None:
    forms = forms_of(window, "Fitness and organs")
    field = field_of(forms, "Fitness and organs", "labs.hb_g_dl")
    enter(window, field, "112")
    window.session.show_case(REGROWTH)
    settle(window)
    assert window.session.snapshot is not None
    assert window.session.snapshot.key == PRIMARY
    assert_one_case(window)
    field.focus()
    Keyboard(window).press(Qt.Key.Key_Escape)
    settle(window)
    window.session.show_case(REGROWTH)
    settle(window)
    assert window.session.snapshot.key == REGROWTH
    assert values(window, "labs.hb_g_dl") == []


def test_H01_a_field_half_typed_is_finished_before_the_case_is_left(window: MainWindow) -> None:
    forms = forms_of(window, "Fitness and organs")
    field = field_of(forms, "Fitness and organs", "labs.hb_g_dl")
    field.focus()
    Keyboard(window).type("12.5")
    window.session.show_case(REGROWTH)
    settle(window)
    assert window.session.snapshot is not None
    assert window.session.snapshot.key == REGROWTH
    assert values(window, "labs.hb_g_dl") == []
    show(window, PRIMARY)
    assert values(window, "labs.hb_g_dl") == ["12.5 g/dL"]


def test_an_earlier_state_is_not_changed_by_a_form(window: MainWindow) -> None:
    forms = forms_of(window, "Fitness and organs")
    window.session.step(-2)
    settle(window)
    assert forms.told.isVisible()
    assert not any(field.isEnabled() for field in forms.pages["Fitness and organs"].fields.values())  # type: ignore[attr-defined]  # a FactsPage


def test_H24_what_was_half_typed_in_a_form_stands_there_again_and_in_no_other_case(open_window: OpenWindow, demo: Path, tmp_path: Path) -> None:
    window = open_window(demo)
    forms = forms_of(window, "Patient and case")
    page = forms.pages["Patient and case"]
    assert isinstance(page, PersonPage)
    page.person.stage.focus()
    keys = Keyboard(window)
    keys.type("x")
    forms._keeper._drafts.flush()
    settle(window)
    copy = Path(shutil.copy(demo, tmp_path / "copy.nac"))
    for part in ("-wal", "-shm"):
        shutil.copy(demo.with_name(demo.name + part), copy.with_name(copy.name + part))
    typed = page.person.stage.text
    keys.press(Qt.Key.Key_Escape)
    again = open_window(copy)
    forms = forms_of(again, "Patient and case")
    page = forms.pages["Patient and case"]
    assert isinstance(page, PersonPage)
    assert page.person.stage.text == typed
    assert "not saved yet" in page.person.stage.note.text()
    show(again, REGROWTH)
    assert page.person.stage.text != typed
    show(again, PRIMARY)
    assert page.person.stage.text == typed
    page.person.stage.focus()
    Keyboard(again).press(Qt.Key.Key_Escape)
    settle(again)
    assert page.person.stage.text == (history_of(again).case.stage or "")
    show(again, REGROWTH)
    show(again, PRIMARY)
    assert page.person.stage.text != typed, "what was given back is forgotten"
