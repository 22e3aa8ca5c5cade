"""`python -m benchmarks calendars`: first and idle reads of calendars through the whole house, over real HTTP.

The servers are the stand-ins, in a process of their own, each answer 20 ms late; CPU is that of oO's process alone.
"""

from __future__ import annotations

import asyncio
import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from urllib.parse import parse_qsl, urlsplit

from benchmarks.report import Figure
from oo.contracts.accounts import Accounts
from oo.contracts.ids import ConnectionId, UserId
from oo.contracts.sources import ConnectionView, Sources
from oo.entry.wiring import house
from oo.kernel.settings import Settings

LATE = 0.020
EVENTS, TASKS = 1_000, 2_000
LOOKS = 20
KINDS = ("caldav",)
_EVENT = "\r\n".join(
    (
        "BEGIN:VEVENT",
        "UID:{n}",
        "DTSTAMP:20261101T080000Z",
        "DTSTART:{start}",
        "DTEND:{end}",
        "SUMMARY:Talk",
        "END:VEVENT",
        "",
    )
)
_TODO = "\r\n".join(
    (
        "BEGIN:VTODO",
        "UID:t{n}",
        "DTSTAMP:20261101T080000Z",
        "SUMMARY:Thing {n}",
        "DUE;VALUE=DATE:20261122",
        "END:VTODO",
        "",
    )
)
_MARKS = b'<propfind xmlns="DAV:"><prop><sync-token/><getetag/></prop></propfind>'
_WHOLE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//\r\n{}END:VCALENDAR\r\n"


def calendars() -> Iterator[Figure]:
    """What a first read takes, and the CPU of one that finds nothing new."""
    for kind in KINDS:
        with _serving(kind) as url:
            yield from asyncio.run(_measured(kind, url))


async def _measured(kind: str, url: str) -> list[Figure]:
    async with _oo(url) as (sources, user):
        begun = perf_counter()
        view = await _connect(sources, user, kind, url)
        while view.state == "first":
            await asyncio.sleep(0.02)
            view = next(one for one in await sources.connections(user=user) if one.id == view.id)
        first = perf_counter() - begun
        if view.state != "works":
            raise RuntimeError(f"{kind}: {view.state} {view.problem}")
        idle = [await _cpu(sources, user, view.id) for _ in range(LOOKS)]
    what = f"{EVENTS:,} events" + (f", {TASKS:,} tasks" if kind == "caldav" else "")
    beside = f"{what}, 20 ms an answer, stored"
    spread = f"median of {LOOKS}, most {max(idle):.1f} ms; the whole read, HTTP and database included"
    return [
        Figure(f"{kind}: first read", first, "s", "< 10 s", 10, beside),
        Figure(f"{kind}: CPU of a read with nothing new", median(idle), "ms", "< 20 ms", 20, spread),
    ]


async def _cpu(sources: Sources, user: UserId, id: ConnectionId) -> float:
    begun = process_time()
    await sources.read_now(user=user, connection=id)
    return (process_time() - begun) * 1000


async def _connect(sources: Sources, user: UserId, kind: str, url: str) -> ConnectionView:
    if kind == "calendar_feed":
        from oo.testing.feeds.server import SECRET

        return await sources.add_address(user=user, connector=kind, address=f"{url}{SECRET}")
    if kind == "caldav":
        from oo.testing.caldav.server import PASSWORD, USER

        return await sources.add_address(user=user, connector=kind, address=f"{url}/", name=USER, password=PASSWORD)
    session = "bench"
    address = await sources.begin_account(user=user, session=session, connector=kind, origin="http://127.0.0.1:1")  # type: ignore[arg-type]
    line = http.client.HTTPConnection(urlsplit(url).netloc)
    line.request("GET", address.removeprefix(url))
    answer = dict(parse_qsl(urlsplit(line.getresponse().headers["location"]).query))
    line.close()
    return await sources.finish_account(user=user, session=session, connector=kind, answer=answer)  # type: ignore[arg-type]


@asynccontextmanager
async def _oo(url: str) -> AsyncIterator[tuple[Sources, UserId]]:
    from oo.testing.google.oauth import CLIENT_ID, CLIENT_SECRET

    given = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "auth_url": f"{url}/o/oauth2/v2/auth"}
    given |= {"token_url": f"{url}/token", "api_url": f"{url}/calendar/v3/", "revoke_url": f"{url}/revoke"}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data=Path(folder),
            private_hosts=(urlsplit(url).netloc,),
            providers={f"google_{name}": value for name, value in given.items()},
        )
        async with house(settings) as home:
            accounts = home.promises[Accounts]
            opened = await accounts.redeem(token=await accounts.owner_link(), device="bench")
            who = await accounts.authenticate(cookie=opened.cookie)
            assert who is not None
            yield home.promises[Sources], who.user


@contextmanager
def _serving(kind: str) -> Iterator[str]:
    """A stand-in in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.calendars", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, env=os.environ) as child:
        assert child.stdout is not None and child.stdin is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.kill()


def serve(kind: str) -> None:
    """Be a stand-in until whoever began it ends."""
    from oo.testing.feeds.server import Feed
    from oo.testing.google.server import Google
    from oo.testing.standins.serving import Standing

    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    spans = [(now + timedelta(minutes=45 * n), now + timedelta(minutes=45 * n + 30)) for n in range(EVENTS)]
    if kind == "google_calendar":
        google = Google()
        for n, (start, end) in enumerate(spans):
            google.calendar().put(f"e{n}", start, end)
        google.faults.delay = LATE
        with Standing(google.faults) as standing:
            _until_told(standing.url)
        return
    texts = [
        _EVENT.format(n=n, start=f"{a:%Y%m%dT%H%M%SZ}", end=f"{b:%Y%m%dT%H%M%SZ}") for n, (a, b) in enumerate(spans)
    ]
    if kind == "calendar_feed":
        feed = Feed(_WHOLE.format("".join(texts)).encode())
        feed.faults.delay = LATE
        with Standing(feed.faults) as standing:
            _until_told(standing.url)
        return
    from oo.testing.caldav.server import Dav

    with tempfile.TemporaryDirectory() as folder, Dav(Path(folder)) as dav:
        # A whole calendar at once: Radicale makes a resource of each component.
        dav.put("/ada/work/", _WHOLE.format("".join(texts)))
        dav.put("/ada/tasks/", _WHOLE.format("".join(_TODO.format(n=n) for n in range(TASKS))))
        # Radicale reads every resource once before it can say a sync token; that is its time, not oO's.
        dav.ask("PROPFIND", "/ada/", _MARKS, {"depth": "1"})
        dav.faults.delay = LATE
        _until_told(dav.standing.url)


def _until_told(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    sys.stdin.read()


BENCHES = (calendars,)

if __name__ == "__main__":
    serve(sys.argv[1])
