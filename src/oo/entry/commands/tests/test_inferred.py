"""What agents infer from real histories is what a plain recount of the raw lines gives, and the future is not in it."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from statistics import fmean, median, pstdev
from typing import Any

import pytest

from oo.contracts.errors import Unusable
from oo.entry.commands.inferred import Known, history_of, inferred, run
from oo.ml.features.fold import At, fold, start
from oo.ml.features.registry import profile_values


@pytest.fixture(scope="module")
def real(request: pytest.FixtureRequest) -> list[tuple[Path, Known]]:
    shared: Path = request.getfixturevalue("shared")
    paths = sorted((shared / "replay" / "histories").glob("*.jsonl"))
    return [(path, inferred(history_of(path))) for path in paths]


def test_every_parameter_has_a_value_on_every_real_history(real: list[tuple[Path, Known]]) -> None:
    names = {(agent, name) for _, known in real for agent, values in known.items() for name in values}
    assert len(real) >= 8
    assert len(names) >= 15
    for path, known in real:
        assert {(agent, name) for agent, values in known.items() for name in values} == names, path.name
        assert not [one for values in known.values() for one in values.values() if one.reason == "failed"], path.name


def test_the_normal_day_is_the_plain_mean_of_four_weeks(real: list[tuple[Path, Known]]) -> None:
    for path, known in real:
        done, last = completions(path)
        counts = Counter(day for day, *_ in done)
        end = own_day(last, path)
        first = max(min(counts), end - 28)
        days = [counts[day] for day in range(first, end)]
        found = known["momentum"]
        if len(done) < 14 or len(days) < 7:
            assert not found["baseline_completions_per_day"].is_inferred, path.name
            continue
        assert found["baseline_completions_per_day"].value == pytest.approx(fmean(days), abs=0.006), path.name
        assert found["stdev"].value == pytest.approx(pstdev(days), abs=0.006), path.name


def test_the_good_hour_is_the_fullest_with_half_of_its_neighbours(real: list[tuple[Path, Known]]) -> None:
    told = 0
    for path, known in real:
        done, _ = completions(path)
        one = known["time_of_day"]["preferred_hour"]
        assert one.is_inferred == (len(done) >= 20 and not day_only(path)), path.name
        if one.is_inferred:
            hours = Counter(hour for _, hour, *_ in done)
            full = [hours[hour] + (hours[(hour - 1) % 24] + hours[(hour + 1) % 24]) / 2 for hour in range(24)]
            assert isinstance(one.value, float)
            assert full[int(one.value)] == max(full), path.name
            told += 1
    assert told >= 3


def test_tolerated_lateness_is_the_median_of_what_was_finished(real: list[tuple[Path, Known]]) -> None:
    told = 0
    for path, known in real:
        done, _ = completions(path)
        late = [days for *_, days in done if days is not None]
        one = known["overdue_task"]["lateness_tolerance_days"]
        if one.is_inferred:
            assert one.n == len(late), path.name
            assert one.value == pytest.approx(max(0.0, median(late)), abs=0.051), path.name
            told += 1
    assert told >= 2


def test_the_past_at_an_instant_does_not_know_what_came_later(shared: Path, tmp_path: Path) -> None:
    for path in sorted((shared / "replay" / "histories").glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines()
        instants = sorted(json.loads(line)["at"] for line in lines[1:])
        for share in (0.3, 0.7):
            cut = instants[int(share * len(instants))]
            early = tmp_path / path.name
            early.write_text("\n".join([lines[0], *(one for one in lines[1:] if json.loads(one)["at"] < cut)]))
            whole, alone = history_of(path, cut), history_of(early, cut)
            assert whole == alone, path.name
            at = At(whole.now.timestamp(), whole.today)
            features = profile_values(fold(start(), whole.activities), at)
            assert features == profile_values(fold(start(), alone.activities), at)
            assert inferred(whole) == inferred(alone)


def test_the_table_names_value_evidence_and_confidence(tmp_path: Path) -> None:
    out = io.StringIO()
    run([made_up(tmp_path)], out)
    assert "30 completions until 2026-11-21" in out.getvalue()
    assert "time_of_day.preferred_hour" in out.getvalue()
    assert "30 completions, confidence 0.50" in out.getvalue()
    assert "says nothing" in out.getvalue()


def test_a_wrong_instant_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="--at: 'noon' is not an ISO 8601 instant"):
        run([made_up(tmp_path)], io.StringIO(), "noon")


def test_a_history_without_events_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"history": "empty"}\n')
    with pytest.raises(Unusable, match="holds no event"):
        run([empty], io.StringIO())


def made_up(folder: Path) -> Path:
    path = folder / "made-up.jsonl"
    days = [{"at": f"2026-10-{day + 1:02}T09:00:00Z", "event": "done", "task": f"t{day}"} for day in range(29)]
    last = {"at": "2026-11-21T09:00:00Z", "event": "done", "task": "last"}
    path.write_text("\n".join(json.dumps(row) for row in [{"history": "made-up"}, *days, last]))
    return path


def completions(path: Path) -> tuple[list[tuple[int, int, float | None]], datetime]:
    """Day, local hour and lateness in days of each completion, counted from the raw lines, and the last instant."""
    due: dict[str, str | None] = {}
    found: list[tuple[int, int, float | None]] = []
    last = datetime.min.replace(tzinfo=UTC)
    for row in rows(path):
        at = datetime.fromisoformat(row["at"])
        last = max(last, at)
        if row["event"] in ("added", "changed", "reopened"):
            due[row["task"]] = row.get("due")
        elif row["event"] == "done":
            when = row.get("due") or due.get(row["task"])
            late = (at - datetime.fromisoformat(when)).total_seconds() / 86400 if when else None
            found.append((own_day(at, path), at.astimezone(zone(path)).hour, late))
    return found, last


def own_day(at: datetime, path: Path) -> int:
    return (at.astimezone(zone(path)) - timedelta(hours=4)).date().toordinal()


def zone(path: Path) -> timezone:
    return timezone(timedelta(seconds=head(path)["utc_offset_s"]))


def day_only(path: Path) -> bool:
    return bool(head(path)["day_only"])


def head(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as lines:
        first: dict[str, Any] = json.loads(next(lines))
        return first


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        next(lines)
        yield from sorted((json.loads(line) for line in lines if line.strip()), key=lambda row: row["at"])
