"""What is written down of the running code for others to depend on; `make contracts` keeps it fresh."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from oo.apps.api import build

_OPEN = ("/health", "/api/auth/token")


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the public API, as `contracts/http/api.json` holds it."""
    app = FastAPI(title="oO", summary="One tip. Right now.", version=version("oo"))
    unused: Any = None  # routes are described, and none is called
    app.router.routes.extend(build(unused, unused, unused, unused, unused, unused, _nothing).routes)
    document = app.openapi()
    _without_fastapis_own(document)
    document["components"]["securitySchemes"] = {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-oo",
            "description": "The session's cookie; `oo` on 127.0.0.1 and localhost.",
        },
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "What `POST /api/auth/token` gives a program; it works below /api/ alone.",
        },
    }
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["security"] = [] if path in _OPEN else [{"session": []}, {"bearer": []}]
    return document


async def _nothing() -> Mapping[str, Any]:
    return {}


def _without_fastapis_own(document: dict[str, Any]) -> None:
    """Take out the schemas of validation errors that FastAPI adds: oO answers with problems."""
    for name in ("HTTPValidationError", "ValidationError"):
        document.get("components", {}).get("schemas", {}).pop(name, None)


if __name__ == "__main__":
    import json

    sys.stdout.write(json.dumps(openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n")
