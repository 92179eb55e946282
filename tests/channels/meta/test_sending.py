"""What arrives at the Graph API, and what its refusals become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.errors import SendError, SendRefused, SendUnsure
from bot.messages import MAX_BUTTONS, Address, Author, Button, Kind, Message, Outgoing, Receipt, Reply, Thread
from channels.meta.base import MetaChannel
from tests.channels.conformance import NOW, THREAD
from tests.channels.meta.payloads import instagram, messenger, settings, whatsapp
from tests.fakes.graph import NUMBER, PAGE, TOKEN, FakeGraph

Maker = Callable[..., MetaChannel]
MAKERS = pytest.mark.parametrize("make", [messenger, instagram, whatsapp], ids=["messenger", "instagram", "whatsapp"])
HELLO = Reply("r.1", "Bonjour")
LONG = Reply("r.2", "\n\n".join(f"Paragraphe {number} " + "été " * 60 for number in range(60)) + "fin-du-texte")
USER_ID = "FR.13491208655302741918"


def ready(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph, **more: Any) -> MetaChannel:
    return make(http=http, api=settings(graph.url), **more)


def address(channel: MetaChannel) -> Address:
    return Address(channel.name, USER_ID if channel.name == "whatsapp" else "24680135792468")


async def say(channel: MetaChannel, reply: Reply, thread: Thread = THREAD, to: Address | None = None) -> list[Receipt]:
    pieces = channel.render(reply, thread)
    target = to or address(channel)
    return [await channel.send(target, replace(piece, key=f"o.{number}")) for number, piece in enumerate(pieces)]


@MAKERS
async def test_a_message_arrives(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """With a receipt that names it, and the token in a header alone."""
    (receipt,) = await say(ready(make, http, graph), HELLO)

    assert receipt.provider_id == graph.sent[0].id
    assert not any(TOKEN in asked for asked in graph.asked)


@MAKERS
async def test_whatever_is_rendered_is_taken(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Long texts and every number of choices keep to the provider's limits; the last word arrives."""
    channel = ready(make, http, graph)
    for count in range(MAX_BUTTONS + 1):
        for title in ("Choix {}", "Un choix assez long {}", "Un choix bien trop long pour un bouton {}"):
            buttons = tuple(Button(title.format(number), f"c.{number:016}") for number in range(count))
            await say(channel, replace(LONG, buttons=buttons))
            assert "fin-du-texte" in str(graph.sent)
            assert all(button.title in str(graph.sent) for button in buttons)
            graph.sent.clear()


