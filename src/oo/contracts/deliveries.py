"""What `notifier` promises: reaching a person rarely and well, how they want that, and why nothing came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final, Literal, Protocol, TypeAlias

from oo.contracts.channels import Verb
from oo.contracts.contexts import ContextName
from oo.contracts.ids import DecisionId, UserId
from oo.contracts.tips import Outcome

MOST_A_DAY: Final = 8
"""The last stop of the budget dial, "often"; 0, the first, is "only when you look"."""

DeviceState: TypeAlias = Literal["works", "asked", "troubled", "gone"]
"""`asked`: the address was written to and has not said yes; `troubled`: the last tries failed; `gone`: its push service
says that it is no more, and the next visit has to subscribe again.
"""
PointKind: TypeAlias = Literal["after-meeting", "task-closed", "first-activity", "liked-slot", "random-slot", "fresh"]
"""What made a moment one to decide at; `fresh` is the one decision after something was dropped in quiet hours."""
Arm: TypeAlias = Literal["learnt", "random"]
"""Whether a day's moments are chosen as learnt, or are random slots, against which the others are measured."""


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device or an inbox as its owner sees it."""

    id: str
    channel: str
    name: str = field(repr=False)
    """Such as "Firefox on Linux", or a part of an address."""
    state: DeviceState
    since: datetime
    seen_at: datetime
    """When it visited last."""
    reached_at: datetime | None
    """When a message got to it last, as far as its service says: "last reached you"."""
    problem: str = ""
    """The channel's own word for what went wrong last; nothing when nothing did."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """Something that a person types to be reached."""

    name: str
    label: str
    kind: str
    needed: bool


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel with the person's devices on it."""

    id: str
    name: str
    summary: str
    reaches: Literal["device", "inbox"]
    ready: bool
    """False while settings of the instance are missing; `missing` names them."""
    missing: tuple[str, ...]
    fields: tuple[FieldView, ...]
    facts: Mapping[str, str]
    """What a page needs to subscribe, such as `application_server_key`."""
    devices: tuple[DeviceView, ...]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours: local times, over midnight when the end is at or before the start."""

    start: time
    end: time
    source: Literal["person", "inferred", "default"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to be interrupted."""

    a_day: int = 3
    """The budget dial, 0 to 8: a hard cap over all channels and agents."""
    quiet: Quiet | None = field(default_factory=lambda: Quiet(time(22), time(7), "default"))
    """None when they switched quiet hours off."""
    silent_in: tuple[ContextName, ...] = ("focus", "holiday")
    """Contexts in which nothing is sent."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One decision point: a moment at which an interruption was thought about, and what came of it."""

    at: datetime
    kind: PointKind
    sent: bool
    reason: str
    """A rule's name; `kept-silent` when the rules allowed it and it was not worth it; `worth-it` when it was sent."""
    probability: float
    """With which it would be sent; 0 where a rule forbade it."""
    said: str
    """One calm line for the person, in their language."""


