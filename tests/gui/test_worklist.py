
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nacdesk.gui.case_rows import KEY_ROLE, state_words
from nacdesk.gui.desk import Summary
from nacdesk.gui.main_window import MainWindow
from tests.gui.hands import CLEAN, NOTHING, REGROWTH, line_of, press, settle, show


def test_H01_enter_in_the_search_chooses_from_the_new_rows_not_from_those_still_in_view(window: MainWindow) -> None:
    window.worklist.search.setFocus()
    QTest.keyClicks(window.worklist.search, "Haruka")
    press(window, Qt.Key.Key_Return)
    settle(window)
    assert window.session.snapshot is not None
    assert window.session.snapshot.key == CLEAN
    assert [row.key for row in window.session.rows] == [CLEAN]


def test_H18_no_flag_and_not_evaluable_look_different_in_list_and_panel(window: MainWindow) -> None:
    nothing, clean = state_words(line_of(window, NOTHING)), state_words(line_of(window, CLEAN))
    assert [text[0] for text, _ in nothing] == ["…"]
    assert "not evaluable" in nothing[0][0]
    assert clean[0][0].startswith("✓ no flag")
    show(window, NOTHING)
    assert window.flags.none.isVisible()
    assert window.flags.none.text().startswith("… Nothing could be judged")
    assert "not a sign of response" in window.flags.none.text()
    show(window, CLEAN)
    assert window.flags.none.text().startswith("✓ No flag")
    show(window, REGROWTH)
    assert not window.flags.none.isVisible()


def test_H18_the_worklist_never_shows_a_tick_where_nothing_was_judged() -> None:
    assert state_words(None) == (("judging…", "muted"),)
    for flags in ({}, {"alert": 1}, {"info": 2}):
        for cannot in (0, 3):
            for clear in (0, 2):
                words = [text for text, _ in state_words(Summary("k", 1, "", flags, cannot, clear, ()))]
                assert any("✓" in text for text in words) == (not flags and clear > 0)
                assert flags or cannot == 0 or any(text.startswith("…") for text in words)


def test_the_filter_leaves_the_flagged_cases(window: MainWindow) -> None:
    expected = [row.key for row in window.session.rows if window.session.summaries[row.key].flagged]
    window.worklist.flagged.click()
    model = window.worklist.model
    assert [model.index(place).data(KEY_ROLE) for place in range(model.rowCount())] == expected
    assert window.worklist.flagged.text() == f"Flagged {len(expected)}"
    assert window.worklist.everything.text() == f"All {len(window.session.rows)}"
