"""The versions under the program, and the faults of theirs that it steers around."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONSTRAINTS = dict(line.split("==") for line in (ROOT / "resources/constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#"))

CANARY = """
import sys
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
label = QLabel()
before = sys.getrefcount(None)
for number in range(1_000):
    label.setText(str(number))
print(before - sys.getrefcount(None))
"""


def test_qt_calls_take_no_reference_off_none() -> None:
    run = subprocess.run([sys.executable, "-c", CANARY], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < 100, "each call that returns nothing takes a reference off None: CPython 3.11 will abort"


def test_the_bundled_sqlite_has_the_wal_reset_fix() -> None:
    from sqlcipher3 import dbapi2

    assert dbapi2.sqlite_version_info >= (3, 51, 3)


@pytest.mark.parametrize("line", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]])
def test_what_is_installed_and_pinned_is_what_the_project_asks_for(line: str) -> None:
    requirement = Requirement(line)
    assert requirement.specifier.contains(version(requirement.name)), f"{requirement} is asked for, {version(requirement.name)} is installed"
    pinned = next((CONSTRAINTS[name] for name in CONSTRAINTS if _same(name, requirement.name)), None)
    assert pinned is not None, f"constraints.txt does not pin {requirement.name}"
    assert requirement.specifier.contains(pinned), f"constraints.txt pins {requirement.name} {pinned}"


def test_constraints_are_plain_names_and_versions() -> None:
    for name, pinned in CONSTRAINTS.items():
        assert re.fullmatch(r"[A-Za-z0-9._-]+ [0-9][A-Za-z0-9.]*", f"{name} {pinned}")


def _same(one: str, other: str) -> bool:
    return re.sub(r"[-_.]+", "-", one).lower() == re.sub(r"[-_.]+", "-", other).lower()
