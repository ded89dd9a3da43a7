from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea

from nacdesk.domain.rules import SEVERITIES, SHAPES, Catalog
from nacdesk.gui.banner import SEVERITY_WORDS
from nacdesk.gui.case_rows import state_words
from nacdesk.gui.main_window import MainWindow
from nacdesk.interop.read import read
from tests.gui.hands import CLEAN, NOTHING, REGROWTH, line_of, press, settle, show


def test_H18_not_evaluable_and_not_met_stand_below_the_flags_always(window: MainWindow) -> None:
    for row in window.session.rows:
        show(window, row.key)
        review = window.session.snapshot.review if window.session.snapshot else None
        assert review is not None
        for panel, results in ((window.flags.cannot, review.cannot), (window.flags.clear, review.clear)):
            assert panel.isVisible()
            assert f"({len(results)})" in panel.toggle.text()
            for result in results:
                assert review.catalog.rules[result.rule].name.split(" ")[0] in panel.text.text()


def test_H18_an_opened_list_says_what_would_make_a_rule_evaluable(window: MainWindow) -> None:
    show(window, NOTHING)
    snapshot = window.session.snapshot
    assert snapshot is not None
    window.flags.cannot.toggle.click()
    needed = [text for result in snapshot.review.cannot for text in result.missing]
    assert needed
    shown = [line.text.text() for line in window.flags.cannot.lines if not line.isHidden()]
    assert len(shown) == len(snapshot.review.cannot)
    assert any("Would make it evaluable" in text for text in shown)


def test_H18_the_two_states_differ_in_a_grey_picture(window: MainWindow) -> None:
    pictures = [grey(window, key) for key in (NOTHING, CLEAN)]
    assert pictures[0] != pictures[1]


def grey(window: MainWindow, key: str) -> QImage:
    show(window, key)
    return window.flags.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)


def test_H19_each_severity_has_its_own_shape_and_word_wherever_it_is_shown(window: MainWindow) -> None:
    assert len({SHAPES[name] for name in SEVERITIES}) == len({SEVERITY_WORDS[name] for name in SEVERITIES}) == 3
    seen: set[str] = set()
    for row in window.session.rows:
        line = line_of(window, row.key)
        for name, count in line.flags.items():
            text = next(text for text, meaning in state_words(line) if meaning == name)
            assert text == f"{SHAPES[name]} {count} {SEVERITY_WORDS[name]}"
        show(window, row.key)
        assert window.session.snapshot is not None
        for flag, card in zip(window.session.snapshot.review.flags, window.flags.cards, strict=False):
            severity = flag.result.severity
            assert SEVERITY_WORDS[severity] in card.name.text()
            assert SEVERITY_WORDS[severity] in card.accessibleName()
            seen.add(severity)
        for answer, shown in zip(window.session.snapshot.review.answers, window.case.answers.cards, strict=True):
            assert answer.severity is None or SHAPES[answer.severity] in shown.value.text()
    assert seen == set(SEVERITIES)


def test_H19_the_badges_of_the_three_severities_differ_without_colour(window: MainWindow) -> None:
    from nacdesk.gui.flag_panel import BadgeMark
    from nacdesk.gui.theme import Look

    pictures: list[bytes] = []
    for severity in SEVERITIES:
        mark = BadgeMark()
        mark.setParent(window)
        mark.show_badge(1, severity, Look())
        picture = mark.grab().toImage().convertToFormat(QImage.Format.Format_Mono)
        pictures.append(bytes(picture.constBits()))
    assert len(set(pictures)) == 3


def test_a_badge_leads_to_its_flag_and_a_flag_to_its_badge(window: MainWindow) -> None:
    chart, flags = window.case.chart, window.flags
    assert chart.plan is not None
    spot = chart.plan.badges[-1]
    QTest.mouseClick(chart.findChild(QScrollArea).widget(), Qt.MouseButton.LeftButton, pos=QPoint(round(spot.x), round(spot.y)))
    assert flags.number == spot.number
    card = next(card for card in flags.cards if card.number == spot.number)
    assert card.chosen
    viewport = window.findings.viewport()
    top = card.mapTo(viewport, QPoint(0, 0)).y()
    assert 0 <= top < viewport.height()
    first = flags.cards[0]
    QTest.mouseClick(first, Qt.MouseButton.LeftButton, pos=QPoint(40, 8))
    assert flags.number == 1
    assert chart._number == 1
    assert not card.chosen


def test_the_basis_opens_on_a_key_and_holds_all_that_a_reader_asks(window: MainWindow) -> None:
    press(window, Qt.Key.Key_B)
    card = window.flags.cards[0]
    assert card.basis.isVisible()
    text = card.basis.text()
    for title in ("Formula", "Inputs", "Baseline", "The rule", "Evidence", "Sources", "What it is not"):
        assert title in text
    assert "28 Aug 2026 · baseline · primary" in text.replace("\u00a0", " ")
    assert "unreviewed" in text
    assert "(47 − 44) / 47" in text
    press(window, Qt.Key.Key_B)
    assert not card.basis.isVisible()


def test_the_chosen_flag_stays_chosen_through_the_dates_and_never_passes_to_another_case(window: MainWindow) -> None:
    press(window, Qt.Key.Key_B)
    window.flags.choose(2)
    rule = window.flags.cards[1].subject
    assert rule is not None
    press(window, Qt.Key.Key_BracketLeft)
    settle(window)
    chosen = [card for card in window.flags.cards if card.chosen and not card.isHidden()]
    assert [card.subject for card in chosen] == [rule]
    assert window.case.chart._number == chosen[0].number == window.flags.number
    show(window, REGROWTH)
    assert window.flags.number is None
    assert window.case.chart._number is None
    assert not any(card.chosen for card in window.flags.cards)


SAFETY = """\
case,visit,date,cycle,analyte,value,unit,lesion,method
S-1,baseline,2026-01-05,0,size.diameter,50,mm,T1,CT
S-1,C1,2026-01-06,,treatment.cycle,1,,,
S-1,C2,2026-01-27,,treatment.cycle,2,,,
S-1,after C2,2026-02-17,2,size.diameter,49,mm,T1,CT
S-1,after C2,2026-02-17,2,lesion.new,no,,,
S-1,after C2,2026-02-17,2,labs.lvef_pct,45,%,,
"""


def test_flags_of_safety_stand_last_under_their_own_words_numbered_as_in_the_chart(window: MainWindow, catalog: Catalog, tmp_path: Path) -> None:
    table = tmp_path / "safety.csv"
    table.write_text(SAFETY, "utf-8")
    found = read([table], catalog)
    assert not found.problems
    window.session.add(found, lambda _changes: None)
    settle(window)
    show(window, "S-1")
    panel = window.flags
    assert panel.title.text() == "Flags"
    assert panel.safety.isVisible()
    assert panel.safety.text() == "Safety and fitness"
    shown = {card.number: card for card in panel.cards if not card.isHidden()}
    assert list(shown) == list(range(1, len(shown) + 1))
    rules = {card.number: card.subject[1] for card in shown.values() if card.subject}
    above = [rule for number, rule in rules.items() if shown[number].y() < panel.safety.y()]
    below = [rule for number, rule in rules.items() if shown[number].y() > panel.safety.y()]
    assert below == ["SAF-03"]
    assert "NAC-01" in above
    assert list(rules.values()) == [*above, *below]
    assert window.case.model is not None
    badges = [badge for drawn in window.case.model.panels for badge in drawn.badges]
    assert badges
    assert all(rules[badge.number] == badge.rule for badge in badges)
    show(window, CLEAN)
    assert not panel.safety.isVisible()
