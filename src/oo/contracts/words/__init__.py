"""The words that people read: the English text is the message id; other languages are gettext catalogues here."""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path

from oo.contracts.words.sentences import template_of

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Languages that have a catalogue, by code, each under its own name."""

_PLACE = re.compile(r"\{(\w+)\}")


class Translator:
    """Says a text in one language; `{name}` in it is filled once, and nothing in a value is read again."""

    __slots__ = ("_catalogue", "language")

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, text: str, /, **values: object) -> str:
        """The text in this language, filled; a place without a value stays as it is."""
        return _filled(self._catalogue.gettext(text), values)

    def sentence(self, text: str) -> str:
        """Say a sentence that comes filled already, from a connector or the disk; one nobody knows stays as it is."""
        template, values = template_of(text)
        return self(template, **{name: self._catalogue.gettext(value) for name, value in values.items()})

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The form that fits the count, filled; `{count}` is the count."""
        return _filled(self._catalogue.ngettext(one, many, count), {"count": count, **values})


@cache
def translator(language: str) -> Translator:
    """The translator of a language tag such as `de` or `de-AT`; a language without a catalogue speaks English."""
    code = language.replace("_", "-").split("-")[0].lower()
    catalogue = gettext.translation("oo", localedir=Path(__file__).parent, languages=[code], fallback=True)
    return Translator(code if code in LANGUAGES else "en", catalogue)


def best_language(accepted: str) -> str:
    """The first language of an Accept-Language header that has a catalogue, English when none has."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), place, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next((code for _, _, code in sorted(ranked) if code in LANGUAGES), "en")


def _filled(text: str, values: dict[str, object]) -> str:
    return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), text) if values else text
