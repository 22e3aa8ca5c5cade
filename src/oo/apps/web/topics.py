"""What people call a kind of candidate."""

from __future__ import annotations

from oo.contracts.decisions import Topic
from oo.contracts.words import Translator


def topic_name(topic: Topic, t: Translator) -> str:
    """The kind's name, as in "Overdue tasks"."""
    names = {
        "overdue": t("Overdue tasks"),
        "today": t("Tasks due today"),
        "soon": t("Tasks due soon"),
        "important": t("Important tasks"),
        "undated": t("Tasks without a date"),
        "later": t("Tasks due later"),
        "advice": t("Advice"),
        "insight": t("Insights"),
    }
    return names[topic]
