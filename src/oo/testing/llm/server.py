"""The stand-in's server: `/v1/chat/completions` (whole or streamed), `/v1/embeddings`, `/v1/models`, over real HTTP."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from math import sqrt
from typing import Any

from oo.testing.llm.answers import Answer, Asked, Speech, good

MODEL = "stand-in:1b"
SIZE = 64
_PIECE = 7
_ENDS = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError)
"""How a line ends: dropped by whoever asks, or with the server."""


@dataclass
class StandIn:
    """A running stand-in; `says` may be replaced at any time."""

    says: Speech
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    short: bool = False
    """Answers several texts with one vector, as some gateways do."""
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first request came."""
    at_once: int = 0
    most_at_once: int = 0
    """How many requests were being answered together at most."""


@asynccontextmanager
async def stand_in(says: Speech = good, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[StandIn]:
    """A server on a free port until the end of the context."""
    running = StandIn(says)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with contextlib.suppress(*_ENDS):
                while await _one(running, reader, writer):
                    pass
        finally:
            tasks.discard(task)
            writer.close()

    listening = await asyncio.start_server(serve, host, port)
    running.url = f"http://{host}:{listening.sockets[0].getsockname()[1]}"
    try:
        yield running
    finally:
        listening.close()
        for task in [*tasks]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _one(running: StandIn, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Answer one request; False when the line is to be closed."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *rest = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    asked = Asked(first.split(" ")[1], headers, json.loads(body) if body else {})
    running.asked.append(asked)
    running.came.set()
    running.at_once += 1
    running.most_at_once = max(running.most_at_once, running.at_once)
    try:
        if asked.path.endswith("/models"):
            data = [{"id": name, "object": "model"} for name in ("embedder", "judge", "tip-generator")]
            return await _send(writer, Answer(raw=_json({"object": "list", "data": data})))
        if asked.path.endswith("/embeddings"):
            return await _send(writer, Answer(raw=_json(_embeddings(asked.body, short=running.short))))
        answer = running.says(asked)
        await asyncio.sleep(answer.seconds)
        if answer.status == HTTPStatus.OK and asked.body.get("stream") and answer.raw is None:
            return await _stream(writer, answer)
        return await _send(writer, answer)
    finally:
        running.at_once -= 1


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    body = answer.raw
    if body is None:
        body = _json(_completion(answer) if answer.status == HTTPStatus.OK else _error(answer))
    sent = body if answer.broken_after is None else body[: answer.broken_after]
    writer.write(_head(answer, {"content-type": "application/json", "content-length": str(len(body))}) + sent)
    await writer.drain()
    return answer.broken_after is None


async def _stream(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    """Server-sent events in small pieces, as the API has them; the line is closed at the end."""
    writer.write(_head(answer, {"content-type": "text/event-stream", "connection": "close"}))
    content = answer.content or ""
    pieces = [content[start : start + _PIECE] for start in range(0, len(content), _PIECE)]
    for number, piece in enumerate([*pieces, ""]):
        delta: dict[str, str] = {"content": piece} if number else {"role": "assistant", "content": piece}
        finish = answer.finish if number == len(pieces) else None
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": MODEL, "choices": [choice]}
        writer.write(b"data: " + _json(chunk) + b"\n\n")
        await writer.drain()
    writer.write(b"data: [DONE]\n\n")
    await writer.drain()
    return False


def _head(answer: Answer, headers: Mapping[str, str]) -> bytes:
    phrase = HTTPStatus(answer.status).phrase
    lines = [f"{name}: {value}" for name, value in {**headers, **answer.headers}.items()]
    return "\r\n".join([f"HTTP/1.1 {answer.status} {phrase}", *lines, "", ""]).encode("latin-1")


def _completion(answer: Answer) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.content, "refusal": None if answer.content else "No."}
    words = len((answer.content or "").split())
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795251324,
        "model": MODEL,
        "choices": [{"index": 0, "finish_reason": answer.finish, "message": message}],
        "usage": {"prompt_tokens": 10, "completion_tokens": words, "total_tokens": 10 + words},
    }


def _error(answer: Answer) -> dict[str, Any]:
    error = {"message": answer.message, "type": "error", "param": None, "code": str(answer.status)}
    return {"error": error}


def _embeddings(body: Mapping[str, Any], *, short: bool) -> dict[str, Any]:
    """A unit vector for each text, made from its hash: the same text has the same, others are far away."""
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    rows = []
    for index, text in enumerate(texts[:1] if short else texts):
        values = [byte - 127.5 for byte in hashlib.blake2b(text.encode(), digest_size=SIZE).digest()]
        length = sqrt(sum(value * value for value in values))
        vector: object = [value / length for value in values]
        if body.get("encoding_format") == "base64":
            vector = base64.b64encode(struct.pack(f"<{SIZE}f", *[value / length for value in values])).decode()
        rows.append({"object": "embedding", "index": index, "embedding": vector})
    return {"object": "list", "model": MODEL, "data": rows, "usage": {"prompt_tokens": 5, "total_tokens": 5}}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
