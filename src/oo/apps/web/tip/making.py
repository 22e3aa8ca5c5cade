"""Makes the views of the tip page from what the recommender answers."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Literal, TypeGuard
from urllib.parse import quote

from oo.apps.web.frame import Link
from oo.apps.web.pages import Visitor
from oo.apps.web.rings import hands
from oo.apps.web.settings.person_view import anchor_of
from oo.apps.web.tip.view import AfterView, MomentRow, Open, ScopeRow, TipView
from oo.apps.web.topics import topic_name
from oo.contracts.decisions import WITHOUT_TASK, Kind
from oo.contracts.errors import Conflict, Overtaken, Problem, TooLate
from oo.contracts.tips import Moment, Tip, Undoable
from oo.contracts.words import Translator
from oo.contracts.words.moments import brief, clock, day_of_month, spoken, weekday

_EVENING = 18
_NOON = 12
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def tip_view(
    tip: Tip,
    visitor: Visitor,
    key: str,
    *,
    shown: Open = "nothing",
    moments: Sequence[Moment] = (),
    own: Container[str] = (),
    say: str = "",
) -> TipView:
    """The tip with its actions, or with the list that is open."""
    t = visitor.t
    at = None if tip.at is None else tip.at.astimezone(visitor.zone)
    return TipView(
        id=tip.id,
        key=key,
        kind=tip.kind,
        text=tip.content,
        why=tip.why,
        links=_links(tip, t),
        receipt=_receipt(tip, t),
        after="" if tip.kind == "task" else answered(tip.kind, t),
        gilt=gilt_of(tip.content) if tip.kind == "insight" else None,
        hour=None if at is None else clock(at),
        hands=None if at is None else hands(at),
        open=shown,
        moments=tuple(_row(moment, visitor) for moment in moments),
        pick_from=f"{visitor.now + timedelta(minutes=1):%Y-%m-%dT%H:%M}",
        scopes=_scopes(tip, t, own) if shown == "not" else (),
        say=say,
    )


def after_view(done: Undoable, visitor: Visitor, key: str, own: Container[str] = ()) -> AfterView:
    """What was just done, with its way back; `own` names the sources that oO keeps itself."""
    t = visitor.t
    seconds = max(1, ceil((done.open_until - visitor.now).total_seconds()))
    ring: Literal["done", "task", "silence"] = "done"
    line = ""
    if done.action == "snooze" and done.moment is not None:
        at = done.moment.astimezone(visitor.zone)
        ring, title, line = "task", then(at, visitor.now, t), brief(at, visitor.now, t.language)
        say = t("Later: {when}. Undo for {count} seconds.", when=spoken(at, visitor.now, t.language), count=seconds)
    else:
        if done.action == "dismiss":
            ring, title = "silence", _gone(done, t)
        else:
            title = answered(done.kind, t)
            line = _known(done, t) if done.kind == "task" and done.source_name not in own else ""
        say = t("{title} Undo for {count} seconds.", title=title, count=seconds)
    return AfterView(done.tip, key, ring, title, line, say, seconds)


def answered(kind: Kind, t: Translator) -> str:
    """What is said once a tip was answered: "Done.", "Good." or "Noted."."""
    return {"task": t("Done."), "advice": t("Good.")}.get(kind, t("Noted."))


def then(at: datetime, now: datetime, t: Translator) -> str:
    """The moment that was chosen, as a heading: "Tomorrow morning, then."."""
    days = (at.date() - now.date()).days
    if days <= 0:
        return t("This evening, then.") if at.hour >= _EVENING else t("At {time}, then.", time=clock(at))
    if days == 1:
        return t("Tomorrow morning, then.") if at.hour < _NOON else t("Tomorrow, then.")
    if at.weekday() == 0 and at.hour < _NOON and days <= 7:
        return t("Next week, then.")
    day = weekday(at, t.language) if days <= 6 else day_of_month(at, t.language)
    return t("On {day}, then.", day=day)


def why_not(problem: Problem, t: Translator) -> str:
    """Why a reaction changed nothing: it came too late, or another was quicker."""
    source = problem.facts.get("source")
    if isinstance(problem, TooLate):
        return t("{source} has it already. Open it there.", source=source) if source else t(problem.detail)
    if isinstance(problem, Overtaken) and source:
        return t("Already done in {source}.", source=source)
    if isinstance(problem, Conflict):
        return t("Answered on another device.")
    return t("That moment has passed.")


def opens(where: str | None) -> TypeGuard[str]:
    """Whether an address may become a link: only the web's own schemes."""
    return where is not None and where.startswith(("https://", "http://"))


