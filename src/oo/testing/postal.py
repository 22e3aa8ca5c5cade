"""The faults of a service that is posted to, for the stand-ins of channels."""

from __future__ import annotations

from oo.testing.channel_cases import WAIT, Fault
from oo.testing.posted import Answer

FAULTS: tuple[Fault, ...] = ("down", "gone", "busy", "dropped", "redirects", "strange")


def answer_of(fault: Fault, elsewhere: str = "/elsewhere") -> Answer:
    """What such a service says."""
    match fault:
        case "down":
            return Answer(503)
        case "gone":
            return Answer(410)
        case "busy":
            return Answer(429, {"retry-after": str(int(WAIT.total_seconds()))})
        case "dropped":
            return Answer(hang_up=True)
        case "redirects":
            return Answer(307, {"location": elsewhere})
        case "strange":
            return Answer(418, {"content-type": "text/html"}, b"<html>" + b"x" * 70_000)
