"""Whatever is changed, in whatever order: what was told adds up to what is kept."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from oo.contracts.events import PrefSet
from oo.contracts.ids import UserId
from oo.contracts.profiles import Profile, Profiles
from oo.modules.profile import module
from oo.modules.profile.preferences import profile_of, text_forms
from oo.testing.rooms import room

USER = UserId("lena")
VALUES = {
    "language": ["en", "de"],
    "zone": ["UTC", "Europe/Berlin", "Asia/Tokyo"],
    "day_ends_at": ["00:00", "03:00", "06:00"],
    "undo_seconds": ["8", "20", "80"],
    "low_light": ["true", "false"],
    "single_keys": ["true", "false"],
}
CHANGE = st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in VALUES.items()})


@settings(max_examples=10, deadline=None)
@given(st.lists(CHANGE, max_size=8))
def test_events_add_up_to_the_profile_and_each_tells_of_a_change(changes: list[dict[str, str]]) -> None:
    asyncio.run(_hold(changes))


async def _hold(changes: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with room(Path(folder), module) as built:
            built.kit.keys.create(USER)
            profiles = built.promise(Profiles)
            wanted = text_forms(Profile())
            for change in changes:
                wanted |= change
                assert text_forms(await profiles.change(user=USER, values=change)) == wanted
                assert text_forms(await profiles.get(user=USER)) == wanted
            told = text_forms(Profile())
            for event in await built.published(USER):
                assert isinstance(event, PrefSet)
                assert (event.scope, event.source) == ("global", "user")
                assert told[event.key] != event.value
                told[event.key] = event.value
            assert profile_of(told) == profile_of(wanted)
