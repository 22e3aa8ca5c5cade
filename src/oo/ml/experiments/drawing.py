"""A simulation's report: one HTML file with its numbers and plots, nothing in it from elsewhere."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from oo.contracts.errors import Unusable
from oo.engine.simulation import telling
from oo.engine.simulation.personas import Persona
from oo.engine.simulation.telling import Course

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#7aa2f7", "#e0af68")
PAPER, INK, FAINT = "#000000", "#d8d8d8", "#3a3a3a"
SMOOTH = 4
"""Weeks that a line is averaged over."""


def report(courses: Sequence[Course], settings: Mapping[str, Any], people: Sequence[Persona]) -> str:
    """The page; raises `Unusable` where what draws is not installed."""
    drawn = "".join(f"<figure>{_svg(figure)}</figure>" for figure in figures(courses, people))
    drawn += "<h2>The first of these people</h2>"
    for one in courses:
        drawn += f"<figure><figcaption>{escape(one.policy)}</figcaption>{_svg(year(one, people[0]))}</figure>"
    told = " · ".join(f"{escape(str(name))} {escape(str(value))}" for name, value in settings.items())
    return PAGE.format(told=told, table=_table(courses), figures=drawn)


def figures(courses: Sequence[Course], people: Sequence[Persona]) -> list[Figure]:
    """Regret, value, interruptions and the worst quartile of both sides over time."""
    changes = [day for who in people if (day := changed(who)) is not None]
    plt_figure = _figure()
    first = plt_figure(figsize=(10, 7.2), layout="constrained", facecolor=PAPER)
    axes = first.subplots(2, 2)
    _lines(axes[0][0], courses, "Regret, 0 the best tip, 1 chance", _regret, changes)
    _lines(axes[0][1], courses, "Chance that a tip is done at once", _value, changes)
    _lines(axes[1][0], courses, "Interruptions a day", _interruptions, changes)
    _lines(axes[1][1], courses, "The same chance, worst quarter of people", _worst, changes)
    second = plt_figure(figsize=(10, 3.6), layout="constrained", facecolor=PAPER)
    left, right = second.subplots(1, 2)
    _people(left, courses)
    _days(right, courses)
    return [first, second]


def changed(who: Persona) -> int | None:
    """The day on which somebody's life changes."""
    return who.chapters[1][0] if len(who.chapters) > 1 else None


