"""The fake desk's part for messages to judge and answers to rate: scripted ones, and what was decided of them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.browser.desk_script import Shape

WEEKS = ("2026-01-12", "2026-01-05")
INTENTS = {
    "ask_question": "Une question",
    "ask_human": "Parler à une personne",
    "complaint": "Une réclamation",
    "report_street_issue": "Signaler un problème dans la rue",
    "thank": "Merci",
}
WHYS = {
    "corrected": "corrigé par la personne",
    "useless": "réponse jugée inutile",
    "lost": "pas compris, ou sans réponse",
    "unsure": "pas sûr d'avoir compris",
}
TITLES = {"bac-casse": "Bac cassé ou volé", "decheterie": "Déchèterie", "part:F1341": "Carte d'identité d'un majeur"}
HOSTILE = (
    '<img src=x onerror=alert(1)> =cmd|" /C calc"!A0 \u202etxet \u0627\u0644\u0628\u0644\u062f\u064a\u0629 ' + "x" * 180
)


def lesson(number: int, text: str, why: str, intent: str, confidence: float, **more: Any) -> Shape:
    """A lesson with every field of the protocol."""
    article, meant = more.get("article", ""), more.get("meant", "")
    return {
        "id": number,
        "text": text,
        "language": "fr",
        "at": "2026-01-12T09:00:00+00:00",
        "why": why,
        "why_name": WHYS[why],
        "times": more.get("times", 1),
        "intent": intent,
        "intent_name": INTENTS[intent],
        "confidence": confidence,
        "article": article,
        "article_title": TITLES.get(article, ""),
        "meant": meant,
        "meant_title": TITLES.get(meant, ""),
        "decision": "",
        "value": "",
        "value_name": "",
        "exported_at": more.get("exported_at", ""),
        "written": more.get("written", []),
    }


def exported() -> list[Shape]:
    """Two that stand in training data, of two exports."""
    first = {"exported_at": "2026-01-12T09:00:00+00:00", "written": ["Une question", TITLES["bac-casse"]]}
    second = {"exported_at": "2026-01-05T09:00:00+00:00", "written": ["Une réclamation"]}
    return [
        {**lesson(11, "ma benne verte a disparu", "lost", "ask_question", 0.4, **first), "decision": "article"},
        {**lesson(12, HOSTILE, "unsure", "complaint", 0.3, **second), "decision": "right"},
    ]


def lessons() -> list[Shape]:
    """A few of each reason."""
    return [
        lesson(1, "ma benne jaune ne ferme plus", "corrected", "complaint", 0.31, meant="bac-casse", times=4),
        lesson(2, "vous prenez les gravats le samedi", "useless", "ask_question", 0.64, article="bac-casse"),
        lesson(3, "c pas clair votre truc", "unsure", "complaint", 0.22, article="decheterie"),
        lesson(4, HOSTILE, "lost", "ask_question", 0.12),
    ]


def sample(number: int, question: str, answer: str, article: str = "bac-casse", **more: Any) -> Shape:
    """A sample with every field of the protocol."""
    gone = more.get("gone", False)
    source = {"title": TITLES[article], "url": f"/services/{article}", "publisher": "Ville", "updated": ""}
    return {
        "id": number,
        "service": more.get("service", "proprete_dechets"),
        "service_name": more.get("service_name", "Propreté et déchets"),
        "article": article,
        "article_title": TITLES[article],
        "question": "" if gone else question,
        "answer": "" if gone else answer,
        "language": "" if gone else "fr",
        "sources": [] if gone else [source],
        "gone": gone,
        "rating": more.get("rating", ""),
    }


def samples() -> list[Shape]:
    """A week's."""
    return [
        sample(
            1,
            "Mon bac est cassé, que faire ?",
            "Un bac cassé est remplacé gratuitement.\n\n- Appelez le service.\n- Gardez le bac.",
        ),
        sample(2, "La déchèterie est-elle ouverte le lundi ?", "Oui, de 9 h à 12 h.", "decheterie", rating="right"),
        sample(3, HOSTILE, HOSTILE, service="", service_name=""),
        sample(4, "", "", gone=True),
    ]


class FakeTeaching:
    """The lessons and samples of a `FakeDesk`."""

    def __init__(self, is_empty: bool = False) -> None:
        self.lessons = {} if is_empty else {one["id"]: one for one in lessons()}
        self.samples = {} if is_empty else {one["id"]: one for one in samples()}
        self.weeks: tuple[str, ...] = () if is_empty else WEEKS
        self.lessons |= {} if is_empty else {one["id"]: one for one in exported()}
        self.is_down = False

    def routes(self) -> list[web.RouteDef]:
        """The routes below /desk/api/."""
        return [
            web.get("/desk/api/lessons", self._lessons),
            web.post("/desk/api/lessons/{id}", self._decide),
            web.get("/desk/api/samples", self._samples),
            web.post("/desk/api/samples/{id}", self._rate),
        ]

    @property
    def _counts(self) -> Shape:
        lessons = self.lessons.values()
        decisions = [one["decision"] or "waiting" for one in lessons]
        changed = sum(bool(one["written"]) and not one["exported_at"] for one in lessons)
        there = sum(bool(one["exported_at"]) for one in lessons)
        names = ("waiting", "right", "intent", "article", "ignore")
        return {**{name: decisions.count(name) for name in names}, "exported": there, "changed": changed}

    async def _lessons(self, request: web.Request) -> web.Response:
        if self.is_down:
            return web.json_response(
                {"error": "not_stored", "text": "L'enregistrement n'a pas pu être fait."}, status=503
            )
        waiting = [one for one in self.lessons.values() if not one["decision"]]
        intents = [{"code": code, "name": name} for code, name in INTENTS.items()]
        there = [one for one in self.lessons.values() if one["exported_at"]]
        return web.json_response({"lessons": waiting, "exported": there, "counts": self._counts, "intents": intents})

    async def _decide(self, request: web.Request) -> web.Response:
        number, body = int(request.match_info["id"]), await request.json()
        names = {"intent": INTENTS, "article": TITLES}.get(body["decision"], {})
        one = self.lessons[number]
        one |= {
            "decision": body["decision"],
            "value": body["value"],
            "value_name": names.get(body["value"], body["value"]),
            "exported_at": "",
        }
        return web.json_response({"lesson": one, "counts": self._counts})

    def _quality(self, week: str) -> Shape:
        rated = (
            [one["rating"] for one in self.samples.values() if one["rating"]] if week == WEEKS[0] else ["right"] * 40
        )
        counts = {name: rated.count(name) for name in ("right", "partly", "wrong", "unsourced")}
        right = counts["right"] / len(rated) if rated else None
        drawn = len(self.samples) if week == WEEKS[0] else 40
        low, high = (None, None) if right is None else (max(0.0, right - 0.2), min(1.0, right + 0.1))
        known = {"right": right, "low": low, "high": high}
        return {"week": week, "answers": 312, "drawn": drawn, "rated": len(rated), "ratings": counts, **known}

    async def _samples(self, request: web.Request) -> web.Response:
        week = request.query.get("week", self.weeks[0] if self.weeks else "")
        return web.json_response(
            {
                "week": week,
                "weeks": [self._quality(one) for one in self.weeks],
                "samples": list(self.samples.values()) if week == WEEKS[0] else [],
                "quality": self._quality(week) if week else None,
            }
        )

    async def _rate(self, request: web.Request) -> web.Response:
        one, body = self.samples[int(request.match_info["id"])], await request.json()
        one["rating"] = body["rating"]
        return web.json_response({"sample": one, "quality": self._quality(WEEKS[0])})
