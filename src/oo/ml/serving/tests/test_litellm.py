"""The real gateway with models that say what is written in its configuration, in an environment of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml  # type: ignore[import-untyped]

from oo.ml.serving.llm import EMBEDDER, TIP_GENERATOR, Gateway, Message, ModelFailed
from oo.ml.serving.tests.briefs import TITLES, brief
from oo.ml.serving.writer import Writer
from oo.testing.llm.answers import candidates

pytestmark = [pytest.mark.anyio, pytest.mark.services]
KEY = "sk-sesame"
TURN = [Message("user", "Say something.")]
SAYS: dict[str, Any] = {
    TIP_GENERATOR: {"mock_response": candidates("Put the phone beside you: {e1.title}")},
    "liar": {"mock_response": candidates("Call Bob at 7: {e1.title}")},
    "chatty": {"mock_response": "Sure, here you go!"},
    "busy": {"mock_response": "litellm.RateLimitError"},
    "broken": {"mock_response": "litellm.InternalServerError"},
    "slow": {"mock_timeout": True, "timeout": 1},
}


def installed(house: Path) -> Path:
    """The gateway's program: OO_TEST_LITELLM, or .venv-gateway's, which is made where it can be."""
    if named := os.environ.get("OO_TEST_LITELLM"):
        return Path(named)
    made = subprocess.run(
        [house / "infra/litellm/run", "--install"], capture_output=True, text=True, timeout=1200, check=False
    )
    if made.returncode:
        pytest.skip(f"the gateway can't be installed here: {made.stderr.strip().splitlines()[-1][:200]}")
    return house / ".venv-gateway" / "bin" / "litellm"


@pytest.fixture(scope="module")
def gateway(house: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running gateway."""
    program, folder = installed(house), tmp_path_factory.mktemp("gateway")
    listed = [
        {"model_name": name, "litellm_params": {"model": "openai/mock", "api_key": "none", "max_retries": 0, **says}}
        for name, says in SAYS.items()
    ]
    vector = {"model": "openai/mock", "api_key": "none", "mock_response": [0.1, 0.2, 0.3]}
    listed.append({"model_name": EMBEDDER, "litellm_params": vector, "model_info": {"mode": "embedding"}})
    config = yaml.safe_load((house / "infra/litellm/local.yaml").read_text(encoding="utf-8"))
    (folder / "config.yaml").write_text(json.dumps({**config, "model_list": listed}))
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = [str(program), "--config", str(folder / "config.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _ready(f"http://127.0.0.1:{port}", process, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 240
    with httpx2.Client(trust_env=False) as client:
        while time.monotonic() < until:
            assert process.poll() is None, log.read_text()[-2000:]
            try:
                if client.get(f"{url}/health/liveliness", timeout=5).status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.5)
    raise AssertionError(log.read_text()[-2000:])


async def test_the_real_gateway_s_words_become_candidates(gateway: str) -> None:
    found = await Writer(Gateway(gateway, KEY), time.monotonic).generate(brief(), 60)
    assert [one.content for one in found.candidates] == [f"Put the phone beside you: {TITLES[0]}"]
    assert found.is_written and found.candidates[0].model


@pytest.mark.parametrize(("alias", "why"), [("liar", "refused"), ("chatty", "refused"), ("busy", "busy")])
async def test_what_goes_wrong_behind_it_ends_with_the_composer(gateway: str, alias: str, why: str) -> None:
    found = await Writer(Gateway(gateway, KEY), time.monotonic, alias=alias).generate(brief(), 60)
    assert (found.why, [one.source for one in found.candidates]) == (why, ["composer", "composer"])


@pytest.mark.parametrize(
    ("alias", "reason"), [("busy", "busy"), ("broken", "failed"), ("slow", "timeout"), ("nobody", "alias")]
)
async def test_its_errors_are_the_words_that_the_stand_in_s_are(gateway: str, alias: str, reason: str) -> None:
    with pytest.raises(ModelFailed) as failed:
        await Gateway(gateway, KEY).chat(alias, TURN, seconds=60)
    assert failed.value.reason == reason


async def test_a_wrong_key_is_refused(gateway: str) -> None:
    with pytest.raises(ModelFailed):
        await Gateway(gateway, "sk-wrong").chat(TIP_GENERATOR, TURN, seconds=60)


async def test_it_names_its_aliases_and_embeds(gateway: str) -> None:
    asked = Gateway(gateway, KEY)
    assert {*SAYS, EMBEDDER} == set(await asked.aliases(seconds=60))
    assert await asked.embed(EMBEDDER, ["one"], seconds=60) == [(0.1, 0.2, 0.3)]
    with pytest.raises(ModelFailed) as failed:  # a mock gives one vector, whatever it is asked for
        await asked.embed(EMBEDDER, ["one", "two"], seconds=60)
    assert failed.value.reason == "garbled"
