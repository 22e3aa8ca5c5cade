"""`make run` and `make test` on a machine that isn't ready say what is missing, and do nothing where all is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without an environment."""
    for name in (".ci", "requirements"):
        shutil.copytree(HOUSE / name, tmp_path / name)
    shutil.copy(HOUSE / "pyproject.toml", tmp_path)
    return tmp_path


def make(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Asks for the environment with a stand-in for python3."""
    stand_in = checkout / "python3"
    stand_in.write_text(f"#!/bin/bash\n{python}\n")
    stand_in.chmod(0o755)
    command = [str(checkout / ".ci" / "environment"), "core"]
    environment = {**os.environ, "PYTHON": str(stand_in)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_python_that_is_too_old_gets_one_sentence(checkout: Path) -> None:
    run = make(checkout, 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi')
    assert run.returncode == 1
    assert "oO needs Python 3.11 or newer" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_a_python_without_venv_gets_the_one_apt_line(checkout: Path) -> None:
    run = make(checkout, f'case "$2" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"')
    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        "Python's venv is missing here. Install it, then run this again: apt install python3-venv"
    ]
    assert not (checkout / ".venv").exists()


def test_an_environment_that_is_up_to_date_is_left_alone(checkout: Path) -> None:
    run = subprocess.run([HOUSE / ".ci" / "environment", "dev"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
