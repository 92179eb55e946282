"""What citizens send besides questions, through a running gateway: files, places, presses, comments, links, receipts."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import Any

from PIL import Image

from bot.cases import Cause, Seen, View
from bot.messages import Address, Author, Reply
from bot.store.base import Conversation, Entry
from bot.store.sql import Store
from tests.fakes.graph import BUSINESS, NUMBER, PAGE, Medium
from tests.gateway.conftest import Town, until
from tests.gateway.fronts import OnMessenger, OnTelegram, OnWhatsApp, Post
from tests.pictures import GRENOBLE, file, quarters

ALL = Seen(0, None, None)
CHOICES = {
    "text": "Laquelle ?",
    "buttons": [{"title": "Carte d’identité", "payload": "/carte"}, {"title": "Passeport", "payload": "/passeport"}],
}


def telegram(town: Town) -> OnTelegram:
    front = town.fronts["telegram"]
    assert isinstance(front, OnTelegram)
    return front


def whatsapp(town: Town) -> OnWhatsApp:
    front = town.fronts["whatsapp"]
    assert isinstance(front, OnWhatsApp)
    return front


def messenger(town: Town) -> OnMessenger:
    front = town.fronts["messenger"]
    assert isinstance(front, OnMessenger)
    return front


def on_telegram(town: Town, number: int, **fields: Any) -> Post:
    """A message of citizen 1's of any kind."""
    front = telegram(town)
    post = front.says(1, "", number)
    update = json.loads(post.body)
    update["message"] |= fields
    if "text" not in fields:
        del update["message"]["text"]
    return Post(post.path, json.dumps(update).encode(), post.headers)


def on_whatsapp(town: Town, value: dict[str, Any]) -> Post:
    """A change of any kind."""
    whole = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}, **value}
    change = {"field": "messages", "value": whole}
    return whatsapp(town)._post(
        {"object": "whatsapp_business_account", "entry": [{"id": BUSINESS, "changes": [change]}]}
    )


async def lines(store: Store, channel: str, key: str) -> list[Entry]:
    conversation = await conversation_of(store, channel, key)
    return await store.transcript.read(conversation.id)


async def conversation_of(store: Store, channel: str, key: str) -> Conversation:
    found = await store.conversations.find(Address(channel, key))
    assert found
    return found


async def test_a_photo_is_fetched_redrawn_and_kept_for_agents(town: Town, store: Store) -> None:
    """Its position and all other metadata end there; the words beside it are the question."""
    sent = file(quarters(), exif=exif())
    file_id = telegram(town).fake.keep(sent)
    photo = [{"file_id": file_id, "file_unique_id": "u1", "width": 64, "height": 32, "file_size": len(sent)}]
    async with town.open():
        assert await town.post(on_telegram(town, 5, photo=photo, caption="un trou")) == 200
        await until(lambda: telegram(town).got(1) == ["réponse à un trou"])
        (said, _) = await lines(store, "telegram", "1")
    (kept,) = said.attachments
    stored = await store.photos.get(kept.url.removeprefix("photo:"))

    assert (said.text, kept.media_type, stored.media_type) == ("un trou", "image/jpeg", "image/jpeg")
    assert b"Exif" not in stored.content
    assert town.rasa.heard[-1]["metadata"]["photos"] == [stored.id]


async def test_a_file_that_is_refused_gets_a_sentence_and_its_words_an_answer(town: Town, store: Store) -> None:
    """A program that is called a photo is none."""
    whatsapp(town).fake.media["m1"] = Medium(b"MZ\x90\x00 this is no photo")
    message = {
        "from": whatsapp(town).key(1),
        "id": "wamid.5",
        "timestamp": str(int(time.time())),
        "type": "image",
        "image": {"id": "m1", "mime_type": "image/jpeg", "caption": "un trou"},
    }
    async with town.open():
        assert await town.post(on_whatsapp(town, {"messages": [message]})) == 200
        await until(lambda: len(whatsapp(town).got(1)) == 2)
        said = (await lines(store, "whatsapp", whatsapp(town).key(1)))[0]

    assert whatsapp(town).got(1)[0].startswith("Je n’ai pas pu prendre ce fichier")
    assert whatsapp(town).got(1)[1] == "réponse à un trou"
    assert (said.text, said.attachments) == ("un trou", ())


async def test_a_pdf_is_kept_under_a_harmless_name(town: Town, store: Store) -> None:
    """As it came, with the name cleaned; without a word beside it, the citizen is asked what it is about."""
    content = b"%PDF-1.7\n1 0 obj"
    document = {
        "file_id": telegram(town).fake.keep(content),
        "file_unique_id": "u",
        "file_name": "../../bail\u202e.PDF",
    }
    async with town.open():
        assert await town.post(on_telegram(town, 5, document={**document, "mime_type": "text/html"})) == 200
        await until(lambda: len(telegram(town).got(1)) == 1)
        said = (await lines(store, "telegram", "1"))[0]
    (kept,) = said.attachments
    stored = await store.photos.get(kept.url.removeprefix("file:"))

    assert telegram(town).got(1)[0].startswith("Le document est bien reçu.")
    assert (stored.name, stored.media_type, stored.content) == ("bail.pdf", "application/pdf", content)


