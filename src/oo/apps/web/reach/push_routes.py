"""Notifications of this device: switched on, renewed, and asked after on each visit, so that they heal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from oo.apps.web.pages import Pages, Visitor
from oo.contracts.deliveries import ChannelView
from oo.contracts.errors import Invalid

CHANNEL = "webpush"
Text = Annotated[str, Field(max_length=1_500)]


class KeysIn(BaseModel):
    """The keys of a subscription."""

    model_config = ConfigDict(extra="ignore")

    p256dh: Text
    auth: Text


class SubscriptionIn(BaseModel):
    """A subscription as `PushSubscription.toJSON()` writes it."""

    model_config = ConfigDict(extra="ignore")

    endpoint: Text
    keys: KeysIn

    def values(self) -> Mapping[str, str]:
        """As the channel takes it."""
        return {"endpoint": self.endpoint, "p256dh": self.keys.p256dh, "auth": self.keys.auth}


class DeviceIn(BaseModel):
    """What a device says of itself."""

    model_config = ConfigDict(extra="forbid")

    device: Annotated[str, Field(max_length=64)] = ""
    """The id that it was given when notifications were switched on here."""
    subscription: SubscriptionIn | None = None
    old: SubscriptionIn | None = None
    """The one before, where the browser changed it by itself."""
    zone: Annotated[str, Field(max_length=64)] = ""


class PushRoutes:
    """Answers devices."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._deliveries = pages.promises.deliveries

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard."""
        return [
            Route("/push/on", self.on, methods=["POST"]),
            Route("/push/renew", self.renew, methods=["POST"]),
            Route("/push/here", self.here, methods=["POST"]),
        ]

    async def on(self, request: Request) -> Response:
        """Let this device be written to, under the name that its session has."""
        visitor = await self._pages.visitor(request)
        said = await _read(request)
        if said.subscription is None:
            raise Invalid
        sessions = await self._pages.promises.accounts.sessions(identity=visitor.identity)
        name = next((session.device for session in sessions if session.current), "")
        device = await self._deliveries.subscribe(
            user=visitor.user, channel=CHANNEL, values=said.subscription.values(), name=name, zone=said.zone
        )
        return JSONResponse({"device": device.id})

    async def renew(self, request: Request) -> Response:
        """Take another subscription of the same device: what the browser changed, or what a page made anew."""
        visitor = await self._pages.visitor(request)
        said = await _read(request)
        if said.subscription is None or (said.old is None and not said.device):
            raise Invalid
        device = await self._deliveries.renew(
            user=visitor.user,
            channel=CHANNEL,
            old=said.old.values() if said.old else {},
            device=said.device,
            values=said.subscription.values(),
            zone=said.zone,
        )
        return JSONResponse({"device": device.id})

    async def here(self, request: Request) -> Response:
        """Hear that a device is here, and say how it is: well, to be mended, or switched off elsewhere.

        `state` is `well` with the tip that it is right to show, `mend` with the key to subscribe with and what to say
        then, or `off`. What was never switched on here asks nothing.
        """
        visitor = await self._pages.visitor(request)
        said, t = await _read(request), visitor.t
        values = said.subscription.values() if said.subscription else None
        found = await self._deliveries.heartbeat(user=visitor.user, channel=CHANNEL, values=values, zone=said.zone)
        if found is not None and found.id == said.device:
            current = await self._deliveries.current(user=visitor.user, device=found.id)
            return JSONResponse({"state": "well", "current": current or "", "key": (await self._push(visitor))[0]})
        key, known = await self._push(visitor)
        if not key or said.device not in known:
            return JSONResponse({"state": "off"})
        phone = "Mobi" in request.headers.get("user-agent", "")
        healed = (
            t("Notifications had stopped on this phone. They work again.")
            if phone
            else t("Notifications had stopped on this device. They work again.")
        )
        stopped = t("Notifications stopped on this phone.") if phone else t("Notifications stopped on this device.")
        return JSONResponse(
            {"state": "mend", "key": key, "healed": healed, "stopped": stopped, "allow": t("Allow them")}
        )

    async def _push(self, visitor: Visitor) -> tuple[str, frozenset[str]]:
        """The key that browsers subscribe with, and the person's devices."""
        channels = await self._deliveries.channels(user=visitor.user)
        push: ChannelView | None = next((one for one in channels if one.id == CHANNEL), None)
        if push is None:
            return "", frozenset()
        return push.facts.get("application_server_key", ""), frozenset(device.id for device in push.devices)


async def _read(request: Request) -> DeviceIn:
    try:
        return DeviceIn.model_validate_json(await request.body())
    except ValidationError:
        raise Invalid from None
