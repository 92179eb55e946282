"""`bot.rasa` against a fake Rasa: what is asked, what is understood, what counts as an outage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.errors import RasaError, RasaGone, RasaSilent, RasaSlow, RasaUnreachable
from bot.messages import AnswerStatus, Author, Button, Reply, Source
from bot.rasa import Parsed, Rasa
from bot.settings import Office
from bot.store.base import CITIZEN
from bot.text.wording import Wording
from tests.fakes.rasa import FakeRasa
from tests.rasa.conftest import ROOT, TOKEN, conversation, message, said

FAULTS = ["failing", "garbled", "closing", "hanging"]


async def test_a_text_is_sent_with_its_id(rasa: Rasa, fake: FakeRasa) -> None:
    """Rasa keeps the message's id, channel and language beside the words."""
    await rasa.talk(conversation("c1", "en"), message("m1", "la piscine ?"), None)

    assert fake.heard == [
        {
            "sender": "c1",
            "message": "la piscine ?",
            "input_channel": "web",
            "metadata": {"message_id": "m1", "channel": "web", "language": "en", "photos": [], "position": None},
        }
    ]


async def test_a_language_that_the_model_does_not_know_is_told(rasa: Rasa, fake: FakeRasa) -> None:
    """Of typed words, and of no press."""
    spanish = "no, es para cancelar la cita de mi hijo"
    await rasa.talk(conversation("c1"), message("m1", spanish), None)
    await rasa.talk(conversation("c1"), message("m2", spanish), "/deny")
    await rasa.talk(conversation("c1"), message("m3", "je veux annuler mon rendez-vous"), None)

    assert [heard["metadata"].get("written_in") for heard in fake.heard] == ["es", None, None]


async def test_numbers_are_in_the_language_of_who_needs_them(rasa: Rasa, fake: FakeRasa, lines: Wording) -> None:
    """What the model takes for danger is answered in the citizen's language, all else in the conversation's."""
    for line in ("emergency", "lost"):
        fake.answer([{"custom": {"say": line}}])
        turn = await rasa.talk(conversation("c1"), message(line, "no, es para cancelar la cita de mi hijo"), None)
        (reply,) = turn.replies
        language = "es" if line == "emergency" else "fr"

        assert (reply.text, reply.language) == (lines.say(line, language), language)


async def test_the_way_to_a_person_is_in_the_language_of_the_citizen(
    rasa: Rasa, fake: FakeRasa, lines: Wording
) -> None:
    """Behind a press too; the closing hours, which would be French, are left out."""
    values = {"service": "Voirie", "moment": "lundi à 9 h"}
    said = {
        "say": "handoff_closed+handoff_contact",
        "values": values,
        "buttons": [{"payload": "/x", "key": "contact_here_title"}],
    }
    fake.answer([{"custom": said}])
    turn = await rasa.talk(replace(conversation("c1"), spoken="tr"), message("m1", "Bir kişiyle görüşmek"), "/handoff")
    (reply,) = turn.replies

    assert reply.language == "tr"
    assert reply.text == f"{lines.say('handoff_closed', 'tr', **values)}\n\n{lines.say('handoff_contact', 'tr')}"
    assert [button.title for button in reply.buttons] == [lines.say("contact_here_title", "tr")]
    assert "lundi" not in reply.text


async def test_only_a_payload_commands(rasa: Rasa, fake: FakeRasa) -> None:
    """What we offered goes through as it is; the same text typed does not."""
    offered = '/choose{"article": "piscine"}'
    await rasa.talk(conversation("c1"), message("m1", "Piscine"), offered)
    await rasa.talk(conversation("c1"), message("m2", offered), None)

    assert [heard["message"] for heard in fake.heard] == [offered, offered[1:]]


