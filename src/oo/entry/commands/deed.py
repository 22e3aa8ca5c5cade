"""`oo link`, `oo export`, `oo erase`: asked of the running oO, or done here when none runs."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from oo.entry.control import NobodyThere, ask
from oo.kernel.settings import Settings


def link(settings: Settings, name: str | None, out: TextIO) -> None:
    """Print a one-time link for the owner, or for the person of this name."""
    out.write(f"{done(settings, {'do': 'link', 'name': name})}\n")


def export(settings: Settings, name: str, path: Path | None, out: TextIO) -> None:
    """Write all that is kept about a person as JSON, into a private file or to the terminal."""
    text = json.dumps(done(settings, {"do": "export", "name": name}), indent=2, ensure_ascii=False, default=str) + "\n"
    if path is None:
        out.write(text)
        return
    _write_privately(path, text)


def erase(settings: Settings, name: str, out: TextIO) -> None:
    """Delete everything of a person and print the receipt."""
    receipt = done(settings, {"do": "erase", "name": name})
    out.write(f"Deleted: {receipt['records']} records and the key, {receipt['at']}.\n")


def done(settings: Settings, asked: Mapping[str, Any]) -> Any:
    """The answer of the running oO, or of a moment's one here when none runs."""
    try:
        return ask(settings.data, asked)
    except NobodyThere:
        return asyncio.run(_here(settings, asked))


async def _here(settings: Settings, asked: Mapping[str, Any]) -> Any:
    """Do it in this process, which owns the data for so long; nothing is served, read, written back or handed on."""
    from oo.entry.commands.up import address_of
    from oo.entry.deeds import Deeds
    from oo.entry.wiring import house

    async with house(settings, background=False) as home:
        return await Deeds(home, address_of(settings)).do(asked)


def _write_privately(path: Path, text: str) -> None:
    """Write a file that nobody else can read at any moment, whatever was there before; it is whole or not there."""
    if path.exists() and not path.is_file():  # a pipe, a terminal
        path.write_text(text, encoding="utf-8")
        return
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
