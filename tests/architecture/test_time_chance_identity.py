"""Time, chance and identity are arguments: only the kernel asks the machine for them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "oo"

SEEDED = {"Random"}  # random.Random(seed) is an argument made flesh

# module → names that may not be called or imported outside the kernel; None: the whole module
ASKED = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime"},
    "random": None,
    "secrets": None,
    "uuid": {"uuid1", "uuid4", "uuid6", "uuid7"},
    "os": {"urandom"},
}


def asked(source: str) -> list[tuple[int, str]]:
    """Lines at which a text asks the machine for time, chance or identity."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            names = ASKED.get(owner(node.value), set())
            if (names is None and node.attr not in SEEDED) or (names and node.attr in names):
                found.append((node.lineno, f"{owner(node.value)}.{node.attr}"))
        elif isinstance(node, ast.ImportFrom) and node.module in ASKED and node.level == 0:
            names = ASKED[node.module]
            found += [(node.lineno, f"{node.module}.{a.name}") for a in node.names if names is None or a.name in names]
        elif isinstance(node, ast.Call) and not (node.args or node.keywords) and is_generator(node.func):
            found.append((node.lineno, "a generator without a seed"))
    return found


def owner(node: ast.expr) -> str:
    """The last word of `a.b` in `a.b.c`; numpy's own `random` is told apart."""
    if isinstance(node, ast.Attribute):
        return "" if owner(node.value) in {"np", "numpy"} else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_generator(node: ast.expr) -> bool:
    """Whether what is called makes a generator: `default_rng`, or the standard library's `random.Random`."""
    word = node.attr if isinstance(node, ast.Attribute) else owner(node)
    return word == "default_rng" or (
        word in SEEDED and isinstance(node, ast.Attribute) and owner(node.value) == "random"
    )


def test_nothing_outside_the_kernel_asks_the_machine() -> None:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        if "tests" in path.parts or path.is_relative_to(SOURCE / "kernel"):
            continue
        found += [
            f"{path.relative_to(SOURCE)}:{line}: {what}" for line, what in asked(path.read_text(encoding="utf-8"))
        ]
    assert not found, "take a clock, ids or a generator as an argument instead:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "datetime.now()",
        "datetime.datetime.now(UTC)",
        "datetime.utcnow()",
        "date.today()",
        "time.time()",
        "from time import time",
        "random.choice([1])",
        "from random import choice",
        "uuid.uuid4()",
        "from uuid import uuid4",
        "secrets.token_urlsafe()",
        "os.urandom(8)",
        "np.random.default_rng()",
        "random.Random()",
    ],
)
def test_each_way_of_asking_is_seen(text: str) -> None:
    assert asked(text)


@pytest.mark.parametrize(
    "text",
    ["np.random.default_rng(seed)", "clock.now()", "np.random.Generator", "random.Random(7)", "time.perf_counter()"],
)
def test_what_takes_an_argument_is_let_through(text: str) -> None:
    assert not asked(text)
