from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nacdesk.domain.rules import Catalog
from nacdesk.gui import sheet_plan
from nacdesk.gui.chart_paint import family
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.sheet_paint import cell_lines
from nacdesk.settings import Settings
from nacdesk.storage.store import Store
from tests.gui.conftest import OpenWindow
from tests.gui.hands import CTRL, NOTHING, PRIMARY, SHIFT, press, settle, show
from tests.gui.sheet_hands import KEY, clipboard, enter, fact, facts, go, marks, number, place, said, shown, tab_to, the_day_of_the_board, to_sheet, write

SIZE, CEA, VAF = "size.diameter", "marker.cea", "ctdna.vaf"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_plan, "today", the_day_of_the_board)


def test_a_row_is_typed_with_tab_and_enter_returns_to_where_it_began(window: MainWindow) -> None:
    sheet = to_sheet(window)
    go(window, "", "name")
    enter(window, "after C4", "20261107", "4", "27")
    write(window, "14")
    press(window, KEY.Key_Return)
    settle(window)
    assert (number(window, "after C4", SIZE, "primary"), number(window, "after C4", SIZE, "node 7R")) == (27, 14)
    kept = fact(window, "after C4", SIZE, "node 7R")
    assert kept is not None
    assert (str(kept.date), kept.method, kept.entered) == ("2026-11-07", "CT", "14 mm")
    assert next(visit.cycle for visit in facts(window).visits if visit.name == "after C4") == 4
    here = sheet.view.currentIndex()
    assert here.column() == 0
    assert sheet.view.cells.row(here.row()).visit is None
    assert sheet.said.text().startswith("saved ")


def test_what_follows_is_worked_out_at_once(window: MainWindow) -> None:
    to_sheet(window)
    assert shown(window, "after C3", "Sum (mm)") == "44"
    assert shown(window, "after C3", "From baseline") == "−6.4 %"
    go(window, "after C3", "primary")
    write(window, "15")
    press(window, KEY.Key_Return)
    press(window, KEY.Key_Return)
    settle(window)
    assert shown(window, "after C3", "Sum (mm)") == "30"
    assert shown(window, "after C3", "From baseline") == "−36.2 %"
    assert shown(window, "after C3", "Response") == "PR"


def test_arrows_leave_a_cell_begun_by_typing_and_move_in_one_begun_by_f2(window: MainWindow) -> None:
    sheet = to_sheet(window)
    go(window, "C2 D2", "CEA")
    write(window, "9")
    press(window, KEY.Key_Left)
    settle(window)
    assert number(window, "C2 D2", CEA) == 9
    go(window, "C2 D2", "CEA")
    press(window, KEY.Key_F2)
    press(window, KEY.Key_Left)
    assert sheet.editor.isVisible()
    write(window, "1")
    assert sheet.editor.text() == "19"
    press(window, KEY.Key_Escape)
    settle(window)
    assert not sheet.editor.isVisible()
    assert sheet.view.hasFocus()
    assert number(window, "C2 D2", CEA) == 9


@pytest.mark.parametrize(
    ("typed", "words"),
    [("1,234", "can mean 1.234 or 1234"), ("45 kg", "is not a unit of Tumour diameter"), ("900", "outside what Tumour diameter can be"), ("4.1.2", "more than one decimal sign")],
)
def test_H06_what_is_refused_says_so_beside_the_cell_and_is_not_stored(window: MainWindow, typed: str, words: str) -> None:
    sheet = to_sheet(window)
    before = facts(window)
    go(window, "after C1", "primary")
    write(window, typed)
    press(window, KEY.Key_Tab)
    settle(window)
    assert words in said(window)
    assert sheet.bar.property("tone") == "refused"
    assert sheet.editor.hasFocus()
    assert sheet.editor.text() == typed
    assert facts(window) == before
    press(window, KEY.Key_Escape)
    assert said(window) == ""
    assert shown(window, "after C1", "primary") == "30"


