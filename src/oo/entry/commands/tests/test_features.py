"""`oo features` says in numbers what a house knows, and names nobody."""

from __future__ import annotations

import asyncio
import io
import stat
from pathlib import Path

import pytest

from oo.contracts.accounts import Accounts
from oo.contracts.consents import Consenting
from oo.contracts.ids import DecisionId
from oo.contracts.sources import Sources
from oo.contracts.tips import Reaction, Tips
from oo.entry.commands.features import report, table
from oo.entry.wiring import house
from oo.kernel.settings import Settings

pytest.importorskip("ibis", reason="requirements/batch.txt is not installed")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "oo", files=(tmp_path,), port=8042, public_url=None)


def test_a_table_and_a_report_hold_every_tip_that_was_shown(settings: Settings, tmp_path: Path) -> None:
    people = asyncio.run(lived(settings))
    out = io.StringIO()
    report(settings, out)
    assert "2 tips that were shown" in out.getvalue()
    assert "completion_rate" in out.getvalue()
    path = tmp_path / "training.parquet"
    table(settings, path, out)
    assert "2 rows in" in out.getvalue()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not [word for word in (*people, "Xylophone") if word.encode() in path.read_bytes()]
    rows = __import__("pyarrow.parquet").parquet.read_table(path).to_pylist()
    assert [row["verb"] for row in rows] == ["done", None]


def test_an_empty_house_has_an_empty_table(settings: Settings, tmp_path: Path) -> None:
    out = io.StringIO()
    report(settings, out)
    table(settings, tmp_path / "none.parquet", out)
    assert out.getvalue().startswith("0 tips that were shown")


async def lived(settings: Settings) -> list[str]:
    """Two tips are shown to somebody who lets oO learn, and one to somebody who does not; their ids."""
    async with house(settings) as home:
        tips, sources = home.promises[Tips], home.promises[Sources]
        people = []
        for name in ("Milo", "Lena"):
            token = await home.promises[Accounts].invite(name=name)
            session = await home.promises[Accounts].redeem(token=token, device="test")
            user = session.user
            people.append(user)
            await home.promises[Consenting].consent(user=user, key="mood_habits", granted=name == "Milo")
            await sources.write_mind(user=user, things=["Tune the Xylophone", "Write to Ada"])
            first = (await tips.recommend(user=user)).tip
            assert first is not None
            await tips.react(user=user, reaction=Reaction(f"{name}-1", DecisionId(first.id), "done"))
            await tips.recommend(user=user)
        await home.relay.settled(10.0)
    return [str(one) for one in people]
