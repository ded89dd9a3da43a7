"""What every test gets: a screen that needs no display, an empty home, and a look at what it left behind."""

import gc
import itertools
import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is imported: it aborts where there is no display

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import nacdesk.catalog
from nacdesk.domain.rules import Catalog

ROOT = Path(__file__).resolve().parent.parent

# In CI a skip for any other reason is a failure: a check that silently stopped running checks nothing.
MAY_SKIP = ("shared data absent", "needs a Linux")

# Two busy cores make single examples slow now and then; the same examples each time make a failure repeatable.
hypothesis.settings.register_profile("nacdesk", deadline=None, derandomize=True)
hypothesis.settings.load_profile("nacdesk")

_passed = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The shipped catalogue."""
    return nacdesk.catalog.load()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data beside the checkout that is not ours to commit."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("shared data absent: no folder shared/data beside the checkout")
    return folder


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("folders")


@pytest.fixture(autouse=True)
def home(_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """NACDESK_HOME of this test, not yet made; whoever writes into the user's own folder instead fails."""
    number = next(_numbers)
    path, user = _folders / f"home{number}", _folders / f"user{number}"
    monkeypatch.setenv("NACDESK_HOME", str(path))
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(user))
    yield path
    assert not (user / "nacdesk").exists(), "the test wrote into the user's own data folder"


_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _leftovers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Who starts a thread, a timer or a window stops it."""
    graphical = "qapp" in request.fixturenames
    threads = set(threading.enumerate())
    before = {id(thing) for thing in _running()} if graphical else set()
    yield
    if not request.node.stash.get(_passed, False):
        return  # the frames of a failed test keep its objects alive
    deadline = time.monotonic() + 2
    while (left := _alive(threads)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left, f"the test left threads: {left}"
    if graphical:
        running = [f"{type(thing).__name__} {thing.objectName()!r}" for thing in _running() if id(thing) not in before]
        assert not running, f"the test left timers, threads or windows: {running}"


def _alive(before: set[threading.Thread]) -> list[threading.Thread]:
    # Qt's threads appear as dummies once they run Python and never leave the list; _running() sees to them.
    return [thread for thread in threading.enumerate() if thread not in before and not isinstance(thread, threading._DummyThread)]


def _running() -> list[Any]:
    """Qt's timers and threads that run, and windows that exist."""
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
    from PySide6.QtWidgets import QApplication, QMenu
    from shiboken6 import isValid

    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    found: list[Any] = []
    this = QThread.currentThread()
    for thing in gc.get_objects():
        if issubclass(type(thing), (QTimer, QThread)) and isValid(thing) and thing is not this:
            runs = thing.isActive() if isinstance(thing, QTimer) else thing.isRunning()
            if runs:
                found.append(thing)
    # Menus of kept chart items and Qt's own tooltip are top-level by nature and hold no data.
    found += [widget for widget in QApplication.topLevelWidgets() if not isinstance(widget, QMenu) and widget.objectName() != "qtooltip_label"]
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[_passed] = report.passed
    return _judged(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    report = yield
    return _judged(report)


def _judged(report: Any) -> Any:
    """The report, turned into a failure when it is a skip that CI does not expect."""
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        if not reason.startswith(MAY_SKIP):
            report.outcome = "failed"
            report.longrepr = f"unexpected skip: {reason}"
    return report
