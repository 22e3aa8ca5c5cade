"""The doors over HTTP: sessions change hands, programs stay below /api/, new terms are asked for, guessing is slow."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from oo.contracts.accounts import Accounts
from oo.entry import server
from oo.entry.wiring import House, house
from oo.kernel.http.site import Sites
from oo.kernel.settings import Settings
from oo.modules.auth import sessions
from oo.testing.asgi import Answer, ask
from oo.testing.determinism import FixedClock
from oo.testing.issuer import StandInIssuer, issuer

pytestmark = pytest.mark.anyio
TOKEN = "k3q9-the-operator-s-own-token-of-many-characters"
BROWSER = {"accept": "text/html", "sec-fetch-site": "same-origin", "origin": "http://localhost:8042"}


@dataclass
class Doors:
    """A house, and a browser with a jar for its cookies."""

    home: House
    app: Any
    provider: StandInIssuer
    jar: dict[str, str]

    async def open(
        self, path: str, method: str = "GET", *, headers: dict[str, str] | None = None, **sent: Any
    ) -> Answer:
        """The answer to this browser, whose cookies are kept."""
        given = {**BROWSER, **(headers or {})}
        if self.jar:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        url = path if "://" in path else f"http://localhost:8042{path}"
        answer = await ask(self.app, method, url, headers=given, **sent)
        for line in answer.headers.get("set-cookie", "").splitlines():
            name, _, value = line.split(";")[0].partition("=")
            self.jar.pop(name, None) if "Max-Age=0" in line else self.jar.update({name: value})
        return answer

    async def by_link(self) -> None:
        """Sign the owner in."""
        await self.open(f"/sign-in/{await self.home.promises[Accounts].owner_link()}")

    async def there_and_back(self, path: str, **sent: Any) -> Answer:
        """To the provider and, with a yes, back."""
        away = await self.open(path, **sent)
        parts = urlsplit(away.headers["location"])
        assert f"{parts.scheme}://{parts.netloc}" == self.provider.origin, away
        back = urlsplit(self.provider.approve({**dict(_pairs(parts.query))}))
        return await self.open(f"{back.path}?{back.query}")


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    from urllib.parse import parse_qsl

    yield from parse_qsl(query)


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    clock = FixedClock()
    with issuer(clock) as provider:
        secret = provider.clients["oo"]
        given: Any = {"oidc_issuer": provider.origin, "oidc_client_id": "oo", "oidc_client_secret": secret}
        settings = Settings(data=tmp_path, files=(tmp_path,), admin_token=TOKEN, **given)
        async with house(settings, clock=clock, background=False) as home:
            tools = server.Tools(home.kit.clock, home.kit.ids, Sites(), home.health)
            yield Doors(home, server.application(home.promises, tools), provider, {})


async def test_a_session_changes_with_every_sign_in_and_the_one_before_is_over(doors: Doors) -> None:
    await doors.by_link()
    before = doors.jar["oo"]
    assert (await doors.there_and_back("/settings/ways/add/oidc")).headers["location"] == "/settings#entering"
    assert doors.jar["oo"] == before  # nobody signed in, something was added
    answer = await doors.there_and_back("/sign-in/with/oidc")
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert doors.jar["oo"] != before
    assert await doors.home.promises[Accounts].authenticate(cookie=before) is None
    assert "oo-in" not in doors.jar


async def test_a_session_that_somebody_planted_is_never_taken_up(doors: Doors) -> None:
    await doors.by_link()
    await doors.there_and_back("/settings/ways/add/oidc")
    doors.jar = {"oo": "planted-by-somebody-else"}
    await doors.there_and_back("/sign-in/with/oidc")
    assert doors.jar["oo"] != "planted-by-somebody-else"


async def test_another_site_cannot_begin_to_add_its_own_account(doors: Doors) -> None:
    await doors.by_link()
    for place in ("cross-site", "same-site", "none", ""):
        headers = {"sec-fetch-site": place, "origin": ""} if place else {"sec-fetch-site": ""}
        answer = await doors.open("/settings/ways/add/oidc", headers=headers)
        assert answer.status == 403, place
        assert "set-cookie" not in answer.headers


async def test_the_way_back_leaves_nothing_of_the_code_behind(doors: Doors) -> None:
    await doors.by_link()
    await doors.there_and_back("/settings/ways/add/oidc")
    answer = await doors.there_and_back("/sign-in/with/oidc")
    assert (answer.body, answer.headers["cache-control"]) == (b"", "no-store")
    assert answer.headers["referrer-policy"] == "no-referrer"
    failed = await doors.open("/sign-in/from/oidc?state=made-up&code=stolen-code")
    assert "stolen" not in failed.headers["location"]


async def test_a_preview_of_a_link_begins_nothing(doors: Doors) -> None:
    for headers in ({"sec-purpose": "prefetch"}, {"purpose": "prefetch"}):
        assert (await doors.open("/sign-in/with/oidc", headers=headers)).status == 204
    assert (await doors.open("/sign-in/with/oidc", "HEAD")).status == 204
    assert doors.jar == {}


async def test_a_program_comes_in_by_the_token_and_stays_below_the_api(doors: Doors) -> None:
    answer = await doors.open("/api/auth/token", "POST", data={"token": TOKEN})
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    bearer = {"authorization": f"Bearer {answer.json()['token']}"}
    assert (await doors.open("/api/profile", headers=bearer)).status == 200
    quiet = {**bearer, "sec-fetch-site": "none"}
    assert (await doors.open("/api/recommend", "POST", headers=quiet, data={})).status == 200
    assert (await doors.open("/settings", headers=bearer)).headers["location"] == "/sign-in"
    assert (await doors.open("/api/profile", headers={"authorization": "Bearer made-up"})).status == 401
    assert (await doors.open("/api/profile", headers={"authorization": f"Bearer {TOKEN}"})).status == 401


async def test_guessing_the_token_is_slow(doors: Doors) -> None:
    said = [
        (await doors.open("/api/auth/token", "POST", data={"token": f"guess {number}"}, client="10.1.1.1")).status
        for number in range(12)
    ]
    assert said == [403] * 10 + [429] * 2
    right = await doors.open("/api/auth/token", "POST", data={"token": TOKEN}, client="10.1.1.1")
    assert right.status == 429
    assert (await doors.open("/api/auth/token", "POST", data={"token": TOKEN}, client="10.2.2.2")).status == 200


async def test_beginning_without_an_end_is_slowed_down(doors: Doors) -> None:
    said = [(await doors.open("/sign-in/with/oidc", client="10.3.3.3")).status for _ in range(70)]
    assert said[:60] == [303] * 60
    assert 429 in said[60:]


async def test_new_terms_are_asked_for_and_settings_stay_open(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    await doors.by_link()
    assert (await doors.open("/")).status == 200
    monkeypatch.setattr(sessions, "TERMS_VERSION", "2027-01-01")
    monkeypatch.setattr("oo.modules.auth.service.TERMS_VERSION", "2027-01-01")
    doors.home.kit.clock.advance(360)  # type: ignore[attr-defined] # what was remembered is read again
    assert (await doors.open("/")).headers["location"] == "/agree"
    assert (await doors.open("/connect")).headers["location"] == "/agree"
    assert (await doors.open("/api/profile")).status == 403
    for path in ("/settings", "/settings/export", "/legal/terms"):
        assert (await doors.open(path)).status == 200, path
    page = (await doors.open("/agree")).text
    token = page.split('name="csrf" value="')[1].split('"')[0]
    assert (await doors.open("/agree", "POST", form={"csrf": token})).headers["location"] == "/"
    assert (await doors.open("/")).status == 200
