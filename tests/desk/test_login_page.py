"""The sign-in page in a real browser: without script, by keyboard alone, in the eyes of axe; and the cookie it gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from tests.browser.chat import DESKTOP, NARROW, PHONE, overflows, violations
from tests.browser.conftest import browser
from tests.desk.doorway import PASSWORD, Doorway, doorway

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOOKS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", DESKTOP), ("phone", PHONE), ("narrow", NARROW))
    for scheme in ("light", "dark")
]


@pytest_asyncio.fixture(loop_scope="session")
async def door(tmp_path: Path) -> AsyncIterator[Doorway]:
    async with doorway(tmp_path) as built:
        yield built


async def opened(browser: Browser, door: Doorway, path: str = "/desk/login", **options: Any) -> BrowserContext:
    """A new profile whose one page shows a path."""
    context = await browser.new_context(
        locale="fr-FR", reduced_motion="reduce", base_url=f"http://{door.host}", **options
    )
    context.set_default_timeout(8000)
    page = await context.new_page()
    await page.goto(path)
    return context


@pytest.mark.parametrize("with_script", [True, False])
async def test_an_agent_signs_in_and_out(browser: Browser, door: Doorway, with_script: bool) -> None:
    """With and without script, over plain HTTP on this machine: the browser keeps the Secure cookie, and sends it with
    the socket's handshake too.
    """
    context = await opened(browser, door, "/desk/login?next=/desk", java_script_enabled=with_script)
    (page,) = context.pages
    await page.get_by_label("Identifiant").fill("claire.m")
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Se connecter").click()
    await expect(page.get_by_role("heading")).to_have_text("Claire M.")
    (cookie,) = await context.cookies()
    await page.goto("/socket.io/")
    await expect(page.get_by_role("heading")).to_have_text("Claire M.")
    await page.get_by_role("button", name="Sortir").click()
    await expect(page.get_by_role("heading")).to_have_text("Bureau des agents")

    assert (cookie["name"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (
        "guichet_desk",
        True,
        True,
        "Lax",
        "/",
    )
    assert await context.cookies() == []
    await context.close()


async def test_the_keyboard_is_enough(browser: Browser, door: Doorway) -> None:
    """The page begins in the first field; after a mistake it begins at the summary, whose links lead to the fields."""
    context = await opened(browser, door)
    (page,) = context.pages
    await expect(page.get_by_label("Identifiant")).to_be_focused()
    await page.keyboard.type("claire.m")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Saisissez votre mot de passe")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Mot de passe")).to_be_focused()
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading")).to_have_text("Claire M.")
    await context.close()


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing(browser: Browser, door: Doorway, look: dict[str, Any]) -> None:
    """In every state: empty, session over, something missing, wrong, too many tries; and nothing scrolls sideways."""
    context = await opened(browser, door, **look)
    (page,) = context.pages
    found = {"empty": (await violations(page), await overflows(page))}
    await page.goto("/desk/login?expired=1")
    found["expired"] = (await violations(page), await overflows(page))
    for state, login, password in (
        ("missing", "", ""),
        ("wrong", "claire.m", "un mauvais mot de passe"),
        *[("again", "claire.m", "un mauvais mot de passe")] * 4,
        ("throttled", "claire.m", PASSWORD),
    ):
        await page.get_by_label("Identifiant").fill(login)
        await page.get_by_label("Mot de passe").fill(password)
        await page.get_by_role("button", name="Se connecter").click()
        await expect(page.get_by_role("alert")).to_be_focused()
        found[state] = (await violations(page), await overflows(page))

    assert found == dict.fromkeys(("empty", "expired", "missing", "wrong", "again", "throttled"), ([], False))
    await expect(page.get_by_role("alert")).to_contain_text("Réessayez dans 15 minutes")
    await context.close()
