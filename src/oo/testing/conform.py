"""Examines connectors by the suite of their kind, third parties' too: `python -m oo.testing.conform ID…`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from oo.contracts.manifests import ConnectorManifest
from oo.kernel.plugins import Plugin, discover
from oo.testing import connectors, remotes


def checks_of(plugin: Plugin[ConnectorManifest]) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
    """Every check of a connector's kind, with its name."""
    case: Any
    checks: Sequence[Callable[[Any], Awaitable[None]]]
    found = connectors.samples(plugin.folder)
    if plugin.manifest.kind in ("account", "address"):
        case = remotes.Remote(plugin.id, plugin.load(), plugin.manifest, remotes.recordings(found))
        checks = remotes.CHECKS
    else:
        case, checks = connectors.Case(plugin.id, plugin.load(), plugin.manifest, found), connectors.CHECKS
    return [(check.__name__, lambda check=check: check(case)) for check in checks]  # type: ignore[misc]


def main(ids: Sequence[str]) -> int:
    """Examines those that are named, or all; 1 when one breaks a promise, 2 for one that isn't there."""
    found = discover("connectors", ConnectorManifest.model_validate)
    for broken in found.broken:
        sys.stderr.write(f"{broken.reason}\n")
    missing = [one for one in ids if one not in found.plugins]
    if missing:
        sys.stderr.write(f"There is no connector {missing[0]}. Is its package installed, with an entry point?\n")
        return 2
    failed = 0
    for one in ids or found.plugins:
        kept = 0
        checks = checks_of(found.plugins[one])
        for name, check in checks:
            try:
                asyncio.run(check())  # type: ignore[arg-type]
                kept += 1
            except Exception as error:  # whatever a connector raises is what it is examined for
                failed += 1
                sys.stdout.write(f"{one}: {name.replace('_', ' ')}: {type(error).__name__}: {error}\n")
        sys.stdout.write(f"{one}: {kept} of {len(checks)} promises kept\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
