"""A town that is always open, and its agents: what a journey with a person needs."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import yaml
from playwright.async_api import Browser, Page, expect

from tests.browser.chat import DESKTOP, Chat
from tests.browser.desk import WINDOW, Desk
from tests.journeys.town import ROOT, Town

PATIENCE_MS = 30_000
CLOSED_SERVICE = "urbanisme"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NUMBER = re.compile(r"\bD-\w{4}-\w{4}\b")
LEA, KARIM = "Léa Martin", "Karim Benali"


class Staffed(Town):
    """A town that is open now, with agents whose passwords it knows by login."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "var", GUICHET_OFFICE=str(always_open(folder)))
        self.passwords: dict[str, str] = {}

    def hire(self, login: str, name: str, *options: str) -> None:
        """Make an account as a town does."""
        self.passwords[login] = self._password("add", login, "--name", name, *options)

    def new_password(self, login: str) -> None:
        """What is done for an agent who forgot theirs: it ends their sessions."""
        self.passwords[login] = self._password("reset", login)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds."""
        with contextlib.closing(sqlite3.connect(f"file:{self.data / 'guichet.db'}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()

    def _password(self, *command: str) -> str:
        made: subprocess.CompletedProcess[str] = self.run("agents", *command)
        assert made.returncode == 0, made.stderr
        found = re.search(r"(?m)(\S{12,})\s*$", made.stdout.strip())
        assert found, made.stdout
        return found[1]


def always_open(folder: Path) -> Path:
    """The example town's settings, open day and night but for one service that opens in three days; where they are."""
    office: dict[str, Any] = yaml.safe_load((ROOT / "office.yml").read_text("utf-8"))
    office["town"] |= {"opening": {"mon-sun": "0:00-24:00"}, "closures": [], "holidays": ""}
    office["knowledge"]["folder"] = str(ROOT / office["knowledge"]["folder"])
    office["channels"]["form"]["folder"] = str(ROOT / office["channels"]["form"]["folder"])
    office["desk"]["vanished_seconds"] = 60
    office["desk"]["replies"] = str(ROOT / office["desk"]["replies"])
    for service in office["services"].values():
        service.pop("opening", None)
        service.pop("closures", None)
    office["services"][CLOSED_SERVICE]["opening"] = {DAYS[(time.gmtime().tm_wday + 3) % 7]: "9:00-12:00"}
    path = folder / "office.yml"
    path.write_text(yaml.safe_dump(office, allow_unicode=True), "utf-8")
    return path


async def citizen(browser: Browser, town: Town) -> Chat:
    """The town's home page with the chat open, in a profile of its own."""
    context = await browser.new_context(
        viewport=DESKTOP, reduced_motion="reduce", locale="fr-FR", timezone_id="Europe/Paris"
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(town.address)
    return await Chat(page).open()


async def sign_in(browser: Browser, town: Staffed, login: str) -> Desk:
    """The desk of an agent who came in through the form, in a profile of their own."""
    context = await browser.new_context(
        viewport=WINDOW, reduced_motion="reduce", locale="fr-FR", timezone_id="Europe/Paris"
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(f"{town.address}/desk")
    await enter(page, town, login)
    return Desk(page)


async def enter(page: Page, town: Staffed, login: str) -> None:
    """Fill the form of the sign-in page."""
    await page.get_by_label("Identifiant").fill(login)
    await page.get_by_label("Mot de passe", exact=True).fill(town.passwords[login])
    await page.get_by_role("button", name="Se connecter").click()
    await expect(page.locator("guichet-desk .rows")).to_be_visible(timeout=PATIENCE_MS)


async def tell(chat: Chat, text: str) -> str:
    """Say something to the bot; what it answers, as one line."""
    before = await chat.bubbles.count()
    await chat.say(text)
    return await _answer(chat, before)


async def press(chat: Chat, name: str) -> str:
    """Press the first choice that has these words; what the bot answers, as one line."""
    before = await chat.bubbles.count()
    await chat.choices.filter(has_text=name).first.click()
    return await _answer(chat, before)


async def _answer(chat: Chat, before: int) -> str:
    await expect(chat.bubbles).to_have_count(before + 2, timeout=PATIENCE_MS)
    return (await chat.texts())[-1]


def number_in(text: str) -> str:
    """The number of a case that was told."""
    found = NUMBER.search(text)
    assert found, text
    return found[0]


def case_of(town: Staffed, number: str) -> int:
    """Which case has a number."""
    ((case_id,),) = town.rows("SELECT id FROM cases WHERE number = ?", number)
    return int(case_id)


async def show(desk: Desk, case_id: int) -> None:
    """Look for a case that is not closed, whichever tab is open."""
    await desk.page.get_by_role("tab", name=re.compile("^Toutes")).click()
    await expect(desk.row(case_id)).to_be_visible(timeout=PATIENCE_MS)


async def take(desk: Desk, case_id: int) -> None:
    """Take a case that waits."""
    await show(desk, case_id)
    await desk.take(case_id)


async def close(desk: Desk) -> None:
    """Close the case that is open on the page."""
    await desk.button("Clore").click()
    await desk.dialog.get_by_role("button", name="Clore la demande", exact=True).click()
    await expect(desk.dialog).to_have_count(0)
