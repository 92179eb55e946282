"""What became of replies: shown with each line, told live, and on the desk until somebody sends them again or puts them away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot import clock
from bot.agents import Role
from bot.app import Gateway, gateway
from bot.desk.reach import Reach
from bot.desk.shapes import Shapes
from bot.desk.words import load_words
from bot.messages import Address, Fate, Outgoing, Reply, Status
from bot.outgoing import Delivered
from bot.settings import Settings, read_office
from bot.store.base import Entry, Prepared
from bot.store.sql import Store
from bot.text import wording
from tests.browser import desk_channels
from tests.desk.office import Colleague, at_desk, soon
from tests.desk.provided import ANNE, case_of, with_meta
from tests.fakes.graph import FakeGraph
from tests.gateway.conftest import ROOT, until

WHATSAPP = Address("whatsapp", ANNE)
UNREACHED = "la personne n'est pas joignable sur ce canal"


@pytest.fixture
async def graph() -> AsyncIterator[FakeGraph]:
    async with FakeGraph() as found:
        yield found


@pytest.fixture
async def town(settings: Settings, store: Store, graph: FakeGraph) -> AsyncIterator[Gateway]:
    async with gateway(with_meta(settings, graph)) as built:
        await until(lambda: built.core.trusted)
        yield built


def told(colleague: Colleague) -> list[Any]:
    """What a page was told of the state of lines, in order."""
    return [(line["delivery"] or {}).get("state") for event in colleague.events("lines") for line in event["lines"]]


async def given_up(store: Store, count: int = 1) -> None:
    """Wait until so many replies were given up."""

    async def there() -> bool:
        return len(await store.outbox.undelivered()) == count

    await soon(there)


async def test_a_failed_reply_is_sent_again_from_the_conversation(town: Gateway, graph: FakeGraph) -> None:
    """Refused, it is shown with its reason; sent again, it arrives, and every page is told what the provider tells."""
    case = await case_of(town.store, WHATSAPP)
    graph.blocked.add(ANNE)
    async with at_desk(town, "claire", services=("voirie",), live=True) as claire:
        await claire.call("watch", {"case": case.id, "after": 0})
        await claire.done("POST", f"/cases/{case.id}/take")
        await until(lambda: {"count": 1} in claire.events("undelivered"))
        await until(lambda: "failed" in told(claire))
        (line,) = (await claire.done("GET", f"/cases/{case.id}"))["lines"]
        graph.blocked.clear()
        await claire.done("POST", f"/cases/{case.id}/again", {"position": line["position"]})
        await until(lambda: claire.events("undelivered")[-1] == {"count": 0})
        await until(lambda: told(claire)[-1] == "sent")
        (sent,) = graph.sent
        moment = clock.now()
        await town.store.outbox.report("whatsapp", Status(Fate.READ, moment, provider_id=sent.id))
        await until(lambda: told(claire)[-1] == "read")
        late, refusal = await claire.ask("POST", f"/cases/{case.id}/again", {"position": line["position"]})

    assert line["delivery"] == desk_channels.delivery("failed", UNREACHED)
    assert (late, refusal["error"]) == (409, "settled")


async def test_a_failed_reply_is_put_away(town: Gateway, graph: FakeGraph) -> None:
    """It stands in the list with its channel, words and reason until then; the line itself stays failed."""
    case = await case_of(town.store, WHATSAPP)
    graph.blocked.add(ANNE)
    async with at_desk(town, "claire") as claire:
        await claire.done("POST", f"/cases/{case.id}/take")
        await given_up(town.store)
        (item,) = (await claire.done("GET", "/undelivered"))["undelivered"]
        named = {"conversation": item["conversation"], "reply": item["reply"]}
        for _ in range(2):
            await claire.done("POST", "/undelivered/dismiss", named)
        after = await claire.done("GET", "/undelivered")
        (line,) = (await claire.done("GET", f"/cases/{case.id}"))["lines"]

    assert set(item) == set(desk_channels.undelivered(clock.now())[0])
    assert (item["channel_name"], item["case"]) == ("WhatsApp", {"id": case.id, "number": case.number})
    assert item["text"].startswith("Claire")
    assert (item["reason"], item["doubtful"]) == (UNREACHED, False)
    assert after == {"undelivered": []}
    assert line["delivery"]["state"] == "failed"


async def test_whose_a_failed_reply_is_to_see(town: Gateway, graph: FakeGraph) -> None:
    """Of a case: its service's agents and supervisors. Without a case: whoever has all services."""
    case = await case_of(town.store, WHATSAPP)
    alone = await town.store.conversations.open(Address("whatsapp", "33600000002"), "fr", clock.now())
    graph.blocked |= {ANNE, "33600000002"}
    for conversation_id in (case.conversation_id, alone.id):
        prepared = Prepared(Reply("r1", "Bonjour."), (), (Outgoing({"type": "text", "text": {"body": "Bonjour."}}),))
        await town.store.outbox.add(conversation_id, [prepared], clock.now())
    await given_up(town.store, 2)
    found = {}
    async with (
        at_desk(town, "roads", services=("voirie",)) as roads,
        at_desk(town, "sports", services=("sports",)) as sports,
        at_desk(town, "all") as everything,
        at_desk(town, "chief", Role.SUPERVISOR, ("sports",)) as chief,
    ):
        for one in (roads, sports, everything, chief):
            shown = (await one.done("GET", "/undelivered"))["undelivered"]
            named = {"conversation": alone.id, "reply": "r1"}
            status, _ = await one.ask("POST", "/undelivered/again", named)
            await given_up(town.store, 2)
            found[one.agent.login] = [{item["conversation"] for item in shown}, status]

    both = {case.conversation_id, alone.id}
    assert found == {
        "roads": [{case.conversation_id}, 403],
        "sports": [set(), 403],
        "all": [both, 200],
        "chief": [both, 200],
    }


