"""The pure half of the Telegram channel: what an update means, and how a reply looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from bot.errors import PayloadRejected, SignatureRejected
from bot.messages import REMOTE_URL, Address, Kind, Location, Message, Skipped
from channels.base import RawRequest
from channels.telegram import SECRET_HEADER, TelegramChannel
from channels.telegram.payloads import COMMANDS, LIMITS, Us
from tests.channels.conformance import Conformance
from tests.channels.telegram import ROOT, channel, fixture, only, parsed, request

CITIZEN = Address("telegram", "700000001")
GROUP = Address("telegram", "-1001234567890")
SENT = datetime(2026, 1, 5, 9, 30, tzinfo=timezone.utc)


class TestConformance(Conformance):
    def channel(self, *secrets: str) -> TelegramChannel:
        return channel(*secrets)

    def request(self, text: str, secret: str) -> RawRequest:
        update = fixture("text")
        update["message"]["text"] = text
        return request(update, secret)

    def unsigned(self, request: RawRequest) -> RawRequest:
        return replace(request, headers={"content-type": "application/json"})

    def tampered(self, request: RawRequest) -> RawRequest:
        return replace(request, headers={**request.headers, SECRET_HEADER: "x" * 40})


def with_text(text: str) -> dict[str, Any]:
    update = fixture("text")
    update["message"]["text"] = text
    return update


def test_a_text_is_a_message_of_its_chat() -> None:
    """Everything that the core and the inbox need is in it."""
    assert only(fixture("text")) == Message(
        id="700000001.364",
        address=CITIZEN,
        text="Comment refaire ma carte d’identité ?",
        sent_at=SENT,
        language_hint="fr",
        receipt="chat",
    )


def test_a_link_opens_a_conversation_with_its_payload() -> None:
    """https://t.me/pontavel_bot?start=carte-identite arrives as START."""
    message = only(fixture("start"))

    assert (message.kind, message.text) == (Kind.START, "carte-identite")


@pytest.mark.parametrize("text", ["/start", "/start ", "/start@pontavel_bot", "/Start"])
def test_a_plain_start_has_no_payload(text: str) -> None:
    """The button that everybody presses first."""
    message = only(with_text(text))

    assert (message.kind, message.text) == (Kind.START, "")


def test_words_behind_start_are_not_lost() -> None:
    """What no link can carry was typed: it is the citizen's question."""
    message = only(with_text("/start j’ai perdu ma carte"))

    assert (message.kind, message.text) == (Kind.TEXT, "j’ai perdu ma carte")


@pytest.mark.parametrize("typed", ["/aide", "/help", "/AIDE", "/aide@pontavel_bot"])
def test_a_command_of_the_menu_is_a_sentence(typed: str) -> None:
    """The core understands words, not commands."""
    assert only(with_text(typed)).text == "Quelles questions je peux poser ?"


def test_the_sentences_of_commands_are_what_the_core_was_trained_on() -> None:
    """Else the menu would offer what is not understood."""
    trained = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "nlu" / "intents").glob("*.yml")).lower()

    for sentence in COMMANDS.values():
        assert f"- {sentence.replace('’', chr(39)).rstrip(' ?').lower()}" in trained


def test_an_unknown_command_is_only_text() -> None:
    """Nobody commands the bot from outside."""
    assert only(with_text("/restart")).text == "/restart"


def test_the_largest_size_of_a_photo_is_taken_with_its_caption() -> None:
    """Telegram lists a photo in several sizes."""
    message = only(fixture("photo"))
    (photo,) = message.attachments

    assert message.text == "Un nid-de-poule devant l’école"
    assert (photo.name, photo.media_type, photo.size_bytes) == ("photo.jpg", "image/jpeg", 131072)
    assert photo.url == f"{REMOTE_URL}AgACAgQAAxkBAAICexampley"


def test_a_size_over_the_limit_is_passed_over() -> None:
    """The next one shows the same."""
    update = fixture("photo")
    update["message"]["photo"][-1]["file_size"] = LIMITS.attachment_bytes + 1

    assert only(update).attachments[0].url == f"{REMOTE_URL}AgACAgQAAxkBAAICexamplex"


def test_a_photo_without_words_is_a_message() -> None:
    """An album's pictures mostly are."""
    update = fixture("photo")
    del update["message"]["caption"]
    message = only(update)

    assert (message.kind, message.text, len(message.attachments)) == (Kind.TEXT, "", 1)


def test_a_document_keeps_its_name_and_type() -> None:
    """What the citizen declared; the bytes are looked at later."""
    message = only(fixture("document"))
    (document,) = message.attachments

    assert message.text == "Mon justificatif"
    assert (document.name, document.media_type, document.size_bytes) == ("justificatif.pdf", "application/pdf", 48211)


def test_a_documents_name_has_no_hidden_characters() -> None:
    """A name that reads backwards hides what a file is."""
    update = fixture("document")
    update["message"]["document"]["file_name"] = "photo\u202egpj.exe"

    assert only(update).attachments[0].name == "photogpj.exe"


@pytest.mark.parametrize(("name", "at"), [("location", (48.117266, -1.6777926)), ("venue", (48.1173, -1.6778))])
def test_a_place_is_a_location(name: str, at: tuple[float, float]) -> None:
    """A pin on the map and a named place alike."""
    message = only(fixture(name))

    assert (message.kind, message.text, message.location) == (Kind.LOCATION, "", Location(*at))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("voice", "voice_unsupported"),
        ("animation", "unsupported"),
        ("sticker", "unsupported"),
        ("contact", "unsupported"),
        ("poll", "unsupported"),
        ("checklist", "unsupported"),
        ("live_location", "unsupported"),
    ],
)
def test_what_is_not_read_is_answered(name: str, reason: str) -> None:
    """Silence would look like a fault."""
    message = only(fixture(name))

    assert (message.kind, message.text, message.attachments) == (Kind.UNREADABLE, reason, ())


