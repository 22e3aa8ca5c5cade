"""The four kinds of question that WebDAV and CalDAV are asked here, and their answers (RFC 4918, 4791, 6578)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.sax.saxutils import escape

from oo.contracts.connectors import Answer, Http, TryLater

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DAV, CAL, CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_SPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
_XML = {"content-type": "application/xml; charset=utf-8"}
STRANGE = "The server answered in a way that oO cannot read. oO tries again later."


@dataclass(frozen=True, slots=True)
class Found:
    """One resource of a multistatus: its path, and its properties that were there."""

    href: str
    """A path as the server writes it."""
    status: int
    """Of the resource itself, 200 where only its properties have one."""
    properties: Mapping[str, Element] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The text of a property, nothing when it isn't there."""
        one = self.properties.get(name)
        return "" if one is None or one.text is None else one.text.strip()

    def has(self, name: str, child: str) -> bool:
        """Whether a property holds such an element."""
        one = self.properties.get(name)
        return one is not None and one.find(child) is not None


@dataclass(frozen=True, slots=True)
class Report:
    """A multistatus."""

    found: Sequence[Found]
    token: str = ""
    status: int = 207


async def propfind(http: Http, address: str, names: Iterable[str], depth: int = 0) -> Report:
    """The named properties of a resource, or of what is in it; a status other than 207 finds nothing."""
    wanted = "".join(f"<{name}/>" for name in names)
    body = f'<?xml version="1.0" encoding="utf-8"?><D:propfind {_SPACES}><D:prop>{wanted}</D:prop></D:propfind>'
    headers = {**_XML, "depth": str(depth)}
    expect = (400, 404, 405, 409, 415, 501)
    return reported(await http.ask("PROPFIND", address, content=body.encode(), headers=headers, expect=expect))


async def report(
    http: Http, address: str, kind: str, inner: str, depth: int = 1, expect: Collection[int] = ()
) -> Report:
    """A report of a kind such as `C:calendar-query`; a status in `expect` finds nothing and is in the answer."""
    body = f'<?xml version="1.0" encoding="utf-8"?><{kind} {_SPACES}>{inner}</{kind}>'
    headers = {**_XML, "depth": str(depth)}
    return reported(await http.ask("REPORT", address, content=body.encode(), headers=headers, expect=expect))


def reported(answer: Answer) -> Report:
    """An answer as a report; raises `TryLater` for what is no XML where it should be."""
    if answer.status != 207:
        return Report((), status=answer.status)
    root = parsed(answer.body)
    if root.tag != f"{DAV}multistatus":
        raise TryLater(STRANGE, timedelta(minutes=15))
    token = root.findtext(f"{DAV}sync-token") or ""
    return Report(tuple(_found(root)), token.strip())


def parsed(body: bytes) -> Element:
    """XML without any definition of its own (nothing to expand, nothing to fetch); raises `TryLater`."""
    from xml.etree import ElementTree

    try:
        text = body.decode("utf-8-sig")
        if "<!DOCTYPE" in text:  # without one there are no entities, neither to expand nor to fetch
            raise ValueError("a definition")
        return ElementTree.fromstring(text.encode())  # noqa: S314 - there is no DTD in it
    except (ValueError, ElementTree.ParseError, LookupError):
        raise TryLater(STRANGE, timedelta(minutes=15)) from None


def element(tag: str, text: str) -> str:
    """An element with its text."""
    return f"<{tag}>{escape(text)}</{tag}>"


def address(href: str) -> str:
    """A path as it is asked for: what servers forget to encode is encoded."""
    return quote(href, safe="/:@!$&'()*+,;=~-._%")


def same(one: str, other: str) -> bool:
    """Whether two paths are the same resource."""
    return unquote(one).rstrip("/") == unquote(other).rstrip("/")


def path_of(href: str) -> str:
    """The path of an href, which may be a whole address."""
    return urlsplit(href.strip()).path


def elsewhere(base: str, href: str) -> str | None:
    """The host that an href is on, when it is another than that of the base."""
    there, here = urlsplit(urljoin(base, href.strip())), urlsplit(base)
    return None if there[:2] == here[:2] else there.netloc


def _found(root: Element) -> Iterator[Found]:
    for response in root.findall(f"{DAV}response"):
        href = response.findtext(f"{DAV}href") or ""
        properties: dict[str, Element] = {}
        for part in response.findall(f"{DAV}propstat"):
            if _status(part.findtext(f"{DAV}status")) == 200:
                properties |= {one.tag: one for block in part.findall(f"{DAV}prop") for one in block}
        yield Found(path_of(href), _status(response.findtext(f"{DAV}status")), properties)


def _status(line: str | None) -> int:
    """The number in `HTTP/1.1 404 Not Found`; 200 where there is none."""
    parts = (line or "").split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 200