async def test_a_provider_that_has_lost_the_file_says_so_in_the_end(town: Town) -> None:
    """Gone is gone: the citizen may send it again."""
    photo = [{"file_id": "unknown", "file_unique_id": "u1", "width": 64, "height": 32, "file_size": 9}]
    async with town.open():
        assert await town.post(on_telegram(town, 5, photo=photo)) == 200
        await until(lambda: len(telegram(town).got(1)) == 1, seconds=30)

    assert "renvoyer" in telegram(town).got(1)[0]


async def test_what_is_not_taken_gets_a_sentence_at_once(town: Town, store: Store) -> None:
    """A voice message is not stored; the core never hears of it."""
    voice = {"duration": 3, "mime_type": "audio/ogg", "file_id": "v", "file_unique_id": "u", "file_size": 9}
    async with town.open():
        assert await town.post(on_telegram(town, 5, voice=voice)) == 200
        await until(lambda: len(telegram(town).got(1)) == 1)
        said = await lines(store, "telegram", "1")

    assert "messages vocaux" in telegram(town).got(1)[0]
    assert ([line.author for line in said], town.rasa.heard) == (["system"], [])


async def test_a_position_is_told_to_the_core(town: Town) -> None:
    """With its coordinates."""
    async with town.open():
        assert await town.post(on_telegram(town, 5, location={"latitude": 47.2, "longitude": -1.55})) == 200
        await until(lambda: len(telegram(town).got(1)) == 1)

    assert town.rasa.heard[-1]["metadata"]["position"] == [47.2, -1.55]


async def test_a_deep_link_opens_with_its_question(town: Town, store: Store) -> None:
    """Welcome first, then the answer about the service that the link names; an unknown one only opens."""
    async with town.open():
        assert await town.post(on_telegram(town, 5, text="/start voirie")) == 200
        await until(lambda: len(telegram(town).got(1)) == 2)
        assert await town.post(on_telegram(town, 6, text="/start rien-de-tel")) == 200
        await until(lambda: len(telegram(town).got(1)) == 3)

    assert telegram(town).got(1)[1] == "réponse à Horaires : Voirie"
    assert telegram(town).got(1)[0] == telegram(town).got(1)[2]


async def test_danger_is_answered_first_on_every_channel(town: Town) -> None:
    """With the core hanging too: the numbers are there at once."""
    town.rasa.fault = "hanging"
    async with town.open(trusted=False):
        for front in town.fronts.values():
            assert await town.post(front.says(1, "il y a le feu chez moi", 7)) == 200
        for front in town.fronts.values():
            await until(lambda front=front: front.got(1) != [])

            assert "18" in front.got(1)[0]


async def test_a_pressed_button_means_what_was_offered(town: Town) -> None:
    """Telegram's comes back with its token; the core gets what the choice means."""
    town.rasa.answer(lambda heard: CHOICES if heard["message"] == "papiers" else f"réponse à {heard['message']}")
    front = telegram(town)
    async with town.open():
        assert await town.post(front.says(1, "papiers", 5)) == 200
        await until(lambda: len(front.fake.sent) == 1)
        token = json.loads(_text(front.fake.sent[0]["reply_markup"]))["inline_keyboard"][1][0]["callback_data"]
        person = {"id": 1, "is_bot": False, "first_name": "Camille", "language_code": "fr"}
        query = {"id": "77", "from": person, "chat_instance": "-3", "data": token}
        update = {"update_id": 6, "callback_query": query}
        query["message"] = {"message_id": 9, "date": 1, "chat": {"id": 1, "type": "private"}}
        assert (
            await town.post(Post("/channels/telegram", json.dumps(update).encode(), front.says(1, "", 1).headers))
            == 200
        )
        await until(lambda: len(front.fake.sent) == 2)

    assert front.got(1)[1] == "réponse à /passeport"
    assert [call for call, _ in front.fake.calls if call == "answerCallbackQuery"] == ["answerCallbackQuery"]


async def test_a_number_chooses_from_the_last_list(town: Town) -> None:
    """« 2 » is the second choice of the last reply; a number that is none of them is what was typed."""
    town.rasa.answer(lambda heard: CHOICES if heard["message"] == "papiers" else f"réponse à {heard['message']}")
    front = town.fronts["whatsapp"]
    async with town.open():
        for number, text in enumerate(("papiers", "2", "papiers", "7", "papiers", "CARTE D'IDENTITE")):
            assert await town.post(front.says(1, text, number)) == 200
            await until(lambda count=number: len(front.got(1)) == count + 1)

    assert [front.got(1)[at] for at in (1, 3, 5)] == ["réponse à /passeport", "réponse à 7", "réponse à /carte"]


