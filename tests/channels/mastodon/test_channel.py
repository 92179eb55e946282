"""Mastodon passes the suite of all channels, and what is its own."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import settings, settings_channels
from bot.clock import Clock
from bot.errors import RequestRejected, SignatureRejected
from bot.messages import PUBLIC, REMOTE_URL, Kind, Message, Skipped, Thread
from bot.text import wording
from channels.base import RawRequest
from channels.mastodon import Mastodon, markup, payloads
from channels.mastodon.mentions import Pace
from tests.channels.conformance import NOW, Conformance, messages
from tests.fakes.mastodon import TOKEN

WEBSITE = "https://www.pontavel.example"
INSTANCE = "https://social.pontavel.example"
FIXTURES = Path(__file__).parent / "fixtures"
WORDING = wording.load(settings.read_office(Path(__file__).parents[3] / "office.yml"))
OURS = payloads.Own("108000000000000001", "mairie")
NO_HTTP: Any = None
"""What is pure needs no session."""


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))


def make(
    http: aiohttp.ClientSession = NO_HTTP,
    instance: str = INSTANCE,
    token: str = TOKEN,
    clock: Clock = lambda: NOW,
    pace: Pace | None = None,
) -> Mastodon:
    return Mastodon(http, settings_channels.Mastodon(instance=instance), token, WORDING, WEBSITE, clock, pace)


def posted(body: Any) -> RawRequest:
    return RawRequest("POST", "/channels/mastodon", json.dumps(body).encode())


def parsed(body: Any, ours: payloads.Own | None = OURS) -> Any:
    return payloads.event(body, ours, "social.pontavel.example", 4000)


def changed(name: str = "mention-public", **changes: Any) -> Any:
    body = fixture(name)
    body["status"].update(changes)
    return body


class TestMastodon(Conformance):
    """Nobody posts to us: there is no signature, and a posted request is never believed."""

    def channel(self, *secrets: str) -> Mastodon:
        return make()

    def request(self, text: str, secret: str) -> RawRequest:
        body = fixture("mention-direct")
        before = body["status"]["content"].partition(" et pour")[0]
        body["status"]["content"] = f"{before} {html.escape(text)}</p>"
        return posted(body)

    def unsigned(self, request: RawRequest) -> RawRequest:
        return request

    def tampered(self, request: RawRequest) -> RawRequest:
        return replace(request, headers={"x-hub-signature-256": "sha256=" + "0" * 64})

    def test_a_good_signature_is_believed(self) -> None:
        """There is none: even a genuine notification is not believed if somebody posts it."""
        with pytest.raises(SignatureRejected):
            self.channel(self.NEW).verify(self.request("bonjour", self.NEW))

    def test_a_rotated_secret_is_still_believed(self) -> None:
        """Nor is one that carries our token: only the server has it from us, and the server does not post."""
        request = replace(self.request("bonjour", self.NEW), headers={"authorization": f"Bearer {TOKEN}"})

        with pytest.raises(SignatureRejected):
            self.channel(self.NEW, self.OLD).verify(request)


def test_it_pulls() -> None:
    """Mentions are fetched, and no request is waited for."""
    assert (make().pulls, make().hears) == (True, False)


def test_a_public_mention() -> None:
    """Who said what, where it hangs, and that others read it."""
    (said,) = messages(make(), posted(fixture("mention-public")))

    assert said == Message(
        id="115843434354268379",
        address=said.address,
        text="quels papiers pour une carte d’identité ?",
        sent_at=NOW.replace(minute=29, second=52, microsecond=359000),
        thread=Thread(
            last_message_id="115843434354268379",
            visibility=PUBLIC,
            url="https://autre.example/@ada/115843434354268379",
        ),
        language_hint="fr",
    )
    assert str(said.address) == "mastodon:ada@autre.example"


def test_a_private_mention_by_a_neighbour() -> None:
    """An account of our own server gets its host; a direct status is read by nobody else."""
    (said,) = messages(make(), posted(fixture("mention-direct")))

    assert said.address.key == "paul@social.pontavel.example"
    assert said.text == "et pour un passeport ?\n\nMerci,\nPaul"
    assert said.thread is not None
    assert (said.thread.visibility, said.thread.references) == (None, ("115843434354268000",))


def test_a_warned_mention() -> None:
    """The warning is the first line; others' mentions, hashtags and the whole address of a link stay, ours goes."""
    said = parsed(fixture("mention-warned"))

    assert said.text == (
        "Voirie, rue des Lilas\n@bob et, voir https://www.journal.example/2026/01/une-tres-longue-adresse?page=2 #voirie"
    )
    assert said.thread.subject == "Voirie, rue des Lilas"
    assert said.thread.visibility == PUBLIC
    assert said.language_hint is None


