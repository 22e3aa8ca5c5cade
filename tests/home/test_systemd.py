"""The units for a start at boot: systemd understands them, they are shut tight, and the pages say what is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
UNITS = HOUSE / "infra" / "systemd"
PAGE = (HOUSE / "docs" / "how-to" / "start-at-boot.md").read_text(encoding="utf-8")
EXPOSED = {"oo.service": 1.5, "user/oo.service": 4.5}
"""The most that `systemd-analyze security` may say, from 0 (shut) to 10 (open)."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")


def service(name: str) -> dict[str, str]:
    """The settings of a unit's service; of those that stand twice, the last."""
    unit = RawConfigParser(strict=False, comment_prefixes=("#",), delimiters=("=",))
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    unit.read(UNITS / name)
    return dict(unit["Service"])


def placed(name: str, folder: Path) -> Path:
    """The unit as somebody would install it whose checkout is a folder with an `oo` in it."""
    checkout = folder / "oO"
    for program in (".venv/bin/oo", ".ci/environment"):
        path = checkout / program
        path.parent.mkdir(parents=True)
        path.touch(mode=0o755)
    unit = folder / "oo.service"
    unit.write_text(re.sub(r"/opt/oO|%h/oO", str(checkout), (UNITS / name).read_text(encoding="utf-8")))
    return unit


def analyze(*given: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    command = ["systemd-analyze", *map(str, given)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)


@needs_systemd
@pytest.mark.parametrize("name", EXPOSED)
def test_systemd_finds_nothing_wrong_with_a_unit(name: str, tmp_path: Path) -> None:
    manager = ["--user"] if name.startswith("user/") else []
    said = analyze(*manager, "verify", placed(name, tmp_path), folder=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", EXPOSED)
def test_a_unit_is_shut_tight(name: str, tmp_path: Path) -> None:
    limit = f"--threshold={int(EXPOSED[name] * 10)}"
    said = analyze("security", "--offline=true", limit, "--no-pager", placed(name, tmp_path), folder=tmp_path)
    assert said.returncode == 0, said.stdout[-300:] + said.stderr


@pytest.mark.parametrize("name", EXPOSED)
def test_a_unit_keeps_files_private_and_links_out_of_the_journal(name: str) -> None:
    settings = service(name)
    assert settings["UMask"] == "0077"
    assert settings["NoNewPrivileges"] == "yes"
    assert settings["StandardOutput"] == "null"
    assert settings["Restart"] == "on-failure"
    assert settings["KillSignal"] == "SIGTERM"


def test_the_household_s_unit_writes_to_its_own_folder_alone() -> None:
    settings = service("oo.service")
    assert settings["ProtectSystem"] == "strict"
    assert settings["ProtectHome"] == settings["PrivateTmp"] == "yes"
    assert settings["StateDirectory"].split()[0] == "oo"
    assert "OO_DATA=%S/oo " in settings["Environment"]
    assert not {"ReadWritePaths", "BindPaths"} & set(settings)


def test_a_checkout_elsewhere_has_its_own_paths_in_the_unit(tmp_path: Path) -> None:
    (tmp_path / ".config/systemd/user").mkdir(parents=True)
    checkout = tmp_path / "src"
    shutil.copytree(UNITS, checkout / "infra" / "systemd")
    [command] = re.findall(r"`(sed [^`]+)`", PAGE)
    subprocess.run(["bash", "-euc", command], cwd=checkout, env={**os.environ, "HOME": str(tmp_path)}, check=True)
    unit = (tmp_path / ".config/systemd/user/oo.service").read_text(encoding="utf-8")
    assert "%h" not in unit
    assert f"ExecStart={checkout}/.venv/bin/oo up" in unit.splitlines()


def test_the_page_names_units_programs_and_folders_that_are_there() -> None:
    for path in re.findall(r"(?:~/oO|/opt/oO)/([\w./-]+)", PAGE):
        assert (HOUSE / path).exists() or path == ".venv/bin/oo", path
    for path in re.findall(r"infra/systemd/[\w./]+\.service", PAGE):
        assert (HOUSE / path).is_file(), path
    assert Path(sys.executable).with_name("oo").exists()
