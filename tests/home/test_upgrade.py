"""The page about upgrades says what `oo.entry.migrate` does: the back-up's name, the refusal, the way back."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from oo.entry.migrate import HISTORY, UpgradeRefused, current, head, migrate

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs" / "how-to" / "upgrade.md").read_text(encoding="utf-8")


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The history as a version of oO had it that did not know the newest revision."""
    history = tmp_path / "migrations"
    shutil.copytree(HISTORY, history, ignore=shutil.ignore_patterns("__pycache__"))
    (history / "versions" / f"{head()}.py").unlink()
    return history


def test_an_upgrade_can_be_taken_back_as_the_page_says(before: Path, tmp_path: Path) -> None:
    data = tmp_path / "oo"
    data.mkdir()
    assert migrate(data / "oo.db", before) is None
    revision = current(data / "oo.db")
    assert revision == head(before)

    named = re.findall(r"`(backups/oo-<revision>\.db)`", PAGE)[0].replace("<revision>", revision or "")
    assert migrate(data / "oo.db") == data / named
    assert current(data / "oo.db") == head()
    with pytest.raises(UpgradeRefused, match="newer oO"):
        migrate(data / "oo.db", before)
    assert migrate(data / "oo.db") is None

    [commands] = re.findall(r"^```text\n(cp .*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    subprocess.run(["bash", "-euc", commands.replace("<revision>", revision or "")], cwd=data, check=True)
    assert current(data / "oo.db") == revision
    assert migrate(data / "oo.db", before) is None


def test_every_way_to_run_it_has_its_way_to_upgrade() -> None:
    for way in ("make run", "systemctl --user restart oo", "systemctl restart oo", "docker compose --profile core up"):
        assert way in PAGE
    for page in ("start-at-boot.md", "containers.md"):
        assert "git pull" in (HOUSE / "docs" / "how-to" / page).read_text(encoding="utf-8")
