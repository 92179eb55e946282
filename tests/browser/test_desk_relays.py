"""What agents and supervisors see of cases that nobody took."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chat import NARROW, violations
from tests.browser.desk import WINDOW, overflows, visiting
from tests.browser.test_desk_insights import reading

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


async def test_figures_of_what_nobody_took(browser: Browser) -> None:
    """By service, each beside the period before; the table leads to the queue and is a file."""
    async with reading(browser) as desk:
        table = desk.page.get_by_role("table", name="Demandes que personne n’a prises à temps", exact=True)
        await expect(table.locator("tbody tr")).to_have_count(3)
        cells = table.locator("tbody tr").first.locator("th, td")
        await expect(cells).to_have_text(["Voirie et espaces publics", "17 12 avant", "3 5 avant"])
        link = desk.page.get_by_role("link", name="Télécharger en CSV : Demandes que personne n’a prises à temps")
        await expect(link).to_have_attribute("href", "/desk/api/insights.csv?table=unclaimed")
        await desk.page.locator("#unclaimed").get_by_role("button", name="Voir la file des demandes").click()
        await expect(desk.page).to_have_url(f"{desk.gateway.url}/desk")
