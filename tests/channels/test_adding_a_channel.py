"""The example of docs/adding-a-channel.md is a channel: its very text runs through the suite of all channels."""

from __future__ import annotations

import json
import re
import sys
import types
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from bot.errors import SendFailed, SendRefused, SendUnsure
from bot.messages import Address, Button, Kind, Outgoing, Receipt, Reply, Skipped
from bot.settings import read_office
from bot.text import wording
from channels.base import RawRequest
from tests.channels.conformance import NOW, THREAD, Conformance

ROOT = Path(__file__).resolve().parents[2]
WORDING = wording.load(read_office(ROOT / "office.yml"))
WEBSITE = "https://www.pontavel.example"
PAGE = (ROOT / "docs" / "adding-a-channel.md").read_text(encoding="utf-8")
CHANNEL, SUITE = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def module(name: str, code: str, **names: Any) -> Any:
    made = types.ModuleType(name)
    made.__dict__.update(names)
    sys.modules[name] = made
    exec(compile(code, name, "exec"), made.__dict__)
    return made


pigeon = module("docs_pigeon", CHANNEL)


def make_pigeon(secrets: Any, http: Any = None, url: str = "") -> Any:
    return pigeon.Pigeon(http, url, "token", secrets, WORDING, WEBSITE, clock=lambda: NOW)


suite = module("docs_pigeon_suite", SUITE, make_pigeon=make_pigeon)


class TestPigeon(suite.TestPigeon, Conformance):  # type: ignore[misc, name-defined]
    """As the page has it."""


def parsed(*events: Any) -> Any:
    return make_pigeon(["s"]).parse(RawRequest("POST", "/channels/pigeon", json.dumps({"events": events}).encode()))


def test_a_broken_item_costs_nobody_else() -> None:
    """What the page promises of a batch."""
    good = {"type": "sms", "id": "p-1", "from": "+33612345678", "text": "bonjour"}
    events = parsed(good, 7, {**good, "id": 7}, {**good, "type": "mms"}, {**good, "id": "p-2", "text": "\u200b"})

    assert [event.reason if isinstance(event, Skipped) else event.id for event in events] == [
        "p-1",
        "malformed",
        "malformed",
        "unknown",
        "p-2",
    ]
    assert (events[-1].kind, events[-1].text) == (Kind.UNREADABLE, "empty")


def test_choices_are_numbered_within_the_limit() -> None:
    """What the page says of limits."""
    buttons = tuple(Button(f"Choix {number} 🏛", "c.1") for number in range(12))
    pieces = [
        one.payload["text"] for one in make_pigeon(["s"]).render(Reply("r", "mot " * 99, buttons=buttons), THREAD)
    ]

    assert all(len(piece.encode("utf-16-le")) // 2 <= 201 for piece in pieces)
    assert "12. Choix 11" in pieces[-1] + pieces[-2]


async def test_sending_says_what_became_of_it() -> None:
    """Each row of the page's table of codes."""
    answers = {
        202: web.json_response({"id": "p-9"}, status=202),
        403: web.Response(status=403),
        429: web.Response(status=429, headers={"Retry-After": "7"}),
        500: web.Response(status=500),
        0: web.Response(status=202, text="<html>"),
    }
    said: list[Any] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.json()
        said.append(body)
        return answers[int(body["reference"])]

    app = web.Application()
    app.add_routes([web.post("/messages", take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found: dict[int, Any] = {}
    async with ClientSession() as http:
        channel = make_pigeon(["s"], http, f"http://127.0.0.1:{runner.addresses[0][1]}")
        for code in answers:
            try:
                found[code] = await channel.send(Address("pigeon", "+336"), Outgoing({"text": "a"}, key=str(code)))
            except SendFailed as error:
                found[code] = (type(error), error.retry_after and error.retry_after.seconds, error.everyone)
            except SendRefused as error:
                found[code] = type(error)
        await runner.cleanup()
        try:
            # Nobody listens there, and no connection is left from before.
            await make_pigeon(["s"], http, "http://127.0.0.1:9").send(
                Address("pigeon", "+336"), Outgoing({"text": "a"}, key="202")
            )
        except SendFailed as error:
            down = type(error)

    assert found == {
        202: Receipt("p-9"),
        403: SendRefused,
        429: (SendFailed, 7, True),
        500: (SendFailed, None, False),
        0: (SendUnsure, None, False),
    }
    assert down is SendFailed
    assert said[0] == {"to": "+336", "text": "a", "reference": "202"}
