"""Lines of a file as bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from oo.kernel.lines import BOM, ending, split

BYTES = st.lists(st.one_of(st.sampled_from([b"\n", b"\r\n", b"\r", BOM, b"a"]), st.binary(max_size=5))).map(b"".join)


@given(BYTES)
def test_the_lines_joined_again_are_the_file(data: bytes) -> None:
    lines = list(split(data))
    head = BOM if data.startswith(BOM) else b""
    assert head + b"".join(line.raw + line.end for line in lines) == data
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert all(data[line.start : line.stop] == line.raw + line.end for line in lines)


def test_a_file_ends_its_lines_as_its_first_one_does() -> None:
    assert [ending(data) for data in (b"", b"a", b"a\n", b"a\r\nb\n", b"a\rb", b"a\rb\n")] == [
        b"\n",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b"\n",
    ]
