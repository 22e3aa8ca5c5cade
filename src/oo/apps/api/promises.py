"""What the API needs to speak of one person."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.consents import Consenting, Consents
from oo.contracts.contexts import Contexts
from oo.contracts.knowledge import Knowledge
from oo.contracts.profiles import Profiles
from oo.contracts.serving import Hearings, Serving


@dataclass(frozen=True, slots=True)
class Person:
    """The promises about what is known of a person."""

    profiles: Profiles
    consents: Consents
    consenting: Consenting
    contexts: Contexts
    knowledge: Knowledge
    serving: Serving
    hearings: Hearings
