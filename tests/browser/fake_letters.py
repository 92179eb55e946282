"""The fake desk's part for mail and web forms: letters of cases, corrections, shelves, and what was put aside."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from aiohttp import web

from tests.browser import desk_letters, desk_shelves
from tests.browser.desk_script import SERVICE_NAMES, Shape

TOO_LATE = "Trop tard pour annuler : la demande est chez le nouveau service."


class FakeLetters:
    """The letters of a `FakeDesk`."""

    def __init__(self, desk: Any) -> None:
        self.aside: list[Shape] | None = None
        self.held: list[Shape] = []
        self.shelves: list[Shape] = []
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """The routes below /desk/api/."""
        one = "/desk/api/cases/{case}"
        return [
            web.get("/desk/api/letters", self._overview),
            web.post("/desk/api/letters/{letter}/open", self._open),
            web.post(one + "/letter", self._correct),
            web.post(one + "/transfer/undo", self._move_back),
            web.post(one + "/letters/{letter}/{act}", self._act),
        ]

    async def bring(self, is_reception: bool = True) -> None:
        """The cases of letters, the shelves, and to the reception what was put aside."""
        now = datetime.now(timezone.utc)
        for one in desk_letters.cases(now):
            self._desk.cases[one["id"]] = one
            self._desk.lines[one["id"]] = desk_letters.conversation(one, now)
            self._desk.history[one["id"]] = [self._desk._opened(one)]
            await self._desk._tell_changed(one["id"])
        self.shelves = desk_shelves.shelves(now)
        self.held = desk_shelves.held(now)
        self.aside = desk_shelves.aside(now) if is_reception else None

    async def _overview(self, request: web.Request) -> web.Response:
        return web.json_response({"shelves": self.shelves, "aside": self.aside, "held": self.held})

    async def _open(self, request: web.Request) -> web.Response:
        number = int(request.match_info["letter"])
        found = [one for one in self.aside or [] if one["id"] == number]
        self.aside = [one for one in self.aside or [] if one["id"] != number]
        await self._desk.arrive(number, found[0]["subject"] if found else "", service="voirie")
        return web.json_response({"case": {"id": number, "number": self._desk.cases[number]["number"]}})

    async def _correct(self, request: web.Request) -> web.Response:
        one, body = self._desk.cases[int(request.match_info["case"])], await request.json()
        first = one["mail"]["letters"][0]
        for name, choices in (("kind", desk_letters.KINDS), ("urgency", desk_letters.URGENCIES)):
            if name in body:
                names = {choice["code"]: choice["name"] for choice in choices}
                first |= {name: body[name], f"{name}_name": names[body[name]]}
        await self._desk.change(one["id"], urgent=first["urgency"] == "high")
        return web.json_response({"case": one})

    async def _move_back(self, request: web.Request) -> web.Response:
        number, service = int(request.match_info["case"]), (await request.json())["service"]
        if self._desk.cases[number]["state"] != "waiting":
            return web.json_response({"error": "underway", "text": TOO_LATE}, status=409)
        await self._desk.change(number, service=service, service_name=SERVICE_NAMES[service])
        return web.json_response({"case": self._desk.cases[number]})

    async def _act(self, request: web.Request) -> web.Response:
        one, number = self._desk.cases[int(request.match_info["case"])], int(request.match_info["letter"])
        letter: Shape = next((found for found in one["mail"]["letters"] if found["id"] == number), {})
        if request.match_info["act"] == "trust":
            letter |= {"trusted": True, "stranger": ""}
        else:
            state = {"acknowledge": "sent", "drop": "none"}[request.match_info["act"]]
            letter |= {"acknowledged": state, "acknowledged_words": desk_letters.ACKNOWLEDGED[state]}
            self.held = [one for one in self.held if one["id"] != number]
        return web.json_response({"case": one})
