"""Every state of every page as a scene: for the photographs (docs/pictures/take.py) and for axe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page
from tests.browser.steps import offline, ready, swiped_away

from oo.apps.web.tests.site import Site
from oo.apps.web.tests.standins import thought_of, tip_of
from oo.contracts.decisions import Kind
from oo.contracts.deliveries import DeviceView, LedgerLine
from oo.contracts.ids import HoldId
from oo.contracts.profiles import Profile
from oo.contracts.tips import HoldView, Moment, SilenceView

NOW = datetime(2026, 11, 19, 13, 2, tzinfo=UTC)
"""A Thursday, 14:02 in Berlin."""
LEASE, GATE = "Send Lena the signed lease.", "Ask Tom for the gate code."
LONG = "Die unterschriebene Nebenkostenabrechnung an die Hausverwaltung zurückschicken."
LONGEST = (
    "Ask the housing office whether the form about the second parking space in the yard is needed before December."
)
STRONG, WALK = "A strong day: 6 done, 3 is normal.", "Take the short walk that this day has room for."
ARABIC = "أرسِل عقد الإيجار الموقَّع إلى لينا."


def _nothing(site: Site) -> None:
    """The site as it is."""


def _still(page: Page) -> None:
    """The page as it is."""


@dataclass(frozen=True)
class Scene:
    """One state: how the site is arranged, what is opened, and what is done there."""

    name: str
    path: str = "/"
    arrange: Callable[[Site], None] = _nothing
    act: Callable[[Page], None] = _still
    browser: Mapping[str, Any] = field(default_factory=dict)
    """More options of the browser's context."""
    signed_in: bool = True
    status: tuple[str, ...] = ()
    """Parts of what the console may say: the status of an error page, a lost network."""


def lay_out(site: Site) -> None:
    """What every scene begins with: two tips, moments of a Thursday afternoon, something turned away."""
    clock = site.clock
    site.tips.queue = [tip_of(LEASE, clock, source_name="Todoist"), tip_of(GATE, clock, source_name="Todoist")]
    midnight = NOW.replace(hour=0, minute=0)

    async def moments(**_: object) -> list[Moment]:
        return [
            Moment("after-meeting", midnight + timedelta(hours=13, minutes=45)),
            Moment("evening", midnight + timedelta(hours=18)),
            Moment("morning", midnight + timedelta(days=1, hours=7, minutes=30)),
            Moment("next-week", midnight + timedelta(days=4, hours=7, minutes=30)),
        ]

    site.tips.moments = moments  # type: ignore[method-assign]
    until = NOW + timedelta(days=28)
    site.tips.kept = [
        HoldView(HoldId("h1"), "kind", "overdue", None, NOW - timedelta(days=2), until),
        HoldView(HoldId("h2"), "item", None, "Clean the windows", NOW - timedelta(days=2), until),
        HoldView(HoldId("h3"), "kind", "insight", None, NOW - timedelta(days=1), until),
        HoldView(HoldId("h4"), "item", None, "Momentum", NOW - timedelta(days=1), until, lapses=False),
    ]
    site.sources.things = ["call grandma", "tyres"]
    site.profiles.profile = Profile(zone="Europe/Berlin")


def _tip(text: str, **changes: Any) -> Callable[[Site], None]:
    def arrange(site: Site) -> None:
        site.tips.queue = [tip_of(text, site.clock, source_name="Todoist", **changes)]

    return arrange


def _thought(kind: Kind, text: str) -> Callable[[Site], None]:
    def arrange(site: Site) -> None:
        why = STRONG if kind == "advice" else "Momentum saw it in what you let oO read."
        site.tips.queue = [thought_of(kind, text, site.clock, why=why)]

    return arrange


def _german_thought(site: Site) -> None:
    _profile(language="de")(site)
    _thought("insight", "Ein starker Tag: 6 erledigt, 3 ist normal.")(site)


def _silence(reason: str, why: str) -> Callable[[Site], None]:
    def arrange(site: Site) -> None:
        site.tips.queue, site.tips.silence = [], SilenceView(reason, why)

    return arrange


def _profile(**changes: Any) -> Callable[[Site], None]:
    def arrange(site: Site) -> None:
        site.profiles.profile = replace(site.profiles.profile, **changes)

    return arrange


def _reconnect(*, tip: bool) -> Callable[[Site], None]:
    def arrange(site: Site) -> None:
        site.sources.state, site.sources.name = "reconnect", "Todoist"
        site.tips.queue = [tip_of(GATE, site.clock)] if tip else []

    return arrange


def _german(site: Site) -> None:
    _profile(language="de")(site)
    _tip(LONG)(site)


def _press(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name).click()


def _why(page: Page) -> None:
    page.locator("summary").click()


def _right_to_left(page: Page) -> None:
    page.evaluate("document.documentElement.dir = 'rtl'")


def _large(page: Page) -> None:
    page.evaluate("document.documentElement.style.fontSize = '32px'")


def _less_contrast(page: Page) -> None:
    features = [{"name": "prefers-contrast", "value": "less"}, {"name": "prefers-reduced-motion", "value": "reduce"}]
    page.context.new_cdp_session(page).send("Emulation.setEmulatedMedia", {"features": features})


def _offline(page: Page) -> None:
    ready(page)
    offline(page.context)


