"""Makes what the settings page shows of a person from their consents, contexts and what is known of them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date

from oo.apps.web.pages import Visitor
from oo.apps.web.settings.consent_making import is_obeyed, switch_row
from oo.apps.web.settings.known_making import known_rows
from oo.apps.web.settings.person_view import ContextRow, Day, PersonView, SwitchRow, anchor_of
from oo.contracts.consents import ConsentView
from oo.contracts.contexts import ContextView
from oo.contracts.knowledge import Known
from oo.contracts.serving import AgentView
from oo.contracts.words import Translator
from oo.contracts.words.moments import clock, weekday

_MONDAY = date(2026, 11, 16)


def person_view(
    visitor: Visitor,
    consents: Sequence[ConsentView],
    contexts: Sequence[ContextView],
    agents: Sequence[AgentView],
    known: Sequence[Known],
    off: frozenset[str],
    projects: Mapping[str, str],
) -> PersonView:
    """All of it as it stands; `projects` are names by token."""
    t = visitor.t
    titles = _contexts(t)
    inferring = {one.scope for one in known}
    return PersonView(
        contexts=tuple(_context(view, titles[view.name], visitor) for view in contexts),
        now=_now(contexts, titles, visitor),
        consents=tuple(switch_row(view, t) for view in consents if is_obeyed(view.key)),
        agents=tuple(_agent(agent, off, inferring, t) for agent in agents),
        known=known_rows(known, agents, projects, visitor),
    )


def _agent(agent: AgentView, off: frozenset[str], inferring: Container[str], t: Translator) -> SwitchRow:
    """An agent's switch: what can be set right of an agent that inferred nothing."""
    anchor = "" if agent.id in inferring else anchor_of(agent.id)
    return SwitchRow(agent.id, t(agent.name), t(agent.summary), agent.id not in off, anchor)


def _contexts(t: Translator) -> Mapping[str, str]:
    return {"work": t("Work"), "home": t("Home"), "focus": t("Focus"), "holiday": t("Holiday")}


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
