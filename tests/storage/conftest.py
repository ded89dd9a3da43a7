from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from nacdesk.domain.rules import Catalog
from nacdesk.storage.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where this test's store lies."""
    return tmp_path / "cases.nac"


@pytest.fixture
def store(path: Path, catalog: Catalog) -> Iterator[Store]:
    """An empty store, closed at the end; a test may close it before."""
    opened = Store.create(path, catalog, by="Coordinator")
    yield opened
    opened.close()


@pytest.fixture
def reopen(path: Path, catalog: Catalog) -> Iterator[Callable[..., Store]]:
    """Open the store again, as after a restart."""
    opened: list[Store] = []

    def again(**how: Any) -> Store:
        for before in opened:
            before.close()
        opened.append(Store.open(path, catalog, by="Coordinator", **how))
        return opened[-1]

    yield again
    for left in opened:
        left.close()


@pytest.fixture
def behind(path: Path) -> Callable[..., list[Any]]:
    """Run SQL on the closed store as another program would, without this program's guards; the rows it gives."""

    def run(*statements: str) -> list[Any]:
        connection = dbapi2.connect(str(path), isolation_level=None)
        try:
            found: list[Any] = []
            for sql in statements:
                found += connection.execute(sql).fetchall()
            return found
        finally:
            connection.close()

    return run
