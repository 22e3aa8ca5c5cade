"""What was tapped offline, sent once there is a connection: each once, in order, and only by whose it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from oo.apps.web.pages import person_token
from oo.apps.web.tests.site import BROWSER, Site
from oo.apps.web.tests.standins import LENA, tip_of
from oo.contracts.errors import Overtaken
from oo.contracts.ids import UserId
from oo.testing.asgi import Answer, ask

pytestmark = pytest.mark.anyio
LEASE = {"key": "k1", "tip": "d-Send", "action": "done"}


async def sent(site: Site, *reactions: dict[str, Any], person: str | None = None, cookie: str = "oo=good") -> Answer:
    """The answer to what a device kept."""
    data = {"person": person or person_token(LENA), "reactions": list(reactions)}
    return await ask(site.app, "POST", "/kept", headers={**BROWSER, "accept": "*/*", "cookie": cookie}, data=data)


async def said(site: Site, *reactions: dict[str, Any]) -> list[str]:
    """What came of it."""
    words: list[str] = (await sent(site, *reactions)).json()["said"]
    return words


@pytest.fixture
def lease(site: Site) -> Site:
    """A site whose tip is the lease."""
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock), tip_of("Ask Tom.", site.clock)]
    return site


async def test_what_was_kept_is_sent_once_however_often_it_comes(lease: Site) -> None:
    assert await said(lease, LEASE) == ["Sent."]
    assert await said(lease, LEASE) == ["Sent."]
    assert list(lease.tips.reactions) == ["k1"]


async def test_several_are_taken_in_their_order_and_said_in_one_line(lease: Site) -> None:
    until = (lease.clock.now() + timedelta(hours=3)).isoformat()
    assert await said(lease, LEASE, {"key": "k2", "tip": "d-Ask ", "action": "snooze", "until": until}) == ["Sent."]
    assert [reaction.action for reaction in lease.tips.reactions.values()] == ["done", "snooze"]


async def test_another_device_was_quicker(lease: Site) -> None:
    await lease.post("/", {"action": "dismiss", "scope": "now", "tip": "d-Send", "key": "phone"})
    assert await said(lease, LEASE) == ["Answered on another device."]


async def test_a_moment_that_passed_meanwhile_is_said(lease: Site) -> None:
    until = (lease.clock.now() - timedelta(minutes=1)).isoformat()
    assert await said(lease, {**LEASE, "action": "snooze", "until": until}) == ["That moment has passed."]
    assert await said(lease, {**LEASE, "tip": "d-gone"}) == ["That moment has passed."]


async def test_what_was_finished_elsewhere_is_said_by_its_name(lease: Site) -> None:
    async def finished(**_: object) -> None:
        raise Overtaken("Already done in Todoist.", source="Todoist")

    lease.tips.react = finished  # type: ignore[method-assign, assignment]
    assert await said(lease, LEASE) == ["Already done in Todoist."]
    answer = await lease.post("/", {"action": "done", "tip": "d-Send", "key": "k1"})
    assert "Already done in Todoist." in answer.text


async def test_an_undo_of_what_never_arrived_says_nothing(lease: Site) -> None:
    assert await said(lease, {**LEASE, "key": "k9", "action": "undo"}) == []


async def test_an_undo_that_comes_too_late_says_so(lease: Site) -> None:
    await said(lease, LEASE)
    lease.clock.advance(9)
    assert await said(lease, {**LEASE, "key": "k9", "action": "undo"}) == ["The source has it already. Open it there."]


async def test_what_somebody_else_kept_is_refused_and_stays_theirs(lease: Site) -> None:
    answer = await sent(lease, LEASE, person=person_token(UserId("milo")))
    assert answer.status == 403
    assert lease.tips.reactions == {}


async def test_without_a_session_nothing_is_taken(lease: Site) -> None:
    answer = await sent(lease, LEASE, cookie="")
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert lease.tips.reactions == {}


@pytest.mark.parametrize("wrong", [{**LEASE, "action": "explode"}, {**LEASE, "extra": 1}, {"key": "k"}])
async def test_what_cannot_be_understood_changes_nothing(lease: Site, wrong: dict[str, Any]) -> None:
    assert (await sent(lease, wrong)).status == 422
    assert lease.tips.reactions == {}
