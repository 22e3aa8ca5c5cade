"""Somebody of whom all agents have inferred all that they can, and what they read of it."""

from __future__ import annotations

from oo.apps.web.tests.site import Site
from oo.contracts.agents import Value, as_value
from oo.contracts.ids import Ref
from oo.contracts.items import Facts
from oo.contracts.knowledge import Known
from oo.contracts.manifests import AgentManifest
from oo.contracts.serving import AgentView, ParameterView
from oo.contracts.sources import Inventory, Wording
from oo.kernel.plugins import discover

NAMES = {"t-flat": "Flat", "t-thesis": "Thesis"}
SEEN: dict[tuple[str, str], tuple[Value, str, str]] = {
    ("focus_area", "preferred_areas"): (
        *(("t-flat", "t-gone"), "These weeks: Flat and one other project."),
        "Zurzeit: Flat und ein anderes Projekt.",
    ),
    ("habit", "slips_after"): (
        *(1.5, "A habit slips after 1.5 times its usual gap."),
        "Eine Gewohnheit rutscht nach dem 1,5-Fachen ihres üblichen Abstands.",
    ),
    ("momentum", "baseline_completions_per_day"): (
        4.2,
        "A normal day is four things.",
        "Ein normaler Tag hat vier Dinge.",
    ),
    ("momentum", "engagement_trend"): (
        *(-0.25, "The last week, against those before: −0.25 things a day."),
        "Die letzte Woche gegen die davor: −0,25 Dinge am Tag.",
    ),
    ("momentum", "stdev"): (
        *(0.8, "Most days are within one thing of a normal one."),
        "Die meisten Tage weichen um höchstens ein Ding von einem normalen ab.",
    ),
    ("overdue_task", "lateness_tolerance_days"): (
        *(0.0, "A date is a date for you, with no day to spare."),
        "Ein Datum ist für dich ein Datum, ohne einen Tag Luft.",
    ),
    ("overdue_task", "project_realness"): (
        *({"t-flat": 1.4, "t-thesis": 0.7}, "How real dates are to you: Flat 1.4 and Thesis 0.7."),
        "Wie ernst Daten für dich sind: Flat 1,4 und Thesis 0,7.",
    ),
    ("recent_patterns", "daily_cycle"): (
        *(3.0, "Your fullest part of the day is 300\u2009% above the mean."),
        "Deine vollste Tageszeit liegt 300\u2009% über dem Mittel.",
    ),
    ("recent_patterns", "free_weekdays"): (
        (5.0, 6.0),
        "Saturdays and Sundays are off.",
        "Samstage und Sonntage sind frei.",
    ),
    ("recent_patterns", "lookback_days"): (
        *(21.0, "What is usual is read from the last 21 days."),
        "Was üblich ist, steht in den letzten 21 Tagen.",
    ),
    ("recent_patterns", "strong_parts"): ((1.0,), "Your fullest time: mornings.", "Deine vollste Zeit: Vormittage."),
    ("recent_patterns", "strong_weekdays"): ((), "No weekday stands out.", "Kein Wochentag sticht heraus."),
    ("recent_patterns", "weekly_cycle"): (
        *(0.4, "Your fullest weekday is 40\u2009% above the mean."),
        "Dein vollster Wochentag liegt 40\u2009% über dem Mittel.",
    ),
    ("time_of_day", "peak_hours"): (
        *((9.0, 10.0, 20.0), "Most gets done at 09:00, 10:00 and 20:00."),
        "Das meiste wird um 09:00, 10:00 und 20:00 fertig.",
    ),
    ("time_of_day", "preferred_hour"): (0.0, "Your best hour is about 00:00.", "Deine beste Stunde ist gegen 00:00."),
    ("time_of_day", "quiet_end"): (7.0, "Little gets done before seven.", "Vor sieben wird wenig fertig."),
    ("time_of_day", "quiet_start"): (22.0, "Little gets done from 22:00 on.", "Ab 22:00 wird wenig fertig."),
    ("time_of_day", "tz"): (
        *("Europe/Berlin", "Your hours are counted in Europe/Berlin."),
        "Deine Stunden sind in Europe/Berlin gezählt.",
    ),
}
"""A value of every parameter that oO's agents infer, and what is read of it."""


def agents() -> list[AgentView]:
    """oO's own, as the registry shows them."""
    found = discover("agents", AgentManifest.model_validate).plugins
    return [
        AgentView(
            *(plugin.id, plugin.manifest.name, "", "1.0.0", "live", 60, (), (), ()),
            tuple(
                ParameterView(
                    *(name, one.evidence, one.minimum, as_value(one.default)),
                    *(one.unit, one.says, one.says_one, one.says_none),
                )
                for name, one in plugin.manifest.parameters.items()
            ),
        )
        for plugin in found.values()
    ]


def know_everything(site: Site) -> None:
    """Let the site be that of somebody of whom everything is inferred that can be."""
    at = site.clock.now()
    site.person.registered = agents()
    site.person.knows = {
        (scope, key): Known(scope, key, value, "inferred", at, 84, 0.7, {"days": 28.0})
        for (scope, key), (value, _, _) in SEEN.items()
    }
    refs = {token: Ref(f"c1:{token}") for token in NAMES}
    site.sources.stock = Inventory(tuple(Facts(ref, "v1", project=token) for token, ref in refs.items()))
    site.sources.words = {
        refs[token]: Wording(refs[token], "A thing", name, "todo.txt", "todotxt", None, True)
        for token, name in NAMES.items()
    }
