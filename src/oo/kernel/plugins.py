"""The plugin loader: finds folders with a manifest, reads the manifests without importing any plugin, loads on demand.

A seam's own plugins are the folders of `oo/plugins/<seam>`; third-party packages join by an entry point `oo.<seam>`
whose value names a package with a `manifest.toml`. A plugin's id is the name of its folder, its code is `plugin` in
`plugin.py`. What is broken is reported in one sentence and left out.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

Manifest = TypeVar("Manifest")

MANIFEST = "manifest.toml"
_ID = re.compile(r"[a-z][a-z0-9_]*")


class BrokenPlugin(Exception):
    """This plugin can't be used."""


@dataclass(frozen=True, slots=True)
class Plugin(Generic[Manifest]):
    """A plugin that was found: what it says of itself, and where its code is."""

    id: str
    seam: str
    manifest: Manifest
    package: str
    folder: Path
    own: bool
    """Whether it came with oO."""

    def load(self) -> Any:
        """Import its module and return its `plugin`; raises `BrokenPlugin` with one sentence when that fails."""
        name = f"{self.package}.plugin"
        try:
            module = importlib.import_module(name)
        except Exception as error:
            raise BrokenPlugin(f"{self.seam}/{self.id}: {name} can't be imported ({type(error).__name__}).") from error
        try:
            return module.plugin
        except AttributeError as error:
            raise BrokenPlugin(f"{self.seam}/{self.id}: {name} has no `plugin`; end it with `plugin = …`.") from error


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that was left out, and why in one sentence that names it."""

    id: str
    seam: str
    reason: str
    own: bool


@dataclass(frozen=True, slots=True)
class Found(Generic[Manifest]):
    """All plugins of a seam by id, and those that were left out."""

    plugins: Mapping[str, Plugin[Manifest]]
    broken: tuple[Broken, ...]


def discover(
    seam: str,
    check: Callable[[Mapping[str, Any]], Manifest],
    *,
    root: Path | None = None,
    package: str = "oo.plugins",
    points: Iterable[EntryPoint] | None = None,
) -> Found[Manifest]:
    """Every plugin of a seam, sorted by id, ours before others'; nothing of them is imported.

    `check` makes the manifest from its table and raises `ValueError` when it is wrong (a pydantic model's
    `model_validate` does). `root` is the folder of the seams, `points` the entry points to look at (those installed).
    """
    plugins: dict[str, Plugin[Manifest]] = {}
    broken: list[Broken] = []
    for name, where, folder, own in _places(seam, root, package, points):
        try:
            if folder is None:
                raise BrokenPlugin(f"its package {where} is not there")
            if not _ID.fullmatch(name):
                raise BrokenPlugin("its folder's name has to be lower-case letters, digits and _")
            if name in plugins:
                raise BrokenPlugin("another plugin has this name already")
            plugins[name] = Plugin(name, seam, check(_table(folder / MANIFEST)), where, folder, own)
        except (BrokenPlugin, ValueError) as error:
            broken.append(Broken(name, seam, f"{seam}/{name} is left out: {_reason(error, check)}.", own))
    return Found(dict(sorted(plugins.items())), tuple(broken))


def _places(
    seam: str, root: Path | None, package: str, points: Iterable[EntryPoint] | None
) -> Iterator[tuple[str, str, Path | None, bool]]:
    """Id, package, folder and whether it is ours, of everything that says it is a plugin of the seam."""
    home = (root if root is not None else Path(__file__).parent.parent / "plugins") / seam
    for manifest in sorted(home.glob(f"*/{MANIFEST}")):
        folder = manifest.parent
        yield folder.name, f"{package}.{seam}.{folder.name}", folder, True
    for point in sorted(points if points is not None else entry_points(group=f"oo.{seam}"), key=lambda p: p.value):
        where = point.value.partition(":")[0].strip()
        yield where.rpartition(".")[2], where, _folder(where), False


def _folder(package: str) -> Path | None:
    """Where a package lies, without importing it: only its topmost name is looked up."""
    top, *rest = package.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location, *rest)
        if folder.is_dir():
            return folder
    return None


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BrokenPlugin(f"its {MANIFEST} can't be read ({error.strerror})") from error
    except ValueError as error:
        raise BrokenPlugin(f"its {MANIFEST} is not TOML ({error})") from error


def _reason(error: Exception, check: Callable[..., Any]) -> str:
    """One clause; a validation error's first fault stands for all, and for a key that there is not, those there are."""
    faults = getattr(error, "errors", None)
    if callable(faults) and (first := next(iter(faults()), None)):
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        if first["type"] == "extra_forbidden" and (keys := _keys(getattr(check, "__self__", None), first["loc"][:-1])):
            return f"in its {MANIFEST}, `{place}` is no key; there are: {', '.join(keys)}"
        return f"in its {MANIFEST}, `{place}`: {first['msg'][:1].lower()}{first['msg'][1:]}"
    return " ".join(str(error).split()).rstrip(".")


def _keys(model: Any, way: Sequence[str | int]) -> list[str]:
    """The keys that a model takes, at the end of a way through models within it; empty where that is not known."""
    for part in way:
        field = getattr(model, "model_fields", {}).get(part)
        if field is not None:  # else it is a name within a table, whose values have the model
            inner = [one for one in (field.annotation, *get_args(field.annotation)) if hasattr(one, "model_fields")]
            model = inner[0] if inner else None
    return list(getattr(model, "model_fields", {}))
