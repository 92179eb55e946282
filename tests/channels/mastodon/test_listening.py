"""No mention is lost and none is answered twice, whatever becomes of the stream."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.errors import SendError
from bot.messages import Message
from channels.mastodon.mentions import BEGINNING, Pace
from tests.channels.mastodon.test_channel import make
from tests.fakes.mastodon import FakeMastodon

QUICK = Pace(
    silence=timedelta(seconds=0.4),
    settling=timedelta(seconds=0.05),
    recheck=timedelta(seconds=0.2),
    first_pause=timedelta(milliseconds=5),
    longest_pause=timedelta(milliseconds=40),
)


@dataclass
class Inbox:
    """What was handed over, and where the cursor stood then. `failing` names texts whose storing fails once."""

    mastodon: FakeMastodon
    texts: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    doubled: int = 0
    cursor: str = ""
    written: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    """Notifications that are listed behind others with higher ids: no cursor can wait for what nobody knows of."""

    async def deliver(self, message: Message) -> bool:
        if message.text in self.failing:
            self.failing.remove(message.text)
            raise RuntimeError("the database is away")
        if message.id in self.ids:
            self.doubled += 1
            return False
        self.ids.add(message.id)
        self.texts.append(message.text)
        return True

    async def read(self) -> str:
        return self.cursor

    async def write(self, value: str) -> None:
        """The promise of a cursor, checked whenever it moves: all before it is stored."""
        begun = int(self.written[0] if self.written else self.cursor or value)
        passed = [one for one in self.mastodon.notifications if readable(one) and begun < int(one["id"]) <= int(value)]
        lost = [one["id"] for one in passed if one["status"]["id"] not in self.ids and one["id"] not in self.late]
        assert not lost, f"the cursor passes {lost}"
        self.cursor = value
        self.written.append(value)


def readable(one: Any) -> bool:
    """Whether somebody could have been told."""
    status = one.get("status") if isinstance(one, dict) else None
    return isinstance(status, dict) and isinstance(status.get("id"), str)


@pytest.fixture
def mastodon(mastodon: FakeMastodon) -> FakeMastodon:
    """The account takes private mentions by strangers, as it does once it is registered."""
    mastodon.filtering = False
    return mastodon


class Listening:
    """The channel at work, until the block ends."""

    def __init__(self, http: aiohttp.ClientSession, mastodon: FakeMastodon, inbox: Inbox, pace: Pace = QUICK) -> None:
        self._channel = make(http, mastodon.url, clock=lambda: mastodon.now, pace=pace)
        self._inbox = inbox

    async def __aenter__(self) -> asyncio.Task[None]:
        self._task = asyncio.create_task(self._channel.listen(self._inbox.deliver, self._inbox))
        return self._task

    async def __aexit__(self, *exception: object) -> None:
        self._task.cancel()
        (ended,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(ended, AssertionError):
            raise ended


async def until(fact: Callable[[], bool]) -> None:
    async def wait() -> None:
        while not fact():  # noqa: ASYNC110 - the facts are those of other tasks
            await asyncio.sleep(0.005)

    await asyncio.wait_for(wait(), 15)


async def test_a_mention_is_handed_over_as_it_is_written(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> None:
    """The stream rings, the mention is read, stored, and then the cursor moves."""
    inbox = Inbox(mastodon, cursor="5000")
    async with Listening(http, mastodon, inbox):
        await until(lambda: mastodon.streams == 1)
        told = mastodon.mention("Où est la mairie ?")
        await until(lambda: inbox.cursor == told["id"])

    assert inbox.texts == ["Où est la mairie ?"]


async def test_the_first_start_takes_the_last_hour(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> None:
    """What is older than an hour is not answered; what was written while the channel was being set up is."""
    for number in range(100):
        mastodon.mention(f"vieux {number}", at=mastodon.now - timedelta(hours=2))
    for number in range(90):
        mastodon.mention(f"neuf {number}", at=mastodon.now - timedelta(minutes=59 - number // 2))
    inbox = Inbox(mastodon)
    async with Listening(http, mastodon, inbox):
        await until(lambda: inbox.cursor == mastodon.notifications[-1]["id"])

    assert inbox.texts == [f"neuf {number}" for number in range(90)]
    assert inbox.written[0] == mastodon.notifications[99]["id"]


async def test_the_first_start_of_an_unknown_account_has_a_cursor(
    http: aiohttp.ClientSession, mastodon: FakeMastodon
) -> None:
    """Where nobody has written yet, the cursor stands at the beginning, so that the next start is not the first."""
    inbox = Inbox(mastodon)
    async with Listening(http, mastodon, inbox):
        await until(lambda: inbox.cursor == BEGINNING)


async def test_a_long_absence_is_made_up_for_page_by_page(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> None:
    """200 mentions since the cursor are handed over in their order, however old they are."""
    first = mastodon.mention("la première", at=mastodon.now - timedelta(days=3))
    for number in range(200):
        mastodon.mention(str(number), at=mastodon.now - timedelta(days=2))
    inbox = Inbox(mastodon, cursor=first["id"], ids={first["status"]["id"]})
    async with Listening(http, mastodon, inbox):
        await until(lambda: len(inbox.texts) == 200)

    assert inbox.texts == [str(number) for number in range(200)]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"type": "mention"},
        {"id": "5003", "type": "mention", "created_at": "jamais", "status": {"id": 7}},
        {"id": "5004", "type": "mention", "status": None},
        {"id": {"a": 1}, "type": []},
        "texte",
        None,
    ],
)
async def test_what_cannot_be_read_stops_nothing(
    http: aiohttp.ClientSession, mastodon: FakeMastodon, spoilt: Any
) -> None:
    """Mentions before and behind an unreadable notification are handed over."""
    mastodon._ids = 5000
    mastodon.list_it(mastodon.notification("avant"))
    mastodon.list_it(spoilt)
    mastodon._ids = 5010
    mastodon.list_it(mastodon.notification("après"))
    inbox = Inbox(mastodon, cursor="5000")
    async with Listening(http, mastodon, inbox):
        await until(lambda: len(inbox.texts) == 2)

    assert inbox.texts == ["avant", "après"]


async def test_a_mention_that_is_not_stored_is_handed_over_again(
    http: aiohttp.ClientSession, mastodon: FakeMastodon
) -> None:
    """If storing fails, the cursor stays before the mention, and the next `listen` begins with it."""
    inbox = Inbox(mastodon, cursor="5000", failing={"deux"})
    for text in ("un", "deux", "trois"):
        mastodon.mention(text)
    async with Listening(http, mastodon, inbox) as task:
        with pytest.raises(RuntimeError):
            await task
    assert inbox.cursor == mastodon.notifications[0]["id"]

    async with Listening(http, mastodon, inbox):
        await until(lambda: inbox.cursor == mastodon.notifications[-1]["id"])

    assert inbox.texts == ["un", "deux", "trois"]


@pytest.mark.parametrize("seed", range(6))
async def test_a_stream_that_is_cut_anywhere_loses_nothing(
    http: aiohttp.ClientSession, mastodon: FakeMastodon, seed: int
) -> None:
    """Connections that break inside of events, rings that never come, storing that fails: each mention once, in the end."""
    chance = random.Random(seed)
    mastodon.cut = lambda event: chance.randrange(len(event)) if chance.random() < 0.5 else None
    inbox = Inbox(mastodon, cursor="5000", failing={"7", "19", "31"})
    for number in range(40):
        mastodon.deaf = chance.random() < 0.2
        late = mastodon.notification(f"en retard {number}") if chance.random() < 0.2 else None
        mastodon.mention(str(number))
        async with Listening(http, mastodon, inbox) as task:
            await asyncio.wait([task], timeout=chance.random() * 0.04)
            if late is not None:
                # Ids are given before they are committed: this one is listed behind its successor.
                inbox.late.add(late["id"])
                mastodon.list_it(late)
                mastodon.ring(late)
            await asyncio.wait([task], timeout=chance.random() * 0.02)
    expected = {one["status"]["id"] for one in mastodon.notifications}
    while not inbox.ids >= expected:
        async with Listening(http, mastodon, inbox) as task:
            await until(lambda: task.done() or inbox.ids >= expected)

    assert len(inbox.texts) == len(set(inbox.texts)) == len(expected)
    assert not inbox.failing


async def test_a_stream_that_breaks_is_opened_again(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> None:
    """In one and the same `listen`, each of 30 mentions comes though every second event breaks off."""
    chance = random.Random(1)
    mastodon.cut = lambda event: chance.randrange(len(event)) if chance.random() < 0.5 else None
    inbox = Inbox(mastodon, cursor="5000")
    async with Listening(http, mastodon, inbox) as task:
        for number in range(30):
            mastodon.mention(str(number))
            await asyncio.sleep(chance.random() * 0.02)
        await until(lambda: len(inbox.texts) == 30)
        assert not task.done()

    assert inbox.texts == [str(number) for number in range(30)]
    assert inbox.doubled == 0
    assert mastodon.streams > 1


@pytest.mark.parametrize("fault", ["silent", "hanging"])
async def test_a_silent_stream_is_opened_again(http: aiohttp.ClientSession, mastodon: FakeMastodon, fault: str) -> None:
    """A stream without a sign of life is lost, even if its connection stays."""
    mastodon.stream_fault = fault
    inbox = Inbox(mastodon, cursor="5000")
    async with Listening(http, mastodon, inbox):
        await until(lambda: mastodon.streams == 1)
        mastodon.mention("Entendu ?")
        await until(lambda: mastodon.streams >= 2)
        await until(lambda: inbox.texts == ["Entendu ?"])


async def test_without_a_stream_the_list_is_read(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> None:
    """A streaming server that refuses only makes things slower."""
    mastodon.stream_fault = "refusing"
    inbox = Inbox(mastodon, cursor="5000")
    async with Listening(http, mastodon, inbox):
        await until(lambda: mastodon.streams >= 1)
        mastodon.mention("Et maintenant ?")
        await until(lambda: inbox.texts == ["Et maintenant ?"])


async def test_a_ring_that_never_comes_costs_a_minute(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> None:
    """The list is read from time to time while the stream only gives signs of life: private mentions that were set
    aside never ring.
    """
    mastodon.filtering = True
    inbox = Inbox(mastodon, cursor="5000")
    async with Listening(http, mastodon, inbox):
        await until(lambda: mastodon.streams == 1)
        mastodon.mention("Mise de côté")
        await until(lambda: inbox.texts == ["Mise de côté"])

    assert mastodon.streams == 1


async def test_a_mention_that_is_told_before_it_is_listed_is_handed_over(
    http: aiohttp.ClientSession, mastodon: FakeMastodon
) -> None:
    """A list may lag behind the stream; the cursor waits for the list."""
    inbox = Inbox(mastodon, cursor="5000")
    slow = Pace(settling=timedelta(hours=1))
    async with Listening(http, mastodon, inbox, slow):
        await until(lambda: len(mastodon._listeners) == 1)
        mastodon.ring(mastodon.notification("Déjà dit"))
        await until(lambda: inbox.texts == ["Déjà dit"])

    assert inbox.cursor == "5000"


async def test_a_notification_that_comes_late_is_found(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> None:
    """One with a lower id than the cursor's that is committed after it is handed over, too."""
    inbox = Inbox(mastodon, cursor="5000")
    late = mastodon.notification("en retard")
    mastodon.mention("à l’heure")
    async with Listening(http, mastodon, inbox):
        await until(lambda: inbox.cursor == "5002")
        mastodon.list_it(late)
        await until(lambda: len(inbox.texts) == 2)

    assert inbox.texts == ["à l’heure", "en retard"]


