"""States of policies as bytes: exact, and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from oo.contracts.policies import State
from oo.engine.states import from_bytes, to_bytes

ARRAYS = arrays_of.arrays(np.float64, arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))


@given(st.integers(0, 99), st.dictionaries(st.text(max_size=8), ARRAYS, max_size=4))
def test_a_state_comes_back_to_the_bit(version: int, arrays: dict[str, np.ndarray]) -> None:
    again = from_bytes(to_bytes(State(version, arrays)))
    assert again.version == version
    assert again.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert again.arrays[name].shape == array.shape
        assert again.arrays[name].tobytes() == array.tobytes()


@pytest.mark.parametrize("data", [b"", b"{}\n", b"[]", b"\x80\x04.", b'["oo-state",1,[["m",3]]]\n' + bytes(16)])
def test_what_is_no_state_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no state"):
        from_bytes(data)
