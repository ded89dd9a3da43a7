"""The connection: what it loads, what it refuses, and how its errors are told."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from nacdesk.domain.rules import Catalog
from nacdesk.errors import BugError, UserError
from nacdesk.storage.store import Store
from tests.histories import drawn, facts_of, sized

ROOT = Path(__file__).resolve().parents[2]

READ = """
import sys
from pathlib import Path
from nacdesk.catalog import load
from nacdesk.storage.store import Store
for read_only in (False, True):
    with Store.open(Path(sys.argv[1]), load(), by="A", read_only=read_only) as store:
        assert [row.key for row in store.cases("Alvarez")] == ["D-100482"]
        assert len(store.history("D-100482").observations) == 12
        store.journal(); store.check(); store.preview([store.history("D-100482")]); store.undo_label()
heavy = sorted({name.partition(".")[0] for name in sys.modules} & {"sqlite_utils", "numpy", "click", "sqlite3", "PySide6", "reportlab"})
print(heavy)
"""


def test_opening_and_reading_load_nothing_heavy(store: Store, path: Path) -> None:
    store.add([drawn()], "Add")
    store.close()
    run = subprocess.run([sys.executable, "-c", READ, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.stdout.strip() == "[]", run.stdout + run.stderr
    assert run.stderr == ""


def test_writing_uses_one_library_for_one_file(store: Store) -> None:
    store.add([drawn()], "Add")
    code = """
import sys
from pathlib import Path
from nacdesk.catalog import load
from nacdesk.storage.store import Store
from tests.histories import drawn
with Store.create(Path(sys.argv[1]), load(), by="A") as store:
    store.add([drawn()], "Add")
import sqlite_utils.utils
print(sqlite_utils.utils.sqlite3.__name__)
"""
    run = subprocess.run([sys.executable, "-c", code, str(store.path.with_name("other.nac"))], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.stdout.strip() == "sqlcipher3", run.stdout + run.stderr


def test_a_missing_store_is_a_sentence(path: Path, catalog: Catalog) -> None:
    with pytest.raises(UserError, match="There is no store"):
        Store.open(path, catalog, by="A")
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize("content", [b"", b"x", b"case,visit\nA,baseline\n" * 30, b"SQLite format 3\x00" + bytes(4080), os.urandom(8192), b"%PDF-1.7\n" + bytes(500)])
def test_a_file_that_is_not_ours_is_refused_and_not_touched(path: Path, catalog: Catalog, content: bytes) -> None:
    path.write_bytes(content)
    for read_only in (False, True):
        with pytest.raises(UserError, match="is not a store of this program"):
            Store.open(path, catalog, by="A", read_only=read_only)
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_folder_is_refused(path: Path, catalog: Catalog) -> None:
    path.mkdir()
    with pytest.raises(UserError, match="cannot be read"):
        Store.open(path, catalog, by="A")


def test_H25_no_write_outside_a_transaction_and_none_within_another(store: Store) -> None:
    database = store._database
    with pytest.raises(BugError):
        database.insert("meta", ("name", "value"), [("a", "b")])
    with pytest.raises(BugError):
        database.add("meta", {"name": "a", "value": "b"})
    with database.transaction(), pytest.raises(BugError), database.transaction():
        pass
    assert not database._connection.in_transaction


def test_H25_a_full_store_says_so_and_keeps_what_was(store: Store, reopen: Callable[..., Store]) -> None:
    """Every page at which the space can end: before it is confirmed all is as it was, after it all is there."""
    store.add([drawn("A")], "Add A")
    database = store._database
    pages, refused = database.value("PRAGMA page_count"), 0
    while True:
        database.value(f"PRAGMA max_page_count = {pages + refused}")
        try:
            store.add([drawn(f"B{number}") for number in range(30)], "Add many")
            break
        except UserError as error:
            told = error.sentence
        assert told.startswith("The disk is full; cases.nac is as it was before")
        assert not database._connection.in_transaction
        assert [row.key for row in store.cases()] == ["A"]
        refused += 1
    assert refused > 10
    store.close()
    again = reopen()
    assert len(again.cases()) == 31
    assert again.check(deep=True) == ()


def test_H25_a_write_that_fails_at_any_size_is_before_or_after(store: Store, path: Path, reopen: Callable[..., Store]) -> None:
    """The file-size limit makes the writes of the write-ahead file fail one after the other."""
    store.add([drawn("A")], "Add A")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = path.with_name(f"{path.name}-wal").stat().st_size
    refused = 0
    while True:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 2000 * refused, hard))
        try:
            store.add([drawn("B")], "Add B")
            break
        except UserError as error:
            told = error.sentence
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert "could not be read or written" in told or "disk is full" in told
        assert [row.key for row in store.cases()] == ["A"]
        assert store.undo_label() == "Add A"
        refused += 1
    assert refused > 3
    assert facts_of(store.history("B")) == facts_of(drawn("B"))
    store.close()
    assert [row.key for row in reopen().cases()] == ["A", "B"]


AS_NOBODY = """
import os, sys
from pathlib import Path
from nacdesk.catalog import load
from nacdesk.errors import UserError
from nacdesk.storage.store import Store
catalog = load()
if os.geteuid() == 0:
    os.setuid(65534)
try:
    Store.open(Path(sys.argv[1]), catalog, by="A")
except UserError as error:
    print(error.sentence)
with Store.open(Path(sys.argv[1]), catalog, by="A", read_only=True) as store:
    print(len(store.history("D-100482").observations), store.check(deep=True))
"""


def test_a_store_that_may_not_be_written_opens_read_only(catalog: Catalog) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "cases.nac")
        with Store.create(path, catalog, by="A") as store:
            store.add([drawn()], "Add")
        path.chmod(0o444)
        path.with_name("cases.nac.lock").unlink()
        path.parent.chmod(0o555)
        try:
            run = subprocess.run([sys.executable, "-c", AS_NOBODY, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=120)
        finally:
            path.parent.chmod(0o700)
    refused, read = run.stdout.splitlines()
    assert "cannot be opened for writing" in refused, run.stderr
    assert read == "12 ()", run.stderr


def test_the_library_says_nothing_on_its_own(store: Store, path: Path, catalog: Catalog, capfd: pytest.CaptureFixture[str]) -> None:
    store.add([sized("A", "31")], "Add")
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        Store.open(path, catalog, by="A")
    assert capfd.readouterr() == ("", "")
