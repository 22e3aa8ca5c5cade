"""Where tasks are: a task's ref gives its path away to nobody, so what was seen is noted, and only then looked for.

With a note, ticking off is three questions and words are one, however much there is; without one (a process that began
anew) each place is listed once, by path alone, and all that is in it noted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import unquote

from oo.contracts.connectors import Http, Source
from oo.formats.ical.todos import resource_key
from oo.plugins.connectors.caldav.contents import hrefs
from oo.plugins.connectors.caldav.places import places


def remember(source: Source, hrefs: Iterable[str]) -> None:
    """Note where these resources are."""
    for href in hrefs:
        source.remembered[resource_key(source, unquote(href))] = href


async def whereabouts(source: Source, http: Http, roots: Collection[str]) -> list[str]:
    """The paths of the resources with these keys, in no order; those that are nowhere are left out."""
    found = {root: href for root in roots if (href := source.remembered.get(root)) is not None}
    if len(found) == len(roots):
        return list(found.values())
    for place in (await places(http)).all:
        if not place.tasks:
            continue
        for href in await hrefs(http, place):
            root = resource_key(source, unquote(href))
            source.remembered[root] = href
            if root in roots:
                found[root] = href
    return list(found.values())
