"""Pictures of the main screens, drawn without a display: `python -m nacdesk.gui.pictures STORE FOLDER`."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from nacdesk import paths
from nacdesk.errors import BugError
from nacdesk.gui.app import make_application, make_window
from nacdesk.gui.main_window import MainWindow
from nacdesk.settings import Settings

Size = tuple[int, int]
SIZES: tuple[Size, ...] = ((1440, 900), (1280, 720), (1024, 768))
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATIENCE = 60.0
FORM = "Fitness and organs"


def picture(store_path: Path, out_dir: Path, *, sizes: Sequence[Size] = SIZES, themes: Sequence[Literal["light", "dark"]] = THEMES) -> list[Path]:
    """Draw the case window, the data, a form, the history, the reference and an import preview of a store, as PNG files.

    The first case that has a flag is shown. Needs the offscreen platform or a display.

    Raises:
        BugError: the window did not come to rest, or a picture could not be written.
    """
    application = QApplication.instance() or make_application()
    assert isinstance(application, QApplication)
    out_dir.mkdir(parents=True, exist_ok=True)
    drawn: list[Path] = []
    for theme in themes:
        window, _ = make_window(Settings(theme=theme))
        window.show()
        window.session.open(store_path)
        rest(window)
        flagged = next((row.key for row in window.session.rows if window.session.summaries[row.key].flagged), None)
        if flagged is not None:
            window.session.show_case(flagged)
            rest(window)
        for width, height in sizes:
            window.resize(width, height)
            for name, page in (("case", 0), ("data", 1), ("history", 2)):
                window.case.show_tab(page)
                drawn.append(_grab(window, window, out_dir / f"{name}-{width}x{height}-{theme}.png"))
            window.case.ask_form(FORM)
            drawn.append(_grab(window, window, out_dir / f"form-{width}x{height}-{theme}.png"))
        window.case.data.pages.press("sheet")
        window.case.show_tab(0)
        window.help.on_reference()
        drawn.append(_grab(window, window.help.reference, out_dir / f"reference-{theme}.png"))
        window.help.reference.reject()
        drawn.append(_import_preview(window, out_dir / f"import-{theme}.png"))
        window.close()
        _wait(window.isHidden)
        window.deleteLater()
    return drawn


def rest(window: MainWindow) -> None:
    """Let the window work until nothing is left to do."""
    _wait(window.session.at_rest)
    for _ in range(3):  # layouts settle one turn after the last answer
        QApplication.processEvents()


def _import_preview(window: MainWindow, path: Path) -> Path:
    sample = min((paths.resources() / "samples").glob("*.csv"))
    window.imports.begin()
    window.imports.read([sample])
    drawn = _grab(window, window.imports, path)
    window.imports.reject()
    return drawn


def _grab(window: MainWindow, widget: QWidget, path: Path) -> Path:
    rest(window)
    if not widget.grab().save(str(path)):
        raise BugError(f"the picture {path.name} could not be written")
    return path


def _wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise BugError("the window did not come to rest")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    picture(Path(sys.argv[1]), Path(sys.argv[2]))
