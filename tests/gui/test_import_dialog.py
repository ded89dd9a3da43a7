from pathlib import Path

from nacdesk.gui.main_window import MainWindow
from tests.gui.conftest import SAMPLES, OpenWindow
from tests.gui.hands import CLEAN, PRIMARY, settle


def test_importing_the_same_file_again_says_that_nothing_is_new(window: MainWindow) -> None:
    window.on_import()
    window.imports.read([SAMPLES[0]])
    settle(window)
    assert "0 of them new; 0 new observations" in window.imports.state.text()
    window.imports.accept_button.click()
    settle(window)
    assert window.messages.sentence.text().startswith("Nothing new")


def test_a_preview_of_files_chosen_before_the_latest_is_dropped(window: MainWindow) -> None:
    window.on_import()
    window.imports.read([SAMPLES[0]])
    window.imports.read([SAMPLES[2]])
    settle(window)
    assert [row[0] for row in window.imports.cases.words.rows] == [CLEAN]
    window.imports.reject()


def test_a_file_that_is_gone_is_told_in_the_dialog_and_in_the_window(window: MainWindow, tmp_path: Path) -> None:
    window.on_import()
    window.imports.read([tmp_path / "gone.csv"])
    settle(window)
    assert "gone.csv" in window.imports.state.text()
    assert "gone.csv" in window.messages.sentence.text()
    assert not window.imports.accept_button.isEnabled()
    window.imports.reject()


def test_H04_a_known_key_with_another_patient_is_refused_before_anything_is_stored(window: MainWindow, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(SAMPLES[0].read_text("utf-8").replace("DEMO, Ines Alvarez", "DEMO, Inez Alvarado"), "utf-8")
    window.on_import()
    window.imports.read([other])
    settle(window)
    assert not window.imports.ready
    assert not window.imports.accept_button.isEnabled()
    assert any(PRIMARY in row[2] for row in window.imports.problems.words.rows)
    window.imports.reject()


def test_a_known_case_is_shown_with_the_patient_in_the_file_and_the_one_in_the_store(window: MainWindow) -> None:
    window.on_import()
    window.imports.read([SAMPLES[0]])
    settle(window)
    assert window.imports.cases.words.rows == [(PRIMARY, "DEMO, Ines Alvarez", "DEMO, Ines Alvarez", "known case", "33", "0", "33")]
    window.imports.reject()


def test_a_wide_table_is_read_once_its_mapping_is_chosen(open_window: OpenWindow, tmp_path: Path, shared: Path) -> None:
    window = open_window(tmp_path / "cases.nac", create=True)
    dialog = window.imports
    window.on_import()
    dialog.read([shared / "data/ispy1/ispy1_sample.csv"])
    settle(window)
    assert dialog.problems.words.rows
    assert not dialog.ready
    dialog.mapping.setCurrentIndex(dialog.mapping.findData("ispy1"))
    dialog.mapping.activated.emit(dialog.mapping.currentIndex())
    settle(window)
    assert dialog.ready
    assert len(dialog.cases.words.rows) == 112
    assert dialog.state.text().startswith("112 cases, 112 of them new")
    assert dialog.warnings.words.rows
    dialog.accept_button.click()
    settle(window)
    assert len(window.session.rows) == 112
    assert window.session.snapshot is not None
