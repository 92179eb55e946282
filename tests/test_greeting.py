"""What somebody is told who writes in another language than the conversation is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import safety, settings
from bot.bus import LocalBus
from bot.cases import CaseKind, Cause, NewCase
from bot.conversation import Counter
from bot.greeting import said_in
from bot.messages import Address, AnswerStatus, Button, Message, Reply, Turn
from bot.store.base import Conversation, Entry
from bot.store.sql import Store
from bot.text import wording
from tests.store.words import ANNE, START

ROOT = Path(__file__).resolve().parents[1]
WORDS = wording.load(settings.read_office(ROOT / "office.yml"))
SPANISH = "¿cómo puedo renovar mi pasaporte?"
MORE_SPANISH = "necesito una cita para mañana por favor"
ARABIC = "أريد تجديد جواز سفري"
ELSEWHERE = Address("telegram", "42")
WEB = Address("web", "anne")


class Replying:
    """A core that answers everything in the same way, and keeps what it is asked."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = replies or (Reply("0", "Je ne connais pas ce sujet.", status=AnswerStatus.OUT_OF_SCOPE),)
        self.payloads: list[str | None] = []

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        self.payloads.append(payload)
        return Turn(tuple(replace(reply, id=f"{message.id}.{reply.id}") for reply in self._replies))

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        return None

    async def remember(self, conversation: Conversation, entries: Sequence[Entry]) -> None: ...

    async def well(self) -> bool:
        return True


class Citizen:
    """Writes to a counter, and reads what is said."""

    def __init__(self, store: Store, core: Replying, address: Address = ANNE, hint: str | None = "fr") -> None:
        self.store = store
        self.core = core
        self._address = address
        self._hint = hint
        self._said = 0
        self._counter = Counter(store, core, {}, WORDS, safety.load(), LocalBus(), "w1", lambda: START)

    async def say(self, text: str, pressed: str | None = None) -> list[Reply]:
        """What is said to a message."""
        self._said += 1
        before = len(await self.read())
        message = Message(f"m{self._said}", self._address, text, START, pressed=pressed, language_hint=self._hint)
        await self._counter.receive(message)
        while claimed := await self.store.inbox.claim("w1", START, timedelta(seconds=30)):
            await self._counter.handle(claimed)
        return [entry.reply for entry in (await self.read())[before:] if entry.reply]

    async def press(self, title: str) -> list[Reply]:
        """What is said to the press of a button of the last reply."""
        (token,) = (
            button.payload
            for entry in (await self.read())[-1:]
            for button in (entry.reply.buttons if entry.reply else ())
            if button.title == title
        )
        return await self.say(title, pressed=token)

    async def read(self) -> list[Entry]:
        conversation = await self.store.conversations.find(self._address)
        return await self.store.transcript.read(conversation.id) if conversation else []

    async def conversation(self) -> Conversation:
        found = await self.store.conversations.find(self._address)
        assert found
        return found


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (SPANISH, "es"),
        (ARABIC, "ar"),
        ("Доброго дня, хочу поновити паспорт", "uk"),
        ("wie kann ich einen Termin vereinbaren?", "de"),
        ("como faço para marcar uma consulta?", "pt"),
        ("你好，我想更新护照", "zh"),
        ("pasaportumu yenilemek istiyorum", "tr"),
    ],
)
async def test_somebody_is_told_in_their_language_what_can_be_done(store: Store, text: str, language: str) -> None:
    """With a person to reach and English to go on in; the conversation stays French, and the language is kept."""
    citizen = Citizen(store, Replying())
    (reply,) = await citizen.say(text)
    conversation = await citizen.conversation()

    assert (reply.text, reply.language) == (WORDS.say("greeting", language), language)
    assert [button.title for button in reply.buttons] == [
        WORDS.say("person_title", language),
        WORDS.say("english_title", language),
    ]
    assert (conversation.language, conversation.spoken) == ("fr", language)


async def test_it_is_told_in_full_once(store: Store) -> None:
    """After that in short, where nothing sure was found."""
    citizen = Citizen(store, Replying())
    await citizen.say(SPANISH)
    (reply,) = await citizen.say(MORE_SPANISH)

    assert reply.text == WORDS.say("greeting_again", "es")
    assert reply.language == "es"


@pytest.mark.parametrize(
    ("status", "stays"),
    [
        (AnswerStatus.ANSWERED, True),
        (AnswerStatus.NARROWED, True),
        (None, True),
        (AnswerStatus.LOST, False),
        (AnswerStatus.CHOOSE, False),
        (AnswerStatus.OUT_OF_SCOPE, False),
    ],
)
async def test_what_is_sure_is_answered_in_french(store: Store, status: AnswerStatus | None, stays: bool) -> None:
    """So is what a form asks, which has no status; a guess in French helps nobody who does not read it."""
    citizen = Citizen(store, Replying(Reply("0", "Voici.", status=status)))
    first = await citizen.say(SPANISH)
    second = await citizen.say(MORE_SPANISH)

    assert [reply.text for reply in first][1:] == (["Voici."] if stays else [])
    assert [reply.text for reply in second] == (["Voici."] if stays else [WORDS.say("greeting_again", "es")])


@pytest.mark.parametrize("address", [WEB, ELSEWHERE])
async def test_a_button_goes_on_in_english(store: Store, address: Address) -> None:
    """Where the page is ours it changes with the conversation; the language of the citizen is not forgotten."""
    citizen = Citizen(store, Replying(), address, "fr" if address is WEB else "es")
    await citizen.say(SPANISH)
    (reply,) = await citizen.press(WORDS.say("english_title", "es"))
    conversation = await citizen.conversation()

    assert (reply.text, reply.language, reply.speak) == (WORDS.say("language_changed", "en"), "en", "en")
    assert (conversation.language, conversation.spoken) == ("en", "es")
    assert citizen.core.payloads == [None]


