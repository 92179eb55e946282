"""What goes wrong beside a message on a channel: a core that fails behind a refused file, redelivery after an erasure."""

from __future__ import annotations

import time

from bot.messages import Author, Button, Reply
from bot.store.base import Offer, Prepared
from bot.store.sql import Store
from tests.fakes.graph import Medium
from tests.gateway.conftest import Town, until
from tests.gateway.test_channel_messages import conversation_of, lines, on_whatsapp, whatsapp


async def test_a_refused_file_gets_its_sentence_though_the_core_fails_once(town: Town) -> None:
    """It is said before the words beside it are answered, and not lost with the attempt."""
    front = whatsapp(town)
    front.fake.media["m1"] = Medium(b"MZ\x90\x00 this is no photo")
    image = {"id": "m1", "mime_type": "image/jpeg", "caption": "un trou"}
    message = {
        "from": front.key(1),
        "id": "wamid.5",
        "timestamp": str(int(time.time())),
        "type": "image",
        "image": image,
    }
    async with town.open():
        town.rasa.fault = "failing"
        assert await town.post(on_whatsapp(town, {"messages": [message]})) == 200
        await until(lambda: town.rasa.heard)
        town.rasa.fault = None
        await until(lambda: "réponse à un trou" in front.got(1))

    assert len([text for text in front.got(1) if text.startswith("Je n’ai pas pu prendre ce fichier")]) == 1


async def test_a_message_that_comes_again_after_an_erasure_is_not_taken_for_a_new_one(town: Town, store: Store) -> None:
    """The provider had no answer in time and delivers again: nothing of what was erased is written or answered anew."""
    front = town.fronts["whatsapp"]
    async with town.open():
        for number, text in enumerate(("bonjour", "Supprimer mes données", "Tout effacer")):
            assert await town.post(front.says(1, text, number)) == 200
            await until(lambda count=number: len(front.got(1)) == count + 1)
        for number, text in ((0, "bonjour"), (2, "Tout effacer"), (3, "au revoir")):
            assert await town.post(front.says(1, text, number)) == 200
        await until(lambda: len(front.got(1)) >= 4)
        left = [line.text for line in await lines(store, "whatsapp", front.key(1))]

    assert front.got(1)[3:] == ["réponse à au revoir"]
    assert left == [front.got(1)[2], "au revoir", "réponse à au revoir"]


async def test_a_number_that_answers_an_agent_is_a_number(town: Town, store: Store) -> None:
    """« 2 » behind an agent's question is no choice of what the bot had offered before."""
    front = whatsapp(town)
    async with town.open() as built:
        assert await town.post(front.says(1, "bonjour", 1)) == 200
        await until(lambda: len(front.got(1)) == 1)
        conversation = await conversation_of(store, "whatsapp", front.key(1))
        offers = (Offer("c." + 16 * "a", "Passeport", "/p"), Offer("c." + 16 * "b", "Annuler ma demande", "/cancel"))
        buttons = tuple(Button(one.title, one.token) for one in offers)
        moment = conversation.last_heard_at
        await store.outbox.add(conversation.id, [Prepared(Reply("r1", "Laquelle ?", buttons=buttons), offers)], moment)
        await built.counter.say(conversation, Reply("r2", "Combien d’enfants ?", author=Author.AGENT, name="Léa"))
        assert await town.post(front.says(1, "2", 2)) == 200
        await until(lambda: len(front.got(1)) == 3)
        said = (await lines(store, "whatsapp", front.key(1)))[-2]

    assert said.text == "2"
