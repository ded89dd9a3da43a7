"""The suite's own checks: each of these small tests must fail, or a check has gone blind."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MUST_FAIL = {
    "test_thread": ("the test left threads", "import threading\ndef test(): threading.Thread(target=threading.Event().wait, daemon=True).start()"),
    "test_timer": ("QTimer", "from PySide6.QtCore import QTimer\ndef test(qtbot, request):\n    request.config.timer = timer = QTimer()\n    timer.start(1000)"),
    "test_window": ("QWidget", "from PySide6.QtWidgets import QWidget\ndef test(qtbot, request):\n    request.config.widget = QWidget()"),
    "test_warning": ("UserWarning: outdated", "import warnings\ndef test(): warnings.warn('outdated')"),
    "test_qt_warning": ("QtWarningMsg: old", "from PySide6.QtCore import qWarning\ndef test(qtbot): qWarning('old')"),
    "test_folder": ("own data folder", "import platformdirs\ndef test(): platformdirs.user_data_path('nacdesk', appauthor=False, ensure_exists=True)"),
    "test_skip": ("unexpected skip: no time", "import pytest\ndef test(): pytest.skip('no time')"),
    "test_module_skip": ("unexpected skip: no time", "import pytest\npytest.skip('no time', allow_module_level=True)"),
}
MUST_PASS = """
import pytest
from PySide6.QtWidgets import QWidget
def test(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
def test_data(): pytest.skip("shared data absent: none here")
"""


def test_the_suite_fails_on_leftovers_warnings_and_unexpected_skips(tmp_path: Path) -> None:
    for name, (_, source) in MUST_FAIL.items():
        (tmp_path / f"{name}.py").write_text(source, "utf-8")
    (tmp_path / "test_good.py").write_text(MUST_PASS, "utf-8")
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-p", "tests.conftest"]
    options += ["--basetemp", str(tmp_path / "tmp"), "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        env={**os.environ, "CI": "true", "COLUMNS": "400"}, cwd=ROOT, capture_output=True, text=True, timeout=120,
    )
    assert run.returncode != 0, run.stdout
    summary = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    for name, (expected, _) in MUST_FAIL.items():
        assert expected in run.stdout, f"{name} went unnoticed:\n{run.stdout}"
        assert any(f"{name}.py" in line for line in summary), f"{name} went unnoticed:\n{run.stdout}"
    assert not any("test_good.py" in line for line in summary), run.stdout
    assert "1 skipped" in run.stdout
