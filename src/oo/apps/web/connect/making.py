"""Makes the views of the Connect pages from what integrations answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from oo.apps.web.connect.view import (
    AskView,
    ConnectView,
    Dot,
    FactRow,
    FileRow,
    FilesView,
    FolderRows,
    GoneView,
    HowView,
    NewView,
    OneView,
    SourceRow,
    UnreadRow,
)
from oo.apps.web.frame import Link
from oo.apps.web.pages import Visitor
from oo.contracts.sources import ConnectionView, ConnectorView, FolderView, Receipt
from oo.contracts.words import Translator
from oo.contracts.words.moments import ago, ago_brief, dated

_DOTS: dict[str, Dot] = {"first": "open", "works": "full", "slow": "open", "reconnect": "gap", "paused": "faint"}
_MOST_UNREAD = 100


def connect_view(
    connections: Sequence[ConnectionView], connectors: Sequence[ConnectorView], visitor: Visitor
) -> ConnectView:
    """The list of what is connected, and of what also could be."""
    t = visitor.t
    used = {connection.connector for connection in connections}
    possible = [
        SourceRow("faint", t(connector.name), t(connector.summary), Link(t("Add"), "/connect/mind"))
        for connector in connectors
        if connector.kind == "document" and connector.id not in used
    ]
    possible += [
        SourceRow("faint", t(connector.name), t(connector.summary), Link(t("Connect"), f"/connect/new/{connector.id}"))
        for connector in connectors
        if connector.kind in ("account", "address")
    ]
    if names := readable(connectors, t):
        possible.append(SourceRow("faint", t("Files"), names, Link(t("Add"), "/connect/files")))
    connected = [
        SourceRow(
            _DOTS[one.state],
            name(one, t),
            state_line(one, visitor),
            Link(t("Reconnect") if one.state == "reconnect" else t("Manage"), f"/connect/{one.id}"),
        )
        for one in connections
    ]
    return ConnectView(tuple(connected), tuple(possible))


def one_view(one: ConnectionView, connectors: Sequence[ConnectorView], visitor: Visitor) -> OneView:
    """One connection, with what it reads, writes and keeps."""
    t = visitor.t
    connector = next((connector for connector in connectors if connector.id == one.connector), None)
    said = [("Reads", one.reads), ("Why", connector.why if connector else ""), ("Writes", one.writes)]
    facts = [FactRow(t(label), t(line)) for label, line in [*said, ("Keeps", one.keeps)] if line]
    if one.kept:
        where = t("Kept here, encrypted with your own key. Added again under its name, it is replaced.")
        facts.append(FactRow(t("Where"), where))
    if one.detail:
        facts.append(FactRow(t("Where"), one.detail))
    read = t("Not read yet") if one.read_at is None else ago_brief(one.read_at, visitor.now, t.language)
    facts.append(FactRow(t("Last read"), t.sentence(one.problem) if one.problem else t("All is well"), read))
    again = None
    if one.state == "reconnect" and connector is not None and connector.kind in ("account", "address"):
        again = Link(t("Reconnect"), f"/connect/new/{one.connector}")
    written = any(connector.id == one.connector and connector.kind == "document" for connector in connectors)
    return OneView(
        id=one.id,
        name=name(one, t),
        since=t(
            "Connected since {date}.",
            date=dated(one.since.astimezone(visitor.zone).date(), visitor.now.date(), t.language),
        ),
        facts=tuple(facts),
        unread=tuple(_unread(row.file, row.line, row.reason, t) for row in one.unread[:_MOST_UNREAD]),
        again=again,
        edit=Link(t("Edit"), "/connect/mind") if written else None,
        file=Link(t("Take it back"), f"/connect/{one.id}/file") if one.kept else None,
    )


def files_view(
    connectors: Sequence[ConnectorView], folder: FolderView | None, path: str, t: Translator, problem: str = ""
) -> FilesView:
    """What can be added, with a folder of this machine for its owner; the path that was typed stays."""
    rows = None
    if folder is not None:
        rows = FolderRows(
            path=path or folder.path,
            parent=folder.parent,
            folders=tuple(FileRow(PurePath(found).name, found) for found in folder.folders),
            files=tuple(FileRow(PurePath(found).name, found) for found in folder.files),
        )
    return FilesView(readable(connectors, t), rows, problem)


def readable(connectors: Sequence[ConnectorView], t: Translator) -> str:
    """The kinds of file that are read, as in "todo.txt, Calendar file"."""
    return ", ".join(t(connector.name) for connector in connectors if connector.kind == "files")


def gone_view(receipt: Receipt, lines: tuple[str, ...], back: Link, visitor: Visitor) -> GoneView:
    """What was deleted, with its receipt: what, when to the second, how many."""
    t = visitor.t
    rows = (
        FactRow(t("What"), t(receipt.what)),
        FactRow(t("When"), f"{receipt.at.astimezone(visitor.zone):%Y-%m-%d %H:%M:%S %Z}"),
        FactRow(t("Records"), str(receipt.records)),
    )
    return GoneView(lines, rows, back)


def new_view(connector: ConnectorView, visitor: Visitor, origin: str, problem: str = "") -> NewView:
    """A source that can be connected: what is read and why, and the way in, or how its owner makes one."""
    t = visitor.t
    lines = [(t("Reads"), connector.reads), (t("Why"), connector.why), (t("Writes"), connector.writes)]
    facts = [FactRow(label, t(line)) for label, line in [*lines, (t("Keeps"), connector.keeps)] if line]
    account, address = connector.account, connector.address
    how = None
    if account is not None and not account.ready and visitor.identity.admin:
        places = {"redirect": f"{origin}{account.callback}", "hook": f"{origin}{account.hook}"}
        steps = tuple(t(step).format(**places) for step in account.steps)
        how = HowView(t(connector.name), places["redirect"], account.console, steps, account.settings)
    return NewView(
        id=connector.id,
        name=t(connector.name),
        facts=tuple(facts),
        go=Link(t("Go to {name}", name=t(connector.name)), f"/connect/new/{connector.id}/go")
        if account is not None and account.ready
        else None,
        how=how,
        waits=account is not None and not account.ready and how is None,
        ask=None
        if address is None
        else AskView(
            label=t(address.label),
            example=address.example,
            hint=t(address.hint) if address.hint else "",
            password=address.password,
            delegates=address.delegates,
        ),
        problem=problem,
    )


def told_line(receipt: Receipt, visitor: Visitor) -> str:
    """What the provider said of the end of a connection, if it was asked."""
    t = visitor.t
    if receipt.told == "confirmed":
        at = f"{visitor.now:%H:%M}"
        return t("{name} confirmed it at {time}.", name=t(receipt.what), time=at)
    if receipt.told == "later":
        return t("{name} does not answer; oO gives its access back as soon as it does.", name=t(receipt.what))
    return ""


def name(one: ConnectionView, t: Translator) -> str:
    """What the connection is called; names that oO gives are said in the reader's language."""
    return t(one.name)


def state_line(one: ConnectionView, visitor: Visitor) -> str:
    """One line of how the connection is."""
    t = visitor.t
    if one.state == "first":
        return t("Reading for the first time, about a minute")
    if one.state == "paused":
        return t("Paused")
    if one.state == "reconnect":
        return t.sentence(one.problem) if one.problem else t("Asks you to sign in again")
    read = t("Not read yet") if one.read_at is None else ago(one.read_at, visitor.now, t.language)
    if one.state == "slow":
        return t("{read}, trying", read=read)
    return f"{read}. {t('{count} open', count=one.open)}"


def _unread(file: str, line: int, reason: str, t: Translator) -> UnreadRow:
    short = PurePath(file).name
    return UnreadRow(t("{file}, line {line}", file=short, line=line) if line else short, t.sentence(reason))
