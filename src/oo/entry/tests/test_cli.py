from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from oo.entry.cli import main


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A home of its own, no setting from outside, and the logs as they were before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OO_DATA", str(tmp_path / "oo"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    (tmp_path / "todo.txt").write_text("(A) 2026-11-02 Varnish the piano +home\n")
    handlers = list(logging.getLogger().handlers)
    yield
    structlog.reset_defaults()
    logging.captureWarnings(False)
    logging.getLogger().handlers = handlers


class Ran:
    """How a command ended, and what it wrote."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *given: str) -> None:
        monkeypatch.setattr(sys, "argv", ["oo", *given])
        with pytest.raises(SystemExit) as ended:
            main()
        self.code = ended.value.code
        self.out, self.err = capsys.readouterr()


@pytest.mark.parametrize(
    ("given", "variable", "says"),
    [
        (("up", "--port", "99999"), {}, "OO_PORT"),
        (("up", "--host", "192.0.2.1", "--port", "0"), {}, "cannot listen"),
        (("up", "--port", "0"), {"OO_PUBLIC_URL": "http://oo.example.org"}, "OO_PUBLIC_URL"),
        (("up", "--port", "0", "--file", "gone.txt"), {}, "gone.txt"),
        (("up", "--port", "0", "--data", "todo.txt/x"), {}, "todo.txt"),
        (("link", "--new", " "), {}, "name is empty"),
        (("replay", "gone.jsonl", "--at", "gone.txt"), {}, "gone"),
        (("tip", "gone.txt"), {}, "gone.txt"),
        (("tip", "todo.txt", "--tz", "Mars/Base"), {}, "Mars/Base"),
        (("erase", "Nobody"), {}, "nobody called 'Nobody'"),
    ],
)
def test_what_cannot_work_is_said_in_one_sentence(
    given: tuple[str, ...],
    variable: dict[str, str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    ran = Ran(monkeypatch, capsys, *given)
    sentences = [line for line in ran.err.splitlines() if not line.startswith("{")]
    assert ran.code == 2
    assert len(sentences) == 1, ran.err
    assert says in sentences[0]


def test_a_fault_of_ours_is_told_without_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "oo").mkdir(mode=0o700)
    (tmp_path / "oo" / "oo.db").write_bytes(b"words of a person" * 500)
    ran = Ran(monkeypatch, capsys, "link")
    assert ran.code == 1
    assert "Something broke here, not with you: DatabaseError at " in ran.err
    assert "words" not in ran.err
    monkeypatch.setenv("OO_LOG_LEVEL", "debug")
    monkeypatch.setattr(sys, "argv", ["oo", "link"])
    with pytest.raises(Exception, match="not a database"):
        main()


def test_a_tip_is_printed_from_a_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(monkeypatch, capsys, "tip", "todo.txt", "--at", "2026-11-21T09:00Z")
    assert (ran.code, ran.out) == (0, "Varnish the piano\n")


def test_the_version_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert Ran(monkeypatch, capsys, "--version").out.startswith("oO 0.")


def test_every_command_has_its_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(monkeypatch, capsys, "--help").out
    for command in ("up", "link", "tip", "replay", "doctor", "erase", "export"):
        assert f"\n  {command} " in told
