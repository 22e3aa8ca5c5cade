"""Makes what is shown of consents: a switch each, and what rests on one for whoever asks."""

from __future__ import annotations

from oo.apps.web.settings.person_view import RestsView, SwitchRow
from oo.contracts.consents import CLOUD, ConsentView, Preview
from oo.contracts.words import Translator

OBEYED = ("task_titles", "calendar_times", "mood_habits")
"""The consents that something obeys, beside those for clouds; a switch that changes nothing is not shown."""
_TITLES = 12
"""Titles of tips that would have been others that are shown."""


def is_obeyed(key: str) -> bool:
    """Whether something obeys a consent, so that its switch is shown."""
    return key in OBEYED or key.startswith(CLOUD)


def switch_row(view: ConsentView, t: Translator) -> SwitchRow:
    """A consent as it stands, with what it is for."""
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
    return SwitchRow(view.key, title, line, view.granted)


def rests_view(view: ConsentView, rests: Preview, t: Translator) -> RestsView:
    """What taking a consent back would come to."""
    row = switch_row(view, t)
    gone = t.plural("Off deletes one record.", "Off deletes {count} records.", rests.records)
    others = t.plural(
        "Without it, one tip of the last 30 days would have been another.",
        "Without it, {count} tips of the last 30 days would have been others.",
        rests.tips,
    )
    return RestsView(
        title=row.title,
        line=row.line,
        gone=gone if rests.records else t("Off deletes nothing."),
        others=others if rests.tips else t("Without it, every tip of the last 30 days would have been the same."),
        titles=rests.titles[:_TITLES],
    )
