"""Killed at any moment, the store holds whole actions only, and all that were confirmed."""

import itertools
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nacdesk.domain.quantity import Quantity
from nacdesk.domain.rules import Catalog
from nacdesk.errors import UserError
from nacdesk.storage.store import Store
from tests.histories import facts_of, millimetres, sized

ROOT = Path(__file__).resolve().parents[2]
TOGETHER = 40  # cases of one action

WRITER = f"""
import sys
from pathlib import Path
from nacdesk.catalog import load
from nacdesk.storage.store import Store
from tests.histories import drawn
with Store.open(Path(sys.argv[1]), load(), by="A") as store:
    batch = len(store.cases()) // {TOGETHER}
    print("ready", flush=True)
    while True:
        store.add([drawn(f"{{batch:04}}-{{number}}") for number in range({TOGETHER})], f"Add {{batch}}")
        print("saved", batch, flush=True)
        batch += 1
"""


def test_H26_killed_while_it_writes_all_or_nothing(store: Store, path: Path, reopen: Callable[..., Store]) -> None:
    store.close()
    dice = random.Random(26)
    halves = 0
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            writer.stdout.readline()
            time.sleep(dice.uniform(0, 0.4))
            writer.send_signal(signal.SIGKILL)
            told = writer.stdout.read().split("\n")
        again = reopen()
        keys = [row.key for row in again.cases()]
        assert len(keys) % TOGETHER == 0
        batches = sorted({key.partition("-")[0] for key in keys})
        saved = [int(line.split()[1]) for line in told if line.startswith("saved ")]
        assert all(f"{batch:04}" in batches for batch in saved)
        assert again.check(deep=True) == ()
        assert again.undo_label() == f"Add {int(batches[-1])}"
        halves += bool(saved)
        again.close()
    assert halves


def test_H26_a_failing_statement_in_the_middle_leaves_nothing(store: Store, reopen: Callable[..., Store]) -> None:
    store.add([sized("A", "31")], "Add")
    good = [sized(f"B{number}", *["30"] * 10) for number in range(50)]
    bad = sized("Z", "500.1")
    for histories in ([*good, bad], [bad, *good], [*good[:25], bad, *good[25:]]):
        with pytest.raises(UserError, match="nothing of this step was saved"):
            store.add(histories, "Import")
        assert not store._database._connection.in_transaction
        assert [row.key for row in store.cases()] == ["A"]
        assert len(store.journal()) == 4
    assert store.add(good, "Import").added == 500
    store.close()
    assert len(reopen().cases()) == 51


def test_H26_an_interrupted_action_leaves_nothing(store: Store) -> None:
    """The library itself stops after a number of its own operations, wherever that is."""
    store.add([sized("A", "31")], "Add")
    connection = store._database._connection
    histories = [sized(f"B{number}", *["30"] * 5) for number in range(20)]
    refused = 0
    for looks in (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        left = itertools.count(looks, -1)
        connection.set_progress_handler(lambda left=left: int(next(left) <= 0), 50)
        try:
            with pytest.raises(UserError, match="was not confirmed"):
                store.add(histories, "Import")
        finally:
            connection.set_progress_handler(None, 0)
        assert [row.key for row in store.cases()] == ["A"]
        assert not connection.in_transaction
        refused += 1
    assert refused == 11
    assert store.add(histories, "Import").added == 100


def test_H25_an_exception_of_the_program_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.add([sized("A", "31")], "Add")
    before = store.history("A")

    def fail(_value: Quantity | str) -> tuple[None, ...]:
        raise KeyError("a fault of the program")

    monkeypatch.setattr("nacdesk.storage.rows.value_values", fail)
    with pytest.raises(KeyError):
        store.add([sized("A", "31", "30"), sized("B", "2")], "Import")
    monkeypatch.undo()
    assert store.history("A") == before
    assert [row.key for row in store.cases()] == ["A"]
    assert store.add([sized("A", "31", "30")], "Import").added == 1


def test_H24_a_saved_correction_survives_a_kill(path: Path, catalog: Catalog, store: Store, reopen: Callable[..., Store]) -> None:
    store.add([sized("A", "31")], "Add")
    store.close()
    code = """
import os, signal, sys
from pathlib import Path
from nacdesk.catalog import load
from nacdesk.storage.store import Store
from tests.histories import millimetres
store = Store.open(Path(sys.argv[1]), load(), by="A")
store.correct("A", store.history("A").observations[0].id, millimetres("13.0"), entered="13.0 mm", reason="typing error")
os.kill(os.getpid(), signal.SIGKILL)
"""
    run = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, timeout=120)
    assert run.returncode == -signal.SIGKILL
    again = reopen()
    assert again.history("A").observations[0].value == millimetres("13.0")
    again.undo()
    assert facts_of(again.history("A")) == facts_of(sized("A", "31"))
