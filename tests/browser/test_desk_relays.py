"""What agents and supervisors see of cases that nobody took."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chat import NARROW, violations
from tests.browser.desk import WINDOW, overflows, visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WHY = "de Voirie à État civil, car non prise en 4 heures ouvrées"


def relay(what: str, name: str, text: str) -> dict[str, Any]:
    return {"what": what, "name": name, "text": text, "at": datetime.now(timezone.utc).isoformat()}


async def test_what_came_from_another_service_says_so(browser: Browser) -> None:
    """In the row and above the conversation; an agent is not told of what the supervisors are."""
    async with visiting(browser) as desk:
        await desk.gateway.change(1, relay=relay("relayed", "Vient de\u00a0: Voirie", WHY))
        await expect(desk.row(1)).to_contain_text("Vient de\u00a0: Voirie")
        await desk.gateway.change(
            3, relay=relay("untaken", "Non prise", "non prise par État civil en 4 heures ouvrées")
        )
        await expect(desk.row(3)).to_contain_text("Non prise")
        await desk.open(1)

        await expect(desk.page.locator(".talk-facts")).to_contain_text("Vient de\u00a0: Voirie")
        await expect(desk.status).not_to_contain_text("personne")
        assert await violations(desk.page) == []
        assert await overflows(desk.page) == []


async def test_supervisors_are_told_of_what_nobody_took(browser: Browser) -> None:
    """In words, to who cannot see the row either."""
    async with visiting(browser, role="supervisor") as desk:
        await desk.gateway.change(
            3, relay=relay("untaken", "Non prise", "non prise par État civil en 4 heures ouvrées")
        )

        await expect(desk.row(3)).to_contain_text("Non prise")
        await expect(desk.status).to_have_text("Une demande n’a été prise par personne.")


async def test_supervisors_list_what_nobody_took(browser: Browser) -> None:
    """Under a tab of its own with its count, live, at the desk's least width too; agents have no such tab."""
    told = relay("untaken", "Non prise", "non prise par État civil en 4 heures ouvrées")
    for size in (WINDOW, NARROW):
        async with visiting(browser, role="supervisor", viewport=size) as desk:
            tab = desk.page.locator("#tab-untaken")
            await desk.gateway.change(3, relay=told)
            await expect(tab).to_contain_text("Non prises 1")
            await tab.click()

            await expect(desk.page.locator("#rows li")).to_have_count(1)
            await expect(desk.row(3)).to_contain_text("Non prise")
            assert await violations(desk.page) == []
            assert await overflows(desk.page) == []
    async with visiting(browser) as desk:
        await expect(desk.page.locator("#tab-waiting")).to_be_visible()
        await expect(desk.page.locator("#tab-untaken")).to_have_count(0)
