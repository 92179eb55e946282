"""Cases of channels that somebody else carries: how long one may answer, documents, comments, and who else a person is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot import clock
from bot.app import Gateway, gateway
from bot.app_desk import reaches_of
from bot.cases import Cause
from bot.casework import StoredPhoto
from bot.desk.reach import HUMAN_AGENT, REFUSED, TEMPLATE, Reach
from bot.messages import FILE_URL, REMOTE_URL, Address, Attachment, Message
from bot.settings import Settings
from bot.settings_channels import Channels, GraphApi, WhatsApp
from bot.store.sql import Store
from channels.meta.messenger import Messenger
from channels.meta.whatsapp import WhatsApp as WhatsAppChannel
from channels.telegram import TelegramChannel
from tests.desk.office import Colleague, at_desk
from tests.desk.provided import ANNE, case_of, with_meta
from tests.fakes.graph import FakeGraph, Medium
from tests.gateway.conftest import until

WHATSAPP = Address("whatsapp", ANNE)
COMMENT = Address("messenger", "comment:1010_77")
NOW = clock.now()


@pytest.fixture
async def graph() -> AsyncIterator[FakeGraph]:
    async with FakeGraph() as found:
        yield found


@pytest.fixture
async def town(settings: Settings, store: Store, graph: FakeGraph) -> AsyncIterator[Gateway]:
    async with gateway(with_meta(settings, graph, template="reponse")) as built:
        await until(lambda: built.core.trusted)
        yield built


def test_what_becomes_of_a_late_reply() -> None:
    """As the settings have it: a template of WhatsApp's, a person's answer on a page, else it is refused."""
    channels = {"whatsapp": WhatsAppChannel, "messenger": Messenger, "telegram": TelegramChannel}
    without = reaches_of(channels, Channels(meta=GraphApi(whatsapp=WhatsApp("1", "2"))))  # type: ignore[arg-type]
    having = reaches_of(channels, Channels(meta=GraphApi(whatsapp=WhatsApp("1", "2", "reponse"))))  # type: ignore[arg-type]

    assert {name: reach.after_window for name, reach in without.items()} == {
        "whatsapp": REFUSED,
        "messenger": HUMAN_AGENT,
        "telegram": "",
    }
    assert having["whatsapp"].after_window == TEMPLATE


@pytest.mark.parametrize(("days", "after"), [(0, HUMAN_AGENT), (6, HUMAN_AGENT), (8, REFUSED)])
def test_a_person_has_seven_days(days: int, after: str) -> None:
    """After that a page refuses them too."""
    reach = Reach(2000, timedelta(hours=24), HUMAN_AGENT)

    assert reach.afterwards(NOW - timedelta(days=days), NOW) == after


async def test_a_case_says_how_long_one_may_answer(town: Gateway) -> None:
    """A day after the citizen's last message; the web chat has no such limit."""
    case, other = await case_of(town.store, WHATSAPP), await case_of(town.store, Address("web", "paul"))
    heard_at = (await town.store.conversations.get(case.conversation_id)).last_heard_at
    async with at_desk(town, "claire") as claire:
        limits = (await claire.done("GET", f"/cases/{case.id}"))["case"]["channel_limits"]
        free = (await claire.done("GET", f"/cases/{other.id}"))["case"]["channel_limits"]

    assert datetime.fromisoformat(limits.pop("window_until")) == heard_at + timedelta(hours=24)
    assert limits == {"text_chars": 4096, "after_window": TEMPLATE, "first_private": False}
    assert (free["window_until"], free["after_window"]) == (None, "")


async def test_a_document_is_saved_and_never_shown(town: Gateway, graph: FakeGraph) -> None:
    """Under the name that its citizen gave it, by agents of its case's service alone."""
    graph.fault = "failing"
    case = await case_of(town.store, WHATSAPP)
    kept = StoredPhoto("d" * 22, None, "application/pdf", b"%PDF-1.7 bail", None, name="bail signé.pdf")
    await town.store.photos.add(WHATSAPP, "fr", kept, NOW)
    files = (
        Attachment("bail signé.pdf", "application/pdf", 240_000, f"{FILE_URL}{kept.id}"),
        Attachment("", "image/jpeg", 0, f"{REMOTE_URL}12"),
    )
    await town.store.inbox.put(Message("m1", WHATSAPP, "", NOW, attachments=files), "fr", NOW)
    async with at_desk(town, "claire") as claire, at_desk(town, "karim", services=("sports",)) as karim:
        (line,) = (await claire.done("GET", f"/cases/{case.id}"))["lines"]
        url = f"{claire.origin}/desk/api/photos/{kept.id}"
        async with claire.http.get(url, headers=claire.headers()) as response:
            body, headers = await response.read(), response.headers
        async with karim.http.get(url, headers=karim.headers()) as response:
            refused = response.status

    assert line["files"] == [{"id": kept.id, "name": "bail signé.pdf", "size_bytes": 240_000}]
    assert line["receiving"] == 1
    assert (body, headers["Content-Type"]) == (kept.content, "application/pdf")
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''bail%20sign%C3%A9.pdf"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "private, no-store")
    assert refused == 403