def test_H05_a_jump_asks_and_is_kept_only_by_a_second_enter(window: MainWindow) -> None:
    sheet = to_sheet(window)
    go(window, "C2 D2", "primary")
    write(window, "3.1")
    press(window, KEY.Key_Return)
    settle(window)
    assert "jump of more than 4 times" in said(window)
    assert "Keep 3.1?" in said(window)
    assert number(window, "C2 D2", SIZE, "primary") is None
    write(window, " cm")
    assert said(window) == ""
    press(window, KEY.Key_Return)
    settle(window)
    assert number(window, "C2 D2", SIZE, "primary") == 31
    go(window, "early PET", "primary")
    write(window, "2")
    press(window, KEY.Key_Return)
    press(window, KEY.Key_Return)
    settle(window)
    kept = fact(window, "early PET", SIZE, "primary")
    assert kept is not None
    assert kept.warnings
    assert "warning" in marks(window, "early PET", "primary")
    assert not sheet.bar.isVisible()


@pytest.mark.parametrize(("keys", "reason"), [("", "typing error"), ("2", "corrected report"), ("3", "re-measured"), ("read at the board", "read at the board")])
def test_a_changed_value_asks_why_and_the_history_keeps_it(window: MainWindow, keys: str, reason: str) -> None:
    sheet = to_sheet(window)
    go(window, "after C1", "primary")
    write(window, "28")
    press(window, KEY.Key_Tab)
    assert "changed from 30 to 28" in said(window)
    assert sheet.bar.line.hasFocus()
    write(window, keys)
    if sheet.bar.isVisible():
        press(window, KEY.Key_Return)
    settle(window)
    assert number(window, "after C1", SIZE, "primary") == 28
    assert sheet.view.currentIndex().column() == place(window, "after C1", "primary")[1] + 1
    window.case.show_tab(2)
    settle(window)
    assert any("30 mm" in row[3] and "28 mm" in row[3] and reason in row[3] for row in window.case.history.table.words.rows)


def test_escape_in_the_question_why_gives_the_old_value_back(window: MainWindow) -> None:
    sheet = to_sheet(window)
    go(window, "after C1", "primary")
    write(window, "28")
    press(window, KEY.Key_Return)
    press(window, KEY.Key_Escape)
    settle(window)
    assert number(window, "after C1", SIZE, "primary") == 30
    assert not sheet.editor.isVisible()
    assert sheet.view.hasFocus()
    assert sheet.state.unsaved == {}


def test_delete_withdraws_with_a_reason_and_undo_brings_back(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "after C1", "primary")
    press(window, KEY.Key_Delete)
    assert "withdrawn?" in said(window)
    press(window, KEY.Key_2)
    settle(window)
    assert fact(window, "after C1", SIZE, "primary") is None
    press(window, KEY.Key_Z, CTRL)
    settle(window)
    assert number(window, "after C1", SIZE, "primary") == 30
    press(window, KEY.Key_Z, CTRL | SHIFT)
    settle(window)
    assert fact(window, "after C1", SIZE, "primary") is None


def test_a_block_of_cells_is_withdrawn_and_undone_as_one_step(window: MainWindow) -> None:
    to_sheet(window)
    before = facts(window).observations
    go(window, "after C1", "primary")
    press(window, KEY.Key_Right, SHIFT)
    press(window, KEY.Key_Delete)
    assert "Withdraw 2 values" in said(window)
    press(window, KEY.Key_Return)
    settle(window)
    assert len(facts(window).observations) == len(before) - 2
    press(window, KEY.Key_Z, CTRL)
    settle(window)
    assert facts(window).observations == before


