from __future__ import annotations

import json
from pathlib import Path

from oo.entry.snapshots import openapi


def test_the_snapshot_of_the_api_is_fresh(house: Path) -> None:
    kept = json.loads((house / "contracts" / "http" / "api.json").read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(openapi())), "run: make contracts"


def test_the_api_is_described_with_its_body_answers_and_problems() -> None:
    document = openapi()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        *("/api/recommend", "/api/feedback", "/api/events", "/api/helps", "/health"),
        *("/api/auth/token", "/api/notifier/measures"),
        *("/api/profile", "/api/profile/prefs/{scope}", "/api/profile/consents"),
        *("/api/profile/consents/{key}", "/api/profile/contexts"),
        *("/api/agents/registry", "/api/agents/{agent}/compute"),
        *("/api/policies", "/api/policies/promote", "/api/policies/roll-back", "/api/policies/audit"),
    }
    feedback = document["paths"]["/api/feedback"]["post"]
    body = feedback["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == {"key", "tip", "action", "until", "scope", "dwell_ms"}
    assert body["required"] == ["key", "tip", "action"]
    assert set(feedback["responses"]) >= {"200", "401", "403", "404", "409", "422", "500"}
    assert "application/problem+json" in feedback["responses"]["404"]["content"]


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = openapi()
    text = json.dumps(document)
    for part in text.split('"$ref": "')[1:]:
        name = part.split('"')[0].removeprefix("#/components/schemas/")
        assert name in document["components"]["schemas"], name
