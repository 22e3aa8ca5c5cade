"""What every test, here and beside the code, may ask for: the checkout, the shared real data, a Chromium."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# A slow machine is no counterexample; CI tries the same examples each time, a developer new ones.
hypothesis.settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("house")

HOUSE = Path(__file__).parent
GIVEN = {name: value for name, value in os.environ.items() if name.startswith("OO_")}


def pytest_addoption(parser: pytest.Parser) -> None:
    """With --postgres the tests take their databases from a Postgres server, and from SQLite without."""
    parser.addoption(
        "--postgres", action="store_true", help="run on Postgres: OO_TEST_DATABASE_URL's, or one of its own"
    )


def pytest_configure(config: pytest.Config) -> None:
    """No test touches a database that somebody works with; --postgres starts one server for all workers."""
    for name in ("OO_DATABASE_URL", "DATABASE_URL", "OO_NATS_URL", "NATS_URL"):
        os.environ.pop(name, None)
    if config.getoption("--postgres"):
        if not hasattr(config, "workerinput"):
            running = contextlib.ExitStack()
            config.add_cleanup(running.close)
            os.environ[SERVER] = running.enter_context(postgres_server())
    else:
        config.stash[SERVER_KEY] = os.environ.pop(SERVER, None)


SERVER = "OO_TEST_DATABASE_URL"
SERVER_KEY = pytest.StashKey[str | None]()


@contextlib.contextmanager
def postgres_server(url: str | None = None) -> Iterator[str]:
    """A database to copy fresh ones from, on the server that is named or on one that is started here."""
    from oo.entry.migrate import migrate_postgres
    from oo.testing.postgres import server, template

    url = url or os.environ.get(SERVER)
    with contextlib.nullcontext(url) if url else server() as running, tempfile.TemporaryDirectory() as folder:
        with template(running, lambda made: migrate_postgres(made, Path(folder))) as copied:
            yield copied


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[str]:
    """The database that `oo.testing.postgres.fresh` copies, for tests of the tier `services`."""
    if os.environ.get(SERVER):
        yield os.environ[SERVER]
        return
    with postgres_server(pytestconfig.stash[SERVER_KEY]) as url:
        yield url


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> None:
    """What a developer has set for their own oO is nothing that a test should see."""
    for name in GIVEN:
        if not name.startswith("OO_TEST_"):
            os.environ.pop(name, None)


@pytest.fixture(scope="session")
def house() -> Path:
    """The checkout."""
    return HOUSE


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real inputs and histories: OO_SHARED, or ../shared; a test that needs it skips without."""
    folder = Path(GIVEN.get("OO_SHARED") or HOUSE.parent / "shared")
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
    named = [GIVEN.get("OO_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    installed = [path for name in named if name and (path := shutil.which(name))]
    playwright = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    brought = sorted(str(path) for path in playwright.glob("chromium-*/chrome-linux*/chrome"))
    return next(iter([*installed, *brought]), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last, on every core: Playwright's loop runs on where async tests need their own."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without a Chromium a browser test skips, and fails where CI is set; what is about SQLite needs SQLite."""
    if item.config.getoption("--postgres") and item.get_closest_marker("sqlite") is not None:
        pytest.skip("this is about SQLite's own files or its one writer")
    if item.get_closest_marker("browser") is None or find_chromium() is not None:
        return
    if os.environ.get("CI"):
        pytest.fail("there is no Chromium here, and CI is set: install one (apt install chromium)", pytrace=False)
    pytest.skip("there is no Chromium here: install one (apt install chromium), or run make test as root")
