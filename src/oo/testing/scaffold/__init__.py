"""Lays out a new plugin with its page and its tests: `python -m oo.testing.scaffold agent NAME [FOLDER]`.

A connector reads files; one of `account` reads an account at a provider, by OAuth.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import oo
from oo.testing.scaffold import account, agent, channel, connector

KINDS: Mapping[str, Mapping[str, str]] = {
    "agent": agent.FILES,
    "connector": connector.FILES,
    "account": account.FILES,
    "channel": channel.FILES,
}
"""The files of each kind of plugin that can be laid out."""
SEAM_OF = {"agent": "agents", "connector": "connectors", "account": "connectors", "channel": "channels"}
"""The folder below `oo/plugins` that each kind stands in."""


def lay_out(kind: str, name: str, folder: Path) -> Path:
    """Writes the folder of a plugin; raises `ValueError` for a name that can't be an id, or is taken."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name):
        raise ValueError(f"{name!r} can't be an id: use small letters, digits and _, such as todoist")
    target = folder / name
    if target.exists():
        raise ValueError(f"{target} is there already; take another name, or remove it")
    words = {"id": name, "title": name.replace("_", " ").capitalize(), "kind": name.title().replace("_", "")}
    words |= {"word": name.replace("_", ""), "upper": name.replace("_", "").upper()}
    words["package"] = f"oo.plugins.{SEAM_OF[kind]}.{name}" if folder == _home(kind) else name
    for path, text in KINDS[kind].items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text.format(**words), encoding="utf-8")
    return target


def main() -> int:
    """Lays out what the command line names; 2 with one sentence when it can't."""
    match sys.argv[1:]:
        case [str(kind), str(name), *folder] if kind in KINDS and name:
            home = Path(folder[0]) if folder else _home(kind)
            try:
                target = lay_out(kind, name, home)
            except ValueError as reason:
                sys.stderr.write(f"{reason}.\n")
                return 2
            sys.stdout.write(f"{target} is laid out, in stage shadow. Its tests: make quick ARGS={target}\n")
            return 0
        case [str(kind), *_] if kind in KINDS:
            given = "connector KIND=account" if kind == "account" else kind
            sys.stderr.write(f"Name it: make new-{given} NAME=todoist\n")
            return 2
    sys.stderr.write(f"Say what it is: {' or '.join(KINDS)}, and its name.\n")
    return 2


def _home(kind: str) -> Path:
    """Where the house's own plugins of a kind stand."""
    return Path(oo.__file__).parent / "plugins" / SEAM_OF[kind]
