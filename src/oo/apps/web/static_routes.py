"""The static files' routes: cached for good, as a name changes with its content; the service worker is not."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oo.apps.web.assets import Asset, Assets
from oo.contracts.errors import NotFound


class StaticRoutes:
    """Answers with style, script and icon."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    def routes(self) -> list[Route]:
        """One route for all of them, and the icon's customary name."""
        return [
            Route("/static/{name}", self.file, methods=["GET"]),
            Route("/favicon.ico", self.icon, methods=["GET"]),
            Route("/sw.js", self.worker, methods=["GET"]),
            Route("/push.js", self.push_worker, methods=["GET"]),
        ]

    async def file(self, request: Request) -> Response:
        """The named file; raises `NotFound` for any other."""
        return self._answer(request, request.url.path)

    async def icon(self, request: Request) -> Response:
        """The icon, for whoever asks without having read the page."""
        return self._answer(request, self._assets.icon)

    async def worker(self, request: Request) -> Response:
        """The service worker, at the root because it serves the pages there."""
        return self._sent(request, self._assets.worker)

    async def push_worker(self, request: Request) -> Response:
        """The worker of notifications; its scope is below /push/, where no page is."""
        return self._sent(request, self._assets.push_worker)

    def _answer(self, request: Request, path: str) -> Response:
        asset = self._assets.files.get(path)
        if asset is None:
            raise NotFound
        return self._sent(request, asset, **{"cache-control": "public, max-age=31536000, immutable"})

    def _sent(self, request: Request, asset: Asset, **more: str) -> Response:
        headers = {"content-type": asset.media, "vary": "accept-encoding", **more}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(asset.body, headers=headers)
        return Response(asset.zipped, headers={**headers, "content-encoding": "gzip"})
