"""What a policy has learnt, as bytes: a line of names and shapes, then the numbers. Never pickled, exact to the bit."""

from __future__ import annotations

import json
import math
from itertools import chain

import numpy as np

from oo.contracts.policies import State

_MAGIC = "oo-state"


def to_bytes(state: State) -> bytes:
    """Write a state; `from_bytes` reads an equal one. 500 numbers take about 15 µs and 4 kB."""
    arrays = {name: np.asarray(array, dtype="<f8", order="C") for name, array in sorted(state.arrays.items())}
    shapes = [[name, *array.shape] for name, array in arrays.items()]
    head = json.dumps([_MAGIC, state.version, shapes], separators=(",", ":")).encode() + b"\n"
    return b"".join(chain([head], (array.tobytes() for array in arrays.values())))


def from_bytes(data: bytes) -> State:
    """Read what `to_bytes` wrote; raises ValueError for anything else.

    >>> again = from_bytes(to_bytes(State(2, {"m": np.zeros(3)})))
    >>> again.version, again.arrays["m"].tolist()
    (2, [0.0, 0.0, 0.0])
    """
    head, separator, body = data.partition(b"\n")
    try:
        magic, version, shapes = json.loads(head)
    except ValueError:
        raise ValueError("this is no state of a policy") from None
    sizes = [math.prod(shape) for _, *shape in shapes]
    if magic != _MAGIC or not separator or 8 * sum(sizes) != len(body):
        raise ValueError("this is no state of a policy, or it was cut off")
    numbers = np.frombuffer(body, dtype="<f8").astype(np.float64)
    arrays, start = {}, 0
    for (name, *shape), size in zip(shapes, sizes, strict=True):
        arrays[name] = numbers[start : start + size].reshape(shape)
        start += size
    return State(version, arrays)
