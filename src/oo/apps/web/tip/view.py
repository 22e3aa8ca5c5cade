"""What the tip page shows, in each of its states; made by routes, drawn by `page.html`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from oo.apps.web.frame import Link
from oo.contracts.decisions import Kind

Open: TypeAlias = Literal["nothing", "later", "not"]

_SMALL = 28
_MEDIUM = 56
_STAYS = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class MomentRow:
    """One row of the Later list: the moment's name, its time as shown and as spoken, and the instant to send back."""

    label: str
    shown: str
    spoken: str
    until: str


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One row of the Not this list: how far, and when it ends."""

    scope: Literal["now", "item", "kind"]
    label: str
    line: str


@dataclass(frozen=True, slots=True)
class TipView:
    """One tip with its actions; with `open` set its list shows instead of the actions, and the tip is dimmed."""

    id: str
    key: str
    """Idempotency key of the next reaction from this page."""
    kind: Kind
    text: str
    why: str
    links: tuple[Link, ...] = ()
    """What can be opened from the why."""
    receipt: str = ""
    """Who wrote it and what left this host for that; empty for the composer's words."""
    after: str = ""
    """What is said once it was answered, where those are other words than the button's."""
    gilt: str | None = None
    """A word or number of an insight, as it stands in the text, that is set in gilt."""
    hour: str | None = None
    """The time of a reminder, as in "15:30"."""
    hands: str | None = None
    """The path of the ring's hands for that time."""
    open: Open = "nothing"
    moments: tuple[MomentRow, ...] = ()
    pick_from: str = ""
    """Local time, as in "2026-11-21T10:45", from which a moment can be picked."""
    scopes: tuple[ScopeRow, ...] = ()
    say: str = ""
    """What the status says once when this page arrives by the person's own act."""
    state: str = "tip"

    @property
    def size(self) -> str:
        """The type size by length: S up to 28 characters, M up to 56, L beyond; a reminder has its own."""
        if self.hour is not None:
            return "r"
        return "s" if len(self.text) <= _SMALL else "m" if len(self.text) <= _MEDIUM else "l"

    @property
    def parts(self) -> tuple[str, str, str]:
        """The text before the gilt word, the gilt word, and the text after it, whose first word stays in its line."""
        if not self.gilt:
            return self.text, "", ""
        before, gilt, after = self.text.partition(self.gilt)
        return before, gilt, _STAYS + after[1:] if after.startswith(" ") else after


@dataclass(frozen=True, slots=True)
class AfterView:
    """What was just done, while it can be taken back."""

    id: str
    key: str
    ring: Literal["done", "task", "silence"]
    """Full when it is done, open when it comes back later, flat when it was turned away."""
    title: str
    line: str
    say: str
    undo_seconds: int
    """How long undo stays when nobody looks at it; never shown."""
    state: str = "after"


@dataclass(frozen=True, slots=True)
class SilenceView:
    """Nothing now, and the one true line of why."""

    why: str
    say: str = ""
    id: str = ""
    state: str = "silence"


@dataclass(frozen=True, slots=True)
class FirstView:
    """Three things on your mind: what a person without any source sees."""

    things: tuple[str, str, str] = ("", "", "")
    empty: bool = False
    """Sent without a word: says that one is enough."""
    id: str = ""
    say: str = ""
    state: str = "first"


@dataclass(frozen=True, slots=True)
class ReconnectView:
    """A source that asks to sign in again, when no other source has a tip."""

    source: str
    href: str
    id: str = ""
    say: str = ""
    state: str = "reconnect"


@dataclass(frozen=True, slots=True)
class LostView:
    """Offline, and no tip is kept; with the words that the service worker puts on a page where one is."""

    note: str
    """Nothing was tapped yet."""
    one: str
    """One tap is kept."""
    many: str
    """With `%count%` for their number."""
    id: str = ""
    say: str = ""
    state: str = "lost"


Face: TypeAlias = TipView | AfterView | SilenceView | FirstView | ReconnectView | LostView
