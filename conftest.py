"""What every test, here and beside the code, may ask for: the checkout, the shared real data, a Chromium."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import hypothesis
import pytest

# A slow machine is no counterexample; CI tries the same examples each time, a developer new ones.
hypothesis.settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("house")

HOUSE = Path(__file__).parent


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(scope="session")
def house() -> Path:
    """The checkout."""
    return HOUSE


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real inputs and histories: OO_SHARED, or ../shared; a test that needs it skips without."""
    folder = Path(os.environ.get("OO_SHARED") or HOUSE.parent / "shared")
    if not folder.is_dir():
        pytest.skip("the shared data is not here: set OO_SHARED, or put it beside the checkout as ../shared")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    found = find_chromium()
    assert found is not None
    return found


def find_chromium() -> str | None:
    """The path of a Chromium: OO_CHROMIUM, the system's, or the one Playwright brought; None where there is none."""
    named = [os.environ.get("OO_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    installed = [path for name in named if name and (path := shutil.which(name))]
    playwright = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    brought = sorted(str(path) for path in playwright.glob("chromium-*/chrome-linux*/chrome"))
    return next(iter([*installed, *brought]), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last, and xdist keeps that order: Playwright's loop runs on where async tests need their own."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without a Chromium a browser test skips, and fails where CI is set."""
    if item.get_closest_marker("browser") is None or find_chromium() is not None:
        return
    if os.environ.get("CI"):
        pytest.fail("there is no Chromium here, and CI is set: install one (apt install chromium)", pytrace=False)
    pytest.skip("there is no Chromium here: install one (apt install chromium), or run make test as root")
