"""The door for commands: `oo.sock` in the data folder, for its owner alone, one JSON line each way."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from oo.kernel.log import begin_trace, get_logger

NAME = "oo.sock"
SECONDS = 120.0
"""How long a command waits: an erasure of a large history takes a while."""
_LINE_LIMIT = 64 * 1024
_LONGEST_PATH = 100

log = get_logger("control")


class NobodyThere(Exception):
    """No oO runs on this data folder."""


class Declined(Exception):
    """The running oO says, in one sentence, why it did not do it."""


@contextlib.asynccontextmanager
async def listening(folder: Path, do: Callable[[Mapping[str, Any]], Awaitable[Any]]) -> AsyncIterator[None]:
    """Answer commands as long as this is open, then take the socket away; the caller has the data folder.

    Of several processes that share it, the first one answers.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begin_trace()
        try:
            answer = await _answer(await reader.readline(), do)
            writer.write(json.dumps(answer, default=str).encode() + b"\n")
            await writer.drain()
        except (OSError, ValueError):  # the command was interrupted, or its line has no end
            log.warning("command.cut-off")
        finally:
            writer.close()

    with _first(folder) as first, _reachable(folder) as path:
        if not first:  # another process of this oO answers for the folder
            yield
            return
        _take_away(path)  # left by a process that was killed
        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(serve, path, limit=_LINE_LIMIT)
        finally:
            os.umask(before)
        try:
            yield
        finally:
            server.close()
            _take_away(path)


def ask(folder: Path, asked: Mapping[str, Any]) -> Any:
    """The running oO's answer; raises `NobodyThere`, or `Declined` with its sentence."""
    with _reachable(folder) as path, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(SECONDS)
        try:
            line.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            raise NobodyThere from None
        line.sendall(json.dumps(asked).encode() + b"\n")
        with line.makefile("rb") as stream:
            answer = stream.readline()
    if not answer.endswith(b"\n"):
        raise Declined("oO stopped before it answered; try once more.")
    told = json.loads(answer)
    if "problem" in told:
        raise Declined(told["problem"])
    return told["said"]


@contextlib.contextmanager
def _first(folder: Path) -> Iterator[bool]:
    """Whether nobody else answers for this folder; the system frees it when the process ends."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)


def _take_away(path: str) -> None:
    Path(path).unlink(missing_ok=True)


async def _answer(line: bytes, do: Callable[[Mapping[str, Any]], Awaitable[Any]]) -> Mapping[str, Any]:
    try:
        asked = json.loads(line)
        return {"said": await do(asked)}
    except Exception as error:
        detail = getattr(error, "detail", None)
        if isinstance(detail, str):
            return {"problem": detail}
        log.error("command.failed", failure=error)
        return {"problem": "Something broke here; the log of the running oO has it."}


@contextlib.contextmanager
def _reachable(folder: Path) -> Iterator[str]:
    """A path for the socket that fits into the 108 bytes an address has: deep folders are named by a descriptor."""
    path = str(folder / NAME)
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield path
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        raise NobodyThere from None
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)
