"""What the legal pages show beside their text."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.accounts import TERMS_VERSION


@dataclass(frozen=True, slots=True)
class LegalView:
    """The version of the text, which a sign-in accepts."""

    version: str = TERMS_VERSION
