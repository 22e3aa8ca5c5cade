"""What goes wrong when a source is read: a sentence for the person, and when to try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from oo.contracts.connectors import Reconnect, TryLater
from oo.contracts.errors import Problem
from oo.kernel.log import get_logger
from oo.kernel.module import Kit
from oo.modules.integrations.catalogue import Catalogue
from oo.modules.integrations.connection import EVERY, Connection

FAULT = "oO could not read this because of a fault of its own. It tries again later."
NOT_INSTALLED = "What reads this kind of source is not installed any more."
FIRST_RETRY = timedelta(seconds=4)

log = get_logger("integrations")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a read failed: the state that follows, a sentence for the person, and when to try again."""

    state: str
    problem: str
    after: timedelta


class Faults:
    """Errors of connectors that are bugs: logged without words, and counted since the process began."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._last: datetime | None = None
        self.count = 0

    def note(self, connection: Connection, error: Exception) -> None:
        """A connector broke."""
        self.count += 1
        self._last = self._kit.clock.now()
        log.error("connector.failed", failure=error, connector=connection.connector, connection=connection.id)

    def recent(self) -> bool:
        """Whether there was one within the time in which every connection is read."""
        return self._last is not None and self._kit.clock.now() - self._last <= EVERY

    def failure(self, catalogue: Catalogue, connection: Connection, error: Exception) -> Failure:
        """What an error of a connector means; one that is a bug is noted."""
        again = min(FIRST_RETRY * 2 ** min(connection.failures, 10), EVERY)
        if isinstance(error, Reconnect):
            return Failure("reconnect", error.detail, EVERY)
        if isinstance(error, TryLater):
            return Failure("slow", error.detail, max(error.after, again))
        if isinstance(error, Problem):
            return Failure("slow", error.detail, again)
        if isinstance(error, KeyError) and catalogue.manifest(connection.connector) is None:
            return Failure("slow", NOT_INSTALLED, EVERY)
        self.note(connection, error)
        return Failure("slow", FAULT, again)
