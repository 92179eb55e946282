"""The articles of the fake desk: a few scripted ones, kept with their editions; previews are the gateway's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.articles import Draft
from bot.desk.article_preview import Advice, previewed
from bot.desk.article_shapes import ArticleShapes
from bot.desk.replied import slug
from bot.desk.words import load_words
from bot.gateway.pages import article_preview
from tests.browser import desk_script as script
from tests.browser.desk_script import Shape

if TYPE_CHECKING:
    from tests.browser.fake_desk import FakeDesk

WORDS = load_words()
SHAPES = ArticleShapes(None, WORDS)  # type: ignore[arg-type]
TODAY = date(2026, 1, 5)
BODY = """Le renouvellement se fait sur rendez-vous au service État civil, en trois semaines environ.

## Les documents

- l'ancienne carte
- une photo de moins de six mois
- un justificatif de domicile de moins d'un an

## Le prix

Le renouvellement est gratuit. Une carte perdue ou volée coûte 25 €.
"""
FICHES = [
    {
        "id": "F1341",
        "audience": "part",
        "title": "Carte d'identité en cas de perte",
        "url": "https://www.service-public.fr/particuliers/vosdroits/F1341",
    },
    {
        "id": "F21089",
        "audience": "part",
        "title": "Renouvellement de la carte d'identité d'un majeur",
        "url": "https://www.service-public.fr/particuliers/vosdroits/F21089",
    },
]


def article(article_id: str, title: str, **more: Any) -> Shape:
    """An article as the gateway gives it; everything may be said otherwise."""
    code = more.get("service", "etat_civil")
    shape: Shape = {
        "id": article_id,
        "title": title,
        "service": code,
        "service_name": script.SERVICE_NAMES[code],
        "origin": "desk",
        "state": "published",
        "changed": False,
        "to_review": False,
        "removed": False,
        "valid_until": None,
        "review_on": "2027-01-05",
        "owner": None,
        "fiche": "",
        "version": 3,
        "changed_at": (datetime.now(timezone.utc) - timedelta(days=2)).isoformat(),
        "changed_by": "Karim Benali",
        "uses": {"answers": 0, "rated": 0, "percent": None},
        "body": BODY,
        "audience": "particuliers",
        "source": "",
        "more": "",
        "keywords": ["refaire sa carte", "cni"],
        "url": f"/articles/{article_id}",
        "fiche_title": "",
        "fiche_url": "",
    }
    shape |= more
    shape["state_name"] = WORDS.name("article_state", shape["state"])
    if shape["state"] == "draft":
        shape["url"] = ""
    return shape


def articles() -> dict[str, Shape]:
    """The town's articles: one of each kind."""
    found = [
        article("carte-identite", "Refaire sa carte d'identité", uses={"answers": 1204, "rated": 310, "percent": 87}, owner={"id": 2, "name": "Karim Benali"}),
        article("nid-de-poule", "Signaler un nid-de-poule", service="voirie", state="draft", version=1, changed_by="Léa Martin", review_on=None),
        article("braderie", "La braderie de septembre", service="voirie", state="expired", valid_until="2025-09-14", uses={"answers": 96, "rated": 12, "percent": 50}),
        article("bac-casse", "Mon bac est cassé ou a été volé", service="voirie", origin="markdown", version=0, changed_at=None, changed_by="", uses={"answers": 41, "rated": 0, "percent": None}),
        article("passeport", "Obtenir un passeport pour un bébé", changed=True, to_review=True, review_on="2025-12-01", fiche="F14929", fiche_title="Passeport d'une personne mineure", uses={"answers": 388, "rated": 61, "percent": 92}),
    ]  # fmt: skip
    return {one["id"]: one for one in found}


