"""What is wrong with a candidate that invents nothing: not one startable act, too long, unkind, generic, a repeat."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from oo.contracts.decisions import Kind
from oo.contracts.writing import Print
from oo.engine.composer import CONTENT_LIMIT
from oo.ml.serving.lexicon import Lexicon
from oo.ml.serving.naming import PLACE, Fault, Names, filled, outside, own_words
from oo.ml.serving.prints import print_of, repeats

LONGEST = 14
"""Words of its own."""


def criticised(
    text: str,
    known: Names,
    words: Lexicon,
    before: Collection[Print],
    kind: Kind = "task",
    examples: Collection[str] = (),
) -> Iterator[Fault]:
    """The faults of a template whose placeholders are known to be good, the gravest first.

    `examples` are texts that the prompt shows: small models say them of anything.
    """
    own = own_words(text)
    if own and repeats(print_of(" ".join(own)), (print_of(" ".join(own_words(one))) for one in examples)):
        yield Fault("echo", "Those are the words of an example. Read the title, and write the first act for that.")
    elif own and any(set(own) <= set(own_words(thing.title)) for thing in known.things.values()):
        yield Fault("echo", "The title is known. Say what to do first for that, in other words.")
    if blunt := sorted(set(own) & words.unkind):
        yield Fault("unkind", f"No pressure, blame or praise: without {', '.join(blunt[:5])}.")
    if kind != "insight":
        yield from _as_act(text, own, words, kind)
    content = filled(text, known)
    if len(content) > CONTENT_LIMIT or len(own) > LONGEST:
        yield Fault("length", f"At most {LONGEST} words beside the placeholders, {CONTENT_LIMIT} characters in all.")
    if repeats(print_of(content), before):
        yield Fault("repeat", "This was said lately; say something else.")


def _as_act(text: str, own: Sequence[str], words: Lexicon, kind: Kind) -> Iterator[Fault]:
    """The faults of what is to ask for one act; of advice there is no title that says the rest."""
    if not set(own) - words.generic:
        yield Fault("generic", "Say what to do first, concretely; the title alone is known.")
    if kind == "advice" and (not own or own[0] not in words.advised or text.lstrip().startswith("{")):
        yield Fault("no act", "Begin with one act that is small and binds to nothing: open, put, step, write.")
    elif not own or own[0] not in words.acts:
        yield Fault("no act", "Begin with one act that can be started at once, such as a verb: open, write, ring.")
    elif set(own) & words.thens or (kind != "advice" and _is_several(text)):
        yield Fault("several acts", "One sentence with one act.")


def _is_several(text: str) -> bool:
    """Whether there is more than one sentence; a placeholder may stand after the first."""
    stops = len(re.findall(r"[.?](?=\s|$)", PLACE.sub("x", text)))
    return stops > 1 or ";" in text or re.search(r"[.?]\s+\w", outside(text, "\0")) is not None
