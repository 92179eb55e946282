"""The fake desk's part for channels that somebody else carries: what became of replies, told live, sent again, put away."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from aiohttp import web

from tests.browser import desk_channels
from tests.browser.desk_script import Shape


class FakeUndelivered:
    """What was given up at a `FakeDesk`."""

    def __init__(self, desk: Any) -> None:
        self.items: list[Shape] = []
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """The routes below /desk/api/."""
        return [
            web.get("/desk/api/undelivered", self._list),
            web.post("/desk/api/undelivered/{act}", self._settle),
            web.post("/desk/api/cases/{case}/again", self._send_again),
        ]

    async def carry(self) -> None:
        """The cases of other channels, and the replies that failed there."""
        now = datetime.now(timezone.utc)
        for one in desk_channels.cases(now):
            self._desk.cases[one["id"]] = one
            self._desk.lines[one["id"]] = desk_channels.conversation(one, now)
            self._desk.history[one["id"]] = [self._desk._opened(one)]
            await self._desk._tell_changed(one["id"])
        await self.fill(desk_channels.undelivered(now))

    async def fill(self, items: list[Shape]) -> None:
        """These stand there now, and every page is told how many they are."""
        self.items = items
        await self._desk.emit("undelivered", {"count": len(items)})

    async def deliver(self, case: int, position: int, state: str, **more: Any) -> bool:
        """What became of a line; False if there is none."""
        for line in self._desk.lines[case]:
            if line["position"] == position:
                line["delivery"] = desk_channels.delivery(state, **more)
                await self._desk._tell_lines(case, [line])
                return True
        return False

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response({"undelivered": self.items})

    async def _settle(self, request: web.Request) -> web.Response:
        body = await request.json()
        named = (body["conversation"], body["reply"])
        left = [one for one in self.items if (one["conversation"], one["reply"]) != named]
        if len(left) == len(self.items):
            return _refuse()
        await self.fill(left)
        return web.json_response({})

    async def _send_again(self, request: web.Request) -> web.Response:
        case, position = int(request.match_info["case"]), (await request.json())["position"]
        return web.json_response({}) if await self.deliver(case, position, "waiting") else _refuse()


def _refuse() -> web.Response:
    return web.json_response({"error": "settled", "text": "Ce message est déjà reparti."}, status=409)
