"""`oo keys rotate`: everything stays readable, and no old key opens what is there."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from oo.entry.commands.deed import export, link
from oo.entry.commands.keys import rotate
from oo.kernel.keys import Keys, KeyUnsafe
from oo.kernel.settings import Settings


def test_after_a_rotation_everything_is_readable_and_the_old_key_opens_nothing(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "oo", files=(tmp_path,))
    out = io.StringIO()
    link(settings, "Milo", out)
    old = (settings.data / "instance.key").read_bytes()
    rotate(settings, out)
    assert "wraps the keys of one person" in out.getvalue()
    path = tmp_path / "milo.json"
    export(settings, "Milo", path, out)
    assert json.loads(path.read_text())["rooms"]["auth"]["people"][0]["name"] == "Milo"
    (settings.data / "instance.key").write_bytes(old)
    with pytest.raises(KeyUnsafe):
        Keys(settings.data)
