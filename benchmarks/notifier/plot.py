"""The simulated year as a picture: what became of decision points by month, and when messages came to light."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from benchmarks.notifier.world import Told

COLOURS: Mapping[str, str] = {
    "worth-it": "#e0af68",
    "kept-silent": "#7aa2f7",
    "held-out": "#565f89",
    "quiet-hours": "#24283b",
    "meeting": "#9d7cd8",
    "context": "#bb9af7",
    "budget": "#f7768e",
    "one-open": "#ff9e64",
    "on-screen": "#73daca",
}
OTHER = "#c0caf5"
MONTHS = "JFMAMJJASOND"


def svg(told: Told, people: int, days: int) -> str:
    """The picture; black as the page is."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 620" font-family="system-ui, sans-serif">',
        '<rect width="900" height="620" fill="#000"/>',
        _text(30, 34, f"{people:,} people, {days} days, {told.points:,} decision points", 18),
        _text(30, 58, f"{told.sent:,} pushes, {told.shown:,} messages, {sum(told.broken.values())} rules broken", 14),
    ]
    names = [name for name, _ in told.reasons.most_common() if name in COLOURS]
    top = max((sum(counts.values()) for counts in told.by_month.values()), default=1)
    for month, counts in sorted(told.by_month.items()):
        y, x = 360.0, 40 + (month - 1) * 52
        rest = sum(counts.values())
        for name in names:
            height = counts[name] / top * 270
            rest -= counts[name]
            y -= height
            parts.append(_bar(x, y, 40, height, COLOURS[name], f"{name}: {counts[name]:,}"))
        height = rest / top * 270
        parts.append(_bar(x, y - height, 40, height, OTHER, f"other: {rest:,}"))
        parts.append(_text(x + 15, 380, MONTHS[month - 1], 12))
    for row, name in enumerate([*names, "other"]):
        parts.append(_bar(690, 84 + row * 26, 14, 14, COLOURS.get(name, OTHER), name))
        many = told.reasons[name] if name in COLOURS else sum(told.reasons.values()) - sum(map(told.reasons.get, names))  # type: ignore[arg-type]
        parts.append(_text(712, 96 + row * 26, f"{name} {many:,}", 13))
    parts.append(_text(30, 420, "Messages by the hour on the person's wall", 14))
    most = max(told.by_hour.values(), default=1)
    for hour in range(24):
        height = told.by_hour[hour] / most * 130
        parts.append(_bar(40 + hour * 34, 580 - height, 26, height, COLOURS["worth-it"], f"{told.by_hour[hour]:,}"))
        parts.append(_text(44 + hour * 34, 600, f"{hour:02}", 12))
    return "\n".join([*parts, "</svg>\n"])


def _bar(x: float, y: float, width: float, height: float, colour: str, said: str) -> str:
    box = f'x="{x:.0f}" y="{y:.1f}" width="{width:.0f}" height="{max(height, 0):.1f}"'
    return f'<rect {box} fill="{colour}" stroke="#414868" stroke-width="0.5"><title>{escape(said)}</title></rect>'


def _text(x: float, y: float, said: str, size: int) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="#c0caf5" font-size="{size}">{escape(said)}</text>'
