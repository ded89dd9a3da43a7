"""resources/setup.sh on systems that lack something; the system's own commands are played by small scripts."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a Linux system")

TOOLS = ("sh", "dirname", "uname", "awk", "cat", "cksum", "grep", "env", "cp", "mkdir")
NEEDED = ["libGL.so.1", "libEGL.so.1", "libfontconfig.so.1", "libdbus-1.so.3", "libglib-2.0.so.0", "libxkbcommon.so.0"]
WINDOW = ["libxkbcommon-x11.so.0", "libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-keysyms.so.1", "libxcb-shape.so.0"]


class System:
    """A checkout and a PATH with these commands and no others; `log` holds what was called."""

    def __init__(self, folder: Path, libraries: list[str], python: str = "3.11", venv: bool = True, root: bool = False) -> None:
        self.folder, self.bin = folder, folder / "bin"
        self.bin.mkdir()
        for name in TOOLS:
            (self.bin / name).symlink_to(shutil.which(name) or name)
        for name in ("resources/setup.sh", "resources/constraints.txt", "pyproject.toml"):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        log = f'echo "${{0##*/}} $*" >> {folder}/log'
        self._command("ldconfig", *(f"echo '  {name} (libc6) => /lib/{name}'" for name in libraries))
        self._command("id", f"echo {0 if root else 1000}")
        self._command("sudo", "exit 1")
        self._command("apt-get", log)
        self._command("pip", log)
        new_enough = int(tuple(map(int, python.split("."))) < (3, 11))
        self._command(
            "python3",
            'case "$*" in',
            f"*print*) echo {python} ;;",
            f"*version_info*) exit {new_enough} ;;",
            f"*ensurepip*) exit {int(not venv)} ;;",
            f"*venv*) mkdir -p .venv/bin && cp {self.bin}/pip .venv/bin/python ;;",
            "esac",
        )

    def _command(self, name: str, *lines: str) -> None:
        path = self.bin / name
        path.write_text("\n".join((f"#!{shutil.which('sh')}", *lines, "")), "utf-8")
        path.chmod(0o755)

    def setup(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(self.bin / "sh"), "resources/setup.sh", *arguments]
        return subprocess.run(command, cwd=self.folder, env={"PATH": str(self.bin)}, capture_output=True, text=True, timeout=60)

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text("utf-8") if path.exists() else ""


def test_a_sound_system_only_gets_the_environment(tmp_path: Path) -> None:
    system = System(tmp_path, NEEDED + WINDOW)
    run = system.setup()
    assert run.returncode == 0, run.stderr
    assert "apt-get" not in system.log
    assert "pip install" in system.log
    assert "--editable .\n" in system.log


def test_the_second_run_asks_no_network(tmp_path: Path) -> None:
    system = System(tmp_path, NEEDED + WINDOW)
    system.setup("--test")
    assert "--editable .[test]" in system.log
    (tmp_path / "log").unlink()
    for arguments in (("--test",), ()):
        assert system.setup(*arguments).returncode == 0
        assert "install" not in system.log
    (tmp_path / "resources/constraints.txt").write_text("click==1\n", "utf-8")
    system.setup()
    assert "install" in system.log


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    run = System(tmp_path, NEEDED + WINDOW, python="3.10").setup()
    assert run.returncode == 1
    assert f"{tmp_path}/bin/python3 is Python 3.10" in run.stderr
    assert "3.11 or newer" in run.stderr
    assert not (tmp_path / ".venv").exists()


def test_root_installs_what_is_missing(tmp_path: Path) -> None:
    system = System(tmp_path, [*NEEDED[1:], *WINDOW[1:]], venv=False, root=True)
    assert system.setup().returncode == 0
    assert "apt-get install -q -y --no-install-recommends python3-venv libgl1 libxkbcommon-x11-0" in system.log


def test_without_rights_the_one_command_is_named(tmp_path: Path) -> None:
    system = System(tmp_path, WINDOW)
    run = system.setup()
    assert run.returncode == 1
    assert "sudo apt-get install libgl1 libegl1 libfontconfig1 libdbus-1-3 libglib2.0-0 libxkbcommon0" in run.stderr
    assert not (tmp_path / ".venv").exists()


def test_libraries_for_a_window_alone_stop_nobody(tmp_path: Path) -> None:
    run = System(tmp_path, NEEDED).setup()
    assert run.returncode == 0, run.stderr
    assert "sudo apt-get install libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0" in run.stdout


def test_another_option_is_wrong_usage(tmp_path: Path) -> None:
    assert System(tmp_path, NEEDED).setup("--all").returncode == 2
