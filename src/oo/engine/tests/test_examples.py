"""The examples in the engine's docstrings end with the numbers they name."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import oo.engine

MODULES = sorted(
    found.name for found in pkgutil.walk_packages(oo.engine.__path__, "oo.engine.") if ".tests" not in found.name
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
