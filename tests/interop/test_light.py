"""Reading files costs nothing until a file is read."""

import subprocess
import sys

HEAVY = {"python_calamine", "xlsxwriter", "PySide6", "numpy", "click", "sqlite_utils", "reportlab"}


def test_importing_the_reader_loads_no_library_of_formats() -> None:
    script = "import sys, nacdesk.interop.read, nacdesk.interop.bundle, nacdesk.interop.deidentify; print(*sorted(name.partition('.')[0] for name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) & HEAVY == set()
    assert "nacdesk" in run.stdout.split()
