"""The commands of the pages run: each how-to is one script in a home of its own, servers in the background."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh( background)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOW_TO = sorted((HOUSE / "docs" / "how-to").glob("*.md"))
README = (HOUSE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_the_commands_of_a_how_to_run(page: Path, tmp_path: Path) -> None:
    port = free_port()
    servers = []
    try:
        for background, script in BLOCK.findall(page.read_text(encoding="utf-8")):
            script = script.replace("8100", str(port))
            if background:
                servers.append(start(script, tmp_path))
            else:
                run = subprocess.run(["bash", "-euc", script], cwd=tmp_path, env=environment(tmp_path), **CAPTURED)  # type: ignore[call-overload]
                assert run.returncode == 0, f"{script}\n{run.stdout}\n{run.stderr}"
    finally:
        for server in servers:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(20)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", README, re.MULTILINE))))
def test_a_make_target_of_the_readme_is_there(target: tuple[str, str]) -> None:
    run = subprocess.run(["make", "-n", "".join(target)], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_readme_s_tip_is_printed_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "todo.txt").write_text("(A) Call the plumber\n")
    command = next(script for _, script in BLOCK.findall(README) if script.startswith("oo tip"))
    run = subprocess.run(["bash", "-euc", command], cwd=tmp_path, env=environment(tmp_path), **CAPTURED)  # type: ignore[call-overload]
    assert run.returncode == 0
    assert "Call the plumber" in run.stdout


CAPTURED = {"capture_output": True, "text": True, "check": False, "timeout": 60}


def environment(home: Path) -> dict[str, str]:
    """A home of its own, with `oo` on the path and no setting from outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_"))}
    return {**kept, "HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def start(script: str, home: Path) -> subprocess.Popen[str]:
    """Starts a server in a process group of its own and waits until it has printed its link."""
    log = home / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            ["bash", "-euc", script],
            cwd=home,
            env=environment(home),
            stdout=out,
            stderr=out,
            text=True,
            start_new_session=True,
        )
    for _ in range(300):
        if "/sign-in/" in log.read_text():
            return server
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    os.killpg(server.pid, signal.SIGTERM)
    raise AssertionError(f"no link after 30 s:\n{log.read_text()}")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