def test_fill_down_repeats_the_first_row_of_the_block(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "C1 D10", "New lesion")
    write(window, "no")
    press(window, KEY.Key_Return)
    settle(window)
    go(window, "C1 D10", "New lesion")
    for _ in range(2):
        press(window, KEY.Key_Down, SHIFT)
    press(window, KEY.Key_D, CTRL)
    settle(window)
    for visit in ("C1 D10", "after C1", "C2 D2"):
        kept = fact(window, visit, "lesion.new")
        assert kept is not None
        assert kept.value == "no"


def test_a_block_of_another_program_asks_for_its_decimal_sign_once(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "C2 D2", "CEA")
    clipboard("8,125\n9,500")
    press(window, KEY.Key_V, CTRL)
    assert "what does this block write before decimals" in said(window)
    press(window, KEY.Key_Return)
    assert fact(window, "C2 D2", CEA) is None, "Enter alone answers nothing where either may be right"
    press(window, KEY.Key_1)
    settle(window)
    assert number(window, "C2 D2", CEA) == Decimal("8.125")
    assert number(window, "early PET", CEA) == Decimal("9.500")
    press(window, KEY.Key_Z, CTRL)
    settle(window)
    assert fact(window, "C2 D2", CEA) is None
    assert fact(window, "early PET", CEA) is None


def test_a_block_with_mixed_units_asks_for_the_unit_of_the_others(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "C2 D2", "primary")
    clipboard("3.1 cm\r\n2.9")
    press(window, KEY.Key_V, CTRL)
    assert "Which unit is it in?" in said(window)
    press(window, KEY.Key_2)
    settle(window)
    assert number(window, "C2 D2", SIZE, "primary") == 31
    assert number(window, "early PET", SIZE, "primary") == 29


def test_a_block_with_one_refused_cell_is_refused_as_a_whole(window: MainWindow) -> None:
    to_sheet(window)
    before = facts(window)
    go(window, "C2 D2", "CEA")
    clipboard("8.1\nhigh")
    press(window, KEY.Key_V, CTRL)
    settle(window)
    assert "early PET, CEA: “high” is not a number." in said(window) or "early PET, Carcinoembryonic" in said(window)
    assert "Nothing was saved: 1 of 2 cells" in said(window)
    assert facts(window) == before


def test_H44_a_copied_block_carries_case_time_point_date_and_units(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "after C1", "primary")
    press(window, KEY.Key_Right, SHIFT)
    press(window, KEY.Key_C, CTRL)
    head, row = QGuiApplication.clipboard().text().split("\n")
    assert "primary (mm)" in head
    assert row.split("\t")[:3] == [PRIMARY, "after C1", "2026-09-12"]
    assert row.split("\t")[3:] == ["30", "15"]


def test_H44_a_block_copied_from_one_case_is_not_pasted_into_another(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "after C1", "primary")
    press(window, KEY.Key_C, CTRL)
    show(window, NOTHING)
    to_sheet(window)
    before = facts(window)
    go(window, "baseline", "primary")
    press(window, KEY.Key_V, CTRL)
    settle(window)
    assert f"copied from case {PRIMARY}" in said(window)
    assert facts(window) == before


