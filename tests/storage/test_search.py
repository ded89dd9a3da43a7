"""Search as you type: words in any order, hostile signs as plain signs."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nacdesk.domain.facts import Patient
from nacdesk.domain.rules import Catalog
from nacdesk.storage.changes import CaseRow
from nacdesk.storage.store import Store
from tests.histories import sized
from tests.storage.folders import temporary

PEOPLE = (
    sized("D-1", patient=Patient("DEMO, Ines Álvarez", "100-482"), diagnosis="Oesophageal adenocarcinoma", regimen="FLOT", context="oesoph_gej_gastric_adeno"),
    sized("D-2", patient=Patient("Li, Wei", "7"), diagnosis="Breast cancer, 50% viable_cells"),
    sized("D-3", patient=Patient("MU\u0308LLER, Zoë", "8"), diagnosis="O'Hara \"quoted\" * tumour-type"),
    sized("X_4", patient=Patient("東京 太郎", "9")),
    sized("X%5"),
)


@pytest.fixture
def found(store: Store) -> Callable[[str], list[str]]:
    """The keys that a search gives."""
    store.add(PEOPLE, "Add")
    return lambda text: [row.key for row in store.cases(text)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ["D-1", "D-2", "D-3", "X%5", "X_4"]),
        ("   ", ["D-1", "D-2", "D-3", "X%5", "X_4"]),
        ("alvarez", ["D-1"]),
        ("ÁLVAREZ ines", ["D-1"]),
        ("var", ["D-1"]),
        ("Li", ["D-2"]),
        ("li wei", ["D-2"]),
        ("l", ["D-1", "D-2", "D-3"]),
        ("müller", ["D-3"]),
        ("muller zo", ["D-3"]),
        ("zoe", ["D-3"]),
        ("東京", ["X_4"]),
        ("東", ["X_4"]),
        ("482", ["D-1"]),
        ("D-", ["D-1", "D-2", "D-3"]),
        ("adenocarcinoma", ["D-1"]),
        ("nothing like it", []),
        ("alvarez wei", []),
        ("%", ["D-2", "X%5"]),
        ("_", ["D-2", "X_4"]),
        ("50%", ["D-2"]),
        ("*", ["D-3"]),
        ("\"quoted\"", ["D-3"]),
        ("\"", ["D-3"]),
        ("O'Hara", ["D-3"]),
        ("tumour-type", ["D-3"]),
        ("NOT alvarez", []),
        ("alvarez OR wei", []),
        ("name:alvarez", []),
        ("(alvarez", []),
        ("alvarez*", []),
        ("NEAR(a b)", []),
        ("'; DROP TABLE case_record; --", []),
        ("a\0b", ["D-2"]),
        ("x" * 100_000, []),
    ],
)
def test_search(found: Callable[[str], list[str]], text: str, keys: list[str]) -> None:
    assert found(text) == keys


@given(st.text(max_size=12))
def test_no_search_text_is_an_error(catalog: Catalog, text: str) -> None:
    with temporary() as path, Store.create(path, catalog, by="A") as store:
        store.add(PEOPLE[:3], "Add")
        assert len(store.cases(text)) <= 3


def test_a_row_of_the_worklist_shows_what_is_recorded(store: Store) -> None:
    store.add(PEOPLE, "Add")
    assert store.cases("alvarez") == (
        CaseRow("D-1", "DEMO, Ines Álvarez", "100-482", "Oesophageal adenocarcinoma", "oesoph_gej_gastric_adeno", "FLOT", 1),
    )
    assert store.cases("X%5") == (CaseRow("X%5", None, None, None, None, None, 1),)


def test_the_index_follows_changes_and_undo(store: Store) -> None:
    store.add([sized("A", "31")], "Add")
    store.add([sized("A", patient=Patient("DEMO, Ines Alvarez"))], "Fill")
    assert [row.key for row in store.cases("alvarez")] == ["A"]
    assert store.cases("alvarez")[0].revision == 2
    store.undo()
    assert store.cases("alvarez") == ()
    assert store.check(deep=True) == ()


def test_one_sign_that_reads_as_three_is_found(store: Store) -> None:
    store.add([sized("¼")], "Add")
    assert [row.key for row in store.cases("¼")] == ["¼"]
