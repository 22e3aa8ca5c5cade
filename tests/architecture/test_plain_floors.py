"""What may be imported on the plain floors, by name: a list of what is forbidden is never complete."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "oo"

# room → packages its files may import, the standard library and oo itself aside
ALLOWED = {"engine": {"numpy"}, "contracts": {"pydantic", "numpy"}, "contracts/events": {"pydantic", "numpy", "google"}}


def imports(text: str) -> Iterator[tuple[int, str]]:
    """Lines and top-level packages of every absolute import, lazy ones too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, (node.module or "").split(".")[0]


def code(room: str) -> Iterator[Path]:
    """The files of a room, tests aside."""
    yield from (path for path in sorted((SOURCE / room).rglob("*.py")) if "tests" not in path.parts)


@pytest.mark.parametrize("room", ["engine", "contracts"])
def test_a_plain_floor_imports_only_what_it_may(room: str) -> None:
    found = []
    for path in code(room):
        place = path.relative_to(SOURCE).as_posix()
        allowed = next(ALLOWED[name] for name in sorted(ALLOWED, reverse=True) if place.startswith(f"{name}/"))
        for line, package in imports(path.read_text(encoding="utf-8")):
            if package not in allowed | sys.stdlib_module_names | {"oo"}:
                found.append(f"{place}:{line}: {package}")
    assert found == []


def test_only_repositories_and_doors_build_queries() -> None:
    allowed = {"repository", "tables", "__init__"}
    query = re.compile(r"^\s*from sqlalchemy import .*\b(select|insert|update|delete|text|func)\b", re.MULTILINE)
    files = [path for path in code("modules") if not {path.stem, path.parent.name} & allowed]
    found = [str(path.relative_to(SOURCE)) for path in files if query.search(path.read_text(encoding="utf-8"))]
    assert found == [], "a query belongs into repository.py, or a folder of that name"


def test_a_unit_of_work_lets_integrity_errors_through() -> None:
    found = [str(path.relative_to(SOURCE)) for path in code("modules") if "IntegrityError" in path.read_text()]
    assert found == [], "Postgres aborts the whole transaction; use kernel.db.upsert"


def test_handlers_are_plain_functions() -> None:
    found = []
    for path in code("modules"):
        if path.stem == "handlers":
            tree = ast.parse(path.read_text())
            found += [
                f"{path.relative_to(SOURCE)}:{node.lineno}"
                for node in ast.walk(tree)
                if isinstance(node, ast.AsyncFunctionDef)
            ]
    assert found == [], "a handler can't await; what needs the network becomes a row in a due-table"


def test_every_import_is_seen_also_a_lazy_one() -> None:
    assert list(imports("def f():\n    import fastapi.responses\n")) == [(2, "fastapi")]
