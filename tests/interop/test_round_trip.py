"""What goes out comes back: the long table in both formats, and the bundle."""

import csv
import io
import stat
import tempfile
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nacdesk.catalog
from nacdesk.domain.facts import Case, History, Lesion, Observation, Patient, Visit
from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.interop import bundle, table
from nacdesk.interop.assembly import identity
from nacdesk.interop.columns import COLUMNS, joined_labels, labels
from nacdesk.interop.read import read
from tests.interop.strategies import histories, texts

CATALOG = nacdesk.catalog.load()
CASES = st.lists(histories(CATALOG), min_size=1, max_size=3, unique_by=lambda history: identity(history.case.key)).map(lambda cases: [_own_number(case) for case in cases])


def _own_number(history: History) -> History:
    """Record numbers are unique in a file."""
    return replace(history, case=replace(history.case, patient=replace(history.case.patient, mrn=history.case.patient.mrn and f"{history.case.key} {history.case.patient.mrn}")))


def plain(history: History) -> object:
    """A history without what a file does not carry: ids, revision, and the doubts that are found anew."""
    names = {visit.id: visit.name for visit in history.visits}
    visits = [(visit.name, visit.cycle) for visit in sorted(history.visits, key=lambda visit: visit.place)]
    facts = sorted((replace(row, id="", visit=names[row.visit], entered="", warnings=()) for row in history.observations), key=repr)
    return replace(history.case, revision=0), sorted(history.lesions, key=lambda lesion: lesion.label), visits, facts


def came_back(cases: list[History], suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"cases{suffix}"
        if suffix == ".json":
            bundle.write(cases, path)
        else:
            table.write(cases, CATALOG, path)
        found = read([path], CATALOG)
    assert [str(problem) for problem in found.problems] == []
    assert [plain(history) for history in found.histories] == [plain(history) for history in cases]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large])
@given(cases=CASES)
def test_writing_then_reading_is_the_identity(suffix: str, cases: list[History]) -> None:
    came_back(cases, suffix)


def sample(**case: object) -> History:
    lesions = (Lesion("primary", organ="liver", measurable=True), Lesion('n;"1"', "node", "non_target", origin=("primary",)))
    visits = (Visit("7", "surgery", 5), Visit("3", "baseline", 1, 0), Visit("4", "2026-02-01", 2, 2))
    rows = (
        Observation("a", "3", "size.diameter", Quantity(Decimal("31.0"), "mm"), lesion="primary", entered="3.10 cm"),
        Observation("b", "3", "ctdna.vaf", Quantity(None, "%", "ND", Decimal("0.02")), partial_date="2026-01"),
        Observation("c", "4", "marker.cea", Quantity(Decimal("5"), "ng/mL", "<"), uln=Decimal("5.00"), note="=1+1"),
        Observation("d", "4", "size.diameter", "TSTM", lesion='n;"1"', reader="-R1", accepted=True),
        Observation("e", "7", "biomarkers.her2_ihc", "3+", method="'quoted"),
    )
    return History(Case("-D 1", Patient("=DEMO, Ines", "@7"), **case), lesions, visits, rows)  # type: ignore[arg-type]  # the test chooses the facts


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json"])
def test_a_history_of_the_store_comes_back(suffix: str) -> None:
    came_back([sample(), History(Case("empty", diagnosis="recorded, nothing measured")), History(Case("bare"))], suffix)


def test_a_bundle_keeps_what_was_typed_and_what_has_no_measurement(tmp_path: Path) -> None:
    history = replace(sample(), visits=(*sample().visits, Visit("9", "planned", 9, 4)), lesions=(*sample().lesions, Lesion("unmeasured")))
    bundle.write([history], tmp_path / "case.json")
    (found,) = read([tmp_path / "case.json"], CATALOG).histories
    assert found.observations[0].entered == "3.10 cm"
    assert plain(found) == plain(history)


def test_an_exported_table_has_the_agreed_columns_and_guards_formulas(tmp_path: Path) -> None:
    table.write([sample()], CATALOG, tmp_path / "case.csv")
    content = (tmp_path / "case.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1][:3] == ["'-D 1", "'=DEMO, Ines", "'@7"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert [row[COLUMNS.index("value")] for row in rows[1:]] == ["31.0", "ND", "<5", "TSTM", "3+"], "visits in their order, values as stored"


def test_a_workbook_holds_text_cells_only(tmp_path: Path) -> None:
    table.write([sample()], CATALOG, tmp_path / "case.xlsx")
    with zipfile.ZipFile(tmp_path / "case.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert not any("external" in name or "drawing" in name for name in archive.namelist())
    assert "<f" not in sheet.replace("<formula", "")
    assert "hyperlink" not in sheet
    assert sheet.count("<c ") == sheet.count('t="s"')


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_equal_cases_give_equal_files(tmp_path: Path, suffix: str) -> None:
    for name in ("one", "two"):
        table.write([sample()], CATALOG, tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_H42_a_copy_of_a_demo_case_stays_marked(tmp_path: Path) -> None:
    for suffix in (".csv", ".xlsx"):
        table.write([sample(fictitious=True)], CATALOG, tmp_path / f"demo{suffix}")
        assert read([tmp_path / f"demo{suffix}"], CATALOG).histories[0].case.fictitious


def test_an_export_is_whole_or_not_there(tmp_path: Path, catalog: Catalog) -> None:
    target = tmp_path / "case.csv"
    table.write([sample()], catalog, target)
    before = target.read_bytes()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    unknown = replace(sample(), observations=(Observation("a", "3", "no.such", "yes"),))
    with pytest.raises(UserError, match="nothing was written"):
        table.write([unknown], catalog, target)
    with pytest.raises(UserError, match="not a type of table"):
        table.write([sample()], catalog, tmp_path / "case.pdf")
    with pytest.raises(UserError, match="could not be written"):
        table.write([sample()], catalog, tmp_path / "none" / "case.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UserError, match="could not be written"):
        table.write([sample()], catalog, tmp_path / "folder.csv")
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.csv", "folder.csv"]


@given(st.lists(texts(), min_size=1, max_size=4))
def test_labels_in_one_cell_come_back(names: list[str]) -> None:
    assert labels(joined_labels(names)) == tuple(names)
