"""What may stand in a file of this repository, and how long it may be."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
CODE = {".py", ".js", ".css", ".html", ".proto", ".toml"}
EXEMPT = {"pyproject.toml"}  # it holds every tool's settings, and the import contracts
GENERATED = {"src/oo/contracts/events/types.py"}

# Spelled in pieces, so that this file doesn't break its own rule.
FORBIDDEN = {
    "an address of a package registry": re.compile(
        "|".join(
            [
                "pypi" + r"\.org/simple",
                "files" + r"\.pythonhosted",
                "registry" + r"\.npmjs",
                "--(extra-)?index" + "-url",
            ]
        )
    ),
    "a path of one machine": re.compile(r"(?<![\w.~/-])/(work|farm|root)" + r"/[\w.]"),
    "a key": re.compile("-----BEGIN " + "[A-Z ]*PRIVATE KEY"),
}


def tracked() -> Iterator[Path]:
    """Every file git knows; in a tree without git every file outside dot-folders."""
    run = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=False)
    names = [name for name in run.stdout.split("\0") if name]
    files = (
        [HOUSE / name for name in names]
        if run.returncode == 0
        else [path for path in HOUSE.rglob("*") if ".venv" not in path.parts]
    )
    yield from (path for path in files if path.is_file())


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names_what_belongs_to_one_machine(what: str) -> None:
    found = []
    for path in tracked():
        if path.suffix in {".png", ".mo", ".woff2", ".ico"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if FORBIDDEN[what].search(line):
                found.append(f"{path.relative_to(HOUSE)}:{number}: {line.strip()[:120]}")
    assert not found, f"{what} stands in:\n" + "\n".join(found)


def test_no_file_is_longer_than_its_reader_s_patience() -> None:
    too_long = []
    for path in tracked():
        name = path.relative_to(HOUSE).as_posix()
        if path.suffix not in CODE or name in EXEMPT | GENERATED:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        limit = 400 if "/tests/" in f"/{name}" else 300
        if lines > limit:
            too_long.append(f"{name}: {lines} lines, at most {limit}")
    assert not too_long, "split by capability:\n" + "\n".join(too_long)


def test_no_file_is_named_for_having_no_name() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
    assert [str(path) for path in tracked() if path.suffix == ".py" and path.stem in nameless] == []
