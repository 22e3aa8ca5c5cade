"""What `oo doctor` looks at where NATS carries events."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from oo.entry.commands.doctor import Finding
from oo.kernel.nats.connection import Away, Line
from oo.kernel.nats.guard import Finding as Said
from oo.kernel.nats.guard import Guard
from oo.kernel.settings import Settings

_SECONDS = 3.0


def findings(settings: Settings) -> Iterator[Finding]:
    """Whether NATS answers, and whether its server keeps what it acknowledges."""
    try:
        said = asyncio.run(_look(settings))
    except Away:
        yield Finding("NATS", "it does not answer; start it, or mend OO_NATS_URL. Until then events wait in the log")
        return
    yield Finding("NATS answers")
    for one in said:
        yield Finding("nats-server", one.sentence.removesuffix("."))


async def _look(settings: Settings) -> list[Said]:
    guard = Guard(monitor=settings.nats_monitor, replicas=settings.nats_replicas)

    async def anything(_client: object) -> None:
        """Look at servers that a running oO would refuse, too."""

    assert settings.nats_url is not None
    async with Line(settings.nats_url.get_secret_value(), "oo-doctor", anything) as line:
        await line.tried(_SECONDS)
        return await guard.look(line.now)
