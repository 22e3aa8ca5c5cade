"""The words of a Markdown line as a person would say them: links by their names, without marks of layout."""

from __future__ import annotations

import re

from oo.contracts.reading import clean

_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_DROPPED = re.compile(r"<!--.*?-->|%%.*?%%|<%.*?%>|!\[\[[^\[\]]*\]\]|\[\^[^\]\s]+\]|<br\s*/?>", re.IGNORECASE)
_WIKI = re.compile(r"\[\[([^\[\]|]*)(?:\|([^\[\]]*))?\]\]")
_IMAGE = re.compile(r"!\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?([^()<>\s]*(?:\([^()\s]*\)[^()\s]*)*)>?(?:\s+\"[^\"]*\")?\)")
_ADDRESS = re.compile(r"<((?:https?|mailto|ftp):[^<>\s]+)>")
_HTML = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
_STRONG = re.compile(r"(\*\*\*|\*\*|==|~~|(?<!\w)__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=[^\s_])([^_]+?)(?<=[^\s_])_(?!\w)"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_TAG = re.compile(r"(?:^|(?<=\s))#(?=[^\s#]*[^\s\d#])([^\s!@#$%^&*(),.?\":{}|<>]+)")
_SIGNS = re.compile("[📅📆🗓⏳⌛🛫➕✅❌⏰🔁🆔⛔🏁🔺⏫🔼🔽⏬]\ufe0f?\\s*$")
_FILE_END = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)
_LONGEST = 1_000
"""Characters of a line that are looked at for its title, which is shorter than that."""
# Stands for text that is not to be touched; a NUL is in no line that is read.
_HELD = re.compile("\x00(\\d+)\x00")


def tags(text: str) -> list[str]:
    """The tags among the words, outside code, without their signs."""
    return _TAG.findall(_CODE.sub(" ", text))


def title(text: str, trailing: tuple[str, ...] = ()) -> str:
    """The title of a line: tags before the words go, tags among them lose their sign; with no words, the tags.

    >>> title("#task Call [[People/Ada|Ada]] about **the** #garden [plan](https://example.com)")
    'Call Ada about the garden plan'
    """
    words = text.strip()[:_LONGEST]
    while (leading := _TAG.match(words)) is not None:
        words = words[leading.end() :].lstrip()
    plain = _plain(words)
    if re.search(r"\w", _TAG.sub("", words)) and re.search(r"\w", plain):
        return plain
    return clean(" ".join((*tags(text), *trailing))) or plain or _plain(text[:_LONGEST])


def _plain(text: str) -> str:
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[match.lastindex or 0])
        return f"\0{len(held) - 1}\0"

    text = _CODE.sub(hold, text.replace("\0", " "))
    text = _ESCAPE.sub(hold, text)
    text = _DROPPED.sub(" ", text)
    text = _IMAGE.sub(r"\1", text)
    text = _WIKI.sub(_wiki, text)
    text = _LINK.sub(lambda link: link[1] or "", text)
    text = _ADDRESS.sub(r"\1", text)
    text = _HTML.sub("", text)
    for _ in range(3):
        text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(lambda match: match[1] or match[2], text)
    text = _TAG.sub(lambda tag: tag[1].replace("_", " "), text)
    text = _SIGNS.sub("", text)
    return clean(_HELD.sub(lambda place: held[int(place[1])], text))


def _wiki(link: re.Match[str]) -> str:
    if link[2]:
        return str(link[2]).lstrip("#")
    name, _, heading = link[1].partition("#")
    shown = name.rpartition("/")[2] or heading.rpartition("#")[2].lstrip("^")
    return _FILE_END.sub("", shown.strip())
