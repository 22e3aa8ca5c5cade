"""The headers that every answer carries, whatever made it (OWASP ASVS 5.0, chapter 3.4)."""

from __future__ import annotations

from collections.abc import Iterable

Header = tuple[bytes, bytes]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

ALWAYS: tuple[Header, ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"),
)
STRICT_TRANSPORT: Header = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
NO_STORE: Header = (b"cache-control", b"no-store")

_OURS = frozenset(name for name, _ in (*ALWAYS, STRICT_TRANSPORT))
_OURS_AND_CACHE = _OURS | {b"cache-control"}


def standing(secure: bool) -> tuple[Header, ...]:
    """The headers of every answer over this kind of connection; strict transport is promised over https only."""
    return (*ALWAYS, STRICT_TRANSPORT) if secure else ALWAYS


def finished(given: Iterable[Header], always: tuple[Header, ...], *, may_be_kept: bool) -> list[Header]:
    """An answer's headers, ours in place of any of the same name; only what `may_be_kept` says itself for how long."""
    if may_be_kept:
        kept = [header for header in given if header[0] not in _OURS]
        stored = any(name == b"cache-control" for name, _ in kept)
        return [*kept, *always] if stored else [*kept, *always, NO_STORE]
    return [*[header for header in given if header[0] not in _OURS_AND_CACHE], *always, NO_STORE]