def test_a_second_reader_is_kept_beside_the_first_and_the_difference_is_shown(window: MainWindow) -> None:
    sheet = to_sheet(window)
    go(window, "after C1", "primary")
    press(window, KEY.Key_F4)
    details = window.case.data.sheet._details
    assert details is not None
    assert details.isVisible()
    assert details.fields["date"].line is QApplication.focusWidget()
    press(window, KEY.Key_Tab, SHIFT)
    press(window, KEY.Key_Tab, SHIFT)
    assert QApplication.focusWidget() is details.reading.box
    press(window, KEY.Key_Down)
    press(window, KEY.Key_Tab)
    write(window, "32")
    tab_to(window, details.fields["reader"].line)
    write(window, "B. Lind")
    press(window, KEY.Key_Return)
    settle(window)
    assert "2 readers" in marks(window, "after C1", "primary")
    readers = [(row.reader, str(row.value)) for row in facts(window).observations if row.lesion == "primary" and row.analyte == SIZE and str(row.date) == "2026-09-12"]
    assert readers == [(None, "30 mm"), ("B. Lind", "32 mm")]
    assert "none accepted" in marks(window, "after C1", "primary")
    write(window, "31")
    press(window, KEY.Key_Return)
    assert "mark the one that counts" in said(window)
    press(window, KEY.Key_Escape)
    press(window, KEY.Key_F4)
    assert "difference 2 mm" in details.readings.text()
    tab_to(window, details.accept_button)
    press(window, KEY.Key_Space)
    settle(window)
    assert shown(window, "after C1", "primary") == "30"
    assert marks(window, "after C1", "primary") == "2 readers"
    assert [row.accepted for row in facts(window).observations if str(row.date) == "2026-09-12" and row.lesion == "primary"] == [True, False]
    press(window, KEY.Key_F4)
    press(window, KEY.Key_Escape)
    assert not details.isVisible()
    assert sheet.view.hasFocus()


def test_a_note_and_a_method_are_typed_in_the_details_of_the_cell(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "after C1", "primary")
    press(window, KEY.Key_F4)
    details = window.case.data.sheet._details
    assert details is not None
    tab_to(window, details.fields["method"].line)
    press(window, KEY.Key_A, CTRL)
    write(window, "MRI")
    tab_to(window, details.fields["note"].line)
    write(window, "motion")
    press(window, KEY.Key_Return)
    settle(window)
    kept = fact(window, "after C1", SIZE, "primary")
    assert kept is not None
    assert (kept.method, kept.note, kept.quantity is not None and kept.quantity.value) == ("MRI", "motion", 30)
    assert "note" in marks(window, "after C1", "primary")


def test_a_column_is_added_by_the_name_of_its_analyte(window: MainWindow) -> None:
    to_sheet(window)
    press(window, KEY.Key_L, CTRL)
    write(window, "ca 19")
    press(window, KEY.Key_Return)
    settle(window)
    _, column = place(window, "baseline", "CA 19-9")
    assert window.case.data.sheet.view.currentIndex().column() == column
    go(window, "baseline", "CA 19-9")
    write(window, "37")
    press(window, KEY.Key_Return)
    settle(window)
    assert number(window, "baseline", "marker.ca199") == 37


def test_a_new_lesion_is_added_by_its_name_and_may_be_undone(window: MainWindow) -> None:
    to_sheet(window)
    press(window, KEY.Key_L, CTRL)
    write(window, "node 4L")
    press(window, KEY.Key_Return)
    settle(window)
    lesion = facts(window).lesion("node 4L")
    assert lesion is not None
    assert (lesion.kind, lesion.role) == ("node", "target")
    go(window, "baseline", "node 4L, short axis")
    write(window, "12")
    press(window, KEY.Key_Return)
    settle(window)
    assert number(window, "baseline", SIZE, "node 4L") == 12
    press(window, KEY.Key_Z, CTRL)
    press(window, KEY.Key_Z, CTRL)
    settle(window)
    assert facts(window).lesion("node 4L") is None


def test_a_letter_that_is_also_a_key_of_the_window_goes_to_the_cell(window: MainWindow) -> None:
    sheet = to_sheet(window)
    axis = window.case.axis.key
    go(window, "C2 D2", "primary")
    for letter in "xcb[]":
        write(window, letter)
        assert sheet.editor.text() == letter
        press(window, KEY.Key_Escape)
    assert window.case.axis.key == axis


def test_codes_are_typed_as_such(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "C2 D2", "primary")
    for text in ("absent", "TSTM", "ne"):
        write(window, text)
        press(window, KEY.Key_Return)
    settle(window)
    assert [shown(window, visit, "primary") for visit in ("C2 D2", "early PET")] == ["ABSENT", "TSTM"]
    press(window, KEY.Key_Escape)
    go(window, "early PET", "ctDNA VAF")
    for text in ("<0.02", "nd"):
        go(window, "early PET", "ctDNA VAF")
        write(window, text)
        press(window, KEY.Key_Return)
        if said(window):
            press(window, KEY.Key_Return)
        settle(window)
        assert shown(window, "early PET", "ctDNA VAF") == text.upper()


