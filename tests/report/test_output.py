"""A document gets its name whole or not at all, and never another case's name."""

import os
import pickle
import re
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nacdesk.domain.judgements import Review
from nacdesk.errors import UserError
from nacdesk.report import handout, output
from nacdesk.report.pages import Printed
from tests.report.conftest import PRINTED_AT

KEY = "D-100482"


@pytest.fixture(scope="module")
def printed(drawn_case: Review) -> Printed:
    return handout.build(drawn_case, printed_at=PRINTED_AT)


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix != ".pdf"]


def test_a_handout_is_written_for_this_user_alone(tmp_path: Path, printed: Printed) -> None:
    path = tmp_path / "case.pdf"
    output.keep(printed, path, KEY)
    assert path.read_bytes() == printed.data
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert leftovers(tmp_path) == []


def test_an_older_handout_of_the_same_case_gives_way(tmp_path: Path, drawn_case: Review, printed: Printed) -> None:
    path = tmp_path / "case.pdf"
    older = handout.build(drawn_case, printed_at=PRINTED_AT.replace(year=2025))
    output.keep(older, path, KEY)
    output.keep(printed, path, KEY)
    assert path.read_bytes() == printed.data != older.data


@pytest.mark.parametrize("content", [b"", b"notes", b"%PDF-1.4 of somebody else"])
def test_H22_no_other_file_is_overwritten(tmp_path: Path, printed: Printed, content: bytes) -> None:
    path = tmp_path / "case.pdf"
    path.write_bytes(content)
    with pytest.raises(UserError, match="not a handout of this case"):
        output.keep(printed, path, KEY)
    assert path.read_bytes() == content
    assert leftovers(tmp_path) == []


def test_H22_no_other_cases_handout_is_overwritten(tmp_path: Path, printed: Printed) -> None:
    path = tmp_path / "case.pdf"
    output.keep(printed, path, KEY)
    for other in ("D-100483", "", KEY.lower()):
        with pytest.raises(UserError, match="left as it is"):
            output.keep(printed, path, other)
    assert path.read_bytes() == printed.data


def test_a_folder_or_a_link_is_not_replaced(tmp_path: Path, printed: Printed) -> None:
    (tmp_path / "folder.pdf").mkdir()
    kept = tmp_path / "kept.pdf"
    output.keep(printed, kept, KEY)
    (tmp_path / "link.pdf").symlink_to(kept)
    for name in ("folder.pdf", "link.pdf"):
        with pytest.raises(UserError, match="not an ordinary file"):
            output.keep(printed, tmp_path / name, KEY)
    with pytest.raises(UserError, match="could not be written"):
        output.keep(printed, tmp_path / "missing" / "case.pdf", KEY)
    assert leftovers(tmp_path) == []


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "half of it": lambda data: data[: len(data) // 2],
    "its beginning": lambda data: data[:100],
    "without its end": lambda data: data.replace(b"%%EOF", b""),
    "without its beginning": lambda data: data[1:],
    "a table elsewhere": lambda data: data.replace(b"startxref\n", b"startxref\n1"),
    "a page less": lambda data: re.sub(rb"/Kids \[ (\d+ 0 R) \d+ 0 R \]", rb"/Kids [ \1 ]", data),
    "a page twice": lambda data: re.sub(rb"/Kids \[ (\d+ 0 R) \d+ 0 R \]", rb"/Kids [ \1 \1 ]", data),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_H22_a_damaged_file_never_gets_its_name(printed: Printed, kind: str) -> None:
    output.check(printed.data, printed.proofs)
    damaged = DAMAGE[kind](printed.data)
    assert damaged != printed.data
    with pytest.raises(OSError, match="read back"):
        output.check(damaged, printed.proofs)


def test_H22_a_page_with_another_identity_is_noticed(printed: Printed) -> None:
    first, second = printed.proofs
    with pytest.raises(OSError, match="read back"):
        output.check(printed.data, (first, (*second[1:], "/F1+0 6.4 Tf <00> Tj")))
    with pytest.raises(OSError, match="read back"):
        output.check(printed.data, (second, first))


def test_H22_every_single_lost_byte_of_a_page_is_noticed(printed: Printed) -> None:
    start = printed.data.index(b"/Contents")
    number = re.match(rb"/Contents (\d+)", printed.data[start:])
    assert number is not None
    place = printed.data.index(b"stream\n", printed.data.index(b"\n" + number[1] + b" 0 obj\n")) + 7
    for offset in range(20, 1500, 37):
        damaged = bytearray(printed.data)
        damaged[place + offset] ^= 0x10
        with pytest.raises(OSError, match="read back"):
            output.check(bytes(damaged), printed.proofs)


CHILD = """
import os, pickle, resource, signal, sys
from pathlib import Path
from nacdesk.errors import UserError
from nacdesk.report import output
mode, folder, owner = sys.argv[1:]
printed = pickle.loads(sys.stdin.buffer.read())
path = Path(folder, "case.pdf")
if mode == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for limit in (0, 1000, len(printed.data) - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            output.keep(printed, path, owner)
        except UserError as error:
            print(error.sentence)
    sys.exit()
before = path.read_bytes() if path.exists() else None
for point in range(100):
    child = os.fork()
    if not child:
        left = point
        def step():
            global left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
        synced = os.fsync
        def fsync(handle):
            step(); synced(handle); step()
        os.fsync = fsync
        sys.addaudithook(lambda event, args: step() if event in ("open", "os.rename", "os.remove", "os.listdir", "os.scandir") else None)
        output.keep(printed, path, owner)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    now = path.read_bytes() if path.exists() else None
    assert now in (before, printed.data), point
    if status == 0:
        print(point)
        break
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a Linux")
@pytest.mark.parametrize("older", [False, True])
def test_H23_a_kill_at_any_file_operation_leaves_no_part_under_the_name(tmp_path: Path, drawn_case: Review, printed: Printed, older: bool) -> None:
    if older:
        output.keep(handout.build(drawn_case, printed_at=PRINTED_AT.replace(year=2025)), tmp_path / "case.pdf", KEY)
    points = child("kill", tmp_path, printed)
    assert int(points) >= 8, "the walk did not reach the operations of an export"
    assert (tmp_path / "case.pdf").read_bytes() == printed.data

    parts = leftovers(tmp_path)
    assert parts, "a killed export leaves its part beside the name"
    for part in parts:
        os.utime(tmp_path / part, (time.time() - 3600, time.time() - 3600))
    output.keep(printed, tmp_path / "case.pdf", KEY)
    assert leftovers(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs a Linux")
def test_H23_a_full_disk_leaves_the_older_handout(tmp_path: Path, drawn_case: Review, printed: Printed) -> None:
    older = handout.build(drawn_case, printed_at=PRINTED_AT.replace(year=2025))
    output.keep(older, tmp_path / "case.pdf", KEY)
    said = child("full", tmp_path, printed).splitlines()
    assert len(said) == 3
    assert all("could not be written" in line and "nothing was changed" in line for line in said)
    assert (tmp_path / "case.pdf").read_bytes() == older.data
    assert leftovers(tmp_path) == []


def child(mode: str, folder: Path, printed: Printed) -> str:
    done = subprocess.run([sys.executable, "-c", CHILD, mode, str(folder), KEY], input=pickle.dumps(printed), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()