async def test_a_payload_of_ours_becomes_a_reply(rasa: Rasa, fake: FakeRasa) -> None:
    """Lines become paragraphs in the citizen's language; buttons, sources and status come along."""
    fake.answer(
        {
            "custom": {
                "say": "answer+helped",
                "values": {"passage": "Le mardi {sic}."},
                "buttons": [{"payload": "/affirm", "key": "yes_title"}, {"payload": "/more", "title": "Encore"}],
                "sources": [{"title": "Piscine", "url": "/piscine", "publisher": "Pontavel", "updated": "2024-05-01"}],
                "status": "answered",
            }
        }
    )
    turn = await rasa.talk(conversation("c1"), message("m1"), None)

    assert turn.replies == (
        Reply(
            id="m1.0",
            text="Le mardi {sic}.\n\nCela répond-il à votre question ?",
            buttons=(Button("Oui", "/affirm"), Button("Encore", "/more")),
            sources=(Source("Piscine", "/piscine", "Pontavel", "2024-05-01"),),
            status=AnswerStatus.ANSWERED,
        ),
    )


async def test_the_reply_is_in_the_conversations_language(rasa: Rasa, fake: FakeRasa, lines: Wording) -> None:
    """The catalogue, not Rasa, has the words."""
    fake.answer({"custom": {"say": "greet"}})
    (reply,) = (await rasa.talk(conversation("c1", "en"), message("m1"), None)).replies

    assert (reply.text, reply.language, reply.author) == (lines.say("greet", "en"), "en", Author.BOT)


async def test_a_line_without_a_service_means_the_general_one(rasa: Rasa, fake: FakeRasa, office: Office) -> None:
    """Somebody can always be reached, also where an action names nobody."""
    fake.answer({"custom": {"say": "reach_person"}})
    (reply,) = (await rasa.talk(conversation("c1"), message("m1"), None)).replies

    assert office.services["accueil_general"].name in reply.text
    assert office.services["accueil_general"].phone in reply.text


async def test_plain_items_work_too(rasa: Rasa, fake: FakeRasa) -> None:
    """Texts and buttons as any Rasa action utters them."""
    fake.answer(["Un.\n\nDeux.", {"text": "Lequel ?", "buttons": [{"title": "A", "payload": "/a"}]}])
    turn = await rasa.talk(conversation("c1"), message("m1"), None)

    assert turn.replies == (
        Reply("m1.0", "Un."),
        Reply("m1.1", "Deux."),
        Reply("m1.2", "Lequel ?", buttons=(Button("A", "/a"),)),
    )


UNREADABLE = [
    {"custom": {"say": "no_such_line"}},
    {"custom": {"say": "answer"}},
    {"custom": {"speak": "greet"}},
    {"custom": {"say": "greet", "status": "perhaps"}},
    {"custom": "greet"},
    {"image": "https://pontavel.example/a.png"},
    {"text": "  "},
    {"text": "Lequel ?", "buttons": [{"titel": "A"}]},
]


@pytest.mark.parametrize("item", UNREADABLE)
async def test_an_unreadable_item_alone_is_silence(rasa: Rasa, fake: FakeRasa, item: dict[str, Any]) -> None:
    """The citizen gets an apology and another try rather than nothing."""
    fake.answer(item)
    with pytest.raises(RasaSilent):
        await rasa.talk(conversation("c1"), message("m1"), None)


@pytest.mark.parametrize("item", UNREADABLE)
async def test_an_unreadable_item_hides_no_other(rasa: Rasa, fake: FakeRasa, item: dict[str, Any]) -> None:
    """Ids count every item, so that a replay gives the same."""
    fake.answer([item, "Le reste."])
    turn = await rasa.talk(conversation("c1"), message("m1"), None)

    assert turn.replies == (Reply("m1.1", "Le reste."),)


async def test_silence_is_an_error(rasa: Rasa, fake: FakeRasa) -> None:
    """Rasa answers 200 and nothing when its action server is dead."""
    fake.fault = "silent"
    with pytest.raises(RasaSilent):
        await rasa.talk(conversation("c1"), message("m1"), None)


