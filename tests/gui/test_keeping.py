"""Deleting, restoring and erasing, one case in and out, retention: real keys, a real store, and nobody else's data."""

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QDialog, QFileDialog, QLabel, QLineEdit, QMenu

from nacdesk.domain.facts import History, Patient
from nacdesk.domain.rules import Catalog
from nacdesk.gui.bin_dialog import BinDialog
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.removal_dialog import DeleteDialog, EraseDialog
from nacdesk.gui.tables import TextTable
from nacdesk.gui.untouched_dialog import UntouchedDialog
from nacdesk.interop.read import read
from nacdesk.settings import Settings
from nacdesk.storage.store import Store
from tests.gui.conftest import SAMPLES, OpenWindow
from tests.gui.hands import CLEAN, CTRL, NOTHING, PRIMARY, REGROWTH, Keyboard, assert_one_case, press, settle, show, wait_until

NAME, TWIN = "DEMO, Ines Alvarez", "D-100482-b"


def begin(window: MainWindow, words: str) -> QDialog:
    """An action by its name: Ctrl+K, a few letters, Enter; the dialog that it opens."""
    press(window, Qt.Key.Key_K, CTRL)
    Keyboard(window).type(words)
    finder = window._finder
    assert finder is not None
    press(finder, Qt.Key.Key_Return)
    settle(window)
    (dialog,) = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
    dialog.activateWindow()
    wait_until(dialog.isActiveWindow)
    return dialog


def enter(dialog: QDialog, *texts: str) -> None:
    """Fill the fields from the one with the focus on, by keyboard, and press Enter."""
    keyboard = Keyboard(dialog)
    for place, text in enumerate(texts):
        if place:
            keyboard.tab()
        keyboard.press(Qt.Key.Key_A, CTRL)
        keyboard.type(text)
    keyboard.press(Qt.Key.Key_Return)


def answer(monkeypatch: pytest.MonkeyPatch, path: Path | str, kind: str = "") -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_options: (str(path), kind))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args, **_options: ([str(path)], ""))


# the bin


def test_a_case_is_deleted_by_keyboard_after_its_record_number_and_a_reason_and_comes_back_with_undo(window: MainWindow) -> None:
    show(window, PRIMARY)
    before = window.session.snapshot
    assert before is not None
    dialog = begin(window, "delete case")
    assert isinstance(dialog, DeleteDialog)
    told = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "33 observations at 10 time points, 2 lesions, " in told
    assert f"{NAME} · born 1965-03-14 · record number {PRIMARY}" in told

    enter(dialog)
    assert "Type the record number" in dialog.trouble.text()
    enter(dialog, "D-100517")
    assert "not the record number of the patient" in dialog.trouble.text()
    enter(dialog, "d 100482")
    assert "Write why" in dialog.trouble.text(), "a record number is compared as the store compares it, and a reason is wanted"
    assert [row.key for row in window.session.rows].count(PRIMARY) == 1
    Keyboard(dialog).type("entered twice")
    Keyboard(dialog).press(Qt.Key.Key_Return)
    settle(window)
    assert PRIMARY not in [row.key for row in window.session.rows]
    assert "is in the bin: 33 observations" in window.messages.sentence.text()
    assert window.actions_.undo.text() == "&Undo: Delete case D-100482"
    assert_one_case(window)

    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    show(window, PRIMARY)
    after = window.session.snapshot
    assert after is not None
    assert replace(after.facts, case=replace(after.facts.case, revision=0)) == replace(before.facts, case=replace(before.facts.case, revision=0))