def year(course: Course, who: Persona) -> Figure:
    """A person's life as plots: what they did with tips and alone, and how good the tips were beside what there was.

    The dotted line is the day on which their life changes, the shade a holiday.
    """
    one = Course(course.policy, course.days[who.number : who.number + 1])
    figure: Figure = _figure()(figsize=(11, 7.2), layout="constrained", facecolor=PAPER)
    top, middle, bottom = figure.subplots(3, 1, sharex=True)
    weeks = np.arange(one.days.shape[1] // 7)
    below = np.zeros(len(weeks))
    for name, colour in (("done", "#9ece6a"), ("snoozed", "#7aa2f7"), ("dismissed", "#f7768e"), ("ignored", "#565f89")):
        counts = _by_week(one, name)
        top.bar(weeks, counts, 0.8, below, color=colour, label=name)
        below += counts
    middle.bar(weeks, _by_week(one, "alone"), 0.8, color="#bb9af7", label="done alone")
    middle.plot(weeks, _by_week(one, "interruptions"), color="#e0af68", label="interruptions")
    bottom.plot(weeks, telling.weekly(one, "value", "tips"), color=COLOURS[0], label="the tip")
    bottom.plot(weeks, telling.weekly(one, "best", "tips"), color="#9ece6a", label="the best there was")
    bottom.plot(weeks, telling.weekly(one, "random", "tips"), color="#565f89", label="any")
    for axis, title in ((top, "Tips a week"), (middle, "Tasks a week"), (bottom, "Chance of being done at once")):
        _dress(axis, title)
        axis.axvspan(who.away[0] / 7, (who.away[1] + 1) / 7, color="#1f2335", zorder=0)
        if (day := changed(who)) is not None:
            axis.axvline(day / 7, color=INK, lw=1, ls=":")
        axis.legend(
            frameon=False,
            labelcolor=INK,
            fontsize=8,
            ncols=4,
            loc="lower right",
            bbox_to_anchor=(1.0, 0.99),
            borderpad=0,
        )
    bottom.set_xlabel("week", color=INK)
    return figure


def _lines(axis: Axes, courses: Sequence[Course], title: str, of: Any, changes: Sequence[int]) -> None:
    for one, colour in zip(courses, COLOURS, strict=False):
        line = _smooth(of(one))
        axis.plot(np.arange(len(line)), line, color=colour, lw=1.8, label=one.policy)
    if changes and len(courses[0].days):
        low, high = min(changes) / 7, max(changes) / 7
        axis.axvspan(low, high, color="#16161e", zorder=0, label="life changes")
    _dress(axis, title)
    axis.set_xlabel("week", color=INK, fontsize=8)
    axis.legend(frameon=False, labelcolor=INK, fontsize=8)


def _people(axis: Axes, courses: Sequence[Course]) -> None:
    if len(courses) < 2:
        return
    one, other = (telling.by_persona(course) for course in courses[:2])
    axis.scatter(one, other, s=14, color=COLOURS[1], alpha=0.8)
    ends = [min(one.min(), other.min()), max(one.max(), other.max())]
    axis.plot(ends, ends, color=FAINT)
    _dress(axis, f"Each person: {courses[0].policy} →, {courses[1].policy} ↑")


def _days(axis: Axes, courses: Sequence[Course]) -> None:
    names = ("done", "snoozed", "dismissed", "ignored", "alone")
    for shift, (one, colour) in enumerate(zip(courses, COLOURS, strict=False)):
        found = [telling.per_day(one, name) for name in names]
        at = np.arange(len(names)) + 0.38 * shift
        bars = [figure.value for figure in found]
        axis.bar(at, bars, 0.36, color=colour, label=one.policy)
        axis.errorbar(at, bars, [1.96 * figure.error for figure in found], fmt="none", ecolor=INK, lw=1)
    axis.set_xticks(np.arange(len(names)) + 0.19, names)
    _dress(axis, "A day, with 95 % intervals")
    axis.legend(frameon=False, labelcolor=INK, fontsize=8)


def _dress(axis: Axes, title: str) -> None:
    axis.set_title(title, color=INK, fontsize=10, loc="left")
    axis.set_facecolor(PAPER)
    axis.tick_params(colors=INK, labelsize=8)
    for side, spine in axis.spines.items():
        spine.set_color(FAINT)
        spine.set_visible(side in ("left", "bottom"))


def _regret(one: Course) -> Any:
    lost = telling.weekly(one, "best", "tips") - telling.weekly(one, "value", "tips")
    return lost / (telling.weekly(one, "best", "tips") - telling.weekly(one, "random", "tips"))


def _value(one: Course) -> Any:
    return telling.weekly(one, "value", "tips")


def _interruptions(one: Course) -> Any:
    weeks = one.days.shape[1] // 7
    return one.sums("interruptions")[:, : weeks * 7].reshape(-1, weeks, 7).mean((0, 2))


def _worst(one: Course) -> Any:
    weeks = one.days.shape[1] // 7
    worth, tips = (one.sums(name)[:, : weeks * 7].reshape(-1, weeks, 7).sum(2) for name in ("value", "tips"))
    each = np.sort(worth / np.maximum(tips, 1), axis=0)
    return each[: max(len(each) // 4, 1)].mean(0)


def _by_week(one: Course, name: str) -> Any:
    weeks = one.days.shape[1] // 7
    return one.sums(name)[:, : weeks * 7].reshape(-1, weeks, 7).sum((0, 2))


def _smooth(line: Any) -> Any:
    wide = min(SMOOTH, len(line))
    return np.convolve(line, np.ones(wide) / wide, "valid") if wide else line


def _table(courses: Sequence[Course]) -> str:
    rows = [telling.summary(one) for one in courses]
    names = ("regret", "regret_last_30_days", "value", "judged", "tips", "done", "alone", "dismissed", "interruptions")
    head = "".join(f"<th>{escape(str(row['policy']))}</th>" for row in rows)
    body = "".join(
        f"<tr><td>{escape(name.replace('_', ' '))}</td>"
        + "".join(f"<td>{row[name]['value']:.3f} ± {row[name]['error']:.3f}</td>" for row in rows)
        + "</tr>"
        for name in names
    )
    body += "<tr><td>worst quarter</td>" + "".join(f"<td>{row['worst_quartile']:.3f}</td>" for row in rows) + "</tr>"
    if len(courses) == 2:
        found, (low, high) = telling.difference(*courses)
        body += (
            f'<tr><td>second less first</td><td colspan="2">{found.value:+.4f} ({low:+.4f} to {high:+.4f})</td></tr>'
        )
    return f"<table><tr><th></th>{head}</tr>{body}</table>"


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", facecolor=PAPER, metadata={"Date": None})
    return text.getvalue().partition("<svg")[1] + text.getvalue().partition("<svg")[2]


def _figure() -> Any:
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure as Made
    except ImportError:
        raise Unusable(
            "The report needs matplotlib, which is not installed: .venv/bin/pip install -r requirements/sim.txt"
        ) from None
    mpl.rcParams |= {"svg.hashsalt": "oo", "svg.fonttype": "none"}  # the same page each time; words stay words
    return Made  # a class, drawn on without a window


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>oO: two policies side by side</title>
<style>
body {{ background: #000; color: #d8d8d8; font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 3rem auto }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem 1.2rem .2rem 0; text-align: left }}
figure {{ margin: 2rem 0 }} figcaption {{ color: #8a8a8a }} svg {{ width: 100%; height: auto }} p {{ color: #8a8a8a }}
</style>
<h1>Two policies side by side</h1>
<p>{told}</p>
{table}
<p>The same people, days and luck on both sides. Regret is what is missing to the best tip of each moment, as a share of
what an even choice misses. Errors are over people. Made-up people are no evidence about real ones.</p>
{figures}
</html>
"""