async def test_a_file_that_arrives_is_told(town: Gateway, graph: FakeGraph) -> None:
    """A page that shows the line learns of the document when it is here, though the line is no new one."""
    case = await case_of(town.store, WHATSAPP)
    remote = Attachment("bail.pdf", "application/pdf", 0, f"{REMOTE_URL}12")
    graph.media["12"] = Medium(b"%PDF-1.7 bail", "application/pdf")
    graph.fault = "failing"
    async with at_desk(town, "claire", live=True) as claire:
        await claire.call("watch", {"case": case.id, "after": 0})
        # Of this moment: for how long a file is asked for is counted from here.
        now = clock.now()
        await town.store.inbox.put(Message("m1", WHATSAPP, "", now, attachments=(remote,)), "fr", now)
        await until(lambda: (1, []) in told(claire))
        graph.fault = None
        await until(lambda: (0, ["bail.pdf"]) in told(claire))


def told(colleague: Colleague) -> list[tuple[int, list[str]]]:
    """What a page was told of files: how many are still at the provider, and the names of those that are here."""
    lines = [line for event in colleague.events("lines") for line in event["lines"] if line["author"] == "citizen"]
    return [(line["receiving"], [one["name"] for one in line["files"]]) for line in lines]


@pytest.mark.parametrize(
    ("post", "url"),
    [
        ("https://www.facebook.com/pontavel/posts/1", "https://www.facebook.com/pontavel/posts/1"),
        ("javascript:alert(1)", None),
        ("https://a.example/ javascript:alert(1)", None),
    ],
)
async def test_a_comment_leads_to_its_post(town: Gateway, post: str, url: str | None) -> None:
    """By a link, if it is a page of the web, and by nothing else."""
    case = await case_of(town.store, COMMENT, cause=Cause.COMMENT, details={"post": post})
    async with at_desk(town, "claire") as claire:
        (detail,) = (await claire.done("GET", f"/cases/{case.id}"))["case"]["details"]

    assert detail == {"name": "Publication", "value": post, "url": url}


async def test_the_one_private_reply_to_a_comment_is_the_agents(town: Gateway, graph: FakeGraph) -> None:
    """Nothing else goes out there: not who has joined, not that it is closed."""
    case = await case_of(town.store, COMMENT, cause=Cause.COMMENT)
    async with at_desk(town, "claire") as claire:
        await claire.done("POST", f"/cases/{case.id}/take")
        await claire.done("POST", f"/cases/{case.id}/replies", {"id": "r1", "text": "Jeudi matin."})
        await until(lambda: graph.sent, 15)
        await claire.done("POST", f"/cases/{case.id}/close")
        whole = await claire.done("GET", f"/cases/{case.id}")

    assert ["Jeudi matin." in one.body["message"]["text"] for one in graph.sent] == [True]
    assert [line["author"] for line in whole["lines"]] == ["agent"]
    assert whole["case"]["channel_limits"]["first_private"] is True
    assert whole["case"]["channel_limits"]["window_until"] is None


async def test_one_person_on_two_channels(town: Gateway) -> None:
    """Their other channels and open cases; of one that the agent may not see, only that it is there."""
    case = await case_of(town.store, WHATSAPP)
    same = await case_of(town.store, Address("messenger", "77"), subject="Un lampadaire éteint")
    hidden = await case_of(town.store, Address("messenger", "77"), "sports", subject="La piscine")
    moment = clock.now()
    links = town.store.links
    second = await links.answer(same.conversation_id, await links.begin(case.conversation_id, moment), moment)
    await links.answer(case.conversation_id, second.code, moment)
    async with at_desk(town, "claire", services=("voirie",)) as claire:
        shown = (await claire.done("GET", f"/cases/{case.id}"))["case"]

    assert shown["also_on"] == ["Messenger"]
    assert sorted(shown["other_cases"], key=lambda one: one["service_name"]) == [
        {"id": None, "number": hidden.number, "service_name": "Sports", "subject": ""},
        {"id": same.id, "number": same.number, "service_name": "Voirie", "subject": "Un lampadaire éteint"},
    ]
