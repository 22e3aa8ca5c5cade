"""The app on a device: its card, its icons, its service worker, and what it may keep."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import struct

import pytest

from oo.apps.web import assets
from oo.apps.web.tests.site import Site
from oo.apps.web.tests.standins import tip_of

pytestmark = pytest.mark.anyio


async def test_the_manifest_is_what_the_look_says(site: Site) -> None:
    page = (await site.get("/")).text
    path = re.search(r'<link rel="manifest" href="(/static/oo\.[0-9a-f]{10}\.webmanifest)">', page)
    assert path
    answer = await site.get(path[1], cookie="")
    assert answer.headers["content-type"] == "application/manifest+json"
    card = answer.json()
    assert (card["name"], card["short_name"], card["display"], card["orientation"]) == ("oO", "oO", "standalone", "any")
    assert (card["background_color"], card["theme_color"]) == ("#000000", "#000000")
    assert {(icon["sizes"], icon["purpose"]) for icon in card["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
        ("any", "maskable"),
    }
    for icon in card["icons"]:
        assert (await site.get(icon["src"], cookie="")).headers["content-type"] == icon["type"]


def test_the_icons_have_their_sizes_and_are_drawn_from_the_svg_of_today() -> None:
    folder = assets._STATIC / "icons"
    for size in assets.ICONS:
        assert struct.unpack(">II", (folder / f"icon-{size}.png").read_bytes()[16:24]) == (size, size)
    drawn_from = hashlib.sha256((assets._STATIC / "icon.svg").read_bytes()).hexdigest()
    assert (folder / "drawn-from").read_text().split()[0] == drawn_from, "Run `make icons`."


async def test_the_service_worker_is_small_at_the_root_and_never_kept(site: Site) -> None:
    answer = await site.get("/sw.js", cookie="", accept_encoding="gzip")
    assert len(answer.body) <= 4000
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
    files = json.loads(gzip.decompress(answer.body).decode().split("\n")[0].removeprefix("const FILES="))
    for path in files:
        assert (await site.get(path, cookie="")).status == 200


async def test_only_pages_of_a_person_name_a_token_and_never_the_person(site: Site) -> None:
    page = (await site.get("/")).text
    token = re.search(r'data-person="(\w{16})"', page)
    assert token
    assert "lena" not in token[1]
    assert token[1] in (await site.get("/settings")).text
    assert "data-person" not in (await site.get("/sign-in", cookie="")).text


async def test_signing_out_and_deleting_clear_what_the_browser_kept(site: Site) -> None:
    out = await site.post("/settings/sign-out", {"session": "session-1"})
    assert out.headers["clear-site-data"] == '"storage"'
    site.accounts.open.add("good")
    gone = await site.post("/settings/erase", {"name": "Lena"})
    assert gone.headers["clear-site-data"] == '"storage"'


async def test_a_row_to_install_is_in_settings_and_hidden_until_the_browser_offers_it(site: Site) -> None:
    assert re.search(r'<div class="item" id="install" hidden>.*Install</button>', (await site.get("/settings")).text)


async def test_the_page_for_offline_has_nothing_personal_but_how_it_looks(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    await site.profiles.change(user=None, values={"language": "de", "low_light": "true"})  # type: ignore[arg-type]
    for path in ("/offline", "/offline?kept"):
        page = (await site.get(path)).text
        assert 'class="low"' in page
        for word in ("Lena", "token-of-the-session", "Europe/Berlin"):
            assert word not in page
    lost = (await site.get("/offline")).text
    for text in ("Hier liegt kein Tipp bereit.", "Offline. 1 Antwort behalten", "Offline. %count% Antworten behalten"):
        assert text in lost
    kept = (await site.get("/offline?kept")).text
    for place in ("%person%", "%tip%", "%title%", "%line%"):
        assert place in kept
    assert "No tip is kept here." in (await site.get("/offline", cookie="", accept_language="en")).text
