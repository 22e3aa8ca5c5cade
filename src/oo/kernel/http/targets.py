"""A web address that a person gave, to which oO will send: https, or a host of the own network that is allowed."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

_LONGEST = 1_500


def target(url: str, allowed: Collection[str]) -> SplitResult | None:
    """The parts of such an address, or None when it is not one.

    Plain http is for hosts in `allowed` alone; names and passwords in an address would come into logs.

    >>> target("https://ntfy.example.org/lena", ()) is not None, target("http://10.0.0.2/lena", ()) is not None
    (True, False)
    """
    if len(url) > _LONGEST or not url.isascii() or any(sign.isspace() or not sign.isprintable() for sign in url):
        return None
    try:
        parts = urlsplit(url)
        if parts.port == 0:
            return None
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        return None
    home = parts.hostname in allowed or parts.netloc.lower() in allowed
    return parts if parts.scheme == "https" or (parts.scheme == "http" and home) else None
