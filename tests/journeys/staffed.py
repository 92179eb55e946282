"""A town that is always open, and its agents: what a journey with a person needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from playwright.async_api import Browser, Page, expect

from tests.browser.chat import DESKTOP, Chat
from tests.browser.desk import WINDOW
from tests.journeys.town import ROOT, Town

PATIENCE_MS = 30_000


def always_open(folder: Path) -> Path:
    """The example town's settings, open day and night with no holiday and no closure; where they stand."""
    office: dict[str, Any] = yaml.safe_load((ROOT / "office.yml").read_text("utf-8"))
    office["town"] |= {"opening": {"mon-sun": "0:00-24:00"}, "closures": [], "holidays": ""}
    office["knowledge"]["folder"] = str(ROOT / office["knowledge"]["folder"])
    office["desk"]["replies"] = str(ROOT / office["desk"]["replies"])
    for service in office["services"].values():
        service.pop("opening", None)
        service.pop("closures", None)
    path = folder / "office.yml"
    path.write_text(yaml.safe_dump(office, allow_unicode=True), "utf-8")
    return path


def hire(town: Town, login: str, name: str, *options: str) -> str:
    """Make an account as a town does; its password."""
    made = town.run("agents", "add", login, "--name", name, *options)
    assert made.returncode == 0, made.stderr
    found = re.search(r"(?m)(\S{12,})\s*$", made.stdout.strip())
    assert found, made.stdout
    return found[1]


async def citizen(browser: Browser, town: Town) -> Chat:
    """The town's home page with the chat open, in a profile of its own."""
    context = await browser.new_context(viewport=DESKTOP, reduced_motion="reduce", locale="fr-FR")
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(town.address)
    return await Chat(page).open()


async def sign_in(browser: Browser, town: Town, login: str, password: str) -> Page:
    """The desk of an agent who came in through the form, in a profile of their own."""
    context = await browser.new_context(viewport=WINDOW, reduced_motion="reduce", locale="fr-FR")
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(f"{town.address}/desk")
    await page.get_by_label("Identifiant").fill(login)
    await page.get_by_label("Mot de passe", exact=True).fill(password)
    await page.get_by_role("button", name="Se connecter").click()
    await expect(page.locator("guichet-desk .rows")).to_be_visible(timeout=PATIENCE_MS)
    return page
