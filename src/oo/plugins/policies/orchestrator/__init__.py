"""The policy `orchestrator`."""
