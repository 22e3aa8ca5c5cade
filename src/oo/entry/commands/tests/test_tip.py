"""`oo tip`: one tip from files, the same for the same files at the same instant."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oo.entry.commands.tip import run, system_zone

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TASKS = (
    "(A) 2026-11-16 Call Ada about the contract +family due:2026-11-18\nx 2026-11-20 Pay rent\nBuy milk t:2026-12-01\n"
)
MEETING = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
DTSTART:20261121T{}00Z
DTEND:20261121T{}00Z
END:VEVENT
END:VCALENDAR
"""


def tip(*paths: Path | str, **options: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run([str(path) for path in paths], **{"now": NOW, "zone": "Europe/Berlin", **options}, out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def answer(*paths: Path, **options: Any) -> dict[str, Any]:
    code, out, _ = tip(*paths, as_json=True, **options)
    assert code == 0
    said: dict[str, Any] = json.loads(out)
    return said


@pytest.fixture
def todo(tmp_path: Path) -> Path:
    path = tmp_path / "todo.txt"
    path.write_text(TASKS)
    return path


def test_one_tip_is_printed_and_its_reason_when_asked(todo: Path) -> None:
    assert tip(todo) == (0, "Call Ada about the contract.\n", "")
    assert tip(todo, why=True)[1].splitlines()[1] == "It was due on Wednesday, and it is marked important."
    assert tip(todo, why=True, language="de")[1].splitlines()[1].startswith("Es war am Mittwoch fällig")


def test_the_json_is_that_of_recommend_with_what_was_not_read(todo: Path) -> None:
    todo.write_bytes(TASKS.encode() + b"\xff\n")
    said = answer(todo)
    assert set(said) == {"tip", "silence", "considered", "unread"}
    assert set(said["tip"]) == {"id", "kind", "content", "why", "evidence", "expires_at"}
    (evidence,) = said["tip"]["evidence"]
    assert (evidence["source"], evidence["title"]) == ("todotxt", "Call Ada about the contract")
    assert (said["silence"], said["considered"]) == (None, 2)
    assert said["tip"]["expires_at"] == "2026-11-21T13:00:00+00:00"
    assert said["unread"] == [{"file": str(todo), "line": 4, "reason": "The line is not UTF-8."}]


def test_the_same_files_at_the_same_instant_give_the_same_answer(todo: Path) -> None:
    assert answer(todo) == answer(todo)
    assert answer(todo)["tip"]["id"] != answer(todo, at="2026-11-22T09:00")["tip"]["id"]


def test_a_meeting_now_is_silence_and_one_later_ends_the_tip(todo: Path) -> None:
    calendar = todo.with_name("cal.ics")
    calendar.write_text(MEETING.format("0830", "0930"))
    said = answer(todo, calendar)
    assert (said["tip"], said["silence"]["reason"]) == (None, "meeting")
    assert "10:30" in said["silence"]["detail"]
    assert tip(todo, calendar, why=True)[1].startswith("Nothing now.\nYou are in a meeting until 10:30")
    calendar.write_text(MEETING.format("1100", "1130"))
    assert answer(todo, calendar)["tip"]["expires_at"] == "2026-11-21T11:00:00+00:00"


def test_a_folder_is_read_whole(todo: Path) -> None:
    todo.with_name("cal.ics").write_text(MEETING.format("0830", "0930"))
    todo.with_name("notes.md").write_text("- [ ] not read\n")
    assert answer(todo.parent)["silence"]["reason"] == "meeting"


def test_done_txt_named_beside_its_todo_txt_counts_once(todo: Path) -> None:
    done = todo.with_name("done.txt")
    done.write_bytes(b"x 2026-11-19 Sew\n\xff\n")
    assert answer(todo, done)["unread"] == answer(todo)["unread"]
    assert len(answer(todo, done)["unread"]) == 1


def test_an_instant_without_an_offset_is_in_the_zone(todo: Path) -> None:
    todo.write_text("Call due:2026-11-22\n")
    assert "tomorrow" in tip(todo, at="2026-11-21T23:30", why=True)[1]
    assert "today" in tip(todo, at="2026-11-22T00:30", why=True)[1]
    assert "tomorrow" in tip(todo, at="2026-11-22T00:30+03:00", why=True)[1]
    assert "tomorrow" in tip(todo, at="2026-11-21T22:30Z", why=True)[1]


def test_the_zone_may_be_an_offset(todo: Path) -> None:
    calendar = todo.with_name("cal.ics")
    calendar.write_text(MEETING.format("1400", "1500"))
    note = todo.with_name("note.md")
    note.write_text("- [ ] Call\n")
    said = tip(todo, calendar, note, zone="+05:30", why=True)
    assert said == tip(todo, calendar, note, zone="Asia/Kolkata", why=True)
    assert said[0] == 0
    assert "you are free until 19:30" in said[1]


def test_what_is_all_done_is_silence_with_its_reason(todo: Path) -> None:
    todo.write_text("x 2026-11-20 Pay rent\n")
    assert answer(todo)["silence"] == {"reason": "all-done", "detail": "Nothing is open in todo.txt."}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"zone": "Mars/Olympus"}, "There is no time zone 'Mars/Olympus'; one is Europe/Berlin."),
        ({"at": "soon"}, "'soon' is no instant; write it as 2026-11-21T14:00 or 2026-11-21T13:00Z."),
        ({"at": "0001-01-01T00:00"}, "'0001-01-01T00:00' is too far away; years are 1900 to 2200."),
    ],
)
def test_an_unusable_moment_is_one_sentence(todo: Path, options: dict[str, Any], sentence: str) -> None:
    assert tip(todo, **options) == (2, "", f"oo tip: {sentence}\n")


