"""Draws pages: a view goes in, HTML comes out; nothing here reads a request or keeps a promise."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from oo.apps.web.assets import Assets
from oo.apps.web.frame import Frame
from oo.contracts.words import translator


class Look:
    """Renders the templates beside the views; compiled once, strict about every name."""

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["assets"] = assets
        self._environment.filters["placed"] = placed

    def draw(self, template: str, frame: Frame, view: object) -> str:
        """The page of a template such as `tip/page.html`, in the frame's language."""
        page = self._environment.get_template(template)
        return page.render(frame=frame, view=view, t=translator(frame.language))


def placed(text: str, **pieces: Markup) -> Markup:
    """The text, escaped, with `{name}` filled by ready pieces of HTML such as links.

    >>> str(placed("a < {b}", b=Markup("<i>c</i>")))
    'a &lt; <i>c</i>'
    """
    parts = re.split(r"\{(\w+)\}", text)
    return Markup("").join(pieces[part] if place % 2 else escape(part) for place, part in enumerate(parts))
