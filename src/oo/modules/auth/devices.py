"""What a device is called in the list of sessions: a browser and a system, nothing that tells two devices apart."""

from __future__ import annotations

import re

UNKNOWN = "Unknown device"
_READ = 400
"""Characters of a User-Agent that are looked at; real ones have their names well before."""

# In this order: most browsers also claim to be the ones that follow.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(e|A|iOS)?\b")),
    ("Opera", re.compile(r"\b(OPR|OPT|Opera)\b")),
    ("Samsung Internet", re.compile(r"\bSamsung(Browser| Internet)\b")),
    ("Vivaldi", re.compile(r"\bVivaldi\b")),
    ("DuckDuckGo", re.compile(r"\b(DuckDuckGo|Ddg)\b")),
    ("Firefox", re.compile(r"\b(Firefox|FxiOS)\b")),
    ("Chrome", re.compile(r"\b(Chrome|CriOS|Chromium|HeadlessChrome)\b")),
    ("Safari", re.compile(r"\bSafari\b")),
    ("curl", re.compile(r"\bcurl\b")),
)
_SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("ChromeOS", re.compile(r"\b(CrOS|ChromeOS)\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("Mac", re.compile(r"\b(Macintosh|Mac OS X|Mac)\b")),
    ("Linux", re.compile(r"\b(Linux|X11)\b")),
)


def device_name(user_agent: str) -> str:
    """A short name such as "Firefox on Linux" for a User-Agent header; a name it has given stays as it is.

    >>> device_name("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0")
    'Firefox on Linux'
    """
    text = user_agent[:_READ]
    browser = next((name for name, pattern in _BROWSERS if pattern.search(text)), "")
    system = next((name for name, pattern in _SYSTEMS if pattern.search(text)), "")
    return f"{browser} on {system}" if browser and system else browser or system or UNKNOWN
