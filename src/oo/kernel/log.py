"""Structured logs that no personal text can enter: named events, an allow-list of fields, values of one word.

An event is a literal such as `job.failed`; a field that is not in `FIELDS`, or a value with a space in it, raises under
tests and is left out in production. Exceptions are logged by type and place, never by their arguments.
"""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
import sys
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar, Token
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

# fmt: off
FIELDS = frozenset((
    "access", "admin", "bytes", "code", "connection", "connector", "consumer", "count", "decision", "elapsed",
    "error", "event_type", "host", "job", "kind", "library", "method", "ms", "module", "number", "part", "plugin",
    "policy", "port", "reason", "room", "route", "rows", "rule", "seconds", "seam", "session", "signal", "source",
    "state", "status", "tries", "user", "version", "where",
))
# fmt: on
"""Every field that a log line may have beside its time, level, event and trace."""

_EVENT = re.compile(r"[a-z]+(?:[._-][a-z0-9]+)*")
_WORD = re.compile(r"[!-~]{0,200}")
_PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_NO_TRACE = "0" * 32
_FRAMES = 12

_trace: ContextVar[str] = ContextVar("oo_trace", default="")


class NotForLogs(Exception):
    """A log line carries something that could be a person's."""


class Logger:
    """Writes the events of one room."""

    __slots__ = ("_room",)

    def __init__(self, room: str) -> None:
        self._room = room

    def debug(self, event: str, /, **fields: Any) -> None:
        """An event that only matters when looking for a fault."""
        self._write("debug", event, None, fields)

    def info(self, event: str, /, **fields: Any) -> None:
        """An event of normal life."""
        self._write("info", event, None, fields)

    def warning(self, event: str, /, failure: BaseException | None = None, **fields: Any) -> None:
        """An event that mends itself, or that somebody should know of."""
        self._write("warning", event, failure, fields)

    def error(self, event: str, /, failure: BaseException | None = None, **fields: Any) -> None:
        """An event that somebody has to look at."""
        self._write("error", event, failure, fields)

    def _write(self, level: str, event: str, failure: BaseException | None, fields: dict[str, Any]) -> None:
        structlog = _structlog()
        if not structlog.is_configured():  # nobody started a server: a test, or a short command
            configure(strict=True, level="warning")
        if failure is not None:
            fields = {**fields, **told(failure)}
        getattr(structlog.get_logger(), level)(event, room=self._room, **fields)


def get_logger(room: str) -> Logger:
    """The logger of a room; costs nothing until it writes."""
    return Logger(room)


