"""No number of a form is cut, at any size of text and in any of three fonts (H43)."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QScrollArea, QStyle, QStyleOptionComboBox, QStyleOptionFrame, QWidget

from nacdesk.gui.chart_paint import family
from nacdesk.gui.forms import TITLES
from nacdesk.gui.forms.new_case import NewCaseDialog
from nacdesk.settings import Settings
from tests.gui.conftest import OpenWindow
from tests.gui.hands import CTRL, PRIMARY, Keyboard, press, settle, show, wait_until
from tests.gui.sheet_hands import go, to_sheet

FONTS = ("DejaVu Sans Condensed", "DejaVu Sans", "DejaVu Serif")
CASE = {"mrn": "D-100999", "name": "DEMO, Ines Alvarez", "birth_date": "1965-03-14", "stage": "cT3 N1 M0", "cycle_length": "14"}


def room(widget: QWidget) -> int:
    """The width that the style leaves for the text of a line or a list."""
    style = widget.style()
    if isinstance(widget, QComboBox):
        box = QStyleOptionComboBox()
        widget.initStyleOption(box)
        return style.subControlRect(QStyle.ComplexControl.CC_ComboBox, box, QStyle.SubControl.SC_ComboBoxEditField, widget).width()
    assert isinstance(widget, QLineEdit)
    frame = QStyleOptionFrame()
    widget.initStyleOption(frame)
    return style.subElementRect(QStyle.SubElement.SE_LineEditContents, frame, widget).width()


def cut(page: QWidget) -> list[str]:
    """Texts in view that do not fit, typed, chosen or proposed, unless they stand below in full; and words around them."""
    labels = [label for label in page.findChildren(QLabel) if label.isVisible() and label.text()]
    told = {label.text() for label in labels}
    areas = [area for area in page.findChildren(QScrollArea) if area.isVisible()]
    found = [f"content is {area.widget().width()} wide, the view {area.viewport().width()}" for area in areas if area.widget().width() > area.viewport().width()]
    for widget in [*page.findChildren(QLineEdit), *page.findChildren(QComboBox)]:
        hint = "" if isinstance(widget, QComboBox) else widget.placeholderText()
        text = widget.currentText() if isinstance(widget, QComboBox) else widget.text() or (hint if any(map(str.isdigit, hint)) else "")
        needed = widget.fontMetrics().horizontalAdvance(text)
        if widget.isVisible() and room(widget) < needed and text not in told:
            found.append(f"“{text}” of {widget.accessibleName()} needs {needed}, has {room(widget)}")
    for label in labels:
        wanted = QLabel.minimumSizeHint(label).width(), label.heightForWidth(label.width()) if label.wordWrap() else 0
        if label.width() < wanted[0] or label.height() < wanted[1]:
            found.append(f"label “{label.text()}” has {label.width()}x{label.height()}, needs {wanted}")
    return found


def cursor_in_view() -> bool:
    field = QApplication.focusWidget()
    return field is not None and field.visibleRegion().boundingRect().height() == field.height()


@pytest.mark.parametrize("scale", [100, 125, 150, 175, 200])
@pytest.mark.parametrize("font", FONTS)
def test_H43_no_number_of_a_form_is_cut(open_window: OpenWindow, demo: Path, qapp: QApplication, scale: int, font: str) -> None:
    window = open_window(demo, Settings(theme="light", text_scale=scale), size=(1024, 768))
    qapp.setStyleSheet(qapp.styleSheet().replace(f'"{family()}"', f'"{font}"'))
    show(window, PRIMARY)
    for number, title in enumerate(TITLES, 1):
        press(window, Qt.Key(Qt.Key.Key_0 + number % 10), CTRL)
        settle(window)
        assert window.case.data.forms.chips[title].isChecked()
        assert cut(window.case.data.forms) == [], title
        for _ in range(3):
            wait_until(cursor_in_view)
            press(window, Qt.Key.Key_Tab)
            settle(window)
    to_sheet(window)
    go(window, "after C3", "CEA")
    press(window, Qt.Key.Key_F4)
    settle(window)
    assert cut(window.case.data.sheet) == []
    press(window, Qt.Key.Key_Escape)


@pytest.mark.parametrize("scale", [100, 125, 150, 175, 200])
@pytest.mark.parametrize("font", FONTS)
def test_H43_no_number_of_a_new_case_is_cut(open_window: OpenWindow, demo: Path, qapp: QApplication, scale: int, font: str) -> None:
    window = open_window(demo, Settings(theme="light", text_scale=scale), size=(1024, 768))
    qapp.setStyleSheet(qapp.styleSheet().replace(f'"{family()}"', f'"{font}"'))
    Keyboard(window).press(Qt.Key.Key_N, CTRL)
    dialog = window.findChild(NewCaseDialog)
    assert dialog is not None
    for name, text in CASE.items():
        dialog.person.fields[name].retype(text)
    dialog.person.fields["regimen"].retype("FLOT (perioperative)")
    dialog.first_cycle.focus()
    Keyboard(window).type("2026-09-01")
    Keyboard(window).tab()
    settle(window)
    assert dialog.width() <= 1024
    assert dialog.height() <= 768
    assert "C4 13 Oct" in dialog.cycles.text()
    assert cut(dialog) == []
    dialog.reject()
