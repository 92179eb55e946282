"""What Messenger's webhooks hold."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.messages import (
    PUBLIC,
    REMOTE_URL,
    Address,
    Author,
    Button,
    Fate,
    Kind,
    Location,
    Message,
    Reply,
    Skipped,
    Status,
    Thread,
)
from channels.meta.reading import MALFORMED
from tests.channels.conformance import NOW, THREAD
from tests.channels.meta.payloads import events, fixture, message, messenger

AT = datetime(2025, 11, 28, 9, 30, 0, 123000, tzinfo=timezone.utc)
CITIZEN = Address("messenger", "24680135792468")
TOKEN = "c.AbCdEfGhIjKlMnOp"


def test_a_text_is_read() -> None:
    """Who said what, and when."""
    said = message("messenger_text")

    assert said == Message("m_text1", CITIZEN, "Où refaire ma carte d’identité ?", AT, receipt="m_text1")


@pytest.mark.parametrize("name", ["messenger_quick_reply", "messenger_postback"])
def test_a_button_is_pressed(name: str) -> None:
    """Its token comes with its title."""
    said = message(name)

    assert (said.kind, said.pressed, said.text) == (Kind.TEXT, TOKEN, "Passeport")


@pytest.mark.parametrize("payload", ["/restart", "c.short", f"{TOKEN}x", ""])
def test_what_is_no_token_of_ours_is_only_its_title(payload: str) -> None:
    """A button of somebody else's commands nothing."""
    data = fixture("messenger_postback")
    data["entry"][0]["messaging"][0]["postback"]["payload"] = payload
    (said,) = events("messenger", data)

    assert isinstance(said, Message)
    assert (said.pressed, said.text) == (None, "Passeport")


@pytest.mark.parametrize("name", ["messenger_get_started", "messenger_referral"])
def test_an_opening_carries_its_link(name: str) -> None:
    """`m.me/page?ref=…` starts a conversation with what it carries."""
    said = message(name)

    assert (said.kind, said.text, said.address) == (Kind.START, "guichet-dechets", CITIZEN)


def test_photos_are_left_at_the_provider() -> None:
    """Each with the address that `fetch` needs."""
    said = message("messenger_photo")

    assert said.text == ""
    assert [(one.name, one.media_type, one.size_bytes) for one in said.attachments] == [
        ("photo.jpg", "image/jpeg", 0)
    ] * 2
    assert all(one.url.startswith(f"{REMOTE_URL}https://scontent.") for one in said.attachments)


def test_a_document_has_its_name() -> None:
    """The address is all that tells of it."""
    (one,) = message("messenger_file").attachments

    assert (one.name, one.media_type) == ("justificatif domicile.pdf", "application/pdf")


def test_a_caption_is_the_text() -> None:
    """A text beside a photo."""
    data = fixture("messenger_photo")
    data["entry"][0]["messaging"][0]["message"]["text"] = "Le trou, rue des Lilas"
    (said,) = events("messenger", data)

    assert isinstance(said, Message)
    assert (said.text, len(said.attachments)) == ("Le trou, rue des Lilas", 2)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("messenger_voice", "voice_unsupported"),
        ("messenger_sticker", "unsupported"),
        ("messenger_sticker_both", "unsupported"),
        ("messenger_sticker_new", "unsupported"),
        ("messenger_fallback", "unsupported"),
    ],
)
def test_what_is_not_taken_says_why(name: str, reason: str) -> None:
    """A thumb up is no photo, a voice message has a sentence of its own."""
    said = message(name)

    assert (said.kind, said.text, said.attachments) == (Kind.UNREADABLE, reason, ())


def test_a_place_is_a_place() -> None:
    """A pinned location."""
    said = message("messenger_location")

    assert (said.kind, said.location) == (Kind.LOCATION, Location(47.31, -1.52))


def test_an_edit_is_a_message_of_its_own() -> None:
    """The same message edited twice is two edits."""
    again = fixture("messenger_edit")
    again["entry"][0]["messaging"][0]["message_edit"]["num_edit"] = 2
    first, (second,) = message("messenger_edit"), events("messenger", again)

    assert isinstance(second, Message)
    assert (first.kind, first.text) == (Kind.EDIT, "Où refaire mon passeport ?")
    assert len({first.id, second.id, message("messenger_text").id}) == 3


