import random
import time
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication

from nacdesk.domain.review import review
from nacdesk.errors import UserError
from nacdesk.gui.desk import Desk, Snapshot, steps_of, summary
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.message import Message, message_of
from nacdesk.storage.changes import Changes
from nacdesk.storage.store import Store
from tests.gui.conftest import LateJobs, OpenWindow
from tests.gui.hands import PRIMARY, UNDATED, assert_one_case, settle, wait_until


def test_H02_a_thousand_switches_with_late_answers_never_mix_two_cases(open_window: OpenWindow, demo: Path) -> None:
    window = open_window(demo, jobs=LateJobs)
    session, dice = window.session, random.Random(7)
    keys = [row.key for row in session.rows]
    seen: list[Snapshot] = []
    session.snapshot_changed.connect(seen.append)
    for _ in range(1000):
        if dice.random() < 0.8:
            session.show_case(dice.choice(keys))
        else:
            session.step(dice.choice((-1, 1)))
        until = time.monotonic() + dice.choice((0, 0, 0.002, 0.02))
        while time.monotonic() < until:
            QApplication.processEvents()
            assert_one_case(window)
    settle(window)
    wait_until(lambda: not session.pending)
    assert_one_case(window)
    assert session.wanted is not None
    assert window.case.snapshot is not None
    assert window.case.snapshot.key == session.wanted[0]
    assert len({snapshot.key for snapshot in seen}) > 5


def test_H02_an_answer_for_another_case_is_dropped(window: MainWindow) -> None:
    session = window.session
    session.show_case(UNDATED)
    settle(window)
    late = session.snapshot
    session.show_case(PRIMARY)
    settle(window)
    kept = session.snapshot
    assert late is not None
    session._on_snapshot((UNDATED, None), late)
    settle(window)
    assert session.snapshot is not None
    assert session.snapshot.key == PRIMARY
    assert kept is not None
    assert_one_case(window)


def test_H02_an_answer_of_an_older_revision_is_dropped(window: MainWindow) -> None:
    session = window.session
    old = session.snapshot
    assert old is not None
    assert session.wanted is not None
    shown: list[object] = []
    session.snapshot_changed.connect(shown.append)
    session.judging.revisions[old.key] = old.revision + 1
    session._showing = True
    session._on_snapshot(session.wanted, old)
    assert shown == []
    session.judging.revisions[old.key] = old.revision
    settle(window)


def test_H02_a_case_that_takes_long_covers_the_one_before(window: MainWindow) -> None:
    session = window.session
    session.store_jobs.submit(partial(time.sleep, 0.8), _nothing, session.tell_error)
    session.show_case(UNDATED)
    wait_until(lambda: not window.case.isVisible())
    assert "Opening the case" in window.no_case.text.text()
    assert not window.flags.isVisible()
    assert not window.actions_.export_handout.isEnabled()
    settle(window)
    assert window.case.isVisible()
    assert_one_case(window)


def _nothing(_answer: object) -> None:
    """Nothing to do."""


def test_opening_the_open_store_again_keeps_it_writable(window: MainWindow, demo: Path) -> None:
    window.session.open(demo)
    settle(window)
    assert window.session.writable
    assert window.session.rows
    assert_one_case(window)


def test_the_case_last_asked_for_is_shown_and_those_between_are_skipped(window: MainWindow) -> None:
    session = window.session
    shown: list[Snapshot] = []
    session.snapshot_changed.connect(shown.append)
    keys = [row.key for row in session.rows]
    for key in keys[1:]:
        session.show_case(key)
    assert session.pending
    settle(window)
    assert not session.pending
    assert [snapshot.key for snapshot in shown][-1] == keys[-1]
    assert len(shown) < len(keys) - 1


