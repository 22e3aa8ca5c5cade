"""The command line. Each command loads what it needs when it is called, so that the light ones stay light."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oo.entry import groups

if TYPE_CHECKING:
    from oo.kernel.settings import Settings

app = typer.Typer(
    name="oo",
    help="One tip. Right now.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

groups.join(app)
Data = Annotated[Path | None, typer.Option(help="The folder that holds everything oO keeps.", show_default=False)]


def main() -> None:
    """Run a command; what a person can mend is said in one sentence, with exit code 2; a fault of ours ends with 1."""
    try:
        app()
    except Exception as error:
        sentence = _sentence(error)
        if sentence is not None:
            sys.stderr.write(f"oo: {sentence}\n")
            sys.exit(2)
        if os.environ.get("OO_LOG_LEVEL") == "debug":
            raise
        sys.stderr.write(f"oo: {_fault(error)}\n")
        sys.exit(1)


@app.callback(invoke_without_command=True)
def oo(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """One tip. Right now."""
    if version:
        from importlib.metadata import version as version_of

        sys.stdout.write(f"oO {version_of('oo')}\n")
        raise typer.Exit


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="The port to listen on.", show_default=False)] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.", show_default=False)] = None,
    data: Data = None,
    file: Annotated[list[str] | None, typer.Option(help="A file or folder to connect; may be repeated.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="With a made-up person's Todoist and calendar.")] = False,
) -> None:
    """Start everything and print a link that signs you in."""
    settings = _settings(data, port=port, host=host)
    from oo.entry.commands.up import run

    if not demo:
        run(settings, file or (), sys.stdout)
        return
    from oo.entry.demo import standing

    with standing(settings, kept=data is not None) as known:
        run(known, file or (), sys.stdout)


@app.command()
def api(
    port: Annotated[int | None, typer.Option(help="The port to listen on.", show_default=False)] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.", show_default=False)] = None,
    data: Data = None,
) -> None:
    """Answer requests alone, beside other processes on Postgres."""
    settings = _settings(data, port=port, host=host)
    from oo.entry.commands.up import run
    from oo.entry.parts import Part

    run(settings, (), sys.stdout, Part.API)


@app.command()
def worker(data: Data = None) -> None:
    """Follow events and do what the clock says, beside other processes on Postgres."""
    from oo.entry.commands.apart import run
    from oo.entry.parts import Part

    run(_settings(data), Part.WORKER, sys.stdout)


@app.command()
def relay(data: Data = None) -> None:
    """Hand events on, beside other processes on Postgres."""
    from oo.entry.commands.apart import run
    from oo.entry.parts import Part

    run(_settings(data), Part.RELAY, sys.stdout)


@app.command()
def serving(
    port: Annotated[int | None, typer.Option(help="The port to listen on.", show_default=False)] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.", show_default=False)] = None,
    data: Data = None,
) -> None:
    """Run agents and ask models for other processes of oO, which find it by OO_SERVING_URL."""
    from oo.entry.commands.serving import run

    run(_settings(data, port=port, host=host), sys.stdout)


@app.command()
def jobs(data: Data = None) -> None:
    """Say how far everything is that the clock says to do."""
    from oo.entry.commands.jobs import run

    raise typer.Exit(run(_settings(data), sys.stdout))


@app.command()
def link(
    new: Annotated[str | None, typer.Option(metavar="NAME", help="Invite a person of this name.")] = None,
    data: Data = None,
) -> None:
    """Print a new link that signs you in, or one that invites a person."""
    from oo.entry.commands.deed import link

    link(_settings(data), new, sys.stdout)


@app.command()
def tip(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files or folders.")],
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="Another moment than now, ISO 8601.")] = None,
    tz: Annotated[str | None, typer.Option(metavar="ZONE", help="The time zone, such as Europe/Berlin.")] = None,
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help="The language of the words: en or de.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    why: Annotated[bool, typer.Option(help="Say why, too.")] = False,
) -> None:
    """Print one tip from files, with no server and no account."""
    from oo.entry.commands.tip import run
    from oo.kernel.clock import SystemClock

    now, out, err = SystemClock().now(), sys.stdout, sys.stderr
    raise typer.Exit(run(paths, now=now, at=at, zone=tz, language=lang, as_json=as_json, why=why, out=out, err=err))


@app.command()
def replay(
    history: Annotated[Path, typer.Argument(metavar="HISTORY", help="A history of tasks, JSON lines.")],
    at: Annotated[Path, typer.Option(metavar="TIMES", help="A file of instants, one a line.")],
    as_json: Annotated[bool, typer.Option("--json", help="Rankings as JSON lines, the only form there is.")] = True,
    policy: Annotated[str, typer.Option(help="Who ranks; the learner learns on the way.")] = "hierarchical-logit",
) -> None:
    """Rank what was open at each instant of a history, by what went before."""
    from oo.entry.commands.replay import policy_named, run

    run(history, at, sys.stdout, policy_named(policy))


@app.command()
def inferred(
    histories: Annotated[list[Path], typer.Argument(metavar="HISTORY…", help="Histories of tasks, JSON lines.")],
    at: Annotated[str | None, typer.Option(help="Up to this instant, such as 2026-11-21T09:00Z.")] = None,
) -> None:
    """Say what the agents would infer from a past: each value, from how much, and how sure."""
    from oo.entry.commands.inferred import run

    run(histories, sys.stdout, at)


@app.command()
def agents() -> None:
    """Show what the agents say of a made-up person with two months behind her."""
    from oo.entry.commands.agents import run

    run(sys.stdout)


@app.command()
def doctor(data: Data = None) -> None:
    """Say what is wrong here, and how to mend it."""
    from oo.entry.commands.doctor import run

    raise typer.Exit(run(_settings(data), sys.stdout))


@app.command()
def erase(
    name: Annotated[str, typer.Argument(help="Whom to forget.")],
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
    data: Data = None,
) -> None:
    """Delete everything of a person; it cannot be brought back."""
    from oo.entry.commands.deed import erase

    if sys.stdin.isatty() and not yes:
        typer.confirm(f"Everything of {name} is deleted and cannot be brought back. Go on?", abort=True)
    erase(_settings(data), name, sys.stdout)


@app.command()
def export(
    name: Annotated[str, typer.Argument(help="Whose data.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write into this file.")] = None,
    data: Data = None,
) -> None:
    """Print all that is kept about a person, as JSON."""
    from oo.entry.commands.deed import export

    export(_settings(data), name, out, sys.stdout)


PassphraseFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A file that holds the passphrase.", show_default=False)
]


@app.command()
def backup(
    to: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="Where to.", show_default=False)] = None,
    passphrase_file: PassphraseFile = None,
    data: Data = None,
) -> None:
    """Write all that oO keeps into one file, also while it runs."""
    from oo.entry.commands.backup import run_backup

    run_backup(_settings(data), to, passphrase_file, sys.stdout)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A back-up.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put aside what is there.")] = False,
    passphrase_file: PassphraseFile = None,
    data: Data = None,
) -> None:
    """Bring a back-up back; whoever was erased since stays erased."""
    from oo.entry.commands.backup import run_restore

    run_restore(_settings(data), file, passphrase_file, sys.stdout, replace=replace)


def _settings(data: Path | None, **given: object) -> Settings:
    from oo.kernel.settings import Settings, load

    return load(Settings, data=data, **given)


def _fault(error: Exception) -> str:
    """A fault of oO's by type and place; its own words may hold a person's, so they are shown only when asked for."""
    from oo.kernel.log import told

    fault = told(error)
    places = [place for place in fault["where"] if not place.startswith("site-packages/")] or fault["where"]
    return f"Something broke here, not with you: {fault['error']} at {places[0]}. OO_LOG_LEVEL=debug shows all of it."


def _sentence(error: Exception) -> str | None:
    """What a known error says to a person at a terminal, None for a fault of oO's."""
    detail = getattr(error, "detail", None)
    if isinstance(detail, str):
        return detail
    known = (
        *("SettingWrong", "DataInUse", "KeyUnsafe", "PortTaken", "Declined"),
        *("DatabaseInUse", "DatabaseUnusable", "UpgradeRefused", "BackupBroken", "NatsUnsafe", "PassRefused"),
    )
    if type(error).__name__ in known:
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror or 'it cannot be used'}."
    return None
