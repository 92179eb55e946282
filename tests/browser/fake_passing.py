"""The fake desk's part for what is passed on: bodies, a question to the citizen, and what became of it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.browser.desk_script import Shape

BODIES: list[Shape] = [
    {
        "code": "caf",
        "name": "Caf de la Loire-Atlantique",
        "line": "Caf de la Loire-Atlantique : 3230, https://www.caf.fr, caf@val.example",
        "mailed": True,
    },
    {
        "code": "prefecture",
        "name": "Préfecture de la Loire-Atlantique",
        "line": "Préfecture de la Loire-Atlantique : 6 quai Ceineray, 44000 Nantes",
        "mailed": False,
    },
]
STATES = {
    "asked": "En attente de l'accord de la personne",
    "given": "Accord donné, à transmettre par vos soins",
    "refused": "La personne a refusé",
    "withdrawn": "Demande d'accord retirée",
    "sent": "Transmise",
}
DRAFT = "Demande n° D-7K3M-92QX, reçue le lundi 23 novembre par la Mairie de Pontavel.\n\nMon titre de séjour expire, joignez-moi au 06 11 22 33 44."


class FakePassing:
    """What is passed on of a `FakeDesk`'s cases."""

    def __init__(self, desk: Any) -> None:
        self.referrals: dict[int, list[Shape]] = {}
        self.reached = True
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """The routes below /desk/api/."""
        every = "/desk/api/cases/{case}/referrals"
        return [
            web.get(every, self._overview),
            web.post(every, self._ask),
            web.post(every + "/{referral}/{act}", self._act),
        ]

    async def answered(self, case: int, given: bool) -> None:
        """The citizen answers."""
        self._state(self.referrals[case][-1], "given" if given else "refused")
        await self._told(case, "accord donné" if given else "accord refusé")

    async def _overview(self, request: web.Request) -> web.Response:
        shown = self.referrals.get(int(request.match_info["case"]), [])
        return web.json_response(
            {
                "bodies": BODIES,
                "near": "prefecture",
                "draft": DRAFT,
                "personal": ["06 11 22 33 44"],
                "max_text_chars": 8000,
                "referrals": shown,
            }
        )

    async def _ask(self, request: web.Request) -> web.Response:
        case, body = int(request.match_info["case"]), await request.json()
        self._desk.requests.append(("POST", f"cases/{case}/referrals", body))
        name = next(one["name"] for one in BODIES if one["code"] == body["body"])
        made: Shape = {
            "id": 1 + sum(map(len, self.referrals.values())),
            "body": body["body"],
            "name": name,
            "text": body["text"],
            "closes": body["closes"],
            "agent": "Claire",
            "asked_at": "2026-11-23T09:00:00+00:00",
            "answered_at": "",
            "sent_at": "",
        }
        self._state(made, "asked")
        self.referrals.setdefault(case, []).append(made)
        return web.json_response({"referral": made, "reached": self.reached})

    async def _act(self, request: web.Request) -> web.Response:
        case, act = int(request.match_info["case"]), request.match_info["act"]
        body = await request.json()
        one = next(one for one in self.referrals[case] if one["id"] == int(request.match_info["referral"]))
        states = {"withdraw": "withdrawn", "sent": "sent"}
        self._state(one, states.get(act) or ("given" if body["given"] else "refused"))
        return web.json_response({"referral": one})

    async def _told(self, case: int, words: str) -> None:
        history = self._desk.history[case]
        told = {"what": "referral", "what_name": "Bonne porte", "agent": "", "text": words}
        history.append({**history[-1], **told, "position": history[-1]["position"] + 1000})
        await self._desk._tell_lines(case, [])

    @staticmethod
    def _state(one: Shape, state: str) -> None:
        one |= {"state": state, "state_name": STATES[state], "by_hand": state == "given"}
