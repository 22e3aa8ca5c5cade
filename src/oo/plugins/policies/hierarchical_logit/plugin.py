"""Learns from reactions and from what was done, from a prior that is shipped beside it (`prior.json`, README.md)."""

from __future__ import annotations

import json
from pathlib import Path

from oo.engine.policies.hierarchical_logit import HierarchicalLogit, Prior

plugin = HierarchicalLogit(Prior.read(json.loads(Path(__file__).with_name("prior.json").read_text(encoding="utf-8"))))
