"""Draws the app's icons from their SVG with Chromium, where stores and phones want pixels: `make icons`.

The pixels are committed, so that nothing has to draw at start-up; beside them stands the digest of what they were drawn
from, and a test compares it (src/oo/apps/web/tests/test_app.py).
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HOUSE = Path(__file__).parents[2]
sys.path[:0] = [str(HOUSE)]

from conftest import find_chromium  # noqa: E402

STATIC = HOUSE / "src/oo/apps/web/static"
SIZES = (180, 192, 512)


def main() -> None:
    """Draw every size, and note from what."""
    drawing = (STATIC / "icon.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>*{{margin:0}}svg{{display:block;width:{size}px}}</style>{drawing}")
            page.screenshot(path=STATIC / "icons" / f"icon-{size}.png")
            page.close()
        browser.close()
    (STATIC / "icons" / "drawn-from").write_text(f"{hashlib.sha256(drawing.encode()).hexdigest()}  icon.svg\n", "utf-8")


if __name__ == "__main__":
    main()