def test_the_words_beside_a_video_are_read() -> None:
    """« Au secours » under a video is a cry for help."""
    words, answer = parsed(fixture("video"))

    assert isinstance(words, Message)
    assert isinstance(answer, Message)
    assert (words.kind, words.text) == (Kind.TEXT, "La fuite d’eau rue des Lilas")
    assert (answer.kind, answer.text) == (Kind.UNREADABLE, "unsupported")
    assert words.id != answer.id


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("pinned", "service"),
        ("auto_delete_timer", "service"),
        ("callback_inline", "unknown"),
        ("edited_live_location", "edit"),
        ("blocked", "blocked"),
        ("unblocked", "unblocked"),
        ("group_talk", "group"),
        ("topic_talk", "group"),
        ("automatic_forward", "group"),
        ("channel_post", "group"),
        ("other_bot", "bot"),
        ("inline_query", "unknown"),
        ("reaction", "unknown"),
    ],
)
def test_what_is_not_for_us_is_skipped_by_name(name: str, reason: str) -> None:
    """A metric counts by it."""
    assert list(parsed(fixture(name))) == [Skipped(reason)]


def test_an_edit_is_a_message_of_its_own() -> None:
    """Each edit has its moment in its id, which is that of the first message otherwise."""
    message = only(fixture("edited"))

    assert (message.kind, message.text) == (Kind.EDIT, "Comment refaire mon passeport ?")
    assert message.id == "700000001.364.e1767605460"


def test_a_pressed_button_brings_its_token_and_title() -> None:
    """The token is obeyed, the title is what the transcript shows."""
    message = only(fixture("callback"))

    assert (message.pressed, message.text) == ("c.aB9dE2fG7hJ4kL6m", "En partie")
    assert message.id == "700000001.c3006477107300000001"
    assert message.receipt == "callback:3006477107300000001"
    assert message.address == CITIZEN


def test_a_button_of_an_old_message_still_counts() -> None:
    """Telegram no longer tells what stood on it."""
    message = only(fixture("callback_old"))

    assert (message.pressed, message.text, message.address) == ("c.aB9dE2fG7hJ4kL6m", "", CITIZEN)


def test_a_pressed_button_without_its_message_goes_to_who_pressed() -> None:
    """A private chat has the citizen's number."""
    update = fixture("callback")
    del update["callback_query"]["message"]

    assert only(update).address == CITIZEN


@pytest.mark.parametrize("name", ["group_added", "group_command", "group_reply"])
def test_a_group_that_calls_us_is_declined_without_being_read(name: str) -> None:
    """Nothing of what was said there is kept, not even who said it."""
    message = only(fixture(name))

    assert message == Message(f"{GROUP.key}.group.2026-01-05", GROUP, "", SENT, kind=Kind.GROUP)


def test_a_command_for_another_bot_is_not_for_us_once_we_know_our_name() -> None:
    """Until then it may be."""
    assert only(fixture("group_other_command")).kind is Kind.GROUP


def test_a_reply_to_another_bot_is_not_for_us() -> None:
    """Our own number stands in our token."""
    update = fixture("group_reply")
    update["message"]["reply_to_message"]["from"]["id"] = 999

    assert list(parsed(update)) == [Skipped("group")]


def test_a_malformed_update_is_skipped_not_refused() -> None:
    """A refusal would make Telegram send it again, and all others later."""
    update = fixture("text")
    update["message"]["chat"]["id"] = "seven"

    assert list(parsed(update)) == [Skipped("malformed")]


@pytest.mark.parametrize(
    ("name", "part", "missing"), [("voice", "voice", "file_unique_id"), ("text", "from", "first_name")]
)
def test_what_we_do_not_read_may_be_missing(name: str, part: str, missing: str) -> None:
    """A client, a test or a coming version of the API leaves it out, and the citizen is answered all the same."""
    update = fixture(name)
    del update["message"][part][missing]

    assert only(update) == only(fixture(name))


def test_what_we_do_not_read_may_be_anything() -> None:
    """It costs no citizen an answer."""
    update = fixture("text")
    update["message"]["forward_origin"] = update["message"]["sticker_of_tomorrow"] = ["new"]

    assert only(update) == only(fixture("text"))


def test_the_towns_own_posts_call_nobody() -> None:
    """A channel's post that names us stands in its discussion group, and nobody there has asked."""
    us = channel()
    us._us = Us(4200, "pontavel_bot")

    assert list(parsed(fixture("automatic_forward"), us)) == [Skipped("group")]


def test_what_is_no_update_is_refused() -> None:
    """An update has a number."""
    with pytest.raises(PayloadRejected):
        parsed({"message": fixture("text")["message"]})


def test_a_language_that_is_none_is_no_hint() -> None:
    """What a client sends is believed only if it is a tag."""
    update = fixture("text")
    update["message"]["from"]["language_code"] = "fr; drop"

    assert only(update).language_hint is None


def test_an_empty_secret_opens_no_door() -> None:
    """A request without the header would carry it."""
    with pytest.raises(SignatureRejected):
        channel("").verify(replace(request(fixture("text")), headers={}))
