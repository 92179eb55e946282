"""The desk's request about a transfer that was a mistake, as docs/desk-protocol.md gives it."""

from __future__ import annotations

from aiohttp import web

from bot.agents import Agent, Role
from bot.desk import bodies
from bot.desk.answering import Answering
from bot.desk.dossiers import Dossiers
from bot.desk.moving import Moving
from bot.desk.shapes import Shape

MAX_CODE_CHARS = 200


class MovingApi:
    """`POST /desk/api/cases/ID/transfer/undo`."""

    def __init__(self, moving: Moving, dossiers: Dossiers) -> None:
        self._moving = moving
        self._dossiers = dossiers

    def routes(self, answering: Answering) -> list[web.AbstractRouteDef]:
        """The route; who may take a transfer back, the case's history says."""
        path = "/desk/api/cases/{case:[0-9]{1,15}}/transfer/undo"
        return [web.post(path, answering(tuple(Role), self.undo))]

    async def undo(self, request: web.Request, agent: Agent) -> Shape:
        """`POST …/transfer/undo`: back to the service that it came from."""
        service = bodies.read_text(await bodies.json_object(request), "service", MAX_CODE_CHARS)
        case = await self._moving.back(agent, int(request.match_info["case"]), service)
        return {"case": await self._dossiers.case(agent, case)}
