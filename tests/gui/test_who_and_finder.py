"""Who acts, and any action by its name: real keys on a real window."""

import getpass

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nacdesk import settings
from nacdesk.gui.finder import Finder
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.name_dialog import NameDialog
from tests.gui.hands import CTRL, SHIFT, press, settle, wait_until


def finder_of(window: MainWindow) -> Finder:
    press(window, Qt.Key.Key_K, CTRL)
    finder = window.findChild(Finder)
    assert finder is not None
    wait_until(finder.field.hasFocus)
    return finder


def type_into(finder: Finder, text: str) -> list[str]:
    QTest.keyClicks(finder.field, text)
    return [finder.list.item(row).text() for row in range(finder.list.count())]


def test_an_action_is_found_by_a_word_and_done_by_enter(window: MainWindow) -> None:
    finder = finder_of(window)
    found = type_into(finder, "larger")
    assert [line.split("    ")[0] for line in found] == ["View › Larger text"]
    QTest.keyClick(finder.field, Qt.Key.Key_Return)
    settle(window)
    assert window.settings.text_scale == 125
    assert finder.isHidden()


def test_every_action_of_the_menus_is_in_the_list_with_its_key(window: MainWindow) -> None:
    finder = finder_of(window)
    found = type_into(finder, "")
    assert any(line.startswith("File › Import") and "Ctrl+I" in line for line in found)
    assert any(line.startswith("View › Colours › Dark") for line in found)
    assert not any("&" in line.replace(" & ", "") for line in found)
    finder.reject()


def test_arrows_move_in_the_list_and_what_is_not_possible_is_not_done(window: MainWindow) -> None:
    finder = finder_of(window)
    type_into(finder, "redo")
    assert finder.list.currentRow() == -1, "nothing was undone, so nothing can be done again"
    QTest.keyClick(finder.field, Qt.Key.Key_Return)
    assert finder.isVisible()
    finder.field.clear()
    type_into(finder, "colours")
    first = finder.list.currentRow()
    QTest.keyClick(finder.field, Qt.Key.Key_Down)
    assert finder.list.currentRow() == first + 1
    assert finder.field.hasFocus()
    finder.reject()


def test_nothing_found_says_what_to_do(window: MainWindow) -> None:
    finder = finder_of(window)
    assert type_into(finder, "zzz") == []
    assert finder.none.isVisible()
    finder.reject()


def test_the_name_is_asked_kept_and_stands_beside_the_next_change(window: MainWindow) -> None:
    window.on_name()
    dialog = window.findChild(NameDialog)
    assert dialog is not None
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.trouble.isVisible(), "a blank name is refused in words"
    QTest.keyClicks(dialog.field, "  Ana   Ruiz ")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    settle(window)
    assert window.settings.display_name == "Ana Ruiz"
    assert settings.load(window._settings_file).display_name == "Ana Ruiz"
    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    press(window, Qt.Key.Key_Z, CTRL | SHIFT)
    settle(window)
    journals: list = []
    window.session.journal_read.connect(journals.append)
    for row in window.session.rows:
        window.session.read_journal(row.key)
    settle(window)
    assert f"Ana Ruiz ({getpass.getuser()})" in {entry.by for journal in journals for entry in journal.entries}
