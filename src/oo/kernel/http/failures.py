"""What can go wrong when asking another server; messages name the host and never the URL: it may hold secrets."""

from __future__ import annotations


class HttpFailed(Exception):
    """The other server could not be asked, or its answer not be used."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{(type(self).__doc__ or '').strip()} ({host})")
        self.host = host


class Unreachable(HttpFailed):
    """The other server is not to be reached, or took too long."""


class Unanswered(Unreachable):
    """The other server was asked and did not answer: it may have done what it was asked, or not."""


class AddressRefused(HttpFailed):
    """This host is not on the public internet, so it is not asked."""


class RedirectRefused(HttpFailed):
    """The other server points to where its answer would not be safe."""


class ReplyTooLarge(HttpFailed):
    """The answer is larger than allowed."""


class ReplyGarbled(HttpFailed):
    """The answer cannot be decoded."""
