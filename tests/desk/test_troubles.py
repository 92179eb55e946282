"""What does not work of the channels stands on the desk of whom it concerns, whichever gateway has seen it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot import clock
from bot.agents import Agent, Role
from bot.app import Gateway
from bot.cases import CaseKind, Cause, NewCase
from bot.desk.troubles import Troubles
from bot.desk.words import load_words
from bot.faults import PREFIX, Fault
from bot.letters import Letter
from bot.mailroom import NewLetter
from bot.messages import Address
from bot.readings import LetterKind, Part, PartKind, Reading, Scored, Urgency
from bot.settings_channels import Channels, Email, Mailbox, MailServer
from tests.desk.office import Colleague, at_desk, until

BOX, OTHER = "voirie@pontavel.example", "contact@pontavel.example"
SERVER = MailServer("imap.pontavel.example")
CHANNELS = Channels(
    email=Email({BOX: Mailbox(SERVER, service="voirie"), OTHER: Mailbox(SERVER, service="accueil_general")})
)
SINCE = clock.now()


class Standing:
    """These faults stand."""

    def __init__(self, *faults: Fault) -> None:
        self.standing = faults


def fault(place: str, why: str, channel: str = "email") -> Fault:
    return Fault(channel, place, why, SINCE)


FAULTS = (
    fault("", "email: database or disk is full"),
    fault(OTHER, f"{OTHER}: there is no folder INBOX"),
    fault("smtp", "mail.pontavel.example: the server is not reached: it takes no connections"),
    fault(BOX, f"{BOX}: wrong user or password"),
    fault("", "telegram: the provider does not answer", "telegram"),
)


def agent(*services: str, role: Role = Role.AGENT) -> Agent:
    return Agent(1, "claire", "Claire", role, services, False, False, True, None)


def shown(who: Agent, *faults: Fault) -> list[str]:
    return [one["text"] for one in Troubles(Standing(*faults), load_words(), CHANNELS).shown(who)]


def test_each_is_one_sentence() -> None:
    """Which mailbox, and what is wrong with it, in French; a supervisor hears of all, also of other channels."""
    assert shown(agent(role=Role.SUPERVISOR), *FAULTS) == [
        "Le courrier n'est pas relevé : le disque de la base de données est plein, rien n'est enregistré.",
        f"La boîte {OTHER} n'est pas lue normalement : le dossier de courrier n'existe plus.",
        "Les courriels ne partent pas : le serveur n'accepte pas de connexion.",
        f"La boîte {BOX} n'est pas lue normalement : le mot de passe est refusé.",
        "Telegram ne fonctionne pas normalement : le serveur ne répond pas.",
    ]


@pytest.mark.parametrize(
    ("services", "places"),
    [(("voirie",), ["email", "email smtp", f"email {BOX}"]), (("sports",), ["email", "email smtp"])],
)
def test_agents_hear_of_the_mail_they_wait_for(services: tuple[str, ...], places: list[str]) -> None:
    """Of mailboxes of their services, and of mail that does not come or leave at all; of nothing else."""
    found = Troubles(Standing(*FAULTS), load_words(), CHANNELS).shown(agent(*services))

    assert [one["id"] for one in found] == places
    assert {one["since"] for one in found} == {SINCE.isoformat()}


def test_what_nobody_foresaw_is_told_without_english() -> None:
    """An exception's name says nothing to an agent: it is a technical fault, for the administrator."""
    (text,) = shown(agent(), fault(BOX, f"{BOX}: RuntimeError"))

    assert text == f"La boîte {BOX} n'est pas lue normalement : une panne technique, prévenez l'administrateur."


def test_every_word_for_a_fault_is_used() -> None:
    """What our channels say is in the table by words that they really write."""
    said = (
        *("lets nobody in now", "broke off while we logged in", "may only be read, so", "does not give out 2 mails"),
        *("cannot be marked as seen", "cannot be moved to Lu", "the folder cannot be searched", "does not let us in"),
        *("no encrypted connection comes about", "the server's certificate is not valid: expired", "No space left"),
        *("there is no server of that name", "does not answer", "is not reached: odd", "the connection broke"),
    )
    texts = shown(agent(), *(fault(BOX, f"{BOX}: {one}") for one in said))

    assert [text for text in texts if "panne technique" in text] == []


async def test_every_gateway_tells_its_pages(running: Gateway) -> None:
    """Of what another one has seen, and that it is over; to agents who have no part in it nothing is said."""
    store, place = running.store, f"{PREFIX}another"
    other = (fault("", "telegram: the provider does not answer", "telegram"),)
    async with (
        at_desk(running, "chief", Role.SUPERVISOR, live=True) as chief,
        at_desk(running, "claire", services=("voirie",), live=True) as claire,
    ):
        await store.cursors.hold(place, "another", clock.now(), timedelta(minutes=5))
        await store.cursors.write(place, "another", msgspec.json.encode(other).decode())
        await until(lambda: chief.events("troubles"))
        await store.cursors.drop(place, "another")
        await until(lambda: len(chief.events("troubles")) > 1)

        texts = [[one["text"] for one in event["troubles"]] for event in chief.events("troubles")]
        assert texts == [["Telegram ne fonctionne pas normalement : le serveur ne répond pas."], []]
        assert claire.events("troubles") == []


def kinds(colleague: Colleague) -> list[str]:
    """The kinds of the watched letter, as the page was told of them."""
    told: list[Mapping[str, Any]] = colleague.events("lines")
    return [one["case_state"]["mail"]["letters"][0]["kind"] for one in told]


async def test_a_corrected_kind_reaches_an_open_page_at_once(running: Gateway) -> None:
    """A colleague who has the case before them sees what it is said to be now; nothing else of the case has changed."""
    store = running.store
    conversation = await store.conversations.open(Address("email", "lucie"), "fr", clock.now())
    reading = Reading(
        *((Scored("voirie", 0.9),), "voirie", True, LetterKind.REQUEST, Urgency.NORMAL, "fr", "Un trou."),
        parts=(Part(PartKind.BODY, "Un trou."),),
        because=("trou",),
    )
    new = NewCase(conversation.id, "m1", "letter", CaseKind.QUESTION, "voirie", Cause.MAIL, "Trou")
    case = (await store.cases.open(new, clock.now())).case
    letter = NewLetter(conversation.id, "m1", case.id, Letter("Trou", "lucie@example.org", mailbox=BOX), reading)
    await store.letters.file(letter, clock.now())
    async with (
        at_desk(running, "claire", services=("voirie",), live=True) as claire,
        at_desk(running, "karim", services=("voirie",)) as karim,
    ):
        await claire.call("watch", {"case": case.id, "after": 0})
        await until(lambda: kinds(claire))
        await karim.done("POST", f"/cases/{case.id}/letter", {"kind": "complaint"})
        await until(lambda: kinds(claire)[-1] == "complaint")

        assert kinds(claire)[0] == "request"
        assert claire.events("lines")[-1]["case_state"]["version"] == case.version
