"""Speaks to models, and is the only file that does: an OpenAI-compatible gateway, asked by alias.

No gateway is a normal state. What a model says comes back as text that nobody has checked yet.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from oo.kernel.http.client import Client, Reply
from oo.kernel.http.failures import HttpFailed, ReplyTooLarge
from oo.kernel.setting_values import LOCAL_NAMES
from oo.kernel.tracing import Nothing, Span, span

Alias: TypeAlias = str
"""What a model is asked by; which one it is, the gateway's configuration says."""
TIP_GENERATOR, EMBEDDER, JUDGE = "tip-generator", "embedder", "judge"

LARGEST = 256 * 1024
"""Bytes of an answer."""
_MODEL = re.compile(r"[\w.:/@-]{1,80}")
_REASONS = {401: "key", 403: "key", 404: "alias", 408: "timeout", 413: "too long", 429: "busy", 503: "busy"}


class ModelFailed(Exception):
    """The model gave nothing that can be read; `reason` is a stable word."""

    def __init__(self, reason: str, sent: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        """`unreachable`, `timeout`, `busy`, `key`, `alias`, `failed`, `too long`, `garbled`, `cut`, `refused`."""
        self.sent = sent
        """Bytes that were sent in vain."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model answered."""

    text: str
    model: str
    """As the gateway names it."""
    sent: int
    """Bytes of the request's body."""
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of what a model is told."""

    role: Literal["system", "user", "assistant"]
    content: str


class Gateway:
    """Asks models by alias over HTTP, a few at a time."""

    def __init__(self, url: str, key: str | None = None, *, parallel: int = 1) -> None:
        """`url` is the gateway's address, with or without `/v1`; its host may be a private one."""
        self._base = url if url.endswith("/v1") else f"{url}/v1"
        self._host = urlsplit(url).hostname or ""
        self._headers = {} if key is None else {"authorization": f"Bearer {key}"}
        self._turn = asyncio.Semaphore(parallel)
        self._client: Client | None = None
        self._tls: ssl.SSLContext | bool | None = None
        self._users = 0

    @property
    def is_here(self) -> bool:
        """Whether the gateway is on this machine, so that nothing leaves it for a local model."""
        return self._host in LOCAL_NAMES

    async def chat(
        self,
        alias: Alias,
        messages: Sequence[Message],
        *,
        seconds: float,
        schema: Mapping[str, Any] | None = None,
        name: str = "answer",
        max_tokens: int = 600,
        temperature: float = 0.4,
        seed: int | None = None,
    ) -> Said:
        """What the model behind an alias says, within so many seconds, waiting for a turn included.

        With a `schema` it is asked for JSON of that form; whether the server holds it to that is not known. Raises
        `ModelFailed`.
        """
        body: dict[str, Any] = {
            "model": alias,
            "messages": [{"role": one.role, "content": one.content} for one in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
        }
        if seed is not None:
            body["seed"] = seed
        if schema is not None:
            form = {"name": name, "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        with span(f"chat {alias}", kind="client") as traced:
            self._trace(traced, "chat", alias)
            traced.set(gen_ai__request__max_tokens=max_tokens, gen_ai__request__temperature=temperature)
            traced.set(gen_ai__output__type="text" if schema is None else "json")
            answer, sent = await self._ask("chat/completions", body, seconds)
            said = _said(answer, sent)
            traced.set(gen_ai__response__model=said.model, oo__sent_bytes=sent)
            traced.set(gen_ai__usage__input_tokens=said.input_tokens, gen_ai__usage__output_tokens=said.output_tokens)
            return said

    async def embed(self, alias: Alias, texts: Sequence[str], *, seconds: float) -> list[tuple[float, ...]]:
        """A vector for each text, in their order; raises `ModelFailed`."""
        body = {"model": alias, "input": list(texts), "encoding_format": "float"}
        with span(f"embeddings {alias}", kind="client") as traced:
            self._trace(traced, "embeddings", alias)
            answer, sent = await self._ask("embeddings", body, seconds)
        try:
            rows = sorted(answer["data"], key=lambda row: int(row["index"]))
            found = [tuple(float(value) for value in row["embedding"]) for row in rows]
        except (KeyError, TypeError, ValueError):
            raise ModelFailed("garbled", sent) from None
        if len(found) != len(texts):  # some gateways answer several texts with one vector
            raise ModelFailed("garbled", sent)
        return found

    async def aliases(self, *, seconds: float = 5.0) -> list[str]:
        """What the gateway can be asked for, by name; raises `ModelFailed`."""
        async with self._shared() as client:
            try:
                async with asyncio.timeout(seconds):
                    reply = await client.ask("GET", f"{self._base}/models", headers=self._headers)
            except (HttpFailed, TimeoutError) as failure:
                raise ModelFailed(_reason(failure)) from None
        try:
            return sorted(str(one["id"]) for one in _read(reply, 0)["data"])
        except (KeyError, TypeError):
            raise ModelFailed("garbled") from None

    def _trace(self, traced: Span | Nothing, operation: str, alias: Alias) -> None:
        """Whom is asked for what, by the GenAI conventions; what is said has no way into a span."""
        traced.set(gen_ai__operation__name=operation, gen_ai__provider__name="openai", gen_ai__request__model=alias)
        traced.set(server__address=self._host)

    async def _ask(self, path: str, body: Mapping[str, Any], seconds: float) -> tuple[Any, int]:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {**self._headers, "content-type": "application/json"}
        sent = 0
        try:
            async with asyncio.timeout(seconds), self._turn, self._shared() as client:
                sent = len(content)
                reply = await client.ask("POST", f"{self._base}/{path}", headers=headers, content=content)
        except (HttpFailed, TimeoutError) as failure:
            raise ModelFailed(_reason(failure), sent) from None
        return _read(reply, sent), sent

    @contextlib.asynccontextmanager
    async def _shared(self) -> AsyncIterator[Client]:
        """One client for all who ask at the same time, closed after the last."""
        if self._client is None:
            # No redirects: a prompt goes where the operator said, and nowhere else. Time is kept by whoever asks.
            if self._tls is None:
                # Certificates take 20 ms to load: once, and not at all for an address that has none.
                self._tls = ssl.create_default_context() if self._base.startswith("https:") else False
            self._client = Client(
                allowed={self._host}, seconds=600, silence=600, limit=LARGEST, redirects=False, tls=self._tls
            )
        client = self._client
        self._users += 1
        try:
            yield client
        finally:
            self._users -= 1
            if not self._users:
                self._client = None
                await client.__aexit__(None, None, None)


def _read(reply: Reply, sent: int) -> Any:
    """The JSON of a reply; raises `ModelFailed` for any other status than 200."""
    if reply.status != 200:
        unknown = reply.status == 400 and b"Invalid model name" in reply.body  # as LiteLLM says it
        raise ModelFailed("alias" if unknown else _REASONS.get(reply.status, "failed"), sent)
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        raise ModelFailed("garbled", sent) from None


def _said(answer: Any, sent: int) -> Said:
    try:
        choice = answer["choices"][0]
        text, finish = choice["message"].get("content"), choice.get("finish_reason")
        usage, model = answer.get("usage") or {}, answer.get("model")
        tokens = [int(usage.get(name) or 0) for name in ("prompt_tokens", "completion_tokens")]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise ModelFailed("garbled", sent) from None
    if finish == "length":
        raise ModelFailed("cut", sent)
    if not isinstance(text, str) or not text.strip():
        raise ModelFailed("refused", sent)
    named = model if isinstance(model, str) and _MODEL.fullmatch(model) else "unnamed"
    return Said(text, named, sent, *tokens)


def _reason(failure: Exception) -> str:
    if isinstance(failure, TimeoutError):
        return "timeout"
    return "too long" if isinstance(failure, ReplyTooLarge) else "unreachable"
