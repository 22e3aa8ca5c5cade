"""The Connect pages' routes: the list, one connection, files to add, things on the mind."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from oo.apps.web.connect.making import connect_view, files_view, gone_view, one_view, told_line
from oo.apps.web.connect.view import MindView
from oo.apps.web.forms import read_form, read_upload
from oo.apps.web.frame import Frame, Link
from oo.apps.web.pages import Pages, Visitor
from oo.contracts.errors import Conflict, Invalid, Problem, Refused, Unusable
from oo.contracts.ids import ConnectionId

_FIELDS = 3
_MOST_THINGS = 20


class ConnectRoutes:
    """Answers for the Connect pages."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._sources = pages.promises.sources

    def routes(self) -> list[Route]:
        """The routes; problems go on to the guard, which draws them as pages."""
        return [
            Route("/connect", self.listed, methods=["GET"]),
            Route("/connect/files", self.files, methods=["GET"]),
            Route("/connect/files", self.add, methods=["POST"]),
            Route("/connect/folder", self.folder, methods=["POST"]),
            Route("/connect/upload", self.upload, methods=["POST"]),
            Route("/connect/mind", self.mind, methods=["GET"]),
            Route("/connect/mind", self.write, methods=["POST"]),
            Route("/connect/{connection}", self.one, methods=["GET"]),
            Route("/connect/{connection}/file", self.file, methods=["GET"]),
            Route("/connect/{connection}/read", self.read, methods=["POST"]),
            Route("/connect/{connection}/forget", self.forget, methods=["POST"]),
        ]

    async def listed(self, request: Request) -> Response:
        """What is connected, and what also could be."""
        visitor = await self._pages.visitor(request)
        connections = await self._sources.connections(user=visitor.user)
        view = connect_view(connections, await self._sources.connectors(), visitor)
        t = visitor.t
        frame = visitor.frame(start=Link(t("Tip"), "/"), end=Link(t("Settings"), "/settings"))
        return self._pages.show(request, "connect/page.html", frame, view)

    async def one(self, request: Request) -> Response:
        """One connection."""
        visitor = await self._pages.visitor(request)
        found = await self._sources.connection(user=visitor.user, connection=_connection(request))
        view = one_view(found, await self._sources.connectors(), visitor)
        return self._pages.show(request, "connect/one.html", _below(visitor), view)

    async def read(self, request: Request) -> Response:
        """Read the source now."""
        visitor = await self._pages.visitor(request)
        one = await self._sources.read_now(user=visitor.user, connection=_connection(request))
        return RedirectResponse(f"/connect/{one.id}", 303)

    async def forget(self, request: Request) -> Response:
        """Disconnect, delete, and show the receipt."""
        visitor = await self._pages.visitor(request)
        receipt = await self._sources.disconnect(user=visitor.user, connection=_connection(request))
        t = visitor.t
        gone = t.plural(
            "The one record that came from there is deleted.",
            "All {count} records that came from there are deleted.",
            receipt.records,
        )
        lines = [t("Disconnected."), told_line(receipt, visitor), gone]
        view = gone_view(receipt, tuple(filter(None, lines)), Link(t("Connect"), "/connect"), visitor)
        return self._pages.show(request, "connect/gone.html", _below(visitor), view)

    async def files(self, request: Request) -> Response:
        """Files to add: any of the device, and for the owner those of this machine."""
        visitor = await self._pages.visitor(request)
        return await self._files(request, visitor, None)

    async def folder(self, request: Request) -> Response:
        """A folder of this machine; its path is sent with a form, as addresses are kept by browsers and logs."""
        visitor = await self._pages.visitor(request)
        path = (await read_form(request)).one("path")
        try:
            return await self._files(request, visitor, path)
        except (Refused, Unusable) as problem:
            return await self._files(request, visitor, None, path, problem)

    async def add(self, request: Request) -> Response:
        """Connect a file or folder; what cannot be used is said where it was typed."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        path = form.one("path").strip()
        try:
            one = await self._sources.add_files(user=visitor.user, path=path)
        except (Conflict, Refused, Unusable, Invalid) as problem:
            return await self._files(request, visitor, None, path, problem)
        return RedirectResponse(f"/connect/{one.id}", 303)

    async def upload(self, request: Request) -> Response:
        """Keep and connect a file of the device; what cannot be used is said where it was chosen."""
        visitor = await self._pages.visitor(request)
        try:
            file = await read_upload(request)
            one = await self._sources.upload(user=visitor.user, name=file.name, data=file.data)
        except (Unusable, Invalid) as problem:
            return await self._files(request, visitor, None, problem=problem)
        return RedirectResponse(f"/connect/{one.id}", 303)

    async def file(self, request: Request) -> Response:
        """An uploaded file, taken back with what was marked done in it."""
        visitor = await self._pages.visitor(request)
        kept = await self._sources.kept(user=visitor.user, connection=_connection(request))
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(kept.name)}"}
        return Response(kept.data, media_type="application/octet-stream", headers=headers)

    async def mind(self, request: Request) -> Response:
        """The things on the person's mind, to edit."""
        visitor = await self._pages.visitor(request)
        return self._mind_page(request, visitor, await self._sources.mind(user=visitor.user))

    async def write(self, request: Request) -> Response:
        """Keep the things as they were written."""
        visitor = await self._pages.visitor(request)
        form = await read_form(request)
        things = [thing.strip() for thing in form.all("thing")]
        try:
            await self._sources.write_mind(user=visitor.user, things=[thing for thing in things if thing])
        except Invalid as problem:
            return self._mind_page(request, visitor, things, problem)
        return RedirectResponse("/", 303)

    async def _files(
        self, request: Request, visitor: Visitor, path: str | None, typed: str = "", problem: Problem | None = None
    ) -> Response:
        folder = await self._sources.folder(user=visitor.user, path=path) if visitor.identity.admin else None
        said = visitor.t.sentence(problem.detail) if problem else ""
        view = files_view(await self._sources.connectors(), folder, typed or path or "", visitor.t, said)
        status = problem.status if problem else 200
        return self._pages.show(request, "connect/files.html", _below(visitor), view, status)

    def _mind_page(
        self, request: Request, visitor: Visitor, things: list[str], problem: Problem | None = None
    ) -> Response:
        empty = max(1, _FIELDS - len(things)) if len(things) < _MOST_THINGS else 0
        view = MindView((*things, *[""] * empty), visitor.t.sentence(problem.detail) if problem else "")
        status = problem.status if problem else 200
        return self._pages.show(request, "connect/mind.html", _below(visitor), view, status)


def _connection(request: Request) -> ConnectionId:
    return ConnectionId(request.path_params["connection"])


def _below(visitor: Visitor) -> Frame:
    return visitor.frame(start=Link(visitor.t("Connect"), "/connect"))
