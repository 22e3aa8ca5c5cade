"""A comparison's report: one HTML file with figures, plots and every line that was written, nothing from elsewhere."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape

import numpy as np

from oo.contracts.errors import Unusable
from oo.ml.experiments.writing.comparing import Course, difference, interval

MEASURES = {
    "rule": "rule judge, 0 to 1",
    "judged": "LLM judge, 0 to 1",
    "written": "written, share",
    "seconds": "seconds",
}
PAPER, INK, FAINT, COLOUR = "#000000", "#d8d8d8", "#3a3a3a", "#7aa2f7"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Who writes better</title>
<style>body{{background:#000;color:#d8d8d8;font:15px/1.5 system-ui;max-width:70rem;margin:3rem auto;padding:0 1rem}}
td,th{{padding:.2rem .8rem;text-align:left;vertical-align:top}} figure{{margin:2rem 0}} svg{{max-width:100%}}</style>
<h1>Who writes better</h1><p>{told}</p>{table}{figures}<h2>What was written</h2>{lines}</html>"""


def table(courses: Sequence[Course], seed: int) -> str:
    """The figures as text: a line for each contender, and for each against the first."""
    width = max(len(one.name) for one in courses) + 2
    head = f"{'':{width}}" + "".join(f"{name.partition(',')[0]:>26}" for name in MEASURES.values())
    rows = [f"{one.name:{width}}" + "".join(_cell(one, what, seed) for what in MEASURES) for one in courses]
    for other in courses[1:]:
        told = []
        for what in ("rule", "judged"):
            found = difference(courses[0], other, what, seed)
            if not np.isnan(found.mean):
                told.append(
                    f"{MEASURES[what].partition(',')[0]} {found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f})"
                )
        rows.append(f"{other.name} less {courses[0].name}: {', '.join(told)}")
    return "\n".join([head, *rows]) + "\n"


def page(courses: Sequence[Course], told: str, seed: int) -> str:
    """The whole page; raises `Unusable` where what draws is not installed."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in ("", *MEASURES.values()))
    rows = "".join(
        f"<tr><td>{escape(one.name)}</td>{''.join(f'<td>{_cell(one, what, seed)}</td>' for what in MEASURES)}</tr>"
        for one in courses
    )
    lines = "".join(f"<h3>{escape(one.name)}</h3><table>{''.join(map(_line, _first(one)))}</table>" for one in courses)
    return _PAGE.format(
        told=escape(told), table=f"<table><tr>{heads}</tr>{rows}</table>", figures=_plots(courses, seed), lines=lines
    )


def _cell(one: Course, what: str, seed: int) -> str:
    found = interval(one.values(what), seed)
    text = "not asked" if np.isnan(found.mean) else f"{found.mean:.3f} ({found.low:.3f}–{found.high:.3f})"
    return f"{text:>26}"


def _first(one: Course) -> list[tuple[str, str, str]]:
    return [(trial.situation, trial.content or f"— {trial.why}", ", ".join(trial.refused)) for trial in one.trials]


def _line(row: tuple[str, str, str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"


def _plots(courses: Sequence[Course], seed: int) -> str:
    """Means with their intervals, side by side, and how long each contender took."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise Unusable("Plots are drawn by matplotlib; install requirements/sim.txt, or leave --report out.") from None
    whole = Figure(figsize=(10, 1.2 + 0.5 * len(courses)), layout="constrained", facecolor=PAPER)
    for axes, (what, name) in zip(whole.subplots(1, len(MEASURES)), MEASURES.items(), strict=True):
        axes.set_facecolor(PAPER)
        axes.set_title(name, color=INK, fontsize=9)
        axes.tick_params(colors=INK, labelsize=8)
        for spine in axes.spines.values():
            spine.set_color(FAINT)
        for place, one in enumerate(courses):
            found = interval(one.values(what), seed)
            if not np.isnan(found.mean):
                axes.plot([found.low, found.high], [place, place], color=COLOUR)
                axes.plot([found.mean], [place], "o", color=COLOUR)
        axes.set_yticks(range(len(courses)), [one.name for one in courses] if what == "rule" else [""] * len(courses))
        axes.set_ylim(len(courses) - 0.5, -0.5)
    drawn = io.StringIO()
    whole.savefig(drawn, format="svg")
    return f"<figure>{drawn.getvalue().partition('<svg')[1]}{drawn.getvalue().partition('<svg')[2]}</figure>"
