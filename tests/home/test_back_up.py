"""The page about back-ups does what it says: on a new machine all is there, but nobody who was erased."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs" / "how-to" / "back-up.md").read_text(encoding="utf-8")
SAVE, BRING_BACK = re.findall(r"^```sh disk\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.sqlite


def run(home: Path, script: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_"))}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**kept, "HOME": str(home), "PATH": path}
    return subprocess.run(
        ["bash", "-euc", script], cwd=home, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_lost_machine_is_brought_back_without_whoever_was_erased(tmp_path: Path) -> None:
    for script in ("oo link --new Lena", "oo link --new Milo", SAVE):
        done = run(tmp_path, script)
        assert done.returncode == 0, done.stderr
    [saved] = (tmp_path / "oo-backups").glob("*.backup")
    assert saved.stat().st_mode & 0o777 == 0o600
    assert run(tmp_path, "oo erase Milo --yes").returncode == 0

    shutil.rmtree(tmp_path / ".local/share/oo")
    done = run(tmp_path, BRING_BACK)
    assert done.returncode == 0, done.stderr
    assert "of 1 person.\nErased again, as they were before: 1 person.\n" in done.stdout
    assert run(tmp_path, "oo export Lena").returncode == 0
    gone = run(tmp_path, "oo export Milo")
    assert (gone.returncode, "nobody called 'Milo'" in gone.stderr) == (2, True)

    again = run(tmp_path, BRING_BACK)
    assert (again.returncode, "--replace" in again.stderr) == (2, True)
    damaged = tmp_path / "damaged.backup"
    damaged.write_bytes(saved.read_bytes()[:-100])
    done = run(tmp_path, f"oo restore --replace {damaged}")
    assert (done.returncode, "nothing was touched" in done.stderr) == (2, True)
    assert run(tmp_path, "oo export Lena").returncode == 0
