"""Headers and cookies on every route, on errors too, and no change that another site sent (bar 20)."""

from __future__ import annotations

from typing import Any

import pytest

from oo.entry import server
from oo.kernel.http.headers import ALWAYS, STRICT_TRANSPORT
from oo.kernel.http.site import Sites
from oo.kernel.settings import load
from oo.testing.asgi import Answer, ask

pytestmark = pytest.mark.anyio
HERE = "http://127.0.0.1:8042"
KEPT = {"/api/agents/registry": "private, max-age=60"}
"""What a browser may keep for a while: it says nothing of anybody."""


def complete(answer: Answer) -> bool:
    names = [name for name, _ in answer.raw]
    once = all(names.count(name) == 1 for name, _ in ALWAYS)
    return once and set(ALWAYS) <= set(answer.raw) and names.count(b"cache-control") == 1


async def test_every_route_and_every_error_has_the_headers(world: Any) -> None:
    statuses = set()
    for who in ("anonymous", "other"):
        for route in world.routes:
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "TRACE"):
                path = route.path.replace("{", "").replace("}", "")
                sent: dict[str, Any] = {"form": {}} if method in ("POST", "PUT", "DELETE") else {}
                answer = await world.ask(who, method, path, **sent)
                statuses.add(answer.status)
                assert complete(answer), (who, method, path, answer.raw)
                read = answer.status == 200 and method in ("GET", "HEAD")
                kept = KEPT.get(path, "no-store") if read else "no-store"
                assert answer.headers["cache-control"] == kept, (who, method, path)
                assert "server" not in answer.headers
    assert statuses >= {200, 303, 401, 404, 405, 410}


async def test_static_files_are_kept_for_good_and_are_nobodys(world: Any) -> None:
    page = (await world.ask("anonymous", "GET", "/sign-in")).text
    names = [part.split('"')[0] for part in page.split('="')[1:] if part.startswith("/static/")]
    assert len(names) >= 3
    for name in names:
        answer = await world.ask("anonymous", "GET", name)
        assert complete(answer)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "set-cookie" not in answer.headers


async def test_a_sign_in_gives_one_cookie_that_scripts_and_other_sites_do_not_get(world: Any) -> None:
    from oo.contracts.accounts import Accounts

    token = await world.home.promises[Accounts].invite(name="Otto")
    answer = await ask(world.app, "GET", f"/sign-in/{token}", client="10.9.9.9")
    [cookie] = [value.decode() for name, value in answer.raw if name == b"set-cookie"]
    parts = [part.strip().lower() for part in cookie.split(";")]
    assert parts[0].startswith("oo=")
    assert {"httponly", "path=/", "samesite=lax"} <= set(parts)
    assert "secure" not in parts
    assert not any(part.startswith("domain") for part in parts)


async def test_over_https_the_cookie_is_bound_to_the_host_and_strict_transport_is_promised(world: Any) -> None:
    from oo.contracts.accounts import Accounts

    trusted = load(trusted_proxies="10.0.0.1").trusted_proxies
    sites = Sites("https://oo.example.org", trusted)
    tools = server.Tools(world.home.kit.clock, world.home.kit.ids, sites, world.home.health)
    app = server.application(world.home.promises, tools)
    token = await world.home.promises[Accounts].invite(name="Otto")
    proxied = {"x-forwarded-proto": "https"}
    answer = await ask(app, "GET", f"http://oo.example.org/sign-in/{token}", headers=proxied, client="10.0.0.1")
    assert answer.status == 303
    assert answer.headers["location"] == "/"
    [cookie] = [value.decode() for name, value in answer.raw if name == b"set-cookie"]
    parts = [part.strip().lower() for part in cookie.split(";")]
    assert parts[0].startswith("__host-oo=")
    assert {"httponly", "path=/", "samesite=lax", "secure"} <= set(parts)
    assert STRICT_TRANSPORT in answer.raw


@pytest.mark.parametrize(
    "foreign",
    [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
)
async def test_no_route_takes_a_change_from_another_site(world: Any, foreign: dict[str, str]) -> None:
    other = world.visitors["other"]
    tried = 0
    for route in world.routes:
        for method in sorted(set(route.methods or ()) - {"GET", "HEAD"}):
            path = route.path.replace("{connection}", world.milos["connection"])
            headers = {"cookie": other.cookie, "x-csrf": other.csrf, **foreign}
            answer = await ask(world.app, method, path, headers=headers, client="10.7.7.7", data={})
            assert answer.status == 403, (method, path)
            tried += 1
    assert tried >= 14


async def test_no_route_takes_a_form_without_the_sessions_token(world: Any) -> None:
    other = world.visitors["other"]
    for route in world.routes:
        for method in sorted(set(route.methods or ()) - {"GET", "HEAD"}):
            path = route.path.replace("{connection}", world.milos["connection"])
            headers = {"cookie": other.cookie, "origin": HERE}
            answer = await ask(
                world.app, method, path, headers=headers, client="10.8.8.8", form={"csrf": world.visitors["admin"].csrf}
            )
            assert answer.status == 403, (method, path)


@pytest.mark.parametrize("host", ["192.168.1.20:8042", "oo.example.org", "evil.example"])
async def test_plain_http_from_afar_is_refused_on_every_route_with_the_mend(world: Any, host: str) -> None:
    for route in world.routes:
        answer = await ask(world.app, "GET", f"http://{host}{route.path}", headers={"accept": "text/html"})
        assert answer.status == 403
        assert complete(answer)
    assert "OO_PUBLIC_URL" in (await ask(world.app, "GET", f"http://{host}/")).json()["detail"]
