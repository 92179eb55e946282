"""What the fake desk serves beside its protocol: the real shell page and script, a stand-in for signing in, photos."""

from __future__ import annotations

import io
from pathlib import Path

import jinja2
from aiohttp import web
from PIL import Image

from bot.desk.pages import PAGES, SCRIPT
from bot.settings import read_office

ROOT = Path(__file__).resolve().parents[2]


def routes() -> list[web.RouteDef]:
    return [
        *(web.get(path, page) for path in ("/desk", *(f"/desk/{name}" for name in PAGES))),
        web.get(SCRIPT, script),
        web.get("/static/{name}", static),
        web.get("/desk/login", login),
        web.post("/desk/logout", login),
        web.get("/desk/api/photos/{photo}", photo),
    ]


async def page(request: web.Request) -> web.Response:
    templates = jinja2.Environment(loader=jinja2.FileSystemLoader(ROOT / "web/pages"), autoescape=True)
    town = read_office(ROOT / "office.yml").town
    text = templates.get_template("desk.html.j2").render(town=town, script=SCRIPT)
    return web.Response(text=text, content_type="text/html")


async def script(request: web.Request) -> web.Response:
    body = (ROOT / "web/dist/desk.js").read_bytes()
    return web.Response(body=body, content_type="text/javascript", charset="utf-8")


async def static(request: web.Request) -> web.FileResponse:
    return web.FileResponse(ROOT / "web/pages" / Path(request.match_info["name"]).name)


async def login(request: web.Request) -> web.Response:
    html = (
        "<!doctype html><html lang=fr><title>Connexion</title><main><h1>Connexion</h1><a href=/desk>Entrer</a></main>"
    )
    return web.Response(text=html, content_type="text/html")


async def photo(request: web.Request) -> web.Response:
    picture = io.BytesIO()
    colour = (122, 130, 118) if request.match_info["photo"].endswith("1") else (96, 110, 128)
    Image.new("RGB", (400, 300), colour).save(picture, "JPEG")
    return web.Response(body=picture.getvalue(), content_type="image/jpeg")
