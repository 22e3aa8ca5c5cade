"""The figures asked of large sources: a vault of 5,000 notes, one of 10,000, files of 100 MB."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("bench", ["readers --figures", "vaults"])
def test_large_vaults_and_files_keep_the_figures_asked_of_them(house: Path, bench: str) -> None:
    module, *given = bench.split()
    run = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *given],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in run.stdout.splitlines() if "MISSED" in line] == []
    assert run.returncode == 0, run.stderr
