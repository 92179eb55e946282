"""Takes the pictures of docs/images: the home page and the chat from a running installation (`make run`, then)

python -m tests.browser.photograph [http://127.0.0.1:8080]

and what citizens see of the desk and of photos from the gateway with scripted answers:

python -m tests.browser.photograph widget
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright, expect

from tests.browser.chat import DESKTOP, NARROW, PHONE, Chat, photo
from tests.browser.conftest import ARGUMENTS
from tests.browser.fake_gateway import ROOT, FakeGateway

FOLDER = ROOT / "docs" / "images"
STATES = ("waiting", "photo-refused", "photos", "agent", "bot-again")
KEPT = {"": STATES, "-dark": ("photos", "agent"), "-phone": ("photos",), "-320": ("waiting", "photos")}
"""The pictures that the docs show, by their suffix."""
PANEL = {"width": 480, "height": 690}
"""Little more than the panel."""
REFUSED = "Ce fichier n’est pas une photo que nous pouvons lire. Envoyez une image JPEG, PNG ou WebP."
QUESTION = "Comment refaire ma carte d’identité ?"


async def photograph(address: str, folder: Path = FOLDER) -> None:
    """Writes every picture of the home page and the chat."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        home = await _page(browser, address, DESKTOP, "light")
        await home.page.screenshot(path=folder / "home-desktop-light.png")
        for name, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            for scheme in ("light", "dark"):
                chat = await _page(browser, address, viewport, scheme)
                await chat.open()
                await chat.ask(QUESTION)
                await chat.page.mouse.move(1, 1)
                await chat.page.screenshot(path=folder / f"chat-{name}-{scheme}.png")
        await browser.close()


async def photograph_states(folder: Path = FOLDER) -> None:
    """Writes every picture of the queue, of an agent and of photos: light and dark, and as narrow as it gets."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        looks = (("", PANEL, "light"), ("-dark", PANEL, "dark"), ("-phone", PHONE, "light"), ("-320", NARROW, "light"))
        for suffix, viewport, scheme in looks:
            async with FakeGateway() as gateway:
                chat = await (
                    await _page(browser, f"{gateway.url}/embedding?server={gateway.url}", viewport, scheme)
                ).open()
                await _states(chat, gateway, folder, suffix)
                await chat.page.close()
        await browser.close()


async def _states(chat: Chat, gateway: FakeGateway, folder: Path, suffix: str) -> None:
    async def shoot(name: str) -> None:
        if name in KEPT[suffix]:
            await chat.page.mouse.move(1, 1)
            await chat.panel.screenshot(path=folder / f"widget-{name}{suffix}.png")

    gateway.answers["Je voudrais parler à quelqu’un de la voirie"] = [
        {
            "text": "Votre demande D-7K3M-92QX attend au service Voirie : deuxième place, environ 5 minutes.\n\n"
            "En attendant, je continue de répondre à vos questions.",
            "buttons": ["Quitter la file"],
        }
    ]
    await chat.ask("Je voudrais parler à quelqu’un de la voirie")
    case = {"service": "Voirie", "number": "D-7K3M-92QX"}
    await gateway.stand("waiting", place=2, wait="environ 5 minutes", **case)
    await expect(chat.strip).to_contain_text("2e place")
    await shoot("waiting")
    gateway.answering = False
    gateway.photo_refusal = {"error": "photo_not_one", "text": REFUSED}
    await chat.add_photos(photo("document.png", "#ffffff"))
    await expect(chat.photos).to_contain_text("Ce fichier")
    await shoot("photo-refused")
    await chat.button("Retirer document.png").click()
    gateway.photo_refusal = None
    await gateway.stand("agent", name="Claire M.", **case)
    await gateway.reply(
        gateway.session_id,
        [
            {"author": "system", "text": "Claire M. (Voirie) a lu vos messages et vous répond ici."},
            {
                "author": "agent",
                "name": "Claire M.",
                "text": "Bonjour, où se trouve le trou dans la chaussée ? Une photo m’aiderait.",
            },
        ],
    )
    await expect(chat.bubbles).to_have_count(5)
    await chat.add_photos(photo("trottoir.jpg", "#7d8a91"), photo("IMG_20260105_093012_panneau.jpg", "#4f7a5b"))
    await expect(chat.photos.get_by_text("Prête")).to_have_count(2)
    gateway.photos_let_in.clear()
    await chat.add_photos(photo("rue.jpg", "#a0754f"))
    await expect(chat.photos.get_by_text("Envoi…")).to_be_visible()
    await chat.field.fill("Devant le 12 rue du Lavoir.")
    await shoot("photos")
    gateway.photos_let_in.set()
    await expect(chat.photos.get_by_text("Prête")).to_have_count(3)
    await chat.field.press("Enter")
    await expect(chat.bubbles).to_have_count(6)
    await expect(chat.log.locator(".delivery")).to_have_count(0)
    await gateway.write("Claire M.")
    await expect(chat.log.get_by_text("Claire M. écrit")).to_be_visible()
    await shoot("agent")
    await gateway.stand("bot")
    await expect(chat.strip).to_contain_text("De nouveau")
    await shoot("bot-again")


async def _page(browser: Browser, address: str, viewport: Any, scheme: Any) -> Chat:
    page = await browser.new_page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce", locale="fr-FR")
    await page.goto(address)
    chat = Chat(page)
    await chat.launcher.wait_for()
    return chat


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
    asyncio.run(photograph_states() if what == "widget" else photograph(what))
