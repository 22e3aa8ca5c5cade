from __future__ import annotations

import asyncio
import json
import socket
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.errors import NotFound
from oo.entry.control import Declined, NobodyThere, ask, listening

pytestmark = pytest.mark.anyio


async def do(asked: Mapping[str, Any]) -> Any:
    if asked.get("do") == "miss":
        raise NotFound("There is nobody called 'Milo' here.")
    if asked.get("do") == "break":
        raise RuntimeError("words of a person")
    return {"heard": asked}


async def asking(folder: Path, asked: Mapping[str, Any]) -> Any:
    return await asyncio.to_thread(ask, folder, asked)


async def test_a_command_is_answered(tmp_path: Path) -> None:
    async with listening(tmp_path, do):
        assert await asking(tmp_path, {"do": "link", "name": "Zoë"}) == {"heard": {"do": "link", "name": "Zoë"}}


async def test_the_socket_is_for_its_owner_alone_and_goes_with_the_process(tmp_path: Path) -> None:
    async with listening(tmp_path, do):
        assert stat.S_IMODE((tmp_path / "oo.sock").stat().st_mode) == 0o600
    assert not (tmp_path / "oo.sock").exists()


async def test_with_no_process_there_is_nobody(tmp_path: Path) -> None:
    with pytest.raises(NobodyThere):
        await asking(tmp_path, {"do": "link"})
    with pytest.raises(NobodyThere):
        await asking(tmp_path / "not-there", {"do": "link"})


async def test_a_socket_left_by_a_killed_process_is_nobody_and_is_replaced(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "oo.sock"))
    left.close()
    with pytest.raises(NobodyThere):
        await asking(tmp_path, {"do": "link"})
    async with listening(tmp_path, do):
        assert await asking(tmp_path, {"do": "link"}) == {"heard": {"do": "link"}}


async def test_a_problem_comes_back_as_its_sentence_and_a_fault_without_words(tmp_path: Path) -> None:
    async with listening(tmp_path, do):
        with pytest.raises(Declined, match="nobody called 'Milo'"):
            await asking(tmp_path, {"do": "miss"})
        with pytest.raises(Declined) as broken:
            await asking(tmp_path, {"do": "break"})
    assert "words" not in str(broken.value)


@pytest.mark.parametrize("line", [b"\n", b"nonsense\n", b"[]\n", b"{}\n"])
async def test_nonsense_is_answered_and_does_no_harm(tmp_path: Path, line: bytes) -> None:
    async with listening(tmp_path, do):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "oo.sock"))
        writer.write(line)
        told = json.loads(await reader.readline())
        assert set(told) <= {"said", "problem"}
        writer.close()
        await writer.wait_closed()
        assert await asking(tmp_path, {"do": "link"}) == {"heard": {"do": "link"}}


async def test_a_folder_deeper_than_an_address_may_be_long_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    async with listening(deep, do):
        assert (deep / "oo.sock").is_socket()
        assert await asking(deep, {"do": "link"}) == {"heard": {"do": "link"}}
    assert not (deep / "oo.sock").exists()


async def test_of_several_that_share_a_folder_the_first_answers(tmp_path: Path) -> None:
    async def other(asked: Mapping[str, Any]) -> Any:
        return "the second"

    async with listening(tmp_path, do):
        async with listening(tmp_path, other):
            assert await asking(tmp_path, {"do": "link"}) == {"heard": {"do": "link"}}
        assert await asking(tmp_path, {"do": "link"}) == {"heard": {"do": "link"}}
    async with listening(tmp_path, other):
        assert await asking(tmp_path, {"do": "link"}) == "the second"