def configure(
    *, level: str = "info", strict: bool = False, stream: TextIO | None = None, plain: bool | None = None
) -> None:
    """Write JSON lines (on a terminal: readable ones) to `stream`, by default stderr; `strict` raises `NotForLogs`."""
    structlog = _structlog()
    out = stream or sys.stderr
    readable = out.isatty() if plain is None else plain
    renderer = structlog.dev.ConsoleRenderer(colors=out.isatty()) if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[structlog.processors.add_log_level, _stamp, _Sieve(strict), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    if not strict:  # a test sees what libraries say by its own means
        logging.basicConfig(handlers=[_Libraries(logging.WARNING)], level=logging.WARNING, force=True)
        logging.captureWarnings(True)


def access_log(level: str, stream: TextIO | None = None) -> Callable[[str, str, int, float], None] | None:
    """Writes `(method, route template, status, ms)` of a request, or None when the level leaves it out.

    Every request pays for this line, so JSON is put together here: its parts are the house's own words and numbers.
    """
    if level not in ("debug", "info"):
        return None
    out = stream or sys.stderr
    if out.isatty():
        log = get_logger("http")
        return lambda method, route, status, ms: log.info(
            "request", method=method, route=route, status=status, ms=round(ms, 1)
        )
    write = out.write

    def line(method: str, route: str, status: int, ms: float) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        write(
            f'{{"at":"{at}","level":"info","event":"request","room":"http","trace":"{trace_id()}",'
            f'"method":"{method}","route":"{route}","status":{status},"ms":{ms:.1f}}}\n'
        )

    return line


def begin_trace(traceparent: str | None = None) -> None:
    """Begin a trace, or go on with the caller's (W3C Trace Context); a malformed parent begins a new one."""
    parent = _PARENT.fullmatch(traceparent) if traceparent else None
    fresh = secrets.token_hex(24)
    trace = parent[1] if parent and parent[1] != _NO_TRACE else fresh[:32]
    _trace.set(f"00-{trace}-{fresh[32:]}-01")


def traceparent() -> str:
    """The W3C `traceparent` of the work at hand, for events and requests; begins one when there is none."""
    if not _trace.get():
        begin_trace()
    return _trace.get()


def span_entered(parent: str) -> Token[str]:
    """Name a span as the parent of what is begun from here on; the token is for `span_left`."""
    return _trace.set(parent)


def span_left(token: Token[str]) -> None:
    """Go back to the span before; where the work went on in another context there is none to go back to."""
    with contextlib.suppress(ValueError):
        _trace.reset(token)


def trace_id() -> str:
    """The 32 hexadecimal digits of the work at hand, empty when there is none."""
    return _trace.get()[3:35]


def told(failure: BaseException) -> dict[str, Any]:
    """What a log may say of an exception: its type and its places, innermost first; never its arguments."""
    return {"error": type(failure).__name__, "where": _places(failure.__traceback__)}


class _Sieve:
    """Lets through only what cannot be a person's words."""

    def __init__(self, strict: bool) -> None:
        self._strict = strict

    def __call__(self, _logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if not _EVENT.fullmatch(line["event"]):
            self._refuse("an event's name is a literal such as job.failed")
            line["event"] = "unnamed"
        for name in [name for name in line if name not in _OWN]:
            if name not in FIELDS:
                self._refuse(f"the field {name!r} is not in oo.kernel.log.FIELDS")
                del line[name]
            elif not _is_plain(line[name]):
                self._refuse(f"the value of {name!r} is not a number or a single word")
                del line[name]
        return line

    def _refuse(self, reason: str) -> None:
        if self._strict:
            raise NotForLogs(f"This log line is refused: {reason}.")


class _Libraries(logging.Handler):
    """Tells that a library complained, and where; its words may hold anything, so they are left out."""

    def emit(self, record: logging.LogRecord) -> None:
        failure = record.exc_info[1] if record.exc_info else None
        place = f"{_short(record.pathname)}:{record.lineno}"
        fields: dict[str, Any] = {
            "library": record.name.replace(" ", "-"),
            "where": place,
            **(told(failure) if failure else {}),
        }
        log = get_logger("library")
        (log.error if record.levelno >= logging.ERROR else log.warning)("library.complained", **fields)


_OWN = frozenset({"event", "level", "at", "trace"})


def _structlog() -> Any:
    """Load structlog without rich, which costs 0.14 s and 8 MB for coloured tracebacks: ours name places only."""
    hidden = "structlog" not in sys.modules and "rich" not in sys.modules
    if hidden:
        sys.modules["rich"] = None  # type: ignore[assignment] # how Python is told that a module is not there
    try:
        import structlog
    finally:
        if hidden:
            del sys.modules["rich"]
    return structlog


def _stamp(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    if trace := trace_id():
        line["trace"] = trace
    return line


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return _WORD.fullmatch(value) is not None
    if isinstance(value, list | tuple):
        return len(value) <= _FRAMES and all(isinstance(part, str) and _is_plain(part) for part in value)
    return value is None or isinstance(value, bool | int | float)


def _places(trace: TracebackType | None) -> list[str]:
    places: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(re.sub(r"[^!-~]", "_", f"{_short(code.co_filename)}:{trace.tb_lineno}:{code.co_name}")[:200])
        trace = trace.tb_next
    return places[: -_FRAMES - 1 : -1]


def _short(path: str) -> str:
    return "/".join(path.rsplit("/", 3)[-3:])
