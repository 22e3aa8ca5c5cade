"""`oo replay`: a past, asked again."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pytest

from oo.contracts.errors import Unusable
from oo.engine.policies import POLICIES
from oo.entry.commands.replay import policy_named, run

HEAD = '{"history": "h", "utc_offset_s": 3600, "day_only": false, "grade": "A"}'
ADDED = '{"at": "2026-11-01T10:00:00Z", "event": "added", "task": "a", "title": "w1"}'


def replayed(history: Path, times: list[str], folder: Path, policy: str = "house") -> list[dict[str, Any]]:
    at, out = folder / "times", io.StringIO()
    at.write_text("".join(f"{time}\n" for time in times))
    run(history, at, out, policy_named(policy))
    return [json.loads(line) for line in out.getvalue().splitlines()]


def written(folder: Path, *lines: str) -> Path:
    path = folder / "history.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_each_instant_gets_one_line_with_all_open_tasks(tmp_path: Path) -> None:
    history = written(tmp_path, HEAD, ADDED, ADDED.replace('"a"', '"b"').replace("w1", "w2").replace("01T", "02T"))
    times = ["2026-11-01T10:00:00Z", "2026-11-01T12:00:00+01:00", "2026-11-03T10:00:00Z"]
    lines = replayed(history, times, tmp_path)
    assert [line["at"] for line in lines] == times
    assert [[one["task"] for one in line["ranking"]] for line in lines] == [[], ["a"], ["b", "a"]]


@pytest.mark.parametrize("policy", [*sorted(POLICIES), "hierarchical-logit"])
def test_a_history_cut_off_gives_the_same_ranking_there(shared: Path, tmp_path: Path, policy: str) -> None:
    """On every open history, at instants between and exactly at events."""
    chance = random.Random(1)
    for path in sorted((shared / "replay" / "histories").glob("*.jsonl")):
        head, *events = path.read_text().splitlines()
        times = sorted({json.loads(line)["at"] for line in chance.sample(events, 6)})
        whole = replayed(path, times, tmp_path, policy)
        for time, line in zip(times, whole, strict=True):
            before = [event for event in events if json.loads(event)["at"] < time]
            assert replayed(written(tmp_path, head, *before), [time], tmp_path, policy) == [line]


@pytest.mark.parametrize(
    ("history", "times", "reason"),
    [
        ("", "", "history.jsonl is empty"),
        (ADDED, "", "line 1: a history begins with"),
        ("{", "", "line 1: it is not JSON"),
        (HEAD.replace("3600", "999999"), "", "line 1: .*less than a day"),
        (f"{HEAD}\n{ADDED}\n\n[1]", "", "line 4: it is not a JSON object"),
        (f"{HEAD}\n{'[' * 100_000}", "", "line 2: it is not JSON"),
        (HEAD, "now\n", "times, line 1: 'now' is not an ISO 8601 instant"),
        (HEAD, "2026-11-02T00:00:00Z\n2026-11-01T00:00:00Z\n", "times, line 2: .* sort the instants"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(tmp_path: Path, history: str, times: str, reason: str) -> None:
    (tmp_path / "history.jsonl").write_text(history)
    (tmp_path / "times").write_text(times)
    with pytest.raises(Unusable, match=reason) as refused:
        run(tmp_path / "history.jsonl", tmp_path / "times", io.StringIO())
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_missing_file_and_one_that_is_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"nowhere can't be read: no such file"):
        run(tmp_path / "nowhere", tmp_path, io.StringIO())
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Unusable, match="not UTF-8"):
        run(tmp_path / "binary", tmp_path, io.StringIO())


def test_what_was_done_teaches_the_learner_and_leaves_a_fixed_rule_as_it_was(tmp_path: Path) -> None:
    """Somebody who does what carries labels first: the learner comes to expect it."""
    lines = [HEAD]
    for day in range(1, 26):
        for task, tags in (("plain", []), ("tagged", ["t"]), ("other", [])):
            event = {
                "at": f"2026-11-{day:02}T09:00:00Z",
                "event": "added",
                "task": f"{task}{day}",
                "title": f"{task}{day}",
            }
            lines.append(json.dumps({**event, "tags": tags}))
        lines.append(json.dumps({"at": f"2026-11-{day:02}T12:00:00Z", "event": "done", "task": f"tagged{day}"}))
        lines += [
            json.dumps({"at": f"2026-11-{day:02}T20:00:00Z", "event": "deleted", "task": f"{task}{day}"})
            for task in ("plain", "other")
        ]
    asked = ["2026-11-01T10:00:00Z", "2026-11-25T10:00:00Z"]
    history = written(tmp_path, *lines)

    def lead(line: dict[str, Any]) -> float:
        scores = {one["task"].rstrip("0123456789"): one["score"] for one in line["ranking"]}
        return float(scores["tagged"] - scores["plain"])

    first, last = replayed(history, asked, tmp_path, "hierarchical-logit")
    assert lead(last) > lead(first) + 0.5
    first, last = replayed(history, asked, tmp_path, "house")
    assert lead(last) == pytest.approx(lead(first))


def test_a_policy_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(Unusable, match=r"There is no policy best; there are: .*house.*"):
        policy_named("best")
