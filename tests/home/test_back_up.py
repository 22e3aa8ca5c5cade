"""The page about back-ups does what it says: nobody who was erased comes back, and no key is kept for long."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import time
from pathlib import Path

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs" / "how-to" / "back-up.md").read_text(encoding="utf-8")
SAVE, BRING_BACK = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def run(home: Path, script: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_"))}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**kept, "HOME": str(home), "PATH": path}
    return subprocess.run(
        ["bash", "-euc", script], cwd=home, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_whoever_was_erased_stays_erased_when_the_back_up_is_brought_back(tmp_path: Path) -> None:
    for script in ("oo link --new Lena", "oo link --new Milo", SAVE):
        assert run(tmp_path, script).returncode == 0
    [saved] = (tmp_path / "oo-backups").iterdir()
    with tarfile.open(saved) as tar:
        assert {"oo/oo.db"} == {name for name in tar.getnames() if not name.startswith("oo/.")} - {"oo", "oo/oo.lock"}
    [copy] = (tmp_path / "oo-keys").iterdir()

    assert run(tmp_path, "oo erase Milo --yes").returncode == 0
    assert run(tmp_path, BRING_BACK).returncode == 0
    assert (tmp_path / ".local/share/oo/keys.db").read_bytes() == copy.read_bytes()
    assert run(tmp_path, "oo export Lena").returncode == 0
    gone = run(tmp_path, "oo export Milo")
    assert (gone.returncode, "nobody called 'Milo'" in gone.stderr) == (2, True)
    assert (tmp_path / ".local/share/oo/keys.db").read_bytes() != copy.read_bytes()

    month = time.time() - 31 * 24 * 3600
    os.utime(copy.rename(copy.with_name("keys-2026-01-01.db")), (month, month))
    assert run(tmp_path, SAVE).returncode == 0
    kept = {path.name for path in (tmp_path / "oo-keys").iterdir()}
    assert kept == {copy.name, "tombstones.jsonl"}