def test_a_failure_of_the_user_comes_back_as_one_message_and_is_not_lost(window: MainWindow) -> None:
    told: list[Message] = []
    window.session.told.connect(told.append)

    def refuse(_store: Store) -> Changes:
        raise UserError("The disk is full; nothing was changed.", "Make room.")

    window.session.perform("Try", refuse)
    settle(window)
    assert [(message.sentence, message.remedy) for message in told] == [("The disk is full; nothing was changed.", "Make room.")]
    assert window.messages.isVisible()
    assert window.messages.sentence.text() == "The disk is full; nothing was changed."
    window.session.tell(Message("info", "Good news."))
    assert window.messages.sentence.text() == "The disk is full; nothing was changed.", "good news took the place of an error"
    assert len(window.messages.waiting) == 2


def test_H25_saved_is_said_only_after_the_store_confirmed_it(window: MainWindow) -> None:
    def refuse(_store: Store) -> Changes:
        raise OSError(28, "No space left on device")

    window.session.perform("Try", refuse)
    assert "saving…" in window.status.store.text()
    settle(window)
    assert "NOT saved" in window.status.store.text()
    window.session.undo()
    assert "saving…" in window.status.store.text()
    settle(window)
    assert "saved " in window.status.store.text()
    assert "NOT" not in window.status.store.text()


def test_a_fault_of_the_program_is_told_without_values(caplog) -> None:
    try:
        raise KeyError("DEMO, Ines Alvarez")
    except KeyError as error:
        message = message_of(error, "“Import” could not be finished.")
    assert message.reload
    assert "KeyError" in message.sentence
    assert "Alvarez" not in message.sentence + message.remedy + caplog.text
    assert "test_session.py" in caplog.text


def test_undo_and_redo_carry_their_labels_and_survive_a_restart(open_window: OpenWindow, demo: Path) -> None:
    window = open_window(demo)
    count = len(window.session.rows)
    assert "Import" in window.actions_.undo.text()
    window.session.undo()
    settle(window)
    assert len(window.session.rows) == count - 1
    assert "Import" in window.actions_.redo.text()
    window.close()
    wait_until(window.isHidden)
    again = open_window(demo)
    assert again.actions_.redo.isEnabled()
    again.session.redo()
    settle(again)
    assert len(again.session.rows) == count


def test_every_case_is_judged_like_the_review_itself(window: MainWindow, demo: Path, catalog) -> None:
    window.close()
    wait_until(window.isHidden)
    with Store.open(demo, catalog, by="tests") as store:
        expected = {row.key: summary(review(store.history(row.key), catalog)) for row in store.cases()}
    assert window.session.summaries == expected


def test_the_steps_of_a_case_are_its_dates_or_its_visits(demo: Path, catalog) -> None:
    with Store.open(demo, catalog, by="tests", read_only=True) as store:
        dated = steps_of(store.history(PRIMARY), catalog)
        undated = steps_of(store.history(UNDATED), catalog)
    days = [step.when for step in dated]
    assert days == sorted(set(days))
    assert dated[-1].text == "19 Oct 2026"
    assert [step.when for step in undated] == [None] * len(undated)
    assert all(step.visit for step in undated)


def test_reviews_are_kept_by_case_revision_and_as_of(demo: Path) -> None:
    desk = Desk("tests")
    desk.open(demo)
    first = desk.snapshot(PRIMARY, None)
    assert desk.snapshot(PRIMARY, None).review is first.review
    before = desk.snapshot(PRIMARY, first.steps[0])
    assert before.review is not first.review
    assert before.here == 0
    desk.close()


def test_a_second_window_reads_only_and_says_so(open_window: OpenWindow, demo: Path) -> None:
    open_window(demo)
    second = open_window(demo)
    assert second.session.opened is not None
    assert second.session.opened.why_read_only
    assert second.session.rows
    assert "read-only" in second.status.store.text()
    assert not second.actions_.import_files.isEnabled()
    assert not second.actions_.undo.isEnabled()
    assert "reading only" in second.messages.sentence.text()
