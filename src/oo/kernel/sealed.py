"""A file under a passphrase: scrypt (RFC 7914) makes the key, AES-256-GCM seals it chunk by chunk.

The chunks are a STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015; as in the file format age): the nonce counts them and
marks the last one, so that none can be left out, moved or cut off. The salt is new for each file, and so is its key.
"""

from __future__ import annotations

import io
import os
from typing import BinaryIO

MAGIC = b"oO sealed 1\n"
CHUNK = 1 << 20
_TAG = 16
_SALT = 16
_HEAD = len(MAGIC) + 1 + _SALT
COST = 17
"""Of scrypt, as a power of two: 128 MiB and a good part of a second for each guess. A file says its own."""
_MOST = 20
_R, _P = 8, 1


class WrongPassphrase(Exception):
    """The passphrase is another one, or the file was altered."""


def is_sealed(head: bytes) -> bool:
    """Whether a file that begins like this is one of these."""
    return head.startswith(MAGIC)


class Sealing(io.RawIOBase):
    """Seals what is written to it; closing it marks the end, and leaves the file below open."""

    def __init__(self, file: BinaryIO, passphrase: bytes, *, cost: int = COST) -> None:
        head = MAGIC + bytes([cost]) + os.urandom(_SALT)
        self._file, self._stream, self._left = file, _Stream(passphrase, head), bytearray()
        file.write(head)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take all of it."""
        self._left += data
        while len(self._left) > CHUNK:  # the last chunk is known at the end alone
            self._file.write(self._stream.seal(bytes(self._left[:CHUNK]), last=False))
            del self._left[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the last chunk."""
        if not self.closed:
            self._file.write(self._stream.seal(bytes(self._left), last=True))
            super().close()


class Opening(io.RawIOBase):
    """Reads what was sealed; raises `WrongPassphrase` at the first chunk that is not as it was written."""

    def __init__(self, file: BinaryIO, passphrase: bytes) -> None:
        head = file.read(_HEAD)
        if len(head) < _HEAD or not is_sealed(head) or not 0 < head[len(MAGIC)] <= _MOST:
            raise WrongPassphrase
        self._file, self._stream = file, _Stream(passphrase, head)
        self._next, self._open = file.read(CHUNK + _TAG), b""
        self._ended = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, fewer at the end alone."""
        parts, wanted = [], size if size >= 0 else float("inf")
        while wanted and (self._open or self._fill()):
            part = self._open if len(self._open) <= wanted else self._open[: int(wanted)]
            self._open = self._open[len(part) :]
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def _fill(self) -> bool:
        if self._ended:
            return False
        sealed, self._next = self._next, self._file.read(CHUNK + _TAG)
        self._ended = not self._next
        self._open = self._stream.open(sealed, last=self._ended)
        return bool(self._open)


class _Stream:
    """The chunks of one file, in their order."""

    def __init__(self, passphrase: bytes, head: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        cost, salt = head[len(MAGIC)], head[len(MAGIC) + 1 :]
        self._aead = AESGCM(Scrypt(salt=salt, length=32, n=1 << cost, r=_R, p=_P).derive(passphrase))
        self._head, self._count = head, 0

    def seal(self, data: bytes, *, last: bool) -> bytes:
        return self._aead.encrypt(self._nonce(last), data, self._head)

    def open(self, data: bytes, *, last: bool) -> bytes:
        from cryptography.exceptions import InvalidTag

        try:
            return self._aead.decrypt(self._nonce(last), data, self._head)
        except (InvalidTag, ValueError):
            raise WrongPassphrase from None

    def _nonce(self, last: bool) -> bytes:
        self._count += 1
        return self._count.to_bytes(11, "big") + bytes([last])
