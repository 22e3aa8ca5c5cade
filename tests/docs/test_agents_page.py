"""The page about agents shows what they say, and a manifest that is one."""

from __future__ import annotations

import io
import re
import tomllib
from pathlib import Path

from oo.contracts.manifests import AgentManifest
from oo.entry.commands.agents import run

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "agents.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """The fenced blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_shows_what_the_agents_say_of_the_made_up_person() -> None:
    out = io.StringIO()
    run(out)
    assert blocks("text") == [out.getvalue()]


def test_every_agent_has_something_to_say_of_her() -> None:
    assert " -\n" not in blocks("text")[0] and len(blocks("text")[0].splitlines()) == 7


def test_the_manifest_on_the_page_is_one() -> None:
    assert AgentManifest.model_validate(tomllib.loads(blocks("toml")[0])).parameters["latest_hour"].minimum == 20
