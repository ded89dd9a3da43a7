"""A judged case to print, and the words of a printed one."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from nacdesk.domain.facts import History
from nacdesk.domain.judgements import Review
from nacdesk.domain.review import review
from nacdesk.domain.rules import Catalog
from nacdesk.interop.read import read
from nacdesk.report.pages import Printed

SAMPLES = Path(__file__).resolve().parents[2] / "resources/samples"
PRINTED_AT = datetime(2026, 11, 21, 19, 42)


@pytest.fixture(scope="session")
def judged(catalog: Catalog) -> Callable[[History], Review]:
    """A history, judged by the shipped catalogue."""
    return lambda history: review(history, catalog, None)


@pytest.fixture(scope="session")
def samples(catalog: Catalog) -> dict[str, History]:
    """The fictitious cases by file name."""
    return {file.stem: read([file], catalog, fictitious=True).histories[0] for file in sorted(SAMPLES.glob("*.csv"))}


@pytest.fixture(scope="session")
def drawn_case(samples: dict[str, History], catalog: Catalog) -> Review:
    """The case of the drawings."""
    return review(samples["01-primary-resistance"], catalog, None)


def page_texts(source: Path | bytes | Printed) -> list[str]:
    """The running words of each page, as a reader of the file finds them."""
    return [" ".join(page.extract_text().split()) for page in reader_of(source).pages]


def reader_of(source: Path | bytes | Printed) -> PdfReader:
    """The file, opened by a library that had no part in making it."""
    data = source.data if isinstance(source, Printed) else source
    return PdfReader(BytesIO(data) if isinstance(data, bytes) else data)
