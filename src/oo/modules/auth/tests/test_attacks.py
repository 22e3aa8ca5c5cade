"""Attacks on a sign-in by a provider: each is refused for its own reason, and works where its checks are taken out.

The list is RFC 9700's and OpenID Connect Core's; `guards` names every check that stands in an attack's way. A control
takes them out and watches the attack come in: so none of these tests passes for another reason than its check.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from oo.modules.auth import claims, issuers, sign_ins, tries
from oo.modules.auth.refusals import SignInRefused
from oo.modules.auth.repository import ways
from oo.modules.auth.sessions import digest_of
from oo.modules.auth.tests.gate import Gate, gate
from oo.modules.auth.tries import Tries

pytestmark = pytest.mark.anyio
Changes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attack:
    """What is done between going and coming back, and what of the answer is changed."""

    reason: str
    guards: tuple[str, ...]
    does: Callable[[Gate], Awaitable[Changes]]
    adding: bool = False


def of_the_provider(**wrong: Any) -> Callable[[Gate], Awaitable[Changes]]:
    async def does(door: Gate) -> Changes:
        door.provider.wrong(**wrong)
        return {}

    return does


def on_the_way_back(**wrong: Any) -> Callable[[Gate], Awaitable[Changes]]:
    async def does(door: Gate) -> Changes:
        door.provider.wrong(**wrong)
        await door.go()
        return {}

    return does


def of_the_browser(**changes: Any) -> Callable[[Gate], Awaitable[Changes]]:
    async def does(door: Gate) -> Changes:
        door.provider.wrong(lax=True)  # so that nothing but our own checks stands in the way
        return changes

    return does


async def comes_again(door: Gate) -> Changes:
    door.provider.wrong(lax=True)
    await door.back()
    return {}


async def comes_late(door: Gate) -> Changes:
    door.later(minutes=10)
    return {}


async def goes_to_another_provider(door: Gate) -> Changes:
    door.provider.wrong(lax=True)
    await door.go("google")
    return {}


async def brings_a_stolen_code(door: Gate) -> Changes:
    """The victim's way back carries a code that was meant for the attacker's own."""
    ours, brought = door.begun, dict(door.brought)
    await door.go()
    stolen = door.brought["code"]
    door.begun, door.brought = ours, {**brought, "code": stolen}
    return {}


async def in_somebody_else_s_session(door: Gate) -> Changes:
    return {"identity": await door.person("Milo")}


FORGED = ("sign_ins.signed_claims",)
ATTACKS: dict[str, Attack] = {
    "no state": Attack("state", ("Tries.take",), of_the_browser(state="")),
    "a state that never was": Attack("state", ("Tries.take",), of_the_browser(state="made up")),
    "an endless state": Attack("state", ("Tries.take",), of_the_browser(state="s" * 100_000)),
    "the same answer twice": Attack("state", ("ways.take_attempt",), comes_again),
    "an answer after ten minutes": Attack("expired", ("tries.check_in_time",), comes_late),
    "another browser": Attack("browser", ("sign_ins.check_browser", "claims.check_nonce"), of_the_browser(proof="x")),
    "a browser without its cookie": Attack(
        "browser", ("sign_ins.check_browser", "claims.check_nonce"), of_the_browser(proof="")
    ),
    "one provider's answer at another's address": Attack(
        "provider", ("sign_ins.check_provider",), goes_to_another_provider
    ),
    "an answer that names another issuer": Attack(
        "issuer", ("sign_ins.check_who_answers",), on_the_way_back(answers_as="https://evil.example")
    ),
    "an answer without the issuer that was promised": Attack(
        "issuer", ("sign_ins.check_who_answers",), on_the_way_back(answers_as="")
    ),
    "a code of another sign-in": Attack(
        "exchange", ("claims.check_nonce", "the provider's PKCE"), brings_a_stolen_code
    ),
    "a token without a signature": Attack("signature", FORGED, of_the_provider(algorithm="none")),
    "a token signed with the public key": Attack("signature", FORGED, of_the_provider(algorithm="HS256")),
    "a token signed by a stranger": Attack("signature", FORGED, of_the_provider(stranger=True)),
    "a token with an unknown key": Attack("signature", FORGED, of_the_provider(key_name="key-9")),
    "a token that brings its own key": Attack(
        "signature", FORGED, of_the_provider(stranger=True, header={"jku": "https://evil.example/keys"})
    ),
    "a token of another issuer": Attack(
        "issuer", ("claims.check_issuer",), of_the_provider(issuer="https://evil.example")
    ),
    "a token for another client": Attack("audience", ("claims.check_audience",), of_the_provider(audience="other")),
    "a token for several": Attack("audience", ("claims.check_audience",), of_the_provider(audience=["oo", "other"])),
    "a token that another client was given": Attack(
        "audience", ("claims.check_audience",), of_the_provider(audience=["oo", "other"], party="other")
    ),
    "a token that is over": Attack("token-expired", ("claims.check_times",), of_the_provider(lives=-61.0)),
    "a token of tomorrow": Attack("token-expired", ("claims.check_times",), of_the_provider(begun=86_400.0)),
    "a token without an end": Attack("claims", ("claims.check_times",), of_the_provider(claims={"exp": None})),
    "a token with another nonce": Attack("nonce", ("claims.check_nonce",), of_the_provider(nonce="another")),
    "a token without a nonce": Attack("nonce", ("claims.check_nonce",), of_the_provider(claims={"nonce": None})),
    "an access token of another": Attack(
        "access-token", ("claims.check_access_token",), of_the_provider(access_token_of_another=True)
    ),
    "adding within another session": Attack("session", ("sign_ins.check_session",), in_somebody_else_s_session, True),
    "adding without a session": Attack("session", ("sign_ins.check_session",), of_the_browser(identity=None), True),
}


async def ready(door: Gate, attack: Attack) -> Changes:
    """Lena has the provider; her browser has just come back from it."""
    lena = await door.person("Lena")
    if not attack.adding:
        await door.link(lena)
    await door.go(adding=lena if attack.adding else None)
    return await attack.does(door)


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_refused_for_its_own_reason(name: str, tmp_path: Path) -> None:
    attack = ATTACKS[name]
    async with gate(tmp_path) as door:
        changes = await ready(door, attack)
        before = [len(await door.rows(table)) for table in ("sessions", "identities")]
        with pytest.raises(SignInRefused) as refused:
            await door.back(**changes)
        assert refused.value.reason == attack.reason
        assert [len(await door.rows(table)) for table in ("sessions", "identities")] == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
async def test_without_its_checks_the_attack_comes_in(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack = ATTACKS[name]
    async with gate(tmp_path) as door:
        changes = await ready(door, attack)
        for guard in attack.guards:
            taken_out(guard, door, monkeypatch)
        arrived = await door.back(**changes)
        assert (arrived.session is None) == attack.adding


@pytest.mark.parametrize("name", ["another browser", "a code of another sign-in"])
async def test_where_two_checks_stand_in_the_way_one_of_them_is_enough(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack = ATTACKS[name]
    async with gate(tmp_path) as door:
        changes = await ready(door, attack)
        taken_out(next(guard for guard in attack.guards if guard != "claims.check_nonce"), door, monkeypatch)
        with pytest.raises(SignInRefused) as refused:
            await door.back(**changes)
        assert refused.value.reason == "nonce"


@pytest.mark.parametrize(
    ("described", "reason"),
    [
        ({"issuer": "https://evil.example"}, "discovery"),
        ({"token_endpoint": "http://169.254.169.254/latest"}, "discovery"),
        ({"jwks_uri": "file:///etc/passwd"}, "discovery"),
        ({"token_endpoint": None}, "discovery"),
        ({"token_endpoint": "https://10.0.0.1/token"}, "away"),
    ],
)
async def test_what_a_provider_says_of_itself_leads_nowhere_else(
    described: Mapping[str, Any], reason: str, tmp_path: Path
) -> None:
    async with gate(tmp_path) as door:
        door.provider.wrong(described=described)
        with pytest.raises(SignInRefused) as refused:
            await there_and_back(door)
        assert refused.value.reason == reason


async def test_without_the_check_of_its_issuer_a_description_of_another_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    understood = issuers._understood
    monkeypatch.setattr(
        issuers, "_understood", lambda client, said: understood(client, {**said, "issuer": client.issuer})
    )
    async with gate(tmp_path) as door:
        door.provider.wrong(described={"issuer": "https://evil.example"})
        assert (await door.go()).url.startswith(door.provider.origin)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"sends_on": "http://127.0.0.1:1/"}, "exchange"),
        ({"body": b"<html>busy</html>"}, "exchange"),
        ({"body": b'{"id_token": "half'}, "exchange"),
        ({"body": b'{"id_token": 5}'}, "exchange"),
        ({"body": b'{"id_token": "no.token.at-all"}'}, "signature"),
        ({"body": b" " * 2_000_000}, "away"),
        ({"status": 503}, "away"),
        ({"status": 400}, "exchange"),
    ],
)
async def test_a_token_endpoint_that_fails_lets_nobody_in(
    wrong: Mapping[str, Any], reason: str, tmp_path: Path
) -> None:
    async with gate(tmp_path) as door:
        await door.go()
        door.provider.wrong(**wrong)
        with pytest.raises(SignInRefused) as refused:
            await door.back()
        assert refused.value.reason == reason


async def test_keys_that_the_provider_changed_are_fetched_again_once_a_minute(tmp_path: Path) -> None:
    async with gate(tmp_path) as door:
        await door.link(await door.person())
        door.provider.signer = type(door.provider.signer)("key-2")
        for minutes in (0, 2):  # at once it is too early to ask again
            door.later(minutes=minutes)
            await door.go()
            if minutes:
                assert (await door.back()).session
            else:
                with pytest.raises(SignInRefused):
                    await door.back()
        assert door.provider.asked.count("/keys") == 2


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil", "", "/a\r\nb"]
)
async def test_a_sign_in_ends_on_a_page_of_this_instance(path: str, tmp_path: Path) -> None:
    async with gate(tmp_path) as door:
        await door.link(await door.person())
        await door.go(back=path)
        assert (await door.back()).back == "/"
        await door.go(back="/connect")
        assert (await door.back()).back == "/connect"


async def test_without_its_check_a_sign_in_ends_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_ins, "inside", lambda path: path)
    async with gate(tmp_path) as door:
        await door.link(await door.person())
        await door.go(back="//evil.example")
        assert (await door.back()).back == "//evil.example"


async def test_more_tries_than_there_may_be_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from oo.contracts.errors import TooMany

    monkeypatch.setattr(tries, "MOST_OPEN", 3)
    async with gate(tmp_path) as door:
        for _ in range(3):
            await door.go()
        with pytest.raises(TooMany):
            await door.go()
        door.later(minutes=10)
        await door.go()


async def there_and_back(door: Gate) -> None:
    await door.go()
    await door.back()


def taken_out(guard: str, door: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a check out, as whoever deletes its line would."""
    match guard:
        case "Tries.take":
            monkeypatch.setattr(Tries, "take", _the_only_one)
        case "ways.take_attempt":
            monkeypatch.setattr(ways, "take_attempt", lambda tx, digest: _kept(door))
        case "sign_ins.signed_claims":
            monkeypatch.setattr(sign_ins, "signed_claims", lambda token, keys, algorithms: _unsigned(token))
            monkeypatch.setattr(sign_ins, "has_key", lambda keys, kid: True)
        case "the provider's PKCE":
            door.provider.wrong(lax=True)
        case _:
            room, name = guard.split(".")
            module = {"sign_ins": sign_ins, "claims": claims, "tries": tries}[room]
            monkeypatch.setattr(module, name, lambda *_, **__: None)


async def _the_only_one(self: Tries, *_: object) -> Any:
    from sqlalchemy import select

    from oo.modules.auth.tables import attempts

    return await self._db.read(lambda tx: tx.execute(select(attempts)).first())


def _kept(door: Gate) -> Any:
    """A try that is not used up: the last one of this browser, though its row is gone."""
    from types import SimpleNamespace

    assert door.begun is not None
    found = {"kind": "provider", "provider": "oidc", "back": "/", "user_id": None, "session": None}
    ends = door.room.clock.now().replace(year=2100)
    return SimpleNamespace(**found, browser=digest_of(door.begun.proof), expires_at=ends)


def _unsigned(token: str) -> Mapping[str, Any]:
    body = token.split(".")[1]
    found: Mapping[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found
