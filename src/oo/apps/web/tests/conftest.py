"""The pages behind the real guard, over stand-ins."""

from __future__ import annotations

import pytest

from oo.apps.web.tests.site import Site, made


@pytest.fixture
def site() -> Site:
    """A signed-in person's view of the pages."""
    return made()
