"""A store's place for one example of a property."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def temporary() -> Iterator[Path]:
    """A path for one store, gone afterwards."""
    with TemporaryDirectory() as folder:
        yield Path(folder, "cases.nac")
