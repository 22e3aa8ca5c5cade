"""The look in numbers: weight, policy, sizes, rings."""

from __future__ import annotations

import gzip
import re
from datetime import datetime

import pytest

from oo.apps.web import assets
from oo.apps.web.assets import PAGE_STYLES, PASSKEY_SCRIPTS, SCRIPTS, STYLES, WORKER
from oo.apps.web.frame import Link
from oo.apps.web.rings import hands
from oo.apps.web.tests.site import Site, unzipped
from oo.apps.web.tests.standins import tip_of
from oo.apps.web.tip.view import TipView

LONG = "Die unterschriebene Nebenkostenabrechnung an die Hausverwaltung zurückschicken."
PAGES = ("/", "/?open=later", "/sign-in", "/connect", "/connect/c1", "/settings", "/legal/terms")
LIMITS = {"html": 2500, "css": 4000, "js": 6000, "svg": 400}


@pytest.mark.anyio
@pytest.mark.parametrize("where", ["/", "/?open=later", "/?open=not"])
async def test_the_tip_page_weighs_at_most_fifteen_kilobytes(site: Site, where: str) -> None:
    site.tips.queue = [
        tip_of("Die unterschriebene Nebenkostenabrechnung an die Hausverwaltung zurückschicken.", site.clock)
    ]
    page = await site.get(where, accept_encoding="gzip")
    weights = {"html": len(page.body)}
    for path in re.findall(r'(?:rel="(?:stylesheet|icon)" href|src)="(/static/[^"]+)"', unzipped(page)):
        file = await site.get(path, accept_encoding="gzip")
        assert file.headers["content-encoding"] == "gzip"
        weights[path.rsplit(".", 1)[-1]] = len(file.body)
    assert set(weights) == set(LIMITS)
    for part, weight in weights.items():
        assert weight <= LIMITS[part], f"{part}: {weight} bytes"
    assert sum(weights.values()) <= 15_000


@pytest.mark.anyio
@pytest.mark.parametrize("where", ["/settings", "/connect"])
async def test_settings_and_connect_weigh_at_most_twenty_five_kilobytes(site: Site, where: str) -> None:
    page = await site.get(where, accept_encoding="gzip")
    files = [file for path, file in assets.load().files.items() if "/icon" not in path]
    assert len(page.body) + sum(len(file.zipped) for file in files) <= 25_000


@pytest.mark.anyio
@pytest.mark.parametrize(
    "where", ["/", "/?open=later", "/sign-in", "/connect", "/connect/c1", "/settings", "/legal/terms"]
)
async def test_no_page_has_anything_inline_or_from_elsewhere(site: Site, where: str) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock, where=None)]
    page = (await site.get(where, cookie="" if where == "/sign-in" else "oo=good")).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?! src)", page)
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page)


def test_the_static_files_are_the_same_each_time_and_named_by_content() -> None:
    first, second = assets.load(), assets.load()
    assert first == second
    assert all(re.fullmatch(r"/static/\w+\.[0-9a-f]{10}\.(css|js|svg|png|webmanifest)", path) for path in first.files)


def test_every_style_and_script_is_joined_in() -> None:
    assert {path.stem for path in assets._STATIC.glob("css/*.css")} == {*STYLES, *PAGE_STYLES}
    assert {path.stem for path in assets._STATIC.glob("js/*.js")} == {*SCRIPTS, *PASSKEY_SCRIPTS}
    assert {path.stem for path in assets._STATIC.glob("worker/*.js")} == set(WORKER)


@pytest.mark.anyio
async def test_static_files_are_kept_for_good(site: Site) -> None:
    style = assets.load().style
    answer = await site.get(style, cookie="")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.body == gzip.decompress((await site.get(style, cookie="", accept_encoding="gzip")).body)


@pytest.mark.parametrize(("length", "size"), [(1, "s"), (28, "s"), (29, "m"), (56, "m"), (57, "l"), (110, "l")])
def test_the_type_size_follows_the_length(length: int, size: str) -> None:
    assert TipView(id="d", key="k", kind="task", text="x" * length, why="").size == size


def test_one_word_of_an_insight_is_gilt() -> None:
    view = TipView(id="d", key="k", kind="insight", text="You finish most things before eleven.", why="", gilt="eleven")
    assert view.parts == ("You finish most things before ", "eleven", ".")


def test_the_hands_of_the_ring_show_the_time() -> None:
    assert hands(datetime(2026, 11, 21, 15, 30)) == "M16.8 13.3L12 12L12.0 19.4"
    assert hands(datetime(2026, 11, 21, 12, 0)) == "M12.0 7.0L12 12L12.0 4.6"


def test_a_link_is_a_word_and_an_address() -> None:
    assert Link("Settings", "/settings").href == "/settings"
