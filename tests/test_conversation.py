"""What is said at once to danger, and what becomes of a question that the core cannot answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot import safety, settings
from bot.bus import LocalBus
from bot.conversation import FUTILE_ATTEMPTS, Counter
from bot.errors import RasaError, RasaSilent, RasaSlow, RasaUnreachable
from bot.messages import Address, AnswerStatus, Attachment, Author, Kind, Message, Reply, Source, Turn
from bot.sourced import Quotes, Sourced
from bot.store.base import Article, Conversation, Entry, Prepared
from bot.store.sql import Store
from bot.text import wording
from tests.store.contract_agents import hired
from tests.store.contract_cases import new
from tests.store.words import ANNE, START, put

ROOT = Path(__file__).resolve().parents[1]
TRIES = FUTILE_ATTEMPTS + 3


class Unanswering:
    """A core that fails each question in the same way."""

    def __init__(self, error: RasaError, well: bool) -> None:
        self._error = error
        self._well = well

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        raise self._error

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        return None

    async def remember(self, conversation: Conversation, entries: Sequence[Entry]) -> None:
        raise self._error

    async def well(self) -> bool:
        return self._well


class Answering:
    """A core that answers all it hears, and remembers it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.remembered: list[str] = []

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        self.heard.append(payload or message.text)
        return Turn(()) if payload == "/alarmed" else Turn((Reply(f"{message.id}.0", "Voici."),))

    async def remember(self, conversation: Conversation, entries: Sequence[Entry]) -> None:
        self.remembered += [entry.text.split("\n")[0] for entry in entries]

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        return None

    async def well(self) -> bool:
        return True


async def tries_until_answered(store: Store, core: Unanswering) -> tuple[int, list[str]]:
    """How often a question is tried, at most `TRIES` times, and what its citizen reads."""
    office = settings.read_office(ROOT / "office.yml")
    counter = Counter(store, core, {}, wording.load(office), safety.load(), LocalBus(), "w1", lambda: START)
    await put(store, "m1")
    tried = 0
    while tried < TRIES and (
        claim := await store.inbox.claim("w1", START + timedelta(minutes=tried), timedelta(seconds=30))
    ):
        tried += 1
        await counter.handle(claim)
    conversation = await store.conversations.find(ANNE)
    assert conversation
    entries = await store.transcript.read(conversation.id)
    return tried, [entry.ref for entry in entries if entry.reply and entry.reply.status is AnswerStatus.UNAVAILABLE]


async def said(store: Store, address: Address = ANNE) -> list[tuple[str, str]]:
    """The ids and first words of a conversation's lines."""
    conversation = await store.conversations.find(address)
    assert conversation
    entries = await store.transcript.read(conversation.id)
    return [(entry.ref, entry.text.split("\n")[0]) for entry in entries]


async def exchange(
    store: Store, message: Message, core: Answering | None = None
) -> tuple[list[str], list[tuple[str, str]]]:
    """What the core hears of a message, and what stands in the transcript when it was handled."""
    office = settings.read_office(ROOT / "office.yml")
    core = core or Answering()
    counter = Counter(store, core, {}, wording.load(office), safety.load(), LocalBus(), "w1", lambda: START)
    for _ in range(2):
        await counter.receive(message)
    if claim := await store.inbox.claim("w1", START, timedelta(seconds=30)):
        await counter.handle(claim)
    # One message, or what is behind one that was an alarm.
    assert await store.inbox.claim("w1", START, timedelta(seconds=30)) is None
    return core.heard, await said(store)


class Inventing(Answering):
    """A core that gives numbers, with and without a source, and one that its citizen gave."""

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        source = Source("Piscine", "/articles/piscine")
        return Turn(
            (
                Reply(f"{message.id}.0", "Appelez le 02 40 99 99 99."),
                Reply(f"{message.id}.1", "Bassin : 02 40 11 22 33.", sources=(source,)),
                Reply(f"{message.id}.2", "Nous vous rappelons au 06 12 34 56 78."),
            )
        )


