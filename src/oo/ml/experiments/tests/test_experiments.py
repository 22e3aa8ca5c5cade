"""Shadow, trial, launch: nothing moves up without evidence and a person's word; harm moves down by itself."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from oo.contracts.errors import Conflict, NotFound
from oo.contracts.events import DeliveryChanged, TaskCompleted
from oo.contracts.experiments import Run, Standing
from oo.contracts.ids import UserId
from oo.engine.assignment import arm
from oo.ml.experiments import module
from oo.ml.experiments.tables import audits, coins, shadows, sim_events
from oo.ml.experiments.tests.conftest import NOW, OWNER, Lab

pytestmark = pytest.mark.anyio


async def standing(lab: Lab, policy: str) -> Standing:
    return next(one for one in await lab.experiments.standings() if one.policy == policy)


async def test_every_decision_is_shadowed_once_by_everybody_who_did_not_make_it(lab: Lab) -> None:
    lab.book.write(90)
    await lab.job("shadows")
    await lab.job("shadows")
    rows = await lab.room.kit.db.read(lambda tx: tx.execute(select(shadows)).all())
    assert len(rows) == 90 and {row.policy.partition("@")[0] for row in rows} == {"overdue_first"}
    for row, logged in zip(sorted(rows, key=lambda row: row.decision_id), lab.book.rows, strict=True):
        due = next(n for n, one in enumerate(logged.decision.candidates) if one.topic == "today")
        assert (row.choice, row.probability) == (due, float(logged.decision.chosen == due))
        assert 0 <= row.direct <= 1 and 0 <= row.fitted <= 1


async def test_with_little_data_there_is_no_number_and_no_promotion(lab: Lab) -> None:
    lab.book.write(500)
    await lab.job("shadows")
    found = (await standing(lab, "overdue_first")).evidence
    assert found is not None
    assert (found.said, found.value, found.why) == ("not enough data yet", None, "500 of 2000 decisions")
    with pytest.raises(Conflict, match=r"overdue_first: not enough data yet\. 500 of 2000 decisions"):
        await lab.experiments.promote(policy="overdue-first", by=OWNER)
    assert await lab.experiments.deeds() == []


async def test_a_better_policy_goes_from_shadow_to_launch_by_a_person_s_word_at_each_step(lab: Lab) -> None:
    lab.book.write(2400)
    await lab.job("shadows")
    assert (await standing(lab, "overdue_first")).next == "trial-10"
    tried = await lab.experiments.promote(policy="overdue-first", by=OWNER)
    assert (tried.role, tried.share, tried.next) == ("challenger", 0.1, "trial-50")
    assert tried.evidence is not None and tried.evidence.said == "not enough data yet"
    lab.book.write(9000, people=300)
    assert (await lab.experiments.promote(policy="overdue-first", by=OWNER)).share == 0.5
    lab.book.write(2400, people=300)
    launched = await lab.experiments.promote(policy="overdue-first", by=OWNER)
    assert (launched.role, launched.share) == ("champion", 0.98)
    now = await lab.book.lineup()
    assert (now.former, now.kept_back, now.challenger) == ("random", 0.02, None)
    deeds = await lab.experiments.deeds()
    assert [(deed.what, deed.by) for deed in deeds] == [(what, OWNER) for what in ("launch", "trial-50", "trial-10")]
    assert json.loads(deeds[0].detail)["evidence"][0] == "passed"
    assert (await lab.experiments.roll_back(by=OWNER)).champion == "random"


async def test_harm_ends_a_trial_without_anybody_s_word(lab: Lab) -> None:
    lab.book.write(2400)
    await lab.job("shadows")
    await lab.experiments.promote(policy="overdue_first", by=OWNER)
    lab.book.write(9000, people=300, dismissing=0.6)
    await lab.job("watch")
    assert (await lab.book.lineup()).challenger is None
    [deed, _] = await lab.experiments.deeds()
    assert (deed.what, deed.by, deed.policy) == ("trial-ended", None, "overdue_first")
    assert "dismissed" in deed.detail


async def test_people_who_want_less_after_its_tips_end_a_trial(lab: Lab) -> None:
    lab.book.write(2400)
    await lab.job("shadows")
    await lab.experiments.promote(policy="overdue-first", by=OWNER)
    lab.book.write(9000, people=300)
    await lab.job("watch")
    assert (await lab.book.lineup()).challenger == "overdue_first"
    tried = {one.user for one in lab.book.rows if arm(lab.book.now, one.user) == "challenger"}
    for user in sorted(tried):
        lab.room.kit.keys.create(user)
        await lab.room.deliver(user, DeliveryChanged(state="opted-out", reason="dial"))
    await lab.job("watch")
    assert (await lab.book.lineup()).challenger is None
    assert (await lab.experiments.deeds())[0].what == "trial-ended"


async def test_a_launched_policy_that_turns_out_worse_is_rolled_back_by_itself(lab: Lab) -> None:
    lab.book.now = lab.book.now.__class__("overdue_first", former="random", kept_back=0.2, trial="t", at=NOW)
    lab.book.write(12000, people=200, liking=0.02)
    await lab.job("watch")
    now = await lab.book.lineup()
    assert (now.champion, now.former) == ("random", None)


async def test_a_policy_that_fails_once_is_not_tried(lab: Lab) -> None:
    lab.book.standing_by.append("broken")
    lab.book.write(2100)
    await lab.job("shadows")
    found = (await standing(lab, "broken")).evidence
    assert found is not None and (found.said, found.value) == ("failed", None)
    with pytest.raises(Conflict, match="failed on 2100 decisions"):
        await lab.experiments.promote(policy="broken", by=OWNER)


async def test_what_is_not_there_is_not_promoted_and_what_is_on_top_goes_nowhere(lab: Lab) -> None:
    with pytest.raises(NotFound, match="no policy 'llm'"):
        await lab.experiments.promote(policy="llm", by=OWNER)
    with pytest.raises(Conflict, match="is the champion"):
        await lab.experiments.promote(policy="random", by=OWNER)
    with pytest.raises(Conflict, match="no former champion"):
        await lab.experiments.roll_back(by=OWNER)


async def test_completions_count_for_the_coins_of_the_day_before(lab: Lab) -> None:
    for sent in (True, False):
        await lab.experiments.toss(user=OWNER, probability=0.4, sent=sent)
        lab.room.clock.advance(13 * 3600)
    await lab.room.deliver(OWNER, TaskCompleted("c:1", "2"))
    rows = await lab.room.kit.db.read(lambda tx: tx.execute(select(coins.c.sent, coins.c.done)).all())
    assert sorted(tuple(row) for row in rows) == [(False, 1), (True, 0)]
    said = await lab.experiments.helps(user=OWNER)
    assert (said.evidence.said, said.evidence.value) == ("not enough data yet", None)


async def test_a_person_who_leaves_is_no_name_in_the_audit(lab: Lab) -> None:
    lab.book.write(2400)
    await lab.job("shadows")
    await lab.experiments.promote(policy="overdue_first", by=OWNER)
    while await lab.room.kit.db.write(lambda tx: module.erase(tx, OWNER)):
        pass
    [deed] = await lab.experiments.deeds()
    assert deed.by is None
    rows = await lab.room.kit.db.read(lambda tx: [row.user_id for row in tx.execute(select(audits))])
    assert rows == [""]


async def test_shadows_are_forgotten_with_the_decisions_they_are_of(lab: Lab) -> None:
    lab.book.write(10)
    await lab.job("shadows")
    lab.room.clock.advance(30 * 86400 + 1)
    await lab.job("forget")
    assert await lab.room.kit.db.read(lambda tx: tx.execute(select(shadows)).all()) == []


async def test_a_simulation_is_kept_with_its_days(lab: Lab) -> None:
    run = Run("r1", NOW, 7, {"days": 2}, {"regret": [0.5, 0.1]})
    numbers = ("tips", "done", "snoozed", "dismissed", "ignored", "silent", "interruptions", "alone")
    day = dict.fromkeys(numbers, 1) | {"value": 0.5, "best": 1.0, "random": 0.2, "policy": "house", "persona": 0}
    await lab.experiments.keep_run(run=run, events=[{**day, "day": n} for n in range(700)])
    assert await lab.experiments.runs() == [run]
    assert len(await lab.room.kit.db.read(lambda tx: tx.execute(select(sim_events.c.day)).all())) == 700


async def test_what_a_person_may_take_along_is_theirs_alone(lab: Lab) -> None:
    lab.book.write(2, people=2)
    await lab.job("shadows")
    cipher = lab.room.kit.keys.cipher(OWNER)
    shown = await lab.room.kit.db.read(lambda tx: module.export(tx, UserId("p1"), cipher))
    assert len(shown["shadows"]) == 1 and set(shown) == {"shadows", "coins", "audits", "quits"}
