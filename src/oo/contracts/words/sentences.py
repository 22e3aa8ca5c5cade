"""Sentences that connectors, the disk and the room of sources say filled already: their templates, for other languages.

What says them knows no language: it says one clear English sentence, which is stored and shown to whoever reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

SENTENCES = (
    "A CSV file is only read. Finish the task in Todoist.",
    "A VEVENT without a beginning.",
    "A VTODO without words.",
    "A calendar file is only read. Tick it off in the app that it came from.",
    "A calendar is only read.",
    "A date's sign stands before other words, where it doesn't count.",
    "A feed is only read. Tick it off in the app that it came from.",
    "A line in a file of finished tasks that is not marked as finished.",
    "A line that is no property; it is left out.",
    "A merge conflict's marker, not a task.",
    "A quotation mark that is never closed, or a row that is too long.",
    "A row of a type that is not known.",
    "A row without a type.",
    "A task that is cut off, or too long to be one.",
    "A task whose JSON is damaged.",
    "A task whose fields are damaged.",
    "A time zone that is unknown; the person's own is taken.",
    "A {kind} that can't be read ({fault}).",
    "A {kind} that is cut off before its end.",
    "A {kind} that recurs too often to be followed.",
    "A {kind} whose recurrence can't be read ({fault}).",
    "A {kind} whose recurrence is not followed; there are too many in this file.",
    "A {kind} whose recurrence leads nowhere.",
    "A {kind} with a time that can't be read.",
    "A {kind} with times that can't be read; it is left out.",
    "An event with times that can't be read.",
    "An event without times.",
    "Connect this Google account again.",
    "Connect this feed again.",
    "Connect this server again.",
    "Files of this machine are the owner's to connect.",
    "Google asks for a pause.",
    "Google did not take the question. oO tries again later.",
    "Google does not send notices to this address.",
    "Google no longer allows oO to read this calendar. Connect it again to allow it.",
    "Google's answer cannot be read.",
    "Google's answer has no end.",
    "It answered in a way that oO cannot read.",
    "No folder may be read here.",
    "No line of this file can be read.",
    "Nothing can be written down here: the connector for it is not installed.",
    "Nothing can be written in its folder: {fault}.",
    "Nothing here reads this kind of file. What is read ends in {endings}.",
    "Nothing in this folder is read. Name a file in it, if one of them is meant.",
    "Nothing is written down yet.",
    "Only an open task can be completed.",
    "Only {most} components of a file are read.",
    "Only {most} lines of a file are read; this and others are left out.",
    "Only {most} tasks are read; this and others are left out.",
    "Only {most} tasks of a file are read; others are left out.",
    "Only {most} tasks of a note are read; this and others are left out.",
    "Org files are only read. Finish the task there.",
    "Some characters are not UTF-8; they are shown as �.",
    "Something you finished here had changed there meanwhile, so nothing was written. Nothing is lost.",
    "Taskwarrior's files are only read. Finish the task there.",
    "The Calendar API is switched off for this oO's client. Whoever runs it can switch it on at Google.",
    "The feed came only in part.",
    "The file changed meanwhile; nothing was written.",
    "The headline is longer than {most} bytes.",
    "The line holds a NUL.",
    "The line holds a control character that ends lines elsewhere.",
    "The line is longer than {most} bytes.",
    "The line is not UTF-8.",
    "The priority is none of 1 to 4; it is left out.",
    "The recurrence is not understood; the task is read as one that happens once.",
    "The server answered in a way that oO cannot read. oO tries again later.",
    "The server did not keep that it is done. oO tries again.",
    "The server did not say what was allowed.",
    "The server gives only part of this calendar.",
    "The sync token counts no longer.",
    "The time zone is not known; the time is read as the person's own.",
    "The {what} is in words that are not read; the task is read without it.",
    "The {what} is no date; it is left out.",
    "There are no words in this headline.",
    "There are no words in this line.",
    "There are no words in this row.",
    "There is no calendar and no task list in this account.",
    "There is no calendar at this address any more.",
    "There is no calendar at this address. Give the address of the server, or of one calendar.",
    "There is no such file or folder.",
    "There is no such file.",
    "There is no such folder.",
    "There is no task of Taskwarrior in this file.",
    "These are {count} things; {most} are kept at most.",
    "Thing {number} has {count} characters; {most} are kept at most.",
    "This and more of the file can't be read; it is not listed.",
    "This calendar is not there any more.",
    "This feed is larger than {most} MB; oO does not read it.",
    "This file belongs to another user or group; nothing was written.",
    "This file can't be read.",
    "This file can't be read: its permissions forbid it.",
    "This file can't be read: {fault}.",
    "This file can't be written: {fault}.",
    "This file has no name that can be kept.",
    "This file is UTF-16; saved as UTF-8 it can be read.",
    "This file is a link that leads back to itself.",
    "This file is larger than the {most} MB that are taken.",
    "This file is larger than {most} MB.",
    "This file is read-only; nothing was written.",
    "This folder can't be read.",
    "This folder can't be read: its permissions forbid it.",
    "This folder can't be read: {fault}.",
    "This folder holds more than {most} files that would be read. Choose a smaller one.",
    "This folder is a link that leads back to itself.",
    "This is a file, not a folder.",
    "This is a folder, not a file.",
    "This is no CSV file of Todoist: no row at its beginning has TYPE and CONTENT.",
    "This is no notice of Google Calendar.",
    "This is no task of Taskwarrior.",
    "This is not a document of things on a mind.",
    "This is not a text file.",
    "This is not an iCalendar file.",
    "This is not an ordinary file.",
    "This is not one of the connection's files.",
    "This is outside the folders that oO may read.",
    "This list can only be read. Tick it off in the app that it came from.",
    "This server keeps your calendars at {host}. Connect that address instead.",
    "This server points to another one. Give the address that you open in the browser.",
    "This task is there more than once; the latest is read.",
    "This task repeats in a way that only its own app can tick off.",
    "Too much of this file is no row; the rest of it is left out.",
    "Too much of this file is no task; the rest of it is left out.",
    "What is at this address is no calendar.",
    "What reads this kind of source is not installed any more.",
    "oO could not read this because of a fault of its own. It tries again later.",
    "{kind} can't be read; it is left out.",
    "{most} files are kept at most. Disconnect one first.",
    "{name} in this folder is connected already. Disconnect it, then add the folder.",
)
"""All of them; `tests/test_sentences.py` looks for others in the code."""
PARTS = (
    "cancellation date",
    "closing date",
    "completion date",
    "creation date",
    "deadline",
    "due date",
    "end date",
    "entry date",
    "last date",
    "scheduled date",
    "start date",
    "waiting date",
)
"""Words that are filled into them."""
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def template_of(text: str) -> tuple[str, dict[str, str]]:
    """The template that a sentence was filled from, with what was filled in; the sentence itself when it is none."""
    if text in SENTENCES:
        return text, {}
    for template, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return template, found.groupdict()
    return text, {}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The templates with places, those that say most first."""

    def all_of_them() -> Iterator[tuple[str, re.Pattern[str]]]:
        for template in sorted(SENTENCES, key=lambda one: (one.startswith("{"), -len(one))):
            if "{" in template:
                yield template, re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(template)), re.DOTALL)

    return tuple(all_of_them())
