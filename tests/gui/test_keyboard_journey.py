"""A case from nothing with the keyboard alone: typed as the coordinator types it, judged as if it had been imported."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from nacdesk import paths
from nacdesk.domain.facts import History, Observation
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.gui.desk import Journal
from nacdesk.gui.main_window import MainWindow
from nacdesk.interop.read import read
from nacdesk.interop.review_json import to_json
from nacdesk.storage.store import Store
from tests.gui.conftest import OpenWindow
from tests.gui.hands import ALT, CTRL, PRIMARY, SHIFT, Keyboard, settle
from tests.gui.sheet_hands import go, to_sheet

KEY = Qt.Key
TAB, ENTER, DETAILS = KEY.Key_Tab, KEY.Key_Return, KEY.Key_F4
NEW_CASE, COLUMN, DATA = (KEY.Key_N, CTRL), (KEY.Key_L, CTRL), (KEY.Key_2, ALT)
SAMPLE = paths.resources() / "samples" / "01-primary-resistance.csv"

# No form has a note on a cycle; that it was late follows from its date.
LATE = ("C3", "treatment.cycle", None, Quantity(Decimal(3), ""), date(2026, 10, 4), None, None, None, None, None, None, False, "six days late")

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

    @property
    def history(self) -> History:
        """What the case on show has in the store."""
        assert self.window.session.snapshot is not None
        return self.window.session.snapshot.facts


def form(number: int) -> tuple[KEY, Qt.KeyboardModifier]:
    """The key of a form."""
    return (KEY(KEY.Key_0 + number), CTRL)


@pytest.fixture
def typed(open_window: OpenWindow, tmp_path: Path) -> Coordinator:
    """Someone before a new store."""
    return Coordinator(open_window(tmp_path / "typed.nac", create=True))


def facts(history: History) -> set[tuple[object, ...]]:
    """All that is recorded, by the names of the visits: without ids, and without the text as typed ("31" in a column of mm, "31 mm" in a file)."""
    names = {visit.id: visit.name for visit in history.visits}
    return {content(row, names) for row in history.observations}


def content(row: Observation, names: Mapping[str, str]) -> tuple[object, ...]:
    return (
        names[row.visit],
        row.analyte,
        row.lesion,
        row.value,
        row.date,
        row.partial_date,
        row.uln,
        row.method,
        row.scanner,
        row.segmentation,
        row.reader,
        row.accepted,
        row.note,
    )


def judged(history: History, catalog: Catalog) -> dict[str, Any]:
    """`review --json` of a history, with each piece of evidence by what it is: ids count in the order of entry."""
    made = to_json(review(history, catalog))
    names = {visit.id: visit.name for visit in history.visits}
    by_id = {row.id: content(row, names) for row in history.observations}
    for rule in made["rules"]:
        rule["evidence"] = sorted(str(by_id[one]) for one in rule["evidence"])
    return made


def imported(path: Path, catalog: Catalog) -> History:
    """The sample, added to a store of its own."""
    (history,) = read([SAMPLE], catalog).histories
    with Store.create(path, catalog, by="tests") as store:
        store.add([history], "Import")
        return store.history(history.case.key)


def test_the_drawn_case_typed_from_nothing_is_judged_as_the_imported_one(typed: Coordinator, catalog: Catalog, tmp_path: Path) -> None:
    typed(NEW_CASE)
    typed("D-100482", TAB, "DEMO, Ines Alvarez", TAB, "19650314", TAB, "f", TAB, TAB, "Oesophageal adenocarcinoma", TAB, "o", TAB)
    typed("cT3 N1 M0", TAB, "III", TAB, "F", TAB, "14", TAB, "20260831", ENTER)

    typed(form(2))
    typed("g", ENTER, TAB, "20261004", TAB, "80", TAB)

    typed(DATA)
    for name in ("primary, oesophagus", "node 7R, node", "suv", "ctdna", "cea"):
        typed(COLUMN, name, ENTER)
    typed("b", TAB, "20260828", TAB, "0", TAB)
    typed(DETAILS, "31", TAB, TAB, "CT", ENTER, TAB, "16", TAB)
    typed(DETAILS, "9.4", TAB, TAB, "PET/CT", ENTER, TAB)
    typed(DETAILS, "1.9", TAB, TAB, "tumour-informed assay", TAB, "0.02", ENTER, TAB)
    typed(DETAILS, "8.1", TAB, TAB, TAB, "5.0", ENTER, ENTER)
    typed("C1 D10", TAB, "20260909", TAB, "0", TAB, TAB, TAB, TAB, "0.61", ENTER)
    typed("a", TAB, "20260912", TAB, "1", TAB, "30", TAB, "15", TAB, TAB, TAB, "8.0", ENTER)
    typed("C2 D2", TAB, "20260915", TAB, "1", TAB, TAB, TAB, TAB, "0.47", ENTER)
    typed("early PET", TAB, "20260917", TAB, "1", TAB, TAB, TAB, "8.6", ENTER)
    typed("a", TAB, "20261001", TAB, "2", TAB, "30", TAB, "16", TAB, TAB)
    typed(DETAILS, "0.60", TAB, "20261002", ENTER, TAB)
    typed(DETAILS, "9.3", TAB, "20261002", ENTER, ENTER)
    typed("a", TAB, "20261017", TAB, "3", TAB, "29", TAB, "15", TAB)
    typed(COLUMN, "new l", ENTER)
    typed(DETAILS, "no", TAB, TAB, "CT", ENTER, TAB, "7.9", TAB)
    typed(DETAILS, "0.84", TAB, "20261019", ENTER, TAB)
    typed(DETAILS, "11.2", TAB, "20261019", ENTER)

    typed(form(6))
    typed(TAB, "1", TAB, TAB, "y", TAB, TAB, "71", TAB, "61", TAB)
    typed(form(7))
    typed(TAB, "1", TAB)
    typed(form(5))
    typed("b", TAB, TAB, TAB, TAB, "3", TAB, TAB, TAB, "12", TAB, TAB, "MSS", TAB)

    found, wanted = typed.history, imported(tmp_path / "imported.nac", catalog)
    assert judged(found, catalog) == judged(wanted, catalog)
    assert (found.case.patient, found.lesions) == (wanted.case.patient, wanted.lesions)
    assert facts(found) == facts(wanted) - {LATE} | {(*LATE[:-1], None)}
    assert typed.keys.strokes <= 515  # 513, of which 374 are the letters and digits of what is recorded


VISITS = ("baseline", "after C1", "after C2", "after C3")
SERIES = {
    ("size.diameter", "primary"): ("46 mm", "41 mm", "35 mm", "28 mm"),
    ("size.diameter", "node"): ("19 mm", "16 mm", "15 mm", "12 mm"),
    ("pet.suvmax", "primary"): ("9.4 g/mL", "7.2 g/mL", "5.1 g/mL", "3.8 g/mL"),
    ("ctdna.vaf", ""): ("1.5 %", "0.40 %", "not detected (limit 0.02 %)", "0.05 %"),
    ("marker.cea", ""): ("8.1 ng/mL", "7.0 ng/mL", "5.2 ng/mL", "4.1 ng/mL"),
}
BIOMARKERS = {"er_pct": "0 %", "pr_pct": "0 %", "ki67_pct": "70 %", "her2_ihc": "1+", "pdl1_cps": "4", "gbrca": "none"}
FITNESS = {"status.ecog": "1", "labs.crcl_ml_min": "94 mL/min", "labs.lvef_pct": "58 %"}


def test_four_visits_of_two_lesions_suv_ctdna_and_cea_with_biomarkers_and_fitness_take_under_350_strokes(typed: Coordinator) -> None:
    typed(NEW_CASE)
    typed("D-300001", TAB, "DEMO, Ida Lund", TAB, "19700309", TAB, "f", TAB, TAB, "Triple-negative breast carcinoma", TAB, "br", TAB)
    typed("cT2 N1 M0", TAB, "II", TAB, "Do", TAB, TAB, "20260831", ENTER)

    typed(form(2))
    typed("g", ENTER, "g", TAB)

    typed(DATA)
    for name in ("primary, breast", "node, axilla", "suv", "ctdna", "cea"):
        typed(COLUMN, name, ENTER)
    typed("b", TAB, "20260828", TAB, TAB)
    typed(DETAILS, "46", TAB, TAB, "MRI", ENTER, TAB, "19", TAB)
    typed(DETAILS, "9.4", TAB, TAB, "PET/CT", ENTER, TAB)
    typed(DETAILS, "1.5", TAB, TAB, "ddPCR", TAB, "0.02", ENTER, TAB)
    typed(DETAILS, "8.1", TAB, TAB, TAB, "5.0", ENTER, ENTER)
    typed("a", TAB, "20260911", TAB, TAB, "41", TAB, "16", TAB, "7.2", TAB, "0.40", TAB, "7.0", ENTER)
    typed("a", TAB, "20260925", TAB, TAB, "35", TAB, "15", TAB, "5.1", TAB, "ND", TAB, "5.2", ENTER)
    typed("a", TAB, "20261009", TAB, TAB, "28", TAB, "12", TAB, "3.8", TAB, "0.05", TAB, "4.1", ENTER)

    typed(form(6))
    typed(TAB, "1", TAB, TAB, TAB, TAB, "94", TAB, "58", TAB)
    typed(form(5))
    typed("b", TAB, "0", TAB, "0", TAB, "70", TAB, "1", TAB, TAB, TAB, "4", TAB, TAB, TAB, "none", TAB)

    found = typed.history
    names = {visit.id: visit.name for visit in found.visits}
    values = {(names[row.visit], row.analyte, row.lesion or ""): str(row.value) for row in found.observations}
    for (analyte, lesion), wanted in SERIES.items():
        assert tuple(values.pop((visit, analyte, lesion)) for visit in VISITS) == wanted
    assert values == {
        **{(f"C{number}", "treatment.cycle", ""): str(number) for number in (1, 2, 3)},
        **{("baseline", f"biomarkers.{name}", ""): value for name, value in BIOMARKERS.items()},
        **{("after C3", name, ""): value for name, value in FITNESS.items()},
    }
    later = {(row.analyte, row.method, row.uln) for row in found.observations if names[row.visit] in VISITS[1:] and row.analyte.startswith(("size", "pet", "ctdna", "marker"))}
    assert later == {("size.diameter", "MRI", None), ("pet.suvmax", "PET/CT", None), ("ctdna.vaf", "ddPCR", None), ("marker.cea", None, Decimal("5.0"))}, (
        "methods and limits are typed once"
    )
    assert [(lesion.label, lesion.kind, lesion.organ) for lesion in found.lesions] == [("primary", "mass", "breast"), ("node", "node", "axilla")]
    assert (found.case.patient.mrn, found.case.context, found.case.regimen) == ("D-300001", "breast_tnbc", "Dose-dense AC then weekly or 2-weekly paclitaxel")
    assert typed.keys.strokes < 350  # 349, of which 252 are letters and digits


def test_a_proposed_name_gives_way_to_what_is_typed(window: MainWindow) -> None:
    sheet, keys = to_sheet(window), Keyboard(window)
    go(window, "", "name")
    keys.type("a")
    assert sheet.editor.text() == "after C4", "C3 is the last one yet"
    keys.type("fter re-staging")
    assert sheet.editor.text() == "after re-staging"
    keys.press(KEY.Key_Escape)
    keys.type("S")
    assert sheet.editor.text() == "surgery"
    keys.press(KEY.Key_Backspace)
    assert sheet.editor.text() == "s"
    keys.type("1")
    assert sheet.editor.text() == "s1"
    keys.press(KEY.Key_Escape)


def test_a_blank_of_a_recorded_cycle_is_filled_without_a_reason(window: MainWindow) -> None:
    keys = Keyboard(window)
    keys.press(*form(2))
    settle(window)
    keys.press(KEY.Key_Tab, SHIFT, times=2)  # from cycle 4 back to the dose of cycle 3
    keys.press(KEY.Key_Tab, SHIFT, times=4)  # and to that of cycle 2
    keys.type("75")
    keys.tab()
    settle(window)
    journal: list[Journal] = []
    window.session.journal_read.connect(journal.append)
    window.session.read_journal(PRIMARY)
    settle(window)
    last = journal[0].entries[-1]
    assert (last.label, last.reason) == ("Change cycle 2", None)
