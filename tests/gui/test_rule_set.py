"""The clinical review and the site rules, as a person comes to them: by keys, on a real store."""

from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from nacdesk.domain.rules import Catalog
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.sign_off import SignOffDialog
from nacdesk.gui.site_rules import SiteRulesDialog
from nacdesk.settings import Settings
from nacdesk.storage.store import Store
from tests.gui.conftest import LateJobs, OpenWindow
from tests.gui.hands import PRIMARY, line_of, press, settle, show, wait_until
from tests.gui.test_looks import SIZES, cut

REVIEWER = "Dr. DEMO, Ada Beispiel"
STRICTER = """
name = "St. Example Hospital"
[change.NAC-01]
thresholds = { decrease_pct = 15 }
why = "Agreed by the breast board"
"""
MILDER = STRICTER.replace("15", "5")
WITHOUT = """
name = "St. Example Hospital"
[off.NAC-01]
why = "Not used in this hospital"
"""
WRONG = STRICTER.replace("decrease_pct", "increase_pct")
RULE = "NAC-01"


@pytest.fixture
def site_file(demo: Path) -> Path:
    """Where the site rules of the sample store belong."""
    return demo.with_name("demo.site.toml")


def today() -> str:
    return datetime.now().astimezone().date().isoformat()


def choose(window: MainWindow, text: str) -> None:
    """Choose an entry of the menu “Rule set”."""
    next(action for action in window.actions() if action.text() == text).trigger()
    settle(window)


def open_review(window: MainWindow) -> SignOffDialog:
    choose(window, "&Clinical review…")
    assert window.rule_set.sign_off.isVisible()
    return window.rule_set.sign_off


def open_site_rules(window: MainWindow) -> SiteRulesDialog:
    choose(window, "&Site rules…")
    assert window.rule_set.site_rules.isVisible()
    return window.rule_set.site_rules


def tab_to(dialog: QWidget, wanted: QWidget) -> None:
    """Tab until this one has the focus."""
    for _ in range(80):
        if wanted.hasFocus():
            return
        press(dialog, Qt.Key.Key_Tab)
    raise AssertionError(f"{wanted.accessibleName() or wanted.objectName()} is not reached by Tab")


def push(window: MainWindow, dialog: QWidget, wanted: QWidget) -> None:
    """Go to a button by Tab and press it by Space."""
    tab_to(dialog, wanted)
    press(dialog, Qt.Key.Key_Space)
    settle(window)


def checked(window: MainWindow) -> SiteRulesDialog:
    """The file beside the store, looked at."""
    dialog = open_site_rules(window)
    push(window, dialog, dialog.check)
    return dialog


def accept(window: MainWindow) -> None:
    dialog = checked(window)
    push(window, dialog, dialog.accept_button)
    assert not dialog.isVisible()


def sign(window: MainWindow, name: str) -> None:
    dialog = open_review(window)
    QTest.keyClicks(dialog.reviewer.box, name)
    press(dialog, Qt.Key.Key_Return)
    settle(window)


def in_force(window: MainWindow) -> Catalog:
    assert window.session.opened is not None
    return window.session.opened.catalog


def flags_of(window: MainWindow, key: str) -> list[str]:
    show(window, key)
    assert window.session.snapshot is not None
    return [flag.result.rule for flag in window.session.snapshot.review.flags]


def number(window: MainWindow) -> object:
    return in_force(window).rules[RULE].thresholds["decrease_pct"]


# The clinical review


def test_H16_a_signature_is_seen_at_once_and_after_the_store_was_opened_again(window: MainWindow, demo: Path, open_window: OpenWindow) -> None:
    show(window, PRIMARY)
    assert "not clinically reviewed" in window.status.rules.text()
    sign(window, REVIEWER)
    told = f"rule set reviewed by {REVIEWER} on {today()}"
    assert not window.rule_set.sign_off.isVisible()
    assert told in window.status.rules.text()
    assert told in window.messages.sentence.text()
    assert window.session.snapshot is not None
    assert window.session.snapshot.review.catalog.standing == told
    window.close()
    wait_until(window.isHidden)
    assert told in open_window(demo).status.rules.text()