async def test_what_is_erased_does_not_stand_there(town: Gateway, graph: FakeGraph) -> None:
    """A failed reply goes with its conversation, and pages are told."""
    case = await case_of(town.store, WHATSAPP)
    graph.blocked.add(ANNE)
    async with at_desk(town, "claire", live=True) as claire:
        await claire.done("POST", f"/cases/{case.id}/take")
        await until(lambda: {"count": 1} in claire.events("undelivered"))
        await town.store.subjects.erase(WHATSAPP, clock.now())
        await until(lambda: claire.events("undelivered")[-1] == {"count": 0})

        assert await claire.done("GET", "/undelivered") == {"undelivered": []}


async def test_a_channel_that_is_switched_off_sends_nothing_again(running: Gateway) -> None:
    """The reply stays given up: it is not lost by the attempt."""
    case = await case_of(running.store, WHATSAPP)
    prepared = Prepared(Reply("r1", "Bonjour."), (), (Outgoing({}),))
    await running.store.outbox.add(case.conversation_id, [prepared], clock.now())
    await given_up(running.store)
    async with at_desk(running, "claire") as claire:
        named = {"conversation": case.conversation_id, "reply": "r1"}
        status, refusal = await claire.ask("POST", "/undelivered/again", named)
        (item,) = (await claire.done("GET", "/undelivered"))["undelivered"]

    assert (status, refusal["error"]) == (409, "settled")
    assert item["reason"] == "ce canal est arrêté"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("the window for answering is over (131047)", "la fenêtre de réponse est fermée"),
        ("SendUnsure: no answer in time", "le fournisseur n'a pas répondu à temps"),
        ("given up after 9 attempts: a temporary fault", "le fournisseur est en panne, après 9 essais"),
        ("Forbidden: bot was blocked by the user", "la personne a bloqué le compte de la ville"),
        ("5.1.1 550 5.1.1 unknown user", "cette adresse e-mail n'existe pas"),
        ("the server does not take the recipient: 552 5.2.2 over quota", "la boîte e-mail de la personne est pleine"),
        ("nobody can be written to: the letter names no address", "aucune adresse e-mail n'est connue"),
        ("something else", "something else"),
        ("", ""),
    ],
)
def test_reasons_are_read_in_french(said: str, read: str) -> None:
    """As far as the channels' own words are known; others are shown as they came."""
    assert load_words().reason(said) == read


async def test_the_web_chat_has_no_states(running: Gateway) -> None:
    """Nobody stands between: nothing is shown there."""
    case = await case_of(running.store, Address("web", "anne"))
    async with at_desk(running, "claire") as claire:
        await claire.done("POST", f"/cases/{case.id}/take")
        lines = (await claire.done("GET", f"/cases/{case.id}"))["lines"]

    assert [line["delivery"] for line in lines] == [None]


@pytest.mark.parametrize(("idempotent", "shown"), [(False, True), (True, False)])
def test_what_may_have_come_twice(idempotent: bool, shown: bool) -> None:
    """Is said where it can be; a provider that knows our key shows nothing twice."""
    office = read_office(ROOT / "office.yml")
    shapes = Shapes(office, wording.load(office), load_words(), {"api": Reach(500, idempotent=idempotent)})
    entry = Entry(1, "r1", "bot", "Bonjour.", clock.now(), Reply("r1", "Bonjour."))
    line = shapes.line(entry, Delivered("sent", "", True), "api")

    assert line["delivery"] == {"state": "sent", "reason": "", "doubtful": shown}