@MAKERS
async def test_choices_that_look_alike_are_taken(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """WhatsApp takes no two buttons with one title: they become a list to answer by number."""
    buttons = (Button("Oui", "c.AAAAAAAAAAAAAAAA"), Button("Oui", "c.BBBBBBBBBBBBBBBB"))

    assert await say(ready(make, http, graph), replace(HELLO, buttons=buttons))


async def test_a_page_s_message_carries_our_key(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Its echo brings the key back."""
    await say(ready(messenger, http, graph), HELLO)

    assert graph.sent[0].node == PAGE
    assert graph.sent[0].body["message"] == {"text": "Bonjour", "metadata": "o.0"}
    assert graph.sent[0].body["recipient"] == {"id": "24680135792468"}


async def test_a_number_s_message_carries_our_key(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Every status brings it back."""
    await say(ready(whatsapp, http, graph), HELLO)

    assert graph.sent[0].node == NUMBER
    assert graph.sent[0].body["biz_opaque_callback_data"] == "o.0"


@pytest.mark.parametrize(("key", "field"), [(USER_ID, "recipient"), ("33600000001", "to")])
async def test_a_user_id_is_no_telephone_number(
    http: aiohttp.ClientSession, graph: FakeGraph, key: str, field: str
) -> None:
    """In the wrong field it would be taken and reach nobody."""
    await say(ready(whatsapp, http, graph), HELLO, to=Address("whatsapp", key))

    assert {name: graph.sent[0].body.get(name) for name in ("to", "recipient")} == {"to": None, "recipient": None} | {
        field: key
    }


@pytest.mark.parametrize("make", [messenger, instagram])
async def test_a_comment_is_answered_once(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """In private; a second answer is refused, not lost in silence."""
    channel = ready(make, http, graph)
    comment = Address(channel.name, "comment:555_666")
    await say(channel, HELLO, to=comment)

    assert graph.sent[0].body["recipient"] == {"comment_id": "555_666"}
    with pytest.raises(SendRefused):
        await say(channel, HELLO, to=comment)


@MAKERS
async def test_who_blocked_us_is_not_asked_again(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """For good."""
    channel = ready(make, http, graph)
    graph.blocked = {address(channel).key}

    with pytest.raises(SendRefused):
        await say(channel, HELLO)


@MAKERS
async def test_after_the_window_the_robot_is_refused(
    make: Maker, http: aiohttp.ClientSession, graph: FakeGraph
) -> None:
    """For good: only the citizen opens it again."""
    channel = ready(make, http, graph)
    graph.outside = {address(channel).key}

    with pytest.raises(SendRefused):
        await say(channel, HELLO, Thread(last_heard_at=NOW - timedelta(days=2), now=NOW))


@pytest.mark.parametrize("make", [messenger, instagram])
async def test_after_the_window_an_agent_arrives(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """With the tag of people."""
    channel = ready(make, http, graph)
    graph.outside = {address(channel).key}

    assert await say(
        channel, replace(HELLO, author=Author.AGENT, name="Zoé"), Thread(last_heard_at=NOW - timedelta(days=2), now=NOW)
    )


async def test_after_the_window_a_template_arrives(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """With the words in its one variable, on one line, and in several if they are long."""
    channel = ready(whatsapp, http, graph, template="reponse_mairie")
    graph.outside = {USER_ID}
    thread = Thread(last_heard_at=NOW - timedelta(hours=25), now=NOW)
    await say(channel, replace(LONG, buttons=(Button("Oui", "c.AAAAAAAAAAAAAAAA"),)), thread)
    templates = [sent.body["template"] for sent in graph.sent]
    words = " ".join(found["components"][0]["parameters"][0]["text"] for found in templates)

    assert {(found["name"], found["language"]["code"]) for found in templates} == {("reponse_mairie", "fr")}
    assert "fin-du-texte 1. Oui" in words
    assert words.count("Paragraphe") == 60


@pytest.mark.parametrize("make", [messenger, instagram])
async def test_writing_is_shown(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Seen, then writing; under a comment nothing can be shown."""
    channel = ready(make, http, graph)
    await channel.attend(Message("m_1", address(channel), "Bonjour", NOW, receipt="m_1"))
    await channel.attend(Message("c", Address(channel.name, "comment:1"), "Bonjour", NOW, kind=Kind.COMMENT))

    assert [done["sender_action"] for done in graph.actions] == ["mark_seen", "typing_on"]


async def test_two_blue_ticks(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """WhatsApp marks a message by its id, and shows that somebody is writing."""
    channel = ready(whatsapp, http, graph)
    await channel.attend(Message("wamid.1", address(channel), "Bonjour", NOW, receipt="wamid.1"))

    assert [(done["status"], done["message_id"]) for done in graph.actions] == [("read", "wamid.1")]


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (messenger, "page Ville de Pontavel"),
        (instagram, "@villedepontavel"),
        (whatsapp, "Mairie de Pontavel +33 2 61 91 40 00"),
    ],
)
async def test_the_provider_says_who_we_are(
    make: Maker, name: str, http: aiohttp.ClientSession, graph: FakeGraph
) -> None:
    """The name that citizens see."""
    assert await ready(make, http, graph).check() == name


@MAKERS
async def test_a_wrong_token_is_told(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """`check` raises what the doctor shows."""
    with pytest.raises(SendError):
        await ready(make, http, graph, token="another-fake-token").check()


async def test_an_answer_without_an_id_is_doubtful(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """A 2xx that names no message proves nothing."""
    channel = ready(messenger, http, graph)

    with pytest.raises(SendUnsure):
        await channel.send(address(channel), Outgoing({"sender_action": "typing_on"}))