def test_the_review_says_what_is_signed_and_what_signing_means(window: MainWindow) -> None:
    dialog, catalog = open_review(window), in_force(window)
    assert catalog.version in dialog.subject.text()
    assert catalog.digest[:12] in dialog.subject.text()
    assert f"{len(catalog.rules)} rules" in dialog.counts.text()
    assert f"{len(catalog.options)} options" in dialog.counts.text()
    assert "not clinically reviewed" in dialog.before.text()
    assert dialog.on.box.text() == today()
    assert dialog.reviewer.box.hasFocus()
    press(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("name", ["", "   "])
def test_a_review_without_a_name_is_refused_beside_the_field(window: MainWindow, name: str) -> None:
    sign(window, name)
    dialog = window.rule_set.sign_off
    assert dialog.isVisible()
    assert dialog.reviewer.problem.isVisible()
    assert dialog.reviewer.problem.text() in dialog.reviewer.box.accessibleDescription()
    assert dialog.reviewer.box.hasFocus()
    assert in_force(window).reviewed is None
    QTest.keyClicks(dialog.reviewer.box, "D")
    assert not dialog.reviewer.problem.isVisible()
    dialog.reject()


@pytest.mark.parametrize("day", ["", "31.12.2025", "2999-01-01"])
def test_a_review_on_no_day_or_a_day_to_come_is_refused_beside_the_field(window: MainWindow, day: str) -> None:
    dialog = open_review(window)
    dialog.on.box.setText(day)
    QTest.keyClicks(dialog.reviewer.box, REVIEWER)
    press(dialog, Qt.Key.Key_Return)
    settle(window)
    assert dialog.isVisible()
    assert dialog.on.problem.isVisible()
    assert dialog.on.box.hasFocus()
    assert in_force(window).reviewed is None
    dialog.reject()


def test_a_store_that_is_only_read_says_why_it_cannot_be_signed(open_window: OpenWindow, demo: Path, catalog: Catalog, site_file: Path) -> None:
    site_file.write_text(MILDER, "utf-8")
    with Store.open(demo, catalog, by="tests"):
        window = open_window(demo)
        dialog = open_review(window)
        assert window.session.opened is not None
        assert window.session.opened.why_read_only in dialog.state.text()
        assert not dialog.sign_button.isEnabled()
        assert not dialog.reviewer.box.isEnabled()
        dialog.reject()
        rules = open_site_rules(window)
        push(window, rules, rules.check)
        assert rules.flags.words.rows
        assert window.session.opened.why_read_only in rules.state.text()
        assert not rules.accept_button.isEnabled()
        rules.reject()


# Site rules


def test_H16_a_site_file_is_not_in_force_before_it_is_accepted(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_text(MILDER, "utf-8")
    window = open_window(demo)
    assert RULE in flags_of(window, PRIMARY)
    assert in_force(window).overrides == ()
    assert site_file.name in window.messages.sentence.text()
    tab_to(window, window.messages.site_rules)
    press(window, Qt.Key.Key_Space)
    settle(window)
    dialog = window.rule_set.site_rules
    assert dialog.isVisible()
    assert not window.messages.isVisible()
    assert not dialog.accept_button.isEnabled()
    push(window, dialog, dialog.check)
    (change,) = dialog.changes.words.rows
    assert change[0].startswith(f"{RULE}: ")
    assert "10 → 5" in change[0]
    assert [row[0] for row in dialog.flags.words.rows if RULE in row[3]].count(PRIMARY) == 1
    press(dialog, Qt.Key.Key_Escape)
    settle(window)
    assert RULE in flags_of(window, PRIMARY)
    assert in_force(window).overrides == ()


def test_H16_accepting_a_site_file_changes_the_flags_shown_and_asks_for_the_review_again(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_text(MILDER, "utf-8")
    window = open_window(demo)
    sign(window, REVIEWER)
    assert RULE in flags_of(window, PRIMARY)
    before = sum(line_of(window, PRIMARY).flags.values())
    accept(window)
    assert window.session.snapshot is not None
    assert RULE not in [flag.result.rule for flag in window.session.snapshot.review.flags]
    assert sum(line_of(window, PRIMARY).flags.values()) < before
    assert "changed by this site" in window.flags.clear.text.text()
    assert "1 rule changed by this site" in window.status.rules.text()
    assert "not clinically reviewed" in window.status.rules.text()
    assert "not clinically reviewed" in window.messages.sentence.text()
    dialog = open_review(window)
    assert in_force(window).overrides[0] in dialog.site.text()
    assert f"Reviewed by {REVIEWER}" in dialog.before.text()
    assert "another rule set" in dialog.before.text()
    dialog.reject()


def test_H16_a_flag_of_a_changed_rule_names_the_change(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_text(STRICTER, "utf-8")
    window = open_window(demo)
    accept(window)
    show(window, PRIMARY)
    changed = in_force(window).rules[RULE].changed
    assert "10 → 15" in changed
    card = next(card for card in window.flags.cards if card.subject == (PRIMARY, RULE))
    assert card.by_site.isVisible()
    assert "changed by this site" in card.by_site.text()
    assert changed in card.accessibleDescription()
    card.toggle()
    assert "Agreed by the breast board" in card.basis.text()
    other = next(card for card in window.flags.cards if not card.isHidden() and card.subject != (PRIMARY, RULE))
    assert not other.by_site.isVisible()


def test_H16_what_a_site_switched_off_stays_in_the_list(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_text(WITHOUT, "utf-8")
    window = open_window(demo)
    assert not window.flags.off.isVisible()
    accept(window)
    assert RULE not in flags_of(window, PRIMARY)
    assert window.flags.off.isVisible()
    assert in_force(window).rules[RULE].name in window.flags.off.text.text()
    assert "Not used in this hospital" in window.flags.off.text.text()
    assert in_force(window).rules[RULE].name not in window.flags.clear.text.text()


def test_a_wrong_file_shows_its_place_and_changes_nothing(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_text(WRONG, "utf-8")
    window = open_window(demo)
    dialog = checked(window)
    assert RULE in dialog.state.text()
    assert "increase_pct" in dialog.state.text()
    assert dialog.state.property("bad") == "true"
    assert not dialog.accept_button.isEnabled()
    dialog.reject()
    assert in_force(window).overrides == ()
    assert RULE in flags_of(window, PRIMARY)


def test_a_file_that_cannot_be_read_is_told_and_the_store_opens_all_the_same(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_bytes(b'name = "Krankenhaus M\xfcnster"')
    window = open_window(demo)
    assert "not UTF-8" in window.messages.sentence.text()
    dialog = checked(window)
    assert "the shipped rules" in dialog.in_force.text()
    assert "not UTF-8" in dialog.state.text()
    assert not dialog.accept_button.isEnabled()
    dialog.reject()


def test_H16_the_text_that_was_listed_is_accepted_whatever_the_file_says_by_then(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_text(STRICTER, "utf-8")
    window = open_window(demo)
    dialog = checked(window)
    site_file.write_text(MILDER, "utf-8")
    push(window, dialog, dialog.accept_button)
    assert str(number(window)) == "15"


def test_H16_rules_that_were_accepted_are_shown_also_when_the_dialog_was_closed_at_once(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_text(STRICTER, "utf-8")
    window = open_window(demo)
    dialog = checked(window)
    dialog.accept_button.click()
    dialog.reject()
    settle(window)
    assert str(number(window)) == "15"
    assert window.session.snapshot is not None
    assert window.session.snapshot.review.catalog is in_force(window)


def test_H16_reload_reads_the_rules_that_another_program_has_accepted(open_window: OpenWindow, demo: Path, catalog: Catalog) -> None:
    with Store.open(demo, catalog, by="tests") as other:
        window = open_window(demo)
        other.accept_site_rules(STRICTER)
        assert in_force(window).overrides == ()
        window.show_uncertain()
        while not window.messages.reload.isVisible():
            window.messages.dismiss.click()
        window.messages.reload.click()
        settle(window)
        assert str(number(window)) == "15"


def test_site_rules_are_taken_out_of_force_once_what_that_changes_was_listed(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_text(MILDER, "utf-8")
    window = open_window(demo)
    assert RULE in flags_of(window, PRIMARY)
    accept(window)
    dialog = checked(window)
    assert "1 change by this site, accepted on" in dialog.in_force.text()
    assert not dialog.accept_button.isEnabled(), "it is in force already"
    push(window, dialog, dialog.end)
    assert in_force(window).overrides, "the first press only lists"
    assert PRIMARY in [row[0] for row in dialog.flags.words.rows]
    assert dialog.accept_button.text() == "Take out of force"
    push(window, dialog, dialog.accept_button)
    assert in_force(window).overrides == ()
    assert RULE in flags_of(window, PRIMARY)


def test_another_file_is_chosen(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.toml"
    other.write_text(STRICTER, "utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))
    dialog = open_site_rules(window)
    assert not dialog.check.isEnabled(), "there is no file beside the store"
    push(window, dialog, dialog.other)
    assert other.name in dialog.chosen.text()
    push(window, dialog, dialog.accept_button)
    assert str(number(window)) == "15"


def test_closing_the_dialog_ends_the_comparison(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_text(STRICTER, "utf-8")
    window = open_window(demo, jobs=LateJobs)
    dialog = open_site_rules(window)
    dialog.check.click()
    press(dialog, Qt.Key.Key_Escape)
    settle(window)
    dialog = open_site_rules(window)
    assert not dialog.accept_button.isEnabled()
    assert dialog.flags.words.rows == []
    dialog.reject()


def test_H16_what_was_judged_by_the_rules_before_is_never_shown_after_them(open_window: OpenWindow, demo: Path, site_file: Path) -> None:
    site_file.write_text(STRICTER, "utf-8")
    window = open_window(demo, jobs=LateJobs)
    dialog = checked(window)
    wait_until(dialog.accept_button.isEnabled)
    dialog.accept_button.click()
    for row in window.session.rows:
        window.session.show_case(row.key)
    settle(window)
    wait_until(lambda: not window.session.pending)
    assert window.session.snapshot is not None
    assert window.session.snapshot.review.catalog is in_force(window)
    assert str(number(window)) == "15"


@pytest.mark.parametrize("scale", [100, 200])
def test_H43_no_word_of_the_two_dialogs_is_cut(open_window: OpenWindow, demo: Path, site_file: Path, scale: int) -> None:
    site_file.write_text(STRICTER, "utf-8")
    window = open_window(demo, Settings(theme="light", text_scale=scale))
    for size in SIZES:
        window.resize(*size)
        settle(window)
        for dialog in (open_review, checked):
            opened = dialog(window)
            assert opened.width() <= size[0]
            assert opened.height() <= size[1]
            assert cut(window) == []
            opened.reject()