async def test_the_stream_may_have_a_server_of_its_own(http: aiohttp.ClientSession) -> None:
    """`configuration.urls.streaming` of the instance says where it is."""
    async with FakeMastodon(separate_stream=True) as mastodon:
        mastodon.filtering = False
        inbox = Inbox(mastodon, cursor="5000")
        async with Listening(http, mastodon, inbox):
            await until(lambda: mastodon.streams == 1)
            mastodon.mention("Ici")
            await until(lambda: inbox.texts == ["Ici"])


@pytest.mark.parametrize("fault", ["failing", "revoked", "limiting", "garbled", "closing"])
async def test_a_server_that_does_not_answer_is_said(
    http: aiohttp.ClientSession, mastodon: FakeMastodon, fault: str
) -> None:
    """`listen` ends with an error that can be seen, and is called again later."""
    mastodon.fault = fault
    inbox = Inbox(mastodon, cursor="5000")
    async with Listening(http, mastodon, inbox) as task:
        with pytest.raises(SendError):
            await task


async def test_what_is_no_mention_rings_for_nothing(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> None:
    """A favourite costs no request."""
    inbox = Inbox(mastodon, cursor="5000")
    async with Listening(http, mastodon, inbox, Pace(settling=timedelta(hours=1))):
        await until(lambda: len(mastodon._listeners) == 1)
        await until(lambda: len(mastodon.requests) >= 5)
        asked = len(mastodon.requests)
        mastodon.ring(mastodon.notification(notified={"type": "favourite"}))
        told = mastodon.mention("Bonjour")
        await until(lambda: inbox.cursor == told["id"])

    assert len(mastodon.requests) - asked == 3
    assert inbox.texts == ["Bonjour"]