def test_an_image_may_come_without_words() -> None:
    """It is fetched from where the server keeps it, and its description is its name; a video beside it is left."""
    said = parsed(fixture("mention-image"))

    assert (said.kind, said.text) == (Kind.TEXT, "")
    (image,) = said.attachments
    assert (image.name, image.media_type, image.size_bytes) == ("Un nid-de-poule devant l’école", "image/png", 0)
    assert image.url.startswith(REMOTE_URL + "https://files.pontavel.example/")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([{"type": "audio", "url": "https://files.example/a.mp3"}], "voice_unsupported"),
        ([{"type": "video", "url": "https://files.example/a.mp4"}], "unsupported"),
        ([{"type": "gifv", "url": "https://files.example/a.mp4"}], "unsupported"),
        ([{"type": "unknown", "url": None}], "unsupported"),
        ([{"type": "image", "url": None}], "unsupported"),
        ([{"type": "image", "url": "file:///etc/passwd"}], "unsupported"),
        ([{"no": "type"}, 7], "empty"),
        ([], "empty"),
    ],
)
def test_what_we_do_not_take_is_said(files: list[Any], told: str) -> None:
    """Without words, what cannot be read gets an answer of its own."""
    said = parsed(changed("mention-audio", media_attachments=files))

    assert (said.kind, said.text, said.attachments) == (Kind.UNREADABLE, told, ())


def test_a_video_beside_words_is_left() -> None:
    """The words are the message."""
    files = [{"type": "video", "url": "https://files.example/a.mp4"}]

    assert parsed(changed(media_attachments=files)).text == "quels papiers pour une carte d’identité ?"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (fixture("mention-bot"), "bot"),
        (fixture("favourite"), "reaction"),
        ({**fixture("favourite"), "type": "reblog"}, "reaction"),
        ({**fixture("favourite"), "type": "poll"}, "poll"),
        ({**fixture("favourite"), "type": "follow"}, "follow"),
        ({**fixture("favourite"), "type": "admin.report"}, "unknown"),
        (changed(reblog={"id": "1"}), "reaction"),
        (changed(account={"id": OURS.id, "acct": "mairie", "bot": True}), "echo"),
        (changed(account={"id": "1", "acct": "ada @everybody@autre.example"}), "malformed"),
        (changed(id="../../../etc"), "malformed"),
        (changed(created_at="0001-01-01T00:00:00+14:00"), "malformed"),
        (changed(created_at="2026-01-05T09:30:00"), "malformed"),
        ({"type": ["mention"]}, "malformed"),
        ({"type": "mention"}, "malformed"),
        ("texte", "malformed"),
    ],
)
def test_what_is_no_message(body: Any, reason: str) -> None:
    """Bots, ourselves, reactions and what cannot be read are skipped, each by its name."""
    assert parsed(body) == Skipped(reason)


