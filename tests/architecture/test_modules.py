"""Every module has its door, its page and its own tables; no table leans on another room's."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from oo.entry.wiring import MODULES, house
from oo.kernel.module import Module
from oo.kernel.settings import Settings

HOUSE = Path(__file__).parents[2]
HOME = HOUSE / "src" / "oo"
PLACES = {
    path.name: path
    for path in (*(HOME / "modules").iterdir(), *(HOME / "ml").iterdir())
    if ((path / "__init__.py").exists() and "module = Module(" in (path / "__init__.py").read_text(encoding="utf-8"))
    or (path.parent.name == "modules" and (path / "__init__.py").exists())
}
"""Every room by its name: the modules, and what of the ML wing has a door."""
ROOMS = sorted(PLACES)


def door(room: str) -> Module:
    """The one Module value that a room's package shows."""
    package = importlib.import_module(f"oo.{PLACES[room].parent.name}.{room}")
    doors = [value for value in vars(package).values() if isinstance(value, Module)]
    assert len(doors) == 1, f"{room} shows {len(doors)} doors; it needs one frozen Module(...)"
    return doors[0]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_one_door_that_bears_its_name(room: str) -> None:
    assert door(room).name == room


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_a_readme_that_says_promise_data_and_health(room: str) -> None:
    text = (PLACES[room] / "README.md").read_text(encoding="utf-8").lower()
    assert [word for word in ("promise", "data", "health", "extract") if word not in text] == []


def test_every_room_is_in_the_one_list() -> None:
    assert sorted(module.name for module in MODULES) == ROOMS


def test_table_names_are_unique_across_rooms() -> None:
    names = [table.name for module in MODULES for table in module.tables.tables.values()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_room_s_tables_are_in_its_own_schema(module: Module) -> None:
    assert {table.schema for table in module.tables.tables.values()} <= {module.name}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_no_foreign_key_leaves_its_room(module: Module) -> None:
    keys = [key for table in module.tables.tables.values() for key in table.foreign_keys]
    assert [key.target_fullname for key in keys if key.target_fullname.split(".")[0] != module.name] == []


def test_every_promise_has_one_keeper_and_needs_form_no_cycle() -> None:
    keepers = [promise for module in MODULES for promise in module.keeps]
    assert len(keepers) == len(set(keepers))
    kept: set[type] = set()
    waiting = list(MODULES)
    while ready := [module for module in waiting if {need for need in module.needs if need in keepers} <= kept]:
        kept |= {promise for module in ready for promise in module.keeps}
        waiting = [module for module in waiting if module not in ready]
    assert [module.name for module in waiting] == [], "these rooms wait for each other"


@pytest.mark.anyio
async def test_every_room_says_how_it_is(tmp_path: Path) -> None:
    async with house(Settings(data=tmp_path, files=(tmp_path,))) as running:
        assert [name for name, built in running.rooms.items() if built.health is None] == []
        assert {name for name, health in (await running.health()).items() if not health.well} == set()
