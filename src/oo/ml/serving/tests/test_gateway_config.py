"""The gateway's configuration: what is local stays local, and a cloud is there only with its key."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from oo.ml.serving.llm import EMBEDDER, JUDGE, TIP_GENERATOR

FALLBACKS = ("fallbacks", "default_fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
LOCAL = ("ollama/", "ollama_chat/")


@pytest.fixture
def folder(house: Path) -> Path:
    return house / "infra" / "litellm"


def read(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    return found


def models(folder: Path, name: str) -> dict[str, list[str]]:
    """Every alias of a configuration with the models behind it."""
    config = read(folder, name)
    found: dict[str, list[str]] = {}
    for included in config.get("include", ()):
        for alias, several in models(folder, included).items():
            found.setdefault(alias, []).extend(several)
    for one in config["model_list"]:
        found.setdefault(one["model_name"], []).append(one["litellm_params"]["model"])
    return found


@pytest.mark.parametrize("name", ["local.yaml", "cloud.yaml"])
def test_no_alias_falls_back_to_another_so_none_crosses_from_here_to_a_cloud(folder: Path, name: str) -> None:
    config = read(folder, name)
    settings = [config.get(part) or {} for part in ("litellm_settings", "router_settings", "general_settings")]
    deployments = [one["litellm_params"] for one in config["model_list"]]
    assert [(key, part) for part in [*settings, *deployments, config] for key in FALLBACKS if key in part] == []
    mixed = {alias: behind for alias, behind in models(folder, name).items() if len(behind) != 1}
    assert mixed == {}, "an alias with two models behind it is balanced between them"


def test_without_a_key_every_model_is_on_this_machine(folder: Path) -> None:
    behind = models(folder, "local.yaml")
    assert {alias for alias, [model] in behind.items() if not model.startswith(LOCAL)} == set()
    assert {TIP_GENERATOR, EMBEDDER} <= set(behind) and JUDGE not in behind
    addresses = {one["litellm_params"]["api_base"] for one in read(folder, "local.yaml")["model_list"]}
    assert addresses == {"os.environ/OLLAMA_URL"}


def test_the_defaults_are_those_that_were_chosen(folder: Path) -> None:
    behind = models(folder, "cloud.yaml")
    assert (behind[TIP_GENERATOR], behind[EMBEDDER], behind[JUDGE]) == (
        ["ollama_chat/qwen2.5:1.5b"],
        ["ollama/nomic-embed-text"],
        ["anthropic/claude-haiku-4-5"],
    )


def test_a_cloud_s_models_are_other_aliases_than_the_local_ones(folder: Path) -> None:
    local, both = models(folder, "local.yaml"), models(folder, "cloud.yaml")
    assert {alias: both[alias] for alias in local} == local
    assert set(both) - set(local) == {JUDGE, f"{TIP_GENERATOR}-anthropic"}
    keys = {one["litellm_params"]["api_key"] for one in read(folder, "cloud.yaml")["model_list"]}
    assert keys == {"os.environ/ANTHROPIC_API_KEY"}


def test_nothing_that_people_write_is_logged_or_reported(folder: Path) -> None:
    settings = read(folder, "local.yaml")["litellm_settings"]
    assert (settings["turn_off_message_logging"], settings["telemetry"]) == (True, False)


@pytest.mark.parametrize(("key", "config"), [(None, "local.yaml"), ("sk-ant", "cloud.yaml")])
def test_the_cloud_is_there_only_with_its_key(folder: Path, tmp_path: Path, key: str | None, config: str) -> None:
    said = started(folder, tmp_path, {"LITELLM_MASTER_KEY": "sesame", **({"ANTHROPIC_API_KEY": key} if key else {})})
    assert said.stdout.split() == ["--config", f"infra/litellm/{config}", "--host", "127.0.0.1", "--port", "4000"]


def test_the_gateway_does_not_start_without_a_key_of_its_own(folder: Path, tmp_path: Path) -> None:
    said = started(folder, tmp_path, {})
    assert said.returncode == 1 and "LITELLM_MASTER_KEY" in said.stderr and said.stdout == ""


def started(folder: Path, tmp_path: Path, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What the start script hands to the gateway, in an environment whose gateway says what it was given."""
    pinned = subprocess.run(["sha256sum", "requirements/gateway.txt"], cwd=folder.parents[1], capture_output=True)
    (tmp_path / ".oo-gateway").write_text(pinned.stdout.decode().split()[0])
    program = tmp_path / "bin" / "litellm"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    program.chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "OO_GATEWAY_ENVIRONMENT": str(tmp_path), **given}
    return subprocess.run([folder / "run"], env=environment, capture_output=True, text=True, timeout=60, check=False)
