"""Everything outside of the gateway, in one process: Rasa, the action server, Telegram, Meta and a client of the API.

    python -m benchmarks.channels_fakes <database url>

Says its addresses as one line of JSON, and runs until its input ends. Its own address, `control`, takes
`POST /pace?seconds=…` (how long Rasa thinks) and tells at `GET /answers` what citizens were shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from typing import Any

from aiohttp import web

from benchmarks.channels_payloads import API_CLIENT, API_SECRET
from bot.store.sql import migrate, open_store
from tests.fakes.actions import FakeActions
from tests.fakes.api_client import FakeApiClient
from tests.fakes.graph import FakeGraph
from tests.fakes.rasa import FakeRasa
from tests.fakes.telegram import FakeTelegram

NUMBER = re.compile(r"\((\d+)\)")
"""How a question is known again in its answer."""


class PacedRasa(FakeRasa):
    """Answers with the question's number, after a while."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.pace = 0.0
        self.answer(lambda heard: f"Voici la réponse ({number_in(heard['message'])}).")

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.pace)
        return await super()._webhook(request)


def number_in(text: str) -> int | None:
    """The number of a question, None for any other text."""
    found = NUMBER.search(text)
    return int(found[1]) if found else None


def shown(telegram: FakeTelegram, graph: FakeGraph, client: FakeApiClient) -> list[tuple[str, str]]:
    """Who was shown what, each channel in order."""
    found = [(str(one["chat_id"]), str(one["text"])) for one in telegram.sent]
    for one in graph.sent:
        if "message" in one.body:
            found.append((one.body["recipient"]["id"], one.body["message"]["text"]))
        else:
            found.append((one.body.get("to") or one.body["recipient"], one.body["text"]["body"]))
    return [*found, *((one["conversation"], one["reply"]["text"]) for one in client.sent)]


async def run(url: str) -> None:
    """Serve until the input ends."""
    migrate(url)
    async with contextlib.AsyncExitStack() as stack:
        store = await open_store(url)
        stack.push_async_callback(store.close)
        rasa = PacedRasa(tracker_events=store.tracker_events)
        await stack.enter_async_context(rasa)
        actions = await stack.enter_async_context(FakeActions())
        telegram = await stack.enter_async_context(FakeTelegram())
        graph = await stack.enter_async_context(FakeGraph())
        client = await stack.enter_async_context(FakeApiClient(API_CLIENT, API_SECRET))

        async def pace(request: web.Request) -> web.Response:
            rasa.pace = float(request.query["seconds"])
            return web.Response()

        async def answers(request: web.Request) -> web.Response:
            found = [(citizen, number_in(text)) for citizen, text in shown(telegram, graph, client)]
            return web.json_response({"heard": len(rasa.heard), "shown": found})

        app = web.Application()
        app.add_routes([web.post("/pace", pace), web.get("/answers", answers)])
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        addresses = {
            "control": f"http://127.0.0.1:{runner.addresses[0][1]}",
            "rasa": rasa.url,
            "actions": actions.url,
            "telegram": telegram.url,
            "graph": graph.url,
            "callback": client.callback,
        }
        print(json.dumps(addresses), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
