"""What a person does not let oO use is not used."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from oo.contracts.consents import Consents
from oo.contracts.ids import UserId
from oo.contracts.items import Busy
from oo.contracts.manifests import PolicyManifest
from oo.contracts.profiles import Profiles
from oo.contracts.sources import Sources
from oo.contracts.tips import Tips
from oo.kernel.plugins import discover
from oo.modules.recommender import module
from oo.modules.recommender.tests.conftest import NOW, USER, Shelf
from oo.testing.determinism import FixedClock
from oo.testing.rooms import room
from oo.testing.unknown import Nobody, unknown

pytestmark = pytest.mark.anyio


class Cautious(Nobody):
    """Somebody who lets oO use nothing."""

    async def granted(self, *, user: UserId) -> frozenset[str]:
        return frozenset()


@pytest.mark.parametrize(("allowed", "silent"), [(True, True), (False, False)])
async def test_a_meeting_counts_only_for_whoever_lets_oo_see_times(allowed: bool, silent: bool, tmp_path: Path) -> None:
    shelf = Shelf(busy=[Busy(NOW - timedelta(minutes=5), NOW + timedelta(hours=1))])
    shelf.put("a")
    needs: dict[type, object] = {**unknown(), Sources: shelf, Profiles: shelf}
    if not allowed:
        needs[Consents] = Cautious()
    policies = discover("policies", PolicyManifest.model_validate).plugins
    async with room(tmp_path, module, needs=needs, plugins={"policies": policies}, clock=FixedClock(NOW)) as made:
        made.kit.keys.create(USER)
        assert ((await made.promise(Tips).recommend(user=USER)).tip is None) == silent
