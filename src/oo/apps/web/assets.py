"""The static files, joined from small ones at start-up and named by their content: styles, scripts, icons, manifest.

The service worker is joined likewise, but has a fixed name at the root, whose pages it serves.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_STATIC = Path(__file__).parent / "static"

STYLES = ("tokens", "type", "frame", "rings", "tip", "actions", "lists", "first", "comfort")
"""Component style sheets that the tip page needs, in the order in which they apply: later ones win."""
PAGE_STYLES = ("rows", "sign_in", "settings")
"""Those of the other pages: a sheet of its own, so that the tip page stays light."""
SCRIPTS = ("status", "swap", "undo", "keys", "swipe", "visit", "zone", "offline", "saved", "install", "push", "allow")
"""Scripts in the order in which they run, sharing one scope."""
PASSKEY_SCRIPTS = ("passkey",)
"""Those of the pages that have passkeys."""
WORKER = ("shell", "tip", "kept", "sending")
"""The parts of the service worker."""
ICONS = (180, 192, 512)
"""Sizes in which the app's icon is drawn; 180 is Apple's."""


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
    passkey_script: str
    icon: str
    touch_icon: str
    manifest: str
    worker: Asset
    """The service worker, which is served at the root and not from `files`."""
    push_worker: Asset
    """The worker of notifications, likewise; only those have it who switched them on."""


def load() -> Assets:
    """Read, join, minify and name the static files; the same sources give the same names."""
    style, page_style = _style(STYLES), _style(PAGE_STYLES)
    script, passkey_script = _script("js", SCRIPTS), _script("js", PASSKEY_SCRIPTS)
    icon = (_STATIC / "favicon.svg").read_text("utf-8").strip()
    drawing = (_STATIC / "icon.svg").read_text("utf-8").strip()
    named = {
        _name("oo", "css", style): _asset(style, "text/css; charset=utf-8"),
        _name("pages", "css", page_style): _asset(page_style, "text/css; charset=utf-8"),
        _name("oo", "js", script): _asset(script, "text/javascript; charset=utf-8"),
        _name("passkey", "js", passkey_script): _asset(passkey_script, "text/javascript; charset=utf-8"),
        _name("favicon", "svg", icon): _asset(icon, "image/svg+xml"),
    }
    style_path, page_style_path, script_path, passkey_script_path, icon_path = named
    icons = {_name("icon", "svg", drawing): ("any", _asset(drawing, "image/svg+xml"))}
    for size in ICONS:
        pixels = (_STATIC / "icons" / f"icon-{size}.png").read_bytes()
        icons[_name(f"icon{size}", "png", pixels)] = (f"{size}x{size}", _asset(pixels, "image/png"))
    card = _manifest({path: (sizes, asset.media) for path, (sizes, asset) in icons.items()})
    manifest = _name("oo", "webmanifest", card)
    named |= {path: asset for path, (_, asset) in icons.items()}
    named[manifest] = _asset(card, "application/manifest+json")
    return Assets(
        files=named,
        style=style_path,
        page_style=page_style_path,
        script=script_path,
        passkey_script=passkey_script_path,
        icon=icon_path,
        touch_icon=next(path for path, (sizes, _) in icons.items() if sizes == "180x180"),
        manifest=manifest,
        push_worker=_asset(
            _push_worker(next(path for path in icons if "/icon192" in path)), "text/javascript; charset=utf-8"
        ),
        worker=_asset(_worker([style_path, script_path, icon_path]), "text/javascript; charset=utf-8"),
    )


def _manifest(icons: Mapping[str, tuple[str, str]]) -> str:
    """What a device wants to know of the app: look.md section 2."""
    purposes = ("any", "maskable")  # one drawing: the mark lies within the safe circle
    card = {
        "id": "/",
        "name": "oO",
        "short_name": "oO",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "orientation": "any",
        "background_color": "#000000",
        "theme_color": "#000000",
        "icons": [
            {"src": path, "sizes": sizes, "type": media, "purpose": purpose}
            for path, (sizes, media) in icons.items()
            for purpose in purposes
        ],
    }
    return json.dumps(card, separators=(",", ":"))


def _worker(files: list[str]) -> str:
    return f"const FILES={json.dumps(files)}\n{_joined('worker', WORKER)}\n"


def _push_worker(icon: str) -> str:
    return f"const ICON={json.dumps(icon)}\n{_joined('push', ('worker',))}\n"


def _script(folder: str, names: tuple[str, ...]) -> str:
    return "(()=>{'use strict'\n" + _joined(folder, names) + "\n})()\n"


def _joined(folder: str, names: tuple[str, ...]) -> str:
    return "\n".join(_minified_script((_STATIC / folder / f"{name}.js").read_text("utf-8")) for name in names)


def _style(names: tuple[str, ...]) -> str:
    return _minified_style("\n".join((_STATIC / "css" / f"{name}.css").read_text("utf-8") for name in names))


def _asset(content: str | bytes, media: str) -> Asset:
    body = _bytes(content)
    return Asset(body=body, zipped=gzip.compress(body, 9, mtime=0), media=media)


def _name(stem: str, suffix: str, content: str | bytes) -> str:
    return f"/static/{stem}.{hashlib.sha256(_bytes(content)).hexdigest()[:10]}.{suffix}"


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


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
