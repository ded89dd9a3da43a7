"""Import of many observations against the bare library: the same rows into a plain table, same settings, one transaction."""

import csv
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlcipher3 import dbapi2

from nacdesk.catalog import load
from nacdesk.domain.facts import History
from nacdesk.domain.quantity import Quantity
from nacdesk.interop.read import read
from nacdesk.storage.store import Store
from tests.bench.rounds import FLOOR, PROGRAM, Outcome, compare

HEAD = ("case", "patient_name", "mrn", "context", "cycle_length", "visit", "date", "cycle", "analyte", "lesion", "lesion_kind", "value", "unit", "limit", "method")
PER_CASE = 100
COLUMNS = 12


def write_table(path: Path, observations: int) -> None:
    """A long table of invented cases, 100 observations each: ten visits of five lesions, five SUV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        for case in range(observations // PER_CASE):
            key = f"B-{case:06}"
            for visit in range(10):
                when = f"2026-{visit + 1:02}-10"
                facts = (f"DEMO, Number {case}", key, "breast_tnbc", "21") if visit == 0 else ("", "", "", "")
                for lesion in range(5):
                    row = (key, *facts, f"visit {visit}", when, visit)
                    out.writerow((*row, "size.diameter", f"L{lesion}", "mass", f"{60 - 3 * visit + lesion}.{case % 10}", "mm", "", "CT"))
                    out.writerow((*row, "pet.suvmax", f"L{lesion}", "mass", f"{12 - visit / 2 + lesion:.1f}", "g/mL", "", "PET/CT"))


def measure(rounds: int, observations: int = 100_000) -> list[Outcome]:
    """From the file to the disk, and the store's part alone."""
    catalog = load()
    with TemporaryDirectory() as folder:
        table = Path(folder, "table.csv")
        write_table(table, observations)
        preview = read([table], catalog)
        assert not preview.problems, preview.problems[:3]
        histories = preview.histories
        rows = plain_rows(histories)
        assert len(rows) == observations
        number = iter(range(10**9))

        def whole() -> float:
            begin = time.perf_counter()
            store_all(read([table], catalog).histories, Path(folder, f"{next(number)}.nac"))
            return (time.perf_counter() - begin) * 1e3

        def whole_floor() -> float:
            begin = time.perf_counter()
            with table.open(encoding="utf-8", newline="") as file:
                lines = csv.reader(file)
                next(lines)
                insert_all(((*line[:7], *line[8:13]) for line in lines), Path(folder, f"{next(number)}.db"))
            return (time.perf_counter() - begin) * 1e3

        def kept() -> float:
            begin = time.perf_counter()
            store_all(histories, Path(folder, f"{next(number)}.nac"))
            return (time.perf_counter() - begin) * 1e3

        def kept_floor() -> float:
            begin = time.perf_counter()
            insert_all(rows, Path(folder, f"{next(number)}.db"))
            return (time.perf_counter() - begin) * 1e3

        size = f"{observations:,} observations"
        return [
            compare(f"import, file to disk, {size}", {PROGRAM: whole, FLOOR: whole_floor}, rounds, warm_ups=1),
            compare(f"import, store alone, {size}", {PROGRAM: kept, FLOOR: kept_floor}, rounds, warm_ups=1),
        ]


def store_all(histories: Sequence[History], path: Path) -> None:
    """Into a new store, on the disk when it returns."""
    with Store.create(path, load(), by="bench") as store:
        store.add(histories, "Import")


def plain_rows(histories: Sequence[History]) -> list[tuple[str | float | None, ...]]:
    """The observations as the bare library would keep them."""
    rows: list[tuple[str | float | None, ...]] = []
    for history in histories:
        for row in history.observations:
            value, unit = (str(row.value.value), row.value.unit) if isinstance(row.value, Quantity) else (row.value, "")
            when = row.date.isoformat() if row.date else None
            rows.append((row.id, history.case.key, row.visit, row.analyte, value, unit, when, row.lesion, row.method, row.reader, row.note, row.entered))
    return rows


def insert_all(rows: object, path: Path) -> None:
    """One transaction of `executemany` into a plain table, with the store's own settings."""
    connection = dbapi2.connect(str(path), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "temp_store = MEMORY", "mmap_size = 0", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"CREATE TABLE observation ({', '.join(f'c{number}' for number in range(COLUMNS))})")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO observation VALUES ({', '.join('?' * COLUMNS)})", rows)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
