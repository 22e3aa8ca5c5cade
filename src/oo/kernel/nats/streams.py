"""The three streams: what signals said, what became of tips, and everything else; made by the relay alone."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js.api import StreamInfo

PREFIX = "oo.v1"
SHARDS = 64
MAX_AGE_SECONDS = 7 * 24 * 3600.0
"""As long as the log keeps what was handed on."""
WINDOW_SECONDS = 120.0
"""Within it the server drops what it has; beyond it cursors do. It saves work, and nothing rests on it."""
STREAMS: Mapping[str, Sequence[str]] = {
    "SIGNALS": (f"{PREFIX}.signals.>",),
    "TIPS": (f"{PREFIX}.tips.>",),
    "STATE": tuple(
        f"{PREFIX}.{room}.>" for room in ("integrations", "features", "agents", "profile", "notifier", "auth", "ops")
    ),
}
"""Every stream with its subjects."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a stream is, in which of its makings."""

    epoch: str
    """The stream's name and when it was made: another one is a stream without what this one had."""
    last: int


def stream_of(kind: str) -> str:
    """The stream that an event type goes to.

    >>> stream_of("signals.task.added"), stream_of("tips.tip.seen"), stream_of("profile.pref.set")
    ('SIGNALS', 'TIPS', 'STATE')
    """
    return {"signals": "SIGNALS", "tips": "TIPS"}.get(kind.partition(".")[0], "STATE")


def subject_of(kind: str, user: str) -> str:
    """The subject of an event: its type and one of 64 shards, so that no subject names a person.

    >>> subject_of("tips.tip.seen", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    'oo.v1.tips.tip.seen.14'
    """
    return f"{PREFIX}.{kind}.{zlib.crc32(user.encode()) % SHARDS:02d}"


def subjects_of(kinds: Sequence[str]) -> list[str]:
    """The subjects of event types, all shards."""
    return [f"{PREFIX}.{kind}.*" for kind in sorted(kinds)]


async def ensure(client: Client, replicas: int) -> dict[str, Place]:
    """Make the streams that are missing, bring the others' settings up to date; how far each is."""
    return {name: await _ensured(client, name, subjects, replicas) for name, subjects in STREAMS.items()}


async def _ensured(client: Client, name: str, subjects: Sequence[str], replicas: int) -> Place:
    from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
    from nats.js.errors import NotFoundError

    streams = client.jetstream()
    try:
        info = await streams.stream_info(name)
    except NotFoundError:
        config = StreamConfig(
            name=name,
            subjects=list(subjects),
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            discard=DiscardPolicy.OLD,
            max_age=MAX_AGE_SECONDS,
            duplicate_window=WINDOW_SECONDS,
            num_replicas=replicas,
        )
        info = await streams.add_stream(config)
    else:
        wanted = {"subjects": list(subjects), "max_age": MAX_AGE_SECONDS, "num_replicas": replicas}
        if any(getattr(info.config, setting) != value for setting, value in wanted.items()):
            info = await streams.update_stream(info.config.evolve(**wanted))
    return place_of(info)


def place_of(info: StreamInfo) -> Place:
    """How far a stream is, from what the server says of it."""
    created: Any = info.created
    made = created.isoformat() if hasattr(created, "isoformat") else str(created)
    return Place(f"{info.config.name} {made}", info.state.last_seq)
