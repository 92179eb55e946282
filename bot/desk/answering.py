"""What every request of the desk goes through; `bot.desk.api.DeskApi.answering` is it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.agents import Agent, Role

Answer = Callable[[web.Request, Agent], Awaitable["dict[str, Any] | web.Response"]]
"""What a request comes to: an object for JSON, or a file."""
Answering = Callable[[tuple[Role, ...], Answer], Callable[[web.Request], Awaitable[web.Response]]]
"""Makes a handler of the roles that may ask, and of what is answered."""
