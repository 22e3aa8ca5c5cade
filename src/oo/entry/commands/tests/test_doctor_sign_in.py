"""What the doctor says about signing in, each with its mend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from oo.entry.commands.doctor_sign_in import findings
from oo.kernel.clock import SystemClock
from oo.kernel.settings import Settings
from oo.testing.issuer import StandInIssuer, issuer


def said(folder: Path, **given: Any) -> dict[str, str | None]:
    settings = Settings(data=folder, **given)
    return {finding.what: finding.mend for finding in findings(settings, SystemClock())}


def of(provider: StandInIssuer, **more: Any) -> dict[str, Any]:
    return {"oidc_issuer": provider.origin, "oidc_client_id": "oo", "oidc_name": "Home", **more}


def test_a_provider_that_is_right_is_well_and_its_redirect_address_is_said(tmp_path: Path) -> None:
    with issuer() as provider:
        found = said(tmp_path, **of(provider, public_url="https://oo.example.org"))
    assert found == {
        "Home sends people back to https://oo.example.org/sign-in/from/oidc": None,
        "Home describes itself": None,
        "passkeys belong to oo.example.org": None,
    }


def test_a_provider_that_does_not_answer_or_calls_itself_otherwise_is_said_with_the_mend(tmp_path: Path) -> None:
    with issuer() as provider:
        provider.wrong(described={"issuer": "https://other.example"})
        assert "another name" in (said(tmp_path, **of(provider))["Home describes itself"] or "")
        provider.wrong(described={"id_token_signing_alg_values_supported": ["HS256"]})
        assert "RS256" in (said(tmp_path, **of(provider))["Home describes itself"] or "")
    assert "does not answer" in (said(tmp_path, **of(provider))["Home describes itself"] or "")


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"oidc_client_id": "oo"}, "OO_OIDC_ISSUER"),
        ({"oidc_issuer": "https://id.example.org"}, "OO_OIDC_CLIENT_ID"),
        ({"google_client_secret": "s"}, "OO_GOOGLE_CLIENT_ID"),
        ({"google_client_id": "oo"}, "OO_GOOGLE_CLIENT_SECRET"),
        ({"admin_seed_email": "a@example.org"}, "no provider can vouch"),
    ],
)
def test_half_a_setting_is_said(given: dict[str, Any], lacks: str, tmp_path: Path) -> None:
    assert lacks in " ".join(mend or "" for mend in said(tmp_path, **given).values())
