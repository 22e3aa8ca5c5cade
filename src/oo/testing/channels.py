"""The suite that every discovered channel passes, ours or a third party's, against its own stand-in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from oo.contracts.channels import Address, Public, Receipt, Withdraws
from oo.contracts.errors import Invalid
from oo.kernel.http.client import Client
from oo.testing.channel_cases import WAIT, Case, Fault, LentDesk, Standin, lent, message


async def a_message_arrives_as_it_is_and_once(case: Case) -> None:
    """Words come out as they went in, whatever the letters, and the page that it opens is in it."""
    for words in (
        "Send Lena the signed lease.",
        "أرسِل عقد الإيجار إلى لينا.",
        "Müll: „<b>raus</b>“ & 100 % 🚀\u2028neu",
    ):
        with case.standin() as standin:
            receipt = await _one(case, standin, title=words)
            assert receipt.outcome == "delivered", receipt
            (read,) = standin.read()
            assert _plain(read.title) == _plain(words)
            assert "due yesterday" in read.body
            assert read.url == "https://oo.example.org/"


async def a_message_without_answers_or_words_arrives(case: Case) -> None:
    """A test has no tip and nothing to answer; a body may be missing."""
    with case.standin() as standin:
        assert (await _one(case, standin, kind="test", tip=None, answers=(), body="", why="")).outcome == "delivered"
        assert len(standin.read()) == 1


async def long_words_arrive_or_are_refused_and_never_break_it(case: Case) -> None:
    """What the notifier would never write is no reason to fail without a receipt."""
    with case.standin() as standin:
        receipt = await _one(case, standin, title="x" * 5_000, body="y" * 50_000)
        assert receipt.outcome in ("delivered", "failed")


async def an_address_is_known_again(case: Case) -> None:
    """The normal form is its own normal form, and has a key."""
    with case.standin() as standin:
        desk = LentDesk(None, standin.settings)
        values = case.channel.check(standin.values, desk)
        assert values["key"]
        assert case.channel.check(values, desk) == values
        assert all(isinstance(value, str) for value in values.values())


async def what_is_no_address_is_refused_with_the_mend(case: Case) -> None:
    """Garbage, and what points where it must not, is `Invalid`, said in one sentence."""
    with case.standin() as standin:
        fields = list(standin.values)
        garbage = [{**standin.values, name: bad} for name in fields for bad in ("\0", "x" * 5_000)]
        said = {}
        for at, values in enumerate((*standin.wrong, {}, *garbage)):
            try:
                case.channel.check(values, LentDesk(None, standin.settings))
            except Invalid as refused:
                said[at] = refused.detail
        assert all(detail.endswith(".") for detail in said.values()), said
        taken = [standin.wrong[at] for at in range(len(standin.wrong)) if at not in said]
        assert not taken and len(standin.wrong) in said, f"taken: {taken}"


async def the_address_that_is_gone_is_said_to_be(case: Case) -> None:
    """So that nobody writes there again."""
    await _fails(case, "gone", "gone")


async def whoever_is_busy_is_asked_again_when_they_say(case: Case) -> None:
    """Nothing was taken, and the wait is theirs."""
    receipt = await _fails(case, "busy", "later")
    assert receipt is None or receipt.after in (WAIT, None)


async def whoever_is_down_has_taken_nothing(case: Case) -> None:
    """So it may be tried again."""
    await _fails(case, "down", "later")


async def what_was_taken_without_an_answer_is_never_sent_again(case: Case) -> None:
    """Nobody knows whether it arrived, and a doubled message is worse than a lost one."""
    await _fails(case, "dropped", "unknown")


async def nobody_is_led_elsewhere(case: Case) -> None:
    """A redirect is not followed: the message is for this address alone."""
    await _fails(case, "redirects", "failed")


async def a_strange_answer_is_a_receipt_too(case: Case) -> None:
    """Whatever the other side says, it never raises, and never counts as `later`."""
    with case.standin() as standin:
        if "strange" in standin.faults:
            standin.fail("strange")
            assert (await _one(case, standin)).outcome in ("failed", "unknown", "delivered")


async def private_addresses_are_refused(case: Case) -> None:
    """A host of the own network is written to only where the operator allows it."""
    with case.standin() as standin:
        if not standin.hosts:
            return
        async with Client(redirects=False) as http:
            desk = LentDesk(http, standin.settings)
            address = Address("device-1", case.channel.check(standin.values, desk), desk)
            receipt = await case.channel.deliver(message(), address)
        assert receipt.outcome == "failed", receipt
        assert standin.read() == []


async def nothing_is_said_of_the_person_but_to_them(case: Case) -> None:
    """Receipts hold one of the channel's own words; addresses, desks and messages do not show their secrets."""
    with case.standin() as standin:
        async with lent(standin, case.channel) as address:
            shown = repr(address) + repr(message())
            for value in (*address.values.values(), "Lena", "c2luZ2xl"):
                assert len(value) < 8 or value not in shown, "a secret in repr()"
            receipt = await case.channel.deliver(message(), address)
        assert len(receipt.reason) <= 40
        assert "Lena" not in receipt.reason


async def what_can_be_taken_back_is(case: Case) -> None:
    """Taking back says nothing new to the person, and a fault of it is a receipt."""
    if not isinstance(case.channel, Withdraws):
        return
    with case.standin() as standin:
        async with lent(standin, case.channel) as address:
            await case.channel.deliver(message(), address)
            over = message(title="", body="", why="", answers=())
            assert (await case.channel.withdraw(over, address)).outcome in ("delivered", "failed")
        assert len(standin.read()) == 1, "taking back is no message"
        if "down" in standin.faults:
            standin.fail("down")
            async with lent(standin, case.channel) as address:
                assert (await case.channel.withdraw(over, address)).outcome == "later"


async def facts_hold_no_secret(case: Case) -> None:
    """What pages may know is not what the instance signs with."""
    if not isinstance(case.channel, Public):
        return
    with case.standin() as standin:
        desk = LentDesk(None, standin.settings)
        facts = case.channel.facts(desk)
        assert facts == case.channel.facts(desk)
        assert not any(desk.secret(purpose).hex() in value for purpose in facts for value in facts.values())


CHECKS: tuple[Callable[[Case], Awaitable[None]], ...] = (
    a_message_arrives_as_it_is_and_once,
    a_message_without_answers_or_words_arrives,
    long_words_arrive_or_are_refused_and_never_break_it,
    an_address_is_known_again,
    what_is_no_address_is_refused_with_the_mend,
    the_address_that_is_gone_is_said_to_be,
    whoever_is_busy_is_asked_again_when_they_say,
    whoever_is_down_has_taken_nothing,
    what_was_taken_without_an_answer_is_never_sent_again,
    nobody_is_led_elsewhere,
    a_strange_answer_is_a_receipt_too,
    private_addresses_are_refused,
    nothing_is_said_of_the_person_but_to_them,
    what_can_be_taken_back_is,
    facts_hold_no_secret,
)
"""The suite; each check is given a case and fails by an assertion."""


async def _one(case: Case, standin: Standin, **changes: Any) -> Receipt:
    async with lent(standin, case.channel) as address:
        return await case.channel.deliver(message(**changes), address)


async def _fails(case: Case, fault: Fault, outcome: str) -> Receipt | None:
    with case.standin() as standin:
        if fault not in standin.faults:
            return None
        standin.fail(fault)
        receipt = await _one(case, standin)
        assert receipt.outcome == outcome, f"{fault}: {receipt}"
        return receipt


def _plain(text: str) -> str:
    return " ".join(text.split())
