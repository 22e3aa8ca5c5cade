"""`oo up`: everything in one process, and a link to come in by."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

import uvicorn
import uvloop

from oo.contracts.accounts import Accounts
from oo.contracts.errors import Unusable
from oo.contracts.sources import Sources
from oo.contracts.tails import EventTail
from oo.entry.control import listening
from oo.entry.deeds import Deeds
from oo.entry.parts import Part, allowed
from oo.entry.server import Tools, application
from oo.entry.wiring import House, house
from oo.kernel import log, tracing
from oo.kernel.http.guard import Guard
from oo.kernel.http.problems import App
from oo.kernel.http.site import Sites
from oo.kernel.settings import Settings
from oo.ml.serving import passes

_GRACE_SECONDS = 3
_BACKLOG = 2048


class PortTaken(Exception):
    """Somebody else listens there; the message says where, and what to do."""


def run(settings: Settings, files: Sequence[str], out: TextIO, part: Part = Part.UP) -> None:
    """Serve until SIGTERM or SIGINT; raises `PortTaken`, or `Unusable` for a file that can't be connected.

    Only the whole house, not a part of it, prints a link to come in by.
    """
    allowed(settings, part)
    door = door_of(settings)
    log.configure(level=settings.log_level)
    tracing.configure(settings.traces_url, f"oo-{part.value}")
    with door, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, files, door, out, part))


def address_of(settings: Settings, port: int | None = None) -> str:
    """The address that a person on this machine, or behind the proxy, opens."""
    if settings.public_url:
        return settings.public_url
    local = settings.host in ("127.0.0.1", "0.0.0.0", "")  # noqa: S104 - listening everywhere includes here
    name = "127.0.0.1" if local else "localhost" if settings.host in ("::", "::1") else settings.host
    return f"http://{name}:{settings.port if port is None else port}"


async def _serve(settings: Settings, files: Sequence[str], door: socket.socket, out: TextIO, part: Part) -> None:
    async with house(settings, part=part) as home:
        address = address_of(settings, door.getsockname()[1])
        deeds = Deeds(home, address)
        link = await deeds.link() if part is Part.UP else None
        await _connect(home, files)
        async with listening(settings.data, deeds.do):
            # What was loaded stays for good: without it a full collection is short, and nobody waits for one.
            gc.collect()
            gc.freeze()
            # A request makes hundreds of objects and no cycles to speak of: looking for some after every 700 is waste.
            gc.set_threshold(20_000, 20, 20)
            invited = f"Open this within 15 minutes, once, to sign in:\n{link}\n" if link else ""
            out.write(f"oO is at {address}\n{invited}")
            out.flush()
            await answer_until_told(_app(home, settings), door, home.promises[EventTail].end)


async def _connect(home: House, files: Sequence[str]) -> None:
    """Connect what `--file` names for the owner; a path that was connected before stays as it is."""
    if not files:
        return
    people = await home.promises[Accounts].people()
    owner = next(person for person in people if person.role == "owner")
    for path in files:
        where = _absolute(path)
        try:
            await home.promises[Sources].add_files(user=owner.id, path=where, trusted=True)
        except Unusable as error:
            raise Unusable(f"--file {path}: {error.detail}") from None


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _app(home: House, settings: Settings) -> Guard:
    sites = Sites(settings.public_url, settings.trusted_proxies)
    kit, access = home.kit, log.access_log(settings.log_level)
    let_in = passes(settings, kit.clock, kit.ids)
    return application(home.promises, Tools(kit.clock, kit.ids, sites, home.health, access, passes=let_in))


async def answer_until_told(app: App, door: socket.socket, end_streams: Callable[[], None]) -> None:
    """Answer requests until a signal comes; what is in progress has a moment to end, and what never ends is told to."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, _stop, server)
    config.load()
    server.lifespan = config.lifespan_class(config)
    try:
        # What `Server.serve` does, but for its signal handlers: they end the process before the house is in order.
        await server.startup(sockets=[door])
        await server.main_loop()
        end_streams()
        await server.shutdown(sockets=[door])
    finally:
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(sign)


def _stop(server: uvicorn.Server) -> None:
    server.force_exit = server.should_exit
    server.should_exit = True


def door_of(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say; raises `PortTaken`."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    door = socket.socket(family)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((settings.host, settings.port))
        door.listen(_BACKLOG)
        door.setblocking(False)
    except (OSError, OverflowError) as error:
        door.close()
        raise PortTaken(_why_not(settings, error)) from None
    return door


def _why_not(settings: Settings, error: Exception) -> str:
    where = f"{settings.host}:{settings.port}"
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return f"Somebody listens on {where} already; choose another port with --port, or stop the other one."
    if code == errno.EACCES:
        return f"Port {settings.port} is not allowed to you; choose one above 1023 with --port."
    return f"oO cannot listen on {where}; choose an address of this machine with --host."