def test_each_cell_says_what_it_is(window: MainWindow) -> None:
    sheet = to_sheet(window)
    model = sheet.view.cells
    assert model.index(*place(window, "after C2", "primary")).data(Qt.ItemDataRole.AccessibleTextRole) == "after C2, primary diameter, 30 mm, CT"
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            assert model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)
    assert model.headerData(place(window, "", "CEA")[1], Qt.Orientation.Horizontal) == "Markers, CEA, ng/mL, ULN\u00a05.0\u00a0ng/mL"


def test_the_date_of_a_row_moves_exactly_its_values(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "after C2", "date")
    write(window, "20261003")
    press(window, KEY.Key_Return)
    assert "Why is the date of after C2 changed" in said(window)
    press(window, KEY.Key_2)
    settle(window)
    assert [str(row.date) for row in facts(window).observations if row.analyte in (SIZE, VAF) and row.visit == _id(window, "after C2")] == [
        "2026-10-03",
        "2026-10-03",
        "2026-10-02",
    ]


def _id(window: MainWindow, name: str) -> str:
    return next(visit.id for visit in facts(window).visits if visit.name == name)


def test_a_time_point_without_a_value_can_be_taken_away(window: MainWindow) -> None:
    to_sheet(window)
    go(window, "", "name")
    write(window, "after C9")
    press(window, KEY.Key_Return)
    settle(window)
    go(window, "after C9", "name")
    press(window, KEY.Key_Delete)
    settle(window)
    assert "after C9" not in {visit.name for visit in facts(window).visits}
    go(window, "after C1", "name")
    press(window, KEY.Key_Delete)
    assert "holds recorded facts" in said(window)


def test_a_value_in_a_row_without_name_and_date_is_refused(window: MainWindow) -> None:
    to_sheet(window)
    before = facts(window)
    go(window, "", "primary")
    write(window, "30")
    press(window, KEY.Key_Tab)
    assert "Type the name or the date of the time point first." in said(window)
    press(window, KEY.Key_Escape)
    assert facts(window) == before
    go(window, "", "date")
    write(window, "2026-11-07")
    press(window, KEY.Key_Tab)
    press(window, KEY.Key_Tab)
    write(window, "28")
    press(window, KEY.Key_Tab)
    settle(window)
    assert number(window, "2026-11-07", SIZE, "primary") == 28


def test_another_case_begins_with_the_cursor_at_its_first_value_not_at_a_name(window: MainWindow) -> None:
    sheet = to_sheet(window)
    go(window, "after C2", "CEA")
    show(window, NOTHING)
    assert (sheet.view.currentIndex().row(), sheet.view.currentIndex().column()) == (0, 3)


def test_as_of_an_earlier_date_nothing_can_be_typed(window: MainWindow) -> None:
    sheet = to_sheet(window)
    window.session.step(-1)
    settle(window)
    go(window, "baseline", "primary")
    write(window, "4")
    assert not sheet.editor.isVisible()
    assert "to read only" in sheet.said.text()
    press(window, KEY.Key_Home, Qt.KeyboardModifier.AltModifier)
    settle(window)
    write(window, "4")
    assert sheet.editor.isVisible()
    press(window, KEY.Key_Escape)


def test_a_store_open_elsewhere_is_to_read_only(open_window: OpenWindow, demo: Path, catalog: Catalog) -> None:
    with Store.open(demo, catalog, by="tests"):
        window = open_window(demo)
        sheet = to_sheet(window)
        go(window, "baseline", "primary")
        write(window, "4")
        assert not sheet.editor.isVisible()
        assert sheet.said.text() == "To read only."


