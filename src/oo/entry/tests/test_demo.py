"""`oo up --demo`: somebody without an account anywhere connects both, and has tasks, meetings and a past."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from oo.contracts.accounts import Accounts
from oo.contracts.ids import SessionId
from oo.contracts.sources import Sources
from oo.entry.demo import standing
from oo.entry.wiring import house
from oo.kernel.http.client import Client
from oo.kernel.settings import Settings

pytestmark = pytest.mark.anyio


async def test_a_made_up_person_s_things_can_be_connected(tmp_path: Path) -> None:
    with standing(Settings(data=tmp_path / "oo"), kept=True) as settings:
        async with house(settings, background=False) as home, Client(allowed={"127.0.0.1"}) as browser:
            accounts, sources = home.promises[Accounts], home.promises[Sources]
            user = (await accounts.redeem(token=await accounts.owner_link(), device="test")).user
            for connector in ("todoist", "google_calendar"):
                session = SessionId("demo")
                to = await sources.begin_account(
                    user=user, session=session, connector=connector, origin="http://127.0.0.1:8042"
                )
                if connector == "todoist":  # it asks first
                    page = (await browser.ask("GET", to)).body.decode()
                    asked = page.partition("name=asked value='")[2].partition("'")[0].replace("&amp;", "&")
                    at = f"{to.partition('/oauth/')[0]}/oauth/answer"
                    form = {"asked": asked, "say": "yes"}
                    back = await browser.ask("POST", at, data=form, follow_redirects=False)
                else:
                    back = await browser.ask("GET", to, follow_redirects=False)
                said = parse_qs(urlsplit(back.headers["location"]).query)
                answer = {name: said[name][0] for name in ("state", "code")}
                one = await sources.finish_account(user=user, session=session, connector=connector, answer=answer)
                assert one.state == "works"
            found = await sources.inventory(user=user)
            assert len(found.facts) == 10
            assert found.busy
            assert found.last_project is not None


def test_without_a_folder_nothing_stays(tmp_path: Path) -> None:
    with standing(Settings(data=tmp_path / "own"), kept=False) as settings:
        assert settings.data != tmp_path / "own"
        assert settings.data.exists()
    assert not settings.data.exists()
    assert not (tmp_path / "own").exists()
