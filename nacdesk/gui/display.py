"""Is there a display? Qt aborts the whole process where there is none, so it is asked first. No Qt here."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from nacdesk.errors import UserError

_ASK = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
_NONE = ("No display answers here, so the window cannot open.", "The commands work without one: see nacdesk --help.")


def needed() -> None:
    """Refuse, in words, to open a window where nothing would show it.

    Raises:
        UserError: no display is named, or the one that is named does not answer.
    """
    if not reachable():
        raise UserError(*_NONE)


def reachable() -> bool:
    """A display is named and its socket answers. Cheap: asked at every start."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland and _answers(str(Path(os.environ.get("XDG_RUNTIME_DIR", "")) / wayland)):
        return True
    if not x11:
        return False
    host, _, number = x11.rpartition(":")
    if host not in ("", "unix"):
        return True  # another machine's: only Qt can tell
    path = f"/tmp/.X11-unix/X{number.split('.')[0]}"
    return _answers("\0" + path) or _answers(path)


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
        end.settimeout(2)
        try:
            end.connect(path)
        except OSError:
            return False
    return True


def answers() -> bool:
    """A window would open: asked of Qt itself, in a child that may abort."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal") or not reachable():
        return False
    return subprocess.run([sys.executable, "-c", _ASK], capture_output=True, timeout=60, check=False).returncode == 0