async def test_nothing_unsourced_is_said(store: Store) -> None:
    """A number of no source is masked; an article's own stays, and so does the citizen's in what has no source."""
    office = settings.read_office(ROOT / "office.yml")
    words = wording.load(office)
    sourced = Sourced(office, words, Quotes(store.articles))
    core = Inventing()
    counter = Counter(store, core, {}, words, safety.load(), LocalBus(), "w1", lambda: START, sourced=sourced)
    await store.articles.replace("test", [Article("piscine", "Piscine", "sports", "Tél. 02.40.11.22.33")], START)
    await counter.receive(Message("m1", ANNE, "Rappelez-moi au 0612345678", START))
    claim = await store.inbox.claim("w1", START, timedelta(seconds=30))
    assert claim
    await counter.handle(claim)

    assert [words for ref, words in await said(store) if ref != "m1"] == [
        "Appelez le [numéro à vérifier].",
        "Bassin : 02 40 11 22 33.",
        "Nous vous rappelons au 06 12 34 56 78.",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("il y a le feu chez moi", "Appelez tout de suite :"),
        ("mon mari me frappe", "En danger, appelez tout de suite :"),
    ],
)
async def test_a_sure_danger_ends_the_turn(store: Store, text: str, line: str) -> None:
    """The numbers are the whole answer; the core learns afterwards what was said, and has nothing to say to it."""
    core = Answering()
    heard, lines = await exchange(store, Message("m1", ANNE, text, START), core)

    assert (heard, lines) == (["/alarmed"], [("m1", text), ("m1.alarm", line)])
    assert core.remembered == [text, line]


async def test_what_an_agent_said_is_told_to_the_core_before_the_next_question(store: Store) -> None:
    """In order and once: the citizen's words, the agent's, and not the question that the core is asked now."""
    core = Answering()
    await exchange(store, Message("m1", ANNE, "bonjour", START), core)
    conversation = await store.conversations.find(ANNE)
    assert conversation
    agent = await hired(store)
    case = (await store.cases.open(new(conversation.id), START)).case
    await store.cases.take(case.id, agent.id, START)
    await exchange(store, Message("m2", ANNE, "j'ai une fuite", START), core)
    spoken = Reply("a1", "Je regarde.", author=Author.AGENT, name="Claire M.")
    await store.outbox.add(conversation.id, [Prepared(spoken)], START)
    await store.cases.close(case.id, agent.id, START)
    await exchange(store, Message("m3", ANNE, "merci, et la piscine ?", START), core)
    await exchange(store, Message("m4", ANNE, "elle ouvre quand ?", START), core)

    assert core.heard == ["bonjour", "merci, et la piscine ?", "elle ouvre quand ?"]
    assert core.remembered == ["j'ai une fuite", "Je regarde."]


async def test_what_is_said_to_an_agent_is_not_answered_by_the_bot(store: Store) -> None:
    """It stands in the transcript; danger is answered all the same, and makes the case urgent."""
    conversation = await store.conversations.open(ANNE, "fr", START)
    agent = await hired(store)
    case = (await store.cases.open(new(conversation.id), START)).case
    await store.cases.take(case.id, agent.id, START)
    heard, lines = await exchange(store, Message("m1", ANNE, "il y a le feu chez moi", START))

    assert (heard, [ref for ref, _ in lines]) == ([], ["m1", "m1.alarm"])
    assert (await store.cases.get(case.id)).urgent


async def test_a_photo_without_words_is_something(store: Store) -> None:
    """The core hears of it; the transcript keeps what came along."""
    photo = Attachment("photo.jpg", "image/jpeg", 0, "photo:abc")
    heard, _ = await exchange(store, Message("m1", ANNE, "", START, attachments=(photo,)))
    conversation = await store.conversations.find(ANNE)
    assert conversation
    (line, _) = await store.transcript.read(conversation.id)

    assert (heard, line.attachments) == (["/photo"], (photo,))


async def test_a_possible_danger_is_also_answered_as_a_question(store: Store) -> None:
    """The numbers first, under an id that no answer of the core has; then the answer."""
    text = "une fumée dans le ciel"
    expected = [("m1", text), ("m1.alarm", "Si quelqu’un est en danger :"), ("m1.0", "Voici.")]

    assert await exchange(store, Message("m1", ANNE, text, START)) == ([text], expected)


async def test_an_opening_is_welcomed_without_the_core(store: Store) -> None:
    """It leaves nothing to handle."""
    heard, lines = await exchange(store, Message("m1", ANNE, "", START, kind=Kind.START))

    assert (heard, [ref for ref, _ in lines]) == ([], ["m1.0"])


@pytest.mark.parametrize("error", [RasaSilent("nothing"), RasaSlow("too slow")])
async def test_a_core_that_is_well_is_asked_a_few_times(store: Store, error: RasaError) -> None:
    """What a healthy core meets with silence, or takes too long over, is answered with an honest sentence."""
    assert await tries_until_answered(store, Unanswering(error, well=True)) == (FUTILE_ATTEMPTS, ["m1.0"])


@pytest.mark.parametrize(
    ("error", "well"),
    [(RasaSilent("nothing"), False), (RasaSlow("too slow"), False), (RasaUnreachable("gone"), True)],
)
async def test_an_outage_is_waited_out(store: Store, error: RasaError, well: bool) -> None:
    """While the core or its action server is sick, the question stays."""
    assert await tries_until_answered(store, Unanswering(error, well)) == (TRIES, [])
