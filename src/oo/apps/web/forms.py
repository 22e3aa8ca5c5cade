"""Reads the forms that pages send, and a file in one; the guard has checked their token and their size."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request

from oo.contracts.errors import Invalid, Unusable

_MOST_FIELDS = 200


class Form:
    """The fields of a form, as text."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self._fields = fields

    def one(self, name: str) -> str:
        """The field's first value, empty when it was not sent."""
        return next(iter(self._fields.get(name, ())), "")

    def all(self, name: str) -> list[str]:
        """Every value of the field, in order."""
        return list(self._fields.get(name, ()))

    def names(self) -> list[str]:
        """The names of what was sent, in order."""
        return list(self._fields)

    def __contains__(self, name: object) -> bool:
        return name in self._fields


async def read_form(request: Request) -> Form:
    """The form of a request; raises `Invalid` for one that is garbled."""
    try:
        body = (await request.body()).decode("ascii")
        return Form(parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        raise Invalid from None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sends it."""

    name: str
    data: bytes


async def read_upload(request: Request) -> Upload:
    """The file of a request's form; raises `Unusable` when none was chosen, `Invalid` for a garbled form.

    Taken apart here, in memory: the usual parsers put what is large on the disk, and other people's lists in its open.
    """
    boundary = re.search(r'boundary="?([^";]+)', request.headers.get("content-type", ""))
    if boundary is None:
        raise Invalid
    for part in (b"\r\n" + await request.body()).split(b"\r\n--" + boundary[1].encode("latin-1")):
        head, _, data = part.partition(b"\r\n\r\n")
        named = re.search(rb'name="file"; filename="([^"]*)"', head)
        if named is None:
            continue
        name = named[1].decode("utf-8", "replace").replace("%22", '"')
        if not name and not data:
            raise Unusable("Choose a file first.")
        return Upload(name, data)
    raise Invalid