def test_the_time_point_stays_in_view_and_the_cursor_is_never_behind_it(window: MainWindow) -> None:
    sheet = to_sheet(window)
    view = sheet.view
    go(window, "after C2", "name")
    for _ in range(view.cells.columnCount() - 1):
        press(window, KEY.Key_Right)
        here = view.rect_of(view.currentIndex())
        assert view.frozen.isVisible()
        assert here.left() >= view.frozen.geometry().right() - 1 or view.currentIndex().column() < 2
        assert here.right() <= view.viewport().mapTo(view, view.viewport().rect().bottomRight()).x() + 1
    assert view.horizontalScrollBar().value() > 0
    assert view.frozen.rowViewportPosition(5) == view.rowViewportPosition(5)


def test_tab_leaves_the_sheet_at_its_end_and_with_control_anywhere(window: MainWindow) -> None:
    sheet = to_sheet(window)
    press(window, KEY.Key_Tab, CTRL)
    assert not sheet.view.hasFocus()
    assert QApplication.focusWidget() is not None
    sheet.take_focus()
    press(window, KEY.Key_Home, CTRL)
    press(window, KEY.Key_Tab, SHIFT)
    assert not sheet.view.hasFocus()


@pytest.mark.parametrize("scale", [100, 125, 150, 175, 200])
@pytest.mark.parametrize("font", ["DejaVu Sans Condensed", "DejaVu Sans", "DejaVu Serif"])
def test_H43_no_number_of_the_flowsheet_is_cut(open_window: OpenWindow, demo: Path, qapp: QApplication, scale: int, font: str) -> None:
    window = open_window(demo, Settings(theme="light", text_scale=scale), size=(1024, 768))
    qapp.setStyleSheet(qapp.styleSheet().replace(f'"{family()}"', f'"{font}"'))
    sheet = to_sheet(window)
    view, pen = sheet.view, sheet.view.heads.pen
    for column in range(view.cells.columnCount()):
        assert view.columnWidth(column) >= pen.width(view.heads.lines(column))
        assert view.heads.height() >= pen.height(view.heads.lines(column))
        for row in range(view.cells.rowCount()):
            lines = cell_lines(view.cells.face(view.cells.index(row, column)))
            assert view.columnWidth(column) >= pen.width(lines)
            assert view.rowHeight(row) >= pen.height(lines)
    assert pen.font(13, False).family() == font
    go(window, "after C3", "primary")
    write(window, "123.4567890123")
    metrics = sheet.editor.fontMetrics()
    assert sheet.editor.width() >= metrics.horizontalAdvance(sheet.editor.text())
    press(window, KEY.Key_Tab)
    settle(window)
    bar = sheet.bar
    assert bar.isVisible()
    assert bar.sentence.height() >= bar.sentence.heightForWidth(bar.sentence.width())
    press(window, KEY.Key_Escape)


def test_the_whole_list_of_facts_stays_within_reach(window: MainWindow) -> None:
    to_sheet(window)
    window.case.data.pages.press("facts")
    assert window.case.data.facts.isVisible()
    assert not window.case.data.sheet.isVisible()
    assert len(window.case.data.facts.words.rows) == len(facts(window).observations)


def test_the_mouse_leaves_an_open_cell_only_where_that_can_be_saved(window: MainWindow) -> None:
    sheet = to_sheet(window)
    view = sheet.view
    other = view.visualRect(view.cells.index(*place(window, "early PET", "primary"))).center()
    go(window, "C2 D2", "primary")
    write(window, "1,234")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=other)
    assert sheet.editor.isVisible()
    assert "can mean" in said(window)
    press(window, KEY.Key_A, CTRL)
    write(window, "29")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=other)
    settle(window)
    assert number(window, "C2 D2", SIZE, "primary") == 29
    assert view.currentIndex().row() == place(window, "early PET", "primary")[0]