def test_an_unusable_path_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    (tmp_path / "latin.txt").write_bytes("Müll\n".encode("latin-1"))
    (tmp_path / "list.docx").touch()
    for name in ("missing.txt", "empty", "binary.txt", "latin.txt", "list.docx", "a\0b"):
        code, out, err = tip(tmp_path / name)
        assert (code, out) == (2, "")
        assert err.startswith("oo tip: ")
        assert err.count("\n") == 1
    assert tip()[0] == 2


def test_marks_alone_are_no_tip(todo: Path) -> None:
    todo.write_text("(A)\ndue:2026-11-20\n+family\n@phone\n")
    assert tip(todo) == (2, "", f"oo tip: {todo}: No line of this file can be read.\n")
    todo.write_text("(A)\nCall Ada\n+family @phone\n")
    said = answer(todo)
    assert said["tip"]["evidence"][0]["title"] == "Call Ada"
    assert [(note["line"], note["reason"]) for note in said["unread"]] == [
        (1, "There are no words in this line."),
        (3, "There are no words in this line."),
    ]


@pytest.mark.parametrize(
    ("name", "prose", "example", "done"),
    [
        ("README.md", "# oO\n\n- a list\n```\n- [ ] code\n```\n", "- [ ] Call Ada", "# oO\n- [x] Call\n"),
        ("notes.org", "* A heading\nText\n", "* TODO Call Ada", "* DONE Call\n"),
    ],
)
def test_prose_is_refused_and_what_is_all_done_is_silence(
    tmp_path: Path, todo: Path, name: str, prose: str, example: str, done: str
) -> None:
    page = tmp_path / "pages" / name
    page.parent.mkdir()
    page.write_text(prose)
    for path in (page, page.parent):
        code, out, err = tip(path)
        assert (code, out) == (2, "")
        assert err.startswith(f"oo tip: {path}: There is no ")
        assert err.endswith(f', such as "{example}".\n')
    said = answer(page, todo)
    assert said["tip"] is not None
    assert [(note["file"], note["line"]) for note in said["unread"]] == [(str(page), 0)]
    todo.rename(page.with_name("todo.txt"))
    assert answer(page.parent)["unread"] == []
    page.write_text(done)
    assert answer(page)["silence"]["reason"] == "all-done"


def test_a_todo_txt_with_nothing_in_it_and_an_empty_calendar_are_silence(todo: Path) -> None:
    todo.write_text("")
    calendar = todo.with_name("cal.ics")
    calendar.write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    for path in (todo, calendar):
        assert answer(path)["silence"] is not None


def test_one_unreadable_file_among_others_is_listed(todo: Path) -> None:
    binary = todo.with_name("other.txt")
    binary.write_bytes(bytes(range(256)))
    assert answer(binary, todo)["unread"] == [{"file": str(binary), "line": 0, "reason": "This is not a text file."}]
    assert tip(binary, todo)[2] == f"{binary}: This is not a text file.\n"


def test_folders_that_strangers_wrote_can_be_asked(shared: Path) -> None:
    said = answer(shared / "inputs" / "ics", shared / "inputs" / "todo.txt")
    assert said["considered"] > 100
    assert len(said["unread"]) > 10
    assert all(note["line"] > 0 for note in said["unread"])


@pytest.mark.parametrize(
    ("environment", "link", "zone"),
    [
        ({"TZ": "Europe/Berlin"}, None, "Europe/Berlin"),
        ({"TZ": ":Asia/Tokyo"}, None, "Asia/Tokyo"),
        ({"TZ": "/usr/share/zoneinfo/Asia/Tokyo"}, None, "Asia/Tokyo"),
        ({}, "zoneinfo/America/New_York", "America/New_York"),
        ({"TZ": "nonsense"}, "zoneinfo/America/New_York", "America/New_York"),
        ({}, None, "UTC"),
        ({}, "elsewhere", "UTC"),
    ],
)
def test_the_zone_is_the_machines(tmp_path: Path, environment: dict[str, str], link: str | None, zone: str) -> None:
    localtime = tmp_path / "localtime"
    if link is not None:
        localtime.symlink_to(tmp_path / link)
    assert system_zone(environment, localtime) == zone


def test_a_thousand_lines_take_less_than_seven_tenths_of_a_second(tmp_path: Path) -> None:
    path = tmp_path / "todo.txt"
    path.write_text(
        "".join(
            f"(B) 2026-10-{n % 28 + 1:02d} Task {n} of many +p{n % 9} due:2026-12-{n % 28 + 1:02d}\n"
            for n in range(1000)
        )
    )
    command = [sys.executable, "-c", "from oo.entry.cli import main; main()", "tip", str(path), "--json"]
    spent = []
    for _ in range(3):  # the first run may compile
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "TZ": "UTC"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.7
