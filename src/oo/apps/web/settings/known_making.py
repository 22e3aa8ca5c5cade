"""Makes the rows of what oO thinks it knows: each value in words, with its evidence, and fields to say otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from oo.apps.web.pages import Visitor
from oo.apps.web.settings.person_view import KnownField, KnownRow, anchor_of
from oo.contracts.agents import Value
from oo.contracts.knowledge import Known
from oo.contracts.serving import AgentView, ParameterView
from oo.contracts.words import Translator
from oo.contracts.words.moments import weekday

TABLE = "value:"
"""Before the key of an entry, in the names of a table's fields."""
PROJECTS = "project"
"""Stands in the units of what is about projects, whose values are tokens and not names."""
_MONDAY = date(2026, 11, 16)
_THIN, _MINUS = "\N{THIN SPACE}", "\N{MINUS SIGN}"
_NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


def known_rows(
    known: Sequence[Known], agents: Sequence[AgentView], projects: Mapping[str, str], visitor: Visitor
) -> tuple[KnownRow, ...]:
    """A row for everything that is known; `projects` are the names of those that there are, by token."""
    declared = {(agent.id, one.name): one for agent in agents for one in agent.parameters}
    rows: list[KnownRow] = []
    for one in known:
        row = _row(one, declared.get((one.scope, one.key)), projects, visitor)
        first = all(before.scope != one.scope for before in rows)
        rows.append(replace(row, anchor=anchor_of(one.scope)) if first else row)
    return tuple(rows)


def _row(one: Known, parameter: ParameterView | None, projects: Mapping[str, str], visitor: Visitor) -> KnownRow:
    t = visitor.t
    if one.source == "user":
        evidence = t("You said so")
    elif "days" in one.evidence:
        evidence = t("{tasks} tasks in {days} days", tasks=one.n, days=round(one.evidence["days"]))
    else:
        evidence = t.plural("{count} task", "{count} tasks", one.n)
    unit = "" if parameter is None else parameter.unit
    sentence = _sentence(one, parameter, projects, t)
    fields = () if parameter is None else tuple(_fields(one.value, unit, projects, t))
    return KnownRow(one.scope, one.key, sentence[:1].upper() + sentence[1:], evidence, fields)


def _sentence(one: Known, parameter: ParameterView | None, projects: Mapping[str, str], t: Translator) -> str:
    unit = "" if parameter is None else parameter.unit
    shown = _shown(one.value, unit, projects, t)
    if parameter is None or not parameter.says:  # nothing known stays out of sight, whoever wrote its agent
        return f"{one.scope}, {one.key}: {shown}.".replace("_", " ")
    if parameter.says_none and (one.value in ((), {}) or shown == t(_NUMBERS[0])):
        return t(parameter.says_none)
    if parameter.says_one and shown == t(_NUMBERS[1]):
        return t(parameter.says_one)
    return t(parameter.says, value=shown)


def _shown(value: Value, unit: str, projects: Mapping[str, str], t: Translator) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return t("on") if value else t("off")
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return _number(value, unit, t)
    if isinstance(value, Mapping):
        named = {key: number for key, number in value.items() if PROJECTS not in unit or key in projects}
        entries = [f"{projects.get(key, key)} {_exact(number, t)}" for key, number in named.items()]
        return _together([*entries, *_others(len(value) - len(named), bool(named), t)], t)
    if PROJECTS in unit:
        names = [projects[str(each)] for each in value if each in projects]
        return _together([*names, *_others(len(value) - len(names), bool(names), t)], t)
    return _together([_one_of(each, unit, t) for each in value], t)


def _one_of(each: float | str, unit: str, t: Translator) -> str:
    if isinstance(each, str):
        return each
    if unit == "weekday":
        return t("{weekday}s", weekday=_weekday(each, t))
    if unit == "quarter":
        return _quarters(t)[int(each) % 4]
    return _hour(each) if unit == "h" else _exact(each, t)


def _number(value: float, unit: str, t: Translator) -> str:
    if unit == "share":
        return f"{round(value * 100)}{_THIN}%"
    if unit == "ratio":
        return _exact(value, t)
    if unit.startswith("±"):
        return ("+" if value > 0 else "") + _exact(value, t)
    whole = round(value)
    if unit == "h" and not 0 < whole < len(_NUMBERS):
        return _hour(value)
    return t(_NUMBERS[whole]) if 0 <= whole < len(_NUMBERS) else _exact(float(whole), t)


def _fields(value: Value, unit: str, projects: Mapping[str, str], t: Translator) -> Iterable[KnownField]:
    """Where the person says otherwise, in the form that the value has."""
    mine = t("Mine from now on")
    if isinstance(value, bool):
        yield KnownField("value", t("on"), "true", "choice", value)
    elif isinstance(value, float):
        yield KnownField("value", mine, f"{value:g}", "number")
    elif isinstance(value, str):
        yield KnownField("value", mine, value, "text")
    elif isinstance(value, Mapping):
        gone = t("A project without open tasks")
        for key, number in value.items():
            label = projects.get(key, gone) if PROJECTS in unit else key
            yield KnownField(f"{TABLE}{key}", label, f"{number:g}", "number")
    elif (choices := _choices(value, unit, projects, t)) is not None:
        for each, label in choices.items():
            short = label[:2] if unit == "weekday" else label
            yield KnownField(
                "value", label, f"{each:g}" if isinstance(each, float) else each, "choice", each in value, short
            )
    else:
        several = ", ".join(f"{each:g}" if isinstance(each, float) else each for each in value)
        yield KnownField("value", mine, several, "text")


def _choices(
    value: tuple[float, ...] | tuple[str, ...], unit: str, projects: Mapping[str, str], t: Translator
) -> Mapping[float | str, str] | None:
    """What can be chosen from, with names; None where that is anything."""
    if unit == "weekday":
        return {float(place): _weekday(place, t) for place in range(7)}
    if unit == "quarter":
        return {float(place): name for place, name in enumerate(_quarters(t))}
    if PROJECTS in unit:
        gone = t("A project without open tasks")
        chosen = {str(each): projects.get(str(each), gone) for each in value}
        return dict([*chosen.items(), *projects.items()])
    return None


def _others(count: int, named: bool, t: Translator) -> list[str]:
    """Projects whose names are not kept."""
    if not count:
        return []
    if named:
        return [t.plural("one other project", "{count} other projects", count)]
    return [t.plural("one project", "{count} projects", count)]


def _together(words: Sequence[str], t: Translator) -> str:
    if not words:
        return t("none")
    if len(words) == 1:
        return words[0]
    return t("{several} and {last}", several=", ".join(words[:-1]), last=words[-1])


def _weekday(place: float, t: Translator) -> str:
    return weekday(date.fromordinal(_MONDAY.toordinal() + int(place) % 7), t.language)


def _quarters(t: Translator) -> Sequence[str]:
    """The four parts of a day, from midnight on."""
    return (t("nights"), t("mornings"), t("afternoons"), t("evenings"))


def _hour(value: float) -> str:
    return f"{round(value) % 24:02d}:00"


def _exact(value: float, t: Translator) -> str:
    """A number with two decimals at most, as the language writes it."""
    text = f"{round(value, 2):g}" if abs(value) < 1e6 else f"{value:.0f}"
    return (text.replace(".", ",") if t.language == "de" else text).replace("-", _MINUS)