@pytest.mark.parametrize(
    ("visibility", "shown"),
    [("public", PUBLIC), ("unlisted", PUBLIC), ("private", PUBLIC), ("direct", None), ("mutuals_only", PUBLIC)],
)
def test_only_a_direct_status_is_private(visibility: str, shown: str | None) -> None:
    """Whatever else a server knows may be read by others."""
    assert parsed(changed(visibility=visibility)).thread.visibility == shown


def test_a_plain_link_to_us_is_our_mention() -> None:
    """Not every server marks it as one."""
    ours = '<a href="https://social.pontavel.example/@mairie" rel="nofollow">@mairie@social.pontavel.example</a>'

    assert parsed(changed(content=f"<p>{ours} bonjour</p>")).text == "bonjour"


def test_what_is_quoted_is_not_said() -> None:
    """The address of a quoted status is put before the words by the server."""
    assert parsed(fixture("mention-quoting")).text == "C’est vrai aussi chez nous ?"


@pytest.mark.parametrize("field", ["spoiler_text", "media_attachments", "mentions", "language", "url"])
def test_nothing_may_be_null(field: str) -> None:
    """Servers with the same API write null where Mastodon leaves an empty list or text."""
    assert parsed(changed(**{field: None})).text == parsed(fixture("mention-public")).text


def test_our_mention_is_known_without_knowing_us() -> None:
    """Before the server was asked, the only account of its own that is mentioned is us; of two, none is taken out."""
    other = {"id": "3", "username": "paul", "acct": "paul", "url": f"{INSTANCE}/@paul"}
    one = changed()
    two = changed(mentions=[*one["status"]["mentions"], other])

    assert parsed(one, None).text == "quels papiers pour une carte d’identité ?"
    assert parsed(two, None).text == "@mairie quels papiers pour une carte d’identité ?"
    assert parsed(two).text == "quels papiers pour une carte d’identité ?"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>un</p><p>deux<br/>trois</p>", "un\n\ndeux\ntrois"),
        ("<ul><li>un</li><li>deux</li></ul>", "- un\n- deux"),
        ("<ol><li>un</li><li>deux</li></ol>", "1. un\n2. deux"),
        ("<pre><code>a\n  b</code></pre>", "a\n b"),
        ('<a href="https://a.example/x">ici</a>', "ici (https://a.example/x)"),
        ('<a href="https://a.example/x">https://banque.example</a>', "https://a.example/x"),
        ('<a href="https://a.example/x/">a.example/x</a>', "https://a.example/x/"),
        ('<a href="javascript:alert(1)">ici</a>', "ici"),
        ("a &lt;b&gt; &amp; c < d", "a <b> & c < d"),
        ("<script>alert(1)</script>fin", "fin"),
        ("<blockquote>cité</blockquote>réponse", "cité\n\nréponse"),
        ("<![x[ <!-- > </nothing> <a", "<![x[ <!-- > <a"),
        (
            '<p>vrai ?<span class="quote-inline"><br>RE: <a href="https://a.example/x"><span>a</span>…</a></span> oui</p>',
            "vrai ? oui",
        ),
        ('<a href="https://a.example/x">jamais fermé', "jamais fermé (https://a.example/x)"),
    ],
)
def test_markup_is_read_as_words(content: str, text: str) -> None:
    """What a status says in HTML, in plain text."""
    assert markup.plain_text(content, lambda page: False) == text


@pytest.mark.parametrize(
    "bad", ["<a ", "<!--", "<![CDATA[", "&#", "</", '<a b=">', "<p>", "\x00 ", "<ol><li>", "<a href=x class=mention>"]
)
@pytest.mark.timeout(10)
def test_broken_markup_takes_no_time(bad: str) -> None:
    """What is made to be slow to read is not."""
    markup.plain_text(bad * (markup.MAX_MARKUP_CHARS // len(bad)), lambda page: True)


def test_a_request_may_be_anything() -> None:
    """What is no notification is refused."""
    with pytest.raises(RequestRejected):
        make().parse(posted([1]))
