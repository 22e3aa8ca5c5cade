"""Readers under coverage-guided fuzzing, from their samples on; a short run, deterministic by its seed.

Longer: `python tests/fuzz/run.py markdown -max_total_time=3600`.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import oo.plugins.connectors
from oo.testing.recordings import recording_of

pytestmark = pytest.mark.slow
READERS = ("ics", "markdown", "org", "taskwarrior", "todoist_csv", "todotxt")
SERVERS = ("caldav", "calendar_feed", "google_calendar")
RUNS = 5_000


@pytest.mark.parametrize("reader", READERS)
def test_no_bytes_break_the_reader(reader: str, house: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: uv pip install -r requirements/fuzz.txt")
    fuzz(reader, house, tmp_path, Path(oo.plugins.connectors.__path__[0]) / reader / "tests" / "samples")


@pytest.mark.parametrize("connector", SERVERS)
def test_no_answer_breaks_the_connector(connector: str, house: Path, tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: uv pip install -r requirements/fuzz.txt")
    answers = tmp_path / "answers"
    answers.mkdir()
    for path in (Path(oo.plugins.connectors.__path__[0]) / connector / "tests" / "samples").glob("*.json"):
        for number, one in enumerate(recording_of(path.read_text(encoding="utf-8")).exchanges):
            (answers / f"{path.stem}-{number}").write_bytes(bytes([number]) + one.body.encode())
    fuzz(connector, house, tmp_path, answers)


def fuzz(reader: str, house: Path, tmp_path: Path, samples: Path) -> None:
    """A short run from these samples on."""
    options = [f"-runs={RUNS}", "-seed=26", "-max_len=2000", "-timeout=10", "-rss_limit_mb=1000"]
    command = [sys.executable, str(house / "tests" / "fuzz" / "run.py"), reader, *options, str(tmp_path), str(samples)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0, run.stdout[-4_000:]
