"""The connection to one store: the library, its settings, its transactions and its errors.

The only module that imports sqlcipher3 and sqlite_utils. Opening and reading use sqlcipher3
alone; sqlite_utils (and numpy and click with it) is loaded by the first write.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, compress, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlcipher3
from sqlcipher3 import dbapi2

from nacdesk.errors import BugError, UserError

if TYPE_CHECKING:
    import sqlite_utils

Value = str | int | float | None
Row = tuple[Any, ...]

APPLICATION_ID = 0x4E414344  # "NACD"
OLDEST_LIBRARY = (3, 51, 3)  # 3.7.0 to 3.51.2 can lose commits when a WAL file is reset

# WAL with FULL lost no acknowledged save in simulated power losses, and readers go on beside the writer.
_PRAGMAS = (
    "cipher_log_level = NONE",  # its messages could reach a log
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "mmap_size = 0",
    "temp_store = MEMORY",
    "secure_delete = ON",
    "recursive_triggers = ON",
    "foreign_keys = ON",
    "synchronous = FULL",
)

SCHEMA = "SELECT type, name, sql FROM sqlite_schema"

_AT_ONCE = 25  # rows in one INSERT

_HEADER = b"SQLite format 3\x00"


class Database:
    """One open connection; it belongs to the thread that opened it.

    Attributes:
        path: the store's file.
        read_only: nothing can be written through it.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        _check_library()
        self.path = path
        self.read_only = read_only
        self._tables: sqlite_utils.Database | None = None
        self._closed = False
        with self._translated():
            self._connection = self._connect()
        try:
            with self._translated():
                for pragma in _PRAGMAS:
                    self._connection.execute(f"PRAGMA {pragma}")
                if not read_only:
                    self._connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            self._connection.close()
            raise

    def _connect(self) -> Any:
        uri = self.path.resolve().as_uri()
        if not self.read_only:
            return _connect(f"{uri}?mode=rw")
        connection = _connect(f"{uri}?mode=ro")
        try:
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except dbapi2.OperationalError as error:
            connection.close()
            # A closed store in a folder that cannot be written: nobody can be writing there.
            if _name(error).startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")) and not self.path.with_name(f"{self.path.name}-wal").exists():
                return _connect(f"{uri}?mode=ro&immutable=1")
            raise
        except dbapi2.Error:
            connection.close()
            raise
        return connection

    # reading

    def rows(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """Every row of a query."""
        with self._translated():
            return list(self._connection.execute(sql, parameters))

    def first(self, sql: str, parameters: Sequence[Value] = ()) -> Row | None:
        """The first row of a query, None when there is none."""
        with self._translated():
            row: Row | None = self._connection.execute(sql, parameters).fetchone()
            return row

    def value(self, sql: str, parameters: Sequence[Value] = ()) -> Any:
        """The first column of the first row, None when there is none."""
        row = self.first(sql, parameters)
        return None if row is None else row[0]

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read within sees one state of the file, also beside a writer."""
        if self._connection.in_transaction:
            yield
            return
        with self._translated():
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._rollback()

    # writing

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what is done within is saved when it ends, and undone when it raises.

        Raises:
            UserError: the file could not be written; says what was kept.
        """
        if self._connection.in_transaction:
            raise BugError("a transaction was begun within another")
        try:
            with self._translated():
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
        except BaseException:
            self._rollback()
            raise
        self.assert_idle()

    def _rollback(self) -> None:
        # SQLite has already rolled back after some errors (disk full, input/output).
        if self._connection.in_transaction:
            with self._translated():
                self._connection.execute("ROLLBACK")
        self.assert_idle()

    def assert_idle(self) -> None:
        """No transaction may be left open: later saves would vanish with it."""
        if self._connection.in_transaction:
            raise BugError("a transaction was left open")

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> int:
        """Run one statement for many rows within a transaction; the number of rows it changed."""
        if not self._connection.in_transaction:
            raise BugError("a write outside a transaction")
        with self._translated():
            return int(self._connection.executemany(sql, rows).rowcount)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
        """Insert many rows at the speed of the library; names come from the program, never from data.

        Blank columns are left out, since the library spends as long on one None as on ten values, and
        several rows go into one statement, since each statement with triggers has a journal of its own.
        """
        count = 0
        for filled, run in groupby(rows, key=lambda row: [value is not None for value in row]):
            values = [tuple(compress(row, filled)) for row in run]
            names = list(compress(columns, filled))
            head, marks = f"INSERT INTO {table} ({', '.join(names)}) VALUES ", f"({', '.join('?' * len(names))})"
            full = len(values) // _AT_ONCE * _AT_ONCE
            chunks = (list(chain.from_iterable(values[start : start + _AT_ONCE])) for start in range(0, full, _AT_ONCE))
            count += self.executemany(head + ", ".join([marks] * _AT_ONCE), chunks)
            count += self.executemany(head + marks, values[full:])
        return count

    def add(self, table: str, row: Mapping[str, Value]) -> int:
        """Insert one row; its id."""
        with self._translated():
            return int(self._writer()[table].insert(dict(row)).last_pk)

    def change(self, table: str, row_id: int, values: Mapping[str, Value]) -> None:
        """Change columns of one row."""
        with self._translated():
            self._writer()[table].update(row_id, dict(values))

    def remove(self, table: str, row_ids: Iterable[int]) -> int:
        """Delete rows; how many there were."""
        return self.executemany(f"DELETE FROM {table} WHERE id = ?", [(row_id,) for row_id in row_ids])

    def script(self, statements: Iterable[str]) -> None:
        """Run statements of the program's own, such as a migration, within a transaction."""
        with self._translated():
            for statement in statements:
                self._connection.execute(statement)

    def _writer(self) -> Any:
        if not self._connection.in_transaction:
            raise BugError("a write outside a transaction")
        if self._tables is None:
            # sqlite-utils takes "pysqlite3" before the standard library's sqlite3; two SQLite libraries must not
            # have one file open, and its error handling must know this library's exceptions.
            sys.modules.setdefault("pysqlite3", sqlcipher3)
            sys.modules.setdefault("pysqlite3.dbapi2", dbapi2)
            import sqlite_utils

            self._tables = sqlite_utils.Database(self._connection, recursive_triggers=False, execute_plugins=False)
        return self._tables

    def checkpoint(self) -> bool:
        """Empty the write-ahead file into the store; False when a reader of an older state keeps it from that."""
        with self._translated():
            busy, *_ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Empty the write-ahead file into the store and close; a second time does nothing.

        Raises:
            UserError: the disk failed; every confirmed change is in the file or beside it.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if not self.read_only:
                self.checkpoint()
        finally:
            self._connection.close()

    # errors

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except dbapi2.Error as error:
            raise self._told(error) from error
        except UnicodeDecodeError as error:
            raise damaged(self.path) from error
        except UnicodeEncodeError:
            raise UserError("A text holds characters that cannot be stored; nothing was saved.", "Correct the text and try again.") from None

    def _told(self, error: Exception) -> UserError | BugError:
        """The library's error as a sentence, by its SQLite name."""
        name, file = _name(error), self.path.name
        if name.startswith("SQLITE_FULL"):
            return UserError(f"The disk is full; {file} is as it was before, and nothing of this step was saved.", "Free some space and do it again.")
        if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
            return UserError(f"{file} or its folder may not be written; nothing was changed.", "Check the permissions, or open it read-only.")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
            return UserError(f"{file} is being written by another program; nothing was changed.", "Wait a moment and do it again.")
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")) or "Could not decode" in str(error):
            return damaged(self.path)
        if name.startswith("SQLITE_CONSTRAINT"):
            return UserError(
                f"The store refused a value ({_constraint(str(error))}); nothing of this step was saved.",
                "Correct the value and do it again.",
            )
        if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_NOMEM", "SQLITE_TOOBIG", "SQLITE_INTERRUPT")):
            return UserError(
                f"{file} could not be read or written ({name}); what was confirmed before is kept, this step was not confirmed.",
                "Check the disk and its free space, open the store again and look whether the change is there.",
            )
        return BugError(f"{type(error).__name__} {name or 'in the database library'}")


def damaged(path: Path) -> UserError:
    """The refusal of a file whose content cannot be trusted."""
    return UserError(
        f"{path.name} is damaged and was not used; the file is kept as it is.",
        "Keep the damaged file, and work from a copy that was made before.",
    )


def reserve(path: Path) -> None:
    """Make an empty file that only its owner can read; never replaces one.

    Raises:
        UserError: there is a file already, or the folder cannot be written.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        raise UserError(f"{path.name} exists already; it was not touched.", "Choose another name, or open it.") from None
    except OSError as error:
        raise UserError(f"{path.name} cannot be made ({error.strerror}).", "Check that its folder exists and may be written.") from None


def check_is_store(path: Path) -> None:
    """Look at the first 100 bytes before the library touches the file.

    Raises:
        UserError: missing, unreadable, or not a store of this program.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        raise UserError(f"There is no store {path}.", "Check the name, or make it with: nacdesk init.") from None
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror}).", "Check the name and the permissions.") from None
    if len(head) < 100 or not head.startswith(_HEADER) or int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise UserError(f"{path.name} is not a store of this program, or its beginning is damaged; it was not touched.", "Choose a file that ends in .nac and was made here.")


def schema_of(statements: Iterable[str]) -> frozenset[Row]:
    """Kind, name and statement of everything that these statements make in an empty file."""
    connection = dbapi2.connect(":memory:", isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement)
        return frozenset(connection.execute(SCHEMA))
    finally:
        connection.close()


def _connect(uri: str) -> Any:
    return dbapi2.connect(uri, uri=True, isolation_level=None, timeout=2.0)


def _check_library() -> None:
    if dbapi2.sqlite_version_info < OLDEST_LIBRARY:
        needed = ".".join(str(part) for part in OLDEST_LIBRARY)
        raise UserError(f"The database library is version {dbapi2.sqlite_version}; {needed} or newer is needed.", "Install the program again as its README says.")


def _name(error: Exception) -> str:
    return str(getattr(error, "sqlite_errorname", None) or "")


def _constraint(message: str) -> str:
    """SQLite's words for a failed constraint; they name columns and rules, never values."""
    return message.removesuffix(".") or "a rule of the store"
