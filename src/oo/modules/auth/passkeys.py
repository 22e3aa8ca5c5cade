"""Passkeys: made and asked for by the browser, checked here (WebAuthn level 2; webauthn does the cryptography).

A passkey is discoverable, so nobody types a name, and it counts only when the device verified its person. It is bound
to one origin: the instance's public one, or `localhost`; a bare address can have none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row

from oo.contracts.accounts import Identity, NewSession
from oo.contracts.errors import Refused
from oo.contracts.ids import UserId
from oo.contracts.sign_ins import Asked
from oo.kernel.db import Transaction
from oo.kernel.keys import KeyGone
from oo.kernel.module import Kit
from oo.modules.auth.audit import Audit
from oo.modules.auth.devices import device_name
from oo.modules.auth.entering import Entrance
from oo.modules.auth.names import clean_name
from oo.modules.auth.people import People
from oo.modules.auth.refusals import SignInRefused
from oo.modules.auth.repository import ways
from oo.modules.auth.tries import LASTS, Tries, check_browser, check_session

NAME, CREDENTIAL, PUBLIC_KEY = "passkeys.name", "passkeys.credential", "passkeys.public_key"
MOST = 20
"""Passkeys of one person."""
_MILLISECONDS = 120_000


class DevicePasskeys:
    """`Passkeys` of this instance's origin."""

    def __init__(self, kit: Kit, people: People, entrance: Entrance, audit: Audit) -> None:
        self._kit, self._people, self._entrance, self._audit = kit, people, entrance, audit
        self._tries = Tries(kit.db, kit.clock)

    def possible(self, *, origin: str) -> bool:
        """See `Passkeys.possible`."""
        public = self._kit.settings.public_url
        host = urlsplit(origin).hostname or ""
        return (origin == public and not _is_address(host)) if public else host == "localhost"

    async def kept(self, *, origin: str) -> bool:
        """See `Passkeys.kept`."""
        return self.possible(origin=origin) and await self._kit.db.read(ways.has_passkeys)

    async def offer(self, *, identity: Identity, origin: str) -> Asked:
        """See `Passkeys.offer`."""
        from webauthn import generate_registration_options
        from webauthn.helpers.structs import (
            AttestationConveyancePreference,
            AuthenticatorSelectionCriteria,
            PublicKeyCredentialDescriptor,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        host = self._host(origin)
        person = await self._people.one(identity.user)
        rows = await self._kit.db.read(lambda tx: ways.passkeys_of(tx, identity.user))
        if len(rows) >= MOST:
            raise Refused(f"There are {MOST} passkeys already; remove one first.")
        cipher = self._kit.keys.cipher(identity.user)
        challenge = self._challenge()
        options = generate_registration_options(
            rp_id=host,
            rp_name="oO",
            user_id=self._handle(identity.user),
            user_name=person.name,
            challenge=challenge,
            timeout=_MILLISECONDS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(_unpacked(cipher.open(CREDENTIAL, row.credential))) for row in rows
            ],
        )
        return await self._asked(options, challenge, "add", identity)

    async def add(
        self, *, identity: Identity, origin: str, proof: str, credential: Mapping[str, Any], name: str, device: str
    ) -> None:
        """See `Passkeys.add`."""
        from webauthn import verify_registration_response
        from webauthn.helpers.exceptions import WebAuthnException

        host, challenge = self._host(origin), challenge_of(credential)
        attempt = await self._tries.take(_packed(challenge), "add")
        try:
            check_browser(attempt, proof)
            check_session(attempt, identity)
            try:
                made = verify_registration_response(
                    credential=dict(credential),
                    expected_challenge=challenge,
                    expected_rp_id=host,
                    expected_origin=origin,
                    require_user_verification=True,
                )
            except (WebAuthnException, ValueError, TypeError, KeyError):
                raise SignInRefused("passkey") from None
        except SignInRefused as refused:
            await self._audit.refused("passkey", refused.reason, identity.user)
            raise
        cipher, now = self._kit.keys.cipher(identity.user), self._kit.clock.now()
        row = {
            "id": self._kit.ids.new(),
            "user_id": identity.user,
            "credential_digest": self._digest(made.credential_id),
            "credential": cipher.seal(CREDENTIAL, _packed(made.credential_id)),
            "public_key": cipher.seal(PUBLIC_KEY, _packed(made.credential_public_key)),
            "name": cipher.seal(NAME, clean_name(name) if name.strip() else device_name(device)),
            "counter": made.sign_count,
            "created_at": now,
            "used_at": None,
        }
        note = self._audit.line("way.added", user=identity.user, way="passkey")

        def unit(tx: Transaction) -> bool:
            if not ways.add_passkey(tx, row):
                return False
            ways.note(tx, note)
            return True

        if not await self._kit.db.write(unit):
            raise SignInRefused("somebody-else")

    async def ask(self, *, origin: str) -> Asked:
        """See `Passkeys.ask`."""
        from webauthn import generate_authentication_options
        from webauthn.helpers.structs import UserVerificationRequirement

        challenge = self._challenge()
        options = generate_authentication_options(
            rp_id=self._host(origin),
            challenge=challenge,
            timeout=_MILLISECONDS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return await self._asked(options, challenge, "enter", None)

    async def enter(self, *, origin: str, proof: str, credential: Mapping[str, Any], device: str) -> NewSession:
        """See `Passkeys.enter`."""
        host, challenge = self._host(origin), challenge_of(credential)
        attempt = await self._tries.take(_packed(challenge), "enter")
        whose: str | None = None
        try:
            check_browser(attempt, proof)
            row = await self._row(credential)
            whose = row.user_id
            count = self._verified(row, credential, challenge, host, origin)
            check_counter(row.counter, count)
            return await self._entered(row, count, device)
        except SignInRefused as refused:
            await self._audit.refused("passkey", refused.reason, whose)
            raise

    async def _entered(self, row: Row[Any], count: int, device: str) -> NewSession:
        now = self._kit.clock.now()
        note = self._audit.line("signed-in", user=row.user_id, way="passkey")

        def unit(tx: Transaction) -> bool:
            if not ways.passkey_used(tx, row.id, row.counter, count, now):
                return False
            ways.note(tx, note)
            return True

        session = await self._entrance.enter(row.user_id, device, unit)
        if session is None:  # it was used elsewhere, or removed, at the same moment
            raise SignInRefused("counter")
        return session

    async def _row(self, credential: Mapping[str, Any]) -> Row[Any]:
        """The passkey that the browser used, of somebody who is there."""
        try:
            digest = self._digest(_unpacked(str(credential.get("id", ""))))
        except ValueError:
            raise SignInRefused("passkey") from None
        row = await self._kit.db.read(lambda tx: ways.passkey(tx, digest))
        if row is None or await self._people.alive(row.user_id) is None:
            raise SignInRefused("nobody")
        return row

    def _verified(self, row: Row[Any], credential: Mapping[str, Any], challenge: bytes, host: str, origin: str) -> int:
        """The passkey's counter, once signature, challenge, origin, host, person and verification hold."""
        from webauthn import verify_authentication_response
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            cipher = self._kit.keys.cipher(row.user_id)
            used = verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=host,
                expected_origin=origin,
                credential_public_key=_unpacked(cipher.open(PUBLIC_KEY, row.public_key)),
                credential_current_sign_count=0,  # the counter is checked by `check_counter`, with its own word
                require_user_verification=True,
            )
            handle = credential["response"].get("userHandle")
        except (WebAuthnException, KeyGone, ValueError, TypeError, KeyError, AttributeError):
            raise SignInRefused("passkey") from None
        check_handle(handle, self._handle(UserId(row.user_id)))
        return used.new_sign_count

    async def _asked(self, options: Any, challenge: bytes, kind: str, identity: Identity | None) -> Asked:
        from webauthn.helpers import options_to_json_dict

        proof = self._kit.ids.token()
        await self._tries.keep(_packed(challenge), kind, proof, identity=identity)
        return Asked(options_to_json_dict(options), proof, int(LASTS.total_seconds()))

    def _host(self, origin: str) -> str:
        if not self.possible(origin=origin):
            raise Refused("Passkeys need a name: open http://localhost, or set OO_PUBLIC_URL and open that address.")
        return urlsplit(origin).hostname or ""

    def _challenge(self) -> bytes:
        return hashlib.sha256(self._kit.ids.token().encode()).digest()

    def _handle(self, user: UserId) -> bytes:
        """What a device keeps as the person: the same each time, and nothing that says who it is (section 14.6.1)."""
        return self._kit.keys.digest("passkeys.handle", user).encode()

    def _digest(self, credential: bytes) -> str:
        return self._kit.keys.digest(CREDENTIAL, _packed(credential))


def challenge_of(credential: Mapping[str, Any]) -> bytes:
    """The challenge that a browser says it answers, untrusted; raises `SignInRefused` when there is none."""
    try:
        return _unpacked(json.loads(_unpacked(credential["response"]["clientDataJSON"]))["challenge"])
    except (ValueError, TypeError, KeyError):
        raise SignInRefused("passkey") from None


def check_counter(was: int, now: int) -> None:
    """A counter that does not move on says that there are two of this passkey (section 6.1.1); zero says nothing."""
    if (was or now) and now <= was:
        raise SignInRefused("counter")


def check_handle(given: object, expected: bytes) -> None:
    """The person that the device kept, where it says so, is the one whom the passkey belongs to."""
    if given is None:
        return
    try:
        same = isinstance(given, str) and hmac.compare_digest(_unpacked(given), expected)
    except ValueError:
        same = False
    if not same:
        raise SignInRefused("passkey")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
