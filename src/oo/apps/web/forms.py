"""Reads the forms that pages send: urlencoded, small, and with the session's token."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from starlette.requests import Request

from oo.contracts.accounts import Identity
from oo.contracts.errors import Invalid, Refused

_LARGEST = 64_000
_MOST_FIELDS = 200


class StalePage(Refused):
    """This page is older than your sign-in. Open it again."""


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

    def __contains__(self, name: object) -> bool:
        return name in self._fields


async def read_form(request: Request, identity: Identity) -> Form:
    """The form of a request; raises `Invalid` for one that is too large or garbled, `StalePage` without the token."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise Invalid("This form is too large.")
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Invalid from None
    form = Form(fields)
    if not hmac.compare_digest(form.one("csrf").encode(), identity.csrf.encode()):
        raise StalePage
    return form
