"""Is this nats-server one that keeps what it acknowledged? Unsafe versions are refused, doubtful settings told of.

A client sees the server's version. `sync_interval` it can see at the monitoring address alone (`/varz`): neither the
connection nor `$JS.API.INFO` tells, and `$SYS` answers only to a system account.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from oo.kernel.log import get_logger

if TYPE_CHECKING:
    from nats.aio.client import Client

OLDEST = (2, 10, 23)
"""The first without the loss of a stream when its process is killed (nats-server's notes of 2.10.23)."""
ADVISED = (2, 12, 0)
_SECONDS = 3.0

log = get_logger("nats")


class NatsUnsafe(Exception):
    """This nats-server loses what it has acknowledged; the message says which setting or version, and the mend."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a server that somebody should know."""

    sentence: str
    refused: bool = False
    """Whether oO does not use the server because of it."""
    word: str = ""
    """For the log."""


def findings(version: str, *, jetstream: bool, synced: bool | None, replicas: int) -> list[Finding]:
    """What there is to say of a server; `synced` is None when it can't be seen.

    >>> [found.word for found in findings("2.15.1", jetstream=True, synced=True, replicas=1)]
    []
    """
    found = []
    number = _number(version)
    if not jetstream:
        found.append(
            Finding("nats-server runs without JetStream; start it with -js, or with jetstream {} in its file.", True)
        )
    if number < OLDEST:
        found.append(
            Finding(
                f"nats-server {version} loses streams when it is killed; "
                f"oO needs {_said(OLDEST)} or newer, and {_said(ADVISED)} is advised.",
                True,
            )
        )
    elif number < ADVISED:
        found.append(
            Finding(f"nats-server {version} is supported, and {_said(ADVISED)} or newer is advised.", word="version")
        )
    if replicas == 1 and synced is False:
        found.append(
            Finding(
                "nats-server writes to the disk every two minutes only, so a power cut takes what it acknowledged; "
                "put sync_interval: always into jetstream {} of its file. What is lost is sent again from the log.",
                word="sync_interval",
            )
        )
    if replicas == 1 and synced is None:
        found.append(
            Finding(
                "Whether nats-server has sync_interval: always can't be seen; "
                "name its monitoring address in OO_NATS_MONITOR, such as http://127.0.0.1:8222.",
                word="sync_interval-unseen",
            )
        )
    return found


class Guard:
    """Looks at each server before it is used."""

    def __init__(self, *, monitor: str | None = None, replicas: int = 1) -> None:
        self._monitor, self._replicas = monitor, replicas
        self._told: set[str] = set()

    async def __call__(self, client: Client) -> None:
        """Raise `NatsUnsafe` for a server that is not to be used; tell the log, once, what else there is."""
        for finding in await self.look(client):
            if finding.refused:
                raise NatsUnsafe(finding.sentence)
            if finding.word not in self._told:
                self._told.add(finding.word)
                log.warning("nats.unsafe", reason=finding.word, version=_version(client))

    async def look(self, client: Client) -> list[Finding]:
        """What there is to say of the server at the other end."""
        told: Mapping[str, Any] = client._server_info
        version = _version(client)
        synced = await self._synced() if self._monitor and self._replicas == 1 else None
        return findings(version, jetstream=bool(told.get("jetstream")), synced=synced, replicas=self._replicas)

    async def _synced(self) -> bool | None:
        """Whether the server waits for the disk at each message, as its monitoring address says; None without one."""
        from oo.kernel.http.client import Client as Http
        from oo.kernel.http.failures import HttpFailed

        assert self._monitor is not None
        host = urlsplit(self._monitor).hostname or ""
        try:
            async with Http(allowed=(host,), seconds=_SECONDS) as asking:
                reply = await asking.ask("GET", f"{self._monitor.rstrip('/')}/varz")
            settings = json.loads(reply.body)["jetstream"]["config"]
        except (HttpFailed, ValueError, KeyError, TypeError):
            return None
        return bool(settings.get("sync_always", False)) if isinstance(settings, dict) else None


def _version(client: Client) -> str:
    return str(client._server_info.get("version", "0"))


def _number(version: str) -> tuple[int, ...]:
    """The three numbers of a version; a preview counts as its release.

    >>> _number("2.12.0-preview.1"), _number("2.9")
    ((2, 12, 0), (2, 9, 0))
    """
    parts = [int(part) for part in re.findall(r"\d+", version.partition("-")[0])[:3]]
    return tuple(parts + [0] * (3 - len(parts)))


def _said(number: tuple[int, ...]) -> str:
    return ".".join(map(str, number))
