"""The loader: manifests without code, one sentence for what is broken, and nothing that one plugin does to another."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from oo.kernel.plugins import BrokenPlugin, Found, discover


class Part(BaseModel):
    """A table of a manifest."""

    model_config = ConfigDict(extra="forbid")

    size: int = 1


class Manifest(BaseModel):
    """What these plugins say."""

    model_config = ConfigDict(extra="forbid")

    name: str
    parts: dict[str, Part] = {}


@pytest.fixture
def seams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the house's plugins, beside a place that Python imports from."""
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] in ("acme_oo", "ours")]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "ours" / "things").mkdir(parents=True)
    return tmp_path / "ours"


def lay(folder: Path, manifest: str | None = 'name = "A"', code: str = "plugin = 7") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").touch()
    (folder / "plugin.py").write_text(code)
    if manifest is not None:
        (folder / "manifest.toml").write_text(manifest)


def found(seams: Path, *values: str) -> Found[Manifest]:
    points = [EntryPoint(name=value, value=value, group="oo.things") for value in values]
    return discover("things", Manifest.model_validate, root=seams, package="ours", points=points)


def test_a_folder_with_a_manifest_is_a_plugin_and_its_name_the_id(seams: Path) -> None:
    lay(seams / "things" / "b")
    lay(seams / "things" / "a", 'name = "First"')
    lay(seams / "things" / "no_manifest", manifest=None)
    plugins = found(seams).plugins
    assert list(plugins) == ["a", "b"]
    assert plugins["a"].manifest.name == "First"
    assert plugins["a"].own


def test_discovering_imports_nothing_and_loading_does(seams: Path) -> None:
    lay(seams / "things" / "a", code="raise SystemError\nplugin = 1")
    lay(seams / "things" / "b", code="plugin = 7")
    plugins = found(seams).plugins
    assert "ours.things.a.plugin" not in sys.modules
    assert plugins["b"].load() == 7
    with pytest.raises(BrokenPlugin, match=r"things/a: .* can't be imported \(SystemError\)\.$"):
        plugins["a"].load()


def test_a_module_without_a_plugin_says_how_to_mend_it(seams: Path) -> None:
    lay(seams / "things" / "a", code="x = 1")
    with pytest.raises(BrokenPlugin, match="end it with `plugin"):
        found(seams).plugins["a"].load()


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("name = ", "its manifest.toml is not TOML"),
        ("", "in its manifest.toml, `name`: field required."),
        ('name = "A"\ncolour = "red"', "in its manifest.toml, `colour` is no key; there are: name, parts."),
        ('name = "A"\n[parts.one]\nsise = 1', "in its manifest.toml, `parts.one.sise` is no key; there are: size."),
    ],
)
def test_a_broken_manifest_is_one_clear_sentence(seams: Path, manifest: str, reason: str) -> None:
    lay(seams / "things" / "bad", manifest)
    lay(seams / "things" / "good")
    both = found(seams)
    assert list(both.plugins) == ["good"]
    (broken,) = both.broken
    assert broken.reason.startswith("things/bad is left out: ")
    assert reason in broken.reason
    assert "\n" not in broken.reason


def test_third_parties_join_by_entry_point_without_being_imported(seams: Path) -> None:
    lay(seams.parent / "acme_oo" / "thing", 'name = "Acme"', "plugin = 'acme'")
    (seams.parent / "acme_oo" / "__init__.py").write_text("raise SystemError")
    lay(seams / "things" / "ours")
    plugins = found(seams, "acme_oo.thing").plugins
    assert list(plugins) == ["ours", "thing"]
    assert not plugins["thing"].own
    assert "acme_oo" not in sys.modules
    with pytest.raises(BrokenPlugin):
        plugins["thing"].load()


def test_a_broken_third_party_is_left_out_and_takes_nobodys_place(seams: Path) -> None:
    lay(seams.parent / "acme_oo" / "ours", 'name = "Intruder"')
    lay(seams.parent / "acme_oo" / "Bad-Name")
    lay(seams / "things" / "ours", 'name = "Ours"')
    both = found(seams, "acme_oo.ours", "acme_gone.thing", "acme_oo.missing", "", "acme_oo.Bad-Name")
    assert [(plugin.manifest.name, plugin.own) for plugin in both.plugins.values()] == [("Ours", True)]
    assert len(both.broken) == 5
    assert "lower-case" in next(broken.reason for broken in both.broken if broken.id == "Bad-Name")
    assert all(not broken.own and broken.reason.endswith(".") for broken in both.broken)


def test_a_check_that_takes_anything_needs_no_model(seams: Path) -> None:
    def as_it_is(table: Mapping[str, Any]) -> dict[str, Any]:
        return dict(table)

    lay(seams / "things" / "a", "anything = 1")
    assert discover("things", as_it_is, root=seams, package="ours", points=[]).plugins["a"].manifest == {"anything": 1}


def test_what_oo_ships_is_whole() -> None:
    from oo.contracts.manifests import SEAMS

    for seam, manifest in SEAMS.items():
        assert discover(seam, manifest.model_validate).broken == ()
