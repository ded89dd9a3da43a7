"""A case from nothing with the keyboard alone: typed as the coordinator types it, judged as if it had been imported."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from nacdesk import paths
from nacdesk.domain.facts import History, Observation
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.gui.main_window import MainWindow
from nacdesk.interop.read import read
from nacdesk.interop.review_json import to_json
from nacdesk.storage.store import Store
from tests.gui.conftest import OpenWindow
from tests.gui.hands import ALT, CTRL, Keyboard, settle

KEY = Qt.Key
TAB, ENTER, DETAILS = KEY.Key_Tab, KEY.Key_Return, KEY.Key_F4
NEW_CASE, COLUMN, ACTION, DATA = (KEY.Key_N, CTRL), (KEY.Key_L, CTRL), (KEY.Key_K, CTRL), (KEY.Key_2, ALT)
SAMPLE = paths.resources() / "samples" / "01-primary-resistance.csv"

Step = str | KEY | tuple[KEY, Qt.KeyboardModifier]


class Coordinator:
    """Types in a window with an empty store, and looks up where a line is done."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.keys = Keyboard(window)

    def __call__(self, *steps: Step) -> None:
        """Text is typed, keys are pressed; then everything under way comes to rest."""
        for step in steps:
            if isinstance(step, str):
                self.keys.type(step)
            elif isinstance(step, tuple):
                self.keys.press(*step)
            else:
                self.keys.press(step)
        settle(self.window)

    def form(self, word: str) -> None:
        """Turn to a form by a word of its name."""
        self(ACTION, word)
        self(ENTER)

    def column(self, name: str) -> None:
        """Add a column of the flowsheet."""
        self(COLUMN, name, ENTER)


@pytest.fixture
def typed(open_window: OpenWindow, tmp_path: Path) -> Coordinator:
    """Someone before a new store."""
    return Coordinator(open_window(tmp_path / "typed.nac", create=True))


def facts(history: History) -> set[tuple[object, ...]]:
    """All that is recorded, by the names of the visits: without ids, and without the text as typed ("31" in a column of mm, "31 mm" in a file)."""
    names = {visit.id: visit.name for visit in history.visits}
    return {content(row, names) for row in history.observations}


def content(row: Observation, names: Mapping[str, str]) -> tuple[object, ...]:
    return (names[row.visit], row.analyte, row.lesion, row.value, row.date, row.partial_date, row.uln, row.method, row.scanner, row.segmentation, row.reader, row.accepted, row.note)


def judged(history: History, catalog: Catalog) -> dict[str, Any]:
    """`review --json` of a history, with each piece of evidence by what it is: ids count in the order of entry."""
    made = to_json(review(history, catalog))
    names = {visit.id: visit.name for visit in history.visits}
    by_id = {row.id: content(row, names) for row in history.observations}
    for rule in made["rules"]:
        rule["evidence"] = sorted((str(by_id[one]) for one in rule["evidence"]))
    return made


def imported(path: Path, catalog: Catalog) -> History:
    """The sample, added to a store of its own."""
    (history,) = read([SAMPLE], catalog).histories
    with Store.create(path, catalog, by="tests") as store:
        store.add([history], "Import")
        return store.history(history.case.key)


def test_the_drawn_case_typed_from_nothing_is_judged_as_the_imported_one(typed: Coordinator, catalog: Catalog, tmp_path: Path) -> None:
    typed(NEW_CASE)
    typed("D-100482", TAB, "DEMO, Ines Alvarez", TAB, "1965-03-14", TAB, "f", TAB, TAB, "Oesophageal adenocarcinoma", TAB, "o", TAB)
    typed("cT3 N1 M0", TAB, "III", TAB, "F", TAB, "14", TAB, "2026-08-31", ENTER)

    typed.form("cyc")
    typed("g", TAB, TAB, TAB, TAB, TAB, "2026-10-04", TAB, "80", TAB)

    typed(DATA)
    for name in ("primary", "node 7R", "suvmax p", "ctdna", "cea"):
        typed.column(name)
    typed(KEY.Key_Home)
    typed("baseline", TAB, "20260828", TAB, "0", TAB)
    typed(DETAILS, "31", TAB, TAB, "CT", ENTER, TAB)
    typed(DETAILS, "16", TAB, TAB, "CT", ENTER, TAB)
    typed(DETAILS, "9.4", TAB, TAB, "PET/CT", ENTER, TAB)
    typed(DETAILS, "1.9", TAB, TAB, "tumour-informed assay", TAB, TAB, TAB, TAB, "0.02", ENTER, TAB)
    typed(DETAILS, "8.1", TAB, TAB, TAB, TAB, TAB, TAB, TAB, "5.0", ENTER, ENTER)
    typed("C1 D10", TAB, "20260909", TAB, "0", TAB, TAB, TAB, TAB, "0.61", ENTER)
    typed("after C1", TAB, "20260912", TAB, "1", TAB, "30", TAB, "15", TAB, TAB, TAB, "8.0", ENTER)
    typed("C2 D2", TAB, "20260915", TAB, "1", TAB, TAB, TAB, TAB, "0.47", ENTER)
    typed("early PET", TAB, "20260917", TAB, "1", TAB, TAB, TAB, "8.6", ENTER)
    typed("after C2", TAB, "20261001", TAB, "2", TAB, "30", TAB, "16", TAB, TAB)
    typed(DETAILS, "0.60", TAB, "20261002", ENTER, TAB)
    typed(DETAILS, "9.3", TAB, "20261002", ENTER, ENTER)
    typed("after C3", TAB, "20261017", TAB, "3", TAB, "29", TAB, "15", TAB)
    typed.column("new l")
    typed(DETAILS, "no", TAB, TAB, "CT", ENTER, TAB)
    typed("7.9", TAB)
    typed(DETAILS, "0.84", TAB, "20261019", ENTER, TAB)
    typed(DETAILS, "11.2", TAB, "20261019", ENTER)

    typed.form("fit")
    typed(TAB, "1", TAB, TAB, "y", TAB, TAB, TAB, "71", TAB, "61", TAB)
    typed.form("tox")
    typed(TAB, "1", TAB)
    typed.form("bio")
    typed("b", TAB, TAB, TAB, TAB, "3", TAB, TAB, TAB, "12", TAB, TAB, "MSS", TAB)

    assert typed.window.session.snapshot is not None
    history, wanted = typed.window.session.snapshot.facts, imported(tmp_path / "imported.nac", catalog)
    print(f"{typed.keys.strokes} keystrokes")
    print("only typed", facts(history) - facts(wanted))
    print("only imported", facts(wanted) - facts(history))
    assert judged(history, catalog) == judged(wanted, catalog)
    print(history.lesions, wanted.lesions, history.case, wanted.case)
