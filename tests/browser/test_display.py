"""How it looks where looking is hard: narrow, zoomed, forced colours, without motion, printed, embedded elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.chat import DESKTOP, NARROW, PHONE, overflows
from tests.browser.conftest import Visit
from tests.browser.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PAGES = ["/", "/articles/carte-identite", "/confidentialite", "/accessibilite", "/nulle-part"]
ZOOMED = {"width": DESKTOP["width"] // 2, "height": DESKTOP["height"] // 2}


@pytest.mark.parametrize("viewport", [NARROW, PHONE, ZOOMED], ids=["320px", "phone", "zoom-200"])
@pytest.mark.parametrize("path", PAGES)
async def test_pages_need_no_sideways_scroll(visit: Visit, path: str, viewport: dict[str, int]) -> None:
    """No page is wider than its window, at 320 px, on a phone and at 200 % zoom."""
    chat = await visit(path, viewport=viewport)

    assert not await overflows(chat.page)


@pytest.mark.parametrize("viewport", [NARROW, PHONE, ZOOMED], ids=["320px", "phone", "zoom-200"])
@pytest.mark.parametrize("size", ["Normale", "Très grande"])
async def test_widget_needs_no_sideways_scroll(visit: Visit, viewport: dict[str, int], size: str) -> None:
    """Nothing in the widget is wider than its place, whatever the window and the text size."""
    chat = await (await visit(viewport=viewport)).open()
    await chat.button("Menu").click()
    await chat.panel.get_by_role("radio", name=size, exact=True).check()

    assert not await overflows(chat.page)

    await chat.button("Retour à la conversation").click()
    await chat.ask("Comment refaire ma carte d’identité ?")
    await chat.ask("https://exemple.fr/" + "unmotsansfin" * 20)
    await chat.ask("cantine")

    assert not await overflows(chat.page)

    await chat.button("Joindre une personne").click()

    assert not await overflows(chat.page)
    await expect(chat.panel.locator(".sheet").get_by_role("link", name="02 61 91 40 00")).to_be_visible()


async def test_panel_and_screen(visit: Visit) -> None:
    """The panel is 400 × 640 px beside the page, and the whole screen on a phone."""
    desktop = await (await visit()).open()
    phone = await (await visit(viewport=PHONE)).open()

    assert await _size(desktop.panel) == {"width": 400, "height": 640}
    assert await _size(phone.panel) == PHONE


async def test_targets_are_large_enough(visit: Visit) -> None:
    """The round button measures 44 px or more, and so do the buttons of the head."""
    chat = await visit(viewport=NARROW)
    launcher = await _size(chat.launcher)
    await chat.open()
    close = await _size(chat.button("Fermer l’assistant"))

    assert min(launcher.values()) >= 44
    assert min(close.values()) >= 44


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["desktop", "320px"])
async def test_long_answer_is_shown_from_its_top(visit: Visit, gateway: FakeGateway, viewport: dict[str, int]) -> None:
    """Of an answer that is higher than the log the beginning is in sight."""
    gateway.answers["tout"] = [{"text": "des mots qui se suivent " * 100}]
    chat = await (await visit(viewport=viewport)).open()
    await chat.ask("Bonjour")
    await chat.ask("tout")
    await expect(chat.log.locator(".typing")).to_have_count(0)
    log, answer = await chat.log.bounding_box(), await chat.bubbles.last.bounding_box()

    assert log is not None
    assert answer is not None
    assert answer["height"] > log["height"]
    assert 0 <= answer["y"] - log["y"] <= 16


async def test_marks_stay_with_their_words(visit: Visit, gateway: FakeGateway) -> None:
    """Marks and units are bound to what they follow where text is shown, and sent and stored as they were written."""
    gateway.answers["Ouvert ?"] = [{"text": "Oui ; de 9 h à 12 h 30 : 25 € !", "buttons": ["Merci !"]}]
    chat = await (await visit()).open()
    await chat.ask("Ouvert ?")

    assert [await chat.bubbles.nth(at).inner_text() for at in (1, 2)] == [
        "Ouvert\u00a0?",
        "Oui\u00a0; de 9\u00a0h à 12\u00a0h\u00a030\u00a0: 25\u00a0€\u00a0!",
    ]
    assert [said["message"] for said in gateway.uttered] == ["Ouvert ?"]


async def test_composer_grows_to_five_lines(visit: Visit) -> None:
    """The field grows with its text, to five lines, and shrinks again when it was sent."""
    chat = await (await visit()).open()
    heights = []
    for lines in (1, 3, 5, 9):
        await chat.field.fill("\n".join(["ligne"] * lines))
        heights.append((await _size(chat.field))["height"])
    await chat.field.press("Enter")
    await expect(chat.field).to_have_value("")

    one, three, five, nine = heights
    assert one < three < five
    assert round(five) == round(nine)
    assert (await _size(chat.field))["height"] == one


async def test_forced_colours(visit: Visit) -> None:
    """With forced colours every bubble, choice and button still has an edge."""
    chat = await (await visit(forced_colors="active")).open()
    await chat.ask("cantine")
    selectors = [".bubble", ".choices button", ".send", ".panel", ".round"]
    styles = [await chat.panel.page.locator(f"guichet-chat {one}").first.evaluate(EDGE) for one in selectors]

    assert [style for style in styles if style == "none 0px"] == []


async def test_reduced_motion(visit: Visit) -> None:
    """Who asked for no motion gets none; who did not gets less than 200 ms, the waiting dots apart."""
    still = await (await visit(reduced_motion="reduce")).open()
    moving = await (await visit(reduced_motion="no-preference")).open()
    durations = (
        "(panel) => panel.getAnimations({subtree: true}).length + ' ' + getComputedStyle(panel).animationDuration"
    )

    assert await still.panel.evaluate(durations) == "0 0s"
    assert (
        float((await moving.panel.evaluate("(panel) => getComputedStyle(panel).animationDuration")).rstrip("s")) < 0.2
    )


async def test_print(visit: Visit) -> None:
    """A page is printed without the widget; a conversation is printed whole and without the page."""
    chat = await (await visit()).open()
    await chat.ask("long")
    await chat.page.emulate_media(media="print")
    await expect(chat.panel).not_to_be_visible()
    await chat.page.emulate_media(media="screen")
    await chat.button("Menu").click()
    await chat.button("Imprimer la conversation").click()
    await expect(chat.page.locator("guichet-chat[data-printing]")).to_have_count(1)
    await chat.page.emulate_media(media="print")
    await expect(chat.bubbles.last.get_by_text("Paragraphe 5")).to_be_visible()
    await expect(chat.page.get_by_role("heading", name="Bienvenue à Pontavel")).not_to_be_visible()
    await expect(chat.field).not_to_be_visible()
    await chat.page.emulate_media(media="screen")
    await chat.page.keyboard.press("Shift")
    await expect(chat.page.locator("[data-printing], [data-guichet-away]")).to_have_count(0)


async def test_script_alone_embeds(visit: Visit, gateway: FakeGateway) -> None:
    """One script tag on another site's page, under a strict policy, is all it takes; the page's styles stay outside."""
    errors: list[str] = []
    chat = await visit("/embedding?server=" + gateway.url.replace("127.0.0.1", "localhost"))
    chat.page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    await chat.page.reload()
    await chat.open()
    await chat.ask("Bonjour")

    assert errors == []
    assert await chat.page.locator("guichet-chat").count() == 1
    assert next(iter((await chat.stored())["local"])).startswith(f"guichet:http://localhost:{gateway.port}:")


async def test_attributes_theme_the_widget(visit: Visit) -> None:
    """A page may set the theme and the colour; the widget computes what can be read on it."""
    chat = await visit(color_scheme="dark")
    await chat.page.evaluate(
        """() => {
            const chat = document.querySelector("guichet-chat");
            chat.setAttribute("theme", "light");
            chat.style.setProperty("--guichet-main", "gold");
            chat.remove();
            document.body.append(chat);
        }"""
    )
    await chat.open()
    send = chat.button("Envoyer")

    await expect(send).to_have_css("background-color", "rgb(255, 215, 0)")
    await expect(send).to_have_css("color", "rgb(0, 0, 0)")
    await expect(chat.panel).to_have_css("background-color", "rgb(255, 255, 255)")


EDGE = "(one) => { const style = getComputedStyle(one); return style.borderTopStyle + ' ' + style.borderTopWidth; }"


async def _size(locator: Any) -> dict[str, float]:
    box = await locator.bounding_box()
    return {"width": box["width"], "height": box["height"]}
