"""One value corrected and its case read again, in a full store: against one bare insert, and one by sqlite-utils."""

import itertools
import sqlite3
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from nacdesk.catalog import load
from nacdesk.domain.edits import Record
from nacdesk.domain.quantity import Quantity
from nacdesk.interop.read import read
from nacdesk.storage.store import Store
from tests.bench.ingest import store_all, write_table
from tests.bench.rounds import FLOOR, PEER, PROGRAM, Outcome, compare

ROW = ("B-000000", "visit 3", "2026-04-10", "size.diameter", "L0", "41.5", "mm", "CT", "", "", "", "41.5 mm")
TABLE = f"CREATE TABLE observation ({', '.join(f'c{number}' for number in range(len(ROW)))})"


def measure(rounds: int, observations: int = 100_000) -> list[Outcome]:
    """From the edit to the case as it is then; each is on the disk when it returns."""
    catalog = load()
    with TemporaryDirectory() as folder:
        table, path = Path(folder, "table.csv"), Path(folder, "edit.nac")
        write_table(table, observations)
        store_all(read([table], catalog).histories, path)
        import sqlite_utils  # with the library that the store gave it, as it runs in the program

        bare, utils = (sqlite3.connect(Path(folder, f"{name}.db"), isolation_level=None) for name in ("bare", "utils"))
        for connection in (bare, utils):
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute(TABLE)
        peer = sqlite_utils.Database(utils)["observation"]
        with Store.open(path, catalog, by="bench") as store:
            keys = itertools.cycle([row.key for row in store.cases()])
            sizes = (Decimal(number) / 1000 for number in itertools.count(20_001))

            def edit() -> float:
                key = next(keys)
                history = store.history(key)
                old = history.observations[40]
                new = replace(old, value=Quantity(next(sizes), old.value.unit), entered="typed")
                begin = time.perf_counter()
                store.edit(key, [Record(new)], "Correct a diameter", reason="typing error", revision=history.case.revision)
                assert store.history(key).observations[40].value == new.value
                return (time.perf_counter() - begin) * 1e3

            def floor() -> float:
                begin = time.perf_counter()
                bare.execute("BEGIN IMMEDIATE")
                bare.execute(f"INSERT INTO observation VALUES ({', '.join('?' * len(ROW))})", ROW)
                bare.execute("COMMIT")
                return (time.perf_counter() - begin) * 1e3

            def insert() -> float:
                begin = time.perf_counter()
                peer.insert({f"c{number}": value for number, value in enumerate(ROW)})
                return (time.perf_counter() - begin) * 1e3

            found = compare(f"one edit and its case again, {observations:,} observations", {PROGRAM: edit, FLOOR: floor, PEER: insert}, rounds, warm_ups=5)
        bare.close()
        utils.close()
    return [found]
