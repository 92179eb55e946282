"""Replies as mail: one mail, readable as text and as HTML, in the right thread, and nothing in it that fetches."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bot.errors import SignatureRejected
from bot.messages import FILE_URL, Attachment, Author, Button, Reply, Source, Thread
from channels.base import Channel, RawRequest
from channels.email import Email, rendering
from tests.channels.conformance import Rendering
from tests.channels.email.mails import SECRETS, WORDING, mail
from tests.channels.email.reading import VOIRIE
from tests.channels.email.sending import REPLY, THREAD, options, sender

SITE = "https://www.pontavel.example"


def rendered(reply: Reply, thread: Thread = THREAD) -> dict[str, object]:
    return rendering.mail(reply, thread, SITE, WORDING).payload


def text(reply: Reply, thread: Thread = THREAD) -> str:
    return str(rendered(reply, thread)["text"])


def page(reply: Reply, thread: Thread = THREAD) -> str:
    return str(rendered(reply, thread)["html"])


def subject(given: str | None) -> str:
    return rendering.subject(given, "fr", WORDING)


class TestEmail(Rendering):
    """What holds for every channel, as far as it applies to one that fetches."""

    def channel(self, *secrets: str) -> Channel:
        return Email(options(), dict.fromkeys(options().mailboxes, "x"), secrets, WORDING, sender())

    def test_no_request_is_believed(self) -> None:
        """Mail is fetched: whoever posts one is refused."""
        with pytest.raises(SignatureRejected):
            self.channel(*SECRETS).verify(RawRequest("POST", "/channels/email", mail("Bonjour")))


class Elements(HTMLParser):
    """Elements, their attributes, and whether each is closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Trottoir", "Re: Trottoir"),
        ("Re: Trottoir", "Re: Trottoir"),
        ("RE : Re: Rép : AW: Trottoir", "Re: Trottoir"),
        ("Re[2]: Trottoir", "Re: Trottoir"),
        ("TR: Trottoir", "Re: TR: Trottoir"),
        ("Rentrée : horaires", "Re: Rentrée : horaires"),
        ("Trottoir\r\nBcc: eve@evil.example", "Re: Trottoir Bcc: eve@evil.example"),
        ("  a\t\tb \u2028 c\x00", "Re: a b c"),
        ("Re:", "Votre message · Mairie de Pontavel"),
        ("", "Votre message · Mairie de Pontavel"),
        (None, "Votre message · Mairie de Pontavel"),
    ],
)
def test_a_subject_says_re_once(given: str | None, said: str) -> None:
    """On one line, whatever programs of several languages have put before it."""
    assert subject(given) == said


def test_a_long_subject_is_shortened() -> None:
    """Also one that is made of nothing but marks of answers."""
    assert len(subject("mot " * 10_000)) <= rendering.MAX_SUBJECT_CHARS
    assert subject("mot " * 10_000).endswith("…")
    assert subject("Re: " * 100_000) == subject("")


def test_a_mail_stands_in_its_thread() -> None:
    """Under the citizen's last mail, with those before it; what is no Message-ID is left out."""
    thread = Thread("<3@x.example>", ("<1@x.example>", "not one", "<2@x.example>", "<é@x.example>", "<a b@x>"), "Trou")
    found = rendered(REPLY, thread)

    assert found["in_reply_to"] == "<3@x.example>"
    assert found["references"] == ["<1@x.example>", "<2@x.example>", "<3@x.example>"]


def test_a_long_thread_keeps_its_root() -> None:
    """The first mail and the last ones, as programs build their threads from."""
    ids = tuple(f"<{number}@x.example>" for number in range(500))
    found = rendered(REPLY, Thread("<last@x.example>", ids))["references"]

    assert isinstance(found, list)
    assert len(found) == rendering.MAX_REFERENCES + 1
    assert (found[0], found[-2:]) == (ids[0], [ids[-1], "<last@x.example>"])


def test_a_letter_without_an_id_has_no_thread() -> None:
    """A form, or a mail that has lost its Message-ID."""
    found = rendered(REPLY, Thread())

    assert (found["in_reply_to"], found["references"], found["mailbox"]) == ("", [], "")
    assert rendered(REPLY, Thread(mailbox=VOIRIE))["mailbox"] == VOIRIE


def test_who_speaks_is_said() -> None:
    """An agent by name and service; the assistant and the system each as what they are."""
    reply = Reply("r.1", "Bonjour.", author=Author.AGENT, name="Camille Martin", service="Voirie")
    agent, bot, system = (text(replace(reply, author=author)) for author in (Author.AGENT, Author.BOT, Author.SYSTEM))

    assert agent.endswith("\n-- \nCamille Martin, Voirie\nMairie de Pontavel\n")
    assert "assistant automatique" in bot
    assert "Message automatique" in system
    assert "automatique" not in agent
    assert "Camille" not in bot + system
    for author in Author:
        assert rendering.signature(replace(reply, author=author), WORDING).split("\n")[0] in page(
            replace(reply, author=author)
        )


