"""`oo policies …`, `oo decisions verify`, `oo helps`: asked of the running oO, or done here when none runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO

from oo.entry.commands.deed import done
from oo.kernel.settings import Settings


def policies(settings: Settings, out: TextIO) -> None:
    """Print how every policy stands, and what is between it and its next step."""
    for one in done(settings, {"do": "policies"}):
        share = f"{one['share']:.0%}" if one["role"] != "shadow" else f"{one['shadowed']} shadowed"
        out.write(f"{one['policy']:22} {one['role']:10} {share:>16}  {_evidence(one)}\n")


def promote(settings: Settings, policy: str, out: TextIO) -> None:
    """Let a policy take its next step, and print where it is then."""
    one = done(settings, {"do": "promote", "policy": policy})
    out.write(f"{one['policy']} is the {one['role']} now, for {one['share']:.0%} of people.\n")


def roll_back(settings: Settings, out: TextIO) -> None:
    """End the trial, or bring the former champion back."""
    lineup = done(settings, {"do": "roll-back"})
    out.write(f"{lineup['champion']} decides now.\n")


def audit(settings: Settings, out: TextIO) -> None:
    """Print who did what to policies, newest first."""
    for deed in done(settings, {"do": "audit"}):
        out.write(f"{deed['at']}  {deed['what']:12} {deed['policy']:22} by {deed['by'] or 'oO'}\n")


def verify(settings: Settings, out: TextIO) -> int:
    """Compute every logged decision again and print what differs; 1 when something does."""
    found = done(settings, {"do": "verify"})
    for one in found["different"]:
        out.write(f"{one['decision']}: {'; '.join(one['what'])}\n")
    for policy, count in sorted(found["elsewhere"].items()):
        out.write(f"{count} by {policy}, which this version does not have: its own version can compute them\n")
    if found["forgotten"]:
        out.write(f"{found['forgotten']} were made with something learnt that is not kept any more\n")
    if found["damaged"]:
        out.write(f"{found['damaged']} rows can't be read\n")
    out.write(f"{found['equal']} decisions come out as they were, {len(found['different'])} differently.\n")
    return int(bool(found["different"] or found["damaged"]))


def helps(settings: Settings, name: str | None, out: TextIO) -> None:
    """Print whether oO's interruptions help a person, from their own randomised moments."""
    found = done(settings, {"do": "helps", "name": name})
    one = found["evidence"]
    out.write(f"{found['moments']} moments left to chance, {found['sent']} of them with an interruption.\n")
    if one["value"] is None:
        out.write(f"{one['said'].capitalize()}: {one['why']}.\n")
        return
    interval = f"{one['low']:+.2f} to {one['high']:+.2f}"
    out.write(f"Tasks done within a day of one, less those after silence: {one['value']:+.2f} (95 %: {interval}).\n")
    out.write(f"{one['why'].capitalize()}.\n")


def _evidence(one: Mapping[str, Any]) -> str:
    found = one["evidence"]
    if found is None:
        return ""
    step = f"{one['next']}: " if one["next"] else ""
    numbers = "" if found["value"] is None else f" ({found['value']:+.3f}, {found['low']:+.3f} to {found['high']:+.3f})"
    return f"{step}{found['said']}, {found['why']}{numbers}"
