"""Real windows on real stores; only the file dialogs and the moments at which answers arrive are made up."""

import random
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

from nacdesk import paths
from nacdesk.domain.rules import Catalog
from nacdesk.gui.jobs import Jobs
from nacdesk.gui.main_window import MainWindow
from nacdesk.gui.session import Session
from nacdesk.interop.read import read
from nacdesk.settings import Settings
from nacdesk.storage.store import Store
from tests.gui.hands import settle, wait_until

SAMPLES = sorted((paths.resources() / "samples").glob("*.csv"))

OpenWindow = Callable[..., MainWindow]


class LateJobs(Jobs):
    """Delivers each answer after a random while, so that answers overtake each other."""

    dice = random.Random(2)

    def _on_finished(self, outcome: object) -> None:
        QTimer.singleShot(self.dice.choice((0, 0, 1, 3)), partial(super()._on_finished, outcome))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Path:
    """A store with the sample cases, to be copied."""
    path = tmp_path_factory.mktemp("template") / "demo.nac"
    with Store.create(path, catalog, by="tests", fictitious=True) as store:
        for sample in SAMPLES:
            found = read([sample], catalog)
            assert not found.problems
            store.add(found.histories, f"Import {sample.name}")
    return path


@pytest.fixture
def demo(template: Path, tmp_path: Path) -> Path:
    """A store of this test with the sample cases."""
    return Path(shutil.copy(template, tmp_path / "demo.nac"))


@pytest.fixture
def open_window(qapp: QApplication, tmp_path: Path) -> Iterator[OpenWindow]:
    """Opens a window on a store and closes it at the end, as a person would."""
    opened: list[MainWindow] = []

    def open_one(store: Path | None, settings: Settings | None = None, *, jobs: type[Jobs] = Jobs, size: tuple[int, int] = (1440, 900), create: bool = False) -> MainWindow:
        window = MainWindow(Session(jobs=jobs), settings or Settings(theme="light"), tmp_path / "settings.toml")
        opened.append(window)
        window.resize(*size)
        window.show()
        if store is not None:
            window.session.open(store, create=create)
            settle(window)
        return window

    yield open_one
    for window in opened:
        if window.isVisible():
            window.close()
            wait_until(window.isHidden)
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")


@pytest.fixture
def window(open_window: OpenWindow, demo: Path) -> MainWindow:
    """A window on the sample cases."""
    return open_window(demo)
