"""What the webhooks of the WhatsApp Cloud API hold, and what goes back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.messages import (
    REMOTE_URL,
    Address,
    Attachment,
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
from tests.channels.meta.payloads import events, fixture, message, whatsapp

AT = datetime(2025, 11, 28, 9, 30, tzinfo=timezone.utc)
CITIZEN = Address("whatsapp", "FR.13491208655302741918")


def test_a_text_is_read() -> None:
    """Who said what, and when; its id marks it as read."""
    assert message("whatsapp_text") == Message(
        "wamid.HBgLtext==", CITIZEN, "Où refaire ma carte d’identité ?", AT, receipt="wamid.HBgLtext=="
    )


def test_hiding_the_number_changes_nobody() -> None:
    """The same citizen, with and without a telephone number, has one address."""
    assert message("whatsapp_text").address == message("whatsapp_username").address == CITIZEN


def test_the_user_id_may_stand_in_the_contact_alone() -> None:
    """With the number, or as the only contact."""
    for name in ("whatsapp_text", "whatsapp_username"):
        data = fixture(name)
        del data["entry"][0]["changes"][0]["value"]["messages"][0]["from_user_id"]
        (said,) = events("whatsapp", data)

        assert isinstance(said, Message)
        assert said.address == CITIZEN


def test_nobody_is_guessed_at() -> None:
    """Of two contacts without a number, neither is who wrote."""
    data = fixture("whatsapp_username")
    value = data["entry"][0]["changes"][0]["value"]
    del value["messages"][0]["from_user_id"]
    value["contacts"].append({"user_id": "FR.2"})

    assert events("whatsapp", data) == [MALFORMED]


def test_before_user_ids_there_was_the_number() -> None:
    """An account that sends none yet."""
    assert message("whatsapp_phone_only").address == Address("whatsapp", "33600000001")


@pytest.mark.parametrize("name", ["whatsapp_button_reply", "whatsapp_list_reply"])
def test_a_button_is_pressed(name: str) -> None:
    """A button, or a line of a list."""
    assert (message(name).pressed, message(name).text) == ("c.AbCdEfGhIjKlMnOp", "Passeport")


def test_a_template_s_button_is_its_words() -> None:
    """It was approved long ago and carries no token."""
    assert (message("whatsapp_template_button").pressed, message("whatsapp_template_button").text) == (None, "Oui")


def test_files_are_left_at_the_provider() -> None:
    """A photo with its caption, a document with its name."""
    photo, document = message("whatsapp_image"), message("whatsapp_document")

    assert photo.text == "Le trou, rue des Lilas"
    assert photo.attachments == (Attachment("photo.jpg", "image/jpeg", 0, f"{REMOTE_URL}2754859441498128"),)
    assert document.attachments == (
        Attachment("justificatif.pdf", "application/pdf", 0, f"{REMOTE_URL}1376223850470843"),
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("whatsapp_voice", "voice_unsupported"),
        ("whatsapp_video", "unsupported"),
        ("whatsapp_sticker", "unsupported"),
        ("whatsapp_contacts", "unsupported"),
        ("whatsapp_unsupported", "unsupported"),
    ],
)
def test_what_is_not_taken_says_why(name: str, reason: str) -> None:
    """A voice message has a sentence of its own."""
    assert (message(name).kind, message(name).text, message(name).address) == (Kind.UNREADABLE, reason, CITIZEN)


def test_the_words_beside_a_video_are_read() -> None:
    """« Au secours » under a video is a cry for help; that the video is not taken is said all the same."""
    words, answer = events("whatsapp_video_caption")

    assert isinstance(words, Message)
    assert isinstance(answer, Message)
    assert (words.kind, words.text) == (Kind.TEXT, "La fuite d’eau, au secours")
    assert (answer.kind, answer.text) == (Kind.UNREADABLE, "unsupported")
    assert words.id != answer.id


def test_an_edit_is_a_message_of_its_own() -> None:
    """Numbers that are also used in the app are told of it."""
    said = message("whatsapp_edit")

    assert (said.kind, said.text, said.address) == (Kind.EDIT, "Où refaire mon passeport ?", CITIZEN)
    assert said.id != message("whatsapp_text").id


def test_a_place_is_a_place() -> None:
    """With the name that it has on the map."""
    said = message("whatsapp_location")

    assert (said.kind, said.location, said.text) == (
        Kind.LOCATION,
        Location(47.31, -1.52),
        "Halle, 1 place de la Halle",
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("whatsapp_reaction", "reaction"),
        ("whatsapp_group", "group"),
        ("whatsapp_system", "system"),
        ("whatsapp_error", "error"),
        ("whatsapp_flow_reply", "unknown"),
    ],
)
def test_what_is_not_for_us_is_skipped(name: str, reason: str) -> None:
    """Each under a name of its own."""
    assert events(name) == [Skipped(reason)]


@pytest.mark.parametrize(
    ("name", "fate", "reason"),
    [
        ("whatsapp_sent", Fate.TAKEN, ""),
        ("whatsapp_delivered", Fate.DELIVERED, ""),
        ("whatsapp_read", Fate.READ, ""),
        ("whatsapp_failed", Fate.FAILED, "131047 Re-engagement message"),
    ],
)
def test_every_status_brings_our_key_back(name: str, fate: Fate, reason: str) -> None:
    """Also of a message whose receipt was lost."""
    assert events(name) == [Status(fate, AT, provider_id="wamid.out", key="o.7.1", reason=reason)]


def test_another_number_of_the_account_is_not_ours() -> None:
    """Its citizens would be answered from this town's number."""
    data = fixture("whatsapp_text")
    data["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "9999"

    assert events("whatsapp", data) == [Skipped("foreign")]


def buttons(*titles: str) -> tuple[Button, ...]:
    return tuple(Button(title, f"c.{number:016}") for number, title in enumerate(titles))


@pytest.mark.parametrize(
    ("titles", "kind"),
    [
        (["Oui", "Non", "Peut-être"], "button"),
        (["Oui", "Non", "Peut-être", "Autre chose"], "list"),
        (["Parler à une personne !"], "list"),
        ([f"Choix {number}" for number in range(10)], "list"),
        ([f"Choix {number}" for number in range(11)], None),
        (["Parler à une personne de l’état civil"], None),
        (["Oui", "Oui"], None),
    ],
)
def test_choices_take_the_best_form_that_fits(titles: list[str], kind: str | None) -> None:
    """Three buttons, ten lines of a list, or a list to answer by number."""
    (outgoing,) = whatsapp().render(Reply("r.1", "Lequel ?", buttons=buttons(*titles)), THREAD)
    interactive = outgoing.payload.get("interactive")

    assert (interactive["type"] if isinstance(interactive, dict) else None) == kind
    assert all(title in str(outgoing.payload) for title in titles)


def test_the_list_opens_in_the_citizen_s_language() -> None:
    """Its button has a title of its own."""
    titles = [f"Choix {number}" for number in range(5)]
    (outgoing,) = whatsapp().render(Reply("r.1", "Which?", language="en", buttons=buttons(*titles)), THREAD)

    assert outgoing.payload["interactive"]["action"]["button"] == "See the choices"  # type: ignore[index]


@pytest.mark.parametrize(
    ("hours", "template", "kind"), [(23, "reponse", "text"), (25, "reponse", "template"), (25, "", "text")]
)
def test_the_template_is_for_what_comes_late(hours: int, template: str, kind: str) -> None:
    """Without one, WhatsApp refuses the text, and the desk hears of it."""
    thread = Thread(last_heard_at=NOW - timedelta(hours=hours), now=NOW)
    (outgoing,) = whatsapp(template=template).render(Reply("r.1", "Bonjour,\n\n\tc’est prêt."), thread)

    assert outgoing.payload["type"] == kind
    assert kind != "template" or "Bonjour, c’est prêt." in str(outgoing.payload)
