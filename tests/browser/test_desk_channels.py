"""Channels that somebody else carries, at the desk: what became of replies, how long one may answer, documents, comments."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.chat import NARROW, PHONE, violations
from tests.browser.desk import WINDOW, FakedDesk, overflows, visiting
from tests.browser.desk_channels import MESSENGER, POST, REASON, WHATSAPP

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOOKS = [
    pytest.param({"viewport": viewport, "color_scheme": scheme}, id=f"{name}-{scheme}")
    for name, viewport in (("desktop", WINDOW), ("phone", PHONE))
    for scheme in ("light", "dark")
]


def strip(desk: FakedDesk) -> Locator:
    """What leads to the replies that were given up."""
    return desk.page.get_by_role("button", name="Non remis")


def items(desk: FakedDesk) -> Locator:
    """Those replies, as they are listed."""
    return desk.page.get_by_role("list", name="Réponses qui n’ont pas pu être remises").get_by_role("listitem")


async def carry(desk: FakedDesk) -> None:
    """The cases and failed replies of other channels come in."""
    await desk.gateway.undelivered.carry()
    await expect(strip(desk)).to_contain_text("2")


def paths(desk: FakedDesk) -> list[str]:
    return [path for _, path, _ in desk.gateway.requests]


async def test_every_reply_says_what_became_of_it(browser: Browser) -> None:
    """In words: read, delivered, sent, refused with its reason, waiting; and what may have come twice. Not on the web."""
    async with visiting(browser) as desk:
        await carry(desk)
        await desk.open(WHATSAPP)

        await expect(desk.log.locator(".delivery")).to_have_text(
            [
                "lu",
                "remis",
                "envoyé peut-être reçu deux fois",
                f"non remis : {REASON} peut-être reçu Envoyer de nouveau",
                "en attente : le fournisseur n’a pas répondu",
            ]
        )

        await desk.open(1)
        await expect(desk.log.locator(".bot")).to_have_count(1)
        assert await desk.log.locator(".delivery").count() == 0


async def test_a_state_changes_as_the_provider_tells(browser: Browser) -> None:
    """At once, in its place, without being read out as a new line; a refusal is told."""
    async with visiting(browser) as desk:
        await carry(desk)
        await desk.open(WHATSAPP)
        await desk.gateway.undelivered.deliver(WHATSAPP, 4, "read")
        await expect(desk.log.locator(".delivery").nth(1)).to_have_text("lu")
        await desk.gateway.undelivered.deliver(WHATSAPP, 7, "failed", reason=REASON)
        await expect(desk.page.get_by_role("status").first).to_have_text(
            "Une réponse de cette conversation n’a pas pu être remise."
        )

        assert await desk.log.locator(".entry").count() == 7
        assert await desk.log.locator(".delivery[aria-live=off]").count() == 5


async def test_a_failed_line_is_sent_again(browser: Browser) -> None:
    """It is on its way then, and the focus is in the conversation."""
    async with visiting(browser) as desk:
        await carry(desk)
        await desk.open(WHATSAPP)
        await desk.log.get_by_role("button", name="Envoyer de nouveau").click()
        await expect(desk.log.locator(".delivery").nth(3)).to_have_text("en attente")
        await expect(desk.log).to_be_focused()

        assert desk.gateway.requests == [("POST", f"cases/{WHATSAPP}/again", {"position": 6})]


async def test_nothing_stands_there_while_all_is_delivered(browser: Browser) -> None:
    """The strip comes with the first failed reply, and goes with the last."""
    async with visiting(browser) as desk:
        assert await strip(desk).count() == 0

        await carry(desk)
        await expect(desk.page.get_by_role("status").first).to_have_text("2 réponses n’ont pas pu être remises.")
        await desk.gateway.undelivered.fill([])
        await expect(strip(desk)).to_have_count(0)


async def test_failed_replies_are_settled_by_keyboard(browser: Browser) -> None:
    """Opened, sent again, put away without a mouse; the focus goes to the next one, and to the queue after the last."""
    async with visiting(browser) as desk:
        await carry(desk)
        await strip(desk).focus()
        await desk.page.keyboard.press("Enter")
        await expect(items(desk)).to_have_count(2)
        await expect(items(desk).first).to_contain_text(f"non remis : {REASON}")
        await expect(items(desk).first).to_contain_text("peut-être reçu")
        await desk.page.keyboard.press("Tab")

        assert await desk.focused() == "Ouvrir la demande D-7K3M-0030"

        await desk.page.keyboard.press("Tab")

        assert await desk.focused() == "Envoyer de nouveau : Je regarde."

        await desk.page.keyboard.press("Enter")
        await expect(items(desk)).to_have_count(1)
        await expect(items(desk).get_by_role("button").first).to_be_focused()
        await desk.page.keyboard.press("Tab")

        assert (await desk.focused()).startswith("Classer")

        await desk.page.keyboard.press("Enter")
        await expect(strip(desk)).to_have_count(0)
        await expect(desk.page.locator("#queue-title")).to_be_focused()

        assert paths(desk) == ["undelivered/again", "undelivered/dismiss"]


async def test_a_failed_reply_leads_to_its_case(browser: Browser) -> None:
    """By its number."""
    async with visiting(browser) as desk:
        await carry(desk)
        await strip(desk).click()
        await desk.page.get_by_role("button", name="Ouvrir la demande D-7K3M-0030").click()
        await expect(desk.title).to_have_text("Bonjour, mon bail convient-il comme justificatif de domicile ?")


async def test_the_composer_says_how_far_one_may_go(browser: Browser) -> None:
    """How long one may answer freely, what comes then, and that a long text goes out in several messages."""
    async with visiting(browser) as desk:
        await carry(desk)
        await desk.take(WHATSAPP)
        await expect(desk.page.locator(".reach")).to_have_text("Réponse libre encore 3 h 12")
        limits = desk.gateway.cases[WHATSAPP]["channel_limits"] | {
            "window_until": "2026-01-05T09:00:00Z",
            "text_chars": 1000,
        }
        await desk.gateway.change(WHATSAPP, channel_limits=limits)
        await desk.gateway.say(WHATSAPP, "Alors ?")
        await expect(desk.page.locator(".reach")).to_have_text("Fenêtre fermée : la réponse partira comme modèle")
        await expect(desk.page.locator("#writing-hint")).to_contain_text(
            "1 000 caractères par message, un texte plus long part en plusieurs"
        )


async def test_documents_are_saved_from_the_conversation(browser: Browser) -> None:
    """A document by its name and size; what is still at the provider says so."""
    async with visiting(browser) as desk:
        await carry(desk)
        await desk.open(WHATSAPP)
        link = desk.log.get_by_role("link", name="bail.pdf, PDF, 240 ko")
        await expect(link).to_have_attribute("href", "/desk/api/photos/bail-1")
        await expect(desk.log.get_by_text("pièce jointe en cours de réception")).to_be_visible()


async def test_a_comment(browser: Browser) -> None:
    """Its post is a link to another tab that learns nothing of us; the first reply goes in private."""
    async with visiting(browser) as desk:
        await carry(desk)
        await desk.take(MESSENGER)
        link = desk.page.get_by_role("link", name=POST)
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        await expect(link).to_contain_text("nouvel onglet")
        await expect(desk.page.get_by_text("Votre première réponse part en message privé")).to_be_visible()


async def test_one_person_elsewhere(browser: Browser) -> None:
    """Their channels and other cases are named; those that the agent may see can be opened."""
    async with visiting(browser) as desk:
        await carry(desk)
        await desk.open(WHATSAPP)
        await expect(desk.page.get_by_text("Aussi joignable par : Telegram, Site de la ville")).to_be_visible()
        await expect(desk.page.locator(".other-cases li")).to_have_count(2)
        assert await desk.page.get_by_role("button", name="Ouvrir la demande D-7K3M-0099").count() == 0

        await desk.page.get_by_role("button", name="Ouvrir la demande D-7K3M-0006").click()
        await expect(desk.title).to_have_text("Nid-de-poule profond rue du Lavoir")


@pytest.mark.parametrize("look", LOOKS)
async def test_axe(browser: Browser, look: dict[str, Any]) -> None:
    """The list, a conversation with every state, the dossier of a person on two channels, a comment."""
    async with visiting(browser, **look) as desk:

        async def expect_none(state: str) -> None:
            found = await violations(desk.page)

            assert not found, f"{state}: " + "\n".join(found)
            assert await overflows(desk.page) == [], state

        await carry(desk)
        await expect_none("strip")
        await strip(desk).click()
        await expect(items(desk)).to_have_count(2)
        await expect_none("list")
        for case in (WHATSAPP, MESSENGER):
            if await desk.button("Retour à la file").is_visible():
                await desk.button("Retour à la file").click()
            await desk.take(case)
            await expect_none(f"conversation {case}")
            if await desk.button("Dossier").is_visible():
                await desk.button("Dossier").click()
                await expect_none(f"dossier {case}")
                await desk.button("Retour à la conversation").click()


async def test_narrow(browser: Browser) -> None:
    """At 320 px with the largest text nothing is scrolled sideways."""
    async with visiting(browser, viewport=NARROW) as desk:
        await carry(desk)
        await desk.page.get_by_role("button", name="Réglages").click()
        await desk.page.get_by_role("radio", name="Très grande").check()
        await desk.page.keyboard.press("Escape")
        await strip(desk).click()
        await expect(items(desk)).to_have_count(2)

        assert await overflows(desk.page) == []

        await desk.take(WHATSAPP)

        assert await overflows(desk.page) == []

        await desk.button("Dossier").click()

        assert await overflows(desk.page) == []


async def test_the_last_words_stay_in_sight(browser: Browser) -> None:
    """When suggestions and the window come under the conversation, its end is still shown; who reads above is left there."""
    async with visiting(browser) as desk:
        await carry(desk)
        await desk.take(WHATSAPP)
        await expect(desk.page.locator(".cards")).to_be_visible()
        await expect(desk.log.locator(".delivery").last).to_be_in_viewport(ratio=1)
        await desk.log.evaluate("log => log.scrollTop = 0")
        await desk.field.fill("Oui.\n\n\n")
        await expect(desk.log.locator(".entry").first).to_be_in_viewport()
