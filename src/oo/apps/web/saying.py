"""Why a way in let nobody in, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oo.contracts.sign_ins import Provider
from oo.contracts.words import Translator


def problem_of(asked: Mapping[str, str], providers: Sequence[Provider], t: Translator) -> str:
    """The sentence for `?by=…&why=…`, empty for anything that oO would not have said itself."""
    name = {provider.id: provider.name for provider in providers}.get(asked.get("by", ""))
    if asked.get("by") == "passkey":
        name = t("The passkey")
    if name is None:
        return ""
    said = {
        "refused": t("{provider} did not let you in. Try once more, or another way.", provider=name),
        "failed": t("{provider} did not let you in. Try once more, or another way.", provider=name),
        "away": t("{provider} does not answer. Try once more in a while, or another way.", provider=name),
        "old": t("That took too long, or was used before. Try once more."),
        "browser": t("That began in another window or browser. Begin again in this one."),
        "unknown": t(
            "{provider} knows you, but nobody here does. Sign in as before and add it in Settings, "
            "or ask whoever runs this oO for a link.",
            provider=name,
        ),
        "taken": t("This account at {provider} belongs to another person here.", provider=name),
    }
    return said.get(asked.get("why", ""), "")
