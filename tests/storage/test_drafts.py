"""Drafts: half-typed text outlives a kill, is no fact, and goes with what it belongs to."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nacdesk.errors import UserError
from nacdesk.storage.store import Store
from tests.histories import drawn

ROOT = Path(__file__).resolve().parents[2]
KEY = "D-100482"


def test_a_draft_is_kept_by_place_replaced_and_dropped(store: Store, reopen: Callable[..., Store]) -> None:
    store.keep_draft(KEY, "visit:1:date", "2026-1")
    store.keep_draft(KEY, "cell", "4")
    store.keep_draft(KEY, "cell", "41,")
    store.keep_draft("B", "cell", "7")
    store.keep_draft("", "new case", "")
    store.close()
    store = reopen()
    assert store.drafts(KEY) == {"cell": "41,", "visit:1:date": "2026-1"}
    assert store.drafts("") == {"new case": ""}
    store.drop_draft(KEY, "cell")
    store.drop_draft(KEY, "cell")
    assert store.drafts(KEY) == {"visit:1:date": "2026-1"}
    assert store.drafts("B") == {"cell": "7"}
    assert store.drafts("X") == {}


def test_a_draft_is_no_fact_and_no_change(store: Store) -> None:
    store.add([drawn()], "Import")
    before, journal = store.history(KEY), store.journal()
    store.keep_draft(KEY, "cell", "9" * 100_000)
    assert store.history(KEY) == before
    assert store.journal() == journal
    assert store.undo_label() == "Import"
    assert store.check(deep=True) == ()
    store.undo()
    assert len(store.drafts(KEY)["cell"]) == 100_000


def test_a_draft_stays_with_a_case_in_the_bin_and_goes_with_an_erased_one(store: Store) -> None:
    store.add([drawn(), drawn("B")], "Import")
    for key in (KEY, "B"):
        store.keep_draft(key, "cell", "41,")
    store.remove(KEY, reason="why")
    assert store.drafts(KEY) == {"cell": "41,"}
    store.erase([KEY], reason="asked")
    assert store.drafts(KEY) == {}
    assert store.drafts("B") == {"cell": "41,"}


def test_a_draft_that_cannot_be_stored_is_a_sentence(store: Store) -> None:
    store.keep_draft(KEY, "cell", "before")
    with pytest.raises(UserError, match="cannot be stored"):
        store.keep_draft(KEY, "cell", "half a \ud800 character")
    assert store.drafts(KEY) == {"cell": "before"}
    store._database.assert_idle()


def test_H24_a_draft_survives_a_kill(store: Store, path: Path, reopen: Callable[..., Store]) -> None:
    store.close()
    code = """
import os, signal, sys
from pathlib import Path
from nacdesk.catalog import load
from nacdesk.storage.store import Store
store = Store.open(Path(sys.argv[1]), load(), by="A")
for typed in ("4", "41", "41,"):
    store.keep_draft("D-100482", "cell", typed)
os.kill(os.getpid(), signal.SIGKILL)
"""
    run = subprocess.run([sys.executable, "-c", code, os.fspath(path)], cwd=ROOT, timeout=120)
    assert run.returncode == -signal.SIGKILL
    again = reopen()
    assert again.drafts(KEY) == {"cell": "41,"}
    assert again.check(deep=True) == ()
