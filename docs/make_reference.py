"""Writes docs/reference and .env.example from the code; `--check` fails when what is there is stale."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
import typer.core
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from typer.testing import CliRunner

from oo.contracts import abilities, connectors, decisions, events, items, manifests, policies
from oo.entry.cli import app
from oo.kernel.plugins import discover
from oo.kernel.settings import Settings, is_secret, variable_of

HOUSE = Path(__file__).parents[1]
REFERENCE = HOUSE / "docs" / "reference"
MADE = "<!-- Made from the code by `make docs`; do not edit. -->\n"


def main() -> int:
    """Writes every page, or compares; 1 when one is stale."""
    pages = {
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "commands.md": commands_page(),
        REFERENCE / "events.md": events_page(),
        REFERENCE / "seams.md": seams_page(),
        HOUSE / ".env.example": env_example(),
    }
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(HOUSE)} is stale; run: make docs\n")
        return int(bool(stale))
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
    return 0


def settings_page() -> str:
    """Every setting with its default and what it does."""
    rows = [
        (f"`{name}`" + (f" or `{name}_FILE`" if secret else ""), default, text)
        for name, default, text, secret in settings()
    ]
    intro = "Variables of the environment, or lines of a `.env` file in the working folder. None is needed to start.\n"
    return f"# Settings\n\n{MADE}\n{intro}\n" + table(("variable", "default", "what it does"), rows)


def env_example() -> str:
    """Every setting as a line that can be taken over, commented out."""
    lines = ["# Copy to .env and take away the # of what should differ. Every setting: docs/reference/settings.md\n"]
    lines += [f"# {text}\n# {name}={default.strip('`')}\n" for name, default, text, _ in settings()]
    return "\n".join(lines)


def settings() -> Iterator[tuple[str, str, str, bool]]:
    """Name of the variable, default, description, and whether a file may hold it."""
    for name, field in Settings.model_fields.items():
        if field.exclude:  # what the manifests of connectors name
            yield from _provided()
            continue
        value = None if field.default in (PydanticUndefined, None, ()) else field.default
        yield variable_of(name), "" if value is None else f"`{value}`", field.description or "", is_secret(field)


def _provided() -> Iterator[tuple[str, str, str, bool]]:
    """The settings of the providers that the house's connectors speak to; those of others have the same form."""
    rules: dict[str, tuple[str, manifests.OAuthRules]] = {}
    for plugin in discover("connectors", manifests.ConnectorManifest.model_validate).plugins.values():
        if plugin.own and plugin.manifest.oauth is not None:
            rules.setdefault(plugin.manifest.oauth.provider, (plugin.manifest.name, plugin.manifest.oauth))
    for provider, (name, oauth) in sorted(rules.items()):
        own = f"OO_{provider.upper()}"
        yield f"{own}_CLIENT_ID", "", f"The client that you made at the provider of {name}; Connect says how.", False
        yield f"{own}_CLIENT_SECRET", "", "Its secret.", True
        for part, where in (("AUTH", oauth.authorize), ("TOKEN", oauth.token), ("API", oauth.api)):
            yield f"{own}_{part}_URL", f"`{where}`", "An address of this provider.", False
        if oauth.revoke:
            yield f"{own}_REVOKE_URL", f"`{oauth.revoke}`", "An address of this provider.", False


def commands_page() -> str:
    """Every command with its help, as a terminal of 100 columns shows it."""
    root = typer.main.get_command(app)
    assert isinstance(root, typer.core.TyperGroup)
    parts = [f"# Commands\n\n{MADE}"]
    for words in sorted(commands_of(root)):
        shown = CliRunner().invoke(app, [*words, "--help"], prog_name="oo", terminal_width=100, color=False)
        parts.append(f"## oo {' '.join(words)}\n\n```text\n{strip(shown.output)}\n```\n")
    return "\n".join(parts)


def commands_of(group: typer.core.TyperGroup, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, and of those in groups."""
    for name, command in group.commands.items():
        yield (*before, name)
        if isinstance(command, typer.core.TyperGroup):
            yield from commands_of(command, (*before, name))


def strip(text: str) -> str:
    """The text without blank ends of lines and of its own."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def events_page() -> str:
    """Every event type with its fields."""
    parts = [
        f"# Events\n\n{MADE}\nThe source of truth is `contracts/events`; handlers see these as frozen dataclasses.\n"
    ]
    for kind, event in events.EVENTS.items():
        sentence = (inspect.getdoc(event) or "").split(":", 1)[-1].strip()
        parts.append(f"## {kind}\n\n{sentence[:1].upper()}{sentence[1:]}\n\n{fields_table(event)}")
    return "\n".join(parts)


def seams_page() -> str:
    """Every seam: its manifest, its Protocol, and the values that cross it."""
    parts = [f"# Seams\n\n{MADE}\nA plugin is a folder with `manifest.toml` and one module ending in `plugin = …`.\n"]
    for seam, manifest in manifests.SEAMS.items():
        parts.append(f"## {seam}: manifest.toml\n\n{inspect.getdoc(manifest)}\n\n{fields_table(manifest)}")
    rules = manifests.FileRules
    parts.append(f"## {rules.__name__}\n\n{inspect.getdoc(rules)}\n\n{fields_table(rules)}")
    for module in (connectors, abilities, policies, items, decisions):
        parts.append(f"## {module.__name__}\n\n{inspect.getdoc(module)}\n")
        parts += [seam_part(value) for value in vars(module).values() if is_own_class(value, module.__name__)]
    return "\n".join(parts)


def is_own_class(value: Any, module: str) -> bool:
    """Whether a name of a module is a class that it defines and shows."""
    return inspect.isclass(value) and value.__module__ == module and not value.__name__.startswith("_")


def seam_part(kind: type[Any]) -> str:
    """One class of a seam: a Protocol with its methods, or a value with its fields."""
    head = f"### {kind.__name__}\n\n{inspect.getdoc(kind)}\n"
    if dataclasses.is_dataclass(kind) or issubclass(kind, BaseModel):
        return f"{head}\n{fields_table(kind)}"
    methods = [
        f"- `{name}{inspect.signature(member)}`: {inspect.getdoc(member)}".replace("\n", " ")
        for name, member in vars(kind).items()
        if inspect.isfunction(member) and not name.startswith("_")
    ]
    return head + ("\n" + "\n".join(methods) + "\n" if methods else "")


def fields_table(kind: type[Any]) -> str:
    """The fields of a dataclass or a pydantic model."""
    if issubclass(kind, BaseModel):
        told = inspect.get_annotations(kind) | {
            n: a for base in kind.__mro__ for n, a in inspect.get_annotations(base).items()
        }
        rows = [(f"`{n}`", f"`{told[n]}`", f.description or "") for n, f in kind.model_fields.items()]
        return table(("field", "type", "what it holds"), rows)
    return table(("field", "type"), [(f"`{f.name}`", f"`{f.type}`") for f in dataclasses.fields(kind)])


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in line) + " |" for line in lines)
        + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
