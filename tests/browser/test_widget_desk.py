"""What a citizen sees of the desk: the queue, who answers, who writes, and the bot that comes back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.chat import NARROW, Chat, overflows
from tests.browser.conftest import Visit
from tests.browser.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CASE: dict[str, Any] = {"service": "Voirie", "number": "D-7K3M-92QX"}
WAITING: dict[str, Any] = {**CASE, "place": 2, "wait": "environ 5 minutes"}
CLAIRE: dict[str, Any] = {**CASE, "name": "Claire M."}
BACK_MS = 30_000

COUNT_STATUS = """(status) => {
    window.told = [];
    new MutationObserver(() => window.told.push(status.textContent)).observe(
        status, {childList: true, characterData: true, subtree: true});
}"""


async def _with_agent(visit: Visit, gateway: FakeGateway, **options: Any) -> Chat:
    chat = await (await visit(**options)).open()
    await gateway.stand("agent", **CLAIRE)
    await expect(chat.strip).to_contain_text("Claire M. vous répond")
    return chat


async def test_bot_needs_no_strip(visit: Visit) -> None:
    """As long as the bot has the conversation and always had it, nothing stands above it."""
    chat = await (await visit()).open()
    await expect(chat.strip).to_have_count(0)


async def test_queue_agent_and_back(visit: Visit, gateway: FakeGateway) -> None:
    """The strip says the queue, the place and the wait, then who answers, then that the bot is back until one speaks."""
    chat = await (await visit()).open()
    await gateway.stand("waiting", **WAITING)
    await expect(chat.strip).to_contain_text("File d’attente\u00a0: Voirie")
    await expect(chat.strip).to_contain_text("2e place · environ 5 minutes · demande D-7K3M-92QX")
    await gateway.stand("agent", **CLAIRE)
    await expect(chat.strip).to_contain_text("Claire M. vous répond")
    await expect(chat.strip).not_to_contain_text("place")
    await gateway.stand("bot")
    await expect(chat.strip).to_contain_text("De nouveau avec l’assistant virtuel")
    await chat.ask("Bonjour")
    await expect(chat.strip).to_have_count(0)


async def test_unknown_place_and_wait(visit: Visit, gateway: FakeGateway) -> None:
    """What nobody can say is left out, and nothing stands in its place."""
    chat = await (await visit()).open()
    await gateway.stand("waiting", service="Voirie", number="D-7K3M-92QX")
    await expect(chat.strip.locator(".facts")).to_have_text("demande D-7K3M-92QX")


async def test_told_once(visit: Visit, gateway: FakeGateway) -> None:
    """Each change is told once; a new estimate of the wait and a connection that comes back are not changes."""
    chat = await (await visit()).open()
    await chat.status.evaluate(COUNT_STATUS)
    await gateway.stand("waiting", **WAITING)
    await expect(chat.status).to_contain_text("2e place")
    await gateway.stand("waiting", **{**WAITING, "wait": "environ 4 minutes"})
    await expect(chat.strip).to_contain_text("environ 4 minutes")
    await gateway.stand("agent", **CLAIRE)
    await expect(chat.status).to_contain_text("Claire M. vous répond")
    await gateway.cut()
    await gateway.restore()
    await expect(chat.status).to_have_text("Connexion rétablie.", timeout=BACK_MS)

    told = await chat.page.evaluate("window.told")
    assert [words.split(",")[0] for words in told] == [
        "File d’attente\u00a0: Voirie",
        "Claire M. vous répond",
        "Connexion perdue",
        "Connexion rétablie.",
    ]


async def test_change_while_lost(visit: Visit, gateway: FakeGateway) -> None:
    """Who took the conversation while the connection was lost is shown and told when it is back."""
    chat = await (await visit()).open()
    await gateway.stand("waiting", **WAITING)
    await expect(chat.strip).to_contain_text("2e place")
    await gateway.cut()
    await expect(chat.panel.locator(".banner")).to_be_visible()
    gateway.standing = {"state": "agent", **CLAIRE}
    await gateway.restore()
    await expect(chat.strip).to_contain_text("Claire M. vous répond", timeout=BACK_MS)
    await expect(chat.status).to_contain_text("Connexion rétablie. Claire M. vous répond")


async def test_entries_of_an_agent(visit: Visit, gateway: FakeGateway) -> None:
    """An agent's words carry name and initial, look different from the bot's, and are read with their author first."""
    chat = await _with_agent(visit, gateway)
    await gateway.reply(gateway.session_id, [{"author": "agent", "name": "Claire M.", "text": "Dans quelle rue ?"}])
    entry = chat.log.locator(".entry.agent")
    await expect(entry.locator(".initial")).to_have_text("C")
    await expect(entry.locator(".initial")).to_have_attribute("aria-hidden", "true")
    await expect(entry.locator(".author")).to_contain_text("Claire M., agent de la mairie :")
    colour = "(one) => getComputedStyle(one).backgroundColor"

    agents = await entry.locator(".bubble").evaluate(colour)
    assert agents != await chat.bubbles.first.evaluate(colour)


async def test_agent_writes(visit: Visit, gateway: FakeGateway) -> None:
    """Who writes is shown for five seconds, or until their words are there; the log does not announce it."""
    chat = await visit()
    await chat.page.clock.install()
    await chat.open()
    await gateway.stand("agent", **CLAIRE)
    await expect(chat.strip).to_contain_text("Claire M.")
    await gateway.write("Claire M.")
    writing = chat.log.locator(".typing")
    await expect(writing).to_have_text("Claire M. écrit")
    await expect(writing).to_have_attribute("aria-live", "off")
    await chat.page.clock.run_for(5_100)
    await expect(writing).to_have_count(0)
    await gateway.write("Claire M.")
    await expect(writing).to_have_count(1)
    await gateway.reply(gateway.session_id, [{"author": "agent", "name": "Claire M.", "text": "Merci."}])
    await expect(chat.bubbles).to_have_count(2)
    await expect(writing).to_have_count(0)


async def test_no_search_with_an_agent(visit: Visit, gateway: FakeGateway) -> None:
    """A person does not search like a bot: after the citizen's words nothing pretends to be at work or late."""
    gateway.answering = False
    chat = await _with_agent(visit, gateway)
    await chat.say("Rue du Lavoir")
    await expect(chat.log.get_by_text("Envoi…")).to_have_count(0)
    await expect(chat.bubbles).to_have_count(2)
    await expect(chat.log.locator(".typing")).to_have_count(0)


