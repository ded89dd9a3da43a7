"""How the tests use a window: wait for it, press its keys, look whether it shows one case."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from nacdesk.gui import case_text
from nacdesk.gui.case_rows import KEY_ROLE, LINE_ROLE
from nacdesk.gui.desk import Summary
from nacdesk.gui.labels import together
from nacdesk.gui.main_window import MainWindow

CTRL, SHIFT, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
PRIMARY, REGROWTH, CLEAN, UNDATED, NOTHING = "D-100482", "D-100517", "D-100533", "D-100589", "D-100623"


def settle(window: MainWindow) -> None:
    """Wait until nothing is left to do."""
    wait_until(window.session.at_rest)
    for _ in range(3):
        QApplication.processEvents()


def wait_until(done: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)


def show(window: MainWindow, key: str) -> None:
    window.session.show_case(key)
    settle(window)
    assert window.session.snapshot is not None
    assert window.session.snapshot.key == key


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key as the system delivers it: to the window in front, and on to what has the focus."""
    widget.activateWindow()
    wait_until(widget.isActiveWindow)
    handle = widget.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, key, modifier)


def line_of(window: MainWindow, key: str) -> Summary:
    index = window.worklist.model.index_of(key)
    assert index.isValid()
    line = index.data(LINE_ROLE)[1]
    assert isinstance(line, Summary)
    return line


def assert_one_case(window: MainWindow) -> None:
    """Header, chart, flags and options speak of one and the same snapshot."""
    snapshot = window.session.snapshot
    assert snapshot is not None
    case, made = window.case, snapshot.review
    assert case.snapshot is snapshot
    assert case.banner.name.text() == case_text.name_of(made)
    assert case.banner.identity.text() == case_text.identity(made)
    assert case.model is not None
    assert (case.model.case, case.model.revision) == (snapshot.key, snapshot.revision)
    shown = [card for card in window.flags.cards if not card.isHidden()]
    assert [card.sentence.text() for card in shown] == [together(flag.result.sentence) for flag in made.flags]
    matched = [option.option.name for option in made.options if option.group == "matched"]
    assert [card.name.text() for card in window.options.groups["matched"].cards if not card.isHidden()] == matched
    index = window.worklist.list.currentIndex()
    assert not index.isValid() or window.session.pending or index.data(KEY_ROLE) == snapshot.key


class Keyboard:
    """Types into whatever has the focus, as a person does, and counts the strokes."""

    def __init__(self, window: QWidget) -> None:
        self.window = window
        self.strokes = 0

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, times: int = 1) -> None:
        for _ in range(times):
            self.strokes += 1
            self._come_forward()
            target = QApplication.activePopupWidget() or QApplication.focusWidget() or self.window
            handle = target.window().windowHandle()
            assert handle is not None
            QTest.keyClick(handle, key, modifier)

    def type(self, text: str) -> None:
        for letter in text:
            self.strokes += 1
            self._come_forward()
            target = QApplication.focusWidget()
            assert target is not None, f"nothing has the focus for “{letter}”"
            QTest.keyClicks(target, letter)

    def tab(self, times: int = 1) -> None:
        self.press(Qt.Key.Key_Tab, times=times)

    def _come_forward(self) -> None:
        """A dialog that closes leaves no window in front where no window manager sees to it."""
        if QApplication.activeWindow() is None:
            self.window.activateWindow()
            wait_until(self.window.isActiveWindow)
