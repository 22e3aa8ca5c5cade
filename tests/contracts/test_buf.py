"""What would break a reader of events is found before it is released; runs where `make check` has brought buf."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CONTRACTS = Path(__file__).parents[2] / "contracts"
BUF = CONTRACTS / "node_modules" / ".bin" / "buf"
SIGNALS = Path("events/oo/events/v1/signals.proto")

pytestmark = pytest.mark.skipif(not BUF.exists() or shutil.which("node") is None, reason="buf is not here: make check")


def compared(folder: Path, was: str, becomes: str) -> subprocess.CompletedProcess[str]:
    """What buf says when a line of the signals is another one."""
    shutil.copytree(CONTRACTS / "events", folder / "events")
    shutil.copy(CONTRACTS / "buf.yaml", folder)
    changed = (folder / SIGNALS).read_text().replace(was, becomes, 1)
    assert changed != (CONTRACTS / SIGNALS).read_text() or was == becomes
    (folder / SIGNALS).write_text(changed)
    released = CONTRACTS / "released" / "events.binpb"
    command = [str(BUF), "breaking", ".", "--against", str(released)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("  string ref = 1;\n  string version = 2;", "  string version = 2;", "deleted"),
        ("  int32 priority = 4;", "  string priority = 4;", "type"),
        ("  int32 priority = 4;", "  int32 priority = 9;", "deleted"),
        ("  int32 priority = 4;", "  int32 urgency = 4;", "name"),
        ("message TaskAdded", "message TaskFound", "deleted"),
    ],
)
def test_a_change_that_breaks_readers_fails(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    found = compared(tmp_path, was, becomes)
    assert (found.returncode, said in found.stdout) == (100, True), found.stdout + found.stderr


def test_a_new_field_and_a_new_message_break_nobody(tmp_path: Path) -> None:
    found = compared(tmp_path, "  int32 priority = 4;", "  int32 priority = 4;\n  string size = 40;")
    assert found.returncode == 0, found.stdout + found.stderr
