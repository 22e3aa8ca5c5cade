"""compose.yaml and the image, as far as they can be tried where no engine runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from oo.testing.nats import NoServer, program

HOUSE = Path(__file__).parents[2]
DOCKERFILE = (HOUSE / "infra" / "Dockerfile").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
PATH = f"{BIN}:{os.environ.get('PATH', '')}"
COMPOSE = shutil.which("docker-compose", path=str(BIN))
HADOLINT = shutil.which("hadolint", path=PATH)

needs_compose = pytest.mark.skipif(COMPOSE is None, reason="there is no docker-compose here: run make install on Linux")
needs_hadolint = pytest.mark.skipif(HADOLINT is None, reason="there is no hadolint here: run make install on Linux")


def compose(profile: str, text: str | None = None, *given: str) -> subprocess.CompletedProcess[str]:
    """Compose's own reading of the file, by the schema that it ships; it asks no engine."""
    assert COMPOSE is not None
    text = text if text is not None else (HOUSE / "compose.yaml").read_text(encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "COMPOSE_", "POSTGRES_"))}
    command = [COMPOSE, "--file", "-", "--project-directory", "/nowhere", "--profile", profile, "config", *given]
    return subprocess.run(command, input=text, env=kept, capture_output=True, text=True, check=False, timeout=60)


def services(profile: str) -> dict[str, Any]:
    return dict(json.loads(compose(profile, None, "--format", "json").stdout)["services"])


@needs_compose
@pytest.mark.parametrize("profile", ["core", "full", "ai"])
def test_compose_reads_a_profile_without_a_word(profile: str) -> None:
    said = compose(profile, None, "--quiet")
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


@needs_compose
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("read_only: true", "readonly: true"),
        ("restart: unless-stopped", "restart: [often]"),
        ("oo:/data", "cellar:/data"),
    ],
)
def test_compose_refuses_what_its_schema_does_not_know(right: str, wrong: str) -> None:
    text = (HOUSE / "compose.yaml").read_text(encoding="utf-8")
    assert right in text
    assert compose("core", text.replace(right, wrong), "--quiet").returncode != 0


@needs_compose
def test_core_is_oo_alone_and_full_has_parts_of_it_with_postgres_and_nats_beside_them() -> None:
    assert set(services("core")) == {"oo"}
    full = services("full")
    assert set(full) == {"api", "worker", "relay", "postgres", "nats"}
    assert [name for name, service in full.items() if service.get("ports")] == ["api"]
    assert [list(full[name]["networks"]) for name in ("postgres", "nats")] == [["inside"], ["inside"]]
    assert [full[name]["command"] for name in ("api", "worker", "relay")] == [["api"], ["worker"], ["relay"]]


@needs_compose
def test_the_gateway_to_models_is_reached_from_nowhere_but_its_network() -> None:
    found = services("ai")
    assert set(found) == {"gateway", "ollama"}
    assert [name for name, service in found.items() if service.get("ports")] == []
    assert found["gateway"]["environment"]["OLLAMA_URL"] == "http://ollama:11434"


