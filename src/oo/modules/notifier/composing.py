"""The message that goes to a device: words of the standing tip, answers with their token, and how long it may wait."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from oo.contracts.channels import LABELS, Answer, Message, MessageKind, Verb
from oo.contracts.decisions import Kind
from oo.contracts.ids import DecisionId
from oo.contracts.tips import Tip
from oo.contracts.words import Translator, translator

ANSWERS = "notifier.answers"
"""The purpose of the instance's secret that binds tokens."""
NUMBER_BYTES, _BOUND = 16, 22
"""Bytes of the random number of a message; characters that bind it to a purpose."""
Tokens: TypeAlias = Callable[[Verb], str]


def token_digest(number: str) -> str:
    """What is kept of a message's number."""
    return hashlib.sha256(number.encode()).hexdigest()


def token_for(secret: bytes, number: str, verb: Verb) -> str:
    """The token of one message for one purpose: to answer its tip, to say yes, or to stop.

    A mail's way out stands in its head, where programs read it; it must not finish somebody's task.
    """
    purpose = verb if verb in ("confirm", "stop") else "answer"
    bound = hmac.new(secret, f"{number}\0{purpose}".encode(), hashlib.sha256).digest()[:16]
    return number + urlsafe_b64encode(bound).rstrip(b"=").decode()


def number_in(secret: bytes, token: str, verb: Verb) -> str | None:
    """The number of the message whose token this is, or None when it is not one for this verb."""
    number = token[:-_BOUND]
    if not number or not token.isascii() or not hmac.compare_digest(token_for(secret, number, verb), token):
        return None
    return number


def topic_of(user: str) -> str:
    """32 characters for the one place that tips of a person have on a device; nothing can be read from them."""
    return urlsafe_b64encode(hashlib.sha256(f"tip\0{user}".encode()).digest()).decode()[:32]


def tip_message(
    delivery: str, user: str, tip: Tip, language: str, site: str, token: Tokens, ttl: timedelta, now: datetime
) -> Message:
    """A tip: its words above, its why below."""
    t = translator(language)
    return Message(
        id=delivery,
        kind="tip",
        topic=topic_of(user),
        ttl=ttl,
        urgency="high" if tip.kind == "reminder" else "normal",
        title=tip.content,
        body=tip.why,
        language=language,
        url=f"{site}/",
        made_at=now,
        tip=tip.id,
        answers=_answers(t, _verbs(tip.kind), token, tip.kind),
    )


def other_message(
    delivery: str, user: str, kind: MessageKind, language: str, site: str, token: Tokens, now: datetime
) -> Message:
    """A test, or the question whether an address wants to be written to."""
    t = translator(language)
    if kind == "confirm":
        title, body = t("Is this your address?"), t("Say yes, and tips can come here. Without a yes nothing comes.")
        return _plain(delivery, user, kind, title, body, language, site, now, _answers(t, ("confirm", "stop"), token))
    title, body = t("This is how a tip arrives."), t("A test that you asked for. Nothing else comes of it.")
    return _plain(delivery, user, kind, title, body, language, site, now, _answers(t, ("stop",), token))


def withdrawal(delivery: str, user: str, tip: str, site: str, now: datetime) -> Message:
    """What is taken back, without a word."""
    return Message(
        id=delivery,
        kind="tip",
        topic=topic_of(user),
        ttl=timedelta(0),
        urgency="normal",
        title="",
        body="",
        language="en",
        url=f"{site}/",
        made_at=now,
        tip=DecisionId(tip),
    )


def _verbs(kind: Kind) -> Sequence[Verb]:
    """What can be answered: an insight has no Later; mail needs a way out in its head (RFC 8058)."""
    return (*(verb for verb in LABELS if verb != "snooze" or kind != "insight"), "stop")


def _answers(t: Translator, verbs: Sequence[Verb], token: Tokens, kind: Kind = "task") -> tuple[Answer, ...]:
    done = {"task": t("Done"), "advice": t("Will do"), "insight": t("Good to know"), "reminder": t("Got it")}
    words = {
        "done": done[kind],
        "snooze": t("Later"),
        "dismiss": t("Not this"),
        "confirm": t("Yes, this is mine"),
        "stop": t("Stop"),
    }
    return tuple(Answer(verb, words[verb], token(verb)) for verb in verbs)


def _plain(
    delivery: str,
    user: str,
    kind: MessageKind,
    title: str,
    body: str,
    language: str,
    site: str,
    now: datetime,
    answers: tuple[Answer, ...],
) -> Message:
    topic = urlsafe_b64encode(hashlib.sha256(f"{kind}\0{user}\0{delivery}".encode()).digest()).decode()[:32]
    return Message(
        id=delivery,
        kind=kind,
        topic=topic,
        ttl=timedelta(hours=1),
        urgency="high",
        title=title,
        body=body,
        language=language,
        url=f"{site}/",
        made_at=now,
        answers=answers,
    )
