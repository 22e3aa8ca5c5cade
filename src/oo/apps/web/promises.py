"""What the pages need of the rest of the house; wiring gives it, tests give stand-ins."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.accounts import Accounts
from oo.contracts.consents import Consenting, Consents
from oo.contracts.contexts import Contexts
from oo.contracts.deliveries import Deliveries
from oo.contracts.forgetting import Forgetting
from oo.contracts.knowledge import Knowledge
from oo.contracts.profiles import Profiles
from oo.contracts.serving import Serving
from oo.contracts.sign_ins import Passkeys, SignIns
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.kernel.clock import Clock
from oo.kernel.ids import Ids


@dataclass(frozen=True, slots=True)
class Promises:
    """The promises behind the pages, with the clock and the maker of keys."""

    tips: Tips
    accounts: Accounts
    sign_ins: SignIns
    passkeys: Passkeys
    profiles: Profiles
    sources: Sources
    forgetting: Forgetting
    consents: Consents
    consenting: Consenting
    contexts: Contexts
    knowledge: Knowledge
    serving: Serving
    deliveries: Deliveries
    clock: Clock
    ids: Ids
