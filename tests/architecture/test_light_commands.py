"""`oo tip` and `oo replay` start light: a person waits for them at a prompt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"sqlalchemy", "fastapi", "starlette", "pydantic_settings", "uvicorn", "alembic", "httpx2"}

LOADED = """
import sys
from oo.entry.cli import main
sys.argv = ["oo", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
sys.stderr.write("LOADED " + " ".join(sorted({name.split(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("command", ["tip", "replay"])
def test_a_light_command_loads_nothing_heavy(command: str, tmp_path: Path) -> None:
    todo, history, times = tmp_path / "todo.txt", tmp_path / "history.jsonl", tmp_path / "times"
    todo.write_text("(A) Call the plumber\n")
    history.write_text('{"name": "nobody", "offset": 0, "day_only": false, "grade": "A"}\n')
    times.write_text("2026-05-04T08:00:00Z\n")
    given = {"tip": [str(todo)], "replay": [str(history), "--at", str(times), "--json"]}[command]
    run = subprocess.run([sys.executable, "-c", LOADED, command, *given], capture_output=True, text=True, check=False)
    loaded = set(run.stderr.rpartition("LOADED ")[2].split())
    assert loaded, run.stderr
    assert loaded & HEAVY == set()
