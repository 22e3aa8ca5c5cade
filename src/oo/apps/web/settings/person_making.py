"""Makes what the settings page shows of a person from their consents, contexts and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from oo.apps.web.pages import Visitor
from oo.apps.web.settings.known_making import known_rows
from oo.apps.web.settings.person_view import ContextRow, Day, PersonView, SwitchRow
from oo.contracts.consents import CLOUD, ConsentView, Preview
from oo.contracts.contexts import ContextView
from oo.contracts.knowledge import Known
from oo.contracts.serving import AgentView
from oo.contracts.words import Translator
from oo.contracts.words.moments import clock, weekday

OBEYED = ("task_titles", "calendar_times", "mood_habits")
"""The consents that something obeys by now, beside those for clouds; a switch that changes nothing is not shown."""
_TITLES = 3
"""Titles of tips that would have been others that are shown."""
_MONDAY = date(2026, 11, 16)


def person_view(
    visitor: Visitor,
    consents: Sequence[ConsentView],
    rests: Mapping[str, Preview],
    contexts: Sequence[ContextView],
    agents: Sequence[AgentView],
    known: Sequence[Known],
    off: frozenset[str],
    projects: Mapping[str, str],
) -> PersonView:
    """All of it as it stands; `rests` says what rests on each consent, `projects` are names by token."""
    t = visitor.t
    titles = _contexts(t)
    return PersonView(
        contexts=tuple(_context(view, titles[view.name], visitor) for view in contexts),
        now=_now(contexts, titles, visitor),
        consents=tuple(_consent(view, rests[view.key], t) for view in consents if is_obeyed(view.key)),
        agents=tuple(SwitchRow(agent.id, t(agent.name), t(agent.summary), agent.id not in off) for agent in agents),
        known=known_rows(known, agents, projects, visitor),
    )


def is_obeyed(key: str) -> bool:
    """Whether something obeys a consent, so that its switch is shown."""
    return key in OBEYED or key.startswith(CLOUD)


def _contexts(t: Translator) -> Mapping[str, str]:
    return {"work": t("Work"), "home": t("Home"), "focus": t("Focus"), "holiday": t("Holiday")}


def _consent(view: ConsentView, rests: Preview, t: Translator) -> SwitchRow:
    words = {
        "task_titles": (t("Titles of tasks"), t("To word a tip. Kept for a day, encrypted.")),
        "calendar_times": (t("Times in the calendar"), t("To find a free moment.")),
        "mood_habits": (t("Mood and habits"), t("To choose kinder moments.")),
    }
    if view.key.startswith(CLOUD):
        provider = view.key.removeprefix(CLOUD).capitalize()
        title = t("A model of {provider} writes tips", provider=provider)
        line = t("The words of your tasks go to its cloud for that. Off, they stay here.")
    else:
        title, line = words[view.key]
    if view.granted and rests.records:
        line += " " + t.plural("Off deletes one record.", "Off deletes {count} records.", rests.records)
    if view.granted and rests.tips:
        line += " " + t.plural(
            "Without it, one tip of the last 30 days would have been another.",
            "Without it, {count} tips of the last 30 days would have been others.",
            rests.tips,
        )
        if rests.titles:
            line += " " + "; ".join(rests.titles[:_TITLES])
    return SwitchRow(view.key, title, line, view.granted)


def _context(view: ContextView, title: str, visitor: Visitor) -> ContextRow:
    rule = view.rule
    days = () if rule is None else rule.days
    names = [weekday(date.fromordinal(_MONDAY.toordinal() + place), visitor.t.language) for place in range(7)]
    return ContextRow(
        name=view.name,
        title=title,
        on=view.on,
        days=tuple(Day(place, names[place], place in days) for place in range(7)),
        start="09:00" if rule is None else f"{rule.start:%H:%M}",
        end="18:00" if rule is None else f"{rule.end:%H:%M}",
        calendar="" if rule is None else rule.calendar,
    )


def _now(contexts: Sequence[ContextView], titles: Mapping[str, str], visitor: Visitor) -> str:
    """The first context that is on, by what and until when."""
    t = visitor.t
    for view in contexts:
        if not view.on:
            continue
        name = titles[view.name]
        until = None if view.until is None else clock(view.until.astimezone(visitor.zone))
        if view.by == "schedule":
            return t("{context}, by your rule, until {time}.", context=name, time=until)
        if view.by == "calendar":
            return t("{context}, by your calendar, until {time}.", context=name, time=until)
        return (
            t("{context}, as you said.", context=name)
            if until is None
            else t("{context}, as you said, until {time}.", context=name, time=until)
        )
    return ""