@dataclass(frozen=True, slots=True)
class Reacted:
    """What came of an answer by token."""

    user: UserId
    verb: Verb
    tip: DecisionId | None
    outcome: Outcome | None
    """Of the reaction; None for `confirm` and `stop`."""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval (Wilson); no number where nothing was counted."""

    count: int
    of: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """How well interruptions do, over the last days that are kept."""

    days: int
    points: int
    """Decision points."""
    pushes: int
    """Messages that were handed over, counted once however many devices there are."""
    silences: Mapping[str, int]
    """Decision points without a push, by reason."""
    states: Mapping[str, int]
    """Deliveries by state."""
    false_alarms: Rate
    """Dismissed, or ignored for 24 hours, of the pushes for which that is known."""
    just_in_time: Rate
    """Acted on within 30 minutes, of the pushes for which that is known."""
    opt_outs: Rate
    """Dials turned down, devices taken off and addresses stopped, of the pushes."""
    opt_outs_per_100: float | None
    by_arm: Mapping[Arm, Rate]
    """`just_in_time` of days that were as learnt, and of days of random slots; both always go on."""
    lift: float | None
    """The first less the second, with its 95 % interval (Newcombe)."""
    lift_low: float | None = None
    lift_high: float | None = None


class Deliveries(Protocol):
    """Decides when to reach a person, does it at most once, and answers for it."""

    async def channels(self, *, user: UserId) -> list[ChannelView]:
        """Every channel there is, with the person's devices, oldest first."""

    async def subscribe(
        self, *, user: UserId, channel: str, values: Mapping[str, str], name: str, zone: str = ""
    ) -> DeviceView:
        """Let a device or inbox be written to; the same address again is the same device, with these values.

        A browser that was somebody else's is this person's from now on; an address that was typed takes nobody's
        away. `zone` is the device's, where it says one.
        Where a channel asks first, the state is `asked` until its `confirm` came. Raises `NotFound` for no such
        channel, `Conflict` for one that is not ready, `Invalid` for an address that can't be, `TooMany` past 1,000 and
        for more than five questions a day.
        """

    async def renew(
        self,
        *,
        user: UserId,
        channel: str,
        old: Mapping[str, str],
        values: Mapping[str, str],
        zone: str = "",
        device: str = "",
    ) -> DeviceView:
        """A device has another address or other keys now (`pushsubscriptionchange`): it stays the same device.

        It is known by its id where it still knows that (raises `NotFound` when it was taken off), else by its old
        address.
        """

    async def unsubscribe(self, *, user: UserId, device: str) -> None:
        """Never write to this device again, and forget its address; raises `NotFound`."""

    async def heartbeat(
        self, *, user: UserId, channel: str = "", values: Mapping[str, str] | None = None, zone: str = ""
    ) -> DeviceView | None:
        """Note that the person is here, with the device's zone and its subscription if it has one.

        The device, or None when there is no such subscription (or it is gone): then the page subscribes again.
        """

    async def wishes(self, *, user: UserId) -> Wishes:
        """How the person wants to be interrupted; quiet hours are theirs, else what was inferred, else 22 to 7."""

    async def wish(
        self,
        *,
        user: UserId,
        a_day: int | None = None,
        quiet: tuple[time, time] | Literal["inferred", "none"] | None = None,
        silent_in: Sequence[ContextName] | None = None,
    ) -> Wishes:
        """Change what is not None; raises `Invalid`."""

    async def test(self, *, user: UserId, device: str) -> DeviceView:
        """Send one now to this device, whatever the budget; a device's own limits hold.

        Raises `NotFound`, `TooMany` for more than the channel allows, `Conflict` when it could not be sent.
        """

    async def ledger(self, *, user: UserId, limit: int = 50) -> list[LedgerLine]:
        """The last decision points, newest first."""

    async def why_nothing(self, *, user: UserId) -> LedgerLine:
        """What stands in the way right now, without deciding anything; nothing is logged."""

    async def react(self, *, token: str, verb: Verb, until: datetime | None = None) -> Reacted:
        """Answer by a message's token, without a session; a snooze without `until` is to the next true moment.

        A token works once; the same answer again is repeated, and another raises `Conflict`. Raises `NotFound` for no
        such token, or one that is not for this verb (`confirm` and `stop` have their own), `Overtaken` for one
        whose message is over, and what `Tips.react` raises.
        """

    async def withdraw(self, *, user: UserId, tip: DecisionId, but: str | None = None) -> int:
        """Take back what was sent about a tip, except from one device, where it can be; the number of deliveries."""

    async def current(self, *, user: UserId, device: str) -> DecisionId | None:
        """The tip that a device is right to show, or None: a page or worker closes what it shows of others."""

    async def measures(self, *, user: UserId | None = None) -> Measures:
        """How well interruptions do, for one person or for everybody."""
