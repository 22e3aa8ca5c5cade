"""Signing in by a provider: one try from the button to the way back (OpenID Connect Core 1.0; RFC 9700; RFC 9207).

A try is a row that is used once, within ten minutes, by the browser that began it: the browser's cookie holds a secret
from which nonce and PKCE verifier follow, so that the table holds nothing that would help anybody else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from oo.contracts.accounts import Identity, NewSession
from oo.contracts.errors import NotFound
from oo.contracts.ids import UserId
from oo.contracts.sign_ins import Answered, Arrived, Begun, Provider, WayIn
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.modules.auth import repository
from oo.modules.auth.audit import Audit
from oo.modules.auth.back import inside
from oo.modules.auth.claims import Expected, Subject, described, has_key, key_id, signed_claims, subject_of
from oo.modules.auth.entering import Entrance
from oo.modules.auth.issuers import Issuers
from oo.modules.auth.passkeys import NAME as PASSKEY
from oo.modules.auth.people import People
from oo.modules.auth.providers import Client, clients
from oo.modules.auth.refusals import SignInRefused
from oo.modules.auth.repository import ways
from oo.modules.auth.tries import LASTS, Tries, check_browser, check_session

SUBJECT, LABEL = "identities.subject", "identities.label"
_SCOPE = "openid email profile"


class ProviderSignIns:
    """`SignIns` over the providers of the settings."""

    def __init__(
        self, kit: Kit, people: People, entrance: Entrance, audit: Audit, issuers: Issuers | None = None
    ) -> None:
        self._kit, self._people, self._entrance, self._audit = kit, people, entrance, audit
        self._clients: Mapping[str, Client] = clients(kit.settings)
        self._issuers = issuers or Issuers(kit.clock)
        self._tries = Tries(kit.db, kit.clock)

    def providers(self) -> Sequence[Provider]:
        """See `SignIns.providers`."""
        return [Provider(client.id, client.name) for client in self._clients.values()]

    async def begin(self, *, provider: str, origin: str, back: str = "/", adding: Identity | None = None) -> Begun:
        """See `SignIns.begin`."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        client = self._client(provider)
        described = await self._issuers.described(client)
        state, proof = self._kit.ids.token(), self._kit.ids.token()
        await self._tries.keep(state, "provider", proof, identity=adding, provider=client.id, back=inside(back))
        url = prepare_grant_uri(
            described.authorization_endpoint,
            client.client_id,
            "code",
            redirect_uri=self._redirect(client, origin),
            scope=_SCOPE,
            state=state,
            nonce=_nonce(proof),
            code_challenge=create_s256_code_challenge(_verifier(proof)),
            code_challenge_method="S256",
            prompt="select_account" if adding else None,
        )
        return Begun(url, proof, int(LASTS.total_seconds()))

    async def arrive(
        self, *, answered: Answered, proof: str, origin: str, device: str, identity: Identity | None
    ) -> Arrived:
        """See `SignIns.arrive`."""
        client = self._client(answered.provider)
        attempt = await self._taken(answered)
        try:
            self._is_the_same(attempt, answered, proof, identity)
            subject = await self._known(client, answered, proof, origin)
            if attempt.user_id is not None:
                await self._linked(client, subject, UserId(attempt.user_id))
                return Arrived(None, attempt.back)
            return Arrived(await self._entered(client, subject, device), attempt.back)
        except SignInRefused as refused:
            await self._audit.refused(client.id, refused.reason, attempt.user_id)
            raise

    async def ways(self, *, user: UserId) -> Sequence[WayIn]:
        """See `SignIns.ways`."""
        names = {client.id: client.name for client in self._clients.values()}
        rows = await self._kit.db.read(lambda tx: (ways.identities_of(tx, user), ways.passkeys_of(tx, user)))
        cipher = self._kit.keys.cipher(user)
        found = [
            WayIn(
                row.id,
                "provider",
                names.get(row.provider, row.provider),
                cipher.open(LABEL, row.label),
                row.created_at,
                row.used_at,
                row.provider,
            )
            for row in rows[0]
        ]
        found += [
            WayIn(row.id, "passkey", cipher.open(PASSKEY, row.name), "", row.created_at, row.used_at) for row in rows[1]
        ]
        return sorted(found, key=lambda way: way.since)

    async def remove(self, *, user: UserId, way: str) -> None:
        """See `SignIns.remove`."""
        note = self._audit.line("way.removed", user=user)

        def unit(tx: Transaction) -> str | None:
            what = ways.remove(tx, user, way)
            if what is not None:
                ways.note(tx, {**note, "way": what})
            return what

        if await self._kit.db.write(unit) is None:
            raise NotFound

    def _client(self, provider: str) -> Client:
        if provider not in self._clients:
            raise NotFound
        return self._clients[provider]

    def _redirect(self, client: Client, origin: str) -> str:
        """The address that the provider sends browsers back to: one per provider, exactly as it was registered."""
        return f"{self._kit.settings.public_url or origin}/sign-in/from/{client.id}"

    async def _taken(self, answered: Answered) -> Row[Any]:
        """The try that this state belongs to, which is used up by it."""
        try:
            return await self._tries.take(answered.state, "provider", answered.code, answered.issuer or "")
        except SignInRefused:
            if answered.error:  # some providers leave the state out when they say no; nothing is used up by it
                raise SignInRefused("denied") from None
            raise

    def _is_the_same(self, attempt: Row[Any], answered: Answered, proof: str, identity: Identity | None) -> None:
        """The same browser, the same provider and, where one is added, the same session as when it began."""
        check_browser(attempt, proof)
        check_provider(attempt, answered)
        check_session(attempt, identity)

    async def _known(self, client: Client, answered: Answered, proof: str, origin: str) -> Subject:
        """Whom the provider knows, once everything that it says holds."""
        said = await self._issuers.described(client)
        check_who_answers(client, answered, announced=said.names_itself)
        if answered.error or not answered.code:
            raise SignInRefused("denied")
        redirect = self._redirect(client, origin)
        tokens = await self._issuers.exchange(client, code=answered.code, redirect=redirect, verifier=_verifier(proof))
        token, access = tokens["id_token"], tokens.get("access_token")
        access = access if isinstance(access, str) else ""
        keys = await self._issuers.keys(client)
        if not has_key(keys, key_id(token)):
            keys = await self._issuers.keys(client, missing=True)
        claims = signed_claims(token, keys, client.algorithms or said.algorithms)
        now = self._kit.clock.now()
        expected = Expected(client.issuer, client.names, client.client_id, _nonce(proof), access, now)
        subject = subject_of(claims, expected)
        if not subject.email:
            more = await self._issuers.userinfo(client, access)
            if more.get("sub") == subject.id:  # else it is about somebody else (Core section 5.3.2)
                subject = described(subject, {**claims, **more})
        return subject

    async def _entered(self, client: Client, subject: Subject, device: str) -> NewSession:
        """A session for whom the subject belongs to; nobody else is let in, and an e-mail alone makes nobody known."""
        digest, now = self._digest(subject), self._kit.clock.now()
        known = await self._kit.db.read(lambda tx: ways.identity(tx, digest))
        user = await self._people.alive(None if known is None else known.user_id)
        if known is not None and user is not None:
            identity, person = known.id, user
            also: Callable[[Transaction], bool] = lambda tx: ways.identity_used(tx, identity, now)  # noqa: E731
        else:
            person = await self._seeded(subject)
            also = self._adding(client, subject, person)
        note = self._audit.line("signed-in", user=person, way=client.id)

        def unit(tx: Transaction) -> bool:
            if not also(tx):
                return False
            ways.note(tx, note)
            return True

        try:
            session = await self._entrance.enter(person, device, unit)
        except KeyGone:
            session = None
        if session is None:
            raise SignInRefused("nobody")
        return session

    async def _seeded(self, subject: Subject) -> str:
        """The owner, while nobody has ever been in as such, for the address that the operator set."""
        seed = self._kit.settings.admin_seed_email
        if not seed or not subject.verified or not same_address(subject.email, seed):
            raise SignInRefused("nobody")
        owner = await self._people.owner()
        row = await self._kit.db.read(lambda tx: repository.person(tx, owner))
        if row is None or row.joined_at is not None:
            raise SignInRefused("nobody")
        return owner

    async def _linked(self, client: Client, subject: Subject, user: UserId) -> None:
        digest = self._digest(subject)
        adding = self._adding(client, subject, user)
        note = self._audit.line("way.added", user=user, way=client.id)

        def unit(tx: Transaction) -> bool:
            if adding(tx):
                ways.note(tx, note)
                return True
            there = ways.identity(tx, digest)
            return there is not None and there.user_id == user

        if not await self._kit.db.write(unit):
            raise SignInRefused("somebody-else")

    def _adding(self, client: Client, subject: Subject, user: str) -> Callable[[Transaction], bool]:
        cipher, now = self._kit.keys.cipher(user), self._kit.clock.now()
        row = {
            "id": self._kit.ids.new(),
            "user_id": user,
            "provider": client.id,
            "subject_digest": self._digest(subject),
            "subject": cipher.seal(SUBJECT, f"{subject.issuer} {subject.id}"),
            "label": cipher.seal(LABEL, subject.email or subject.name),
            "created_at": now,
            "used_at": now,
        }
        return lambda tx: ways.add_identity(tx, row)

    def _digest(self, subject: Subject) -> str:
        """By which a subject is found: issuer and subject, never an e-mail (Core section 5.7)."""
        return self._kit.keys.digest(SUBJECT, f"{subject.issuer}\0{subject.id}")


def check_provider(attempt: Row[Any], answered: Answered) -> None:
    """The answer came to the address of the provider that was asked (RFC 9700 section 4.4)."""
    if attempt.provider != answered.provider:
        raise SignInRefused("provider")


def check_who_answers(client: Client, answered: Answered, *, announced: bool) -> None:
    """The issuer that the answer names is the one that was asked (RFC 9207), and it names one where it said so."""
    if answered.issuer is None and not announced:
        return
    if answered.issuer != client.issuer:
        raise SignInRefused("issuer")


def same_address(one: str, other: str) -> bool:
    """Whether two mail addresses are the same for whoever typed one of them."""
    return bool(one) and hmac.compare_digest(one.strip().casefold().encode(), other.strip().casefold().encode())


def _nonce(proof: str) -> str:
    return _derived("nonce", proof)


def _verifier(proof: str) -> str:
    return _derived("verifier", proof)


def _derived(what: str, proof: str) -> str:
    """43 characters that follow from a browser's secret, and from which it does not follow."""
    digest = hashlib.sha256(f"oo {what}\0{proof}".encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
