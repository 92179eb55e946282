"""An action server as far as the gateway sees it: `/health`, which can fail or hang, and one answer to all questions."""

from __future__ import annotations

import asyncio

from aiohttp import web


class FakeActions:
    def __init__(self) -> None:
        self.url = ""
        self.well = True
        self.hanging = False

    async def __aenter__(self) -> FakeActions:
        app = web.Application()
        app.router.add_get("/health", self._health)
        app.router.add_post("/webhook", self._webhook)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._runner.cleanup()

    async def _health(self, request: web.Request) -> web.Response:
        if self.hanging:
            await asyncio.sleep(60)
        return web.json_response({"status": "ok"}, status=200 if self.well else 500)

    async def _webhook(self, request: web.Request) -> web.Response:
        await request.json()
        return web.json_response({"events": [], "responses": [{"custom": {"say": "greet"}}]})