async def test_citizen_writes(visit: Visit, gateway: FakeGateway) -> None:
    """An agent hears that the citizen writes, every two seconds at most; the bot never does."""
    chat = await visit()
    await chat.page.clock.install()
    await chat.open()
    await chat.field.press_sequentially("avant")
    await gateway.stand("agent", **CLAIRE)
    await expect(chat.strip).to_contain_text("Claire M.")
    await chat.field.press_sequentially(" pendant")
    await chat.page.clock.run_for(2_100)
    await chat.field.press_sequentially(" et après")
    await chat.ask("Fini")

    assert gateway.typed == [gateway.session_id] * 2


async def test_leaving_the_queue(visit: Visit, gateway: FakeGateway) -> None:
    """The bot's choice « Quitter la file » leaves it; the strip then says that the bot has the conversation."""
    gateway.answers["Une personne"] = [{"text": "Deuxième place.", "buttons": ["Quitter la file"]}]
    gateway.answers["Quitter la file"] = [{"text": "Votre demande est retirée."}]
    chat = await (await visit()).open()
    await chat.ask("Une personne")
    await gateway.stand("waiting", **WAITING)
    await expect(chat.strip).to_contain_text("2e place")
    await chat.button("Quitter la file").click()
    await expect(chat.bubbles).to_have_count(5)
    await gateway.stand("bot")
    await expect(chat.strip).to_contain_text("De nouveau avec l’assistant virtuel")

    assert gateway.uttered[-1]["pressed"].startswith("token-")


async def test_choices_end_with_an_agent(visit: Visit, gateway: FakeGateway) -> None:
    """What the bot offered is no longer offered once an agent has answered."""
    chat = await (await visit()).open()
    await chat.ask("cantine")
    await expect(chat.choices).to_have_count(3)
    await gateway.stand("agent", **CLAIRE)
    await gateway.reply(gateway.session_id, [{"author": "agent", "name": "Claire M.", "text": "Bonjour."}])
    await expect(chat.choices).to_have_count(0)


async def test_reload_with_an_agent(visit: Visit, gateway: FakeGateway) -> None:
    """After a reload the same agent stands above the same words."""
    chat = await _with_agent(visit, gateway)
    await gateway.reply(gateway.session_id, [{"author": "agent", "name": "Claire M.", "text": "Bonjour."}])
    await expect(chat.bubbles).to_have_count(2)
    await chat.page.reload()
    await chat.open()
    await expect(chat.strip).to_contain_text("Claire M. vous répond")
    await expect(chat.log.locator(".entry.agent .author")).to_contain_text("Claire M., agent de la mairie")


async def test_two_tabs(visit: Visit, gateway: FakeGateway) -> None:
    """Both tabs of a conversation say the same, and see the same person write."""
    one = await (await visit()).open()
    two = await (await visit(context=one.page.context)).open()
    await gateway.stand("agent", **CLAIRE)
    await gateway.write("Claire M.")
    for chat in (one, two):
        await expect(chat.strip).to_contain_text("Claire M. vous répond")
        await expect(chat.log.locator(".typing")).to_have_text("Claire M. écrit")


async def test_erased_with_an_agent(visit: Visit, gateway: FakeGateway) -> None:
    """With an erased conversation its agent is gone: the new one begins with the bot."""
    chat = await _with_agent(visit, gateway)
    gateway.standing = {"state": "bot"}
    await chat.button("Menu").click()
    await chat.button("Supprimer mes données").click()
    await chat.button("Supprimer la conversation").click()
    await chat.button("Commencer une nouvelle conversation").click()
    await expect(chat.bubbles).to_have_count(1)
    await expect(chat.strip).to_have_count(0)


@pytest.mark.parametrize("size", ["Normale", "Très grande"])
async def test_narrow(visit: Visit, gateway: FakeGateway, size: str) -> None:
    """At 320 px nothing has to be scrolled sideways, with the largest text either, and a long name or wait included."""
    chat = await (await visit(viewport=NARROW)).open()
    await chat.button("Menu").click()
    await chat.panel.get_by_role("radio", name=size, exact=True).check()
    await chat.button("Retour à la conversation").click()
    long = {
        **WAITING,
        "service": "Vie associative, culture et patrimoine",
        "wait": "entre une heure et une heure et demie",
    }
    for state in ("waiting", "agent"):
        await gateway.stand(state, **long, name="Marie-Antoinette-Bernadette Delavallière-Montgolfier")
        await expect(chat.strip).to_contain_text("D-7K3M-92QX")

        assert not await overflows(chat.page)
