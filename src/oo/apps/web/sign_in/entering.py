"""What every way in does once a session is open: its cookie, the end of the one before, the device's language."""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from oo.apps.web import cookies
from oo.apps.web.promises import Promises
from oo.contracts.accounts import Identity, NewSession
from oo.contracts.errors import NotFound
from oo.contracts.words import best_language


async def enter(promises: Promises, request: Request, response: Response, session: NewSession) -> None:
    """Give the browser its new session: one alone, and never the one that it had before."""
    before: Identity | None = getattr(request.state, "identity", None)
    if before is not None:
        with suppress(NotFound):
            await promises.accounts.sign_out(user=before.user, session=before.session)
    language = best_language(request.headers.get("accept-language", ""))
    if session.first and language != "en":
        await promises.profiles.change(user=session.user, values={"language": language})
    cookies.keep(request, response, session.cookie, session.expires_at - promises.clock.now())
