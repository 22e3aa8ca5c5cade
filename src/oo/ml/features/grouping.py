"""The groups that open tasks form by their titles, as they are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from oo.contracts.ids import Ref


@dataclass(frozen=True, slots=True)
class Theme:
    """The group of open tasks that one belongs to."""

    number: int
    """Names the group among the person's, the largest being 0."""
    size: int


def themes_of(groups: bytes | None) -> Mapping[Ref, Theme]:
    """The theme of each task that has one, from what is kept, opened."""
    if groups is None:
        return {}
    read: list[list[str]] = json.loads(groups)
    return {Ref(ref): Theme(number, len(group)) for number, group in enumerate(read) for ref in group}