def test_an_echo_with_our_key_tells_that_they_have_it() -> None:
    """It is what is heard of a message whose receipt was lost."""
    assert events("messenger_echo") == [Status(Fate.TAKEN, AT, provider_id="m_echo1", key="o.7.1")]


def test_another_echo_is_skipped() -> None:
    """What was written on the page, or by another app, even if it carries a key."""
    data = fixture("messenger_echo")
    data["entry"][0]["messaging"][0]["message"]["app_id"] = 999

    assert events("messenger_foreign_echo") == events("messenger", data) == [Skipped("echo")]


def test_what_the_page_said_is_not_answered() -> None:
    """Also where nothing says that it is an echo: the page would answer itself for ever."""
    assert events("messenger_own") == [Skipped("echo")]


def test_numbers_need_no_quotation_marks() -> None:
    """Old versions of the API and some examples write ids as numbers."""
    data = fixture("messenger_text")
    entry = data["entry"][0]
    entry["id"] = int(entry["id"])
    for end in ("sender", "recipient"):
        entry["messaging"][0][end]["id"] = int(entry["messaging"][0][end]["id"])

    assert events("messenger", data) == [message("messenger_text")]


def test_a_message_to_another_page_is_not_ours() -> None:
    """Its citizens would be answered in this town's name."""
    data = fixture("messenger_text")
    data["entry"][0]["messaging"][0]["recipient"]["id"] = "9999"

    assert events("messenger", data) == [Skipped("foreign")]


def test_an_attachment_of_another_shape_costs_no_words() -> None:
    """What is attached may be anything; the text beside it is read."""
    data = fixture("messenger_text")
    data["entry"][0]["messaging"][0]["message"]["attachments"] = [{"type": "fallback", "payload": []}]

    assert events("messenger", data) == [message("messenger_text")]


def test_deliveries_are_told_one_by_one() -> None:
    """By message where they say so, else up to a moment."""
    assert events("messenger_delivery") == [
        Status(Fate.DELIVERED, AT, provider_id="m_out1"),
        Status(Fate.DELIVERED, AT, provider_id="m_out2"),
    ]
    assert events("messenger_delivery_watermark") == [Status(Fate.DELIVERED, AT, address=CITIZEN)]


def test_reading_counts_up_to_a_moment() -> None:
    """Everything sent to that citizen before it."""
    assert events("messenger_read") == [Status(Fate.READ, AT, address=CITIZEN)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("messenger_reaction", "reaction"),
        ("messenger_standby", "standby"),
        ("messenger_comment_edited", "comment_changed"),
        ("messenger_comment_own", "own"),
        ("messenger_like", "feed"),
    ],
)
def test_what_is_not_for_us_is_skipped(name: str, reason: str) -> None:
    """Each under a name of its own."""
    assert events(name) == [Skipped(reason)]


def test_a_comment_is_public() -> None:
    """It hangs under its post, and its address is the comment's."""
    said = message("messenger_comment")

    assert (said.kind, said.text) == (Kind.COMMENT, "Le lampadaire de la rue des Lilas est en panne")
    assert said.address == Address("messenger", "comment:555_666")
    assert said.thread == Thread(
        last_message_id="555_666", visibility=PUBLIC, url="https://www.facebook.com/1010/posts/555"
    )


def test_a_comment_without_words_is_skipped() -> None:
    """A photo or a sticker under a post makes no case."""
    data = fixture("messenger_comment")
    del data["entry"][0]["changes"][0]["value"]["message"]

    assert events("messenger", data) == [Skipped("empty")]


def test_a_batch_is_read_in_order() -> None:
    """Several entries, several items."""
    assert [said.text for said in events("messenger_batch") if isinstance(said, Message)] == ["Un", "Deux", "Trois"]


