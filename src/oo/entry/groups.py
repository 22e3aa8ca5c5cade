"""Commands in groups: `oo events …`, `oo policies …`, `oo decisions …`, `oo features …`, `oo simulate`, `oo helps`.

Each loads what it needs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option(help="The folder that holds everything oO keeps.", show_default=False)]
Name = Annotated[str, typer.Argument(metavar="POLICY", help="The policy's id, such as linear-thompson.")]

events = typer.Typer(help="Events that failed and were set aside.")
policies = typer.Typer(help="Who chooses the tip, who would like to, and on what evidence.")
decisions = typer.Typer(help="The log of decisions.", no_args_is_help=True)
features = typer.Typer(help="What is known of people in numbers, as reports and tables.")
benchmark = typer.Typer(help="Who writes better tips.", no_args_is_help=True)
prompts = typer.Typer(help="Versions of what models are told.", no_args_is_help=True)
keys = typer.Typer(help="Keys that oO makes for itself.", no_args_is_help=True)


Consumer = Annotated[str | None, typer.Option(help="Of this room alone.", show_default=False)]


@events.callback(invoke_without_command=True)
def set_aside(context: typer.Context, data: Data = None) -> None:
    """Show events that failed five times, and hold back what is after them; ends with 1 when there are some."""
    if context.invoked_subcommand is None:
        from oo.entry.commands.events import show
        from oo.kernel.settings import Settings, load

        raise typer.Exit(show(load(Settings, data=data), sys.stdout))


@events.command()
def redeliver(
    consumer: Consumer = None,
    event: Annotated[str | None, typer.Option(help="This one alone.", show_default=False)] = None,
    data: Data = None,
) -> None:
    """Send events again that were set aside, with all that they hold back."""
    from oo.entry.commands.events import redeliver
    from oo.kernel.settings import Settings, load

    redeliver(load(Settings, data=data), consumer, event, sys.stdout)


@events.command()
def skip(
    event: Annotated[str, typer.Argument(help="Which one, as `oo events` shows it.")],
    consumer: Consumer = None,
    data: Data = None,
) -> None:
    """Go on behind an event that was set aside, for good and without its effect."""
    from oo.entry.commands.events import skip
    from oo.kernel.settings import Settings, load

    skip(load(Settings, data=data), event, consumer, sys.stdout)


@policies.callback(invoke_without_command=True)
def standings(context: typer.Context, data: Data = None) -> None:
    """Say how every policy stands, and what is between it and its next step."""
    if context.invoked_subcommand is None:
        from oo.entry.commands.learning import policies
        from oo.kernel.settings import Settings, load

        policies(load(Settings, data=data), sys.stdout)


@policies.command()
def promote(policy: Name, data: Data = None) -> None:
    """Let a policy take its next step: a tenth of people, half of them, everybody. Its evidence has to allow it."""
    from oo.entry.commands.learning import promote
    from oo.kernel.settings import Settings, load

    promote(load(Settings, data=data), policy, sys.stdout)


@policies.command("roll-back")
def roll_back(data: Data = None) -> None:
    """End the trial, or bring the former champion back."""
    from oo.entry.commands.learning import roll_back
    from oo.kernel.settings import Settings, load

    roll_back(load(Settings, data=data), sys.stdout)


@policies.command()
def audit(data: Data = None) -> None:
    """Say who did what to policies, newest first."""
    from oo.entry.commands.learning import audit
    from oo.kernel.settings import Settings, load

    audit(load(Settings, data=data), sys.stdout)


@decisions.command()
def verify(data: Data = None) -> None:
    """Compute every logged decision again, and say what differs."""
    from oo.entry.commands.learning import verify
    from oo.kernel.settings import Settings, load

    raise typer.Exit(verify(load(Settings, data=data), sys.stdout))


Most = Annotated[int, typer.Option("--situations", min=2, max=48, help="How many made-up situations.")]
Report = Annotated[Path | None, typer.Option(metavar="FILE", help="Write plots and lines into this HTML file.")]


@benchmark.callback()
def writers() -> None:
    """Who writes better tips."""


@benchmark.command()
def models(
    aliases: Annotated[str, typer.Option(metavar="A,B", help="Aliases; the shipped list, when left out.")] = "",
    most: Most = 48,
    report: Report = None,
    data: Data = None,
) -> None:
    """Compare models over made-up situations, judged by rule and by the judge's model, with intervals."""
    from oo.entry.commands.writing import models
    from oo.kernel.settings import Settings, load

    asked = [one for one in aliases.split(",") if one]
    bar = lambda n: typer.progressbar(length=n, label="Lines")  # noqa: E731 - as for simulate
    models(load(Settings, data=data), asked, most, report, bar, sys.stdout)


