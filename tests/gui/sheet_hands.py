"""How the tests use the flowsheet: keys alone, as a person's hands would press them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from nacdesk.domain.facts import History, Observation
from nacdesk.domain.rules import Catalog
from nacdesk.gui.flowsheet import FlowSheet
from nacdesk.gui.main_window import MainWindow
from nacdesk.storage.store import Store
from tests.gui.hands import ALT, CTRL, press, settle

KEY = Qt.Key
NAMES = {"name": "Time point", "date": "Date", "cycle": "Cycles"}


def the_day_of_the_board() -> date:
    """In the place of the clock: the sample cases are all before it."""
    return date(2027, 1, 1)


def to_sheet(window: MainWindow) -> FlowSheet:
    """Turn to the flowsheet as a person does."""
    press(window, KEY.Key_2, ALT)
    settle(window)
    sheet = window.case.data.sheet
    assert sheet.view.hasFocus()
    return sheet


def write(window: MainWindow, text: str) -> None:
    """Each character goes to what has the focus when it is typed."""
    for character in text:
        target = QApplication.focusWidget()
        assert target is not None, f"nothing has the focus for {character!r} of {text!r}"
        QTest.keyClicks(target, character)


def enter(window: MainWindow, *cells: str) -> None:
    """Type cell after cell, with Tab between them."""
    for text in cells:
        write(window, text)
        press(window, KEY.Key_Tab)


def place(window: MainWindow, visit: str, column: str) -> tuple[int, int]:
    """Row and column of a cell by the words over and beside it; "" is the blank row."""
    model = window.case.data.sheet.view.cells
    assert model.sheet is not None
    row = next(number for number, row in enumerate(model.sheet.rows) if row.name == visit)
    return row, next(number for number in range(model.columnCount()) if model.head(number).title == NAMES.get(column, column))


def go(window: MainWindow, visit: str, column: str) -> None:
    """Move the cursor there with the arrow keys."""
    row, across = place(window, visit, column)
    press(window, KEY.Key_Home, CTRL)
    for _ in range(row):
        press(window, KEY.Key_Down)
    for _ in range(across):
        press(window, KEY.Key_Right)
    here = window.case.data.sheet.view.currentIndex()
    assert (here.row(), here.column()) == (row, across)


def tab_to(window: MainWindow, widget: QWidget | None) -> None:
    """Press Tab until the focus is there."""
    for _ in range(20):
        if QApplication.focusWidget() is widget:
            return
        press(window, KEY.Key_Tab)
    raise AssertionError("Tab does not come there")


def shown(window: MainWindow, visit: str, column: str) -> str:
    """The text of a cell."""
    model = window.case.data.sheet.view.cells
    return model.face(model.index(*place(window, visit, column))).text


def marks(window: MainWindow, visit: str, column: str) -> str:
    """The words below the text of a cell."""
    model = window.case.data.sheet.view.cells
    return model.face(model.index(*place(window, visit, column))).marks


def said(window: MainWindow) -> str:
    """The sentence and remedy of the bar beside the cell, "" for none."""
    bar = window.case.data.sheet.bar
    return f"{bar.sentence.text()} {bar.remedy.text()}".strip() if bar.isVisible() else ""


def facts(window: MainWindow) -> History:
    """What the case on show has in the store."""
    settle(window)
    assert window.session.snapshot is not None
    return window.session.snapshot.facts


def fact(window: MainWindow, visit: str, analyte: str, lesion: str | None = None) -> Observation | None:
    """One recorded fact, None where there is none."""
    history = facts(window)
    ids = {one.id for one in history.visits if one.name == visit}
    found = [row for row in history.observations if row.visit in ids and row.analyte == analyte and row.lesion == lesion]
    assert len(found) < 2
    return found[0] if found else None


def number(window: MainWindow, visit: str, analyte: str, lesion: str | None = None) -> Decimal | None:
    """The number of a fact."""
    found = fact(window, visit, analyte, lesion)
    return found.quantity.value if found is not None and found.quantity is not None else None


def stored(path: Path, catalog: Catalog, key: str) -> History:
    """What the file holds, read by a second reader."""
    with Store.open(path, catalog, by="tests", read_only=True) as store:
        return store.history(key)


def clipboard(text: str) -> None:
    """As another program puts a block there."""
    QGuiApplication.clipboard().setText(text)