def test_another_page_of_the_app_is_not_ours() -> None:
    """Its citizens would be answered in this town's name."""
    data = fixture("messenger_batch")
    data["entry"][0]["id"] = "9999"

    assert events("messenger", data)[0] == Skipped("foreign")
    assert len(events("messenger", data)) == 3


@pytest.mark.parametrize(
    "wrong", [None, 7, "x", [], {"id": True}, {"id": -7}, {"id": "comment:1"}, {"id": ""}, {"id": "é"}]
)
def test_a_message_of_nobody_is_malformed(wrong: object) -> None:
    """A key has to be a citizen's id: nobody writes in the name of a comment."""
    data = fixture("messenger_batch")
    data["entry"][1]["messaging"][0]["sender"] = wrong
    found = events("messenger", data)

    assert found[1] == MALFORMED
    assert len(found) == 3


BUTTONS = (Button("Passeport", TOKEN), Button("Carte d’identité", "c.BbCdEfGhIjKlMnOp"))


def test_choices_are_quick_replies_under_the_last_message() -> None:
    """The text before them has none."""
    reply = Reply("r.1", "mot " * 900 + "fin.", buttons=BUTTONS)
    first, last = (outgoing.payload["message"] for outgoing in messenger().render(reply, THREAD))

    assert isinstance(first, dict)
    assert isinstance(last, dict)
    assert "quick_replies" not in first
    assert [one["payload"] for one in last["quick_replies"]] == [button.payload for button in BUTTONS]


def test_a_title_that_is_too_long_makes_a_list() -> None:
    """Messenger would cut it: the citizen answers by number."""
    reply = Reply("r.1", "Laquelle ?", buttons=(Button("Parler à une personne de l’état civil", TOKEN),))
    (outgoing,) = messenger().render(reply, THREAD)

    assert "quick_replies" not in outgoing.payload["message"]  # type: ignore[operator]
    assert "1. Parler à une personne de l’état civil" in str(outgoing.payload)


@pytest.mark.parametrize(
    ("author", "hours", "kind"),
    [
        (Author.AGENT, 23, {"messaging_type": "RESPONSE"}),
        (Author.AGENT, 25, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
        (Author.BOT, 25, {"messaging_type": "RESPONSE"}),
        (Author.SYSTEM, 25, {"messaging_type": "RESPONSE"}),
    ],
)
def test_a_person_may_answer_after_a_day(author: Author, hours: int, kind: dict[str, str]) -> None:
    """The tag is for people: a robot never uses it."""
    thread = Thread(last_heard_at=NOW - timedelta(hours=hours), now=NOW)
    (outgoing,) = messenger().render(Reply("r.1", "Bonjour", author=author, name="Zoé"), thread)

    assert {key: value for key, value in outgoing.payload.items() if key != "message"} == kind


def test_the_answer_to_a_comment_has_no_buttons() -> None:
    """It is the one message that may be sent, and answers to it come from another address."""
    thread = Thread(visibility=PUBLIC, last_heard_at=NOW - timedelta(days=2), now=NOW)
    reply = Reply("r.1", "Laquelle ?", author=Author.AGENT, name="Zoé", buttons=BUTTONS)
    (outgoing,) = messenger().render(reply, thread)

    assert "quick_replies" not in str(outgoing.payload)
    assert "1. Passeport" in str(outgoing.payload)
    assert outgoing.payload["messaging_type"] == "RESPONSE"


def test_emoji_count_twice() -> None:
    """2000 of them may be 4000 units: no piece has more than 2000."""
    pieces = messenger().render(Reply("r.1", "🌳 " * 1500), THREAD)
    texts = [str(outgoing.payload["message"]["text"]) for outgoing in pieces]  # type: ignore[index]

    assert all(len(text.encode("utf-16-le")) // 2 <= 2000 for text in texts)
    assert sum(text.count("🌳") for text in texts) == 1500


def test_half_an_emoji_costs_only_itself() -> None:
    """The rest of the message arrives."""
    data = fixture("messenger_text")
    data["entry"][0]["messaging"][0]["message"]["text"] = "Bonjour \ud83c"
    (said,) = events("messenger", data)

    assert isinstance(said, Message)
    assert said.text == "Bonjour"
