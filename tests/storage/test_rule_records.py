"""Who reviewed the rule set, and which changes of a site were accepted; also a file of the schema before these tables."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog, ClinicalReview
from nacdesk.errors import UserError
from nacdesk.storage import schema
from nacdesk.storage.store import Store
from tests.histories import drawn

Reopen = Callable[..., Store]
Behind = Callable[..., list[Any]]

RELEASED = Path(__file__).parent / "version-1.nac"  # made by the program of 0.1.0
DAY = date(2026, 11, 20)
ONE, OTHER = "1" * 64, "2" * 64
TEXT = 'name = "St. Example Hospital"\n\n[off.NAC-03]\nwhy = "Größe ≥ 5 mm"\n'


def test_a_review_holds_for_the_digest_that_was_signed(store: Store, reopen: Reopen) -> None:
    assert store.rule_review(ONE) is None
    store.sign_rules(ONE, " Dr A. Reviewer ", DAY, "NAC-01 kept")
    assert store.rule_review(ONE) == ClinicalReview("Dr A. Reviewer", "2026-11-20", "NAC-01 kept")
    assert store.rule_review(OTHER) is None
    store.sign_rules(ONE, "Dr B. Later", date(2026, 12, 1))
    store.sign_rules(OTHER, "Dr C. Other", DAY)
    store.close()
    again = reopen()
    assert again.rule_review(ONE) == ClinicalReview("Dr B. Later", "2026-12-01", "")
    assert again.rule_review(OTHER) == ClinicalReview("Dr C. Other", "2026-11-20", "")


def test_a_review_names_its_reviewer(store: Store) -> None:
    with pytest.raises(UserError, match="needs the name of its reviewer"):
        store.sign_rules(ONE, "  ", DAY)
    assert store.rule_review(ONE) is None


def test_the_text_accepted_last_is_in_force(store: Store, reopen: Reopen) -> None:
    assert store.site_rules() is None
    store.accept_site_rules("first")
    store.accept_site_rules(TEXT)
    assert store.site_rules() == TEXT
    store.close()
    again = reopen()
    assert again.site_rules() == TEXT
    again.accept_site_rules(None)
    assert again.site_rules() is None


def test_every_decision_stays_on_record_with_account_and_time(path: Path, catalog: Catalog, behind: Behind) -> None:
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    with Store.create(path, catalog, by="Coordinator", clock=lambda: at) as store:
        store.accept_site_rules(TEXT)
        store.accept_site_rules(None)
        store.sign_rules(ONE, "Dr A. Reviewer", DAY, "remark")
    assert behind("SELECT id, text, account, at FROM site_rules") == [
        (1, TEXT, "Coordinator", "2026-11-20T09:30:00.000000+00:00"), (2, "", "Coordinator", "2026-11-20T09:30:00.000000+00:00"),
    ]  # fmt: skip
    assert behind("SELECT digest, by, on_day, remarks, account, at FROM rule_review") == [
        (ONE, "Dr A. Reviewer", "2026-11-20", "remark", "Coordinator", "2026-11-20T09:30:00.000000+00:00")
    ]


def test_undo_and_the_history_of_cases_do_not_reach_them(store: Store) -> None:
    store.add([drawn()], "Add")
    store.accept_site_rules(TEXT)
    store.sign_rules(ONE, "Dr A. Reviewer", DAY)
    before = store.journal()
    assert store.undo_label() == "Add"
    store.undo()
    assert store.site_rules() == TEXT
    assert store.rule_review(ONE) is not None
    assert store.journal()[: len(before)] == before
    assert store.check(deep=True) == ()


def test_nothing_is_recorded_read_only(store: Store, reopen: Reopen) -> None:
    store.close()
    again = reopen(read_only=True)
    with pytest.raises(UserError, match="open read-only"):
        again.sign_rules(ONE, "Dr A. Reviewer", DAY)
    with pytest.raises(UserError, match="open read-only"):
        again.accept_site_rules(TEXT)
    assert again.site_rules() is None


def test_H28_a_changed_text_of_rules_is_refused(store: Store, reopen: Reopen, behind: Behind) -> None:
    store.accept_site_rules(TEXT)
    store.close()
    guard = behind("SELECT sql FROM sqlite_schema WHERE name = 'site_rules_no_update'")[0][0]
    behind("DROP TRIGGER site_rules_no_update", "UPDATE site_rules SET text = replace(text, '5', '9')", guard)
    with pytest.raises(UserError, match="damaged"):
        reopen().site_rules()


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("rule_review (digest, by, on_day, remarks, account, at)", "'', 'x', '2026-11-20', '', 'x', '2026-11-20T09:30:00.000000+00:00'"),
        ("rule_review (digest, by, on_day, remarks, account, at)", "'x', '', '2026-11-20', '', 'x', '2026-11-20T09:30:00.000000+00:00'"),
        ("rule_review (digest, by, on_day, remarks, account, at)", "'x', 'x', '2026-02-30', '', 'x', '2026-11-20T09:30:00.000000+00:00'"),
        ("rule_review (digest, by, on_day, remarks, account, at)", "'x', 'x', NULL, '', 'x', '2026-11-20T09:30:00.000000+00:00'"),
        ("rule_review (digest, by, on_day, remarks, account, at)", "'x', 'x', '2026-11-20', '', 'x', '2026-11-20'"),
        ("site_rules (text, digest, account, at)", "NULL, 'x', 'x', '2026-11-20T09:30:00.000000+00:00'"),
        ("site_rules (text, digest, account, at)", "'', 'x', '', '2026-11-20T09:30:00.000000+00:00'"),
    ],
)
def test_the_tables_refuse_what_is_no_record(store: Store, behind: Behind, table: str, values: str) -> None:
    store.close()
    with pytest.raises(dbapi2.IntegrityError):
        behind(f"INSERT INTO {table} VALUES ({values})")


# A file of the released schema


@pytest.fixture
def released(path: Path) -> Path:
    shutil.copyfile(RELEASED, path)
    return path


def test_a_released_file_is_brought_up_to_date_and_sound(released: Path, catalog: Catalog, behind: Behind) -> None:
    assert behind("PRAGMA user_version") == [(1,)]
    with Store.open(released, catalog, by="Coordinator") as store:
        assert store.check(deep=True) == ()
        assert store.fictitious
        assert [row.key for row in store.cases("alvarez")] == ["D-100482"]
        history = store.history("D-100482")
        assert len(history.observations) == 12
        assert history.case.revision == 3
        assert [entry.label for entry in store.journal()][-1] == "Undo: Correct size.diameter"
        assert store.redo_label() == "Correct size.diameter"
        store.redo()
        row = next(one for one in store.history("D-100482").observations if one.analyte == "size.diameter")
        assert row.value == Quantity(Decimal("32"), "mm")
        assert store.site_rules() is None
        store.accept_site_rules(TEXT)
    assert behind("PRAGMA user_version") == [(schema.VERSION,)]
    with Store.open(released, catalog, by="Coordinator") as store:
        assert store.site_rules() == TEXT
        assert store.check(deep=True) == ()


def test_a_released_file_is_not_read_beside_its_migration(released: Path, catalog: Catalog) -> None:
    before = released.read_bytes()
    with pytest.raises(UserError, match="older format") as refused:
        Store.open(released, catalog, by="Coordinator", read_only=True)
    assert "Open it once for writing" in str(refused.value)
    assert released.read_bytes() == before


def test_the_first_migration_makes_what_was_released(path: Path, behind: Behind) -> None:
    shutil.copyfile(RELEASED, path)
    made = dbapi2.connect(":memory:", isolation_level=None)
    for sql in schema.MIGRATIONS[0]:
        made.execute(sql)
    wanted = set(made.execute("SELECT type, name, sql FROM sqlite_schema"))
    made.close()
    assert set(behind("SELECT type, name, sql FROM sqlite_schema")) == wanted


def test_a_migration_that_fails_leaves_the_file_as_it_was(released: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, behind: Behind) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (schema.MIGRATIONS[0], (*schema.MIGRATIONS[1], "CREATE TABLE step (number)")))
    with pytest.raises(Exception, match="OperationalError"):
        Store.open(released, catalog, by="Coordinator")
    assert behind("PRAGMA user_version") == [(1,)]
    assert behind("SELECT count(*) FROM sqlite_schema WHERE name IN ('rule_review', 'site_rules')") == [(0,)]
