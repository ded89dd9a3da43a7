"""What the tests of files share: a table written to disk and read again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nacdesk.domain.rules import Catalog
from nacdesk.interop.preview import ImportPreview
from nacdesk.interop.read import read

Load = Callable[..., ImportPreview]


@pytest.fixture
def load(tmp_path: Path, catalog: Catalog) -> Load:
    """Write text or bytes under a name and read it."""

    def write_and_read(content: str | bytes, name: str = "table.csv", **options: object) -> ImportPreview:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read([path], catalog, **options)  # type: ignore[arg-type]  # the test chooses the options

    return write_and_read
