"""Every import contract is proven: a deliberate violation is planted in a copy of the house and must break it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PYPROJECT = HOUSE / "pyproject.toml"

SKELETON = [
    "entry/demo.py",
    "entry/wiring.py",
    "apps/api/routes.py",
    "apps/web/routes.py",
    "modules/auth/handlers.py",
    "modules/auth/jobs.py",
    "modules/auth/service.py",
    "modules/auth/repository.py",
    "modules/auth/tables.py",
    "modules/profile/service.py",
    "ml/pipelines.py",
    "ml/experiments.py",
    "ml/serving/llm.py",
    "ml/features.py",
    "ml/registry.py",
    "plugins/connectors/todotxt/connector.py",
    "plugins/connectors/ics/connector.py",
    "plugins/policies/newest/policy.py",
    "sdk/client.py",
    "testing/fakes.py",
    "engine/pipeline.py",
    "formats/ical/reader.py",
    "contracts/tips.py",
    "contracts/events/codec.py",
    "kernel/clock.py",
    "kernel/db.py",
    "kernel/http/client.py",
    "kernel/nats/connection.py",
]

# contract id, the file that gets the line, the line
VIOLATIONS = [
    ("floors", "kernel/clock.py", "import oo.contracts.tips"),
    ("floors", "contracts/tips.py", "import oo.engine.pipeline"),
    ("floors", "engine/pipeline.py", "import oo.testing.fakes"),
    ("floors", "engine/pipeline.py", "import oo.formats.ical.reader"),
    ("floors", "formats/ical/reader.py", "import oo.engine.pipeline"),
    ("formats-read-bytes", "formats/ical/reader.py", "import oo.kernel.clock"),
    ("formats-read-bytes", "formats/ical/reader.py", "import socket"),
    ("floors", "testing/fakes.py", "import oo.modules.auth.service"),
    ("floors", "modules/auth/service.py", "import oo.plugins.policies"),
    ("floors", "plugins/connectors/ics/connector.py", "import oo.modules.auth"),
    ("floors", "apps/api/routes.py", "import oo.modules.auth.service"),
    ("floors", "ml/serving/llm.py", "import oo.modules.profile"),
    ("floors", "sdk/client.py", "import oo.apps.api"),
    ("floors", "apps/web/routes.py", "import oo.entry.wiring"),
    ("floors", "stray.py", ""),
    ("siblings-modules", "modules/auth/service.py", "import oo.modules.profile.service"),
    ("siblings-apps", "apps/web/routes.py", "import oo.apps.api.routes"),
    ("siblings-seams", "plugins/policies/newest/policy.py", "import oo.plugins.connectors.ics"),
    ("siblings-plugins", "plugins/connectors/todotxt/connector.py", "import oo.plugins.connectors.ics.connector"),
    ("ml-wing", "ml/features.py", "import oo.ml.serving.llm"),
    ("ml-wing", "ml/serving/llm.py", "import oo.ml.pipelines"),
    ("ml-wing", "ml/pipelines.py", "import oo.ml.experiments"),
    ("ml-wing", "ml/stray.py", ""),
    ("inside-a-module", "modules/auth/service.py", "import oo.modules.auth.handlers"),
    ("inside-a-module", "modules/auth/service.py", "import oo.modules.auth.jobs"),
    ("inside-a-module", "modules/auth/repository.py", "import oo.modules.auth.service"),
    ("inside-a-module", "modules/auth/tables.py", "import oo.modules.auth.repository"),
    ("inside-a-module", "modules/auth/jobs.py", "import oo.modules.auth.handlers"),
    ("no-cycles", "modules/auth/tables.py", "import oo.modules.auth.service\nimport oo.modules.auth.tables"),
    ("engine-is-pure", "engine/pipeline.py", "import oo.kernel.clock"),
    ("engine-is-pure", "engine/pipeline.py", "import random"),
    ("engine-is-pure", "engine/pipeline.py", "import sqlite3"),
    ("engine-reaches-no-io", "contracts/tips.py", "import sqlalchemy"),
    ("contracts-are-plain", "contracts/tips.py", "import sqlalchemy"),
    ("contracts-are-plain", "contracts/tips.py", "import google.protobuf.message"),
    ("contracts-are-plain", "contracts/tips.py", "import oo.kernel.clock"),
    ("no-database-outside-rooms", "plugins/connectors/ics/connector.py", "import sqlalchemy"),
    ("no-database-outside-rooms", "apps/web/routes.py", "import sqlite3"),
    ("modules-know-no-http", "modules/auth/service.py", "import fastapi"),
    ("nats-in-one-place", "kernel/db.py", "import nats"),
    ("mlflow-in-one-place", "ml/pipelines.py", "import mlflow"),
    ("models-in-one-place", "ml/serving/__init__.py", "import openai"),
    ("http-in-one-place", "plugins/connectors/ics/connector.py", "import httpx2"),
    ("http-in-one-place", "entry/wiring.py", "import requests"),
    ("testing-only-by-tests", "modules/auth/service.py", "import oo.testing.fakes"),
    ("testing-only-by-tests", "entry/wiring.py", "import oo.testing.fakes"),
]

ALLOWED = [
    ("kernel/nats/connection.py", "import nats"),
    ("kernel/http/client.py", "import httpx2"),
    ("sdk/client.py", "import httpx2"),
    ("ml/registry.py", "import mlflow"),
    ("ml/serving/llm.py", "import openai"),
    ("entry/demo.py", "import oo.testing.fakes"),
    ("engine/tests/test_pipeline.py", "import random\nimport oo.testing.fakes"),
    ("modules/auth/tests/test_service.py", "import oo.testing.fakes"),
    ("contracts/events/codec.py", "import google.protobuf.message"),
    ("modules/auth/repository.py", "import sqlalchemy"),
    ("modules/auth/handlers.py", "import oo.modules.auth.tables"),
    ("apps/web/routes.py", "import fastapi"),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[str]]:
    """What each planted line breaks: (file, line) → ids of contracts; the untouched skeleton is ("", "")."""
    planted = [("", ""), *((file, line) for _, file, line in VIOLATIONS), *ALLOWED]
    trees = {plant: tmp_path_factory.mktemp("tree") for plant in planted}
    for (file, line), tree in trees.items():
        build(tree, file, line)
    child = [sys.executable, str(Path(__file__).with_name("lint_trees.py")), str(PYPROJECT), *map(str, trees.values())]
    run = subprocess.run(child, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    found: dict[str, list[str]] = json.loads(run.stdout.splitlines()[-1])
    return {plant: found[str(tree)] for plant, tree in trees.items()}


def build(tree: Path, file: str, line: str) -> None:
    """Lays out the skeleton with one line planted in one file."""
    for path in [*SKELETON, *([file] if file else [])]:
        target = tree / "oo" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
        for folder in [target.parent, *target.parent.parents]:
            if tree not in [folder, *folder.parents] or folder == tree:
                break
            (folder / "__init__.py").touch()
    # a straight downward import in the skeleton, so that a line against it makes a cycle
    (tree / "oo/modules/auth/service.py").write_text("import oo.modules.auth.tables\n")
    # and one from the engine, which a line in contracts can lengthen into a path to the database
    (tree / "oo/engine/pipeline.py").write_text("import oo.contracts.tips\n")
    if file:
        target = tree / "oo" / file
        target.write_text(target.read_text() + line + "\n")


def test_the_bare_skeleton_keeps_every_contract(broken: dict[tuple[str, str], list[str]]) -> None:
    assert broken["", ""] == []


@pytest.mark.parametrize(("contract", "file", "line"), VIOLATIONS)
def test_a_planted_violation_breaks_its_contract(
    broken: dict[tuple[str, str], list[str]], contract: str, file: str, line: str
) -> None:
    assert contract in broken[file, line]


@pytest.mark.parametrize(("file", "line"), ALLOWED)
def test_what_is_allowed_breaks_nothing(broken: dict[tuple[str, str], list[str]], file: str, line: str) -> None:
    assert broken[file, line] == []


def test_every_contract_is_proven_by_a_violation() -> None:
    contracts = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["id"] for contract in contracts} == {contract for contract, _, _ in VIOLATIONS}
