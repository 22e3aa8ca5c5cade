"""The gateway client against a real server that goes wrong in every way there is."""

from __future__ import annotations

import asyncio

import pytest

from oo.ml.serving.llm import EMBEDDER, TIP_GENERATOR, Gateway, Message, ModelFailed
from oo.testing.llm.answers import FAULTS, Answer, Asked, good, slow
from oo.testing.llm.server import MODEL, SIZE, StandIn, stand_in

pytestmark = pytest.mark.anyio
TURN = [Message("user", "Say something.")]
REASONS = {
    "cut": "cut",
    "a megabyte": "too long",
    "hangs": "timeout",
    "429": "busy",
    "500": "failed",
    "503": "busy",
    "408": "timeout",
    "400 for a wrong key": "failed",
    "an HTML page": "garbled",
    "drops the line": "unreachable",
    "says nothing": "refused",
    "a redirect": "failed",
}


def plain(asked: Asked) -> Answer:
    return Answer("Good morning")


async def test_a_model_is_asked_by_alias_with_the_key_and_the_form_and_names_itself() -> None:
    form = {"type": "object"}
    async with stand_in(plain) as there:
        said = await Gateway(there.url, "sesame").chat(
            TIP_GENERATOR, TURN, seconds=30, schema=form, name="tips", seed=7
        )
    asked = there.asked[0]
    assert (said.text, said.model, said.output_tokens) == ("Good morning", MODEL, 2)
    assert (asked.path, asked.alias, asked.body["seed"]) == ("/v1/chat/completions", "tip-generator", 7)
    assert asked.headers["authorization"] == "Bearer sesame" and asked.headers["traceparent"].startswith("00-")
    assert asked.body["response_format"]["json_schema"] == {"name": "tips", "strict": True, "schema": form}
    assert said.sent == int(asked.headers["content-length"])


@pytest.mark.parametrize("path", ["", "/v1"])
async def test_the_address_may_end_in_v1_or_not(path: str) -> None:
    async with stand_in() as there:
        assert await Gateway(there.url + path).aliases() == ["embedder", "judge", "tip-generator"]


@pytest.mark.parametrize(("fault", "reason"), REASONS.items())
async def test_every_fault_is_one_word(fault: str, reason: str) -> None:
    async with stand_in(FAULTS[fault]) as there:
        with pytest.raises(ModelFailed) as failed:
            await Gateway(there.url).chat(TIP_GENERATOR, TURN, seconds=1.5 if fault == "hangs" else 30)
    assert failed.value.reason == reason and failed.value.sent > 0


async def test_nobody_there_is_a_word_too() -> None:
    async with stand_in() as there:
        url = there.url
    with pytest.raises(ModelFailed) as failed:
        await Gateway(url).chat(TIP_GENERATOR, TURN, seconds=30)
    assert failed.value.reason == "unreachable"


async def test_a_redirect_takes_no_prompt_elsewhere() -> None:
    async with stand_in(plain) as elsewhere:
        there = Answer(status=307, headers={"location": f"{elsewhere.url}/v1/chat/completions"})
        async with stand_in(lambda asked: there) as first:
            with pytest.raises(ModelFailed):
                await Gateway(first.url).chat(TIP_GENERATOR, TURN, seconds=30)
    assert elsewhere.asked == []


async def together(there: StandIn, parallel: int) -> None:
    gateway = Gateway(there.url, parallel=parallel)
    await asyncio.gather(*(gateway.chat(TIP_GENERATOR, TURN, seconds=60) for _ in range(6)))


@pytest.mark.parametrize("parallel", [1, 3])
async def test_no_more_are_asked_at_once_than_the_operator_allows(parallel: int) -> None:
    async with stand_in(slow(0.05, plain)) as there:
        await together(there, parallel)
    assert 1 <= there.most_at_once <= parallel and len(there.asked) == 6


async def test_time_is_up_while_waiting_for_a_turn_too_and_nothing_was_sent() -> None:
    async with stand_in(slow(3600, plain)) as there:
        gateway = Gateway(there.url)
        first = asyncio.create_task(gateway.chat(TIP_GENERATOR, TURN, seconds=60))
        await there.came.wait()
        with pytest.raises(ModelFailed) as failed:
            await gateway.chat(TIP_GENERATOR, TURN, seconds=0.2)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert (failed.value.reason, failed.value.sent, len(there.asked)) == ("timeout", 0, 1)


async def test_texts_get_a_vector_each() -> None:
    async with stand_in() as there:
        one, two, again = await Gateway(there.url).embed(EMBEDDER, ["a", "b", "a"], seconds=30)
    assert len(one) == SIZE and one == again != two


async def test_a_vector_for_several_texts_is_no_answer() -> None:
    async with stand_in(good) as there:
        there.short = True
        with pytest.raises(ModelFailed) as failed:
            await Gateway(there.url).embed(EMBEDDER, ["a", "b"], seconds=30)
    assert failed.value.reason == "garbled"


@pytest.mark.parametrize(("url", "here"), [("http://127.0.0.1:4000", True), ("http://gateway.example:4000", False)])
def test_it_knows_whether_the_gateway_is_on_this_machine(url: str, here: bool) -> None:
    assert Gateway(url).is_here is here