Call = Callable[[Rasa], Awaitable[object]]
CALLS: dict[str, Call] = {
    "talk": lambda rasa: rasa.talk(conversation("c1"), message("m1"), None),
    "replay": lambda rasa: rasa.replay(conversation("c1"), message("m1")),
    "parse": lambda rasa: rasa.parse("bonjour"),
    "remember": lambda rasa: rasa.remember("c1", [said("x1", CITIZEN)]),
    "status": lambda rasa: rasa.status(),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
async def test_every_kind_of_outage_has_a_name(rasa: Rasa, fake: FakeRasa, fault: str, call: str) -> None:
    """Whatever the library raised, the caller hears that Rasa is gone, unreachable, or only slow and perhaps still at it."""
    fake.fault = fault
    with pytest.raises(RasaError) as raised:
        await CALLS[call](rasa)

    assert raised.type is {"hanging": RasaSlow, "closing": RasaGone}.get(fault, RasaUnreachable)


@pytest.mark.parametrize("call", CALLS)
async def test_a_server_that_is_not_there_is_unreachable(lines: Wording, office: Office, call: str) -> None:
    """Nobody listens on that port."""
    async with aiohttp.ClientSession() as http:
        with pytest.raises(RasaUnreachable):
            await CALLS[call](Rasa(http, "http://127.0.0.1:1", TOKEN, lines, office))


async def test_a_wrong_token_is_said(fake: FakeRasa, lines: Wording, office: Office) -> None:
    """The status is in the message."""
    async with aiohttp.ClientSession() as http:
        with pytest.raises(RasaUnreachable, match="401"):
            await Rasa(http, fake.url, "another", lines, office).status()


async def test_a_server_without_a_model_is_not_ready(rasa: Rasa, fake: FakeRasa) -> None:
    """Rasa says 409 then."""
    fake.model_id = None
    with pytest.raises(RasaUnreachable):
        await rasa.status()


async def test_what_was_answered_is_found_again(rasa: Rasa, fake: FakeRasa) -> None:
    """A replay gives the same replies with the same ids, custom, plain and buttons, without asking again."""
    fake.answer(
        [{"custom": {"say": "greet"}}, "Un.\n\nDeux.", {"text": "?", "buttons": [{"title": "A", "payload": "/a"}]}]
    )
    turn = await rasa.talk(conversation("c1"), message("m1"), None)
    await rasa.talk(conversation("c1"), message("m2"), None)

    assert await rasa.replay(conversation("c1"), message("m1")) == turn
    assert len(fake.heard) == 2


async def test_a_replay_takes_the_last_answer(rasa: Rasa, fake: FakeRasa) -> None:
    """A message that was silent at first and answered later has its later answer."""
    fake.answer(None)
    with pytest.raises(RasaSilent):
        await rasa.talk(conversation("c1"), message("m1"), None)
    silent = await rasa.replay(conversation("c1"), message("m1"))
    fake.answer("Voici.")
    turn = await rasa.talk(conversation("c1"), message("m1"), None)

    assert silent is None
    assert await rasa.replay(conversation("c1"), message("m1")) == turn


async def test_what_was_never_heard_is_not_replayed(rasa: Rasa) -> None:
    """Neither in a known conversation nor in an unknown one."""
    await rasa.talk(conversation("c1"), message("m1"), None)

    assert await rasa.replay(conversation("c1"), message("m2")) is None
    assert await rasa.replay(conversation("c2"), message("m1")) is None


async def test_a_text_is_parsed_disarmed(rasa: Rasa, fake: FakeRasa) -> None:
    """`guichet parse /restart` shows what the words mean."""
    fake.parsed = {"intent": {"name": "thank", "confidence": 0.75}, "entities": [{"entity": "article", "value": "x"}]}

    assert await rasa.parse("/merci") == Parsed(
        intent="thank",
        confidence=0.75,
        ranking=(("thank", 0.75),),
        entities=({"entity": "article", "value": "x"},),
    )


async def test_nothing_recognised_is_an_empty_intent(rasa: Rasa, fake: FakeRasa) -> None:
    """Rasa says null."""
    fake.parsed = {"intent": {"name": None, "confidence": 0.0}, "intent_ranking": []}

    assert await rasa.parse("…") == Parsed("", 0.0, (), ())


def test_no_module_but_one_knows_rasas_paths() -> None:
    """Rasa's HTTP can change in one place."""
    knowing = [
        path.name
        for folder in ("bot", "channels", "actions")
        for path in (ROOT / folder).rglob("*.py")
        if "/webhooks/rest" in path.read_text("utf-8")
    ]

    assert knowing == ["rasa.py"]