def test_a_case_without_a_record_number_is_deleted_by_its_key(open_window: OpenWindow, tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "cases.nac"
    with Store.create(path, catalog, by="tests") as store:
        store.add([anonymous(read([SAMPLES[0]], catalog).histories[0])], "Import")
    window = open_window(path)
    dialog = begin(window, "delete case")
    assert isinstance(dialog, DeleteDialog)
    assert "type the key" in dialog.typed.title
    enter(dialog, "D-100483", "a test")
    assert dialog.isVisible()
    enter(dialog, PRIMARY)
    settle(window)
    assert window.session.rows == ()


def anonymous(history: History) -> History:
    return replace(history, case=replace(history.case, patient=Patient()))


def test_H01_a_question_that_outlives_a_switch_of_cases_is_refused(window: MainWindow) -> None:
    show(window, PRIMARY)
    for words, texts in (("delete case", (CLEAN, "wrong one")), ("erase a patient", (f"ERASE {CLEAN}", "wrong one"))):
        show(window, PRIMARY)
        dialog = begin(window, words)
        assert isinstance(dialog, DeleteDialog | EraseDialog)
        show(window, CLEAN)
        assert not dialog.do.isEnabled()
        assert "Another case is on show by now; nothing was done" in dialog.trouble.text()
        enter(dialog, *texts)
        dialog._on_do()
        settle(window)
        assert dialog.isVisible()
        assert {PRIMARY, CLEAN} <= {row.key for row in window.session.rows}
        dialog.reject()


def test_H01_a_change_of_the_case_behind_the_question_is_refused_too(window: MainWindow) -> None:
    show(window, PRIMARY)
    dialog = begin(window, "delete case")
    assert isinstance(dialog, DeleteDialog)
    window.session.perform("Rename", rename)
    settle(window)
    assert "The case was changed meanwhile" in dialog.trouble.text()
    dialog.reject()


def rename(store: Store) -> Any:
    from nacdesk.domain.edits import SetCase

    case = store.history(PRIMARY).case
    return store.edit(PRIMARY, [SetCase(replace(case, diagnosis="Another one"))], "Change the diagnosis", reason="corrected report")


def test_the_bin_tells_who_deleted_what_when_and_why_and_gives_it_back(window: MainWindow) -> None:
    window.session.act_as("Ana Ruiz (aruiz)")
    for key, why in ((PRIMARY, "entered twice"), (CLEAN, "moved to another hospital")):
        show(window, key)
        enter(begin(window, "delete case"), key, why)
        settle(window)
    dialog = begin(window, "bin")
    assert isinstance(dialog, BinDialog)
    rows = dialog.table.words.rows
    assert [(row[0], row[1], row[2], row[4], row[5], row[6]) for row in rows] == [
        (CLEAN, "DEMO, Haruka Mori", CLEAN, "Ana Ruiz (aruiz)", "48", "moved to another hospital"),
        (PRIMARY, NAME, PRIMARY, "Ana Ruiz (aruiz)", "33", "entered twice"),
    ]
    press(dialog, Qt.Key.Key_Down)
    press(dialog, Qt.Key.Key_Return)
    settle(window)
    assert window.session.snapshot is not None
    assert window.session.snapshot.key == PRIMARY
    assert "exactly as it was" in window.messages.sentence.text()
    dialog = begin(window, "bin")
    assert isinstance(dialog, BinDialog)
    assert [row[0] for row in dialog.table.words.rows] == [CLEAN]
    dialog.reject()


def test_an_empty_bin_says_so(window: MainWindow) -> None:
    dialog = begin(window, "bin")
    assert isinstance(dialog, BinDialog)
    assert any(label.text().startswith("The bin is empty") for label in dialog.findChildren(QLabel))
    assert not dialog.restore.isEnabled()
    press(dialog, Qt.Key.Key_Escape)
    settle(window)


# erasure


def two_cases(path: Path, catalog: Catalog) -> Path:
    """A patient with a case in the store and an older one in the bin, and somebody else."""
    first, other = (read([file], catalog).histories[0] for file in SAMPLES[:2])
    with Store.create(path, catalog, by="tests") as store:
        store.add([replace(first, case=replace(first.case, key=TWIN))], "Import of an older course")
        store.remove(TWIN, reason="an older course")
        store.add([first, other], "Import")
    return path


def words_held(window: MainWindow) -> Iterator[str]:
    """Every text in a window, also of what is not in view."""
    yield window.windowTitle()
    for kind in (QLabel, QLineEdit, QAbstractButton):
        for widget in window.findChildren(kind):
            yield from (widget.text(), widget.accessibleName(), widget.toolTip())
    for table in window.findChildren(TextTable):
        yield table.case
        yield from (cell for row in table.words.rows for cell in row)
    for menu in window.findChildren(QMenu):
        yield from (entry.text() + entry.toolTip() for entry in menu.actions())
    yield QGuiApplication.clipboard().text()
    yield repr(window.session.rows) + repr(window.session.summaries) + repr(window.session.snapshot)
    yield repr([key for key, _, _ in window.session._desk._reviews])


def test_H40_an_erased_patient_is_gone_from_the_file_the_screen_the_caches_and_the_clipboard(open_window: OpenWindow, tmp_path: Path, catalog: Catalog) -> None:
    path = two_cases(tmp_path / "cases.nac", catalog)
    window = open_window(path)
    show(window, PRIMARY)
    for tab in (1, 2):
        window.case.show_tab(tab)
        settle(window)
    window.case.data.pages.press("facts")
    window.case.show_tab(1)
    settle(window)
    window.case.data.facts.setFocus()
    window.case.data.facts.selectRow(0)
    press(window, Qt.Key.Key_C, CTRL)
    window.case.ask_form("Patient and case")
    settle(window)
    window.on_import()
    window.imports.read([SAMPLES[0]])
    settle(window)
    window.imports.reject()
    assert any(NAME in text for text in words_held(window))

    dialog = begin(window, "erase a patient")
    assert isinstance(dialog, EraseDialog)
    told = [label.text() for label in dialog.findChildren(QLabel)]
    assert any(text.startswith(f"Case {PRIMARY}, in the store: 33 observations") for text in told)
    assert any(text.startswith(f"Case {TWIN}, in the bin: 33 observations") for text in told)
    assert any("cannot be undone" in text for text in told)
    enter(dialog, PRIMARY, "the patient asked for it")
    assert "nothing was erased" in dialog.trouble.text()
    enter(dialog, f"erase {PRIMARY}")
    assert dialog.isVisible(), "the word is typed in capitals"
    enter(dialog, f"ERASE {PRIMARY}", "Alvarez asked for it")
    assert "names the patient" in dialog.trouble.text()
    Keyboard(dialog).press(Qt.Key.Key_A, CTRL)
    Keyboard(dialog).type("the patient asked for it")
    Keyboard(dialog).press(Qt.Key.Key_Return)
    settle(window)

    assert [row.key for row in window.session.rows] == [REGROWTH]
    assert_one_case(window)
    held = list(words_held(window))
    for canary in (NAME, PRIMARY, TWIN):
        assert [text for text in held if canary in text] == []
    assert window.actions_.undo.text() == "&Undo"
    window.close()
    wait_until(window.isHidden)
    for file in tmp_path.iterdir():
        assert "Alvarez" not in file.name
        assert b"Alvarez" not in file.read_bytes(), file.name
        assert PRIMARY.encode() not in file.read_bytes(), file.name
    with Store.open(path, catalog, by="tests") as store:
        assert store.check(deep=True) == ()
        assert any(entry.reason == "the patient asked for it" for entry in store.journal())


def test_H40_the_last_patient_of_a_store_leaves_an_empty_page(open_window: OpenWindow, tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "cases.nac"
    with Store.create(path, catalog, by="tests") as store:
        store.add(read([SAMPLES[0]], catalog).histories, "Import")
    window = open_window(path)
    window.case.show_tab(2)
    settle(window)
    press(window, Qt.Key.Key_F, CTRL)
    Keyboard(window).type("alvarez")
    settle(window)
    enter(begin(window, "erase a patient"), f"ERASE {PRIMARY}", "on request")
    wait_until(window.start.isVisible)
    settle(window)
    assert window.worklist.search.text() == ""
    assert [text for text in words_held(window) if NAME in text or PRIMARY in text] == []


def test_H40_a_patient_is_erased_from_the_bin(open_window: OpenWindow, tmp_path: Path, catalog: Catalog) -> None:
    path = two_cases(tmp_path / "cases.nac", catalog)
    window = open_window(path)
    show(window, REGROWTH)
    bin_dialog = begin(window, "bin")
    assert isinstance(bin_dialog, BinDialog)
    bin_dialog.erase.setFocus()
    press(bin_dialog, Qt.Key.Key_Space)
    settle(window)
    (dialog,) = [dialog for dialog in window.findChildren(EraseDialog) if dialog.isVisible()]
    enter(dialog, f"ERASE {PRIMARY}", "kept for ten years")
    settle(window)
    assert [row.key for row in window.session.rows] == [REGROWTH]
    assert window.case.banner.name.text() == "DEMO, Chinwe Okafor", "the case on show stays as it was"
    dialog = begin(window, "bin")
    assert isinstance(dialog, BinDialog)
    assert list(dialog.table.words.rows) == []
    dialog.reject()


def test_H40_pages_that_another_window_keeps_are_told_and_the_patient_is_gone_here(open_window: OpenWindow, tmp_path: Path, catalog: Catalog) -> None:
    path = two_cases(tmp_path / "cases.nac", catalog)
    window = open_window(path)
    show(window, PRIMARY)
    dialog = begin(window, "erase a patient")
    with Store.open(path, catalog, by="a reader", read_only=True) as reader, reader._database.snapshot():
        reader.cases()
        enter(dialog, f"ERASE {PRIMARY}", "on request")
        settle(window)
    assert "The cases are erased, but another window" in window.messages.sentence.text()
    assert [row.key for row in window.session.rows] == [REGROWTH]
    assert [text for text in words_held(window) if NAME in text or TWIN in text] == []
    assert window.actions_.undo.text() == "&Undo"


# one case in


Change = Callable[[History], History]


def about(**facts: Any) -> Change:
    return lambda history: replace(history, case=replace(history.case, patient=replace(history.case.patient, **facts)))


def key(text: str) -> Change:
    return lambda history: replace(history, case=replace(history.case, key=text))


def both(*changes: Change) -> Change:
    def change(history: History) -> History:
        for one in changes:
            history = one(history)
        return history

    return change


OTHERS: dict[str, Change] = {
    "another record number": about(mrn="D-100517"),
    "another record number and key": both(about(mrn="D-100517"), key(REGROWTH)),
    "one digit": both(about(mrn="D-100428"), key("D-100428")),
    "a zero more": both(about(mrn="D-1004820"), key("X")),
    "another key, no record number": both(about(mrn=None), key(REGROWTH)),
    "a new key, no record number": both(about(mrn=None), key("X-1")),
    "same name, nothing else": both(about(mrn=None, birth_date=None), key("alvarez")),
    "the key of another case": key(REGROWTH),
    "another name under the same key": about(mrn=None, name="DEMO, Inez Alvarado"),
    "another birth date": about(birth_date=datetime(1966, 3, 14).date()),
    "another sex": about(sex="M"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_H04_a_file_of_another_patient_cannot_be_imported_into_the_open_case(
    window: MainWindow, tmp_path: Path, catalog: Catalog, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = OTHERS[name](read([SAMPLES[0]], catalog).histories[0])
    refused(window, [history], tmp_path, monkeypatch)
    texts = " ".join(row[2] for row in window.imports.problems.words.rows)
    if "Open:" in texts:
        assert f"Open: {NAME}, born 1965-03-14, record number {PRIMARY}, case {PRIMARY}" in texts
        assert f"In the file: {history.case.patient.name}, " in texts
        assert f"case {history.case.key}. Open" in texts
    window.imports.reject()


def test_H04_a_file_of_several_cases_cannot_be_imported_into_the_open_one(window: MainWindow, tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(window, [read([file], catalog).histories[0] for file in SAMPLES[:2]], tmp_path, monkeypatch)
    assert "The file holds 2 cases" in window.imports.problems.words.rows[0][2]
    window.imports.reject()


def refused(window: MainWindow, histories: list[History], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Try to import these into the first case, by keyboard."""
    from nacdesk.interop import bundle

    bundle.write(histories, folder / "file.json")
    answer(monkeypatch, folder / "file.json")
    show(window, PRIMARY)
    before = [(row.key, row.revision) for row in window.session.rows]
    dialog = begin(window, "import into this case")
    assert dialog is window.imports
    assert f"Into the open case: {NAME} · born 1965-03-14 · record number {PRIMARY}" in window.imports.target.text()
    press(dialog, Qt.Key.Key_Space)
    settle(window)
    assert window.imports.problems.words.rows
    assert not window.imports.accept_button.isEnabled()
    press(dialog, Qt.Key.Key_Return)
    settle(window)
    assert [(row.key, row.revision) for row in window.session.rows] == before


SAME: dict[str, Change] = {
    "the same": lambda history: history,
    "key alone": about(mrn=None),
    "number as typed": about(mrn="d 100482"),
    "number alone": both(about(mrn="D.100482"), key("another-name")),
}


@pytest.mark.parametrize("name", SAME)
def test_a_file_of_the_open_case_adds_what_is_new(window: MainWindow, tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from nacdesk.interop import bundle

    history = SAME[name](read([SAMPLES[0]], catalog).histories[0])
    size = next(row for row in history.observations if row.analyte == "size.diameter" and row.lesion == "primary")
    late = replace(size, id="late", date=datetime(2026, 8, 20).date(), note="an older scan")
    bundle.write([replace(history, observations=(*history.observations, late))], tmp_path / "late.json")
    answer(monkeypatch, tmp_path / "late.json")
    show(window, PRIMARY)
    dialog = begin(window, "import into this case")
    press(dialog, Qt.Key.Key_Space)
    settle(window)
    assert window.imports.ready, window.imports.problems.words.rows
    assert [row[0] for row in window.imports.cases.words.rows] == [PRIMARY]
    press(dialog, Qt.Key.Key_Return)
    settle(window)
    assert "1 observation added, 33 already there" in window.messages.sentence.text()
    assert window.session.snapshot is not None
    assert any(row.note == "an older scan" for row in window.session.snapshot.facts.observations)
    assert "another-name" not in [row.key for row in window.session.rows]


def test_H01_a_file_read_for_one_case_is_dropped_when_another_is_on_show(window: MainWindow) -> None:
    show(window, PRIMARY)
    begin(window, "import into this case")
    window.imports.read([SAMPLES[0]])
    settle(window)
    assert window.imports.ready
    show(window, CLEAN)
    assert not window.imports.ready
    assert "Another case is on show by now" in window.imports.state.text()
    window.imports.reject()


def test_the_common_import_still_takes_any_case(window: MainWindow) -> None:
    show(window, PRIMARY)
    begin(window, "import into this case")
    window.imports.reject()
    window.on_import()
    window.imports.read([SAMPLES[0], SAMPLES[2]])
    settle(window)
    assert not window.imports.target.isVisible()
    assert window.imports.ready
    window.imports.reject()


# one case out


@pytest.mark.parametrize(("kind", "ending"), [("Whole case (*.json)", ".json"), ("Table (*.csv)", ".csv"), ("Excel (*.xlsx)", ".xlsx")])
def test_a_case_is_exported_as_a_file_that_import_reads_back(window: MainWindow, tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, kind: str, ending: str) -> None:
    show(window, PRIMARY)
    answer(monkeypatch, tmp_path / "case", kind)
    window.keeping.on_export()
    settle(window)
    path = tmp_path / f"case{ending}"
    assert str(path) in window.messages.sentence.text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    snapshot = window.session.snapshot
    assert snapshot is not None
    (back,) = read([path], catalog).histories
    assert (back.case.key, back.case.patient) == (PRIMARY, snapshot.facts.case.patient)
    assert sorted((row.analyte, str(row.value), str(row.date)) for row in back.observations) == sorted(
        (row.analyte, str(row.value), str(row.date)) for row in snapshot.facts.observations
    )
    content = path.read_bytes()
    window.keeping.on_export()
    settle(window)
    assert "exists already" in window.messages.sentence.text()
    assert path.read_bytes() == content


def leaves(part: Any) -> Iterator[str]:
    """Every recorded text of plain data, without what only the program uses."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in ("id", "visit", "place", "format", "old", "new", "analyte", "context", "at", "comparator", "unit"):
                yield from leaves(value)
    elif isinstance(part, list):
        for value in part:
            yield from leaves(value)
    elif isinstance(part, str):
        yield part


def test_everything_recorded_about_a_patient_is_one_file_for_its_owner_alone(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show(window, PRIMARY)
    for name in ("all.json", "all.pdf"):
        answer(monkeypatch, tmp_path / name)
        window.keeping.on_everything()
        settle(window)
        assert str(tmp_path / name) in window.messages.sentence.text()
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    data = json.loads((tmp_path / "all.json").read_text("utf-8"))
    pages = ["".join(page.extract_text().split()) for page in PdfReader(tmp_path / "all.pdf").pages]
    assert all("DEMO,InesAlvarez·b.1965-03-14·MRND-100482" in page for page in pages)
    printed = "".join(pages)
    wanted = set(leaves(data))
    assert len(wanted) > 60
    assert [text for text in wanted if "".join(text.split()) not in printed] == []
    before = (tmp_path / "all.pdf").read_bytes()
    window.keeping.on_everything()
    settle(window)
    assert "exists already" in window.messages.sentence.text()
    assert (tmp_path / "all.pdf").read_bytes() == before


def test_the_suggested_names_hold_the_key_alone(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **_options: (asked.append(args[2]), ("", ""))[1])
    show(window, NOTHING)
    for do in (window.keeping.on_export, window.keeping.on_everything, window.keeping.on_print):
        do()
    assert asked == ["D-100623.json", "D-100623-everything.pdf", "D-100623-history.pdf"]


# retention


def test_cases_untouched_for_years_are_listed_and_nothing_is_deleted(open_window: OpenWindow, tmp_path: Path, catalog: Catalog) -> None:
    path, clock = tmp_path / "old.nac", [datetime(2009, 3, 2, tzinfo=UTC)]
    with Store.create(path, catalog, by="tests", clock=lambda: clock[0]) as store:
        for file, year in zip(SAMPLES[:2], (2009, 2015), strict=True):
            clock[0] = datetime(year, 3, 2, tzinfo=UTC)
            store.add(read([file], catalog).histories, "Import")
    with Store.open(path, catalog, by="tests") as store:
        store.add(read([SAMPLES[2]], catalog).histories, "Import")
    window = open_window(path)
    dialog = begin(window, "untouched")
    assert isinstance(dialog, UntouchedDialog)
    keyboard = Keyboard(dialog)
    keyboard.type("5")
    keyboard.press(Qt.Key.Key_Return)
    settle(window)
    assert [(row[0], row[3]) for row in dialog.table.words.rows] == [(PRIMARY, "2009-03-02"), (REGROWTH, "2015-03-02")]
    keyboard.press(Qt.Key.Key_A, CTRL)
    keyboard.type("90")
    keyboard.press(Qt.Key.Key_Return)
    settle(window)
    assert dialog.told.text() == "Every case was changed within 90 years."
    keyboard.press(Qt.Key.Key_A, CTRL)
    keyboard.type("5")
    keyboard.press(Qt.Key.Key_Return)
    settle(window)
    dialog.table.selectRow(1)
    dialog.show_case.setFocus()
    press(dialog, Qt.Key.Key_Space)
    settle(window)
    assert window.session.snapshot is not None
    assert window.session.snapshot.key == REGROWTH
    assert len(window.session.rows) == 3
    assert list(dialog.table.words.rows) == [], "a closed list holds no patient"


# what can be done when


def test_entries_make_sense_when_they_can_be_chosen(open_window: OpenWindow, tmp_path: Path, demo: Path, catalog: Catalog) -> None:
    def possible(window: MainWindow) -> set[str]:
        (menu,) = [menu for menu in window.findChildren(QMenu) if menu.title() == "&Case"]
        return {action.text().replace("&", "").rstrip("…") for action in menu.actions() if action.isEnabled()}

    writing = {"Import into this case", "Delete case", "Erase a patient"}
    reading = {"Export this case", "Everything recorded about this patient", "Print history", "History of the chosen value", "Bin", "Cases untouched for years"}
    assert not possible(open_window(tmp_path / "none.nac")) & (writing | reading)
    assert possible(open_window(tmp_path / "empty.nac", create=True)) & (writing | reading) == {"Bin", "Cases untouched for years"}
    with Store.open(demo, catalog, by="the writer"):
        reader = open_window(demo)
        assert possible(reader) & (writing | reading) == reading
    assert possible(open_window(demo)) >= writing | reading


def test_no_two_entries_of_a_menu_share_a_letter(window: MainWindow) -> None:
    for menu in window.findChildren(QMenu):
        letters = [entry.text()[entry.text().index("&") + 1].casefold() for entry in menu.actions() if "&" in entry.text()]
        assert sorted(letters) == sorted(set(letters)), menu.title()


@pytest.mark.parametrize("scale", [100, 200])
def test_H43_no_word_of_the_questions_is_cut(open_window: OpenWindow, demo: Path, scale: int) -> None:
    window = open_window(demo, Settings(theme="light", text_scale=scale), size=(1024, 768))
    show(window, PRIMARY)
    for words in ("delete case", "erase a patient", "bin", "untouched", "import into"):
        dialog = begin(window, words)
        assert dialog.width() <= 1024, words
        assert dialog.height() <= 768, words
        for label in dialog.findChildren(QLabel):
            if label.isVisible() and label.text() and label.wordWrap():
                assert label.height() >= label.heightForWidth(label.width()), (words, label.text())
        for control in dialog.findChildren(QAbstractButton):
            if control.isVisible() and control.text():
                assert control.width() >= control.sizeHint().width(), (words, control.text())
                assert control.accessibleName() or control.text()
        for line in dialog.findChildren(QLineEdit):
            assert line.accessibleName() or line.parentWidget().accessibleName(), words
        dialog.reject()
        settle(window)