def may_wait(tip: Tip) -> bool:
    """Whether there is a Later: what is good to know is known once it was read."""
    return tip.kind != "insight"


def gilt_of(text: str) -> str | None:
    """The number of an insight that is set in gilt: the first, unless it is part of a word.

    >>> gilt_of("A strong day: 16 done, 6 is normal."), gilt_of("Most gets done at 9:30."), gilt_of("Not B12.")
    ('16', '9:30', None)
    """
    found = _NUMBER.search(text)
    if found is None or text[: found.start()][-1:].isalnum() or text[found.end() :][:1].isalnum():
        return None
    return found[0]


def _links(tip: Tip, t: Translator) -> tuple[Link, ...]:
    """Where a task can be opened; of what is no task, where its agent can be set right."""
    if tip.kind not in WITHOUT_TASK:
        return tuple(Link(t("Open in {source}", source=tip.source_name), at) for at in [tip.where] if opens(at))
    return tuple(Link(t("Not true?"), f"/settings#{anchor_of(quote(one.source, safe=''))}") for one in tip.evidence[:1])


def _receipt(tip: Tip, t: Translator) -> str:
    """Who wrote, and how much left this host for it."""
    if not tip.model:
        return ""
    if not tip.egress.to:
        return t("A model here wrote it; 0 bytes left this host.")
    if tip.egress.to == "network":
        return t("A model on your network wrote it; {bytes} bytes went there.", bytes=tip.egress.bytes)
    provider = tip.egress.to.capitalize()
    return t("A model of {provider} wrote it; {bytes} bytes went there.", provider=provider, bytes=tip.egress.bytes)


def _row(moment: Moment, visitor: Visitor) -> MomentRow:
    t = visitor.t
    at = moment.at.astimezone(visitor.zone)
    label = {
        "after-meeting": t("After your meeting"),
        "evening": t("This evening"),
        "morning": t("Tomorrow morning"),
        "next-week": t("Next week"),
    }[moment.id]
    shown = brief(at, visitor.now, t.language)
    return MomentRow(label, shown, spoken(at, visitor.now, t.language), moment.at.isoformat())


def _scopes(tip: Tip, t: Translator, own: Container[str]) -> tuple[ScopeRow, ...]:
    name, item = t("This task"), t("Not for a month, unless it changes in {source}.", source=t(tip.source_name))
    if tip.kind in WITHOUT_TASK:
        name, item = t(tip.source_name), t("Not for a month.")
    elif tip.source_name in own:
        item = t("Not for a month, unless you change it.")
    return (
        ScopeRow("now", t("For now"), t("It may come back tomorrow.")),
        ScopeRow("item", name, item),
        ScopeRow(
            "kind", topic_name(tip.topic, t), t("None of this kind for a month, or until you allow it in Settings.")
        ),
    )


def _gone(done: Undoable, t: Translator) -> str:
    if done.scope == "item" and done.kind in WITHOUT_TASK:
        return t("Gone for a month.")
    if done.scope == "item":
        return t("Gone for a month, unless it changes.")
    if done.scope == "kind":
        return t("None of this kind for a month.")
    return t("Gone for now.")


def _known(done: Undoable, t: Translator) -> str:
    if done.writable:
        return t("{source} will know in a moment.", source=done.source_name)
    return t("oO remembers it. {source} stays as it is.", source=done.source_name)
