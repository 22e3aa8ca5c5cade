"""The pages say what is: links lead somewhere, what a page names exists, and generated pages are fresh."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGES = [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md"), *(HOUSE / "src").rglob("README.md")]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def name_of(page: Path) -> str:
    """The page's path inside the repository."""
    return page.relative_to(HOUSE).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("kind", ["core", "sim", "batch", "dev", "fuzz", "peers", "gateway", "node", "uv"])
def test_every_direct_package_has_its_reason(kind: str) -> None:
    lines = (HOUSE / "requirements" / f"{kind}.in").read_text(encoding="utf-8").splitlines()
    asked = {re.split(r"[<>=\[ ]", line)[0] for line in lines if line and line[0] not in "#-"}
    section = (
        (HOUSE / "docs" / "dependencies.md").read_text(encoding="utf-8").split(f"(`{kind}.in`)")[1].split("\n## ")[0]
    )
    assert set(re.findall(r"^\| ([a-z0-9-]+) \|", section, re.MULTILINE)) - {"package"} == asked


@pytest.mark.parametrize("kind", ["core", "sim", "batch", "dev", "fuzz", "peers", "gateway", "node", "uv"])
def test_every_package_is_pinned_with_hashes(kind: str) -> None:
    text = (HOUSE / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[a-z])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    assert [pin.splitlines()[0] for pin in pins if "==" not in pin.splitlines()[0] or "--hash=sha256:" not in pin] == []


DECISIONS = sorted((HOUSE / "docs" / "adr").glob("0*.md"))


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_is_one_page_and_names_the_check_that_holds_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert "**Held by**" in text
    named = re.findall(r"`((?:src|tests|benchmarks|docs|contracts)/[\w/.-]+)`", text)
    assert [path for path in named if not (HOUSE / path).exists()] == []
    rooms = [Path("src", *room.split(".")) for room in re.findall(r"`(oo(?:\.\w+)+)`", text)]
    assert [str(room) for room in rooms if not any((HOUSE / room).parent.glob(f"{room.name}*"))] == []


def test_the_tour_names_only_what_is_there() -> None:
    text = (HOUSE / "docs" / "tour.md").read_text(encoding="utf-8")
    named = [path for path in re.findall(r"`([\w/.-]+)`", text.split("## Floors")[0]) if "/" in path or path.islower()]
    assert [path for path in named if not (HOUSE / path).exists()] == []


@pytest.mark.parametrize("script", ["contracts/generate.py", "docs/make_reference.py"])
def test_what_is_generated_is_fresh(script: str) -> None:
    run = subprocess.run([sys.executable, script, "--check"], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_a_module_s_readme_is_a_page_s_half() -> None:
    long = {
        name_of(page): len(page.read_text(encoding="utf-8").splitlines()) for page in (HOUSE / "src").rglob("README.md")
    }
    assert {name: lines for name, lines in long.items() if lines > 60} == {}
