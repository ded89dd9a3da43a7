"""The file's own guards: they hold when a program, this one or another, writes past the store."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from nacdesk.domain.rules import Catalog
from nacdesk.errors import BugError, UserError
from nacdesk.storage import rows, schema
from nacdesk.storage.database import APPLICATION_ID, OLDEST_LIBRARY
from nacdesk.storage.store import Store
from tests.histories import drawn, facts_of, sized

Behind = Callable[..., list[Any]]

HERE = Path(__file__).parent

COLUMNS = {"case_record": rows.CASE, "lesion": rows.LESION, "visit": rows.VISIT, "observation": rows.OBSERVATION}
OPEN_STEP = "INSERT INTO step (kind, label, by, at, clock_back) VALUES ('do', 'behind', 'x', '2026-01-01T00:00:00.000000+00:00', 0)"


def test_the_migrations_make_the_tables_that_the_program_reads() -> None:
    connection = dbapi2.connect(":memory:", isolation_level=None)
    for migration in schema.MIGRATIONS:
        for sql in migration:
            connection.execute(sql)
    for table, columns in COLUMNS.items():
        assert tuple(row[1] for row in connection.execute(f"PRAGMA table_info({table})")) == columns
        inserted = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (f"{table}_insert_journal",)).fetchone()[0]
        assert all(f"NEW.{column}" in inserted for column in columns)
    plain = [name for name, strict in connection.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table'") if not strict and not name.startswith("sqlite_")]
    assert plain == []
    connection.close()


def test_a_new_store_carries_mark_version_and_settings(store: Store, path: Path, behind: Behind) -> None:
    connection = store._database
    for pragma, value in (
        ("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0), ("cell_size_check", 1), ("mmap_size", 0),
        ("secure_delete", 1), ("temp_store", 2), ("recursive_triggers", 1), ("application_id", APPLICATION_ID), ("user_version", schema.VERSION),
    ):  # fmt: skip
        assert connection.value(f"PRAGMA {pragma}") == value, pragma
    assert dbapi2.sqlite_version_info >= OLDEST_LIBRARY


def test_H30_a_newer_store_is_refused_and_not_touched(store: Store, path: Path, catalog: Catalog, behind: Behind) -> None:
    store.close()
    behind(f"PRAGMA user_version = {schema.VERSION + 1}")
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(UserError, match="written by a newer version"):
            Store.open(path, catalog, by="A", read_only=read_only)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", sorted(file.name for file in HERE.glob("schema-*.nac")))
def test_H30_a_store_of_every_released_format_is_brought_up_to_date(path: Path, catalog: Catalog, behind: Behind, name: str) -> None:
    """Each holds the drawn case with one correction, and the case B whose import was undone."""
    shutil.copy(HERE / name, path)
    with pytest.raises(UserError, match="older format; read-only it cannot be brought up to date"):
        Store.open(path, catalog, by="A", read_only=True)
    journal = behind("SELECT * FROM journal")
    with Store.open(path, catalog, by="A") as store:
        assert store._database.value("PRAGMA user_version") == schema.VERSION
        assert store._database.rows("SELECT * FROM journal") == journal
        assert store.check(deep=True) == ()
        assert store.bin() == ()
        assert (store.undo_label(), store.redo_label()) == ("Correct size.diameter", "Import 2 observations from b.csv")
        store.redo()
        assert facts_of(store.history("B")) == facts_of(sized("B", "31", "30"))
        store.undo()
        store.undo()
        assert facts_of(store.history("D-100482")) == facts_of(drawn())
        store.erase(["D-100482", "B"], reason="asked")
        assert store.check(deep=True) == ()
    assert b"Alvarez" not in path.read_bytes()


@pytest.mark.parametrize("name", sorted(file.name for file in HERE.glob("schema-*.nac")))
def test_H30_a_migration_that_fails_leaves_the_store_as_it_was(path: Path, catalog: Catalog, behind: Behind, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(HERE / name, path)
    version, made = behind("PRAGMA user_version", "SELECT count(*) FROM sqlite_schema")
    *before, last = schema.MIGRATIONS
    monkeypatch.setattr(schema, "MIGRATIONS", (*before, (*last, "INSERT INTO no_such_table VALUES (1)")))
    with pytest.raises(BugError):
        Store.open(path, catalog, by="A")
    assert behind("PRAGMA user_version", "SELECT count(*) FROM sqlite_schema") == [version, made]
    monkeypatch.undo()
    with Store.open(path, catalog, by="A") as store:
        assert store.check(deep=True) == ()


def test_an_older_library_is_refused(path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.create(path, catalog, by="A").close()
    monkeypatch.setattr(dbapi2, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(UserError, match=r"3\.51\.3 or newer is needed"):
        Store.open(path, catalog, by="A")


def test_the_hard_limits_follow_the_catalogue(store: Store, path: Path, catalog: Catalog, behind: Behind) -> None:
    limits = store._database.rows("SELECT minimum, maximum FROM analyte_limit WHERE analyte = 'size.diameter' ORDER BY node")
    assert limits == [(0.0, 500.0), (0.0, 200.0)]
    store.close()
    behind("UPDATE analyte_limit SET maximum = 1e9", "INSERT INTO analyte_limit VALUES ('old', 0, '', NULL, NULL, 0)")
    with Store.open(path, catalog, by="A") as again:
        assert again._database.rows("SELECT minimum, maximum FROM analyte_limit WHERE analyte = 'size.diameter' ORDER BY node") == limits
        assert again._database.value("SELECT count(*) FROM analyte_limit WHERE analyte = 'old'") == 0
        assert again.journal() == ()


OBSERVATION = "INSERT INTO observation (case_id, visit_id, lesion_id, analyte, {columns}, accepted, entered, warnings) VALUES (1, 1, 1, 'size.diameter', {values}, 0, '', '[]')"
MEASURED = "number, unit, comparator, date"


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        (MEASURED, "'NaN', 'mm', '=', '2026-01-01'"),
        (MEASURED, "'Infinity', 'mm', '=', '2026-01-01'"),
        (MEASURED, "'41,5', 'mm', '=', '2026-01-01'"),
        (MEASURED, "'', 'mm', '=', '2026-01-01'"),
        (MEASURED, "'[31]', 'mm', '=', '2026-01-01'"),
        (MEASURED, "31.0, 'cm', '=', '2026-01-01'"),
        (MEASURED, "'31', NULL, '=', '2026-01-01'"),
        (MEASURED, "NULL, 'mm', '=', '2026-01-01'"),
        (MEASURED, "'31', 'mm', 'ND', '2026-01-01'"),
        (MEASURED, "'31', 'mm', '~', '2026-01-01'"),
        (MEASURED, "'31', 'mm', '=', '2026-02-30'"),
        (MEASURED, "'31', 'mm', '=', '01.02.2026'"),
        (MEASURED, "'31', 'mm', '=', '2026-01-01T00:00'"),
        (MEASURED, "'500.5', 'mm', '=', '2026-01-01'"),
        (f"{MEASURED}, code", "'31', 'mm', '=', '2026-01-01', 'NE'"),
        (f"{MEASURED}, partial_date", "'31', 'mm', '=', '2026-01-01', '2026'"),
        (f"{MEASURED}, detection_limit", "'31', 'mm', '=', '2026-01-01', '0'"),
        (f"{MEASURED}, uln", "'31', 'mm', '=', '2026-01-01', 'five'"),
        ("unit, code", "'mm', 'NE'"),
        ("code", "NULL"),
        ("code", "x'00'"),
    ],
)
def test_H06_the_table_refuses_what_is_no_fact(store: Store, behind: Behind, columns: str, values: str) -> None:
    store.add([sized("A", "31")], "Add")
    store.close()
    behind(OPEN_STEP, OBSERVATION.format(columns=MEASURED, values="'31.0', 'mm', '=', '2026-01-01'"))
    with pytest.raises(dbapi2.IntegrityError):
        behind(OBSERVATION.format(columns=columns, values=values))


@pytest.mark.parametrize("number", ["31", "31.0", "0.0001", "1E+2", "0E-7", "-0"])
def test_every_form_in_which_a_decimal_writes_itself_is_accepted(store: Store, behind: Behind, number: str) -> None:
    store.add([sized("A", "31")], "Add")
    store.close()
    behind(OPEN_STEP, OBSERVATION.format(columns=MEASURED, values=f"'{number}', 'mm', '=', '2026-01-01'"))
    assert behind("SELECT number FROM observation WHERE id = 2") == [(number,)]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO visit (case_id, name, place) VALUES (99, 'x', 0)",
        "INSERT INTO visit (case_id, name, place) VALUES (1, 'BASELINE', 5)",
        "INSERT INTO lesion (case_id, label, kind, role, origin) VALUES (1, 'x', 'bone', 'target', '[]')",
        "INSERT INTO case_record (key) VALUES ('d-100482')",
        "INSERT INTO case_record (key, mrn) VALUES ('X', '1')",
        "INSERT INTO case_record (key, stage_group) VALUES ('X', 'IIIA')",
        "UPDATE observation SET visit_id = 4 WHERE id = 1",
        "UPDATE observation SET case_id = 2, visit_id = 4, lesion_id = 3 WHERE id = 1",
        "UPDATE observation SET number = '9999' WHERE id = 1",
        "UPDATE case_record SET id = 7 WHERE id = 1",
        "DELETE FROM case_record WHERE id = 1",
        "DELETE FROM visit WHERE id = 1",
        "DELETE FROM step",
        "UPDATE step SET label = 'x' WHERE number = 1",
        "DELETE FROM journal",
        "UPDATE journal SET new = '{}' WHERE seq = 1",
        "UPDATE case_revision SET digest = 'x'",
        "DELETE FROM case_revision",
        "UPDATE import_file SET digest = 'x'",
        "UPDATE rule_review SET digest = 'x'",
        "DELETE FROM rule_review",
        "UPDATE site_rules SET text = ''",
        "DELETE FROM site_rules",
    ],
)
def test_H34_rows_keep_their_owner_and_the_record_cannot_be_rewritten(store: Store, behind: Behind, sql: str) -> None:
    store.add([drawn(), drawn("B")], "Add", source=("name", "content"))
    store.sign_rules("digest", "Dr A. Reviewer", date(2026, 10, 1))
    store.accept_site_rules("text")
    store.close()
    with pytest.raises(dbapi2.IntegrityError):
        behind("PRAGMA foreign_keys = ON", OPEN_STEP, sql)


def test_H34_no_fact_changes_outside_a_step(store: Store, behind: Behind) -> None:
    store.add([drawn()], "Add")
    store.close()
    for sql in ("UPDATE observation SET note = 'x'", "DELETE FROM observation WHERE id = 1", "INSERT INTO case_record (key) VALUES ('X')"):
        with pytest.raises(dbapi2.IntegrityError, match=r"journal\.step"):
            behind(sql)


def test_H34_a_dropped_guard_is_noticed(store: Store, path: Path, catalog: Catalog, behind: Behind) -> None:
    store.close()
    guards = [name for (name,) in behind("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")]
    assert len(guards) == 35
    whole = path.read_bytes()
    for guard in guards:
        behind(f"DROP TRIGGER {guard}")
        with pytest.raises(UserError, match="damaged and was not used"):
            Store.open(path, catalog, by="A")
        path.write_bytes(whole)
    Store.open(path, catalog, by="A").close()


def test_check_names_the_missing_guard(store: Store) -> None:
    with store._database.transaction():
        store._database.script(("DROP TRIGGER journal_no_delete",))
    assert store.check() == ("A table or guard of the file is missing, changed or not of this program: trigger journal_no_delete.",)


def test_H34_a_guard_of_another_program_is_noticed(store: Store, path: Path, catalog: Catalog, behind: Behind) -> None:
    store.close()
    behind("CREATE TRIGGER smaller BEFORE INSERT ON observation BEGIN SELECT RAISE(IGNORE); END")
    with pytest.raises(UserError, match="damaged and was not used"):
        Store.open(path, catalog, by="A")
