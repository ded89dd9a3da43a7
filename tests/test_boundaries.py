"""What a machine can see of the house: import rules, types, lint, and what may not be in the files."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {"nacdesk", "resources", "tests", "pyproject.toml", "README.md", "LICENSE"}

# Stops each import of Qt, as on a server that has none of its libraries.
WITHOUT_QT = """
import sys
class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "shiboken6", "pyqtgraph"}:
            raise ImportError(f"{name}: no Qt here")
sys.meta_path.insert(0, NoQt())
"""


def _run(*arguments: str, timeout: int = 600) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=timeout)


def test_ruff() -> None:
    run = _run("-m", "ruff", "check", ".")
    assert run.returncode == 0, run.stdout + run.stderr


def test_mypy() -> None:
    run = _run("-m", "mypy")
    assert run.returncode == 0, run.stdout + run.stderr


def test_imports_point_down() -> None:
    run = _run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_domain_imports_the_standard_library_and_errors_alone() -> None:
    for path in (ROOT / "nacdesk/domain").glob("*.py"):
        for module in _imported(path):
            top = module.partition(".")[0]
            assert top in sys.stdlib_module_names or module.startswith(("nacdesk.domain", "nacdesk.errors")), f"{path.name} imports {module}"


def test_only_the_storage_speaks_sql() -> None:
    users = {path.parent.name for path in (ROOT / "nacdesk").rglob("*.py") if any(module.startswith(("sqlite3", "pysqlite3")) for module in _imported(path))}
    assert users <= {"storage"}


def test_only_the_charts_scene_imports_pyqtgraph() -> None:
    users = {path.name for path in (ROOT / "nacdesk").rglob("*.py") if any(module.startswith("pyqtgraph") for module in _imported(path))}
    assert users == {"chart_scene.py"}


def test_nothing_but_the_window_loads_qt() -> None:
    run = _run("-c", """
import importlib, pkgutil, sys, nacdesk
for module in pkgutil.walk_packages(nacdesk.__path__, "nacdesk."):
    if not module.name.startswith("nacdesk.gui") and module.name != "nacdesk.__main__":
        importlib.import_module(module.name)
assert "nacdesk.report.handout" in sys.modules
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph")))
""")
    assert run.stdout.strip() == "[]", run.stdout + run.stderr


def test_handout_and_review_run_where_no_qt_is_installed(tmp_path: Path, home: Path) -> None:
    def nacdesk(*arguments: str) -> str:
        run = _run("-c", WITHOUT_QT + "from nacdesk.cli import main; main()", *arguments, timeout=120)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    store, pdf = str(tmp_path / "cases.nac"), tmp_path / "handout.pdf"
    sample = str(sorted((ROOT / "resources/samples").glob("*.csv"))[0])
    nacdesk("init", store, "--plain")
    nacdesk("import", sample, "--store", store)
    assert '"RES-02"' in nacdesk("review", "D-100482", "--store", store, "--json")
    assert '"RES-02"' in nacdesk("review", "--file", sample, "--json")
    nacdesk("handout", "D-100482", "--store", store, "-o", str(pdf))
    assert pdf.read_bytes().startswith(b"%PDF")


def test_the_top_level_holds_the_agreed_names_only() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    run = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    top = {line.partition("/")[0] for line in run.stdout.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= ALLOWED


def test_no_file_names_a_machine_or_a_registry() -> None:
    host = re.compile(r"index-ur[l]|[+]https?:/[/]|resolve[d] \"http|(?:pyp[i]|npmj[s]|pythonhoste[d])\.(?:org|com)")
    machine = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/")
    forbidden = re.compile(r"\b(?:lay_clai[m]|issue #?\d+)\b", re.IGNORECASE)
    own = (f"{ROOT.parent}/", f"{Path.home()}/")
    for path, text in _texts():
        for number, line in enumerate(text.splitlines(), 1):
            where = f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
            assert not any(place in line for place in own if len(place) > 2), where
            if path.name != Path(__file__).name:
                assert not machine.search(line), where
                assert not host.search(line), where
            assert not forbidden.search(line), where


def test_every_exemption_says_why() -> None:
    for path, text in _texts():
        if path.suffix == ".py":
            for number, line in enumerate(text.splitlines(), 1):
                found = re.search(r"#\s*(?:type:\s*ignore|noqa)(?:\S*)(.*)$", line)
                if found and "re.search(" not in line:
                    assert len(found[1].strip(" #-:")) > 7, f"{path.relative_to(ROOT)}:{number} does not say why"


def test_rooms_stay_small() -> None:
    grown = {str(path.relative_to(ROOT)): lines for path in (ROOT / "nacdesk").rglob("*.py") if (lines := len(path.read_text("utf-8").splitlines())) > 450}
    assert not grown, f"split by subject: {grown}"
    assert not list((ROOT / "nacdesk").rglob("utils.py"))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _texts() -> Iterator[tuple[Path, str]]:
    """The text files that are or will be tracked."""
    for top in (*ALLOWED, ".ci", ".gitignore"):
        start = ROOT / top
        for folder, names, files in os.walk(start) if start.is_dir() else [(str(ROOT), [], [top])]:
            names[:] = [name for name in names if not name.startswith((".", "__pycache__"))]
            for name in files:
                path = Path(folder, name)
                if path.suffix not in {".ttf", ".png", ".nac", ".xlsx", ".pdf", ".pyc"}:
                    yield path, path.read_text("utf-8")
