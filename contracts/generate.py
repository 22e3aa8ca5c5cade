"""Writes what is generated from the code and the event types; `--check` fails when what is there is stale.

events: `oo.contracts.events` · manifests: a JSON schema a seam · http: the OpenAPI snapshot.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import generate_events

from oo.contracts.manifests import SEAMS
from oo.entry.snapshots import openapi

HERE = Path(__file__).parent
EVENTS = HERE.parent / "src" / "oo" / "contracts" / "events"


def main() -> int:
    """Writes every file, or compares; 1 when one is stale."""
    files = {EVENTS / name: content for name, content in generate_events.generate().items()}
    files |= {
        HERE / "manifests" / f"{seam}.schema.json": as_json(kind.model_json_schema()) for seam, kind in SEAMS.items()
    }
    files[HERE / "http" / "api.json"] = as_json(openapi())
    stale = [path for path, content in files.items() if not path.exists() or path.read_bytes() != content]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(HERE.parent)} is stale; run: make contracts\n")
        return int(bool(stale))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[path])
    return 0


def as_json(value: Mapping[str, object]) -> bytes:
    """Readable JSON that ends in a line end."""
    return (json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


if __name__ == "__main__":
    sys.exit(main())
