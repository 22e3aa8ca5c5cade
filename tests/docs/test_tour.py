"""The tour is walked: its commands run one after the other, print what it says, and every file it names is there."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
TOUR = (HOUSE / "docs" / "tour.md").read_text(encoding="utf-8")
WALK = TOUR.split("## One tip through the house")[1]
BLOCK = re.compile(r"^```(sh background|sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 60


class Home:
    """An empty home folder in which commands run."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = str(probe.getsockname()[1])
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_"))}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._environment = {**kept, "HOME": str(folder), "PATH": path}
        self._folder = folder
        self._servers: list[subprocess.Popen[str]] = []

    def run(self, script: str) -> str:
        run = subprocess.run(
            ["bash", "-euc", script.replace("8100", self._port)],
            cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
        assert run.returncode == 0, f"{script}\n{run.stdout}\n{run.stderr}"
        return run.stdout

    def start(self, script: str) -> None:
        server = subprocess.Popen(
            ["bash", "-euc", f"exec {script.replace('8100', self._port)}"],
            cwd=self._folder, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._servers.append(server)
        assert server.stdout is not None
        assert any("/sign-in/" in line for line in server.stdout), script

    def stop(self) -> None:
        for server in self._servers:
            server.send_signal(signal.SIGTERM)
            server.wait(SECONDS)
            assert server.stdout is not None
            server.stdout.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    try:
        yield home
    finally:
        home.stop()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here: install it (apt install curl)")
def test_one_tip_goes_through_the_house_as_the_tour_says(home: Home) -> None:
    printed, compared = "", 0
    for kind, text in BLOCK.findall(WALK):
        if kind == "text":
            assert printed == text
            printed, compared = "", compared + 1
        elif kind == "sh":
            assert printed == "", "what a command prints is shown below it"
            printed = home.run(text)
        else:
            home.start(text)
    assert compared >= 5
    assert printed == ""


def test_every_step_names_a_room_and_its_file_and_each_is_there() -> None:
    for step in WALK.split("### ")[1:]:
        named = re.findall(r"`((?:src|contracts|infra)/[\w./-]+)`", step)
        assert named, step.splitlines()[0]
        assert [path for path in named if not (HOUSE / path).exists()] == []


def test_the_ten_seconds_come_first() -> None:
    assert re.findall(r"^## (.+)$", TOUR, re.MULTILINE)[0] == "Ten seconds"