@needs_compose
def test_the_settings_of_nats_are_read_by_a_server_and_wait_for_the_disk(tmp_path: Path) -> None:
    text = (HOUSE / "infra" / "nats" / "nats.conf").read_text(encoding="utf-8")
    assert services("full")["nats"]["command"] == ["--config", "/etc/nats/nats.conf"]
    config = tmp_path / "nats.conf"
    config.write_text(text.replace("/data", str(tmp_path / "store")))
    try:
        server = program()
    except NoServer as missing:
        pytest.skip(str(missing))
    said = subprocess.run([server, "-c", config, "-t"], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert "sync_interval: always" in text


@needs_compose
@pytest.mark.parametrize(("profile", "name"), [("core", "oo"), ("full", "api")])
def test_oo_in_a_container_can_do_little_and_is_reached_from_this_machine_alone(profile: str, name: str) -> None:
    service = services(profile)[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] == "1000:1000"
    assert [port["host_ip"] for port in service["ports"]] == ["127.0.0.1"]
    assert [(mount["type"], mount["target"]) for mount in service["volumes"]] == [
        ("volume", "/data"),
        ("bind", "/files"),
    ]


@needs_hadolint
def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    assert HADOLINT is not None
    files = ["infra/Dockerfile", "infra/litellm/Dockerfile"]
    said = subprocess.run([HADOLINT, *files], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")
    faulty = DOCKERFILE.replace("WORKDIR /data", "WORKDIR data")
    said = subprocess.run([HADOLINT, "-"], input=faulty, capture_output=True, text=True, check=False)
    assert said.returncode != 0


def test_the_image_has_the_pinned_packages_and_runs_as_nobody_special() -> None:
    assert ".ci/environment core" in DOCKERFILE
    assert not re.search(r"pip install|uv pip|npm |curl |wget ", DOCKERFILE)
    for stage in re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[2:]:
        assert re.findall(r"^USER (.+)$", stage, re.MULTILINE)[-1] == "1000:1000"


def test_the_image_s_look_at_its_health_tells_well_from_not_there(tmp_path: Path) -> None:
    [_, program, *given] = json.loads(re.findall(r"^ +CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)[0])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {"PATH": PATH, "HOME": str(tmp_path), "OO_PORT": port}
    look = [sys.executable, program, *given]
    assert subprocess.run(look, env=environment, capture_output=True, check=False, timeout=60).returncode != 0
    oo = subprocess.Popen(
        [BIN / "oo", "up"], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert oo.stdout is not None
    try:
        assert any("/sign-in/" in line for line in oo.stdout)
        assert subprocess.run(look, env=environment, capture_output=True, check=False, timeout=60).returncode == 0
    finally:
        oo.terminate()
        oo.wait(60)
        oo.stdout.close()


@pytest.mark.slow
def test_the_first_stage_of_the_image_makes_an_oo_that_starts(tmp_path: Path) -> None:
    """Its COPY and RUN lines, carried out in a folder with what .dockerignore lets through."""
    opt = tmp_path / "opt"
    opt.mkdir()
    stage = DOCKERFILE.split("\nFROM ")[1]
    for step in re.findall(r"^(COPY|RUN) (.+)$", stage, re.MULTILINE):
        if step[0] == "COPY":
            copy(step[1].split(), opt)
        else:
            subprocess.run(["sh", "-euc", step[1]], cwd=opt, check=True, timeout=300)
    assert not [path for path in opt.rglob("*") if path.name == ".env"]
    # As in the container: nothing of the image can be written, and everything is kept elsewhere.
    with tempfile.TemporaryDirectory() as data:
        environment = {"PATH": PATH, "HOME": data, "PYTHONDONTWRITEBYTECODE": "1"}
        said = subprocess.run(
            [opt / ".venv/bin/oo", "doctor"], env=environment, cwd=data, capture_output=True, text=True, check=False
        )
    assert "All is well." in said.stdout, said.stdout + said.stderr


def copy(names: list[str], to: Path) -> None:
    """A COPY of files and folders of the context; tests and what is not let through stay behind."""
    *sources, target = names
    lines = (HOUSE / ".dockerignore").read_text(encoding="utf-8").split("\n")
    allowed = [line[1:] for line in lines if line.startswith("!")]
    for source in sources:
        assert any(source == one or one.startswith(f"{source}/") or fnmatch(source, f"{one}/*") for one in allowed), (
            source
        )
        where = to / target / (Path(source).name if target == "./" else "")
        where.parent.mkdir(parents=True, exist_ok=True)
        if (HOUSE / source).is_dir():
            ignore = shutil.ignore_patterns("__pycache__", "tests", "*.egg-info")
            shutil.copytree(HOUSE / source, where, ignore=ignore, dirs_exist_ok=True)
        else:
            shutil.copy(HOUSE / source, where)
