"""`oo doctor` where a model writes: what is there, what is missing, and each mend."""

from __future__ import annotations

from oo.entry.commands.doctor_models import findings
from oo.kernel.settings import Settings
from oo.testing.llm.aside import aside


def ill(settings: Settings) -> dict[str, str]:
    return {one.what: one.mend for one in findings(settings) if one.mend is not None}


def test_a_gateway_with_its_aliases_is_well() -> None:
    with aside() as there:
        assert ill(Settings(llm_url=there.url)) == {}


def test_an_alias_that_is_missing_is_named() -> None:
    with aside() as there:
        assert set(ill(Settings(llm_url=there.url, llm_clouds=("anthropic",)))) == {"the alias tip-generator-anthropic"}


def test_a_gateway_that_is_away_has_its_mend() -> None:
    with aside() as there:
        settings = Settings(llm_url=there.url)
    assert "make gateway" in ill(settings)["the gateway to models"]
