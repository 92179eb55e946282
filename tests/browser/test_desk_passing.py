"""Passing a case on from the desk, over a fake gateway."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chat import DESKTOP, NARROW, violations
from tests.browser.desk import visiting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_case_nobody_has_is_not_passed_on(browser: Browser) -> None:
    """The agent is told to take it first."""
    async with visiting(browser, viewport=DESKTOP) as desk:
        await desk.open(1)

        await expect(desk.page.locator("guichet-passing")).to_contain_text("Prenez la demande en charge")
        await expect(desk.page.get_by_role("button", name="Transmettre à un organisme")).to_have_count(0)


async def test_a_case_is_passed_on_with_its_citizens_consent(browser: Browser) -> None:
    """The likeliest body is chosen, what is written is the agent's, and only a yes offers to pass it on."""
    async with visiting(browser, viewport=DESKTOP) as desk:
        await desk.take(1)
        part = desk.page.locator("guichet-passing")
        await part.get_by_role("button", name="Transmettre à un organisme").click()
        await expect(part.get_by_label("Organisme")).to_be_focused()
        await expect(part.get_by_label("Organisme")).to_have_value("prefecture")
        await expect(part).to_contain_text("à transmettre par vos soins")
        await expect(part).to_contain_text("Données personnelles dans ce texte : 06\u00a011\u00a022\u00a033\u00a044")
        await part.get_by_label("Texte transmis").fill("Titre de séjour à renouveler.")
        await part.get_by_label("Clore la demande").check()
        await part.get_by_role("button", name="Demander l’accord").click()
        await expect(part).to_contain_text("En attente de l'accord de la personne")
        await expect(part.get_by_role("button", name="C’est transmis")).to_have_count(0)
        assert desk.gateway.requests[-1][2] == {
            "body": "prefecture",
            "text": "Titre de séjour à renouveler.",
            "closes": True,
        }

        await desk.gateway.passing.answered(1, True)
        await expect(part).to_contain_text("Accord donné, à transmettre par vos soins")
        await part.get_by_role("button", name="C’est transmis").click()
        await expect(part.get_by_role("list")).to_contain_text("Transmise")


async def test_a_refusal_offers_nothing(browser: Browser) -> None:
    """Nothing can be passed on any more to that body."""
    async with visiting(browser, viewport=DESKTOP) as desk:
        await desk.take(1)
        part = desk.page.locator("guichet-passing")
        await part.get_by_role("button", name="Transmettre à un organisme").click()
        await part.get_by_role("button", name="Demander l’accord").click()
        await expect(part.get_by_role("list")).to_be_visible()
        await desk.gateway.passing.answered(1, False)

        await expect(part).to_contain_text("La personne a refusé")
        await expect(part.get_by_role("list").get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desktop", "narrow"])
async def test_the_form_is_accessible(browser: Browser, viewport: dict[str, int], scheme: str) -> None:
    """Named fields, contrast, nothing that axe finds, in each size and scheme."""
    async with visiting(browser, viewport=viewport, color_scheme=scheme) as desk:
        await desk.take(1)
        if viewport is NARROW:
            await desk.page.locator(".to-side").click()
        part = desk.page.locator("guichet-passing")
        await part.get_by_role("button", name="Transmettre à un organisme").click()
        await expect(part.get_by_label("Texte transmis")).to_be_visible()

        assert await violations(desk.page) == []
