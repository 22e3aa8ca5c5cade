"""`oo simulate`, `oo policies`, `oo decisions verify` and `oo helps`, with no oO running and with one."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from oo.contracts.accounts import Accounts
from oo.contracts.errors import Invalid, Unusable
from oo.contracts.experiments import Experiments, Run
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.entry import learning
from oo.entry.commands import learning as commands
from oo.entry.commands.simulate import Asked, run
from oo.entry.control import listening
from oo.entry.deeds import Deeds
from oo.entry.wiring import house
from oo.kernel.settings import Settings
from oo.testing.llm.answers import Answer
from oo.testing.llm.aside import aside

pytestmark = pytest.mark.sqlite
SMALL = Asked(("house", "newest"), personas=3, days=14, seed=2, judge="rule", floor=0.02)


@contextlib.contextmanager
def bar(length: int) -> Iterator[SimpleNamespace]:
    """A progress bar that counts."""
    done: list[int] = []
    yield SimpleNamespace(update=done.append)
    assert sum(done) == length


def simulated(settings: Settings | None, page: Path | None = None, asked: Asked = SMALL) -> str:
    out = io.StringIO()
    run(asked, settings=settings, page=page, bar=bar, out=out)
    return out.getvalue()


async def kept(settings: Settings) -> list[Run]:
    async with house(settings, background=False) as home:
        return await home.promises[Experiments].runs()


def test_a_simulation_prints_its_figures_draws_them_and_is_kept(tmp_path: Path) -> None:
    settings, page = Settings(data=tmp_path / "oo"), tmp_path / "report.html"
    said = simulated(settings, page)
    assert re.search(r"regret +0\.\d{3} ± 0\.\d{3} +0\.\d{3} ± 0\.\d{3}\n", said)
    assert simulated(None) == said.replace(f"Report: {page}\n", "")
    text = page.read_text()
    assert text.count("<svg") == 4 and "linear" not in text
    assert "<script" not in text and "url(http" not in text and "<link" not in text
    [found] = asyncio.run(kept(settings))
    assert (found.seed, found.settings["personas"]) == (2, 3)
    assert found.summary["house"]["regret"]["value"] == pytest.approx(float(said.split()[3]), abs=0.001)


def test_what_cannot_be_simulated_is_said(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="There is no policy 'nobody'; there are: "):
        simulated(None, asked=Asked(("nobody",), 1, 1, 1, "rule", 0.0))
    with pytest.raises(Unusable, match="no gateway"):
        simulated(None, asked=Asked(("house",), 1, 1, 1, "llm", 0.0))


@pytest.mark.parametrize(("answer", "said"), [('{"score": 7, "reason": ""}', "0.700 ±"), ("no", "no verdict")])
def test_a_model_judges_a_simulation_through_the_gateway(answer: str, said: str) -> None:
    small, out = Asked(("house",), 1, 2, 1, "llm", 0.0), io.StringIO()
    still = contextlib.nullcontext(SimpleNamespace(update=lambda steps: None))
    with aside(lambda _: Answer(answer)) as gateway:
        models = Settings(llm_url=gateway.url)
        if answer == "no":
            with pytest.raises(Unusable, match=said):
                run(
                    small,
                    settings=None,
                    page=None,
                    bar=lambda _: still,
                    out=out,
                    models=models,
                )
        else:
            run(small, settings=None, page=None, bar=bar, out=out, models=models)
            assert said in next(line for line in out.getvalue().splitlines() if line.startswith("judged"))
    assert {asked.alias for asked in gateway.asked} == {"judge"}


def test_what_stands_by_is_listed_and_nothing_moves_without_evidence(tmp_path: Path) -> None:
    settings, out = Settings(data=tmp_path / "oo"), io.StringIO()
    commands.policies(settings, out)
    lines = out.getvalue().splitlines()
    assert lines[0].split() == ["house", "champion", "100%"]
    assert all("not enough data yet, 0 of 2000 decisions" in line for line in lines[1:])
    with pytest.raises(Exception, match="no owner here yet"):
        commands.promote(settings, "newest", out)


@pytest.mark.anyio
async def test_a_running_oo_answers_and_verifies_its_log(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "oo")
    async with house(settings) as home, listening(settings.data, Deeds(home, "http://here").do):
        await home.promises[Accounts].owner_link()
        user = (await home.promises[Accounts].people())[0].id
        await home.promises[Sources].write_mind(user=user, things=["Tune the cello", "Call Ada"])
        assert (await home.promises[Tips].recommend(user=user)).tip is not None
        out = io.StringIO()
        assert await asyncio.to_thread(commands.verify, settings, out) == 0
        await asyncio.to_thread(commands.helps, settings, None, out)
        assert out.getvalue() == (
            "1 decisions come out as they were, 0 differently.\n"
            "0 moments left to chance, 0 of them with an interruption.\n"
            "Not enough data yet: 0 of 60 moments on 0 of 20 days.\n"
        )
        with pytest.raises(Exception, match="not enough data yet"):
            await asyncio.to_thread(commands.promote, settings, "newest", out)
        await asyncio.to_thread(simulated, settings)
        assert len(await home.promises[Experiments].runs()) == 1
        assert await learning.audit(home.promises, {}) == []
