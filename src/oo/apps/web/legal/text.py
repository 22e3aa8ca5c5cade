"""The terms and the privacy page of an instance that somebody runs for themselves, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from oo.contracts.accounts import TERMS_VERSION
from oo.contracts.words import Translator


@dataclass(frozen=True, slots=True)
class LegalView:
    """A page of headings with a few lines each."""

    title: str
    lede: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    version: str


def terms(t: Translator) -> LegalView:
    """What is agreed by signing in."""
    return LegalView(
        title=t("Terms"),
        lede=t("Short, because there is little to agree on."),
        sections=(
            (t("What oO is"), (t("oO shows one tip at a time, made from what you connect. It is a suggestion by a program; you decide."),)),
            (
                t("Who runs it"),
                (t("Whoever runs this instance is responsible for it: for the machine, its safety and its back-ups. There is no other server behind it."),),
            ),
            (
                t("What you agree to"),
                (
                    t("Connect only what is yours to connect."),
                    t("oO writes only what you say, “done”, and only after the time to undo has passed."),
                ),
            ),
            (t("What is not promised"), (t("oO comes as it is. What must not be missed deserves a second reminder elsewhere."),)),
            (t("How it ends"), (t("Delete everything in Settings, whenever you like. It happens at once."),)),
        ),
        version=t("Version of {date}", date=TERMS_VERSION),
    )


def privacy(t: Translator) -> LegalView:
    """What is kept, for how long, where it goes, and how to end it."""
    return LegalView(
        title=t("Privacy page"),
        lede=t("oO understands your day without owning it."),
        sections=(
            (
                t("What is kept, and for how long"),
                (
                    t("Titles of tasks: encrypted with your own key, for a day after the last read that named them."),
                    t("Calendars: only which times are taken, never what for."),
                    t("Things you write down here: encrypted with your own key, until they are done or you delete them."),
                    t("Decisions and reactions: 30 days, without their words."),
                    t("That something was finished, and when: 400 days, without its words."),
                    t("Messages between the parts of oO: 7 days, their words encrypted with your own key."),
                    t("Your name, your settings, where you are signed in, and that you accepted these pages: until you delete them."),
                ),
            ),
            (
                t("Where it goes"),
                (
                    t("Nowhere. oO works on this machine, its pages load nothing from elsewhere, and no model in a cloud is asked."),
                    t("One cookie keeps you signed in. None follows you."),
                ),
            ),
            (
                t("Who can read it"),
                (t("Whoever runs this instance holds the machine and its keys. Encryption guards what is copied from it, not what is done on it."),),
            ),
            (
                t("What you can do"),
                (
                    t("Take everything with you as one readable file, or delete everything. Both are in Settings."),
                    t("Deleting destroys your key, so what remains in a back-up cannot be read. Back-ups of keys are kept for 30 days at most."),
                    t("Questions go to whoever runs this instance."),
                ),
            ),
        ),
        version=t("Version of {date}", date=TERMS_VERSION),
    )
