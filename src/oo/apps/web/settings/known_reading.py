"""Reads what a person says of themselves from the form of an inference, in the form that the value has."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, nan

from oo.apps.web.forms import Form
from oo.apps.web.settings.known_making import PROJECTS, TABLE
from oo.contracts.agents import Value
from oo.contracts.errors import Invalid


def value_of(form: Form, present: Value, unit: str) -> Value:
    """The value that a form holds, of the kind that the present one is; raises `Invalid`."""
    if isinstance(present, bool):
        return form.one("value") == "true"
    if isinstance(present, str):
        return form.one("value").strip()
    if isinstance(present, float):
        return _number(form.one("value"))
    if isinstance(present, Mapping):
        return {name.removeprefix(TABLE): _number(form.one(name)) for name in form.names() if name.startswith(TABLE)}
    parts = [part.strip() for text in form.all("value") for part in text.split(",") if part.strip()]
    if PROJECTS in unit or any(isinstance(each, str) for each in present):
        return tuple(parts)
    return tuple(_number(part) for part in parts)


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = nan
    if not isfinite(number):
        raise Invalid("That is not a number; write one such as 9.")
    return number