def test_the_office_is_not_named_twice() -> None:
    """A suggested reply ends with it: then the agent's name alone is added."""
    signed = "Bonjour.\n\nService Voirie\nMairie de Pontavel\nTéléphone : 02 61 91 40 00"
    reply = Reply("r.1", signed, author=Author.AGENT, name="Camille Martin")

    assert text(reply).endswith("40 00\n\n-- \nCamille Martin\n")
    assert rendering.signature(replace(reply, name=""), WORDING) == "Mairie de Pontavel"


def test_text_is_wrapped_for_readers() -> None:
    """Lines of at most 76 characters; paragraphs, list lines and addresses stay what they are."""
    url = f"{SITE}/{'a' * 120}"
    said = text(Reply("r.1", f"{'mot ' * 60}\n\n- {'point ' * 30}\n- court\n\n{url}"))
    lines = said.split("\n")

    assert all(len(line) <= rendering.COLUMNS for line in lines if line != url)
    assert url in lines
    assert "- court" in lines
    assert lines[lines.index("") + 1].startswith("- point")
    assert lines[lines.index("") + 2].startswith("  point")


def test_choices_are_numbered() -> None:
    """A mail has no buttons: the citizen answers by number."""
    said = text(Reply("r.1", "Lequel ?", buttons=(Button("Passeport", "c.1"), Button("Carte d’identité", "c.2"))))

    assert "1. Passeport\n2. Carte d’identité\n" in said
    assert "numéro" in said
    assert "c.1" not in json.dumps(rendered(Reply("r.1", "Lequel ?", buttons=(Button("Passeport", "c.1"),))))


def test_sources_stand_at_the_end() -> None:
    """With whole addresses, also of what is on the town's site; what is no web address is no link."""
    sources = (Source("Carte", "/articles/carte"), Source("Service-Public", "https://www.service-public.fr/F1"))
    reply = Reply("r.1", "Voici.", sources=(*sources, Source("Autre", "javascript:alert(1)")))

    assert f"- Carte\n  {SITE}/articles/carte\n- Service-Public\n" in text(reply)
    links = [attributes["href"] for tag, attributes in Elements(page(reply)).found if tag == "a"]
    assert links == [f"{SITE}/articles/carte", "https://www.service-public.fr/F1"]


def test_the_page_is_sound() -> None:
    """It names its language, closes what it opens, and holds nothing that is fetched, runs, or counts readers."""
    reply = Reply("r.1", 'Un <b>texte</b> & "cela".\n\n- un\n- deux\n\nDeux\nlignes : https://x.example/?a=1&b=2.')
    elements = Elements(page(reply))
    names = {tag for tag, _ in elements.found}

    assert elements.open == []
    assert elements.found[0] == ("html", {"lang": "fr"})
    assert names <= {"html", "head", "meta", "title", "body", "p", "br", "ul", "li", "a", "hr"}
    assert "&lt;b&gt;texte&lt;/b&gt; &amp; &quot;cela&quot;" in page(reply)
    assert "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>" in page(reply)
    assert '<a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a>.' in page(reply)


def test_arabic_runs_from_the_right() -> None:
    """Its page says so, and its language."""
    assert Elements(page(Reply("r.1", "مرحبا", language="ar"))).found[0] == ("html", {"lang": "ar", "dir": "rtl"})


def test_words_cannot_become_markup() -> None:
    """Neither an agent's name, nor a source's title, nor a subject."""
    evil = '"><script>alert(1)</script>'
    reply = Reply(
        "r.1", evil, author=Author.AGENT, name=evil, service=evil, sources=(Source(evil, f"https://x/{evil}"),)
    )

    assert "script" not in {tag for tag, _ in Elements(page(reply, Thread(subject=evil))).found}


def test_files_go_along_or_are_links() -> None:
    """What we keep is named for the sender to fetch; what lies elsewhere is a link."""
    reply = Reply(
        "r.1",
        "Voici.",
        attachments=(
            Attachment("plan.pdf", "application/pdf", 3, f"{FILE_URL}7"),
            Attachment("Carte", "text/html", 3, "https://x.example/carte"),
        ),
    )

    assert rendered(reply)["files"] == [{"name": "plan.pdf", "media_type": "application/pdf", "url": f"{FILE_URL}7"}]
    assert "- Carte\n  https://x.example/carte" in text(reply)


@pytest.mark.parametrize("said", ["", " ", "\n\n\n", "a\r\nb", "\x00\ud800", "- ", "x" * 100_000, "https://" * 10_000])
def test_any_text_becomes_a_mail(said: str) -> None:
    """However odd: it has both forms, and is JSON."""
    found = rendered(Reply("r.1", said))

    assert json.loads(json.dumps(found)) == found
    assert Elements(str(found["html"])).open == []
