"""A mail: the same words twice, links that ask first, the way out in its head, and nothing that phones home."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo.contracts.channels import Answer, Message
from oo.plugins.channels.email.composing import compose
from oo.plugins.channels.email.plugin import mailbox
from oo.testing.channel_cases import TOKEN, message

SITE = "https://oo.example.org"


def mail(site: str = SITE, made: Message | None = None) -> EmailMessage:
    found = message_from_bytes(
        compose(made or message(), "oO <oo@example.org>", "lena@example.org", site).data, policy=default
    )
    assert isinstance(found, EmailMessage)
    return found


def text(of: EmailMessage, kind: str) -> str:
    part = of.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content


class Links(HTMLParser):
    """The links, and whatever else names an address."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.other: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in ("src", "href", "background", "action") or "url(" in (value or ""):
                self.other.append(f"{tag} {name}")


def test_one_click_is_in_the_head_as_rfc_8058_has_it() -> None:
    composed = mail()
    assert composed["List-Unsubscribe"] == f"<{SITE}/answer/stop/{TOKEN}>"
    assert composed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert composed["Auto-Submitted"] == "auto-generated"


def test_one_click_is_for_https_alone() -> None:
    composed = mail("http://127.0.0.1:8042")
    assert composed["List-Unsubscribe"] and composed["List-Unsubscribe-Post"] is None


def test_the_words_are_the_same_as_text_and_as_html_and_nothing_is_loaded() -> None:
    composed = mail()
    assert composed.get_content_type() == "multipart/alternative"
    html = text(composed, "html")
    links = Links()
    links.feed(html)
    assert links.links == [
        f"{SITE}/answer/done/{TOKEN}",
        f"{SITE}/answer/snooze/{TOKEN}",
        f"{SITE}/answer/dismiss/{TOKEN}",
        f"{SITE}/",
        f"{SITE}/answer/stop/{TOKEN}",
    ]
    assert links.other == []
    assert set(links.links) == set(re.findall(r"https://\S+", text(composed, "plain")))
    for words in (message().title, message().why):
        assert words in text(composed, "plain") and words in html


def test_the_same_message_has_the_same_id() -> None:
    assert mail()["Message-ID"] == mail()["Message-ID"] == f"<{message().id}@example.org>"


@given(st.text(min_size=1, max_size=300), st.text(max_size=300))
def test_no_words_break_out_of_head_or_page(title: str, body: str) -> None:
    made = message(title=title, body=body, answers=(Answer("stop", title, TOKEN),))
    composed = mail(made=made)
    assert set(composed.keys()) == set(mail().keys())
    assert len(composed.get_all("To", [])) == 1 and composed["Bcc"] is None
    links = Links()
    links.feed(text(composed, "html"))
    assert links.other == [] and len(links.links) == 2


@pytest.mark.parametrize("sender", ["", "oO", "oO <oo@>"])
def test_a_sender_that_is_none_is_refused(sender: str) -> None:
    with pytest.raises((ValueError, MessageError, IndexError)):
        compose(message(), sender, "lena@example.org", SITE)


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_mailbox_or_none(typed: str) -> None:
    found = mailbox(typed)
    assert found is None or (typed.count("@") == 1 and not set(typed) & set(" \r\n<>,;"))