async def test_a_button_leads_to_a_person(store: Store) -> None:
    """The core opens its form as if « Parler à une personne » was pressed."""
    citizen = Citizen(store, Replying())
    await citizen.say(ARABIC)
    await citizen.press(WORDS.say("person_title", "ar"))

    assert citizen.core.payloads[-1] == '/handoff{"cause": "asked"}'


async def test_french_is_answered_as_ever_behind_another_language(store: Store) -> None:
    """Whoever goes on in French is not greeted again."""
    citizen = Citizen(store, Replying())
    await citizen.say(SPANISH)
    (reply,) = await citizen.say("je voudrais refaire mon passeport")

    assert reply.text == "Je ne connais pas ce sujet."


async def test_who_goes_on_in_french_is_heard_in_french(store: Store) -> None:
    """Buttons and numbers are then answered in French again, and Spanish is greeted no second time."""
    citizen = Citizen(store, Replying())
    await citizen.say(SPANISH)
    await citizen.say("je voudrais refaire mon passeport")
    assert (await citizen.conversation()).spoken == "fr"
    (reply,) = await citizen.say(MORE_SPANISH)
    assert reply.text == WORDS.say("greeting_again", "es")


@pytest.mark.parametrize(
    ("text", "pressed", "conversation", "spoken", "language"),
    [
        ("Hablar con una persona", "c.1", "fr", "es", "es"),
        ("État civil", "c.1", "fr", "es", "es"),
        ("06 12 34 56 78", None, "fr", "es", "es"),
        ("mi vecino ocupa mi garaje y no me responde", None, "fr", "es", "es"),
        ("je voudrais refaire mon passeport", None, "fr", "es", ""),
        ("État civil", "c.1", "en", "es", ""),
        ("État civil", "c.1", "fr", "fr", ""),
        ("État civil", "c.1", "fr", "en", ""),
        ("État civil", "c.1", "fr", "", ""),
        ("06 12 34 56 78", None, "fr", "", ""),
    ],
)
async def test_lines_go_on_in_the_language_of_the_citizen(
    store: Store, text: str, pressed: str | None, conversation: str, spoken: str, language: str
) -> None:
    """Until they write in French, or have chosen English; who never wrote in another language reads French."""
    citizen = Citizen(store, Replying())
    await citizen.say("bonjour")
    own = replace(await citizen.conversation(), language=conversation, spoken=spoken)
    said = Message("m9", ANNE, text, START, pressed=pressed)

    assert said_in(said, own) == language


@pytest.mark.parametrize("text", ["ok", "Marie Dupont", "jvoudré 1 rdv svp", "12 rue de Madrid", "👍", "José García"])
async def test_what_does_not_tell_is_answered_as_ever(store: Store, text: str) -> None:
    """Names, addresses and messy French greet nobody."""
    citizen = Citizen(store, Replying())
    (reply,) = await citizen.say(text)

    assert reply.text == "Je ne connais pas ce sujet."
    assert (await citizen.conversation()).spoken == ""


async def test_english_is_offered_once_in_a_french_conversation(store: Store) -> None:
    """Behind the answer; the conversation changes only at the citizen's own wish."""
    citizen = Citizen(store, Replying())
    _, offer = await citizen.say("hello, how can I renew my passport?")
    again = await citizen.say("where do I have to send the form?")

    assert offer.text == WORDS.say("greeting", "en")
    assert [button.title for button in offer.buttons] == ["Continue in English"]
    assert len(again) == 1
    assert (await citizen.conversation()).language == "fr"


async def test_english_is_offered_in_one_reply(store: Store) -> None:
    """What answers « do you speak English? » has the button already, and it works."""
    button = Button("Continue in English", '/speak{"language": "en"}')
    citizen = Citizen(store, Replying(Reply("0", "I answer in French and in English.", "en", buttons=(button,))))
    (reply,) = await citizen.say("do you speak english please?")
    (changed,) = await citizen.press("Continue in English")

    assert reply.text == "I answer in French and in English."
    assert changed.speak == "en"


async def test_a_device_that_is_set_to_spanish_is_greeted_too(store: Store) -> None:
    """What a provider tells of the device is no language that we answer in."""
    citizen = Citizen(store, Replying(), ELSEWHERE, "es-MX")
    (reply,) = await citizen.say(SPANISH)

    assert (reply.language, reply.text) == ("es", WORDS.say("greeting", "es"))


async def test_a_case_carries_the_language(store: Store) -> None:
    """Whoever takes it knows before the first word."""
    citizen = Citizen(store, Replying())
    await citizen.say(ARABIC)
    conversation = await citizen.conversation()
    wanted = NewCase(conversation.id, "m1", "handoff", CaseKind.QUESTION, "accueil", Cause.ASKED, ARABIC)
    case = (await store.cases.open(wanted, START)).case

    assert (case.language, case.spoken) == ("fr", "ar")


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("¡socorro, hay un incendio en mi casa!", "es", "18"),
        ("النجدة", "ar", "112"),
        ("quero morrer, não aguento mais", "pt", "3114"),
    ],
)
async def test_danger_is_answered_in_its_language(store: Store, text: str, language: str, number: str) -> None:
    """The numbers, and nothing of the core."""
    citizen = Citizen(store, Replying())
    alarm = (await citizen.say(text))[0]

    assert (alarm.language, number in alarm.text) == (language, True)
