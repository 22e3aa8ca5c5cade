"""The pages as a site: router, guard and stand-ins, asked as a browser would ask."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oo.apps.web.build import ANSWERS, PUBLIC, UPLOADS, build
from oo.apps.web.promises import Promises
from oo.apps.web.tests.standins import (
    StandInAccounts,
    StandInForgetting,
    StandInProfiles,
    StandInSources,
    StandInTips,
)
from oo.apps.web.tests.standins_person import StandInPerson
from oo.apps.web.tests.standins_reach import StandInDeliveries
from oo.apps.web.tests.standins_ways import StandInWays
from oo.kernel.clock import Clock
from oo.kernel.http.guard import Guard, Public
from oo.kernel.http.site import Sites
from oo.kernel.ids import UlidIds
from oo.testing.asgi import Answer, ask
from oo.testing.determinism import FixedClock

BROWSER = {"accept": "text/html", "sec-fetch-site": "same-origin"}


@dataclass
class Site:
    """The pages, and the rooms behind them."""

    app: Guard
    tips: StandInTips
    accounts: StandInAccounts
    profiles: StandInProfiles
    sources: StandInSources
    forgetting: StandInForgetting
    clock: Any
    person: StandInPerson
    ways: StandInWays
    deliveries: StandInDeliveries

    async def get(self, path: str, *, cookie: str = "oo=good", **headers: str) -> Answer:
        """The page at a path."""
        sent = {**BROWSER, "cookie": cookie, **{name.replace("_", "-"): text for name, text in headers.items()}}
        return await ask(self.app, "GET", path, headers=sent)

    async def post(
        self,
        path: str,
        form: Mapping[str, str] | Sequence[tuple[str, str]],
        *,
        csrf: str = "token-of-the-session",
        **headers: str,
    ) -> Answer:
        """The answer to a form."""
        sent = {**BROWSER, "cookie": "oo=good", **{name.replace("_", "-"): text for name, text in headers.items()}}
        return await ask(
            self.app,
            "POST",
            path,
            headers=sent,
            form=[("csrf", csrf), *(form.items() if isinstance(form, Mapping) else form)],
        )


def made(clock: Clock | None = None) -> Site:
    """A site whose clock a test moves, unless another is given."""
    clock = clock or FixedClock()
    tips, accounts, profiles = StandInTips(clock), StandInAccounts(clock), StandInProfiles()
    sources, forgetting = StandInSources(clock), StandInForgetting(clock)
    person: Any = StandInPerson(clock)
    about = dict.fromkeys(("consents", "consenting", "contexts", "knowledge", "serving"), person)
    ways, deliveries = StandInWays(clock), StandInDeliveries(clock, tips)
    about |= {"deliveries": deliveries, "clock": clock, "ids": UlidIds(clock)}
    web = build(Promises(tips, accounts, ways, ways, profiles, sources, forgetting, **about))

    async def authenticate(cookie: str) -> Any:
        return await accounts.authenticate(cookie=cookie)

    public = Public(
        frozenset(PUBLIC),
        ("/sign-in/", "/legal/", "/static/", ANSWERS),
        files="/static/",
        door="/sign-in",
        uploads=UPLOADS,
    )
    guard = Guard(
        web.router,
        authenticate=authenticate,
        public=public,
        sites=Sites(),
        session_seconds=3600,
        page=web.fault_page,
    )
    return Site(guard, tips, accounts, profiles, sources, forgetting, clock, person, ways, deliveries)


def field(page: str, name: str) -> str:
    """The value of the first hidden field of a name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def unzipped(answer: Answer) -> str:
    """The text of a compressed answer."""
    return gzip.decompress(answer.body).decode()
