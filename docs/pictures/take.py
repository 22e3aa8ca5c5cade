"""Photographs every state of every page, on a phone and on a desktop, from the real templates: `make pictures`.

`docs/pictures/states/` has them by name and width, `docs/pictures/tip.png` is the README's. Names as arguments take
these alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

HOUSE = Path(__file__).parents[2]
sys.path[:0] = [str(HOUSE), str(HOUSE / "docs")]

from conftest import find_chromium  # noqa: E402
from pictures.shrink import shrunk  # noqa: E402
from tests.browser.scenes import NOW, SCENES, Scene, lay_out  # noqa: E402
from tests.browser.serving import serving  # noqa: E402

from oo.testing.determinism import FixedClock  # noqa: E402

STATES = HOUSE / "docs/pictures/states"
SIZES: tuple[ViewportSize, ...] = ({"width": 390, "height": 844}, {"width": 1280, "height": 800})


def main(names: list[str]) -> None:
    """Take the named pictures, or all of them and the README's."""
    STATES.mkdir(exist_ok=True)
    scenes = [scene for scene in SCENES if not names or scene.name in names]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        for scene in scenes:
            for size in SIZES:
                take(browser, scene, size, STATES / f"{scene.name}-{size['width']}.png")
        browser.close()
    if not names:
        (STATES.parent / "tip.png").write_bytes((STATES / "task-1280.png").read_bytes())
        gone = {path.name for path in STATES.glob("*.png")}
        for name in gone - {f"{scene.name}-{size['width']}.png" for scene in SCENES for size in SIZES}:
            (STATES / name).unlink()


def take(browser: Browser, scene: Scene, size: ViewportSize, path: Path) -> None:
    """Arrange the scene and photograph it; longer pages in full."""
    with serving(FixedClock(NOW)) as (site, origin):
        lay_out(site)
        scene.arrange(site)
        options = {"timezone_id": "Europe/Berlin", "reduced_motion": "reduce", **scene.browser}
        context = browser.new_context(viewport=size, **options)
        if scene.signed_in:
            context.add_cookies([{"name": "oo", "value": "good", "url": origin}])
        page = context.new_page()
        page.goto(origin + scene.path)
        scene.act(page)
        page.wait_for_timeout(600 if scene.browser.get("reduced_motion") else 300)
        path.write_bytes(shrunk(page.screenshot(full_page=page.locator("main.page:not(.prose)").count() > 0)))
        context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
