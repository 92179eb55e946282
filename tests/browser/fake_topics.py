"""The fake desk's part for what could not be answered: groups, their questions, and decisions."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from aiohttp import web

from tests.browser.desk_script import Shape

SCOOTERS, TINY, SONO = 11, 12, 13
HOSTILE = "<img src=x onerror=\"document.title='broken'\"> où garer une trottinette ?"
NAMES = {"article": "Article à écrire", "taught": "Rattaché", "not_ours": "Pas de notre ressort"}
QUESTIONS = (
    HOSTILE,
    "les trottinettes traînent sur le trottoir, qui appeler",
    "ma fille de 13 ans peut-elle louer une trottinette, joignez-moi au [téléphone]",
    "combien coûte la trottinette à la minute",
    "trottinette abandonnée devant chez moi",
)


def _near(key: str, title: str, percent: int, service: str = "Voirie") -> Shape:
    return {"id": key, "title": title, "url": f"/articles/{key}", "percent": percent, "service_name": service}


def _group(number: int, name: str, course: tuple[str, str], counts: tuple[int, ...], **more: Any) -> Shape:
    today = datetime.now(timezone.utc).date()
    weeks = [
        {"first": (today - timedelta(days=7 * (len(counts) - place))).isoformat(), "count": count}
        for place, count in enumerate(counts)
    ]
    return {
        "id": number,
        "name": name,
        "words": name.split(" · "),
        "service": "voirie",
        "service_name": "Voirie",
        "course": course[0],
        "course_name": course[1],
        "count": sum(counts),
        "recent": counts[-1],
        "usual": sum(counts[-5:-1]) / 4,
        "weeks": weeks,
        "first_day": weeks[0]["first"],
        "last_day": today.isoformat(),
        "nearest": [],
        "is_open": True,
        "is_back": False,
        "decision": None,
    } | more


class FakeTopics:
    """The groups of a `FakeDesk`."""

    def __init__(self, desk: Any, is_empty: bool = False) -> None:
        self._desk = desk
        self.intents: list[Shape] = [{"code": "ask_hours", "name": "Horaires d’ouverture"}]
        self.more = 0
        self.fails = False
        """Whether the gateway refuses whatever is decided."""
        near = [_near("velos", "Garer un vélo en ville", 21), _near("bruit", "Signaler une gêne", 8)]
        decided = {
            "what": "article",
            "for": "sono",
            "for_title": "Emprunter la sono",
            "draft": "sono",
            "by": "Claire M.",
        }
        outcome = {"key": "shrank", "text": "0,5 par semaine depuis, contre 4 avant : le groupe diminue."}
        groups = [
            _group(
                SCOOTERS,
                "trottinettes · trottoir · garer",
                ("growing", "En hausse"),
                (0, 1, 0, 2, 1, 3, 4, 9),
                nearest=near,
            ),
            _group(TINY, "tiny · house · terrain", ("new", "Nouveau"), (0, 0, 0, 0, 0, 0, 0, 4)),
            _group(
                SONO,
                "sono · louer",
                ("fading", "En baisse"),
                (3, 5, 4, 4, 1, 0, 0, 1),
                is_open=False,
                decision={"name": NAMES["article"], "at": _now(), "outcome": outcome, **decided},
            ),
        ]
        self.groups = {} if is_empty else {one["id"]: one for one in groups}

    def routes(self) -> list[web.RouteDef]:
        """The routes below /desk/api/."""
        one = "/desk/api/topics/{topic}"
        return [web.get("/desk/api/topics", self._all), web.get(one, self._one), web.post(one, self._decide)]

    async def _all(self, request: web.Request) -> web.Response:
        rows = [one | {"examples": self._examples(3)} for one in self.groups.values()]
        today = datetime.now(timezone.utc).date().isoformat()
        return web.json_response(
            {"topics": rows, "more": self.more, "days": 60, "today": today, "intents": self.intents}
        )

    async def _one(self, request: web.Request) -> web.Response:
        one = self.groups[int(request.match_info["topic"])]
        return web.json_response({"topic": one, "examples": self._examples(30)})

    async def _decide(self, request: web.Request) -> web.Response:
        if self.fails:
            text = "La base de données ne répond pas. Réessayez dans un instant."
            return web.json_response({"error": "not_stored", "text": text}, status=503)
        one, body = self.groups[int(request.match_info["topic"])], await request.json()
        what = body["decision"]
        title = {"velos": "Garer un vélo en ville"}.get(body["for"], body["for"])
        one |= {
            "is_open": not what,
            "is_back": False,
            "decision": {
                "what": what,
                "name": NAMES[what],
                "for": body["for"],
                "for_title": title,
                "draft": "carte-identite" if what == "article" else "",
                "at": _now(),
                "by": "Claire M.",
                "outcome": {"key": "soon", "text": "Effet visible à partir du 9/05."},
            }
            if what
            else None,
        }
        return web.json_response({"topic": one, "article": "carte-identite" if what == "article" else None})

    def _examples(self, limit: int) -> list[Shape]:
        moment = datetime.now(timezone.utc) - timedelta(days=1)
        return [
            {
                "text": text,
                "at": (moment - timedelta(hours=3 * number)).isoformat(),
                "why": "lost",
                "why_name": "pas compris",
            }
            for number, text in enumerate(QUESTIONS[:limit])
        ]


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()
