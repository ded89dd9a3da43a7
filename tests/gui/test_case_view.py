from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from nacdesk.domain.progress import progress
from nacdesk.domain.rules import Catalog
from nacdesk.gui import case_text
from nacdesk.gui.main_window import MainWindow
from nacdesk.interop.read import read
from tests.gui.hands import ALT, CTRL, NOTHING, PRIMARY, UNDATED, assert_one_case, press, settle, show


def test_H01_the_header_names_the_patient_of_every_case_at_every_tab(window: MainWindow) -> None:
    window.case.data.pages.press("facts")
    for row in window.session.rows:
        show(window, row.key)
        assert_one_case(window)
        for tab in range(3):
            window.case.show_tab(tab)
            settle(window)
            assert window.case.banner.name.isVisible()
            assert window.case.banner.identity.isVisible()
            assert row.mrn is None or f"MRN {row.mrn}" in window.case.banner.identity.text()
        assert window.case.data.facts.case == row.key
        assert window.case.history.key == row.key
        window.case.show_tab(0)


def test_H01_a_case_without_a_name_is_headed_by_its_key_and_says_what_is_missing(window: MainWindow, catalog: Catalog, tmp_path: Path) -> None:
    table = tmp_path / "bare.csv"
    table.write_text("case,visit,analyte,value\nA-7,baseline,biomarkers.her2_ihc,1+\n", "utf-8")
    found = read([table], catalog)
    assert not found.problems
    window.session.add(found, _ignore)
    settle(window)
    show(window, "A-7")
    assert window.case.banner.name.text() == "Case A-7"
    assert window.case.banner.identity.text() == "sex not recorded · birth date not recorded · MRN not recorded"


def _ignore(_changes: object) -> None:
    """Nothing more to do."""


def test_H44_a_copy_carries_case_date_and_unit(window: MainWindow) -> None:
    window.case.show_tab(1)
    window.case.data.pages.press("facts")
    settle(window)
    table = window.case.data.facts
    table.selectRow(0)
    table.setFocus()
    press(window, Qt.Key.Key_C, CTRL)
    head, row = QGuiApplication.clipboard().text().split("\n")
    assert head.split("\t")[:3] == ["Case", "Date", "Visit"]
    assert row.split("\t")[0] == PRIMARY
    assert "2026-08-28" in row
    assert "31 mm" in row


def test_the_as_of_keys_move_chart_flags_and_options_together(window: MainWindow) -> None:
    snapshot = window.session.snapshot
    assert snapshot is not None
    assert snapshot.latest
    assert not window.case.strip.isVisible()
    latest = [card.sentence.text() for card in window.flags.cards if not card.isHidden()]
    for _ in range(4):
        press(window, Qt.Key.Key_BracketLeft)
        settle(window)
        assert_one_case(window)
    seen = window.session.snapshot
    assert seen is not None
    assert seen.here == snapshot.here - 4
    assert seen.review.as_of == seen.steps[seen.here].when
    assert window.case.strip.isVisible()
    assert seen.steps[seen.here].text in window.case.strip.text.text()
    assert all(row.date is None or row.date <= seen.review.as_of for row in seen.review.history.observations)
    assert [card.sentence.text() for card in window.flags.cards if not card.isHidden()] != latest
    press(window, Qt.Key.Key_BracketRight)
    settle(window)
    assert window.session.snapshot is not None
    assert window.session.snapshot.here == snapshot.here - 3
    window.case.strip.now.click()
    settle(window)
    assert not window.case.strip.isVisible()
    assert [card.sentence.text() for card in window.flags.cards if not card.isHidden()] == latest


def test_the_as_of_keys_step_through_the_visits_of_a_case_without_dates(window: MainWindow) -> None:
    show(window, UNDATED)
    full = window.session.snapshot
    assert full is not None
    names = [step.text for step in full.steps]
    assert len(names) > 2
    for expected in reversed(names[:-1]):
        press(window, Qt.Key.Key_BracketLeft)
        settle(window)
        assert window.session.snapshot is not None
        assert [visit.name for visit in window.session.snapshot.review.history.visits][-1] == expected
        assert expected in window.case.strip.text.text()
    press(window, Qt.Key.Key_BracketLeft)
    settle(window)
    assert window.session.snapshot.here == 0
    press(window, Qt.Key.Key_Home, ALT)
    settle(window)
    assert window.session.snapshot.latest


def test_the_keys_of_axis_and_values_change_the_chart_and_not_the_search(window: MainWindow) -> None:
    drawn = [window.case.model]
    press(window, Qt.Key.Key_X)
    drawn.append(window.case.model)
    press(window, Qt.Key.Key_C)
    drawn.append(window.case.model)
    assert window.case.axis.key == "days"
    assert window.case.values.key == "change"
    assert len({id(model) for model in drawn}) == 3
    press(window, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(window, "")
    press(window, Qt.Key.Key_X)
    assert window.worklist.search.text() == "x"
    assert window.case.axis.key == "days"


def test_a_case_without_anything_to_draw_says_so(window: MainWindow) -> None:
    show(window, NOTHING)
    if window.case.model is not None and not window.case.model.panels:
        assert window.case.nothing.isVisible()
        assert "Ctrl+I" in window.case.nothing.text()


def test_the_history_tells_who_did_what(window: MainWindow) -> None:
    window.case.show_tab(2)
    settle(window)
    rows = window.case.history.table.words.rows
    assert rows
    assert all(row[1] == "tests" for row in rows)
    assert any("31 mm" in row[3] for row in rows)


def test_the_course_says_whether_cycles_were_given_or_entered_as_completed(window: MainWindow) -> None:
    said = {}
    for key in (PRIMARY, UNDATED, NOTHING):
        show(window, key)
        assert window.session.snapshot is not None
        said[key] = progress(window.session.snapshot.review).words
    assert said == {PRIMARY: "cycle 3 of 4 given", UNDATED: "4 cycles completed as entered", NOTHING: "cycles not recorded"}


def test_age_counts_whole_years_on_the_day_of_the_review() -> None:
    born = date(1965, 3, 14)
    assert [case_text.age_on(born, day) for day in (date(2026, 3, 13), date(2026, 3, 14), date(2026, 3, 15))] == [60, 61, 61]
