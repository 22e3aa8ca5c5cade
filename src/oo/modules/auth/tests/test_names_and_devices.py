"""Names of people and of devices, which are pure."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.errors import Invalid
from oo.modules.auth.devices import _BROWSERS, _SYSTEMS, UNKNOWN, device_name
from oo.modules.auth.names import LONGEST, clean_name, folded

BROWSERS = [name for name, _ in _BROWSERS]
SYSTEMS = [name for name, _ in _SYSTEMS]
NAMES = {UNKNOWN, *BROWSERS, *SYSTEMS, *(f"{browser} on {system}" for browser in BROWSERS for system in SYSTEMS)}

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT}"
SEEN = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0": "Firefox on Linux",
    "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0": "Firefox on Android",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "FxiOS/131.0 Mobile/15E148 Safari/605.1.15": "Firefox on iPhone",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/129.0.0.0 Safari/537.36": "Chrome on Linux",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/129.0.0.0 Safari/537.36": "Chrome on ChromeOS",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/129.0.0.0 Safari/537.36": "Chrome on Linux",
    f"{WINDOWS} Chrome/129.0.0.0 Safari/537.36 Edg/129.0.0.0": "Edge on Windows",
    f"{WINDOWS} Chrome/128.0.0.0 Safari/537.36 OPR/114.0.0.0": "Opera on Windows",
    f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36": (
        "Samsung Internet on Android"
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 "
    "Safari/605.1.15": "Safari on Mac",
    "Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 "
    "Mobile/15E148 Safari/604.1": "Safari on iPad",
    "curl/7.88.1": "curl",
    "": UNKNOWN,
    "My own reader": UNKNOWN,
}


@pytest.mark.parametrize(("agent", "name"), SEEN.items(), ids=SEEN.values())
def test_a_browser_is_named_as_people_name_it(agent: str, name: str) -> None:
    assert device_name(agent) == name


@given(st.text() | st.lists(st.sampled_from([*SEEN, *BROWSERS, *SYSTEMS, "Edg", "<b>"])).map(" ".join))
def test_a_device_s_name_is_one_of_few_and_never_the_browser_s_own_words(agent: str) -> None:
    assert device_name(agent) in NAMES


@given(st.sampled_from(sorted(NAMES)))
def test_a_name_that_was_given_stays_as_it_is(name: str) -> None:
    assert device_name(name) == name


@given(st.text(max_size=100))
def test_a_name_is_refused_or_can_be_shown_in_one_line(name: str) -> None:
    try:
        clean = clean_name(name)
    except Invalid:
        return
    assert 1 <= len(clean) <= LONGEST
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in clean)
    assert clean_name(clean) == clean


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=40))
def test_two_writings_of_a_name_are_one_person(name: str) -> None:
    for other in (unicodedata.normalize("NFD", name), f"  {name}\u00a0", f"{name}\u200d", name.replace(" ", "   ")):
        assert folded(other) == folded(name)


@pytest.mark.parametrize("name", ["Łukasz", "علی‌رضا", "李小龍", "O'Neil", "Anne-Marie", "👩‍👧", "R2D2"])
def test_names_of_the_world_are_names(name: str) -> None:
    assert clean_name(name) == name


def test_a_name_is_measured_after_it_was_cleaned() -> None:
    assert clean_name(" " * 50 + "n" * LONGEST) == "n" * LONGEST
    with pytest.raises(Invalid, match="81 characters"):
        clean_name("n" * 81)
