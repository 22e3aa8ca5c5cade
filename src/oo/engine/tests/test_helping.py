"""The personal report: silent without data, right about a planted effect, and rarely wrong about none."""

from __future__ import annotations

import numpy as np

from oo.engine.helping import DAYS, MOMENTS, Coin, helps


def lived(seed: int, effect: float, days: int = 120, each: int = 3) -> list[Coin]:
    """Coins of a person whose good hours are also those at which oO would rather interrupt."""
    rng = np.random.default_rng(seed)
    found = []
    for day in range(days):
        mood = rng.gamma(2.0, 0.6)
        for moment in range(each):
            p = (0.2, 0.5, 0.8)[moment]
            sent = bool(rng.random() < p)
            found.append(Coin(day, p, sent, int(rng.poisson(mood * (0.5 + moment) + effect * sent))))
    return found


def test_there_is_no_number_before_there_is_data() -> None:
    for few in ([], lived(1, 2.0, days=DAYS - 1, each=3), lived(1, 2.0, days=MOMENTS, each=1)[: MOMENTS - 1]):
        said = helps(few).evidence
        assert (said.said, said.value) == ("not enough data yet", None)


def test_moments_without_chance_say_nothing() -> None:
    always = [Coin(day, 1.0, True, 9) for day in range(300)]
    assert helps(always).moments == 0


def test_a_planted_effect_is_found_where_it_is() -> None:
    found = [helps(lived(seed, 1.0, days=400)).evidence for seed in range(20)]
    assert np.mean([one.value for one in found]) > 0.85
    assert np.mean([one.value for one in found]) < 1.15
    assert sum(one.said == "passed" for one in found) >= 16


def test_without_an_effect_a_number_is_wrong_one_time_in_twenty() -> None:
    found = [helps(lived(seed, 0.0)).evidence.said for seed in range(400)]
    assert sum(said != "undecided" for said in found) / 400 < 0.085
