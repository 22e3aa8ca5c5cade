from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

import pytest

from oo.kernel.http.changes import BODY_LIMIT, UPLOAD_LIMIT
from oo.kernel.http.guard import Guard, Public
from oo.kernel.http.headers import ALWAYS, STRICT_TRANSPORT
from oo.kernel.http.site import Sites
from oo.kernel.http.throttle import BURST, TRIES
from oo.kernel.settings import load
from oo.testing.asgi import Answer, ask

pytestmark = pytest.mark.anyio
PUBLIC = Public(
    frozenset({"/sign-in", "/health"}),
    ("/sign-in/", "/static/"),
    files="/static/",
    door="/sign-in",
    uploads=frozenset({"/up"}),
    asking=frozenset({"/api/ask"}),
)


@dataclass(frozen=True, slots=True)
class Somebody:
    csrf: str = "token-of-the-session"
    user: str = "01LENA"
    renewed: str | None = None
    agreed: bool = True


class Inside:
    """An application that says what reached it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.states: list[dict[str, Any]] = []
        self.headers: list[tuple[bytes, bytes]] = [(b"content-type", b"text/plain")]
        self.status = 200
        self.fails: Exception | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.fails:
            raise self.fails
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.bodies.append(body)
        self.states.append(scope["state"])
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"inside"})


@dataclass
class Edge:
    inside: Inside
    guard: Guard
    somebody: Somebody


@pytest.fixture
def edge() -> Edge:
    return made()


def made(public_url: str | None = None, trusted: str = "") -> Edge:
    inside = Inside()
    whole = Edge(inside, None, Somebody())  # type: ignore[arg-type]

    async def authenticate(cookie: str) -> Somebody | None:
        return whole.somebody if cookie == "good" else None

    sites = Sites(public_url, load(trusted_proxies=trusted).trusted_proxies)
    whole.guard = Guard(inside, authenticate=authenticate, public=PUBLIC, sites=sites, session_seconds=3600)
    return whole


def signed_in(**more: str) -> dict[str, str]:
    return {"cookie": "a=b; oo=good", **{name.replace("_", "-"): value for name, value in more.items()}}


def has_all_headers(answer: Answer, *, secure: bool = False) -> bool:
    expected = {*ALWAYS, *((STRICT_TRANSPORT,) if secure else ())}
    return expected <= set(answer.raw) and (STRICT_TRANSPORT in answer.raw) == secure


async def test_without_a_session_pages_show_the_door_and_the_api_says_so(edge: Edge) -> None:
    page = await ask(edge.guard, "GET", "/settings")
    assert (page.status, page.headers["location"]) == (303, "/sign-in")
    api = await ask(edge.guard, "POST", "/api/recommend", data={})
    assert (api.status, api.json()["code"]) == (401, "sign-in-needed")
    assert api.headers["content-type"] == "application/problem+json"
    assert edge.inside.bodies == []


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/abc", "/health", "/static/oo.css"])
async def test_public_paths_need_no_session(edge: Edge, path: str) -> None:
    assert (await ask(edge.guard, "GET", path)).status == 200


@pytest.mark.parametrize("path", ["/healthy", "/sign-inside", "/static", "//sign-in/abc", "/SIGN-IN"])
async def test_what_is_not_named_public_is_closed(edge: Edge, path: str) -> None:
    assert (await ask(edge.guard, "GET", path)).status == 303


async def test_a_session_comes_in_with_its_identity(edge: Edge) -> None:
    answer = await ask(edge.guard, "GET", "/settings", headers=signed_in())
    assert answer.status == 200
    assert edge.inside.states[0]["identity"] is edge.somebody
    assert edge.inside.states[0]["site"].origin == "http://127.0.0.1:8042"


async def test_another_sites_cookie_name_opens_nothing(edge: Edge) -> None:
    answer = await ask(edge.guard, "GET", "/settings", headers={"cookie": "__Host-oo=good; xoo=good"})
    assert answer.status == 303


async def test_a_rotated_session_gets_its_new_cookie(edge: Edge) -> None:
    edge.somebody = Somebody(renewed="fresh")
    cookie = (await ask(edge.guard, "GET", "/", headers=signed_in())).headers["set-cookie"]
    assert cookie == "oo=fresh; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"


async def test_a_cookie_that_the_page_sets_wins_over_the_rotated_one(edge: Edge) -> None:
    edge.somebody = Somebody(renewed="fresh")
    edge.inside.headers = [(b"set-cookie", b"oo=; Max-Age=0")]
    assert (await ask(edge.guard, "GET", "/", headers=signed_in())).headers["set-cookie"] == "oo=; Max-Age=0"


async def test_every_answer_has_the_headers(edge: Edge) -> None:
    edge.inside.headers = [(b"content-security-policy", b"default-src *"), (b"cache-control", b"public")]
    fine = await ask(edge.guard, "GET", "/", headers=signed_in())
    refused = await ask(edge.guard, "GET", "http://evil.example/")
    redirected = await ask(edge.guard, "GET", "/")
    edge.inside.fails = RuntimeError("words")
    broken = await ask(edge.guard, "GET", "/", headers=signed_in())
    for answer in (fine, refused, redirected, broken):
        assert has_all_headers(answer), answer
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].count("default-src") == 1


async def test_strict_transport_is_promised_over_https_only() -> None:
    edge = made("https://oo.example.org", "10.0.0.1")
    proxied = {"x-forwarded-proto": "https", "cookie": "__Host-oo=good"}
    answer = await ask(edge.guard, "GET", "http://oo.example.org/", headers=proxied, client="10.0.0.1")
    assert answer.status == 200
    assert has_all_headers(answer, secure=True)


async def test_static_files_may_be_kept_as_long_as_they_say(edge: Edge) -> None:
    edge.inside.headers = [(b"cache-control", b"public, max-age=31536000, immutable")]
    assert "immutable" in (await ask(edge.guard, "GET", "/static/oo.1.css")).headers["cache-control"]
    edge.inside.status = 404
    assert (await ask(edge.guard, "GET", "/static/gone.css")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8042"}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": "http://127.0.0.1:8042"}, 200),
        ({}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8042"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"origin": "http://localhost:8042"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_change_comes_from_our_own_pages(edge: Edge, method: str, sent: dict[str, str], status: int) -> None:
    answer = await ask(edge.guard, method, "/do", headers={**signed_in(x_csrf=edge.somebody.csrf), **sent})
    assert answer.status == status
    assert len(edge.inside.bodies) == (1 if status == 200 else 0)


async def test_a_form_carries_the_sessions_token(edge: Edge) -> None:
    form = {"words": "Tee & Brötchen", "csrf": edge.somebody.csrf}
    answer = await ask(edge.guard, "POST", "/do", headers=signed_in(), form=form, chunks=3)
    assert answer.status == 200
    assert edge.inside.bodies == [b"words=Tee+%26+Br%C3%B6tchen&csrf=token-of-the-session"]


@pytest.mark.parametrize("form", [{}, {"csrf": ""}, {"csrf": "of-another-session"}, {"x": "csrf=token-of-the-session"}])
async def test_a_form_without_the_token_changes_nothing(edge: Edge, form: dict[str, str]) -> None:
    answer = await ask(edge.guard, "POST", "/do", headers=signed_in(), form={"a": "b", **form})
    assert (answer.status, answer.json()["code"]) == (403, "page-old")
    assert edge.inside.bodies == []


@pytest.mark.parametrize(
    ("path", "media", "body", "status"),
    [
        ("/api/feedback", "application/json", b"{}", 200),
        ("/api/feedback", "application/json; charset=utf-8", b"{}", 200),
        ("/api/recommend", "", b"", 200),
        ("/api/recommend", "", b"{}", 415),
        ("/do", "", b"", 415),
        ("/do", "text/plain", b'{"csrf":"token-of-the-session"}', 415),
        ("/do", "multipart/form-data; boundary=x", b"--x--", 415),
        ("/do", "application/x-www-form-urlencoded", b"\xff", 400),
    ],
)
async def test_only_json_goes_without_the_token(edge: Edge, path: str, media: str, body: bytes, status: int) -> None:
    headers = signed_in(**({"content_type": media} if media else {}))
    assert (await ask(edge.guard, "POST", path, headers=headers, body=body)).status == status


async def test_a_wrong_header_token_is_refused_even_with_json(edge: Edge) -> None:
    answer = await ask(edge.guard, "POST", "/api/feedback", headers=signed_in(x_csrf="wrong"), data={})
    assert answer.status == 403


@pytest.mark.parametrize("chunks", [1, 5])
async def test_a_body_over_the_limit_is_refused(edge: Edge, chunks: int) -> None:
    headers = signed_in(content_type="application/json")
    answer = await ask(
        edge.guard, "POST", "/api/feedback", headers=headers, body=b"x" * (BODY_LIMIT + 1), chunks=chunks
    )
    assert answer.status == 413
    assert has_all_headers(answer)
    fine = await ask(edge.guard, "POST", "/api/feedback", headers=headers, body=b"x" * BODY_LIMIT, chunks=chunks)
    assert fine.status == 200


async def test_a_fault_of_ours_gets_a_number_and_no_words(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    edge.inside.fails = ValueError("Call the clinic")
    answer = await ask(edge.guard, "POST", "/api/recommend", headers=signed_in(), data={})
    assert answer.status == 500
    assert answer.json()["number"] in answer.json()["detail"]
    assert "clinic" not in answer.text
    page = await ask(edge.guard, "GET", "/", headers=signed_in(accept="text/html"))
    assert page.headers["content-type"].startswith("text/plain")


async def test_a_database_that_is_full_or_away_is_said_and_when_to_come_again(edge: Edge) -> None:
    edge.inside.fails = sqlite3.OperationalError("database or disk is full")
    edge.inside.fails.sqlite_errorcode = sqlite3.SQLITE_FULL
    answer = await ask(edge.guard, "POST", "/api/feedback", data={}, headers=signed_in())
    assert (answer.status, answer.json()["code"], answer.headers["retry-after"]) == (503, "database-away", "2")
    assert "disk" not in answer.json()["detail"]


async def test_guessing_links_closes_the_door_for_a_while(edge: Edge) -> None:
    edge.inside.status = 410
    for _ in range(TRIES):
        assert (await ask(edge.guard, "GET", "/sign-in/guess", client="10.1.1.1")).status == 410
    closed = await ask(edge.guard, "GET", "/sign-in/guess", client="10.1.1.1")
    assert (closed.status, closed.headers["retry-after"]) == (429, "60")
    assert (await ask(edge.guard, "GET", "/sign-in/guess", client="10.1.1.2")).status == 410
    assert (await ask(edge.guard, "GET", "/sign-in", client="10.1.1.1")).status == 410


async def test_a_sign_in_that_works_is_not_counted(edge: Edge) -> None:
    edge.inside.status = 303
    for _ in range(TRIES * 2):
        assert (await ask(edge.guard, "GET", "/sign-in/right")).status == 303


async def test_an_account_that_changes_too_much_at_once_waits_and_the_others_do_not(edge: Edge) -> None:
    async def change(path: str = "/api/feedback") -> Answer:
        return await ask(edge.guard, "POST", path, data={}, headers=signed_in())

    answers = [await change() for _ in range(BURST + 20)]
    assert {answer.status for answer in answers[:BURST]} == {200}
    refused = next(answer for answer in answers if answer.status == 429)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("too-fast", "1")
    assert (await change("/api/ask")).status == 200
    assert (await ask(edge.guard, "GET", "/", headers=signed_in())).status == 200
    edge.somebody = Somebody(user="01MILO")
    assert (await change()).status == 200


async def test_websockets_are_turned_away(edge: Edge) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await edge.guard({"type": "websocket"}, None, send)  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1008}]


def form_with_a_file(token: str, size: int = 10, field: str = "csrf") -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{token}\r\n--x\r\n'
    return head.encode() + b'Content-Disposition: form-data; name="file"\r\n\r\n' + b"a" * size + b"\r\n--x--\r\n"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/up", form_with_a_file("token-of-the-session"), 200),
        ("/up", form_with_a_file("token-of-the-session", 5_000_000), 200),
        ("/up", form_with_a_file("token-of-the-session", UPLOAD_LIMIT), 413),
        ("/up", form_with_a_file("another"), 403),
        ("/up", form_with_a_file("token-of-the-session", field="other"), 400),
        ("/up", b"--x--", 400),
        ("/do", form_with_a_file("token-of-the-session"), 415),
        ("/do", form_with_a_file("token-of-the-session", 5_000_000), 413),
    ],
)
async def test_a_form_with_a_file_is_taken_where_uploads_are_with_its_token_first(
    edge: Edge, path: str, body: bytes, status: int
) -> None:
    headers = {
        "cookie": "oo=good",
        "content-type": "multipart/form-data; boundary=x",
        "origin": "http://127.0.0.1:8042",
    }
    answer = await ask(edge.guard, "POST", path, headers=headers, body=body)
    assert answer.status == status
    assert edge.inside.bodies == ([body] if status == 200 else [])
