from __future__ import annotations

import json
import stat
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from oo.kernel.passes import Passes, PassKeys, PassRefused
from oo.testing.determinism import CountingIds, FixedClock


class House:
    """Two processes that share a file of keys: one asks, one lets in."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.ids = FixedClock(), CountingIds()
        self.path = folder / "service-keys.json"
        self.caller, self.door = self.process(), self.process()

    def process(self, audience: str = "oo.serving") -> Passes:
        return Passes(self.keys(), self.clock, self.ids, audience=audience)

    def keys(self) -> PassKeys:
        return PassKeys(self.path, self.clock, self.ids)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_pass_opens_the_request_that_it_was_made_for(house: House) -> None:
    house.door.check(house.caller.issue("POST", "/generate", b"{}"), "POST", "/generate", b"{}")


@pytest.mark.parametrize(
    ("method", "path", "body"), [("GET", "/generate", b"{}"), ("POST", "/recommend", b"{}"), ("POST", "/generate", b"")]
)
def test_it_opens_no_other(house: House, method: str, path: str, body: bytes) -> None:
    token = house.caller.issue("POST", "/generate", b"{}")
    with pytest.raises(PassRefused, match="another request"):
        house.door.check(token, method, path, body)


def test_it_opens_once(house: House) -> None:
    token = house.caller.issue("POST", "/generate", b"{}")
    house.door.check(token, "POST", "/generate", b"{}")
    with pytest.raises(PassRefused, match="used before"):
        house.door.check(token, "POST", "/generate", b"{}")


def test_it_is_good_for_five_minutes(house: House) -> None:
    early, late = (house.caller.issue("POST", "/generate", b"{}") for _ in range(2))
    house.clock.advance(timedelta(minutes=4, seconds=59))
    house.door.check(early, "POST", "/generate", b"{}")
    house.clock.advance(2.0)
    with pytest.raises(PassRefused, match="over"):
        house.door.check(late, "POST", "/generate", b"{}")


def test_one_from_a_clock_that_goes_wrong_is_refused(house: House) -> None:
    house.clock.advance(timedelta(minutes=2))
    token = house.caller.issue("POST", "/generate", b"{}")
    house.clock.set(house.clock.now() - timedelta(minutes=2))
    with pytest.raises(PassRefused, match="clocks"):
        house.door.check(token, "POST", "/generate", b"{}")


def test_one_for_somebody_else_is_refused(house: House) -> None:
    token = house.process("oo.other").issue("POST", "/generate", b"{}")
    with pytest.raises(PassRefused, match="somebody else"):
        house.door.check(token, "POST", "/generate", b"{}")


def test_one_signed_by_a_stranger_is_refused(house: House, tmp_path: Path) -> None:
    (tmp_path / "strangers").mkdir()
    token = House(tmp_path / "strangers").caller.issue("POST", "/generate", b"{}")
    house.caller.issue("POST", "/generate", b"{}")
    with pytest.raises(PassRefused, match="not one of ours"):
        house.door.check(token, "POST", "/generate", b"{}")


def claims(house: House) -> tuple[str, dict[str, object]]:
    """The id of the key that signs, and the claims of a pass that it made."""
    token = house.caller.issue("POST", "/generate", b"{}")
    key = house.keys().signing()
    return str(key.kid), dict(jwt.decode(token, key, algorithms=["Ed25519"]).claims)


def test_one_with_another_algorithm_is_refused(house: House) -> None:
    kid, said = claims(house)
    public = json.dumps(house.keys().signing().as_dict(private=False)).encode()
    forged = jwt.encode({"alg": "HS256", "kid": kid}, said, OctKey.import_key(public), algorithms=["HS256"])
    unsigned = f"{urlsafe_b64encode(json.dumps({'alg': 'none', 'kid': kid}).encode()).decode()}.{forged.split('.')[1]}."
    for token in (forged, unsigned, "", "a.b.c", "ünicode"):
        with pytest.raises(PassRefused, match="not one of ours"):
            house.door.check(token, "POST", "/generate", b"{}")


def test_one_that_claims_to_live_longer_is_refused(house: House) -> None:
    kid, said = claims(house)
    key = OKPKey.import_key(json.loads(house.path.read_text())["keys"][0]["jwk"])
    made = {**said, "exp": int(str(said["iat"])) + 3600}
    token = jwt.encode({"alg": "Ed25519", "kid": kid}, made, key, algorithms=["Ed25519"])
    with pytest.raises(PassRefused, match="over"):
        house.door.check(token, "POST", "/generate", b"{}")


def test_after_a_change_of_keys_passes_of_the_old_one_are_taken_as_long_as_they_live(house: House) -> None:
    before = [house.caller.issue("POST", "/generate", b"{}") for _ in range(2)]
    house.keys().rotate()
    house.door.check(before[0], "POST", "/generate", b"{}")
    house.door.check(house.caller.issue("POST", "/generate", b"{}"), "POST", "/generate", b"{}")
    house.clock.advance(timedelta(minutes=6))
    with pytest.raises(PassRefused, match="No key here"):
        house.door.check(before[1], "POST", "/generate", b"{}")
    house.keys().rotate()
    assert len(json.loads(house.path.read_text())["keys"]) == 2


def test_the_file_is_its_owners_alone(house: House) -> None:
    house.caller.issue("POST", "/generate", b"{}")
    assert stat.S_IMODE(house.path.stat().st_mode) == 0o600
    house.path.chmod(0o644)
    with pytest.raises(PassRefused, match="chmod 600"):
        house.process().issue("POST", "/generate", b"{}")
