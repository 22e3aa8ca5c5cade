"""Being reached, by the pages: devices that heal, answers by token, the dial, the ways, and why nothing came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from oo.apps.web.tests.site import BROWSER, Site
from oo.apps.web.tests.standins import tip_of
from oo.contracts.deliveries import LedgerLine
from oo.testing.asgi import Answer, ask

pytestmark = pytest.mark.anyio
SUBSCRIPTION = {"endpoint": "https://push.example/1", "expirationTime": None, "keys": {"p256dh": "B", "auth": "A"}}
TOKEN = "a-token-of-one-message"


async def said(site: Site, path: str, cookie: str = "oo=good", **data: Any) -> Answer:
    """The answer to what a script sends."""
    return await ask(site.app, "POST", path, headers={**BROWSER, "accept": "*/*", "cookie": cookie}, data=data)


async def on(site: Site) -> str:
    """Notifications switched on; the device's id."""
    return str((await said(site, "/push/on", subscription=SUBSCRIPTION, zone="Europe/Berlin")).json()["device"])


async def test_a_device_is_named_as_its_session_is_and_well_from_then_on(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    device = await on(site)
    assert [one.name for one in site.deliveries.devices] == ["Firefox on Linux"]
    here = (await said(site, "/push/here", device=device, subscription=SUBSCRIPTION)).json()
    assert (here["state"], here["current"]) == ("well", "d-Send")


async def test_a_subscription_that_was_lost_is_mended_under_the_same_id(site: Site) -> None:
    device = await on(site)
    lost = (await said(site, "/push/here", device=device)).json()
    assert lost["state"] == "mend" and lost["healed"].startswith("Notifications had stopped on this device.")
    fresh = {**SUBSCRIPTION, "endpoint": "https://push.example/2"}
    assert (await said(site, "/push/renew", device=device, subscription=fresh)).json() == {"device": device}
    assert (await said(site, "/push/here", device=device, subscription=fresh)).json()["state"] == "well"


async def test_a_phone_is_called_a_phone(site: Site) -> None:
    device = await on(site)
    headers = {**BROWSER, "cookie": "oo=good", "user-agent": "Mozilla/5.0 (iPhone) Mobile/15E148 Safari"}
    answer = await ask(site.app, "POST", "/push/here", headers=headers, data={"device": device})
    assert answer.json()["healed"] == "Notifications had stopped on this phone. They work again."


async def test_what_was_taken_off_elsewhere_is_not_mended(site: Site) -> None:
    device = await on(site)
    await site.post("/settings/way/stop", {"device": device})
    assert (await said(site, "/push/here", device=device, subscription=SUBSCRIPTION)).json() == {"state": "off"}
    assert (await said(site, "/push/renew", device=device, subscription=SUBSCRIPTION)).status == 404


async def test_what_a_script_sends_is_checked(site: Site) -> None:
    for path, data in (
        ("/push/on", {}),
        ("/push/on", {"subscription": {"endpoint": "x" * 2_000, "keys": {"p256dh": "", "auth": ""}}}),
        ("/push/renew", {"subscription": SUBSCRIPTION}),
        ("/push/here", {"devices": "x"}),
        ("/react", {"token": "short", "action": "done"}),
        ("/react", {"token": TOKEN, "action": "stop"}),
    ):
        assert (await said(site, path, **data)).status == 422, path


async def test_an_answer_by_token_needs_no_session_and_works_once(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    site.deliveries.tokens[TOKEN] = site.tips.queue[0].id
    first = await said(site, "/react", cookie="", token=TOKEN, action="done")
    again = await said(site, "/react", cookie="", token=TOKEN, action="done")
    other = await said(site, "/react", cookie="", token=TOKEN, action="dismiss")
    assert (first.json()["repeated"], again.json()["repeated"], other.status) == (False, True, 409)
    assert len(site.tips.reactions) == 1
    assert (await said(site, "/react", cookie="", token=TOKEN + "x", action="done")).status == 404


async def test_a_link_in_a_mail_asks_first_and_its_button_answers(site: Site) -> None:
    site.tips.queue = [tip_of("Send Lena the signed lease.", site.clock)]
    site.deliveries.tokens[TOKEN] = site.tips.queue[0].id
    asked = await site.get(f"/answer/done/{TOKEN}", cookie="", accept_language="de")
    assert "Ist es erledigt?" in asked.text and site.deliveries.answered == {}
    done = await ask(site.app, "POST", f"/answer/done/{TOKEN}", headers=BROWSER, form={"csrf": ""})
    assert done.status == 200 and "Done." in done.text
    assert site.deliveries.answered == {TOKEN: "done"}
    late = await ask(site.app, "POST", f"/answer/dismiss/{TOKEN}", headers=BROWSER, form={"csrf": ""})
    assert late.status == 409 and "Answered on another device." in late.text
    unknown = await ask(site.app, "POST", "/answer/done/another-token-altogether", headers=BROWSER, form={})
    assert unknown.status == 410 and "That moment has passed." in unknown.text
    assert (await site.get(f"/answer/explode/{TOKEN}", cookie="")).status == 404


async def test_one_click_stops_mail_as_rfc_8058_has_it(site: Site) -> None:
    site.deliveries.tokens[TOKEN] = tip_of("x", site.clock).id
    headers = {"user-agent": "a mail program"}
    form = {"List-Unsubscribe": "One-Click"}
    answer = await ask(site.app, "POST", f"/answer/stop/{TOKEN}", headers=headers, form=form)
    assert answer.status == 200
    assert site.deliveries.answered == {TOKEN: "stop"}


async def test_somebody_who_is_signed_in_answers_with_their_page_s_token(site: Site) -> None:
    site.deliveries.tokens[TOKEN] = tip_of("x", site.clock).id
    page = await site.get(f"/answer/stop/{TOKEN}")
    assert 'name="csrf" value="token-of-the-session"' in page.text
    assert (await site.post(f"/answer/stop/{TOKEN}", {}, csrf="another")).status == 403
    assert (await site.post(f"/answer/stop/{TOKEN}", {})).status == 200


async def test_the_dial_goes_from_only_when_you_look_to_eight(site: Site) -> None:
    assert "at most 3 a day" in (await site.get("/settings")).text
    assert (await site.post("/settings/often", {"a_day": "0"}, x_swap="1")).status == 204
    assert "only when you look" in (await site.get("/settings")).text
    for wrong in ("9", "-1", "many", ""):
        assert (await site.post("/settings/often", {"a_day": wrong})).status == 422, wrong


async def test_quiet_hours_are_ones_own_inferred_or_none(site: Site) -> None:
    hours = {"start": "21:30", "end": "06:00"}
    await site.post("/settings/quiet", {"quiet": "own", "silent": "work", **hours})
    assert "21:30 – 06:00" in (await site.get("/settings")).text
    assert site.deliveries.kept.silent_in == ("work",)
    await site.post("/settings/quiet", {"quiet": "inferred", **hours})
    assert "23:00 – 06:30" in (await site.get("/settings")).text
    await site.post("/settings/quiet", {"quiet": "none", **hours})
    assert site.deliveries.kept.quiet is None
    assert (await site.post("/settings/quiet", {"quiet": "own", "start": "late", "end": ""})).status == 422


async def test_an_address_is_added_by_hand_tested_and_taken_off_without_a_script(site: Site) -> None:
    way = {"channel": "webhook", "url": "https://home.example/hook?key=1", "secret": "correct horse battery staple"}
    added = await site.post("/settings/way", way)
    assert added.headers["location"] == "/settings?told=added#ways"
    page = (await site.get("/settings?told=added")).text
    assert "Webhook: home.example/…" in page and "key=1" not in page and "Not reached yet" in page
    tested = await site.post("/settings/way/test", {"device": "device-1"})
    assert tested.headers["location"] == "/settings?told=sent#ways"
    assert "Last reached today, " in (await site.get("/settings?told=sent")).text
    again = await site.post("/settings/way/test", {"device": "device-1"})
    assert again.status == 409 and "It could not be sent." in again.text
    await site.post("/settings/way/stop", {"device": "device-1"})
    assert "home.example" not in (await site.get("/settings")).text
    assert (await site.post("/settings/way", {"channel": "webpush"})).status == 404
    assert (await site.post("/settings/way", {"channel": "email", "to": "nobody"})).status == 422


async def test_a_device_says_how_it_is(site: Site) -> None:
    await on(site)
    [device] = site.deliveries.devices
    for state, words in (
        ("gone", "Stopped there. Open oO on it, and it works again."),
        ("troubled", "Not reached yet. The last tries did not arrive."),
    ):
        site.deliveries.devices = [replace(device, state=state)]  # type: ignore[arg-type]
        assert words in (await site.get("/settings")).text
    await site.post("/settings/way", {"channel": "email", "to": "lena@example.org"})
    assert "Nothing comes before its yes." in (await site.get("/settings")).text


async def test_what_is_not_set_up_is_shown_to_whoever_can_set_it_up(site: Site) -> None:
    site.deliveries.mail = False
    assert "Set OO_SMTP_URL, OO_MAIL_FROM first." in (await site.get("/settings")).text
    site.accounts.admin = False
    assert "OO_SMTP_URL" not in (await site.get("/settings")).text


async def test_the_last_moments_say_what_came_of_them(site: Site) -> None:
    assert "None yet." in (await site.get("/settings/silences")).text
    line = LedgerLine(site.clock.now(), "after-meeting", False, "context", 0.0, "Focus is on, until 16:00.")
    site.deliveries.lines = [line, replace(line, kind="liked-slot", sent=True, said="Sent.")]
    page = (await site.get("/settings/silences")).text
    for words in ("After a meeting", "Focus is on, until 16:00.", "An hour you like", "That was 3."):
        assert words in page


async def test_the_worker_of_notifications_is_small_and_has_no_hold_on_pages(site: Site) -> None:
    worker = await site.get("/push.js", cookie="", accept_encoding="gzip")
    assert worker.status == 200 and len(worker.body) <= 4_096
    assert "max-age=31536000" not in worker.headers.get("cache-control", "")
    assert "addEventListener('fetch'" not in (await site.get("/push.js", cookie="")).text
