"""What Instagram's webhooks hold, where they differ from Messenger's."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.messages import PUBLIC, REMOTE_URL, Address, Fate, Kind, Message, Reply, Skipped, Status, Thread
from tests.channels.conformance import THREAD
from tests.channels.meta.payloads import events, fixture, instagram, message

AT = datetime(2025, 11, 28, 9, 30, 0, 123000, tzinfo=timezone.utc)
CITIZEN = Address("instagram", "13579246801357")


@pytest.mark.parametrize("name", ["instagram_quick_reply", "instagram_postback", "instagram_postback_change"])
def test_a_button_is_pressed(name: str) -> None:
    """As on Messenger."""
    assert (message(name).pressed, message(name).text) == ("c.AbCdEfGhIjKlMnOp", "Horaires")


def test_an_answer_to_a_story_is_a_message() -> None:
    """Its text is for us."""
    said = message("instagram_story_reply")

    assert (said.kind, said.text, said.address) == (Kind.TEXT, "C’est à quelle heure ?", CITIZEN)


def test_photos_are_left_at_the_provider() -> None:
    """With the address that `fetch` needs."""
    (photo,) = message("instagram_photo").attachments

    assert photo.url.startswith(f"{REMOTE_URL}https://lookaside.fbsbx.com/")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("instagram_voice", "voice_unsupported"),
        ("instagram_post", "unsupported"),
        ("instagram_unsupported", "unsupported"),
    ],
)
def test_what_is_not_taken_says_why(name: str, reason: str) -> None:
    """A shared post is no question."""
    assert (message(name).kind, message(name).text) == (Kind.UNREADABLE, reason)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("instagram_story_mention", "story_mention"),
        ("instagram_deleted", "deleted"),
        ("instagram_echo", "echo"),
        ("instagram_comment_own", "own"),
    ],
)
def test_what_is_not_for_us_is_skipped(name: str, reason: str) -> None:
    """Nobody waits for an answer."""
    assert events(name) == [Skipped(reason)]


def test_reading_is_told_by_message() -> None:
    """Instagram names what was seen."""
    assert events("instagram_read") == [Status(Fate.READ, AT, provider_id="aWdfZAG1out")]


def test_a_comment_is_public() -> None:
    """The webhook has no address of the post."""
    said = message("instagram_comment")

    assert (said.kind, said.text) == (Kind.COMMENT, "Quand rouvre le parc ?")
    assert said.address == Address("instagram", "comment:17919697626119712")
    assert said.thread == Thread(last_message_id="17919697626119712", visibility=PUBLIC)


def test_the_account_may_stand_in_the_message_alone() -> None:
    """Some notifications name the page behind it in the entry."""
    data = fixture("instagram_text")
    data["entry"][0]["id"] = "1010"

    assert isinstance(events("instagram", data)[0], Message)


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("instagram_message_change", "instagram_text"),
        ("instagram_postback_change", "instagram_postback"),
        ("instagram_comment_flat", "instagram_comment"),
    ],
)
def test_the_shape_of_an_entry_changes_nothing(name: str, usual: str) -> None:
    """A message may come as a change, and a change may stand in the entry itself."""
    assert message(name) == message(usual)


def test_a_neighbour_in_the_entry_is_not_ours() -> None:
    """One entry of a page may hold messages to several accounts."""
    data = fixture("instagram_text")
    items = data["entry"][0]["messaging"]
    items.append({**items[0], "recipient": {"id": "9999"}})
    data["entry"][0]["id"] = "1010"
    ours, other = events("instagram", data)

    assert isinstance(ours, Message)
    assert other == Skipped("foreign")


def test_what_the_account_did_itself_is_not_answered() -> None:
    """It would answer itself for ever."""
    data = fixture("instagram_text")
    item = data["entry"][0]["messaging"][0]
    item["sender"], item["recipient"] = item["recipient"], item["sender"]
    edit = {**item, "message_edit": {"mid": "m", "text": "x", "num_edit": 1}}
    del edit["message"]
    data["entry"][0]["messaging"].append(edit)

    assert events("instagram", data) == [Skipped("echo"), Skipped("echo")]


def test_another_account_of_the_app_is_not_ours() -> None:
    """Its citizens would be answered in this town's name."""
    for name in ("instagram_text", "instagram_message_change", "instagram_comment", "instagram_comment_flat"):
        data = fixture(name)
        data["entry"][0]["id"] = "9999"
        changes = [change["value"] for change in data["entry"][0].get("changes", [])]
        for item in data["entry"][0].get("messaging", changes):
            item["recipient"] = {"id": "9999"}

        assert events("instagram", data) == [Skipped("foreign")]


def test_texts_are_measured_in_bytes() -> None:
    """1000 of them, however many characters that is."""
    pieces = instagram().render(Reply("r.1", "été à l’île " * 300), THREAD)
    texts = [str(outgoing.payload["message"]["text"]) for outgoing in pieces]  # type: ignore[index]

    assert all(len(text.encode()) <= 1000 for text in texts)
    assert sum(text.count("île") for text in texts) == 300
