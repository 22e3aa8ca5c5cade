"""The public API: JSON, a file per resource, described in contracts/http/api.json."""

from oo.apps.api.build import build

__all__ = ["build"]
