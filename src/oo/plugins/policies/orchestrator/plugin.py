"""What the orchestrator wrote; without it, what the house's rule chooses."""

from __future__ import annotations

from oo.engine.policies.orchestrator import OrchestratorFirst

plugin = OrchestratorFirst()
