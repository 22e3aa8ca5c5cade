"""The static files, joined from small ones at start-up and named by their content: two style sheets and a script."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_STATIC = Path(__file__).parent / "static"

STYLES = ("tokens", "type", "frame", "rings", "tip", "actions", "lists", "first", "comfort")
"""Component style sheets that the tip page needs, in the order in which they apply: later ones win."""
PAGE_STYLES = ("rows", "sign_in", "settings")
"""Those of the other pages: a sheet of its own, so that the tip page stays light."""
SCRIPTS = ("status", "swap", "undo", "keys", "swipe", "visit", "zone", "saved")
"""Scripts in the order in which they run, sharing one scope."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served: its bytes, the same bytes gzipped, and its media type."""

    body: bytes
    zipped: bytes
    media: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All static files by path, and the paths that pages link to."""

    files: Mapping[str, Asset]
    style: str
    page_style: str
    script: str
    icon: str


def load() -> Assets:
    """Read, join, minify and name the static files; the same sources give the same names."""
    style, page_style = _style(STYLES), _style(PAGE_STYLES)
    parts = [_minified_script((_STATIC / "js" / f"{name}.js").read_text("utf-8")) for name in SCRIPTS]
    script = "(()=>{'use strict'\n" + "\n".join(parts) + "\n})()\n"
    icon = (_STATIC / "favicon.svg").read_text("utf-8").strip()
    named = {
        _name("oo", "css", style): _asset(style, "text/css; charset=utf-8"),
        _name("pages", "css", page_style): _asset(page_style, "text/css; charset=utf-8"),
        _name("oo", "js", script): _asset(script, "text/javascript; charset=utf-8"),
        _name("favicon", "svg", icon): _asset(icon, "image/svg+xml"),
    }
    paths = tuple(named)
    return Assets(files=named, style=paths[0], page_style=paths[1], script=paths[2], icon=paths[3])


def _style(names: tuple[str, ...]) -> str:
    return _minified_style("\n".join((_STATIC / "css" / f"{name}.css").read_text("utf-8") for name in names))


def _asset(text: str, media: str) -> Asset:
    body = text.encode()
    return Asset(body=body, zipped=gzip.compress(body, 9, mtime=0), media=media)


def _name(stem: str, suffix: str, text: str) -> str:
    return f"/static/{stem}.{hashlib.sha256(text.encode()).hexdigest()[:10]}.{suffix}"


def _minified_style(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([{};,>])\s*", r"\1", text)
    text = re.sub(r":\s+", ":", text)
    return text.replace(";}", "}").strip()


def _minified_script(text: str) -> str:
    # Only whole-line comments and indentation go: no string here spans lines, so the script does the same.
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
