"""Every preference: its text form, what it refuses, and in which words."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.errors import Invalid
from oo.contracts.profiles import Profile
from oo.modules.profile.preferences import READERS, profile_of, read, text_forms, written

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/Argentina/Buenos_Aires",
    "Etc/GMT+5",
    "Asia/Kolkata",
    "America/Port-au-Prince",
]
PROFILE = st.builds(
    Profile,
    language=st.sampled_from(["en", "de"]),
    zone=st.sampled_from(ZONES),
    day_ends_at=st.integers(0, 360).map(lambda minute: time(minute // 60, minute % 60)),
    undo_seconds=st.sampled_from([8, 20, 80]),
    low_light=st.booleans(),
    single_keys=st.booleans(),
)
WRONG = {
    "language": ["", "xx", "english", "en;de", "\x00"],
    "zone": [
        *("", "Berlin", "europe", "Europe", "Europe/", "/Europe/Berlin", "../etc/passwd", "Europe/../Europe/Berlin"),
        *(
            "localtime",
            "posixrules",
            "Factory",
            "right/Europe/Berlin",
            "posix/Europe/Berlin",
            "a" * 300,
            "UTC\x00",
            "tzdata.zi",
        ),
        *("Europe/Berlin/Mitte/Nord", "+02:00", "Europe\\Berlin", "\ud800", "zone.tab"),
    ],
    "day_ends_at": ["", "3", "03", "06:01", "24:00", "12:00", "03:60", "-1:00", "3:0", "03:00:01", "٠٣:٠٠", "noon"],
    "undo_seconds": ["", "0", "9", "8.0", "-8", "８", "1e9"],
    "low_light": ["", "yes", "1", "None"],
    "single_keys": ["", "no", "0", "truefalse"],
}

TEXTS = sorted({*ZONES, *(text for texts in WRONG.values() for text in texts)})


def test_there_is_a_reader_for_each_preference_and_no_other() -> None:
    assert list(READERS) == [field.name for field in fields(Profile)]


@given(PROFILE)
def test_a_profile_comes_back_from_its_text_forms(profile: Profile) -> None:
    assert profile_of(text_forms(profile)) == profile


@given(st.sampled_from(sorted(READERS)), st.text() | st.sampled_from(TEXTS))
def test_a_text_is_a_value_with_one_form_or_refused_in_one_sentence(key: str, text: str) -> None:
    refused: Invalid | None = None
    try:
        form = written(read(key, text))
    except Invalid as error:
        refused = error
    if refused is None:
        assert written(read(key, form)) == form and len(form) <= 80
    else:
        assert refused.facts == {"preference": key}
        assert re.fullmatch(r"[A-Z][^.!?]*\.", refused.detail)


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in WRONG.items() for text in texts])
def test_what_is_wrong_is_refused_and_not_repeated(key: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(key, text)
    assert len(text) < 4 or text not in refused.value.detail.replace("Europe/Berlin", "")


@pytest.mark.parametrize(
    ("key", "text", "form"),
    [
        ("language", "DE", "de"),
        ("zone", " Europe/Berlin ", "Europe/Berlin"),
        ("day_ends_at", "3:00", "03:00"),
        ("day_ends_at", "06:00:00", "06:00"),
        ("day_ends_at", "00:00", "00:00"),
        ("undo_seconds", "80", "80"),
        ("low_light", "True", "true"),
        ("single_keys", "false", "false"),
    ],
)
def test_a_value_has_one_form_however_it_is_written(key: str, text: str, form: str) -> None:
    assert written(read(key, text)) == form


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_that_is_taken_can_be_used(zone: str) -> None:
    assert ZoneInfo(read("zone", zone)).key == zone


def test_a_name_that_is_no_preference_is_named_when_it_is_a_word() -> None:
    with pytest.raises(Invalid, match="quiet_hours is not a preference; there are language, zone,"):
        read("quiet_hours", "22:00")
    with pytest.raises(Invalid, match="One of the names is not"):
        read("<script>", "22:00")


def test_a_value_that_counts_no_longer_reads_as_the_default() -> None:
    kept = {"zone": "Atlantis/City", "language": "tlh", "gone": "1", "undo_seconds": "20"}
    assert profile_of(kept) == Profile(undo_seconds=20)
