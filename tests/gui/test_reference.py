"""The reference window: F1 on what has the focus, search, links, back and forth, printing; and never a case under another name."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel

from nacdesk.domain.explain import explain
from nacdesk.domain.reference import INTENDED_USE, pages
from nacdesk.gui import case_text
from nacdesk.gui.basis import address, page_of
from nacdesk.gui.desk import Snapshot
from nacdesk.gui.help import KEYS
from nacdesk.gui.labels import together
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.reference import KEYS_PAGE, ReferenceWindow
from nacdesk.settings import Settings
from tests.gui.conftest import OpenWindow
from tests.gui.hands import ALT, CTRL, NOTHING, PRIMARY, REGROWTH, press, settle, show, wait_until
from tests.report.conftest import page_texts


def snapshot_of(window: MainWindow) -> Snapshot:
    assert window.session.snapshot is not None
    return window.session.snapshot


def f1(window: MainWindow) -> ReferenceWindow:
    press(window, Qt.Key.Key_F1)
    wait_until(window.help.reference.isVisible)
    return window.help.reference


def read(reference: ReferenceWindow) -> str:
    """The words of the page in view, as they are without our no-break spaces."""
    return reference.page.toPlainText().replace("\u00a0", " ")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_f1_on_a_flag_opens_the_page_of_its_rule_with_what_it_says_here(window: MainWindow) -> None:
    review = snapshot_of(window).review
    for card, flag in zip(window.flags.cards, review.flags, strict=False):
        window.activateWindow()
        card.setFocus()
        reference = f1(window)
        text = read(reference)
        assert reference.place.page == flag.result.rule
        assert text.startswith(f"{flag.result.rule} · ")
        for part in explain(flag.result, review).case:
            assert part.heading in text
            assert all(plain(line) in text for line in part.lines)
        assert plain(review.catalog.rules[flag.result.rule].says) in text
        assert text.index("In this case") < text.index("The rule")


def test_f1_on_a_line_of_the_lists_below_opens_its_page(window: MainWindow) -> None:
    show(window, NOTHING)
    for panel in (window.flags.cannot, window.flags.clear):
        if not panel.toggle.isEnabled():
            continue
        panel.toggle.click()
        window.activateWindow()
        panel.toggle.setFocus()
        press(window, Qt.Key.Key_Tab)
        assert panel.lines[0].hasFocus()
        press(window, Qt.Key.Key_Down)
        line = panel.lines[1]
        assert line.hasFocus()
        reference = f1(window)
        assert line.result is not None
        assert reference.place.page == line.result.rule
        assert "Not evaluable." in read(reference)
        assert "Would make it evaluable" in read(reference)
        reference.reject()


def test_the_lines_are_one_stop_of_tab_and_the_arrows_go_through_them(window: MainWindow) -> None:
    show(window, NOTHING)
    panel = window.flags.cannot
    panel.toggle.click()
    window.activateWindow()
    panel.toggle.setFocus()
    press(window, Qt.Key.Key_Tab)
    for place in range(1, len(panel.lines)):
        press(window, Qt.Key.Key_Down)
        assert panel.lines[place].hasFocus()
        spot = panel.lines[place].mapTo(window.findings.viewport(), QPoint(0, 0)).y()
        assert 0 <= spot < window.findings.viewport().height()
        assert panel.lines[place].accessibleName()
        assert panel.lines[place].accessibleDescription()
    press(window, Qt.Key.Key_Tab)
    assert not any(line.hasFocus() for line in panel.lines)
    press(window, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert panel.lines[-1].hasFocus()
    press(window, Qt.Key.Key_Up)
    assert panel.lines[-2].hasFocus()


def test_f1_on_an_option_opens_its_page_without_the_case(window: MainWindow) -> None:
    card = window.options.groups["matched"].cards[0]
    assert card.option is not None
    window.findings.ensureWidgetVisible(card)
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    reference = f1(window)
    assert reference.place.page == card.option.id
    assert plain(card.option.wording) in read(reference)
    assert reference.case.isHidden()
    reference.reject()
    window.activateWindow()
    window.options.groups["matched"].cards[1].more.setFocus()
    other = window.options.groups["matched"].cards[1].option
    assert other is not None
    assert f1(window).place.page == other.id


def test_f1_elsewhere_opens_the_intended_use(window: MainWindow) -> None:
    window.activateWindow()
    window.worklist.list.setFocus()
    reference = f1(window)
    assert reference.place.page == INTENDED_USE
    text = read(reference)
    for sentence in snapshot_of(window).review.catalog.intended_use.sentences:
        assert sentence in text
    assert "Rule set not clinically reviewed." in text


def test_the_menu_leads_to_intended_use_and_keys(window: MainWindow) -> None:
    window.help.on_keys()
    reference = window.help.reference
    assert reference.place.page == KEYS_PAGE
    assert all(f"{key}: {text}" in read(reference) for key, text in KEYS)
    window.help.on_intended_use()
    assert reference.place.page == INTENDED_USE


def test_without_a_store_the_shipped_rules_can_be_read(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(None)
    reference = f1(window)
    assert len(reference.made) > 300
    reference.reject()
    window.session.open(tmp_path / "new.nac", create=True)
    settle(window)
    assert len(reference.made) > 300


def test_H02_what_is_said_of_a_case_stands_under_its_name_and_goes_with_it(window: MainWindow) -> None:
    window.activateWindow()
    window.flags.cards[0].setFocus()
    reference = f1(window)
    review = snapshot_of(window).review
    assert reference.patient.text() == case_text.name_of(review)
    assert reference.identity.text() == case_text.identity(review)
    assert reference.patient.isVisible()
    assert "Data as of 19 Oct 2026" in reference.as_of.text()
    shown = read(reference)
    show(window, REGROWTH)
    assert reference.case.isHidden()
    assert "In this case" not in read(reference)
    assert shown.partition("The rule")[2] == read(reference).partition("The rule")[2]
    assert reference.note.isVisible()
    reference.show_page("REC-09")
    press(reference, Qt.Key.Key_Left, ALT)
    assert reference.place.page == "NAC-01"
    assert reference.case.isHidden()
    assert "47" not in read(reference).partition("The rule")[0]


def test_H02_another_date_takes_away_what_was_said_of_the_one_before(window: MainWindow) -> None:
    window.activateWindow()
    window.flags.cards[0].setFocus()
    reference = f1(window)
    press(window, Qt.Key.Key_BracketLeft)
    settle(window)
    assert reference.case.isHidden()
    assert "In this case" not in read(reference)


def test_no_patient_text_stands_in_the_title(window: MainWindow) -> None:
    window.activateWindow()
    window.flags.cards[0].setFocus()
    assert f1(window).windowTitle() == "Reference"


def test_a_search_narrows_the_list_and_enter_opens_the_best(window: MainWindow) -> None:
    reference = f1(window)
    press(reference, Qt.Key.Key_F, CTRL)
    assert reference.search.hasFocus()
    QTest.keyClicks(reference.search, "persistent suv")
    assert reference.count.text().startswith("1 of ") or reference.count.text().split(" of ")[0].isdigit()
    press(reference, Qt.Key.Key_Return)
    assert reference.place.page == "NAC-02"
    assert reference.isVisible()
    assert reference.list.hasFocus()
    assert reference.list.currentItem().text(0).startswith("NAC-02")
    press(reference, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(reference.search, "zebra")
    assert reference.count.text().startswith("0 of ")
    assert reference.list.topLevelItemCount() == 0
    assert reference.place.page == "NAC-02"


def test_the_list_is_read_by_arrow_keys(window: MainWindow) -> None:
    reference = f1(window)
    press(reference, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(reference.search, "recist")
    press(reference, Qt.Key.Key_Down)
    assert reference.list.hasFocus()
    seen = []
    for _ in range(6):
        press(reference, Qt.Key.Key_Down)
        seen.append(reference.place.page)
    assert len(set(seen)) >= 5


def test_links_lead_from_page_to_page_and_back(window: MainWindow) -> None:
    reference = f1(window)
    reference.show_page("NAC-01")
    assert not reference.forward.isEnabled()
    reference.page.setFocus()
    for _ in range(20):
        press(reference, Qt.Key.Key_Tab)
        if reference.page.textCursor().selectedText():
            break
    press(reference, Qt.Key.Key_Return)
    assert reference.place.page == "web000"
    assert "Cited by" in read(reference)
    press(reference, Qt.Key.Key_Left, ALT)
    assert reference.place.page == "NAC-01"
    press(reference, Qt.Key.Key_Right, ALT)
    assert reference.place.page == "web000"
    reference.back.click()
    reference.back.click()
    assert reference.place.page == INTENDED_USE
    assert not reference.back.isEnabled()


def test_every_id_survives_as_a_link(window: MainWindow) -> None:
    for page in pages(snapshot_of(window).review.catalog):
        assert page_of(QUrl(address(page.id))) == page.id


def test_every_page_can_be_opened_and_says_what_the_catalogue_says(window: MainWindow) -> None:
    reference = f1(window)
    for page in reference.made[::9]:
        reference.show_page(page.id)
        text = read(reference)
        for part in page.parts:
            assert all(plain(" ".join(line.split())) in " ".join(text.split()) for line in part.lines), page.id


def test_escape_closes_and_f1_opens_it_again_where_the_focus_is(window: MainWindow) -> None:
    reference = f1(window)
    press(reference, Qt.Key.Key_Escape)
    assert reference.isHidden()
    window.activateWindow()
    window.flags.cards[1].setFocus()
    assert f1(window) is reference
    assert reference.place.page == snapshot_of(window).review.flags[1].result.rule


def test_page_and_everything_print_to_a_file(window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []
    target = tmp_path / "printed"

    def choose(*args: object, **_options: object) -> tuple[str, str]:
        asked.append(str(args[2]))
        return str(target), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    window.activateWindow()
    window.flags.cards[0].setFocus()
    reference = f1(window)
    reference.print_page.click()
    settle(window)
    file = target.with_suffix(".pdf")
    (text,) = page_texts(file)
    assert "NAC-01" in text
    assert "Ines" not in text
    assert "In this case" not in text
    assert str(file) in reference.note.text()
    reference.print_all.click()
    settle(window)
    assert len(page_texts(file)) > 30
    assert asked == ["nacdesk-NAC-01.pdf", "nacdesk-reference.pdf"]


def test_a_page_that_cannot_be_printed_is_told_in_both_windows(window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_options: (str(tmp_path / "none" / "a.pdf"), ""))
    reference = f1(window)
    reference.print_all.click()
    settle(window)
    assert "could not be written" in reference.note.text()
    assert window.messages.property("tone") == "error"


def test_the_handout_with_its_basis_is_exported_from_the_menu(window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []
    pdf = tmp_path / "basis.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **_options: (asked.append(args[2]), (str(pdf), ""))[1])
    window.actions_.export_basis.trigger()
    settle(window)
    assert asked == ["D-100482-2026-10-19-basis.pdf"]
    assert "Basis of every criterion" in page_texts(pdf)[2]


def test_every_control_of_it_has_a_name_and_is_reached_by_tab(window: MainWindow) -> None:
    reference = f1(window)
    reference.show_page("intended-use")
    reference.search.setFocus()
    reached = []
    for _ in range(12):
        reached.append(QApplication.focusWidget())
        press(reference, Qt.Key.Key_Tab)
    for widget in (reference.search, reference.list, reference.print_page, reference.print_all, reference.page):
        assert widget in reached, widget.objectName()
        assert widget.accessibleName() or widget.text()


@pytest.mark.parametrize("scale", [100, 200])
@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
def test_H43_nothing_in_it_is_cut(open_window: OpenWindow, demo: Path, scale: int, size: tuple[int, int]) -> None:
    window = open_window(demo, Settings(theme="light", text_scale=scale), size=size)
    show(window, PRIMARY)
    window.activateWindow()
    window.flags.cards[0].setFocus()
    reference = f1(window)
    reference.resize(min(size[0] - 40, 980), min(size[1] - 60, 680))
    QApplication.processEvents()
    for label in reference.findChildren(QLabel):
        if label.isVisible() and label.text():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    assert reference.page.document().size().width() <= reference.page.viewport().width() + 1
    metrics, item = reference.list.fontMetrics(), reference.list.currentItem()
    spot = reference.list.visualItemRect(item)
    needs = metrics.boundingRect(0, 0, spot.width() - 6, 10_000, Qt.TextFlag.TextWordWrap, item.text(0))
    assert needs.height() <= spot.height()
    assert item.text(0) == together(item.text(0))
