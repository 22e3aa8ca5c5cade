"""What `ml.serving` promises about meaning: texts as fingerprints, near where they say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from oo.contracts.writing import Print


@dataclass(frozen=True, slots=True)
class Embedded:
    """Fingerprints of texts, in their order. Those of one `by` can be compared, those of two can't."""

    by: str
    """What made them: `letters`, or the gateway's alias and the model's own name."""
    prints: tuple[Print, ...]
    near: float
    """The cosine from which two texts are about the same."""


class Embedding(Protocol):
    """Turns texts into fingerprints, on this machine unless a gateway was set up."""

    async def embed(self, *, texts: Sequence[str]) -> Embedded:
        """The fingerprints of texts; never raises for a model's fault, as letters stand in for it."""