def _kept(page: Page) -> None:
    _offline(page)
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Undo").wait_for()


def _lost(page: Page) -> None:
    ready(page)
    page.context.set_offline(True)
    page.reload()


def _failed(page: Page) -> None:
    page.route("**/", lambda route: route.abort())
    page.get_by_role("button", name="Done").click()
    page.locator(".note").wait_for()


def _broken(site: Site) -> None:
    async def broken(**_: object) -> None:
        raise RuntimeError

    site.sources.connections = broken  # type: ignore[method-assign, assignment]


def _reached(site: Site) -> None:
    ways, hour = site.deliveries, timedelta(hours=1)
    device = DeviceView("d1", "webpush", "Firefox on Linux", "works", NOW - 200 * hour, NOW, NOW - hour)
    ways.devices = [
        device,
        replace(device, id="d2", name="Safari on iPhone", state="gone", reached_at=NOW - 200 * hour),
        replace(device, id="d3", channel="email", name="lena@example.org", state="asked", reached_at=None),
    ]
    ways.lines = [
        LedgerLine(NOW - hour, "after-meeting", True, "worth-it", 0.7, "It was worth it."),
        LedgerLine(NOW - 3 * hour, "task-closed", False, "kept-silent", 0.3, "It was not worth an interruption."),
        LedgerLine(
            *(NOW - 4 * hour, "liked-slot", False, "no-task", 0.0),
            "What there was to say is no task. It waits until you look.",
        ),
        LedgerLine(NOW - 6 * hour, "fresh", False, "quiet", 0.0, "It is past 22:00, your quiet time."),
    ]


def _unfolded(page: Page) -> None:
    for fold in ("#quiet summary", "[data-device=d1] summary"):
        page.locator(fold).click()


_UNTIL = "You are in a meeting until 15:00, and nothing here is worth interrupting it."
_FIRST = _silence("nothing-connected", "Nothing is connected.")

SCENES = (
    Scene("task"),
    Scene("advice", arrange=_thought("advice", WALK)),
    Scene("advice-why", arrange=_thought("advice", WALK), act=_why),
    Scene("insight", arrange=_thought("insight", STRONG)),
    Scene("insight-why", arrange=_thought("insight", STRONG), act=_why),
    Scene("insight-not-this", "/?open=not", arrange=_thought("insight", STRONG)),
    Scene("insight-german", "/?open=not", arrange=_german_thought),
    Scene("after-insight", arrange=_thought("insight", STRONG), act=_press("Good to know")),
    Scene(
        "reminder",
        arrange=_tip("Dentist, Bergmannstraße", kind="reminder", at=NOW.replace(hour=14, minute=30), where=None),
    ),
    Scene("why", act=_why),
    Scene("later", "/?open=later"),
    Scene("not-this", "/?open=not"),
    Scene("swiping", act=swiped_away, browser={"has_touch": True, "reduced_motion": "no-preference"}),
    Scene("after-done", act=_press("Done")),
    Scene("after-later", "/?open=later", act=_press("Tomorrow morning")),
    Scene("after-not-this", "/?open=not", act=_press("For now")),
    Scene("silence", arrange=_silence("meeting", _UNTIL)),
    Scene("silence-why", arrange=_silence("meeting", _UNTIL), act=_why),
    Scene("first-run", arrange=_FIRST),
    Scene("first-run-empty", arrange=_FIRST, act=_press("Begin")),
    Scene("offline", act=_offline, status=("net::",)),
    Scene("offline-kept", act=_kept, status=("net::",)),
    Scene("offline-nothing", arrange=_silence("meeting", _UNTIL), act=_lost, status=("net::",)),
    Scene("reconnect", arrange=_reconnect(tip=False)),
    Scene("reconnect-note", arrange=_reconnect(tip=True)),
    Scene("error-note", act=_failed, browser={"service_workers": "block"}, status=("net::", "blocked by")),
    Scene("not-found", "/connect/missing", status=("404",)),
    Scene("broken", "/connect", arrange=_broken, status=("500",)),
    Scene("long", arrange=_german),
    Scene("longest", arrange=_tip(LONGEST)),
    Scene("right-to-left", arrange=_tip(ARABIC), act=_right_to_left),
    Scene("low-light", arrange=_profile(low_light=True)),
    Scene("less-contrast", act=_less_contrast),
    Scene("more-contrast", browser={"contrast": "more"}),
    Scene("forced-colors", browser={"forced_colors": "active"}),
    Scene("large-text", act=_large),
    Scene("sign-in", "/sign-in", signed_in=False),
    Scene("link-used", "/sign-in/used", signed_in=False, status=("410",)),
    Scene("connect", "/connect"),
    Scene("connection", "/connect/c1"),
    Scene("files", "/connect/files"),
    Scene("mind", "/connect/mind"),
    Scene("forgotten", "/connect/c1", act=_press("Disconnect and forget")),
    Scene("settings", "/settings"),
    Scene("settings-reached", "/settings", arrange=_reached, act=_unfolded),
    Scene("silences", "/settings/silences", arrange=_reached),
    Scene("answer", "/answer/stop/a-token-of-one-message", signed_in=False),
    Scene("terms", "/legal/terms"),
    Scene("privacy", "/legal/privacy"),
)
"""All of them, the tip page's first."""
