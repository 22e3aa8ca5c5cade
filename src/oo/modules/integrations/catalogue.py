"""The connectors there are: chosen by their manifests, loaded when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import cast

from oo.contracts.abilities import Delegating
from oo.contracts.connectors import Connector
from oo.contracts.manifests import ConnectorManifest, FileRules
from oo.contracts.sources import AccountView, AddressView, ConnectorView
from oo.kernel.plugins import Plugin
from oo.kernel.settings import Settings
from oo.modules.integrations.providers import provider_of


class Catalogue:
    """Every connector of this instance, by id."""

    def __init__(self, plugins: Mapping[str, Plugin[ConnectorManifest]], settings: Settings) -> None:
        self._plugins = dict(sorted(plugins.items()))
        self._settings = settings

    def manifest(self, connector: str) -> ConnectorManifest | None:
        """What the connector says of itself; None when it is not installed any more."""
        plugin = self._plugins.get(connector)
        return plugin.manifest if plugin else None

    def load(self, connector: str) -> Connector:
        """The connector's code; raises `BrokenPlugin`, or `KeyError` when it is not installed any more."""
        return cast("Connector", self._plugins[connector].load())

    def views(self) -> list[ConnectorView]:
        """The kinds of source there are."""
        return [self._view(key, plugin.manifest) for key, plugin in self._plugins.items()]

    def _view(self, key: str, manifest: ConnectorManifest) -> ConnectorView:
        return ConnectorView(
            id=key,
            name=manifest.name,
            summary=manifest.summary,
            kind=manifest.kind,
            reads=manifest.reads,
            writes=manifest.writes,
            keeps=manifest.keeps,
            why=manifest.why,
            account=self._account(key, manifest),
            address=self._address(key, manifest),
        )

    def _account(self, key: str, manifest: ConnectorManifest) -> AccountView | None:
        provider = provider_of(manifest, self._settings)
        if provider is None:
            return None
        rules = provider.rules
        names = ("CLIENT_ID",) if rules.token_auth == "none" else ("CLIENT_ID", "CLIENT_SECRET")  # noqa: S105
        return AccountView(
            ready=provider.ready,
            callback=f"/oauth/callback/{key}",
            hook=f"/hooks/{key}",
            console=rules.console,
            steps=rules.steps,
            settings=tuple(f"OO_{rules.provider.upper()}_{name}" for name in names),
        )

    def _address(self, key: str, manifest: ConnectorManifest) -> AddressView | None:
        rules = manifest.address
        if rules is None:
            return None
        delegates = rules.password != "none" and isinstance(self.load(key), Delegating)  # noqa: S105
        return AddressView(rules.label, rules.example, rules.hint, rules.password, delegates)

    def is_remote(self, connector: str) -> bool:
        """Whether what it reads is on another server."""
        manifest = self.manifest(connector)
        return manifest is not None and manifest.kind in ("account", "address")

    def remote(self) -> list[str]:
        """The connectors of what is on other servers."""
        return [key for key in self._plugins if self.is_remote(key)]

    def completes(self, connector: str) -> bool:
        """Whether "done" can be written back."""
        manifest = self.manifest(connector)
        return manifest is not None and "complete" in manifest.actions

    def document(self) -> str | None:
        """The connector whose source is a document that oO keeps."""
        return next((key for key, plugin in self._plugins.items() if plugin.manifest.kind == "document"), None)

    def files(self) -> dict[str, FileRules]:
        """The rules of every connector that reads files, by its id."""
        found = {key: plugin.manifest.files for key, plugin in self._plugins.items() if plugin.manifest.kind == "files"}
        return {key: rules for key, rules in found.items() if rules is not None}

    def for_file(self, path: str) -> str | None:
        """The connector that reads a file of this name: by its whole name rather than by its ending."""
        rules = self.files()
        by_name = (key for key, one in rules.items() if _matches(one, path))
        by_ending = (key for key, one in rules.items() if PurePath(path).name.lower().endswith(one.suffixes))
        return next(by_name, None) or next(by_ending, None)

    def for_folder(self, paths: tuple[str, ...]) -> list[str]:
        """The connectors that find something among the files of a folder; the one that finds most comes first."""
        found = {key: sum(_matches(one, path) for path in paths) for key, one in self.files().items()}
        return sorted((key for key, count in found.items() if count), key=lambda key: (-found[key], key))

    def takes(self, connector: str, folder: str, path: str) -> bool:
        """Whether the connector, given the folder, takes this file of it, or of a folder within it."""
        rules, place = self.files().get(connector), PurePath(path)
        if rules is None:
            return False
        if str(place.parent) == folder:
            return _matches(rules, path)
        return self.encloses(connector, folder, path) and _matches(rules, path)

    def encloses(self, connector: str, folder: str, path: str) -> bool:
        """Whether the connector, given the folder, reads what lies that deep within it: nothing in hidden folders."""
        rules, place = self.files().get(connector), PurePath(path)
        if rules is None or str(place) == folder or not place.is_relative_to(folder):
            return False
        deep = any(pattern.startswith("**/") for pattern in rules.patterns)
        return deep and not any(part.startswith(".") for part in place.relative_to(folder).parts)

    def endings(self) -> str:
        """The endings of the files that are read, as in ".ics, .txt"."""
        return ", ".join(sorted({suffix for rules in self.files().values() for suffix in rules.suffixes}))


def _matches(rules: FileRules, path: str) -> bool:
    name = PurePath(path).name.lower()
    return any(fnmatchcase(name, pattern) for pattern in rules.patterns)
