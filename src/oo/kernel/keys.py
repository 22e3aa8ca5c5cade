"""One key per person: all their words are encrypted with it, and destroying it makes them unreadable everywhere.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the associated data binds a ciphertext to its person and
column, so a value moved elsewhere does not open. Keys of people lie in `keys.db`, or in a schema of Postgres, wrapped
by the instance key in `instance.key`.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import math
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from oo.kernel import instance_key
from oo.kernel.instance_key import InstanceKey
from oo.kernel.instance_key import KeyUnsafe as KeyUnsafe
from oo.kernel.keystores import FileStore, KeyStore

_NONCE = 12
_REMEMBERED = 10_000


class KeyGone(Exception):
    """The key of this person was destroyed, or never made; what it encrypted can't be read any more."""


class Cipher:
    """Encrypts and decrypts the words of one person."""

    __slots__ = ("_aead", "_user", "_wrong")

    def __init__(self, user: str, key: bytes) -> None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._aead = AESGCM(key)
        self._user = user
        self._wrong = (InvalidTag, ValueError)

    def seal(self, column: str, text: str) -> bytes:
        """The text as ciphertext, bound to this person and to `column` (`table.column`)."""
        return self.seal_bytes(column, text.encode())

    def open(self, column: str, sealed: bytes) -> str:
        """The text again; raises `KeyGone` when it was sealed for another person or column, or was altered."""
        return self.open_bytes(column, sealed).decode()

    def seal_bytes(self, column: str, data: bytes) -> bytes:
        """Bytes as ciphertext, `nonce || ciphertext || tag`."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, data, self._bound_to(column))

    def open_bytes(self, column: str, sealed: bytes) -> bytes:
        """The bytes again; raises `KeyGone` as `open` does."""
        try:
            return self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound_to(column))
        except self._wrong:
            raise KeyGone(f"a value of {column} does not open with this person's key") from None

    def _bound_to(self, column: str) -> bytes:
        return f"{self._user}\0{column}".encode()


class Keys:
    """The keys of all people of this instance; quick, as opened keys are remembered for as long as their store lends
    them.
    """

    def __init__(self, folder: Path, store: KeyStore | None = None) -> None:
        """Keep the instance key in `folder`, and the others in `store`, by default a file beside it.

        Raises `KeyUnsafe` when the instance key is not the one that the store was made with.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "instance.key"
        self._store = store or FileStore(folder)
        if not path.exists() and self._store.instance() is not None:
            raise KeyUnsafe(f"{path} is not there, and without it nothing can be read; bring it back from its back-up")
        self._path, self._lock = path, threading.Lock()
        self._known: dict[str, tuple[Cipher, float]] = {}
        self._take(instance_key.made_or_read(path))
        if (mine := self.digest("instance", "key")) != self._store.claim(mine):
            raise KeyUnsafe(f"{path} is not the key of this database; bring that one back, or use another database")
        for user in self._store.users()[:1]:  # before anything is served: a key that opens nothing makes everybody gone
            self.cipher(user)

    def create(self, user: str) -> Cipher:
        """Make the person's key, durable on return; the same key when there is one."""
        with self._lock:
            # As the file has it now: another process may have changed it, and the old one opens nowhere else.
            self._take(instance_key.read(self._path))
            self._store.add(user, self._wrap.seal_bytes(_bound(user), os.urandom(32)))
        return self.cipher(user)

    def rotate(self) -> int:
        """Wrap everybody's key with a new instance key, and forget the old one; how many.

        A rotation that was cut off goes on. Everything stays readable in between, and for other processes too: they
        read the file again when a key does not open.
        """
        with self._lock:
            key = instance_key.read(self._path).rotated()
            instance_key.write(self._path, key)
            self._take(key)
            count = 0
            while changed := sum(self._rewrapped(user) for user in self._store.users()):
                count += changed
                if self._store.lease != math.inf:  # for whoever read the file just before, and writes a key just now
                    time.sleep(self._store.lease)
            self._store.tidy()
            instance_key.write(self._path, key.finished())
            self._take(key.finished())
        return count

    def cipher(self, user: str) -> Cipher:
        """The person's cipher; raises `KeyGone` when there is no key."""
        known = self._known.get(user)
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        with self._lock:
            until = time.monotonic() + self._store.lease  # from before the look: a destruction after it waits that long
            wrapped = self._store.read(user)
            if wrapped is None:
                self._known.pop(user, None)
                raise KeyGone("there is no key for this person")
            opened = Cipher(user, self._unwrapped(user, wrapped))
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[user] = opened, until
        return opened

    def destroy(self, user: str) -> bool:
        """Forget the key for good; True when there was one.

        On return no process has it any more. Where others may have been lent it, that takes until their time is over:
        call it from a thread.
        """
        with self._lock:
            self._known.pop(user, None)
            had = self._store.remove(user)
        if had and self._store.lease != math.inf:
            time.sleep(self._store.lease)
        return had

    def users(self) -> list[str]:
        """Everybody who has a key."""
        with self._lock:
            return self._store.users()

    def missing(self, users: Iterable[str]) -> list[str]:
        """Those of them who have no key: they were forgotten, or never were."""
        with self._lock:
            return [user for user in users if self._store.read(user) is None]

    def digest(self, purpose: str, text: str) -> str:
        """A keyed hash of the text for look-ups and references that give nothing away without the instance key (HMAC-
        SHA-256, 128 bits).
        """
        return _digest(self._instance, purpose, text)

    def secret(self, purpose: str) -> bytes:
        """32 secret bytes of the instance for one purpose: made once with the instance key, the same in all processes,
        and safe wherever that key is (HMAC-SHA-256 as in HKDF-Expand, RFC 5869).
        """
        return hmac.new(self._instance, f"instance secret\0{purpose}\x01".encode(), hashlib.sha256).digest()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _take(self, key: InstanceKey) -> None:
        self._instance = key.lookups
        self._wrap = Cipher("instance", key.wrapping)
        self._before = Cipher("instance", key.before) if key.before else None

    def _rewrapped(self, user: str) -> bool:
        """Wrap a key with the one that is active now; False when that was so, or the person was erased meanwhile."""
        wrapped = self._store.read(user)
        if wrapped is None:
            return False
        with contextlib.suppress(KeyGone):
            self._wrap.open_bytes(_bound(user), wrapped)
            return False
        fresh = self._wrap.seal_bytes(_bound(user), self._unwrapped(user, wrapped))
        return self._store.replace(user, wrapped, fresh)

    def _unwrapped(self, user: str, wrapped: bytes) -> bytes:
        """A person's key; raises `KeyUnsafe` when the instance key is another one, which nobody is erased for."""
        for _ in range(2):
            for wrap in (self._wrap, self._before):
                if wrap is not None:
                    with contextlib.suppress(KeyGone):
                        return wrap.open_bytes(_bound(user), wrapped)
            self._take(instance_key.read(self._path))  # another process may have changed it
        raise KeyUnsafe(
            f"{self._path} is not the key that people's keys are wrapped with; bring back the one of the same time"
        )


def fingerprint(path: Path) -> str:
    """What a back-up keeps of the instance key in this file, to tell it from another; raises `KeyUnsafe`."""
    return _digest(instance_key.read(path).wrapping, "instance", "key")


def _bound(user: str) -> str:
    return f"keys.wrapped:{user}"


def _digest(key: bytes, purpose: str, text: str) -> str:
    return hmac.digest(key, f"{purpose}\0{text}".encode(), "sha256").hex()[:32]
