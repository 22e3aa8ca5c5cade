"""One definition of added, changed, completed, reopened and deleted, as properties of any two reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.ids import Ref
from oo.contracts.items import Facts, Item, facts_row
from oo.modules.integrations.diff import Change, Known, Moment, compare

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MOMENT = Moment(NOW, "Europe/Berlin", NOW - timedelta(minutes=5))
TODAY, LONG_AGO = date(2026, 11, 21), date(2026, 3, 1)

states = st.sampled_from(["open", "done", "dropped"])
worlds = st.dictionaries(
    st.integers(0, 9),
    st.tuples(states, st.integers(0, 3), st.sampled_from([None, TODAY, LONG_AGO]), st.sampled_from([None, "s1", "s2"])),
)


def items(world: Mapping[int, tuple]) -> list[Item]:  # type: ignore[type-arg]
    return [
        Item(
            Facts(Ref(f"c:{key}"), f"v{version}-{state}", state, finished=finished, series=series),
            f"Title {key}",
        )
        for key, (state, version, finished, series) in world.items()
    ]


def known(found: list[Item]) -> dict[str, Known]:
    return {
        item.facts.ref: Known(
            item.facts.state,
            json.dumps(facts_row(item.facts), separators=(",", ":"), ensure_ascii=False),
            NOW,
            lambda item=item: item.title,  # type: ignore[misc]
        )
        for item in found
    }


def changes(before: list[Item], after: list[Item], moment: Moment = MOMENT) -> list[Change]:
    old = known(before)
    return compare(old, after, moment, gone=frozenset(old.keys() - {item.facts.ref for item in after}))


@given(worlds)
def test_the_same_again_is_no_change(world: dict) -> None:  # type: ignore[type-arg]
    assert changes(items(world), items(world)) == []


@given(worlds, worlds)
def test_after_the_changes_what_is_kept_is_what_was_found(before: dict, after: dict) -> None:  # type: ignore[type-arg]
    kept = {ref: one.facts for ref, one in known(items(before)).items()}
    for change in changes(items(before), items(after)):
        if change.text:
            kept[change.ref] = change.text
        else:
            del kept[change.ref]
    assert kept == {ref: one.facts for ref, one in known(items(after)).items()}


@given(worlds, worlds)
def test_every_open_thing_that_is_open_no_more_is_told_once(before: dict, after: dict) -> None:  # type: ignore[type-arg]
    still_open = {item.facts.ref for item in items(after) if item.facts.state == "open"}
    over = [item.facts.ref for item in items(before) if item.facts.state == "open" and item.facts.ref not in still_open]
    told = [change.ref for change in changes(items(before), items(after)) if change.verb in ("completed", "deleted")]
    assert sorted(ref for ref in told if ref in over) == sorted(over)


@given(worlds)
def test_the_first_read_tells_only_what_is_open(world: dict) -> None:  # type: ignore[type-arg]
    first = replace(MOMENT, before=None)
    told = {change.ref: change.verb for change in changes([], items(world), first) if change.verb}
    assert told == {item.facts.ref: "added" for item in items(world) if item.facts.state == "open"}


@given(st.one_of(st.none(), st.dates(), st.datetimes(), st.datetimes(timezones=st.just(UTC))))
def test_nothing_was_finished_in_the_future(finished: date | None) -> None:
    open_one = Item(Facts(Ref("c:1"), "v1"), "Call Ada")
    done_one = Item(Facts(Ref("c:1"), "v2", "done", finished=finished), "Call Ada")
    (change,) = changes([open_one], [done_one])
    assert change.verb == "completed"
    assert change.finished_at is not None
    assert change.finished_at <= NOW


def test_an_occurrence_is_finished_by_the_one_of_its_own_date() -> None:
    open_one = Item(Facts(Ref("c:1"), "v1", due=date(2026, 11, 21), series="s"), "Water plants")
    other = Item(Facts(Ref("c:2"), "v2", "done", due=date(2026, 11, 14), series="s", finished=TODAY), "Water plants")
    own = Item(Facts(Ref("c:3"), "v3", "done", due=date(2026, 11, 21), series="s", finished=TODAY), "Water plants")
    assert [(change.ref, change.verb) for change in changes([open_one], [other])] == [
        ("c:2", "completed"),
        ("c:1", "deleted"),
    ]
    assert [(change.ref, change.verb) for change in changes([open_one], [own])] == [
        ("c:3", None),
        ("c:1", "completed"),
    ]


def test_words_that_were_cached_long_ago_are_cached_anew() -> None:
    item = Item(Facts(Ref("c:1"), "v1"), "Call Ada")
    (change,) = compare(known([item]), [item], replace(MOMENT, now=NOW + timedelta(hours=13)), gone=frozenset())
    assert (change.verb, change.item) == (None, item)
