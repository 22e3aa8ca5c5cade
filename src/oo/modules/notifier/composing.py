"""The message that goes to a device: words of the standing tip, answers with their token, and how long it may wait."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from oo.contracts.channels import LABELS, Answer, Message, MessageKind, Verb
from oo.contracts.ids import DecisionId
from oo.contracts.tips import Tip
from oo.contracts.words import Translator, translator


def token_digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def topic_of(user: str) -> str:
    """32 characters for the one place that tips of a person have on a device; nothing can be read from them."""
    return urlsafe_b64encode(hashlib.sha256(f"tip\0{user}".encode()).digest()).decode()[:32]


def tip_message(
    delivery: str, user: str, tip: Tip, language: str, site: str, token: str, ttl: timedelta, now: datetime
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
        answers=_answers(t, (*LABELS, "stop"), token),  # stop: mail needs a way out in its head (RFC 8058)
    )


def other_message(
    delivery: str, user: str, kind: MessageKind, language: str, site: str, token: str, now: datetime
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


def _answers(t: Translator, verbs: Sequence[Verb], token: str) -> tuple[Answer, ...]:
    words = {
        "done": t("Done"),
        "snooze": t("Later"),
        "dismiss": t("Not this"),
        "confirm": t("Yes, this is mine"),
        "stop": t("Stop"),
    }
    return tuple(Answer(verb, words[verb], token) for verb in verbs)


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
