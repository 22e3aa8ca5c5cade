"""Every policy that is found passes the same suite, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oo.contracts.manifests import PolicyManifest
from oo.contracts.policies import Policy
from oo.kernel.plugins import discover
from oo.testing.policies import CHECKS

FOUND = discover("policies", PolicyManifest.model_validate)
POLICIES: list[Policy] = [plugin.load() for plugin in FOUND.plugins.values()]


def test_every_policy_is_whole_and_named_by_its_folder() -> None:
    assert [broken.reason for broken in FOUND.broken] == []
    assert [policy.id for policy in POLICIES] == list(FOUND.plugins)
    assert len({policy.digest for policy in POLICIES}) == len(POLICIES)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_the_policy_keeps_the_promise(policy: Policy, check: Callable[[Policy], None]) -> None:
    check(policy)