@prompts.callback()
def told() -> None:
    """Versions of what models are told."""


@prompts.command()
def compare(
    one: Annotated[str, typer.Argument(metavar="A", help="A version, such as tip-1.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    most: Most = 48,
    report: Report = None,
    data: Data = None,
) -> None:
    """Compare two versions of the prompt with the same model, over made-up situations."""
    from oo.entry.commands.writing import prompts
    from oo.kernel.settings import Settings, load

    bar = lambda n: typer.progressbar(length=n, label="Lines")  # noqa: E731 - as for simulate
    prompts(load(Settings, data=data), one, other, most, report, bar, sys.stdout)


@keys.callback()
def made() -> None:
    """Keys that oO makes for itself."""


@keys.command()
def rotate(data: Data = None) -> None:
    """Change the instance key, and the one with which processes sign passes; the old one counts five minutes longer."""
    from oo.entry.commands.keys import rotate
    from oo.kernel.settings import Settings, load

    rotate(load(Settings, data=data), sys.stdout)


@decisions.callback()
def log() -> None:
    """The log of decisions."""


@features.callback(invoke_without_command=True)
def report(context: typer.Context, data: Data = None) -> None:
    """Say how complete every feature is, and what becomes of tips."""
    if context.invoked_subcommand is None:
        from oo.entry.commands.features import report
        from oo.kernel.settings import Settings, load

        report(load(Settings, data=data), sys.stdout)


@features.command()
def table(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it, as Parquet.")], data: Data = None
) -> None:
    """Write a row for every tip that was shown: what was known just before it, and what came of it."""
    from oo.entry.commands.features import table
    from oo.kernel.settings import Settings, load

    table(load(Settings, data=data), path, sys.stdout)


def simulate(
    policies: Annotated[
        str, typer.Option(metavar="ONE,OTHER", help="The policies, by id; one alone is possible.")
    ] = "house,linear-thompson",
    personas: Annotated[int, typer.Option(min=1, max=10_000, help="How many made-up people.")] = 20,
    days: Annotated[int, typer.Option(min=1, max=3660, help="How long they live.")] = 90,
    seed: Annotated[int, typer.Option(min=0, help="What everything follows from.")] = 1,
    judge: Annotated[str, typer.Option(metavar="rule|llm", help="Who gives a second opinion on tips.")] = "rule",
    floor: Annotated[float, typer.Option(min=0, max=0.5, help="The least share of chance in a choice.")] = 0.02,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write plots into this HTML file.")] = None,
    keep: Annotated[bool, typer.Option(help="Keep the run with oO's data.")] = True,
    data: Data = None,
) -> None:
    """Try two policies side by side on made-up people, with the same days and luck."""
    from oo.entry.commands.simulate import Asked, run
    from oo.kernel.settings import Settings, load

    asked = Asked(tuple(policies.split(",")), personas, days, seed, judge, floor)
    settings = load(Settings, data=data)
    run(
        asked,
        settings=settings if keep else None,
        page=report,
        bar=lambda n: typer.progressbar(length=n, label="Lives"),
        out=sys.stdout,
        models=settings,
    )


def helps(
    name: Annotated[str | None, typer.Argument(help="Whom; the owner, when left out.", show_default=False)] = None,
    data: Data = None,
) -> None:
    """Say whether oO's interruptions help a person, from moments left to chance."""
    from oo.entry.commands.learning import helps
    from oo.kernel.settings import Settings, load

    helps(load(Settings, data=data), name, sys.stdout)


def join(app: typer.Typer) -> None:
    """Add them to the command line."""
    app.add_typer(events, name="events")
    app.add_typer(policies, name="policies")
    app.add_typer(decisions, name="decisions")
    app.add_typer(features, name="features")
    app.add_typer(keys, name="keys")
    app.add_typer(benchmark, name="benchmark")
    app.add_typer(prompts, name="prompts")
    app.command()(simulate)
    app.command()(helps)
