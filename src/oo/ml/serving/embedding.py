"""`Embedding`: the gateway's `embedder` where there is one, else hashed runs of letters."""

from __future__ import annotations

from collections.abc import Sequence

from oo.contracts.embedding import Embedded
from oo.contracts.writing import Print
from oo.kernel.log import get_logger
from oo.ml.serving.llm import EMBEDDER, Gateway, ModelFailed
from oo.ml.serving.prints import print_of

LETTERS = "letters"
LETTERS_NEAR = 0.4
"""Titles that share a telling word; seen on the open inputs, where .3 joins by common syllables and .5 misses most."""
MODEL_NEAR = 0.7
SECONDS = 20.0
"""Nobody waits for it."""
AT_ONCE = 64
_WIDEST = 127

log = get_logger("serving")


class Embedder:
    """Keeps the promise `Embedding`."""

    def __init__(self, gateway: Gateway | None) -> None:
        self._gateway = gateway

    async def embed(self, *, texts: Sequence[str]) -> Embedded:
        """See `Embedding.embed`."""
        if self._gateway is not None and texts:
            try:
                found: list[Print] = []
                for start in range(0, len(texts), AT_ONCE):
                    some = texts[start : start + AT_ONCE]
                    found += map(_whole, await self._gateway.embed(EMBEDDER, some, seconds=SECONDS))
                return Embedded(EMBEDDER, tuple(found), MODEL_NEAR)
            except ModelFailed as failure:
                log.info("embedder.failed", reason=failure.reason)
        return Embedded(LETTERS, tuple(map(print_of, texts)), LETTERS_NEAR)


def _whole(vector: Sequence[float]) -> Print:
    """A vector as numbers from -127 to 127, which keeps its direction to half a per cent and is a quarter as long."""
    widest = max(map(abs, vector), default=0.0)
    return tuple(round(value / widest * _WIDEST) for value in vector) if widest else tuple(0 for _ in vector)