async def test_a_comment_becomes_a_case_with_its_post(town: Town, store: Store) -> None:
    """At the service that it is for; nobody answers in public, and an agent's reply is private."""
    value = {
        "from": {"id": "77001122", "name": "Camille"},
        "post": {"permalink_url": "https://www.facebook.com/1010/posts/555", "id": "1010_555"},
        "message": "Le lampadaire de la rue des Lilas est en panne",
        "post_id": "1010_555",
        "comment_id": "555_666",
        "created_time": int(time.time()),
        "item": "comment",
        "parent_id": "1010_555",
        "verb": "add",
    }
    change = {"object": "page", "entry": [{"id": PAGE, "time": 1, "changes": [{"field": "feed", "value": value}]}]}
    front = messenger(town)
    async with town.open() as built:
        for _ in range(2):
            assert await town.post(front._post(change)) == 200

        for _ in range(200):
            if await store.cases.view(View.ALL, ALL):
                break
            await asyncio.sleep(0.02)
        (case,) = await store.cases.view(View.ALL, ALL)
        assert (case.cause, case.details["post"]) == (Cause.COMMENT, value["post"]["permalink_url"])
        assert front.fake.sent == []
        conversation = await built.store.conversations.get(case.conversation_id)
        await built.counter.say(conversation, Reply("a1", "Nous passons demain.", author=Author.AGENT, name="Claire"))
        await until(lambda: len(front.fake.sent) == 1)

    assert front.fake.sent[0].body["recipient"] == {"comment_id": "555_666"}
    assert town.rasa.heard == []


async def test_receipts_reach_the_reply(town: Town, store: Store) -> None:
    """Delivered and read by WhatsApp's statuses; another one that failed later stands among what was given up."""
    front = whatsapp(town)
    async with town.open():
        for number in (1, 2):
            assert await town.post(front.says(1, "bonjour", number)) == 200
            await until(lambda count=number: len(front.got(1)) == count)
        conversation = await conversation_of(store, "whatsapp", front.key(1))
        seen = []
        for state in ("sent", "delivered", "read", "failed"):
            status = {
                "id": front.fake.sent[1 if state == "failed" else 0].id,
                "status": state,
                "timestamp": str(int(time.time())),
                "recipient_id": front.key(1),
            }
            if state == "failed":
                status |= {"errors": [{"code": 131026, "title": "Message undeliverable"}]}
            assert await town.post(on_whatsapp(town, {"statuses": [status]})) == 200
            seen.append([one.state for one in (await store.outbox.states(conversation.id)).values()])
        (given_up,) = await store.outbox.undelivered()

    assert seen == [["sent", "sent"], ["delivered", "sent"], ["read", "sent"], ["read", "failed"]]
    assert "131026" in given_up.reason


async def test_two_channels_are_linked_by_two_codes(town: Town, store: Store) -> None:
    """« lier » on the one, its code on the other, that one's code on the first."""
    one, two = town.fronts["telegram"], town.fronts["whatsapp"]
    async with town.open():
        assert await town.post(one.says(1, "Lier mes conversations", 1)) == 200
        await until(lambda: len(one.got(1)) == 1)
        assert await town.post(two.says(1, code_in(one.got(1)[0]), 2)) == 200
        await until(lambda: len(two.got(1)) == 1)
        assert await town.post(one.says(1, code_in(two.got(1)[0]), 3)) == 200
        await until(lambda: len(one.got(1)) == 2)
        linked = await conversation_of(store, "telegram", one.key(1))

    assert "réunies" in one.got(1)[1]
    assert await store.links.others(linked.id) == [Address("whatsapp", two.key(1))]
    assert town.rasa.heard == []


def code_in(text: str) -> str:
    (code,) = re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", text)
    return str(code)


def exif() -> Any:
    found = Image.Exif()
    found.get_ifd(0x8825).update(GRENOBLE)
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


async def test_a_citizen_erases_everything_in_words(town: Town, store: Store) -> None:
    """Asked once, then done: only the receipt is left of the conversation."""
    front = town.fronts["whatsapp"]
    async with town.open():
        for number, text in enumerate(("tout effacer", "Supprimer mes données", "Tout effacer")):
            assert await town.post(front.says(1, text, number)) == 200
            await until(lambda count=number: len(front.got(1)) == count + 1)
        left = await lines(store, "whatsapp", front.key(1))

    assert front.got(1)[0] == "réponse à tout effacer"
    assert "« tout effacer »" in front.got(1)[1]
    assert "Numéro du reçu : R-" in front.got(1)[2]
    assert [line.text for line in left] == [front.got(1)[2]]


async def test_a_language_is_chosen_in_a_word(town: Town) -> None:
    """What a provider says of the device counts once; what the citizen chose counts from then on."""
    front = telegram(town)
    async with town.open():
        for number, text in enumerate(("bonjour", "english", "the pool ?")):
            assert await town.post(front.says(1, text, number)) == 200
            await until(lambda count=number: len(front.got(1)) == count + 1)

    assert front.got(1)[1] == "I go on in English."
    assert town.rasa.heard[-1]["metadata"]["language"] == "en"