class FakeArticles:
    """What the fake desk knows of articles."""

    def __init__(self, desk: FakeDesk, is_empty: bool = False) -> None:
        self._desk = desk
        self.articles = {} if is_empty else articles()
        self.editions: dict[str, list[Shape]] = {}
        for one in self.articles.values():
            self._note(one, "published", "Karim Benali")

    def routes(self) -> list[web.AbstractRouteDef]:
        one = "/desk/api/articles/{article}"
        return [
            web.get("/desk/api/articles", self._all),
            web.post("/desk/api/articles", self._create),
            web.get(one, self._one),
            web.put(one, self._save),
            web.get(one + "/history", self._history),
            web.post(one + "/{act}", self._act),
            web.post("/desk/api/preview", self._preview),
            web.get("/desk/api/fiches", self._fiches),
            web.post("/desk/api/cases/{case}/article", self._of_reply),
        ]

    def overtake(self, article_id: str, body: str, by: str = "Karim Benali") -> None:
        """Somebody else saves an article."""
        self._change(self.articles[article_id], "saved", by, body=body, changed=True)

    async def _all(self, request: web.Request) -> web.Response:
        words = request.query.get("q", "").lower()
        found = [one for one in self.articles.values() if words in f"{one['title']} {one['body']}".lower()]
        shown = sorted((one for one in found if not one["removed"]), key=lambda one: str(one["title"]))
        owners = [{"id": self._desk.agent["id"], "name": self._desk.agent["name"]}, script.OTHER]
        return web.json_response({"articles": shown, "owners": owners, "today": TODAY.isoformat()})

    async def _one(self, request: web.Request) -> web.Response:
        found = self.articles.get(request.match_info["article"])
        if found is None or found["removed"]:
            return _refuse(404, "article_missing")
        return web.json_response({"article": found})

    async def _create(self, request: web.Request) -> web.Response:
        return web.json_response({"article": self._made(await request.json())})

    async def _save(self, request: web.Request) -> web.Response:
        one, body = self.articles[request.match_info["article"]], await request.json()
        if body.pop("version") != one["version"]:
            return _refuse(409, "overtaken", by=one["changed_by"])
        self._change(one, "saved", str(self._desk.agent["name"]), changed=one["state"] != "draft", **self._given(body))
        return web.json_response({"article": one})

    async def _act(self, request: web.Request) -> web.Response:
        one, body = self.articles[request.match_info["article"]], await request.json()
        act, me = request.match_info["act"], str(self._desk.agent["name"])
        match act:
            case "publish":
                self._change(one, "published", me, state="published", changed=False, url=f"/articles/{one['id']}")
            case "unpublish":
                self._change(one, "unpublished", me, state="draft", changed=False, url="")
            case "remove":
                self._change(one, "removed", me, state="draft", removed=True, url="")
            case "take-over":
                self._change(one, "taken_over", me, origin="desk", changed_by=me)
            case _:
                words = next(old for old in self.editions[one["id"]] if old["number"] == body["edition"])
                kept = {key: words[key] for key in ("title", "body", "keywords", "valid_until")}
                self._change(one, "restored", me, removed=False, changed=one["state"] != "draft", **kept)
        return web.json_response({"article": one})

    async def _history(self, request: web.Request) -> web.Response:
        return web.json_response({"editions": self.editions.get(request.match_info["article"], [])[::-1]})

    async def _preview(self, request: web.Request) -> web.Response:
        given = await request.json()
        draft = Draft(given["title"], given["service"], given["body"])
        pieces = previewed("preview", draft)
        warned = [Advice("phone", "06 12 34 56 78")] if "06 12 34 56 78" in draft.body else []
        return web.json_response(
            {
                "html": article_preview(draft.body),
                "passages": [SHAPES.passage(one) for one in pieces],
                "warnings": [SHAPES.warning(one) for one in [*warned, *([] if pieces else [Advice("empty")])]],
            }
        )

    async def _fiches(self, request: web.Request) -> web.Response:
        words = request.query["q"].lower()
        return web.json_response({"fiches": [one for one in FICHES if words in one["title"].lower()]})

    async def _of_reply(self, request: web.Request) -> web.Response:
        position = (await request.json())["position"]
        lines = self._desk.lines[int(request.match_info["case"])]
        line = next(one for one in lines if one["position"] == position)
        given = {"title": lines[0]["text"], "service": "etat_civil", "body": line["text"], "review_on": "2027-01-05"}
        return web.json_response({"article": self._made(given)})

    def _made(self, given: Shape) -> Shape:
        name = slug(given["title"])
        one = article(name, given["title"], state="draft", version=0, keywords=[], review_on=None)
        self.articles[name] = one
        self._change(one, "created", str(self._desk.agent["name"]), **self._given(given))
        return one

    def _given(self, given: Shape) -> Shape:
        owner = given.pop("owner", None)
        known = {self._desk.agent["id"]: self._desk.agent["name"], script.OTHER["id"]: script.OTHER["name"]}
        fiche = next((one for one in FICHES if one["id"] == given.get("fiche")), {"title": "", "url": ""})
        return {
            **given,
            "owner": {"id": owner, "name": known[owner]} if owner else None,
            "service_name": script.SERVICE_NAMES[given["service"]],
            "fiche_title": fiche["title"],
            "fiche_url": fiche["url"],
        }

    def _change(self, one: Shape, did: str, by: str, **fields: Any) -> None:
        one |= {**fields, "version": one["version"] + 1, "changed_by": by}
        one |= {"changed_at": datetime.now(timezone.utc).isoformat(), "state_name": WORDS.name("article_state", one["state"])}  # fmt: skip
        self._note(one, did, by)

    def _note(self, one: Shape, did: str, by: str) -> None:
        kept = ("title", "service_name", "valid_until", "body", "audience", "source", "more", "keywords")
        edition = {"number": one["version"], "did": did, "did_name": WORDS.name("did", did), "agent": by}
        at = one["changed_at"] or datetime.now(timezone.utc).isoformat()
        self.editions.setdefault(one["id"], []).append({**edition, "at": at, **{key: one[key] for key in kept}})


def _refuse(status: int, error: str, by: str = "") -> web.Response:
    return web.json_response({"error": error, "text": WORDS.say("refusal", error, by=by), "by": by}, status=status)
