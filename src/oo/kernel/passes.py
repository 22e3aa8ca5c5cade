"""Passes between our own processes: signed tokens (JWT, Ed25519) for one request, good for five minutes and once.

A pass names whom it is for, the method and path, and the digest of the body, so that it opens nothing else. Keys lie in
a file, private to its owner; the newest signs, the one before it is still read for a while after a change of keys.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oo.kernel.clock import Clock
from oo.kernel.ids import Ids

if TYPE_CHECKING:
    from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
GOOD_FOR = timedelta(minutes=5)
SKEW = timedelta(seconds=30)
"""How far clocks of two machines may be apart."""
NAME = "service-keys.json"
_SEEN = 200_000
"""Passes remembered at most; more within five minutes are no longer taken."""


class PassRefused(Exception):
    """A pass that opens nothing here; the message says why, and nothing of what it holds."""


class PassKeys:
    """The keys in a file, read again when it changes."""

    def __init__(self, path: Path, clock: Clock, ids: Ids) -> None:
        self._path, self._clock, self._ids = path, clock, ids
        self._read_at: tuple[int, int] | None = None
        self._keys: list[tuple[OKPKey, datetime | None]] = []

    @property
    def path(self) -> Path:
        """Where they lie."""
        return self._path

    def make(self) -> None:
        """Make a first key where there is none."""
        if not self._path.exists():
            self._write([])

    def rotate(self) -> str:
        """Sign with a new key from now on, and read the one before it as long as a pass may live; the new one's id."""
        until = (self._clock.now() + GOOD_FOR + SKEW).isoformat()
        kept = []
        for one in self._stored():
            if one.get("until") is None:
                kept.append({**one, "until": until})
            elif datetime.fromisoformat(one["until"]) > self._clock.now():
                kept.append(one)
        return self._write(kept)

    def signing(self) -> OKPKey:
        """The key that signs, a first one where there is none; raises `PassRefused` for a file that others can read."""
        self.make()
        self._look()
        return self._keys[0][0]

    def named(self, kid: str) -> OKPKey | None:
        """The key of this id that is still good."""
        self._look()
        now = self._clock.now()
        return next((key for key, until in self._keys if key.kid == kid and (until is None or now < until)), None)

    def _look(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._keys, self._read_at = [], None
            return
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise PassRefused(f"{self._path} can be read by others; run: chmod 600 {self._path}")
        if self._read_at == (found.st_mtime_ns, found.st_ino):
            return
        from joserfc.jwk import OKPKey

        self._keys = [
            (OKPKey.import_key(one["jwk"]), datetime.fromisoformat(one["until"]) if one.get("until") else None)
            for one in self._stored()
        ]
        self._read_at = (found.st_mtime_ns, found.st_ino)

    def _stored(self) -> list[dict[str, Any]]:
        try:
            stored: list[dict[str, Any]] = json.loads(self._path.read_text(encoding="utf-8"))["keys"]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError):
            raise PassRefused(f"{self._path} is damaged; remove it, and run `oo keys rotate`.") from None
        return stored

    def _write(self, kept: list[dict[str, Any]]) -> str:
        from joserfc.jwk import OKPKey

        kid = self._ids.new()
        fresh = OKPKey.generate_key("Ed25519", {"kid": kid, "use": "sig", "alg": ALGORITHM})
        body = json.dumps({"keys": [{"jwk": fresh.as_dict(private=True)}, *kept]})
        beside = self._path.with_name(f".{self._path.name}.{kid}")
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(self._path)
        return kid


class Passes:
    """Issues and checks passes for one audience."""

    def __init__(self, keys: PassKeys, clock: Clock, ids: Ids, *, audience: str) -> None:
        self._keys, self._clock, self._ids, self._audience = keys, clock, ids, audience
        self._seen: dict[str, float] = {}

    def issue(self, method: str, path: str, body: bytes) -> str:
        """A pass for one request; raises `PassRefused` for keys that can't be used."""
        from joserfc import jwt

        key = self._keys.signing()
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": "oo",
            "aud": self._audience,
            "iat": now,
            "exp": now + int(GOOD_FOR.total_seconds()),
            "jti": self._ids.new(),
            "for": _request(method, path, body),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid or ""}, claims, key, algorithms=[ALGORITHM])

    def check(self, token: str, method: str, path: str, body: bytes) -> None:
        """Take a pass, once; raises `PassRefused`."""
        from joserfc import jws, jwt
        from joserfc.errors import JoseError

        try:
            kid = jws.extract_compact(token.encode()).headers().get("kid", "")
            key = self._keys.named(str(kid))
            if key is None:
                raise PassRefused("No key here made this pass.")
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, KeyError):
            raise PassRefused("This pass is not one of ours.") from None
        self._check_claims(claims, _request(method, path, body))

    def _check_claims(self, claims: dict[str, Any], request: str) -> None:
        now, skew = self._clock.now().timestamp(), SKEW.total_seconds()
        made, ends, name = claims.get("iat"), claims.get("exp"), claims.get("jti")
        if claims.get("iss") != "oo" or claims.get("aud") != self._audience:
            raise PassRefused("This pass is for somebody else.")
        if not isinstance(made, int) or not isinstance(ends, int) or not isinstance(name, str):
            raise PassRefused("This pass is not one of ours.")
        if ends - made > GOOD_FOR.total_seconds() or made > now + skew or ends < now:
            raise PassRefused("This pass is over, or not yet begun; look at the clocks of both machines.")
        if claims.get("for") != request:
            raise PassRefused("This pass is for another request.")
        self._once(name, ends + skew, now)

    def _once(self, name: str, until: float, now: float) -> None:
        if name in self._seen:
            raise PassRefused("This pass was used before.")
        if len(self._seen) >= _SEEN:
            self._seen = {one: end for one, end in self._seen.items() if end > now}
            if len(self._seen) >= _SEEN:
                raise PassRefused("Too many passes at once.")
        self._seen[name] = until


def _request(method: str, path: str, body: bytes) -> str:
    return hashlib.sha256(f"{method} {path}\n".encode() + hashlib.sha256(body).digest()).hexdigest()
