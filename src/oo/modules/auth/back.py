"""Where a sign-in leads in the end: a page of this instance, and nowhere else."""

from __future__ import annotations

import re

_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~?=&%#-]{0,198}")


def inside(path: str) -> str:
    """The path when it is one of this instance, else the first page: no host, no backslash, nothing invisible.

    >>> inside("/connect"), inside("//evil.example"), inside("/\\\\evil.example"), inside("https://evil.example")
    ('/connect', '/', '/', '/')
    """
    return path if _PATH.fullmatch(path) else "/"
