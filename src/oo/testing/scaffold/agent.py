"""What a new agent begins with."""

from __future__ import annotations

MANIFEST = """\
name = "{title}"
summary = "One line of what it says."
version = "0.1.0"
stage = "shadow"
ttl_minutes = 60
consents = ["mood_habits"]
silenced_in = ["holiday"]
features = ["completions_today"]

[parameters.normal]
evidence = "completions"
minimum = 10
default = 3.0
unit = "tasks/day"
says = "A normal day is {{value}} things."
says_one = "A normal day is one thing."
"""

README = """\
# {title}

Says: what, when; and when it is silent. Infers: what, from how much of which past, and what counts before that. Where
its rule comes from.
"""

PLUGIN = '''\
"""The {title} agent: says when a day is twice what is normal."""

from __future__ import annotations

from collections.abc import Mapping

from oo.contracts.agents import Inferred, Kit, Snippet
from oo.contracts.decisions import UserView
from oo.contracts.features import UserHistory

DAYS = 28


class {kind}:
    """Today's completions against a normal day."""

    async def compute(self, view: UserView, kit: Kit) -> Snippet | None:
        """One thing worth knowing now, or silence; every number in the text stands in the facts, too."""
        done, normal = view.features.get("completions_today"), kit.parameters["normal"]
        assert isinstance(normal, float)
        if done is None or done < 2 * normal:
            return None
        text = kit.voice.t("{{done}} done today, {{normal}} is normal.", done=int(done), normal=round(normal))
        return Snippet(text, {{"done": done, "normal": float(round(normal))}})

    def infer(self, history: UserHistory) -> Mapping[str, Inferred]:
        """What the past says of each parameter; one that it says nothing of is left out."""
        recent = [one for one in history.of("completed") if history.today - DAYS <= one.day < history.today]
        if not recent:
            return {{}}
        return {{"normal": Inferred(round(len(recent) / DAYS, 2), len(recent), 0.5, {{"days": float(DAYS)}})}}


plugin = {kind}()
"""The agent `{id}`."""
'''

TEST = '''\
"""What the conformance suite can't know of {title}."""

from __future__ import annotations

from {package}.plugin import DAYS, plugin
from oo.testing.agents import lives


def test_a_normal_day_is_a_mean_of_four_weeks() -> None:
    history = lives()
    recent = [one for one in history.of("completed") if history.today - DAYS <= one.day < history.today]
    assert plugin.infer(history)["normal"].value == round(len(recent) / DAYS, 2)
'''

FILES: dict[str, str] = {
    "manifest.toml": MANIFEST,
    "README.md": README,
    "__init__.py": "",
    "plugin.py": PLUGIN,
    "tests/__init__.py": "",
    "tests/test_plugin.py": TEST,
}
