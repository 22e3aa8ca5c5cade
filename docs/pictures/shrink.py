"""Packs a photograph more tightly, pixel for pixel the same: on black pages plain rows deflate best."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB = 3


def shrunk(png: bytes) -> bytes:
    """The picture with unfiltered rows and the hardest deflate; as it was when that is no gain, or it is not RGB."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    if (depth, kind) != (8, 2):
        return png
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in _rows(png, width * _RGB, height)), 9)
    small = _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    return min(png, small, key=len)


def _rows(png: bytes, stride: int, height: int) -> Iterator[bytes]:
    """The rows of an RGB picture without their filters (PNG specification, section 9)."""
    data, at = b"", len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw = zlib.decompress(data)
    above = bytes(stride)
    for start in range(0, height * (stride + 1), stride + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + stride], above)
        yield above


def _unfiltered(kind: int, row: bytes, above: bytes) -> bytes:
    if kind == 0:
        return row
    found = bytearray(_RGB) + bytearray(row)
    corner = bytes(_RGB) + above
    for at, (value, up) in enumerate(zip(row, above, strict=True)):
        left = found[at]
        guess = (0, left, up, (left + up) // 2, 0)[kind] if kind < 4 else _paeth(left, up, corner[at])
        found[at + _RGB] = (value + guess) & 255
    return bytes(found[_RGB:])


def _paeth(left: int, up: int, corner: int) -> int:
    near = left + up - corner
    return min((left, up, corner), key=lambda one: abs(near - one))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
